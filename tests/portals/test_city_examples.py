"""Every city file is held to its own worked examples: deadlines by the engine, offices by the routes."""

import datetime as dt
import functools
import tomllib
from pathlib import Path

import pytest

from portals.business_days import NotEntered
from portals.city_toml.content import ExampleEntry
from portals.city_toml.schema import check_file
from portals.clocks import ComputedDeadline, receipt_day
from portals.clockwork.event_text import event_at
from portals.routes import OfficeRef, RoutePart
from portals.rulebook import Rulebook, rulebook_for
from tests.portals.loading import NOW, RIVERBEND, SHIPPED, load_text

FILES = [*SHIPPED, RIVERBEND]
PUBLISHER = OfficeRef("publisher-of-the-dataset", "Publisher of the dataset", publishes=True)


def examples() -> list[object]:
    found = []
    for path in FILES:
        for place, example in enumerate(tomllib.loads(path.read_text(encoding="utf-8")).get("example", [])):
            found.append(pytest.param(path, place, id=f"{path.stem}: {example['title']}"))
    return found


@functools.cache
def entries(path: Path) -> tuple[ExampleEntry, ...]:
    return check_file(path, NOW.date()).content.example


_books: dict[Path, Rulebook] = {}


@pytest.fixture
def book(db: None, path: Path) -> Rulebook:
    """The rules as the program reads them from the tables after a load; read once a file."""
    if path not in _books:
        _books[path] = rulebook_for(load_text(path.read_text(encoding="utf-8"), name=str(path)).city)
    return _books[path]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_city_that_ships_has_at_least_twelve_examples(path: Path) -> None:
    assert len(entries(path)) >= 12
    assert path.stem == tomllib.loads(path.read_text(encoding="utf-8"))["city"]["slug"]


@pytest.mark.parametrize(("path", "place"), examples())
def test_an_example_of_a_city_file_comes_true(book: Rulebook, path: Path, place: int) -> None:
    example = entries(path)[place]
    happened = [event_at(str(name), written) for name, written in example.events]
    on = receipt_day(happened, book.time_zone) or NOW.date()
    if example.lead or example.together or example.informed:
        check_route(book, example, on)
    if happened:
        deadlines = book.deadlines(example.kind, happened, received_on=on, fee=example.fee)
        check_deadlines(example, deadlines)
    assert example.lead or example.deadlines, "the example says nothing"


def check_route(book: Rulebook, example: ExampleEntry, on: dt.date) -> None:
    answer = book.route(
        example.kind,
        on=on,
        dataset_office=PUBLISHER if example.dataset else None,
        flags=frozenset(example.flags),
    )
    if example.lead:
        assert name_of(answer.lead) == example.lead
    together = [name_of(part) for part in answer.acts if part.relation == "together"]
    if example.together:
        assert together == list(example.together)
    if example.informed:
        assert [name_of(part) for part in answer.informed] == list(example.informed)


def name_of(part: RoutePart) -> str:
    publisher = part.office == PUBLISHER or part.awaits_dataset
    return "data_steward" if publisher else (part.office.key if part.office else "nobody")


def check_deadlines(example: ExampleEntry, deadlines: list[ComputedDeadline]) -> None:
    shown = [(str(d.milestone), d.due_on, str(d.state), d.acts_on, d.extendable_to) for d in deadlines]
    for expected in example.deadlines:
        assert any(agrees(expected, deadline) for deadline in deadlines), (expected, shown)


def agrees(expected: object, deadline: ComputedDeadline) -> bool:
    wanted = {name: getattr(expected, name) for name in ("due_on", "acts_on", "extendable_to", "state")}
    given = {name: value for name, value in wanted.items() if value}
    same = all(getattr(deadline, name) == value for name, value in given.items())
    dateless = wanted["state"] in ("not_specified", "paused") and not wanted["due_on"]
    return same and deadline.milestone == expected.milestone and not (dateless and deadline.due_on)  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_day_beyond_the_closed_days_is_refused_and_not_guessed(book: Rulebook, path: Path) -> None:
    last = book.calendar.last_year
    happened = [event_at("received", f"{last}-12-30")]
    with pytest.raises(NotEntered, match=f"the closed days of {last + 1} are not entered yet"):
        book.deadlines("access_request", happened, received_on=dt.date(last, 12, 30))
