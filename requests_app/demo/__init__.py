"""The demo: invented people, datasets and cases in every loaded city, at any size.

Alone responsible for what makes a home a demo: it refuses where cases of real people stand, it does nothing a
second time, and all its accounts have one known password. Never runs in production.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portals.catalog.entry import Catalog, CatalogEntry, CatalogFormat, EntryDistribution, EntryField
from portals.catalog.importing import bring_in
from portals.models import City
from portals.rulebook import rulebook_for
from requests_app.demo import bulk, cases, desks, letters, people, scene, tables
from requests_app.models import Submission

DATA = Path(__file__).parent.parent / "demo_data"
TEMPLATES = ("cases.json", "cases-features.json")
SOCRATA_VIEW = "/api/views/"


class NotHere(Exception):
    """The demo must not be filled here; the message is a sentence that says why."""


@dataclass
class Filled:
    """What a run added. All zero where the demo was there already."""

    people: int = 0
    datasets: int = 0
    cases: int = 0
    bulk: int = 0
    tables: int = 0

    def __bool__(self) -> bool:
        return bool(self.people or self.cases or self.bulk or self.tables)


def is_filled() -> bool:
    """Whether the cases of the demo stand in this database."""
    return Submission.objects.filter(submission_key__startswith=scene.KEY).exists()


def check() -> None:
    """Raises NotHere where the demo cannot be filled."""
    if not City.objects.exists():
        raise NotHere(_("No city is loaded. Run: python manage.py load_city"))
    if Submission.objects.exists() and not is_filled():
        raise NotHere(_("Submissions stand here that are not the demo's; it fills only an empty home."))


def fill(*, now: datetime, size: int = 0, say: Callable[[str], None] = lambda text: None) -> Filled:
    """Fill the demo as of `now` (UTC), then bring the number of its bulk cases up to `size`.

    The cases of the cities are one transaction: a fill that is interrupted leaves nothing. Raises NotHere.
    """
    check()
    cities = list(City.objects.order_by("slug"))
    for city in cities:
        rulebook_for(city)  # into the cache before the transaction, which fills it only at its end
    filled = Filled()
    if not is_filled():
        with transaction.atomic():
            filled.people = people.create(cities)
            filled.datasets = sum(bring_in_catalogue(city, now) for city in cities)
            filled.cases = walk_the_cases(cities, now)
            letters.write(cities, now=now)
            for city in cities:
                desks.set_up(city, now=now)
    filled.tables = tables.load_tables(cities, now=now)
    if size:
        filled.bulk = bulk.top_up(cities, size, now=now, say=say)
    return filled


def walk_the_cases(cities: list[City], now: datetime) -> int:
    """Every case of the templates in every city, worked up to `now`; old letters count as sent."""
    walk = cases.Walk(cities, templates(), now=now)
    walk.run()
    cases.settle_letters(before=now - cases.KEPT_UNSENT)
    return len(walk.cases)


def templates() -> scene.Templates:
    """The templates of cases, as they stand in the files."""
    stored = [json.loads((DATA / name).read_text(encoding="utf-8")) for name in TEMPLATES]
    found = [case for part in stored for case in part["cases"]]
    return scene.Templates(found, stored[0]["exemptions"])


# -- datasets


def bring_in_catalogue(city: City, now: datetime) -> int:
    """The invented catalogue of a city, through the same door as a real one; 0 where there is none."""
    path = DATA / f"{city.slug}.json"
    if not path.exists():
        return 0
    stored = json.loads(path.read_text(encoding="utf-8"))["datasets"]
    later = _shift(stored, city.date_at(now))
    names = {office.key: office.name for office in city.offices.all()}
    catalog = Catalog(CatalogFormat.DCAT_US_1_1, [_entry(item, names, later) for item in stored])
    result = bring_in(city, catalog, now=now, source=scene.SOURCE)
    return result.created


def _shift(stored: list[Mapping[str, Any]], today: date) -> timedelta:
    """By how many days the invented dates move, so that the newest dataset was updated yesterday."""
    dates = [
        date.fromisoformat(item["last_updated"])
        for item in stored
        if item["last_updated"] and not item["known"]
    ]
    return today - timedelta(days=1) - max(dates, default=today)


def _entry(item: Mapping[str, Any], offices: Mapping[str, str], later: timedelta) -> CatalogEntry:
    updated = date.fromisoformat(item["last_updated"]) if item["last_updated"] else None
    distributions = tuple(
        EntryDistribution(url=part["url"], title=part["title"], format=part["format"])
        for part in item["distributions"]
        if part.get("url")
    )
    return CatalogEntry(
        identifier=item["id"],
        name=item["name"],
        description=item["description"],
        department=offices.get(item["department"], ""),
        category=item["category"],
        keywords=tuple(item["keywords"]),
        cadence=item["cadence"],
        last_updated=updated + later if updated and not item["known"] else updated,
        license=item["license"],
        attribution=item["attribution"],
        contact_name=item["contact"],
        api_endpoint=_endpoint(item, distributions),
        fields=tuple(
            EntryField(part["name"], data_type=part["type"], description=part["description"])
            for part in item["fields"]
        ),
        distributions=distributions,
    )


def _endpoint(item: Mapping[str, Any], distributions: tuple[EntryDistribution, ...]) -> str:
    """The address of the API on the portal where a real dataset stands; invented ones have none there."""
    portal = next((part.url.split(SOCRATA_VIEW)[0] for part in distributions if SOCRATA_VIEW in part.url), "")
    return f"{portal}/resource/{item['id']}.json" if portal and item["api"] else ""
