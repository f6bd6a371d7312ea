"""What a request was sent is let go soon after its answer, however large it was."""

import gc
import logging
from collections.abc import Iterator

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client


def is_large_form(found: object) -> bool:
    """Not the requests of tests that ran before."""
    return type(found) is WSGIRequest and found.META["QUERY_STRING"] == "large"


@pytest.fixture
def nothing_logged() -> Iterator[None]:
    """What is logged in a test is kept until its end, with the request."""
    logging.disable(logging.CRITICAL)  # tells the loggers, too, that remember what they may log
    yield
    logging.disable(logging.NOTSET)


def test_of_many_large_forms_few_are_in_memory_at_once(db: None, nothing_logged: None) -> None:
    browser, held = Client(enforce_csrf_checks=True), 0
    browser.cookies["civicdata_csrf"] = "a" * 32
    for turn in range(300):
        assert browser.post("/?large", {"words": "x" * 1_000}).status_code == 403
        if turn % 10 == 9:
            held = max(held, sum(map(is_large_form, gc.get_objects())))
    assert held < 60  # each may be of 2.5 MB
