"""The whole ladder of each city day by day: which office, what is written down, who hears of it."""

import datetime as dt
import json
import logging
from collections import Counter
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from portals.models import City, Office
from portals.vocabulary import ClockState, Relation, SubmissionKind
from requests_app import deadlines, determinations, escalation, intake, routing
from requests_app.correspondence import conversation
from requests_app.escalation import PUT_OFF, database_now, sweep
from requests_app.models import Action, Deadline, Escalation, Event, Notice, Status, Submission, Tick
from requests_app.pathway import escalation_steps
from requests_app.preservation.verification import verify
from tests.requests_app.factories import FILED, Staff, file_case

D = dt.date
DAY = dt.timedelta(days=1)


def at(city: City, day: dt.date, clock: str = "08:00") -> dt.datetime:
    """A wall-clock time of the city in UTC."""
    wall = dt.datetime.combine(day, dt.time.fromisoformat(clock), ZoneInfo(city.time_zone))
    return wall.astimezone(dt.UTC)


def day_by_day(city: City, until: dt.date) -> list[tuple[dt.date, str, str]]:
    """Sweep a minute before eight and at eight of each day; what happened on which day, and with whom."""
    found = []
    day = FILED.date()
    while day <= until:
        assert sweep(now=at(city, day, "07:59")).taken.total() == 0
        seen = set(Escalation.objects.values_list("pk", flat=True))
        sweep(now=at(city, day))
        new = Escalation.objects.exclude(pk__in=seen).select_related("office").order_by("pk")
        found += [(day, step.step, step.office.key) for step in new]
        day += DAY
    return found


STEWARD = "parks-by-hand"
LADDERS = {
    "kansas-city": [
        (D(2026, 6, 3), "remind", STEWARD),
        (D(2026, 6, 5), "overdue", STEWARD),
        (D(2026, 6, 8), "ladder-1", STEWARD),
        (D(2026, 6, 9), "ladder-2", STEWARD),
        (D(2026, 6, 15), "ladder-3", "city-managers-office"),
        (D(2026, 6, 23), "ladder-4", "city-managers-office"),
        (D(2026, 6, 30), "ladder-4.1", "city-managers-office"),
        (D(2026, 7, 7), "ladder-4.2", "city-managers-office"),
    ],
    "kent": [
        (D(2026, 6, 3), "remind", STEWARD),
        (D(2026, 6, 5), "ladder-1", STEWARD),
        (D(2026, 6, 5), "overdue", STEWARD),
        (D(2026, 6, 9), "ladder-2", "city-clerk"),
        (D(2026, 6, 15), "ladder-3", "city-clerk"),
        (D(2026, 6, 23), "ladder-4", "city-attorney"),
    ],
    "oklahoma-city": [
        (D(2026, 6, 3), "remind", "information-technology"),
        (D(2026, 6, 5), "ladder-1", "information-technology"),
        (D(2026, 6, 5), "overdue", "information-technology"),
        (D(2026, 6, 9), "ladder-2", "city-clerk"),
        (D(2026, 6, 15), "ladder-3", "city-clerk"),
        (D(2026, 6, 22), "ladder-4", "city-attorney"),
    ],
    "portland": [
        (D(2026, 6, 3), "remind", STEWARD),
        (D(2026, 6, 5), "ladder-1", STEWARD),
        (D(2026, 6, 5), "overdue", STEWARD),
        (D(2026, 6, 9), "ladder-2", "technology-services"),
        (D(2026, 6, 15), "ladder-3", "technology-services"),
        (D(2026, 6, 23), "ladder-4", "city-administration"),
    ],
    "bakersfield": [
        (D(2026, 6, 3), "remind", STEWARD),
        (D(2026, 6, 5), "ladder-1", STEWARD),
        (D(2026, 6, 5), "overdue", STEWARD),
        (D(2026, 6, 9), "ladder-2", "city-it"),
        (D(2026, 6, 15), "ladder-3", "city-clerk"),
        (D(2026, 6, 23), "ladder-4", "city-attorney"),
    ],
}


@pytest.mark.parametrize("slug", LADDERS)
def test_the_ladder_of_a_city_day_by_day(people: dict[str, Staff], slug: str) -> None:
    staff = people[slug]
    case = file_case(staff.city, dataset=staff.dataset)
    lead = case.office
    expected = LADDERS[slug]
    assert day_by_day(staff.city, expected[-1][0]) == expected
    case.refresh_from_db()
    assert case.office.key == expected[-2 if slug != "kansas-city" else -1][2]
    assert (case.climbs_from, case.status) == (lead, Status.RECEIVED)
    referral = case.referrals.get()
    assert (referral.from_office, referral.to_office, referral.by) == (lead, case.office, None)
    assert case.involvements.get(office=lead).relation == Relation.INFORMED
    assert not case.involvements.filter(office=case.office).exists()
    assert case.received_at == FILED
    assert list(verify()) == []


@pytest.mark.parametrize("slug", ["kent", "oklahoma-city", "bakersfield"])
def test_the_city_attorney_is_informed_and_never_leads(people: dict[str, Staff], slug: str) -> None:
    staff = people[slug]
    case = file_case(staff.city, dataset=staff.dataset)
    sweep(now=at(staff.city, D(2026, 7, 31)))
    case.refresh_from_db()
    legal = Office.objects.get(city=staff.city, key="city-attorney")
    assert case.office != legal
    assert case.involvements.get(office=legal).relation == Relation.INFORMED
    assert Notice.objects.filter(user=staff.attorney, submission=case).count() == 1


def told(case: Submission, day: dt.date) -> dict[str, set[str]]:
    """Whom the sweep of that day told what: kind of letter -> first names; "" is the requester."""
    sweep(now=at(case.city, day))
    found: dict[str, set[str]] = {}
    for notice in Notice.objects.filter(submission=case, created_at=at(case.city, day)):
        found.setdefault(notice.kind, set()).add(notice.user.first_name if notice.user else "")
    return found


def test_who_hears_of_each_step_in_kansas_city(people: dict[str, Staff]) -> None:
    staff = people["kansas-city"]
    case = file_case(staff.city, dataset=staff.dataset)
    assert told(case, D(2026, 6, 3)) == {"reminder": {"Alice", "Bob"}}
    assert told(case, D(2026, 6, 5)) == {"overdue": {"Alice", "Bob"}, "unclaimed": {"Bob"}}
    assert told(case, D(2026, 6, 8)) == {"escalation": {"Alice", "Bob"}, "followed_up": {""}}
    assert told(case, D(2026, 6, 9)) == {"escalation": {"Bob"}, "escalated": {""}}
    assert told(case, D(2026, 6, 15)) == {"escalated": {""}}  # nobody of that office is registered
    letters = Notice.objects.filter(kind="escalated", submission=case)
    assert {letter.email for letter in letters} == {case.requester_email}
    assert not any("Alice" in letter.body or "Bob" in letter.body for letter in letters)


def test_once_claimed_only_the_one_who_has_it_is_reminded(people: dict[str, Staff]) -> None:
    kent = people["kent"]
    case = file_case(kent.city, dataset=kent.dataset)
    intake.claim(case, by=kent.alice, now=FILED)
    assert told(case, D(2026, 6, 3)) == {"reminder": {"Alice"}}
    assert told(case, D(2026, 6, 5)) == {"overdue": {"Alice", "Bob"}, "escalation": {"Alice", "Bob"}}


def test_events_tell_the_requester_of_the_ladder_but_not_of_reminders(people: dict[str, Staff]) -> None:
    kent = people["kent"]
    case = file_case(kent.city, dataset=kent.dataset)
    sweep(now=at(kent.city, D(2026, 6, 15)))
    events = list(case.events.values_list("action", "public", "actor"))
    assert events == [
        (Action.SUBMIT, True, "requester"),
        (Action.REMIND, False, "clock"),
        (Action.ESCALATE, True, "clock"),
        (Action.REMIND, False, "clock"),
        (Action.ESCALATE, True, "clock"),
        (Action.ESCALATE, True, "clock"),
    ]
    last = case.events.last()
    assert last.before == {"office_id": case.climbs_from_id}
    assert last.after == {"office_id": Office.objects.get(city=kent.city, key="city-clerk").pk}
    assert (last.data["step"], last.data["after_layer"]) == ("ladder-3", "office_target")


def test_a_missed_month_is_made_up_in_the_right_order_over_all_clocks_of_a_case(
    people: dict[str, Staff],
) -> None:
    city = people["kansas-city"].city
    file_case(city, SubmissionKind.RECORDS_REQUEST)
    days = day_by_day(city, D(2026, 7, 1))
    file_case(city, SubmissionKind.RECORDS_REQUEST)
    late = Submission.objects.latest("pk")
    sweep(now=at(city, D(2026, 7, 1)))
    made_up = Escalation.objects.filter(deadline__submission=late).order_by("pk")
    assert [(step.step, step.office.key) for step in made_up] == [(code, office) for _d, code, office in days]
    assert sweep(now=at(city, D(2026, 7, 1))).taken.total() == 0


def test_an_office_informed_and_then_in_charge_no_longer_stands_beside(people: dict[str, Staff]) -> None:
    portland = people["portland"]
    case = file_case(portland.city, dataset=portland.dataset)
    sweep(now=at(portland.city, D(2026, 6, 15)))  # informed and referred to in one pass
    case.refresh_from_db()
    assert case.office.key == "technology-services"
    assert not case.involvements.filter(office=case.office).exists()


def acknowledged(case: Submission, staff: Staff) -> None:
    intake.acknowledge(case, by=staff.alice, now=FILED + DAY)


def withdrawn(case: Submission, staff: Staff) -> None:
    conversation.withdraw(case, now=FILED + DAY)


@pytest.mark.parametrize("act", [acknowledged, withdrawn])
def test_no_step_of_the_ladder_comes_after(
    people: dict[str, Staff], act: Callable[[Submission, Staff], None]
) -> None:
    kent = people["kent"]
    case = file_case(kent.city, dataset=kent.dataset)
    act(case, kent)
    City.objects.update(unclaimed_after=250)
    assert not Deadline.objects.filter(submission=case, next_step_at__isnull=False).exists()
    assert sweep(now=at(kent.city, D(2026, 12, 1))).taken.total() == 0


def test_the_office_that_a_case_was_referred_to_stops_the_ladder(people: dict[str, Staff]) -> None:
    kent = people["kent"]
    case = file_case(kent.city, dataset=kent.dataset)
    sweep(now=at(kent.city, D(2026, 6, 15)))
    intake.acknowledge(case, by=kent.clerk, now=at(kent.city, D(2026, 6, 15), "10:00"))
    intake.claim(case, by=kent.clerk, now=at(kent.city, D(2026, 6, 15), "10:00"))
    assert sweep(now=at(kent.city, D(2026, 12, 1))).taken.total() == 0


def test_a_persons_referral_lets_the_ladder_climb_from_the_new_office(people: dict[str, Staff]) -> None:
    kent = people["kent"]
    case = file_case(kent.city, dataset=kent.dataset)
    clerk_office = Office.objects.get(city=kent.city, key="city-clerk")
    routing.refer(case, to=clerk_office, reason="Yours", by=kent.alice, now=FILED + DAY)
    sweep(now=at(kent.city, D(2026, 7, 31)))
    steps = Escalation.objects.filter(deadline__submission=case).values_list("step", flat=True)
    assert sorted(steps) == ["ladder-1", "ladder-4", "overdue", "remind"]


def test_the_requester_who_followed_up_himself_is_not_followed_up_again(people: dict[str, Staff]) -> None:
    staff = people["kansas-city"]
    case = file_case(staff.city, dataset=staff.dataset)
    early = file_case(staff.city, dataset=staff.dataset)
    conversation.follow_up(early, body="Hello?", now=at(staff.city, D(2026, 6, 4), "12:00"))
    conversation.follow_up(case, body="Hello?", now=at(staff.city, D(2026, 6, 5), "12:00"))
    sweep(now=at(staff.city, D(2026, 6, 8)))
    taken = Escalation.objects.filter(step="ladder-1", deadline__submission=case).get()
    assert taken.at == at(staff.city, D(2026, 6, 5), "12:00")
    assert not Notice.objects.filter(submission=case, kind="followed_up").exists()
    assert Notice.objects.filter(submission=early, kind="followed_up").count() == 1
    sweep(now=at(staff.city, D(2026, 6, 9)))
    assert Escalation.objects.filter(step="ladder-2", deadline__submission=case).exists()


def test_a_poisoned_case_is_put_off_for_an_hour_while_all_others_go_on(
    people: dict[str, Staff], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kent = people["kent"]
    cases = [file_case(kent.city, dataset=kent.dataset) for _number in range(17)]
    poisoned = cases[7]
    real = escalation_steps._climb

    def broken(deadline: Deadline, row: Submission, *rest: object) -> object:
        if row.pk == poisoned.pk:
            raise KeyError("no such template")
        return real(deadline, row, *rest)

    monkeypatch.setattr(escalation_steps, "_climb", broken)
    City.objects.update(unclaimed_after=250)
    now = at(kent.city, D(2026, 6, 5))
    with caplog.at_level(logging.CRITICAL):
        report = sweep(now=now, batch=8)
    assert report.taken == {"remind": 16, "ladder-1": 16, "overdue": 16}
    assert len(report.put_off) == 1
    bad = Deadline.objects.get(pk=report.put_off[0])
    assert (bad.submission_id, bad.next_step_at) == (poisoned.pk, now + PUT_OFF)
    assert not Escalation.objects.filter(deadline__submission=poisoned).exists()
    assert poisoned.events.count() == 1
    monkeypatch.setattr(escalation_steps, "_climb", real)
    assert sweep(now=now + PUT_OFF - dt.timedelta(seconds=1)).taken.total() == 0
    assert sweep(now=now + PUT_OFF).taken == {"remind": 1, "ladder-1": 1, "overdue": 1}
    assert list(verify()) == []


def test_an_act_between_selection_and_writing_is_never_undone(
    people: dict[str, Staff], monkeypatch: pytest.MonkeyPatch
) -> None:
    kent = people["kent"]
    quick, slow = (file_case(kent.city, dataset=kent.dataset) for _number in range(2))
    real = escalation._take

    def meanwhile(cases: list[int], *, now: dt.datetime, **given: Any) -> tuple[Counter[str], list[int]]:
        intake.acknowledge(quick, by=kent.alice, now=now)
        intake.claim(slow, by=kent.bob, now=now)
        return real(cases, now=now, **given)

    monkeypatch.setattr(escalation, "_take", meanwhile)
    now = at(kent.city, D(2026, 6, 3))
    assert sweep(now=now).taken == {"remind": 1}
    quick.refresh_from_db()
    slow.refresh_from_db()
    assert (quick.status, quick.acknowledged_at) == (Status.ACKNOWLEDGED, now)
    assert slow.assigned_to == kent.bob
    assert list(verify()) == []


def test_a_lapse_comes_after_the_reminders_that_were_due_before_it(people: dict[str, Staff]) -> None:
    portland = people["portland"]
    case = file_case(portland.city, SubmissionKind.RECORDS_REQUEST)
    conversation.ask(case, body="Which years?", by=portland.clerk, now=FILED)
    intake.claim(case, by=portland.clerk, now=FILED)
    assert sweep(now=at(portland.city, D(2026, 7, 31))).taken.total() == 0
    assert sweep(now=at(portland.city, D(2026, 8, 1))).taken == {"act": 1}
    case.refresh_from_db()
    assert (case.status, case.next_due_on, case.urgency) == (Status.LAPSED, None, deadlines.NOTHING_DUE)
    assert case.closed_at == at(portland.city, D(2026, 8, 1))
    assert Notice.objects.filter(submission=case, kind="lapsed").count() == 1
    lapse = case.deadlines.get(milestone="lapse", next_step="")
    assert lapse.state == ClockState.MET
    assert sweep(now=at(portland.city, D(2027, 8, 1))).taken.total() == 0


def test_the_command_alone_does_everything_and_says_what_in_json(
    people: dict[str, Staff], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kent = people["kent"]
    file_case(kent.city, dataset=kent.dataset)
    now = at(kent.city, D(2026, 6, 23))
    monkeypatch.setattr("requests_app.management.commands.sweep.database_now", lambda: now)
    call_command("sweep", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "steps": 6,
        "by_step": {"ladder-1": 1, "ladder-2": 1, "ladder-3": 1, "ladder-4": 1, "overdue": 1, "remind": 1},
        "put_off": [],
        "passed_on": 0,
        "to_followers": 0,
        "recounted": 0,
    }
    assert Tick.objects.get(name="sweep").at == now
    call_command("sweep")
    assert "0 steps" in capsys.readouterr().out


def test_the_clock_of_the_database_is_the_one_that_counts(db: None) -> None:
    assert abs(database_now() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)
    assert database_now().utcoffset() == dt.timedelta(0)


def test_a_reopened_case_climbs_again_from_the_day_of_reopening(people: dict[str, Staff]) -> None:
    kent = people["kent"]
    case = file_case(kent.city, dataset=kent.dataset)
    sweep(now=at(kent.city, D(2026, 6, 5)))
    conversation.withdraw(case, now=at(kent.city, D(2026, 6, 6)))
    determinations.reopen(
        case, reason="Not finished", by=kent.alice, now=at(kent.city, D(2026, 7, 6), "10:00")
    )
    assert sweep(now=at(kent.city, D(2026, 7, 8), "07:59")).taken.total() == 0
    assert sweep(now=at(kent.city, D(2026, 7, 8))).taken == {"remind": 1}
    assert sweep(now=at(kent.city, D(2026, 7, 28))).taken.total() == 5
    again = Escalation.objects.filter(deadline__submission=case, cycle=2)
    assert sorted(again.values_list("step", flat=True)) == sorted(code for _d, code, _o in LADDERS["kent"])
    assert Event.objects.filter(submission=case, action=Action.REOPEN).count() == 1
