"""A new database takes one step an app, an older one the steps that led there; both end in the same tables.

Read from SQLite. The squashed step may go on without the others once no installation is older than they are.
"""

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
STEP_BY_STEP = """
import django; django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
executor = MigrationExecutor(connection)
executor.loader = MigrationLoader(connection, replace_migrations=False)
graph = executor.loader.graph
executor.migrate([leaf for leaf in graph.leaf_nodes() if not graph.nodes[leaf].replaces])
"""


def migrated(home: Path, *command: str) -> Path:
    home.mkdir(exist_ok=True)
    environment = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
    environment |= {
        "CIVICDATA_ENV": "local",
        "CIVICDATA_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "civicdata.settings",
    }
    subprocess.run([sys.executable, "-W", "ignore", *command], cwd=ROOT, env=environment, check=True)
    return home / "civicdata.sqlite3"


def shape(file: Path) -> dict[tuple[str, str], Any]:
    """Tables, indexes and triggers; columns of a table in no order, as each path adds them in its own."""
    connection = sqlite3.connect(file)
    found: dict[tuple[str, str], Any] = {}
    for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master"):
        if kind == "table":
            found[kind, name] = (
                {row[1:] for row in connection.execute(f'PRAGMA table_info("{name}")')},
                {row[2:] for row in connection.execute(f'PRAGMA foreign_key_list("{name}")')},
                set(re.findall(r'CONSTRAINT "(\w+)" CHECK', sql)),
                unique_columns(connection, name),
            )
        elif not name.startswith("sqlite_autoindex"):
            found[kind, name] = " ".join(sql.split())
    connection.close()
    return found


def unique_columns(connection: sqlite3.Connection, table: str) -> set[tuple[str, ...]]:
    indexes = list(connection.execute(f'PRAGMA index_list("{table}")'))
    return {
        tuple(column for _no, _id, column in connection.execute(f'PRAGMA index_info("{name}")'))
        for _number, name, unique, *_ in indexes
        if unique
    }


MIGRATE = ("manage.py", "migrate", "--verbosity=0")


def test_one_step_and_all_steps_end_in_the_same_tables(tmp_path: Path) -> None:
    at_once = shape(migrated(tmp_path / "at-once", *MIGRATE))
    migrated(tmp_path / "by-steps", "-c", STEP_BY_STEP)
    by_steps = shape(migrated(tmp_path / "by-steps", *MIGRATE))  # finds nothing to do and puts triggers back
    assert len(at_once) > 300
    assert {key: at_once.get(key) for key in by_steps} == by_steps
    assert set(at_once) == set(by_steps)
