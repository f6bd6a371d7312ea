"""`python -m bench`: measures on SQLite and, where DATABASE_URL names one, on a PostgreSQL server."""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.figures import PageFigure, Results, SearchFigure, SweepFigure, Timing
from bench.report import keep, print_report
from bench.scratch import Scratch, scratch, twin
from bench.server import stop_in_order

SIZES = (1_000, 10_000, 100_000)
ROOT = Path(__file__).parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    given = _parsed(arguments)
    stop_in_order()
    server = os.environ.get("DATABASE_URL", "")
    databases = {"sqlite": ""}
    if server.startswith(("postgres://", "postgresql://")):
        databases["postgresql"] = server
    else:
        _say("PostgreSQL is not measured: DATABASE_URL names no PostgreSQL server.")
    complete = True
    for name, url in databases.items():
        if given.database in ("", name):
            with scratch(name, url) as place:
                results = measure(place, given.sizes, 15 if given.quick else given.repeat)
            complete = complete and not results.failed
            print_report(results, sys.stdout)
            _say(f"Kept in {keep(results, datetime.now(UTC).date())}")
    return 0 if complete else 1


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", type=_sizes, default=None, metavar="N,N", help="numbers of open cases")
    parser.add_argument("--quick", action="store_true", help="few repeats and small sizes")
    parser.add_argument("--repeat", type=int, default=60, help="requests of each page by each caller")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="", help="only this one")
    given = parser.parse_args(arguments)
    given.sizes = given.sizes or (SIZES[:2] if given.quick else SIZES)
    return given


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(part) for part in text.split(",")))


def measure(place: Scratch, sizes: Sequence[int], repeat: int) -> Results:
    """All phases at all sizes on one scratch database."""
    results = Results(
        place.name, {"cpu_count": os.cpu_count(), "python": platform.python_version(), "database": ""}
    )
    try:
        for size in sizes:
            _measure_at(place, size, repeat, results)
    except subprocess.CalledProcessError as error:  # what was measured before is worth keeping
        results.failed = f"at {size} and above: {' '.join(error.cmd[-4:])} failed"
    return results


def _measure_at(place: Scratch, size: int, repeat: int, results: Results) -> None:
    _say(f"{place.name}: filling up to {size} ...")
    results.filled_seconds[size] = _run(place, "fill", size, repeat)["seconds"]
    _say(f"{place.name}: pages at {size} ...")
    _add_pages(results, size, _run(place, "pages", size, repeat))
    _say(f"{place.name}: sweep at {size} ...")
    with twin(place) as copy:
        document = _run(copy, "sweep", size, repeat)
    document.pop("seconds_in_all")
    results.sweeps.append(SweepFigure(**document))


def _add_pages(results: Results, size: int, document: dict[str, Any]) -> None:
    for page in document["pages"]:
        for name in ("one", "bare_one", "four", "bare_four"):
            page[name] = Timing(**page[name])
        results.pages.append(PageFigure(**page))
    for search in document["searches"]:
        search["time"] = Timing(**search["time"])
        results.searches.append(SearchFigure(**search))
    results.memory_mb[size] = document["memory_mb"]
    results.skipped |= document["skipped"]
    results.machine["database"] = document["database"]


def _run(place: Scratch, phase: str, size: int, repeat: int) -> dict[str, Any]:
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "bench.worker",
        phase,
        str(size),
        "--repeat",
        str(repeat),
    ]
    with subprocess.Popen(command, cwd=ROOT, env=place.environment, stdout=subprocess.PIPE) as worker:
        try:
            said, _nothing = worker.communicate()
        except BaseException:
            worker.terminate()  # it stops its own web process
            raise
    if worker.returncode:
        raise subprocess.CalledProcessError(worker.returncode, command)
    return dict(json.loads(said))


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
