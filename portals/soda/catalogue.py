"""Which datasets the machine-readable catalogues list, and what they need of each, in portions.

What is not public, or gone from its city's catalogue, is not listed. What is taken down keeps its entry, so
that whoever follows it learns why; no address of its data is given.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

from django.db.models import Count, Prefetch, QuerySet

from portals.addresses import dataset_address
from portals.models import Dataset, DatasetTakedown, Table
from portals.soda.values.types import GEOMETRIES

PORTION = 500
"""Datasets that are in memory at a time."""


def listed() -> "QuerySet[Dataset]":
    """The datasets of all cities that a catalogue lists."""
    return Dataset.objects.filter(public=True, missing_since=None)


def in_portions(keys: Iterable[int]) -> Iterator[Dataset]:
    """The datasets with these keys, in this order, with all that is told of them; four queries a portion."""
    waiting = iter(keys)
    while portion := list(islice(waiting, PORTION)):
        found = described(listed().filter(pk__in=portion)).in_bulk(portion)
        yield from (found[key] for key in portion if key in found)


def described(datasets: "QuerySet[Dataset]") -> "QuerySet[Dataset]":
    """With city, office, table, fields, distributions and open takedowns (`open_takedowns`)."""
    still = DatasetTakedown.objects.filter(restored_at=None)
    return datasets.select_related("city", "office", "table").prefetch_related(
        "fields", "distributions", Prefetch("takedowns", queryset=still, to_attr="open_takedowns")
    )


def table_of(dataset: Dataset) -> Table | None:
    """The table that is served for it now; None where there is none, or its data is taken down."""
    if dataset.withheld_since is not None or not dataset.public:
        return None
    return getattr(dataset, "table", None)


def notice_of(dataset: Dataset) -> str:
    """Why its data is taken down, as everybody may read it; "" where it is not."""
    notices: Sequence[DatasetTakedown] = getattr(dataset, "open_takedowns", ())
    return notices[0].notice if notices else ""


def has_geometry(table: Table) -> bool:
    """Whether its rows have a place, and can be had as GeoJSON."""
    return any(column["type"] in GEOMETRIES for column in table.columns)


def repeated_identifiers(only: str = "") -> frozenset[str]:
    """Those that several cities use; by them alone a dataset cannot be told. `only` looks at one."""
    rows = Dataset.objects.filter(public=True)
    rows = rows.filter(identifier=only) if only else rows
    counted = rows.order_by().values("identifier").annotate(cities=Count("pk"))
    return frozenset(counted.filter(cities__gt=1).values_list("identifier", flat=True))


@dataclass(frozen=True)
class Links:
    """The whole addresses that belong to a dataset.

    `address` makes one of a path of this service, as `request.build_absolute_uri` does; `host` is its name
    and port; `repeated` are the identifiers that several cities use.
    """

    address: Callable[[str], str]
    host: str = ""
    repeated: frozenset[str] = frozenset()

    def is_alone(self, dataset: Dataset) -> bool:
        """Whether its identifier means it and no other."""
        return dataset.identifier not in self.repeated

    def page(self, dataset: Dataset) -> str:
        """Its page here."""
        return self.address(dataset_address(dataset.city.slug, dataset.identifier))

    def short(self, dataset: Dataset) -> str:
        """The short address that leads to its page; the page itself where that would be ambiguous."""
        return (
            self.address(f"/d/{quote(dataset.identifier)}") if self.is_alone(dataset) else self.page(dataset)
        )

    def rows(self, dataset: Dataset, ending: str) -> str:
        """Its rows, for queries."""
        return self.address(f"{self._start(dataset)}/resource/{quote(dataset.identifier)}.{ending}")

    def about(self, dataset: Dataset) -> str:
        """What is known about it, for programs."""
        return self.address(f"{self._start(dataset)}/api/views/{quote(dataset.identifier)}.json")

    def download(self, dataset: Dataset, ending: str) -> str:
        """All its rows, as a file."""
        path = f"{self._start(dataset)}/api/views/{quote(dataset.identifier)}/rows.{ending}"
        return self.address(f"{path}?accessType=DOWNLOAD")

    def _start(self, dataset: Dataset) -> str:
        return "" if self.is_alone(dataset) else f"/{dataset.city.slug}"
