"""Several people, sweeps and senders at the same moment: real threads with connections of their own."""

import datetime as dt
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import close_old_connections, connection, transaction
from django.test import override_settings

from portals import setup_log
from portals.models import Absence, Member, Office
from requests_app import intake, routing
from requests_app.correspondence import conversation, delivery, letters
from requests_app.desk import absences, bulk_acts
from requests_app.escalation import sweep
from requests_app.lifecycle import NotAllowed
from requests_app.models import (
    Action,
    BulkResult,
    Deadline,
    Escalation,
    Event,
    Message,
    Notice,
    Submission,
)
from requests_app.preservation.verification import verify
from tests.requests_app.correspondence.test_delivery import letter
from tests.requests_app.factories import FILED, Staff, file_case, filing
from tests.requests_app.smtp_stub import smtp_stub
from tests.requests_app.test_escalation import at

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'",
        reason="SQLite lives in memory here; tests/faults does it there with processes",
    ),
]
LATER = FILED + dt.timedelta(hours=1)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Start all at the same moment, each in a thread; what each returned or raised."""
    results: list[Any] = [None] * len(works)
    gate = threading.Barrier(len(works))

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            results[place] = work()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    close_old_connections()
    return results


@pytest.fixture
def kent(committed_city: Callable[[str], Staff]) -> Staff:
    return committed_city("kent")


def test_one_form_sent_from_many_browsers_at_once_is_one_case(kent: Staff) -> None:
    form = filing(kent.city, dataset=kent.dataset)
    filed = at_once(*[lambda: intake.submit(form, now=FILED)] * 8)
    assert len({result.submission.pk for result in filed}) == 1
    assert [result.code is not None for result in filed].count(True) == 1
    assert Submission.objects.count() == 1
    assert Notice.objects.filter(user=None).count() == 1


def test_sweeps_at_once_take_each_step_once(kent: Staff) -> None:
    cases = [file_case(kent.city, dataset=kent.dataset) for _number in range(30)]
    now = at(kent.city, dt.date(2026, 7, 31))
    reports = at_once(*[lambda: sweep(now=now, batch=4)] * 4)
    assert not [report for report in reports if isinstance(report, Exception) or report.put_off]
    assert sum(report.taken.total() for report in reports) == 6 * len(cases)
    sweep(now=now)
    assert Escalation.objects.count() == 6 * len(cases)
    assert Counter(Submission.objects.values_list("chain_length", flat=True)) == {7: len(cases)}
    assert Notice.objects.filter(kind="escalated").count() == len(cases)
    assert list(verify()) == []


def naive_sweep(gate: threading.Barrier) -> None:
    """How not to do it: look, act, then mark."""
    for deadline in Deadline.objects.filter(next_step_at__lte=at_the_end):
        gate.wait(10)
        Notice.objects.create(
            city=deadline.submission.city,
            kind="naive",
            email="rita@people.example",
            key=f"naive:{deadline.pk}:{threading.get_ident()}",
            created_at=FILED,
        )
        Deadline.objects.filter(pk=deadline.pk).update(next_step_at=None)


at_the_end = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


def test_a_sweep_that_looks_and_then_acts_would_fire_twice(kent: Staff) -> None:
    """The control: if this could not fail, the test above would prove nothing."""
    file_case(kent.city, dataset=kent.dataset)
    gate = threading.Barrier(2)
    at_once(lambda: naive_sweep(gate), lambda: naive_sweep(gate))
    assert Notice.objects.filter(kind="naive").count() == 2


def test_what_people_do_while_the_clock_runs_is_never_undone(kent: Staff) -> None:
    cases = [file_case(kent.city, dataset=kent.dataset) for _number in range(12)]
    now = at(kent.city, dt.date(2026, 7, 31))

    def people() -> None:
        for case in cases:
            intake.acknowledge(case, by=kent.alice, now=now)

    results = at_once(lambda: sweep(now=now, batch=2), people, lambda: sweep(now=now, batch=3))
    assert not [result for result in results if isinstance(result, Exception)]
    for case in Submission.objects.all():
        assert (case.status, case.acknowledged_at) == ("acknowledged", now)
        last = case.events.last()
        assert (last.action, last.sequence) == ("acknowledge", case.chain_length)
    assert list(verify()) == []


def test_an_act_that_waits_for_a_referral_does_not_lose_the_case(kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    clerk = Office.objects.get(city=kent.city, key="city-clerk")
    referred = threading.Event()

    def refers() -> None:
        with transaction.atomic():
            routing.refer(case, to=clerk, reason="Yours", by=kent.alice, now=LATER)
            referred.set()
            time.sleep(0.3)

    def notes() -> None:
        assert referred.wait(10)
        conversation.note(case, body="Mine", by=kent.bob, now=LATER)

    assert at_once(refers, notes) == [None, None]
    assert [event.action for event in case.events.all()] == ["submit", "refer", "note"]
    assert list(verify()) == []


def test_of_two_who_claim_at_once_one_gets_the_case(kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    results = at_once(
        lambda: intake.claim(case, by=kent.alice, now=LATER),
        lambda: intake.claim(case, by=kent.bob, now=LATER),
    )
    assert [isinstance(result, NotAllowed) for result in results].count(True) == 1
    case.refresh_from_db()
    assert case.chain_length == 2


def test_of_two_forms_that_saw_the_same_case_one_is_told(kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    results = at_once(
        lambda: intake.acknowledge(case, by=kent.alice, now=LATER, revision=1),
        lambda: conversation.withdraw(case, now=LATER, revision=1),
    )
    (refused,) = [result for result in results if isinstance(result, Exception)]
    assert isinstance(refused, NotAllowed)
    assert "Meanwhile" in str(refused)


def test_senders_at_once_never_send_a_letter_twice(kent: Staff) -> None:
    for _number in range(120):
        letter(kent.city)
    backend = "django.core.mail.backends.smtp.EmailBackend"
    with (
        smtp_stub() as box,
        override_settings(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=box.port),
    ):
        runs = at_once(*[lambda: delivery.deliver(now=FILED)] * 4)
    assert not [run for run in runs if isinstance(run, Exception)]
    assert sum(run.sent for run in runs) == 120
    assert len(box.ids) == len(set(box.ids)) == 120
    assert not Notice.objects.exclude(state="sent", attempts=1, maybe_duplicate=False).exists()


def test_daily_letters_written_at_once_are_one_a_person(kent: Staff) -> None:
    file_case(kent.city, dataset=kent.dataset)
    written = at_once(*[lambda: delivery.write_digests(now=FILED)] * 4)
    assert sum(written) == Notice.objects.filter(kind="digest").count() == 3


def test_what_nobody_claimed_is_raised_once_by_sweeps_at_once(kent: Staff) -> None:
    cases = [file_case(kent.city, dataset=kent.dataset) for _number in range(20)]
    for case in cases:
        intake.acknowledge(case, by=kent.alice, now=LATER)
    now = at(kent.city, dt.date(2026, 6, 4))
    reports = at_once(*[lambda: sweep(now=now, batch=3)] * 4)
    assert not [report for report in reports if isinstance(report, Exception)]
    sweep(now=now)
    raised = Event.objects.filter(action="raise_unclaimed").values_list("submission", flat=True)
    assert Counter(raised) == {case.pk: 1 for case in cases}
    assert Notice.objects.filter(kind="unclaimed", user=kent.bob).count() == len(cases)
    assert list(verify()) == []


def test_a_run_over_many_cases_that_is_sent_twice_at_once_is_done_once(kent: Staff) -> None:
    cases = [file_case(kent.city, dataset=kent.dataset) for _number in range(6)]

    def send() -> None:
        chosen = [(case.reference, 1) for case in cases]
        run = bulk_acts.start(key="k", by=kent.alice, action=Action.NOTE, cases=chosen, now=LATER)
        bulk_acts.work(
            run,
            Submission.objects.order_by("pk"),
            refusal=lambda row: "",
            do=lambda row, revision: conversation.note(
                row, body="Same cause", by=kent.alice, now=LATER, revision=revision
            ),
        )

    assert not [error for error in at_once(send, send, send) if error]
    assert Counter(BulkResult.objects.values_list("done", flat=True)) == {True: len(cases)}
    assert Message.objects.count() == len(cases)


def test_of_two_absences_entered_at_once_that_exclude_each_other_one_stands(kent: Staff) -> None:
    alice, bob = (Member.objects.get(user=user) for user in (kent.alice, kent.bob))
    days = {"from_on": dt.date(2026, 6, 2), "to_on": dt.date(2026, 6, 9), "now": FILED}
    results = at_once(
        lambda: absences.enter(alice, deputy=bob, by=kent.alice, **days),
        lambda: absences.enter(bob, deputy=alice, by=kent.bob, **days),
    )
    assert [isinstance(result, NotAllowed) for result in results].count(True) == 1
    assert Absence.objects.count() == 1


def test_of_two_who_change_a_letter_at_once_one_is_told(kent: Staff) -> None:
    facts = {"action": Action.ASK, "name": "Which years", "now": FILED}
    first = letters.save(kent.city, body="One", by=kent.clerk, **facts)
    results = at_once(
        *[
            lambda body=body: letters.save(kent.city, body=body, by=kent.clerk, letter=first, seen=1, **facts)
            for body in ("Two", "Three")
        ]
    )
    assert [isinstance(result, NotAllowed) for result in results].count(True) == 1
    assert first.versions.count() == 2


@pytest.mark.parametrize("holding", ["city", "person"])
def test_nobody_waits_to_file_or_for_the_clock_while_a_setup_or_a_daily_letter_is_written(
    kent: Staff, holding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What refers to a row wants its key to stay, not the row to be unchanged."""
    case = file_case(kent.city, dataset=kent.dataset)
    now = at(kent.city, dt.date(2026, 7, 31))
    held, done = threading.Event(), threading.Event()
    in_time = []

    def wait(*_given: Any) -> None:
        held.set()
        in_time.append(done.wait(5))

    def hold() -> None:
        if holding == "person":
            monkeypatch.setattr(delivery, "_write_digest", wait)
            delivery.write_digests(now=now)
            return
        with transaction.atomic():
            setup_log.held(kent.city)
            wait()

    def work() -> None:
        held.wait(5)
        file_case(kent.city, dataset=kent.dataset)
        sweep(now=now)
        done.set()

    assert at_once(hold, work) == [None, None]
    assert all(in_time), "somebody waited for the row"
    assert Escalation.objects.filter(deadline__submission=case).exists()
