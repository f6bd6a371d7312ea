"""Brings a city's datasets in line with a catalogue: once, again, and after it changed.

A dataset is known by its identifier within the city. What a complete catalogue no longer lists is marked
with `missing_since` and stays, because reports and requests hang on it; what comes back is unmarked.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from portals.catalog.departments import Departments
from portals.catalog.entry import Catalog, CatalogEntry, SkippedEntry
from portals.models import City, Dataset, Distribution, Field
from portals.text_search import searchable

IMPORTED = "import"
_BATCH = 500
_SAME_NAME = (
    *("name", "description", "department", "category", "cadence", "last_updated", "license", "license_url"),
    *("attribution", "contact_name", "contact_email", "landing_page", "api_endpoint", "public"),
)
_UPDATED = (
    *_SAME_NAME,
    *("keywords", "office", "search_text", "source", "source_url", "digest", "imported_at", "missing_since"),
)


@dataclass(slots=True)
class ImportResult:
    """What an import did. `missing` counts the imported datasets that the catalogue lists no longer."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    missing: int = 0
    skipped: list[SkippedEntry] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As `import_catalog --json` prints it."""
        return asdict(self)


def bring_in(
    city: City,
    catalog: Catalog,
    *,
    now: datetime,
    source: str = IMPORTED,
    source_url: str = "",
    complete: bool | None = None,
) -> ImportResult:
    """Creates, updates and marks the city's datasets after `catalog`, all or nothing.

    `complete` overrides what the document itself says: False leaves unmarked what it does not list.
    `source` is "import" or "demo"; only datasets of the same source are ever marked as missing.
    """
    result = ImportResult(skipped=list(catalog.skipped), warnings=list(catalog.warnings))
    with transaction.atomic():
        # Two imports of one city wait for each other; on SQLite the transaction itself does that.
        City.objects.select_for_update(no_key=True).get(pk=city.pk)
        departments = Departments(city.offices.all())
        known = {row.identifier: row for row in city.datasets.only(*_KNOWN)}
        fresh: list[tuple[Dataset, CatalogEntry]] = []
        changed: list[tuple[Dataset, CatalogEntry]] = []
        for entry in catalog.entries:
            row = _row(city, entry, known.get(entry.identifier), departments)
            row.source, row.source_url, row.imported_at = source, source_url[:1_000], now
            if row.pk is None:
                fresh.append((row, entry))
            elif _differs(row, known[entry.identifier]):
                changed.append((row, entry))
        _create(fresh)
        _update(changed)
        result.created, result.updated = len(fresh), len(changed)
        result.unchanged = len(catalog.entries) - len(fresh) - len(changed)
        _mark_missing(city, catalog, source, now, result, complete)
    result.warnings += _unmatched(catalog, departments)
    return result


_KNOWN = ("id", "city_id", "identifier", "digest", "department", "office_id", "missing_since", "source")


def _row(city: City, entry: CatalogEntry, known: Dataset | None, departments: Departments) -> Dataset:
    office = departments.office(entry.department)
    office_id = office.pk if office else None
    if known and known.office_id and known.department == entry.department:
        # Staff may have said who publishes it; only a new department in the catalogue overrules that.
        office_id = known.office_id
    row = Dataset(
        pk=known.pk if known else None,
        city=city,
        identifier=entry.identifier,
        office_id=office_id,
        keywords=list(entry.keywords),
        digest=entry.digest(),
        search_text=search_text(entry),
        **{name: getattr(entry, name) for name in _SAME_NAME},
    )
    return row


def search_text(entry: CatalogEntry) -> str:
    """All words by which a dataset is found: its name and number, who publishes it, what it holds."""
    columns = (part for column in entry.fields for part in (column.name, column.title))
    return searchable(
        *(entry.name, entry.identifier, entry.department, entry.category, *entry.keywords),
        *(entry.attribution, entry.description, *columns),
    )


def _differs(row: Dataset, known: Dataset) -> bool:
    return (
        row.digest != known.digest
        or row.office_id != known.office_id
        or row.source != known.source
        or known.missing_since is not None
    )


def _create(pairs: Sequence[tuple[Dataset, CatalogEntry]]) -> None:
    Dataset.objects.bulk_create([row for row, _entry in pairs], batch_size=_BATCH)
    _add_parts(pairs)


def _update(pairs: Sequence[tuple[Dataset, CatalogEntry]]) -> None:
    Dataset.objects.bulk_create(
        [row for row, _entry in pairs],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=_UPDATED,
    )
    keys = [row.pk for row, _entry in pairs]
    for start in range(0, len(keys), _BATCH):
        part = keys[start : start + _BATCH]
        Field.objects.filter(dataset__in=part).delete()
        Distribution.objects.filter(dataset__in=part).delete()
    _add_parts(pairs)


def _add_parts(pairs: Iterable[tuple[Dataset, CatalogEntry]]) -> None:
    fields, distributions = [], []
    for row, entry in pairs:
        fields += [
            Field(
                dataset=row,
                position=position,
                name=part.name,
                title=part.title,
                data_type=part.data_type,
                description=part.description,
            )
            for position, part in enumerate(entry.fields)
        ]
        distributions += [
            Distribution(
                dataset=row,
                position=position,
                title=part.title,
                media_type=part.media_type,
                format=part.format,
                url=part.url,
                is_api=part.is_api,
            )
            for position, part in enumerate(entry.distributions)
        ]
    Field.objects.bulk_create(fields, batch_size=2_000)
    Distribution.objects.bulk_create(distributions, batch_size=2_000)


def _mark_missing(
    city: City,
    catalog: Catalog,
    source: str,
    now: datetime,
    result: ImportResult,
    complete: bool | None,
) -> None:
    ours = city.datasets.filter(source=source)
    if not (catalog.complete if complete is None else complete):
        if catalog.complete is False:
            result.warnings.append("the document is a part of the catalogue; nothing was marked as missing")
    elif not catalog.entries:
        # An empty answer is how portals fail most often; a city that withdrew everything says so by hand.
        result.warnings.append("the catalogue lists no usable dataset; nothing was marked as missing")
    else:
        listed = {entry.identifier for entry in catalog.entries}
        listed |= {skip.identifier for skip in catalog.skipped if skip.identifier}
        present = ours.filter(missing_since=None).values_list("identifier", "pk")
        gone = [key for identifier, key in present if identifier not in listed]
        for start in range(0, len(gone), _BATCH):
            Dataset.objects.filter(pk__in=gone[start : start + _BATCH]).update(missing_since=now)
    result.missing = ours.exclude(missing_since=None).count()


def _unmatched(catalog: Catalog, departments: Departments) -> list[str]:
    names = Counter(entry.department for entry in catalog.entries if entry.department)
    return [
        f"department {name!r} ({count} datasets) is not an office of this city that publishes"
        for name, count in names.most_common()
        if departments.office(name) is None
    ]
