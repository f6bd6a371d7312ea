"""A whole city file as one frozen dataclass, with its worked examples.

Alone responsible for knowing which tables a file may have and how their rows are called in messages.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from portals.city_toml.entries import (
    NOTHING,
    AppealEntry,
    CitationEntry,
    CityFacts,
    ClearanceEntry,
    ClockEntry,
    ClosedYearEntry,
    DenialEntry,
    EmptyRoleEntry,
    ExemptionEntry,
    FeeEntry,
    FlagEntry,
    MeasureEntry,
    OfficeEntry,
    ParagraphsEntry,
    ProvisionEntry,
    RouteEntry,
    StepEntry,
    TargetsEntry,
    ViolationEntry,
    entry,
    flag_id,
)
from portals.city_toml.reading import WRONG, Report, date, flag, key, many, money, one_of, table, text, word
from portals.vocabulary import ClockEvent, Milestone, SubmissionKind


@entry
class ExpectedDeadline:
    milestone: Milestone = key(word(Milestone))
    due_on: dt.date | None = key(date, None)
    acts_on: dt.date | None = key(date, None)
    extendable_to: dt.date | None = key(date, None)
    state: str = key(one_of("open", "met", "paused", "not_specified"), "")


def _events(value: Any, path: str, report: Report) -> Any:
    """Event -> list of ISO strings, exactly as `explain deadlines --event NAME=...` takes them."""
    if not isinstance(value, dict):
        report(path, "must be a table of clock events")
        return WRONG
    event_named = word(ClockEvent)
    known = [(name, event_named(name, f"{path}.{name}", report), given) for name, given in value.items()]
    if any(event is WRONG for _name, event, _value in known):
        return WRONG
    written: list[tuple[ClockEvent, str]] = []
    for name, event, moments in known:
        for moment in moments if isinstance(moments, list) else [moments]:
            if not isinstance(moment, str | dt.date):
                report(f"{path}.{name}", "must be a date, a date-time with offset, or a list of these")
                return WRONG
            written.append((event, moment if isinstance(moment, str) else moment.isoformat()))
    return tuple(written)


@entry
class ExampleEntry:
    title: str = key(text(300))
    kind: SubmissionKind = key(word(SubmissionKind))
    flags: tuple[str, ...] = key(many(flag_id), NOTHING)
    dataset: bool = key(flag, True)
    events: tuple[tuple[ClockEvent, str], ...] = key(_events, NOTHING)
    fee: Decimal | None = key(money, None)
    lead: str = key(text(80), "")
    together: tuple[str, ...] = key(many(text(80)), NOTHING)
    informed: tuple[str, ...] = key(many(text(80)), NOTHING)
    deadlines: tuple[ExpectedDeadline, ...] = key(many(table(ExpectedDeadline)), NOTHING)


ONE: dict[str, type[Any]] = {"city": CityFacts, "targets": TargetsEntry, "paragraphs": ParagraphsEntry}
"""Tables that stand once."""
SEVERAL: dict[str, type[Any]] = {
    "citation": CitationEntry,
    "office": OfficeEntry,
    "empty_role": EmptyRoleEntry,
    "provision": ProvisionEntry,
    "closed_days": ClosedYearEntry,
    "clock": ClockEntry,
    "flag": FlagEntry,
    "route": RouteEntry,
    "measure": MeasureEntry,
    "violation": ViolationEntry,
    "escalation_step": StepEntry,
    "appeal_route": AppealEntry,
    "fee_rule": FeeEntry,
    "denial_rule": DenialEntry,
    "exemption": ExemptionEntry,
    "clearance": ClearanceEntry,
    "example": ExampleEntry,
}
"""Tables that may stand several times."""
VERSIONED = ("clock", "route", "escalation_step", "appeal_route", "provision")
"""Tables in which an id may stand several times, each with its own time."""


@entry
class CityFile:
    """One file, read. `broken` names the tables in which something was wrong and is left out."""

    city: CityFacts | None = None
    targets: TargetsEntry = TargetsEntry()
    paragraphs: ParagraphsEntry = ParagraphsEntry()
    citation: tuple[CitationEntry, ...] = ()
    office: tuple[OfficeEntry, ...] = ()
    empty_role: tuple[EmptyRoleEntry, ...] = ()
    provision: tuple[ProvisionEntry, ...] = ()
    closed_days: tuple[ClosedYearEntry, ...] = ()
    clock: tuple[ClockEntry, ...] = ()
    flag: tuple[FlagEntry, ...] = ()
    route: tuple[RouteEntry, ...] = ()
    measure: tuple[MeasureEntry, ...] = ()
    violation: tuple[ViolationEntry, ...] = ()
    escalation_step: tuple[StepEntry, ...] = ()
    appeal_route: tuple[AppealEntry, ...] = ()
    fee_rule: tuple[FeeEntry, ...] = ()
    denial_rule: tuple[DenialEntry, ...] = ()
    exemption: tuple[ExemptionEntry, ...] = ()
    clearance: tuple[ClearanceEntry, ...] = ()
    example: tuple[ExampleEntry, ...] = ()
    broken: frozenset[str] = frozenset()
    written_ids: frozenset[tuple[str, str]] = frozenset()

    def lacks(self, table_name: str, wanted: str) -> bool:
        """Whether an id is referred to that stands nowhere in the file, not even in a wrong entry."""
        return bool(wanted) and (table_name, wanted) not in self.written_ids

    def path_of(self, table_name: str, row: Any) -> str:
        """`clock[portland-completion]`, with its first day where several versions stand in the file."""
        namesakes = [other for other in getattr(self, table_name) if name_of(other) == name_of(row)]
        dated = len(namesakes) > 1 and getattr(row, "effective_from", None)
        return f"{table_name}[{name_of(row)}{f'@{row.effective_from}' if dated else ''}]"


def name_of(row: Any) -> str:
    """What a row of a table is called in messages."""
    if isinstance(row, EmptyRoleEntry):
        return str(row.role)
    if isinstance(row, ClosedYearEntry):
        return str(row.year)
    return str(row.title if isinstance(row, ExampleEntry) else row.id)


def overlap(one: Any, other: Any) -> bool:
    """Whether two rules hold on a common day. `effective_to` is the last day on which one holds."""
    first = max(one.effective_from or dt.date.min, other.effective_from or dt.date.min)
    last = min(one.effective_to or dt.date.max, other.effective_to or dt.date.max)
    return bool(first <= last)
