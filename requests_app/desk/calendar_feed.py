"""Dates of cases as an iCalendar (RFC 5545): all-day events of city dates, without any person's data.

An event names the reference and the kind of a case, what is due and which rule says so. Its UID stays the
same as long as the deadline is the same, so that a calendar program moves an event instead of adding one.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from requests_app.models import Deadline

ONE_DAY = timedelta(days=1)


def calendar(rows: Iterable[Deadline], *, name: str, now: datetime) -> bytes:
    """The calendar of these deadlines, each with its case. `name` is what the calendar program shows."""
    found = Calendar()
    found.add("prodid", "-//Civicdata//Deadlines//EN")
    found.add("version", "2.0")
    found.add("calscale", "GREGORIAN")
    found.add("x-wr-calname", _on_one_line(name))
    found.add("refresh-interval", timedelta(hours=6), parameters={"VALUE": "DURATION"})
    for row in rows:
        if row.due_on:
            found.add_component(_event(row, now))
    return bytes(found.to_ical())


def uid(row: Deadline) -> str:
    """Stable for one deadline of one case and round, and different between sites."""
    host = settings.SITE_URL.partition("://")[2].partition("/")[0]
    return f"{row.submission.reference}-{row.cycle}-{row.clock_key}@{host}"


def _event(row: Deadline, now: datetime) -> Event:
    case = row.submission
    assert row.due_on is not None
    event = Event()
    event.add("uid", uid(row))
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", row.due_on)
    event.add("dtend", row.due_on + ONE_DAY)
    event.add("summary", f"{row.get_milestone_display()}: {case.reference}")
    event.add("description", _description(row))
    event.add("url", settings.SITE_URL + reverse("requests_app:staff_case", args=[case.reference]))
    event.add("categories", [str(row.get_milestone_display())])
    event.add("transp", "TRANSPARENT")
    return event


def _description(row: Deadline) -> str:
    case = row.submission
    lines = [str(case.get_kind_display()), _on_one_line(f"{case.office}, {case.city}")]
    rule = " · ".join(part for part in (row.citation, str(row.get_layer_display())) if part)
    lines.append(_("Rule: %(rule)s") % {"rule": _on_one_line(rule)})
    if row.acts_on:
        lines.append(_("Takes effect by itself on %(on)s.") % {"on": row.acts_on.isoformat()})
    return "\n".join(lines)


def _on_one_line(text: str) -> str:
    """Without control characters, which no line of a calendar may hold."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
