"""The language of queries, from text to one SQLite statement: docs/soda-language.md.

Pure: it knows columns and types, and no table, no dataset and no address.

In the order in which a query goes through them: `parameters` (what an address asks), `lexer`, `cursor`,
`parser` and `expressions` (text to the tree in `nodes`), `aliases`, `analysis`, `meaning`, `literals` and
`choosing` (tree to the typed `plan`, with the table of `functions`), `sql` and its parts (plan to
statement, and what SQLite lacks).
"""
