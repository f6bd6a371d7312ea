"""The answer of a CKAN portal's `package_search` (or `package_show`, or the bare result). Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo
from typing import Any

from portals.catalog import cleaning
from portals.catalog.entry import (
    Catalog,
    CatalogEntry,
    CatalogError,
    CatalogFormat,
    EntryDistribution,
    EntryError,
    EntryField,
    collect,
)
from portals.catalog.formats import format_from, licence_name, media_type_from

_API_FORMATS = frozenset({"API", "ArcGIS REST", "WMS", "WFS"})
_CADENCE_KEYS = ("accrual_periodicity", "accrualPeriodicity", "frequency", "update_frequency")
_DEPARTMENT_KEYS = ("department", "bureau", "agency", "publisher")


def recognises(document: Any) -> bool:
    """Whether the document is an answer of CKAN's action API or the result inside one."""
    if isinstance(document, Mapping):
        if "success" in document and ("result" in document or "error" in document):
            return True
        if isinstance(document.get("result"), Mapping | list):
            return True
        results = document.get("results")
        return isinstance(results, list) and ("count" in document or _has_packages(results))
    return isinstance(document, list) and _has_packages(document)


def _has_packages(items: list[Any]) -> bool:
    return any(
        isinstance(item, Mapping) and "name" in item and ("resources" in item or "notes" in item)
        for item in items
    )


def read(document: Any, zone: tzinfo = UTC) -> Catalog:
    """The catalogue in an answer that `recognises` accepts; moments become dates in `zone`.

    Raises CatalogError where the portal itself says that it failed.
    """
    result = document
    if isinstance(document, Mapping) and ("result" in document or "error" in document):
        if document.get("success") is False:
            raise CatalogError(f"the portal answered with an error: {_error(document.get('error'))}")
        result = document.get("result")
    items, complete = _packages(result)
    return collect(CatalogFormat.CKAN, items, lambda item: _entry(item, zone), complete=complete)


def _error(error: Any) -> str:
    told = error.get("message") if isinstance(error, Mapping) else error
    return cleaning.line_from(told) or "no message"


def _packages(result: Any) -> tuple[list[Any], bool]:
    if isinstance(result, list):
        if result and all(isinstance(item, str) for item in result):
            raise CatalogError(
                "the answer lists only names; package_search or current_package_list_with_resources is needed"
            )
        return result, True
    if isinstance(result, Mapping) and isinstance(result.get("results"), list):
        items, count = result["results"], result.get("count")
        return items, isinstance(count, int) and count <= len(items)
    if isinstance(result, Mapping) and "resources" in result:
        return [result], False
    raise CatalogError("the answer holds no list of packages")


def _entry(item: Mapping[str, Any], zone: tzinfo) -> CatalogEntry:
    # The id is stable where the name follows the title; people see the name in the address.
    identifier = cleaning.identifier_from(item.get("id")) or cleaning.identifier_from(item.get("name"))
    state = cleaning.line_from(item.get("state")) or "active"
    if state not in ("active", "draft"):
        raise EntryError(f"its state in the catalogue is {state}", identifier)
    extras = _extras(item.get("extras"))
    distributions = tuple(_distributions(item.get("resources")))[: cleaning.DISTRIBUTIONS_LIMIT]
    licence_url = cleaning.url_from(item.get("license_url"), 500)
    return CatalogEntry(
        identifier=identifier,
        name=cleaning.line_from(item.get("title") or item.get("name"), cleaning.NAME_LIMIT),
        description=cleaning.text_from(item.get("notes")),
        department=cleaning.line_from(item.get("organization")) or _told(item, extras, _DEPARTMENT_KEYS),
        category=cleaning.line_from(item.get("groups"), 200)
        or _told(item, extras, ("category", "theme"), 200),
        keywords=cleaning.words_from(item.get("tags")),
        cadence=_told(item, extras, _CADENCE_KEYS, 100),
        last_updated=_updated(item, zone),
        license=cleaning.line_from(item.get("license_title"))
        or licence_name(licence_url)
        or cleaning.line_from(item.get("license_id")),
        license_url=licence_url,
        attribution=_told(item, extras, ("attribution",)) or cleaning.line_from(item.get("author")),
        contact_name=cleaning.line_from(item.get("maintainer") or item.get("author")),
        contact_email=cleaning.email_from(item.get("maintainer_email"))
        or cleaning.email_from(item.get("author_email")),
        landing_page=cleaning.url_from(item.get("url")),
        api_endpoint=next((cleaning.url_from(part.url) for part in distributions if part.is_api), ""),
        public=item.get("private") is not True,
        fields=_fields(item.get("resources")),
        distributions=distributions,
    )


def _extras(value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    pairs = value if isinstance(value, list) else []
    return {f"{pair.get('key')}": pair.get("value") for pair in pairs if isinstance(pair, Mapping)}


def _told(item: Mapping[str, Any], extras: Mapping[str, Any], keys: tuple[str, ...], limit: int = 300) -> str:
    values = (cleaning.line_from(item.get(key) or extras.get(key), limit) for key in keys)
    return next((value for value in values if value), "")


def _resources(value: Any) -> Iterable[Mapping[str, Any]]:
    return (part for part in (value if isinstance(value, list) else []) if isinstance(part, Mapping))


def _updated(item: Mapping[str, Any], zone: tzinfo) -> Any:
    """The newest change of a file; where none is told, of the whole entry."""
    told = [cleaning.date_from(part.get("last_modified"), zone) for part in _resources(item.get("resources"))]
    newest = max((day for day in told if day), default=None)
    return (
        newest
        or cleaning.date_from(item.get("metadata_modified"), zone)
        or cleaning.date_from(item.get("metadata_created"), zone)
    )


def _distributions(resources: Any) -> Iterable[EntryDistribution]:
    for part in _resources(resources):
        address = cleaning.url_from(part.get("url"), 2_000)
        if not address:
            continue
        media_type = media_type_from(part.get("mimetype"))
        kind = format_from(name=part.get("format"), media_type=media_type, url=address)
        yield EntryDistribution(
            address, cleaning.line_from(part.get("name")), media_type, kind, is_api=kind in _API_FORMATS
        )


def _fields(resources: Any) -> tuple[EntryField, ...]:
    """Columns of the first file that tells them (`schema`, as Frictionless writes it)."""
    for part in _resources(resources):
        schema = part.get("schema")
        columns = schema.get("fields") if isinstance(schema, Mapping) else None
        found = [
            EntryField(
                name,
                cleaning.line_from(column.get("title")),
                cleaning.line_from(column.get("type"), 50),
                cleaning.text_from(column.get("description")),
            )
            for column in (columns if isinstance(columns, list) else [])
            if isinstance(column, Mapping) and (name := cleaning.line_from(column.get("name"), 200))
        ]
        if found:
            return tuple(found[: cleaning.FIELDS_LIMIT])
    return ()
