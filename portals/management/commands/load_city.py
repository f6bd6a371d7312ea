"""`manage.py load_city [FILE ...] [--check]`: checks and loads city files. Exit 2 if any was refused."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

import portals
from portals.city_file import Loaded, Refused, load
from portals.city_toml.schema import Checked, check_file
from portals.management.command import PlainCommand

SHIPPED = Path(portals.__file__).parent / "cities"


class Command(PlainCommand):
    help = "Check city files and bring the tables in line with them; without files, all that ship."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
        parser.add_argument("--check", action="store_true", help="only check; change nothing")

    def handle(self, *args: Any, files: list[Path], check: bool = False, **options: Any) -> None:
        paths = [Path(file) for file in files] or sorted(SHIPPED.glob("*.toml"))
        if not paths:
            self.fail(f"{SHIPPED}: there is no city file")
        wrong: list[str] = []
        for path in paths:
            checked = check_file(path, timezone.localdate())
            for line in checked.warning_lines():
                self.stderr.write(line, style_func=str)
            wrong += checked.problem_lines() if checked.problems or check else self._load(checked)
            if check and not checked.problems:
                self.stdout.write(f"{path}: correct")
        if wrong:
            self.fail(*wrong)

    def _load(self, checked: Checked) -> list[str]:
        """Load one file; the lines that say why not, if it is refused."""
        try:
            loaded = load(checked, now=timezone.now())
        except Refused as refused:
            return [f"{checked.name}: {problem}" for problem in refused.problems]
        self.stdout.write(f"{loaded.city.slug}: {_told(loaded)}")
        return []


def _told(loaded: Loaded) -> str:
    if not loaded.changes:
        return f"unchanged, version {loaded.city.version}"
    what = "loaded" if loaded.first else "brought in line"
    return f"{what}, {loaded.changes} changes, version {loaded.city.version}"
