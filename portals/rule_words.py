"""What a rule says as words for people: the table of a clock, grounds of an appeal, what a denial needs.

Alone responsible for these words and for finding the cited page behind a label. Pure, except that
`Sources.of` reads a city's citations once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import formats
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portals.clockwork.happenings import CLARIFICATION, FEE
from portals.clockwork.rules import ClockRule, Extension
from portals.explained import business_days
from portals.models import Citation, City, Confirmation
from portals.vocabulary import ClockEvent, DayUnit, Milestone, Roll

GROUNDS: dict[str, Any] = {
    "denial": gettext_lazy("a denial"),
    "silence": gettext_lazy("no answer"),
    "fee_waiver": gettext_lazy("a refusal to waive a fee"),
    "estimate": gettext_lazy("an estimate of time or cost"),
    "handling": gettext_lazy("how it was handled"),
}
UNLESS: dict[str, Any] = {
    "elected_official": gettext_lazy("the record is held by an elected official"),
    "commercial": gettext_lazy("the request is for a commercial purpose"),
}
REQUIRES: dict[str, Any] = {
    "reasons": gettext_lazy("the reasons"),
    "exemption": gettext_lazy("the exemption relied on"),
    "explanation": gettext_lazy("how it applies"),
    "names_and_titles": gettext_lazy("who decided, with name and title"),
    "review_notice": gettext_lazy("how to have it reviewed"),
    "on_request_only": gettext_lazy("in writing when it is asked for"),
}
STOPS: dict[str, Any] = {
    CLARIFICATION: gettext_lazy("a question to the requester, until it is answered or declined"),
    FEE: gettext_lazy("a fee, until it is paid or waived"),
}


@dataclass(frozen=True)
class Sources:
    """The citations of a city, found by their key in the database or by their label."""

    by_pk: Mapping[int, Citation]
    by_label: Mapping[tuple[str, str], Citation]

    @classmethod
    def of(cls, city: City) -> Sources:
        """Reads them; one query."""
        rows = list(city.citations.all())
        by_label = {(row.label, ""): row for row in reversed(rows)}
        by_label |= {(row.label, row.title): row for row in rows}
        return cls({row.pk: row for row in rows}, by_label)

    def cited(self, label: str, title: str = "") -> Citation | str:
        """The cited page with this label (and title), or the label where there is no such row."""
        return self.by_label.get((label, title)) or self.by_label.get((label, "")) or label


def several(codes: Iterable[str], words: Mapping[str, Any]) -> str:
    """Codes as one list in words; a code without words stands as it is."""
    return get_text_list([str(words.get(code, code)) for code in codes], _("or"))


def all_of(codes: Iterable[str], words: Mapping[str, Any]) -> str:
    """As `several`, where each of them is wanted."""
    return get_text_list([str(words.get(code, code)) for code in codes], _("and"))


def events_words(names: Iterable[str]) -> str:
    """Clock events as one list in words."""
    return get_text_list([str(ClockEvent(name).label) for name in names], _("or"))


def span_words(count: int, unit: str) -> str:
    """ "5 business days", "1 year"."""
    if unit == DayUnit.BUSINESS:
        return business_days(count)
    if unit == DayUnit.YEARS:
        return ngettext("%(count)d year", "%(count)d years", count) % {"count": count}
    return ngettext("%(count)d calendar day", "%(count)d calendar days", count) % {"count": count}


def starts_words(rule: ClockRule, rules: Iterable[ClockRule]) -> str:
    """What starts a clock; `rules` are all clocks of the city, for the step before."""
    if rule.after:
        before = next((other for other in rules if other.key == rule.after), None)
        milestone = Milestone(before.milestone).label if before else rule.after
        return _("the last day of the step before (%(milestone)s), even if that was done early") % {
            "milestone": milestone
        }
    if len(rule.starts_on) > 1 and rule.pick == "latest":
        return _("the latest of these: %(events)s") % {"events": events_words(rule.starts_on)}
    if len(rule.starts_on) > 1:
        labels = [str(ClockEvent(name).label) for name in rule.starts_on]
        return _("%(first)s; if that is missing: %(others)s") % {
            "first": labels[0],
            "others": get_text_list(labels[1:], _("or")),
        }
    return events_words(rule.starts_on)


def fee_words(rule: ClockRule) -> str:
    """For which fee a clock holds; empty where for any."""
    if rule.fee_over is not None:
        return _("only where the fee is over %(amount)s") % {"amount": dollars(rule.fee_over)}
    if rule.fee_up_to is not None:
        return _("where the fee is %(amount)s or less, or not known") % {"amount": dollars(rule.fee_up_to)}
    return ""


def dollars(amount: Decimal) -> str:
    """ "$0.15", "$1,000"."""
    return f"${amount:,.2f}".removesuffix(".00")


def confirmation_words(row: Confirmation | None) -> dict[str, Any] | None:
    """A confirmation as `components/confirmed.html` wants it; None for none."""
    if row is None:
        return None
    return {
        "words": span_words(row.count, row.unit) if row.count else row.words,
        "office": row.office.name,
        "on": row.confirmed_on,
        "from_on": row.effective_from,
        "citation": row.citation_label,
        "url": row.citation_url,
    }


def in_force_words(begin: date | None, end: date | None) -> str:
    """Since when and until when a version holds; empty where that was not entered."""
    begins = formats.date_format(begin, "DATE_FORMAT") if begin else ""
    ends = formats.date_format(end, "DATE_FORMAT") if end else ""
    if begin and end:
        return _("for what is received from %(begin)s through %(end)s") % {"begin": begins, "end": ends}
    if begin:
        return _("for what is received from %(begin)s on") % {"begin": begins}
    return _("for what was received through %(end)s") % {"end": ends} if end else ""


def clock_facts(rule: ClockRule, rules: Iterable[ClockRule]) -> list[tuple[str, str]]:
    """The table of a clock: what is to be read, and what it says. Lines that say nothing are left out."""
    counted = rule.count is not None
    lines = [
        (_("Counts from"), starts_words(rule, rules)),
        (_("Time"), span_words(rule.count, rule.unit) if rule.count is not None else ""),
        (_("Days"), _days(rule) if counted else ""),
        (_("Met by"), events_words(rule.met_by)),
        (_("Stopped by"), _stops(rule) if counted else ""),
        (_("Ended by"), events_words(rule.ended_by)),
        (_("Extension"), _extension(rule.extension) if rule.extension else ""),
        (_("Second limit"), cap_words(rule)),
        (_("Fee"), fee_words(rule)),
        (_("Afterwards"), _("it takes effect by itself on the day after the last day") if rule.acts else ""),
        (_("In force"), in_force_words(rule.effective_from, rule.effective_to)),
    ]
    return [(name, words) for name, words in lines if words]


def _days(rule: ClockRule) -> str:
    if rule.unit == DayUnit.BUSINESS:
        return _("days on which the office is open; the day on which it starts is day 0")
    if rule.unit == DayUnit.YEARS:
        return _("it ends on the same date")
    if rule.roll == Roll.NONE:
        return _("every day counts; the last day stands as it is")
    if rule.roll == Roll.SUNDAY:
        return _("every day counts; a last day on a Sunday moves to the Monday after it")
    return _("every day counts; a last day on which the office is closed moves to the next open day")


def _stops(rule: ClockRule) -> str:
    if rule.unit == DayUnit.YEARS:
        return ""
    return several(rule.paused_by, STOPS) if rule.paused_by else _("nothing")


def _extension(extension: Extension) -> str:
    if extension.counts_from == "start" and extension.total:
        told = _("to %(span)s from the start at the latest, with notice given in time")
        words = told % {"span": span_words(extension.total, extension.unit)}
    else:
        told = _("by %(span)s more at the latest, with notice given in time")
        words = told % {"span": span_words(extension.limit, extension.unit)}
    return f"{words} ({extension.citation})" if extension.citation else words


def cap_words(rule: ClockRule) -> str:
    """The second anchor of a clock; empty where it has none."""
    if rule.cap is None:
        return ""
    return _("%(span)s from %(events)s; the earlier of both dates holds") % {
        "span": span_words(rule.cap.count, rule.cap.unit),
        "events": events_words(rule.cap.starts_on),
    }
