"""Links and merges: what is kept, what is refused, and that nobody is answered later than promised."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from portals.vocabulary import ClockState, Outcome
from requests_app import determinations, fees, routing
from requests_app.correspondence import conversation
from requests_app.lifecycle import NotAllowed
from requests_app.models import (
    Action,
    CaseLink,
    Deadline,
    Involvement,
    Notice,
    Status,
    Submission,
)
from requests_app.preservation.verification import verify
from requests_app.related import merging
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.fee_cases import tell

DAY = dt.timedelta(days=1)
RECORDS = "records_request"
SLUGS = ["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"]


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def fresh(case: Submission) -> Submission:
    return Submission.objects.get(pk=case.pk)


def dates(case: Submission) -> dict[str, tuple[str, dt.date | None]]:
    found = Deadline.objects.filter(submission=case, cycle=fresh(case).cycle)
    return {one.milestone: (one.state, one.due_on) for one in found}


def merge(staff: Staff, gone: Submission, kept: Submission, at: dt.datetime = FILED + 3 * DAY, **more):
    return merging.merge(gone, into=kept, reason="Both ask for the minutes.", by=staff.clerk, now=at, **more)


def two(staff: Staff, kind: str = RECORDS, days: int = 2) -> tuple[Submission, Submission]:
    """An early and a late case of a kind."""
    return file_case(staff.city, kind), file_case(staff.city, kind, received_at=FILED + days * DAY)


# -- Links


def test_a_link_stands_in_both_cases_and_changes_nothing_else(kent: Staff) -> None:
    early, late = two(kent)
    merging.link(late, other=early, by=kent.clerk, now=FILED + 3 * DAY, reason="Same street")
    tie = CaseLink.objects.get()
    assert (tie.source, tie.target, tie.tie, tie.reason) == (early, late, "related", "Same street")
    for case in (early, late):
        assert fresh(case).status == Status.RECEIVED
        event = case.events.get(action=Action.LINK)
        assert not event.public
    with pytest.raises(NotAllowed, match="linked already"):
        merging.link(early, other=late, by=kent.clerk, now=FILED + 3 * DAY)
    merging.unlink(early, other=late, by=kent.clerk, now=FILED + 3 * DAY)
    assert not CaseLink.objects.exists()
    with pytest.raises(NotAllowed, match="not linked"):
        merging.unlink(early, other=late, by=kent.clerk, now=FILED + 3 * DAY)


def test_no_case_is_linked_or_merged_with_itself_or_with_one_of_another_city(
    people: dict[str, Staff],
) -> None:
    kent = people["kent"]
    here, there = file_case(kent.city), file_case(people["portland"].city)
    for other, sentence in ((here, "same case"), (there, "same city")):
        with pytest.raises(NotAllowed, match=sentence):
            merging.link(here, other=other, by=kent.clerk, now=FILED + DAY)
        with pytest.raises(NotAllowed, match=sentence):
            merge(kent, here, other)
    assert here.events.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseLink.objects.create(city=kent.city, source=here, target=here, tie="related", at=FILED)


# -- Merging


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("kind", [RECORDS, "error_report", "dataset_request"])
def test_whichever_way_round_the_earliest_receipt_counts_and_no_date_is_later(
    people: dict[str, Staff], slug: str, kind: str
) -> None:
    staff = people[slug]
    for turned in (False, True):
        early, late = two(staff, kind)
        gone, kept = (early, late) if turned else (late, early)
        expected = dates(early)
        merge(staff, gone, kept)
        stays = fresh(kept)
        assert (stays.received_at, stays.received_on) == (early.received_at, early.received_on)
        assert {name: due for name, (_state, due) in dates(kept).items()} == {
            name: due for name, (_state, due) in expected.items()
        }
        assert (fresh(gone).status, fresh(gone).closed_at) == (Status.CLOSED, FILED + 3 * DAY)
        assert fresh(gone).received_on == gone.received_on
        assert not Deadline.objects.filter(submission=gone, next_step_at__isnull=False).exists()
        assert gone.determinations.get().outcome == Outcome.DUPLICATE
    assert list(verify()) == []


def test_the_explanation_of_a_date_says_that_it_counts_from_the_case_that_was_joined(kent: Staff) -> None:
    early, late = two(kent)
    merge(kent, early, late)
    response = Deadline.objects.get(submission=late, milestone="response")
    codes = [reason["code"] for reason in response.because]
    assert codes.index("joined") == codes.index("started.received") + 1
    assert response.due_on == dt.date(2026, 6, 8)


def test_the_letters_tell_both_requesters_and_name_neither(kent: Staff) -> None:
    early, late = two(kent)
    merge(kent, early, late)
    gone = Notice.objects.get(submission=early, kind="merged")
    kept = Notice.objects.get(submission=late, kind="joined")
    assert late.reference in gone.body and "Both ask for the minutes." in gone.body
    assert "June 8, 2026" in gone.body
    assert "now count from Monday, June 1, 2026" in kept.body and early.reference not in kept.body
    assert early.requester_email not in kept.body and late.requester_email not in gone.body


def test_what_was_written_and_the_other_office_stay_with_the_case(kent: Staff) -> None:
    early, late = two(kent, "error_report")
    routing.refer(
        late, to=kent.charlie.memberships.get().office, reason="Theirs", by=kent.clerk, now=FILED + 2 * DAY
    )
    late = fresh(late)
    merge(kent, late, early)
    note = early.messages.get()
    assert note.internal and late.reference in note.body and late.description in note.body
    assert Involvement.objects.filter(submission=early, office=late.office).exists()


def test_kansas_city_counts_from_the_first_receipt_by_the_custodian(people: dict[str, Staff]) -> None:
    """RSMo 610.023.3: three business days after the custodian of records received the first of both."""
    staff = people["kansas-city"]
    lay_elsewhere = file_case(staff.city, RECORDS, custodian_received_at=FILED + 3 * DAY, received_at=FILED)
    straight = file_case(staff.city, RECORDS, received_at=FILED + DAY)
    intake_first = dates(straight).get("response")
    merge(staff, straight, lay_elsewhere, at=FILED + 3 * DAY)
    stays = fresh(lay_elsewhere)
    assert stays.received_on == dt.date(2026, 6, 1)
    if intake_first:
        assert dates(stays)["response"] == intake_first
    else:  # the straight one went to another office first: only the hand-over counts
        assert dates(stays)["response"][1] == dt.date(2026, 6, 9)


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (lambda staff, gone, kept: conversation.withdraw(gone, now=FILED + DAY), "has ended"),
        (lambda staff, gone, kept: conversation.withdraw(kept, now=FILED + DAY), "not worked on any more"),
        (lambda staff, gone, kept: tell(staff, gone, "60.00", at=FILED + DAY), "fee"),
    ],
)
def test_what_cannot_be_merged_is_refused_and_nothing_is_half_done(
    kent: Staff, prepare, sentence: str
) -> None:
    early, late = two(kent, days=0)
    prepare(kent, late, early)
    before = [fresh(case).chain_length for case in (early, late)]
    with pytest.raises(NotAllowed, match=sentence):
        merge(kent, late, early)
    assert [fresh(case).chain_length for case in (early, late)] == before
    assert not CaseLink.objects.exists()


def test_cases_of_different_kinds_and_appeals_are_linked_not_merged(kent: Staff) -> None:
    with pytest.raises(NotAllowed, match="one kind"):
        merge(kent, file_case(kent.city, RECORDS), file_case(kent.city))
    with pytest.raises(NotAllowed, match="decided by itself"):
        merge(kent, file_case(kent.city, "appeal"), file_case(kent.city, "appeal"))


def test_a_public_report_is_not_merged_into_one_that_is_not(kent: Staff) -> None:
    public = file_case(kent.city, dataset=kent.dataset, is_public=True)
    private = file_case(kent.city, dataset=kent.dataset)
    with pytest.raises(NotAllowed, match="lose sight"):
        merge(kent, public, private)
    merge(kent, private, public)
    assert fresh(private).status == Status.CLOSED and not fresh(private).is_public


def test_a_merge_that_would_break_a_promise_is_refused(people: dict[str, Staff]) -> None:
    """Bakersfield extended the one (Gov. Code 7922.535); the other requester got no notice of it."""
    staff = people["bakersfield"]
    extended, other = two(staff, days=0)
    determinations.extend(
        extended, until=dt.date(2026, 6, 25), reason="Many", by=staff.clerk, now=FILED + DAY
    )
    with pytest.raises(NotAllowed, match=r"promised this by Thursday, June 11, 2026"):
        merge(staff, other, extended)
    assert fresh(other).status == Status.RECEIVED
    merge(staff, extended, other)  # the other way round nobody waits longer
    assert dates(other)["determination"] == (ClockState.OPEN, dt.date(2026, 6, 11))


def test_a_stopped_clock_is_no_reason_to_answer_the_other_requester_later(people: dict[str, Staff]) -> None:
    staff = people["portland"]
    asked, other = two(staff, days=0)
    conversation.ask(asked, body="Which street?", by=staff.clerk, now=FILED + DAY)
    with pytest.raises(NotAllowed, match="could come later"):
        merge(staff, other, asked)


def test_a_chain_of_merges_ends_at_the_case_that_stays_and_knows_no_circle(kent: Staff) -> None:
    first, second = two(kent, days=1)
    third = file_case(kent.city, RECORDS, received_at=FILED + 2 * DAY)
    merge(kent, first, second)
    merge(kent, second, third)
    assert {(tie.source, tie.target) for tie in CaseLink.objects.all()} == {(first, third), (second, third)}
    assert fresh(third).received_on == first.received_on
    with pytest.raises(NotAllowed, match="not worked on any more"):
        merge(kent, third, first)


def test_reopening_a_merged_case_gives_both_their_own_dates_back(kent: Staff) -> None:
    early, late = two(kent)
    own = dates(late)
    merge(kent, early, late)
    merging.reopen(fresh(early), reason="They differ", by=kent.clerk, now=FILED + 4 * DAY)
    assert not CaseLink.objects.exists()
    assert fresh(late).received_on == late.received_on
    assert {name: due for name, (_s, due) in dates(late).items()} == {n: due for n, (_s, due) in own.items()}
    assert fresh(early).status == Status.RECEIVED and dates(early)["response"][1] == dt.date(2026, 6, 8)
    with pytest.raises(NotAllowed, match="not linked"):
        merging.unlink(early, other=late, by=kent.clerk, now=FILED + 4 * DAY)
    assert list(verify()) == []


def test_a_merge_is_undone_by_reopening_not_by_unlinking(kent: Staff) -> None:
    early, late = two(kent)
    merge(kent, late, early)
    with pytest.raises(NotAllowed, match="reopen"):
        merging.unlink(late, other=early, by=kent.clerk, now=FILED + 4 * DAY)


def test_whoever_saw_an_older_state_of_either_case_is_told(kent: Staff) -> None:
    early, late = two(kent)
    with pytest.raises(NotAllowed, match="Meanwhile"):
        merge(kent, late, early, revision=99)
    with pytest.raises(NotAllowed, match="Meanwhile"):
        merge(kent, late, early, kept_revision=99)
    with pytest.raises(NotAllowed, match="Say why"):
        merging.merge(late, into=early, reason=" ", by=kent.clerk, now=FILED + 3 * DAY)


def test_a_fee_of_the_case_that_stays_stays(kent: Staff) -> None:
    early, late = two(kent, days=0)
    tell(kent, early, "60.00", at=FILED + DAY)
    merge(kent, late, early)
    assert fees.stand_of(early).stands
    assert fresh(early).acknowledged_at and fresh(late).acknowledged_at
