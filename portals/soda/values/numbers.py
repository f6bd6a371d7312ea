"""Numbers as texts write them and as they are written: one home for all who read or write them."""

import math
import re
from decimal import Decimal

_NUMBER = re.compile(r"\s*([+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,3})?)\s*")
_DIGITS = 400
SIGNIFICANT = 15
"""Decimal figures that a floating number holds whatever it is: more would show how it is stored."""


def number_of(text: str) -> int | float | None:
    """The number that a text writes, whole where it is; None if it is none or too large."""
    match = _NUMBER.fullmatch(text) if len(text) < _DIGITS else None
    return stored(Decimal(match.group(1))) if match else None


def stored(number: Decimal) -> int | float | None:
    """A number as tables hold it: an integer of 64 bits or a floating one; None if it is too large."""
    if number.adjusted() < 19 and number == number.to_integral_value() and abs(number) < 2**63:
        return int(number)
    found = float(number)
    return found if math.isfinite(found) else None


def decimal(number: int | float) -> int | float:
    """A computed number as decimal reckoning gives it: beyond 15 figures only the binary form shows."""
    if isinstance(number, int) or not math.isfinite(number):
        return number
    rounded = float(f"{number:.{SIGNIFICANT}g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 10**SIGNIFICANT else rounded


def number_text(number: int | float) -> str:
    """A number in figures, without exponent; 4.0 is 4."""
    if isinstance(number, int):
        return str(number)
    text = repr(number)
    return f"{Decimal(text):f}" if "e" in text else text.removesuffix(".0")
