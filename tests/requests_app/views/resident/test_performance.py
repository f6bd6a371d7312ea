"""The public figures: the same as in the reports, never of a single case, the same for everybody."""

import csv
import datetime as dt
import io

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portals.vocabulary import Outcome
from requests_app import determinations
from requests_app.desk.public_figures import bounds
from requests_app.desk.reports import by_month
from requests_app.determinations import Answer
from requests_app.models import Submission
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.pages import main_of
from tests.requests_app.staff_pages import signed_in

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def a_month_later(time_machine) -> None:
    time_machine.move_to(FILED + 30 * DAY)


def answered(staff: Staff, kind: str, days: int) -> Submission:
    case = file_case(staff.city, kind)
    answer = Answer(Outcome.GRANTED, "Done.")
    determinations.determine(case, answer, by=staff.clerk, now=FILED + days * DAY)
    return case


def table(client: Client, slug: str) -> dict[str, dict[str, str]]:
    content = client.get(f"/{slug}/performance/figures.csv").content.decode("utf-8-sig")
    return {row["name"]: row for row in csv.DictReader(io.StringIO(content))}


@pytest.mark.parametrize("slug", ["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"])
def test_every_city_has_its_figures_and_says_when_there_are_too_few(
    people: dict[str, Staff], client: Client, slug: str
) -> None:
    answer = client.get(f"/{slug}/performance/")
    assert answer.status_code == 200
    assert "There are too few cases to say something" in main_of(answer)
    assert f'href="/{slug}/performance/"' in client.get(f"/{slug}/").content.decode()
    for days in range(6):
        answered(people[slug], "records_request", days)
    cache.clear()
    words = main_of(client.get(f"/{slug}/performance/"))
    assert "median 2.5, 90% within 5" in words
    assert "Received by month" in words and "What each figure means" in words


def test_counts_from_one_to_four_are_not_shown(people: dict[str, Staff], client: Client) -> None:
    staff = people["kent"]
    for days in range(7):
        answered(staff, "records_request", days)
    for _case in range(4):
        file_case(staff.city, "misuse_report")
    rows = table(client, "kent")
    assert rows["Report misuse of data"]["Received"] == rows["Request a public record"]["Received"] == ""
    assert rows["Report misuse of data"]["Answered"] == "0"
    assert rows["Together"]["Received"] == "11"
    words = main_of(client.get("/kent/performance/"))
    assert "not shown" in words and "n = " not in words and "to protect privacy" in words.lower()


def test_a_month_of_one_to_four_cases_says_why_there_is_no_number(
    people: dict[str, Staff], client: Client
) -> None:
    staff = people["kent"]
    for days in range(6):
        answered(staff, "records_request", days)
    for _case in range(2):
        file_case(staff.city, received_at=FILED - 40 * DAY)
    words = main_of(client.get("/kent/performance/"))
    assert "no data" not in words
    assert "Apr 2026 not shown" in words and "May 2026 0 " in words


def test_nothing_of_a_case_but_numbers_is_told(people: dict[str, Staff], client: Client) -> None:
    staff = people["kent"]
    for days in range(6):
        answered(staff, "records_request", days)
    case = Submission.objects.filter(city=staff.city).latest("pk")
    text = client.get("/kent/performance/").content.decode()
    for words in (
        case.reference,
        case.title,
        case.requester_name,
        case.requester_email,
        str(staff.clerk.email),
    ):
        assert words not in text


def test_figures_are_kept_for_a_while_and_are_the_same_for_everybody(
    people: dict[str, Staff], client: Client
) -> None:
    staff = people["kent"]
    for days in range(6):
        answered(staff, "records_request", days)
    first = client.get("/kent/performance/")
    assert first["Cache-Control"] == "public, max-age=60"
    answered(staff, "records_request", 9)
    with CaptureQueriesContext(connection) as queries:
        again = client.get("/kent/performance/")
    assert main_of(again) == main_of(first)
    assert len(queries) <= 2
    assert main_of(signed_in(staff.clerk).get("/kent/performance/")) == main_of(first)


@pytest.mark.parametrize("asked", ["", "this-year", "last-year", "nonsense", "\0"])
def test_any_period_in_the_address_is_answered(people: dict[str, Staff], client: Client, asked: str) -> None:
    assert client.get("/kent/performance/", {"period": asked}).status_code == 200
    assert client.get("/kent/performance/figures.csv", {"period": asked}).status_code == 200
    assert client.get("/nowhere/performance/").status_code == 404


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (dt.date(2026, 11, 20), dt.date(2025, 12, 1)),
        (dt.date(2026, 12, 1), dt.date(2026, 1, 1)),
        (dt.date(2026, 1, 31), dt.date(2025, 2, 1)),
    ],
)
def test_the_last_twelve_months_are_twelve_with_the_one_that_runs(
    people: dict[str, Staff], today: dt.date, first: dt.date
) -> None:
    since, until = bounds("twelve-months", today)
    assert (since, until) == (first, today)
    assert len(by_month(Submission.objects.all(), since, until)) == 12
    assert bounds("last-year", today) == (dt.date(today.year - 1, 1, 1), dt.date(today.year - 1, 12, 31))


def test_the_first_response_is_told_by_month_of_receipt(people: dict[str, Staff], client: Client) -> None:
    for days in (1, 2, 3, 4, 10):
        answered(people["kent"], "records_request", days)
    words = main_of(client.get("/kent/performance/"))
    assert "Days until the first response, by month of receipt" in words
    assert "Jun 2026 3 " in words


def test_months_are_counted_by_the_day_of_receipt(people: dict[str, Staff]) -> None:
    city = people["kent"].city
    for at in (FILED, FILED + DAY, FILED + 31 * DAY):
        file_case(city, received_at=at)
    found = by_month(Submission.objects.filter(city=city), dt.date(2026, 5, 3), dt.date(2026, 7, 4))
    assert found == [(dt.date(2026, 5, 1), 0), (dt.date(2026, 6, 1), 2), (dt.date(2026, 7, 1), 1)]
