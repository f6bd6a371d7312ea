"""Each guarded column has one writer: no module but its home assigns it, updates it or hands it to an act."""

import ast
import functools
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "requests_app"

HOMES = {
    "status": "lifecycle.py",
    "office": "routing.py",
    "office_id": "routing.py",
    "next_due_on": "deadlines.py",
    "urgency": "deadlines.py",
    "due_on": "deadlines.py",
    "next_step": "deadlines.py",
    "next_step_at": "deadlines.py",
    "referral_waits_since": "lifecycle.py",
    "unclaimed_since": "lifecycle.py",
    "unclaimed_raised": "lifecycle.py",
}
"""A new row gets its first values where it is made; these are the writers of rows that stand."""


def written(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every name that is assigned on an object, set by `.update(...)` or changed by an act, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (
                (part.attr, part.lineno)
                for target in targets
                for part in ast.walk(target)
                if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store)
            )
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and node.func.attr == "update":
                yield from ((word.arg, node.lineno) for word in node.keywords if word.arg)
            for word in node.keywords:
                if word.arg == "changes" and isinstance(word.value, ast.Dict):
                    keys = (key for key in word.value.keys if isinstance(key, ast.Constant))
                    yield from ((str(key.value), key.lineno) for key in keys)


@functools.cache
def writers() -> dict[str, set[str]]:
    """The modules that write each name, from one reading of all sources."""
    found = defaultdict(set)
    for path in ROOT.rglob("*.py"):
        if "migrations" not in path.parts:
            for name, _line in written(ast.parse(path.read_text())):
                found[name].add(str(path.relative_to(ROOT)))
    return found


@pytest.mark.parametrize("column", HOMES)
def test_a_guarded_column_has_one_writer(column: str) -> None:
    assert writers()[column] <= {HOMES[column]}


def test_the_search_for_writers_sees_each_way_of_writing() -> None:
    source = (
        "row.status = 1\na.b, row.office = 2, 3\nrows.update(urgency=4)\napply(row, changes={'due_on': 5})"
    )
    assert {name for name, _line in written(ast.parse(source))} == {
        "status",
        "b",
        "office",
        "urgency",
        "due_on",
    }
