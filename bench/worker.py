"""One phase in one process, on the database that the environment names: `fill`, `pages` or `sweep`.

Prints one JSON document on stdout. A process for each phase, so that none finds what another left in memory.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
django.setup()

from bench import measuring  # noqa: E402 - Django must be ready before any model is imported
from bench.server import stop_in_order  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("phase", choices=["fill", "pages", "sweep"])
    parser.add_argument("size", type=int)
    parser.add_argument("--repeat", type=int, default=60)
    given = parser.parse_args()
    stop_in_order()
    phases: dict[str, Callable[[], Any]] = {
        "fill": lambda: measuring.fill(given.size),
        "pages": lambda: measuring.pages(given.size, given.repeat),
        "sweep": lambda: asdict(measuring.sweep_all(given.size)),
    }
    began = time.perf_counter()
    document = phases[given.phase]()
    document["seconds_in_all"] = round(time.perf_counter() - began, 1)
    sys.stdout.write(json.dumps(document))


if __name__ == "__main__":
    main()
