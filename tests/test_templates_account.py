"""Signing in looks like the product and asks nobody to sign up."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough phrase"


@pytest.fixture
def clerk():
    return get_user_model().objects.create_user("clerk", "clerk@example.org", PASSWORD)


def read(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def test_the_sign_in_page_stands_in_our_own_page_and_offers_no_sign_up(client):
    html = read(client.get(reverse("account_login")))
    assert "css/civic.css" in html and 'href="#main"' in html
    assert 'for="id_login"' in html and 'for="id_password"' in html
    assert reverse("account_signup") not in html


def test_a_wrong_password_is_told_in_the_error_summary(client, clerk):
    html = read(client.post(reverse("account_login"), {"login": clerk.email, "password": "wrong"}))
    assert 'class="error-summary"' in html and "There is a problem" in html


def test_an_empty_form_links_each_error_to_its_field(client):
    html = read(client.post(reverse("account_login"), {}))
    assert 'href="#id_login"' in html and 'href="#id_password"' in html
    assert 'aria-invalid="true"' in html


def test_the_right_password_signs_in(client, clerk):
    response = client.post(reverse("account_login"), {"login": clerk.email, "password": PASSWORD})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(clerk.pk)


def test_whoever_tries_to_sign_up_learns_that_no_account_is_needed(client):
    html = read(client.get(reverse("account_signup")))
    assert "No sign-up here" in html and "<form" not in html


@pytest.mark.parametrize("name", ["account_email", "account_change_password", "mfa_index", "account_logout"])
def test_the_pages_of_an_account_share_its_menu_and_the_look_of_the_product(client, clerk, name):
    client.force_login(clerk)
    html = read(client.get(reverse(name)))
    assert "css/civic.css" in html and reverse("mfa_index") in html and 'class="btn' in html
