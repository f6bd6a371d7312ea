"""What a value written in a query may stand for. A text may also be a number, a moment, a shape and more."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal

from portals.soda.language.plan import Constant, Typed
from portals.soda.values import moments
from portals.soda.values.geometry import read
from portals.soda.values.numbers import number_of, stored
from portals.soda.values.types import SodaType

_ROW_ID = re.compile(r"row-[a-z0-9]{4}[-._~][a-z0-9]{4}[-._~][a-z0-9]{4}")
_TRUTH = {"true": 1, "1": 1, "false": 0, "0": 0}


def meanings(value: str | Decimal | bool | None) -> tuple[Typed, ...]:
    """What a literal may stand for, the most natural first. Raises ValueError for a number too large."""
    if value is None:
        return tuple(Constant(None, type=kind) for kind in SodaType)
    if isinstance(value, bool):
        return (Constant(int(value), type=SodaType.BOOLEAN),)
    if isinstance(value, Decimal):
        number = stored(value)
        if number is None:
            raise ValueError("too large")
        return Constant(number, type=SodaType.NUMBER), Constant(number, type=SodaType.DOUBLE)
    return (Constant(value, type=SodaType.TEXT), *_of_text(value))


def _of_text(text: str) -> Iterator[Typed]:
    number = number_of(text) if text.strip() == text else None
    if number is not None:
        yield Constant(number, type=SodaType.NUMBER)
        yield Constant(number, type=SodaType.DOUBLE)
    if text.lower() in _TRUTH:
        yield Constant(_TRUTH[text.lower()], type=SodaType.BOOLEAN)
    fixed, floating = moments.fixed(text), moments.floating(text)
    if fixed is not None:
        yield Constant(fixed, type=SodaType.FIXED_TIMESTAMP)
    if floating is not None:
        yield Constant(floating, type=SodaType.FLOATING_TIMESTAMP)
    if _ROW_ID.fullmatch(text):
        yield Constant(text, type=SodaType.ID)
    if shape := read(text):
        yield Constant(shape.stored(), type=shape.type)
    if "://" in text:
        yield Constant(json.dumps({"url": text}), type=SodaType.URL)
