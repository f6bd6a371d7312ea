"""The read API of tables, in the language and the forms that clients of Socrata portals know.

The language (text to plan to one SQLite statement) is pure and stands alone; see docs/soda.md.
"""
