"""Numbers as texts write them, and as they are written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.soda.values.numbers import decimal, number_of, number_text, stored


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", 5),
        ("+5", 5),
        ("-5.0", -5),
        ("5.", 5),
        (" 5 ", 5),
        ("1e3", 1000),
        ("1.5E-1", 0.15),
        ("9223372036854775807", 9223372036854775807),
        ("9223372036854775808", 9223372036854775808.0),
        ("1e999", None),
        (".5", None),
        ("5,000", None),
        ("0x10", None),
        ("nan", None),
        ("", None),
        ("٥", None),
        ("9" * 400, None),
    ],
)
def test_a_text_is_a_number_in_these_forms(text: str, number: float | None) -> None:
    assert number_of(text) == number
    assert type(number_of(text)) is type(number)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (4.0, "4"),
        (0.1, "0.1"),
        (1e20, "100000000000000000000"),
        (1e-7, "0.0000001"),
        (-3, "-3"),
        (2.5, "2.5"),
    ],
)
def test_a_number_is_written_in_plain_figures(number: float, text: str) -> None:
    assert number_text(number) == text


@given(st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_written_is_read_again(number: float) -> None:
    text = number_text(number)
    found = number_of(text)
    assert (found is not None and float(found) == float(number)) or len(text) >= 400


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_decimals_of_usual_size_come_through_reckoning(number: Decimal) -> None:
    held = stored(number)
    assert held is not None
    assert decimal(held) == held
    assert Decimal(number_text(decimal(held + 0.0))) == number


def test_a_sum_of_tenths_is_a_tenth() -> None:
    assert decimal(0.1 + 0.2) == 0.3
    assert decimal(2.0000000000000004) == 2
    assert isinstance(decimal(2.0), int)
    assert decimal(float("inf")) == float("inf")
