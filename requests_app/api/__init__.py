"""The JSON API of this project (`/api/v1/`): what it says of cases, and the table of all operations.

Everything starts from that table (`table.OPERATIONS`): addresses, checks of what is sent, the OpenAPI
document and the page for people. Forms, acts, reasons and limits are those of the pages.
"""
