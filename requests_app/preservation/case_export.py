"""The whole case as one zip: what was asked, said, decided, mailed and paid, with the reason of every date.

Two parts: the requester's holds what the requester's pages show and what was mailed to the requester; the
court's holds everything, the chain of events included. Alone responsible for what stands in which part. The
caller says with a queryset of access.py which cases may be read. Nothing depends on the moment of the
download, so that the same case gives the same bytes.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO
from urllib.parse import quote

from django.contrib.staticfiles import finders
from django.db.models import Prefetch, QuerySet
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from portals.models import Citation
from portals.rulebook import Rulebook, rulebook_for
from portals.templatetags.civic import why
from requests_app.attachments.files import path_of
from requests_app.doors.references import without_codes
from requests_app.events import fee_stand, history, timeline
from requests_app.kinds import details_of
from requests_app.models import Attachment, Deadline, Event, Involvement, Notice, Submission
from requests_app.models.kinds import DETAILS
from requests_app.pages import casefile, requester_page
from requests_app.preservation import case_rows, case_zip

REQUESTER, COURT = "requester", "court"
PARTS = (REQUESTER, COURT)
HTML, DOCUMENT, READ_ME = "case.html", "case.json", "README.txt"
_STYLE = "css/civic.css"
_TRIES = 3
"""How often a case is read again because somebody acted on it meanwhile."""


def export(visible: QuerySet[Submission], reference: str, part: str, target: BinaryIO) -> None:
    """Write the case file to `target`. Raises Submission.DoesNotExist where `visible` does not hold it."""
    for _try in range(_TRIES):
        case = _read(visible, reference)
        events = list(case.events.order_by("sequence"))
        files = _files(case, part)
        document = document_of(case, events, files, part)
        if visible.filter(pk=case.pk, chain_length=len(events)).exists():
            break
    about = {"reference": case.reference, "part": part, "city": case.city.slug, "chain": _chain(events)}
    texts = {
        HTML: _page(document, part),
        DOCUMENT: case_zip.as_json(plain(document)),
        READ_ME: render_to_string("requests_app/casefile/README.txt", {"document": document, "part": part}),
    }
    if part == COURT:
        chain = [event.hashed() | _links(event) for event in events]
        texts[case_zip.EVENTS] = case_zip.as_json(chain)
    stored = [case_zip.Stored(name, path_of(file.sha256), file.sha256) for name, file in files.items()]
    case_zip.write(target, about=about, texts=texts, files=stored)


def _read(visible: QuerySet[Submission], reference: str) -> Submission:
    kinds = (model._meta.model_name or "" for model in DETAILS.values())
    involved = Prefetch("involvements", queryset=Involvement.objects.select_related("office"))
    rows = visible.select_related("city", "office", "dataset__office", "entered_by", *kinds)
    return rows.prefetch_related(involved, "deadlines").get(reference=reference)


def _chain(events: Sequence[Event]) -> dict[str, Any]:
    return {"length": len(events), "head": events[-1].hash if events else ""}


def _links(event: Event) -> dict[str, str]:
    return {"previous_hash": event.previous_hash, "hash": event.hash}


def _files(case: Submission, part: str) -> dict[str, Attachment]:
    """Name in the zip -> file: for the requester those that are not internal."""
    rows = case.attachments.order_by("at", "pk")
    if part == REQUESTER:
        rows = rows.filter(internal=False)
    return {f"files/{n:03d}-{_safe(row.name)}": row for n, row in enumerate(rows, start=1)}


def _safe(name: str) -> str:
    """A name that every system can unpack."""
    return re.sub(r'[<>:"|?*\\/\x00-\x1f]', "_", name).strip(". ") or "file"


# -- what stands in it


def document_of(
    case: Submission, events: Sequence[Event], files: Mapping[str, Attachment], part: str
) -> dict[str, Any]:
    """The case as plain values. Moments are UTC, dates city dates, sums USD."""
    book = rulebook_for(case.city)
    labels = {row.label: row for row in case.city.citations.all()}
    requester = part == REQUESTER
    names = {row.pk: name for name, row in files.items()}
    document = {
        **_facts(case, book),
        "part": part,
        "as_of": {"events": len(events), "at": events[-1].at if events else None},
        "offices": requester_page.offices(case, events, labels)
        if requester
        else casefile.route_of(case, book, list(events)),
        "deadlines": [_deadline(row, labels) for row in _deadlines(case, requester)],
        "said": _said(case, files, requester),
        "history": timeline.told(events, case.city) if requester else _history(events, book),
        "parts": _parts(case, names, requester),
        "withheld": _withheld(case, requester),
        "fee": _fee(case, events),
        "ways": _ways(case, book),
        "letters": _letters(case, requester),
        "files": [_file(name, row) for name, row in files.items()],
    }
    for office in document["offices"]:
        office["citation"] = _citation(office.get("citation"), labels)
    if not requester:
        document["appeals"] = list(case.appeals.values_list("submission__reference", flat=True))
        document["rows"] = case_rows.rows_of(case)
    return document


def _facts(case: Submission, book: Rulebook) -> dict[str, Any]:
    questions = {flag.key: flag.question for flag in book.flags_of(case.kind)}
    dataset = case.dataset
    return {
        "reference": case.reference,
        "city": {"slug": book.slug, "name": book.name, "time_zone": book.time_zone.key},
        "kind": case.kind,
        "kind_words": case.get_kind_display(),
        "status": case.status,
        "status_words": case.get_status_display(),
        "cycle": case.cycle,
        "title": case.title,
        "description": case.description,
        "details": [{"label": one.label, "value": one.value} for one in details_of(case)],
        "circumstances": [questions.get(flag, flag) for flag in case.flags],
        "dataset": {"name": dataset.name, "identifier": dataset.identifier} if dataset else None,
        "office": case.office.name,
        "channel": case.get_channel_display(),
        "received_at": case.received_at,
        "received_on": case.received_on,
        "requester": {"name": case.requester_name, "email": case.requester_email},
    }


def _citation(citation: Any, labels: Mapping[str, Citation]) -> dict[str, str] | None:
    row = labels.get(citation) if isinstance(citation, str) else citation
    if row:
        return {"label": row.label, "title": row.title, "url": row.url}
    return {"label": citation, "title": "", "url": ""} if citation else None


def _deadlines(case: Submission, requester: bool) -> list[Deadline]:
    """All of them, also those of the rounds before a reopening."""
    rows = sorted(case.deadlines.all(), key=lambda row: (row.cycle, row.due_on or date.max, row.pk))
    return [row for row in rows if not (requester and requester_page.is_past_lapse(row))]


def _deadline(row: Deadline, labels: Mapping[str, Citation]) -> dict[str, Any]:
    dates = _columns(row, "started_on", "due_on", "acts_on", "extendable_to")
    return {
        **_columns(row, "cycle", "milestone", "state", "layer"),
        **dates,
        "words": row.get_milestone_display(),
        "state_words": row.get_state_display(),
        "citation": _citation(row.citation, labels),
        "because": why(row),
    }


def _said(case: Submission, files: Mapping[str, Attachment], requester: bool) -> list[dict[str, Any]]:
    """Messages, answers and files in their order; for the requester without names, notes and what was taken
    back."""
    names = {row.pk: name for name, row in files.items()}
    back = set(case.determinations.exclude(taken_back_at=None).values_list("at", flat=True))
    told = []
    for one in casefile.said_in(case):
        if requester and (one.direction == "note" or (one.determination and one.at in back)):
            continue
        mine = one.direction == "in"
        told.append(
            {
                "at": one.at,
                "author": (_("You") if mine else _("The office")) if requester else one.author,
                "direction": one.direction,
                "title": one.title,
                "body": one.body,
                "answer": one.determination,
                "files": [
                    {"name": file["name"], "size": file["size"], "url": quote(names[file["id"]])}
                    for file in one.files
                    if file["id"] in names
                ],
            }
        )
    return told


def _history(events: Sequence[Event], book: Rulebook) -> list[dict[str, Any]]:
    offices = {ref.pk or 0: ref.name for ref in book.routes.offices}
    return [asdict(line) for line in history.lines(events, offices=offices, zone=book.time_zone)]


def _parts(case: Submission, names: Mapping[int, str], requester: bool) -> list[dict[str, Any]]:
    """The parts of an answer with their grounds; the requester's from the moment they were told."""
    rows = case.parts.select_related("release").prefetch_related("exemptions", "files__attachment")
    return [
        {
            **_columns(row, "cycle", "number", "whole", "title", "outcome", "reasons", "responsible"),
            "outcome_words": row.get_outcome_display(),
            "grounds": [_columns(one, "law", "explanation") for one in row.exemptions.all()],
            "told_at": row.release.at if row.release else None,
            "files": [
                {"name": file.name, "size": file.size, "url": quote(names[file.pk])}
                for file in (one.attachment for one in row.files.all())
                if file.pk in names
            ],
        }
        for row in rows.order_by("cycle", "number")
        if row.release or not requester
    ]


def _withheld(case: Submission, requester: bool) -> list[dict[str, Any]]:
    """The log of what is withheld; the requester's as far as it was told."""
    rows = case.withheld.select_related("part", "release").order_by("pk")
    if requester:
        rows = rows.filter(release__isnull=False)
    return [
        _columns(row, "document", "place", "law", "why") | {"part": row.part.number if row.part else None}
        for row in rows
    ]


def _letters(case: Submission, requester: bool) -> list[dict[str, Any]]:
    """What was mailed or waits to be; a code that opens the case is never repeated."""
    rows = Notice.objects.filter(submission=case).exclude(kind__in=case_rows.TO_FOLLOWERS)
    rows = rows.select_related("user").order_by("created_at", "pk")
    if requester:
        rows = rows.filter(user=None, email=case.requester_email).exclude(kind__startswith="concerned/")
    return [
        {
            "at": row.created_at,
            "to": str(row.user or row.email),
            "subject": row.subject,
            "body": _("(A code to open the case. It is left out here.)")
            if row.kind in case_rows.LETTERS_OF_A_CODE
            else without_codes(row.body),
            "state": row.get_state_display(),
            "sent_at": row.sent_at,
        }
        for row in rows
    ]


def _fee(case: Submission, events: Iterable[Event]) -> dict[str, Any] | None:
    """What was estimated, asked, waived and paid; None where no fee was ever told."""
    estimates = list(case.fee_estimates.prefetch_related("lines"))
    if not estimates:
        return None
    line = ("item", "per", "quantity", "rate", "amount", "note", "statement", "citation", "layer")
    waiver = ("at", "reasons", "decision", "decided_at", "decision_reasons", "amount")
    payment = ("receipt", "is_refund", "amount", "received_on")
    return {
        "stand": fee_stand.stand(events),
        "estimates": [
            {
                **_columns(row, "number", "at", "total", "asked", "circumstances", "note"),
                "pay": row.get_pay_display(),
                "lines": [_columns(one, *line) for one in row.lines.all()],
            }
            for row in estimates
        ],
        "waivers": [
            _columns(row, *waiver) | {"decision_words": row.get_decision_display()}
            for row in case.waiver_requests.all()
        ],
        "payments": [
            _columns(row, *payment) | {"method": row.get_method_display()} for row in case.payments.all()
        ],
    }


def _columns(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _ways(case: Submission, book: Rulebook) -> list[dict[str, Any]]:
    """How the answer can be reviewed, once there is one."""
    if case.determined_at is None:
        return []
    columns = ("name", "decides", "available", "steps", "because", "citation", "layer", "status")
    return [_columns(rule, *columns) for rule in book.appeal_routes(case.kind, case.received_on)]


def _file(name: str, row: Attachment) -> dict[str, Any]:
    return {
        **_columns(row, "name", "size", "sha256", "content_type", "at", "internal"),
        "from": row.get_actor_display(),
        "in_zip": name,
        "url": quote(name),
    }


def plain(value: Any) -> Any:
    """A value as JSON has it: moments and dates in ISO 8601, sums as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float):
        return value
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _page(document: Mapping[str, Any], part: str) -> str:
    """One page that needs nothing else: the stylesheet stands in it, there is no script."""
    found = finders.find(_STYLE)
    assert isinstance(found, str), _STYLE
    with open(found, encoding="utf-8") as file:
        style = format_html("<style>{}</style>", mark_safe(file.read()))  # noqa: S308  (our own file)
    context = {**document, "part": part, "is_court": part == COURT, "style": style}
    return render_to_string("requests_app/casefile/case.html", context)
