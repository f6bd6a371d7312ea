"""A question about dates or offices as it is written: what is wrong with it is told by its part."""

import datetime as dt

import pytest

from portals.models import City
from portals.questions import NotAnswerable, deadlines_asked, route_asked
from portals.rulebook import Rulebook, rulebook_for
from tests.portals.loading import load_text, riverbend

TODAY = dt.date(2026, 6, 4)


@pytest.fixture
def book(db: None) -> Rulebook:
    return rulebook_for(load_text(riverbend()).city)


@pytest.mark.parametrize(
    ("part", "kind", "events", "fee"),
    [
        ("kind", "wish", ["received=2026-06-04"], None),
        ("event", "records_request", [], None),
        ("event", "records_request", ["received"], None),
        ("event", "records_request", ["received=2026-02-30"], None),
        ("event", "records_request", ["received=9999-12-31"], None),
        ("fee", "records_request", ["received=2026-06-04"], "dear"),
        ("fee", "records_request", ["received=2026-06-04"], "Infinity"),
    ],
)
def test_a_question_about_dates_that_cannot_be_answered_names_its_part(
    book: Rulebook, part: str, kind: str, events: list[str], fee: str | None
) -> None:
    with pytest.raises(NotAnswerable) as refused:
        deadlines_asked(book, kind, events, fee=fee)
    assert refused.value.part == part and str(refused.value)


@pytest.mark.parametrize(
    ("part", "more"),
    [
        ("flag", {"flags": ["urgent"]}),
        ("dataset", {"dataset": "none"}),
        ("dataset", {"dataset": "x", "no_dataset": True}),
        ("on", {"on": "today"}),
        ("on", {"on": "2026-02-30"}),
    ],
)
def test_a_question_about_offices_that_cannot_be_answered_names_its_part(
    book: Rulebook, part: str, more: dict[str, object]
) -> None:
    with pytest.raises(NotAnswerable) as refused:
        route_asked(book, "error_report", today=TODAY, **more)
    assert refused.value.part == part


def test_without_a_day_of_receipt_today_counts(book: Rulebook) -> None:
    asked = route_asked(book, "error_report", today=TODAY)
    assert asked == route_asked(book, "error_report", today=dt.date(2020, 1, 1), on=TODAY.isoformat())
    assert (asked["city"], asked["kind"]) == (City.objects.get().slug, "error_report")
