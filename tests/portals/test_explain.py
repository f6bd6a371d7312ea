"""The words of an explanation."""

import inspect
import re
import string
from datetime import date, time
from decimal import Decimal
from types import ModuleType

import pytest
from django.utils import translation

from portals import business_days, clocks
from portals.business_days import BusinessCalendar, Reason
from portals.clocks import ClockRule, Extension, Happening, compute
from portals.clockwork import counting
from portals.explain import CLOCK_SENTENCES, SENTENCES, deadline_sentences, long_date, sentence
from portals.vocabulary import ClockEvent

KIND = ("records_request",)
CALENDAR = BusinessCalendar({date(2026, 6, 19): "Juneteenth"}, 2026, 2028)
PORTLAND = [
    ClockRule("ack", KIND, "acknowledgement", ("received",), count=5, citation="ORS 192.324(2)"),
    ClockRule(
        "done",
        KIND,
        "completion",
        after="ack",
        count=10,
        because="By then the city must complete the request.",
        citation="ORS 192.329(5)",
        citation_title="Time for completing",
        paused_by=("clarification", "fee"),
    ),
]


def words(rules: list[ClockRule], *events: Happening, fee: str = "") -> list[str]:
    found = compute(
        rules,
        events,
        calendar=CALENDAR,
        time_zone="America/Los_Angeles",
        fee=Decimal(fee) if fee else None,
        closing_time=time(17),
    )
    return deadline_sentences(found[-1])


def test_each_step_is_a_sentence_and_each_day_that_does_not_count_is_named() -> None:
    assert words(PORTLAND, Happening("received", date(2026, 6, 4))) == [
        "By then the city must complete the request.",
        "The rule is from ORS 192.329(5): Time for completing.",
        "The count runs from Thursday, June 11, 2026, the last day of the earlier step (Acknowledgement). "
        "It makes no difference whether that step was done early.",
        "Count 10 days on which the office is open.",
        "Saturday, June 13, 2026 and Sunday, June 14, 2026 do not count: weekend.",
        "Friday, June 19, 2026 does not count: Juneteenth.",
        "Saturday, June 20, 2026 and Sunday, June 21, 2026 do not count: weekend.",
        "The last day is Friday, June 26, 2026.",
        "The office closes earlier (5 p.m.), but the last day is counted until midnight.",
    ]


def test_a_stopped_clock_says_since_when_and_what_is_left() -> None:
    told = words(
        PORTLAND, Happening("received", date(2026, 6, 4)), Happening("fee_notified", date(2026, 6, 25))
    )
    assert told[-2:] == [
        "The clock has been stopped since Thursday, June 25, 2026: the city is waiting for the fee.",
        "When it starts again, 2 business days are left.",
    ]


def test_what_is_not_specified_says_so_and_names_who_must_confirm() -> None:
    rule = ClockRule(
        "r", KIND, "response", ("received",), status="not_specified", confirm_with="The City Clerk"
    )
    told = words([rule], Happening("received", date(2026, 6, 4)))
    assert "not specified on the cited page" in told[-1]
    assert "The City Clerk must confirm it." in told[-1]


def test_a_moved_end_and_the_reach_of_an_extension_are_told() -> None:
    rule = ClockRule(
        "d",
        KIND,
        "determination",
        ("received",),
        count=10,
        unit="calendar",
        roll="next_open_day",
        extension=Extension(14, counts_from="start", total=24),
    )
    told = words([rule], Happening("received", date(2026, 6, 4)))
    assert "The office is closed on that day, so the last day moves to Monday, June 15, 2026." in told
    assert (
        "With a notice given in time the city may take up to 24 calendar days from the start, "
        "until Monday, June 29, 2026." in told
    )
    assert (
        "That count ends on Sunday, June 28, 2026, when the office is closed, "
        "so it moves to the next possible day." in told
    )


@pytest.mark.parametrize(
    ("fee", "told"),
    [
        ("", "No fee is known, so the time limit for a fee of up to $1,000 holds."),
        ("12.50", "This time limit holds because the fee is not over $1,000."),
    ],
)
def test_the_fee_that_decided_is_told(fee: str, told: str) -> None:
    rule = ClockRule("l", KIND, "lapse", ("fee_notified",), count=90, fee_up_to=Decimal(1000))
    assert told in words([rule], Happening("fee_notified", date(2026, 6, 4)), fee=fee)


def test_one_day_is_not_told_in_the_plural() -> None:
    assert sentence(Reason("left.business", {"count": 1})) == "When it starts again, 1 business day is left."
    single = Reason("closed.weekend", {"days": ["2026-06-06"], "count": 1})
    assert sentence(single) == "Saturday, June 6, 2026 does not count: weekend."


def test_every_event_that_can_start_a_clock_has_its_sentence() -> None:
    assert {f"started.{name}" for name in ClockEvent.values} <= set(CLOCK_SENTENCES)


PARAMS = {
    "on": "2026-06-04",
    "to_on": "2026-06-05",
    "until_on": "2026-06-06",
    "due_on": "2026-06-07",
    "days": ["2026-06-06", "2026-06-07"],
    "count": 2,
    "text": "x",
    "citation": "x",
    "title": "x",
    "amount": "25",
    "appeal": "x",
    "name": "x",
    "year": "2027",
    "note": "x",
    "closing": "17:00",
    "office": "x",
    "milestone": "completion",
    "event": "completed",
    "unit": "business",
}


@pytest.mark.parametrize("code", sorted(CLOCK_SENTENCES))
def test_every_sentence_can_be_said(code: str) -> None:
    told = sentence(Reason(code, PARAMS))
    assert not set(re.findall(r"%\(\w+\)", told))
    assert told.startswith(("x", *string.ascii_uppercase, *string.digits))


@pytest.mark.parametrize("module", [clocks, counting, business_days])
def test_every_code_that_the_engine_uses_has_words(module: ModuleType) -> None:
    source = inspect.getsource(module)
    written = re.findall(
        r'"((?:extended|extendable|met|cap|fee|paused|not_specified|rolled)[.a-z_]*)"', source
    )
    used = [*re.findall(r'Reason\(\s*"([^"]+)"', source), *(code for code in written if "." in code)]
    used += [value for name, value in vars(module).items() if name in ("WEEKEND", "CLOSED_DAY")]
    assert used
    assert set(used) <= set(SENTENCES)


@pytest.mark.parametrize("ending", ["clarification", "fee", "both"])
@pytest.mark.parametrize("code", ["paused.{}", "stopped.{}", "stopped.{}.day"])
def test_every_cause_of_a_stop_has_words(code: str, ending: str) -> None:
    assert code.format(ending) in SENTENCES


def test_a_code_of_an_older_version_does_not_break_the_page() -> None:
    assert sentence(Reason("gone", {"on": "2026-06-04"})) == "The words for this step are missing (gone)."


def test_dates_are_told_in_the_language_of_the_reader() -> None:
    assert long_date(date(2026, 6, 4)) == "Thursday, June 4, 2026"
    with translation.override("es"):
        assert "jueves" in long_date(date(2026, 6, 4)).lower()
