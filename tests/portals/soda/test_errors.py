"""The three forms of an error, and the place in a query that it points to."""

import json

import pytest

from portals.soda.errors import (
    Position,
    QueryError,
    SodaError,
    dataset_missing,
    invalid_app_token,
    position_in,
    row_missing,
    timed_out,
    unrecognized_arguments,
)


def test_an_error_of_the_query_tells_code_dataset_and_position() -> None:
    error = QueryError(
        "query.soql.no-such-column",
        "No such column: nosuchcolumn",
        position=Position(1, 8),
        data={"column": "nosuchcolumn"},
    )
    assert error.as_json("abcd-2345") == {
        "message": "Query coordinator error: query.soql.no-such-column; No such column: nosuchcolumn",
        "errorCode": "query.soql.no-such-column",
        "data": {
            "column": "nosuchcolumn",
            "dataset": "abcd-2345",
            "position": {"row": 1, "column": 8},
        },
    }


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (
            dataset_missing("zzzz-zzzz"),
            404,
            {"code": "dataset.missing", "error": True, "message": "Not found", "data": {"id": "zzzz-zzzz"}},
        ),
        (
            invalid_app_token(),
            403,
            {
                "code": "permission_denied",
                "error": True,
                "message": "Invalid app_token specified",
                "data": {},
            },
        ),
        (
            unrecognized_arguments(["burst", "limit"]),
            400,
            {"error": True, "message": "Unrecognized arguments [burst, limit]"},
        ),
        (
            row_missing("row-abcd"),
            404,
            {
                "message": "Row not found: row-abcd",
                "errorCode": "soda.row.not-found",
                "data": {"value": "row-abcd"},
            },
        ),
    ],
)
def test_other_errors_have_the_form_of_their_kind(error: SodaError, status: int, body: object) -> None:
    assert (error.status, error.as_json()) == (status, body)


def test_a_query_that_takes_too_long_says_what_to_do() -> None:
    error = timed_out(10)
    assert (error.status, error.code) == (408, "request-timeout")
    assert "longer than 10 seconds" in error.as_json()["message"]


@pytest.mark.parametrize(
    ("text", "offset", "position"),
    [
        ("select a", 7, Position(1, 8, "select a\n       ^")),
        ("select a\nwhere b\nlimit 1", 15, Position(2, 7, "where b\n      ^")),
        ("abc", 3, Position(1, 4, "abc\n   ^")),
        ("", 0, Position(1, 1, "\n^")),
    ],
)
def test_a_position_counts_from_one_and_shows_its_line(text: str, offset: int, position: Position) -> None:
    assert position_in(text, offset) == position


def test_of_an_endless_line_only_the_part_around_the_place_is_shown() -> None:
    text = "x" * 100_000 + "!" + "y" * 100_000
    position = position_in(text, 100_000)
    shown, mark = position.line.split("\n")
    assert (position.row, position.column) == (1, 100_001)
    assert shown[len(mark) - 1] == "!"
    assert len(json.dumps(position._asdict())) < 600
