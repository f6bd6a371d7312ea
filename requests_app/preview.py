"""What will happen if this is sent: offices, dates and the ladder, as pages show them, each with its source.

The same rules that a filed case is placed and timed by, asked for a moment that has not passed yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portals.clocks import ComputedDeadline
from portals.explained import deadline_document, in_one, route_document
from portals.models import Citation, City, Dataset
from portals.routes import RouteAnswer, office_that_leads
from portals.rulebook import rulebook_for
from portals.vocabulary import OfficeRole, SubmissionKind
from requests_app import deadlines
from requests_app.routing import answer_for


@dataclass(frozen=True)
class Preview:
    """`route` as the component `route.html` takes it, `deadlines` as `deadline.html` does. `goes_to` is the
    office that will have the case, `goes_because` why where the rules name none. `waits_for_custodian`: the
    law's clock starts only when the custodian of records gets it. `missing_years`: closed days not entered."""

    route: dict[str, Any]
    deadlines: list[dict[str, Any]]
    goes_to: str
    goes_because: str
    waits_for_custodian: bool
    missing_years: list[int]


def preview(
    city: City, kind: str, *, dataset: Dataset | None, flags: frozenset[str], now: datetime
) -> Preview:
    """Who acts and by when if a submission is filed at `now` (UTC)."""
    book = rulebook_for(city)
    answer = answer_for(city, kind, dataset=dataset, flags=flags, on=book.city_date(now))
    office, reasons = office_that_leads(answer)
    custodian_first = OfficeRole.RECORDS_CUSTODIAN in office.roles
    computed, beyond = deadlines.foreseen(book, kind, at=now, custodian_first=custodian_first)
    labels = {row.label: row for row in city.citations.all()}
    return Preview(
        route=_linked_route(answer, labels),
        deadlines=[_linked(deadline, labels) for deadline in computed],
        goes_to=office.name,
        goes_because=in_one(reasons) if answer.lead.office is None else "",
        waits_for_custodian=kind == SubmissionKind.RECORDS_REQUEST and not custodian_first,
        missing_years=sorted({error.year for error in beyond}),
    )


def _linked(deadline: ComputedDeadline, labels: Mapping[str, Citation]) -> dict[str, Any]:
    return {
        **deadline_document(deadline),
        "citation": labels.get(deadline.citation, deadline.citation),
        "confirm_with": deadline.rule.confirm_with,
    }


def _linked_route(answer: RouteAnswer, labels: Mapping[str, Citation]) -> dict[str, Any]:
    document = route_document(answer)
    for part in (*document["acts"], *document["informed"], *document["escalation"], document["legal"]):
        part["citation"] = labels.get(part["citation"], part["citation"])
    return document
