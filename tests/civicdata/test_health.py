"""/healthz is green only while the database answers, the clock ticks and letters flow."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client

from civicdata import health
from portals.models import City
from requests_app.models import Notice, Tick

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 18, 0, tzinfo=UTC)
LONG = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def tick(age: timedelta = MINUTE, *, now: datetime = NOW) -> None:
    for name in health.TICK_LIMITS:
        Tick.objects.update_or_create(name=name, defaults={"at": now - age})


@pytest.fixture
def city() -> City:
    return City.objects.create(
        slug="springfield",
        name="Springfield",
        time_zone="America/Chicago",
        prefix="SPR",
        checked_on=NOW.date(),
    )


def letter(city: City, **fields: object) -> Notice:
    described = {
        "email": "a@example.org",
        "kind": "receipt",
        "key": f"k{Notice.objects.count()}",
        "subject": "s",
    }
    return Notice.objects.create(city=city, body="b", **{**described, "created_at": NOW - LONG, **fields})


def test_all_parts_are_ok_when_ticks_are_fresh_and_nothing_waits() -> None:
    tick()
    assert health.report(NOW, LONG) == {"database": "ok", "clock": "ok", "letters": "ok"}


def test_a_clock_that_stopped_is_named_with_its_last_tick() -> None:
    tick(timedelta(minutes=6))
    assert health.report(NOW, LONG)["clock"] == "sweep last ran at 2026-03-04T17:54:00+00:00"


def test_a_clock_that_never_ran_is_a_failure_once_it_had_time_to() -> None:
    assert health.report(NOW, MINUTE)["clock"] == "ok"
    assert health.report(NOW, LONG)["clock"] == "sweep has never run"


def test_each_of_the_periodic_jobs_counts() -> None:
    tick()
    Tick.objects.filter(name="deliver").update(at=NOW - timedelta(hours=1))
    assert "deliver last ran" in health.report(NOW, LONG)["clock"]


@pytest.mark.parametrize(
    ("fields", "stuck"),
    [
        ({"next_at": None}, True),
        ({"next_at": NOW - timedelta(minutes=16)}, True),
        ({"next_at": NOW - timedelta(minutes=14)}, False),
        ({"next_at": NOW + MINUTE}, False),
        ({"next_at": None, "created_at": NOW - MINUTE}, False),
        ({"state": Notice.State.SENDING, "lease_until": NOW - timedelta(minutes=16)}, True),
        ({"state": Notice.State.SENDING, "lease_until": NOW + MINUTE}, False),
        ({"state": Notice.State.SENT, "next_at": None}, False),
        ({"state": Notice.State.DIGEST_ITEM, "next_at": None}, False),
    ],
)
def test_a_letter_that_waits_too_long_is_a_failure(
    city: City, fields: dict[str, object], stuck: bool
) -> None:
    tick()
    letter(city, **fields)
    assert (health.report(NOW, LONG)["letters"] != "ok") is stuck


def test_a_database_that_does_not_answer_is_named() -> None:
    with patch.object(Tick.objects, "filter", side_effect=OperationalError("connection refused")):
        assert health.report(NOW, LONG)["database"] == "does not answer (OperationalError)"


def test_the_page_answers_503_and_says_which_part_fails(client: Client) -> None:
    with patch.object(health, "uptime", return_value=LONG):
        response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["failing"] == ["clock"]
    assert response.headers["Cache-Control"].startswith("max-age=0")


def test_the_page_answers_200_in_the_first_minutes(client: Client) -> None:
    with patch.object(health, "uptime", return_value=MINUTE):
        response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "failing": [],
        "database": "ok",
        "clock": "ok",
        "letters": "ok",
    }


def test_the_page_only_reads(client: Client) -> None:
    assert client.post("/healthz").status_code == 405


def test_the_command_fails_where_the_page_fails() -> None:
    with pytest.raises(CommandError, match="clock"):
        call_command("health")
