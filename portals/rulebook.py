"""The rules of a city as the pure modules want them, read from the tables once a version.

Alone responsible for the way from rows to `clocks`, `routes` and `business_days`, and for the cache in this
process. The cache is keyed by city and version: whoever changes a rule, an office or a closed day calls
`mark_changed`, and the next request sees it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from portals.business_days import BusinessCalendar
from portals.city_calendar import calendar_of
from portals.clocks import (
    Cap,
    ClockRule,
    ComputedDeadline,
    Extension,
    Happening,
    Silence,
    acknowledgement_rule,
    compute,
    in_force,
    with_acknowledgement_target,
)
from portals.fee_terms import FeeTerm, FeeTerms
from portals.fee_terms import in_force as fees_in_force
from portals.models import (
    AppealRoute,
    Citation,
    City,
    Clock,
    EscalationStep,
    FeeRule,
    Office,
    Provision,
    Route,
)
from portals.routes import (
    EmptyRoleRule,
    OfficeRef,
    RouteAnswer,
    RouteBook,
    RoutePart,
    RouteRule,
    StepPart,
    StepRule,
    ladder,
    resolve,
)
from portals.rule_overrides import ACKNOWLEDGE, REMIND, Overrides
from portals.vocabulary import DayUnit, SubmissionKind


@dataclass(frozen=True)
class AppealRule:
    """One `[[appeal_route]]`. `confirm_with` is the name of the office; `citation` a label; `after` a key."""

    key: str
    name: str
    decides: str
    office: OfficeRef | None
    inside: bool
    available: bool
    kinds: tuple[str, ...]
    grounds: tuple[str, ...]
    unless: tuple[str, ...]
    steps: str
    because: str
    after: str
    layer: str
    citation: str
    citation_title: str
    citation_url: str
    status: str
    confirm_with: str
    effective_from: date | None
    effective_to: date | None


@dataclass(frozen=True)
class FlagRule:
    """One `[[flag]]`: a circumstance that the form of these kinds asks about."""

    key: str
    kinds: tuple[str, ...]
    question: str
    help: str


@dataclass(frozen=True)
class Rulebook:
    """All rules of one city, every version. Dates are city dates; `closing_time` moves none. `clocks` and the
    steps of `routes` have the versions that the city confirmed or set (`overrides`); `file_clocks`,
    `acknowledge_within` and `remind_lead_after` are as the city file has them."""

    city_id: int
    slug: str
    name: str
    time_zone: ZoneInfo
    version: int
    closing_time: time | None
    acknowledge_within: int
    remind_lead_after: int
    targets_citation: str
    targets_citation_title: str
    calendar: BusinessCalendar
    clocks: tuple[ClockRule, ...]
    routes: RouteBook
    appeals: tuple[AppealRule, ...]
    flags: tuple[FlagRule, ...]
    paragraphs: Mapping[str, str]
    fees: tuple[FeeTerm, ...]
    provisions: tuple[Provision, ...]
    file_clocks: tuple[ClockRule, ...]
    overrides: Overrides

    def city_date(self, moment: datetime) -> date:
        """The date in the city at an aware moment."""
        return moment.astimezone(self.time_zone).date()

    def clocks_for(self, kind: str, received_on: date) -> tuple[ClockRule, ...]:
        """The clocks that hold for a submission of `kind` received on `received_on`, the office's own target
        for acknowledging included."""
        return with_acknowledgement_target(
            in_force(self.clocks, kind, received_on),
            kind=kind,
            **self._target(received_on),
        )

    def acknowledgement_target(self, received_on: date) -> ClockRule:
        """The office's own target for acknowledging what is received on `received_on`, of any kind."""
        return acknowledgement_rule(kinds=tuple(SubmissionKind), **self._target(received_on))

    def _target(self, received_on: date) -> dict[str, Any]:
        row = self.overrides.target_row(ACKNOWLEDGE, received_on)
        if row is not None and row.value is not None:
            return {"within": row.value, "citation": "", "set_from": row.effective_from}
        label, title = self.targets_citation, self.targets_citation_title
        return {"within": self.acknowledge_within, "citation": label, "citation_title": title}

    def remind_after(self, received_on: date) -> int:
        """Business days until the lead is reminded of what was received on `received_on`."""
        return self.overrides.target(REMIND, received_on, self.remind_lead_after)

    def fees_for(self, kind: str, received_on: date) -> FeeTerms:
        """The fee rules that hold for a submission of `kind` received on `received_on`."""
        return fees_in_force(self.fees, kind, received_on)

    def deadlines(
        self,
        kind: str,
        happenings: list[Happening],
        *,
        received_on: date,
        fee: Decimal | None = None,
    ) -> list[ComputedDeadline]:
        """The deadlines of a submission of `kind`. Raises NotEntered and ContradictoryEvents."""
        return compute(
            self.clocks_for(kind, received_on),
            happenings,
            calendar=self.calendar,
            time_zone=self.time_zone,
            fee=fee,
            closing_time=self.closing_time,
        )

    def route(
        self,
        kind: str,
        *,
        on: date,
        dataset_office: OfficeRef | None = None,
        flags: frozenset[str] = frozenset(),
        dataset: bool | None = None,
    ) -> RouteAnswer:
        """Who acts on a submission of `kind` received on `on`; see `routes.resolve`."""
        return resolve(self.routes, kind, on=on, dataset_office=dataset_office, flags=flags, dataset=dataset)

    def escalation_steps(
        self, kind: str, *, lead: RoutePart | OfficeRef, dataset_office: OfficeRef | None = None, on: date
    ) -> tuple[StepPart, ...]:
        """The ladder for an unacknowledged item that is with `lead`; see `routes.ladder`."""
        return ladder(self.routes, kind, lead=lead, dataset_office=dataset_office, on=on)

    def appeal_routes(self, kind: str, on: date, ground: str = "") -> tuple[AppealRule, ...]:
        """The ways to have an answer to a `kind` reviewed that hold for what was received on `on`; those that
        are not available here are among them. An empty `ground` means any."""
        return tuple(
            appeal
            for appeal in self.appeals
            if kind in appeal.kinds
            and (not ground or not appeal.grounds or ground in appeal.grounds)
            and (appeal.effective_from or date.min) <= on <= (appeal.effective_to or date.max)
        )

    def flags_of(self, kind: str) -> tuple[FlagRule, ...]:
        """The circumstances that the form of `kind` asks about, in the order of the file."""
        return tuple(flag for flag in self.flags if kind in flag.kinds)

    def office_ref(self, office: Office | None) -> OfficeRef | None:
        """An office row as the pure modules know it."""
        if office is None:
            return None
        return next((ref for ref in self.routes.offices if ref.pk == office.pk), None) or _office(office)


_books: dict[int, tuple[tuple[Any, ...], Rulebook]] = {}


def rulebook_for(city: City) -> Rulebook:
    """The rules of `city`, from the cache while its version is the one that was read.

    Inside a transaction the cache is filled only once that commits, so that nothing is kept that was undone.
    """
    stamp = (city.version, city.loaded_at, city.file_digest)
    kept = _books.get(city.pk)
    if kept is not None and kept[0] == stamp:
        return kept[1]
    book = _read(city)
    transaction.on_commit(lambda: _books.update({city.pk: (stamp, book)}))
    return book


def mark_changed(city: City) -> None:
    """Say that a rule, office or closed day of `city` was changed; call it in the same transaction."""
    City.objects.filter(pk=city.pk).update(version=F("version") + 1)
    city.refresh_from_db(fields=["version"])


def _read(city: City) -> Rulebook:
    labels = {row.pk: row for row in city.citations.all()}
    offices = {row.pk: row for row in city.offices.select_related("citation")}
    by_key = {row.key: row for row in labels.values()}
    targets = labels.get(city.targets_citation_id or 0)
    overrides = Overrides.of(city)
    clocks = tuple(_clock(row, labels, by_key, offices) for row in city.clocks.all())
    return Rulebook(
        city_id=city.pk,
        slug=city.slug,
        name=city.name,
        time_zone=city.zone,
        version=city.version,
        closing_time=time.fromisoformat(city.closing_time) if city.closing_time else None,
        acknowledge_within=city.acknowledge_within,
        remind_lead_after=city.remind_lead_after,
        targets_citation=targets.label if targets else "",
        targets_citation_title=targets.title if targets else "",
        calendar=calendar_of(city),
        clocks=tuple(overrides.clocks(clocks)),
        file_clocks=clocks,
        overrides=overrides,
        routes=RouteBook(
            offices=tuple(_office(row) for row in offices.values()),
            routes=tuple(_route(row, labels, offices) for row in city.routes.all()),
            steps=tuple(overrides.steps(_step(row, labels) for row in city.escalationsteps.all())),
            empty_roles=tuple(
                EmptyRoleRule(row.role, row.because, row.citation.label if row.citation else "")
                for row in city.empty_roles.select_related("citation")
            ),
        ),
        appeals=tuple(_appeal(row, labels, offices) for row in city.appealroutes.all()),
        flags=tuple(FlagRule(row.key, tuple(row.kinds), row.question, row.help) for row in city.flags.all()),
        paragraphs=dict(city.paragraphs),
        fees=tuple(_fee(row, labels, offices) for row in city.feerules.all()),
        provisions=tuple(city.provisions.select_related("citation", "confirm_with").order_by("position")),
    )


def _office(row: Office) -> OfficeRef:
    return OfficeRef(
        key=row.key,
        name=row.name,
        roles=tuple(row.roles),
        publishes=row.publishes,
        outside=row.outside,
        citation=row.citation.label if row.citation else "",
        pk=row.pk,
        contact=row.contact,
    )


def _clock(
    row: Clock, labels: Mapping[int, Citation], by_key: Mapping[str, Citation], offices: Mapping[int, Office]
) -> ClockRule:
    plain = ("key", "milestone", "pick", "after", "status", "count", "roll", "fee_over", "fee_up_to", "acts")
    lists = ("kinds", "starts_on", "met_by", "ended_by", "paused_by")
    tuples: dict[str, Any] = {name: tuple(getattr(row, name)) for name in lists}
    return ClockRule(
        unit=row.unit or DayUnit.BUSINESS,
        extension=_extension(row.extension, by_key),
        cap=Cap(tuple(row.cap["starts_on"]), row.cap["count"], row.cap["unit"]) if row.cap else None,
        silence=_silence(row.silence, by_key),
        route=row.route,
        because=row.because,
        confirm_with=offices[row.confirm_with_id].name if row.confirm_with_id else "",
        **{name: getattr(row, name) for name in plain},
        **tuples,
        **_written(row, labels),
    )


def _extension(stored: dict[str, Any] | None, by_key: Mapping[str, Citation]) -> Extension | None:
    if not stored:
        return None
    citation = by_key.get(stored.get("citation", ""))
    return Extension(
        limit=stored["limit"],
        unit=stored["unit"],
        counts_from=stored["from"],
        total=stored["total"],
        event=stored["event"],
        citation=citation.label if citation else "",
    )


def _silence(stored: dict[str, Any] | None, by_key: Mapping[str, Citation]) -> Silence | None:
    citation = by_key.get(stored.get("citation", "")) if stored else None
    if not stored or citation is None:
        return None
    return Silence(stored["because"], citation.label, citation.title)


def _written(
    row: Clock | Route | EscalationStep | AppealRoute | FeeRule, labels: Mapping[int, Citation]
) -> dict[str, Any]:
    """Where a rule is written and since when it holds."""
    citation = labels[row.citation_id]
    return {
        "layer": row.layer,
        "citation": citation.label,
        "citation_title": citation.title,
        "effective_from": row.effective_from,
        "effective_to": row.effective_to,
    }


def _route(row: Route, labels: Mapping[int, Citation], offices: Mapping[int, Office]) -> RouteRule:
    return RouteRule(
        key=row.key,
        kind=row.kind,
        relation=row.relation,
        role=row.role,
        office=offices[row.office_id].key if row.office_id else "",
        flags=frozenset(row.flags),
        unless_flags=frozenset(row.unless_flags),
        when_dataset=row.when_dataset,
        because=row.because,
        status=row.status,
        **_written(row, labels),
    )


def _step(row: EscalationStep, labels: Mapping[int, Citation]) -> StepRule:
    plain = ("key", "step", "after", "action", "to", "if_leading", "clock_after", "after_layer", "because")
    shown = ("repeat_every", "offered_to_requester")
    return StepRule(
        kinds=tuple(row.kinds),
        **{name: getattr(row, name) for name in plain + shown},
        **_written(row, labels),
    )


def _appeal(row: AppealRoute, labels: Mapping[int, Citation], offices: Mapping[int, Office]) -> AppealRule:
    plain = ("key", "name", "decides", "inside", "available", "steps", "because", "after", "status")
    return AppealRule(
        office=_office(offices[row.office_id]) if row.office_id else None,
        kinds=tuple(row.kinds),
        grounds=tuple(row.grounds),
        unless=tuple(row.unless),
        citation_url=labels[row.citation_id].url,
        confirm_with=offices[row.confirm_with_id].name if row.confirm_with_id else "",
        **{name: getattr(row, name) for name in plain},
        **_written(row, labels),
    )


def _fee(row: FeeRule, labels: Mapping[int, Citation], offices: Mapping[int, Office]) -> FeeTerm:
    plain = ("key", "kind", "item", "amount", "per", "limit", "percent", "condition", "statement", "status")
    return FeeTerm(
        kinds=tuple(row.kinds),
        when=tuple(row.when),
        confirm_with=offices[row.confirm_with_id].name if row.confirm_with_id else "",
        **{name: getattr(row, name) for name in plain},
        **_written(row, labels),
    )
