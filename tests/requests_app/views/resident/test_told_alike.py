"""What is said before sending is what the page of the case says after it: offices, sources and dates."""

import pytest
from django.test import Client

from portals.vocabulary import SubmissionKind
from requests_app.models import Notice
from tests.requests_app.factories import FILED
from tests.requests_app.pages import checked, confirmed, main_of, text_of

SLUGS = ["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"]


@pytest.fixture(autouse=True)
def at_filing(time_machine) -> None:
    time_machine.move_to(FILED, tick=False)


def both(client: Client, slug: str, kind: str, **typed: str) -> tuple[str, str]:
    """The words of the check page and of the page after sending."""
    page = checked(client, slug, kind, **typed)
    return main_of(page), main_of(client.get(confirmed(client, slug, kind, page)["Location"]))


@pytest.mark.parametrize("slug", ["kansas-city", "portland"])
def test_an_office_that_acts_is_not_informed_of_itself(client: Client, cities: dict, slug: str) -> None:
    before, after = both(client, slug, "privacy_concern")
    who = before.partition("Who gets it")[2].partition("By when")[0]
    assert "must act" in who and "is informed" not in who
    assert "is informed" not in after.partition("Offices must act")[2]


@pytest.mark.parametrize("slug", SLUGS)
def test_the_office_that_stands_in_shows_where_that_is_written(
    client: Client, cities: dict, slug: str
) -> None:
    before, after = both(client, slug, "privacy_concern")
    who = before.partition("Who gets it")[2].partition("By when")[0]
    offices = after.partition("Offices must act")[2]
    assert who.count("the city's guide") >= 1
    assert "the city's guide" in offices, offices


def test_after_sending_too_an_open_date_names_the_office_to_ask(client: Client, cities: dict) -> None:
    before, after = both(client, "kansas-city", "appeal")
    asked = "Not specified on the cited page. Ask: City Manager's Office"
    assert asked in before.partition("By when")[2]
    assert asked in after.partition("Dates")[2].partition("If nobody")[0]


@pytest.mark.parametrize("kind", [SubmissionKind.APPEAL, SubmissionKind.DATASET_REQUEST])
def test_a_determination_means_what_it_decides(client: Client, cities: dict, kind: str) -> None:
    for words in both(client, "kansas-city", kind):
        appeal = "the office decides on your appeal or complaint" in words
        assert appeal is (kind == SubmissionKind.APPEAL)
        assert ("whether you get what you asked for" in words) is not appeal


@pytest.mark.parametrize("kind", ["dataset_request", "privacy_concern"])
@pytest.mark.parametrize("slug", SLUGS)
def test_that_the_page_is_silent_is_said_once(client: Client, cities: dict, slug: str, kind: str) -> None:
    for words in both(client, slug, kind):
        who = words.partition("must act ")[2].partition("may act")[0].partition("guide,")[0]
        assert who.count("not specified on the cited page") <= 1, who
        assert "The page of each dataset names it. Which office that is" not in who


def test_a_source_that_is_a_number_of_the_guide_says_so(client: Client, cities: dict) -> None:
    assert "guide, source [3]" in text_of(checked(client, "oklahoma-city", "records_request"))


@pytest.mark.parametrize("slug", SLUGS)
def test_before_sending_it_is_said_what_is_open_if_no_answer_comes(
    client: Client, cities: dict, slug: str
) -> None:
    words = main_of(checked(client, slug, "records_request"))
    told = words.partition("What you can do if there is no answer in time")[2]
    assert "Who decides:" in told and "state law" in told
    assert ("treats a missed time limit as a denial" in told) is (slug == "portland")


def test_a_way_that_an_answer_closes_is_not_promised(client: Client, cities: dict) -> None:
    counselor = "Petition the Public Access Counselor about a slow answer"
    for answer, told in (("no", True), ("yes", False)):
        page = checked(client, "oklahoma-city", "records_request", flag_commercial_purpose=answer)
        assert (counselor in main_of(page)) is told


def test_an_appeal_shows_its_ways_once(client: Client, cities: dict) -> None:
    assert "if there is no answer in time" not in main_of(checked(client, "kent", "appeal"))


@pytest.mark.parametrize("kind", [SubmissionKind.APPEAL, SubmissionKind.DATASET_REQUEST])
def test_the_letter_says_of_a_determination_what_the_page_says(
    client: Client, cities: dict, kind: str
) -> None:
    both(client, "kansas-city", kind, requester_email="ann@example.org")
    body = Notice.objects.get(email="ann@example.org").body
    assert ("the office decides on your appeal or complaint" in body) is (kind == SubmissionKind.APPEAL)
    assert ("whether you get what you asked for" in body) is (kind != SubmissionKind.APPEAL)
