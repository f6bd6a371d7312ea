"""The tables of a city file as frozen dataclasses: which keys each has and how each value is read.

Alone responsible for the form of one entry by itself; docs/city-file.md is its text. What entries want of
each other is in `checks`. Names follow the file, `from` excepted (`from_`).
"""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any, TypeVar, dataclass_transform

from portals.city_toml.reading import (
    colour,
    date,
    flag,
    ident,
    key,
    many,
    money,
    one_of,
    pattern,
    table,
    text,
    url,
    whole,
    word,
)
from portals.vocabulary import (
    ClockEvent,
    Confidence,
    DayUnit,
    FeeCircumstance,
    FeeRuleKind,
    Figure,
    Layer,
    MeasureEffect,
    Milestone,
    Offense,
    OfficeRole,
    Outcome,
    ProvisionStatus,
    Relation,
    Roll,
    StepAction,
    SubmissionKind,
    Topic,
)

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True)
def entry(table: type[T]) -> type[T]:
    """A frozen dataclass made by keyword, as every table of the file is."""
    return dataclasses.dataclass(frozen=True, slots=True, kw_only=True)(table)


NOTHING: tuple[Any, ...] = ()
file_layer = word(Layer, without=[Layer.CONFIRMED])
"""What staff of a city confirm never stands in its file."""
flag_id = pattern(r"(?!.{81})[a-z0-9]+([_-][a-z0-9]+)*", "an id of lower-case letters, digits, `-` and `_`")


@entry
class CityFacts:
    slug: str = key(pattern(r"[a-z0-9]+(-[a-z0-9]+)*", "lower-case letters, digits and hyphens"))
    name: str = key(text(100))
    state: str = key(pattern("[A-Z]{2}", 'two capital letters like "WA"'))
    state_name: str = key(text(50))
    time_zone: str = key(text(50))
    prefix: str = key(pattern("[A-Z]{3}", 'three capital letters like "KNT"'))
    accent: str = key(colour)
    accent_dark: str = key(colour)
    portal_name: str = key(text(200))
    portal_url: str = key(url)
    catalog_url: str = key(url, "")
    checked_on: dt.date = key(date)
    closing_time: str = key(pattern(r"([01]\d|2[0-3]):[0-5]\d|", 'a time like "17:00", or ""'), "")
    introduction: str = key(text(), "")


@entry
class CitationEntry:
    id: str = key(ident)
    label: str = key(text(200))
    title: str = key(text(300))
    url: str = key(url, "")
    layer: Layer = key(file_layer)
    confidence: Confidence = key(word(Confidence), Confidence.HIGH)


@entry
class OfficeEntry:
    id: str = key(ident)
    name: str = key(text(200))
    roles: tuple[OfficeRole, ...] = key(many(word(OfficeRole)), NOTHING)
    publishes: bool = key(flag, False)
    aliases: tuple[str, ...] = key(many(text(300)), NOTHING)
    outside: bool = key(flag, False)
    note: str = key(text(blank=True), "")
    citation: str = key(ident, "")


@entry
class EmptyRoleEntry:
    role: OfficeRole = key(word(OfficeRole))
    because: str = key(text())
    citation: str = key(ident, "")


@entry
class ProvisionEntry:
    id: str = key(ident)
    rows: tuple[str, ...] = key(many(text(20)), NOTHING)
    topic: Topic = key(word(Topic))
    statement: str = key(text())
    figures: tuple[Figure, ...] = key(many(word(Figure)), NOTHING)
    status: ProvisionStatus = key(word(ProvisionStatus))
    layer: Layer = key(file_layer)
    citation: str = key(ident)
    confirm_with: str = key(ident, "")
    effective_from: dt.date | None = key(date, None)
    effective_to: dt.date | None = key(date, None)


@entry
class ClosedDayEntry:
    on: dt.date = key(date)
    name: str = key(text(100))


@entry
class ClosedYearEntry:
    year: int = key(whole(1900, 2200))
    citation: str = key(ident)
    note: str = key(text(blank=True), "")
    complete: bool = key(flag, True)
    days: tuple[ClosedDayEntry, ...] = key(many(table(ClosedDayEntry)))


@entry
class ExtensionEntry:
    limit: int = key(whole(1))
    unit: DayUnit = key(word(DayUnit))
    from_: str = key(one_of("start", "due"), "due", name="from")
    total: int | None = key(whole(1), None)
    event: ClockEvent = key(word(ClockEvent), ClockEvent.EXTENSION_NOTIFIED)
    citation: str = key(ident, "")


@entry
class CapEntry:
    starts_on: tuple[ClockEvent, ...] = key(many(word(ClockEvent), least=1))
    count: int = key(whole(1))
    unit: DayUnit = key(word(DayUnit))


@entry
class SilenceEntry:
    citation: str = key(ident)
    because: str = key(text())


@entry
class ClockEntry:
    id: str = key(ident)
    kinds: tuple[SubmissionKind, ...] = key(many(word(SubmissionKind), least=1))
    milestone: Milestone = key(word(Milestone))
    starts_on: tuple[ClockEvent, ...] = key(many(word(ClockEvent), least=1), NOTHING)
    pick: str = key(one_of("preferred", "latest"), "preferred")
    after: str = key(ident, "")
    status: str = key(one_of("stated", "not_specified"), "stated")
    count: int | None = key(whole(1), None)
    unit: DayUnit | None = key(word(DayUnit), None)
    roll: Roll = key(word(Roll), Roll.NONE)
    met_by: tuple[ClockEvent, ...] = key(many(word(ClockEvent)), NOTHING)
    ended_by: tuple[ClockEvent, ...] = key(many(word(ClockEvent)), NOTHING)
    paused_by: tuple[str, ...] = key(many(one_of("clarification", "fee")), NOTHING)
    extension: ExtensionEntry | None = key(table(ExtensionEntry), None)
    cap: CapEntry | None = key(table(CapEntry), None)
    fee_over: Decimal | None = key(money, None)
    fee_up_to: Decimal | None = key(money, None)
    acts: bool = key(flag, False)
    silence: SilenceEntry | None = key(table(SilenceEntry), None)
    route: str = key(ident, "")
    layer: Layer = key(file_layer)
    citation: str = key(ident)
    because: str = key(text())
    confirm_with: str = key(ident, "")
    effective_from: dt.date | None = key(date, None)
    effective_to: dt.date | None = key(date, None)


@entry
class TargetsEntry:
    acknowledge_within: int = key(whole(1, 250), 3)
    remind_lead_after: int = key(whole(1, 250), 2)
    undo_hours: int = key(whole(0, 720), 24)
    unclaimed_after: int = key(whole(1, 250), 3)
    citation: str = key(ident, "")


@entry
class FlagEntry:
    id: str = key(flag_id)
    kinds: tuple[SubmissionKind, ...] = key(many(word(SubmissionKind), least=1))
    question: str = key(text(300))
    help: str = key(text(blank=True), "")


@entry
class RouteEntry:
    id: str = key(ident)
    kind: SubmissionKind = key(word(SubmissionKind))
    relation: Relation = key(word(Relation))
    role: OfficeRole | None = key(word(OfficeRole), None)
    office: str = key(ident, "")
    flags: tuple[str, ...] = key(many(flag_id), NOTHING)
    unless_flags: tuple[str, ...] = key(many(flag_id), NOTHING)
    when_dataset: bool | None = key(flag, None)
    layer: Layer = key(file_layer)
    citation: str = key(ident)
    because: str = key(text())
    status: str = key(one_of("stated", "not_specified"), "stated")
    effective_from: dt.date | None = key(date, None)
    effective_to: dt.date | None = key(date, None)


@entry
class MeasureEntry:
    id: str = key(ident)
    name: str = key(text(200))
    statement: str = key(text())
    citation: str = key(ident)
    order: int | None = key(whole(1), None)
    offense: Offense | None = key(word(Offense), None)
    acts: MeasureEffect = key(word(MeasureEffect), MeasureEffect.NONE)


@entry
class ViolationEntry:
    id: str = key(ident)
    name: str = key(text(200))
    outcome: str = key(text(blank=True), "")
    citation: str = key(ident)


@entry
class StepEntry:
    """One step of the ladder. It has no id of its own: its step and kinds name it."""

    step: int = key(whole(1, 50))
    after: int = key(whole(1, 1000))
    action: StepAction = key(word(StepAction))
    to: str = key(text(90))
    if_leading: str = key(text(90), "")
    kinds: tuple[SubmissionKind, ...] = key(many(word(SubmissionKind), least=1), NOTHING)
    layer: Layer = key(file_layer)
    after_layer: Layer = key(file_layer, Layer.OFFICE_TARGET)
    citation: str = key(ident)
    because: str = key(text())
    repeat_every: int | None = key(whole(1, 1000), None)
    offered_to_requester: bool = key(flag, False)
    clock_after: int | None = key(whole(1, 1000), None)
    effective_from: dt.date | None = key(date, None)
    effective_to: dt.date | None = key(date, None)

    @property
    def id(self) -> str:
        """`step-2`, or with kinds `step-2-er-mr`: the initials of the kinds, in their usual order."""
        order = list(SubmissionKind)
        initials = [
            "".join(part[0] for part in kind.split("_")) for kind in sorted(self.kinds, key=order.index)
        ]
        return "-".join([f"step-{self.step}", *initials])


@entry
class AppealEntry:
    id: str = key(ident)
    name: str = key(text(200))
    decides: str = key(text(300))
    office: str = key(ident, "")
    inside: bool = key(flag, False)
    available: bool = key(flag, True)
    kinds: tuple[SubmissionKind, ...] = key(many(word(SubmissionKind), least=1))
    grounds: tuple[str, ...] = key(
        many(one_of("denial", "silence", "fee_waiver", "estimate", "handling")), NOTHING
    )
    unless: tuple[str, ...] = key(many(one_of("elected_official", "commercial")), NOTHING)
    after: str = key(ident, "")
    steps: str = key(text(blank=True), "")
    layer: Layer = key(file_layer)
    citation: str = key(ident)
    status: ProvisionStatus = key(word(ProvisionStatus), ProvisionStatus.STATED)
    confirm_with: str = key(ident, "")
    because: str = key(text(blank=True), "")
    effective_from: dt.date | None = key(date, None)
    effective_to: dt.date | None = key(date, None)


@entry
class FeeEntry:
    id: str = key(ident)
    rows: tuple[str, ...] = key(many(text(20)), NOTHING)
    statement: str = key(text())
    kind: FeeRuleKind | None = key(word(FeeRuleKind), None)
    kinds: tuple[SubmissionKind, ...] = key(
        many(word(SubmissionKind), least=1), (SubmissionKind.RECORDS_REQUEST,)
    )
    item: str = key(text(200, blank=True), "")
    amount: Decimal | None = key(money, None)
    per: str = key(text(100, blank=True), "")
    limit: Decimal | None = key(money, None)
    percent: int | None = key(whole(1, 100), None)
    when: tuple[FeeCircumstance, ...] = key(many(word(FeeCircumstance), least=1), NOTHING)
    condition: str = key(ident, "")
    layer: Layer = key(file_layer)
    citation: str = key(ident)
    status: ProvisionStatus = key(word(ProvisionStatus), ProvisionStatus.STATED)
    confirm_with: str = key(ident, "")
    effective_from: dt.date | None = key(date, None)
    effective_to: dt.date | None = key(date, None)


_REQUIRES = ("reasons", "exemption", "explanation", "names_and_titles", "review_notice", "on_request_only")


@entry
class DenialEntry:
    id: str = key(ident)
    rows: tuple[str, ...] = key(many(text(20)), NOTHING)
    statement: str = key(text())
    requires: tuple[str, ...] = key(many(one_of(*_REQUIRES)), NOTHING)
    layer: Layer = key(file_layer)
    citation: str = key(ident)
    status: ProvisionStatus = key(word(ProvisionStatus), ProvisionStatus.STATED)
    confirm_with: str = key(ident, "")


@entry
class ExemptionEntry:
    id: str = key(ident)
    name: str = key(text(200))
    statement: str = key(text())
    kinds: tuple[SubmissionKind, ...] = key(
        many(word(SubmissionKind), least=1), (SubmissionKind.RECORDS_REQUEST,)
    )
    layer: Layer = key(word(Layer))
    citation: str = key(ident)
    status: ProvisionStatus = key(word(ProvisionStatus), ProvisionStatus.STATED)
    confirm_with: str = key(ident, "")
    effective_from: dt.date | None = key(date, None)
    effective_to: dt.date | None = key(date, None)


@entry
class ClearanceEntry:
    id: str = key(ident)
    kinds: tuple[SubmissionKind, ...] = key(
        many(word(SubmissionKind), least=1), (SubmissionKind.RECORDS_REQUEST,)
    )
    outcomes: tuple[Outcome, ...] = key(many(word(Outcome), least=1))
    role: OfficeRole = key(word(OfficeRole))
    statement: str = key(text())
    layer: Layer = key(word(Layer))
    citation: str = key(ident)


@entry
class ParagraphsEntry:
    greeting: str = key(text(2000, blank=True), "")
    closing: str = key(text(2000, blank=True), "")
    acknowledgement: str = key(text(2000, blank=True), "")
    escalated: str = key(text(2000, blank=True), "")
    determined: str = key(text(2000, blank=True), "")
