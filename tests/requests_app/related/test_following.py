"""Following a public report: no letter without a confirmation, and none that tells what is not public."""

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from requests_app import access, determinations, intake
from requests_app.correspondence import conversation
from requests_app.determinations import Answer
from requests_app.handling import casework
from requests_app.lifecycle import NotAllowed
from requests_app.models import Follower, MeToo, Notice, Submission
from requests_app.related import following, merging
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.pages import main_of
from tests.requests_app.staff_pages import signed_in

DAY = dt.timedelta(days=1)
FAN = "fan@people.example"


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def report(kent: Staff) -> Submission:
    return file_case(kent.city, dataset=kent.dataset, is_public=True, title="Trees in the river")


def address(case: Submission) -> str:
    return reverse("requests_app:public_case", args=[case.city.slug, case.reference])


def letters(kind: str, email: str = FAN) -> list[Notice]:
    return list(Notice.objects.filter(kind=kind, email=email).order_by("pk"))


def follow(case: Submission, email: str = FAN, at: dt.datetime = FILED) -> Follower:
    following.ask(case, email=email, language="en", now=at)
    found = Follower.objects.get(submission=case, email=email)
    following.confirm(found, now=at)
    found.refresh_from_db()
    return found


def link_in(letter: Notice) -> str:
    return str(re.search(r"(/follow/[^\s]+)", letter.body)[1])


# -- The pages


def test_from_the_page_to_letters_and_back(
    client: Client, kent: Staff, report: Submission, time_machine
) -> None:
    time_machine.move_to(FILED, tick=False)
    page = client.post(address(report), {"follow": "1", "email": FAN})
    assert "A letter is on its way" in main_of(page)
    (letter,) = letters("follow_confirm")
    assert letter.submission is None and report.reference in letter.body
    link = link_in(letter)
    assert "Yes, send me letters" in main_of(client.get(link))
    assert Follower.objects.get().confirmed_at is None
    assert "You follow this report" in main_of(client.post(link, {"confirm": "1"}))
    assert "1 person follows this report" in main_of(client.get(address(report)))
    intake.acknowledge(report, by=kent.alice, now=FILED + DAY)
    call_command("sweep")
    (news,) = letters("follow_news")
    assert "Acknowledged" in news.body and link_in(news) == link
    assert "forgotten here" in main_of(client.post(link, {"stop": "1"}))
    assert not Follower.objects.exists()
    assert client.get(link).status_code == 404


def test_the_page_says_the_same_whether_or_not_somebody_follows_already(
    client: Client, report: Submission
) -> None:
    pages = [main_of(client.post(address(report), {"follow": "1", "email": FAN})) for _n in range(2)]
    following.confirm(Follower.objects.get(), now=dt.datetime.now(dt.UTC))
    pages.append(main_of(client.post(address(report), {"follow": "1", "email": FAN.upper()})))
    assert len({page.partition("Follow it")[2].partition("report.")[2] for page in pages}) == 1
    assert Follower.objects.count() == 1 and len(letters("follow_confirm")) == 2


@pytest.mark.parametrize("email", ["", "no address", "a@b", "x" * 300 + "@example.org", "a\n@example.org"])
def test_what_is_no_address_is_said_and_nothing_is_kept(
    client: Client, report: Submission, email: str
) -> None:
    assert client.post(address(report), {"follow": "1", "email": email}).status_code == 422
    assert not Follower.objects.exists() and not Notice.objects.filter(kind="follow_confirm").exists()


def test_a_mailbox_is_not_filled_by_strangers(report: Submission) -> None:
    for hour in range(8):
        following.ask(report, email=FAN, language="en", now=FILED + dt.timedelta(minutes=hour))
    assert len(letters("follow_confirm")) == following.LETTERS_A_DAY


def test_one_machine_cannot_press_without_end(client: Client, report: Submission) -> None:
    statuses = [client.post(address(report), {"me_too": "1"}).status_code for _n in range(25)]
    assert statuses[0] == 302 and statuses[-1] == 429


def test_a_report_that_is_not_public_has_no_page_and_cannot_be_followed(
    client: Client, kent: Staff, report: Submission
) -> None:
    private = file_case(kent.city, dataset=kent.dataset)
    assert client.get(address(private)).status_code == 404
    assert client.post(address(private), {"follow": "1", "email": FAN}).status_code == 404
    other = reverse("requests_app:public_case", args=["portland", report.reference])
    assert client.get(other).status_code == 404
    for act in (
        lambda: following.ask(private, email=FAN, language="en", now=FILED),
        lambda: following.add_me_too(private, browser="b", now=FILED),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_the_page_shows_the_answer_and_nothing_private(
    client: Client, kent: Staff, report: Submission, django_assert_max_num_queries
) -> None:
    conversation.message(report, body="Private word", by=kent.alice, now=FILED + DAY)
    answer = Answer("corrected", "The trees are out.")
    determinations.determine(report, answer, by=kent.alice, now=FILED + DAY)
    with django_assert_max_num_queries(4):
        words = main_of(client.get(address(report)))
    assert "The trees are out." in words and "Corrected" in words
    assert "Private word" not in words and "Rita" not in words and report.requester_email not in words


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "é" * 50])
def test_a_spoiled_link_leads_to_a_page_that_says_so(client: Client, db: None, token: str) -> None:
    assert client.get(f"/follow/{token}/").status_code == 404


def test_a_confirmation_counts_for_a_week(report: Submission) -> None:
    following.ask(report, email=FAN, language="en", now=FILED)
    with pytest.raises(NotAllowed, match="a week"):
        following.confirm(Follower.objects.get(), now=FILED + 8 * DAY)
    following.write_letters(now=FILED + 8 * DAY)
    assert not Follower.objects.exists()


# -- The letters


def test_a_letter_comes_only_when_the_status_changes(kent: Staff, report: Submission) -> None:
    follow(report)
    conversation.note(report, body="Internal", by=kent.alice, now=FILED + DAY)
    conversation.message(report, body="Private", by=kent.alice, now=FILED + DAY)
    assert following.write_letters(now=FILED + DAY) == 0
    answer = Answer("corrected", "The trees are out.")
    determinations.determine(report, answer, by=kent.alice, now=FILED + 2 * DAY)
    assert following.write_letters(now=FILED + 2 * DAY) == 1
    (news,) = letters("follow_news")
    assert "has answered: Corrected" in news.body and "The trees are out." not in news.body
    assert report.requester_email not in news.body and "Rita" not in news.body
    assert following.write_letters(now=FILED + 2 * DAY) == 0


def test_once_it_is_not_public_the_last_letter_has_no_content_and_the_address_is_forgotten(
    kent: Staff, report: Submission
) -> None:
    follow(report)
    casework.hide(report, reason="Names a neighbour", by=kent.alice, now=FILED + DAY)
    assert following.write_letters(now=FILED + DAY) == 1
    (last,) = letters("follow_ended")
    assert "no longer public" in last.body and "neighbour" not in last.body
    assert not Follower.objects.exists()


def test_the_address_of_a_follower_hangs_on_no_case(kent: Staff, report: Submission) -> None:
    follow(report)
    intake.acknowledge(report, by=kent.alice, now=FILED + DAY)
    following.write_letters(now=FILED + DAY)
    assert not Notice.objects.filter(email=FAN).exclude(submission=None).exists()
    page = signed_in(kent.alice).get(reverse("requests_app:staff_case", args=[report.reference]))
    assert FAN not in page.content.decode() and "1 follows it." in main_of(page)


def test_many_followers_take_few_queries_each(
    kent: Staff, report: Submission, django_assert_max_num_queries
) -> None:
    for number in range(20):
        follow(report, f"fan{number}@people.example")
    intake.acknowledge(report, by=kent.alice, now=FILED + DAY)
    with django_assert_max_num_queries(8 + 3 * 20):
        assert following.write_letters(now=FILED + DAY) == 20


# -- Me too


def test_a_browser_is_counted_once_and_the_office_sees_the_number(
    client: Client, kent: Staff, report: Submission
) -> None:
    for browser in (client, client, Client()):
        browser.post(address(report), {"me_too": "1"})
    assert MeToo.objects.count() == 2
    assert "2 more people have the same trouble" in main_of(client.get(address(report)))
    page = signed_in(kent.alice).get(reverse("requests_app:staff_case", args=[report.reference]))
    assert "2 more have the same trouble" in main_of(page)
    with pytest.raises(IntegrityError), transaction.atomic():
        MeToo.objects.create(submission=report, who=MeToo.objects.first().who, at=FILED)


def test_the_author_does_not_count_himself(client: Client, report: Submission) -> None:
    session = client.session
    access.grant_requester(session, report, now=dt.datetime.now(dt.UTC))
    session.save()
    client.post(address(report), {"me_too": "1"})
    assert not MeToo.objects.exists()


def test_reading_sets_no_session(client: Client, report: Submission) -> None:
    client.get(address(report))
    assert "sessionid" not in client.cookies


def test_followers_and_voices_go_on_with_the_case_that_stays(kent: Staff, report: Submission) -> None:
    other = file_case(kent.city, dataset=kent.dataset, is_public=True)
    for case, email in ((report, FAN), (other, FAN.title()), (other, "second@people.example")):
        follow(case, email)
    following.add_me_too(report, browser="a", now=FILED)
    following.add_me_too(other, browser="b", now=FILED)
    merging.merge(other, into=report, reason="Same trees", by=kent.alice, now=FILED + DAY)
    assert {row.submission for row in Follower.objects.all()} == {report}
    assert Follower.objects.count() == 2 and report.me_toos.count() == 2
    assert following.write_letters(now=FILED + DAY) == 0 or letters("follow_news")
