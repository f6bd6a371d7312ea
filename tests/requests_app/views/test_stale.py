"""A page that stood open while the token against forgery changed loses no word and does nothing by itself."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portals.models import City
from requests_app import access
from requests_app.models import Submission
from tests.requests_app.enforcement_cases import concerned, report
from tests.requests_app.factories import Staff, file_case
from tests.requests_app.fee_cases import estimated
from tests.requests_app.pages import ENOUGH, address, hidden, main_of, text_file, text_of

HERE = {"HTTP_ORIGIN": "http://testserver"}
WORDS = "Forty trees stand in the river, and nobody knows why."
STALE = "x" * 64


def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def token(page: HttpResponse) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text_of(page))
    assert found
    return found.group(1)


def pressed(client: Client, path: str, page: HttpResponse, **typed: str) -> HttpResponse:
    """Sends the form of a page as it stands, with what stands in its boxes."""
    boxes = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', text_of(page), re.DOTALL)
    boxes += re.findall(r'<input id="typed-[^"]*" name="([^"]+)" value="([^"]*)">', text_of(page))
    sent = {**hidden(page), **dict(boxes), **typed, "csrfmiddlewaretoken": token(page)}
    return client.post(path, sent, **HERE)


def test_a_form_for_everybody_comes_back_with_its_words_and_goes_on_from_there(
    cities: dict[str, City],
) -> None:
    client, path = browser(), address("kent", "error_report")
    first = client.get(path)
    typed = {**hidden(first), "description": WORDS, "csrfmiddlewaretoken": STALE}
    page = client.post(path, typed, **HERE)
    assert page.status_code == 403 and page["Cache-Control"] == "private, no-store"
    assert WORDS in text_of(page) and "nothing was sent" in text_of(page)
    assert not Submission.objects.exists()
    check = pressed(client, path, page)
    assert check.status_code == 200 and "Check your answers" in main_of(check)


def test_the_last_step_is_shown_again_and_one_press_sends_it(cities: dict[str, City]) -> None:
    client, path = browser(), address("kent", "error_report")
    form = client.get(path)
    check = pressed(client, path, form, description=WORDS)
    client.cookies.clear()
    again = client.post(path, {**hidden(check), "confirm": "1", "csrfmiddlewaretoken": token(check)}, **HERE)
    assert again.status_code == 403 and "Check your answers" in main_of(again)
    assert not Submission.objects.exists()
    assert pressed(client, path, again, confirm="1").status_code == 302
    assert Submission.objects.get().description == WORDS


def test_a_file_of_a_form_for_everybody_is_kept_with_it(cities: dict[str, City]) -> None:
    client, path = browser(), address("kent", "error_report")
    sent = {**ENOUGH["error_report"], "files": text_file("plan.txt")}
    page = client.post(path, sent, **HERE)
    assert page.status_code == 403 and "plan.txt" in main_of(page) and hidden(page)["stored"]


@pytest.mark.parametrize(
    "origin",
    [
        {},
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": "https://testserver"},
        {"HTTP_ORIGIN": "https://evil.example", "HTTP_REFERER": "http://testserver/"},
        {"HTTP_REFERER": "https://evil.example/testserver/"},
        {"HTTP_REFERER": "http://testserver.evil.example/"},
        {"HTTP_REFERER": "http://[broken/"},
    ],
)
def test_a_form_of_another_site_is_refused_and_nothing_of_it_is_shown(
    cities: dict[str, City], origin: dict[str, str]
) -> None:
    page = browser().post(address("kent", "error_report"), {"description": WORDS}, **origin)
    assert page.status_code == 403
    assert WORDS not in text_of(page) and "Nothing was sent or saved" in main_of(page)


def test_a_page_of_ours_is_known_by_where_it_came_from_too(cities: dict[str, City]) -> None:
    came_from = {"HTTP_REFERER": "http://testserver/kent/submit/error_report/"}
    page = browser().post(address("kent", "error_report"), {"description": WORDS}, **came_from)
    assert page.status_code == 403 and WORDS in text_of(page)


def test_a_code_is_never_shown_again_and_the_rest_is(cities: dict[str, City]) -> None:
    client = browser()
    page = client.post("/track/", {"reference": "KNT-7F3K9QX2M", "code": "Q7-SECRET-7Q", "open": "1"}, **HERE)
    assert page.status_code == 403
    assert "Q7-SECRET-7Q" not in text_of(page) and "KNT-7F3K9QX2M" in text_of(page)
    assert 'name="code" type="text"' in text_of(page)
    assert pressed(client, "/track/", page, code="222222222222").status_code == 422


def test_a_password_is_never_shown_again(people: dict[str, Staff]) -> None:
    client, path = browser(), reverse("account_login")
    page = client.post(path, {"login": "alice@civic.example", "password": "a-secret-of-mine"}, **HERE)
    assert page.status_code == 403
    assert "a-secret-of-mine" not in text_of(page) and "alice@civic.example" in text_of(page)


def test_an_act_of_staff_comes_back_on_its_own_page_and_is_done_only_by_the_press(
    people: dict[str, Staff],
) -> None:
    kent, client = people["kent"], browser()
    case = file_case(kent.city, dataset=kent.dataset)
    path = reverse("requests_app:act", args=[case.reference, "note"])
    client.force_login(kent.alice)
    typed = {"writer": kent.alice.pk, "revision": case.chain_length, "body": WORDS}
    page = client.post(path, {**typed, "files": text_file("plan.txt")}, **HERE)
    assert page.status_code == 403 and WORDS in text_of(page) and "plan.txt" in main_of(page)
    assert not case.messages.exists()
    assert pressed(client, path, page).status_code == 302
    assert case.messages.get().body == WORDS


def test_what_somebody_else_wrote_is_not_sent_without_saying_in_whose_name(people: dict[str, Staff]) -> None:
    kent, client = people["kent"], browser()
    case = file_case(kent.city, dataset=kent.dataset)
    path = reverse("requests_app:act", args=[case.reference, "note"])
    client.force_login(kent.bob)
    page = client.post(path, {"writer": kent.alice.pk, "revision": 1, "body": WORDS}, **HERE)
    assert page.status_code == 403 and WORDS in text_of(page)
    assert f"You are signed in as {kent.bob}" in main_of(page)
    assert hidden(page)["writer"] == str(kent.bob.pk) and not case.messages.exists()


def test_a_form_without_a_page_of_its_own_names_its_files_and_sends_the_rest(
    people: dict[str, Staff],
) -> None:
    kent, client = people["kent"], browser()
    client.force_login(kent.clerk)
    path = reverse("requests_app:letters_in", args=["kent"])
    page = client.post(path, {"writer": kent.clerk.pk, "document": text_file("letters.json")}, **HERE)
    assert page.status_code == 403 and "letters.json" in main_of(page)
    assert 'type="file"' in text_of(page) and 'name="document"' in text_of(page)


def test_the_words_of_a_requester_whose_cookies_are_gone_wait_for_the_code(people: dict[str, Staff]) -> None:
    case = file_case(people["kent"].city)
    client, path = browser(), reverse("requests_app:case", args=[case.reference])
    page = client.post(path, {"body": WORDS, "action": "message", "revision": case.chain_length}, **HERE)
    assert page.status_code == 403 and WORDS in text_of(page)
    door = pressed(client, path, page)
    assert WORDS not in text_of(door), "the door is closed"
    session = client.session
    access.grant_requester(session, case, now=timezone.now())
    session.save()
    assert WORDS in text_of(client.get(path)) and not case.messages.exists()


@pytest.mark.parametrize(("name", "field"), [("withdraw", "reason"), ("fee", "body")])
def test_what_a_requester_typed_behind_a_closed_door_waits_for_the_code(
    people: dict[str, Staff], name: str, field: str
) -> None:
    case = estimated(people["portland"], "100")
    client, path = Client(), reverse(f"requests_app:{name}", args=[case.reference])
    client.post(path, {field: WORDS, "revision": case.chain_length})
    session = client.session
    access.grant_requester(session, case, now=timezone.now())
    session.save()
    page = client.get(path)
    assert page.status_code == 200 and WORDS in text_of(page)
    assert case.messages.filter(body=WORDS).count() == 0


def test_what_the_person_concerned_typed_waits_for_the_code(people: dict[str, Staff]) -> None:
    kent = people["kent"]
    party = concerned(kent, report(kent))
    client, path = Client(), reverse("requests_app:concerned", args=[party.reference])
    door = client.post(path, {"body": WORDS})
    assert WORDS not in text_of(door) and 'name="code"' in text_of(door)
    session = client.session
    access.grant_concerned(session, party, now=timezone.now())
    session.save()
    assert WORDS in text_of(client.get(path))
