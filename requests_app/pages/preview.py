"""What will happen if this is sent: offices, dates and the ladder, as pages show them, each with its source.

The same rules that a filed case is placed and timed by, asked for a moment that has not passed yet.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from portals.clocks import ComputedDeadline
from portals.explained import deadline_document, route_document
from portals.models import Citation, City, Dataset, Office
from portals.routes import RouteAnswer, RoutePart, office_that_leads
from portals.rulebook import rulebook_for
from portals.vocabulary import OfficeRole, SubmissionKind, meaning_of
from requests_app.events import case_clocks
from requests_app.pathway import climb
from requests_app.pathway.climb import Told
from requests_app.redress import remedies
from requests_app.redress.remedies import Remedy
from requests_app.routing import answer_for


@dataclass(frozen=True)
class Preview:
    """`route` as the component `route.html` takes it, `deadlines` as `deadline.html` does. `goes_to` is the
    office that will have the case; it leads the route also where the rules leave that open. `climb`: what
    follows, on which day, while nobody acknowledges. `waits_for_custodian`: the law's clock starts only when
    the custodian of records gets it. `missing_years`: closed days not entered. `if_no_answer`: the ways to
    have silence reviewed, `silence`: what the law says of it; an appeal shows its own ways."""

    route: dict[str, Any]
    deadlines: list[dict[str, Any]]
    goes_to: str
    climb: list[Told]
    waits_for_custodian: bool
    missing_years: list[int]
    if_no_answer: list[Remedy]
    silence: list[dict[str, Any]]


def preview(
    city: City,
    kind: str,
    *,
    dataset: Dataset | None,
    flags: frozenset[str],
    now: datetime,
    steward: Office | None = None,
) -> Preview:
    """Who acts and by when if a submission is filed at `now` (UTC). `steward` as for `routing.place`."""
    book = rulebook_for(city)
    today = book.city_date(now)
    answer = _as_placed(answer_for(city, kind, dataset=dataset, flags=flags, on=today, steward=steward))
    office, _reasons = office_that_leads(answer)
    steps = climb.steps_before_filing(book, kind, office, dataset, today)
    answer = replace(answer, escalation=steps)
    custodian_first = OfficeRole.RECORDS_CUSTODIAN in office.roles
    computed, beyond = case_clocks.foreseen(book, kind, at=now, custodian_first=custodian_first)
    labels = {row.label: row for row in city.citations.all()}
    return Preview(
        route=_linked_route(answer, labels),
        deadlines=[_linked(deadline, kind, labels) for deadline in computed],
        goes_to=office.name,
        climb=climb.before_filing(book, steps, office.name, computed, today),
        waits_for_custodian=kind == SubmissionKind.RECORDS_REQUEST and not custodian_first,
        missing_years=sorted({error.year for error in beyond}),
        if_no_answer=remedies.if_no_answer(book, kind, flags, today, labels),
        silence=remedies.silence_rules(book, kind, today, labels),
    )


def _as_placed(answer: RouteAnswer) -> RouteAnswer:
    """The answer with the office in the lead that a case filed now is placed at, and no office twice."""
    if answer.lead.office is not None:
        return answer
    office, reasons = office_that_leads(answer)
    lead = replace(answer.lead, office=office, role="", reasons=reasons, awaits_dataset=False)

    def others(parts: Iterable[RoutePart]) -> tuple[RoutePart, ...]:
        return tuple(part for part in parts if part.office is None or part.office.pk != office.pk)

    return replace(answer, acts=(lead, *others(answer.acts[1:])), informed=others(answer.informed))


def _linked(deadline: ComputedDeadline, kind: str, labels: Mapping[str, Citation]) -> dict[str, Any]:
    return {
        **deadline_document(deadline),
        "meaning": meaning_of(deadline.milestone, kind),
        "citation": labels.get(deadline.citation, deadline.citation),
        "confirm_with": deadline.rule.confirm_with,
    }


def _linked_route(answer: RouteAnswer, labels: Mapping[str, Citation]) -> dict[str, Any]:
    document = route_document(answer)
    for part in (*document["acts"], *document["informed"], *document["escalation"], document["legal"]):
        part["citation"] = labels.get(part["citation"], part["citation"])
    return document
