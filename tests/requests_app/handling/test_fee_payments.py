"""Payments: written down with a receipt; the clock hears of one when what was asked for is paid."""

import datetime as dt
from decimal import Decimal

import pytest

from portals.vocabulary import ClockEvent
from requests_app import escalation, fees
from requests_app.handling import fee_payments
from requests_app.lifecycle import NotAllowed
from requests_app.models import Payment, Status
from tests.requests_app.factories import FILED, Staff
from tests.requests_app.fee_cases import DAY, clock, estimate_of, estimated, line, paid, record_of
from tests.requests_app.test_fees import fresh, happened, letter


def test_parts_add_up_and_only_the_last_starts_the_clock_again(people: dict[str, Staff]) -> None:
    staff = people["portland"]
    case = estimated(staff, "25.00")
    first = paid(staff, case, "10.00", FILED + 2 * DAY)
    assert clock(case, "records-completion").state == "paused"
    body = letter(case, "payment_received").body
    assert first.receipt in body and "Paid so far: $10.00. Left: $15.00" in body
    assert "Still to be paid now: $15.00" in body and "ORS 192.329(3)" in body
    second = paid(staff, case, "15.00", FILED + 3 * DAY)
    assert clock(case, "records-completion").state == "open"
    assert happened(case).count(ClockEvent.FEE_PAID) == 1
    assert (first.receipt, second.receipt) == (f"{case.reference}-R1", f"{case.reference}-R2")


def test_a_deposit_that_is_paid_lets_the_work_go_on_and_the_rest_is_asked_for_later(people) -> None:
    staff = people["kent"]
    case = record_of(staff)
    given = estimate_of(line("default-photocopy", "200", "0.15"), pay="deposit", deposit="3.00")
    fees.estimate(case, given, by=staff.clerk, now=FILED + DAY)
    paid(staff, case, "3.00", FILED + 2 * DAY)
    found = fees.stand_of(case)
    assert (found.due_now, found.rest, found.notified) == (Decimal(0), Decimal("27.00"), False)
    fees.ask_for_payment(case, by=staff.clerk, now=FILED + 9 * DAY)
    assert "Please pay $27.00" in letter(case, "fee_asked").subject
    paid(staff, case, "27.00", FILED + 10 * DAY)
    assert fees.stand_of(case).is_settled


def test_a_check_counts_from_the_day_it_came_not_from_the_day_it_was_entered(people) -> None:
    staff = people["portland"]
    case = estimated(staff, "20.00", at=FILED + 10 * DAY)
    money = fee_payments.Money(Decimal("20.00"), "check", FILED + 14 * DAY)
    kept = fee_payments.record_payment(case, money, by=staff.clerk, now=FILED + 20 * DAY)
    event = case.events.get(happening=ClockEvent.FEE_PAID)
    assert event.happened_at == FILED + 14 * DAY and kept.received_on == dt.date(2026, 6, 15)


def test_a_payment_answers_a_notice_no_earlier_than_it_was_given(people) -> None:
    staff = people["portland"]
    case = estimated(staff, "20.00", at=FILED + 10 * DAY)
    money = fee_payments.Money(Decimal("20.00"), "cash", FILED + 2 * DAY)
    fee_payments.record_payment(case, money, by=staff.clerk, now=FILED + 20 * DAY)
    assert case.events.get(happening=ClockEvent.FEE_PAID).happened_at == FILED + 10 * DAY


def test_what_is_paid_too_much_is_told_and_given_back_and_no_more(people) -> None:
    staff = people["oklahoma-city"]
    case = estimated(staff, "10.00")
    paid(staff, case, "12.50", FILED + 2 * DAY)
    assert "to be given back: $2.50" in letter(case, "payment_received").body
    with pytest.raises(NotAllowed, match=r"\$2.50"):
        paid(staff, case, "2.51", FILED + 3 * DAY, is_refund=True)
    kept = paid(staff, case, "2.50", FILED + 3 * DAY, is_refund=True)
    assert kept.receipt == f"{case.reference}-B2"
    assert "Given back: $2.50" in letter(case, "payment_received").body
    assert fees.stand_of(case).is_settled


@pytest.mark.parametrize("amount", ["0", "-5", "1000000000", "0.001"])
def test_an_impossible_amount_is_refused(people: dict[str, Staff], amount: str) -> None:
    staff = people["kent"]
    case = estimated(staff, "3.00")
    with pytest.raises(NotAllowed, match="cannot be right"):
        paid(staff, case, amount, FILED + 2 * DAY)
    assert not Payment.objects.exists()


def test_money_without_an_estimate_or_from_an_impossible_day_is_refused(people) -> None:
    staff = people["kent"]
    case = record_of(staff)
    with pytest.raises(NotAllowed, match="No fee was estimated"):
        paid(staff, case, "3.00", FILED + DAY)
    case = estimated(staff, "3.00")
    for day in (FILED - DAY, FILED + 9 * DAY):
        money = fee_payments.Money(Decimal("3.00"), "cash", day)
        with pytest.raises(NotAllowed, match="Check the date"):
            fee_payments.record_payment(case, money, by=staff.clerk, now=FILED + 2 * DAY)


def test_money_that_comes_after_the_lapse_is_written_down_and_opens_nothing(people) -> None:
    staff = people["portland"]
    case = estimated(staff, "20.00")
    escalation.sweep(now=FILED + 90 * DAY)
    assert fresh(case).status == Status.LAPSED
    paid(staff, case, "20.00", FILED + 91 * DAY)
    assert fresh(case).status == Status.LAPSED and fees.stand_of(case).is_settled


def test_rows_and_events_say_the_same_sums_and_the_chain_holds(people: dict[str, Staff]) -> None:
    staff = people["oklahoma-city"]
    case = estimated(staff, "10.00")
    for amount in ("4.00", "4.00", "4.00"):
        paid(staff, case, amount, FILED + 2 * DAY)
    paid(staff, case, "2.00", FILED + 3 * DAY, is_refund=True)
    rows = Payment.objects.filter(submission=case)
    signed = sum(-row.amount if row.is_refund else row.amount for row in rows)
    assert signed == fees.stand_of(case).paid == Decimal("10.00")
    assert [event.computed_hash() == event.hash for event in case.events.all()].count(False) == 0
