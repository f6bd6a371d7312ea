"""Sweeps and senders are killed at random moments; afterwards nothing is lost and nothing done twice.

Real `manage.py sweep` and `manage.py deliver` processes work side by side on a database of their own: a file
of SQLite, and PostgreSQL where the suite runs on it.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.requests_app.smtp_stub import Mailbox, smtp_stub

ROOT = Path(__file__).resolve().parents[2]
CASES = 300
WRITTEN_TO = CASES // 3  # whose requester left an address: a letter for the filing, one for the referral
STEPS = 6  # of Kent's ladder: remind, overdue, four steps
ROUNDS = 3
SLOWEST = 15.0  # seconds that a round waits for progress

pytestmark = pytest.mark.fault

FILL = """
import datetime as dt
from portals.models import Office
from tests.requests_app.factories import MemberFactory, file_case, load_shipped, staff_of
from django.core.management import call_command
from django.db import transaction
call_command("migrate", verbosity=0)
filed = dt.datetime(2026, 6, 1, 17, tzinfo=dt.UTC)
with transaction.atomic():
    city = load_shipped("kent")["kent"]
    staff = staff_of(city)
    for number in range(%d):
        email = "" if number %% 3 else f"rita{number}@people.example"
        file_case(city, dataset=staff.dataset, received_at=filed, requester_email=email)
"""

# A sender that was killed holds its letters until the lease ends, and there is one letter a day for staff:
# the last run comes after both.
FINISH = """
import datetime as dt
import json
from collections import Counter
from requests_app.correspondence.delivery import LEASE, deliver, write_digests
from requests_app.escalation import database_now, sweep
from requests_app.models import Escalation, Notice, Submission
from requests_app.preservation.verification import verify
later = database_now() + LEASE + dt.timedelta(days=1)
sweep(now=database_now())
again = sweep(now=database_now()).taken.total()
write_digests(now=later)
deliver(now=later, most=100_000)
print(json.dumps({
    "again": again,
    "steps": Counter(Escalation.objects.values_list("step", flat=True)),
    "lengths": Counter(Submission.objects.values_list("chain_length", flat=True)),
    "offices": Counter(Submission.objects.values_list("office__key", flat=True)),
    "referrals": Counter(Submission.objects.values_list("referrals__to_office__key", flat=True)),
    "findings": [finding.message for finding in verify()],
    "states": Counter(Notice.objects.values_list("state", flat=True)),
    "digests": Notice.objects.filter(kind="digest").count(),
    "escalated": Notice.objects.filter(kind="escalated").count(),
    "marked": {n.message_id: n.maybe_duplicate for n in Notice.objects.filter(state="sent")},
}))
"""


@dataclass(frozen=True)
class Place:
    """A database of its own, and the environment of processes that use it."""

    environment: dict[str, str]
    file: Path | None
    url: str

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def run(self, script: str) -> str:
        setup = "import django; django.setup()\n"
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", setup + script],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def steps_taken(self) -> int:
        """As anybody sees it from outside: what is committed."""
        query = "SELECT count(*) FROM requests_app_escalation"
        if self.file:
            with sqlite3.connect(self.file, timeout=20) as connection:
                return int(connection.execute(query).fetchone()[0])
        with psycopg.connect(self.url) as connection:
            (count,) = connection.execute(query).fetchone() or (0,)
            return int(count)


def environment(home: Path, url: str, port: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "civicdata.settings",
        "CIVICDATA_ENV": "local",
        "CIVICDATA_DEMO": "0",
        "CIVICDATA_HOME": str(home),
        "DATABASE_URL": url,
        "DATABASE_POOL": "2",
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "LOG_LEVEL": "CRITICAL",
    }


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with smtp_stub() as mailbox:
        yield mailbox


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, box: Mailbox) -> Iterator[Place]:
    if request.param == "sqlite":
        yield Place(environment(tmp_path, "", box.port), tmp_path / "civicdata.sqlite3", "")
        return
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("DATABASE_URL names no PostgreSQL; .ci/run does this there")
    server, name = url.rsplit("/", 1)[0], f"civicdata_kills_{os.getpid()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield Place(environment(tmp_path, f"{server}/{name}", box.port), None, f"{server}/{name}")
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def killed_in_the_middle(place: Place, chance: random.Random) -> tuple[int, int]:
    """Two sweeps and a sender; once there is progress, all are killed. Steps before and after."""
    before = place.steps_taken()
    processes = [place.start("sweep", "--batch", "15"), place.start("sweep", "--batch", "10")]
    processes.append(place.start("deliver"))
    end = time.monotonic() + SLOWEST
    try:
        while place.steps_taken() == before and time.monotonic() < end:
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.15))
        assert any(process.poll() is None for process in processes[:2]), "nobody was left to kill"
    finally:
        for process in processes:
            process.send_signal(signal.SIGKILL)
        for process in processes:
            process.wait()
    return before, place.steps_taken()


def test_after_any_kill_every_step_was_taken_once_and_every_letter_came(place: Place, box: Mailbox) -> None:
    place.run(FILL % CASES)
    chance = random.Random(20260601)
    rounds = [killed_in_the_middle(place, chance) for _round in range(ROUNDS)]
    assert all(before < after for before, after in rounds)
    assert rounds[-1][1] < CASES * STEPS, "the kills came too late to prove anything"
    end: dict[str, Any] = json.loads(place.run(FINISH))

    assert end["again"] == 0
    ladder = ["remind", "overdue", "ladder-1", "ladder-2", "ladder-3", "ladder-4"]
    assert end["steps"] == dict.fromkeys(ladder, CASES)
    assert end["lengths"] == {str(1 + STEPS): CASES}
    assert end["offices"] == end["referrals"] == {"city-clerk": CASES}
    assert end["findings"] == []

    came = Counter(box.ids)
    marked: dict[str, bool] = end["marked"]
    assert (end["escalated"], end["states"]["sent"]) == (WRITTEN_TO, 2 * WRITTEN_TO + end["digests"])
    assert not {"queued", "sending", "dead", "digest_item"} & set(end["states"])
    assert set(came) == set(marked)
    assert not [identity for identity, times in came.items() if times > 1 and not marked[identity]]
    assert came.total() < 2 * len(came)
