"""The clock of one machine runs its ticks itself: no tick can end it, and no restart of the database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.fault

# The project's own clock; only the schedule is another.
CLOCK = """
import sys
from django.conf import settings
from civicdata import clock
from civicdata.celery import app

@app.task(name="good")
def good():
    from django.db import connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    print("tick", flush=True)

@app.task(name="bad")
def bad():
    raise ValueError("poison")

@app.task(name="cut")
def cut():
    from django.db import connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

settings.CELERY_BEAT_SCHEDULE = {name: {"task": name, "schedule": 0.2} for name in sys.argv[1:]}
clock.main(sys.argv[1:])
"""


@contextmanager
def clock(*tasks: str, home: Path, database: str = "") -> Iterator[subprocess.Popen[str]]:
    path = os.environ["PATH"]
    environment = {
        "PATH": path,
        "CIVICDATA_HOME": str(home),
        "CIVICDATA_ENV": "local",
        "DATABASE_URL": database,
    }
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", CLOCK, *tasks],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def ticks_of(process: subprocess.Popen[str], seconds: float) -> tuple[int, str]:
    """How often it ticked in that time, and what it logged."""
    assert process.stdout is not None
    assert process.stdout.readline() == "tick\n"
    time.sleep(seconds)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    out, log = process.communicate(timeout=10)
    return 1 + out.count("tick"), log


def test_a_task_that_fails_or_does_not_exist_is_logged_and_the_clock_goes_on(tmp_path: Path) -> None:
    with clock("bad", "no_such_task", "good", home=tmp_path) as process:
        ticks, log = ticks_of(process, 1.5)
    assert ticks >= 4
    assert log.count("ValueError: poison") >= 4


def test_a_cut_connection_to_the_database_costs_one_tick(tmp_path: Path) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no connection that could be cut; .ci/run does this on PostgreSQL")
    name = settings.DATABASES["default"]["NAME"].removeprefix("test_")
    url = os.environ["DATABASE_URL"].replace(f"/{name}", "/postgres")
    with clock("cut", "good", home=tmp_path, database=url) as process:
        ticks, log = ticks_of(process, 2.0)
    assert ticks >= 3
    assert "terminating connection" in log
