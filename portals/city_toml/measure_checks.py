"""The checks of measures of enforcement: a pathway has no gap, and every measure that acts can act.

Alone responsible for refusing a file by which a measure would do what no office could carry out. Pure.
"""

from collections.abc import Iterator

from portals.city_toml.content import CityFile
from portals.city_toml.reading import Problem
from portals.vocabulary import MeasureEffect, OfficeRole

Found = Iterator[Problem]


def check_measures(file: CityFile) -> Found:
    """Steps of the pathway that are doubled or left out, and referrals to a legal office of which the file
    says neither who it is nor that the guide names none."""
    if "measure" in file.broken:
        return
    steps = {row.order: row for row in reversed(file.measure) if row.order is not None}
    for row in file.measure:
        path = file.path_of("measure", row)
        if row.order is not None:
            if steps[row.order] is not row:
                yield Problem(f"{path}.order", f'"{steps[row.order].id}" is step {row.order} already')
            if row.order > 1 and row.order - 1 not in steps:
                yield Problem(f"{path}.order", f"there is no step {row.order - 1} before it")
        if row.acts == MeasureEffect.REFER_LEGAL and not _legal_is_told(file):
            yield Problem(
                f"{path}.acts", "no office has the role legal; if the guide names none, add an [[empty_role]]"
            )


def _legal_is_told(file: CityFile) -> bool:
    if {"office", "empty_role"} & file.broken:
        return True
    held = {role for office in file.office for role in office.roles if not office.outside}
    return OfficeRole.LEGAL in held | {empty.role for empty in file.empty_role}
