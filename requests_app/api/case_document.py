"""A case as its requester sees it, as a document: the content of the requester's page, in other clothes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from portals.api.documents import day, moment
from portals.clocks import Reason
from portals.explain import sentences
from portals.models import Citation
from portals.vocabulary import Relation
from requests_app.access import requester_permitted
from requests_app.api.schemas import CAN
from requests_app.events.fee_stand import FeeStand
from requests_app.models import Determination, Submission
from requests_app.pages.requester_page import page_of
from requests_app.redress.remedies import Remedies

HOME = "/api/v1/"


def label_of(citation: Citation | str | None) -> str:
    """How something is cited; empty for nothing."""
    return citation.label if isinstance(citation, Citation) else citation or ""


def case_document(case: Submission, link: Any, *, now: datetime) -> dict[str, Any]:
    """The whole case; it was read with city, office and dataset. `link` makes whole addresses."""
    shown = page_of(case, now=now)
    files = _Files(case, link)
    kept = shown["kept"]
    return {
        **_head(case),
        "details": [{"label": one.label, "value": one.value} for one in shown["details"]],
        **offices_and_dates(shown),
        "ahead": [{"on": day(step.on), "words": step.words} for step in shown["climb"]],
        "timeline": [
            {
                "at": moment(event["at"]),
                "title": str(event["title"]),
                "detail": str(event["detail"]),
                "who": str(event["who"]),
            }
            for event in shown["timeline"]
        ],
        "messages": [_message(one, files) for one in shown["messages_of_case"]],
        "files": files.of(shown["files"]),
        "answer_files": files.of(shown["answer_files"]),
        "determination": _determination(shown["determination"]),
        "fee": _fee(shown["fee"]),
        "remedies": _remedies(shown["remedies"]),
        "joined_to": kept.reference if kept else None,
        "can": _can(case, shown),
        "links": links(case, link),
    }


def _head(case: Submission) -> dict[str, Any]:
    return {
        "reference": case.reference,
        "city": case.city.slug,
        "kind": case.kind,
        "status": case.status,
        "status_words": case.get_status_display(),
        "revision": case.chain_length,
        "title": case.title,
        "description": case.description,
        "dataset": case.dataset.identifier if case.dataset else None,
        "is_public": case.is_public,
        "received_at": moment(case.received_at),
        "received_on": day(case.received_on),
    }


def offices_and_dates(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Who acts, who is informed, and by when, from the content of the requester's page."""
    offices = [
        {
            "office": one["office"],
            "relation": str(one["relation"]),
            "layer": str(one["layer"]) or None,
            "citation": label_of(one["citation"]),
            "because": one["because"],
        }
        for one in shown["offices"]
    ]
    return {
        "acts": [one for one in offices if one["relation"] != Relation.INFORMED],
        "informed": [one for one in offices if one["relation"] == Relation.INFORMED],
        "deadlines": [_deadline(one) for one in shown["deadlines"]],
    }


def _deadline(shown: Mapping[str, Any]) -> dict[str, Any]:
    """As `explain deadlines` tells it."""
    return {
        "milestone": str(shown["milestone"]),
        "due_on": day(shown["due_on"]),
        "ends_at": moment(shown["ends_at"]) if shown["ends_at"] else None,
        "acts_on": day(shown["acts_on"]),
        "extendable_to": day(shown["extendable_to"]),
        "state": str(shown["state"]),
        "layer": str(shown["layer"]),
        "citation": label_of(shown["citation"]),
        "route": shown["route"] or None,
        "because": sentences(Reason.from_json(reason) for reason in shown["because"]),
    }


def links(case: Submission, link: Any) -> dict[str, str]:
    """Where to go on with a case."""
    return {
        "case": link(f"{HOME}cases/{case.reference}"),
        "page": link(reverse("requests_app:case", args=[case.reference])),
    }


def decision_document(found: Determination | None) -> dict[str, Any] | None:
    """An answer; read with its office."""
    if found is None:
        return None
    return {
        "outcome": str(found.outcome),
        "reasons": found.reasons,
        "office": found.office.name,
        "at": moment(found.at),
    }


def _determination(found: Determination | None) -> dict[str, Any] | None:
    document = decision_document(found)
    if found is None or document is None:
        return None
    more = ("exemption", "explanation", "responsible")
    return {**document, **{name: getattr(found, name) or None for name in more}}


class _Files:
    """Files of a case with the addresses at which its code opens them."""

    def __init__(self, case: Submission, link: Any) -> None:
        self._case, self._link = case, link

    def of(self, shown: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [
            {
                "name": file["name"],
                "size": file["size"],
                "url": self._link(f"{HOME}cases/{self._case.reference}/files/{file['id']}"),
            }
            for file in shown
        ]


def _message(shown: Mapping[str, Any], files: _Files) -> dict[str, Any]:
    return {
        "at": moment(shown["at"]),
        "mine": shown["direction"] == "out",
        "is_question": shown["is_question"],
        "body": shown["body"],
        "files": files.of(shown["files"]),
    }


def _fee(stand: FeeStand) -> dict[str, str] | None:
    if stand.state == "none":
        return None
    return {
        "state": stand.state,
        "total": f"{stand.total:.2f}",
        "due_now": f"{stand.due_now:.2f}",
        "paid": f"{stand.paid:.2f}",
    }


def _remedies(found: Remedies) -> list[dict[str, Any]]:
    return [
        {
            "key": way.rule.key,
            "name": way.rule.name,
            "decides": way.rule.decides,
            "state": way.state,
            "why": way.why,
            "last_day": day(way.last_day),
            "not_specified": way.unspecified,
            "ask": way.asks or None,
            "citation": label_of(way.citation),
        }
        for way in found.ways
    ]


def _can(case: Submission, shown: Mapping[str, Any]) -> list[str]:
    can = {str(action) for action in requester_permitted(case)}
    if not shown["can_follow_up"]:
        can.discard("follow_up")
    if shown["can_request_statement"]:
        can.add("statement")
    return [action for action in CAN if action in can]
