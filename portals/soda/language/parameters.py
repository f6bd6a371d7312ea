"""The parameters of an address as one query: `$where` and its like, `$query`, and `column=value`. Pure.

A parameter that means nothing here is refused, so that a forgotten `$` is not overlooked.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from portals.soda.errors import QueryError, SodaError, unrecognized_arguments
from portals.soda.language import nodes
from portals.soda.language.lexer import Place
from portals.soda.language.parser import (
    LARGEST,
    parse_expression,
    parse_expressions,
    parse_orderings,
    parse_query,
    parse_select,
)
from portals.soda.values.types import SYSTEM_COLUMNS, Column

DEFAULT_LIMIT = 1_000
"""Rows of an answer where nobody says how many. Clients page by it: it is part of the interface."""

Tree = TypeVar("Tree")
_CLAUSES = ("$select", "$where", "$group", "$having", "$order", "$limit", "$offset", "$q")
_SETTINGS = ("$query", "$$app_token", "$$bom", "$$exclude_system_fields")
_WITHOUT_EFFECT = ("$$version", "$$read_from_nbe", "$$query_timeout_seconds", "$$row_count", "$$no_rollup")
"""What clients of other servers send along, and what changes no answer here."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, and what else the address says. `app_token` is a key that came as a parameter."""

    query: nodes.Query
    byte_order_mark: bool = False
    app_token: str = ""


def asked(
    pairs: Iterable[tuple[str, str]],
    columns: Sequence[Column],
    *,
    default_limit: int | None = DEFAULT_LIMIT,
    ignored: Collection[str] = (),
) -> Asked:
    """What the parameters of an address ask of a table with these columns.

    `default_limit` is None where an answer without a limit has all rows. Raises SodaError for what means
    nothing.
    """
    given = [(name, value) for name, value in pairs if name not in ignored]
    names = {column.name for column in (*SYSTEM_COLUMNS, *columns)}
    known = {*names, *_CLAUSES, *_SETTINGS, *_WITHOUT_EFFECT}
    if unknown := [name for name, _value in given if name not in known]:
        raise unrecognized_arguments(dict.fromkeys(name[:100] for name in unknown))
    # Of a setting the last one counts, as everywhere; filters all count.
    settings = {name: value for name, value in given if name not in names}
    filters = [(name, value) for name, value in given if name in names]
    query = _query(settings, filters)
    return Asked(
        _limited(query, default_limit),
        byte_order_mark=_is_true(settings.get("$$bom", "")),
        app_token=settings.get("$$app_token", ""),
    )


def _query(settings: Mapping[str, str], filters: Sequence[tuple[str, str]]) -> nodes.Query:
    if "$query" not in settings:
        return nodes.Query((_select(settings, filters),))
    beside = [name for name in (*_CLAUSES, *dict(filters)) if name in settings or name in dict(filters)]
    if beside:
        raise SodaError(f"$query says everything: put these into it: {', '.join(beside)}")
    return _told("$query", parse_query, settings)


def _limited(query: nodes.Query, default_limit: int | None) -> nodes.Query:
    *before, last = query.selects
    limit = last.limit if last.limit is not None else default_limit
    return nodes.Query((*before, replace(last, limit=limit)))


def _select(settings: Mapping[str, str], filters: Sequence[tuple[str, str]]) -> nodes.Select:
    begun = _told("$select", parse_select, settings) if _says(settings, "$select") else nodes.Select()
    if _is_false(settings.get("$$exclude_system_fields", "")) and begun == nodes.Select():
        begun = nodes.Select(replace(nodes.EVERYTHING, system_star=nodes.Star()))
    return replace(
        begun,
        where=_where(settings, filters),
        group=_told("$group", parse_expressions, settings) if _says(settings, "$group") else (),
        having=_told("$having", parse_expression, settings) if _says(settings, "$having") else None,
        order=_told("$order", parse_orderings, settings) if _says(settings, "$order") else (),
        search=settings.get("$q"),
        limit=_count(settings, "$limit"),
        offset=_count(settings, "$offset"),
    )


def _says(settings: Mapping[str, str], name: str) -> bool:
    return bool(settings.get(name, "").strip())


def _told(name: str, parse: Callable[[str], Tree], settings: Mapping[str, str]) -> Tree:
    """What a parameter says; an error tells which parameter it was."""
    try:
        return parse(settings[name])
    except QueryError as error:
        error.data.setdefault("parameter", name)
        raise


def _where(settings: Mapping[str, str], filters: Sequence[tuple[str, str]]) -> nodes.Expression | None:
    """All conditions at once: `$where` and one for each column that is given a value."""
    conditions = [_told("$where", parse_expression, settings)] if _says(settings, "$where") else []
    for name, value in filters:
        if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in value):
            raise QueryError("req.bad-parameter", f"Unexpected character in the value of {name}")
        column, wanted = Place(f"{name}={value}", 0), Place(f"{name}={value}", len(name) + 1)
        operands = (nodes.Name(name, at=column), nodes.Literal(value, at=wanted))
        conditions.append(nodes.Operation("=", operands, at=column))
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return nodes.Operation("and", tuple(conditions))


def _count(settings: Mapping[str, str], name: str) -> int | None:
    if not _says(settings, name):
        return None
    value = settings[name].strip()
    if not (value.isascii() and value.isdecimal() and len(value) < 20 and int(value) <= LARGEST):
        raise QueryError(
            "req.bad-parameter",
            f"{name} must be a whole number from 0: {value[:50]!a}",
            data={"parameter": name},
        )
    return int(value)


def _is_true(value: str) -> bool:
    return value.strip().lower() in ("true", "1")


def _is_false(value: str) -> bool:
    return value.strip().lower() in ("false", "0")
