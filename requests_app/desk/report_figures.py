"""What a report counts, in words, and what is made of the counts: sums, medians, percentiles. No tables."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from portals.vocabulary import Figure

FEWEST = 5
"""Below so many cases no median is given: it would say more about single cases than about the work."""
Key = tuple[int, str]
"""Office and kind."""


@dataclass(frozen=True)
class Spread:
    """Durations in whole days: how many, their median and the day by which nine of ten were done."""

    n: int = 0
    median: float | None = None
    p90: int | None = None
    mean: float | None = None


def spread(days: Mapping[int, int]) -> Spread:
    """From days -> number of cases. The median of an even number is the middle between the two in the middle;
    the 90th percentile is the smallest number of days within which at least 90 of 100 were done."""
    n = sum(days.values())
    if n < FEWEST:
        return Spread(n)
    middle = (_at(days, (n + 1) // 2) + _at(days, n // 2 + 1)) / 2
    mean = sum(value * count for value, count in days.items()) / n
    return Spread(n, middle, _at(days, -(-n * 9 // 10)), round(mean, 1))


def _at(days: Mapping[int, int], place: int) -> int:
    """The value at a place of the ordered row, from 1."""
    seen = 0
    for value in sorted(days):
        seen += days[value]
        if seen >= place:
            return value
    raise ValueError(place)


@dataclass
class Tally:
    """What is counted of a group of cases. `first` and `completion` are days -> cases; `collected` USD."""

    received: int = 0
    open: int = 0
    answered: int = 0
    withdrawn: int = 0
    lapsed: int = 0
    merged: int = 0
    overdue: int = 0
    late: int = 0
    clarified: int = 0
    stopped: int = 0
    stopped_days: int = 0
    appealed: int = 0
    escalated: int = 0
    charged: int = 0
    collected: Decimal = Decimal(0)
    first: Counter[int] = field(default_factory=Counter)
    completion: Counter[int] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def acknowledged(self) -> int:
        return sum(self.first.values())

    @property
    def first_response(self) -> Spread:
        return spread(self.first)

    @property
    def completed(self) -> Spread:
        return spread(self.completion)

    def add(self, other: "Tally") -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


MEANINGS: dict[str, Any] = {
    Figure.RECEIVED: _("Cases that the city received in the period."),
    Figure.ACKNOWLEDGED: _(
        "An office has acknowledged the case. Whoever asks or answers has read it, so that counts too."
    ),
    Figure.ANSWERED: _("The case has an answer now. One that was reopened counts when it is answered anew."),
    Figure.OPEN: _("Not answered, withdrawn or closed yet."),
    Figure.OVERDUE: _("Open, and the next day by which an office must act is over."),
    Figure.LATE: _(
        "Cases in which an office acted after the last day of a deadline, the office's own targets included."
    ),
    Figure.FIRST_RESPONSE: _(
        "Calendar days from the day of receipt to the first acknowledgement, question or answer."
    ),
    Figure.COMPLETION: _(
        "Calendar days from the day of receipt to the answer that stands now. Stopped days are in it."
    ),
    Figure.STOPPED: _(
        "Cases in which a clock of the rules stood still because the city waited for an answer or a fee, and "
        "all such calendar days together. Where a rule does not stop its clock, waiting does not count here."
    ),
    Figure.APPEALED: _("Cases against which an appeal or complaint was filed here, at any time."),
    Figure.CLARIFIED: _("Cases in which the requester was asked a question."),
    Figure.WITHDRAWN: _("The requester took the case back."),
    Figure.LAPSED: _("Closed by law because an answer or a payment did not come."),
    Figure.MERGED: _("Joined to another case that asks the same; the answer is counted there, once."),
    Figure.ESCALATED: _("Cases that the clock took up the offices because nobody acknowledged."),
    Figure.CHARGED: _("Cases in which a fee was estimated."),
    Figure.COLLECTED: _("What was paid in these cases less what was given back, in US dollars."),
    Figure.OUTCOMES: _("What the answers that stand now decide."),
    Figure.EXEMPTIONS: _("The laws that these answers name for what they withhold, as staff wrote them."),
}
"""What each figure counts; the words of a report."""
PERCENTILES = _(
    "The median of an even number of cases lies in the middle between the two middle ones. Nine of ten cases "
    "took no longer than the 90th percentile. Below five cases neither is given."
)
OFFICE = _("A case counts for the office that has it now, also where another one had it before.")


@dataclass(frozen=True)
class Report:
    """The figures of a set of cases. `exemptions`: the law named in a denial -> cases, most used first."""

    cells: Mapping[Key, Tally]
    exemptions: list[tuple[str, int]]

    @property
    def total(self) -> Tally:
        found = Tally()
        for tally in self.cells.values():
            found.add(tally)
        return found

    @property
    def by_office(self) -> dict[int, Tally]:
        return self._sum(lambda key: key[0])

    @property
    def by_kind(self) -> dict[str, Tally]:
        return self._sum(lambda key: key[1])

    def _sum(self, group: Any) -> dict[Any, Tally]:
        found: dict[Any, Tally] = {}
        for key, tally in self.cells.items():
            found.setdefault(group(key), Tally()).add(tally)
        return found
