"""A CSV file as rows: what is taken, and what is refused with its line and what to do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portals.soda.files import csv_reading
from portals.soda.files.csv_reading import CsvReading
from portals.soda.files.source_file import LoadError, inspect

Write = Callable[..., Path]


def read(path: Path, delimiter: str = "") -> tuple[list[str], list[tuple[int, Any]], str]:
    reading = CsvReading(inspect(path), delimiter)
    return reading.headers, list(reading.rows()), reading.delimiter


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2\n", ";"),
        ("a\tb\n1,5\t2;3\n", "\t"),
        ("a\n1\n2\n", ","),
        ('a,b\n"1;2;3",2\n', ","),
        ("a;b\n" + "x;1,2,3\n" * 5, ";"),
    ],
)
def test_a_delimiter_is_found_out(file: Write, content: str, delimiter: str) -> None:
    assert read(file(content))[2] == delimiter


def test_a_delimiter_may_be_named(file: Write) -> None:
    headers, rows, _ = read(file("a;b\n1;2\n"), ",")
    assert (headers, rows) == (["a;b"], [(2, ["1;2"])])


def test_quotes_hold_delimiters_lines_and_quotes(file: Write) -> None:
    _, rows, _ = read(file('a,b\r\n"x\r\n(39.0, -94.5)","say ""so"""\r\n1,\r\n'))
    assert rows == [(3, ["x\r\n(39.0, -94.5)", 'say "so"']), (4, ["1", None])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_end_of_line_is_taken(file: Write, end: str) -> None:
    assert read(file(f"a,b{end}1,2{end}3,4"))[1] == [(2, ["1", "2"]), (3, ["3", "4"])]


def test_blank_lines_are_passed_over_and_counted(file: Write) -> None:
    reading = CsvReading(inspect(file('a\n\n1\n""\n\n')))
    assert list(reading.rows()) == [(3, ["1"]), (4, [None])]
    assert reading.blank_lines == 2
    list(reading.rows())
    assert reading.blank_lines == 2, "also when it is read again"


def test_titles_lose_their_line_breaks_and_the_mark_of_the_file(file: Write) -> None:
    assert read(file("\ufeff CASE ID ,\n"))[0] == ["CASE ID", ""]
    assert read(file('\ufeff"CASE\nID",b\n'))[0] == ["CASE ID", "b"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("a,b\n1,2\n1\n3,4,5\n1,2\n6\n7\n", "line 3 has 1, line 4 has 3, line 6 has 1. A cell that holds"),
        ('a,b\n1,2\n"3,4\n5,6\n', "A quote is opened in the row that begins on line 3 and never closed"),
        ('a,b\n1,"2" x\n', "Line 2: a closing quote is followed by more text"),
        ("\n\n", "has no header row"),
        (",".join(map(str, range(1001))), "1001 columns; at most 1000"),
    ],
)
def test_a_wrong_file_is_refused_with_the_line(file: Write, content: str, why: str) -> None:
    with pytest.raises(LoadError, match=why):
        read(file(content))


def test_an_open_quote_does_not_swallow_a_large_file(file: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_reading, "LONGEST_CELL", 100)
    with pytest.raises(LoadError, match=r"row that begins on line 3 is larger .* never closed"):
        read(file('a,b\n1,2\n"3,4\n' + "5,6\n" * 1_000))


def test_a_line_without_an_end_does_not_fill_the_memory(file: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_reading, "LONGEST_ROW", 1_000)
    with pytest.raises(LoadError, match="Line 2 is longer"):
        read(file("a,b\n" + "1,2" * 1_000))
