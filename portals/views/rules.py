"""Rules and enforcement of a city: every statement with where it is written, layer beside layer."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from portals.appeal_terms import AppealRule
from portals.clockwork.rules import TARGET_KEY, ClockRule
from portals.models import City, Office
from portals.models.rule import Rule
from portals.rule_routes import ladder_lines, routes_by_kind
from portals.rule_words import (
    GROUNDS,
    REQUIRES,
    UNLESS,
    Sources,
    all_of,
    cap_words,
    clock_facts,
    confirmation_words,
    dollars,
    fee_words,
    in_force_words,
    several,
    span_words,
    starts_words,
)
from portals.rulebook import Rulebook, rulebook_for
from portals.views.city_page import city_page, kept_public
from portals.vocabulary import (
    Confidence,
    FeeRuleKind,
    Layer,
    Milestone,
    ProvisionStatus,
    SubmissionKind,
    Topic,
)

TABLES = {
    Topic.FEES: "fees",
    Topic.TIME_LIMITS: "clocks",
    Topic.FOLLOW_UP: "ladder",
    Topic.ENFORCEMENT: "measures",
    Topic.VIOLATIONS: "violations",
    Topic.APPEALS: "appeals",
    Topic.DENIALS: "denials",
    Topic.HOLIDAYS: "years",
}
"""Topic -> the table below its statements: name in the context and of `templates/portals/rules/`."""


@city_page
def rules(request: HttpRequest, city: City) -> HttpResponse:
    """`/<city>/rules/`: statements by topic, routes, clocks, ladder, appeals, fees, closed days, versions."""
    book, sources = rulebook_for(city), Sources.of(city)
    offices = {office.pk: office for office in city.offices.all()}
    today = book.city_date(timezone.now())
    page = _Page(sources, offices, book, today)
    fees, denials = list(city.feerules.all()), list(city.denialrules.all())
    measures, violations = list(city.measures.all()), list(city.violations.all())
    for measure in measures:
        measure.citation = sources.by_pk[measure.citation_id]
    for violation in violations:
        violation.citation = sources.by_pk[violation.citation_id]
    context = {
        "city": city,
        "nav": "rules",
        "today": today,
        "intake": book.routes.intake.name,
        "routes": routes_by_kind(book, sources, today),
        "ladder": ladder_lines(book, sources, today),
        "clocks": [_clock(rule, book, sources) for rule in _all_clocks(book, today)],
        "appeals": [_appeal(rule, book, sources, today) for rule in book.appeals],
        "fees": [_placed("fee_rule", row, page) | _fee(row) for row in fees],
        "denials": [_placed("denial_rule", row, page) | _denial(row) for row in denials],
        "measures": sorted(measures, key=lambda row: (row.order is None, row.order or 0, row.pk)),
        "violations": violations,
        "years": _years(city, sources),
        "versions": _versions(book),
    }
    context["sections"] = list(_sections(city, page, context))
    return kept_public(request, render(request, "portals/rules.html", context))


@dataclass(frozen=True)
class _Page:
    """What the statements of a page are told with."""

    sources: Sources
    offices: Mapping[int, Office]
    book: Rulebook
    today: date


def _placed(table: str, row: Rule, page: _Page) -> dict[str, Any]:
    """What every rule shows, as `components/provision.html` wants it, with what was confirmed beside it."""
    citation = page.sources.by_pk[row.citation_id]
    confirmed = page.book.overrides.current(f"{table}:{row.key}", page.today)
    return {
        "key": row.key,
        "statement": getattr(row, "statement", ""),
        "status": row.status,
        "layer": row.layer,
        "citation": citation,
        "secondary": citation.confidence == Confidence.MEDIUM,
        "confirm_with": page.offices[row.confirm_with_id].name if row.confirm_with_id else "",
        "confirmed": confirmation_words(confirmed),
        "effective_from": row.effective_from,
        "effective_to": row.effective_to,
    }


def _sections(city: City, page: _Page, tables: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every topic of which anything is said: the guide's statements first, those of the law beside them, then
    the name of the table that belongs there."""
    by_topic: dict[str, list[dict[str, Any]]] = {}
    for row in city.provisions.all():
        by_topic.setdefault(row.topic, []).append(_placed("provision", row, page))
    for topic in Topic:
        statements = by_topic.get(topic, [])
        table = TABLES.get(topic, "")
        if not statements and not tables.get(table):
            continue
        yield {
            "topic": topic.value,
            "label": topic.label,
            "guide": [said for said in statements if said["layer"] == Layer.GUIDE],
            "law": [said for said in statements if said["layer"] != Layer.GUIDE],
            "guide_below": any(_layer(row) == Layer.GUIDE for row in tables.get(table, ())),
            "table": f"portals/rules/{table}.html" if tables.get(table) else "",
        }


def _layer(row: Any) -> str:
    """Where a row of any table comes from."""
    if isinstance(row, dict):
        return str(row.get("layer") or getattr(row.get("citation"), "layer", ""))
    return str(row.citation.layer)


def _all_clocks(book: Rulebook, today: date) -> list[ClockRule]:
    """Every clock of the file, all versions, and the office's own target where that holds."""
    kinds = [
        kind for kind in SubmissionKind if any(r.key == TARGET_KEY for r in book.clocks_for(kind, today))
    ]
    target = replace(book.acknowledgement_target(today), kinds=tuple(kinds))
    return [*book.clocks, target] if kinds else list(book.clocks)


def _clock(rule: ClockRule, book: Rulebook, sources: Sources) -> dict[str, Any]:
    citation = sources.cited(rule.citation, rule.citation_title)
    return {
        "title": str(Milestone(rule.milestone).label),
        "kinds": [str(SubmissionKind(kind).label) for kind in rule.kinds],
        "because": rule.because,
        "beside": _beside(rule, book),
        "facts": clock_facts(rule, book.clocks),
        "stated": rule.status == ProvisionStatus.STATED,
        "layer": rule.layer,
        "citation": citation,
        "secondary": getattr(citation, "confidence", "") == Confidence.MEDIUM,
        "confirm_with": rule.confirm_with or book.routes.intake.name,
    }


def _beside(rule: ClockRule, book: Rulebook) -> str:
    """Both layers in one line where the guide leaves open what another layer gives a number for."""
    if rule.confirmed and rule.count:
        told = _("%(layer)s: not specified on the cited page. Confirmed by %(office)s: %(span)s, %(since)s.")
        return told % {
            "layer": capfirst(str(Layer(rule.confirmed.silent_layer).label)),
            "office": rule.confirmed.office,
            "span": span_words(rule.count, rule.unit),
            "since": in_force_words(rule.effective_from, rule.effective_to),
        }
    by_guide = any(
        other.layer == Layer.GUIDE
        and other.status == ProvisionStatus.STATED
        and other.milestone == rule.milestone
        and set(other.kinds) & set(rule.kinds)
        for other in book.clocks
    )
    if by_guide or rule.count is None or rule.layer == Layer.GUIDE:
        return ""
    told = _("The guide: not specified on the cited page. %(layer)s: %(span)s.")
    layer = capfirst(str(Layer(rule.layer).label))
    return told % {"layer": layer, "span": span_words(rule.count, rule.unit)}


def _appeal(rule: AppealRule, book: Rulebook, sources: Sources, today: date) -> dict[str, Any]:
    citation = sources.cited(rule.citation, rule.citation_title)
    limits = [_limit(clock, book) for clock in book.clocks if clock.route == rule.key]
    return {
        "rule": rule,
        "layer": rule.layer,
        "about": [str(SubmissionKind(kind).label) for kind in rule.kinds],
        "grounds": several(rule.grounds, GROUNDS),
        "unless": several(rule.unless, UNLESS),
        "limits": limits,
        "confirmed": confirmation_words(book.overrides.current(f"appeal_route:{rule.key}", today)),
        "citation": citation,
        "secondary": getattr(citation, "confidence", "") == Confidence.MEDIUM,
        "in_force": in_force_words(rule.effective_from, rule.effective_to),
    }


def _limit(clock: ClockRule, book: Rulebook) -> str:
    """How long one has, or the reviewer has, on this way."""
    what = str(Milestone(clock.milestone).label)
    if clock.count is None:
        return _("%(what)s: not specified on the cited page") % {"what": what}
    told = _("%(what)s: %(span)s from %(starts)s (%(citation)s)") % {
        "what": what,
        "span": span_words(clock.count, clock.unit),
        "starts": starts_words(clock, book.clocks),
        "citation": clock.citation,
    }
    return f"{told}; {cap_words(clock)}" if clock.cap else told


def _fee(row: Any) -> dict[str, Any]:
    """The sum that stands beside the item: a rate, or the amount above which the requester must confirm."""
    told = row.limit if row.kind == FeeRuleKind.ESTIMATE_NOTICE else row.amount
    return {
        "item": row.item,
        "amount": dollars(told) if told is not None else "",
        "per": row.per,
    }


def _denial(row: Any) -> dict[str, Any]:
    return {"requires": all_of(row.requires, REQUIRES)}


def _years(city: City, sources: Sources) -> list[dict[str, Any]]:
    """The entered years with their closed days."""
    counted = city.closed_days.filter(withdrawn=False)
    by_year = {year: list(days) for year, days in groupby(counted, lambda day: day.on.year)}
    return [
        {
            "year": year.year,
            "complete": year.complete,
            "note": year.note,
            "citation": sources.by_pk.get(year.citation_id or 0),
            "days": by_year.get(year.year, []),
        }
        for year in city.closed_years.all()
    ]


def _clock_name(rule: ClockRule, book: Rulebook) -> str:
    name = f"{Milestone(rule.milestone).label}: {starts_words(rule, book.clocks)}"
    return f"{name}; {fee_words(rule)}" if fee_words(rule) else name


def _versions(book: Rulebook) -> list[dict[str, str]]:
    """The rules whose first or last day was entered: what they are, and when they hold."""
    named: Iterable[tuple[str, Any]] = [
        *((_clock_name(rule, book), rule) for rule in book.clocks),
        *((str(SubmissionKind(rule.kind).label), rule) for rule in book.routes.routes),
        *((_("Step %(step)d of the ladder") % {"step": rule.step}, rule) for rule in book.routes.steps),
        *((rule.name, rule) for rule in book.appeals),
    ]
    return [
        {"name": name, "key": rule.key, "holds": holds, "citation": rule.citation}
        for name, rule in named
        if (holds := in_force_words(rule.effective_from, rule.effective_to))
    ]
