"""What the `[[fee_rule]]` tables of a city file want of their own keys and of each other. Pure.

Alone responsible for refusing a fee rule by which the program could not decide: docs/city-file.md.
"""

from collections.abc import Iterator

from portals.city_toml.content import CityFile
from portals.city_toml.entries import FeeEntry
from portals.city_toml.reading import Problem
from portals.vocabulary import FeeCircumstance, FeeRuleKind, ProvisionStatus

Found = Iterator[Problem]

ONLY_WITH: dict[str, tuple[FeeRuleKind, ...]] = {
    "limit": (FeeRuleKind.ESTIMATE_NOTICE, FeeRuleKind.PREPAYMENT),
    "percent": (FeeRuleKind.DEPOSIT,),
    "when": (FeeRuleKind.CONDITION, FeeRuleKind.PREPAYMENT),
    "condition": (FeeRuleKind.RATE, FeeRuleKind.FLAT),
}
"""Key -> the kinds of fee rules in which it decides something."""
NEEDS: dict[FeeRuleKind, str] = {
    FeeRuleKind.FLAT: "amount",
    FeeRuleKind.ESTIMATE_NOTICE: "limit",
    FeeRuleKind.CONDITION: "when",
}
ITEMS = (FeeRuleKind.RATE, FeeRuleKind.FLAT, FeeRuleKind.FORBIDDEN)
ONCE = frozenset(FeeRuleKind) - {*ITEMS, FeeRuleKind.CONDITION}


def check_fees(file: CityFile) -> Found:
    """Fee rules that miss what decides, or say what decides nothing."""
    for row in file.fee_rule:
        path = file.path_of("fee_rule", row)
        yield from _keys(row, path)
        yield from _condition(file, row, path)
    yield from _once(file)


def _keys(row: FeeEntry, path: str) -> Found:
    for name, kinds in ONLY_WITH.items():
        if getattr(row, name) not in (None, "", ()) and row.kind not in kinds:
            yield Problem(f"{path}.{name}", f"stands only with kind {' or '.join(kinds)}")
    if row.kind in ITEMS and not row.item:
        yield Problem(f"{path}.item", "is missing: what is charged for, or may not be?")
    if row.kind == FeeRuleKind.FORBIDDEN and row.amount:
        yield Problem(f"{path}.amount", "must be 0 or absent: this may not be charged")
    needed = NEEDS.get(row.kind) if row.kind else None
    stated = row.status == ProvisionStatus.STATED
    if needed and stated and getattr(row, needed) in (None, ()):
        yield Problem(f"{path}.{needed}", f"is missing: kind {row.kind} decides by it")
    if row.kind == FeeRuleKind.PREPAYMENT and set(row.when) - {FeeCircumstance.ARREARS}:
        yield Problem(f"{path}.when", "payment in advance knows only arrears")


def _condition(file: CityFile, row: FeeEntry, path: str) -> Found:
    if not row.condition:
        return
    if file.lacks("fee_rule", row.condition):
        yield Problem(f"{path}.condition", f'there is no fee_rule "{row.condition}"')
    for other in file.fee_rule:
        if other.id == row.condition and other.kind != FeeRuleKind.CONDITION:
            yield Problem(f"{path}.condition", f'fee_rule "{row.condition}" is not of kind condition')


def _once(file: CityFile) -> Found:
    """For a kind of submission a city has one deposit, one waiver, ...: which would hold otherwise?"""
    seen: dict[tuple[str, str], str] = {}
    for row in file.fee_rule:
        for kind in row.kinds if row.kind in ONCE else ():
            first = seen.setdefault((str(row.kind), str(kind)), row.id)
            if first != row.id:
                reason = f'"{first}" is already the {row.kind} rule for {kind}'
                yield Problem(f"{file.path_of('fee_rule', row)}.kind", reason)
