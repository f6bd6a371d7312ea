"""Somebody of an office at the pages: signed in, opens a page by its name, does an act on a case."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from portals.models import User
from requests_app.models import Submission


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, name: str, *args: str, **query: str) -> HttpResponse:
    return client.get(reverse(f"requests_app:{name}", args=args), query)


def do(client: Client, case: Submission, action: str, **sent: Any) -> HttpResponse:
    """Sends the form of an act on the case as it stands, or as it stood at `revision`."""
    case.refresh_from_db()
    address = reverse("requests_app:act", args=[case.reference, action])
    return client.post(address, {"revision": case.chain_length, **sent})


def offered(client: Client, case: Submission) -> set[str]:
    """The acts that the page of the case offers."""
    answer = client.get(reverse("requests_app:staff_case", args=[case.reference]))
    return {action for action, _act in answer.context["acts"] + answer.context["direct"]}
