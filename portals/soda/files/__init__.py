"""A file that somebody wants to load, from bytes to named and typed columns; nothing is written here."""
