"""The fields that a letter of the city may have, and what they are in a case. A fixed list: nothing that a
person typed is ever run as a template.

A field that this case has no value for stands in the text as `[due_on: not specified]`; neither that nor
an open `{{ field }}` leaves the house (`unfinished`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.explain import long_date
from portals.models import User
from requests_app import deadlines
from requests_app.models import Action, Deadline, Submission
from requests_app.notices import link

OPENED = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
EMPTY = re.compile(r"\[([a-z_]+): ")
TEXT_OF: dict[Action, str] = {
    Action.ACKNOWLEDGE: "message",
    Action.ASK: "body",
    Action.MESSAGE: "body",
    Action.ESTIMATE: "reason",
    Action.EXTEND: "reason",
    Action.RELEASE_PART: "body",
    Action.DETERMINE: "reasons",
}
"""The acts that take a letter, and the field of their form that holds its text."""


@dataclass(frozen=True)
class Known:
    """What a field is filled from. `today` is the date in the city, `deadlines` those of the case."""

    case: Submission
    deadlines: Sequence[Deadline]
    today: date
    by: User


def _due(known: Known) -> date | None:
    duty = deadlines.next_duty(known.deadlines)
    return duty.due_on if duty else None


def _limit(known: Known) -> date | None:
    extendable = deadlines.extendable(known.deadlines)
    return extendable.extendable_to if extendable else None


def _law(known: Known) -> str:
    duty = deadlines.next_duty(known.deadlines)
    return duty.citation if duty else ""


Fill = Callable[[Known], Any]
FIELDS: Mapping[str, tuple[Any, Fill]] = {
    "reference": (gettext_lazy("Reference of the case"), lambda known: known.case.reference),
    "kind": (gettext_lazy("What was asked for"), lambda known: known.case.get_kind_display()),
    "title": (gettext_lazy("Title of the case"), lambda known: known.case.title),
    "requester_name": (
        gettext_lazy("Name of the requester; “requester” where none was given"),
        lambda known: known.case.requester_name or _("requester"),
    ),
    "dataset": (
        gettext_lazy("Name of the dataset"),
        lambda known: known.case.dataset.name if known.case.dataset else "",
    ),
    "city": (gettext_lazy("Name of the city"), lambda known: known.case.city.name),
    "office": (gettext_lazy("Office that has the case"), lambda known: known.case.office.name),
    "received_on": (gettext_lazy("Day of receipt"), lambda known: known.case.received_on),
    "due_on": (gettext_lazy("Day by which the office must act next"), _due),
    "due_citation": (gettext_lazy("Where that day is written"), _law),
    "extendable_to": (gettext_lazy("Latest day that an extension can reach"), _limit),
    "today": (gettext_lazy("Today’s date in the city"), lambda known: known.today),
    "my_name": (gettext_lazy("Name of whoever writes"), lambda known: str(known.by)),
    "link": (gettext_lazy("Address of the requester’s page"), lambda known: link(known.case)),
}
"""Name -> (what it is, how it is filled). Dates are written out."""


def unknown_in(body: str) -> list[str]:
    """What stands between double braces and is no field, as it was written; "{{" for one left open."""
    names = [name.strip() for name in OPENED.findall(body)]
    rest = OPENED.sub("", body)
    wrong = [name or "{{ }}" for name in names if name not in FIELDS]
    return list(dict.fromkeys(wrong + [sign for sign in ("{{", "}}", "{%") if sign in rest]))


def complaint(body: str) -> str:
    """A sentence that names the unknown fields and lists the known; "" where all are known."""
    wrong = unknown_in(body)
    if not wrong:
        return ""
    return _("Unknown field: %(wrong)s. The fields are: %(known)s.") % {
        "wrong": ", ".join(wrong),
        "known": ", ".join(FIELDS),
    }


def filled(body: str, known: Known) -> str:
    """The text with everything known of this case in its place."""

    def value(match: re.Match[str]) -> str:
        name = match[1].strip()
        if name not in FIELDS:
            return match[0]
        found = FIELDS[name][1](known)
        if found in (None, ""):
            return "[{}: {}]".format(name, _("not specified"))
        return long_date(found) if isinstance(found, date) else " ".join(str(found).split())

    return OPENED.sub(value, body)


def unfinished(text: str) -> list[str]:
    """What a text that is about to be sent has open: fields, and places without a value in this case."""
    fields = [name.strip() for name in OPENED.findall(text) if name.strip() in FIELDS]
    return list(dict.fromkeys(fields + [name for name in EMPTY.findall(text) if name in FIELDS]))
