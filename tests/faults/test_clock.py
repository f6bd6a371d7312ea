"""The clock of one machine runs its ticks itself: no tick can end it, and no restart of the database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
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


class Clock:
    """A clock in a process of its own; what it says goes to files, so that nobody waits at a full pipe."""

    def __init__(self, home: Path, tasks: tuple[str, ...], database: str) -> None:
        self.out, self.log = home / "out", home / "log"
        environment = {"PATH": os.environ["PATH"], "CIVICDATA_HOME": str(home), "DATABASE_URL": database}
        command = [sys.executable, "-W", "ignore", "-c", CLOCK, *tasks]
        with self.out.open("w") as out, self.log.open("w") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=log)

    def ticks(self) -> int:
        return self.out.read_text().count("tick")

    def wait_for_ticks(self, wanted: int, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while self.ticks() < wanted:
            assert self.process.poll() is None, self.log.read_text()[-2000:]
            assert time.monotonic() < end, self.log.read_text()[-2000:]
            time.sleep(0.1)


@contextmanager
def clock(*tasks: str, home: Path, database: str = "") -> Iterator[Clock]:
    running = Clock(home, tasks, database)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()


def test_a_task_that_fails_or_does_not_exist_is_logged_and_the_clock_goes_on(tmp_path: Path) -> None:
    with clock("bad", "no_such_task", "good", home=tmp_path) as running:
        running.wait_for_ticks(5)
        assert running.log.read_text().count("ValueError: poison") >= 4
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(timeout=10)


def test_a_cut_connection_to_the_database_costs_one_tick(tmp_path: Path) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no connection that could be cut; .ci/run does this on PostgreSQL")
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl()
    with clock("cut", "good", home=tmp_path, database=url) as running:
        running.wait_for_ticks(5)
        assert "terminating connection" in running.log.read_text()
