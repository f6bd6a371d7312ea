"""Cities in tests: the shipped files, Riverbend, which is made up, and small ones without rules."""

import datetime as dt
from pathlib import Path

from portals.city_file import Loaded, load
from portals.city_toml.schema import check_text
from portals.models import City

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


def make_city(slug: str) -> City:
    """A city without rules or offices, for tests of what lies beside them."""
    return City.objects.create(
        slug=slug,
        name=slug.title(),
        state="WA",
        state_name="Washington",
        time_zone="America/Los_Angeles",
        prefix=slug[:3].upper(),
        accent="#205060",
        accent_dark="#90c0d0",
        portal_name=f"{slug.title()} data",
        checked_on=dt.date(2026, 1, 1),
    )
