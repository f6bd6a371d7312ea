"""The checks of routes and escalation steps: every kind has one lead, every ladder goes up.

Alone responsible for refusing a file under which a submission would reach nobody, or two. Pure.
"""

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

from portals.city_toml.content import CityFile, overlap
from portals.city_toml.entries import RouteEntry
from portals.city_toml.reading import Problem
from portals.vocabulary import Layer, OfficeRole, Relation, SubmissionKind

Found = Iterator[Problem]


def check_routes(file: CityFile) -> Found:
    """Routes that name what does not exist, and kinds without exactly one lead."""
    kinds_of = {flag.id: flag.kinds for flag in file.flag}
    for row in file.route:
        path = file.path_of("route", row)
        if bool(row.role) == bool(row.office):
            yield Problem(path, "exactly one of role and office must be given")
        yield from _office_exists(file, f"{path}.office", row.office, row.relation)
        if row.role:
            yield from _role_exists(file, f"{path}.role", row.role)
        for name in ("flags", "unless_flags"):
            for flag in getattr(row, name):
                if file.lacks("flag", flag):
                    yield Problem(f"{path}.{name}", f'there is no flag "{flag}"')
                elif flag in kinds_of and row.kind not in kinds_of[flag]:
                    yield Problem(f"{path}.{name}", f'flag "{flag}" is not asked for {row.kind}')
        for flag in set(row.flags) & set(row.unless_flags):
            yield Problem(f"{path}.unless_flags", f'"{flag}" is also in flags: the route could never hold')
    yield from _leads(file)


def _office_exists(file: CityFile, path: str, office: str, what: str) -> Found:
    if file.lacks("office", office):
        yield Problem(path, f'there is no office "{office}"')
    elif any(row.id == office and row.outside for row in file.office):
        yield Problem(path, f'"{office}" is outside the city: we never write to it ({what})')


def _role_exists(file: CityFile, path: str, role: str) -> Found:
    if role == OfficeRole.DATA_STEWARD or {"office", "empty_role"} & file.broken:
        return
    held = {r for office in file.office for r in office.roles} | {empty.role for empty in file.empty_role}
    if role not in held:
        yield Problem(path, f"no office has the role {role}; if the guide names none, add an [[empty_role]]")


def _leads(file: CityFile) -> Found:
    """One lead a kind, for any set of its flags, with and without a dataset, on every day from checked_on."""
    if {"route", "flag", "city"} & file.broken or file.city is None:
        return
    for kind in SubmissionKind:
        leads = [row for row in file.route if row.kind == kind and row.relation == Relation.LEAD]
        told: set[str] = set()
        for on in _turning_days(leads, file.city.checked_on):
            in_force = [row for row in leads if _in_force(row, on)]
            for reason in _lead_problems(in_force):
                told.add(reason)
        for reason in sorted(told):
            yield Problem(f"route (kind {kind})", reason)


def _turning_days(rows: Iterable[Any], start: dt.date) -> list[dt.date]:
    """The days from `start` on at which another set of these rules begins to hold."""
    days = {start}
    for row in rows:
        if row.effective_from and row.effective_from > start:
            days.add(row.effective_from)
        if row.effective_to and row.effective_to >= start:
            days.add(row.effective_to + dt.timedelta(days=1))
    return sorted(days)


def _in_force(row: Any, on: dt.date) -> bool:
    return bool((row.effective_from or dt.date.min) <= on <= (row.effective_to or dt.date.max))


def _lead_problems(leads: list[RouteEntry]) -> Iterator[str]:
    flags = sorted({flag for row in leads for flag in (*row.flags, *row.unless_flags)})
    for given in itertools.chain.from_iterable(
        itertools.combinations(flags, size) for size in range(len(flags) + 1)
    ):
        for dataset in (True, False):
            found = [row.id for row in leads if _holds(row, set(given), dataset)]
            if len(found) != 1:
                where = f"{'with' if dataset else 'without'} a dataset"
                named = f" and flags {', '.join(given)}" if given else ""
                yield f"exactly one lead is needed; {where}{named} there is {' and '.join(found) or 'none'}"


def _holds(row: RouteEntry, given: set[str], dataset: bool) -> bool:
    fits_dataset = row.when_dataset is None or row.when_dataset == dataset
    return fits_dataset and set(row.flags) <= given and not set(row.unless_flags) & given


def check_steps(file: CityFile) -> Found:
    """Steps that lead nowhere, and ladders out of order."""
    for row in file.escalation_step:
        path = file.path_of("escalation_step", row)
        yield from _destination(file, row.to, row.action, f"{path}.to")
        if row.if_leading:
            yield from _destination(file, row.if_leading, row.action, f"{path}.if_leading")
        if row.after_layer != Layer.OFFICE_TARGET:
            yield Problem(f"{path}.after_layer", "must be office_target: no guide gives a number of days")
        if row.clock_after is not None and row.clock_after < row.after:
            yield Problem(f"{path}.clock_after", f"{row.clock_after} is before after = {row.after}")
    if "escalation_step" not in file.broken:
        for kind in SubmissionKind:
            yield from _ladder(file, kind)


def _destination(file: CityFile, to: str, action: str, path: str) -> Found:
    if to in ("lead", "lead_head"):
        return
    if to.startswith("office:"):
        yield from _office_exists(file, path, to.removeprefix("office:"), action)
    elif to in OfficeRole.values:
        yield from _role_exists(file, path, to)
    else:
        yield Problem(path, f'"{to}" is not lead, lead_head, a role or office:<id>')


def _ladder(file: CityFile, kind: SubmissionKind) -> Found:
    rows = sorted(
        (row for row in file.escalation_step if not row.kinds or kind in row.kinds), key=lambda row: row.step
    )
    for lower, higher in itertools.combinations(rows, 2):
        if not overlap(lower, higher):
            continue
        path = file.path_of("escalation_step", higher)
        if lower.step == higher.step:
            if lower.id != higher.id:
                yield Problem(path, f"step {higher.step} stands twice for {kind}")
        elif (higher.clock_after or higher.after) <= (lower.clock_after or lower.after):
            yield Problem(f"{path}.after", f"must be later than step {lower.step} for {kind}")
    numbers = {row.step for row in rows}
    for missing in sorted(set(range(1, max(numbers, default=0))) - numbers):
        yield Problem("escalation_step", f"step {missing} is missing for {kind}")
