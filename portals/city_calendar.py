"""The closed days of a city as the count wants them, and as they would be with some days more or fewer.

Alone responsible for the way from ClosedYear and ClosedDay rows to a BusinessCalendar.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from portals.business_days import BusinessCalendar
from portals.models import City


def calendar_of(city: City) -> BusinessCalendar:
    """The entered years without a gap from the first on; what lies behind a gap is not entered yet."""
    years = {row.year: row for row in city.closed_years.all()}
    first = min(years, default=1)
    last = first - 1
    while last + 1 in years:
        last += 1
    return BusinessCalendar(
        closed={row.on: row.name for row in city.closed_days.all() if not row.withdrawn},
        first_year=first,
        last_year=last,
        incomplete={year: row.note for year, row in years.items() if not row.complete},
    )


def changed(
    calendar: BusinessCalendar,
    *,
    closed: Mapping[date, str] | None = None,
    opened: Iterable[date] = (),
    last_year: int | None = None,
) -> BusinessCalendar:
    """The calendar with more closed days (name by date), without the `opened` ones, or ending elsewhere."""
    days = {**calendar.closed, **(closed or {})}
    for day in opened:
        days.pop(day, None)
    return replace(calendar, closed=days, last_year=calendar.last_year if last_year is None else last_year)
