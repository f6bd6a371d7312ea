"""What the columns of an answer are called."""

import pytest

from portals.soda.errors import QueryError
from portals.soda.language.aliases import OUTPUT_COLUMNS, in_order, name_of, named
from portals.soda.language.parser import parse_expression, parse_select

COLUMNS = (":a", ":b", "c", "d", "e")


def names(selection: str) -> list[str]:
    return [each.name for each in named(parse_select(selection).selection, COLUMNS)]


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("count(*)", "count"),
        ("COUNT(*)", "COUNT"),
        ("max(magnitude)", "max_magnitude"),
        ("a + b", "a_b"),
        ("-a", "a"),
        ("(a)", "a"),
        ("a - 1", "a_1"),
        ("1", "_1"),
        ("'hello, world!'", "hello_world"),
        ("'!'", "_"),
        ("true", "TRUE"),
        ("a::number", "a_number"),
        ("a is not null", "a_is_not_null"),
        ("a between 1 and 2", "a_between_1_and_2"),
        ("a not between 1 and 2", "a_not_between_1_and_2"),
        ("a like 'b%'", "LIKE_a_b"),
        ("a in (1, 2)", "IN_a_1_2"),
        ("not a and b", "NOT_a_AND_b"),
        ("a.b", "a_b"),
        (":id || 'x'", "id_x"),
        ("`a-` + `-b`", "a--b"),
        ("_a + b_", "_a_b_"),
        ("count(distinct a)", "count_distinct_a"),
        ("case when a then 1 else 2 end", "case_when_a_then_1_else_2_end"),
        ("sum(a) over (partition by b order by c)", "sum_a_over_partition_by_b_order_by_c"),
        ("date_trunc_ym(date)", "date_trunc_ym_date"),
    ],
)
def test_an_expression_is_called_after_what_stands_in_it(expression: str, name: str) -> None:
    assert name_of(parse_expression(expression)) == name


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("*", ["c", "d", "e"]),
        (":*", [":a", ":b"]),
        (":*, *", [":a", ":b", "c", "d", "e"]),
        ("* (except d)", ["c", "e"]),
        (":* (except :a), c", [":b", "c"]),
        ("* (except d), c as d", ["c", "e", "d"]),
        ("c as d", ["d"]),
        ("c, :a", ["c", ":a"]),
        ("(c)", ["c_1"]),
        ("c as c_d, c - d", ["c_d", "c_d_1"]),
        ("c + d, c - d, c * d", ["c_d", "c_d_1", "c_d_2"]),
        (":a + 1, -c, -d, c as c_1", ["a_1", "c_2", "d_1", "c_1"]),
        ("c + `d_`, c - `d_`", ["c_d_", "c_d_1"]),
        ("C, upper(D)", ["C", "upper_D"]),
    ],
)
def test_made_names_hide_no_column_and_no_other_name(selection: str, expected: list[str]) -> None:
    assert names(selection) == expected


@pytest.mark.parametrize(
    ("selection", "code", "column"),
    [
        ("*, c as d", "duplicate-alias", 9),
        ("d, c as d", "duplicate-alias", 9),
        ("e as q, c as Q", "duplicate-alias", 14),
        ("c, C", "duplicate-alias", 4),
        ("* (except c, c)", "repeated-exception", 14),
        (":* (except :b, :b)", "repeated-exception", 16),
        ("* (except gnu)", "no-such-column", 11),
        (":* (except :gnu)", "no-such-column", 12),
    ],
)
def test_a_name_given_twice_and_a_false_exception_are_refused(selection: str, code: str, column: int) -> None:
    with pytest.raises(QueryError) as caught:
        names(selection)
    assert caught.value.code == f"query.soql.{code}"
    assert caught.value.position is not None
    assert caught.value.position.column == column


def test_an_answer_has_a_largest_number_of_columns() -> None:
    with pytest.raises(QueryError, match=f"More than {OUTPUT_COLUMNS}"):
        names(", ".join(["c + 1"] * (OUTPUT_COLUMNS + 1)))


def ordered(selection: str) -> list[str]:
    return [each.name for each in in_order(named(parse_select(selection).selection, COLUMNS))]


@pytest.mark.parametrize(
    ("selection", "order"),
    [
        ("y * 2 as x, c + 1 as y", ["y", "x"]),
        ("upper(c) as c, d", ["c", "d"]),
        ("x + 1 as y, y + 1 as z, c as x", ["x", "y", "z"]),
        ("c as d, d as x", ["d", "x"]),
    ],
)
def test_what_another_refers_to_is_understood_first(selection: str, order: list[str]) -> None:
    assert ordered(selection) == order


@pytest.mark.parametrize("selection", ["y as x, x as y", "y + 1 as x, z as y, x as z"])
def test_names_that_refer_to_each_other_are_refused(selection: str) -> None:
    with pytest.raises(QueryError) as caught:
        ordered(selection)
    assert caught.value.code == "query.soql.circular-alias-definition"


def test_a_long_row_of_references_is_followed_without_end_of_the_stack() -> None:
    chain = ", ".join(f"a{number + 1} + 1 as a{number}" for number in range(900))
    assert ordered(f"{chain}, c as a900")[0] == "a900"
