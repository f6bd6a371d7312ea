"""Where the parts of a case and its log of what is withheld stand, read from the events alone.

Pages of a case show this without a query. Rows with all details are read by `case_parts`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portals.vocabulary import Outcome
from requests_app.models import Action, Event

ASKED, CLEARED, RETURNED = "asked", "cleared", "returned"


@dataclass(frozen=True)
class PartLine:
    """One part. `outcome` is "" while nothing is decided; `told_by` numbers the event that told it, or 0."""

    number: int
    title: str
    outcome: str = ""
    clearance: str = ""
    by_name: str = ""
    told_by: int = 0
    whole: bool = False

    @property
    def is_open(self) -> bool:
        """Whether somebody must still decide."""
        return not self.outcome or self.clearance == RETURNED

    @property
    def ready(self) -> bool:
        """Decided and, where that is wanted, cleared; not told yet."""
        return not self.is_open and self.clearance != ASKED and not self.told_by


@dataclass(frozen=True)
class PartStand:
    """The parts of the current cycle. `logged` and `told` count rows of the log: all, and those told."""

    lines: dict[int, PartLine] = field(default_factory=dict)
    logged: int = 0
    told: int = 0

    @property
    def parts(self) -> list[PartLine]:
        return list(self.lines.values())

    @property
    def is_split(self) -> bool:
        return any(not line.whole for line in self.parts)

    @property
    def undecided(self) -> list[PartLine]:
        return [line for line in self.parts if line.is_open]

    @property
    def waiting(self) -> list[PartLine]:
        return [line for line in self.parts if line.clearance == ASKED]

    @property
    def ready(self) -> list[PartLine]:
        return [line for line in self.parts if line.ready]

    @property
    def something_told(self) -> bool:
        """Whether the requester has anything to see."""
        return self.is_split or bool(self.told)


def stand(events: Iterable[Event]) -> PartStand:
    """What the events say, in their order."""
    found = PartStand()
    for event in events:
        step = _STEPS.get(event.action)
        if step is not None:
            found = step(found, event)
    return found


def _with(found: PartStand, numbers: Iterable[int], **changes: Any) -> PartStand:
    lines = dict(found.lines)
    for number in numbers:
        if number in lines:
            lines[number] = replace(lines[number], **changes)
    return replace(found, lines=lines)


def _split(found: PartStand, event: Event) -> PartStand:
    new = {number: PartLine(number, title) for number, title in event.data["parts"]}
    return replace(found, lines=found.lines | new)


def _drop(found: PartStand, event: Event) -> PartStand:
    lines = {number: line for number, line in found.lines.items() if number != event.data["part"]}
    return replace(found, lines=lines)


def _decide(found: PartStand, event: Event) -> PartStand:
    data, number = event.data, event.data["part"]
    if data.get("whole"):
        found = replace(found, lines={number: PartLine(number, data["title"], whole=True)})
    clearance = ASKED if data.get("clearance") else ""
    return _with(found, [number], outcome=data["decided"], clearance=clearance, by_name=event.by_name)


def _take_back(found: PartStand, event: Event) -> PartStand:
    line = found.lines.get(event.data["part"])
    if line and line.whole:
        return _drop(found, event)
    return _with(found, [event.data["part"]], outcome="", clearance="", by_name="")


def _tell(found: PartStand, event: Event) -> PartStand:
    found = _with(found, event.data.get("parts", ()), told_by=event.sequence)
    return replace(found, told=found.told + event.data.get("withheld", 0))


def _undo(found: PartStand, event: Event) -> PartStand:
    again = [line.number for line in found.parts if line.told_by >= event.data["since"]]
    found = _with(found, again, told_by=0)
    return replace(found, told=found.told - event.data.get("withheld", 0))


_STEPS: dict[str, Any] = {
    Action.SPLIT: _split,
    Action.PART_DROP: _drop,
    Action.PART_DECIDE: _decide,
    Action.PART_TAKE_BACK: _take_back,
    Action.PART_CLEAR: lambda found, event: _with(found, event.data["parts"], clearance=CLEARED),
    Action.PART_RETURN: lambda found, event: _with(found, [event.data["part"]], clearance=RETURNED),
    Action.RELEASE_PART: _tell,
    Action.DETERMINE: _tell,
    Action.LOG_WITHHELD: lambda found, event: replace(found, logged=found.logged + event.data["rows"]),
    Action.LOG_DROP: lambda found, event: replace(found, logged=found.logged - 1),
    Action.UNDO: _undo,
    Action.REOPEN: lambda found, event: replace(found, lines={}),
}


def numbered(numbers: Iterable[int]) -> str:
    """ "part 1", "parts 1 and 3" """
    known = list(numbers)
    listed = get_text_list([str(number) for number in known], _("and"))
    return ngettext("part %(listed)s", "parts %(listed)s", len(known)) % {"listed": listed}


def words_of(event: Event) -> str:
    """What an event about parts or the log says besides its name; "" for every other."""
    data = event.data
    if event.action == Action.SPLIT:
        return "; ".join(f"{number}. {title}" for number, title in data["parts"])
    if event.action == Action.PART_DECIDE:
        decided = f"{data['part']}. {data['title']}: {Outcome(data['decided']).label}"
        asked = _("waits for clearance by %(office)s") % {"office": data.get("clearance")}
        return f"{decided}; {asked}" if data.get("clearance") else decided
    if event.action in (Action.PART_DROP, Action.PART_TAKE_BACK, Action.PART_RETURN):
        return ": ".join(part for part in (f"{data['part']}. {data['title']}", data.get("reason")) if part)
    if event.action == Action.PART_CLEAR:
        return ": ".join(part for part in (numbered(data["parts"]), data.get("note")) if part)
    if event.action in (Action.LOG_WITHHELD, Action.LOG_DROP):
        rows = data.get("rows", 1)
        return ngettext("%(count)d row", "%(count)d rows", rows) % {"count": rows}
    if event.action == Action.RELEASE_PART and data.get("parts"):
        return numbered(data["parts"])
    return ""
