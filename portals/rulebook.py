"""All rules of a city together, read from the tables once a version; the questions that are asked of them.

Alone responsible for the cache in this process. The cache is keyed by city and version: whoever changes a
rule, an office or a closed day calls `mark_changed`, and the next request sees it.
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

from portals import rule_rows
from portals.appeal_terms import AppealRule
from portals.business_days import BusinessCalendar
from portals.city_calendar import calendar_of
from portals.clocks import (
    ClockRule,
    ComputedDeadline,
    Happening,
    acknowledgement_rule,
    compute,
    in_force,
    with_acknowledgement_target,
)
from portals.fee_terms import FeeTerm, FeeTerms
from portals.fee_terms import in_force as fees_in_force
from portals.models import City, Office, Provision
from portals.routes import (
    EmptyRoleRule,
    FlagRule,
    OfficeRef,
    RouteAnswer,
    RouteBook,
    RoutePart,
    StepPart,
    ladder,
    resolve,
)
from portals.rule_overrides import ACKNOWLEDGE, REMIND, Overrides
from portals.vocabulary import SubmissionKind


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
        return tuple(appeal for appeal in self.appeals if appeal.fits(kind, on, ground))

    def flags_of(self, kind: str) -> tuple[FlagRule, ...]:
        """The circumstances that the form of `kind` asks about, in the order of the file."""
        return tuple(flag for flag in self.flags if kind in flag.kinds)

    def office_ref(self, office: Office | None) -> OfficeRef | None:
        """An office row as the pure modules know it."""
        if office is None:
            return None
        return self.office_of_key(office.pk) or rule_rows.office_of(office)

    def office_of_key(self, pk: int) -> OfficeRef | None:
        """The same of the primary key alone, without its row; None for one that these rules do not know."""
        return next((ref for ref in self.routes.offices if ref.pk == pk), None)


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
    clocks = tuple(rule_rows.clock_of(row, labels, by_key, offices) for row in city.clocks.all())
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
            offices=tuple(rule_rows.office_of(row) for row in offices.values()),
            routes=tuple(rule_rows.route_of(row, labels, offices) for row in city.routes.all()),
            steps=tuple(
                overrides.steps(rule_rows.step_of(row, labels) for row in city.escalationsteps.all())
            ),
            empty_roles=tuple(
                EmptyRoleRule(row.role, row.because, row.citation.label if row.citation else "")
                for row in city.empty_roles.select_related("citation")
            ),
        ),
        appeals=tuple(rule_rows.appeal_of(row, labels, offices) for row in city.appealroutes.all()),
        flags=tuple(FlagRule(row.key, tuple(row.kinds), row.question, row.help) for row in city.flags.all()),
        paragraphs=dict(city.paragraphs),
        fees=tuple(rule_rows.fee_of(row, labels, offices) for row in city.feerules.all()),
        provisions=tuple(city.provisions.select_related("citation", "confirm_with").order_by("position")),
    )
