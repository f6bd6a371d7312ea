"""Timestamps as texts that sort."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.soda.values.moments import add, days_between, epoch_seconds, fixed, floating, local, period, zone


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2020", "2020-01-01T00:00:00.000"),
        ("2020-05", "2020-05-01T00:00:00.000"),
        ("2020-5-7", "2020-05-07T00:00:00.000"),
        ("2020-05-07T08", "2020-05-07T08:00:00.000"),
        ("2020-05-07 08:09", "2020-05-07T08:09:00.000"),
        ("2020-05-07T08:09:10.1239", "2020-05-07T08:09:10.123"),
        ("0001-01-01", "0001-01-01T00:00:00.000"),
        ("2020-02-30", None),
        ("2020-13", None),
        ("0000-01-01", None),
        ("2020-05-07T25", None),
        ("2020-05-07Z", None),
        ("20-05-07", None),
        ("soon", None),
        ("", None),
        ("٢٠٢٠", None),
    ],
)
def test_a_floating_timestamp_is_read_in_these_forms(text: str, moment: str | None) -> None:
    assert floating(text) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2020-05-07T08:00:00Z", "2020-05-07T08:00:00.000Z"),
        ("2020-05-07T08:00:00-05:00", "2020-05-07T13:00:00.000Z"),
        ("2020-05-07T08:00:00+0530", "2020-05-07T02:30:00.000Z"),
        ("2020-05-07T08:00:00+05", "2020-05-07T03:00:00.000Z"),
        ("2020-05-07", "2020-05-07T00:00:00.000Z"),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:00:00-14:00", None),
        ("2020-05-07T08:00:00+99:99", None),
    ],
)
def test_a_fixed_timestamp_is_turned_to_utc(text: str, moment: str | None) -> None:
    assert fixed(text) == moment


MOMENTS = st.datetimes().map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000))


@given(MOMENTS, MOMENTS)
def test_timestamps_sort_as_texts(one: datetime, other: datetime) -> None:
    first, second = floating(one.isoformat()), floating(other.isoformat())
    assert first is not None and second is not None
    assert (first < second) == (one < other)
    assert datetime.fromisoformat(first) == one


@given(st.text(max_size=30))
def test_any_text_is_a_timestamp_and_a_period_or_none(text: str) -> None:
    assert floating(text) is None or len(floating(text) or "") == 23
    assert fixed(text) is None or len(fixed(text) or "") == 24
    assert period(text) is None or text.startswith("P")
    assert zone(text) is None or text


@pytest.mark.parametrize(
    ("moment", "told", "sign", "expected"),
    [
        ("2020-01-31T10:00:00.000", "P1M", 1, "2020-02-29T10:00:00.000"),
        ("2020-03-31T10:00:00.000", "P1M", -1, "2020-02-29T10:00:00.000"),
        ("2020-02-29T00:00:00.000", "P1Y", 1, "2021-02-28T00:00:00.000"),
        ("2020-12-31T00:00:00.000", "P2M", 1, "2021-02-28T00:00:00.000"),
        ("2020-01-01T00:00:00.000Z", "P1W2DT3H4M5.5S", 1, "2020-01-10T03:04:05.500Z"),
        ("2020-01-01T00:00:00.000", "P-1D", 1, "2019-12-31T00:00:00.000"),
        ("9999-12-31T00:00:00.000", "P1D", 1, None),
        ("9999-12-01T00:00:00.000", "P0D", 1, "9999-12-01T00:00:00.000"),
        ("0001-01-01T00:00:00.000", "P1M", -1, None),
        ("2020-01-01T00:00:00.000", "P99999Y", 1, None),
        ("2020-01-01T00:00:00.000", "P", 1, None),
        ("2020-01-01T00:00:00.000", "PT", 1, None),
        ("2020-01-01T00:00:00.000", "1D", 1, None),
    ],
)
def test_a_period_is_added_months_first(moment: str, told: str, sign: int, expected: str | None) -> None:
    assert add(moment, told, sign) == expected


def test_a_zone_gives_the_time_on_its_walls() -> None:
    assert local("2020-07-01T12:00:00.000Z", "America/Chicago") == "2020-07-01T07:00:00.000"
    assert local("2020-01-01T12:00:00.000Z", "America/Chicago") == "2020-01-01T06:00:00.000"
    assert local("2020-01-01T12:00:00.000Z", "Mars/Phobos") is None


@pytest.mark.parametrize(
    "name", ["", "..", "../etc/passwd", "/etc/passwd", "America", "America/", "a\0b", "Mars"]
)
def test_what_is_no_zone_is_none(name: str) -> None:
    assert zone(name) is None


def test_days_and_seconds_are_counted() -> None:
    assert days_between("2020-03-01T00:00:00.000", "2020-02-28T23:59:59.999") == 2
    assert days_between("2020-01-01T00:00:00.000", "2020-01-02T00:00:00.000") == -1
    moment = datetime(2020, 5, 6, 7, 8, 9, 500_000, tzinfo=UTC)
    assert epoch_seconds("2020-05-06T07:08:09.500Z") == moment.timestamp()
    assert timedelta(seconds=epoch_seconds("1969-12-31T00:00:00.000Z")) == timedelta(days=-1)
