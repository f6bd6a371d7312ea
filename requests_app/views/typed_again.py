"""Nothing that was typed is lost: where a session ended, a page stood open too long or an act is not allowed
any more, the words are shown again. Nothing is sent before somebody presses the button.

A view that has the form itself asks `typed_before`; for all others there is one page, `show_again`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_app.doors import kept_forms
from requests_app.doors.kept_forms import WRITER

FROM_A_STALE_PAGE = "typed_on_a_stale_page"
"""Attribute of a request: what was typed on a page that stood open too long."""

SIGNED_OUT = gettext_lazy("You were signed out while you wrote. Your text is here; nothing was sent.")
STALE = gettext_lazy(
    "This page had been open for too long, or you signed in or out meanwhile. Your text is here; nothing was "
    "sent. Look at it, then send it."
)
_SECRET = re.compile(r"passw|^code$|credential|secret", re.IGNORECASE)
_OURS = {"csrfmiddlewaretoken", WRITER, "stored"}
_LABELS = {
    "reference": gettext_lazy("Reference"),
    "email": gettext_lazy("E-mail address"),
    "login": gettext_lazy("E-mail address"),
    "requester_email": gettext_lazy("E-mail address"),
    "requester_name": gettext_lazy("Name"),
    "name": gettext_lazy("Name"),
    "title": gettext_lazy("Title"),
    "question": gettext_lazy("What was asked"),
    "answer": gettext_lazy("What was answered"),
    "reason": gettext_lazy("Reason"),
    "body": gettext_lazy("Your text"),
    "description": gettext_lazy("Description"),
    "note": gettext_lazy("Note"),
    "contact": gettext_lazy("How to reach it"),
}
LINE = 80
"""Signs of a line of a text box, to give it about as many rows as the text needs."""


@dataclass(frozen=True)
class Typed:
    """One value of a form: shown in a box, asked for anew where it is secret, else carried along unseen."""

    name: str
    value: str
    label: Any = ""
    is_secret: bool = False

    @property
    def is_line(self) -> bool:
        return "\n" not in self.value and len(self.value) < LINE // 2

    @property
    def rows(self) -> int:
        return min(12, sum(1 + len(line) // LINE for line in self.value.split("\n")))


def typed_values(data: QueryDict) -> list[Typed]:
    """What a form held, in its order. A password or code is named without its value."""
    found = []
    for name, values in data.lists():
        for value in map(str, values):
            if _SECRET.search(name):
                label = _("Code") if name == "code" else _("Password")
                found.append(Typed(name, "", label, is_secret=True))
            elif name != "csrfmiddlewaretoken":
                found.append(Typed(name, value, _label(name, value)))
    return found


def _label(name: str, value: str) -> Any:
    """The heading of what somebody wrote; "" for a choice or a key, which is no text to read."""
    if name in _OURS or not value.strip():
        return ""
    return _LABELS.get(name) or (_("Your text") if re.search(r"\s", value.strip()) else "")


def has_words(data: QueryDict) -> bool:
    """Whether somebody wrote anything that would be missed."""
    return any(one.label and not one.is_secret for one in typed_values(data))


def typed_before(request: HttpRequest, writer: int = 0) -> QueryDict | None:
    """What was typed into the form of this page before, once, with a sentence that says so. `writer` is the
    key of who must have written it, 0 on a page without an account. None where there is nothing."""
    stale: QueryDict | None = request.__dict__.pop(FROM_A_STALE_PAGE, None)
    found = stale if stale is not None else kept_over_sign_in(request, writer)
    if found is not None:
        messages.info(request, str(SIGNED_OUT if stale is None else STALE))
    return found


def typed_files(request: HttpRequest, data: QueryDict | None) -> Any:
    """The files that came with it, for the form that shows it; None for an empty form."""
    return None if data is None else request.FILES


def kept_over_sign_in(request: HttpRequest, writer: int) -> QueryDict | None:
    """What this person had typed into the form of this page when the session ended, once."""
    if request.method != "GET":
        return None
    return kept_forms.take(request.session, request.path, writer, now=timezone.now())


def show_again(
    request: HttpRequest,
    data: QueryDict,
    *,
    why: str,
    status: int,
    can_send: bool = True,
    is_staff: bool = False,
    files: Iterable[tuple[str, str]] = (),
) -> HttpResponse:
    """The page that holds what was typed. `why` says what happened; with `can_send` one press sends it,
    otherwise it can only be copied. `files` are names of fields with the names of their files."""
    values, files = typed_values(data), list(files)
    context = {
        "base": "base_staff.html" if is_staff else "base.html",
        "is_member": is_staff,
        "why": why,
        "can_send": can_send,
        "typed": [one for one in values if can_send or one.label],
        "chosen": any(not one.label and one.name not in _OURS for one in values),
        "files": [file for _name, file in files],
        "file_fields": sorted({name for name, _file in files}),
        "address": request.get_full_path(),
        "page": request.path,
    }
    response = render(request, "requests_app/typed_again.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def show_to_copy(
    request: HttpRequest, why: str, status: int, data: QueryDict | None = None, *, is_staff: bool = True
) -> HttpResponse:
    """The page for what cannot be done, or not any more: the reason, and the words that were typed, for the
    page of the act itself has no place for them now."""
    typed = request.POST if data is None else data
    return show_again(request, typed, why=why, status=status, can_send=False, is_staff=is_staff)
