"""`/api/catalog/v1`: searching the catalogue as clients of Socrata's discovery API do.

The domain of every dataset is this service, because that is where its page and its rows are; `domains` also
takes the host of a city's own portal, and then means the datasets of that city. What nobody counts here
(views, downloads) is null.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Lower
from django.http import QueryDict

from portals.models import City, Dataset, Field, Table
from portals.soda.catalogue import Links, in_portions, listed, table_of
from portals.soda.errors import SodaError, unrecognized_arguments
from portals.soda.store.tables import columns_of
from portals.soda.values.types import SodaType
from portals.text_search import matching

LIMIT, LARGEST = 100, 10_000
VALUES = 500
"""Values of one parameter that are looked at."""

SHOWN_TYPES = {
    SodaType.FLOATING_TIMESTAMP: "Calendar date",
    SodaType.FIXED_TIMESTAMP: "Date",
    SodaType.BOOLEAN: "Checkbox",
    SodaType.MULTIPOINT: "MultiPoint",
    SodaType.MULTILINE: "MultiLine",
    SodaType.MULTIPOLYGON: "MultiPolygon",
    SodaType.URL: "URL",
    SodaType.JSON: "JSON",
}
"""As the catalogue writes types, where it is not the name with a capital."""

ALL_ARE = {
    "public": "true",
    "published": "true",
    "derived": "false",
    "explicitly_hidden": "false",
    "data_json_hidden": "false",
    "audience": "public",
    "visibility": "open",
    "approval_status": "approved",
    "provenance": "official",
}
"""What is the same for all that is listed; another value finds nothing."""
OF_NO_EFFECT = {"min_should_match", "boostofficial", "show_visibility", "search_context"}
"""Accepted, because clients send it; the order of what is found does not follow it."""
NOBODY = {"for_user", "shared_to", "parent_ids", "derived_from"}
"""There are no users here and no views of views: they find nothing."""


@dataclass(frozen=True)
class Search:
    """What was asked. `scroll` continues after that identifier, in the order of identifiers."""

    datasets: "QuerySet[Dataset]"
    words: str
    order: Sequence[Any]
    limit: int
    offset: int
    scroll: str | None


def read(parameters: QueryDict, links: Links) -> Search:
    """The search in the parameters of an address. Raises SodaError (400)."""
    given = {_plain(name): _values(parameters, name) for name in parameters if not name.startswith("$$")}
    unknown = [name for name in given if name not in KNOWN]
    if unknown:
        raise unrecognized_arguments(unknown)
    datasets = listed()
    for name, values in given.items():
        if name in FILTERS and (values := [value for value in values if value]):
            datasets = FILTERS[name](datasets, values, links)
    scroll = given["scroll_id"][-1] if given.get("scroll_id") else None
    if scroll is not None and given.get("order"):
        raise _refused("scroll_id goes through the catalogue by identifier; it cannot be combined with order")
    words = (given.get("q") or [""])[-1].strip()
    return Search(
        datasets,
        words,
        _order((given.get("order") or [""])[-1], bool(words)),
        _number(given, "limit", LIMIT, LARGEST),
        _number(given, "offset", 0, 10**9),
        scroll,
    )


def _plain(name: str) -> str:
    """PHP's way of repeating a parameter is taken as well."""
    return name.removesuffix("[]").lower()


def _values(parameters: QueryDict, name: str) -> list[str]:
    return [value.replace("\0", "")[:2_000] for value in parameters.getlist(name)[:VALUES]]


def _refused(message: str) -> SodaError:
    return SodaError(message, code="invalid_parameter", status=HTTPStatus.BAD_REQUEST)


def _number(given: dict[str, list[str]], name: str, default: int, largest: int) -> int:
    text = (given.get(name) or [""])[-1].strip() or str(default)
    if not (text.isascii() and text.isdecimal()) or len(text) > 12 or int(text) > largest:
        raise _refused(f"{name} must be a whole number from 0 to {largest}")
    return int(text)


# -- Which

Filter = Callable[["QuerySet[Dataset]", Sequence[str], Links], "QuerySet[Dataset]"]


def _split(values: Iterable[str]) -> list[str]:
    """Identifiers, domains and types may stand in one value with commas between them."""
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


def _any_of(lookup: str) -> Filter:
    def narrowed(datasets: "QuerySet[Dataset]", values: Sequence[str], links: Links) -> "QuerySet[Dataset]":
        wanted = Q()
        for value in values:
            wanted |= Q(**{lookup: value})
        return datasets.filter(wanted)

    return narrowed


def _by_id(datasets: "QuerySet[Dataset]", values: Sequence[str], links: Links) -> "QuerySet[Dataset]":
    return datasets.filter(identifier__in=_split(values)[:VALUES])


def _by_domain(datasets: "QuerySet[Dataset]", values: Sequence[str], links: Links) -> "QuerySet[Dataset]":
    wanted = {value.casefold() for value in _split(values)}
    if links.host.casefold() in wanted:
        return datasets
    cities = [city.pk for city in City.objects.all() if _hosts(city) & wanted]
    return datasets.filter(city__in=cities)


def _hosts(city: City) -> set[str]:
    return {host for url in (city.portal_url, city.catalog_url) if (host := urlsplit(url).netloc.casefold())}


def _by_type(datasets: "QuerySet[Dataset]", values: Sequence[str], links: Links) -> "QuerySet[Dataset]":
    """Tables that are served here are datasets; the others are links to where they are."""
    wanted = {value.casefold().removesuffix("s") for value in _split(values)}
    here = Q(table__isnull=False, withheld_since=None)
    asked = (here if "dataset" in wanted else Q(pk=None)) | (
        ~here if wanted & {"href", "link"} else Q(pk=None)
    )
    return datasets.filter(asked)


def _by_tag(datasets: "QuerySet[Dataset]", values: Sequence[str], links: Links) -> "QuerySet[Dataset]":
    """Keywords are a list in a column, for which the two databases share no condition: so they are compared
    here, of those datasets alone that hold the word anywhere."""
    wanted = {value.casefold() for value in values}
    holding = Q()
    for value in wanted:
        holding |= Q(search_text__icontains=value.split()[0] if value.split() else value)
    rows = datasets.filter(holding).order_by().values_list("pk", "keywords")
    found = [pk for pk, words in rows if wanted & {str(word).casefold() for word in words or ()}]
    return datasets.filter(pk__in=found)


def _by_column(datasets: "QuerySet[Dataset]", values: Sequence[str], links: Links) -> "QuerySet[Dataset]":
    wanted = Q()
    for value in values:
        wanted |= Q(name__iexact=value) | Q(title__iexact=value)
    return datasets.filter(pk__in=Field.objects.filter(wanted).values("dataset"))


def _by_words(datasets: "QuerySet[Dataset]", values: Sequence[str], links: Links) -> "QuerySet[Dataset]":
    return matching(datasets, values[-1])


def _constant(name: str) -> Filter:
    def narrowed(datasets: "QuerySet[Dataset]", values: Sequence[str], links: Links) -> "QuerySet[Dataset]":
        return datasets if ALL_ARE[name] in {value.casefold() for value in values} else datasets.none()

    return narrowed


def _nothing(datasets: "QuerySet[Dataset]", values: Sequence[str], links: Links) -> "QuerySet[Dataset]":
    return datasets.none()


FILTERS: dict[str, Filter] = {
    "ids": _by_id,
    "domains": _by_domain,
    "names": _any_of("name__iexact"),
    "categories": _any_of("category__iexact"),
    "tags": _by_tag,
    "only": _by_type,
    "attribution": _any_of("attribution__iexact"),
    "license": _any_of("license__iexact"),
    "column_names": _by_column,
    "q": _by_words,
    **{name: _constant(name) for name in ALL_ARE},
    **dict.fromkeys(NOBODY, _nothing),
}
KNOWN = FILTERS.keys() | OF_NO_EFFECT | {"order", "limit", "offset", "scroll_id"}

ORDERS: dict[str, str | Lower] = {
    "name": Lower("name"),
    "dataset_id": "identifier",
    "domain_category": Lower("category"),
    "updatedat": "last_updated",
    "updated_at": "last_updated",
}


def _order(text: str, has_words: bool) -> Sequence[Any]:
    """Always complete: the key decides last. Without words the order is that of names."""
    name, _space, direction = text.strip().casefold().partition(" ")
    if direction.strip() not in ("", "asc", "desc"):
        raise _refused("order takes ASC or DESC after the name")
    if name in ("", "relevance"):
        return ["rank", Lower("name"), "pk"] if has_words else [Lower("name"), "pk"]
    if name not in ORDERS:
        raise _refused(f"order takes relevance, {', '.join(sorted(ORDERS))}")
    down = direction.strip() == "desc" or (name.startswith("updated") and not direction)
    field = ORDERS[name]
    by: F | Lower = F(field) if isinstance(field, str) else field
    return [by.desc(nulls_last=True) if down else by.asc(nulls_last=True), "pk"]


# -- The answer


def pieces(search: Search, links: Links) -> Iterator[str]:
    """The answer in pieces; what was counted and what is listed are read when this begins."""
    keys, total = _found(search)

    def rest() -> Iterator[str]:
        yield '{"results":['
        between = "\n"
        for dataset in in_portions(keys):
            yield between + json.dumps(result_of(dataset, links), ensure_ascii=False)
            between = ",\n"
        yield f'\n],"resultSetSize":{total},"timings":{{}}}}\n'

    return rest()


def _found(search: Search) -> tuple[list[int], int]:
    total = search.datasets.count()
    if search.scroll is not None:
        return _scrolled(search), total
    rows = search.datasets.annotate(rank=_rank(search.words)) if "rank" in search.order else search.datasets
    ordered = rows.order_by(*search.order).values_list("pk", flat=True)
    return list(ordered[search.offset : search.offset + search.limit]), total


def _scrolled(search: Search) -> list[int]:
    """The datasets after an identifier. Those that share the last one are never torn apart, since the
    identifier is all that the next call says."""
    rows = search.datasets.filter(identifier__gt=search.scroll or "").order_by("identifier", "pk")
    found = list(rows.values_list("pk", "identifier")[: search.limit])
    if found:
        last_key, last = found[-1]
        found += rows.filter(identifier=last, pk__gt=last_key).values_list("pk", "identifier")
    return [key for key, _identifier in found]


def _rank(words: str) -> Case:
    """Those with all words in their name come first."""
    in_name = Q()
    for word in words.split()[:12]:
        in_name &= Q(name__icontains=word)
    first = [When(in_name, then=Value(0))] if in_name else []
    return Case(*first, default=Value(1), output_field=IntegerField())


def result_of(dataset: Dataset, links: Links) -> dict[str, Any]:
    """One dataset as the catalogue tells of it."""
    table = table_of(dataset)
    department = dataset.office.name if dataset.office else dataset.department
    details = {"City": dataset.city.name, "Department": department, "Update-Frequency": dataset.cadence}
    return {
        "resource": {
            "name": dataset.name,
            "id": dataset.identifier,
            "parent_fxf": [],
            "description": dataset.description,
            "attribution": dataset.attribution or None,
            "contact_email": dataset.contact_email or None,
            "type": "dataset" if table else "href",
            "updatedAt": _updated(dataset, table),
            "createdAt": None,
            "metadata_updated_at": _moment(dataset.imported_at),
            "data_updated_at": _updated(dataset, table),
            "page_views": None,
            **_columns(dataset, table),
            "download_count": None,
            "provenance": "official",
        },
        "classification": {
            "categories": [],
            "tags": [],
            "domain_category": dataset.category or None,
            "domain_tags": list(dataset.keywords or ()),
            "domain_metadata": [{"key": key, "value": value} for key, value in details.items() if value],
        },
        "metadata": {"domain": links.host, "license": dataset.license or None},
        "permalink": links.short(dataset),
        "link": links.page(dataset),
        "owner": None,
    }


def _columns(dataset: Dataset, table: Table | None) -> dict[str, list[Any]]:
    if table is not None:
        found = [(one.name, one.title, shown_type(one.type), one.description) for one in columns_of(table)]
    else:
        found = [(one.name, one.title, one.data_type, one.description) for one in dataset.fields.all()]
    return {
        "columns_name": [title or name for name, title, _kind, _about in found],
        "columns_field_name": [name for name, _title, _kind, _about in found],
        "columns_datatype": [kind for _name, _title, kind, _about in found],
        "columns_description": [about for _name, _title, _kind, about in found],
        "columns_format": [{} for _column in found],
    }


def shown_type(kind: SodaType) -> str:
    """The name of a type as catalogues write it."""
    return SHOWN_TYPES.get(kind, str(kind).capitalize())


def _updated(dataset: Dataset, table: Table | None) -> str | None:
    """When the rows changed; of what lies elsewhere the day that its catalogue tells, at midnight."""
    if table is not None:
        return _moment(table.changed_at)
    return f"{dataset.last_updated:%Y-%m-%d}T00:00:00.000Z" if dataset.last_updated else None


def _moment(moment: datetime | None) -> str | None:
    return (
        moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else None
    )
