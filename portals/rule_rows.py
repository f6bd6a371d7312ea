"""The rows of a city's rules as the pure modules want them: `clocks`, `routes`, `appeal_terms`, `fee_terms`.

`labels` are the citations and `offices` the offices of the city by primary key, `by_key` the citations by
their key in the city file.
"""

from collections.abc import Mapping
from typing import Any

from portals.appeal_terms import AppealRule
from portals.clocks import Cap, ClockRule, Extension, Silence
from portals.fee_terms import FeeTerm
from portals.models import AppealRoute, Citation, Clock, EscalationStep, FeeRule, Office, Route
from portals.routes import OfficeRef, RouteRule, StepRule
from portals.vocabulary import DayUnit


def office_of(row: Office) -> OfficeRef:
    """An office, with its key in the database."""
    return OfficeRef(
        key=row.key,
        name=row.name,
        roles=tuple(row.roles),
        publishes=row.publishes,
        outside=row.outside,
        citation=row.citation.label if row.citation else "",
        pk=row.pk,
        contact=row.contact,
    )


def clock_of(
    row: Clock, labels: Mapping[int, Citation], by_key: Mapping[str, Citation], offices: Mapping[int, Office]
) -> ClockRule:
    """A clock as the city file has it; what the city confirmed or set is laid over it elsewhere."""
    plain = ("key", "milestone", "pick", "after", "status", "count", "roll", "fee_over", "fee_up_to", "acts")
    lists = ("kinds", "starts_on", "met_by", "ended_by", "paused_by")
    tuples: dict[str, Any] = {name: tuple(getattr(row, name)) for name in lists}
    return ClockRule(
        unit=row.unit or DayUnit.BUSINESS,
        extension=_extension(row.extension, by_key),
        cap=Cap(tuple(row.cap["starts_on"]), row.cap["count"], row.cap["unit"]) if row.cap else None,
        silence=_silence(row.silence, by_key),
        route=row.route,
        because=row.because,
        confirm_with=offices[row.confirm_with_id].name if row.confirm_with_id else "",
        **{name: getattr(row, name) for name in plain},
        **tuples,
        **_written(row, labels),
    )


def _extension(stored: dict[str, Any] | None, by_key: Mapping[str, Citation]) -> Extension | None:
    if not stored:
        return None
    citation = by_key.get(stored.get("citation", ""))
    return Extension(
        limit=stored["limit"],
        unit=stored["unit"],
        counts_from=stored["from"],
        total=stored["total"],
        event=stored["event"],
        citation=citation.label if citation else "",
    )


def _silence(stored: dict[str, Any] | None, by_key: Mapping[str, Citation]) -> Silence | None:
    citation = by_key.get(stored.get("citation", "")) if stored else None
    if not stored or citation is None:
        return None
    return Silence(stored["because"], citation.label, citation.title)


def _written(
    row: Clock | Route | EscalationStep | AppealRoute | FeeRule, labels: Mapping[int, Citation]
) -> dict[str, Any]:
    """Where a rule is written and since when it holds."""
    citation = labels[row.citation_id]
    return {
        "layer": row.layer,
        "citation": citation.label,
        "citation_title": citation.title,
        "effective_from": row.effective_from,
        "effective_to": row.effective_to,
    }


def route_of(row: Route, labels: Mapping[int, Citation], offices: Mapping[int, Office]) -> RouteRule:
    """A route; its office by key."""
    return RouteRule(
        key=row.key,
        kind=row.kind,
        relation=row.relation,
        role=row.role,
        office=offices[row.office_id].key if row.office_id else "",
        flags=frozenset(row.flags),
        unless_flags=frozenset(row.unless_flags),
        when_dataset=row.when_dataset,
        because=row.because,
        status=row.status,
        **_written(row, labels),
    )


def step_of(row: EscalationStep, labels: Mapping[int, Citation]) -> StepRule:
    """A step of the ladder as the city file has it."""
    plain = ("key", "step", "after", "action", "to", "if_leading", "clock_after", "after_layer", "because")
    shown = ("repeat_every", "offered_to_requester")
    return StepRule(
        kinds=tuple(row.kinds),
        **{name: getattr(row, name) for name in plain + shown},
        **_written(row, labels),
    )


def appeal_of(row: AppealRoute, labels: Mapping[int, Citation], offices: Mapping[int, Office]) -> AppealRule:
    """A way to have an answer reviewed."""
    plain = ("key", "name", "decides", "inside", "available", "steps", "because", "after", "status")
    return AppealRule(
        office=office_of(offices[row.office_id]) if row.office_id else None,
        kinds=tuple(row.kinds),
        grounds=tuple(row.grounds),
        unless=tuple(row.unless),
        citation_url=labels[row.citation_id].url,
        confirm_with=offices[row.confirm_with_id].name if row.confirm_with_id else "",
        **{name: getattr(row, name) for name in plain},
        **_written(row, labels),
    )


def fee_of(row: FeeRule, labels: Mapping[int, Citation], offices: Mapping[int, Office]) -> FeeTerm:
    """A fee rule; sums in US dollars."""
    plain = ("key", "kind", "item", "amount", "per", "limit", "percent", "condition", "statement", "status")
    return FeeTerm(
        kinds=tuple(row.kinds),
        when=tuple(row.when),
        confirm_with=offices[row.confirm_with_id].name if row.confirm_with_id else "",
        **{name: getattr(row, name) for name in plain},
        **_written(row, labels),
    )
