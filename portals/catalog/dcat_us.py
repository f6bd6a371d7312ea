"""DCAT-US catalogues: the bare list of Project Open Data 1.0, version 1.1 and version 3.0. Pure.

Sources: Project Open Data metadata schema 1.0 (2013) and 1.1; DCAT-US 3.0 (GSA/dcat-us). Real
catalogues keep to none of them entirely, so one reading serves all three and takes what is there.
"""

import re
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
    EntryField,
    collect,
)
from portals.catalog.formats import format_from, licence_name, media_type_from

_SOCRATA_VIEW = re.compile(r"^(https?://[^/]+)/api/views/([a-z0-9]{4}-[a-z0-9]{4})/rows\.\w+")
_API_FORMATS = frozenset({"API", "ArcGIS REST", "WMS", "WFS"})


def recognises(document: Any) -> bool:
    """Whether the document is a list of datasets, or an object with such a list under `dataset`."""
    if isinstance(document, Mapping):
        return isinstance(document.get("dataset"), list | dict)
    return isinstance(document, list) and any(
        isinstance(item, Mapping) and "title" in item and ("identifier" in item or "accessLevel" in item)
        for item in document
    )


def read(document: Any, zone: tzinfo = UTC) -> Catalog:
    """The catalogue in a document that `recognises` accepts; moments become dates in `zone`."""
    if isinstance(document, list):
        items, catalog_format = _without_itself(document), CatalogFormat.POD_1_0
        offset = len(document) - len(items)
    else:
        items, offset = document["dataset"], 0
        items = [items] if isinstance(items, Mapping) else items
        catalog_format = _version(document)
    if not isinstance(items, list):
        raise CatalogError("the catalogue's list of datasets is not a list")
    catalog = collect(catalog_format, items, lambda item: _entry(item, zone))
    if offset:
        catalog.skipped = [
            type(skip)(skip.index + offset, skip.identifier, skip.reason) for skip in catalog.skipped
        ]
    return catalog


def _version(document: Mapping[str, Any]) -> CatalogFormat:
    told = " ".join(f"{document.get(key, '')}" for key in ("conformsTo", "@context", "describedBy"))
    return (
        CatalogFormat.DCAT_US_3_0 if re.search(r"dcat-us/3|v3\.0|/3\.0", told) else CatalogFormat.DCAT_US_1_1
    )


def _without_itself(items: list[Any]) -> list[Any]:
    """The first element of a 1.0 list describes the catalogue file, not a dataset."""
    first = items[0] if items else None
    if not isinstance(first, Mapping):
        return items
    address = (
        f"{first.get('identifier') or ''} {first.get('webService') or ''} {first.get('accessURL') or ''}"
    )
    return items[1:] if re.search(r"/data\.json(\s|$)", address) else items


def _entry(item: Mapping[str, Any], zone: tzinfo) -> CatalogEntry:
    licence, licence_url, licence_attribution = _licence(item)
    distributions = tuple(_distributions(item))[: cleaning.DISTRIBUTIONS_LIMIT]
    attribution = cleaning.line_from(item.get("attribution")) or licence_attribution
    contact = _first_mapping(item.get("contactPoint"))
    return CatalogEntry(
        identifier=cleaning.identifier_from(item.get("identifier")),
        name=cleaning.line_from(item.get("title"), cleaning.NAME_LIMIT),
        description=_description(item),
        department=_department(item) or attribution,
        category=cleaning.line_from(item.get("theme") or item.get("category"), 200),
        keywords=cleaning.words_from(item.get("keyword"), item.get("keywords")),
        cadence=cleaning.line_from(item.get("accrualPeriodicity") or item.get("frequency"), 100),
        last_updated=cleaning.date_from(item.get("modified"), zone)
        or cleaning.date_from(item.get("issued") or item.get("releaseDate"), zone),
        license=licence,
        license_url=licence_url,
        attribution=attribution,
        contact_name=cleaning.line_from(contact.get("fn") or item.get("contactPoint"))
        if contact
        else cleaning.line_from(item.get("contactPoint") or item.get("person")),
        contact_email=cleaning.email_from(contact.get("hasEmail"))
        or cleaning.email_from(item.get("mbox") or item.get("contactEmail")),
        landing_page=cleaning.url_from(item.get("landingPage")),
        api_endpoint=_api_endpoint(item, distributions),
        public=_public(item),
        fields=_fields(item),
        distributions=distributions,
    )


def _first_mapping(value: Any) -> Mapping[str, Any]:
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, Mapping)), None)
    return value if isinstance(value, Mapping) else {}


def _department(item: Mapping[str, Any]) -> str:
    return cleaning.line_from(item.get("publisher")) or cleaning.line_from(item.get("organization"))


def _level(item: Mapping[str, Any]) -> str:
    level = cleaning.line_from(item.get("accessLevel") or item.get("accessRights")).casefold()
    return level.rsplit("/", 1)[-1].replace("-", " ").replace("_", " ")


def _public(item: Mapping[str, Any]) -> bool:
    """Restricted data is listed, because it can be asked for; what is not public is not."""
    return _level(item) not in ("non public", "nonpublic", "private", "confidential")


def _description(item: Mapping[str, Any]) -> str:
    """With the catalogue's own words on who may have the data, where not everybody may."""
    told = cleaning.text_from(item.get("description"))
    if not _level(item).startswith("restricted"):
        return told
    rights = f"{_level(item).capitalize()}. {cleaning.text_from(item.get('rights'), 2_000)}".strip()
    return cleaning.shortened(f"{told}\n\n{rights}".strip(), cleaning.TEXT_LIMIT)


def _licence(item: Mapping[str, Any]) -> tuple[str, str, str]:
    """Name, address and (1.0 wrote it on the second line, its page in brackets) attribution."""
    value = item.get("license")
    if not value:
        found = (part.get("license") for part in _list(item.get("distribution")) if isinstance(part, Mapping))
        value = next((licence for licence in found if licence), None)
    if isinstance(value, Mapping):
        address = cleaning.url_from(value.get("@id") or value.get("url"), 500)
        return cleaning.line_from(value) if not address else licence_name(address), address, ""
    address = cleaning.url_from(value, 500)
    if address:
        return licence_name(address) or cleaning.shortened(address, 300), address, ""
    lines = [line for line in cleaning.text_from(value).split("\n") if line]
    name = cleaning.shortened(lines[0], 300) if lines else ""
    attribution = re.sub(r"\s*\(https?://.*$", "", lines[1]) if len(lines) > 1 else ""
    return name, "", cleaning.shortened(attribution, 300)


def _list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _distributions(item: Mapping[str, Any]) -> Iterable[EntryDistribution]:
    seen: set[str] = set()
    for part in _list(item.get("distribution")):
        for distribution in _distribution(part) if isinstance(part, Mapping) else ():
            if distribution.url not in seen:
                seen.add(distribution.url)
                yield distribution
    direct = cleaning.url_from(item.get("accessURL") or item.get("downloadURL"), 2_000)
    if direct and direct not in seen:
        media_type = media_type_from(item.get("format"))
        kind = format_from(name=item.get("format"), media_type=media_type, url=direct)
        yield EntryDistribution(direct, media_type=media_type, format=kind)
    dictionary = item.get("describedBy")
    if isinstance(dictionary, Mapping):
        dictionary = dictionary.get("downloadURL") or dictionary.get("accessURL") or dictionary.get("@id")
    address = cleaning.url_from(dictionary, 2_000)
    if address and address not in seen:
        yield EntryDistribution(address, title="Data dictionary", format=format_from(url=address))


def _distribution(part: Mapping[str, Any]) -> Iterable[EntryDistribution]:
    media_type = media_type_from(part.get("mediaType"))
    name = part.get("format")
    if not media_type and not name:
        # Project Open Data 1.0: {"formats": [{"label": "csv", "value": "text/csv"}]}
        old = _first_mapping(part.get("formats"))
        media_type, name = media_type_from(old.get("value")), old.get("label")
    media_type = media_type or media_type_from(name)
    title = cleaning.line_from(part.get("title"))
    download = cleaning.url_from(part.get("downloadURL"), 2_000)
    access = cleaning.url_from(part.get("accessURL"), 2_000)
    service = cleaning.url_from(_first_mapping(part.get("accessService")).get("endpointURL"), 2_000)
    if address := download or access:
        kind = format_from(name=name, media_type=media_type, url=address)
        yield EntryDistribution(
            address, title, media_type, kind, is_api=not download and kind in _API_FORMATS
        )
    if service:
        yield EntryDistribution(service, title, media_type, "API", is_api=True)


def _api_endpoint(item: Mapping[str, Any], distributions: tuple[EntryDistribution, ...]) -> str:
    """The address to query: named as such, else the one that Socrata portals give every table."""
    if named := cleaning.url_from(item.get("webService")):
        # 1.0 catalogues of Socrata name the table without an extension.
        return f"{named}.json" if re.search(r"/resource/[a-z0-9]{4}-[a-z0-9]{4}$", named) else named
    if service := next((part.url for part in distributions if part.is_api), ""):
        return cleaning.url_from(service)
    views = (_SOCRATA_VIEW.match(part.url) for part in distributions)
    view = next((match for match in views if match), None)
    return f"{view.group(1)}/resource/{view.group(2)}.json" if view else ""


def _fields(item: Mapping[str, Any]) -> tuple[EntryField, ...]:
    """Columns, where a portal adds them (`fields` or `columns`); the standard has no place for them."""
    columns = item.get("fields") or item.get("columns")
    found = []
    for column in columns if isinstance(columns, list) else []:
        if not isinstance(column, Mapping):
            continue
        name = cleaning.line_from(column.get("name") or column.get("fieldName"), 200)
        if name:
            title = cleaning.line_from(column.get("title") or column.get("label"))
            kind = cleaning.line_from(column.get("type") or column.get("dataType"), 50)
            about = cleaning.text_from(column.get("description"))
            found.append(EntryField(name, "" if title == name else title, kind, about))
    return tuple(found[: cleaning.FIELDS_LIMIT])
