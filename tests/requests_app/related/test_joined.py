"""What the requester of a merged case hears: the answer with its remedies, changed dates, the end."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from portals.vocabulary import ClockEvent, Outcome
from requests_app import determinations
from requests_app.attachments import files
from requests_app.correspondence import conversation
from requests_app.determinations import Answer
from requests_app.models import CaseLink, Notice, Status, Submission
from requests_app.preservation.verification import verify
from requests_app.related import joined, merging
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.part_cases import answered

DAY = dt.timedelta(days=1)
DENIAL = Answer(
    Outcome.DENIED,
    "The minutes are exempt.",
    exemption="RCW 42.56.280",
    explanation="They are drafts.",
    responsible="C. Clerk, City Clerk",
)


def fresh(case: Submission) -> Submission:
    return Submission.objects.get(pk=case.pk)


def letters(case: Submission, kind: str) -> list[Notice]:
    return list(Notice.objects.filter(submission=case, kind=kind, user=None).order_by("pk"))


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def pair(kent: Staff) -> tuple[Submission, Submission]:
    """The case that was merged, and the one that stayed."""
    kept = file_case(kent.city, "records_request")
    gone = file_case(kent.city, "records_request", received_at=FILED + DAY)
    merging.merge(gone, into=kept, reason="Same minutes", by=kent.clerk, now=FILED + 2 * DAY)
    return fresh(gone), fresh(kept)


@pytest.mark.parametrize("slug", ["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"])
def test_a_denial_is_passed_on_with_the_remedies_and_dates_of_the_other_requester(
    people: dict[str, Staff], slug: str
) -> None:
    staff = people[slug]
    kept, gone = file_case(staff.city, "records_request"), file_case(staff.city, "records_request")
    merging.merge(gone, into=kept, reason="Same", by=staff.clerk, now=FILED + DAY)
    answered(kept, DENIAL, by=staff.clerk, now=FILED + 2 * DAY)
    assert joined.pass_on(now=FILED + 3 * DAY) == 1
    assert gone.determinations.last().outcome == Outcome.DENIED
    assert gone.events.filter(happening=ClockEvent.DENIED).count() == 1
    assert fresh(gone).status == Status.CLOSED
    started = {one.clock_key for one in gone.deadlines.all() if one.state != "met"}
    expected = {one.clock_key for one in kept.deadlines.all() if one.state != "met"}
    assert started == expected
    (letter,) = letters(gone, "determined")
    assert "The minutes are exempt." in letter.body and kept.requester_email not in letter.body
    assert joined.pass_on(now=FILED + 3 * DAY) == 0
    assert len(letters(gone, "determined")) == 1
    assert list(verify()) == []


def test_files_of_the_answer_come_with_it_and_those_of_the_conversation_do_not(
    kent: Staff, pair: tuple[Submission, Submission]
) -> None:
    gone, kept = pair
    stored = [files.store(SimpleUploadedFile(name, name.encode())) for name in ("a.txt", "b.txt", "c.txt")]
    conversation.message(kept, body="For you", by=kent.clerk, now=FILED + 3 * DAY, files=stored[:1])
    conversation.note(kept, body="Internal", by=kent.clerk, now=FILED + 3 * DAY, files=stored[1:2])
    answer = Answer(Outcome.GRANTED, "Here they are.")
    determinations.determine(kept, answer, by=kent.clerk, now=FILED + 4 * DAY, files=stored[2:])
    joined.pass_on(now=FILED + 4 * DAY)
    assert [file.name for file in gone.attachments.all()] == ["c.txt"]


def test_a_changed_date_is_told_once(kent: Staff, people: dict[str, Staff]) -> None:
    staff = people["bakersfield"]
    kept, gone = file_case(staff.city, "records_request"), file_case(staff.city, "records_request")
    merging.merge(gone, into=kept, reason="Same", by=staff.clerk, now=FILED + DAY)
    determinations.extend(kept, until=dt.date(2026, 6, 25), reason="Many", by=staff.clerk, now=FILED + DAY)
    joined.pass_on(now=FILED + DAY)
    (letter,) = letters(gone, "joined_news")
    assert "June 25, 2026" in letter.body
    conversation.note(kept, body="Internal", by=staff.clerk, now=FILED + 2 * DAY)
    joined.pass_on(now=FILED + 2 * DAY)
    assert len(letters(gone, "joined_news")) == 1


def test_an_answer_that_is_taken_back_is_taken_back_there_too(
    kent: Staff, pair: tuple[Submission, Submission]
) -> None:
    gone, kept = pair
    determinations.determine(kept, DENIAL, by=kent.clerk, now=FILED + 3 * DAY)
    joined.pass_on(now=FILED + 3 * DAY)
    determinations.reopen(kept, reason="A mistake", by=kent.clerk, now=FILED + 4 * DAY)
    joined.pass_on(now=FILED + 4 * DAY)
    in_force = gone.determinations.filter(taken_back_at=None)
    assert [one.outcome for one in in_force] == [Outcome.DUPLICATE]
    assert not [
        one for one in gone.deadlines.all() if one.milestone == "internal_review" and one.state == "open"
    ]
    assert "taken its answer back" in letters(gone, "joined_news")[-1].body
    granted = Answer(Outcome.GRANTED, "Here they are.")
    determinations.determine(kept, granted, by=kent.clerk, now=FILED + 5 * DAY)
    joined.pass_on(now=FILED + 5 * DAY)
    assert gone.determinations.last().outcome == Outcome.GRANTED
    assert list(verify()) == []


def test_where_the_other_case_ends_without_an_answer_this_one_is_taken_up_again(
    kent: Staff, pair: tuple[Submission, Submission]
) -> None:
    gone, kept = pair
    conversation.withdraw(kept, now=FILED + 3 * DAY)
    call_command("sweep")
    assert fresh(gone).status == Status.RECEIVED
    assert not CaseLink.objects.exists()
    assert "ended without an answer" in letters(gone, "reopened")[0].body
    assert gone.deadlines.filter(cycle=fresh(gone).cycle, state="open").exists()


def test_a_case_that_was_reopened_by_another_way_is_separated(
    kent: Staff, pair: tuple[Submission, Submission]
) -> None:
    gone, kept = pair
    determinations.reopen(gone, reason="Directly", by=kent.clerk, now=FILED + 3 * DAY)
    conversation.note(kept, body="Anything", by=kent.clerk, now=FILED + 3 * DAY)
    joined.pass_on(now=FILED + 3 * DAY)
    assert not CaseLink.objects.exists()


def test_one_case_that_fails_does_not_stop_the_others(
    kent: Staff, pair: tuple[Submission, Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, kept = pair
    other = file_case(kent.city, "records_request", received_at=FILED + DAY)
    merging.merge(other, into=kept, reason="Same", by=kent.clerk, now=FILED + 2 * DAY)
    real = joined.remember

    def poisoned(tie: CaseLink, row: Submission) -> None:
        if tie.source_id == gone.pk:
            raise RuntimeError("poison")
        real(tie, row)

    monkeypatch.setattr(joined, "remember", poisoned)
    determinations.determine(kept, DENIAL, by=kent.clerk, now=FILED + 3 * DAY)
    assert joined.pass_on(now=FILED + 3 * DAY) == 1
    assert gone.determinations.count() == 1 and other.determinations.count() == 2
