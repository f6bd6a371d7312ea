"""Which answers a second person looks at before they are sent. Pure.

Alone responsible for reading the `[[clearance]]` tables of a city file as they are kept with the city.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Clearance:
    """One `[[clearance]]`: an answer to one of `kinds` with one of `outcomes` is cleared by somebody of an
    office with `role`. `citation` is a label."""

    key: str
    kinds: tuple[str, ...]
    outcomes: tuple[str, ...]
    role: str
    statement: str
    layer: str
    citation: str


def clearances_of(stored: Iterable[Mapping[str, Any]], kind: str) -> list[Clearance]:
    """What a city wants cleared for submissions of `kind`; `stored` is `City.clearances`."""
    found = [
        Clearance(**{**one, "kinds": tuple(one["kinds"]), "outcomes": tuple(one["outcomes"])})
        for one in stored
    ]
    return [one for one in found if kind in one.kinds]


def kinds_cleared(stored: Iterable[Mapping[str, Any]], roles: Iterable[str]) -> set[str]:
    """The kinds of submissions of which an office with these roles clears answers."""
    held = set(roles)
    return {kind for one in stored if one["role"] in held for kind in one["kinds"]}


def clearance_for(stored: Iterable[Mapping[str, Any]], kind: str, outcome: str) -> Clearance | None:
    """The clearance that this answer wants, or None."""
    return next((one for one in clearances_of(stored, kind) if outcome in one.outcomes), None)
