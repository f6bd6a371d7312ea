"""Loading cities in tests: the shipped files, and Riverbend, which is made up."""

import datetime as dt
from pathlib import Path

from portals.city_file import Loaded, load
from portals.city_toml.schema import check_text

SHIPPED = sorted((Path(__file__).parents[2] / "portals" / "cities").glob("*.toml"))
RIVERBEND = Path(__file__).parents[1] / "data" / "riverbend.toml"
NOW = dt.datetime(2026, 3, 2, 18, 0, tzinfo=dt.UTC)


def riverbend(*changes: tuple[str, str], add: str = "") -> str:
    """The text of Riverbend's file with some passages changed."""
    written = RIVERBEND.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in written, old
        written = written.replace(old, new, 1)
    return f"{written}\n{add}"


def load_text(written: str, *, now: dt.datetime = NOW, name: str = "city.toml") -> Loaded:
    """Check and load the text of a city file."""
    return load(check_text(written, name, now.date()), now=now)
