"""Before any city is loaded, and what makes a page one person's own."""

import pytest
from django.contrib import messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from portals.models import User
from portals.views.city_page import kept_public


def request_of(user: User | None = None) -> HttpRequest:
    request = RequestFactory().get("/")
    request.session = {}  # type: ignore[assignment]
    request.user = user or type("Nobody", (), {"is_authenticated": False})()
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    return request


@pytest.mark.django_db
def test_without_a_city_the_first_page_says_how_to_add_one(client: Client) -> None:
    assert "manage.py load_city" in client.get("/").content.decode()
    assert client.get("/kent/").status_code == 404


def test_a_page_that_showed_a_message_is_not_kept_for_others() -> None:
    request = request_of()
    messages.info(request, "It has arrived.")
    assert kept_public(request, HttpResponse()).headers["Cache-Control"] == "public, max-age=60"
    assert [str(message) for message in messages.get_messages(request)] == ["It has arrived."]
    assert kept_public(request, HttpResponse()).headers["Cache-Control"] == "private, no-cache"


def test_a_page_that_sets_a_cookie_against_forgery_is_not_kept_for_others() -> None:
    request = request_of()
    request.META["CSRF_COOKIE_NEEDS_UPDATE"] = True
    assert kept_public(request, HttpResponse()).headers["Cache-Control"] == "private, no-cache"
