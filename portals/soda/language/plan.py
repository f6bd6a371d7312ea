"""What a query means for one table: every name found, every type known, every function chosen."""

from dataclasses import dataclass, field
from enum import StrEnum

from portals.soda.values.types import OutputColumn, SodaType


class FunctionKind(StrEnum):
    """What a function looks at: one row, a group of rows, or the rows around a row."""

    SCALAR = "scalar"
    AGGREGATE = "aggregate"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class Variable:
    """A type that is the same wherever it stands in one function, out of `among`."""

    name: str
    among: frozenset[SodaType]


Spec = SodaType | Variable


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """One function or operator for arguments of certain types.

    `sql` is what SQLite is told: `{0}`, `{1}` are arguments, `{*}` all of them with commas, `{rest}` all but
    the first. `repeats` may follow `takes`, again and again as a whole.
    """

    name: str
    takes: tuple[Spec, ...]
    gives: Spec
    sql: str
    repeats: tuple[Spec, ...] = ()
    kind: FunctionKind = FunctionKind.SCALAR

    def parameters(self, count: int) -> tuple[Spec, ...] | None:
        """What `count` arguments must be; None where it does not take so many."""
        more = count - len(self.takes)
        if more < 0 or (more and (not self.repeats or more % len(self.repeats))):
            return None
        return self.takes + self.repeats * (more // len(self.repeats) if more else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """Anything with a value and a type. `size` counts all parts, those of an alias wherever it is used."""

    type: SodaType
    size: int = field(default=1, compare=False, repr=False)
    depth: int = field(default=1, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ColumnValue(Typed):
    """The value of a column. `source` is its name in SQL, which only the analysis gives; `label` is said."""

    source: str
    label: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Constant(Typed):
    """A value as it is stored: see the layout of tables. Geometries are GeoJSON, true is 1."""

    value: str | int | float | None


@dataclass(frozen=True, slots=True)
class TypedOrdering:
    """One criterion of an order."""

    value: Typed
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class TypedWindow:
    """The rows around a row; `frame` are words that the parser let through."""

    partition: tuple[Typed, ...] = ()
    order: tuple[TypedOrdering, ...] = ()
    frame: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied(Typed):
    """A function with its arguments; an aggregate perhaps of rows where `where` holds, or `over` some."""

    function: Function
    arguments: tuple[Typed, ...]
    where: Typed | None = None
    over: TypedWindow | None = None

    def parts(self) -> tuple[Typed, ...]:
        """Everything it is made of."""
        found = self.arguments + ((self.where,) if self.where is not None else ())
        if self.over is None:
            return found
        return found + self.over.partition + tuple(each.value for each in self.over.order)


@dataclass(frozen=True, slots=True)
class Stage:
    """One statement of a chain. `grouped` also where there are only aggregates; `words` must be in a row."""

    columns: tuple[tuple[OutputColumn, Typed], ...]
    distinct: bool = False
    where: Typed | None = None
    group: tuple[Typed, ...] = ()
    having: Typed | None = None
    order: tuple[TypedOrdering, ...] = ()
    words: tuple[str, ...] | None = None
    limit: int | None = None
    offset: int | None = None
    grouped: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The statements of a chain, the first of which reads the table."""

    stages: tuple[Stage, ...]

    @property
    def output(self) -> tuple[OutputColumn, ...]:
        """The columns of the answer, in order."""
        return tuple(column for column, _value in self.stages[-1].columns)
