"""What a query says, as a tree: nothing is looked up yet and no type is known.

`at` is where a part stands; two trees are equal when they say the same, wherever it stands.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from portals.soda.language.lexer import Place

NOWHERE = Place("", 0)
"""For what no text of a query holds, such as a filter by a parameter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """Anything with a value. `depth` counts the levels below and itself."""

    at: Place = field(default=NOWHERE, compare=False, repr=False)
    depth: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        deepest = max((child.depth for child in self.children()), default=0)
        object.__setattr__(self, "depth", deepest + 1)

    def children(self) -> Iterator["Expression"]:
        """The expressions this one is made of, in the order in which they are written."""
        yield from ()


@dataclass(frozen=True, slots=True)
class Literal(Expression):
    """A text, a number, true or false, or (None) null."""

    value: str | Decimal | bool | None


@dataclass(frozen=True, slots=True)
class Name(Expression):
    """A column or an alias; names of system columns begin with a colon."""

    name: str


@dataclass(frozen=True, slots=True)
class Operation(Expression):
    """An operator and what it stands between.

    `operator` is the sign or the words in lower case (`is not null`); `[]` is `a.b` or `a[b]`, `()` are
    brackets that somebody wrote: they matter for the name of a result. `and` and `or` have two or more.
    """

    operator: str
    operands: tuple[Expression, ...]

    def children(self) -> Iterator[Expression]:
        yield from self.operands


@dataclass(frozen=True, slots=True)
class Cast(Expression):
    """`operand::type_name`."""

    operand: Expression
    type_name: str

    def children(self) -> Iterator[Expression]:
        yield self.operand


@dataclass(frozen=True, slots=True)
class Conditional(Expression):
    """`case when ... then ... else ... end`; the function `case(...)` is a Call."""

    branches: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None = None

    def children(self) -> Iterator[Expression]:
        for branch in self.branches:
            yield from branch
        if self.otherwise is not None:
            yield self.otherwise


@dataclass(frozen=True, slots=True)
class Ordering:
    """One criterion of an order. `nulls_last` is always decided: true if ascending, unless said otherwise."""

    expression: Expression
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Window:
    """`over (...)`. `frame` are the words of the frame in capitals, blank for the default."""

    partition: tuple[Expression, ...] = ()
    order: tuple[Ordering, ...] = ()
    frame: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A function by its name as written. `star` is `count(*)`, `where` is `filter (where ...)`."""

    name: str
    arguments: tuple[Expression, ...] = ()
    star: bool = False
    where: Expression | None = None
    over: Window | None = None

    def children(self) -> Iterator[Expression]:
        yield from self.arguments
        if self.where is not None:
            yield self.where
        if self.over is not None:
            yield from self.over.partition
            yield from (ordering.expression for ordering in self.over.order)


@dataclass(frozen=True, slots=True)
class ExceptedName:
    name: str
    at: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Star:
    """`*` or `:*`, perhaps without some columns."""

    excepted: tuple[ExceptedName, ...] = ()
    at: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Selected:
    """An expression that is selected, under the name that was written (None: it gets one)."""

    expression: Expression
    alias: str | None = None
    alias_at: Place = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Selection:
    """A list of what is selected: always system columns first, then the others, then expressions."""

    system_star: Star | None = None
    stars: tuple[Star, ...] = ()
    expressions: tuple[Selected, ...] = ()


EVERYTHING = Selection(stars=(Star(),))


@dataclass(frozen=True, slots=True)
class Select:
    """One statement. What was not said is None or empty."""

    selection: Selection = EVERYTHING
    distinct: bool = False
    where: Expression | None = None
    group: tuple[Expression, ...] = ()
    having: Expression | None = None
    order: tuple[Ordering, ...] = ()
    search: str | None = None
    limit: int | None = None
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """Statements joined by `|>`: each reads what the one before it gives."""

    selects: tuple[Select, ...]
