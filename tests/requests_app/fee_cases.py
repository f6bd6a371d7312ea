"""Estimates and payments for tests: what each city's rules let staff enter."""

import datetime as dt
from decimal import Decimal
from typing import Any

from portals.fee_terms import Line
from portals.vocabulary import PaymentTime
from requests_app import fees
from requests_app.handling import fee_payments
from requests_app.models import Deadline, FeeEstimate, Payment, Submission
from tests.requests_app.factories import FILED, Staff, file_case

DAY = dt.timedelta(days=1)
CHEAPEST = {
    "kansas-city": ("staff-time", "advance"),
    "kent": ("default-photocopy", "delivery"),
    "oklahoma-city": ("city-copies", "delivery"),
    "portland": ("actual-cost", "advance"),
    "bakersfield": ("copies", "delivery"),
}
"""A charge that the city's rules know, and a way to ask for it that always holds."""


def line(key: str, quantity: str, rate: str, note: str = "As the clerk counted") -> Line:
    return Line(key, Decimal(quantity), Decimal(rate), note)


def estimate_of(*lines: Line, pay: str = "delivery", deposit: str = "", **holding: str) -> fees.Estimate:
    return fees.Estimate(
        lines, PaymentTime(pay), Decimal(deposit) if deposit else None, circumstances=holding
    )


def record_of(staff: Staff, **more: Any) -> Submission:
    return file_case(staff.city, "records_request", **more)


def estimated(staff: Staff, total: str, *, at: dt.datetime = FILED + DAY, **more: Any) -> Submission:
    """A records request with an estimate of this sum, by a rule that names only the cost or a low rate."""
    case = record_of(staff, **more)
    tell(staff, case, total, at=at)
    return case


def tell(staff: Staff, case: Submission, total: str, *, at: dt.datetime, pay: str = "") -> FeeEstimate:
    key, usual = CHEAPEST[staff.city.slug]
    rate = {"kent": "0.15", "oklahoma-city": "0.25"}.get(staff.city.slug, total)
    given = estimate_of(line(key, str(Decimal(total) / Decimal(rate)), rate), pay=pay or usual)
    return fees.estimate(case, given, by=staff.clerk, now=at)


def paid(staff: Staff, case: Submission, amount: str, at: dt.datetime, **more: Any) -> Payment:
    money = fee_payments.Money(Decimal(amount), "check", at, **more)
    return fee_payments.record_payment(case, money, by=staff.clerk, now=more.pop("now", at))


def clock(case: Submission, key: str) -> Deadline:
    return case.deadlines.get(clock_key=key, cycle=case.cycle)
