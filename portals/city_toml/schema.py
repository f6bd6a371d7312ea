"""Reads one city file and checks it; pure, without database or settings.

Alone responsible for saying whether a file may be loaded: `check_file` gives the file as dataclasses with
everything that is wrong in it and everything worth a warning. `python -m portals.city_toml.schema FILE ...`
does the same from a shell. The form is docs/city-file.md.
"""

import dataclasses
import datetime as dt
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from portals.city_toml.checks import check_rules
from portals.city_toml.content import ONE, SEVERAL, CityFile
from portals.city_toml.coverage import coverage_warnings
from portals.city_toml.reading import Problem, Report, build

REQUIRED_TABLES = ("city", "citation", "office", "closed_days", "route")


@dataclasses.dataclass(frozen=True, slots=True)
class Checked:
    """What came of checking a file. It may be loaded only while `problems` is empty."""

    name: str
    content: CityFile
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    written: str = ""

    def problem_lines(self) -> list[str]:
        """One line a problem: file, key path, reason."""
        return [f"{self.name}: {problem}" for problem in self.problems]

    def warning_lines(self) -> list[str]:
        """One line a warning: file, key path, reason."""
        return [f"{self.name}: warning: {warning}" for warning in self.warnings]


def check_file(path: Path, today: dt.date) -> Checked:
    """Read and check the file at `path`.

    `today` (a city date) only decides from when on missing closed days are worth a warning. A file that
    cannot be read at all has one problem that says why; nothing is raised.
    """
    try:
        written = path.read_text(encoding="utf-8")
    except OSError as error:
        return _unreadable(str(path), f"cannot be read: {error.strerror or error}")
    except UnicodeDecodeError as error:
        return _unreadable(str(path), f"is not UTF-8: byte {error.start} cannot be read")
    return check_text(written, str(path), today)


def check_text(written: str, name: str, today: dt.date) -> Checked:
    """Check the text of a city file; `name` is what messages call it."""
    try:
        data = tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        return _unreadable(name, f"is not TOML: {error}")
    problems: list[Problem] = []
    content = read_tables(data, lambda path, reason: problems.append(Problem(path, reason)))
    problems.extend(check_rules(content))
    warnings = () if problems else tuple(coverage_warnings(content, today))
    return Checked(name, content, tuple(problems), warnings, written)


def read_tables(data: Mapping[str, Any], report: Report) -> CityFile:
    """Every table of a file as entries; what is wrong is reported and left out."""
    broken = {name for name in REQUIRED_TABLES if name not in data}
    for name in sorted(broken):
        report(name, "is missing")
    for name in data:
        if name not in ONE and name not in SEVERAL:
            report(name, f"unknown table; known: {', '.join([*ONE, *SEVERAL])}")
    found: dict[str, Any] = {}
    for name in [name for name in ONE if name in data]:
        built = build(ONE[name], data[name], name, report)
        if built is None:
            broken.add(name)
        else:
            found[name] = built
    for name in [name for name in SEVERAL if name in data]:
        rows = data[name]
        if isinstance(rows, list):
            found[name] = _entries(name, rows, report)
        else:
            report(name, f"must stand in double brackets: [[{name}]]")
        if not isinstance(rows, list) or len(found[name]) < len(rows):
            broken.add(name)
    return CityFile(**found, broken=frozenset(broken), written_ids=frozenset(_ids(data)))


def _ids(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every (table, id) that is written, be the entry right or wrong."""
    for name in SEVERAL:
        rows = data.get(name, [])
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, Mapping) and "id" in row:
                yield name, str(row["id"])


def _entries(name: str, rows: list[Any], report: Report) -> tuple[Any, ...]:
    entries = [
        build(SEVERAL[name], row, _path(name, row, place, rows), report) for place, row in enumerate(rows)
    ]
    return tuple(entry for entry in entries if entry is not None)


_NAMED_BY = {"empty_role": "role", "closed_days": "year", "escalation_step": "step", "example": "title"}


def _path(table: str, row: Any, place: int, rows: list[Any]) -> str:
    """What to call a row before it is known to be right: its id, else its place in the file (from 1)."""
    key = _NAMED_BY.get(table, "id")
    if not isinstance(row, Mapping) or not isinstance(row.get(key), str | int):
        return f"{table}[#{place + 1}]"
    name = str(row[key])
    if table == "escalation_step":
        name = _step_name(row)
    namesakes = [r for r in rows if isinstance(r, Mapping) and r.get(key) == row[key]]
    if table != "escalation_step" and len(namesakes) > 1 and "effective_from" in row:
        name += f"@{row['effective_from']}"
    return f"{table}[{name}]"


def _step_name(row: Mapping[str, Any]) -> str:
    kinds = row.get("kinds", [])
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        return f"step-{row['step']}"
    return "-".join([f"step-{row['step']}", *sorted(kind for kind in kinds)])


def _unreadable(name: str, reason: str) -> Checked:
    return Checked(name, CityFile(), (Problem("(file)", reason),), ())


def main(arguments: list[str]) -> int:
    """Check the files named; print a line a problem on stderr; 2 if there is any."""
    checked = [check_file(Path(argument), dt.datetime.now(dt.UTC).date()) for argument in arguments]
    for one in checked:
        for line in [*one.problem_lines(), *one.warning_lines()]:
            print(line, file=sys.stderr)
        if not one.problems:
            print(f"{one.name}: correct")
    return 2 if any(one.problems for one in checked) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
