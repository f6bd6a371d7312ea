"""Which dataset or table an identifier in an address means, and what to say where it means none.

A dataset that is not public is treated as one that does not exist. One that is taken down says so, with its
public notice; one whose rows lie elsewhere says where.
"""

from typing import Any

from django.utils.translation import gettext as _

from portals.models import Dataset, Table
from portals.soda.catalogue import described
from portals.soda.errors import SodaError, dataset_missing
from portals.soda.store import tables

NAMED = 10
"""Datasets of one identifier that are looked at; there are as many as there are cities."""


def table_of(identifier: str, city: str = "") -> Table:
    """The table to be read. Raises SodaError (404) with the reason."""
    try:
        found = tables.resolve(identifier, city)
    except tables.Ambiguous as error:
        raise _several(identifier, error.datasets, "resource") from None
    if found is None:
        raise _not_served(identifier, city)
    return found


def dataset_of(identifier: str, city: str = "") -> Dataset:
    """The public dataset, with its city, whether its rows are served here or not. Raises SodaError (404)."""
    rows = _public(identifier, city)
    if not rows:
        raise dataset_missing(identifier)
    if len(rows) > 1:
        raise _several(identifier, rows, "api/views")
    return rows[0]


def is_known(identifier: str) -> bool:
    """Whether any city has a dataset under this identifier, public or not: dots in it are then its own."""
    return Dataset.objects.filter(identifier=identifier.replace("\0", "")).exists()


def described_dataset(identifier: str, city: str = "") -> Dataset:
    """The same with all that is told of it."""
    return described(Dataset.objects.filter(pk=dataset_of(identifier, city).pk)).get()


def _public(identifier: str, city: str) -> list[Dataset]:
    rows = Dataset.objects.filter(identifier=identifier.replace("\0", ""), public=True)
    if city:
        rows = rows.filter(city__slug=city)
    return list(rows.select_related("city").order_by("city__slug")[:NAMED])


def _several(identifier: str, datasets: list[Dataset], kind: str) -> SodaError:
    """Cities number their datasets by themselves, so two may use the same identifier."""
    named = [f"/{row.city.slug}/{kind}/{row.identifier}.json" for row in datasets]
    error = dataset_missing(identifier)
    told = _("Several cities have a dataset with this identifier. Ask for one of them: %(addresses)s")
    return _saying(error, told % {"addresses": ", ".join(named)}, addresses=named)


def _not_served(identifier: str, city: str) -> SodaError:
    """Why there are no rows, as far as everybody may know it."""
    error = dataset_missing(identifier)
    rows = _public(identifier, city)
    if not rows:
        return error
    taken_down = next((row for row in rows if row.withheld_since is not None), None)
    if taken_down is not None:
        first = taken_down.takedowns.filter(restored_at=None).first()
        told = _("The city has taken the data of this dataset down. %(notice)s")
        return _saying(error, told % {"notice": first.notice if first else ""})
    place = rows[0].api_endpoint or rows[0].landing_page
    if not place:
        told = _("This dataset is in the catalogue of %(city)s, but its table is not loaded here.")
        return _saying(error, told % {"city": rows[0].city.name})
    told = _(
        "This dataset is in the catalogue of %(city)s, but its table is not loaded here. The publisher has "
        "it at %(place)s"
    )
    return _saying(error, told % {"city": rows[0].city.name, "place": place}, publisher=place)


def _saying(error: SodaError, sentence: str, **data: Any) -> SodaError:
    """The error with a sentence behind the words that programs look for."""
    return SodaError(
        f"{error.message}. {sentence.strip()}", code=error.code, status=error.status, data=error.data | data
    )
