"""Expressions of the language: precedences, functions, windows. The clauses around them are in `parser`."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from portals.soda.language import nodes
from portals.soda.language.cursor import Cursor, bad_parse, not_offered
from portals.soda.language.lexer import Kind, Place, Token

DEPTH = 60
"""Levels of one tree, chains of operators of one kind included. AND and OR are flat, however many."""

Part = TypeVar("Part")
_CHAINS = (("=", "==", "!=", "<>", "<", "<=", ">", ">="), ("+", "-", "||"), ("*", "/", "%"))
_LITERALS: dict[str, bool | None] = {"TRUE": True, "FALSE": False, "NULL": None}


def listed(cursor: Cursor, parse: Callable[[Cursor], Part]) -> tuple[Part, ...]:
    """One or more parts with commas between."""
    parts = [parse(cursor)]
    while cursor.pass_sign(","):
        parts.append(parse(cursor))
    return tuple(parts)


def expression(cursor: Cursor) -> nodes.Expression:
    """Anything from an OR down."""
    cursor.deeper()
    found = _joined(cursor, "OR", lambda inner: _joined(inner, "AND", _negation))
    cursor.higher()
    return found


def ordering(cursor: Cursor) -> nodes.Ordering:
    """An expression with ASC or DESC and NULL FIRST or LAST; nulls are last when ascending, else first."""
    criterion = expression(cursor)
    descending = cursor.pass_word("DESC")
    if not descending:
        cursor.pass_word("ASC")
    nulls_last = not descending
    if cursor.pass_word("NULL") or cursor.pass_word("NULLS"):
        nulls_last = cursor.pass_word("LAST")
        if not nulls_last and not cursor.pass_word("FIRST"):
            raise cursor.expected("`FIRST' or `LAST'")
    return nodes.Ordering(criterion, descending, nulls_last)


def _joined(cursor: Cursor, word: str, parse: Callable[[Cursor], nodes.Expression]) -> nodes.Expression:
    operands = [parse(cursor)]
    at = cursor.token.at
    while cursor.pass_word(word):
        operands.append(parse(cursor))
    return operands[0] if len(operands) == 1 else _operation(word.lower(), operands, at)


def _operation(operator: str, operands: list[nodes.Expression], at: Place) -> nodes.Operation:
    made = nodes.Operation(operator, tuple(operands), at=at)
    if made.depth > DEPTH:
        raise bad_parse(f"The expression is more than {DEPTH} levels deep", at)
    return made


def _negation(cursor: Cursor) -> nodes.Expression:
    if not cursor.at_word("NOT"):
        return _test(cursor)
    at = cursor.step().at
    cursor.deeper()
    operand = _negation(cursor)
    cursor.higher()
    return _operation("not", [operand], at)


def _test(cursor: Cursor) -> nodes.Expression:
    """A comparison, perhaps followed by IS NULL, LIKE, BETWEEN or IN, again and again."""
    tested = _chain(cursor, 0)
    while (at := cursor.token.at) and (operator := _tester(cursor)):
        operands = [tested]
        if operator.endswith("like"):
            operands.append(_bound(cursor))
        elif operator.endswith("between"):
            operands.append(_bound(cursor))
            cursor.need_word("AND")
            operands.append(_bound(cursor))
        elif operator in ("in", "not in"):
            cursor.need_sign("(")
            operands.extend(_arguments(cursor))
        tested = _operation(operator, operands, at)
    return tested


def _tester(cursor: Cursor) -> str:
    """The operator that follows, blank if none does."""
    if cursor.pass_word("IS"):
        negated = cursor.pass_word("NOT")
        if not cursor.pass_word("NULL"):
            raise cursor.expected("`NULL'" if negated else "`NOT' or `NULL'")
        return "is not null" if negated else "is null"
    negation = "not " if cursor.pass_word("NOT") else ""
    for word in ("LIKE", "BETWEEN", "IN"):
        if cursor.pass_word(word):
            return negation + word.lower()
    if negation:
        raise cursor.expected("`BETWEEN', `IN' or `LIKE'")
    return ""


def _bound(cursor: Cursor) -> nodes.Expression:
    cursor.deeper()
    bound = _test(cursor)
    cursor.higher()
    return bound


def _chain(cursor: Cursor, level: int) -> nodes.Expression:
    """Operators of one precedence, read from the left."""
    if level == len(_CHAINS):
        return _power(cursor)
    left = _chain(cursor, level + 1)
    while cursor.at_sign(*_CHAINS[level]):
        sign = cursor.step()
        left = _operation(sign.value, [left, _chain(cursor, level + 1)], sign.at)
    return left


def _power(cursor: Cursor) -> nodes.Expression:
    base = _unary(cursor)
    if not cursor.at_sign("^"):
        return base
    at = cursor.step().at
    cursor.deeper()
    exponent = _power(cursor)
    cursor.higher()
    return _operation("^", [base, exponent], at)


def _unary(cursor: Cursor) -> nodes.Expression:
    if not cursor.at_sign("+", "-"):
        return _cast(cursor)
    sign = cursor.step()
    cursor.deeper()
    operand = _unary(cursor)
    cursor.higher()
    return _operation(sign.value, [operand], sign.at)


def _cast(cursor: Cursor) -> nodes.Expression:
    operand = _member(cursor)
    while cursor.pass_sign("::"):
        token = _name(cursor, "the name of a type")
        operand = nodes.Cast(operand, token.value, at=token.at)
        if operand.depth > DEPTH:
            raise bad_parse(f"The expression is more than {DEPTH} levels deep", token.at)
    return operand


def _member(cursor: Cursor) -> nodes.Expression:
    """`a.b` and `a[b]`; the name after a dot is kept as a text."""
    whole = _atom(cursor)
    while cursor.at_sign(".", "["):
        sign = cursor.step()
        if sign.value == ".":
            token = _name(cursor, "the name of a part")
            part: nodes.Expression = nodes.Literal(token.value, at=token.at)
        else:
            part = expression(cursor)
            cursor.need_sign("]")
        whole = _operation("[]", [whole, part], sign.at)
    return whole


def _name(cursor: Cursor, what: str) -> Token:
    if cursor.token.kind not in (Kind.NAME, Kind.QUOTED):
        raise cursor.expected(what)
    return cursor.step()


def _atom(cursor: Cursor) -> nodes.Expression:
    token = cursor.token
    if cursor.at_word("CASE") and cursor.at_word("WHEN", ahead=1):
        return _conditional(cursor)
    if token.kind == Kind.NUMBER:
        return nodes.Literal(Decimal(cursor.step().value), at=token.at)
    if token.kind == Kind.TEXT:
        return nodes.Literal(cursor.step().value, at=token.at)
    if token.kind == Kind.WORD and token.value in _LITERALS:
        return nodes.Literal(_LITERALS[cursor.step().value], at=token.at)
    if cursor.pass_sign("("):
        if cursor.at_word("SELECT"):
            raise not_offered("A query inside another", cursor.token.at)
        inner = expression(cursor)
        cursor.need_sign(")")
        return _operation("()", [inner], token.at)
    if token.kind == Kind.SYSTEM:
        return nodes.Name(cursor.step().value, at=token.at)
    if token.kind in (Kind.NAME, Kind.QUOTED):
        cursor.step()
        return _call(cursor, token) if cursor.at_sign("(") else nodes.Name(token.value, at=token.at)
    raise cursor.expected("an expression")


def _conditional(cursor: Cursor) -> nodes.Expression:
    at = cursor.step().at
    branches: list[tuple[nodes.Expression, nodes.Expression]] = []
    while cursor.pass_word("WHEN"):
        condition = expression(cursor)
        cursor.need_word("THEN")
        branches.append((condition, expression(cursor)))
    otherwise = expression(cursor) if cursor.pass_word("ELSE") else None
    if not cursor.pass_word("END"):
        raise cursor.expected("`END'" if otherwise is not None else "`WHEN', `ELSE' or `END'")
    return nodes.Conditional(tuple(branches), otherwise, at=at)


def _arguments(cursor: Cursor) -> tuple[nodes.Expression, ...]:
    """What stands between brackets of which the first is passed already."""
    if cursor.pass_sign(")"):
        return ()
    found = listed(cursor, expression)
    cursor.need_sign(")")
    return found


def _call(cursor: Cursor, name: Token) -> nodes.Expression:
    """`f(...)`, `f(*)`, `f(distinct a)`, perhaps with FILTER and OVER."""
    cursor.step()
    function, star = name.value, False
    arguments: tuple[nodes.Expression, ...] = ()
    if cursor.pass_sign("*"):
        cursor.need_sign(")")
        star = True
    elif cursor.pass_word("DISTINCT"):
        arguments, function = (expression(cursor),), f"{name.value}_distinct"
        cursor.need_sign(")")
    else:
        arguments = _arguments(cursor)
    where = None
    if cursor.at_word("FILTER") and cursor.after().raw == "(":
        cursor.pass_word("FILTER")
        cursor.need_sign("(")
        cursor.need_word("WHERE")
        where = expression(cursor)
        cursor.need_sign(")")
    over = _window(cursor) if cursor.at_word("OVER") else None
    return nodes.Call(function, arguments, star, where, over, at=name.at)


def _window(cursor: Cursor) -> nodes.Window:
    cursor.step()
    cursor.need_sign("(")
    partition: tuple[nodes.Expression, ...] = ()
    order: tuple[nodes.Ordering, ...] = ()
    if cursor.pass_word("PARTITION"):
        cursor.need_word("BY")
        partition = listed(cursor, expression)
    if cursor.pass_word("ORDER"):
        cursor.need_word("BY")
        order = listed(cursor, ordering)
    frame = _frame(cursor) if cursor.at_word("ROWS", "RANGE") else ()
    cursor.need_sign(")")
    return nodes.Window(partition, order, frame)


def _frame(cursor: Cursor) -> tuple[str, ...]:
    unit = cursor.step().value.upper()
    if not cursor.pass_word("BETWEEN"):
        return unit, *_frame_bound(cursor)
    start = _frame_bound(cursor)
    cursor.need_word("AND")
    return unit, "BETWEEN", *start, "AND", *_frame_bound(cursor)


def _frame_bound(cursor: Cursor) -> tuple[str, str]:
    if cursor.pass_word("CURRENT"):
        cursor.need_word("ROW")
        return "CURRENT", "ROW"
    token = cursor.token
    counted = token.kind == Kind.NUMBER and token.value.isdecimal() and len(token.value) < 10
    if not counted and not cursor.at_word("UNBOUNDED"):
        raise cursor.expected("`UNBOUNDED', `CURRENT ROW' or an integer")
    distance = cursor.step().value.upper()
    for word in ("PRECEDING", "FOLLOWING"):
        if cursor.pass_word(word):
            return distance, word
    raise cursor.expected("`PRECEDING' or `FOLLOWING'")
