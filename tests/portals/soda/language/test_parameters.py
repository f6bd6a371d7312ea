"""The parameters of an address as one query."""

import pytest

from portals.soda.errors import QueryError, SodaError
from portals.soda.language.parameters import DEFAULT_LIMIT, Asked, asked
from portals.soda.language.parser import parse_query
from tests.portals.soda.language.printing import printed
from tests.portals.soda.small_tables import COLUMNS


def read(*pairs: tuple[str, str], default_limit: int | None = None) -> Asked:
    return asked(pairs, COLUMNS, default_limit=default_limit)


def refused(*pairs: tuple[str, str]) -> SodaError:
    with pytest.raises(SodaError) as caught:
        read(*pairs)
    return caught.value


@pytest.mark.parametrize(
    ("pairs", "query"),
    [
        ([], "select *"),
        ([("$select", "name, amount")], "select name, amount"),
        ([("$select", "distinct name")], "select distinct name"),
        ([("$where", "amount > 1")], "select * where amount > 1"),
        (
            [
                ("$select", "open, count(*) as n"),
                ("$group", "open"),
                ("$having", "n > 1"),
                ("$order", "n desc, open"),
                ("$limit", "5"),
                ("$offset", "10"),
            ],
            "select open, count(*) as n group by open having n > 1 order by n desc, open limit 5 offset 10",
        ),
        ([("$q", "pot hole")], "select * search 'pot hole'"),
        ([("name", "Bob")], "select * where name = 'Bob'"),
        ([("name", "")], "select * where name = ''"),
        ([("name", "Bob"), ("amount", "7")], "select * where name = 'Bob' and amount = '7'"),
        ([(":id", "row-aaaa.bbbb.0001")], "select * where :id = 'row-aaaa.bbbb.0001'"),
        ([("$query", "select name |> select count(*)")], "select name |> select count(*)"),
        ([("$$exclude_system_fields", "false")], "select :*, *"),
        ([("$$exclude_system_fields", "true")], "select *"),
        ([("$$exclude_system_fields", "false"), ("$select", "name")], "select name"),
        ([("$where", " "), ("$select", ""), ("$order", "")], "select *"),
        ([("$$version", "2.1"), ("$$read_from_nbe", "true")], "select *"),
        ([("$limit", "1"), ("$limit", " 2 ")], "select * limit 2"),
    ],
)
def test_parameters_say_the_same_as_this_query(pairs: list[tuple[str, str]], query: str) -> None:
    assert read(*pairs).query == parse_query(query)


def test_filters_stand_beside_a_condition_and_not_inside_it() -> None:
    text = printed(read(("$where", "amount > 1 or open"), ("name", "Bob")).query)
    assert "WHERE (amount > 1 OR open) AND name = 'Bob'" in text


def test_without_a_limit_there_are_a_thousand_rows() -> None:
    assert asked([], COLUMNS).query.selects[-1].limit == DEFAULT_LIMIT == 1_000
    assert asked([("$query", "select * limit 5")], COLUMNS).query.selects[-1].limit == 5
    chain = asked([("$query", "select * |> select name")], COLUMNS).query
    assert [select.limit for select in chain.selects] == [None, 1_000]
    assert asked([("$limit", "100000")], COLUMNS).query.selects[-1].limit == 100_000


@pytest.mark.parametrize("name", ["burst", "limit", "$wher", "$$secret", "select", "", "nothing", ":nothing"])
def test_a_parameter_that_means_nothing_is_refused(name: str) -> None:
    error = refused((name, "1"), ("$limit", "1"))
    assert error.as_json() == {"error": True, "message": f"Unrecognized arguments [{name}]"}
    assert error.status == 400


def test_all_unknown_parameters_are_told_once() -> None:
    assert refused(("a", "1"), ("b", "2"), ("a", "3")).message == "Unrecognized arguments [a, b]"


def test_what_an_address_needs_for_itself_can_be_left_out() -> None:
    assert (
        asked([("accessType", "DOWNLOAD")], COLUMNS, ignored=("accessType",)).query.selects[0].where is None
    )


def test_settings_beside_the_query_are_told() -> None:
    found = read(("$$bom", "true"), ("$$app_token", "abc"))
    assert (found.byte_order_mark, found.app_token) == (True, "abc")
    assert not read(("$$bom", "false")).byte_order_mark


@pytest.mark.parametrize("value", ["-1", "x", "1.5", "1e3", "²", "9" * 20, "99999999999999999999999"])
@pytest.mark.parametrize("name", ["$limit", "$offset"])
def test_a_number_of_rows_is_a_whole_number(name: str, value: str) -> None:
    error = refused((name, value))
    assert (error.status, error.code, error.data) == (400, "req.bad-parameter", {"parameter": name})


def test_a_query_takes_no_clauses_beside_it() -> None:
    error = refused(("$query", "select *"), ("$limit", "5"), ("name", "Bob"))
    assert error.message == "$query says everything: put these into it: $limit, name"


def test_an_error_tells_in_which_parameter_it_is() -> None:
    error = refused(("$where", "amount >"))
    assert isinstance(error, QueryError)
    assert error.data == {"parameter": "$where"}
    assert error.position is not None and error.position.column == 9


def test_a_clause_cannot_reach_beyond_its_parameter() -> None:
    for name, value in (
        ("$where", "amount > 1 limit 5"),
        ("$select", "name where open"),
        ("$order", "name limit 1"),
        ("$group", "name having open"),
        ("$where", "amount > 1 |> select *"),
    ):
        assert refused((name, value)).code == "query.soql.bad-parse"


@pytest.mark.parametrize("value", ["a\0b", "a\ud800"])
def test_what_no_table_can_hold_is_refused_as_a_value(value: str) -> None:
    assert refused(("name", value)).status == 400
