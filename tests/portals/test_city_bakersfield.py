"""Bakersfield's city file held to its facts; dates are counted here by plain datetime, not by the engine."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

FILE = Path(__file__).parents[2] / "portals" / "cities" / "bakersfield.toml"
CITY = tomllib.loads(FILE.read_text(encoding="utf-8"))
ZONE = ZoneInfo("America/Los_Angeles")
CLOSED = {day["on"] for year in CITY["closed_days"] for day in year["days"]}
RULES = [*CITY["provision"], *CITY["fee_rule"], *CITY["denial_rule"]]
DAY = dt.timedelta(days=1)

# The days Bakersfield is known or nearly certain to keep, written out by hand for one year.
CLOSED_2026 = {
    dt.date(2026, *day)
    for day in [(1, 1), (1, 19), (2, 16), (5, 25), (6, 19), (9, 7), (11, 11), (11, 26), (11, 27), (12, 25)]
}
# Row ids whose facts are not verified (low or general knowledge) and must never be asserted.
UNVERIFIED = {"CA5", "CA20", "CA23", "CA29"}


def is_open(day: dt.date) -> bool:
    return day.weekday() < 5 and day not in CLOSED


def city_date(value: Any) -> dt.date:
    return value if isinstance(value, dt.date) else dt.datetime.fromisoformat(value).astimezone(ZONE).date()


def rolled(day: dt.date) -> dt.date:
    while not is_open(day):
        day += DAY
    return day


def open_days_after(day: dt.date, count: int) -> dt.date:
    while count:
        day += DAY
        count -= is_open(day)
    return day


def expected(example: dict[str, Any]) -> dt.date:
    events = {name: city_date(value) for name, value in example["events"].items()}
    if example["kind"] != "records_request":
        return open_days_after(events["received"], 3)
    due = rolled(events["received"] + 10 * DAY)
    extended = events.get("extension_notified", dt.date.max) <= due
    return rolled(events["received"] + 24 * DAY) if extended else due


def test_every_fact_of_the_guide_is_a_provision() -> None:
    rows = {row for provision in CITY["provision"] for row in provision["rows"]}
    assert {f"BK{number:02}" for number in range(1, 32)} <= rows


def test_every_fact_of_the_law_is_a_rule() -> None:
    rows = {row for rule in RULES for row in rule["rows"]}
    assert {f"CA{number}" for number in range(1, 30)} <= rows


def test_facts_of_the_guide_and_of_the_law_are_never_one_rule() -> None:
    for rule in RULES:
        assert len({row[:2] for row in rule["rows"]}) == 1, rule["id"]
        assert (rule["layer"] == "guide") == rule["rows"][0].startswith("BK"), rule["id"]


def test_what_is_not_verified_is_shown_as_not_specified_with_an_office_to_ask() -> None:
    offices = {office["id"] for office in CITY["office"]}
    found = set()
    for rule in RULES:
        if UNVERIFIED & set(rule["rows"]):
            found |= set(rule["rows"])
            assert rule["status"] == "not_specified"
            assert rule["confirm_with"] in offices
    assert found == UNVERIFIED


def test_silent_topics_of_the_guide_are_silent_here() -> None:
    silent = {row for rule in CITY["provision"] if rule["status"] == "silent" for row in rule["rows"]}
    assert silent == {"BK27", "BK28", "BK29", "BK30"}
    assert "violation" not in CITY


def test_closed_days_of_2026_are_the_ones_written_by_hand() -> None:
    assert {day for day in CLOSED if day.year == 2026} == CLOSED_2026


def test_sunday_holidays_move_to_monday_and_only_veterans_day_moves_to_friday() -> None:
    assert dt.date(2027, 7, 5) in CLOSED
    assert dt.date(2028, 11, 10) in CLOSED
    assert (
        not {dt.date(2026, 7, 3), dt.date(2027, 6, 18), dt.date(2027, 12, 24), dt.date(2027, 12, 31)} & CLOSED
    )


def test_the_city_attorney_never_has_to_act() -> None:
    assert {route["relation"] for route in CITY["route"] if route.get("role") == "legal"} == {"informed"}
    assert {step["action"] for step in CITY["escalation_step"] if step["to"] == "legal"} == {"inform"}


def test_the_ladder_is_the_offices_own_and_says_that_the_guide_has_none() -> None:
    steps = [(step["after"], step["action"], step["to"]) for step in CITY["escalation_step"]]
    assert steps == [
        (4, "remind", "lead"),
        (6, "inform", "it_open_data"),
        (10, "refer", "records_custodian"),
        (15, "inform", "legal"),
    ]
    for step in CITY["escalation_step"]:
        assert step["layer"] == step["after_layer"] == "office_target"
        assert "not specified on the cited page" in step["because"]


def test_no_clock_is_invented_for_going_to_court() -> None:
    assert [clock["milestone"] for clock in CITY["clock"]] == ["determination"]
    court = next(route for route in CITY["appeal_route"] if route["id"] == "superior-court")
    assert court["status"] == "not_specified"


@pytest.mark.parametrize("example", CITY["example"], ids=lambda example: example["title"])
def test_worked_example_agrees_with_dates_counted_by_hand(example: dict[str, Any]) -> None:
    (deadline,) = example["deadlines"]
    assert deadline["due_on"] == expected(example)
    if "extendable_to" in deadline:
        assert deadline["extendable_to"] == rolled(city_date(example["events"]["received"]) + 24 * DAY)
