"""Expressions with types: names are looked up, functions chosen, literals taken for what is wanted."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from portals.soda.errors import QueryError
from portals.soda.language import nodes
from portals.soda.language.aliases import no_such_column
from portals.soda.language.choosing import Meanings, apply, either_number, mismatch, sized
from portals.soda.language.cursor import bad_parse, not_offered
from portals.soda.language.functions import FUNCTIONS
from portals.soda.language.lexer import Place
from portals.soda.language.literals import meanings
from portals.soda.language.plan import (
    Applied,
    ColumnValue,
    Constant,
    FunctionKind,
    Typed,
    TypedOrdering,
    TypedWindow,
)
from portals.soda.values import moments
from portals.soda.values.types import ORDERED, SodaType

_WITHOUT_OVER = ("soda_", "count(DISTINCT")
"""How the SQL of aggregates begins that are no window functions: ours (see `sql_aggregates`), and this."""
_TYPE_NAMES = frozenset(str(kind) for kind in SodaType)


@dataclass(slots=True)
class Scope:
    """What names mean in one statement: aliases first, then columns. Keys are in lower case."""

    columns: Mapping[str, ColumnValue]
    aliases: dict[str, Typed] = field(default_factory=dict)

    def value(self, tree: nodes.Expression) -> Typed:
        """The value of an expression by itself."""
        return self._meanings(tree)[0]

    def truth(self, tree: nodes.Expression, clause: str) -> Typed:
        """A condition; raises QueryError where it is something else."""
        found = self._meanings(tree)
        for meaning in found:
            if meaning.type == SodaType.BOOLEAN:
                return meaning
        raise mismatch(clause, found[0].type, SodaType.BOOLEAN, tree.at)

    def ordering(self, ordering: nodes.Ordering) -> TypedOrdering:
        """One criterion; raises QueryError for what has no order."""
        value = self.value(ordering.expression)
        if value.type not in ORDERED:
            raise mismatch("ORDER BY", value.type, "something that has an order", ordering.expression.at)
        return TypedOrdering(value, ordering.descending, ordering.nulls_last)

    def _meanings(self, tree: nodes.Expression) -> Meanings:
        if isinstance(tree, nodes.Literal):
            return _literal(tree)
        if isinstance(tree, nodes.Name):
            return either_number(self._named(tree))
        if isinstance(tree, nodes.Operation):
            return self._operation(tree)
        if isinstance(tree, nodes.Cast):
            return self._cast(tree)
        if isinstance(tree, nodes.Conditional):
            return self._conditional(tree)
        if isinstance(tree, nodes.Call):
            return either_number(self._call(tree))
        raise TypeError(f"no expression: {tree!r}")

    def _named(self, tree: nodes.Name) -> Typed:
        key = tree.name.lower()
        found = self.aliases.get(key) or self.columns.get(key)
        if found is None:
            raise no_such_column(tree.name, tree.at)
        return found

    def _operation(self, tree: nodes.Operation) -> Meanings:
        if tree.operator == "()":
            return self._meanings(tree.operands[0])
        if tree.operator == "[]":
            return either_number(self._part(tree))
        return either_number(self._applied(tree.operator, tree.operands, tree.at))

    def _applied(self, name: str, arguments: tuple[nodes.Expression, ...], at: Place) -> Applied:
        found = apply(name, [self._meanings(each) for each in arguments], at, [each.at for each in arguments])
        _check_constants(found, arguments)
        return found

    def _part(self, tree: nodes.Operation) -> Typed:
        """`place.latitude` is the function `location_latitude`; of JSON any part can be had."""
        whole, part = tree.operands
        kind = self.value(whole).type
        if kind == SodaType.JSON or not isinstance(part, nodes.Literal) or not isinstance(part.value, str):
            return self._applied("[]", tree.operands, tree.at)
        name = f"{kind}_{part.value.lower()}"
        if name not in FUNCTIONS:
            raise no_such_column(part.value, part.at)
        return self._applied(name, (whole,), tree.at)

    def _cast(self, tree: nodes.Cast) -> Meanings:
        found = self._meanings(tree.operand)
        name = tree.type_name.lower()
        if name not in _TYPE_NAMES:
            raise QueryError(
                "query.soql.no-such-function",
                f"No such type: {tree.type_name[:200]}",
                position=tree.at.position,
                data={"type": tree.type_name[:200]},
            )
        for meaning in found:
            if meaning.type == name:
                return either_number(meaning)
        return either_number(self._applied(f"::{name}", (tree.operand,), tree.at))

    def _conditional(self, tree: nodes.Conditional) -> Meanings:
        arguments = [part for branch in tree.branches for part in branch]
        if tree.otherwise is not None:
            arguments += [nodes.Literal(True, at=tree.at), tree.otherwise]
        return either_number(self._applied("case", tuple(arguments), tree.at))

    def _call(self, tree: nodes.Call) -> Typed:
        name = "count(*)" if tree.star and tree.name.lower() == "count" else tree.name.lower()
        if (tree.star and name != "count(*)") or not name[:1].isalpha():
            name = f"{name}(*)" if tree.star else name
        found = self._applied(name, tree.arguments, tree.at)
        kind = found.function.kind
        if tree.where is not None and kind != FunctionKind.AGGREGATE:
            raise bad_parse(f"FILTER belongs to an aggregate, and {tree.name} is none", tree.at)
        if tree.over is not None and kind == FunctionKind.SCALAR:
            raise bad_parse(
                f"OVER belongs to an aggregate or a window function, and {tree.name} is none", tree.at
            )
        if tree.over is None and kind == FunctionKind.WINDOW:
            raise bad_parse(f"{tree.name} needs OVER (...)", tree.at)
        if tree.over is not None and found.function.sql.startswith(_WITHOUT_OVER):
            raise not_offered(f"{name} OVER", tree.at)
        where = self.truth(tree.where, "FILTER") if tree.where is not None else None
        over = self._window(tree.over) if tree.over is not None else None
        return sized(replace(found, where=where, over=over), tree.at)

    def _window(self, window: nodes.Window) -> TypedWindow:
        return TypedWindow(
            tuple(self.value(each) for each in window.partition),
            tuple(self.ordering(each) for each in window.order),
            window.frame,
        )


def _literal(tree: nodes.Literal) -> Meanings:
    try:
        return meanings(tree.value)
    except ValueError:
        raise bad_parse("The number is too large", tree.at) from None


def _check_constants(value: Applied, arguments: tuple[nodes.Expression, ...]) -> None:
    """Raises QueryError for a time zone or a period that is none, where it is written in the query."""
    for text, check, what in (
        ("soda_local(", moments.zone, "a time zone, such as 'America/Chicago'"),
        ("soda_date_add(", moments.period, "a period, such as 'P1M'"),
    ):
        if text not in value.function.sql or not isinstance(value.arguments[1], Constant):
            continue
        told = value.arguments[1].value
        if told is not None and check(str(told)) is None:
            raise mismatch(value.function.name, SodaType.TEXT, what, arguments[1].at)
