"""Which function is meant by a name and the types of its arguments, and what to say when none fits.

Overloads are followed argument by argument; what is left at the end is decided by how few literals had to be
taken for something else than they are, then by the order of types.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from portals.soda.errors import QueryError
from portals.soda.language.cursor import bad_parse, not_offered
from portals.soda.language.functions import FUNCTIONS, NOT_OFFERED
from portals.soda.language.lexer import Place
from portals.soda.language.plan import Applied, Constant, Function, Spec, Typed
from portals.soda.values.types import NUMERIC, SodaType

Meanings = tuple[Typed, ...]
"""What an argument may be, the most natural first."""

SIZE, DEPTH = 10_000, 100
"""Of one expression, aliases written out: what is made of it for SQLite grows with both."""
_PREFERENCE = {kind: place for place, kind in enumerate(SodaType)}


_Chosen = tuple[Any, ...]
"""The arguments so far as pairs of (those before, the last): thousands are not copied for one more."""


@dataclass(frozen=True, slots=True)
class _Fit:
    """An overload that fits so far."""

    function: Function
    bound: Mapping[str, SodaType]
    chosen: _Chosen = ()
    cost: int = 0

    def with_argument(self, spec: Spec, argument: Typed, cost: int) -> "_Fit | None":
        """This with one argument more; None if the argument does not fit."""
        bound = self.bound
        if isinstance(spec, SodaType):
            fits = argument.type == spec
        elif spec.name in bound:
            fits = argument.type == bound[spec.name]
        else:
            fits = argument.type in spec.among
            bound = {**bound, spec.name: argument.type}
        return _Fit(self.function, bound, (self.chosen, argument), self.cost + cost) if fits else None

    def wanted(self, spec: Spec) -> frozenset[SodaType]:
        """What an argument may be."""
        if isinstance(spec, SodaType):
            return frozenset({spec})
        return frozenset({self.bound[spec.name]}) if spec.name in self.bound else spec.among

    def arguments(self) -> tuple[Typed, ...]:
        found: list[Typed] = []
        chosen = self.chosen
        while chosen:
            chosen, last = chosen
            found.append(last)
        return tuple(reversed(found))

    @property
    def rank(self) -> tuple[int, list[int]]:
        return self.cost, [_PREFERENCE[kind] for kind in self.bound.values()]

    @property
    def gives(self) -> SodaType:
        gives = self.function.gives
        return gives if isinstance(gives, SodaType) else self.bound[gives.name]


def _cost(argument: Typed, natural: SodaType) -> int:
    """How far an argument is from what it is by itself: literals may be much, a number the other kind."""
    if argument.type == natural:
        return 0
    if isinstance(argument, Constant):
        return 1
    return 2 if argument.type == SodaType.DOUBLE else 3


def apply(name: str, arguments: Sequence[Meanings], at: Place, places: Sequence[Place]) -> Applied:
    """The function of that name for these arguments, which stand at `places`.

    Raises QueryError for a name that is none, a wrong number of arguments and a type that does not fit.
    """
    overloads = [
        (parameters, _Fit(function, {}))
        for function in _overloads(name, len(arguments), at)
        if (parameters := function.parameters(len(arguments))) is not None
    ]
    for index, meanings in enumerate(arguments):
        following = [
            (parameters, found)
            for parameters, fit in overloads
            for argument in meanings
            if (found := fit.with_argument(parameters[index], argument, _cost(argument, meanings[0].type)))
        ]
        if not following:
            wanted = (fit.wanted(parameters[index]) for parameters, fit in overloads)
            raise _mismatch(name, meanings[0].type, frozenset().union(*wanted), places[index])
        overloads = following
    best = min((fit for _parameters, fit in overloads), key=lambda fit: fit.rank)
    return sized(Applied(best.function, best.arguments(), type=best.gives), at)


def _overloads(name: str, count: int, at: Place) -> list[Function]:
    known = FUNCTIONS.get(name, [])
    if name in NOT_OFFERED:
        raise not_offered(f"The function {name}", at)
    fitting = [function for function in known if function.parameters(count) is not None]
    if fitting:
        return fitting
    counts = sorted({len(function.takes) for function in known})
    more = " or more" if any(function.repeats for function in known) else ""
    hint = f" (it takes {' or '.join(map(str, counts))}{more} arguments)" if known else ""
    raise QueryError(
        "query.soql.no-such-function",
        f"No such function: {name[:200]}/{count}{hint}",
        position=at.position,
        data={"function": name[:200], "arity": count},
    )


def _mismatch(name: str, found: SodaType, wanted: frozenset[SodaType], at: Place) -> QueryError:
    kinds = sorted(wanted, key=_PREFERENCE.__getitem__)
    listed = " or ".join(kinds) if len(kinds) < 6 else f"another type than {found}"
    return mismatch(name, found, listed, at)


def mismatch(name: str, found: SodaType, wanted: str, at: Place) -> QueryError:
    """That something of one type stands where another is wanted."""
    hint = ""
    if found == SodaType.NUMBER and wanted == SodaType.TEXT:
        hint = "; write the number as a text in quotes, or make the text a number: name::number"
    return QueryError(
        "query.soql.type-mismatch",
        f"Type mismatch for {name}: expected {wanted}, but found {found}{hint}",
        position=at.position,
        data={"function": name, "type": str(found), "expected": wanted},
    )


def sized(value: Applied, at: Place) -> Applied:
    """The value with its size and depth; raises QueryError where it grows too large."""
    parts = value.parts()
    size = 1 + sum(part.size for part in parts)
    depth = 1 + max((part.depth for part in parts), default=0)
    if size > SIZE or depth > DEPTH:
        raise bad_parse(
            f"The expression has more than {SIZE} parts, or {DEPTH} levels, with aliases written out", at
        )
    return replace(value, size=size, depth=depth)


def either_number(value: Typed) -> Meanings:
    """A value, and if it is a number the same as the other type of number: nobody need cast between them."""
    if value.type not in NUMERIC:
        return (value,)
    (other,) = NUMERIC - {value.type}
    return value, replace(value, type=other)
