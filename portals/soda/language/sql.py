"""A plan as one statement for SQLite over the layout of a table file. Pure.

Every value is a parameter; every name in the text is a column of the table, or made here. A chain becomes one
statement with a WITH for each part but the last. Rows come in an order that is the same for each page: where
the query leaves it open, by `_id`, by the keys of the group, or by all columns where rows are distinct.
"""

# ruff: noqa: S608 - names in SQL are columns of the table or made here, and values are parameters

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portals.soda.errors import QueryError
from portals.soda.language.plan import Plan, Stage
from portals.soda.language.sql_expressions import (
    Fragment,
    comparable,
    condition,
    criterion,
    direction,
    expression,
    listed,
    shown,
)
from portals.soda.values.types import OutputColumn

Parameter = str | int | float | None


@dataclass(frozen=True, slots=True)
class Statement:
    """What SQLite is told, and the columns of its rows. Needs the functions of `sql_functions`."""

    sql: str
    parameters: tuple[Parameter, ...]
    output: tuple[OutputColumn, ...]


def to_sql(plan: Plan) -> Statement:
    """The one statement that gives what the plan says."""
    *before, last = plan.stages
    parts: list[Fragment] = []
    source = "rows"
    for number, stage in enumerate(before, start=1):
        parts.extend(_named_stages(stage, source, f"s{number}"))
        source = f"s{number}"
    final = _select(last, source, ordered=True)
    texts = ", ".join(part.sql for part in parts)
    parameters = [value for part in (*parts, final) for value in part.parameters]
    return Statement(f"WITH {texts} {final.sql}" if parts else final.sql, tuple(parameters), plan.output)


_LIMITS = {
    "parser stack overflow": "it is nested too deeply",
    "Expression tree is too large": "it is nested too deeply",
    "too many columns": "it has too many columns",
    "too many terms": "it has too many columns",
    "too many arguments on function": "a function has too many arguments",
    "too many SQL variables": "it holds too many values",
    "integer overflow": "a sum or product is larger than 9223372036854775807",
    "string or blob too big": "a text grows too large",
    "LIKE or GLOB pattern too complex": "a pattern of LIKE is too long",
    "unsupported frame specification": "the frame of a window ends before it begins",
    "RANGE with offset": "RANGE with a distance needs one criterion in ORDER BY",
    "frame starting offset": "the distance of a frame must be a whole number",
    "frame ending offset": "the distance of a frame must be a whole number",
    "a GROUP BY clause is required before HAVING": "HAVING needs GROUP BY here",
    "argument of ntile": "the argument of ntile must be a whole number from 1",
}


def refusal(error: sqlite3.Error) -> QueryError | None:
    """What to answer where SQLite refuses a statement for what was asked; None if that is not why."""
    for words, reason in _LIMITS.items():
        if words in str(error):
            return QueryError("query.soql.not-computable", f"The query cannot be computed: {reason}")
    return None


def _named_stages(stage: Stage, source: str, name: str) -> Iterator[Fragment]:
    """A statement in the middle of a chain. It passes on the order of its rows as `_id`."""
    names = ", ".join(f"c{place}" for place in range(len(stage.columns)))
    limited = stage.limit is not None or stage.offset is not None
    if not stage.distinct:
        inner = _select(stage, source, ordered=limited, number=_number(stage))
        yield Fragment(f"{name}({names}, _id) AS ({inner.sql})", inner.parameters)
        return
    # A number beside them would make all rows distinct, so they are numbered in a second step.
    inner = _select(stage, source, ordered=limited)
    yield Fragment(f"{name}d({names}) AS ({inner.sql})", inner.parameters)
    order = ", ".join([*_order_by_columns(stage), names])
    yield Fragment(
        f"{name}({names}, _id) AS (SELECT {names}, row_number() OVER (ORDER BY {order}) FROM {name}d)"
    )


def _order_by_columns(stage: Stage) -> Iterator[str]:
    """The criteria of a distinct statement that are among its columns; others mean nothing for such rows."""
    for each in stage.order:
        for place, (_column, value) in enumerate(stage.columns):
            if value == each.value:
                yield f"c{place}{direction(each)}"
                break


def _number(stage: Stage) -> Fragment:
    if not stage.grouped and not stage.order:
        return Fragment("t._id")
    order = _order(stage)
    return Fragment(f"row_number() OVER ({order.sql})", order.parameters)


def _select(stage: Stage, source: str, *, ordered: bool, number: Fragment | None = None) -> Fragment:
    given = expression if number is not None or not ordered else shown
    columns = [given(value) for _column, value in stage.columns]
    parts = [
        Fragment("SELECT DISTINCT" if stage.distinct else "SELECT"),
        listed([*columns, number] if number is not None else columns),
        Fragment(f"FROM {source} AS t"),
        *_clause("WHERE", _where(stage)),
        *_clause("GROUP BY", [comparable(value) for value in stage.group], joint=", "),
        *_clause("HAVING", [condition(stage.having)] if stage.having is not None else []),
    ]
    if ordered:
        parts.append(_order(stage))
    if stage.limit is not None or stage.offset is not None:
        limit = -1 if stage.limit is None else stage.limit
        parts.append(Fragment("LIMIT ? OFFSET ?", (limit, stage.offset or 0)))
    parts = [part for part in parts if part.sql]
    return Fragment(
        " ".join(part.sql for part in parts), tuple(value for part in parts for value in part.parameters)
    )


def _where(stage: Stage) -> list[Fragment]:
    found = [condition(stage.where)] if stage.where is not None else []
    if stage.words is None:
        return found
    if not stage.words:
        return [Fragment("0")]
    sought = " ".join(f'"{word}"' for word in stage.words)
    return [Fragment("t._id IN (SELECT rowid FROM search WHERE search MATCH ?)", (sought,)), *found]


def _clause(word: str, parts: Sequence[Fragment], joint: str = " AND ") -> list[Fragment]:
    if not parts:
        return []
    text = joint.join(part.sql for part in parts)
    return [Fragment(f"{word} {text}", tuple(value for part in parts for value in part.parameters))]


def _order(stage: Stage) -> Fragment:
    """ORDER BY that leaves no two rows in doubt; blank for a single row."""
    parts = [criterion(each) for each in stage.order]
    if stage.distinct:
        parts += [Fragment(str(place)) for place in range(1, len(stage.columns) + 1)]
    elif stage.grouped:
        parts += [expression(value) for value in stage.group]
    else:
        # In the direction of the last criterion, so that one index serves both.
        last = " DESC" if stage.order and stage.order[-1].descending else ""
        parts.append(Fragment(f"t._id{last}"))
    if not parts:
        return Fragment("")
    return Fragment(
        "ORDER BY " + ", ".join(part.sql for part in parts),
        tuple(value for part in parts for value in part.parameters),
    )
