"""What a dataset's page says about the dataset itself; what was reported about it is added by the cases.

The guides name what such a page shows (KC06, KC30, KE04 to KE08, OC25, PO04, PO06, BK15). What the
catalogue leaves out is said to be not specified, with the office to ask (KC32, KE07, KE13).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from portals.access import takedowns_of
from portals.catalog.api_examples import examples
from portals.catalog.cadence import cadence_words
from portals.models import Citation, City, Dataset, Distribution, Office, Provision
from portals.rulebook import rulebook_for
from portals.vocabulary import Layer, OfficeRole, ProvisionStatus, Topic

_TOPIC_OF = {"license": Topic.LICENSING, "cadence": Topic.DATASET_PAGES}


@dataclass(frozen=True, slots=True)
class Missing:
    """What the catalogue leaves out: whom to ask, and where the guide says so (None where it does not)."""

    text: Promise
    ask: Office | None
    citation: Citation | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the page: a term, and what the catalogue says, or what is missing."""

    key: str
    term: Promise
    text: str = ""
    url: str = ""
    missing: Missing | None = None


@dataclass(frozen=True, slots=True)
class Here:
    """What this service itself serves of a dataset whose table is loaded, at whole addresses."""

    endpoint: str
    downloads: tuple[Distribution, ...]


def dataset_context(dataset: Dataset, *, today: date, here: Here | None = None) -> dict[str, Any]:
    """The context of `portals/dataset_detail.html`; `today` is a date in the city.

    What is served `here` goes before what the catalogue names. Of a dataset that is taken down no address of
    its data is given.
    """
    whom = _Whom(dataset, today)
    withheld = dataset.withheld_since is not None
    takedowns = takedowns_of(dataset)
    here = None if withheld else here
    parts = [] if withheld else [*(here.downloads if here else ()), *dataset.distributions.all()]
    endpoint = "" if withheld else here.endpoint if here else dataset.api_endpoint
    fields = list(dataset.fields.all())
    downloads = [part for part in parts if not part.is_api]
    return {
        "city": dataset.city,
        "today": today,
        "dataset": dataset,
        "nav": "datasets",
        "withheld": withheld,
        "takedowns": [row for row in takedowns if row.restored_at is None],
        "past_takedowns": [row for row in takedowns if row.restored_at],
        "here": here,
        "facts": SimpleLazyObject(lambda: _facts(dataset, whom)),  # the template keeps what it made of them
        "fields": fields,
        "fields_missing": None if fields else whom.missing("fields", _("What each field means.")),
        "downloads": downloads,
        "formats": sorted({part.format for part in downloads if part.format}),
        "downloads_missing": None
        if downloads or endpoint
        else whom.missing("downloads", _("Where the data can be downloaded.")),
        "endpoint": endpoint,
        "other_endpoints": _other_endpoints(parts, dataset, endpoint),
        "endpoint_missing": None if endpoint else whom.missing("api", _("The address of an API.")),
        "examples": examples(endpoint),
        "terms": SimpleLazyObject(whom.terms),
        "ask": whom.office,
    }


def _other_endpoints(parts: list[Distribution], dataset: Dataset, endpoint: str) -> list[str]:
    addresses = [dataset.api_endpoint if endpoint else "", *(part.url for part in parts if part.is_api)]
    return [address for address in dict.fromkeys(addresses) if address and address != endpoint]


class _Whom:
    """Whom to ask about a dataset: its publishing office, else whom the guide names, else IT or intake."""

    def __init__(self, dataset: Dataset, today: date) -> None:
        self.office = dataset.office or _office_in_charge(dataset.city)
        self._publisher = dataset.office
        self._provisions = [
            rule
            for rule in rulebook_for(dataset.city).provisions
            if rule.layer == Layer.GUIDE
            and rule.topic in _TOPIC_OF.values()
            and (rule.effective_from or date.min) <= today <= (rule.effective_to or date.max)
        ]

    def missing(self, key: str, text: Promise) -> Missing:
        """What to say where the catalogue is silent on `key`."""
        rule = next((rule for rule in self._provisions if self._answers(rule, key)), None)
        if rule is None:
            return Missing(text, self.office)
        return Missing(text, self._publisher or rule.confirm_with, rule.citation)

    def _answers(self, rule: Provision, key: str) -> bool:
        is_open = rule.status != ProvisionStatus.STATED and rule.confirm_with is not None
        return is_open and rule.topic == _TOPIC_OF.get(key)

    def terms(self) -> list[Provision]:
        """What the city's guide says about licences and use, for every dataset."""
        return [rule for rule in self._provisions if rule.topic == Topic.LICENSING]


def _office_in_charge(city: City) -> Office | None:
    offices = [office for office in city.offices.all() if not office.outside]
    for role in (OfficeRole.IT_OPEN_DATA, OfficeRole.INTAKE):
        if office := next((office for office in offices if role in office.roles), None):
            return office
    return None


def _facts(dataset: Dataset, whom: _Whom) -> list[Fact]:
    updated = formats.date_format(dataset.last_updated, "DATE_FORMAT") if dataset.last_updated else ""
    contact = " · ".join(part for part in (dataset.contact_name, dataset.contact_email) if part)
    cadence = cadence_words(dataset.cadence)
    publisher = dataset.office.name if dataset.office else dataset.department
    found = [
        ("publisher", _("Published by"), publisher, "", _("Which department publishes it.")),
        ("updated", _("Last update"), updated, "", _("When it was last updated.")),
        (
            "cadence",
            _("How often updated"),
            cadence,
            "",
            _("How often it is updated."),
        ),
        (
            "license",
            _("License"),
            dataset.license or dataset.license_url,
            dataset.license_url,
            _("The license and the terms of reuse."),
        ),
        ("attribution", _("Attribution"), dataset.attribution, "", _("Whom to name as the source.")),
        ("contact", _("Contact"), contact, _mail(dataset), _("A contact for this dataset.")),
    ]
    facts = [
        Fact(key, term, text, url, None if text else whom.missing(key, missing))
        for key, term, text, url, missing in found
    ]
    if dataset.category:
        facts.append(Fact("category", _("Category"), dataset.category))
    if dataset.office and dataset.department and dataset.department != dataset.office.name:
        facts.append(Fact("department", _("Department in the catalogue"), dataset.department))
    return [*facts, Fact("identifier", _("Dataset ID"), dataset.identifier)]


def _mail(dataset: Dataset) -> str:
    return f"mailto:{dataset.contact_email}" if dataset.contact_email else ""
