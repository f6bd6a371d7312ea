"""Prints the figures as tables and keeps them as a file."""

import json
from datetime import date
from pathlib import Path
from typing import TextIO

from bench.figures import FLAT, MEMORY_GROWTH, Results, Timing

FOLDER = Path(__file__).parent / "results"


def verdict(misses: list[str]) -> str:
    return "PASS" if not misses else "over: " + ", ".join(misses)


def _pair(timing: Timing | None) -> str:
    return f"{timing.median:7.1f} {timing.p95:7.1f}" if timing else f"{'-':>7} {'-':>7}"


def print_report(results: Results, out: TextIO) -> None:
    """Tables of one database: times in milliseconds, median and p95."""
    out.write(
        f"\n== {results.database}   ({results.machine['cpu_count']} cores, "
        f"Python {results.machine['python']}, {results.machine['database']})\n"
    )
    out.write(
        f"{'page':<26}{'size':>8}{'queries':>8}{'kB':>7}  {'one caller':^15}  {'bare':^15} {'ratio':>6}"
        f"  {'four callers':^15}  {'bare, four':^15}  aims\n"
    )
    for page in results.pages:
        out.write(
            f"{page.name:<26}{page.size:>8}{page.queries:>8}{page.bytes / 1000:>7.1f}  {_pair(page.one)}  "
            f"{_pair(page.bare_one)} {page.ratio:>6.1f}  {_pair(page.four)}  {_pair(page.bare_four)}  "
            f"{verdict(page.misses())}\n"
        )
    for name, growth in results.growth().items():
        flat = [] if growth.beside_bare <= FLAT else [f"aim {FLAT}"]
        out.write(
            f"  from smallest to largest: {name:<26} x {growth.beside_bare:<5} beside the bare view, "
            f"x {growth.itself:<5} by itself  {verdict(flat)}\n"
        )
    for search in results.searches:
        out.write(
            f"search {search.words!r:<28}{search.size:>8} {_pair(search.time)}  "
            f"{search.found} found  {verdict(search.misses())}\n"
        )
    for sweep in results.sweeps:
        out.write(
            f"sweep  {sweep.size:>8} cases, {sweep.due} due: {sweep.steps} steps in {sweep.seconds:.1f} s = "
            f"{sweep.a_second:.0f}/s, {sweep.statements_an_item} statements each, {sweep.ratio} times bare  "
            f"{verdict(sweep.misses())}\n"
        )
    _memory(results, out)
    for size, seconds in results.filled_seconds.items():
        out.write(f"demo filled up to {size:>7} in {seconds:.0f} s\n")
    for name, why in results.skipped.items():
        out.write(f"not measured: {name} ({why})\n")
    if results.failed:
        out.write(f"FAILED {results.failed}\n")


def _memory(results: Results, out: TextIO) -> None:
    for size, megabytes in results.memory_mb.items():
        out.write(f"memory of the web process at {size:>7}: {megabytes:.0f} MB\n")
    growth = results.memory_growth()
    if growth is not None:
        over = [] if growth <= MEMORY_GROWTH else [f"aim {MEMORY_GROWTH}"]
        out.write(f"  memory, smallest to largest: x {growth} {verdict(over)}\n")


def keep(results: Results, today: date) -> Path:
    """Write `results/<date>-<database>.json`; returns where."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{today.isoformat()}-{results.database}.json"
    path.write_text(json.dumps(results.as_json(), indent=1) + "\n", encoding="utf-8")
    return path
