"""The answer of a Socrata catalogue (`/api/catalog/v1`). Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, tzinfo
from itertools import zip_longest
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
from portals.catalog.formats import licence_name

_GEOMETRY = frozenset({"point", "line", "polygon", "multipoint", "multiline", "multipolygon", "location"})
_DEPARTMENT_KEY = re.compile(r"(?i)(^|[_ -])(department|agency|bureau|owner|contributor|publisher)($|[_ -])")
_CADENCE_KEY = re.compile(r"(?i)(frequency|cadence|refresh)")
_CONTACT_NAME_KEY = re.compile(r"(?i)contact[_ -]?(name|person)")
_CONTACT_EMAIL_KEY = re.compile(r"(?i)(contact[_ -]?(e-?mail|information)|e-?mail)")


def recognises(document: Any) -> bool:
    """Whether the document is an answer of the catalogue, or the bare list of its results."""
    if isinstance(document, Mapping):
        results = document.get("results")
        return isinstance(results, list) and ("resultSetSize" in document or _has_resource(results))
    return isinstance(document, list) and _has_resource(document)


def _has_resource(items: list[Any]) -> bool:
    return any(isinstance(item, Mapping) and isinstance(item.get("resource"), Mapping) for item in items)


def read(document: Any, zone: tzinfo = UTC) -> Catalog:
    """The catalogue in an answer that `recognises` accepts; moments become dates in `zone`."""
    items = document.get("results") if isinstance(document, Mapping) else document
    if not isinstance(items, list):
        raise CatalogError("the answer's results are not a list")
    total = document.get("resultSetSize") if isinstance(document, Mapping) else len(items)
    complete = isinstance(total, int) and total <= len(items)
    catalog = collect(CatalogFormat.SOCRATA, items, lambda item: _entry(item, zone), complete=complete)
    domains = {_domain(item) for item in items if isinstance(item, Mapping)} - {""}
    if len(domains) > 1:
        # Without `domains=` the catalogue answers for every portal of the vendor.
        named = ", ".join(sorted(domains)[:5])
        catalog.warnings.append(f"the answer holds datasets of {len(domains)} portals ({named})")
    return catalog


def _domain(item: Mapping[str, Any]) -> str:
    metadata = item.get("metadata")
    domain = cleaning.line_from(metadata.get("domain")) if isinstance(metadata, Mapping) else ""
    return domain if re.fullmatch(r"[\w.-]+(:\d+)?", domain) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _entry(item: Mapping[str, Any], zone: tzinfo) -> CatalogEntry:
    resource, classification = _mapping(item.get("resource")), _mapping(item.get("classification"))
    if not resource:
        raise EntryError("no resource")
    details = _details(classification.get("domain_metadata"))
    attribution = cleaning.line_from(resource.get("attribution"))
    licence = cleaning.line_from(_mapping(item.get("metadata")).get("license"))
    licence_url = cleaning.url_from(licence, 500)
    fields = _fields(resource)
    identifier = cleaning.identifier_from(resource.get("id"))
    table = _is_table(resource, fields)
    return CatalogEntry(
        identifier=identifier,
        name=cleaning.line_from(resource.get("name"), cleaning.NAME_LIMIT),
        description=cleaning.text_from(resource.get("description")),
        department=_department(details, attribution),
        category=cleaning.line_from(
            classification.get("domain_category") or classification.get("categories"), 200
        ),
        keywords=cleaning.words_from(classification.get("domain_tags"), classification.get("tags")),
        cadence=_detail(details, _CADENCE_KEY, 100),
        last_updated=_updated(resource, zone),
        license=(licence_name(licence_url) or licence) if licence_url else licence,
        license_url=licence_url,
        attribution=attribution,
        contact_name=_detail(details, _CONTACT_NAME_KEY),
        contact_email=next(
            (
                email
                for key, value in details
                if _CONTACT_EMAIL_KEY.search(key) and (email := cleaning.email_from(value))
            ),
            "",
        ),
        landing_page=cleaning.url_from(item.get("link") or item.get("permalink")),
        api_endpoint=_base(item, identifier, "/resource/{}.json") if table else "",
        fields=fields,
        distributions=_distributions(item, identifier, fields) if table else (),
    )


def _updated(resource: Mapping[str, Any], zone: tzinfo) -> Any:
    """When the data changed; the newer catalogue tells it apart from a change of the description."""
    for key in ("data_updated_at", "updatedAt", "createdAt"):
        if found := cleaning.date_from(resource.get(key), zone):
            return found
    return None


def _details(value: Any) -> list[tuple[str, str]]:
    pairs = value if isinstance(value, list) else []
    return [
        (cleaning.line_from(pair.get("key")), cleaning.line_from(pair.get("value")))
        for pair in pairs
        if isinstance(pair, Mapping) and cleaning.line_from(pair.get("key"))
    ]


def _detail(details: list[tuple[str, str]], pattern: re.Pattern[str], limit: int = 300) -> str:
    return next(
        (cleaning.shortened(value, limit) for key, value in details if value and pattern.search(key)), ""
    )


def _department(details: list[tuple[str, str]], attribution: str) -> str:
    """The department a portal's own fields name, else whom it attributes the data to, else the publisher."""
    ranked: dict[int, str] = {}
    order = ("department", "bureau", "agency", "contributor", "owner", "publisher")
    for key, value in [*details, ("Owner", attribution)]:
        if "code" in key.casefold():
            continue
        if match := _DEPARTMENT_KEY.search(key):
            ranked.setdefault(order.index(match.group(2).casefold()), value)
    return next((ranked[rank] for rank in sorted(ranked) if ranked[rank]), "")


def _fields(resource: Mapping[str, Any]) -> tuple[EntryField, ...]:
    keys = ("columns_field_name", "columns_name", "columns_datatype", "columns_description")
    told = (resource.get(key) for key in keys)
    columns: list[list[Any]] = [values if isinstance(values, list) else [] for values in told]
    found = []
    for name, title, kind, about in zip_longest(*columns):
        key, label = cleaning.line_from(name, 200), cleaning.line_from(title)
        if key or label:
            found.append(
                EntryField(
                    key or cleaning.shortened(label, 200),
                    label if key and label != key else "",
                    cleaning.line_from(kind, 50),
                    cleaning.text_from(about),
                )
            )
    return tuple(found[: cleaning.FIELDS_LIMIT])


def _is_table(resource: Mapping[str, Any], fields: tuple[EntryField, ...]) -> bool:
    return bool(fields) and cleaning.line_from(resource.get("type")) in ("", "dataset", "filter", "map")


def _base(item: Mapping[str, Any], identifier: str, path: str) -> str:
    domain = _domain(item)
    return cleaning.url_from(f"https://{domain}{path.format(identifier)}") if domain else ""


def _distributions(
    item: Mapping[str, Any], identifier: str, fields: tuple[EntryField, ...]
) -> tuple[EntryDistribution, ...]:
    """The downloads that every table of a Socrata portal has."""
    wanted = [("CSV", "text/csv", "csv"), ("JSON", "application/json", "json")]
    found = [
        EntryDistribution(address, media_type=media_type, format=label)
        for label, media_type, ending in wanted
        if (address := _base(item, identifier, f"/api/views/{{}}/rows.{ending}?accessType=DOWNLOAD"))
    ]
    if found and any(field.data_type.casefold() in _GEOMETRY for field in fields):
        address = _base(item, identifier, "/resource/{}.geojson")
        found.append(EntryDistribution(address, media_type="application/vnd.geo+json", format="GeoJSON"))
    if address := _base(item, identifier, "/resource/{}.json") if found else "":
        found.append(EntryDistribution(address, media_type="application/json", format="API", is_api=True))
    return tuple(found)
