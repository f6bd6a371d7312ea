"""The city's own targets: for later cases, in order along the ladder, never in the file."""

import datetime as dt
from typing import Any

import pytest

from portals.clocks import Happening
from portals.explain import deadline_sentences
from portals.models import OfficeTarget
from portals.rulebook import rulebook_for
from portals.vocabulary import Outcome
from requests_app import determinations, intake
from requests_app.escalation import sweep
from requests_app.handling import undo
from requests_app.lifecycle import NotAllowed
from requests_app.setup import targets
from tests.portals.loading import load_text
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.setup.test_closed_days import kent_file

D = dt.date
GIVEN = determinations.Answer(Outcome.CORRECTED, "Done.")
TODAY, TOMORROW = FILED.date(), FILED.date() + dt.timedelta(days=1)


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def set_target(kent: Staff, name: str, value: int | None, **more: Any) -> OfficeTarget:
    common = {"effective_from": TOMORROW, "reason": "New counter.", "by": kent.clerk, "now": FILED}
    return targets.set_target(kent.city, name, value, **{**common, **more})


def acknowledgement_of(case: Any) -> Any:
    return case.deadlines.get(milestone="acknowledgement")


def test_a_target_holds_for_what_is_received_from_its_day_on(kent: Staff) -> None:
    set_target(kent, "acknowledge_within", 5)
    now, later = (
        file_case(kent.city, received_at=FILED),
        file_case(kent.city, received_at=FILED + dt.timedelta(days=1)),
    )
    assert acknowledgement_of(now).due_on == D(2026, 6, 4)
    assert (acknowledgement_of(later).due_on, acknowledgement_of(later).layer) == (
        D(2026, 6, 9),
        "office_target",
    )
    assert "target.set" in {reason["code"] for reason in acknowledgement_of(later).because}


def test_the_explanation_says_that_the_city_set_it_and_since_when(kent: Staff) -> None:
    set_target(kent, "acknowledge_within", 5)
    rule = rulebook_for(kent.city).acknowledgement_target(TOMORROW)
    assert (rule.count, rule.set_from) == (5, TOMORROW)
    case = file_case(kent.city, received_at=FILED + dt.timedelta(days=1))
    found = rulebook_for(kent.city).deadlines(
        "error_report", [Happening("received", TOMORROW)], received_on=TOMORROW
    )
    told = " ".join(deadline_sentences(found[0]))
    assert "not a legal deadline" in told and "The city set it for what is received from" in told
    assert case.next_due_on == D(2026, 6, 9)


def test_the_reminder_and_the_ladder_follow_their_targets(kent: Staff) -> None:
    set_target(kent, "remind_lead_after", 1)
    first = kent.city.escalationsteps.order_by("step")[0]
    set_target(kent, f"{first.key}.after", first.after + 1)
    book = rulebook_for(kent.city)
    assert (book.remind_after(TODAY), book.remind_after(TOMORROW)) == (2, 1)
    lead = book.office_ref(kent.steward)
    assert lead
    for on, days in ((TODAY, first.after), (TOMORROW, first.after + 1)):
        assert book.escalation_steps("error_report", lead=lead, on=on)[0].rule.after == days


def test_going_back_to_the_file_is_a_change_too(kent: Staff) -> None:
    set_target(kent, "acknowledge_within", 5)
    set_target(kent, "acknowledge_within", None, effective_from=TOMORROW + dt.timedelta(days=7))
    book = rulebook_for(kent.city)
    assert book.acknowledgement_target(TOMORROW).count == 5
    assert book.acknowledgement_target(TOMORROW + dt.timedelta(days=7)).count == 3
    assert [row.after["days"] for row in kent.city.setup_events.filter(what="target")] == [5, 3]


@pytest.mark.parametrize(
    ("name", "value", "more", "sentence"),
    [
        ("acknowledge_within", 0, {}, "whole number"),
        ("acknowledge_within", 9_999, {}, "whole number"),
        ("acknowledge_within", 4, {"effective_from": TODAY}, "from tomorrow on"),
        ("acknowledge_within", 4, {"effective_from": D(2040, 1, 1)}, "two years"),
        ("acknowledge_within", 4, {"reason": " "}, "Say why"),
        ("step-1.after", 9, {}, "no longer come after step 1"),
        ("step-99.after", 9, {}, "no such target"),
        ("name", 9, {}, "no such target"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    kent: Staff, name: str, value: int, more: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(NotAllowed, match=sentence):
        set_target(kent, name, value, **more)
    assert not OfficeTarget.objects.filter(city=kent.city).exists()


def test_of_two_people_one_is_told_about_the_other(kent: Staff) -> None:
    set_target(kent, "acknowledge_within", 5, revision=0)
    with pytest.raises(NotAllowed, match="Meanwhile"):
        set_target(kent, "acknowledge_within", 4, revision=0)
    set_target(kent, "remind_lead_after", 1, revision=0)


def test_a_reload_of_the_city_file_keeps_targets(kent: Staff) -> None:
    set_target(kent, "acknowledge_within", 5)
    load_text(kent_file() + "\n# Again.\n", now=FILED)
    kent.city.refresh_from_db()
    assert rulebook_for(kent.city).acknowledgement_target(TOMORROW).count == 5
    assert kent.city.acknowledge_within == 3


def test_every_city_names_its_targets(people: dict[str, Staff]) -> None:
    for staff in people.values():
        names = [target.name for target in targets.targets_of(staff.city)]
        assert (
            names[:3] == ["remind_lead_after", "acknowledge_within", "unclaimed_after"]
            and names[3] == "undo_hours"
        )
        assert len(names) == len(set(names)) > 4


def test_what_nobody_claims_is_raised_after_the_citys_own_target(kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    intake.acknowledge(case, by=kent.alice, now=FILED)  # the ladder is over: what is left is the claim
    set_target(kent, "unclaimed_after", 10)
    fourth = dt.datetime(2026, 6, 5, 18, tzinfo=dt.UTC)
    sweep(now=fourth)
    case.refresh_from_db()
    assert case.unclaimed_raised == 0
    sweep(now=fourth + dt.timedelta(days=14))
    case.refresh_from_db()
    assert case.unclaimed_raised > 0


def test_how_long_an_answer_can_be_undone_goes_by_the_day_of_the_answer(kent: Staff) -> None:
    hour, day = dt.timedelta(hours=1), dt.timedelta(days=1)
    set_target(kent, "undo_hours", 48)
    before, after = (file_case(kent.city, dataset=kent.dataset) for _ in range(2))
    determinations.determine(before, GIVEN, by=kent.alice, now=FILED)
    determinations.determine(after, GIVEN, by=kent.alice, now=FILED + day)
    with pytest.raises(NotAllowed, match="24 hours"):
        undo.undo(before, reason="Wrong.", by=kent.alice, now=FILED + 25 * hour)
    with pytest.raises(NotAllowed, match="48 hours"):
        undo.undo(after, reason="Wrong.", by=kent.alice, now=FILED + day + 48 * hour)
    undo.undo(after, reason="Wrong.", by=kent.alice, now=FILED + day + 47 * hour)


def test_a_city_may_let_no_answer_be_undone(kent: Staff) -> None:
    set_target(kent, "undo_hours", 0)
    case = file_case(kent.city, dataset=kent.dataset)
    later = FILED + dt.timedelta(days=1)
    determinations.determine(case, GIVEN, by=kent.alice, now=later)
    with pytest.raises(NotAllowed, match="Reopen the case"):
        undo.undo(case, reason="Wrong.", by=kent.alice, now=later)


@pytest.mark.parametrize("hours", [-1, 721])
def test_hours_that_no_city_may_set_are_refused(kent: Staff, hours: int) -> None:
    with pytest.raises(NotAllowed, match="from 0"):
        set_target(kent, "undo_hours", hours)
