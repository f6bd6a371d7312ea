"""Answers: what a denial must carry, what is told, closing and taking up again."""

import datetime as dt

import pytest

from portals.vocabulary import Outcome, SubmissionKind
from requests_app import determinations, intake
from requests_app.attachments.files import StoredFile
from requests_app.determinations import Answer, determine, missing_from
from requests_app.lifecycle import NotAllowed
from requests_app.models import Determination, Notice, Status, Submission
from tests.requests_app.factories import FILED, Staff, file_case

LATER = FILED + dt.timedelta(days=1)
RECORDS = SubmissionKind.RECORDS_REQUEST


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def denied(**fields: str) -> Answer:
    return Answer(Outcome.PARTIAL, **{"reasons": "It names people.", **fields})


@pytest.mark.parametrize(
    ("slug", "missing"),
    [
        ("kansas-city", {"explanation"}),
        ("kent", {"exemption", "explanation"}),
        ("oklahoma-city", set()),
        ("portland", {"exemption"}),
        ("bakersfield", {"responsible"}),
    ],
)
def test_a_denial_of_records_must_carry_what_the_law_of_the_city_wants(
    people: dict[str, Staff], slug: str, missing: set[str]
) -> None:
    staff = people[slug]
    case = file_case(staff.city, RECORDS)
    assert set(missing_from(case, denied())) == missing
    if missing:
        with pytest.raises(NotAllowed):
            determine(case, denied(), by=staff.clerk, now=LATER)
        assert not Determination.objects.filter(submission=case).exists()
    determine(case, denied(**dict.fromkeys(missing, "Said.")), by=staff.clerk, now=LATER)
    assert case.determinations.get().outcome == Outcome.PARTIAL


@pytest.mark.parametrize("outcome", [o for o in Outcome if o not in (Outcome.DENIED, Outcome.PARTIAL)])
def test_what_is_no_denial_needs_only_its_reasons(kent: Staff, outcome: Outcome) -> None:
    case = file_case(kent.city, RECORDS)
    assert set(missing_from(case, Answer(outcome, " "))) == {"reasons"}
    determine(case, Answer(outcome, "Because."), by=kent.clerk, now=LATER)
    assert not case.events.filter(happening="denied").exists()


def test_the_denial_rules_of_records_do_not_bind_other_kinds(kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    assert missing_from(case, denied()) == {}


def test_an_answer_acknowledges_decides_and_tells(kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    paper = StoredFile("map.pdf", "cd" * 32, 9, "application/pdf")
    decided = determine(case, Answer(Outcome.CORRECTED, "Fixed."), by=kent.alice, now=LATER, files=[paper])
    case.refresh_from_db()
    assert (case.status, case.acknowledged_at, case.determined_at) == (Status.DETERMINED, LATER, LATER)
    assert (decided.office, decided.by, decided.at) == (kent.steward, kent.alice, LATER)
    assert case.attachments.get().internal is False
    assert Notice.objects.filter(submission=case, kind="determined", user=None).count() == 1
    assert not case.deadlines.filter(state="open").exists()
    with pytest.raises(NotAllowed):
        determine(case, Answer(Outcome.CORRECTED, "Again."), by=kent.alice, now=LATER)


@pytest.mark.parametrize("outcome", [Outcome.DENIED, Outcome.PARTIAL])
def test_a_refusal_starts_the_clocks_of_the_remedies(people: dict[str, Staff], outcome: Outcome) -> None:
    staff = people["oklahoma-city"]
    case = file_case(staff.city, RECORDS)
    determine(case, Answer(outcome, "No."), by=staff.clerk, now=LATER)
    remedy = case.deadlines.get(milestone="appeal_filing")
    assert (remedy.due_on, remedy.route) == (dt.date(2026, 7, 2), "public-access-counselor")
    case.refresh_from_db()
    assert case.next_due_on is None  # the remedy is the requester's, no office is late with it


def test_an_estimate_needs_a_reason_and_a_day_to_come(kent: Staff) -> None:
    case = file_case(kent.city, RECORDS)
    with pytest.raises(NotAllowed, match="why"):
        determinations.estimate(case, until=dt.date(2026, 7, 1), reason=" ", by=kent.clerk, now=LATER)
    with pytest.raises(NotAllowed, match="past"):
        determinations.estimate(case, until=dt.date(2026, 6, 1), reason="x", by=kent.clerk, now=LATER)
    with pytest.raises(NotAllowed, match="reason for the extension"):
        determinations.extend(case, until=dt.date(2026, 7, 1), reason=" ", by=kent.clerk, now=LATER)
    assert case.events.count() == 1


def test_only_what_was_answered_is_closed_and_only_what_ended_is_reopened(kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    with pytest.raises(NotAllowed):
        determinations.close(case, by=kent.alice, now=LATER)
    with pytest.raises(NotAllowed):
        determinations.reopen(case, reason="x", by=kent.alice, now=LATER)
    determine(case, Answer(Outcome.CORRECTED, "Fixed."), by=kent.alice, now=LATER)
    determinations.close(case, by=kent.alice, now=LATER)
    with pytest.raises(NotAllowed, match="why"):
        determinations.reopen(case, reason="", by=kent.alice, now=LATER)
    determinations.reopen(case, reason="Still wrong", by=kent.alice, now=LATER)
    again = Submission.objects.get(pk=case.pk)
    assert (again.status, again.cycle, again.climbs_from) == (Status.RECEIVED, 2, again.office)
    assert (again.determined_at, again.closed_at) == (None, None)
    assert Notice.objects.filter(submission=case, kind="reopened").count() == 1
    intake.acknowledge(again, by=kent.alice, now=LATER)
