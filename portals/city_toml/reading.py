"""Reading the values of a city file: one small reader a kind of value, and every wrong value reported.

Alone responsible for turning a TOML table into a frozen dataclass. Knows no table by name, no database.
"""

import dataclasses
import datetime as dt
import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from django.db.models import TextChoices

Report = Callable[[str, str], None]
"""Takes the path of a key and the reason why its value is wrong."""
Reader = Callable[[Any, str, Report], Any]
"""Takes a value, its path and where to report; gives what is kept, or `WRONG` after reporting."""
T = TypeVar("T")


class _Wrong:
    """The type of `WRONG`, so that no value of a file can be mistaken for it."""


WRONG = _Wrong()
_REQUIRED = _Wrong()


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or (as a warning) worth knowing: which key, and why."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


def key(reader: Reader, default: Any = _REQUIRED, name: str = "") -> Any:
    """A field of an entry: how it is read, its value when absent, its key if that is no identifier."""
    metadata = {"reader": reader, "key": name, "required": default is _REQUIRED}
    return (
        dataclasses.field(metadata=metadata)
        if default is _REQUIRED
        else dataclasses.field(metadata=metadata, default=default)
    )


def build(entry: type[T], data: Any, path: str, report: Report) -> T | None:
    """Make an entry of a table; None if anything in it is wrong, after everything wrong was reported."""
    if not isinstance(data, Mapping):
        report(path, "must be a table")
        return None
    fields = {f.metadata["key"] or f.name: f for f in dataclasses.fields(entry)}  # type: ignore[arg-type]
    complete = True
    for name in data:
        if name not in fields:
            report(f"{path}.{name}", "unknown key" + _did_you_mean(str(name), fields))
            complete = False
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in data:
            if field.metadata["required"]:
                report(f"{path}.{name}", "is missing")
                complete = False
            continue
        value = field.metadata["reader"](data[name], f"{path}.{name}", report)
        complete = complete and value is not WRONG
        values[field.name] = value
    return entry(**values) if complete else None


def _did_you_mean(word: str, known: Any) -> str:
    near = difflib.get_close_matches(word, [str(name) for name in known], n=1)
    return f" (did you mean `{near[0]}`?)" if near else ""


def text(longest: int = 10_000, blank: bool = False) -> Reader:
    """A string in one piece; empty only where the form allows it."""

    def read(value: Any, path: str, report: Report) -> Any:
        if not isinstance(value, str):
            report(path, f"must be a string, not {_what(value)}")
            return WRONG
        trimmed = " ".join(value.split())
        if not trimmed and not blank:
            report(path, "must not be empty")
            return WRONG
        if len(trimmed) > longest:
            report(path, f"is too long: {len(trimmed)} characters, at most {longest}")
            return WRONG
        return trimmed

    return read


def pattern(expression: str, meaning: str) -> Reader:
    """A string of one exact shape; `meaning` tells people which."""
    shape = re.compile(expression + r"\Z")

    def read(value: Any, path: str, report: Report) -> Any:
        if isinstance(value, str) and shape.match(value):
            return value
        report(path, f"must be {meaning}, not {_show(value)}")
        return WRONG

    return read


ident: Reader = pattern(r"(?!.{81})[a-z0-9]+(-[a-z0-9]+)*", "an id of lower-case letters, digits and hyphens")
colour: Reader = pattern(r"#[0-9a-fA-F]{6}", "a colour like #1a2b3c")


def url(value: Any, path: str, report: Report) -> Any:
    """An address on the web, or "" where none is known."""
    if value == "":
        return ""
    return pattern(r"(?!.{501})https?://[^\s/$.?#][^\s]*", "an http(s) address")(value, path, report)


def word(words: type[TextChoices], *, without: Sequence[str] = ()) -> Reader:
    """One word of the vocabulary, `without` those that no file may use."""
    known = [value for value in words.values if value not in without]

    def read(value: Any, path: str, report: Report) -> Any:
        if isinstance(value, str) and value in known:
            return words(value)
        near = _did_you_mean(value, known) if isinstance(value, str) else ""
        report(path, f"unknown word {_show(value)}{near}; known: {', '.join(known)}")
        return WRONG

    return read


def one_of(*words: str) -> Reader:
    """One of a few words that only the form of the file uses."""

    def read(value: Any, path: str, report: Report) -> Any:
        if isinstance(value, str) and value in words:
            return value
        report(path, f"unknown word {_show(value)}; known: {', '.join(words)}")
        return WRONG

    return read


def many(reader: Reader, least: int = 0) -> Reader:
    """A list, each value read by itself, kept as a tuple; nothing may stand in it twice."""

    def read(value: Any, path: str, report: Report) -> Any:
        if not isinstance(value, list):
            report(path, f"must be a list, not {_what(value)}")
            return WRONG
        if len(value) < least:
            report(path, "must not be empty")
            return WRONG
        read_values = tuple(reader(item, f"{path}[{place}]", report) for place, item in enumerate(value))
        if any(item is WRONG for item in read_values):
            return WRONG
        for place, item in enumerate(read_values):
            if item in read_values[:place]:
                report(f"{path}[{place}]", f"stands twice: {item}")
                return WRONG
        return read_values

    return read


def whole(least: int = 0, most: int = 32_000) -> Reader:
    """A whole number between two bounds."""

    def read(value: Any, path: str, report: Report) -> Any:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        report(path, f"must be a whole number from {least} to {most}, not {_show(value)}")
        return WRONG

    return read


def flag(value: Any, path: str, report: Report) -> Any:
    """true or false."""
    if isinstance(value, bool):
        return value
    report(path, f"must be true or false, not {_show(value)}")
    return WRONG


def date(value: Any, path: str, report: Report) -> Any:
    """A city date. A date-time is refused: which day it is would depend on a time zone."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    report(path, f"must be a date like 2026-01-31 without quotes, not {_show(value)}")
    return WRONG


def money(value: Any, path: str, report: Report) -> Any:
    """An amount in USD, at most two decimals."""
    try:
        amount = Decimal(str(value)) if isinstance(value, int | float | str) else None
    except InvalidOperation:
        amount = None
    wrong = amount is None or isinstance(value, bool) or not amount.is_finite()
    if wrong or amount is None or amount < 0 or amount != round(amount, 2) or amount >= 10**8:
        report(path, f"must be an amount in dollars like 25 or 0.10, not {_show(value)}")
        return WRONG
    return amount


def table(entry: type[Any]) -> Reader:
    """A table within an entry."""

    def read(value: Any, path: str, report: Report) -> Any:
        built = build(entry, value, path, report)
        return WRONG if built is None else built

    return read


def _what(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    names = {str: "a string", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return names.get(type(value), "a date" if isinstance(value, dt.date) else type(value).__name__)


def _show(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return _what(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)
