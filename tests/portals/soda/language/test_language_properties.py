"""What holds for every query: nothing falls over, what is printed is read again, and answers are right."""

import sqlite3
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portals.soda.errors import QueryError, SodaError
from portals.soda.language import nodes
from portals.soda.language.analysis import analyse
from portals.soda.language.functions import FUNCTIONS
from portals.soda.language.lexer import WORDS
from portals.soda.language.parameters import asked
from portals.soda.language.parser import parse_expression, parse_query
from portals.soda.language.sql import refusal, to_sql
from portals.soda.values.types import Column, SodaType
from tests.portals.soda.language.printing import printed, printed_expression
from tests.portals.soda.small_tables import COLUMNS, answer, table

RELAXED = settings(
    max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)

# -- Any text


NAMES = sorted(name for name in FUNCTIONS if name[0].isalpha() and " " not in name and "(" not in name)
PIECES = st.sampled_from(
    [
        *sorted(WORDS),
        *("by", "case", "when", "then", "else", "end", "over", "partition", "rows", "unbounded", "preceding"),
        *(
            "+",
            "-",
            "*",
            "/",
            "%",
            "^",
            "||",
            "=",
            "<>",
            "<",
            ">=",
            "::",
            ".",
            ",",
            "(",
            ")",
            "[",
            "]",
            "|>",
            ":*",
        ),
        *(
            "1",
            "0",
            "2.5",
            "1e30",
            "'a'",
            "''",
            "'2020-01-31'",
            "'POINT (1 2)'",
            "'7'",
            "'P1M'",
            '"b"',
            "`c d`",
        ),
        *(column.name for column in COLUMNS),
        *(":id", "number", "text", "point", "nothing", "count(*)", "order by", "group by"),
        *(f"{name}(" for name in NAMES),
    ]
)


def run(connection: sqlite3.Connection, text: str) -> None:
    """As far as the text leads: a SodaError ends it, and so does what SQLite may refuse."""
    try:
        plan = analyse(parse_query(text), COLUMNS)
    except QueryError as error:
        assert error.status == 400 and error.code.startswith("query.soql.")
        assert error.as_json()["message"]
        return
    told = to_sql(plan)
    try:
        rows = connection.execute(told.sql, told.parameters).fetchall()
    except sqlite3.Error as error:
        assert refusal(error) is not None, (text, told.sql, error)
    else:
        assert all(len(row) == len(plan.output) for row in rows)


@RELAXED
@given(st.text(max_size=80))
def test_any_text_gives_an_answer_or_an_error_of_the_query(small: sqlite3.Connection, text: str) -> None:
    run(small, text)
    run(small, f"select {text}")


@settings(RELAXED, max_examples=200)
@given(st.lists(PIECES, max_size=14))
def test_any_row_of_words_gives_an_answer_or_an_error_of_the_query(
    small: sqlite3.Connection, pieces: list[str]
) -> None:
    text = " ".join(pieces)
    run(small, f"select {text}")
    run(small, f"select name where {text}")
    run(small, f"select name group by name order by {text}")


CONSTANTS = (
    "1",
    "-3",
    "2.5",
    "0",
    "name",
    "amount",
    "ratio",
    "open",
    "at",
    "seen",
    "place",
    "area",
    "link",
    "null",
)
VALUES = st.sampled_from(
    [*CONSTANTS, "'a'", "'2020-02-30'", "'POINT (1 2)'", "home", "more", ":id", "9e18", "1e300"]
)


@settings(RELAXED, max_examples=100)
@given(st.sampled_from(NAMES), st.lists(VALUES, max_size=5), st.sampled_from(["", " over (order by name)"]))
def test_every_function_takes_its_arguments_or_refuses_them(
    small: sqlite3.Connection, name: str, arguments: list[str], over: str
) -> None:
    run(small, f"select {name}({', '.join(arguments)}){over}")


@RELAXED
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["$select", "$where", "$order", "$group", "$having", "$limit", "$q", "$query", "name", "x"]
            ),
            st.text(max_size=20) | st.sampled_from(["name", "amount", "5", "*", "count(*)"]),
        ),
        max_size=4,
    )
)
def test_any_parameters_give_a_plan_or_an_error(pairs: list[tuple[str, str]]) -> None:
    try:
        to_sql(analyse(asked(pairs, COLUMNS).query, COLUMNS))
    except SodaError as error:
        assert error.status == 400


# -- Printing


def unbracketed(tree: nodes.Expression) -> nodes.Expression:
    """Without the brackets that printing had to add."""
    if isinstance(tree, nodes.Operation):
        operands = tuple(map(unbracketed, tree.operands))
        return operands[0] if tree.operator == "()" else nodes.Operation(tree.operator, operands)
    if isinstance(tree, nodes.Cast):
        return nodes.Cast(unbracketed(tree.operand), tree.type_name)
    if isinstance(tree, nodes.Call):
        return nodes.Call(tree.name, tuple(map(unbracketed, tree.arguments)), tree.star)
    return tree


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=8)
LEAVES = st.one_of(
    st.sampled_from(["a", "order", "b-c", ":id", ":@x", "_", "case"]).map(nodes.Name),
    TEXTS.map(nodes.Literal),
    st.booleans().map(nodes.Literal),
    st.just(nodes.Literal(None)),
    st.decimals(0, 10**12, places=2).map(nodes.Literal),
)
BINARY = ("=", "==", "!=", "<>", "<", "<=", ">", ">=", "+", "-", "||", "*", "/", "%", "^", "like", "not like")


def _more(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    pair, triple = st.tuples(inner, inner), st.tuples(inner, inner, inner)
    return st.one_of(
        st.tuples(st.sampled_from(BINARY), pair).map(lambda told: nodes.Operation(*told)),
        st.tuples(st.sampled_from(("and", "or")), pair | triple).map(lambda told: nodes.Operation(*told)),
        st.tuples(st.sampled_from(("between", "not between")), triple).map(
            lambda told: nodes.Operation(*told)
        ),
        st.tuples(st.sampled_from(("in", "not in")), pair | triple).map(lambda told: nodes.Operation(*told)),
        st.tuples(st.sampled_from(("not", "-", "+", "is null", "is not null", "()")), st.tuples(inner)).map(
            lambda told: nodes.Operation(*told)
        ),
        pair.map(lambda told: nodes.Operation("[]", told)),
        st.tuples(inner, st.sampled_from(("number", "text"))).map(lambda told: nodes.Cast(*told)),
        st.lists(inner, max_size=3).map(lambda told: nodes.Call("f", tuple(told))),
    )


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(st.recursive(LEAVES, _more, max_leaves=12))
def test_a_tree_that_is_printed_is_read_again(tree: nodes.Expression) -> None:
    again = parse_expression(printed_expression(tree))
    assert flat(unbracketed(again)) == flat(unbracketed(tree))
    assert parse_expression(printed_expression(again)) == again


def flat(tree: nodes.Expression) -> nodes.Expression:
    """AND of an AND is one AND: printing may leave out brackets between them."""
    if isinstance(tree, nodes.Operation):
        operands = [flat(operand) for operand in tree.operands]
        if tree.operator in ("and", "or"):
            spread: list[nodes.Expression] = []
            for each in operands:
                same = isinstance(each, nodes.Operation) and each.operator == tree.operator
                spread.extend(each.operands if same and isinstance(each, nodes.Operation) else [each])
            operands = spread
        return nodes.Operation(tree.operator, tuple(operands))
    if isinstance(tree, nodes.Cast):
        return nodes.Cast(flat(tree.operand), tree.type_name)
    if isinstance(tree, nodes.Call):
        return nodes.Call(tree.name, tuple(map(flat, tree.arguments)), tree.star)
    return tree


@settings(RELAXED, max_examples=100)
@given(st.lists(PIECES, max_size=12))
def test_a_query_that_is_read_prints_as_the_same_query(pieces: list[str]) -> None:
    try:
        tree = parse_query(f"select {' '.join(pieces)}")
    except QueryError:
        return
    assert parse_query(printed(tree)) == tree


# -- Answers, compared with a reckoning that knows nothing of SQL

PLAIN = (Column("word", SodaType.TEXT), Column("number", SodaType.NUMBER), Column("flag", SodaType.BOOLEAN))
ROW = st.tuples(
    st.none() | st.sampled_from(["", "a", "A", "ab", "b", "é", "a%b"]),
    st.none() | st.integers(-3, 3) | st.sampled_from([0.5, -1.5]),
    st.none() | st.booleans(),
)
TABLES = st.lists(ROW, max_size=9)
Test = Callable[[Any], bool | None]


def _compared(sign: str, left: Any, right: Any) -> bool | None:
    if left is None or right is None:
        return None
    return {"=": left == right, "<>": left != right, "<": left < right, ">=": left >= right}[sign]


def _both(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _opposite(value: bool | None) -> bool | None:
    return None if value is None else not value


SIGNS = st.sampled_from(["=", "<>", "<", ">="])
SIMPLE = st.one_of(
    st.tuples(SIGNS, st.sampled_from(["a", "ab", "A", ""])).map(
        lambda told: (f"word {told[0]} '{told[1]}'", lambda row: _compared(told[0], row[0], told[1]))
    ),
    st.tuples(SIGNS, st.integers(-2, 2)).map(
        lambda told: (f"number {told[0]} {told[1]}", lambda row: _compared(told[0], row[1], told[1]))
    ),
    st.just(("flag", lambda row: row[2])),
    st.just(("word is null", lambda row: row[0] is None)),
    st.just(("number is not null", lambda row: row[1] is not None)),
    st.just(("word like 'a%'", lambda row: None if row[0] is None else row[0].startswith("a"))),
    st.just(
        (
            "number between -1 and 1",
            lambda row: _both(_compared(">=", row[1], -1), _compared(">=", 1, row[1])),
        )
    ),
    st.just(
        ("number in (1, 2)", lambda row: None if row[1] is None else row[1] in (1, 2)),
    ),
)
CONDITIONS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        inner.map(lambda told: (f"not ({told[0]})", lambda row: _opposite(told[1](row)))),
        st.tuples(inner, inner).map(
            lambda told: (
                f"({told[0][0]}) and ({told[1][0]})",
                lambda row: _both(told[0][1](row), told[1][1](row)),
            )
        ),
        st.tuples(inner, inner).map(
            lambda told: (
                f"({told[0][0]}) or ({told[1][0]})",
                lambda row: _opposite(_both(_opposite(told[0][1](row)), _opposite(told[1][1](row)))),
            )
        ),
    ),
    max_leaves=5,
)
ORDERS = st.lists(
    st.tuples(st.integers(0, 2), st.booleans(), st.sampled_from([None, "first", "last"])), max_size=3
)


def _ordered(rows: list[Any], orders: list[tuple[int, bool, str | None]]) -> list[Any]:
    """Sorted from the last criterion to the first; what is alike stays, or is turned where descending."""
    if orders and orders[-1][1]:
        rows = rows[::-1]
    for place, descending, nulls in reversed(orders):
        nulls_last = nulls == "last" if nulls else not descending
        missing = [row for row in rows if row[place] is None]
        present = [row for row in rows if row[place] is not None]
        values = sorted({row[place] for row in present}, reverse=descending)
        present = [row for value in values for row in present if row[place] == value]
        rows = present + missing if nulls_last else missing + present
    return rows


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TABLES, CONDITIONS, ORDERS, st.none() | st.integers(0, 5), st.integers(0, 4))
def test_filters_orders_and_limits_are_those_of_a_plain_reckoning(
    rows: list[Any],
    condition: tuple[str, Test],
    orders: list[tuple[int, bool, str | None]],
    limit: int | None,
    offset: int,
) -> None:
    criteria = [
        f"{PLAIN[place].name} {'desc' if descending else 'asc'}{f' null {nulls}' if nulls else ''}"
        for place, descending, nulls in orders
    ]
    query = f"select * where {condition[0]}"
    query += f" order by {', '.join(criteria)}" if criteria else ""
    query += f" limit {limit}" if limit is not None else ""
    query += f" offset {offset}"
    expected = _ordered([row for row in rows if condition[1](row)], orders)[offset:]
    expected = expected if limit is None else expected[:limit]
    assert answer(table(PLAIN, rows), query, PLAIN) == expected


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TABLES, st.lists(st.integers(0, 2), min_size=1, max_size=2, unique=True))
def test_groups_are_those_of_a_plain_reckoning(rows: list[Any], places: list[int]) -> None:
    keys = ", ".join(PLAIN[place].name for place in places)
    query = f"select {keys}, count(*), count(number), sum(number), min(word), max(number) group by {keys}"
    groups: dict[Any, list[Any]] = {}
    for row in rows:
        groups.setdefault(tuple(row[place] for place in places), []).append(row)
    expected = []
    for key, members in groups.items():
        numbers = [row[1] for row in members if row[1] is not None]
        words = [row[0] for row in members if row[0] is not None]
        total = float(sum(map(Decimal, map(str, numbers)))) if numbers else None
        shown = (len(members), len(numbers), total, min(words, default=None), max(numbers, default=None))
        expected.append((*key, *shown))
    found = answer(table(PLAIN, rows), query, PLAIN)
    assert sorted(map(_alike, found)) == sorted(map(_alike, expected))


def _alike(row: tuple[Any, ...]) -> list[str]:
    """True and 1, 2 and 2.0 are the same to SQLite."""
    return [repr(float(value)) if isinstance(value, int | float) else repr(value) for value in row]
