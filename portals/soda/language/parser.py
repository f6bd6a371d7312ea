"""The text of a query, or of one clause, as a tree. Recursive descent.

The grammar is that of docs/soda-language.md. From loosest to tightest: OR; AND; NOT; IS, LIKE, BETWEEN, IN;
comparisons; + - ||; * / %; ^ (from the right); unary + -; `::`; `.` and `[]`. Every function raises
QueryError, and nothing else, for what is no query.
"""

from collections.abc import Callable
from typing import TypeVar

from portals.soda.language import nodes
from portals.soda.language.cursor import Cursor, bad_parse, not_offered
from portals.soda.language.expressions import expression, listed, ordering
from portals.soda.language.lexer import Kind, Token

STATEMENTS = 10
"""Of one chain."""
LARGEST = 2**63 - 1

Tree = TypeVar("Tree")


def parse_query(text: str) -> nodes.Query:
    """A whole query: `SELECT ...`, perhaps several joined by `|>`."""
    return _whole(_query, text)


def parse_select(text: str) -> nodes.Select:
    """All that may stand after SELECT and before WHERE: the list, and perhaps DISTINCT before it."""
    return _whole(_selected_list, text)


def parse_expression(text: str) -> nodes.Expression:
    """One expression, as after WHERE."""
    return _whole(expression, text)


def parse_expressions(text: str) -> tuple[nodes.Expression, ...]:
    """A list of expressions, as after GROUP BY."""
    return _whole(lambda cursor: listed(cursor, expression), text)


def parse_orderings(text: str) -> tuple[nodes.Ordering, ...]:
    """What may stand after ORDER BY."""
    return _whole(lambda cursor: listed(cursor, ordering), text)


def _whole(parse: Callable[[Cursor], Tree], text: str) -> Tree:
    cursor = Cursor(text)
    tree = parse(cursor)
    cursor.need_end()
    return tree


def _query(cursor: Cursor) -> nodes.Query:
    selects = [_select(cursor)]
    while cursor.at_sign("|>"):
        at = cursor.step().at
        selects.append(_select(cursor))
        if len(selects) > STATEMENTS:
            raise bad_parse(f"More than {STATEMENTS} statements in one chain", at)
    return nodes.Query(tuple(selects))


def _select(cursor: Cursor) -> nodes.Select:
    cursor.need_word("SELECT")
    begun = _selected_list(cursor)
    where = expression(cursor) if cursor.pass_word("WHERE") else None
    group: tuple[nodes.Expression, ...] = ()
    if cursor.pass_word("GROUP"):
        cursor.need_word("BY")
        group = listed(cursor, expression)
    having = expression(cursor) if cursor.pass_word("HAVING") else None
    order, search = _order_and_search(cursor)
    limit, offset = _limit_and_offset(cursor)
    return nodes.Select(begun.selection, begun.distinct, where, group, having, order, search, limit, offset)


def _selected_list(cursor: Cursor) -> nodes.Select:
    distinct = cursor.pass_word("DISTINCT")
    if distinct and cursor.at_word("ON"):
        raise not_offered("DISTINCT ON", cursor.token.at)
    return nodes.Select(_selection(cursor), distinct)


def _order_and_search(cursor: Cursor) -> tuple[tuple[nodes.Ordering, ...], str | None]:
    """Both, in either order, each at most once."""
    search = _search(cursor)
    order: tuple[nodes.Ordering, ...] = ()
    if cursor.pass_word("ORDER"):
        cursor.need_word("BY")
        order = listed(cursor, ordering)
    return order, search if search is not None else _search(cursor)


def _search(cursor: Cursor) -> str | None:
    if not cursor.pass_word("SEARCH"):
        return None
    if cursor.token.kind != Kind.TEXT:
        raise cursor.expected("a string")
    return cursor.step().value


def _limit_and_offset(cursor: Cursor) -> tuple[int | None, int | None]:
    """Both, in either order, each at most once."""
    limit = _count(cursor, "LIMIT")
    offset = _count(cursor, "OFFSET")
    return limit if limit is not None else _count(cursor, "LIMIT"), offset


def _count(cursor: Cursor, word: str) -> int | None:
    if not cursor.pass_word(word):
        return None
    if cursor.token.kind != Kind.NUMBER or not cursor.token.value.isdecimal():
        raise cursor.expected("an integer")
    token = cursor.step()
    if int(token.value) > LARGEST:
        raise bad_parse(f"The number after {word} is too large", token.at)
    return int(token.value)


def _selection(cursor: Cursor) -> nodes.Selection:
    """`:*`, then stars, then expressions; each part may be absent, but not all of them."""
    system_star = _star(cursor, Kind.SYSTEM) if cursor.at_sign(":*") else None
    begun = system_star is not None
    stars: list[nodes.Star] = []
    while _more(cursor, begun, "*"):
        stars.append(_star(cursor, Kind.NAME, Kind.QUOTED))
        begun = True
    if begun and not cursor.pass_sign(","):
        return nodes.Selection(system_star, tuple(stars))
    return nodes.Selection(system_star, tuple(stars), listed(cursor, _selected))


def _more(cursor: Cursor, begun: bool, sign: str) -> bool:
    """Whether the sign comes next in a list, and passes over the comma before it."""
    if not begun:
        return cursor.at_sign(sign)
    following = cursor.after()
    if cursor.at_sign(",") and following.kind == Kind.SIGN and following.value == sign:
        cursor.step()
        return True
    return False


def _star(cursor: Cursor, *kinds: Kind) -> nodes.Star:
    at = cursor.step().at
    if not cursor.at_sign("("):
        return nodes.Star(at=at)
    cursor.step()
    cursor.need_word("EXCEPT")
    excepted = listed(cursor, lambda inner: _excepted(inner, kinds))
    cursor.need_sign(")")
    return nodes.Star(excepted, at)


def _excepted(cursor: Cursor, kinds: tuple[Kind, ...]) -> nodes.ExceptedName:
    if cursor.token.kind not in kinds:
        raise cursor.expected("a system column" if Kind.SYSTEM in kinds else "a column")
    token = cursor.step()
    return nodes.ExceptedName(token.value, token.at)


def _selected(cursor: Cursor) -> nodes.Selected:
    if cursor.at_sign("*", ":*"):
        cursor.need_end()
    selected = expression(cursor)
    if not cursor.pass_word("AS"):
        return nodes.Selected(selected)
    token = _alias(cursor)
    return nodes.Selected(selected, token.value, token.at)


def _alias(cursor: Cursor) -> Token:
    if cursor.token.kind not in (Kind.NAME, Kind.QUOTED):
        raise cursor.expected("a name (a word of the language or one with `-` stands in backticks)")
    return cursor.step()
