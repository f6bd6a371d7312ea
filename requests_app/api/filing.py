"""Filing a submission, by the very forms and acts of the pages; and what these forms ask for.

`submission_key` is made by the caller. Sent again with the same content it gives the same case, and within a
day the same code, which is derived from the key and not kept anywhere: an answer that was lost on the way
locks nobody out. docs/decisions/api-by-hand.md says why.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from portals.api.documents import day, moment
from portals.api.operation import Answer, Body, Call, Operation
from portals.api.problems import Problem, errors_of, invalid
from portals.models import City
from portals.vocabulary import SubmissionKind
from requests_app import access, intake
from requests_app.api.case_document import HOME, links, offices_and_dates
from requests_app.api.own import opened, proof_of
from requests_app.api.sent import KEY_PATTERN
from requests_app.doors import references
from requests_app.forms.base import KindForm
from requests_app.kinds import KINDS, Kind
from requests_app.models import Channel, Submission
from requests_app.pages.requester_page import page_of
from requests_app.related.alike import sent_lately

TAG = gettext_lazy("Filing")
CODE_AGAIN = timedelta(days=1)
"""How long the code of a case is told to whoever sends its very submission again."""
OUR_FIELDS = frozenset({"submission_key", "anyway"})
_KEY = re.compile(KEY_PATTERN)


def forms_of(call: Call) -> Answer:
    """The forms of a city, field by field."""
    city = call.city
    found = [_form_document(entry, city, call) for entry in KINDS.values()]
    return Answer({"city": city.slug, "forms": found})


def _form_document(entry: Kind, city: City, call: Call) -> dict[str, Any]:
    form = entry.form(city=city, today=city.date_at(call.now))
    return {
        "kind": str(entry.kind),
        "label": entry.label,
        "told": str(entry.lede),
        "fields": list(_fields(form)),
        "url": call.link(f"{HOME}cities/{city.slug}/submissions/{entry.kind}"),
        "page": call.link(reverse("requests_app:submit", args=[city.slug, entry.kind])),
    }


def _fields(form: KindForm) -> Iterator[dict[str, Any]]:
    for name, field in form.fields.items():
        choices: Any = field.choices if isinstance(field, forms.ChoiceField) else None
        yield {
            "name": name,
            "label": str(field.label or name),
            "help": str(field.help_text),
            "required": field.required,
            "choices": [{"value": str(value), "label": str(label)} for value, label in choices]
            if choices is not None
            else None,
        }


def submit(call: Call) -> Answer:
    """File a submission of the kind that the operation takes."""
    key = call.data.get("submission_key", "")
    form = _checked_form(call, key)
    filing = form.filing(key=stored_key(key), now=call.now, language=get_language() or "en")
    filing = replace(filing, channel=Channel.API)
    anyway = call.data.get("anyway") == "true"
    if not anyway and sent_lately(filing, proved=(), now=call.now):
        raise Problem(
            "sent-before",
            _("The same was sent from this e-mail address within a day. Add anyway to send it all the same."),
        )
    code = references.code_from(key)
    filed = intake.submit(filing, now=call.now, code=code)
    case = filed.submission
    if not filed.is_new and not intake.made_of(case, filing):
        raise Problem(
            "sent-before",
            _("This submission_key was used with another content, which stands. Make a new key for this."),
        )
    again = _code_again(case, code, call.now)
    document = filed_document(case, code if filed.is_new else again, call)
    status = 201 if filed.is_new else 200
    return Answer(document, status=status, headers={"Location": document["links"]["case"]})


def stored_key(key: str) -> str:
    """The key of a caller as it is kept: never one that the pages sign, and not the secret itself."""
    return f"api:{hashlib.sha256(key.encode()).hexdigest()[:60]}"


def _code_again(case: Submission, code: str, now: datetime) -> str | None:
    fresh = now - case.submitted_at < CODE_AGAIN
    return code if fresh and references.code_matches(case.reference, code, case.code_hash) else None


def _checked_form(call: Call, key: str) -> KindForm:
    """The form with everything that was sent. Raises Problem with a sentence for each field."""
    city, kind = call.city, call.operation.takes
    form = KINDS[kind].form(
        call.data, call.files, city=city, today=city.date_at(call.now), proved=_proved(call, kind)
    )
    errors = {} if form.is_valid() else errors_of(form)
    if not _KEY.fullmatch(key):
        errors["submission_key"] = [_("Send 22 to 64 random letters, figures, - or _; a UUID will do.")]
    for name in set(call.data) - set(form.fields) - OUR_FIELDS:
        errors[name] = [_("The form of this city has no such field; forms lists them.")]
    if errors:
        raise invalid(errors)
    return form


def _proved(call: Call, kind: str) -> frozenset[int]:
    """The case that is appealed, where its code stands in the header."""
    against = call.data.get("against", "")
    if kind != SubmissionKind.APPEAL or "Authorization" not in call.request.headers or not against:
        return frozenset()
    return frozenset({opened(proof_of(call, against), call.now).pk})


def filed_document(case: Submission, code: str | None, call: Call) -> dict[str, Any]:
    """What became of it: reference, code, offices and dates with why."""
    proof: dict[str, Any] = {}
    access.grant_requester(proof, case, now=call.now)
    found = opened(proof, call.now)
    return {
        "reference": found.reference,
        "code": code,
        "received_at": moment(found.received_at),
        "received_on": day(found.received_on),
        **offices_and_dates(page_of(found, now=call.now)),
        "links": links(found, call.link),
    }


def _filing(entry: Kind) -> Operation:
    return Operation(
        f"submit_{entry.kind}",
        TAG,
        f"cities/{{city}}/submissions/{entry.kind}",
        entry.heading,
        entry.lede,
        submit,
        "Filed",
        method="POST",
        statuses=(201, 200),
        body=Body(f"submission_{entry.kind}"),
        code="optional" if entry.kind == SubmissionKind.APPEAL else "",
        problems=("sent-before",),
        takes=str(entry.kind),
    )


FILING_OPERATIONS: Sequence[Operation] = (
    Operation(
        "forms",
        TAG,
        "cities/{city}/forms",
        gettext_lazy("Forms of a city"),
        gettext_lazy("What can be sent, field by field, with the questions that only this city asks."),
        forms_of,
        "Forms",
    ),
    *(_filing(entry) for entry in KINDS.values()),
)
