"""A log line in production is one JSON document, whatever the message holds."""

import json
import logging
import sys

from civicdata.logs import JsonFormatter, RequestIdFilter, request_id


def record(message: str, *args: object, exc_info: object = None) -> logging.LogRecord:
    made = logging.LogRecord("desk", logging.WARNING, __file__, 1, message, args, exc_info)
    RequestIdFilter().filter(made)
    return made


def test_a_line_says_when_what_and_for_which_request() -> None:
    token = request_id.set("abc12345")
    try:
        line = json.loads(JsonFormatter().format(record("letter %d is late", 7)))
    finally:
        request_id.reset(token)
    assert line["message"] == "letter 7 is late"
    assert line["request_id"] == "abc12345"
    assert line["level"] == "WARNING"
    assert line["at"].endswith("+00:00")


def test_input_cannot_forge_a_second_line() -> None:
    line = JsonFormatter().format(record("name: %s", 'A\n{"level": "ERROR"}'))
    assert "\n" not in line
    assert json.loads(line)["message"] == 'name: A\n{"level": "ERROR"}'


def test_an_exception_stands_in_the_same_line() -> None:
    try:
        raise ValueError("poison")
    except ValueError:
        line = JsonFormatter().format(record("failed", exc_info=sys.exc_info()))
    assert "ValueError: poison" in json.loads(line)["exception"]
