"""Tables as CSV and XLSX that are safe to open: no cell of ours is ever taken for a formula.

What people typed may begin with "=", "+", "-" or "@", and a spreadsheet program would run it. In CSV such a
text gets an apostrophe in front (OWASP, "CSV injection"); in XLSX it is stored as text. Numbers stay numbers.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

Row = Sequence[Any]
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_NUMBERS = (int, float, Decimal)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
LONGEST_CELL = 32_767
"""Signs that a cell of XLSX holds."""


def harmless(value: Any) -> Any:
    """A value as it may stand in a CSV file."""
    if value is None or isinstance(value, _NUMBERS):
        return "" if value is None else value
    text = _CONTROL.sub("", value.isoformat() if isinstance(value, date) else str(value))
    return (
        f"'{text}" if text.lstrip(" \u00a0\ufeff").startswith(_STARTS) or text.startswith(_STARTS) else text
    )


def csv_of(rows: Iterable[Row]) -> bytes:
    """UTF-8 with the mark by which spreadsheet programs know it; lines end as RFC 4180 has it."""
    target = io.StringIO(newline="")
    csv.writer(target, quoting=csv.QUOTE_MINIMAL).writerows(
        [harmless(value) for value in row] for row in rows
    )
    return target.getvalue().encode("utf-8-sig")


def xlsx_of(sheets: Mapping[str, Iterable[Row]]) -> bytes:
    """A workbook; the first row of each sheet is its heading. Names of sheets have at most 31 signs."""
    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name[:31])
        sheet.freeze_panes = "A2"
        for number, row in enumerate(rows):
            sheet.append([_cell(sheet, value, heading=number == 0) for value in row])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _cell(sheet: Any, value: Any, *, heading: bool) -> Any:
    if value is None or isinstance(value, _NUMBERS):
        return value
    cell = WriteOnlyCell(sheet)
    if isinstance(value, date):
        cell.value = value
    else:
        cell.value = _CONTROL.sub("", str(value))[:LONGEST_CELL]
        cell.data_type = "s"
        cell.quotePrefix = True
    if heading:
        cell.font = Font(bold=True)
    return cell
