"""The appeals board: what stands on it, for whom, a page at a time."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse

from portals.vocabulary import AppealOutcome
from requests_app.appeals import Decision, decide
from requests_app.desk import appeals_board
from requests_app.determinations import Answer, determine
from requests_app.models import OutsideReview
from requests_app.redress import reviews
from requests_app.redress.reviews import Petition
from requests_app.setup import confirmations
from tests.requests_app.appeal_cases import DAY, appeal_of, denied_record
from tests.requests_app.factories import FILED, Staff, file_case, keep_rules
from tests.requests_app.pages import main_of, text_of
from tests.requests_app.staff_pages import signed_in

NOW = FILED + 10 * DAY


def board(client: Client, **query: str) -> str:
    answer = client.get(reverse("requests_app:appeals"), query)
    assert answer.status_code == 200
    return main_of(answer)


def part(words: str, title: str, following: str) -> str:
    """The words of one list; the titles stand in the contents above as well."""
    return words.rsplit(title, 1)[1].split(following, 1)[0]


@pytest.fixture(autouse=True)
def _today(time_machine) -> None:
    time_machine.move_to(NOW, tick=False)


def test_what_is_to_be_decided_and_what_runs_stands_in_its_list(people: dict[str, Staff]) -> None:
    staff = people["oklahoma-city"]
    case = denied_record(staff.city, staff.clerk)
    appeal = appeal_of(case, ground="handling")
    away = denied_record(staff.city, staff.clerk)
    reviews.petition(away, Petition("public-access-counselor", dt.date(2026, 6, 8)), by=staff.clerk, now=NOW)
    words = board(signed_in(staff.clerk))
    decides = part(words, "Appeals to decide", "Windows that close")
    assert appeal.reference in decides and case.reference in decides and "not specified" in decides
    ends = part(words, "Windows that close within 30 days", "Reviews outside")
    assert case.reference in ends and "July 2, 2026" in ends and away.reference not in ends
    elsewhere = part(words, "Reviews outside the city", "Silence that counts")
    assert away.reference in elsewhere and "Aug. 7, 2026" in elsewhere and "to be decided there" in elsewhere
    decide(appeal, Decision(AppealOutcome.UPHELD, "No."), by=staff.clerk, now=NOW)
    assert appeal.reference not in part(board(signed_in(staff.clerk)), "Appeals to decide", "Windows that")


def test_what_is_due_next_on_an_appeal_is_named_with_its_day(people: dict[str, Staff]) -> None:
    staff = people["oklahoma-city"]
    appeal_of(denied_record(staff.city, staff.clerk), ground="handling")
    decides = part(board(signed_in(staff.clerk)), "Appeals to decide", "Windows that close")
    assert "Late by" in decides and "Acknowledgement · Monday, June 8, 2026 · office target" in decides


def test_an_order_stays_until_it_is_complied_with(people: dict[str, Staff]) -> None:
    staff = people["portland"]
    case = denied_record(staff.city, staff.clerk)
    reviews.petition(case, Petition("district-attorney", dt.date(2026, 6, 5)), by=staff.clerk, now=NOW)
    reviews.order(
        case, number=1, result=OutsideReview.Result.PARTLY, on=dt.date(2026, 6, 9), by=staff.clerk, now=NOW
    )
    told = part(board(signed_in(staff.clerk)), "Reviews outside the city", "Silence that counts")
    assert "to be complied with" in told and "June 16, 2026" in told
    reviews.comply(case, number=1, on=dt.date(2026, 6, 10), by=staff.clerk, now=NOW)
    assert case.reference not in board(signed_in(staff.clerk))


def test_silence_stands_on_the_board_only_where_the_law_makes_it_a_denial(
    people: dict[str, Staff], time_machine
) -> None:
    late = {slug: file_case(people[slug].city, "records_request") for slug in ("kent", "portland")}
    for day, there in ((dt.timedelta(days=22), False), (dt.timedelta(days=23), True)):
        time_machine.move_to(FILED + day, tick=False)
        for slug, case in late.items():
            words = part(board(signed_in(people[slug].clerk)), "Silence that counts", "To be confirmed")
            assert (case.reference in words) is (there and slug == "portland"), (day, slug)


@pytest.mark.parametrize(
    ("slug", "wanted"),
    [
        ("kansas-city", ("Last day to appeal: Ask the office", "City Manager's Office")),
        ("kent", ("Review under the city's published rules", "City Clerk")),
        ("oklahoma-city", ("Last day to appeal: Ask the city to review", "City Clerk")),
        ("portland", ("Review by the bureau", "Administrative appeal to the city")),
        ("bakersfield", ("Review under the governing ordinance", "City Clerk")),
    ],
)
def test_what_the_page_leaves_open_is_asked_of_its_office(
    people: dict[str, Staff], slug: str, wanted: tuple[str, ...]
) -> None:
    words = board(signed_in(people[slug].clerk)).rsplit("To be confirmed", 1)[1]
    for expected in (*wanted, "Confirm with:", "Not specified on the cited page"):
        assert expected in words
    assert "not open here" not in words


def test_what_was_confirmed_stands_beside_what_the_page_leaves_open_and_dates_new_appeals(
    people: dict[str, Staff],
) -> None:
    staff = people["kansas-city"]
    city, rule = staff.city, "clock:appeal-within"
    answer = confirmations.Answer(
        office=city.offices.get(key="city-managers-office"),
        confirmed_by="Ada Manager",
        confirmed_on=dt.date(2026, 6, 10),
        effective_from=dt.date(2026, 6, 11),
        citation_label="Letter of June 10, 2026",
        count=10,
        unit="calendar",
    )
    confirmations.confirm(city, rule, answer, by=staff.clerk, now=NOW)
    city.refresh_from_db()
    keep_rules(city)
    words = board(signed_in(staff.clerk)).rsplit("To be confirmed", 1)[1]
    assert "Confirmed by City Manager's Office (Ada Manager, Wednesday, June 10, 2026)" in words
    assert "Letter of June 10, 2026" in words and "Not specified on the cited page" in words
    case = file_case(city, dataset=staff.dataset, received_at=NOW + DAY)
    determine(case, Answer("denied", "No."), by=staff.alice, now=NOW + DAY)
    for days, late in ((11, False), (12, True)):
        appeal = appeal_of(case, received_at=NOW + days * DAY)
        assert (appeal.appeal.last_day, appeal.appeal.is_late) == (dt.date(2026, 6, 22), late)


def test_only_whoever_runs_the_setup_is_led_to_where_it_is_recorded(people: dict[str, Staff]) -> None:
    staff = people["kent"]
    address = "/desk/setup/kent/confirm/appeal_route/city-rules/"
    shown = {
        user: address in text_of(signed_in(user).get(reverse("requests_app:appeals")))
        for user in (staff.clerk, staff.alice)
    }
    assert shown == {staff.clerk: True, staff.alice: False}
    assert signed_in(staff.clerk).get(address).status_code == 200


def test_nobody_sees_the_appeals_of_others(people: dict[str, Staff]) -> None:
    staff = people["portland"]
    case = denied_record(staff.city, staff.clerk)
    reference = appeal_of(case).reference
    assert reference in board(signed_in(staff.auditor))
    for stranger in (staff.alice, people["kent"].clerk, people["kent"].auditor):
        for name in ("", "decide", "windows", "outside", "silence"):
            words = board(signed_in(stranger), list=name)
            assert reference not in words and case.reference not in words


def test_every_appeal_is_on_one_page_and_none_on_two(people: dict[str, Staff], monkeypatch) -> None:
    staff = people["kent"]
    monkeypatch.setattr("requests_app.views.desk.appeals.PAGE", 4)
    wanted = {file_case(staff.city, "appeal").reference for _number in range(10)}
    client, seen, url = signed_in(staff.clerk), [], reverse("requests_app:appeals") + "?list=decide"
    while url:
        page = text_of(client.get(url))
        seen += re.findall(r'<th scope="row" class="ref"><a[^>]*>([^<]+)', page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        url = reverse("requests_app:appeals") + following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) and wanted <= set(seen)
    back = re.search(r'href="([^"]+)" rel="prev"', page)
    assert back
    earlier = text_of(client.get(reverse("requests_app:appeals") + back[1].replace("&amp;", "&")))
    assert seen[-8] in earlier or seen[-6] in earlier


@pytest.mark.parametrize("cursor", ["nonsense", "2026-06-01", "2026-06-01.x", ".", "9999-99-99.1"])
def test_a_broken_cursor_shows_the_first_page(people: dict[str, Staff], cursor: str) -> None:
    staff = people["kent"]
    reference = file_case(staff.city, "appeal").reference
    assert reference in board(signed_in(staff.clerk), list="decide", after=cursor)
    assert reference in board(signed_in(staff.clerk), list="nonsense", before=cursor)


def test_the_board_asks_the_same_number_of_questions_however_much_stands_on_it(
    people: dict[str, Staff], django_assert_max_num_queries
) -> None:
    staff = people["portland"]
    client = signed_in(staff.clerk)
    for _turn in range(appeals_board.ON_BOARD + 2):
        case = denied_record(staff.city, staff.clerk)
        appeal_of(case)
        given = Petition("district-attorney", dt.date(2026, 6, 5))
        reviews.petition(case, given, by=staff.clerk, now=NOW)
    with django_assert_max_num_queries(11):
        board(client)
