"""The pages of a city's setup through HTTP: who reads, who changes, what a refusal keeps."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from portals.models import City, ClosedDay, Confirmation, Member, OfficeTarget, Recount, SetupEvent, User
from portals.vocabulary import MemberRole
from requests_app import access, determinations
from requests_app.models import Action, Notice
from tests.requests_app.factories import FILED, Staff, file_case, person
from tests.requests_app.pages import main_of, text_of

D = dt.date
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def today() -> Any:
    with time_machine.travel(FILED, tick=False):
        yield


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def oklahoma(people: dict[str, Staff]) -> Staff:
    return people["oklahoma-city"]


@pytest.fixture
def as_(client: Client) -> Callable[[User | None], Client]:
    def sign_in(user: User | None) -> Client:
        assert user
        client.force_login(user)
        return client

    return sign_in


def address(city: City, name: str, *args: object) -> str:
    return reverse(f"requests_app:setup_{name}", args=[city.slug, *args])


def revision(page: HttpResponse) -> str:
    return text_of(page).split('name="revision" value="', 1)[1].split('"', 1)[0]


CLOSE = {
    "on": "2026-06-05",
    "name": "Flood",
    "citation_label": "Ordinance 4711",
    "citation_url": "https://kent.example/4711",
    "reason": "The city hall is flooded.",
}
ANSWER = {
    "what": "confirm",
    "count": "10",
    "unit": "business",
    "roll": "none",
    "confirmed_by": "Amy, City Clerk",
    "confirmed_on": "2026-06-01",
    "citation_label": "Letter of June 1, 2026",
    "citation_url": "https://okc.example/letter",
    "effective_from": "2026-06-01",
}
READ = ("city", "open", "targets", "days", "offices", "members", "simulation", "history", "add_day", "year")


# -- reading


@pytest.mark.parametrize("slug", ["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"])
def test_every_page_reads_for_every_city(people: dict[str, Staff], as_: Any, slug: str) -> None:
    client = as_(people[slug].auditor)
    for name in READ:
        assert client.get(address(people[slug].city, name)).status_code == 200, name
    root = client.get(reverse("requests_app:setup"))
    assert root["Location"] == address(people[slug].city, "city")


def test_what_is_not_specified_stands_under_the_office_that_must_confirm_it(
    oklahoma: Staff, as_: Any
) -> None:
    page = main_of(as_(oklahoma.clerk).get(address(oklahoma.city, "open")))
    assert page.index("City Clerk") < page.index("First response: Request a public record")
    assert "Not specified on the cited page" in page
    assert "Record a confirmation" in page


def test_pages_read_a_constant_number_of_times(
    oklahoma: Staff, as_: Any, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = as_(oklahoma.clerk)
    for name, most in (("open", 14), ("days", 9), ("targets", 9), ("members", 8), ("history", 8)):
        with django_assert_max_num_queries(most):
            client.get(address(oklahoma.city, name))


def test_a_member_of_an_office_finds_no_setup_and_no_link_to_it(kent: Staff, as_: Any) -> None:
    client = as_(kent.alice)
    assert client.get(address(kent.city, "city")).status_code == 404
    assert client.get(reverse("requests_app:setup")).status_code == 404
    assert reverse("requests_app:setup") not in text_of(client.get(reverse("requests_app:desk")))
    assert reverse("requests_app:setup") in text_of(as_(kent.clerk).get(reverse("requests_app:desk")))


def test_an_auditor_reads_and_changes_nothing(kent: Staff, as_: Any) -> None:
    client = as_(kent.auditor)
    page = client.get(address(kent.city, "days"))
    assert "Add a closed day" not in main_of(page)
    sent = {**CLOSE, "revision": "0", "step": "apply"}
    assert client.post(address(kent.city, "add_day"), sent).status_code == 403
    place = {"email": "x@kent.example", "role": "member", "office": kent.steward.pk, "revision": "0"}
    assert client.post(address(kent.city, "new_member"), place).status_code == 403
    target = {"value": "5", "effective_from": "2026-06-02", "reason": "x", "revision": "0"}
    assert client.post(address(kent.city, "target", "acknowledge_within"), target).status_code == 403
    assert not SetupEvent.objects.filter(city=kent.city).exclude(what="load").exists()


# -- closed days


def test_a_closed_day_from_the_form_over_the_preview_to_the_letters(kent: Staff, as_: Any) -> None:
    case = file_case(kent.city, "records_request")
    client, form = as_(kent.clerk), address(kent.city, "add_day")
    sent = {**CLOSE, "revision": revision(client.get(form))}
    preview = client.post(form, {**sent, "step": "preview"})
    shown = main_of(preview)
    assert "1 open case has a date that moves" in shown and case.reference in shown
    assert "Monday, June 8, 2026 Tuesday, June 9, 2026 +1" in shown
    assert not ClosedDay.objects.filter(city=kent.city, on=D(2026, 6, 5)).exists()
    done = client.post(form, {**sent, "step": "apply"}, follow=True)
    assert "Cases of which a date moved: 1. Letters queued: 1." in text_of(done)
    assert case.deadlines.get(milestone="response").due_on == D(2026, 6, 9)
    assert case.events.filter(action=Action.CLOSED_DAYS).count() == 1
    again = client.post(form, {**sent, "step": "apply"})
    assert again.status_code == 422 and "closed day already" in main_of(again)
    assert Notice.objects.filter(submission=case, kind="dates_moved").count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"on": "2026-05-29"}, "not to come any more"),
        ({"on": "2026-06-06"}, "weekend"),
        ({"on": "tomorrow"}, "not a date"),
        ({"citation_label": ""}, "required"),
        ({"reason": ""}, "required"),
        ({"citation_url": "javascript:alert(1)"}, "URL"),
    ],
)
def test_bad_input_is_kept_and_answered_with_a_sentence(
    kent: Staff, as_: Any, changes: dict[str, str], sentence: str
) -> None:
    client, form = as_(kent.clerk), address(kent.city, "add_day")
    answer = client.post(form, {**CLOSE, "revision": "0", "step": "apply", **changes})
    assert answer.status_code == 422
    assert sentence in main_of(answer)
    assert 'value="Flood"' in text_of(answer)
    assert not Recount.objects.filter(city=kent.city).exists()


def test_a_second_person_is_told_and_can_send_again(kent: Staff, as_: Any) -> None:
    client, form = as_(kent.clerk), address(kent.city, "add_day")
    seen = revision(client.get(form))
    client.post(form, {**CLOSE, "revision": seen, "step": "apply"})
    other = {**CLOSE, "on": "2026-06-12", "name": "Second flood", "revision": seen, "step": "apply"}
    refused = client.post(form, other)
    assert refused.status_code == 409
    assert "Meanwhile Clerk changed this" in main_of(refused)
    assert 'value="Second flood"' in text_of(refused)
    assert client.post(form, {**other, "revision": revision(refused)}).status_code == 302


def test_a_day_is_withdrawn_and_one_that_has_passed_is_not(kent: Staff, as_: Any) -> None:
    client = as_(kent.clerk)
    form = address(kent.city, "withdraw_day", "2026-07-03")
    sent = {**CLOSE, "on": "2026-07-03", "revision": revision(client.get(form))}
    assert "July 3, 2026" in main_of(client.post(form, {**sent, "step": "preview"}))
    assert client.post(form, {**sent, "step": "apply"}).status_code == 302
    assert "withdrawn: the offices are open" in main_of(client.get(address(kent.city, "days")))
    passed = client.get(address(kent.city, "withdraw_day", "2026-05-25"))
    assert passed.status_code == 409 and "not to come any more" in main_of(passed)
    for nonsense in ("2026-02-30", "yesterday", "2026-06-05"):
        assert client.get(address(kent.city, "withdraw_day", nonsense)).status_code == 404


def test_a_year_is_entered_line_by_line(kent: Staff, as_: Any) -> None:
    client, form = as_(kent.clerk), address(kent.city, "year")
    page = client.get(form)
    year = kent.city.closed_years.latest("year").year + 1
    assert f"Enter the closed days of {year}" in main_of(page)
    sent = {**CLOSE, "revision": revision(page), "days": f"{year}-13-01 Nothing", "missing": ""}
    wrong = client.post(form, {**sent, "step": "preview"})
    assert wrong.status_code == 422 and "Line 1: write a date and a name" in main_of(wrong)
    day = next(d for d in (D(year, 7, n) for n in (3, 4, 5)) if d.weekday() < 5)
    sent["days"] = f"{day} Independence Day"
    assert client.post(form, {**sent, "step": "preview"}).status_code == 200
    assert client.post(form, {**sent, "step": "apply"}).status_code == 302
    assert kent.city.closed_years.filter(year=year, source="Ordinance 4711").exists()


# -- confirmations


def test_a_confirmation_from_the_list_to_the_open_cases(oklahoma: Staff, as_: Any) -> None:
    case = file_case(oklahoma.city, "records_request", received_at=FILED - 3 * DAY)
    client = as_(oklahoma.clerk)
    page = address(oklahoma.city, "confirm", "clock", "records-response")
    clerk = oklahoma.city.offices.get(key="city-clerk").pk
    sent = {**ANSWER, "office": clerk, "revision": revision(client.get(page))}
    wrong = client.post(page, {**sent, "citation_label": "", "count": "0"})
    assert wrong.status_code == 422 and 'value="Amy, City Clerk"' in text_of(wrong)
    assert client.post(page, sent).status_code == 302
    shown = client.get(page)
    told = main_of(shown)
    assert "Not specified on the cited page" in told and "10 business days" in told
    assert "Apply it to open cases" in told and case.reference in told
    apply = {"what": "apply", "number": "1", "revision": revision(shown)}
    assert client.post(page, apply).status_code == 302
    assert client.post(page, apply).status_code == 409
    assert case.deadlines.get(milestone="response").due_on == D(2026, 6, 12)
    assert Notice.objects.filter(submission=case, kind="dates_moved").count() == 1
    case_page = text_of(client.get(reverse("requests_app:staff_case", args=[case.reference])))
    assert "Letter of June 1, 2026" in case_page and "confirmed by the office" in case_page


def test_the_public_rules_show_the_silence_and_the_confirmation(oklahoma: Staff, as_: Any) -> None:
    client = as_(oklahoma.clerk)
    clerk = oklahoma.city.offices.get(key="city-clerk").pk
    page = address(oklahoma.city, "confirm", "clock", "records-response")
    client.post(page, {**ANSWER, "office": clerk, "revision": "0"})
    words = {name: ANSWER[name] for name in ANSWER if name not in ("count", "unit", "roll")}
    route = address(oklahoma.city, "confirm", "appeal_route", "city-review")
    client.post(route, {**words, "words": "Write to the City Manager.", "office": clerk, "revision": "0"})
    public = main_of(client.get(reverse("portals:rules", args=[oklahoma.city.slug])))
    assert "Write to the City Manager." in public
    assert "10 business days" in public and "Letter of June 1, 2026" in public


def test_a_rule_that_is_stated_or_missing_has_no_such_page(kent: Staff, as_: Any) -> None:
    client = as_(kent.clerk)
    stated = kent.city.clocks.filter(status="stated").values_list("key", flat=True)[0]
    for table, key in (("clock", stated), ("clock", "nothing"), ("city", "kent")):
        assert client.get(address(kent.city, "confirm", table, key)).status_code == 404


def test_a_confirmation_is_taken_back_with_a_reason(oklahoma: Staff, as_: Any) -> None:
    client = as_(oklahoma.clerk)
    page = address(oklahoma.city, "confirm", "clock", "records-response")
    clerk = oklahoma.city.offices.get(key="city-clerk").pk
    client.post(page, {**ANSWER, "office": clerk, "revision": "0"})
    seen = revision(client.get(page))
    assert client.post(page, {"what": "take_back", "reason": "", "revision": seen}).status_code == 422
    sent = {"what": "take_back", "reason": "A slip.", "revision": seen}
    assert client.post(page, sent).status_code == 302
    assert "Taken back: not specified again" in main_of(client.get(page))
    assert Confirmation.objects.filter(city=oklahoma.city, withdrawn=True).count() == 1


# -- targets, offices, members


def test_a_target_is_set_and_marked_as_the_offices_own(kent: Staff, as_: Any) -> None:
    client, page = as_(kent.clerk), address(kent.city, "target", "acknowledge_within")
    sent = {"value": "5", "effective_from": "2026-06-02", "reason": "New counter."}
    sent["revision"] = revision(client.get(page))
    assert client.post(page, {**sent, "effective_from": "2026-06-01"}).status_code == 422
    assert client.post(page, {**sent, "value": "-3"}).status_code == 422
    assert client.post(page, sent).status_code == 302
    told = main_of(client.get(address(kent.city, "targets")))
    assert "5, for what is received from Tuesday, June 2, 2026 on" in told
    assert OfficeTarget.objects.get(city=kent.city).value == 5
    assert client.get(address(kent.city, "target", "nothing")).status_code == 404


def test_an_office_and_a_member_are_added(kent: Staff, as_: Any) -> None:
    client = as_(kent.clerk)
    page = address(kent.city, "new_office")
    sent = {"name": "Harbor Office", "contact": "Pier 1", "publishes": "on", "aliases": "Port\nDocks"}
    assert client.post(page, {**sent, "revision": "0"}).status_code == 302
    office = kent.city.offices.get(key="harbor-office")
    assert (office.aliases, office.publishes) == (["Port", "Docks"], True)
    member = {"email": "nora@kent.example", "first_name": "Nora", "office": office.pk, "role": "head"}
    page = address(kent.city, "new_member")
    assert client.post(page, {**member, "email": "nora", "revision": "0"}).status_code == 422
    misplaced = client.post(page, {**member, "office": "", "revision": "0"})
    assert misplaced.status_code == 422 and "needs an office" in main_of(misplaced)
    assert client.post(page, {**member, "revision": "0"}).status_code == 302
    assert "nora@kent.example" in main_of(client.get(address(kent.city, "members")))
    told = main_of(client.get(address(kent.city, "history")))
    assert "Harbor Office" in told and "Role – head of an office" in told


def test_how_an_office_is_reached_stands_on_the_front_desk(kent: Staff, as_: Any) -> None:
    row = kent.city.offices.get(key="city-clerk")
    sent = {"contact": "Counter 3, City Hall", "hours": "Weekdays 9 to 4", "revision": "0"}
    assert as_(kent.clerk).post(address(kent.city, "office", row.pk), sent).status_code == 302
    page = main_of(Client().get(reverse("portals:front_desk", args=["kent"])))
    assert "Counter 3, City Hall" in page and "Weekdays 9 to 4" in page


def test_a_confirmed_way_to_appeal_stands_beside_the_silence_for_the_requester(
    oklahoma: Staff, as_: Any
) -> None:
    clerk = oklahoma.city.offices.get(key="city-clerk").pk
    words = {name: ANSWER[name] for name in ANSWER if name not in ("count", "unit", "roll")}
    route = address(oklahoma.city, "confirm", "appeal_route", "city-review")
    sent = {**words, "words": "Write to the City Manager.", "office": clerk, "revision": "0"}
    assert as_(oklahoma.clerk).post(route, sent).status_code == 302
    case = file_case(oklahoma.city)
    given = determinations.Answer(outcome="denied", reasons="No.")
    determinations.determine(case, given, by=oklahoma.clerk, now=FILED + DAY)
    session = Client()
    opened = session.session
    access.grant_requester(opened, case, now=FILED)
    opened.save()
    session.cookies[settings.SESSION_COOKIE_NAME] = opened.session_key
    page = main_of(session.get(reverse("requests_app:case", args=[case.reference])))
    assert "Write to the City Manager." in page and "not specified on the cited page" in page


def test_the_preview_warns_of_what_would_be_late_at_once(oklahoma: Staff, as_: Any) -> None:
    file_case(oklahoma.city, "records_request", received_at=FILED - 30 * DAY)
    client = as_(oklahoma.clerk)
    page = address(oklahoma.city, "confirm", "clock", "records-response")
    clerk = oklahoma.city.offices.get(key="city-clerk").pk
    client.post(page, {**ANSWER, "office": clerk, "revision": "0"})
    assert "1 case would be late at once" in main_of(client.get(page))


def test_a_clerk_appoints_no_administrator_and_an_administrator_does(kent: Staff, as_: Any) -> None:
    page = address(kent.city, "new_member")
    sent = {"email": "chief@kent.example", "office": "", "role": "administrator", "revision": "0"}
    assert as_(kent.clerk).post(page, sent).status_code == 403
    chief = person("administrator", kent.city, None, MemberRole.ADMINISTRATOR)
    assert as_(chief).post(page, sent).status_code == 302
    row = Member.objects.get(user__email="chief@kent.example")
    place = address(kent.city, "member", row.pk)
    assert as_(kent.clerk).post(place, {"role": "auditor", "revision": "0"}).status_code == 403
    row.refresh_from_db()
    assert row.role == "administrator"


def test_who_gives_up_a_place_is_shown_with_the_cases_that_wait(kent: Staff, as_: Any) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    case.assigned_to = kent.alice
    case.save(update_fields=["assigned_to"])
    row = kent.alice.memberships.get()
    page = as_(kent.clerk).get(address(kent.city, "member", row.pk))
    assert "1 open case is assigned to this person" in main_of(page)


def test_things_of_another_city_are_not_found_under_this_one(
    kent: Staff, people: dict[str, Staff], as_: Any
) -> None:
    client, portland = as_(kent.clerk), people["portland"]
    row = portland.alice.memberships.get()
    assert client.get(address(kent.city, "member", row.pk)).status_code == 404
    assert client.get(address(kent.city, "office", portland.steward.pk)).status_code == 404
    assert client.post(address(portland.city, "add_day"), CLOSE).status_code == 404


# -- simulation, history


def test_the_simulation_answers_and_refuses(kent: Staff, as_: Any) -> None:
    case = file_case(kent.city, "records_request", received_at=FILED - 30 * DAY)
    client, page = as_(kent.auditor), address(kent.city, "simulation")
    told = main_of(client.get(page, {"rule": "records-response", "count": "9", "unit": "business"}))
    assert "All 1 cases received since" in told and case.reference in told and "+6" in told
    for query in (
        {"rule": "records-response", "count": "0", "unit": "business"},
        {"rule": "records-response", "count": "5", "unit": "moons"},
        {"rule": "nothing", "count": "5", "unit": "business"},
        {"rule": "records-response", "count": "5", "unit": "business", "extension": "3"},
        {"rule": "acknowledgement-target", "count": "5", "unit": "years"},
    ):
        assert client.get(page, query).status_code == 422, query


def test_the_history_pages_by_key_and_never_breaks(kent: Staff, as_: Any) -> None:
    client, page = as_(kent.auditor), address(kent.city, "history")
    assert "City file loaded" in main_of(client.get(page))
    for before in ("1", "x", "²", "99999999999999999999", "-1", ""):
        assert client.get(page, {"before": before}).status_code == 200
