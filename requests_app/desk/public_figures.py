"""The figures that everybody may see of how a city does, where there are enough cases to say something.

Nothing here tells of a single case: counts from one to four are not shown, nor is the one from which they
could be worked out (withholding.py), and below five there is no median.
The page and the API show the same.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.core.cache import cache
from django.utils import formats
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from portals.models import City
from portals.rulebook import rulebook_for
from portals.vocabulary import Figure, SubmissionKind
from requests_app import access
from requests_app.desk.report_figures import FEWEST, Spread, Tally
from requests_app.desk.reports import by_month, first_response_by_month, report_of
from requests_app.desk.withholding import is_few, withheld

COUNTS = (Figure.RECEIVED, Figure.ANSWERED, Figure.OPEN, Figure.OVERDUE, Figure.LATE, Figure.APPEALED)
SPREADS = (Figure.FIRST_RESPONSE, Figure.COMPLETION)
PERIODS: dict[str, Any] = {
    "twelve-months": gettext_lazy("Last twelve months"),
    "this-year": gettext_lazy("This year"),
    "last-year": gettext_lazy("Last year"),
}
KEPT = 600
"""Seconds for which figures are kept: many may look at once, and nobody needs them to the minute."""


def bounds(period: str, today: date) -> tuple[date, date]:
    """First and last day of receipt, both included; `today` is the city's date."""
    if period == "this-year":
        return date(today.year, 1, 1), today
    if period == "last-year":
        return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)
    return date(today.year - 1 + today.month // 12, today.month % 12 + 1, 1), today


def figures(city: City, period: str, now: datetime) -> dict[str, Any]:
    """What page, file and API show of a period, kept for a while; `now` is UTC."""
    today = city.date_at(now)
    key = f"performance:{city.pk}:{city.version}:{period}:{today}:{get_language()}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = _computed(city, bounds(period, today), today, now)
        cache.set(key, found, KEPT)
    return found


def _computed(city: City, between: tuple[date, date], today: date, now: datetime) -> dict[str, Any]:
    since, until = between
    cases = access.counted(city).filter(received_on__gte=since, received_on__lte=until)
    book = rulebook_for(city)
    report = report_of(cases, book, today=today)
    names = dict(city.offices.values_list("pk", "name"))
    kinds = sorted(report.by_kind.items(), key=lambda pair: -pair[1].received)
    offices = sorted(report.by_office.items(), key=lambda pair: -pair[1].received)
    received = by_month(cases, since, until)
    waits = first_response_by_month(cases, book, [month for month, _n in received])
    groups = {
        _("By kind"): [(str(SubmissionKind(key).label), tally) for key, tally in kinds],
        _("By office"): [(names.get(key, ""), tally) for key, tally in offices],
    }
    hidden_months, hides_sum = withheld([n for _one, n in received])
    no_sum = {Figure.RECEIVED} if hides_sum else set()
    no_sum |= {key for rows in groups.values() for key in COUNTS if withheld(_column(rows, key))[1]}
    return {
        "since": since,
        "until": until,
        "as_of": now,
        "enough": report.total.received >= FEWEST,
        "columns": [str(key.label) for key in COUNTS] + [str(key.label) for key in SPREADS],
        "tables": [
            _table(title, rows, report.total if place == 0 else None, no_sum)
            for place, (title, rows) in enumerate(groups.items())
        ],
        "months": [
            {"on": one, "label": _month(one), "value": None if place in hidden_months else n}
            for place, (one, n) in enumerate(received)
        ],
        "waits": [{"on": one, "label": _month(one), "value": _short(found.median)} for one, found in waits]
        if any(found.median is not None for _one, found in waits)
        else [],
    }


def _short(median: float | None) -> float | None:
    return int(median) if median is not None and median == int(median) else median


def _month(day: date) -> str:
    return formats.date_format(day, "M Y")


def _column(groups: Sequence[tuple[str, Tally]], key: Figure) -> list[int]:
    return [getattr(tally, key) for _name, tally in groups]


def _table(
    title: str, groups: Sequence[tuple[str, Tally]], total: Tally | None, no_sum: Collection[Figure]
) -> dict[str, Any]:
    hidden = {key: withheld(_column(groups, key))[0] for key in COUNTS}
    rows = [
        (name, _cells(tally, {key for key in COUNTS if place in hidden[key]}))
        for place, (name, tally) in enumerate(groups)
    ]
    if total is not None:
        few = {key for key in COUNTS if is_few(getattr(total, key))}
        rows.append((_("Together"), _cells(total, {*few, *no_sum})))
    return {"title": title, "rows": rows}


def _cells(tally: Tally, hidden: Collection[Figure]) -> list[dict[str, Any]]:
    shown = [(key, _count(getattr(tally, key), key in hidden)) for key in COUNTS]
    shown += [
        (Figure.FIRST_RESPONSE, _spread(tally.first_response)),
        (Figure.COMPLETION, _spread(tally.completed)),
    ]
    return [{"key": str(key), "label": str(key.label), **cell} for key, cell in shown]


def _count(n: int, hidden: bool) -> dict[str, Any]:
    """A count as everybody may see it. The words say that it is kept back, not that it is unknown."""
    return {"text": _("not shown") if hidden else str(n), "value": None if hidden else n}


def _spread(found: Spread) -> dict[str, Any]:
    if found.median is None:
        return {"text": _("fewer than five"), "value": None, "p90": None}
    said = {"median": f"{found.median:g}", "p90": found.p90}
    text = _("median %(median)s, 90%% within %(p90)s") % said  # how many they were would tell a hidden count
    return {"text": text, "value": _short(found.median), "p90": found.p90}
