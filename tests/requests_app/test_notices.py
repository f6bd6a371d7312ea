"""Letters as rows: to whom, in whose words, once an occasion."""

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from portals.models import Office
from portals.vocabulary import MemberRole
from requests_app import notices
from requests_app.models import Notice, Submission
from requests_app.notices import link, people_of, rendered, tell, write_to_requester
from tests.requests_app.factories import FILED, MemberFactory, Staff, UserFactory, file_case


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def case(kent: Staff) -> Submission:
    return file_case(kent.city, dataset=kent.dataset)


def test_the_same_occasion_never_gives_a_second_letter(kent: Staff, case: Submission) -> None:
    for _time in range(2):
        write_to_requester(case, "message", now=FILED, occasion="event:7")
        tell(case, people_of(kent.steward), kind="message", line="x", now=FILED, occasion="event:7")
    assert Notice.objects.filter(submission=case, kind="message").count() == 3
    write_to_requester(case, "message", now=FILED, occasion="event:8")
    assert Notice.objects.filter(submission=case, kind="message").count() == 4


def test_a_letter_goes_to_the_requester_at_once_and_names_the_case(case: Submission) -> None:
    write_to_requester(case, "message", now=FILED, occasion="event:7")
    letter = Notice.objects.get(submission=case, kind="message")
    assert (letter.email, letter.state, letter.next_at) == (case.requester_email, "queued", FILED)
    assert case.reference in letter.subject + letter.body


def test_the_link_is_a_full_address_of_the_requesters_page(case: Submission) -> None:
    assert link(case) == f"{settings.SITE_URL}/track/{case.reference}/"


def test_an_item_waits_for_the_daily_letter_of_a_member(kent: Staff, case: Submission) -> None:
    tell(case, people_of(kent.steward), kind="new", line="A line", now=FILED, occasion="event:7")
    item = Notice.objects.get(submission=case, kind="new", user=kent.alice)
    assert (item.state, item.next_at, item.body, item.email) == (
        "digest_item",
        None,
        "A line",
        kent.alice.email,
    )


def test_a_person_twice_in_an_office_hears_once(kent: Staff, case: Submission) -> None:
    twice = people_of(kent.steward) * 2
    tell(case, twice, kind="new", line="A line", now=FILED, occasion="event:7")
    assert Notice.objects.filter(submission=case, kind="new").count() == 2


def test_people_of_an_office_are_its_active_members_and_never_a_body_outside(kent: Staff) -> None:
    outside = Office.objects.get(city=kent.city, key="superior-court")
    MemberFactory(office=outside)
    MemberFactory(office=kent.steward, active=False)
    MemberFactory(office=kent.steward, user=UserFactory(is_active=False))
    assert people_of(outside) == []
    assert {member.user for member in people_of(kent.steward)} == {kent.alice, kent.bob}


def test_heads_are_the_head_and_the_deputy_or_everybody_where_there_is_none(kent: Staff) -> None:
    deputy = MemberFactory(office=kent.steward, is_deputy=True)
    heads = people_of(kent.steward, heads_only=True)
    assert {member.user for member in heads} == {kent.bob, deputy.user}
    other = Office.objects.get(city=kent.city, key="city-attorney")
    (attorney,) = people_of(other, heads_only=True)
    assert (attorney.user, attorney.role) == (kent.attorney, MemberRole.ATTORNEY)


def test_the_first_line_of_a_text_is_its_subject_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n  A  subject \n\nHello.\n\nBye.\n\n"
    monkeypatch.setattr(notices, "render_to_string", lambda name, context: text)
    assert rendered("any", {}) == ("A subject", "Hello.\n\nBye.\n")
    monkeypatch.setattr(notices, "render_to_string", lambda name, context: "x" * 400)
    assert len(rendered("any", {})[0]) == 300


def test_every_letter_that_is_written_has_a_text(case: Submission) -> None:
    assert render_to_string("emails/filed.txt", {"submission": case})
