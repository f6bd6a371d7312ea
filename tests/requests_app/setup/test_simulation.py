"""What a changed rule would have done to last year's cases: right, bounded, and without writing anything."""

import datetime as dt
from typing import Any

import pytest

from portals.models import Confirmation, Recount
from portals.rulebook import rulebook_for
from portals.vocabulary import DayUnit
from requests_app import determinations, intake
from requests_app.events.case_clocks import TARGET_KEY
from requests_app.models import Deadline, Event, Notice
from requests_app.setup import simulation
from requests_app.setup.simulation import Change, Outcome
from tests.requests_app.factories import FILED, Staff, file_case

D = dt.date
DAY = dt.timedelta(days=1)
NOW = FILED + 30 * DAY


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def simulate(staff: Staff, key: str, change: Change, now: dt.datetime = NOW) -> Outcome:
    rules = {rule.key: rule for rule in simulation.clocks_of(staff.city, staff.city.date_at(now))}
    return simulation.simulate(staff.city, rules[key], change, now=now)


def test_a_shorter_limit_makes_late_what_was_in_time(kent: Staff) -> None:
    case = file_case(kent.city, "records_request")
    given = determinations.Answer(outcome="granted", reasons="Here.")
    determinations.determine(case, given, by=kent.clerk, now=FILED + 4 * DAY)
    outcome = simulate(kent, "records-response", Change(2, DayUnit.BUSINESS))
    (line,) = outcome.lines
    assert (line.before, line.after, line.days) == (D(2026, 6, 8), D(2026, 6, 3), -5)
    assert line.done_on == D(2026, 6, 5)
    assert (outcome.late_before, outcome.late_after) == (0, 1)
    assert outcome.moved == [(-5, 1)]


def test_what_is_not_done_yet_is_late_once_its_day_has_passed(kent: Staff) -> None:
    file_case(kent.city, "records_request")
    outcome = simulate(kent, "records-response", Change(100, DayUnit.CALENDAR))
    assert (outcome.late_before, outcome.late_after) == (1, 0)


def test_the_offices_own_target_can_be_tried(kent: Staff) -> None:
    case = file_case(kent.city)
    intake.acknowledge(case, by=kent.alice, now=FILED + DAY)
    outcome = simulate(kent, TARGET_KEY, Change(1, DayUnit.BUSINESS))
    (line,) = outcome.lines
    assert (line.before, line.after, outcome.late_after) == (D(2026, 6, 4), D(2026, 6, 2), 0)


def test_a_rule_that_is_not_specified_shows_what_a_number_would_mean(people: dict[str, Staff]) -> None:
    oklahoma = people["oklahoma-city"]
    file_case(oklahoma.city, "records_request")
    outcome = simulate(oklahoma, "records-response", Change(5, DayUnit.BUSINESS))
    (line,) = outcome.lines
    assert (line.before, line.after, line.days) == (None, D(2026, 6, 8), None)
    assert (outcome.undated, outcome.late_before, outcome.late_after) == (1, 0, 1)


def test_an_extension_is_tried_in_the_unit_of_the_rule(people: dict[str, Staff]) -> None:
    bakersfield = people["bakersfield"]
    rule = next(
        rule for rule in simulation.clocks_of(bakersfield.city, FILED.date()) if rule.extension is not None
    )
    changed = simulation.changed_rule(rule, Change(8, DayUnit.CALENDAR, extension=5))
    assert changed.extension and (changed.count, changed.extension.limit) == (8, 5)
    if changed.extension.counts_from == "start":
        assert changed.extension.total == 13


def test_it_writes_nothing(kent: Staff) -> None:
    file_case(kent.city, "records_request")
    tables: list[Any] = [Event, Deadline, Notice, Confirmation, Recount]
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    simulate(kent, "records-response", Change(2, DayUnit.BUSINESS))
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before
    assert rulebook_for(kent.city).clocks == rulebook_for(kent.city).file_clocks


def test_only_the_last_year_and_a_bounded_number_are_worked_out(
    kent: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    for days in (0, 1, 2):
        file_case(kent.city, "records_request", received_at=FILED - days * DAY)
    file_case(kent.city, "records_request", received_at=FILED - 400 * DAY)
    monkeypatch.setattr(simulation, "AT_MOST", 2)
    outcome = simulate(kent, "records-response", Change(2, DayUnit.BUSINESS))
    assert (outcome.found, outcome.looked_at) == (3, 2)


def test_every_clock_of_every_city_can_be_tried(people: dict[str, Staff]) -> None:
    for staff in people.values():
        for rule in simulation.clocks_of(staff.city, FILED.date()):
            if rule.key != TARGET_KEY:
                simulation.changed_rule(rule, Change(7, DayUnit.CALENDAR))
