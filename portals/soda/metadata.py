"""What is known about a dataset, as `/api/views/<id>.json` and `/api/views/metadata/v1/<id>` tell it.

The keys are those of Socrata; those for which nothing is known here (who made it, how often it was viewed,
ratings) are left out, in the simplified form they are null.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from portals.models import Dataset, Distribution, Table
from portals.soda.catalogue import Links, table_of
from portals.soda.store.tables import columns_of
from portals.soda.values.types import SodaType

DATA_TYPES = {
    SodaType.FLOATING_TIMESTAMP: "calendar_date",
    SodaType.FIXED_TIMESTAMP: "date",
    SodaType.BOOLEAN: "checkbox",
    SodaType.DOUBLE: "number",
}
"""The types that metadata calls by another name than answers do."""

SYSTEM = (
    (-1, "sid", ":sid", "meta_data"),
    (-1, "id", ":id", "meta_data"),
    (-1, "position", ":position", "meta_data"),
    (-1, "created_at", ":created_at", "meta_data"),
    (-1, "created_meta", ":created_meta", "meta_data"),
    (-1, "updated_at", ":updated_at", "meta_data"),
    (-1, "updated_meta", ":updated_meta", "meta_data"),
    (-1, "meta", ":meta", "meta_data"),
)
"""What stands before the columns of a dataset in each row of `rows.json`: id, name, field name, type."""


def view_of(dataset: Dataset) -> dict[str, Any]:
    """The whole of it. A dataset without a table here is a view of kind `href`, with the publisher's
    addresses as access points."""
    table = table_of(dataset)
    custom = _custom(dataset)
    view: dict[str, Any] = {
        "id": dataset.identifier,
        "name": dataset.name,
        "assetType": "dataset" if table else "href",
        "attribution": dataset.attribution,
        "category": dataset.category,
        "description": dataset.description,
        "displayType": "table" if table else "href",
        "license": _license(dataset),
        "licenseId": dataset.license,
        "provenance": "official",
        "publicationStage": "published",
        "rowsUpdatedAt": _seconds(table.changed_at if table else _midnight(dataset.last_updated)),
        "viewLastModified": _seconds(dataset.imported_at),
        "viewType": "tabular" if table else "href",
        "columns": list(_columns(dataset, table)),
        "metadata": {
            "custom_fields": custom,
            "accessPoints": {} if table else _access_points(dataset),
            "availableDisplayTypes": ["table", "fatrow", "page"] if table else [],
        },
        "tags": list(dataset.keywords or ()),
    }
    view["metadata"] = {name: value for name, value in view["metadata"].items() if value}
    always = ("columns", "metadata", "tags")
    return {name: value for name, value in view.items() if value or name in always}


def _license(dataset: Dataset) -> dict[str, str]:
    found = {"name": dataset.license, "termsLink": dataset.license_url}
    return {name: value for name, value in found.items() if value}


def _custom(dataset: Dataset) -> dict[str, dict[str, str]]:
    """What the city's catalogue says and Socrata has no key for."""
    publisher = {
        "City": dataset.city.name,
        "Department": dataset.office.name if dataset.office else dataset.department,
        "Contact Name": dataset.contact_name,
        "Contact Email": dataset.contact_email,
    }
    groups = {"Publisher": publisher, "Updates": {"Frequency": dataset.cadence}}
    told = {group: {key: value for key, value in values.items() if value} for group, values in groups.items()}
    return {group: values for group, values in told.items() if values}


def _access_points(dataset: Dataset) -> dict[str, str]:
    """Where the publisher keeps it, by media type or format; none of what is taken down."""
    if dataset.withheld_since is not None:
        return {}
    parts: list[Distribution] = list(dataset.distributions.all())
    found = {part.media_type or part.format or "text/html": part.url for part in reversed(parts)}
    return found or ({"text/html": dataset.landing_page} if dataset.landing_page else {})


def _columns(dataset: Dataset, table: Table | None) -> Iterator[dict[str, Any]]:
    """Those of the loaded table, else those that the catalogue names."""
    if table is not None:
        for place, column in enumerate(columns_of(table), start=1):
            kind = DATA_TYPES.get(column.type, str(column.type))
            yield _column(place, column.name, column.title, kind, column.description)
        return
    for place, field in enumerate(dataset.fields.all(), start=1):
        yield _column(place, field.name, field.title, field.data_type, field.description)


def _column(place: int, name: str, title: str, kind: str, description: str) -> dict[str, Any]:
    found = {
        "id": place,
        "name": title or name,
        "fieldName": name,
        "position": place,
        "dataTypeName": kind,
        "renderTypeName": kind,
        "description": description,
    }
    return {key: value for key, value in found.items() if value}


def simple_view_of(dataset: Dataset, links: Links) -> dict[str, Any]:
    """The simplified form, in which what is not known is null."""
    table = table_of(dataset)
    updated = _moment(table.changed_at if table else _midnight(dataset.last_updated))
    described = _moment(dataset.imported_at)
    known = {
        "id": dataset.identifier,
        "domain": links.host,
        "dataUri": links.rows(dataset, "json") if table else None,
        "webUri": links.page(dataset),
        "createdAt": None,
        "updatedAt": max(filter(None, (updated, described)), default=None),
        "dataUpdatedAt": updated,
        "metadataUpdatedAt": described,
        "provenance": "OFFICIAL",
        "hideFromCatalog": False,
        "hideFromDataJson": False,
        "name": dataset.name,
        "description": dataset.description,
        "category": dataset.category,
        "tags": list(dataset.keywords or ()) or None,
        "license": dataset.license,
        "attribution": dataset.attribution,
        "attributionLink": None,
        "externalId": None,
        "customFields": _custom(dataset) or None,
    }
    return {key: None if value == "" else value for key, value in known.items()}


def _midnight(day: date | None) -> datetime | None:
    """A date as the moment that exporters write for it."""
    return datetime.combine(day, time(), tzinfo=UTC) if day else None


def _seconds(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None


def as_text(view: dict[str, Any]) -> str:
    """On one line."""
    return json.dumps(view, ensure_ascii=False)
