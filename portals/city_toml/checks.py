"""What the entries of a city file want of each other.

Alone responsible for the checks that need more than one entry: references, versions, leads, ladders,
closed days. Pure; gives problems, raises nothing. The rules are those of docs/city-file.md. A table in
which an entry already failed is not judged as a whole, so that one mistake is told once.
"""

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from portals.city_toml.answer_checks import check_answers
from portals.city_toml.clock_checks import check_clocks
from portals.city_toml.content import SEVERAL, VERSIONED, CityFile, name_of, overlap
from portals.city_toml.entries import ProvisionEntry
from portals.city_toml.fee_checks import check_fees
from portals.city_toml.measure_checks import check_measures
from portals.city_toml.reading import Problem
from portals.city_toml.route_checks import check_routes, check_steps
from portals.vocabulary import Confidence, Layer, OfficeRole

RESERVED_SLUGS = frozenset(
    (
        *("accounts", "admin", "api", "concerned", "data", "data-json", "desk", "healthz", "i18n", "media"),
        *("resource", "search", "static", "track"),
    )
)
"""First parts of addresses that are not a city's."""
CITES = (
    *("office", "empty_role", "provision", "closed_days", "clock", "route", "measure", "violation"),
    *("escalation_step", "appeal_route", "fee_rule", "denial_rule", "exemption", "clearance"),
)
CONFIRMS = ("provision", "clock", "appeal_route", "fee_rule", "denial_rule", "exemption")
Found = Iterator[Problem]


def check_rules(file: CityFile) -> list[Problem]:
    """Everything that is wrong between the entries of a file, in the order of the tables."""
    parts: Iterable[Found] = (
        _city(file),
        _ids(file),
        _citations(file),
        _offices(file),
        _confirmers(file),
        _closed_days(file),
        check_clocks(file),
        check_routes(file),
        check_steps(file),
        _appeals(file),
        check_fees(file),
        check_measures(file),
        check_answers(file),
        _examples(file),
    )
    return list(itertools.chain.from_iterable(parts))


def contrast(colour: str, other: str) -> float:
    """The contrast of two `#rrggbb` colours, from 1 to 21, as WCAG 2.2 defines it."""

    def luminance(written: str) -> float:
        parts = [int(written[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(colour), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _city(file: CityFile) -> Found:
    city = file.city
    if city is None:
        return
    if city.slug in RESERVED_SLUGS:
        yield Problem("city.slug", f'"{city.slug}" is an address of the program itself')
    try:
        ZoneInfo(city.time_zone)
    except (KeyError, ValueError, OSError):
        yield Problem("city.time_zone", f'"{city.time_zone}" is not an IANA time zone')
    for name, ground in (("accent", "#ffffff"), ("accent_dark", "#14171a")):
        ratio = contrast(getattr(city, name), ground)
        if ratio < 4.5:
            yield Problem(f"city.{name}", f"contrast {ratio:.2f}:1 on {ground}, at least 4.5:1 is needed")


def _ids(file: CityFile) -> Found:
    for table in SEVERAL:
        if table == "example":
            continue
        seen: dict[str, list[Any]] = defaultdict(list)
        for row in getattr(file, table):
            path = file.path_of(table, row)
            if hasattr(row, "effective_from"):
                first, last = row.effective_from, row.effective_to
                if first and last and last < first:
                    yield Problem(f"{path}.effective_to", f"{last} is before effective_from {first}")
            for other in seen[name_of(row)]:
                if table not in VERSIONED:
                    yield Problem(path, "stands twice")
                elif overlap(row, other):
                    yield Problem(path, "two versions hold at the same time: end the earlier (effective_to)")
            seen[name_of(row)].append(row)


def _citations(file: CityFile) -> Found:
    citations = {row.id: row for row in file.citation}
    if file.lacks("citation", file.targets.citation):
        yield Problem("targets.citation", f'there is no citation "{file.targets.citation}"')
    for table in CITES:
        for row in getattr(file, table):
            path = file.path_of(table, row)
            if file.lacks("citation", row.citation):
                yield Problem(f"{path}.citation", f'there is no citation "{row.citation}"')
            citation = citations.get(row.citation)
            if citation is None or not hasattr(row, "layer"):
                continue
            if row.layer not in (Layer.OFFICE_TARGET, citation.layer):
                yield Problem(
                    f"{path}.layer",
                    f"is {row.layer}, but citation {citation.id} is of layer {citation.layer}",
                )
            low = citation.confidence == Confidence.LOW
            if low and getattr(row, "status", "not_specified") != "not_specified":
                yield Problem(
                    f"{path}.status",
                    f'citation "{citation.id}" has confidence low: what it says may only be not_specified',
                )


def _offices(file: CityFile) -> Found:
    if "office" not in file.broken:
        intakes = [office.id for office in file.office if OfficeRole.INTAKE in office.roles]
        if len(intakes) != 1:
            found = ", ".join(intakes) or "none"
            yield Problem("office", f"exactly one office must have the role intake, found: {found}")
    held = {role for office in file.office for role in office.roles}
    for empty in file.empty_role:
        if empty.role in held:
            yield Problem(file.path_of("empty_role", empty), "an office of this file has this role")
    for office in file.office:
        if office.outside and (OfficeRole.INTAKE in office.roles or office.publishes):
            reason = "an outside body takes nothing in and publishes nothing"
            yield Problem(f"office[{office.id}].outside", reason)


def _confirmers(file: CityFile) -> Found:
    for table in CONFIRMS:
        for row in getattr(file, table):
            path = f"{file.path_of(table, row)}.confirm_with"
            if file.lacks("office", row.confirm_with):
                yield Problem(path, f'there is no office "{row.confirm_with}"')
            must = isinstance(row, ProvisionEntry) or table == "clock"
            if must and row.status != "stated" and not row.confirm_with:
                yield Problem(path, "is missing: who must confirm what is not stated?")


def _closed_days(file: CityFile) -> Found:
    years = sorted(row.year for row in file.closed_days)
    if "closed_days" not in file.broken:
        for year, following in itertools.pairwise(years):
            if following > year + 1:
                yield Problem("closed_days", f"years must be without gaps: {year + 1} is missing")
    for row in file.closed_days:
        seen: set[dt.date] = set()
        for place, day in enumerate(row.days):
            path = f"closed_days[{row.year}].days[{place}]"
            if day.on.year != row.year:
                yield Problem(f"{path}.on", f"{day.on} is not in {row.year}")
            if day.on.weekday() >= 5:
                yield Problem(f"{path}.on", f"{day.on} is a {day.on:%A}: weekends are not listed")
            if day.on in seen:
                yield Problem(f"{path}.on", f"{day.on} stands twice")
            seen.add(day.on)
        if not row.complete and not row.note:
            yield Problem(f"closed_days[{row.year}].note", "is missing: which day is not entered yet?")


def _appeals(file: CityFile) -> Found:
    for row in file.appeal_route:
        path = file.path_of("appeal_route", row)
        if row.after and file.lacks("appeal_route", row.after):
            yield Problem(f"{path}.after", f'there is no appeal_route "{row.after}"')
        if row.after == row.id:
            yield Problem(f"{path}.after", "is the way itself")
        if file.lacks("office", row.office):
            yield Problem(f"{path}.office", f'there is no office "{row.office}"')
        if not row.available and not row.because:
            yield Problem(f"{path}.because", "is missing: why is this way not available here?")
        if row.inside and any(office.id == row.office and office.outside for office in file.office):
            yield Problem(f"{path}.inside", f'"{row.office}" is outside the city')


def _examples(file: CityFile) -> Found:
    flags = {flag.id: flag.kinds for flag in file.flag}
    for row in file.example:
        path = f"example[{row.title}]"
        for flag in row.flags:
            if row.kind not in flags.get(flag, ()):
                yield Problem(f"{path}.flags", f'there is no flag "{flag}" for {row.kind}')
        for name, offices in (("lead", (row.lead,)), ("together", row.together), ("informed", row.informed)):
            for office in offices:
                if office != OfficeRole.DATA_STEWARD and file.lacks("office", office):
                    yield Problem(f"{path}.{name}", f'there is no office "{office}"')
