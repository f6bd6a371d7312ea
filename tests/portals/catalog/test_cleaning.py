from datetime import UTC, date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.catalog import cleaning

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2013-02-06", date(2013, 2, 6)),
        ("2013-2-6", date(2013, 2, 6)),
        ("2013-02", date(2013, 2, 1)),
        ("2013", date(2013, 1, 1)),
        ("2013-02-06T10:11:12", date(2013, 2, 6)),
        ("2013-02-06T03:00:00Z", date(2013, 2, 5)),
        ("2013-02-06T00:00:00.000Z", date(2013, 2, 6)),
        ("2013-02-06 10:11:12 UTC", date(2013, 2, 6)),
        ("2013-02-06T10:11:12.1234567+0000", date(2013, 2, 6)),
        ("2/6/2013", date(2013, 2, 6)),
        ("1/7/20", date(2020, 1, 7)),
        ("02/06/2013 10:00 AM", date(2013, 2, 6)),
        ("February 6, 2013", date(2013, 2, 6)),
        ("Wed, 06 Feb 2013 10:00:00 GMT", date(2013, 2, 6)),
        (1360144800, date(2013, 2, 6)),
        (1360144800000, date(2013, 2, 6)),
        ("1360144800", date(2013, 2, 6)),
        ("R/P1D", None),
        ("yesterday", None),
        ("0000-00-00", None),
        ("2013-02-30", None),
        (10**30, None),
        (True, None),
        (None, None),
    ],
)
def test_dates_come_in_many_forms(value: object, day: date | None) -> None:
    assert cleaning.date_from(value, ZoneInfo("America/Chicago")) == day


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
        ("a < b and c > d", "a < b and c > d"),
        ("AT&amp;T &lt;b&gt;", "AT&T <b>"),
        ("<style>p{}</style>Seen<script>x()", "Seen"),
        ("null\0byte \ud800 half", "nullbyte half"),
        (None, ""),
        ({"a": 1}, ""),
    ],
)
def test_markup_becomes_text(value: object, text: str) -> None:
    assert cleaning.text_from(value) == text


@pytest.mark.parametrize(
    ("value", "identifier"),
    [
        ("abcd-1234", "abcd-1234"),
        ("https://data.example.gov/api/views/abcd-1234", "abcd-1234"),
        ("https://data.example.gov/d/abcd-1234", "abcd-1234"),
        (
            "https://www.arcgis.com/home/item.html?id=0123456789abcdef0123456789abcdef&sublayer=3",
            "0123456789abcdef0123456789abcdef_3",
        ),
        (17, "17"),
        ("", ""),
        (None, ""),
        ([], ""),
    ],
)
def test_the_same_dataset_has_the_same_identifier_in_every_format(value: object, identifier: str) -> None:
    assert cleaning.identifier_from(value) == identifier


def test_identifiers_that_do_not_fit_an_address_stay_apart() -> None:
    one, other = cleaning.identifier_from("a/b c"), cleaning.identifier_from("a b/c")
    assert one != other
    assert one.startswith("a-b-c-")
    assert cleaning.path_safe("..") not in ("..", ".")


@pytest.mark.parametrize(
    "value", ["javascript:alert(1)", "data:text/html,x", "//x", "http://", "http://u:p@x/"]
)
def test_only_plain_web_addresses_become_links(value: str) -> None:
    assert cleaning.url_from(value) == ""


@given(anything)
def test_nothing_that_json_can_hold_raises(value: object) -> None:
    for read in (cleaning.text_from, cleaning.line_from, cleaning.words_from, cleaning.email_from):
        read(value)
    cleaning.date_from(value, UTC)
    assert "\0" not in cleaning.text_from(value)
    assert len(cleaning.line_from(value, 50)) <= 50
    assert len(cleaning.identifier_from(value)) <= cleaning.IDENTIFIER_LIMIT
    assert "/" not in cleaning.identifier_from(value)
    assert len(cleaning.url_from(value)) <= cleaning.URL_LIMIT
