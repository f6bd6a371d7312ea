"""How queries are read: a list of what must be understood in one way and of what must be refused."""

import pytest

from portals.soda.errors import QueryError
from portals.soda.language import nodes
from portals.soda.language.parser import (
    parse_expression,
    parse_expressions,
    parse_orderings,
    parse_query,
    parse_select,
)
from tests.portals.soda.language.printing import printed, printed_expression


def refused(text: str, parse: object = parse_expression) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text)  # type: ignore[operator]
    return caught.value


def unbracketed(tree: nodes.Expression) -> nodes.Expression:
    """The tree without brackets that somebody wrote: it keeps them, since they matter for names."""
    if isinstance(tree, nodes.Operation):
        operands = tuple(map(unbracketed, tree.operands))
        return operands[0] if tree.operator == "()" else nodes.Operation(tree.operator, operands)
    if isinstance(tree, nodes.Cast):
        return nodes.Cast(unbracketed(tree.operand), tree.type_name)
    return tree


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a or b and c", "a or (b and c)"),
        ("not a and b", "(not a) and b"),
        ("not a = b", "not (a = b)"),
        ("a = b is null", "(a = b) is null"),
        ("a + 1 = b || c", "(a + 1) = (b || c)"),
        ("a - b + c", "(a - b) + c"),
        ("a / b * c % d", "((a / b) * c) % d"),
        ("a + b * c", "a + (b * c)"),
        ("10 * 3 ^ 2", "10 * (3 ^ 2)"),
        ("2 ^ 3 ^ 4", "2 ^ (3 ^ 4)"),
        ("- 2 ^ 2", "(- 2) ^ 2"),
        ("2 ^ - 2", "2 ^ (- 2)"),
        ("- a::number", "- (a::number)"),
        ("a.b::text", "(a.b)::text"),
        ("a::text::number", "(a::text)::number"),
        ("a.b[1].c", "((a.b)[1]).c"),
        ("a = b < c", "(a = b) < c"),
        ("x between a is null and b", "x between (a is null) and b"),
        ("x between 1 and 2 and y", "(x between 1 and 2) and y"),
        ("a like b like c", "a like (b like c)"),
        ("a in (1) is null", "(a in (1)) is null"),
        ("a is null is not null", "(a is null) is not null"),
    ],
)
def test_operators_bind_in_this_order(text: str, meant: str) -> None:
    assert unbracketed(parse_expression(text)) == unbracketed(parse_expression(meant))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expected an expression, but got end of input"),
        ("x between", "Expected an expression, but got end of input"),
        ("x between a", "Expected `AND', but got end of input"),
        ("x between a and", "Expected an expression, but got end of input"),
        ("x not", "Expected `BETWEEN', `IN' or `LIKE', but got end of input"),
        ("x not between a", "Expected `AND', but got end of input"),
        ("x is", "Expected `NOT' or `NULL', but got end of input"),
        ("x is not 5", "Expected `NULL', but got `5'"),
        ("x is 5", "Expected `NOT' or `NULL', but got `5'"),
        ("x in 5", "Expected `(', but got `5'"),
        ("not", "Expected an expression, but got end of input"),
        ("a = not b", "Expected an expression, but got `not'"),
        ("x y", "Unexpected `y'"),
        ("a.", "Expected the name of a part, but got end of input"),
        ("a[2 * b", "Expected `]', but got end of input"),
        ("a::", "Expected the name of a type, but got end of input"),
        ("f(a", "Expected `)', but got end of input"),
        ("f(a,)", "Expected an expression, but got `)'"),
        ("(a", "Expected `)', but got end of input"),
        ("case when a end", "Expected `THEN', but got `end'"),
        ("case when a then b", "Expected `WHEN', `ELSE' or `END', but got end of input"),
        ("case when a then b else c", "Expected `END', but got end of input"),
        ("f() over", "Expected `(', but got end of input"),
        ("f() over (partition a)", "Expected `BY', but got `a'"),
        ("f() over (rows a)", "Expected `UNBOUNDED', `CURRENT ROW' or an integer, but got `a'"),
        ("f() over (rows 1)", "Expected `PRECEDING' or `FOLLOWING', but got `)'"),
    ],
)
def test_an_unfinished_expression_says_what_is_missing(text: str, message: str) -> None:
    error = refused(text)
    assert (error.code, error.message) == ("query.soql.bad-parse", message)


@pytest.mark.parametrize(
    "text",
    [
        "select *",
        "select :*, *",
        "select :* (except :id), * (except a, b), c as d, count(*)",
        "select distinct a where b group by c having d order by e search 'f' limit 1 offset 2",
        "select * search 'weather' order by x",
        "select * order by x search 'weather'",
        "select * offset 6 limit 5",
        "select * limit 32",
        "select a |> select b |> select count(*)",
        "select `group`, `a-b`, case, by, over",
        "select case when a then b when c then d else e end",
        "select case(a, b, true, c)",
        "select count(distinct a), sum(b) filter (where c) over (partition by d order by e)",
        "select lag(a, 1, 0) over (order by b desc null last)",
        "select f(a) over (order by b rows between 1 preceding and unbounded following)",
        "select f(a) over (range between unbounded preceding and current row)",
        "select a as `select`",
        "select /* all */ * -- of it\n where a",
    ],
)
def test_these_queries_are_understood_and_print_as_they_are_read(text: str) -> None:
    tree = parse_query(text)
    assert parse_query(printed(tree)) == tree


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "select",
        "select where a",
        "select a,",
        "select a as",
        "select a as :id",
        "select a as where",
        "select :id, *",
        "select *, :*",
        "select * (except)",
        "select * (except :id)",
        "select :* (except a)",
        "select * (a)",
        "select * limit a",
        "select * limit -1",
        "select * limit 1.5",
        "select * limit 1 limit 2",
        "select * limit 99999999999999999999",
        "select * search a",
        "select * order by x search 'a' order by x",
        "select * search 'a' order by x search 'b'",
        "select * order by a group by b",
        "select * group a",
        "select * order a",
        "select * where",
        "select a |> ",
        "select *; drop table rows",
        "insert into rows",
        " |> ".join(["select *"] * 11),
    ],
)
def test_these_are_no_queries(text: str) -> None:
    assert refused(text, parse_query).code in {
        "query.soql.bad-parse",
        "query.soql.unexpected-character",
    }


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("select * from @abcd-1234", "FROM"),
        ("select * join @abcd-1234 on a = b", "JOIN"),
        ("select * left outer join @abcd-1234 on a = b", "LEFT"),
        ("select a union select b", "UNION"),
        ("select a intersect select b", "INTERSECT"),
        ("select a minus all select b", "MINUS"),
        ("select @abcd-1234.a", "Naming a table (@abcd-1234)"),
        ("select distinct on (a) b", "DISTINCT ON"),
        ("select a where b in (select c)", "SELECT"),
        ("select (select a)", "A query inside another"),
    ],
)
def test_what_is_not_offered_is_refused_by_name(text: str, what: str) -> None:
    error = refused(text, parse_query)
    if what == "SELECT":
        assert error.code == "query.soql.bad-parse"
    else:
        assert error.code == "query.soql.not-offered"
        assert error.message.startswith(f"{what} is not offered here")


def test_clauses_out_of_order_are_told_the_order() -> None:
    message = refused("select * order by a group by b", parse_query).message
    assert "SELECT, WHERE, GROUP BY, HAVING, ORDER BY or SEARCH, LIMIT or OFFSET" in message


def test_a_star_behind_other_columns_is_told_where_it_belongs() -> None:
    assert (
        "a list begins with `:*`, then `*`, then everything else" in refused(":id, *", parse_select).message
    )


@pytest.mark.parametrize(
    ("text", "descending", "nulls_last"),
    [
        ("a", False, True),
        ("a asc", False, True),
        ("a desc", True, False),
        ("a null first", False, False),
        ("a asc nulls last", False, True),
        ("a desc null last", True, True),
    ],
)
def test_nulls_are_last_when_ascending_and_first_when_descending(
    text: str, descending: bool, nulls_last: bool
) -> None:
    (ordering,) = parse_orderings(text)
    assert (ordering.descending, ordering.nulls_last) == (descending, nulls_last)


def test_a_list_of_expressions_is_split_at_its_commas() -> None:
    assert [printed_expression(each) for each in parse_expressions("a, f(b, c), d + 1")] == [
        "a",
        "f(b, c)",
        "d + 1",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000 + "a" + ")" * 5_000,
        "not " * 5_000 + "a",
        "- " * 5_000 + "1",
        "2 ^ " * 4_000 + "1",
        "a + " * 4_000 + "a",
        "a" + "::text" * 2_000,
        "a" + ".b" * 3_000,
        "a" + " is null" * 2_000,
        "a like " * 3_000 + "b",
        "f(" * 4_000,
        "case when " * 3_000,
        "a[" * 4_000,
        "f(" + "(" * 30 + "a + " * 50 + "a",
    ],
)
def test_what_is_nested_too_deeply_is_refused_and_not_fallen_over(text: str) -> None:
    assert refused(text).code == "query.soql.bad-parse"


def test_any_number_of_conditions_may_stand_in_a_row() -> None:
    assert parse_expression(" or ".join(["a = 1"] * 2_000)).depth == 3
