"""Turns reasons (code + parameters) into plain sentences in the reader's language.

Alone responsible for the words of an explanation: pages, letters, commands and the API all take them here.
A new family of codes gets a table of its own and a line in SENTENCES.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any, Protocol

from django.utils import dateformat
from django.utils.formats import time_format
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext_lazy, pgettext
from django.utils.translation import gettext_lazy as _

from portals.business_days import Reason
from portals.route_sentences import ROUTE_SENTENCES
from portals.vocabulary import ClockEvent, DayUnit, Milestone, OfficeRole


class Explained(Protocol):
    """Anything that carries reasons: a computed deadline, a route."""

    @property
    def reasons(self) -> Iterable[Reason]: ...


START_SENTENCES: dict[str, Any] = {
    "started.submitted": _("It was submitted on %(on)s."),
    "started.received": _("It was received on %(on)s."),
    "started.received_by_custodian": _("The custodian of records received it on %(on)s."),
    "started.acknowledged": _("It was acknowledged on %(on)s."),
    "started.completed": _("It was completed on %(on)s."),
    "started.determined": _("It was decided on %(on)s."),
    "started.clarification_asked": _("The city asked for clarification on %(on)s."),
    "started.clarification_answered": _("The clarification was given on %(on)s."),
    "started.clarification_declined": _("The clarification was declined on %(on)s."),
    "started.fee_notified": _("The city named the fee on %(on)s."),
    "started.fee_paid": _("The fee was paid on %(on)s."),
    "started.fee_waived": _("The fee was waived on %(on)s."),
    "started.fee_waiver_denied": _("The city refused to waive the fee on %(on)s."),
    "started.extension_notified": _("The city gave notice of an extension on %(on)s."),
    "started.estimate_set": _("The city gave an estimated date on %(on)s."),
    "started.instalment_released": _("The last part was released on %(on)s."),
    "started.denied": _("The request was denied on %(on)s."),
    "started.statement_requested": _("A written statement of the reasons was asked for on %(on)s."),
    "started.statement_given": _("The written statement of the reasons was given on %(on)s."),
    "started.review_requested": _("A review was asked for on %(on)s."),
    "started.petition_received": _("The petition was received on %(on)s."),
    "started.order_issued": _("The order was issued on %(on)s."),
    "started.violation_ascertained": _("The violation could be known on %(on)s."),
    "started.after": _(
        "The count runs from %(on)s, the last day of the earlier step (%(milestone)s). "
        "It makes no difference whether that step was done early."
    ),
    "joined": _("That is the day of the earliest of the submissions that were joined here."),
    "day_zero": _("That day is day 0, so it does not count."),
    "served_as.received": _("No other receipt is recorded, so it counts as received when it was submitted."),
    "served_as.received_by_custodian": _(
        "No hand-over from another office is recorded, so the custodian received it on the same day."
    ),
    "latest_counts": _("Several things that start this clock have happened. The latest one counts."),
    "happened_again": ngettext_lazy(
        "This happened %(count)d time. The last time counts.",
        "This happened %(count)d times. The last time counts.",
        "count",
    ),
    "after_hours": _(
        "It came in after closing time (%(closing)s). It still counts on the date on which it came in."
    ),
}

COUNT_SENTENCES: dict[str, Any] = {
    "must": "%(text)s",
    "source": _("The rule is from %(citation)s."),
    "source.titled": _("The rule is from %(citation)s: %(title)s."),
    "office_target": _("This is the office's own target, not a legal deadline."),
    "target.set": _("The city set it for what is received from %(on)s on."),
    "confirmed.silent": _("How many days the city has is not specified on the cited page (%(citation)s)."),
    "confirmed": _("%(office)s confirmed the time limit on %(on)s (%(citation)s)."),
    "fee.over": _("This time limit holds because the fee is over %(amount)s."),
    "fee.up_to": _("This time limit holds because the fee is not over %(amount)s."),
    "fee.unknown": _("No fee is known, so the time limit for a fee of up to %(amount)s holds."),
    "count.business": ngettext_lazy(
        "Count %(count)d day on which the office is open.",
        "Count %(count)d days on which the office is open.",
        "count",
    ),
    "count.calendar": ngettext_lazy(
        "Count %(count)d calendar day. Weekends and holidays count too.",
        "Count %(count)d calendar days. Weekends and holidays count too.",
        "count",
    ),
    "count.years": ngettext_lazy(
        "Count %(count)d year. A period of years ends on the same date.",
        "Count %(count)d years. A period of years ends on the same date.",
        "count",
    ),
    "leap_day": _("A period of years that begins on February 29 ends on February 28."),
    "closed.weekend": ngettext_lazy(
        "%(days)s does not count: weekend.", "%(days)s do not count: weekend.", "count"
    ),
    "closed.named": _("%(on)s does not count: %(name)s."),
    "last_would_be": _("The count ends on %(on)s."),
    "rolled": _("The office is closed on that day, so the last day moves to %(on)s."),
    "rolled.sunday": _("The last day may not be a Sunday, so it moves to %(on)s."),
    "last_day": _("The last day is %(on)s."),
    "by_decision": _("The decision of %(office)s on the appeal %(appeal)s sets this date."),
    "incomplete": _(
        "A closed day of %(year)s may still be missing here, which could move the date: %(note)s"
    ),
    "not_entered": _("The closed days of %(year)s are not entered yet, so no date can be given."),
    "closing": _("The office closes earlier (%(closing)s), but the last day is counted until midnight."),
    "not_specified": _(
        "How many days the city has is not specified on the cited page. %(office)s must confirm it."
    ),
    "not_specified.nobody": _(
        "How many days the city has is not specified on the cited page. "
        "The responsible office must confirm it."
    ),
    "not_specified.after": _(
        "The earlier step (%(milestone)s) has no date: it is not specified on the cited page. "
        "So this step has no date either."
    ),
}

STOP_SENTENCES: dict[str, Any] = {
    "stopped.clarification": _(
        "The days from %(on)s through %(to_on)s do not count: the city waited for clarification."
    ),
    "stopped.fee": _("The days from %(on)s through %(to_on)s do not count: the city waited for the fee."),
    "stopped.both": _(
        "The days from %(on)s through %(to_on)s do not count: "
        "the city waited for clarification and for the fee."
    ),
    "stopped.clarification.day": _("%(on)s does not count: the city waited for clarification."),
    "stopped.fee.day": _("%(on)s does not count: the city waited for the fee."),
    "stopped.both.day": _("%(on)s does not count: the city waited for clarification and for the fee."),
    "stopped.too_late": _("The stop that began on %(on)s changes nothing: the last day had passed by then."),
    "paused.clarification": _(
        "The clock has been stopped since %(on)s: the city is waiting for clarification."
    ),
    "paused.fee": _("The clock has been stopped since %(on)s: the city is waiting for the fee."),
    "paused.both": _(
        "The clock has been stopped since %(on)s: the city is waiting for clarification and for the fee."
    ),
    "paused.after": _(
        "The earlier step (%(milestone)s) has no date while its clock is stopped, so this step has none yet."
    ),
    "left.business": ngettext_lazy(
        "When it starts again, %(count)d business day is left.",
        "When it starts again, %(count)d business days are left.",
        "count",
    ),
    "left.calendar": ngettext_lazy(
        "When it starts again, %(count)d calendar day is left.",
        "When it starts again, %(count)d calendar days are left.",
        "count",
    ),
}

OUTCOME_SENTENCES: dict[str, Any] = {
    "cap.earlier": _("A second limit counts from %(on)s and ends on %(to_on)s. It is earlier, so it holds."),
    "cap.later": _(
        "A second limit counts from %(on)s and ends on %(to_on)s. It is not earlier, so it changes nothing."
    ),
    "extended": _("Notice of an extension was given on %(on)s, in time. The new last day is %(to_on)s."),
    "extended.full": _(
        "Notice of an extension was given on %(on)s, in time. It names no date, "
        "so the new last day is the latest one allowed: %(to_on)s."
    ),
    "extended.cut": _(
        "Notice of an extension was given on %(on)s, in time. It names %(until_on)s, "
        "but the latest day allowed is %(to_on)s."
    ),
    "extended.not_later": _(
        "The extension notice of %(on)s names %(until_on)s, which is no later than the last day. "
        "It changes nothing."
    ),
    "extended.too_late": _(
        "The extension notice of %(on)s does not count: it had to be given by %(due_on)s."
    ),
    "extendable.start": _(
        "With a notice given in time the city may take up to %(count)d %(unit)s from the start, until %(on)s."
    ),
    "extendable.due": _(
        "With a notice given in time the city may take up to %(count)d more %(unit)s, until %(on)s."
    ),
    "extendable.rolled": _(
        "That count ends on %(on)s, when the office is closed, so it moves to the next possible day."
    ),
    "source.extension": _("The rule on extensions is from %(citation)s."),
    "met.early": ngettext_lazy(
        "Done on %(on)s (%(event)s), %(count)d day before the last day.",
        "Done on %(on)s (%(event)s), %(count)d days before the last day.",
        "count",
    ),
    "met.on_the_day": _("Done on %(on)s (%(event)s), on the last day."),
    "met.late": ngettext_lazy(
        "Done on %(on)s (%(event)s), %(count)d day late.",
        "Done on %(on)s (%(event)s), %(count)d days late.",
        "count",
    ),
    "met.undated": _("Done on %(on)s (%(event)s)."),
    "promised": _("The office named %(on)s as the date to expect."),
    "acts": _("Nothing is done by itself on the last day. The system may act from %(on)s."),
}

CLOCK_SENTENCES: dict[str, Any] = {
    **START_SENTENCES,
    **COUNT_SENTENCES,
    **STOP_SENTENCES,
    **OUTCOME_SENTENCES,
}

SENTENCES: dict[str, Any] = {**CLOCK_SENTENCES, **ROUTE_SENTENCES}
"""Code -> lazy text with named placeholders."""


def long_date(day: date) -> str:
    """`Thursday, June 4, 2026`, in the active language."""
    return dateformat.format(day, pgettext("a date with its weekday, Django date format", "l, F j, Y"))


def _date(stored: str) -> str:
    return long_date(date.fromisoformat(stored))


def _dates(stored: list[str]) -> str:
    return get_text_list([_date(day) for day in stored], gettext("and"))


def _amount(stored: str) -> str:
    return f"${Decimal(stored):,.2f}".removesuffix(".00")


WORDS: dict[str, Callable[[Any], Any]] = {
    "days": _dates,
    "event": lambda stored: ClockEvent(stored).label,
    "milestone": lambda stored: Milestone(stored).label,
    "unit": lambda stored: DayUnit(stored).label,
    "closing": lambda stored: time_format(time.fromisoformat(stored), "TIME_FORMAT"),
    "amount": _amount,
    "role": lambda stored: OfficeRole(stored).label,
}
"""Parameter name -> how its value is shown. `on` and `..._on` are dates; all others stand as they are."""


def _shown(params: Mapping[str, Any]) -> dict[str, Any]:
    shown = {}
    for name, value in params.items():
        if name == "on" or name.endswith("_on"):
            shown[name] = _date(value)
        else:
            shown[name] = WORDS[name](value) if name in WORDS else value
    return shown


def sentence(reason: Reason) -> str:
    """One reason as one plain sentence. An old code without words must not break a page."""
    text = SENTENCES.get(reason.code)
    if text is None:
        return gettext("The words for this step are missing (%(code)s).") % {"code": reason.code}
    return text % _shown(reason.params)


def sentences(reasons: Iterable[Reason]) -> list[str]:
    """Each reason as a sentence, in order."""
    return [sentence(reason) for reason in reasons]


def deadline_sentences(deadline: Explained) -> list[str]:
    """Why this date: one plain sentence a step."""
    return sentences(deadline.reasons)
