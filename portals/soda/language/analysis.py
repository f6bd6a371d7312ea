"""From what a query says to what it means for a table: `analyse(query, columns)` gives a plan. Pure.

Also holds the rules of groups: where aggregates may stand, and which columns may stand beside them.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from portals.soda.errors import QueryError
from portals.soda.language import nodes
from portals.soda.language.aliases import in_order, named
from portals.soda.language.choosing import SIZE
from portals.soda.language.cursor import bad_parse, not_offered
from portals.soda.language.lexer import Place
from portals.soda.language.meaning import Scope
from portals.soda.language.plan import Applied, ColumnValue, Constant, FunctionKind, Plan, Stage, Typed
from portals.soda.values.types import SYSTEM_COLUMNS, Column, OutputColumn

SEARCH_WORDS = 32
_WORD = re.compile(r"[^\W_]+")
"""What the index of words takes for one. It folds case and accents by itself."""
_SYSTEM_SOURCES = {":id": "_row", ":created_at": "_created", ":updated_at": "_updated"}


def analyse(query: nodes.Query, columns: Sequence[Column]) -> Plan:
    """The plan of a query over a table with these columns; raises QueryError for what cannot be meant."""
    readable = {
        column.name: ColumnValue(_SYSTEM_SOURCES.get(column.name, column.name), column.name, type=column.type)
        for column in (*SYSTEM_COLUMNS, *columns)
    }
    stages: list[Stage] = []
    for select in query.selects:
        if select.search is not None and stages:
            raise not_offered("SEARCH behind `|>`", nodes.NOWHERE, "search the table first")
        stages.append(_stage(select, readable))
        readable = {
            column.name.lower(): ColumnValue(f"c{place}", column.name, type=column.type)
            for place, (column, _value) in enumerate(stages[-1].columns)
        }
    return Plan(tuple(stages))


def _stage(select: nodes.Select, columns: Mapping[str, ColumnValue]) -> Stage:
    listed = named(select.selection, [column.label for column in columns.values()])
    scope = Scope(columns)
    for each in in_order(listed):
        value = scope.value(each.expression)
        scope.aliases[each.key] = value
    values = [scope.aliases[each.key] for each in listed]
    if sum(value.size for value in values) > 4 * SIZE:
        raise bad_parse("The selection is too large with its aliases written out", nodes.NOWHERE)
    stage = Stage(
        columns=tuple(
            (OutputColumn(_label(each.name, value, each.is_column), value.type), value)
            for each, value in zip(listed, values, strict=True)
        ),
        distinct=select.distinct,
        where=scope.truth(select.where, "WHERE") if select.where is not None else None,
        group=tuple(scope.value(each) for each in select.group),
        having=scope.truth(select.having, "HAVING") if select.having is not None else None,
        order=tuple(scope.ordering(each) for each in select.order),
        words=_words(select.search),
        limit=select.limit,
        offset=select.offset,
    )
    return _grouped(stage, select, [each.expression for each in listed])


def _label(name: str, value: Typed, is_column: bool) -> str:
    """A column that is selected by its name is called as the table calls it, whatever case was written."""
    return value.label if is_column and isinstance(value, ColumnValue) else name


def _words(search: str | None) -> tuple[str, ...] | None:
    if search is None or not search.strip():
        return None
    found = tuple(_WORD.findall(unicodedata.normalize("NFC", search)))
    if len(found) > SEARCH_WORDS:
        raise bad_parse(f"More than {SEARCH_WORDS} words are sought", nodes.NOWHERE)
    return found


def _grouped(stage: Stage, select: nodes.Select, selected: Sequence[nodes.Expression]) -> Stage:
    """The stage, with whether its rows are groups; raises QueryError where groups and rows are mixed."""
    if select.where is not None and stage.where is not None:
        _refuse(stage.where, select.where, "WHERE")
    for value, tree in zip(stage.group, select.group, strict=True):
        _refuse(value, tree, "GROUP BY")
    shown: list[tuple[Typed, nodes.Expression]] = [
        *zip((value for _column, value in stage.columns), selected, strict=True),
        *zip((each.value for each in stage.order), (each.expression for each in select.order), strict=True),
    ]
    if select.having is not None and stage.having is not None:
        _refuse(stage.having, select.having, "HAVING", aggregates=True)
        shown.append((stage.having, select.having))
    grouped = bool(stage.group) or select.having is not None
    grouped = grouped or any(_is_aggregate(part) for value, _tree in shown for part in _parts(value))
    for value, tree in shown:
        _check_nesting(value, tree)
        if grouped:
            _check_group(value, tree, frozenset(stage.group))
    return _with_grouped(stage, grouped)


def _with_grouped(stage: Stage, grouped: bool) -> Stage:
    rest = (stage.having, stage.order, stage.words, stage.limit, stage.offset)
    return Stage(stage.columns, stage.distinct, stage.where, stage.group, *rest, grouped)


def _is_aggregate(value: Typed) -> bool:
    return isinstance(value, Applied) and value.over is None and value.function.kind == FunctionKind.AGGREGATE


def _parts(value: Typed) -> Iterator[Typed]:
    """A value and everything it is made of."""
    yield value
    if isinstance(value, Applied):
        for part in value.parts():
            yield from _parts(part)


def _refuse(value: Typed, tree: nodes.Expression, clause: str, *, aggregates: bool = False) -> None:
    """Raises QueryError for aggregates (unless they may stand there) and window functions in a clause."""
    for part in _parts(value):
        if _is_aggregate(part) and isinstance(part, Applied) and not aggregates:
            raise _misplaced(part.function.name, clause, tree.at)
        if isinstance(part, Applied) and part.over is not None:
            raise bad_parse(f"Window functions may not stand in {clause}", tree.at)


def _misplaced(name: str, where: str, at: Place) -> QueryError:
    return QueryError(
        "query.soql.aggregate-in-ungrouped-context",
        f"Cannot use aggregate function `{name}' in {where}",
        position=at.position,
        data={"function": name, "clause": where},
    )


def _check_nesting(value: Typed, tree: nodes.Expression, within: str = "") -> None:
    """Raises QueryError for an aggregate within another, or a window function within either."""
    if not isinstance(value, Applied):
        return
    if within and (value.over is not None or _is_aggregate(value)):
        raise _misplaced(value.function.name, f"the function `{within}'", tree.at)
    inner = value.function.name if _is_aggregate(value) else within
    for part in value.parts():
        _check_nesting(part, tree, inner)


def _check_group(value: Typed, tree: nodes.Expression, keys: frozenset[Typed]) -> None:
    """Raises QueryError for a column that may differ within a group."""
    if value in keys or isinstance(value, Constant) or _is_aggregate(value):
        return
    if isinstance(value, ColumnValue):
        raise QueryError(
            "query.soql.column-not-in-group-bys",
            f"Column `{value.label}' is not in GROUP BY and not within an aggregate function",
            position=_place_of(value.label, tree).position,
            data={"column": value.label},
        )
    if isinstance(value, Applied):
        for part in value.parts():
            _check_group(part, tree, keys)


def _place_of(label: str, tree: nodes.Expression) -> Place:
    """Where a column is named, or else where the expression stands."""
    stack = [tree]
    while stack:
        part = stack.pop()
        if isinstance(part, nodes.Name) and part.name.lower() == label.lower():
            return part.at
        stack.extend(part.children())
    return tree.at
