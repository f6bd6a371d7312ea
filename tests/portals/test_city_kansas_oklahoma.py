"""Kansas City's and Oklahoma City's files held to their laws; dates are counted here by plain datetime.

The holidays are derived from the words of RSMo 9.010 and 25 O.S. 82.1, not copied from the files.
"""

import datetime as dt
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

CITIES = Path(__file__).parents[2] / "portals" / "cities"
ZONE = ZoneInfo("America/Chicago")
YEARS = (2025, 2026, 2027, 2028)
DAY = dt.timedelta(days=1)
MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
AMENDED = dt.date(2025, 8, 28)


def city(slug: str) -> dict[str, Any]:
    return tomllib.loads((CITIES / f"{slug}.toml").read_text(encoding="utf-8"))


KANSAS_CITY, OKLAHOMA_CITY = city("kansas-city"), city("oklahoma-city")
BOTH = pytest.mark.parametrize("file", [KANSAS_CITY, OKLAHOMA_CITY], ids=["kansas-city", "oklahoma-city"])


def closed(file: dict[str, Any]) -> set[dt.date]:
    return {day["on"] for year in file["closed_days"] for day in year["days"]}


def nth(year: int, month: int, weekday: int, place: int) -> dt.date:
    """The `place`-th such weekday of a month; 0 is the last."""
    days = [dt.date(year, month, 1) + offset * DAY for offset in range(31)]
    found = [day for day in days if day.month == month and day.weekday() == weekday]
    return found[place - 1]


def common(year: int) -> set[dt.date]:
    """What both states keep on a weekday of its own."""
    return {
        nth(year, 1, MONDAY, 3),
        nth(year, 2, MONDAY, 3),
        nth(year, 5, MONDAY, 0),
        nth(year, 9, MONDAY, 1),
        nth(year, 11, THURSDAY, 4),
    }


def missouri(year: int) -> set[dt.date]:
    """RSMo 9.010: a Sunday moves to Monday; a Saturday does not move, so it takes away no business day."""
    fixed = [(1, 1), (2, 12), (5, 8), (6, 19), (7, 4), (11, 11), (12, 25)]
    days = [dt.date(year, *day) for day in fixed]
    moved = {day + DAY if day.weekday() == SUNDAY else day for day in days if day.weekday() != SATURDAY}
    return moved | common(year) | {nth(year, 10, MONDAY, 2)}


def oklahoma(year: int) -> set[dt.date]:
    """25 O.S. 82.1 without the day that the Governor's order fixes; New Year's Day of the next year may be
    observed in this one."""
    fixed = [dt.date(year, 1, 1), dt.date(year, 7, 4), dt.date(year, 11, 11), dt.date(year + 1, 1, 1)]
    observed = {day + {SATURDAY: -DAY, SUNDAY: DAY}.get(day.weekday(), 0 * DAY) for day in fixed}
    christmas = dt.date(year, 12, 25)
    at_christmas = {
        SATURDAY: {christmas - 2 * DAY, christmas - DAY},
        SUNDAY: {christmas + DAY, christmas + 2 * DAY},
    }
    observed |= at_christmas.get(christmas.weekday(), {christmas})
    observed |= common(year) | {nth(year, 11, THURSDAY, 4) + DAY}
    return {day for day in observed if day.year == year}


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(("file", "law"), [(KANSAS_CITY, missouri), (OKLAHOMA_CITY, oklahoma)])
def test_the_closed_days_are_those_of_the_state_law(
    file: dict[str, Any], law: Callable[[int], set[dt.date]], year: int
) -> None:
    assert {day for day in closed(file) if day.year == year} == law(year)


@BOTH
def test_no_year_beyond_the_last_known_one_is_entered(file: dict[str, Any]) -> None:
    assert [block["year"] for block in file["closed_days"]] == list(YEARS)
    assert all("until the city confirms its own list" in block["note"] for block in file["closed_days"])


def test_a_year_whose_christmas_needs_the_governors_order_is_not_complete() -> None:
    complete = {block["year"]: block.get("complete", True) for block in OKLAHOMA_CITY["closed_days"]}
    assert complete == {2025: False, 2026: False, 2027: True, 2028: False}


def on(value: Any) -> dt.date:
    return value.astimezone(ZONE).date() if isinstance(value, dt.datetime) else value


def open_days_after(start: dt.date, count: int, days: set[dt.date]) -> dt.date:
    day = start
    while count:
        day += DAY
        count -= day.weekday() < SATURDAY and day not in days
    return day


def years_after(start: dt.date, count: int) -> dt.date:
    leap_day = (start.month, start.day) == (2, 29)
    return start.replace(year=start.year + count, day=28 if leap_day else start.day)


def kansas_records(events: dict[str, dt.date], fee: float) -> dict[str, dt.date | None]:
    received = events.get("received_by_custodian", events["received"])
    due: dict[str, dt.date | None] = {"response": open_days_after(received, 3, closed(KANSAS_CITY))}
    days = 150 if fee > 1000 else 90
    for start, ends in (("fee_notified", {"fee_paid"}), ("clarification_asked", {"clarification_answered"})):
        if start in events and not ends & events.keys() and events["received"] >= AMENDED:
            last = events[start] + days * DAY
            due["lapse"] = last + DAY if last.weekday() == SUNDAY else last
    if "statement_requested" in events:
        due["denial_statement"] = open_days_after(events["statement_requested"], 3, closed(KANSAS_CITY))
    if "denied" in events:
        known = events.get("violation_ascertained", events["denied"])
        due["court_filing"] = min(years_after(known, 1), years_after(events["denied"], 2))
    return due


def oklahoma_records(events: dict[str, dt.date], fee: float) -> dict[str, dt.date | None]:
    due: dict[str, dt.date | None] = {"response": None}
    if "denied" in events:
        last = events["denied"] + 30 * DAY
        while last.weekday() >= SATURDAY or last in closed(OKLAHOMA_CITY):
            last += DAY
        due["appeal_filing"] = last
    if "petition_received" in events:
        due["reviewer_decision"] = events["petition_received"] + 60 * DAY
    return due


def recounted(file: dict[str, Any], example: dict[str, Any]) -> dict[str, dt.date | None]:
    events = {name: on(value) for name, value in example["events"].items()}
    if example["kind"] == "records_request":
        count = kansas_records if file is KANSAS_CITY else oklahoma_records
        return count(events, example.get("fee", 0))
    due: dict[str, dt.date | None] = {"acknowledgement": open_days_after(events["received"], 3, closed(file))}
    if "denied" in events:
        due["appeal_filing"] = None
    if example["kind"] == "appeal" or (example["kind"] == "dataset_request" and file is KANSAS_CITY):
        due["determination"] = None
    return due


EXAMPLES = [
    pytest.param(file, example, id=f"{file['city']['slug']}: {example['title']}")
    for file in (KANSAS_CITY, OKLAHOMA_CITY)
    for example in file["example"]
]


@pytest.mark.parametrize(("file", "example"), EXAMPLES)
def test_each_worked_example_agrees_with_a_count_by_hand(
    file: dict[str, Any], example: dict[str, Any]
) -> None:
    assert {row["milestone"]: row.get("due_on") for row in example["deadlines"]} == recounted(file, example)
    for row in example["deadlines"]:
        assert (row.get("state") == "not_specified") == ("due_on" not in row)
        assert row.get("acts_on", DAY + row.get("due_on", AMENDED)) == row.get("due_on", AMENDED) + DAY


@BOTH
def test_there_are_examples_for_every_kind_and_for_the_hard_days(file: dict[str, Any]) -> None:
    assert len(file["example"]) >= 14
    assert {example["kind"] for example in file["example"]} == {route["kind"] for route in file["route"]}
    text = " ".join(example["title"].lower() for example in file["example"])
    for word in ("saturday", "leap day", "clocks go", "year", "not specified"):
        assert word in text, word


@BOTH
def test_the_city_attorney_is_only_ever_informed(file: dict[str, Any]) -> None:
    assert all(route.get("role") != "legal" for route in file["route"])
    assert {step["action"] for step in file["escalation_step"] if step["to"] == "legal"} <= {"inform"}


def test_kansas_citys_ladder_is_the_guides_and_its_days_are_the_offices_own() -> None:
    steps = KANSAS_CITY["escalation_step"]
    assert [(step["after"], step["action"], step["to"]) for step in steps] == [
        (4, "follow_up", "lead"),
        (6, "refer", "lead_head"),
        (10, "refer", "administrative_escalation"),
        (15, "inform", "administrative_escalation"),
    ]
    assert {(step["layer"], step["after_layer"]) for step in steps} == {("guide", "office_target")}
    assert (steps[0]["offered_to_requester"], steps[0]["clock_after"], steps[3]["repeat_every"]) == (
        True,
        5,
        5,
    )


def test_oklahoma_citys_ladder_claims_nothing_of_the_guide() -> None:
    steps = OKLAHOMA_CITY["escalation_step"]
    assert [(step["after"], step["action"], step["to"]) for step in steps] == [
        (4, "remind", "lead"),
        (6, "inform", "records_custodian"),
        (10, "refer", "records_custodian"),
        (15, "inform", "legal"),
    ]
    assert {step["layer"] for step in steps} == {"office_target"}
    assert all("not specified on the cited page" in step["because"].lower() for step in steps)


def test_no_number_of_days_is_invented_for_an_answer_in_oklahoma_city() -> None:
    clocks = [clock for clock in OKLAHOMA_CITY["clock"] if clock["milestone"] == "response"]
    assert [(clock["status"], clock["confirm_with"]) for clock in clocks] == [("not_specified", "city-clerk")]
    assert "count" not in clocks[0]


def test_the_measures_are_those_that_the_guide_names_and_no_others() -> None:
    assert [measure["id"] for measure in KANSAS_CITY["measure"]] == [
        "administrative-order",
        "account-suspension",
        "api-key-revocation",
        "referral-to-legal-action",
    ]
    assert [measure["id"] for measure in OKLAHOMA_CITY["measure"]] == [
        "access-suspension",
        "account-removal",
        "takedown-request",
        "legal-action",
    ]
    assert "violation" not in KANSAS_CITY
    assert len(OKLAHOMA_CITY["violation"]) == 3 and all(row["outcome"] for row in OKLAHOMA_CITY["violation"])
