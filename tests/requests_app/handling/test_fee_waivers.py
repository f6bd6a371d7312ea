"""Waivers of a fee: asked for once, decided with reasons, told with the ways that the city's rules name."""

from decimal import Decimal

import pytest

from portals.templatetags.civic import city_date
from requests_app import escalation, fees
from requests_app.handling import fee_waivers
from requests_app.lifecycle import NotAllowed
from requests_app.models import Status, Submission, WaiverRequest
from tests.requests_app.factories import FILED, Staff
from tests.requests_app.fee_cases import CHEAPEST, DAY, clock, estimate_of, estimated, line, paid, record_of
from tests.requests_app.test_fees import fresh, letter

Decision = WaiverRequest.Decision


def asked(staff: Staff, total: str = "80.00") -> Submission:
    case = estimated(staff, total)
    fee_waivers.request_waiver(case, reasons="My newsletter reaches everybody.", now=FILED + 2 * DAY)
    return case


def decide(staff: Staff, case: Submission, decision: Decision, *, at: int = 5, amount: str = "") -> str:
    fee_waivers.decide_waiver(
        case,
        decision=decision,
        reasons="As the law has it.",
        by=staff.clerk,
        now=FILED + at * DAY,
        amount=Decimal(amount) if amount else None,
    )
    return letter(case, "fee_waiver_decided").body


def test_a_granted_waiver_ends_the_fee_and_starts_the_clock_of_portland_again(people) -> None:
    staff = people["portland"]
    case = asked(staff)
    body = decide(staff, case, Decision.GRANTED)
    assert "it is now $0.00" in body and "As the law has it." in body
    assert clock(case, "records-completion").state == "open"
    assert not case.deadlines.filter(clock_key="records-lapse-fee", state="open").exists()
    kept = case.waiver_requests.get()
    assert (kept.decision, kept.amount, kept.decided_by) == ("granted", Decimal("0.00"), staff.clerk)


def test_a_denied_waiver_starts_the_sixty_days_of_portland_again_and_can_be_petitioned(people) -> None:
    staff = people["portland"]
    case = asked(staff)
    first = clock(case, "records-lapse-fee").due_on
    body = decide(staff, case, Decision.DENIED, at=20)
    second = clock(case, "records-lapse-fee")
    assert second.due_on > first and city_date(second.due_on) in body
    assert clock(case, "records-completion").state == "paused"
    assert "ORS 192.324(6)" in body and "district attorney" in body and "may petition" in body
    escalation.sweep(now=FILED + 78 * DAY)
    assert fresh(case).status == Status.ACKNOWLEDGED
    escalation.sweep(now=FILED + 90 * DAY)
    assert fresh(case).status == Status.LAPSED


def test_where_no_law_gives_a_review_the_letter_does_not_invent_one(people) -> None:
    body = decide(people["oklahoma-city"], asked(people["oklahoma-city"]), Decision.DENIED)
    assert "may petition" not in body
    body = decide(people["kansas-city"], asked(people["kansas-city"]), Decision.DENIED)
    assert "not open here" in body and "no administrative appeal" in body
    body = decide(people["kent"], asked(people["kent"], "3.00"), Decision.DENIED)
    assert "not specified on the cited page" in body or "RCW" in body


def test_a_lowered_fee_is_asked_for_anew_with_its_own_last_day(people) -> None:
    staff = people["portland"]
    case = asked(staff)
    body = decide(staff, case, Decision.REDUCED, at=20, amount="20.00")
    assert "The fee was $80.00; it is now $20.00" in body and "To be paid now: $20.00" in body
    assert clock(case, "records-lapse-fee").started_on == (FILED + 20 * DAY).date()
    paid(staff, case, "20.00", FILED + 21 * DAY)
    assert clock(case, "records-completion").state == "open"


def test_a_lowered_fee_changes_the_term_of_kansas_city(people) -> None:
    staff = people["kansas-city"]
    case = asked(staff, "1500.00")
    assert case.deadlines.filter(clock_key="records-lapse-large-fee", state="open").exists()
    decide(staff, case, Decision.REDUCED, amount="900.00")
    assert clock(case, "records-lapse-fee").state == "open"
    assert not case.deadlines.filter(clock_key="records-lapse-large-fee", state="open").exists()


def test_a_deposit_on_a_lowered_fee_keeps_its_limit(people) -> None:
    staff = people["kent"]
    case = record_of(staff)
    given = estimate_of(line("default-photocopy", "200", "0.15"), pay="deposit", deposit="3.00")
    fees.estimate(case, given, by=staff.clerk, now=FILED + DAY)
    fee_waivers.request_waiver(case, reasons="Few pages matter", now=FILED + 2 * DAY)
    decide(staff, case, Decision.REDUCED, amount="10.00")
    assert fees.stand_of(case).asked == Decimal("1.00")


@pytest.mark.parametrize("amount", ["", "0", "-1", "80.00", "100"])
def test_a_fee_is_lowered_to_less_than_it_was_and_more_than_nothing(people, amount: str) -> None:
    staff = people["portland"]
    case = asked(staff)
    with pytest.raises(NotAllowed, match="less than"):
        decide(staff, case, Decision.REDUCED, amount=amount)
    assert fees.stand_of(case).waiver == "requested"


def test_a_waiver_is_asked_for_once_with_reasons_and_decided_before_anything_else(people) -> None:
    staff = people["portland"]
    case = estimated(staff, "80.00")
    with pytest.raises(NotAllowed, match="Say why"):
        fee_waivers.request_waiver(case, reasons=" ", now=FILED + DAY)
    with pytest.raises(NotAllowed, match="No request for a waiver is open"):
        decide(staff, case, Decision.DENIED)
    fee_waivers.request_waiver(case, reasons="Public interest", now=FILED + 2 * DAY)
    assert case.notices.filter(kind="waiver_request").exists()
    assert fresh(case).requester_wrote_at == FILED + 2 * DAY
    with pytest.raises(NotAllowed, match="already"):
        fee_waivers.request_waiver(case, reasons="Again", now=FILED + 2 * DAY)
    with pytest.raises(NotAllowed, match="Decide on it first"):
        fees.withdraw_estimate(case, reason="Wrong", by=staff.clerk, now=FILED + 3 * DAY)
    decide(staff, case, Decision.DENIED)
    with pytest.raises(NotAllowed, match="already"):
        fee_waivers.request_waiver(case, reasons="Again", now=FILED + 6 * DAY)


def test_what_was_paid_before_a_waiver_is_given_back(people) -> None:
    staff = people["portland"]
    case = asked(staff, "20.00")
    paid(staff, case, "5.00", FILED + 3 * DAY)
    assert "to be given back: $5.00" in decide(staff, case, Decision.GRANTED)


@pytest.mark.parametrize("slug", sorted(CHEAPEST))
def test_a_waiver_can_be_asked_for_everywhere_and_the_letter_says_what_the_page_leaves_open(
    people, slug: str
) -> None:
    case = estimated(people[slug], "60.00")
    told = letter(case, "fee_estimate").body
    known = slug in ("kansas-city", "portland", "kent")
    assert ("When the city does so is not specified on the cited page" in told) != known
    fee_waivers.request_waiver(case, reasons="Public interest", now=FILED + 2 * DAY)


def test_the_requesters_reasons_stand_in_no_letter_and_no_event(people) -> None:
    staff = people["portland"]
    case = asked(staff)
    decide(staff, case, Decision.DENIED)
    assert not [notice for notice in case.notices.all() if "newsletter" in notice.body]
    assert not [event for event in case.events.all() if "newsletter" in str(event.data)]
