"""A resident at the pages: fills in forms as a browser would. Shared by the tests of views and journeys."""

import re
from html import unescape
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from requests_app import access
from requests_app.models import Submission

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')

ENOUGH: dict[str, dict[str, str]] = {
    "error_report": {"description": "Forty trees stand in the river."},
    "dataset_request": {"description": "Trees", "purpose": "A map", "wanted": "new"},
    "access_request": {"description": "A key", "purpose": "A map", "wanted": "api_key"},
    "records_request": {"description": "The minutes of June"},
    "misuse_report": {"description": "They sell it", "location": "https://example.org/"},
    "privacy_concern": {"description": "Names are shown", "location": "Column 3"},
    "appeal": {"description": "No reason given", "about": "records_request", "ground": "denial"},
}
"""The least that each form takes."""


def text_of(page: HttpResponse) -> str:
    return page.content.decode()


def main_of(page: HttpResponse) -> str:
    """The words of the main part of a page."""
    main = text_of(page).split("<main", 1)[-1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


def hidden(page: HttpResponse) -> dict[str, Any]:
    """The hidden inputs of a page, those of one name as a list."""
    found: dict[str, Any] = {}
    for name, value in HIDDEN.findall(text_of(page)):
        if name != "csrfmiddlewaretoken":
            found.setdefault(name, []).append(unescape(value))
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def address(city: str, kind: str) -> str:
    return f"/{city}/submit/{kind}/"


def checked(client: Client, city: str, kind: str, **typed: Any) -> HttpResponse:
    """The check page, or the form with what is wrong."""
    form = client.get(address(city, kind))
    return client.post(address(city, kind), {**hidden(form), **ENOUGH[kind], **typed})


def confirmed(client: Client, city: str, kind: str, page: HttpResponse) -> HttpResponse:
    """Presses “Send” on the check page."""
    return client.post(address(city, kind), {**hidden(page), "confirm": "1"})


def filed(client: Client, city: str, kind: str, **typed: Any) -> str:
    """From the empty form to the filed case; returns the reference."""
    page = checked(client, city, kind, **typed)
    assert page.status_code == 200, main_of(page)
    answer = confirmed(client, city, kind, page)
    assert answer.status_code == 302, main_of(answer)
    return str(answer["Location"].strip("/").split("/")[-1])


def prove(client: Client, case: Submission) -> None:
    """As if the code of the case had been typed in this browser just now."""
    session = client.session
    access.grant_requester(session, case, now=timezone.now())
    session.save()


def text_file(name: str = "trees.txt", content: bytes = b"Forty trees") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def code_of(page: HttpResponse) -> str:
    """The code that the page after sending shows once."""
    (_reference, code) = re.findall(r'class="reference">([^<]+)<', text_of(page))
    return str(code)
