"""The city's things as plain documents, ready for JSON. The schemas stand in `portals.api.schemas`."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _

from portals.appeal_terms import AppealRule
from portals.catalog.page import Missing, dataset_context
from portals.clockwork.rules import ClockRule
from portals.models import Citation, City, ClosedDay, Dataset, Office
from portals.models.rule import Provision
from portals.rule_words import Sources, clock_facts, confirmation_words
from portals.rulebook import Rulebook
from portals.soda.catalogue import Links, repeated_identifiers, table_of
from portals.vocabulary import ProvisionStatus

HOME = "/api/v1/"


def day(value: date | None) -> str | None:
    """A date as ISO text."""
    return value.isoformat() if value else None


def moment(value: datetime) -> str:
    """A moment as ISO text in UTC."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def citation_document(row: Citation | str | None) -> dict[str, Any] | None:
    """Where something is written. Of a label that no row of the city explains nothing more is known."""
    if not isinstance(row, Citation):
        return None
    return {
        "label": row.label,
        "title": row.title,
        "url": row.url or None,
        "layer": row.layer,
        "confidence": row.confidence,
    }


def city_document(city: City, link: Any) -> dict[str, Any]:
    """A city; `link` makes whole addresses."""
    return {
        "slug": city.slug,
        "name": city.name,
        "state": city.state,
        "state_name": city.state_name,
        "time_zone": city.time_zone,
        "portal_name": city.portal_name,
        "portal_url": city.portal_url or None,
        "introduction": city.introduction,
        "checked_on": day(city.checked_on),
        "rules_version": city.version,
        "page": link(f"/{city.slug}/"),
    }


def office_document(office: Office) -> dict[str, Any]:
    """An office; read with its citation."""
    return {
        "key": office.key,
        "name": office.name,
        "roles": office.roles,
        "publishes": office.publishes,
        "outside": office.outside,
        "contact": office.contact or None,
        "hours": office.hours or None,
        "note": office.note or None,
        "citation": citation_document(office.citation),
    }


# -- rules


def _rule(
    key: str, status: str, layer: str, row: Citation | str | None, ask: str, held: Any
) -> dict[str, Any]:
    open_still = status != ProvisionStatus.STATED
    told = ProvisionStatus(status).label
    return {
        "key": key,
        "status": status,
        "not_specified": (
            _("%(told)s. Ask: %(office)s.") % {"told": told, "office": ask} if ask else f"{told}."
        )
        if open_still
        else None,
        "layer": layer,
        "citation": citation_document(row),
        "confirm_with": ask or None,
        "effective_from": day(held.effective_from),
        "effective_to": day(held.effective_to),
    }


def provision_document(row: Provision, book: Rulebook, today: date) -> dict[str, Any]:
    """A statement; read with its citation and the office to ask. `today` is the city's date."""
    ask = row.confirm_with.name if row.confirm_with else ""
    confirmed = confirmation_words(book.overrides.current(f"provision:{row.key}", today))
    return {
        **_rule(row.key, row.status, row.layer, row.citation, ask, row),
        "topic": row.topic,
        "statement": row.statement,
        "confirmed": f"{confirmed['words']}; {confirmed['office']}, {day(confirmed['on'])}"
        if confirmed
        else None,
    }


def time_limit_document(rule: ClockRule, book: Rulebook, sources: Sources) -> dict[str, Any]:
    """A rule by which dates are counted."""
    row = sources.cited(rule.citation, rule.citation_title)
    return {
        **_rule(rule.key, rule.status, rule.layer, row, rule.confirm_with, rule),
        "milestone": str(rule.milestone),
        "kinds": list(rule.kinds),
        "starts_on": list(rule.starts_on),
        "after": rule.after or None,
        "count": rule.count,
        "unit": str(rule.unit),
        "roll": str(rule.roll),
        "because": rule.because,
        "facts": [{"term": str(term), "text": str(text)} for term, text in clock_facts(rule, book.clocks)],
    }


def appeal_document(rule: AppealRule, sources: Sources) -> dict[str, Any]:
    """A way to have an answer reviewed."""
    row = sources.cited(rule.citation, rule.citation_title)
    return {
        **_rule(rule.key, rule.status, rule.layer, row, rule.confirm_with, rule),
        "name": rule.name,
        "decides": rule.decides,
        "kinds": list(rule.kinds),
        "grounds": list(rule.grounds),
        "available": rule.available,
        "inside": rule.inside,
        "steps": rule.steps,
        "because": rule.because,
    }


def closed_years(city: City, wanted: int | None) -> list[dict[str, Any]]:
    """The entered years with their closed days, or the one that is `wanted`."""
    days = city.closed_days.filter(withdrawn=False).select_related("citation")
    years = city.closed_years.select_related("citation")
    if wanted is not None:
        days, years = days.filter(on__year=wanted), years.filter(year=wanted)
    by_year: Mapping[int, list[ClosedDay]] = {
        year: list(found) for year, found in groupby(days, lambda one: one.on.year)
    }
    return [
        {
            "year": year.year,
            "complete": year.complete,
            "note": year.note or None,
            "citation": citation_document(year.citation),
            "days": [
                {
                    "on": day(one.on),
                    "name": one.name,
                    "citation": citation_document(one.citation),
                    "source": one.source or None,
                }
                for one in by_year.get(year.year, [])
            ],
        }
        for year in years
    ]


# -- datasets


def dataset_document(dataset: Dataset, slug: str, link: Any) -> dict[str, Any]:
    """A dataset as lists show it; read with its office."""
    return {
        "identifier": dataset.identifier,
        "name": dataset.name,
        "description": dataset.description,
        "department": dataset.department or None,
        "office": dataset.office.name if dataset.office else None,
        "category": dataset.category or None,
        "keywords": dataset.keywords,
        "cadence": dataset.cadence or None,
        "last_updated": day(dataset.last_updated),
        "license": dataset.license or None,
        "license_url": dataset.license_url or None,
        "landing_page": dataset.landing_page or None,
        "withheld": dataset.withheld_since is not None,
        "page": link(f"/{slug}/datasets/{quote(dataset.identifier)}/"),
        "url": link(f"{HOME}cities/{slug}/datasets/{quote(dataset.identifier)}"),
    }


def dataset_detail(dataset: Dataset, today: date, link: Any) -> dict[str, Any]:
    """All that is known of a dataset, with whom to ask for the rest. `today` is the city's date."""
    shown = dataset_context(dataset, today=today)
    parts = [] if shown["withheld"] else list(dataset.distributions.all())
    return {
        **dataset_document(dataset, dataset.city.slug, link),
        "attribution": dataset.attribution or None,
        "contact_name": dataset.contact_name or None,
        "contact_email": dataset.contact_email or None,
        "rows": None if shown["withheld"] else _rows_here(dataset, link),
        "api_endpoint": shown["endpoint"] or None,
        "fields": [
            {
                "name": one.name,
                "title": one.title,
                "data_type": one.data_type,
                "description": one.description,
            }
            for one in shown["fields"]
        ],
        "distributions": [
            {
                "title": one.title,
                "format": one.format,
                "media_type": one.media_type,
                "url": one.url,
                "is_api": one.is_api,
            }
            for one in parts
        ],
        "takedowns": [{"notice": one.notice, "since": moment(one.since)} for one in shown["takedowns"]],
        "not_specified": [_missing(key, one) for key, one in _left_out(shown)],
    }


def _rows_here(dataset: Dataset, link: Any) -> str | None:
    """Where the rows are read here; None where the table is not loaded."""
    if table_of(dataset) is None:
        return None
    return Links(link, repeated=repeated_identifiers(dataset.identifier)).rows(dataset, "json")


def _left_out(shown: Mapping[str, Any]) -> Iterable[tuple[str, Missing]]:
    yield from ((fact.key, fact.missing) for fact in shown["facts"] if fact.missing)
    for key in ("fields", "downloads", "endpoint"):
        if shown[f"{key}_missing"] is not None:
            yield key, shown[f"{key}_missing"]


def _missing(key: str, one: Missing) -> dict[str, Any]:
    return {
        "key": key,
        "text": str(one.text),
        "ask": one.ask.name if one.ask else None,
        "citation": citation_document(one.citation),
    }
