"""A question about dates or offices as somebody writes it, and the answer as a document.

Alone responsible for `explain deadlines` and `explain route`: the command and the API both ask here, so that
neither can answer otherwise than the other. Reads only.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from portals.clocks import ContradictoryEvents, Happening, NotEntered, receipt_day
from portals.clockwork.event_text import read_date, read_event
from portals.explained import deadline_document, route_document
from portals.models import Dataset
from portals.routes import OfficeRef
from portals.rulebook import Rulebook
from portals.vocabulary import SubmissionKind


class NotAnswerable(ValueError):
    """A part of a question is wrong: `part` names it, the message says what was written and why it is."""

    def __init__(self, part: str, told: str) -> None:
        super().__init__(told)
        self.part = part


def deadlines_asked(
    book: Rulebook, kind: str, written: Iterable[str], *, fee: str | None = None
) -> dict[str, Any]:
    """The deadlines that these events (`NAME=ISO`) give; `fee` is in dollars. Raises NotAnswerable."""
    _known_kind(kind)
    happened = _happenings(written)
    received_on = receipt_day(happened, book.time_zone)
    if received_on is None:
        told = _("is missing: give at least one, for example %(example)s")
        raise NotAnswerable("event", told % {"example": "received=2026-06-04"})
    try:
        found = book.deadlines(kind, happened, received_on=received_on, fee=_amount(fee))
    except (NotEntered, ContradictoryEvents) as error:
        raise NotAnswerable("event", str(error)) from None
    except OverflowError:
        raise NotAnswerable("event", _("a deadline would lie beyond the year 9999")) from None
    return {"city": book.slug, "kind": kind, "deadlines": [deadline_document(one) for one in found]}


def route_asked(
    book: Rulebook,
    kind: str,
    *,
    today: date,
    on: str | None = None,
    dataset: str | None = None,
    no_dataset: bool = False,
    flags: Iterable[str] = (),
) -> dict[str, Any]:
    """Who acts on what is received `on` an ISO date (a city date; `today` where none is given), is informed
    and comes next. `dataset` is an identifier. Raises NotAnswerable."""
    _known_kind(kind)
    flags = frozenset(flags)
    known = [flag.key for flag in book.flags_of(kind)]
    for flag in sorted(flags - set(known)):
        told = _("%(flag)s: unknown for %(kind)s here; known: %(known)s")
        words = {"flag": flag, "kind": kind, "known": ", ".join(known) or _("none")}
        raise NotAnswerable("flag", told % words)
    if dataset and no_dataset:
        raise NotAnswerable("dataset", _("and no dataset at all: only one of them can be given"))
    answer = book.route(
        kind,
        on=_day(on) if on else today,
        dataset_office=_publisher(book, dataset),
        flags=flags,
        dataset=not no_dataset,
    )
    return {"city": book.slug, "kind": kind, **route_document(answer)}


def _known_kind(kind: str) -> None:
    if kind not in SubmissionKind.values:
        told = _("%(kind)s: unknown kind; known: %(known)s")
        raise NotAnswerable("kind", told % {"kind": kind, "known": ", ".join(SubmissionKind.values)})


def _happenings(written: Iterable[str]) -> list[Happening]:
    try:
        return [read_event(event) for event in written]
    except ValueError as error:
        raise NotAnswerable("event", str(error)) from None


def _amount(written: str | None) -> Decimal | None:
    if written is None:
        return None
    try:
        amount = Decimal(written)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        told = _("%(written)s: is not an amount in dollars like 25 or 0.10")
        raise NotAnswerable("fee", told % {"written": written})
    return amount


def _day(written: str) -> date:
    try:
        return read_date("", written)
    except ValueError as error:
        raise NotAnswerable("on", str(error).removeprefix("=")) from None


def _publisher(book: Rulebook, identifier: str | None) -> OfficeRef | None:
    if identifier is None:
        return None
    rows = Dataset.objects.select_related("office")
    dataset = rows.filter(city_id=book.city_id, identifier=identifier).first()
    if dataset is None:
        told = _("%(identifier)s: %(city)s has no dataset with this identifier")
        raise NotAnswerable("dataset", told % {"identifier": identifier, "city": book.name})
    return book.office_ref(dataset.office)
