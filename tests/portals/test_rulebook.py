"""The rules of a city, read once a version: a confirmed change is seen, an undone one never kept."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from portals.clocks import Happening
from portals.models import City, ClosedDay, Office
from portals.rulebook import mark_changed, rulebook_for
from tests.portals.loading import load_text, riverbend

ON = dt.date(2026, 6, 29)


@pytest.mark.django_db
def test_rows_become_rules() -> None:
    book = rulebook_for(load_text(riverbend()).city)
    assert (book.slug, book.time_zone, book.closing_time) == (
        "riverbend",
        ZoneInfo("America/Denver"),
        dt.time(16, 30),
    )
    clock = next(clock for clock in book.clocks if clock.key == "records-answer")
    assert (clock.count, clock.citation, clock.citation_title) == (
        7,
        "RB 10-4",
        "Riverbend records ordinance",
    )
    assert clock.extension is not None
    assert (clock.extension.limit, clock.extension.citation) == (5, "RB 10-4")
    assert (
        next(clock for clock in book.clocks if clock.status == "not_specified").confirm_with == "Data Office"
    )
    assert [office.key for office in book.routes.offices] == [
        "data-office",
        "archive",
        "parks",
        "mayor",
        "county-court",
    ]
    assert (book.calendar.first_year, book.calendar.last_year) == (2026, 2027)
    assert [flag.key for flag in book.flags_of("error_report")] == ["personal_data"]
    assert book.flags_of("appeal") == ()
    assert [appeal.name for appeal in book.appeal_routes("records_request", ON, "denial")] == ["County court"]
    assert book.appeal_routes("records_request", ON, "silence") == ()


@pytest.mark.django_db
def test_the_offices_own_target_joins_the_clocks_of_other_kinds() -> None:
    book = rulebook_for(load_text(riverbend()).city)
    assert [clock.milestone for clock in book.clocks_for("error_report", ON)] == ["acknowledgement"]
    assert "acknowledgement" not in [clock.milestone for clock in book.clocks_for("records_request", ON)]
    deadline = book.deadlines("error_report", [Happening("received", ON)], received_on=ON)[0]
    assert (deadline.due_on, deadline.layer, deadline.citation) == (
        dt.date(2026, 7, 1),
        "office_target",
        "office target",
    )


@pytest.mark.django_db
def test_a_year_behind_a_gap_is_not_entered() -> None:
    city = load_text(riverbend()).city
    city.closed_years.create(year=2030)
    assert rulebook_for(city).calendar.last_year == 2027


@pytest.mark.django_db
def test_an_office_row_and_its_reference_are_the_same() -> None:
    city = load_text(riverbend()).city
    book = rulebook_for(city)
    archive = book.office_ref(city.offices.get(key="archive"))
    assert archive is not None
    assert (archive.key, archive.roles, archive.citation) == ("archive", ("records_custodian",), "[1]")
    assert book.office_ref(None) is None
    late = Office.objects.create(city=city, key="late", name="Late Office")
    assert book.office_ref(late).name == "Late Office"  # type: ignore[union-attr]


@pytest.mark.django_db(transaction=True)
def test_a_version_is_read_once_and_a_change_is_seen_at_once() -> None:
    city = load_text(riverbend()).city
    first = rulebook_for(city)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert rulebook_for(City.objects.get(slug="riverbend")) is first
    assert len(queries) == 1
    with transaction.atomic():
        ClosedDay.objects.create(city=city, on=dt.date(2026, 6, 30), name="Flood")
        mark_changed(city)
    again = rulebook_for(City.objects.get(slug="riverbend"))
    assert dt.date(2026, 6, 30) not in first.calendar.closed
    assert again.calendar.closed[dt.date(2026, 6, 30)] == "Flood"


@pytest.mark.django_db(transaction=True)
def test_what_was_undone_is_never_kept() -> None:
    city = load_text(riverbend()).city
    rulebook_for(city)
    with pytest.raises(RuntimeError), transaction.atomic():
        ClosedDay.objects.create(city=city, on=dt.date(2026, 6, 30), name="Flood")
        mark_changed(city)
        assert dt.date(2026, 6, 30) in rulebook_for(city).calendar.closed
        raise RuntimeError
    mark_changed(City.objects.get(slug="riverbend"))
    assert dt.date(2026, 6, 30) not in rulebook_for(City.objects.get(slug="riverbend")).calendar.closed


@pytest.mark.django_db(transaction=True)
def test_a_reload_is_seen_at_once() -> None:
    assert rulebook_for(load_text(riverbend()).city).paragraphs["greeting"] == "Good day from Riverbend."
    load_text(riverbend(("Good day from Riverbend.", "Hello.")))
    assert rulebook_for(City.objects.get(slug="riverbend")).paragraphs["greeting"] == "Hello."
