"""The budgets of the house, on the maximum: nobody has to read a file or a function that is too long."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILE_LINES, FUNCTION_LINES, TEMPLATE_LINES, SETTINGS_LINES = 400, 40, 150, 250


def sources() -> Iterator[Path]:
    for folder in ("civicdata", "requests_app", "portals", "tests", "bench"):
        yield from (path for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts)


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def too_long(paths: Iterator[Path], limit: int) -> list[str]:
    return sorted(f"{path.relative_to(ROOT)}: {lines(path)}" for path in paths if lines(path) > limit)


def test_no_source_file_is_longer_than_its_budget() -> None:
    assert too_long(sources(), FILE_LINES) == []


def test_no_template_is_longer_than_its_budget() -> None:
    templates = (path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"})
    assert too_long(templates, TEMPLATE_LINES) == []


def test_settings_stay_one_readable_file() -> None:
    assert too_long(iter([ROOT / "civicdata" / "settings.py"]), SETTINGS_LINES) == []


def functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_function_is_longer_than_its_budget() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}: {length}"
        for path in sources()
        for name, length in functions(parsed(path))
        if length > FUNCTION_LINES
    ]
    assert sorted(found) == []


@pytest.mark.parametrize(("length", "counted"), [(1, 2), (40, 41)])
def test_the_measure_of_functions_counts_every_line(length: int, counted: int) -> None:
    source = "def f():\n" + "    pass\n" * length
    assert list(functions(ast.parse(source))) == [("f", counted)]


@pytest.mark.parametrize("folder", ["civicdata", "requests_app", "portals"])
def test_every_module_says_what_it_is_responsible_for(folder: str) -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path.relative_to(ROOT).parts[0] == folder
        and path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(parsed(path))
    ]
    assert silent == []
