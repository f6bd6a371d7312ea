"""Which texts are values of a type, and which only look so."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portals.soda.encodings import number_text
from portals.soda.files import cell_readers as cells
from portals.soda.files.cell_readers import CellReader, JsonNumber, Unfit
from portals.soda.values.objects import location_text, url_text
from portals.soda.values.types import SodaType

NUMBER, TRUTH, ISO, ZONED = cells.NumberReader(), cells.TruthReader(), cells.IsoReader(), cells.ZonedReader()
PAIR, LOCATION, URL = cells.PairReader(), cells.LocationReader(), cells.UrlReader()


def us(*, told: bool = False) -> CellReader:
    return cells.UsReader(this_year=2026, told=told)


TOLD_NUMBER, TOLD_TRUTH = cells.NumberReader(told=True), cells.TruthReader(told=True)


@pytest.mark.parametrize(
    ("reader", "text", "stored"),
    [
        (NUMBER, "0", 0),
        (NUMBER, " 12 ", 12),
        (NUMBER, "-12.50", -12.5),
        (NUMBER, "0.1", 0.1),
        (NUMBER, "3.0", 3),
        (NUMBER, "9223372036854775807", 2**63 - 1),
        (NUMBER, "-94.52736512345678", -94.52736512345678),
        (TOLD_NUMBER, "41.894733653000001", 41.894733653),
        (NUMBER, JsonNumber("0.12345678901234568"), 0.12345678901234568),
        (TOLD_NUMBER, "1,234,567.8", 1234567.8),
        (TOLD_NUMBER, "$1,234", 1234),
        (TOLD_NUMBER, "-$5", -5),
        (TOLD_NUMBER, "+.5", 0.5),
        (TOLD_NUMBER, "1e3", 1000),
        (NUMBER, JsonNumber("1.5E-3"), 0.0015),
        (TRUTH, "TRUE", 1),
        (TRUTH, "false", 0),
        (TOLD_TRUTH, "Y", 1),
        (TOLD_TRUTH, "no", 0),
        (TOLD_TRUTH, "0", 0),
        (ISO, "2020-01-31", "2020-01-31T00:00:00.000"),
        (ISO, "2020-01-31 09:05", "2020-01-31T09:05:00.000"),
        (ISO, "2020-01-31T09:05:06.7", "2020-01-31T09:05:06.700"),
        (ISO, "2020-01-31T09:05:06.123000", "2020-01-31T09:05:06.123"),
        (cells.IsoReader(told=True), "2020-01-31T09:05:06.123456", "2020-01-31T09:05:06.123"),
        (ZONED, "2013-02-19T05:56:39.266Z", "2013-02-19T05:56:39.266Z"),
        (ZONED, "2013-02-19T20:00:00-05:00", "2013-02-20T01:00:00.000Z"),
        (ZONED, "2013-02-19 20:00:00+0530", "2013-02-19T14:30:00.000Z"),
        (us(), "1/7/20", "2020-01-07T00:00:00.000"),
        (us(), "12/31/1999 11:59:59 PM", "1999-12-31T23:59:59.000"),
        (us(), "01/02/2020 12:30 AM", "2020-01-02T00:30:00.000"),
        (us(), "1/2/2020 13:30", "2020-01-02T13:30:00.000"),
    ],
)
def test_a_value_is_read(reader: CellReader, text: str, stored: Any) -> None:
    found = reader.read(text)
    assert (found, type(found)) == (stored, type(stored))


@pytest.mark.parametrize(
    ("reader", "text", "why"),
    [
        (NUMBER, "007", "begins with a zero"),
        (NUMBER, "-01.5", "begins with a zero"),
        (NUMBER, "12345678901234567890", "more digits"),
        (NUMBER, "0.12345678901234567890", "more digits"),
        (NUMBER, "1,234", "more than digits"),
        (NUMBER, "1e5", "more than digits"),
        (NUMBER, "$5", "more than digits"),
        (NUMBER, "12E", ""),
        (NUMBER, "١٢", ""),
        (NUMBER, "", ""),
        (NUMBER, "NaN", ""),
        (NUMBER, JsonNumber("1E400"), "more digits"),
        (TOLD_NUMBER, "007", "begins with a zero"),
        (TOLD_NUMBER, "1,23", ""),
        (TOLD_NUMBER, "$", ""),
        (TOLD_NUMBER, ".", ""),
        (TOLD_NUMBER, "1 234", ""),
        (TRUTH, "Y", ""),
        (TRUTH, "1", ""),
        (ISO, "2020-02-30", "no day"),
        (ISO, "2020-01-31T25:00", "no day"),
        (ISO, "2020-01-31T09:05:06.1234567", "finer"),
        (ISO, "2020-01-31T00:00:00Z", "time zone"),
        (ISO, "20200131", ""),
        (ZONED, "2020-01-31T00:00:00", ""),
        (ZONED, "0001-01-01T00:00:00+10:00", "no day"),
        (us(), "31/1/2020", "order of day and month"),
        (us(), "2/30/2020", "no day"),
        (us(), "1/7/85", "1985 or 2085"),
        (us(), "1/7/2020 13:00 PM", "no day"),
        (us(), "1-7-2020", ""),
        (PAIR, "(139.1, -94.5)", "no latitude"),
        (PAIR, "(39.1 -94.5)", ""),
        (LOCATION, "4900 E 63rd St", ""),
        (URL, "ftp://example.gov", ""),
        (URL, "https://example.gov/a b", ""),
        (URL, "see https://example.gov", ""),
        (cells.ShapeReader(SodaType.POINT), "POLYGON ((0 0, 0 1, 1 1, 0 0))", "is a polygon"),
        (cells.ShapeReader(SodaType.POINT), "Elm Street", ""),
        (cells.NestedReader(), "[1]", ""),
        (cells.Only(JsonNumber, cells.NumberReader()), "12", ""),
    ],
)
def test_what_would_lose_something_is_refused(reader: CellReader, text: str, why: str) -> None:
    with pytest.raises(Unfit) as refused:
        reader.read(text)
    assert why in str(refused.value)
    assert bool(why) == bool(str(refused.value))


def test_a_two_digit_year_is_this_century_up_to_next_year() -> None:
    assert us().read("1/31/27").startswith("2027")
    with pytest.raises(Unfit):
        us().read("1/31/28")


def test_the_order_of_a_date_is_proven_by_a_day_above_twelve() -> None:
    reader = us()
    reader.read("1/2/2020")
    assert reader.doubt()
    reader.read("1/13/2020")
    assert not reader.doubt()
    assert not us(told=True).doubt()


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (
            "4900 E 63rd St64130\n(39.014495, -94.527365)",
            {"latitude": "39.014495", "longitude": "-94.527365", "address": "4900 E 63rd St64130"},
        ),
        (
            "220 4th Ave S\nKent, WA 98032\n(47.3810, -122.2350)",
            {
                "latitude": "47.3810",
                "address": "220 4th Ave S",
                "city": "Kent",
                "state": "WA",
                "zip": "98032",
            },
        ),
        ("a\nb\nKent, WA\n(1, 2)", {"address": "a\nb", "city": "Kent", "state": "WA", "zip": ""}),
        ("Kent, WA 98032-1234\n(1, 2)", {"address": "", "city": "Kent", "zip": "98032-1234"}),
        ("(1, 2)", {"latitude": "1", "longitude": "2"}),
    ],
)
def test_a_location_is_taken_apart_and_comes_back(text: str, stored: dict[str, str]) -> None:
    value = LOCATION.read(text)
    parts = json.loads(value)
    parts |= json.loads(parts.pop("human_address", "{}"))
    assert {name: parts.get(name) for name in stored} == stored
    assert location_text(value) == text


def test_an_address_alone_is_a_location_where_the_catalogue_says_so() -> None:
    value = cells.LocationReader(told=True).read("220 4th Ave S\nKent, WA 98032")
    assert "latitude" not in json.loads(value)
    assert location_text(value) == "220 4th Ave S\nKent, WA 98032"


@pytest.mark.parametrize("text", ["https://example.gov/?a=1&b=ä", "The form (http://example.gov/f.pdf)"])
def test_a_link_comes_back(text: str) -> None:
    assert url_text(URL.read(text)) == text


def test_pairs_have_the_latitude_first_and_points_the_longitude() -> None:
    assert json.loads(PAIR.read("(39.014495, -94.5)"))["coordinates"] == [-94.5, 39.014495]


DIGITS = st.from_regex(r"-?(0|[1-9]\d{0,25})(\.\d{1,25})?", fullmatch=True, alphabet="0123456789.-")


@given(DIGITS)
@example("9007199254740993")
@example("9007199254740993.0")
@example("0.30000000000000004")
@example("100000000000000.25")
@example("179769313486231580793.5")
def test_a_number_that_is_taken_is_worth_what_was_written(text: str) -> None:
    try:
        value = NUMBER.read(text)
    except Unfit:
        assert len(text) > 15, "only long ones are refused"
        return
    assert Decimal(number_text(value)) == Decimal(text)


@pytest.mark.parametrize(
    "part", ["1", " ", "(", "1 ", "1,", "POINT (1 ", "\t", "1/", ".1", "-", "http://a (", "9" * 5_000]
)
@pytest.mark.parametrize(
    "pattern", ["{}", "POINT ({})", "POINT ({}", "({}, 1)", "{}x", "SRID={}", "1/1/2020 {}", "${}%"]
)
def test_a_text_that_is_made_to_take_long_does_not(pattern: str, part: str) -> None:
    text = pattern.format(part * (40_000 // len(part)))
    readers = [NUMBER, TOLD_NUMBER, TRUTH, ISO, ZONED, us(), PAIR, LOCATION, URL]
    for reader in [*readers, cells.ShapeReader(SodaType.POINT), cells.NumberReader()]:
        try:
            reader.read(text)
        except Unfit:
            continue


@given(st.text())
def test_no_text_breaks_a_reader(text: str) -> None:
    readers = [NUMBER, TOLD_NUMBER, TRUTH, TOLD_TRUTH, ISO, ZONED, us(), PAIR, LOCATION, URL]
    readers += [cells.LocationReader(told=True), cells.ShapeReader(SodaType.POINT)]
    for reader in readers:
        try:
            reader.read(text)
        except Unfit:
            continue
