"""One UPDATE for many rows: every type that the sweep writes, on both databases."""

import datetime as dt

import pytest

from portals.models import City, Office
from requests_app import bulk
from requests_app.bulk import update_rows
from requests_app.models import Deadline, Status, Submission
from tests.requests_app.factories import FILED, UserFactory, file_case


@pytest.fixture
def cases(cities: dict[str, City]) -> list[Submission]:
    return [file_case(cities["kent"]) for _number in range(3)]


def test_each_row_gets_its_own_values_and_no_other_row_or_column_changes(cases: list[Submission]) -> None:
    first, second, third = cases
    untouched = Submission.objects.filter(pk=third.pk).values().get()
    first.status, first.closed_at, first.next_due_on = Status.CLOSED, FILED, dt.date(2026, 7, 1)
    second.status, second.closed_at, second.next_due_on = Status.LAPSED, None, None
    first.office = second.office = Office.objects.get(city=first.city, key="city-attorney")
    first.assigned_to, second.assigned_to = UserFactory(), None
    first.title = "changed in memory only"
    columns = ["status", "closed_at", "next_due_on", "office", "assigned_to"]
    assert update_rows(Submission, columns, [first, second]) == 2
    for case in (first, second):
        stored = Submission.objects.get(pk=case.pk)
        assert [getattr(stored, name) for name in columns] == [getattr(case, name) for name in columns]
        assert stored.title != "changed in memory only"
    assert Submission.objects.filter(pk=third.pk).values().get() == untouched


def test_signs_that_mean_something_to_sql_stay_what_they_are(cases: list[Submission]) -> None:
    for case, title in zip(cases, ["'; DROP TABLE x; --", '%s "quoted" \\', "äß漢"], strict=True):
        case.title = title
        case.flags = [title]
    update_rows(Submission, ["title", "flags"], cases)
    assert [Submission.objects.get(pk=case.pk).flags for case in cases] == [[case.title] for case in cases]


def test_nothing_to_write_writes_nothing(db: None) -> None:
    assert update_rows(Deadline, ["next_step"], []) == 0


def test_more_rows_than_go_at_once_are_all_written(
    cases: list[Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "ROWS_AT_ONCE", 2)
    for number, case in enumerate(cases):
        case.chain_length = 40 + number
    assert update_rows(Submission, ["chain_length"], iter(cases)) == 3
    assert [Submission.objects.get(pk=case.pk).chain_length for case in cases] == [40, 41, 42]


def test_five_hundred_rows_go_in_one_statement(
    cases: list[Submission], django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(1):
        assert update_rows(Submission, ["status", "office", "urgency"], cases) == 3
