"""A tree as the text of a query. Reading that text gives the same tree."""

import re
from decimal import Decimal

from portals.soda.language import nodes
from portals.soda.language.lexer import WORDS

_PLAIN_NAME = re.compile(r"[^\W\d][\w$]*")
_LEVELS = (
    ("or",),
    ("and",),
    ("not",),
    ("is null", "is not null", "like", "not like", "between", "not between", "in", "not in"),
    ("=", "==", "!=", "<>", "<", "<=", ">", ">="),
    ("+", "-", "||"),
    ("*", "/", "%"),
    ("^",),
)
_TIGHTNESS = {operator: place for place, operators in enumerate(_LEVELS) for operator in operators}
_TESTS, _PREFIX, _CAST, _WHOLE = 3, len(_LEVELS), len(_LEVELS) + 1, len(_LEVELS) + 2
"""Tightness of tests, of unary + and -, of `::`, and of everything that needs no brackets anywhere."""


def printed(query: nodes.Query) -> str:
    """The whole query in one line."""
    return " |> ".join(_select(select) for select in query.selects)


def printed_expression(tree: nodes.Expression) -> str:
    """One expression in one line. Brackets are added where the tree would be read otherwise without them."""
    if isinstance(tree, nodes.Literal):
        return _literal(tree.value)
    if isinstance(tree, nodes.Name):
        return _name(tree.name)
    if isinstance(tree, nodes.Operation):
        return _operation(tree)
    if isinstance(tree, nodes.Cast):
        return f"{_within(tree.operand, _CAST)}::{_name(tree.type_name)}"
    if isinstance(tree, nodes.Conditional):
        return _conditional(tree)
    if isinstance(tree, nodes.Call):
        return _call(tree)
    raise TypeError(f"no expression: {tree!r}")


def _literal(value: str | Decimal | bool | None) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return str(value)
    return "'" + value.replace("'", "''") + "'"


def _name(name: str) -> str:
    if name.startswith(":") or (_PLAIN_NAME.fullmatch(name) and name.upper() not in WORDS):
        return f"`{name}`" if "-" in name else name
    return f"`{name}`"


def _tightness(tree: nodes.Expression) -> int:
    if isinstance(tree, nodes.Cast):
        return _CAST
    if not isinstance(tree, nodes.Operation) or tree.operator in ("()", "[]"):
        return _WHOLE
    if len(tree.operands) == 1 and tree.operator in ("+", "-"):
        return _PREFIX
    return _TIGHTNESS[tree.operator]


def _within(tree: nodes.Expression, least: int) -> str:
    text = printed_expression(tree)
    return text if _tightness(tree) >= least else f"({text})"


def _operation(tree: nodes.Operation) -> str:
    operator, operands = tree.operator, tree.operands
    level = _tightness(tree)
    if operator == "()":
        return f"({printed_expression(operands[0])})"
    if operator == "[]":
        return f"{_within(operands[0], _WHOLE)}[{printed_expression(operands[1])}]"
    if operator == "not":
        return f"NOT {_within(operands[0], level)}"
    if len(operands) == 1 and operator in ("+", "-"):
        return f"{operator} {_within(operands[0], _PREFIX)}"
    if level == _TESTS:
        return _test(operator.upper(), operands)
    if operator == "^":
        return f"{_within(operands[0], level + 1)} ^ {_within(operands[1], level)}"
    first = _within(operands[0], level + (operator in ("and", "or")))
    return f" {operator.upper()} ".join([first, *(_within(operand, level + 1) for operand in operands[1:])])


def _test(operator: str, operands: tuple[nodes.Expression, ...]) -> str:
    # LIKE and BETWEEN take what follows them with them, so they stand in brackets before another test.
    greedy = isinstance(operands[0], nodes.Operation) and operands[0].operator.endswith(("like", "between"))
    tested = _within(operands[0], _TESTS + greedy)
    rest = [_within(operand, _TESTS + 1) for operand in operands[1:]]
    if operator.startswith("IS"):
        return f"{tested} {operator}"
    if operator.endswith("BETWEEN"):
        return f"{tested} {operator} {rest[0]} AND {_within(operands[2], _TESTS + 1)}"
    if operator in ("IN", "NOT IN"):
        return f"{tested} {operator} ({', '.join(map(printed_expression, operands[1:]))})"
    # What follows LIKE takes everything of its own level with it.
    return f"{tested} {operator} {_within(operands[1], _TESTS)}"


def _conditional(tree: nodes.Conditional) -> str:
    branches = [
        f"WHEN {printed_expression(condition)} THEN {printed_expression(value)}"
        for condition, value in tree.branches
    ]
    if tree.otherwise is not None:
        branches.append(f"ELSE {printed_expression(tree.otherwise)}")
    return f"CASE {' '.join(branches)} END"


def _call(tree: nodes.Call) -> str:
    arguments = "*" if tree.star else _listed(tree.arguments)
    text = f"{_name(tree.name)}({arguments})"
    if tree.where is not None:
        text += f" FILTER (WHERE {printed_expression(tree.where)})"
    if tree.over is not None:
        parts = [
            f"PARTITION BY {_listed(tree.over.partition)}" if tree.over.partition else "",
            f"ORDER BY {_orderings(tree.over.order)}" if tree.over.order else "",
            " ".join(tree.over.frame),
        ]
        text += f" OVER ({' '.join(filter(None, parts))})"
    return text


def _listed(trees: tuple[nodes.Expression, ...]) -> str:
    return ", ".join(map(printed_expression, trees))


def _orderings(orderings: tuple[nodes.Ordering, ...]) -> str:
    return ", ".join(
        f"{printed_expression(each.expression)} {'DESC' if each.descending else 'ASC'}"
        f" NULL {'LAST' if each.nulls_last else 'FIRST'}"
        for each in orderings
    )


def _star(sign: str, star: nodes.Star) -> str:
    excepted = ", ".join(_name(each.name) for each in star.excepted)
    return f"{sign} (EXCEPT {excepted})" if excepted else sign


def _selection(selection: nodes.Selection) -> str:
    parts = [_star(":*", selection.system_star)] if selection.system_star is not None else []
    parts += [_star("*", star) for star in selection.stars]
    for each in selection.expressions:
        alias = f" AS {_name(each.alias)}" if each.alias is not None else ""
        parts.append(printed_expression(each.expression) + alias)
    return ", ".join(parts)


def _select(select: nodes.Select) -> str:
    clauses = [
        "SELECT DISTINCT" if select.distinct else "SELECT",
        _selection(select.selection),
        f"WHERE {printed_expression(select.where)}" if select.where is not None else "",
        f"GROUP BY {_listed(select.group)}" if select.group else "",
        f"HAVING {printed_expression(select.having)}" if select.having is not None else "",
        f"ORDER BY {_orderings(select.order)}" if select.order else "",
        f"SEARCH {_literal(select.search)}" if select.search is not None else "",
        f"LIMIT {select.limit}" if select.limit is not None else "",
        f"OFFSET {select.offset}" if select.offset is not None else "",
    ]
    return " ".join(filter(None, clauses))
