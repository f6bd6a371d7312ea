"""Typed expressions as SQL with parameters. Few brackets: SQLite has a small stack for them.

A table is always read under the name `t`.
"""

# ruff: noqa: S608 - names in SQL are columns of the table or made here, and values are parameters

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from portals.soda.language.plan import Applied, ColumnValue, Constant, Typed, TypedOrdering, TypedWindow
from portals.soda.language.sql_functions import like_as_glob, prefix_as_glob
from portals.soda.values.types import SodaType

_HOLE = re.compile(r"\{(\d+|\*|rest)\}")
_FLAT = 200
"""Conditions that stand in one row; more are put in brackets by this many, as SQLite ends at 1,000 levels."""
_WHOLE = (
    "count",
    "date_extract",
    "floating_timestamp_",
    "length",
    "num_points",
    "rank",
    "dense_rank",
    "row_number",
)
"""How the names of functions begin that give whole numbers only, or numbers as they stand."""
_LEVEL = {"+": 1, "-": 1, "*": 2, "||": 3}


class Fragment(NamedTuple):
    """A piece of SQL and its parameters in order. `tight` means that it can stand anywhere as it is."""

    sql: str
    parameters: tuple[str | int | float | None, ...] = ()
    tight: bool = True


def expression(value: Typed) -> Fragment:
    """Any value."""
    if isinstance(value, ColumnValue):
        source = value.source.replace('"', '""')
        return Fragment(f't."{source}"')
    if isinstance(value, Constant):
        return Fragment("NULL") if value.value is None else Fragment("?", (value.value,))
    if isinstance(value, Applied):
        return _SPECIAL.get(value.function.name, _plain)(value)
    raise TypeError(f"no value: {value!r}")


def condition(value: Typed) -> Fragment:
    """A value that stands in a row of AND."""
    found = expression(value)
    return found if not isinstance(value, Applied) or value.function.name != "or" else bracketed(found)


def comparable(value: Typed, *, ordered: bool = False) -> Fragment:
    """A value in the form in which it is compared, grouped and put in order.

    Rows are in the order of the table, whatever their identifiers are; of a link the address counts.
    """
    found = expression(value)
    if value.type == SodaType.ID and ordered:
        if isinstance(value, ColumnValue) and value.source == "_row":
            return Fragment("t._id")
        return Fragment(f"(SELECT r._id FROM rows AS r WHERE r._row = {found.sql})", found.parameters)
    if value.type == SodaType.URL:
        return Fragment(f"json_extract({found.sql}, '$.url')", found.parameters)
    return found


def shown(value: Typed) -> Fragment:
    """A value as it is given away: numbers are decimal, however they were computed (0.1 + 0.2 is 0.3)."""
    found = expression(value)
    computed = isinstance(value, Applied) and not value.function.name.startswith(_WHOLE)
    if value.type != SodaType.NUMBER or not computed:
        return found
    return Fragment(f"soda_decimal({found.sql})", found.parameters)


def bracketed(part: Fragment) -> Fragment:
    return part if part.tight else Fragment(f"({part.sql})", part.parameters)


def listed(parts: Sequence[Fragment]) -> Fragment:
    return joined(parts, ", ")


def joined(parts: Sequence[Fragment], joint: str) -> Fragment:
    return Fragment(
        joint.join(part.sql for part in parts),
        tuple(value for part in parts for value in part.parameters),
        tight=len(parts) == 1 and parts[0].tight,
    )


def _filled(template: str, arguments: Sequence[Fragment]) -> Fragment:
    """A template with arguments in its holes; parameters follow the order of the holes."""
    texts: list[str] = []
    parameters: list[str | int | float | None] = []
    end = 0
    for hole in _HOLE.finditer(template):
        name = hole.group(1)
        wanted = arguments if name == "*" else arguments[1:] if name == "rest" else [arguments[int(name)]]
        inside = [part if name in ("*", "rest") else bracketed(part) for part in wanted]
        texts += [template[end : hole.start()], ", ".join(part.sql for part in inside)]
        parameters += [value for part in inside for value in part.parameters]
        end = hole.end()
    sql = "".join([*texts, template[end:]])
    return Fragment(sql, tuple(parameters), tight=_is_tight(template))


def _is_tight(template: str) -> bool:
    """Whether a template is one call, or one hole."""
    return bool(re.fullmatch(r"\w+\([^()]*\)|CAST\(.*\)|CASE .* END|\{0\}", template))


def _plain(value: Applied) -> Fragment:
    found = _filled(value.function.sql, [expression(part) for part in value.arguments])
    if value.where is None and value.over is None:
        return found
    sql, parameters = found.sql, found.parameters
    if value.where is not None:
        where = expression(value.where)
        sql, parameters = f"{sql} FILTER (WHERE {where.sql})", parameters + where.parameters
    if value.over is not None:
        over = _window(value.over)
        sql, parameters = f"{sql} OVER ({over.sql})", parameters + over.parameters
    return Fragment(sql, parameters)


def _window(window: TypedWindow) -> Fragment:
    parts: list[Fragment] = []
    if window.partition:
        partition = listed([comparable(each) for each in window.partition])
        parts.append(Fragment(f"PARTITION BY {partition.sql}", partition.parameters))
    if window.order:
        order = listed([criterion(each) for each in window.order])
        parts.append(Fragment(f"ORDER BY {order.sql}", order.parameters))
    if window.frame:
        parts.append(Fragment(" ".join(window.frame)))
    return joined(parts, " ")


def criterion(ordering: TypedOrdering) -> Fragment:
    """One criterion of ORDER BY."""
    found = comparable(ordering.value, ordered=True)
    return Fragment(found.sql + direction(ordering), found.parameters)


def direction(ordering: TypedOrdering) -> str:
    """What follows a criterion. SQLite takes null for the smallest: it comes first unless told otherwise."""
    words = " DESC" if ordering.descending else ""
    usual = ordering.nulls_last == ordering.descending
    return words if usual else f"{words} NULLS {'LAST' if ordering.nulls_last else 'FIRST'}"


def _compared(value: Applied) -> Fragment:
    ordered = value.function.name not in ("=", "==", "!=", "<>", "in", "not in")
    return _filled(value.function.sql, [comparable(part, ordered=ordered) for part in value.arguments])


def _conditions(value: Applied) -> Fragment:
    """Any number of conditions with AND or OR between them."""
    word = f" {value.function.name.upper()} "
    parts = [
        bracketed(found) if isinstance(part, Applied) and part.function.name in ("and", "or") else found
        for part in value.arguments
        for found in [expression(part)]
    ]
    while len(parts) > _FLAT:
        groups = [parts[start : start + _FLAT] for start in range(0, len(parts), _FLAT)]
        parts = [bracketed(joined(group, word)) for group in groups]
    return joined(parts, word)._replace(tight=False)


def _chained(value: Applied) -> Fragment:
    """`a + b - c` without brackets: the left side of such operators is gone down without calls."""
    if len(value.arguments) == 1:
        return _filled(value.function.sql, [expression(value.arguments[0])])
    if value.function.sql.startswith("soda_"):
        return _plain(value)
    level = _LEVEL[value.function.name]
    signs: list[str] = []
    rights: list[Typed] = []
    left: Typed = value
    while _is_link(left, level) and isinstance(left, Applied):
        signs.append(left.function.name)
        rights.append(left.arguments[1])
        left = left.arguments[0]
    wrapped = _said if level == _LEVEL["||"] else expression
    parts = [bracketed(wrapped(part)) for part in (left, *reversed(rights))]
    sql = parts[0].sql + "".join(
        f" {sign} {part.sql}" for sign, part in zip(reversed(signs), parts[1:], strict=True)
    )
    return Fragment(sql, tuple(each for part in parts for each in part.parameters), tight=False)


def _is_link(value: Typed, level: int) -> bool:
    return (
        isinstance(value, Applied)
        and _LEVEL.get(value.function.name) == level
        and len(value.arguments) == 2
        and not value.function.sql.startswith("soda_")
    )


def _said(value: Typed) -> Fragment:
    """A value as a part of a text."""
    found = shown(value)
    if value.type in (SodaType.NUMBER, SodaType.DOUBLE):
        return Fragment(f"soda_text({found.sql})", found.parameters)
    if value.type == SodaType.BOOLEAN:
        return Fragment(f"CASE {found.sql} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END", found.parameters)
    return found


def _as_text(value: Applied) -> Fragment:
    return _filled(value.function.sql, [shown(value.arguments[0])])


def _like(value: Applied) -> Fragment:
    return _pattern(value, like_as_glob, "soda_like_glob")


def _starts(value: Applied) -> Fragment:
    return _pattern(value, prefix_as_glob, "soda_prefix_glob")


def _pattern(value: Applied, translated: Callable[[str], str], function: str) -> Fragment:
    """A pattern that is written in the query is translated here, so that SQLite can use an index for it."""
    text, pattern = value.arguments
    if isinstance(pattern, Constant) and isinstance(pattern.value, str):
        glob = Fragment("?", (translated(pattern.value),))
    else:
        found = expression(pattern)
        glob = Fragment(f"{function}({found.sql})", found.parameters)
    return _filled(value.function.sql, [expression(text), glob])


def _one_of(value: Applied) -> Fragment:
    parts = [expression(part) for part in value.arguments]
    upper = [Fragment(f"soda_upper({part.sql})", part.parameters) for part in parts]
    return _filled(value.function.sql, upper)


def _case(value: Applied) -> Fragment:
    parts = [expression(part) for part in value.arguments]
    texts = [
        f"WHEN {test.sql} THEN {result.sql}" for test, result in zip(parts[::2], parts[1::2], strict=True)
    ]
    return Fragment(f"CASE {' '.join(texts)} END", tuple(each for part in parts for each in part.parameters))


_SPECIAL: dict[str, Callable[[Applied], Fragment]] = {
    **dict.fromkeys(
        ("=", "==", "!=", "<>", "<", "<=", ">", ">=", "between", "not between", "in", "not in"), _compared
    ),
    **dict.fromkeys(("and", "or"), _conditions),
    **dict.fromkeys(_LEVEL, _chained),
    "::text": _as_text,
    "like": _like,
    "not like": _like,
    "starts_with": _starts,
    "caseless_one_of": _one_of,
    "caseless_not_one_of": _one_of,
    "case": _case,
}
