"""INSERT of many rows: what is written is what bulk_create would have written, on both databases."""

import datetime as dt

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from portals.models import City
from requests_app import bulk
from requests_app.bulk import insert_rows
from requests_app.models import Action, Actor, Deadline, Event, Notice, Submission, next_event
from tests.requests_app.factories import FILED, file_case


@pytest.fixture(params=[1, 1_000_000], ids=["copied", "inserted"], autouse=True)
def _either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL takes few rows by INSERT and many by COPY; what stands there afterwards is the same."""
    monkeypatch.setattr(bulk, "COPIED", request.param)


@pytest.fixture
def case(cities: dict[str, City]) -> Submission:
    return file_case(cities["kent"])


def item(case: Submission, key: str, **more: object) -> dict[str, object]:
    return {
        "city_id": case.city_id,
        "submission_id": case.pk,
        "email": "a@civic.example",
        "kind": "reminder",
        "key": key,
        "subject": case.reference,
        "body": "%s ' \" äß漢",
        "created_at": FILED,
        **more,
    }


def test_an_event_reads_back_as_it_was_hashed(case: Submission) -> None:
    event = next_event(
        case,
        Action.NOTE,
        at=FILED + dt.timedelta(microseconds=123456),
        actor=Actor.CLOCK,
        data={"list": [1, None, "ä"], "empty": {}},
        until=dt.date(2026, 7, 1),
        public=False,
    )
    insert_rows(Event, [event])
    stored = Event.objects.get(submission=case, sequence=event.sequence)
    assert stored.hash == stored.computed_hash() == event.hash
    assert (stored.action, stored.until, stored.before, stored.public) == (
        "note",
        dt.date(2026, 7, 1),
        {},
        False,
    )


def test_what_a_mapping_leaves_out_has_the_models_default(case: Submission) -> None:
    insert_rows(Notice, [item(case, "one"), item(case, "two", state=Notice.State.DIGEST_ITEM)])
    one, two = Notice.objects.get(key="one"), Notice.objects.get(key="two")
    assert (one.state, one.attempts, one.sent_at, one.message_id) == ("queued", 0, None, "")
    assert (two.state, two.body) == ("digest_item", "%s ' \" äß漢")


def test_what_stands_there_already_is_passed_over_only_when_asked(case: Submission) -> None:
    insert_rows(Notice, [item(case, "one")])
    insert_rows(Notice, [item(case, "one", body="again"), item(case, "two")], ignore_conflicts=True)
    assert Notice.objects.filter(key__in=["one", "two"]).count() == 2
    assert Notice.objects.get(key="one").body != "again"
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(Notice, [item(case, "one")])


def test_signs_that_mean_something_to_a_database_stay_what_they_are(case: Submission) -> None:
    texts = ["\\N", "\\.", "a\tb\nc\r\\d", "'; DROP TABLE x; --", '%s {} "quoted"', "äß漢😀", "null", ""]
    insert_rows(Notice, [item(case, f"sign {n}", body=text) for n, text in enumerate(texts)])
    stored = Notice.objects.filter(key__startswith="sign ").order_by("key")
    assert [notice.body for notice in stored] == texts


def test_a_text_that_is_too_long_is_refused_not_cut(case: Submission) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite knows no length of a text")
    with pytest.raises(DataError), transaction.atomic():
        insert_rows(Notice, [item(case, "long", subject="x" * 301)])


def test_rows_that_carry_keys_keep_them(case: Submission) -> None:
    twin = Deadline.objects.filter(submission=case).first()
    assert twin is not None
    key, twin.pk, twin.clock_key = twin.pk, 987_654, "another"
    insert_rows(Deadline, [twin])
    stored = Deadline.objects.get(pk=987_654)
    original = Deadline.objects.get(pk=key)
    assert (stored.because, stored.due_on, stored.ends_at) == (
        original.because,
        original.due_on,
        original.ends_at,
    )


def test_more_rows_than_go_at_once_are_all_written(case: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "ROWS_AT_ONCE", 2)
    insert_rows(Notice, (item(case, f"number {number}") for number in range(5)))
    assert Notice.objects.filter(key__startswith="number").count() == 5


def test_nothing_to_write_writes_nothing(db: None, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        insert_rows(Notice, [])
