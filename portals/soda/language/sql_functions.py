"""What SQLite lacks, as functions of a connection: `register(connection)` before a statement of `sql` is run.

All give null for null, and null for what cannot be computed (a text that is no number, the logarithm of -1):
one odd row does not spoil an answer. They read nothing but their arguments and make no long texts.
"""

import json
import math
import re
import sqlite3
import unicodedata
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from portals.soda.language import sql_aggregates, sql_geometry
from portals.soda.values import moments
from portals.soda.values.numbers import decimal, number_of, number_text

TEXT_LETTERS = 10_000
"""Of a text that a function makes longer."""
_CHANGED_WITHOUT_MARK = str.maketrans(
    {
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ß": "ss",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
    }
)


def register(connection: sqlite3.Connection) -> None:
    """Makes the functions known to a connection."""
    scalars = {**_TEXTS, **_NUMBERS, **_MOMENTS, **_OTHERS, **sql_geometry.SCALARS}
    for name, (count, function) in scalars.items():
        connection.create_function(f"soda_{name}", count, _safe(function), deterministic=True)
    connection.create_function("soda_least", -1, _least, deterministic=True)
    connection.create_function("soda_greatest", -1, _greatest, deterministic=True)
    for name, (count, aggregate) in sql_aggregates.AGGREGATES.items():
        connection.create_aggregate(f"soda_{name}", count, aggregate)


def _safe(function: Callable[..., Any]) -> Callable[..., Any]:
    """Null for null; null instead of an error in a value."""

    def called(*arguments: Any) -> Any:
        if None in arguments:
            return None
        try:
            return function(*arguments)
        except (ValueError, TypeError, ArithmeticError, LookupError, RecursionError):
            return None

    return called


def _least(*values: Any) -> Any:
    """The smallest of the values that are not null."""
    return min((value for value in values if value is not None), default=None)


def _greatest(*values: Any) -> Any:
    return max((value for value in values if value is not None), default=None)


def _unaccented(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in spread if not unicodedata.combining(sign)).translate(
        _CHANGED_WITHOUT_MARK
    )


def _split_part(text: str, between: str, place: float) -> str | None:
    """The part at a place, from 1; from the end where it is negative; blank beyond the last."""
    number = int(place)
    if not number:
        return None
    parts = text.split(between) if between else [text]
    index = number - 1 if number > 0 else len(parts) + number
    return parts[index] if 0 <= index < len(parts) else ""


def _substring(text: str, start: float, length: float | None = None) -> str | None:
    """From a place, from 1: places before the first count among the length."""
    first = int(start) - 1
    if length is None:
        return text[max(first, 0) :]
    return None if length < 0 else text[max(first, 0) : max(first + int(length), 0)]


def _chr(number: float) -> str | None:
    """The letter of a code; half of a pair is none."""
    return chr(int(number)) if int(number) > 0 and int(number) not in range(0xD800, 0xE000) else None


def _padding(text: str, length: float, filling: str) -> str:
    missing = min(int(length), TEXT_LETTERS) - len(text)
    return (filling * (missing // len(filling) + 1))[:missing] if missing > 0 and filling else ""


def _left_pad(text: str, length: float, filling: str) -> str:
    return (_padding(text, length, filling) + text)[: max(0, min(int(length), TEXT_LETTERS))]


def _right_pad(text: str, length: float, filling: str) -> str:
    return (text + _padding(text, length, filling))[: max(0, min(int(length), TEXT_LETTERS))]


def _glob(pattern: str) -> str:
    """A pattern of LIKE as one of GLOB."""
    return re.sub(r"[*?\[]", r"[\g<0>]", pattern)


def like_as_glob(pattern: str) -> str:
    """A pattern of LIKE as one of GLOB, which SQLite compares with care for case: `%` is `*`, `_` is `?`.

    A backslash takes the meaning from the sign after it.
    """
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    meaning = {"%": "*", "_": "?"}
    return "".join(meaning.get(part) or _glob(part[1] if len(part) == 2 else part) for part in parts)


def prefix_as_glob(prefix: str) -> str:
    """The pattern of GLOB for everything that begins so."""
    return _glob(prefix) + "*"


_TEXTS: dict[str, tuple[int, Callable[..., Any]]] = {
    "lower": (1, str.lower),
    "upper": (1, str.upper),
    "unaccent": (1, _unaccented),
    "split_part": (3, _split_part),
    "substring": (-1, _substring),
    "chr": (1, _chr),
    "left_pad": (3, _left_pad),
    "right_pad": (3, _right_pad),
    "like_glob": (1, like_as_glob),
    "prefix_glob": (1, prefix_as_glob),
}


def _finite(number: float) -> float | int | None:
    """A number as SQLite holds it: no infinity, and whole where it is small enough to be exact."""
    if isinstance(number, int) and not -(2**63) <= number < 2**63:
        number = float(number)
    return number if math.isfinite(number) else None


def _whole(number: float) -> float | int | None:
    return _finite(int(number)) if abs(number) < 2**63 else _finite(number)


def _divide(dividend: float, divisor: float) -> float | int | None:
    if isinstance(dividend, int) and isinstance(divisor, int) and not dividend % divisor:
        return _finite(dividend // divisor)
    return _finite(dividend / divisor)


def _remainder(dividend: float, divisor: float) -> float | int | None:
    """What is left of a division towards zero, so its sign is that of the dividend."""
    if isinstance(dividend, int) and isinstance(divisor, int):
        left = abs(dividend) % abs(divisor)
        return -left if dividend < 0 else left
    return _finite(number_of(str(math.fmod(dividend, divisor))) or 0)


def _power(base: float, exponent: float) -> float | int | None:
    small = isinstance(base, int) and isinstance(exponent, int) and 0 <= exponent <= 64
    found = base**exponent if small else math.pow(base, exponent)
    return _finite(found)


def _round(number: float, digits: float) -> float | int | None:
    """Halves away from zero, in decimal figures: `round(25, -1)` is 30."""
    places = max(-400, min(400, int(digits)))
    if isinstance(number, int) and places >= 0:
        return number
    rounded = Decimal(repr(number)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return _whole(float(rounded)) if places <= 0 else _finite(float(rounded))


def _signed_magnitude_10(number: float) -> int:
    return int(math.copysign(len(str(math.floor(abs(number)))), number)) if number else 0


def _signed_magnitude_linear(number: float, step: float) -> int:
    if step == 1:
        return math.floor(number)
    return int(math.copysign(math.floor(abs(number) / step + 1), number)) if number else 0


def _width_bucket(number: float, low: float, high: float, count: float) -> int | None:
    """Which of `count` equal parts between two bounds a number is in; 0 before them, count + 1 behind."""
    buckets = int(count)
    if buckets < 1 or low == high:
        return None
    along = (number - low) / (high - low)
    return max(0, min(buckets, math.floor(along * buckets)) + 1) if along >= 0 else 0


_NUMBERS: dict[str, tuple[int, Callable[..., Any]]] = {
    "abs": (1, lambda number: _finite(abs(number))),
    "ceil": (1, lambda number: _whole(math.ceil(number))),
    "floor": (1, lambda number: _whole(math.floor(number))),
    "ln": (1, math.log),
    "divide": (2, _divide),
    "remainder": (2, _remainder),
    "power": (2, _power),
    "round": (2, _round),
    "signed_magnitude_10": (1, _signed_magnitude_10),
    "signed_magnitude_linear": (2, _signed_magnitude_linear),
    "width_bucket": (4, _width_bucket),
    "decimal": (1, decimal),
    "number": (1, lambda value: number_of(str(value))),
    "text": (1, number_text),
}

_MOMENTS: dict[str, tuple[int, Callable[..., Any]]] = {
    "floating": (1, moments.floating),
    "fixed": (1, moments.fixed),
    "local": (2, moments.local),
    "date_add": (3, moments.add),
    "days_between": (2, moments.days_between),
    "iso_week": (1, moments.iso_week),
    "iso_year": (1, moments.iso_year),
    "epoch_seconds": (1, lambda moment: _whole_if_exact(moments.epoch_seconds(moment))),
}


def _whole_if_exact(number: float) -> float | int:
    return int(number) if number == int(number) else number


def _json_part(document: str, key: str | float) -> str | None:
    """A part of a JSON value, as JSON."""
    found: Any = json.loads(document)
    found = found[key if isinstance(key, str) else int(key)]
    return None if found is None else json.dumps(found, separators=(",", ":"), ensure_ascii=False)


def _json_text(document: str) -> str:
    found = json.loads(document)
    return found if isinstance(found, str) else document


def _address(street: str, city: str, state: str, code: str) -> str:
    parts = {"address": street, "city": city, "state": state, "zip": code}
    return json.dumps(parts, separators=(",", ":"), ensure_ascii=False)


def _location(point: str, *address: str) -> str:
    longitude, latitude = json.loads(point)["coordinates"][:2]
    parts = {"latitude": str(latitude), "longitude": str(longitude), "human_address": _address(*address)}
    return json.dumps(parts, separators=(",", ":"), ensure_ascii=False)


_TRUTH = {"true": 1, "t": 1, "1": 1, "false": 0, "f": 0, "0": 0}

_OTHERS: dict[str, tuple[int, Callable[..., Any]]] = {
    "boolean": (
        1,
        lambda text: _TRUTH.get(text.strip().lower()),
    ),
    "json": (1, lambda text: json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)),
    "json_part": (2, _json_part),
    "json_text": (1, _json_text),
    "url": (2, lambda url, about: json.dumps({"url": url, "description": about}, separators=(",", ":"))),
    "human_address": (4, _address),
    "location": (5, _location),
}
