"""Types, functions and groups: what a query means, and what cannot be meant."""

import pytest

from portals.soda.errors import QueryError
from portals.soda.language.analysis import analyse
from portals.soda.language.functions import FUNCTIONS, NOT_OFFERED
from portals.soda.language.parser import parse_query
from portals.soda.language.plan import Plan
from portals.soda.values.types import Column, SodaType
from tests.portals.soda.small_tables import COLUMNS

T = SodaType


def plan(query: str) -> Plan:
    return analyse(parse_query(query), COLUMNS)


def refused(query: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        plan(query)
    return caught.value


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("name", T.TEXT),
        (":id", T.ID),
        (":created_at", T.FIXED_TIMESTAMP),
        ("'a'", T.TEXT),
        ("1", T.NUMBER),
        ("true", T.BOOLEAN),
        ("null", T.TEXT),
        ("amount + 1", T.NUMBER),
        ("ratio + 1", T.DOUBLE),
        ("ratio * amount", T.DOUBLE),
        ("name || amount || open", T.TEXT),
        ("amount > 1", T.BOOLEAN),
        ("count(*)", T.NUMBER),
        ("avg(ratio)", T.DOUBLE),
        ("min(at)", T.FLOATING_TIMESTAMP),
        ("median(name)", T.TEXT),
        ("date_trunc_ym(at)", T.FLOATING_TIMESTAMP),
        ("date_trunc_ym(seen, 'America/Chicago')", T.FLOATING_TIMESTAMP),
        ("datez_trunc_ym(seen)", T.FIXED_TIMESTAMP),
        ("date_extract_y(at)", T.NUMBER),
        ("at + 'P1D'", T.FLOATING_TIMESTAMP),
        ("case(open, null, true, 5)", T.NUMBER),
        ("case when open then at end", T.FLOATING_TIMESTAMP),
        ("coalesce(null, at)", T.FLOATING_TIMESTAMP),
        ("coalesce('2020-01-01', at)", T.FLOATING_TIMESTAMP),
        ("iif(open, 'a', 'b')", T.TEXT),
        ("extent(place)", T.MULTIPOLYGON),
        ("simplify(area, 1)", T.POLYGON),
        ("geo_multi(place)", T.MULTIPOINT),
        ("distance_in_meters(place, 'POINT (1 2)')", T.NUMBER),
        ("link.url", T.TEXT),
        ("home.latitude", T.NUMBER),
        ("at.year", T.NUMBER),
        ("more.a[1]", T.JSON),
        ("home::point", T.POINT),
        ("name::number", T.NUMBER),
        ("'2020-01-01'::fixed_timestamp", T.FIXED_TIMESTAMP),
        ("'POINT (1 2)'::point", T.POINT),
        ("row_number() over (order by name)", T.NUMBER),
        ("lag(name, 1, 'x') over (order by name)", T.TEXT),
        ("first_value(at) over (partition by open order by at)", T.FLOATING_TIMESTAMP),
    ],
)
def test_every_expression_has_this_type(expression: str, kind: SodaType) -> None:
    (column,) = plan(f"select {expression} as x").output
    assert column.type == kind


@pytest.mark.parametrize(
    "condition",
    [
        "amount = '5'",
        "amount between '1' and 2.5",
        "amount in ('1', 2)",
        "open = 'true'",
        "open = '1'",
        "at > '2020'",
        "at = '2020-01-31T10:20'",
        "seen < '2020-01-01T00:00:00-05:00'",
        ":id = 'row-aaaa.bbbb.0001'",
        "place = 'POINT (-94.5 39.1)'",
        "link = 'https://kcmo.gov/1'",
        "name = '5'",
        "ratio > amount",
        "amount = null",
    ],
)
def test_a_text_in_quotes_is_taken_for_what_the_other_side_is(condition: str) -> None:
    assert plan(f"select * where {condition}").stages[0].where is not None


@pytest.mark.parametrize(
    ("query", "message", "column"),
    [
        ("select * where name = 5", "Type mismatch for =: expected text, but found number", 23),
        ("select * where amount > 'x'", "Type mismatch for >: expected number or double, but found text", 25),
        (
            "select * where at > 'soon'",
            "Type mismatch for >: expected floating_timestamp, but found text",
            21,
        ),
        ("select * where at > '2020-01-01Z'", "expected floating_timestamp, but found text", 21),
        ("select * where amount", "Type mismatch for WHERE: expected boolean, but found number", 16),
        ("select * where not amount", "Type mismatch for not: expected boolean, but found number", 20),
        ("select * where open and name", "Type mismatch for and: expected boolean, but found text", 25),
        ("select upper(amount)", "Type mismatch for upper: expected text, but found number", 14),
        ("select name + 1", "but found text", 8),
        ("select name like 5", "Type mismatch for like: expected text, but found number", 18),
        ("select case(open, 1, true, 'x')", "Type mismatch for case", 28),
        ("select * order by place", "Type mismatch for ORDER BY", 19),
        ("select max(area)", "Type mismatch for max", 12),
        ("select place::number", "Type mismatch for ::number: expected", 8),
        ("select within_polygon(place, 'POINT (1 2)')", "Type mismatch for within_polygon", 30),
        ("select distance_in_meters(area, area)", "Type mismatch for distance_in_meters", 33),
        ("select to_floating_timestamp(seen, 'Mars')", "expected a time zone", 36),
        ("select at + 'soon'", "expected a period", 13),
        ("select count(*) having count(*)", "Type mismatch for HAVING: expected boolean", 24),
    ],
)
def test_a_wrong_type_is_told_with_what_is_wanted_and_where(query: str, message: str, column: int) -> None:
    error = refused(query)
    assert error.code == "query.soql.type-mismatch"
    assert message in error.message
    assert error.position is not None
    assert error.position.column == column


@pytest.mark.parametrize(
    ("query", "code", "data"),
    [
        ("select nothing", "no-such-column", {"column": "nothing"}),
        ("select * where nothing = 1", "no-such-column", {"column": "nothing"}),
        ("select link.colour", "no-such-column", {"column": "colour"}),
        ("select frob(1)", "no-such-function", {"function": "frob", "arity": 1}),
        ("select upper(name, 1)", "no-such-function", {"function": "upper", "arity": 2}),
        ("select sum(*)", "no-such-function", {"function": "sum(*)", "arity": 0}),
        ("select count()", "no-such-function", {"function": "count", "arity": 0}),
        ("select name::colour", "no-such-function", {"type": "colour"}),
        ("select name, count(*)", "column-not-in-group-bys", {"column": "name"}),
        ("select * group by name", "column-not-in-group-bys", {"column": "amount"}),
        ("select amount + 1 group by amount + 2", "column-not-in-group-bys", {"column": "amount"}),
        ("select name group by name order by amount", "column-not-in-group-bys", {"column": "amount"}),
        ("select open having name = 'a'", "column-not-in-group-bys", {"column": "open"}),
        (
            "select name where count(*) > 1",
            "aggregate-in-ungrouped-context",
            {"function": "count(*)", "clause": "WHERE"},
        ),
        (
            "select count(*) as n where n > 1",
            "aggregate-in-ungrouped-context",
            {"function": "count(*)", "clause": "WHERE"},
        ),
        (
            "select 1 group by max(amount)",
            "aggregate-in-ungrouped-context",
            {"function": "max", "clause": "GROUP BY"},
        ),
        (
            "select sum(max(amount))",
            "aggregate-in-ungrouped-context",
            {"function": "max", "clause": "the function `sum'"},
        ),
        ("select a as b, b as a", "circular-alias-definition", {"name": "b"}),
    ],
)
def test_what_cannot_be_meant_has_the_code_of_its_kind(
    query: str, code: str, data: dict[str, object]
) -> None:
    error = refused(query)
    assert (error.code, error.data) == (f"query.soql.{code}", data)
    assert error.position is not None


@pytest.mark.parametrize(
    "query",
    [
        "select upper(name) group by upper(name)",
        "select upper(name) || '!' as x group by upper(name)",
        "select upper(name) as n, count(*) group by n having n > 'A' order by n",
        "select name || open, max(amount) + 1 group by name, open",
        "select 1, 'x', count(*)",
        "select count(*) having count(*) > 5",
        "select name, rank() over (order by count(*)) group by name",
        "select sum(count(*)) over () group by name",
        "select name group by name order by count(*) desc",
        "select name, name || 'x' as y group by name, y",
    ],
)
def test_what_is_the_same_for_a_whole_group_may_be_selected(query: str) -> None:
    assert plan(query).stages[0].grouped


@pytest.mark.parametrize(
    "query",
    [
        "select upper(name) over ()",
        "select row_number()",
        "select upper(name) filter (where open)",
        "select rank() filter (where open) over (order by name)",
        "select name where row_number() over (order by name) = 1",
        "select name group by row_number() over (order by name)",
        "select count(*) having row_number() over () = 1",
    ],
)
def test_windows_and_filters_have_their_places(query: str) -> None:
    assert refused(query).code == "query.soql.bad-parse"


@pytest.mark.parametrize("name", sorted(NOT_OFFERED))
def test_a_function_that_is_not_offered_is_refused_by_name(name: str) -> None:
    error = refused(f"select {name}(place)")
    assert error.code == "query.soql.not-offered"
    assert error.message == f"The function {name} is not offered here"


@pytest.mark.parametrize(
    "call",
    [
        "count(distinct name)",
        "median(amount)",
        "stddev_pop(ratio)",
        "regr_r2(amount, ratio)",
        "extent(place)",
    ],
)
def test_what_is_no_window_function_is_refused_with_over(call: str) -> None:
    assert refused(f"select {call} over (order by name)").code == "query.soql.not-offered"


def test_no_function_is_both_offered_and_refused() -> None:
    assert not NOT_OFFERED & set(FUNCTIONS)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("select *", [column.name for column in COLUMNS]),
        ("select :*, name", [":id", ":created_at", ":updated_at", "name"]),
        ("select NAME, upper(Name)", ["name", "upper_Name"]),
        ("select name as Title |> select *", ["Title"]),
        ("select :id, name |> select :*, *", [":id", "name"]),
        ("select name, amount as n |> select n, n + 1", ["n", "n_1"]),
    ],
)
def test_the_output_is_named(query: str, names: list[str]) -> None:
    assert [column.name for column in plan(query).output] == names


def test_behind_a_pipe_only_what_was_selected_can_be_read() -> None:
    assert refused("select name |> select amount").code == "query.soql.no-such-column"
    assert refused("select name |> select * search 'x'").code == "query.soql.not-offered"


def test_an_alias_hides_a_column_except_in_its_own_definition() -> None:
    (stage,) = plan("select upper(name) as name, name || '!' as loud where name = 'A'").stages
    shown = dict((column.name, value) for column, value in stage.columns)
    assert stage.where is not None
    assert shown["name"] in shown["loud"].arguments  # type: ignore[attr-defined]
    assert shown["name"] in stage.where.arguments  # type: ignore[attr-defined]


def test_aliases_that_double_with_each_step_are_refused_before_they_fill_the_memory() -> None:
    doubled = ", ".join(f"a{step} || a{step} as a{step + 1}" for step in range(60))
    assert "with aliases written out" in refused(f"select name as a0, {doubled}").message


def test_many_values_in_a_list_are_no_trouble() -> None:
    listed = ", ".join(f"'{number}'" for number in range(4_000))
    where = plan(f"select name where amount in ({listed})").stages[0].where
    assert where is not None and where.size == 4_002


def test_a_column_may_be_called_like_a_made_name() -> None:
    columns = [Column("c0", T.TEXT), Column("c1", T.NUMBER)]
    found = analyse(parse_query("select c1 as c0 |> select c0 + 1"), columns)
    assert found.output[0].type == T.NUMBER
