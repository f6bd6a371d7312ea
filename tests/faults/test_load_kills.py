"""A load that is killed at any moment leaves the table that was there, and what it left is removed later."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = 20_000
PATIENCE = 60.0  # seconds until a load must have begun to write

pytestmark = pytest.mark.fault

FILL = """
from tests.portals.loading import make_city
from portals.models import Dataset
Dataset.objects.create(city=make_city("millbrook"), identifier="abcd-1234", name="Trees")
"""
LOOK = """
import json
from datetime import timedelta
from django.utils import timezone
from portals.models import Table
from portals.soda.store import tables
later = timezone.now() + timedelta(hours=2)
strays = [name for name, _sentence in tables.wrong(now=later)]
found = {"rows": Table.objects.get().row_count, "strays": len(strays)}
found["removed"] = tables.remove_unused(now=later)
found["wrong"] = len(list(tables.wrong(now=later)))
print(json.dumps(found))
"""


class Home:
    """A home with a database of its own, and what runs in it."""

    def __init__(self, folder: Path, migrated: Path) -> None:
        self.folder = folder
        shutil.copyfile(migrated, folder / "civicdata.sqlite3")
        self._environ = {**os.environ, "CIVICDATA_HOME": str(folder), "PYTHONPATH": str(ROOT)}
        self._environ |= {"DATABASE_URL": "", "REDIS_URL": "", "CIVICDATA_ENV": "local"}

    def start(self, *args: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-W", "ignore", "manage.py", *args]
        return subprocess.Popen(
            command, cwd=ROOT, env=self._environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def run(self, *args: str) -> str:
        process = self.start(*args)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        return out

    def is_writing(self) -> bool:
        return any(path.stat().st_size for path in (self.folder / "tables").glob("incoming-*"))


def test_a_load_that_is_killed_while_it_writes_leaves_the_old_table(tmp_path: Path, migrated: Path) -> None:
    home = Home(tmp_path, migrated)
    home.run("shell", "-c", FILL)
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    small.write_text("name,height\nOak,12\n")
    large.write_text("name,height\n" + "".join(f"Oak {n},{n}\n" for n in range(ROWS)))
    home.run("load_table", "abcd-1234", str(small))
    loading = home.start("load_table", "abcd-1234", str(large))
    until = time.monotonic() + PATIENCE
    while not home.is_writing() and time.monotonic() < until and loading.poll() is None:
        time.sleep(0.01)
    loading.send_signal(signal.SIGKILL)
    loading.communicate()
    assert loading.returncode == -signal.SIGKILL, "it was at work when it was killed"
    found = json.loads(home.run("shell", "-c", LOOK).splitlines()[-1])
    assert found == {"rows": 1, "strays": 1, "removed": 1, "wrong": 0}
