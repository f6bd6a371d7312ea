"""Adds and withdraws closed days of a city, and enters whole years; open cases follow in one audited batch.

A day in the past is refused: what was counted and acted on stays as it was. What comes from the city's file
stays there too; withdrawing such a day only says that it does not count.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from portals import setup_log
from portals.models import City, ClosedDay, ClosedYear, Recount, User
from portals.rulebook import rulebook_for
from portals.templatetags.civic import city_date
from portals.vocabulary import SetupAct
from requests_app.lifecycle import NotAllowed
from requests_app.setup.door import changing

SUBJECT = "closed_days"
SATURDAY = 5
_LINE = re.compile(r"(\d{4}-\d{2}-\d{2})\s*[:;,]?\s+(\S.*)")


@dataclass(frozen=True)
class Source:
    """Where it is written that the offices are closed or open, and why staff enter it."""

    label: str
    url: str = ""
    reason: str = ""


def wrong_day(city: City, on: date, *, today: date) -> str:
    """Why this day cannot be added; "" where it can. Both are city dates."""
    calendar = rulebook_for(city).calendar
    if on <= today:
        return _("%(on)s is not to come any more. Only days from tomorrow on can be changed.") % {
            "on": city_date(on)
        }
    if on.weekday() >= SATURDAY:
        return _("%(on)s is a weekend day: no business day is counted on it anyway.") % {"on": city_date(on)}
    if not calendar.first_year <= on.year <= calendar.last_year:
        return _("The closed days of %(year)d are not entered yet. Enter the whole year first.") % {
            "year": on.year
        }
    if on in calendar.closed:
        return _("%(on)s is a closed day already: %(name)s.") % {
            "on": city_date(on),
            "name": calendar.closed[on],
        }
    return ""


def wrong_withdrawal(city: City, on: date, *, today: date) -> str:
    """Why this day cannot be withdrawn; "" where it can."""
    if on <= today:
        return _("%(on)s is not to come any more. Only days from tomorrow on can be changed.") % {
            "on": city_date(on)
        }
    if on not in rulebook_for(city).calendar.closed:
        return _("%(on)s is no closed day here.") % {"on": city_date(on)}
    return ""


def _sourced(source: Source) -> None:
    if not source.label.strip():
        raise NotAllowed(_("Say where it is written: a change of the closed days needs a citation."))
    if not source.reason.strip():
        raise NotAllowed(_("Say why: everybody whose date moves reads it."))


def add(
    city: City,
    on: date,
    name: str,
    source: Source,
    *,
    by: User,
    now: datetime,
    revision: int | None = None,
) -> Recount:
    """The offices are closed on a day to come. Raises NotAllowed."""
    with changing(city, SUBJECT, revision=revision) as held:
        _sourced(source)
        if not name.strip():
            raise NotAllowed(_("Give the day a name."))
        if wrong := wrong_day(held, on, today=held.date_at(now)):
            raise NotAllowed(wrong)
        values = {
            "name": name[:100],
            "source": source.label,
            "source_url": source.url,
            "reason": source.reason,
            "withdrawn": False,
        }
        row, made = held.closed_days.get_or_create(on=on, defaults=values)
        if not made:  # withdrawn before; a day of the file keeps its own name and citation
            kept = ("withdrawn", "reason") if row.citation_id else tuple(values)
            ClosedDay.objects.filter(pk=row.pk).update(**{field: values[field] for field in kept})
        after = {"on": on, "name": name, "citation": source.label, "url": source.url}
        what = SetupAct.CLOSED_DAY_ADD
        _log(held, what, f"{city_date(on)}: {name}", by, now, after=after, reason=source.reason)
        return _queue(held, [on], [], source.reason, by=by, now=now)


def withdraw(
    city: City, on: date, source: Source, *, by: User, now: datetime, revision: int | None = None
) -> Recount:
    """The offices are open on this day after all. Raises NotAllowed."""
    with changing(city, SUBJECT, revision=revision) as held:
        _sourced(source)
        if wrong := wrong_withdrawal(held, on, today=held.date_at(now)):
            raise NotAllowed(wrong)
        row = held.closed_days.get(on=on)
        ClosedDay.objects.filter(pk=row.pk).update(withdrawn=True, reason=source.reason)
        after = {"on": on, "open": True, "citation": source.label, "url": source.url}
        before = {"on": on, "name": row.name}
        what = SetupAct.CLOSED_DAY_WITHDRAW
        label = f"{city_date(on)}: {row.name}"
        _log(held, what, label, by, now, before=before, after=after, reason=source.reason)
        return _queue(held, [], [on], source.reason, by=by, now=now)


@dataclass(frozen=True)
class Year:
    """A whole year: weekdays on which the offices are closed. `note` says what is missing if not complete."""

    year: int
    days: Mapping[date, str]
    complete: bool = True
    note: str = ""


def read_days(written: str, year: int) -> tuple[dict[date, str], list[str]]:
    """The days of a list, one a line ("2028-01-17 Martin Luther King Jr. Day"), and what is wrong with it."""
    days: dict[date, str] = {}
    wrong: list[str] = []
    for number, line in enumerate(written.splitlines(), start=1):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line.strip())
        day = _day(found[1]) if found else None
        place = {"number": number}
        if found is None or day is None:
            wrong.append(
                _("Line %(number)d: write a date and a name, like 2028-07-04 Independence Day.") % place
            )
        elif day.year != year:
            wrong.append(_("Line %(number)d: this day is not in %(year)d.") % {**place, "year": year})
        elif day.weekday() >= SATURDAY:
            wrong.append(_("Line %(number)d: this is a weekend day; leave it out.") % place)
        elif day in days:
            wrong.append(_("Line %(number)d: this day stands twice.") % place)
        else:
            days[day] = found[2][:100]
    return days, wrong


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def wrong_year(city: City, year: int) -> str:
    """Why this year cannot be entered; "" where it can."""
    calendar = rulebook_for(city).calendar
    if year != calendar.last_year + 1:
        return _("Years are entered one after the other. The next one is %(year)d.") % {
            "year": calendar.last_year + 1
        }
    return ""


def enter_year(
    city: City, given: Year, source: Source, *, by: User, now: datetime, revision: int | None = None
) -> Recount:
    """Enter the closed days of the next year; cases that waited for them get dates. Raises NotAllowed."""
    with changing(city, SUBJECT, revision=revision) as held:
        _sourced(source)
        if wrong := wrong_year(held, given.year):
            raise NotAllowed(wrong)
        if not given.days:
            raise NotAllowed(_("Enter the closed days of the year, one a line."))
        if not given.complete and not given.note.strip():
            raise NotAllowed(_("Say which day is still missing."))
        cited = {"source": source.label, "source_url": source.url}
        ClosedYear.objects.create(
            city=held, year=given.year, complete=given.complete, note=given.note, **cited
        )
        for on, name in sorted(given.days.items()):
            held.closed_days.get_or_create(on=on, defaults={"name": name, "reason": source.reason, **cited})
        after = {
            "year": given.year,
            "days": {on.isoformat(): name for on, name in sorted(given.days.items())},
            "citation": source.label,
            "url": source.url,
        }
        what = SetupAct.CLOSED_YEAR
        _log(held, what, str(given.year), by, now, after=after, reason=source.reason)
        more = {"last_year_before": given.year - 1}
        return _queue(held, sorted(given.days), [], source.reason, by=by, now=now, **more)


def _log(
    city: City,
    what: SetupAct,
    label: str,
    by: User,
    now: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    setup_log.write(city, what, SUBJECT, label, now=now, by=by, before=before, after=after, reason=reason)


def _queue(
    city: City,
    added: Sequence[date],
    withdrawn: Sequence[date],
    reason: str,
    *,
    by: User,
    now: datetime,
    **more: Any,
) -> Recount:
    return Recount.objects.create(
        city=city,
        what=Recount.What.CLOSED_DAYS,
        first_on=min([*added, *withdrawn]),
        data={
            "added": [day.isoformat() for day in added],
            "withdrawn": [day.isoformat() for day in withdrawn],
            **more,
        },
        reason=reason,
        at=now,
        by=by,
        by_name=str(by)[:200],
        next_at=now,
    )
