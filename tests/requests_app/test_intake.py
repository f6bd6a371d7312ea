"""Filing, acknowledging, claiming, assigning: once, completely or not at all, told to the right people."""

import datetime as dt
from typing import Any

import pytest

from portals.models import City, Office
from portals.vocabulary import MemberRole, Relation, SubmissionKind
from requests_app import intake
from requests_app.attachments.files import StoredFile
from requests_app.doors import references
from requests_app.lifecycle import NotAllowed
from requests_app.models import (
    Action,
    Attachment,
    Channel,
    Deadline,
    Event,
    Involvement,
    Notice,
    Status,
    Submission,
)
from requests_app.models.kinds import DETAILS, ErrorReport
from tests.requests_app.factories import FILED, MemberFactory, Staff, UserFactory, file_case, filing

HOUR = dt.timedelta(hours=1)
TABLES = (Submission, Event, Deadline, Involvement, Notice, Attachment, *DETAILS.values())
PAPER = StoredFile("paper.txt", "ab" * 32, 5, "text/plain")


def counts() -> list[int]:
    return [model._default_manager.count() for model in TABLES]


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


# -- filing


def test_a_filed_case_has_reference_office_deadlines_event_and_letter(kent: Staff) -> None:
    filed = intake.submit(filing(kent.city, dataset=kent.dataset, files=[PAPER]), now=FILED)
    case = filed.submission
    assert references.normalised(case.reference) == case.reference
    assert case.reference.startswith("KNT-")
    assert (case.status, case.office, case.climbs_from) == (Status.RECEIVED, kent.steward, kent.steward)
    assert case.received_on == dt.date(2026, 6, 1)
    assert case.deadlines.filter(next_step="remind").count() == 1
    event = case.events.get()
    assert (event.action, event.happening, event.actor) == (Action.SUBMIT, "received", "requester")
    assert event.data["because"]
    assert case.errorreport.pk == case.pk
    assert case.attachments.get().sha256 == PAPER.sha256
    assert case.next_due_on == dt.date(2026, 6, 4)


@pytest.mark.parametrize("kind", SubmissionKind)
def test_every_kind_can_be_filed_in_every_city(cities: dict[str, City], kind: SubmissionKind) -> None:
    for city in cities.values():
        case = file_case(city, kind)
        assert type(getattr(case, DETAILS[kind]._meta.model_name)) is DETAILS[kind]
        assert case.office.city_id == city.pk
        assert not case.office.outside


def test_the_code_opens_the_case_and_is_kept_nowhere(kent: Staff) -> None:
    filed = intake.submit(filing(kent.city), now=FILED)
    case = filed.submission
    assert filed.code is not None
    assert references.code_matches(case.reference, filed.code, case.code_hash)
    kept = repr(Submission.objects.filter(pk=case.pk).values()) + repr(Notice.objects.values())
    assert filed.code not in kept
    assert filed.code.replace("-", "") not in kept


def test_the_same_form_sent_twice_makes_one_case_and_shows_the_code_once(kent: Staff) -> None:
    form = filing(kent.city)
    first = intake.submit(form, now=FILED)
    before = counts()
    second = intake.submit(form, now=FILED + HOUR)
    assert (second.submission, second.code, second.is_new) == (first.submission, None, False)
    assert first.is_new
    assert counts() == before


def told_of(case: Submission) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for notice in Notice.objects.filter(submission=case).select_related("user"):
        found.setdefault(notice.state, set()).add(notice.user.first_name if notice.user else notice.email)
    return found


def test_the_requester_gets_a_letter_and_the_offices_concerned_an_item(kent: Staff) -> None:
    for role, active, signed_in in (("old", False, True), ("left", True, False)):
        user = UserFactory(first_name=role, is_active=signed_in)
        MemberFactory(user=user, office=kent.steward, active=active)
    case = file_case(kent.city, dataset=kent.dataset)
    assert told_of(case) == {
        "queued": {case.requester_email},
        "digest_item": {"Alice", "Bob", "Clerk"},  # the custodian is informed of every error in Kent
    }


def test_without_an_address_no_letter_is_written(kent: Staff) -> None:
    case = file_case(kent.city, requester_email="")
    assert not Notice.objects.filter(submission=case, user=None).exists()


def test_an_office_that_could_act_instead_is_not_told_before_it_is_chosen(people: dict[str, Staff]) -> None:
    portland = people["portland"]
    case = file_case(portland.city, dataset=portland.dataset)
    assert case.involvements.filter(relation=Relation.ALTERNATIVE).exists()
    assert "Charlie" not in told_of(case)["digest_item"]


def test_a_body_outside_the_city_is_never_written_to(people: dict[str, Staff]) -> None:
    for staff in people.values():
        for outside in Office.objects.filter(city=staff.city, outside=True):
            MemberFactory(user=UserFactory(first_name="Judge"), office=outside, role=MemberRole.HEAD)
        for kind in SubmissionKind:
            case = file_case(staff.city, kind, dataset=staff.dataset)
            assert "Judge" not in told_of(case).get("digest_item", set())


def test_what_came_by_phone_keeps_its_true_date_and_its_clerk(kent: Staff) -> None:
    came = FILED - dt.timedelta(days=4)
    form = filing(
        kent.city,
        SubmissionKind.RECORDS_REQUEST,
        channel=Channel.PHONE,
        received_at=came,
        entered_by=kent.clerk,
    )
    case = intake.submit(form, now=FILED).submission
    assert (case.received_at, case.submitted_at, case.entered_by) == (came, FILED, kent.clerk)
    event = case.events.get()
    assert (event.happened_at, event.at, event.actor, event.by_name) == (came, FILED, "staff", "Clerk")
    assert case.deadlines.get(milestone="response").due_on == dt.date(2026, 6, 4)  # from Thursday 28 May


@pytest.mark.parametrize(
    "dates",
    [
        {"received_at": FILED + HOUR},
        {"received_at": FILED, "custodian_received_at": FILED - HOUR},
        {"received_at": FILED, "custodian_received_at": FILED + HOUR},
    ],
)
def test_dates_that_cannot_be_are_refused(kent: Staff, dates: dict[str, dt.datetime]) -> None:
    before = counts()
    with pytest.raises(NotAllowed):
        intake.submit(filing(kent.city, SubmissionKind.RECORDS_REQUEST, **dates), now=FILED)
    assert counts() == before


def test_after_hours_counts_on_its_own_date_in_the_city(kent: Staff) -> None:
    late = dt.datetime(2026, 6, 2, 5, 30, tzinfo=dt.UTC)  # half past ten in the evening of 1 June
    assert file_case(kent.city, received_at=late).received_on == dt.date(2026, 6, 1)


STEPS = [
    (intake, "place"),
    (intake, "_record_filing"),
    (intake, "attach_files"),
    (intake, "_announce"),
    (intake, "write_to_requester"),
    (intake, "tell"),
    (intake.deadlines, "recompute"),
    (intake.deadlines, "_mark_next_due"),
    (intake, "insert_rows"),
    (ErrorReport, "save"),
    (Submission, "save"),
    (Event, "save"),
]


@pytest.mark.parametrize(("place", "name"), STEPS, ids=lambda value: str(value))
@pytest.mark.parametrize("after", [False, True], ids=["before the step", "after the step"])
def test_a_filing_that_breaks_at_any_step_leaves_nothing(
    kent: Staff, place: Any, name: str, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = getattr(place, name)

    def breaks(*args: Any, **kwargs: Any) -> Any:
        if after:
            real(*args, **kwargs)
        raise RuntimeError("power cut")

    form = filing(kent.city, dataset=kent.dataset, files=[PAPER])
    before = counts()
    monkeypatch.setattr(place, name, breaks)
    with pytest.raises(RuntimeError):
        intake.submit(form, now=FILED)
    assert counts() == before
    monkeypatch.undo()
    assert intake.submit(form, now=FILED).is_new


# -- acknowledging, claiming, assigning


def test_acknowledging_stops_the_ladder_and_tells_the_requester(kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    intake.acknowledge(case, by=kent.alice, now=FILED + HOUR, message="We look into it.")
    case.refresh_from_db()
    assert (case.status, case.acknowledged_at) == (Status.ACKNOWLEDGED, FILED + HOUR)
    assert case.deadlines.get(milestone="acknowledgement").state == "met"
    assert Notice.objects.filter(submission=case, kind="acknowledged", user=None).count() == 1
    with pytest.raises(NotAllowed):
        intake.acknowledge(case, by=kent.bob, now=FILED + HOUR)


def test_an_estimate_in_the_past_undoes_the_whole_acknowledgement(kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    before = counts()
    with pytest.raises(NotAllowed, match="past"):
        intake.acknowledge(case, by=kent.alice, now=FILED, estimate_until=dt.date(2026, 5, 31))
    case.refresh_from_db()
    assert (case.status, counts()) == (Status.RECEIVED, before)


def test_a_case_is_claimed_by_one_and_can_be_released_and_assigned(kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    with pytest.raises(NotAllowed, match="Nobody"):
        intake.release(case, by=kent.alice, now=FILED)
    intake.claim(case, by=kent.alice, now=FILED)
    intake.claim(case, by=kent.alice, now=FILED)
    with pytest.raises(NotAllowed, match="Alice has this case already"):
        intake.claim(case, by=kent.bob, now=FILED)
    intake.assign(case, to=kent.bob, by=kent.alice, now=FILED)
    case.refresh_from_db()
    assert case.assigned_to == kent.bob
    assert Notice.objects.filter(submission=case, kind="assigned", user=kent.bob).count() == 1
    intake.release(case, by=kent.bob, now=FILED)
    case.refresh_from_db()
    assert case.assigned_to is None
    assert not case.events.exclude(action=Action.SUBMIT).filter(public=True).exists()


def test_nobody_outside_the_office_or_without_an_active_account_is_assigned(kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    gone = UserFactory(is_active=False)
    MemberFactory(user=gone, office=kent.steward)
    for somebody in (kent.charlie, gone):
        with pytest.raises(NotAllowed, match="does not work in"):
            intake.assign(case, to=somebody, by=kent.bob, now=FILED)
