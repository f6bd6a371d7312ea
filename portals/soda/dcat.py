"""`/data.json`: the catalogue as DCAT-US 1.1 (Project Open Data metadata schema), as the schema for those
who are no federal agency wants it. What a city's catalogue does not specify is left out; where the schema
does not let it be left out, it is said that it is not specified."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from portals.models import Dataset, Distribution, Table
from portals.soda.catalogue import Links, has_geometry, notice_of, table_of

SCHEMA = "https://project-open-data.cio.gov/v1.1/schema"
RIGHTS_LETTERS = 255
_MEDIA_TYPE = re.compile(r"[-\w]+/[-\w]+(\.[-\w]+)*([+][-\w]+)?", re.ASCII)
_EMAIL = re.compile(r"[\w~!$&'()*+,;=:.-]+@[\w.-]+\.[\w.-]+", re.ASCII)
_INTERVAL = re.compile(
    r"R/P(?=.)(\d+(\.\d+)?Y)?(\d+(\.\d+)?M)?(\d+(\.\d+)?W)?(\d+(\.\d+)?D)?"
    r"(T(?=.)(\d+(\.\d+)?H)?(\d+(\.\d+)?M)?(\d+(\.\d+)?S)?)?",
    re.ASCII,
)
_INTERVALS = {
    **dict.fromkeys(("decennial", "every ten years"), "R/P10Y"),
    **dict.fromkeys(("quadrennial", "every four years"), "R/P4Y"),
    **dict.fromkeys(("triennial", "every three years"), "R/P3Y"),
    **dict.fromkeys(("biennial", "every two years"), "R/P2Y"),
    **dict.fromkeys(("annual", "annually", "yearly", "once a year", "every year"), "R/P1Y"),
    **dict.fromkeys(("semiannual", "semiannually", "twice a year", "every six months"), "R/P6M"),
    **dict.fromkeys(("three times a year",), "R/P4M"),
    **dict.fromkeys(("quarterly", "every quarter", "every three months"), "R/P3M"),
    **dict.fromkeys(("every two months", "every other month"), "R/P2M"),
    **dict.fromkeys(("monthly", "once a month", "every month"), "R/P1M"),
    **dict.fromkeys(("semimonthly", "twice a month"), "R/P0.5M"),
    **dict.fromkeys(("every two weeks", "every other week"), "R/P2W"),
    **dict.fromkeys(("weekly", "once a week", "every week"), "R/P1W"),
    **dict.fromkeys(("semiweekly", "twice a week"), "R/P3.5D"),
    **dict.fromkeys(("daily", "once a day", "every day", "nightly"), "R/P1D"),
    **dict.fromkeys(("hourly", "once an hour", "every hour"), "R/PT1H"),
    **dict.fromkeys(("cont", "update_cont", "continuous", "continuously", "continuously updated"), "R/PT1S"),
    **dict.fromkeys(("real time", "real-time", "live"), "R/PT1S"),
    **dict.fromkeys(("irreg", "irregular", "irregularly", "as needed", "as-needed"), "irregular"),
}
"""Words of catalogues. "Bimonthly", "biweekly" and "biannual" mean two things each, so they are not here."""


def pieces(own_address: str, datasets: Iterable[Dataset], links: Links) -> Iterator[str]:
    """The document in pieces; `own_address` is where it stands."""
    head = {
        "@context": f"{SCHEMA}/catalog.jsonld",
        "@id": own_address,
        "@type": "dcat:Catalog",
        "conformsTo": SCHEMA,
        "describedBy": f"{SCHEMA}/catalog.json",
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "dataset": ['
    between = "\n"
    for dataset in datasets:
        yield between + json.dumps(entry_of(dataset, links), ensure_ascii=False)
        between = ",\n"
    yield "\n]}\n"


def entry_of(dataset: Dataset, links: Links) -> dict[str, Any]:
    """One dataset. Where several cities use its identifier, its page stands for it."""
    page = links.page(dataset)
    entry: dict[str, Any] = {
        "@type": "dcat:Dataset",
        "identifier": dataset.identifier if links.is_alone(dataset) else page,
        "title": dataset.name,
        "description": dataset.description or _("The catalogue gives no description."),
        "publisher": _publisher(dataset),
        "contactPoint": _contact(dataset),
        **_access(dataset),
        "landingPage": page,
    }
    more = {
        "modified": dataset.last_updated and dataset.last_updated.isoformat(),
        "keyword": [word for word in map(str, dataset.keywords or ()) if word],
        "theme": [dataset.category] if dataset.category else [],
        "accrualPeriodicity": interval_of(dataset.cadence),
        "license": dataset.license_url,
        "references": [dataset.landing_page] if dataset.landing_page not in ("", page) else [],
        **_dictionary(dataset, links),
        "distribution": list(_distributions(dataset, links)),
    }
    return entry | {name: value for name, value in more.items() if value}


def interval_of(cadence: str) -> str:
    """How often it is updated, in the form of the schema; "" where the catalogue's words do not say it."""
    told = cadence.strip()
    if told.casefold().startswith(("http://", "https://")):
        told = told.rstrip("/").rsplit("/", 1)[-1]
    if _INTERVAL.fullmatch(told.upper()):
        return told.upper()
    return _INTERVALS.get(told.casefold(), "")


def _publisher(dataset: Dataset) -> dict[str, Any]:
    """The office, else the department as the catalogue writes it, within the city; else the city."""
    city = {"@type": "org:Organization", "name": dataset.city.name}
    name = dataset.office.name if dataset.office else dataset.department
    return {"@type": "org:Organization", "name": name, "subOrganizationOf": city} if name else city


def _contact(dataset: Dataset) -> dict[str, str]:
    """Whom the catalogue names; without a name the publisher. An address is never made up."""
    name = dataset.contact_name or str(_publisher(dataset)["name"])
    email = dataset.contact_email
    found = {"@type": "vcard:Contact", "fn": name}
    return found | {"hasEmail": f"mailto:{email}"} if _EMAIL.fullmatch(email) else found


def _access(dataset: Dataset) -> dict[str, str]:
    """What is taken down is restricted, and not secret: it can be asked for, and may come back."""
    if dataset.withheld_since is None:
        return {"accessLevel": "public"}
    rights = _("The city has taken the data down. %(why)s") % {"why": notice_of(dataset)}
    rights = " ".join(rights.split())
    if len(rights) > RIGHTS_LETTERS:
        rights = rights[: RIGHTS_LETTERS - 1] + "…"
    return {"accessLevel": "restricted public", "rights": rights}


def _dictionary(dataset: Dataset, links: Links) -> dict[str, str]:
    """Where its columns are described, if they are."""
    if table_of(dataset) is None and not dataset.fields.all():
        return {}
    return {"describedBy": links.about(dataset), "describedByType": "application/json"}


def _distributions(dataset: Dataset, links: Links) -> Iterator[dict[str, str]]:
    """Our own of what is served here, then those of the publisher; none of what is taken down."""
    if dataset.withheld_since is not None:
        return
    if (table := table_of(dataset)) is not None:
        yield from _own(dataset, table, links)
    for part in dataset.distributions.all():
        yield _distribution(part)


def _own(dataset: Dataset, table: Table, links: Links) -> Iterator[dict[str, str]]:
    kinds = [("CSV", "text/csv", "csv"), ("JSON", "application/json", "json")]
    for label, media_type, ending in kinds:
        yield _download(label, media_type, links.download(dataset, ending))
    if has_geometry(table):
        yield _download("GeoJSON", "application/vnd.geo+json", links.download(dataset, "geojson"))
    yield {
        "@type": "dcat:Distribution",
        "title": _("API for queries"),
        "format": "API",
        "accessURL": links.rows(dataset, "json"),
    }


def _download(label: str, media_type: str, url: str) -> dict[str, str]:
    return {"@type": "dcat:Distribution", "format": label, "mediaType": media_type, "downloadURL": url}


def _distribution(part: Distribution) -> dict[str, str]:
    """A download needs a media type that the schema accepts; without one it is an address to look at."""
    is_download = not part.is_api and bool(_MEDIA_TYPE.fullmatch(part.media_type))
    found = {
        "@type": "dcat:Distribution",
        "title": part.title,
        "format": part.format,
        "mediaType": part.media_type if is_download else "",
        "downloadURL" if is_download else "accessURL": part.url,
    }
    return {name: value for name, value in found.items() if value}
