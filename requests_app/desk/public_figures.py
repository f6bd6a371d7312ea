"""The figures that everybody may see of how a city does, where there are enough cases to say something.

Nothing here tells of a single case: counts from one to four are not shown, and below five there is no median.
The page and the API show the same.
"""

from collections.abc import Iterable
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
from requests_app.desk.reports import FEWEST, Spread, Tally, by_month, first_response_by_month, report_of

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
    kind_rows = [(str(SubmissionKind(key).label), tally) for key, tally in kinds]
    return {
        "since": since,
        "until": until,
        "as_of": now,
        "enough": report.total.received >= FEWEST,
        "columns": [str(key.label) for key in COUNTS] + [str(key.label) for key in SPREADS],
        "tables": [
            _table(_("By kind"), [*kind_rows, (_("Together"), report.total)]),
            _table(_("By office"), [(names.get(key, ""), tally) for key, tally in offices]),
        ],
        "months": [{"on": one, "label": _month(one), "value": _count(n)["value"]} for one, n in received],
        "waits": [{"on": one, "label": _month(one), "value": _short(found.median)} for one, found in waits]
        if any(found.median is not None for _one, found in waits)
        else [],
    }


def _short(median: float | None) -> float | None:
    return int(median) if median is not None and median == int(median) else median


def _month(day: date) -> str:
    return formats.date_format(day, "M Y")


def _table(title: str, groups: Iterable[tuple[str, Tally]]) -> dict[str, Any]:
    return {"title": title, "rows": [(name, _cells(tally)) for name, tally in groups]}


def _cells(tally: Tally) -> list[dict[str, Any]]:
    shown = [(key, _count(getattr(tally, key))) for key in COUNTS]
    shown += [
        (Figure.FIRST_RESPONSE, _spread(tally.first_response)),
        (Figure.COMPLETION, _spread(tally.completed)),
    ]
    return [{"key": str(key), "label": str(key.label), **cell} for key, cell in shown]


def _count(n: int) -> dict[str, Any]:
    """A count as everybody may see it; from one to four none, so that no single case can be read from it. The
    words say so: it is not that nothing is known."""
    few = 0 < n < FEWEST
    return {"text": _("fewer than five") if few else str(n), "value": None if few else n}


def _spread(found: Spread) -> dict[str, Any]:
    if found.median is None:
        return {"text": _("fewer than five"), "value": None, "p90": None}
    said = {"median": f"{found.median:g}", "p90": found.p90, "n": found.n}
    text = _("median %(median)s, 90%% within %(p90)s (n\u00a0=\u00a0%(n)s)") % said
    return {"text": text, "value": _short(found.median), "p90": found.p90}
