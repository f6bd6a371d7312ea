"""The letters as they are sent: what each says, and what none may carry."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings

from requests_app.models import ConcernedParty, Notice, Submission
from tests.requests_app.factories import Staff
from tests.requests_app.letter_cases import SECRET, case_of, write_everything

TO_FOLLOWERS = {"follow_confirm", "follow_news", "follow_ended"}
TO_THE_PERSON_CONCERNED = {f"concerned/{kind}" for kind in ("heard", "found", "measure", "lifted", "code")}
TO_STAFF = {"invited", "digest"}


@pytest.fixture
def letters_that_are_not_written_yet() -> None:
    """These tests are about the real ones."""


def letter(case: Submission, kind: str) -> Notice:
    return Notice.objects.get(submission=case, kind=kind, user=None)


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def templates() -> set[str]:
    """Every letter there is; what begins with an underscore is a piece of some."""
    root = Path(settings.BASE_DIR, "templates/emails")
    return {str(path.relative_to(root).with_suffix("")) for path in root.glob("**/[a-z]*.txt")}


def check_text(notice: Notice) -> None:
    """What holds for every letter, whoever gets it."""
    text = notice.subject + "\n" + notice.body
    assert SECRET not in text and "Rita" not in text and "Canary" not in text, notice.kind
    assert not any(sign in text for sign in ("{{", "{%", "&#", "\n\n\n\n")), notice.kind
    assert "None" not in text.split() and "  " not in notice.subject, notice.kind


@pytest.fixture
def everything(people: dict[str, Staff]) -> list[Notice]:
    """Every letter to a requester."""
    write_everything(people)
    return list(
        Notice.objects.filter(kind__in=templates() - TO_FOLLOWERS - TO_THE_PERSON_CONCERNED, user=None)
    )


def test_every_letter_names_case_and_page_and_nothing_that_was_written(everything: list[Notice]) -> None:
    others = TO_FOLLOWERS | TO_THE_PERSON_CONCERNED | TO_STAFF
    assert templates() - others == {notice.kind for notice in everything}
    assert set(Notice.objects.filter(user=None).values_list("kind", flat=True)) == templates() - TO_STAFF
    for notice in everything:
        reference = notice.submission.reference
        assert reference in notice.subject, notice.kind
        assert f"{settings.SITE_URL}/track/{reference}/" in notice.body, notice.kind
        check_text(notice)


def test_letters_to_others_name_their_own_page_and_nothing_that_was_written(everything: list[Notice]) -> None:
    assert everything
    party = ConcernedParty.objects.get()
    report = Submission.objects.get(events__action="hide")
    for notice in Notice.objects.filter(kind__in=TO_FOLLOWERS):
        assert notice.submission is None and report.reference in notice.subject
        assert "/track/" not in notice.body
        ends = notice.kind == "follow_ended"  # nothing is left that could be opened
        assert (f"{settings.SITE_URL}/follow/" in notice.body) is not ends
        check_text(notice)
    for notice in Notice.objects.filter(kind__in=TO_THE_PERSON_CONCERNED):
        assert party.reference in notice.subject
        assert f"{settings.SITE_URL}/concerned/{party.reference}/" in notice.body
        assert notice.submission.reference not in notice.subject + notice.body  # it opens the reporter's page
        check_text(notice)
    invitation = Notice.objects.get(kind="invited")
    assert invitation.submission is None and f"{settings.SITE_URL}/" in invitation.body
    check_text(invitation)


def test_letters_carry_the_paragraphs_of_the_city(everything: list[Notice]) -> None:
    for notice in everything:
        words = notice.city.paragraphs
        assert words["greeting"] in notice.body and words["closing"] in notice.body
        if notice.kind in ("escalated", "determined"):
            assert words[notice.kind] in notice.body


def test_the_first_letter_tells_dates_with_their_source(kent: Staff) -> None:
    body = letter(case_of(kent, "records_request"), "filed").body
    assert "Monday, June 8, 2026 (RCW 42.56.520(1)" in body


def test_what_is_not_specified_is_said_in_the_letter(people: dict[str, Staff]) -> None:
    body = letter(case_of(people["oklahoma-city"], "records_request"), "filed").body
    assert "not specified on the cited page" in body


def test_dates_are_those_of_the_city(kent: Staff) -> None:
    late = dt.datetime(2026, 6, 2, 5, 30, tzinfo=dt.UTC)
    body = letter(case_of(kent, received_at=late), "filed").body
    assert "Monday, June 1, 2026" in body


def test_without_an_address_there_is_no_letter(kent: Staff) -> None:
    case = case_of(kent, requester_email="")
    assert not Notice.objects.filter(submission=case, user=None).exists()
