"""Staff sign in by e-mail address and password; nobody registers; guessing is slowed down."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-enough-passphrase"


@pytest.fixture
def clerk() -> object:
    users = get_user_model().objects
    return users.create_user(username="clerk", email="clerk@example.gov", password=PASSWORD, is_staff=True)


def sign_in(client: Client, *, email: str = "clerk@example.gov", password: str = PASSWORD) -> int:
    return client.post("/accounts/login/", {"login": email, "password": password}).status_code


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_staff_sign_in_by_address_and_password(client: Client, clerk: object) -> None:
    response = client.post("/accounts/login/", {"login": "Clerk@example.gov", "password": PASSWORD})
    assert response.status_code == 302
    assert response.headers["Location"] == "/desk/"
    assert is_signed_in(client)


def test_the_login_changes_the_session_key(client: Client, clerk: object) -> None:
    client.get("/accounts/login/")
    session = client.session
    session["planted"] = "x"
    session.save()
    before = client.session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_nobody_can_register(client: Client) -> None:
    fields = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    response = client.post("/accounts/signup/", fields)
    assert response.status_code == 200
    assert not get_user_model().objects.filter(email="new@example.org").exists()


def test_a_wrong_password_tells_nothing_about_the_address(client: Client, clerk: object) -> None:
    answers = [
        client.post("/accounts/login/", {"login": email, "password": "wrong"})
        for email in ("clerk@example.gov", "nobody@example.gov")
    ]
    known, unknown = (list(answer.context["form"].non_field_errors()) for answer in answers)
    assert known == unknown
    assert len(known) == 1


def test_guessing_is_stopped_even_with_the_right_password_at_last(client: Client, clerk: object) -> None:
    for _attempt in range(5):
        sign_in(client, password="wrong")
    sign_in(client)
    assert not is_signed_in(client)


def test_an_account_that_was_closed_cannot_sign_in(client: Client, clerk: object) -> None:
    clerk.is_active = False
    clerk.save()
    sign_in(client)
    assert not is_signed_in(client)


def test_the_administration_uses_the_same_sign_in(client: Client, clerk: object) -> None:
    response = client.get("/admin/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/admin/login/")
    response = client.get(response.headers["Location"])
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/")


def test_the_administration_is_for_staff_only(client: Client) -> None:
    user = get_user_model().objects.create_user(username="x", email="x@example.gov", password=PASSWORD)
    client.force_login(user)
    assert client.get("/admin/", follow=True).status_code == 403
