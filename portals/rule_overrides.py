"""What the city decided beside its file, as versions of rules: confirmed time limits and its own targets.

Alone responsible for which confirmation or target counts on a day of receipt. A rule of the file is never
changed: a confirmed version stands beside it, on its own layer, and says that the cited page is silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol, TypeVar

from portals.business_days import ONE_DAY
from portals.clockwork.rules import ClockRule, Confirmed
from portals.models import City, Confirmation, OfficeTarget
from portals.routes import StepRule
from portals.vocabulary import Layer, ProvisionStatus

ACKNOWLEDGE, REMIND, UNCLAIMED = "acknowledge_within", "remind_lead_after", "unclaimed_after"
UNDO = "undo_hours"
STEP_PARTS = ("after", "clock_after", "repeat_every")
"""What the city may set of a step of the ladder, in business days."""


class Dated(Protocol):
    """A row of which the newest counts from a day on."""

    number: int
    effective_from: date


D = TypeVar("D", bound=Dated)


def newest(rows: Iterable[D], on: date) -> D | None:
    """The row that counts for what is received on `on`."""
    begun = [row for row in rows if row.effective_from <= on]
    return max(begun, key=lambda row: row.number, default=None)


def pieces(
    rows: Sequence[D], first: date | None, last: date | None
) -> Iterator[tuple[date | None, date | None, D | None]]:
    """The time from `first` to `last` (both included, None for open) cut where another row begins to count:
    first day, last day, the row that counts then (None for none)."""
    begin = first or date.min
    cuts = sorted({row.effective_from for row in rows if begin < row.effective_from <= (last or date.max)})
    starts: list[date | None] = [first, *cuts]
    for start, following in zip(starts, [*cuts, None], strict=True):
        end = following - ONE_DAY if following else last
        yield start, end, newest(rows, start or date.min)


@dataclass(frozen=True)
class Overrides:
    """All confirmations and targets of a city, the old ones too."""

    confirmations: tuple[Confirmation, ...] = ()
    targets: tuple[OfficeTarget, ...] = ()

    @classmethod
    def of(cls, city: City) -> Overrides:
        """Reads them; two queries."""
        return cls(
            tuple(Confirmation.objects.filter(city=city).select_related("office")),
            tuple(OfficeTarget.objects.filter(city=city)),
        )

    def of_rule(self, rule: str) -> list[Confirmation]:
        """The confirmations of a rule ("clock:<key>", "provision:<key>"), oldest first."""
        return [row for row in self.confirmations if row.rule == rule]

    def current(self, rule: str, on: date) -> Confirmation | None:
        """What counts for what is received on `on`; None where nothing does or it was taken back."""
        found = newest(self.of_rule(rule), on)
        return None if found is None or found.withdrawn else found

    def clocks(self, rules: Iterable[ClockRule]) -> Iterator[ClockRule]:
        """The rules in their order, those that are not specified cut into their confirmed versions."""
        for rule in rules:
            rows = self.of_rule(f"clock:{rule.key}")
            if not rows or rule.status != ProvisionStatus.NOT_SPECIFIED:
                yield rule
                continue
            for first, last, row in pieces(rows, rule.effective_from, rule.effective_to):
                yield replace(confirmed(rule, row), effective_from=first, effective_to=last)

    def applied(self, rule: ClockRule, number: int, rules: Iterable[ClockRule]) -> ClockRule:
        """The version that confirmation no. `number` gives to a case to which it was applied; `rules` are the
        clocks of the file. A rule that the file itself specifies by now is left as it is."""
        row = next((row for row in self.of_rule(f"clock:{rule.key}") if row.number == number), None)
        silent = next(
            (
                other
                for other in rules
                if other.key == rule.key and other.status == ProvisionStatus.NOT_SPECIFIED
            ),
            None,
        )
        if silent is None or (rule.status == ProvisionStatus.STATED and rule.confirmed is None):
            return rule
        return replace(
            confirmed(silent, row), effective_from=rule.effective_from, effective_to=rule.effective_to
        )

    def target(self, name: str, on: date, default: int) -> int:
        """The target (business days; hours for an undo) for what is received, or answered, on `on`."""
        row = self.target_row(name, on)
        return default if row is None or row.value is None else row.value

    def target_row(self, name: str, on: date) -> OfficeTarget | None:
        """The row that counts for what is received on `on`."""
        return newest([row for row in self.targets if row.name == name], on)

    def steps(self, rules: Iterable[StepRule]) -> Iterator[StepRule]:
        """The steps of the ladder in their order, cut where the city set another number of days."""
        for rule in rules:
            own = {f"{rule.key}.{part}": part for part in STEP_PARTS}
            rows = [row for row in self.targets if row.name in own]
            for first, last, _row in pieces(rows, rule.effective_from, rule.effective_to):
                changed: dict[str, Any] = {}
                for name, part in own.items():
                    row = self.target_row(name, first or date.min)
                    if row is not None and row.value is not None:
                        changed[part] = row.value
                yield replace(rule, effective_from=first, effective_to=last, **changed)


def confirmed(rule: ClockRule, row: Confirmation | None) -> ClockRule:
    """A rule that is not specified, with the time limit that its office confirmed; itself for none."""
    if row is None or row.withdrawn or row.count is None:
        return rule
    return replace(
        rule,
        status=ProvisionStatus.STATED,
        count=row.count,
        unit=row.unit,
        roll=row.roll,
        layer=Layer.CONFIRMED,
        citation=row.citation_label,
        citation_title="",
        confirmed=Confirmed(
            office=row.office.name, on=row.confirmed_on, silent=rule.citation, silent_layer=rule.layer
        ),
    )
