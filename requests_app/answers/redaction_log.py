"""The log of what is withheld: which document, which place, by which law, and why.

Rows are the office's own until they go out with a release. The log is given out as a table that a
spreadsheet opens without running anything of it.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portals.models import User
from requests_app.answers.case_parts import part_of
from requests_app.lifecycle import NotAllowed, apply, locked
from requests_app.models import Action, Event, Submission, Withheld

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet take a cell for a formula, full-width signs included."""


@dataclass(frozen=True)
class Row:
    """One row as it is typed. `part` is a number, or None where the case has no parts or it is of no part."""

    document: str
    place: str
    law: str
    why: str = ""
    part: int | None = None


def wrong_with(rows: Sequence[Row]) -> dict[str, str]:
    """`document-0`, `place-0`, ... -> sentence for what a row lacks."""
    found = {}
    for place, row in enumerate(rows):
        if not row.document.strip():
            found[f"document-{place}"] = _("Name the file or document.")
        if not row.place.strip():
            found[f"place-{place}"] = _("Say where in it: a page, a cell, or the whole document.")
        if not row.law.strip():
            found[f"law-{place}"] = _("Name the exemption with its citation.")
    return found


def log(
    submission: Submission, rows: Sequence[Row], *, by: User, now: datetime, revision: int | None = None
) -> list[Withheld]:
    """Write down what is withheld; the requester sees it with the next release. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if not rows:
            raise NotAllowed(_("Write at least one row."))
        if wrong := wrong_with(rows):
            raise NotAllowed(" ".join(dict.fromkeys(wrong.values())))
        parts = {one.part: part_of(row, one.part) if one.part else None for one in rows}
        told = next((part for part in parts.values() if part and part.release_id), None)
        if told:
            raise NotAllowed(
                _("Part %(number)d was told already. Choose no part: the row goes out with the next release.")
                % {"number": told.number}
            )
        apply(row, Action.LOG_WITHHELD, now=now, by=by, data={"rows": len(rows)}, public=False)
        return Withheld.objects.bulk_create(
            Withheld(
                submission=row,
                part=parts[one.part],
                document=one.document,
                place=one.place,
                law=one.law,
                why=one.why,
                at=now,
                by=by,
                by_name=str(by)[:200],
            )
            for one in rows
        )


def drop(submission: Submission, key: int, *, by: User, now: datetime, revision: int | None = None) -> Event:
    """Remove a row that the requester has not seen. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        found = Withheld.objects.filter(submission=row, pk=key).first()
        if found is None:
            raise NotAllowed(_("There is no such row."))
        if found.release_id:
            raise NotAllowed(_("The requester has this row already, so it stays."))
        data = {"document": found.document, "place": found.place, "law": found.law, "rows": 1}
        event = apply(row, Action.LOG_DROP, now=now, by=by, data=data, public=False)
        found.delete()
    return event


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: what looks like one gets an apostrophe before it."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) or text.startswith(FORMULA) else text


HEADINGS = ("number", "part", "document", "place", "exemption", "why")


def as_csv(rows: Iterable[Withheld]) -> str:
    """The log as CSV with a heading line; UTF-8 with a mark at its start, for spreadsheets."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(HEADINGS)
    for number, row in enumerate(rows, start=1):
        part = str(row.part.number) if row.part and not row.part.whole else ""
        cells = (str(number), part, row.document, row.place, row.law, row.why)
        writer.writerow([safe_cell(cell) for cell in cells])
    return "\ufeff" + target.getvalue()
