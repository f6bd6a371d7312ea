"""The read API of tables, in the language and the forms that clients of Socrata portals know: docs/soda.md.

From below: `values` (what a column can hold), `language` (a query, from its text to one SQLite statement),
`files` (what somebody wants to load, understood), `store` (table files: loaded, kept, read). The modules
beside these packages answer calls: who may call (limits, usage), what is listed and what is known of it
(catalogue, finding, metadata, catalog_v1, dcat), and in which form rows are given (encodings, rows_json;
preview for people).
"""
