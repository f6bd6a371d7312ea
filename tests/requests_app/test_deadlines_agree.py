"""Whatever happens to a case, its deadlines are those that `explain deadlines` gives for the same events."""

import datetime as dt
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portals.models import City
from portals.vocabulary import ClockEvent, ClockState, Outcome, SubmissionKind
from requests_app import deadlines, determinations, intake
from requests_app.correspondence import conversation
from requests_app.determinations import Answer
from requests_app.escalation import sweep
from requests_app.events import case_clocks
from requests_app.lifecycle import NotAllowed, apply, locked
from requests_app.models import Action, Submission
from requests_app.preservation.verification import verify
from tests.requests_app.factories import FILED, Staff, filing
from tests.requests_app.part_cases import answered

DENIED = Answer(Outcome.DENIED, "No.", exemption="1", explanation="So.", responsible="A. Clerk, Clerk")
GRANTED = Answer(Outcome.GRANTED, "Here.")


def recorded(happening: str, **data: str) -> Callable[[Submission, Staff, dt.datetime], None]:
    """What happened outside the software, as the act that enters it writes it."""

    def act(case: Submission, staff: Staff, now: dt.datetime) -> None:
        with transaction.atomic():
            row = locked(case)
            apply(
                row,
                Action.RECORD,
                now=now,
                by=staff.clerk,
                happening=happening,
                data=data,
            )
            deadlines.recompute(row)

    return act


def until(now: dt.datetime, days: int) -> dt.date:
    return now.date() + dt.timedelta(days=days)


ACTS: dict[str, Callable[[Submission, Staff, dt.datetime], Any]] = {
    "acknowledge": lambda case, who, now: intake.acknowledge(case, by=who.clerk, now=now),
    "promise": lambda case, who, now: intake.acknowledge(
        case, by=who.clerk, now=now, estimate_until=until(now, 20)
    ),
    "ask": lambda case, who, now: conversation.ask(case, body="Which?", by=who.clerk, now=now),
    "answer": lambda case, who, now: conversation.answer(case, body="These", now=now),
    "decline": lambda case, who, now: conversation.answer(case, body="", now=now, declined=True),
    "estimate": lambda case, who, now: determinations.estimate(
        case, until=until(now, 9), reason="Many", by=who.clerk, now=now
    ),
    "extend": lambda case, who, now: determinations.extend(
        case, until=until(now, 14), reason="Search", by=who.clerk, now=now
    ),
    "deny": lambda case, who, now: answered(case, DENIED, by=who.clerk, now=now),
    "grant": lambda case, who, now: determinations.determine(case, GRANTED, by=who.clerk, now=now),
    "close": lambda case, who, now: determinations.close(case, by=who.clerk, now=now),
    "statement": lambda case, who, now: conversation.request_statement(case, now=now),
    "fee": recorded(ClockEvent.FEE_NOTIFIED, amount="50"),
    "large fee": recorded(ClockEvent.FEE_NOTIFIED, amount="1500"),
    "paid": recorded(ClockEvent.FEE_PAID),
    "part": recorded(ClockEvent.INSTALMENT_RELEASED),
    "petition": recorded(ClockEvent.PETITION_RECEIVED),
    "order": recorded(ClockEvent.ORDER_ISSUED),
    "sweep": lambda case, who, now: sweep(now=now),
}


def explained(case: Submission) -> list[tuple[Any, ...]]:
    """What the command gives for the events of the case."""
    events = list(case.events.exclude(happening="").order_by("sequence"))
    words = ["explain", "deadlines", "--city", case.city.slug, "--kind", case.kind, "--json"]
    for event in events:
        until = f"/{event.until}" if event.until else ""
        words += ["--event", f"{event.happening}={event.happened_at.isoformat()}{until}"]
    fee = case_clocks.fee_of(events)
    words += ["--fee", str(fee)] if fee else []
    out = io.StringIO()
    call_command(*words, stdout=out)
    return sorted(
        tuple(map(str, (item[name] for name in COLUMNS))) for item in json.loads(out.getvalue())["deadlines"]
    )


COLUMNS = ("milestone", "due_on", "acts_on", "extendable_to", "state", "layer", "citation")


def stored(case: Submission) -> list[tuple[Any, ...]]:
    """What stands in the tables, without clocks that no longer run, the office's own target (a records
    request has it for its ladder only), and without telling apart what ended by itself."""
    rows = case.deadlines.filter(cycle=case.cycle).exclude(clock_key=case_clocks.TARGET_KEY)
    return sorted(tuple(str(getattr(row, name)) for name in COLUMNS) for row in rows)


def agree(case: Submission) -> None:
    given, kept = explained(case), stored(case)
    acted = case.deadlines.filter(escalations__step="act").exists()
    for row in given:
        as_ended = (*row[:4], str(ClockState.MET), *row[5:])
        assert row in kept or (acted and as_ended in kept), (row, kept)
    for row in kept:
        assert row in given or row[4] == ClockState.MET, (row, given)


@pytest.fixture
def staff(people: dict[str, Staff]) -> dict[str, Staff]:
    return people


STEPS = st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(1, 30 * 24)), min_size=1, max_size=7)


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(slug=st.sampled_from(["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"]), steps=STEPS)
def test_any_life_of_a_records_request(
    staff: dict[str, Staff], slug: str, steps: list[tuple[str, int]]
) -> None:
    who = staff[slug]
    with transaction.atomic():
        case = intake.submit(filing(who.city, SubmissionKind.RECORDS_REQUEST), now=FILED).submission
        now = FILED
        for name, hours in steps:
            now += dt.timedelta(hours=hours)
            try:
                ACTS[name](case, who, now)
            except NotAllowed:
                continue
            case.refresh_from_db()
            agree(case)
        assert list(verify()) == []
        transaction.set_rollback(True)


def test_a_slip_in_a_stored_date_would_be_seen(cities: dict[str, City]) -> None:
    """The control of `agree`."""
    case = intake.submit(filing(cities["kent"], SubmissionKind.RECORDS_REQUEST), now=FILED).submission
    agree(case)
    case.deadlines.filter(milestone="response").update(due_on=dt.date(2026, 6, 9))
    with pytest.raises(AssertionError):
        agree(case)
