"""The checks of the clocks of a city file: what starts them, what they count, what they hang on.

Alone responsible for refusing a clock that could not be computed or would contradict itself. Pure.
"""

import itertools
from collections.abc import Iterator

from portals.city_toml.content import CityFile, overlap
from portals.city_toml.entries import ClockEntry
from portals.city_toml.reading import Problem
from portals.vocabulary import Confidence, DayUnit, Layer, Milestone, Roll

Found = Iterator[Problem]


def check_clocks(file: CityFile) -> Found:
    """Everything that is wrong with the clocks of a file."""
    for row in file.clock:
        path = file.path_of("clock", row)
        yield from _anchor(file, row, path)
        yield from _length(row, path)
        yield from _extension(file, row, path)
        yield from _route(file, row, path)
        yield from _silence(file, row, path)
        if row.fee_over is not None and row.fee_up_to is not None and row.fee_up_to <= row.fee_over:
            yield Problem(f"{path}.fee_up_to", "must be more than fee_over")
    if "clock" not in file.broken:
        yield from _cycles(file)


def _anchor(file: CityFile, row: ClockEntry, path: str) -> Found:
    if bool(row.starts_on) == bool(row.after):
        yield Problem(path, "exactly one of starts_on and after must be given")
    if not row.after:
        return
    if ("clock", row.after) not in file.written_ids:
        yield Problem(f"{path}.after", f'there is no clock "{row.after}"')
        return
    earlier = [clock for clock in file.clock if clock.id == row.after]
    if not earlier:
        return
    for kind in row.kinds:
        of_kind = [clock for clock in earlier if kind in clock.kinds]
        if not of_kind:
            yield Problem(f"{path}.after", f'clock "{row.after}" does not run for {kind}')
        elif not any(overlap(row, clock) for clock in of_kind):
            yield Problem(f"{path}.after", f'clock "{row.after}" does not hold at the same time')
    if row.status == "stated" and all(clock.status == "not_specified" for clock in earlier):
        yield Problem(f"{path}.after", f'clock "{row.after}" has no date to count from')


def _length(row: ClockEntry, path: str) -> Found:
    if row.status == "not_specified":
        for name in ("count", "unit", "extension", "cap"):
            if getattr(row, name) is not None:
                yield Problem(f"{path}.{name}", "must not stand where the status is not_specified")
        return
    for name in ("count", "unit"):
        if getattr(row, name) is None:
            yield Problem(f"{path}.{name}", "is missing: a stated clock needs a count and a unit")
    if row.roll != Roll.NONE and row.unit not in (DayUnit.CALENDAR, None):
        yield Problem(f"{path}.roll", f"only a count of calendar days rolls, not one of {row.unit}")
    if row.pick == "latest" and len(row.starts_on) < 2:
        yield Problem(f"{path}.pick", "latest needs several events in starts_on")


def _extension(file: CityFile, row: ClockEntry, path: str) -> Found:
    extension = row.extension
    if extension is None:
        return
    if extension.citation and ("citation", extension.citation) not in file.written_ids:
        yield Problem(f"{path}.extension.citation", f'there is no citation "{extension.citation}"')
    if any(c.id == extension.citation and c.confidence == Confidence.LOW for c in file.citation):
        yield Problem(f"{path}.extension.citation", "has confidence low: what it says may not be stated")
    if extension.from_ == "start" and extension.total is None:
        yield Problem(f"{path}.extension.total", 'is missing: needed with from = "start"')
    if extension.total is not None and row.count is not None and extension.total <= row.count:
        yield Problem(f"{path}.extension.total", f"must be more than the count of the clock, {row.count}")


def _route(file: CityFile, row: ClockEntry, path: str) -> Found:
    if row.route and ("appeal_route", row.route) not in file.written_ids:
        yield Problem(f"{path}.route", f'there is no appeal_route "{row.route}"')
    if not row.route and row.milestone in (Milestone.APPEAL_FILING, Milestone.COURT_FILING):
        yield Problem(f"{path}.route", f"is missing: who decides? ({row.milestone})")


ANSWERS = frozenset(
    {Milestone.ACKNOWLEDGEMENT, Milestone.RESPONSE, Milestone.DETERMINATION, Milestone.COMPLETION}
)
"""What the office owes the requester: only silence past one of these can count as a denial."""


def _silence(file: CityFile, row: ClockEntry, path: str) -> Found:
    silence = row.silence
    if silence is None:
        return
    if row.milestone not in ANSWERS:
        yield Problem(f"{path}.silence", f"no answer is owed by a clock for {row.milestone}")
    if row.status == "not_specified":
        yield Problem(f"{path}.silence", "needs a last day: the clock is not_specified")
    if ("citation", silence.citation) not in file.written_ids:
        yield Problem(f"{path}.silence.citation", f'there is no citation "{silence.citation}"')
    for citation in file.citation:
        if citation.id != silence.citation:
            continue
        if citation.layer not in (Layer.STATUTE, Layer.CITY_CODE):
            yield Problem(f"{path}.silence.citation", "must be a law: only a law makes silence a denial")
        if citation.confidence == Confidence.LOW:
            yield Problem(f"{path}.silence.citation", "has confidence low: what it says may not be stated")


def _cycles(file: CityFile) -> Found:
    after = {row.id: row.after for row in file.clock if row.after}
    told: set[str] = set()
    for start in after:
        seen = [start]
        while (following := after.get(seen[-1], "")) and following not in seen:
            seen.append(following)
        if following == start and not told & set(seen):
            told |= set(seen)
            circle = " -> ".join(itertools.chain(seen, [start]))
            yield Problem(f"clock[{start}].after", f"clocks count from each other in a circle: {circle}")
