"""One kind becomes another: the filing date stays, offices and dates follow the rules of the new kind."""

import datetime as dt

import pytest
from django.urls import reverse

from portals.vocabulary import SubmissionKind
from requests_app import escalation, intake, routing
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, Deadline, Escalation, Involvement, Notice, Submission
from requests_app.preservation.verification import verify
from requests_app.related import conversions
from requests_app.related.conversions import CONVERSIONS
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.fee_cases import tell
from tests.requests_app.pages import main_of
from tests.requests_app.staff_pages import signed_in

DAY = dt.timedelta(days=1)
SLUGS = ["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"]
RECORDS, DATASET = SubmissionKind.RECORDS_REQUEST, SubmissionKind.DATASET_REQUEST
ERROR, PRIVACY = SubmissionKind.ERROR_REPORT, SubmissionKind.PRIVACY_CONCERN
PAIRS = [(kind, to) for kind, found in CONVERSIONS.items() for to in found]


def fresh(case: Submission) -> Submission:
    return Submission.objects.get(pk=case.pk)


def convert(staff: Staff, case: Submission, to: str, at: dt.datetime = FILED + 2 * DAY, **more):
    facts = {"reason": "The data is not on the portal.", "consent": "By phone", "by": staff.clerk, "now": at}
    return conversions.convert(case, to=SubmissionKind(to), **{**facts, **more})


def dates(case: Submission) -> dict[str, tuple[str, dt.date | None]]:
    return {row.clock_key: (row.state, row.due_on) for row in Deadline.objects.filter(submission=case)}


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize(("kind", "to"), PAIRS)
def test_offices_and_dates_are_those_of_the_new_kind_filed_on_the_same_day(
    people: dict[str, Staff], slug: str, kind: str, to: str
) -> None:
    staff = people[slug]
    case = file_case(staff.city, kind, dataset=staff.dataset)
    expected = file_case(staff.city, to, dataset=staff.dataset)
    convert(staff, case, to)
    now = fresh(case)
    assert (now.kind, now.office_id) == (to, expected.office_id)
    assert (now.received_on, now.reference, now.status) == (case.received_on, case.reference, case.status)
    theirs = dates(expected)
    if slug != "kansas-city":  # there the law counts from the custodian's receipt, see below
        assert dates(now) == theirs
    assert {key for key in dates(now)} >= set(theirs)
    beside = set(Involvement.objects.filter(submission=expected).values_list("office_id", flat=True))
    assert beside - {now.office_id} <= set(now.involvements.values_list("office_id", flat=True))
    assert list(verify()) == []


def test_kansas_city_counts_a_records_request_from_the_hand_over(people: dict[str, Staff]) -> None:
    staff = people["kansas-city"]
    case = file_case(staff.city, DATASET, dataset=staff.dataset)
    convert(staff, case, RECORDS)
    response = Deadline.objects.get(submission=case, milestone="response")
    assert response.due_on == dt.date(2026, 6, 8)  # three business days after Wednesday, June 3
    assert fresh(case).received_on == dt.date(2026, 6, 1)


def test_a_records_request_becomes_something_else_only_with_consent(people: dict[str, Staff]) -> None:
    staff = people["kent"]
    case = file_case(staff.city, RECORDS)
    with pytest.raises(NotAllowed, match="gives a right"):
        convert(staff, case, DATASET, consent=" ")
    convert(staff, case, DATASET, consent="By phone on June 2")
    letter = Notice.objects.get(submission=case, kind="converted", user=None)
    assert "you agreed (By phone on June 2)" in letter.body and "it can be turned back" in letter.body
    assert "stays Monday, June 1, 2026" in letter.body
    convert(staff, case, RECORDS)
    back = Deadline.objects.get(submission=case, milestone="response")
    assert (back.state, back.due_on) == ("open", dt.date(2026, 6, 8))


def test_what_the_old_kind_added_stays_and_the_new_one_knows_what_is_known(people: dict[str, Staff]) -> None:
    staff = people["kent"]
    case = file_case(
        staff.city,
        ERROR,
        dataset=staff.dataset,
        details={"field_name": "owner", "row": "12"},
        is_public=True,
    )
    event = convert(staff, case, PRIVACY, consent="")
    assert fresh(case).privacyconcern.location == f"{staff.dataset.name} · owner · 12"
    assert fresh(case).errorreport.field_name == "owner"
    assert event.data["promised"] and event.before["kind"] == ERROR


@pytest.mark.parametrize("slug", SLUGS)
def test_a_public_report_that_becomes_a_privacy_concern_leaves_its_page_at_once(
    people: dict[str, Staff], slug: str, client
) -> None:
    staff = people[slug]
    case = file_case(staff.city, ERROR, dataset=staff.dataset, is_public=True, title="Names are shown")
    convert(staff, case, PRIVACY, consent="")
    assert not fresh(case).is_public
    page = main_of(client.get(f"/{slug}/datasets/{staff.dataset.identifier}/"))
    assert "Names are shown" not in page
    address = reverse("requests_app:public_case", args=[slug, case.reference])
    assert client.get(address).status_code == 404
    convert(staff, case, ERROR, consent="")
    assert not fresh(case).is_public


@pytest.mark.parametrize(
    ("kind", "to"), [(RECORDS, ERROR), (PRIVACY, DATASET), ("appeal", RECORDS), (RECORDS, RECORDS)]
)
def test_other_conversions_are_refused(people: dict[str, Staff], kind: str, to: str) -> None:
    staff = people["kent"]
    with pytest.raises(NotAllowed, match="cannot be turned"):
        convert(staff, file_case(staff.city, kind), to)


def test_an_ended_case_or_one_with_a_fee_is_refused(people: dict[str, Staff]) -> None:
    staff = people["kent"]
    case = file_case(staff.city, RECORDS)
    tell(staff, case, "60.00", at=FILED + DAY)
    with pytest.raises(NotAllowed, match="fee stands"):
        convert(staff, case, DATASET)
    with pytest.raises(NotAllowed, match="Say why"):
        convert(staff, file_case(staff.city, DATASET), RECORDS, reason=" ")


def test_steps_that_the_clock_took_are_not_taken_again(people: dict[str, Staff]) -> None:
    """Portland's records requests have an acknowledgement clock of their own, dataset requests the target."""
    staff = people["portland"]
    case = file_case(staff.city, RECORDS, dataset=staff.dataset)
    escalation.sweep(now=FILED + 3 * DAY)
    taken = set(Escalation.objects.filter(deadline__submission=case).values_list("step", flat=True))
    assert "remind" in taken
    convert(staff, case, DATASET, at=FILED + 3 * DAY)
    escalation.sweep(now=FILED + 3 * DAY)
    assert case.events.filter(action=Action.REMIND).count() == 1


def test_the_office_it_leaves_stays_informed_and_can_get_it_back(people: dict[str, Staff]) -> None:
    staff = people["kent"]
    case = file_case(staff.city, DATASET, dataset=staff.dataset)
    left = case.office
    convert(staff, case, RECORDS)
    assert fresh(case).office != left
    assert Involvement.objects.get(submission=case, office=left).relation == "informed"
    routing.refer_back(fresh(case), reason="Yours after all", by=staff.clerk, now=FILED + 3 * DAY)
    assert fresh(case).office == left


def test_at_the_desk_the_form_says_where_it_would_go_and_by_when(
    people: dict[str, Staff], time_machine
) -> None:
    time_machine.move_to(FILED + 2 * DAY, tick=False)
    staff = people["kent"]
    case = file_case(staff.city, DATASET)
    client = signed_in(staff.clerk)
    address = reverse("requests_app:act", args=[case.reference, "convert"])
    words = main_of(client.get(address))
    assert "goes to City Clerk" in words and "First response: Monday, June 8, 2026" in words
    sent = {"revision": case.chain_length, "to": RECORDS, "reason": "Not on the portal"}
    assert client.post(address, sent).status_code == 302
    page = main_of(client.get(reverse("requests_app:staff_case", args=[case.reference])))
    assert "Turned into another kind" in page and "Not on the portal" in page
    assert "Dates until then" in page


def test_the_act_is_offered_only_where_there_is_something_to_become(people: dict[str, Staff]) -> None:
    staff = people["kent"]
    client = signed_in(staff.clerk)
    for kind, offered in ((DATASET, True), ("misuse_report", False)):
        case = file_case(staff.city, kind)
        page = client.get(reverse("requests_app:staff_case", args=[case.reference])).content.decode()
        assert (f"{case.reference}/convert/" in page) is offered


def test_the_requester_reads_what_happened(people: dict[str, Staff], client, time_machine) -> None:
    from requests_app import access

    time_machine.move_to(FILED + 2 * DAY, tick=False)
    staff = people["kent"]
    case = file_case(staff.city, DATASET, dataset=staff.dataset)
    intake.acknowledge(case, by=staff.clerk, now=FILED + DAY)
    convert(staff, case, RECORDS)
    session = client.session
    access.grant_requester(session, case, now=FILED + 2 * DAY)
    session.save()
    words = main_of(client.get(reverse("requests_app:case", args=[case.reference])))
    assert "turned into another kind: Request a public record" in words
    assert "The data is not on the portal." in words and "passed on to it" not in words
