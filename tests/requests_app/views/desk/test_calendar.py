"""Dates in calendars: the page behind the desk, secret links, and feeds that are read back as RFC 5545."""

import datetime as dt
import re
from html import unescape

import icalendar
import pytest
from django.test import Client
from django.urls import reverse

from portals.models import Office, User
from requests_app import determinations, intake
from requests_app.desk import calendar_links
from requests_app.lifecycle import NotAllowed
from requests_app.models import CalendarLink, Deadline, Submission
from tests.requests_app.appeal_cases import DAY, denied_record, fresh
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.pages import main_of, text_of
from tests.requests_app.staff_pages import signed_in

NOW = FILED + 2 * DAY
LINKS = reverse("requests_app:calendar_links")


@pytest.fixture(autouse=True)
def _today(time_machine) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def feed(token: str) -> icalendar.Calendar:
    answer = Client().get(reverse("requests_app:calendar_feed", args=[token]))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    return icalendar.Calendar.from_ical(answer.content)


def link(user: User, office: Office | None = None) -> str:
    return calendar_links.make(user, office=office, now=NOW)[1]


def events_of(calendar: icalendar.Calendar) -> dict[str, tuple[str, dt.date]]:
    return {str(one["UID"]): (str(one["SUMMARY"]), one["DTSTART"].dt) for one in calendar.walk("VEVENT")}


def test_the_feed_of_an_office_holds_every_open_date_of_its_cases(kent: Staff) -> None:
    clerk = kent.clerk.memberships.get().office
    case = denied_record(kent.city, kent.clerk)
    waiting = file_case(kent.city, "records_request")
    file_case(kent.city, dataset=kent.dataset)
    found = events_of(feed(link(kent.clerk, clerk)))
    of_case = {text: on for text, on in found.values() if case.reference in text}
    assert of_case == {
        f"Internal review: {case.reference}": dt.date(2026, 6, 4),
        f"Last day to go to court: {case.reference}": dt.date(2027, 6, 2),
    }
    assert (f"First response: {waiting.reference}", dt.date(2026, 6, 8)) in found.values()
    stored = Deadline.objects.filter(state="open", submission__office=clerk, due_on__isnull=False)
    assert len(found) == stored.count()
    assert not any(kent.steward.name in text for text, _on in found.values())


def test_a_persons_feed_holds_what_is_assigned_to_the_person(kent: Staff) -> None:
    mine, other = (file_case(kent.city, dataset=kent.dataset) for _turn in range(2))
    intake.claim(mine, by=kent.alice, now=NOW)
    intake.claim(other, by=kent.bob, now=NOW)
    (found,) = events_of(feed(link(kent.alice))).values()
    assert found == (f"Acknowledgement: {mine.reference}", dt.date(2026, 6, 4))


def test_an_event_keeps_its_uid_and_moves_with_its_date(kent: Staff, people: dict[str, Staff]) -> None:
    staff = people["bakersfield"]
    office = staff.clerk.memberships.get().office
    case = file_case(staff.city, "records_request")
    token = link(staff.clerk, office)
    before = events_of(feed(token))
    determinations.extend(
        case, until=dt.date(2026, 6, 20), reason="They lie in a store.", by=staff.clerk, now=NOW
    )
    after = events_of(feed(token))
    (uid,) = (
        uid for uid, (text, _on) in before.items() if case.reference in text and "Determination" in text
    )
    assert (before[uid][1], after[uid][1]) == (dt.date(2026, 6, 11), dt.date(2026, 6, 20))
    assert before.keys() == after.keys()
    assert re.fullmatch(rf"{case.reference}-1-determination@[\w.:-]+", uid)


def test_the_feed_is_plain_icalendar_for_anybody_to_read(kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    token = link(kent.alice, kent.steward)
    raw = Client().get(reverse("requests_app:calendar_feed", args=[token])).content
    assert raw.startswith(b"BEGIN:VCALENDAR\r\n") and raw.endswith(b"END:VCALENDAR\r\n")
    assert b"METHOD" not in raw
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    (event,) = feed(token).walk("VEVENT")
    assert b"DTSTART;VALUE=DATE:20260604\r\n" in raw
    assert (event["DTEND"].dt - event["DTSTART"].dt).days == 1
    assert event["DTSTAMP"].dt.tzinfo is not None
    assert str(event["URL"]).endswith(f"/desk/case/{case.reference}/")
    assert "the office's own target" in str(event["DESCRIPTION"])


def test_no_word_of_a_requester_is_in_it_and_no_name_breaks_it(kent: Staff) -> None:
    hostile = "Trees; Parks, \\n\r\nBEGIN:VEVENT\r\nSUMMARY:Forged"
    Office.objects.filter(pk=kent.steward.pk).update(name=hostile)
    file_case(
        kent.city,
        dataset=kent.dataset,
        title="canary title",
        description="canary words",
        requester_name="canary name",
        requester_email="canary@people.example",
    )
    token = link(kent.alice, kent.steward)
    raw = Client().get(reverse("requests_app:calendar_feed", args=[token])).content
    assert b"canary" not in raw
    assert len(feed(token).walk("VEVENT")) == 1
    (event,) = feed(token).walk("VEVENT")
    assert str(event["SUMMARY"]).startswith("Acknowledgement: ") and "Forged" in str(event["DESCRIPTION"])


def test_the_secret_is_not_kept_and_a_new_link_ends_the_old_one(kent: Staff) -> None:
    first = link(kent.alice)
    assert not CalendarLink.objects.filter(token_hash__contains=first[:20]).exists()
    second = link(kent.alice)
    assert Client().get(reverse("requests_app:calendar_feed", args=[first])).status_code == 404
    assert feed(second).walk("VEVENT") == []
    other_kind = link(kent.alice, kent.steward)
    assert feed(second) is not None and feed(other_kind) is not None


@pytest.mark.parametrize("change", ["revoked", "inactive user", "left the office", "no place at all"])
def test_a_link_shows_nothing_once_its_owner_may_not(kent: Staff, change: str) -> None:
    token = link(kent.bob, kent.steward)
    assert feed(token) is not None
    if change == "revoked":
        calendar_links.revoke(kent.bob, link_id=CalendarLink.objects.get(user=kent.bob).pk, now=NOW)
    elif change == "inactive user":
        User.objects.filter(pk=kent.bob.pk).update(is_active=False)
    elif change == "left the office":
        other = kent.charlie.memberships.get().office
        kent.bob.memberships.update(office=other)
    else:
        kent.bob.memberships.update(active=False)
    assert Client().get(reverse("requests_app:calendar_feed", args=[token])).status_code == 404


@pytest.mark.parametrize("token", ["x", "A" * 43, "..%2f..", "a b"])
def test_a_made_up_link_is_not_found(kent: Staff, token: str) -> None:
    address = reverse("requests_app:calendar_feed", args=["T"]).replace("T.ics", f"{token}.ics")
    assert Client().get(address).status_code == 404


def test_nobody_gets_the_calendar_of_an_office_that_is_not_his(kent: Staff, people: dict[str, Staff]) -> None:
    for user, office in (
        (kent.alice, kent.charlie.memberships.get().office),
        (kent.clerk, people["portland"].steward),
    ):
        with pytest.raises(NotAllowed, match="may not see"):
            calendar_links.make(user, office=office, now=NOW)
        signed_in(user).post(LINKS, {"office": office.pk})
    assert not CalendarLink.objects.exists()
    assert feed(link(kent.clerk, kent.steward)) is not None, "the clerk sees the whole city"


def test_a_link_is_shown_once_works_and_is_taken_back_on_the_page(kent: Staff) -> None:
    client = signed_in(kent.alice)
    answer = client.post(LINKS, {"office": kent.steward.pk}, follow=True)
    (address,) = re.findall(r"<code[^>]*>([^<]+)</code>", text_of(answer))
    path = "/" + unescape(address).split("/", 3)[3]
    assert Client().get(path).status_code == 200
    again = text_of(client.get(LINKS))
    assert unescape(address) not in unescape(again) and "is not kept here" in again
    key = CalendarLink.objects.get(user=kent.alice).pk
    signed_in(kent.bob).post(LINKS, {"revoke": key})
    assert Client().get(path).status_code == 200, "only the owner takes it back"
    assert "does not work any more" in text_of(client.post(LINKS, {"revoke": key}, follow=True))
    assert Client().get(path).status_code == 404
    for wrong in ("nonsense", "0", str(key), "-1"):
        assert client.post(LINKS, {"revoke": wrong}, follow=True).status_code == 200


def test_the_page_shows_the_days_with_closed_ones_and_pages_by_weeks(kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    client = signed_in(kent.alice)
    words = main_of(client.get(reverse("requests_app:calendar")))
    assert case.reference in words and "Thursday, June 4, 2026" in words
    assert "Closed: Juneteenth" in words and "Nothing is due today." in words
    later = main_of(client.get(reverse("requests_app:calendar"), {"from": "2026-06-29"}))
    assert case.reference not in later and "Independence Day" in later
    for wrong in ("nonsense", "0001-01-01", "9999-12-31"):
        assert case.reference in main_of(client.get(reverse("requests_app:calendar"), {"from": wrong}))


def test_the_page_shows_only_what_may_be_seen(kent: Staff, people: dict[str, Staff]) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    for user, there in ((kent.auditor, True), (kent.charlie, False), (people["portland"].clerk, False)):
        for scope in ("lead", "informed", "mine", "city", "nonsense"):
            words = main_of(signed_in(user).get(reverse("requests_app:calendar"), {"scope": scope}))
            assert (case.reference in words) is there


def test_a_date_that_is_met_or_of_an_earlier_round_is_gone(kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    token = link(kent.alice, kent.steward)
    assert len(feed(token).walk("VEVENT")) == 1
    intake.acknowledge(case, by=kent.alice, now=NOW)
    assert feed(token).walk("VEVENT") == []
    determinations.determine(fresh(case), determinations.Answer("corrected", "Done."), by=kent.alice, now=NOW)
    determinations.reopen(fresh(case), reason="Again", by=kent.alice, now=NOW)
    (uid,) = events_of(feed(token))
    assert f"{case.reference}-2-" in uid


def test_feed_and_page_ask_the_same_number_of_questions_however_many_dates_there_are(
    kent: Staff, django_assert_max_num_queries
) -> None:
    for _turn in range(8):
        Submission.objects.filter(pk=file_case(kent.city, dataset=kent.dataset).pk).update(
            assigned_to=kent.alice
        )
    token, client = link(kent.alice, kent.steward), signed_in(kent.alice)
    with django_assert_max_num_queries(5):
        Client().get(reverse("requests_app:calendar_feed", args=[token]))
    with django_assert_max_num_queries(7):
        client.get(reverse("requests_app:calendar"))
