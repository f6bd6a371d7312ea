"""Computed deadlines and routes as plain dictionaries, ready for JSON.

Alone responsible for the keys of `explain deadlines --json` and `explain route --json`.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portals.business_days import Reason
from portals.clocks import ComputedDeadline
from portals.explain import deadline_sentences, sentences
from portals.routes import RouteAnswer, RoutePart, StepPart


def deadline_document(deadline: ComputedDeadline) -> dict[str, Any]:
    """One deadline; dates as ISO strings, `ends_at` in UTC, reasons as sentences."""
    return {
        "milestone": str(deadline.milestone),
        "due_on": _iso(deadline.due_on),
        "ends_at": _utc(deadline.ends_at),
        "acts_on": _iso(deadline.acts_on),
        "extendable_to": _iso(deadline.extendable_to),
        "state": str(deadline.state),
        "layer": str(deadline.layer),
        "citation": deadline.citation,
        "route": deadline.route or None,
        "because": deadline_sentences(deadline),
    }


def route_document(answer: RouteAnswer) -> dict[str, Any]:
    """Offices that act (the lead first), offices informed, the ladder and the legal office."""
    legal: dict[str, Any] = {
        "office": answer.legal.office.name if answer.legal.office else None,
        "role": str(answer.legal.role),
        "citation": answer.legal.citation,
    }
    if answer.legal.office is None:
        legal["because"] = in_one(answer.legal.reasons)
    return {
        "acts": [{**_part(part), "relation": str(part.relation)} for part in answer.acts],
        "informed": [_part(part) for part in answer.informed],
        "escalation": [_step(step) for step in answer.escalation],
        "legal": legal,
    }


def office_words(part: RoutePart | StepPart) -> str | None:
    """The name of the office; what to read where only the dataset is missing; None where nobody is named."""
    if part.office is not None:
        return part.office.name
    return _("the department listed on the dataset") if part.awaits_dataset else None


def business_days(count: int) -> str:
    """ "4 business days"."""
    return ngettext("%(count)d business day", "%(count)d business days", count) % {"count": count}


def in_one(reasons: Iterable[Reason]) -> str:
    """Reasons as one text, in which no sentence stands twice."""
    return " ".join(dict.fromkeys(sentences(reasons)))


def _part(part: RoutePart) -> dict[str, Any]:
    return {
        "office": office_words(part),
        "role": str(part.role),
        "layer": str(part.layer),
        "citation": part.citation,
        "because": in_one(part.reasons),
    }


def _step(step: StepPart) -> dict[str, Any]:
    return {
        "step": step.rule.step,
        "after": business_days(step.rule.after),
        "after_layer": str(step.rule.after_layer),
        "action": str(step.rule.action),
        "office": office_words(step),
        "role": str(step.role),
        "layer": str(step.rule.layer),
        "citation": step.rule.citation,
        "because": in_one(step.reasons),
    }


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _utc(moment: dt.datetime | None) -> str | None:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
