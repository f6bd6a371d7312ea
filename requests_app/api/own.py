"""The requester's own case: read with reference and code, answered, followed up, withdrawn.

The code stands in the header `Authorization: Bearer ABCD-EFGH-JKLM`, never in an address. A call proves it
for itself alone: nothing is remembered, no session is read. Wrong codes count as tries, together with those
on the pages; right ones do not.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.api.operation import Answer, Body, Call, Operation
from portals.api.problems import Problem, errors_of, invalid
from requests_app import access
from requests_app.api.case_document import case_document
from requests_app.attachments.files import StoredFile, path_of
from requests_app.correspondence import conversation
from requests_app.doors import references, throttle
from requests_app.forms.case import SeenForm, WithdrawForm, WriteForm
from requests_app.lifecycle import NotAllowed
from requests_app.models import Submission

TAG = gettext_lazy("Your case")
SCHEME = "bearer "


def proof_of(call: Call, typed: str) -> dict[str, Any]:
    """What this call has proved, in the form in which access.py asks for it: that the code in its header
    opens the case with this reference. Raises Problem, the same whether or not there is such a case."""
    reference = references.normalised(typed)
    if reference is None:
        raise Problem("not-found", _("This is not a reference: a character is missing or wrong."))
    who = throttle.address_of(call.request.META)
    if throttle.used_up("track", who, limit=throttle.TRIES_AN_ADDRESS):
        wait = {"Retry-After": str(throttle.QUARTER)}
        raise Problem("too-many", _("Too many wrong codes. Wait a quarter of an hour."), headers=wait)
    code = _code(call)
    case = Submission.objects.filter(reference=reference).first() if code else None
    if case is None or not references.code_matches(reference, code, case.code_hash):
        if code:
            throttle.allowed("track", who, limit=throttle.TRIES_AN_ADDRESS, seconds=throttle.QUARTER)
        raise Problem(
            "code-wanted",
            _("Send the code of this case in the header Authorization, as Bearer ABCD-EFGH-JKLM."),
            headers={"WWW-Authenticate": 'Bearer realm="case"'},
        )
    proof: dict[str, Any] = {}
    access.grant_requester(proof, case, now=call.now)
    return proof


def _code(call: Call) -> str:
    given = call.request.headers.get("Authorization", "")
    return given[len(SCHEME) :].strip()[:40] if given[: len(SCHEME)].lower() == SCHEME else ""


def opened(proof: dict[str, Any], now: datetime) -> Submission:
    """The one case that a call has proved."""
    rows: QuerySet[Submission] = access.visible_to_requester(proof, now=now)
    return rows.select_related("city", "office", "dataset__office", "dataset__city").get()


def read(call: Call) -> Answer:
    """The case."""
    case = opened(proof_of(call, call.path["reference"]), call.now)
    return Answer(case_document(case, call.link, now=call.now))


def file(call: Call) -> FileResponse:
    """A file of the case, as a download."""
    proof = proof_of(call, call.path["reference"])
    number = call.path["file"]
    rows = access.files_for_requester(proof, now=call.now)
    found = rows.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 18 else None
    path = path_of(found.sha256) if found else None
    if found is None or path is None or not path.exists():
        raise Problem("not-found", _("There is no such file, or it is not for you."))
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=found.name, content_type=found.content_type
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response


# -- acts

Act = Callable[[Submission, dict[str, Any], Sequence[StoredFile], datetime], Any]


def _written(act: Callable[..., Any]) -> Act:
    return lambda case, values, files, now: act(
        case, body=values["body"], files=files, now=now, revision=values["revision"]
    )


def _answered(case: Submission, values: dict[str, Any], files: Sequence[StoredFile], now: datetime) -> None:
    conversation.answer(
        case,
        body=values["body"],
        files=files,
        now=now,
        revision=values["revision"],
        declined=values["declined"],
    )


ACTS: dict[str, tuple[type[SeenForm], Act]] = {
    "answer": (WriteForm, _answered),
    "message": (WriteForm, _written(conversation.message)),
    "follow_up": (WriteForm, _written(conversation.follow_up)),
    "withdraw": (
        WithdrawForm,
        lambda case, values, files, now: conversation.withdraw(
            case, reason=values["reason"], now=now, revision=values["revision"]
        ),
    ),
    "statement": (
        SeenForm,
        lambda case, values, files, now: conversation.request_statement(
            case, now=now, revision=values["revision"]
        ),
    ),
}
"""Name of an operation -> the form of the page, and the act."""


def act(call: Call) -> Answer:
    """Does the act of the operation; the case as it stands afterwards."""
    proof = proof_of(call, call.path["reference"])
    case = opened(proof, call.now)
    form_class, does = ACTS[call.operation.takes]
    form = form_class(call.data, call.files)
    if not form.is_valid():
        raise invalid(errors_of(form))
    values = {**form.cleaned_data, "declined": call.data.get("declined") == "true"}
    if "body" in values and not values["body"].strip() and not values["declined"]:
        raise invalid({"body": [_("Write what you want to say, then send.")]})
    try:
        does(case, values, form.stored if isinstance(form, WriteForm) else (), call.now)
    except NotAllowed as refused:
        raise Problem("not-allowed", str(refused)) from None
    return Answer(case_document(opened(proof, call.now), call.link, now=call.now))


def _act(name: str, path: str, summary: Any, told: Any, schema: str, *, files: bool = True) -> Operation:
    return Operation(
        name,
        TAG,
        f"cases/{{reference}}/{path}",
        summary,
        told,
        act,
        "Case",
        method="POST",
        body=Body(schema, files=files),
        code="required",
        problems=("not-allowed",),
        takes=name,
    )


OWN_OPERATIONS: Sequence[Operation] = (
    Operation(
        "case",
        TAG,
        "cases/{reference}",
        gettext_lazy("Read your case"),
        gettext_lazy(
            "Status, offices, clocks with why, what happened, messages and files, and what you can do."
        ),
        read,
        "Case",
        code="required",
    ),
    Operation(
        "case_file",
        TAG,
        "cases/{reference}/files/{file}",
        gettext_lazy("Get a file of your case"),
        gettext_lazy("The file itself, always as a download."),
        file,
        "",
        code="required",
    ),
    _act(
        "answer",
        "answer",
        gettext_lazy("Answer a question"),
        gettext_lazy("Answers what the office asked, or declines to: a stopped clock runs again."),
        "AnswerSent",
    ),
    _act(
        "message",
        "message",
        gettext_lazy("Write to the office"),
        gettext_lazy("A word to the office. It moves no clock."),
        "MessageSent",
    ),
    _act(
        "follow_up",
        "follow-up",
        gettext_lazy("Follow up in writing"),
        gettext_lazy("Where nobody has acknowledged the case and the city's rules provide it."),
        "MessageSent",
    ),
    _act(
        "withdraw",
        "withdraw",
        gettext_lazy("Withdraw"),
        gettext_lazy("Takes the submission back. It cannot be undone."),
        "Withdrawal",
        files=False,
    ),
    _act(
        "statement",
        "statement",
        gettext_lazy("Ask for a written statement of a denial"),
        gettext_lazy("Where the city's law gives one on request: its clock starts."),
        "StatementWanted",
        files=False,
    ),
)
