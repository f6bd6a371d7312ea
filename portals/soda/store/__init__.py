"""The store of table files: loaded wholly or not at all, read within limits. See docs/tables.md."""
