"""Which changes of a rule in force are refused, and in which words.

Alone responsible for docs/city-file.md *Versions*: what decides may not differ from what was loaded before,
except that an open `effective_to` may be given an end and that a block still to come may change.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from portals.city_toml.reading import Problem
from portals.models import Office

SUBSTANCE: dict[str, tuple[str, ...]] = {
    "clock": (
        *("kinds", "milestone", "starts_on", "pick", "after", "status", "count", "unit", "roll", "met_by"),
        *("ended_by", "paused_by", "extension", "cap", "fee_over", "fee_up_to", "acts", "route"),
    ),
    "route": ("kind", "relation", "role", "office", "flags", "unless_flags", "when_dataset"),
    "escalation_step": (
        *("step", "kinds", "after", "clock_after", "action", "to", "if_leading", "repeat_every"),
        "offered_to_requester",
    ),
    "appeal_route": ("office", "inside", "available", "kinds", "grounds", "unless"),
}
"""What decides, in each table that has versions. Wording, titles and citations are not here."""
UNORDERED = frozenset(
    {"kinds", "met_by", "ended_by", "paused_by", "flags", "unless_flags", "grounds", "unless"}
)
"""Lists in which the order means nothing."""


def edits_of_substance(
    table: str, row: Any, values: dict[str, Any], path: str, today: dt.date
) -> Iterator[Problem]:
    """What the file would change of what decides, in a rule that holds by `today` (a city date)."""
    if row.effective_from is not None and row.effective_from > today:
        return
    since = f"since {row.effective_from}" if row.effective_from else "from the beginning"
    for name in SUBSTANCE[table]:
        loaded, written = getattr(row, name), values[name]
        if _comparable(name, loaded) != _comparable(name, written):
            yield Problem(
                f"{path}.{name}",
                f"is {_show(written)}, but {_show(loaded)} is in force {since}; a rule in force is not "
                "edited: end this block with effective_to and add a new block with its effective_from",
            )
    if row.effective_to is not None and row.effective_to != values["effective_to"]:
        yield Problem(
            f"{path}.effective_to",
            f"is {_show(values['effective_to'])}, but the rule was already given the end {row.effective_to}; "
            "add a new block with its effective_from instead",
        )


def vanished(table: str, row: Any, today: dt.date) -> Problem | None:
    """Why a rule that is no longer in the file may not go; None where it may."""
    if table not in SUBSTANCE or (row.effective_from is not None and row.effective_from > today):
        return None
    version = f"@{row.effective_from}" if row.effective_from else ""
    return Problem(
        f"{table}[{row.key}{version}]",
        "is in force but no longer in the file; what was received under it is still held to it: "
        "put it back, with effective_to if it no longer holds",
    )


def _comparable(name: str, value: Any) -> Any:
    if name == "extension" and isinstance(value, dict):
        return {key: part for key, part in value.items() if key != "citation"}
    if name in UNORDERED and isinstance(value, list):
        return sorted(value)
    return value


def _show(value: Any) -> str:
    if isinstance(value, Office):
        return value.key
    if isinstance(value, list):
        return f"[{', '.join(str(item) for item in value)}]"
    return "not set" if value in (None, "") else str(value)
