"""In each city, through its pages: seven kinds reach the office that its guide names, an unacknowledged case
climbs that city's pathway, staff answer, and an appeal reaches its office or says what is not specified.

The offices, steps and days below were written down by hand from the guides, not taken from the city files.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client

from portals.models import User
from portals.vocabulary import ClockState, Milestone, Relation, SubmissionKind
from requests_app import escalation
from requests_app.models import Action, Deadline, Notice, Referral, Status, Submission
from tests.requests_app.factories import FILED, Staff
from tests.requests_app.pages import checked, code_of, confirmed, filed, hidden, main_of, text_of
from tests.requests_app.staff_pages import signed_in

DAY = dt.timedelta(days=1)
PARKS = "Parks by Hand"
NOT_SPECIFIED = "ot specified on the cited page"


@dataclass(frozen=True)
class Told:
    """What a guide says of a city. `acts` and `beside` are for a submission that names a dataset of Parks;
    `ladder` (day of June 2026, action, office) is that of an error report nobody acknowledges."""

    acts: dict[str, str]
    beside: dict[str, set[tuple[str, str]]]
    ladder: list[tuple[int, str, str]]
    last_office: str
    records_appeal: str
    error_appeal: str
    appeal_open: tuple[str, ...] = ()
    informed_at_the_end: str = ""
    wants: dict[str, str] = field(default_factory=dict)


def seven(error: str, dataset: str, access: str, records: str, misuse: str, privacy: str, appeal: str):
    return dict(zip(SubmissionKind.values, (error, dataset, access, records, misuse, privacy, appeal)))  # noqa: B905


IT, CLERK, ATTORNEY = "Information Technology Department", "City Clerk", "City Attorney"
BTS, CONTACTS = "Bureau of Technology Services", "Public records contacts"
MANAGER, DIRECTOR, ADMINISTRATION = (
    "City Manager's Office",
    "City Communications Director",
    "City administration",
)
CITIES = {
    "kansas-city": Told(
        acts=seven(PARKS, PARKS, IT, DIRECTOR, MANAGER, PARKS, DIRECTOR),
        beside={"misuse_report": {("together", PARKS)}, "privacy_concern": {("informed", IT)}},
        ladder=[
            (8, "follow_up", PARKS), (9, "refer", PARKS), (15, "refer", MANAGER), (23, "inform", MANAGER),
        ],
        last_office=MANAGER,
        records_appeal=DIRECTOR,
        error_appeal=PARKS,
        appeal_open=("written guidance on appeals", NOT_SPECIFIED),
    ),
    "kent": Told(
        acts=seven(PARKS, PARKS, PARKS, CLERK, PARKS, PARKS, CLERK),
        beside={
            "error_report": {("informed", CLERK)},
            "misuse_report": {("together", CLERK)},
            "privacy_concern": {("informed", CLERK)},
        },
        ladder=[(5, "remind", PARKS), (9, "inform", CLERK), (15, "refer", CLERK), (23, "inform", ATTORNEY)],
        last_office=CLERK,
        records_appeal=CLERK,
        error_appeal=CLERK,
        appeal_open=("Review of a denial by the city", "Superior court"),
        informed_at_the_end=ATTORNEY,
    ),
    "oklahoma-city": Told(
        acts=seven(IT, IT, IT, CLERK, IT, CLERK, CLERK),
        beside={},
        ladder=[(5, "remind", IT), (9, "inform", CLERK), (15, "refer", CLERK), (22, "inform", ATTORNEY)],
        last_office=CLERK,
        records_appeal=CLERK,
        error_appeal=CLERK,
        appeal_open=("Public Access Counselor", NOT_SPECIFIED),
        informed_at_the_end=ATTORNEY,
    ),
    "portland": Told(
        acts=seven(PARKS, PARKS, PARKS, CONTACTS, BTS, PARKS, PARKS),
        beside={"misuse_report": {("together", PARKS)}, "privacy_concern": {("informed", BTS)}},
        ladder=[
            (5, "remind", PARKS), (9, "inform", BTS), (15, "refer", BTS), (23, "inform", ADMINISTRATION),
        ],
        last_office=BTS,
        records_appeal=CONTACTS,
        error_appeal=PARKS,
        appeal_open=("Review by the bureau", "district attorney", NOT_SPECIFIED),
        informed_at_the_end=ADMINISTRATION,
    ),
    "bakersfield": Told(
        acts=seven(PARKS, PARKS, PARKS, CLERK, PARKS, PARKS, CLERK),
        beside={},
        ladder=[
            (5, "remind", PARKS),
            (9, "inform", "City IT/Innovation"),
            (15, "refer", CLERK),
            (23, "inform", ATTORNEY),
        ],
        last_office=CLERK,
        records_appeal=CLERK,
        error_appeal=CLERK,
        appeal_open=("Superior court", NOT_SPECIFIED),
        informed_at_the_end=ATTORNEY,
    ),
}  # fmt: skip
every_city = pytest.mark.parametrize("slug", CITIES)


@pytest.fixture(autouse=True)
def at_filing(time_machine) -> Iterator[None]:
    time_machine.move_to(FILED, tick=False)
    yield


def case_of(reference: str) -> Submission:
    return Submission.objects.select_related("office").get(reference=reference)


def try_to(who: User, case: Submission, action: str, **values: object) -> HttpResponse:
    """An act at the desk by somebody who has just signed in, from the page as it is now."""
    revision = case_of(case.reference).chain_length
    return signed_in(who).post(f"/desk/case/{case.reference}/{action}/", {"revision": revision, **values})


def do(who: User, case: Submission, action: str, **values: object) -> None:
    answer = try_to(who, case, action, **values)
    assert answer.status_code == 302, main_of(answer)
    assert answer["Location"] == f"/desk/case/{case.reference}/"


def worker(staff: Staff, office: str) -> User:
    """Somebody who may act for the office: of Parks itself, otherwise the clerk, who works the whole city."""
    return staff.alice if office == PARKS else staff.clerk


def files_with_code(client: Client, city: str, kind: str, **typed: object) -> tuple[Submission, str]:
    """The case and the code that was shown once."""
    reference = filed(client, city, kind, **typed)
    return case_of(reference), code_of(client.get(f"/track/{reference}/"))


def comes_back(client: Client, case: Submission, code: str) -> HttpResponse:
    """The case page for somebody who comes back with reference and code."""
    sent = {"reference": case.reference, "code": code, "open": "1"}
    assert client.post("/track/", sent).status_code == 302
    return client.get(f"/track/{case.reference}/")


@every_city
def test_all_seven_kinds_reach_the_offices_that_the_guide_names(
    client: Client, people: dict[str, Staff], slug: str
) -> None:
    told, dataset = CITIES[slug], people[slug].dataset.identifier
    for kind in SubmissionKind.values:
        case = case_of(filed(client, slug, kind, dataset=dataset))
        assert (kind, case.office.name) == (kind, told.acts[kind])
        beside = {
            (row.relation, row.office.name)
            for row in case.involvements.exclude(relation=Relation.ALTERNATIVE).select_related("office")
        }
        assert (kind, beside) == (kind, told.beside.get(kind, set()))


@every_city
def test_what_is_promised_before_sending_is_what_the_case_says(
    client: Client, people: dict[str, Staff], slug: str
) -> None:
    for kind in SubmissionKind.values:
        page = checked(client, slug, kind, dataset=people[slug].dataset.identifier)
        promised = main_of(page).partition("By when they should answer")[2].partition("What happens if")[0]
        answer = confirmed(client, slug, kind, page)
        case = case_of(answer["Location"].strip("/").split("/")[-1])
        for deadline in Deadline.objects.filter(submission=case, due_on__isnull=False):
            words = (
                f"{deadline.due_on:%A}, {deadline.due_on:%B} {deadline.due_on.day}, {deadline.due_on.year}"
            )
            assert (kind, deadline.milestone, words in promised) == (kind, deadline.milestone, True)
            assert words in main_of(client.get(f"/track/{case.reference}/"))


@every_city
def test_an_unacknowledged_case_climbs_the_pathway_of_the_city(
    client: Client, people: dict[str, Staff], slug: str, time_machine
) -> None:
    told, staff = CITIES[slug], people[slug]
    case, code = files_with_code(client, slug, "error_report", dataset=staff.dataset.identifier)
    climbed: list[tuple[int, str, str]] = []
    for june in range(1, 24):
        before = dt.datetime(2026, 6, june, 7, 59, tzinfo=staff.city.zone)
        expected = june in [day for day, *_step in told.ladder]
        for moment in (before, before + dt.timedelta(minutes=2))[0 if expected else 1 :]:
            time_machine.move_to(moment, tick=False)
            escalation.sweep(now=moment)
            events = case.events.filter(action=Action.ESCALATE).order_by("sequence")
            for event in list(events)[len(climbed) :]:
                assert moment.minute == 1, "nothing happens before the day's hour"
                climbed.append((june, event.data["action"], event.data["office"]))
    assert climbed == told.ladder
    case = case_of(case.reference)
    assert (case.status, case.office.name) == (Status.RECEIVED, told.last_office)
    beside = dict(case.involvements.values_list("office__name", "relation"))
    assert told.last_office not in beside
    if told.informed_at_the_end:
        assert beside[told.informed_at_the_end] == Relation.INFORMED
    words = main_of(comes_back(client, case, code))
    assert f"must act {told.last_office}" in words
    assert ("You can now follow up in writing" in words) == (slug == "kansas-city")  # the guide offers it
    do(worker(staff, told.last_office), case, "acknowledge", message="We have it now.")
    escalation.sweep(now=dt.datetime(2026, 8, 1, tzinfo=dt.UTC))
    assert case.events.filter(action=Action.ESCALATE).count() == len(told.ladder)
    assert "We have it now." in main_of(comes_back(client, case, code))


@every_city
def test_a_report_is_acknowledged_asked_about_answered_and_appealed(
    client: Client, people: dict[str, Staff], slug: str, time_machine
) -> None:
    told, staff = CITIES[slug], people[slug]
    case, code = files_with_code(client, slug, "error_report", dataset=staff.dataset.identifier)
    desk = worker(staff, case.office.name)
    time_machine.move_to(FILED + DAY, tick=False)
    do(desk, case, "acknowledge")
    do(desk, case, "ask", body="Which tree?")
    asked = comes_back(client, case, code)
    assert "The office needs your answer" in main_of(asked) and "Which tree?" in main_of(asked)
    sent = {**hidden(asked), "action": "answer", "body": "The oak."}
    assert client.post(f"/track/{case.reference}/", sent).status_code == 302
    time_machine.move_to(FILED + 2 * DAY, tick=False)
    do(desk, case, "determine", outcome="no_action", reasons="The oak stands where the map says.")
    shown = comes_back(client, case, code)
    assert "The oak stands where the map says." in main_of(shown)
    assert f"/{slug}/submit/appeal/?against={case.reference}" in text_of(shown)
    filed_appeal = case_of(
        filed(client, slug, "appeal", against=case.reference, about="error_report", ground="denial")
    )
    assert filed_appeal.office.name == told.error_appeal
    assert filed_appeal.appeal.against == case


@every_city
def test_a_denied_record_is_appealed_where_the_city_has_a_way_or_says_that_it_is_open(
    client: Client, people: dict[str, Staff], slug: str, time_machine
) -> None:
    told, staff = CITIES[slug], people[slug]
    case, code = files_with_code(client, slug, "records_request", requester_email="rosa@people.example")
    time_machine.move_to(FILED + DAY, tick=False)
    do(staff.clerk, case, "acknowledge", message="We look for it.", estimate="2026-06-12")
    bare = try_to(staff.clerk, case, "determine", outcome="partial", reasons="No.")
    if bare.status_code != 302:  # where the law wants more, the form says what
        assert "There is a problem" in main_of(bare)
        do(
            staff.clerk, case, "determine", outcome="partial", reasons="No.", exemption="A law, section 1",
            explanation="It names a patient.", responsible="Ada Clerk, City Clerk",
        )  # fmt: skip
    assert case_of(case.reference).status == Status.DETERMINED
    shown = main_of(comes_back(client, case, code))
    for words in told.appeal_open:
        assert words in shown
    page = checked(client, slug, "appeal", against=case.reference, about="records_request", ground="denial")
    for words in told.appeal_open:
        assert words in main_of(page)
    answer = confirmed(client, slug, "appeal", page)
    appeal = case_of(answer["Location"].strip("/").split("/")[-1])
    assert appeal.office.name == told.records_appeal
    letters = Notice.objects.filter(submission=case, email="rosa@people.example")
    assert {"filed", "acknowledged", "determined"} <= set(letters.values_list("kind", flat=True))


@every_city
def test_a_case_is_referred_and_back_and_keeps_its_dates(
    client: Client, people: dict[str, Staff], slug: str, time_machine
) -> None:
    staff = people[slug]
    case, code = files_with_code(client, slug, "records_request")
    due, first = case.next_due_on, case.office
    time_machine.move_to(FILED + DAY, tick=False)
    do(staff.clerk, case, "refer", to=staff.steward.pk, reason="Parks holds these minutes.")
    assert case_of(case.reference).office == staff.steward
    assert "Parks by Hand" in main_of(comes_back(client, case, code))
    do(staff.alice, case, "refer_back", reason="The clerk holds them after all.")
    again = case_of(case.reference)
    assert (again.office, again.next_due_on) == (first, due)
    assert Referral.objects.filter(submission=case).count() == 2


@every_city
def test_a_closed_case_is_reopened_and_must_be_acknowledged_anew(
    client: Client, people: dict[str, Staff], slug: str, time_machine
) -> None:
    staff = people[slug]
    case = case_of(filed(client, slug, "dataset_request", dataset=staff.dataset.identifier))
    desk = worker(staff, case.office.name)
    do(desk, case, "acknowledge")
    do(desk, case, "determine", outcome="published", reasons="It is on the portal now.")
    do(desk, case, "close")
    assert case_of(case.reference).status == Status.CLOSED
    time_machine.move_to(FILED + 7 * DAY, tick=False)
    do(desk, case, "reopen", reason="The file is empty.")
    again = case_of(case.reference)
    assert (again.status, again.cycle, again.received_on) == (Status.RECEIVED, 2, case.received_on)
    fresh = again.deadlines.get(cycle=2, milestone=Milestone.ACKNOWLEDGEMENT)
    assert (fresh.state, fresh.due_on) == (ClockState.OPEN, dt.date(2026, 6, 11))


@every_city
def test_a_phone_call_of_last_friday_counts_from_friday(
    people: dict[str, Staff], slug: str, time_machine
) -> None:
    time_machine.move_to(FILED + 7 * DAY, tick=False)
    clerk, address = signed_in(people[slug].clerk), f"/desk/enter/{slug}/records_request/"
    form = clerk.get(address)
    key = text_of(form).partition('name="submission_key" value="')[2].partition('"')[0]
    answer = clerk.post(
        address,
        {
            "submission_key": key, "channel": "phone", "received_on": "2026-06-05",
            "description": "The minutes of June", "requester_name": "Rosa",
        },
    )  # fmt: skip
    assert answer.status_code == 302, main_of(answer)
    case = Submission.objects.get()
    assert case.received_on == dt.date(2026, 6, 5)
    acknowledgement = case.deadlines.get(milestone=Milestone.ACKNOWLEDGEMENT)
    days = {
        "portland": dt.date(2026, 6, 12)
    }  # ORS 192.324(2): five business days; elsewhere a target of three
    assert acknowledgement.due_on == days.get(slug, dt.date(2026, 6, 10))
    assert case.reference in main_of(clerk.get(answer["Location"]))


def test_the_sweep_command_writes_one_letter_a_day_to_each_member(
    client: Client, people: dict[str, Staff], time_machine
) -> None:
    """Three cases that wait make one daily letter, not three."""
    kent = people["kent"]
    for place in ("lake", "street", "harbor"):
        filed(client, "kent", "error_report", description=place, dataset=kent.dataset.identifier)
    morning = dt.datetime(2026, 6, 3, 8, 30, tzinfo=kent.city.zone)
    time_machine.move_to(morning, tick=False)
    escalation.sweep(now=morning)
    call_command("deliver")
    digests = Notice.objects.filter(kind="digest", user=kent.alice)
    assert digests.count() == 1
    body = digests.get().body
    assert all(case.reference in body for case in Submission.objects.all())


def test_bakersfield_extends_within_its_limit_and_not_beyond(
    client: Client, people: dict[str, Staff], time_machine
) -> None:
    """Gov. Code 7922.535: ten calendar days (June 11), by notice up to fourteen more (June 25)."""
    clerk = people["bakersfield"].clerk
    case, code = files_with_code(client, "bakersfield", "records_request")
    time_machine.move_to(FILED + DAY, tick=False)
    do(clerk, case, "acknowledge")
    refused = try_to(clerk, case, "extend", until="2026-06-26", reason="Many records.")
    words = main_of(refused)
    assert refused.status_code != 302 and "not later than Thursday, June 25, 2026" in words, words
    do(clerk, case, "extend", until="2026-06-25", reason="Many records.")
    assert "Thursday, June 25, 2026" in main_of(comes_back(client, case, code))
    late, _code = files_with_code(client, "bakersfield", "records_request")
    time_machine.move_to(FILED + 14 * DAY, tick=False)
    too_late = try_to(clerk, late, "extend", until="2026-06-20", reason="Many records.")
    assert "had to be given by" in main_of(too_late)


def test_a_mailed_request_that_first_lay_elsewhere_counts_from_the_custodians_receipt_in_kansas_city(
    people: dict[str, Staff], time_machine
) -> None:
    """RSMo 610.023.3 counts three business days from the custodian's receipt."""
    time_machine.move_to(FILED + 7 * DAY, tick=False)
    address = "/desk/enter/kansas-city/records_request/"
    clerk = signed_in(people["kansas-city"].clerk)
    form = clerk.get(address)
    key = text_of(form).partition('name="submission_key" value="')[2].partition('"')[0]
    sent = {
        "submission_key": key,
        "channel": "mail",
        "received_on": "2026-06-01",
        "custodian_on": "2026-06-05",
        "description": "The minutes of June",
    }
    assert clerk.post(address, sent).status_code == 302
    response = Submission.objects.get().deadlines.get(milestone=Milestone.RESPONSE)
    assert response.due_on == dt.date(2026, 6, 10)
