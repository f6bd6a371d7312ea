"""Checks that nothing was changed behind the software's back: the event chains, the files, the rows."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from portals import setup_log
from portals.models import ApiKey, City, Dataset, DatasetTakedown
from portals.soda.store import tables
from requests_app.attachments.files import path_of
from requests_app.lifecycle import AT_WORK
from requests_app.models import Attachment, Event, MeasureTaken, Submission
from requests_app.models.kinds import DETAILS
from requests_app.preservation import append_only, case_zip


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: which check, which case or file, and a sentence."""

    check: str
    subject: str
    message: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def verify(*, now: datetime | None = None) -> Iterator[Finding]:
    """All findings; none when everything belongs together. Reads only, in constant memory.

    With `now` (UTC) also table files that no row speaks of, but those replaced in the last hour.
    """
    yield from _triggers()
    yield from _chains()
    yield from _ends_of_chains()
    yield from _setup_chains()
    yield from _details()
    yield from _offices_and_deadlines()
    yield from _files()
    yield from _held_keys()
    yield from _taken_down()
    for subject, message in tables.wrong(now=now):
        yield Finding("table", subject, message)


def _held_keys() -> Iterator[Finding]:
    """A key works exactly while no measure in force holds it."""
    holding = MeasureTaken.objects.filter(key=OuterRef("pk"), lifted_at=None)
    held = ApiKey.objects.annotate(is_held=Exists(holding))
    for key in held.filter(Q(is_held=True, status="active") | Q(is_held=False) & ~Q(status="active")):
        yield Finding("api_key", key.prefix, _("The state of the key is not that of the measures in force."))


def _taken_down() -> Iterator[Finding]:
    """Data is off exactly while a takedown of its dataset has not ended."""
    open_rows = DatasetTakedown.objects.filter(dataset=OuterRef("pk"), restored_at=None)
    rows = Dataset.objects.annotate(is_down=Exists(open_rows)).only("identifier")
    for row in rows.filter(
        Q(is_down=True, withheld_since=None) | Q(is_down=False, withheld_since__isnull=False)
    ):
        yield Finding("takedown", row.identifier, _("The dataset does not follow its takedowns."))


def _triggers() -> Iterator[Finding]:
    for name in append_only.missing(connection):
        yield Finding("append_only", name, _("The trigger that keeps the event log append-only is missing."))


def _chains() -> Iterator[Finding]:
    """Walk each chain in order; the first broken link of a case is named."""
    case, number, previous, broken = 0, 0, "", False
    events = Event.objects.select_related("submission").order_by("submission_id", "sequence")
    for event in events.iterator(chunk_size=2000):
        if event.submission_id != case:
            case, number, previous, broken = event.submission_id, 0, "", False
        number += 1
        if broken:
            continue
        reason = ""
        if event.sequence != number:
            reason = _("Event %(number)d is missing.") % {"number": number}
        elif event.previous_hash != previous:
            reason = _("Event %(number)d does not follow the event before it.") % {"number": number}
        elif event.hash != event.computed_hash():
            reason = _("Event %(number)d was changed.") % {"number": number}
        previous = event.hash
        if reason:
            broken = True
            yield Finding("event_chain", event.submission.reference, reason)


def _ends_of_chains() -> Iterator[Finding]:
    last = Event.objects.filter(submission=OuterRef("pk")).order_by("-sequence")
    cases = Submission.objects.annotate(
        real_length=Coalesce(Subquery(last.values("sequence")[:1]), 0),
        real_head=Subquery(last.values("hash")[:1]),
    )
    for case in cases.order_by("pk").iterator(chunk_size=2000):
        if (case.chain_length, case.chain_head) != (case.real_length, case.real_head or ""):
            yield Finding(
                "event_chain",
                case.reference,
                _("The case says it has %(said)d events; %(found)d are there, or the last was changed.")
                % {"said": case.chain_length, "found": case.real_length},
            )


def _setup_chains() -> Iterator[Finding]:
    for city in City.objects.order_by("slug"):
        for number in setup_log.broken(city):
            message = _("Change %(number)d of the city's setup is missing, was changed or is out of place.")
            yield Finding("setup_chain", city.slug, message % {"number": number})


def _details() -> Iterator[Finding]:
    for kind, model in DETAILS.items():
        name = model._meta.model_name
        for reference in Submission.objects.filter(kind=kind, **{f"{name}__isnull": True}).values_list(
            "reference", flat=True
        ):
            yield Finding("details", reference, _("What this kind adds is missing."))


def _offices_and_deadlines() -> Iterator[Finding]:
    for case in Submission.objects.select_related("office").exclude(office__city=F("city")):
        yield Finding("office", case.reference, _("The case is with an office of another city."))
    bare = Submission.objects.filter(status__in=AT_WORK, deadlines__isnull=True)
    for reference in bare.values_list("reference", flat=True):
        yield Finding("deadline", reference, _("An open case has no deadline, not even an unspecified one."))


def _files() -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for sha256, reference in Attachment.objects.order_by("sha256").values_list(
        "sha256", "submission__reference"
    ):
        if sha256 not in seen:
            seen[sha256] = _wrong_with(sha256)
        if seen[sha256]:
            yield Finding("file", reference, seen[sha256])


def _wrong_with(sha256: str) -> str:
    path = path_of(sha256)
    if not path.exists():
        return _("The file %(name)s is missing from the store.") % {"name": sha256[:12]}
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    if digest.hexdigest() != sha256:
        return _("The content of file %(name)s was changed.") % {"name": sha256[:12]}
    return ""


def verify_case_file(path: Path) -> Iterator[Finding]:
    """What is wrong with a case file: with itself, and against the case as it is kept here. A case that has
    gone on since is as it was up to then. Raises OSError."""
    checked = case_zip.check(path)
    subject = str(checked.manifest.get("reference", path.name))
    for sentence in checked.wrong:
        yield Finding("case_file", subject, sentence)
    if checked.wrong:
        return
    case = Submission.objects.filter(reference=subject).first()
    if case is None:
        yield Finding("case_file", subject, _("There is no such case here to compare it with."))
        return
    chain = checked.manifest["chain"]
    kept = dict(case.events.values_list("sequence", "hash"))
    told = {event["sequence"]: event["hash"] for event in checked.events} or {chain["length"]: chain["head"]}
    for number, value in told.items():
        if kept.get(number) != value:
            said = {"number": number}
            yield Finding("case_file", subject, _("Event %(number)d is another one here.") % said)
            return
