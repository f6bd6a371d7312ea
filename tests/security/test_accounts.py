"""Accounts of staff: what strangers and members of staff cannot do with them."""

import pytest
from django.conf import settings
from django.test import Client, override_settings

from portals.models import User
from requests_app.doors.throttle import address_of

PASSWORD = "a-long-enough-passphrase"


@pytest.fixture
def clerk(db: None) -> User:
    return User.objects.create_user(username="clerk", email="clerk@example.gov", password=PASSWORD)


ELSEWHERE = ("//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example", "///evil")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_led_to_another_site_after_signing_in_or_out(clerk: User, target: str) -> None:
    client = Client()
    sent = {"login": clerk.email, "password": PASSWORD, "next": target}
    assert client.post(f"/accounts/login/?next={target}", sent)["Location"] == "/desk/"
    assert client.post("/accounts/logout/", {"next": target})["Location"] == "/"


@override_settings(ALLOWED_HOSTS=["*"], SITE_URL="https://data.example.org")
def test_the_host_of_a_request_never_stands_in_a_letter(clerk: User, mailoutbox: list) -> None:
    for email in (clerk.email, "nobody@example.org"):
        headers = {"host": "evil.example:8080", "x-forwarded-host": "evil.example"}
        answer = Client().post("/accounts/password/reset/", {"email": email}, headers=headers)
        assert answer.status_code == 302
    letter, unknown = mailoutbox
    assert "https://data.example.org/accounts/password/reset/key/" in letter.body
    for one in (letter, unknown):
        assert "evil.example" not in one.body + one.subject + str(one.message())
    assert "sign up" not in unknown.body.lower() and "/signup/" not in unknown.body


def test_the_link_of_a_letter_sets_a_password_once(clerk: User, mailoutbox: list) -> None:
    client = Client()
    client.post("/accounts/password/reset/", {"email": clerk.email})
    link = next(line for line in mailoutbox[0].body.splitlines() if line.startswith(settings.SITE_URL + "/"))
    page = client.get(link.removeprefix(settings.SITE_URL), follow=True)
    new = {"password1": PASSWORD + "2", "password2": PASSWORD + "2"}
    assert client.post(page.request["PATH_INFO"], new).status_code == 302
    clerk.refresh_from_db()
    assert clerk.check_password(PASSWORD + "2")
    stranger = Client()
    again = stranger.get(link.removeprefix(settings.SITE_URL), follow=True)
    stranger.post(again.request["PATH_INFO"], {"password1": PASSWORD + "3", "password2": PASSWORD + "3"})
    clerk.refresh_from_db()
    assert clerk.check_password(PASSWORD + "2")


def test_asking_for_a_new_password_tells_nobody_who_has_an_account(clerk: User) -> None:
    answers = [
        Client().post("/accounts/password/reset/", {"email": email})
        for email in (clerk.email, "nobody@example.org")
    ]
    assert len({(answer.status_code, answer["Location"]) for answer in answers}) == 1


def test_staff_cannot_move_their_account_to_an_address_that_nobody_entered(clerk: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": clerk.email, "password": PASSWORD})
    for sent in (
        {"action_add": "", "email": "mallory@evil.example"},
        {"action_primary": "", "email": "mallory@evil.example"},
        {"action_remove": "", "email": "clerk@example.gov"},
    ):
        client.post("/accounts/email/", sent)
    clerk.refresh_from_db()
    assert clerk.email == "clerk@example.gov"
    assert list(clerk.emailaddress_set.values_list("email", flat=True)) == ["clerk@example.gov"]


def test_a_forged_forwarding_header_does_not_reset_the_limit(clerk: User) -> None:
    for number in range(12):
        Client().post(
            "/accounts/login/",
            {"login": f"person-{number}@example.gov", "password": "wrong"},
            headers={"x-forwarded-for": f"198.51.100.{number}"},
        )
    client = Client(headers={"x-forwarded-for": "203.0.113.1"})
    client.post("/accounts/login/", {"login": clerk.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_only_what_our_own_proxies_wrote_is_believed() -> None:
    meta = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 203.0.113.7"}
    assert address_of(meta) == "10.0.0.1"
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1):
        assert address_of(meta) == "203.0.113.7"
        assert address_of({"REMOTE_ADDR": "10.0.0.1"}) == "10.0.0.1"
