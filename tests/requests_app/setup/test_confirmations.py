"""What an office confirmed where the page is silent: beside the rule, for later cases, then for open ones."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from portals.clocks import Happening
from portals.explain import deadline_sentences
from portals.models import City, Confirmation, Office, Recount
from portals.rulebook import rulebook_for
from portals.vocabulary import ClockState, DayUnit, Layer, Roll
from requests_app import determinations
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, Notice, Submission
from requests_app.setup import confirmations, recount
from requests_app.setup.confirmations import Answer
from tests.portals.loading import SHIPPED, load_text
from tests.requests_app.factories import FILED, Staff, file_case

RULE = "clock:records-response"
TODAY = FILED.date()
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def oklahoma(people: dict[str, Staff]) -> Staff:
    return people["oklahoma-city"]


def clerk_of(city: City) -> Office:
    return city.offices.get(key="city-clerk")


def answer(city: City, **changes: Any) -> Answer:
    given = Answer(
        office=clerk_of(city),
        confirmed_by="Amy K. Simpson, City Clerk",
        confirmed_on=TODAY,
        effective_from=TODAY,
        citation_label="Letter of the City Clerk, June 1, 2026",
        citation_url="https://www.okc.example/letter",
        count=10,
        unit=DayUnit.BUSINESS,
    )
    return replace(given, **changes)


def confirm(staff: Staff, now: dt.datetime = FILED, **changes: Any) -> Confirmation:
    return confirmations.confirm(staff.city, RULE, answer(staff.city, **changes), by=staff.clerk, now=now)


def response(city: City, on: dt.date) -> Any:
    happened = [Happening("received", on)]
    found = rulebook_for(city).deadlines("records_request", happened, received_on=on)
    return next(deadline for deadline in found if deadline.rule.key == "records-response")


def stored(case: Submission) -> Any:
    return case.deadlines.get(clock_key="records-response", cycle=case.cycle)


# -- later cases


def test_a_confirmed_time_limit_holds_from_its_day_on_and_says_who_confirmed_it(oklahoma: Staff) -> None:
    confirm(oklahoma, effective_from=TODAY + DAY)
    before, after = response(oklahoma.city, TODAY), response(oklahoma.city, TODAY + DAY)
    assert (before.state, before.due_on) == (ClockState.NOT_SPECIFIED, None)
    assert (after.state, after.due_on) == (ClockState.OPEN, dt.date(2026, 6, 16))
    assert (after.layer, after.citation) == (Layer.CONFIRMED, "Letter of the City Clerk, June 1, 2026")


def test_the_explanation_shows_both_the_silence_and_the_confirmation(oklahoma: Staff) -> None:
    confirm(oklahoma)
    told = " ".join(deadline_sentences(response(oklahoma.city, TODAY)))
    assert "is not specified on the cited page (" in told
    assert "City Clerk confirmed the time limit on Monday, June 1, 2026 (Letter of the City Clerk" in told
    assert "Count 10 days on which the office is open" in told


def test_the_rule_of_the_file_is_never_edited(oklahoma: Staff) -> None:
    before = oklahoma.city.clocks.filter(key="records-response").values().get()
    confirm(oklahoma)
    assert oklahoma.city.clocks.filter(key="records-response").values().get() == before


def test_a_newer_confirmation_replaces_the_older_from_its_day_on(oklahoma: Staff) -> None:
    confirm(oklahoma)
    confirm(oklahoma, count=5, effective_from=TODAY + 7 * DAY)
    assert response(oklahoma.city, TODAY).due_on == dt.date(2026, 6, 15)
    assert response(oklahoma.city, TODAY + 7 * DAY).due_on == dt.date(2026, 6, 15)


def test_a_confirmation_taken_back_leaves_what_was_received_meanwhile(oklahoma: Staff) -> None:
    confirm(oklahoma)
    confirmations.take_back(oklahoma.city, RULE, reason="A slip.", by=oklahoma.clerk, now=FILED + HOUR)
    assert response(oklahoma.city, TODAY).due_on == dt.date(2026, 6, 15)
    assert response(oklahoma.city, TODAY + DAY).state == ClockState.NOT_SPECIFIED


def test_calendar_days_may_roll(oklahoma: Staff) -> None:
    confirm(oklahoma, count=5, unit=DayUnit.CALENDAR, roll=Roll.NEXT_OPEN_DAY)
    assert response(oklahoma.city, TODAY).due_on == dt.date(2026, 6, 8)


def test_a_new_case_is_filed_with_the_confirmed_date(oklahoma: Staff) -> None:
    confirm(oklahoma)
    case = file_case(oklahoma.city, "records_request")
    assert (stored(case).due_on, stored(case).layer) == (dt.date(2026, 6, 15), Layer.CONFIRMED)


# -- what is refused


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"citation_label": " "}, "citation_label"),
        ({"confirmed_by": ""}, "confirmed_by"),
        ({"count": 0}, "count"),
        ({"count": None}, "count"),
        ({"count": 100_000}, "count"),
        ({"count": 21, "unit": DayUnit.YEARS}, "count"),
        ({"unit": "moons"}, "unit"),
        ({"roll": Roll.SUNDAY}, "roll"),
        ({"confirmed_on": TODAY + DAY}, "confirmed_on"),
        ({"effective_from": TODAY - DAY}, "effective_from"),
        ({"effective_from": TODAY + 800 * DAY}, "effective_from"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    oklahoma: Staff, changes: dict[str, Any], field: str
) -> None:
    row = confirmations.rule_of(oklahoma.city, RULE)
    assert row
    wrong = confirmations.wrong_with(row, answer(oklahoma.city, **changes), today=TODAY)
    assert list(wrong) == [field]
    with pytest.raises(NotAllowed):
        confirm(oklahoma, **changes)
    assert not Confirmation.objects.filter(city=oklahoma.city).exists()


def test_a_rule_that_the_file_states_is_not_confirmed_here(people: dict[str, Staff]) -> None:
    kent = people["kent"]
    key = kent.city.clocks.filter(status="stated").values_list("key", flat=True)[0]
    with pytest.raises(NotAllowed, match="changed in the file"):
        confirmations.confirm(kent.city, f"clock:{key}", answer(kent.city), by=kent.clerk, now=FILED)


def test_an_office_of_another_city_confirms_nothing(oklahoma: Staff, people: dict[str, Staff]) -> None:
    with pytest.raises(NotAllowed, match="another city"):
        confirm(oklahoma, office=people["kent"].steward)


def test_of_two_people_who_saw_the_same_page_one_is_told_about_the_other(oklahoma: Staff) -> None:
    city, given = oklahoma.city, answer(oklahoma.city)
    confirmations.confirm(city, RULE, given, by=oklahoma.clerk, now=FILED, revision=0)
    with pytest.raises(NotAllowed, match="Meanwhile Clerk changed this"):
        confirmations.confirm(city, RULE, replace(given, count=3), by=oklahoma.alice, now=FILED, revision=0)
    assert Confirmation.objects.get(city=city).count == 10


def test_words_are_confirmed_for_a_statement_without_a_number(oklahoma: Staff) -> None:
    city = oklahoma.city
    given = answer(city, count=None, unit="", words="Write to the City Manager within 30 days.")
    row = confirmations.confirm(city, "appeal_route:city-review", given, by=oklahoma.clerk, now=FILED)
    assert confirmations.told(row) == "Write to the City Manager within 30 days."
    with pytest.raises(NotAllowed, match="Say what the office confirmed"):
        empty = replace(given, words=" ")
        confirmations.confirm(city, "appeal_route:city-review", empty, by=oklahoma.clerk, now=FILED)


def test_every_confirmation_is_an_event_with_before_and_after(oklahoma: Staff) -> None:
    confirm(oklahoma)
    confirm(oklahoma, count=5)
    first, second = oklahoma.city.setup_events.filter(subject=RULE)
    assert (first.before["limit"], first.after["limit"]) == ("not_specified", "10 business")
    assert (second.before["limit"], second.after["limit"]) == ("10 business", "5 business")
    assert second.by == oklahoma.clerk


# -- open cases


def test_open_cases_keep_not_specified_until_it_is_applied_to_them(oklahoma: Staff) -> None:
    case = file_case(oklahoma.city, "records_request", received_at=FILED - 3 * DAY)
    confirm(oklahoma)
    recount.carry_out(now=FILED)
    assert stored(case).state == ClockState.NOT_SPECIFIED


def test_the_preview_says_what_would_move_and_writes_nothing(oklahoma: Staff) -> None:
    case = file_case(oklahoma.city, "records_request", received_at=FILED - 3 * DAY)
    made = confirm(oklahoma)
    preview = recount.preview_limit(oklahoma.city, "records-response", made.number)
    ((row, (move,)),) = preview.cases
    assert (row.pk, move.before, move.after) == (case.pk, None, dt.date(2026, 6, 12))
    assert preview.complete
    assert stored(case).state == ClockState.NOT_SPECIFIED
    assert not case.events.filter(action=Action.CONFIRMED_LIMIT).exists()


def test_applied_to_open_cases_each_has_an_event_a_date_and_one_letter(oklahoma: Staff) -> None:
    case = file_case(oklahoma.city, "records_request", received_at=FILED - 3 * DAY)
    made = confirm(oklahoma)
    confirmations.apply_to_open(oklahoma.city, RULE, made.number, by=oklahoma.clerk, now=FILED + HOUR)
    for _again in range(2):
        recount.carry_out(now=FILED + HOUR)
    assert (stored(case).state, stored(case).due_on) == (ClockState.OPEN, dt.date(2026, 6, 12))
    event = case.events.get(action=Action.CONFIRMED_LIMIT)
    assert (event.by, event.data["number"], event.actor) == (oklahoma.clerk, 1, "staff")
    letter = Notice.objects.get(submission=case, kind="dates_moved")
    assert "June 12, 2026" in letter.body and "Letter of the City Clerk" in letter.body
    assert {codes["code"] for codes in stored(case).because} >= {"confirmed.silent", "confirmed"}


def test_what_was_applied_stays_through_later_acts_and_a_newer_confirmation(oklahoma: Staff) -> None:
    case = file_case(oklahoma.city, "records_request", received_at=FILED - 3 * DAY)
    made = confirm(oklahoma)
    confirmations.apply_to_open(oklahoma.city, RULE, made.number, by=oklahoma.clerk, now=FILED)
    recount.carry_out(now=FILED)
    confirm(oklahoma, now=FILED + HOUR, count=20)
    case.refresh_from_db()
    estimate = dt.date(2026, 6, 11)
    determinations.estimate(case, until=estimate, reason="Work", by=oklahoma.clerk, now=FILED + 2 * HOUR)
    assert stored(case).due_on == dt.date(2026, 6, 12)


def test_a_confirmation_taken_back_can_be_applied_to_open_cases_too(oklahoma: Staff) -> None:
    case = file_case(oklahoma.city, "records_request", received_at=FILED - 3 * DAY)
    made = confirm(oklahoma)
    confirmations.apply_to_open(oklahoma.city, RULE, made.number, by=oklahoma.clerk, now=FILED)
    recount.carry_out(now=FILED)
    taken = confirmations.take_back(oklahoma.city, RULE, reason="A slip.", by=oklahoma.clerk, now=FILED)
    confirmations.apply_to_open(oklahoma.city, RULE, taken.number, by=oklahoma.clerk, now=FILED + HOUR)
    recount.carry_out(now=FILED + HOUR)
    assert (stored(case).state, stored(case).due_on) == (ClockState.NOT_SPECIFIED, None)
    assert Notice.objects.filter(submission=case, kind="dates_moved").count() == 2


def test_a_confirmation_is_applied_once_and_only_the_newest(oklahoma: Staff) -> None:
    city, by = oklahoma.city, oklahoma.clerk
    made = confirm(oklahoma)
    confirmations.apply_to_open(city, RULE, made.number, by=by, now=FILED)
    with pytest.raises(NotAllowed, match="already"):
        confirmations.apply_to_open(city, RULE, made.number, by=by, now=FILED)
    confirm(oklahoma, count=5)
    with pytest.raises(NotAllowed, match="another confirmation"):
        confirmations.apply_to_open(city, RULE, made.number, by=by, now=FILED)


def test_an_answered_case_is_not_given_an_open_date(oklahoma: Staff) -> None:
    case = file_case(oklahoma.city, "records_request", received_at=FILED - 3 * DAY)
    given = determinations.Answer(outcome="granted", reasons="Here it is.")
    determinations.determine(case, given, by=oklahoma.clerk, now=FILED - DAY)
    made = confirm(oklahoma)
    confirmations.apply_to_open(oklahoma.city, RULE, made.number, by=oklahoma.clerk, now=FILED)
    recount.carry_out(now=FILED)
    assert not case.events.filter(action=Action.CONFIRMED_LIMIT).exists()
    assert not Notice.objects.filter(submission=case, kind="dates_moved").exists()


def test_what_was_received_today_follows_a_confirmation_that_holds_from_today(oklahoma: Staff) -> None:
    case = file_case(oklahoma.city, "records_request")
    confirm(oklahoma, now=FILED + HOUR)
    recount.carry_out(now=FILED + HOUR)
    assert stored(case).due_on == dt.date(2026, 6, 15)
    assert Notice.objects.filter(submission=case, kind="dates_moved").count() == 1


# -- the file


def test_a_reload_of_the_city_file_keeps_confirmations(oklahoma: Staff) -> None:
    confirm(oklahoma)
    (path,) = (path for path in SHIPPED if path.stem == "oklahoma-city")
    written = path.read_text(encoding="utf-8").replace("Amy", "Ann")
    load_text(f"{written}\n# Reloaded.\n", now=FILED + HOUR)
    assert response(oklahoma.city, TODAY).due_on == dt.date(2026, 6, 15)
    assert not Recount.objects.filter(city=oklahoma.city, what=Recount.What.CLOSED_DAYS).exists()
