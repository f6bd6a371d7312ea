"""Fees: what is told, agreed to and asked for; what the rules refuse; what the clocks of each city do."""

import datetime as dt
from decimal import Decimal

import pytest

from portals.templatetags.civic import city_date
from portals.vocabulary import ClockEvent
from requests_app import determinations, escalation, fees
from requests_app.correspondence import conversation
from requests_app.events.case_clocks import fee_of
from requests_app.lifecycle import NotAllowed
from requests_app.models import FeeEstimate, Notice, Status, Submission
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.fee_cases import (
    CHEAPEST,
    DAY,
    clock,
    estimate_of,
    estimated,
    line,
    paid,
    record_of,
    tell,
)

RECORDS = "records_request"


def letter(case: Submission, kind: str) -> Notice:
    return Notice.objects.filter(submission=case, kind=kind, user=None).latest("pk")


def fresh(case: Submission) -> Submission:
    return Submission.objects.get(pk=case.pk)


def happened(case: Submission) -> list[str]:
    return [event.happening for event in case.events.order_by("sequence") if event.happening]


def lapse_of(case: Submission, key: str) -> dt.date:
    """The city day on which the sweep closes the case, and not a second before its moment."""
    at = clock(case, key).next_step_at
    assert at is not None
    escalation.sweep(now=at - dt.timedelta(seconds=1))
    assert fresh(case).status == Status.ACKNOWLEDGED
    escalation.sweep(now=at)
    assert fresh(case).status == Status.LAPSED
    return at.astimezone(case.city.zone).date()


@pytest.mark.parametrize("slug", sorted(CHEAPEST))
def test_an_estimate_keeps_its_lines_with_their_rules_and_is_told_to_the_cent(
    people: dict[str, Staff], slug: str
) -> None:
    staff = people[slug]
    case = estimated(staff, "60.00")
    kept = FeeEstimate.objects.get(submission=case)
    (one,) = kept.lines.all()
    assert (kept.total, one.amount, kept.number) == (Decimal("60.00"), Decimal("60.00"), 1)
    assert one.citation and one.statement
    assert fresh(case).status == Status.ACKNOWLEDGED
    body = letter(case, "fee_estimate").body
    assert "$60.00" in body and one.citation in body and one.item in body
    assert fees.stand_of(case).total == kept.total


@pytest.mark.parametrize(
    ("slug", "given", "citation"),
    [
        ("kent", estimate_of(line("no-inspection-fee", "1", "5.00")), "RCW 42.56.120(1)"),
        ("kent", estimate_of(line("default-photocopy", "10", "0.16")), "RCW 42.56.120(2)"),
        (
            "kent",
            estimate_of(line("default-photocopy", "100", "0.15"), pay="deposit", deposit="1.51"),
            "RCW 42.56.120(4)",
        ),
        ("kansas-city", estimate_of(line("attorney-time", "1", "90")), "attorney"),
        ("oklahoma-city", estimate_of(line("city-search", "1", "4.00")), "51 O.S. § 24A.5"),
        ("oklahoma-city", estimate_of(line("city-copies", "300", "0.25"), pay="advance"), "$75"),
        ("bakersfield", estimate_of(line("inspection", "1", "5.00")), "7922.530"),
        ("bakersfield", estimate_of(line("copies", "1", "5.00"), pay="advance"), "City Clerk"),
        ("portland", estimate_of(line("actual-cost", "1", "5.00"), pay="delivery"), "ORS 192.329(3)"),
    ],
)
def test_what_the_rules_forbid_is_refused_with_the_rule_and_leaves_nothing(
    people: dict[str, Staff], slug: str, given: fees.Estimate, citation: str
) -> None:
    case = record_of(people[slug])
    with pytest.raises(NotAllowed) as refused:
        fees.estimate(case, given, by=people[slug].clerk, now=FILED + DAY)
    assert citation in str(refused.value)
    assert fresh(case).chain_length == case.chain_length
    assert not FeeEstimate.objects.exists()


@pytest.mark.parametrize(
    "kind",
    ["error_report", "dataset_request", "access_request", "misuse_report", "privacy_concern", "appeal"],
)
@pytest.mark.parametrize("slug", sorted(CHEAPEST))
def test_only_what_the_rules_speak_of_is_charged(people: dict[str, Staff], slug: str, kind: str) -> None:
    staff = people[slug]
    case = file_case(staff.city, kind)
    key = "dataset-request" if (slug, kind) == ("kansas-city", "dataset_request") else CHEAPEST[slug][0]
    given = estimate_of(line(key, "1", "0.10"))
    if key == "dataset-request":
        fees.estimate(case, given, by=staff.clerk, now=FILED + DAY)
        assert "The department may set a fee" in letter(case, "fee_estimate").body
    else:
        with pytest.raises(NotAllowed, match="No rule of this city names a fee"):
            fees.estimate(case, given, by=staff.clerk, now=FILED + DAY)


# -- the clocks


def test_portland_stands_still_from_the_notice_until_the_payment(people: dict[str, Staff]) -> None:
    staff = people["portland"]
    case = record_of(staff)
    before = clock(case, "records-completion").due_on
    tell(staff, case, "80.00", at=FILED + 2 * DAY)
    assert clock(case, "records-completion").state == "paused"
    fees.agree(case, now=FILED + 3 * DAY)
    paid(staff, case, "80.00", FILED + 9 * DAY)
    after = clock(case, "records-completion")
    assert after.state == "open" and before is not None
    assert (before, after.due_on) == (dt.date(2026, 6, 23), dt.date(2026, 6, 25))
    assert not case.deadlines.filter(clock_key="records-lapse-fee", state="open").exists()


def test_portland_closes_an_unpaid_request_the_day_after_sixty_days(people: dict[str, Staff]) -> None:
    staff = people["portland"]
    case = estimated(staff, "80.00", at=FILED + DAY)
    lapse = clock(case, "records-lapse-fee")
    assert lapse.due_on == dt.date(2026, 8, 3)  # the 60th day, 1 August, is a Saturday
    body = letter(case, "fee_estimate").body
    assert (
        city_date(dt.date(2026, 8, 3)) in body
        and city_date(dt.date(2026, 8, 4)) in body
        and "ORS 192.329(3)" in body
    )
    assert "the time limit of the city for its answer stands still" in body
    assert lapse_of(case, "records-lapse-fee") == dt.date(2026, 8, 4)
    assert "ORS 192.329(3)" in letter(case, "lapsed").body


def test_kent_goes_on_whatever_is_asked(people: dict[str, Staff]) -> None:
    staff = people["kent"]
    case = record_of(staff)
    before = {one.clock_key: one.due_on for one in case.deadlines.all()}
    given = estimate_of(line("default-photocopy", "200", "0.15"), pay="deposit", deposit="3.00")
    fees.estimate(case, given, by=staff.clerk, now=FILED + DAY)
    assert {one.clock_key: one.due_on for one in case.deadlines.all()} == before
    assert not case.deadlines.filter(state="paused").exists()
    body = letter(case, "fee_estimate").body
    assert "To be paid now: $3.00" in body and "deposit on $30.00" in body
    assert "The fee stops no time limit of the city" in body
    assert "the city's own" in body or "fee schedule" in body
    escalation.sweep(now=FILED + 400 * DAY)
    assert fresh(case).status != Status.LAPSED


@pytest.mark.parametrize(
    ("total", "due_on"),
    [("40.00", dt.date(2026, 8, 31)), ("1000.00", dt.date(2026, 8, 31)), ("1000.01", dt.date(2026, 10, 30))],
)
def test_kansas_city_lapses_after_90_or_150_days_and_says_so(
    people: dict[str, Staff], total: str, due_on: dt.date
) -> None:
    staff = people["kansas-city"]
    case = estimated(staff, total, at=FILED + DAY)
    (lapse,) = case.deadlines.filter(milestone="lapse", state="open")
    assert lapse.due_on == due_on
    body = letter(case, "fee_estimate").body
    words = "150 days" if total == "1000.01" else "90 days"
    assert words in body and city_date(due_on) in body and "610.026" in body
    assert "The fee stops no time limit of the city" in body
    assert lapse_of(case, lapse.clock_key) == lapse.acts_on == due_on + DAY


def test_kansas_city_does_not_lapse_before_it_asks_for_the_money(people: dict[str, Staff]) -> None:
    staff = people["kansas-city"]
    case = record_of(staff)
    tell(staff, case, "40.00", at=FILED + DAY, pay="delivery")
    assert not case.deadlines.filter(milestone="lapse").exists()
    assert ClockEvent.FEE_NOTIFIED not in happened(case)
    assert "Nothing is to be paid now" in letter(case, "fee_estimate").body
    fees.ask_for_payment(case, by=staff.clerk, now=FILED + 30 * DAY)
    assert clock(case, "records-lapse-fee").started_on == dt.date(2026, 7, 1)
    assert "90 days" in letter(case, "fee_asked").body
    paid(staff, case, "40.00", FILED + 40 * DAY)
    escalation.sweep(now=FILED + 300 * DAY)
    assert fresh(case).status == Status.ACKNOWLEDGED


def test_oklahoma_city_asks_for_more_than_75_dollars_in_advance(people: dict[str, Staff]) -> None:
    staff = people["oklahoma-city"]
    case = record_of(staff)
    tell(staff, case, "75.25", at=FILED + DAY, pay="advance")
    body = letter(case, "fee_estimate").body
    assert "To be paid now: $75.25" in body and "more than $75" in body
    assert not case.deadlines.filter(milestone="lapse").exists()


def test_oklahoma_city_charges_a_search_where_staff_say_why_it_may(people: dict[str, Staff]) -> None:
    staff = people["oklahoma-city"]
    case = record_of(staff)
    given = estimate_of(line("city-search", "6", "4.00"), commercial="Sells lists of addresses")
    kept = fees.estimate(case, given, by=staff.clerk, now=FILED + DAY)
    assert kept.circumstances == {"commercial": "Sells lists of addresses"}
    assert "Sells lists of addresses" in letter(case, "fee_estimate").body


# -- agreement, asking, taking back


def test_portland_charges_more_than_25_dollars_only_after_a_confirmation(people: dict[str, Staff]) -> None:
    staff = people["portland"]
    case = estimated(staff, "25.01")
    assert "Please confirm" in letter(case, "fee_estimate").body
    with pytest.raises(NotAllowed, match=r"ORS 192\.324\(4\)\(c\)"):
        paid(staff, case, "25.01", FILED + 2 * DAY)
    fees.agree(case, by=staff.clerk, now=FILED + 2 * DAY)
    paid(staff, case, "25.01", FILED + 2 * DAY)
    cheap = estimated(staff, "25.00")
    paid(staff, cheap, "25.00", FILED + 2 * DAY)


def test_agreeing_and_declining_are_each_done_once_and_told_to_the_office(people: dict[str, Staff]) -> None:
    case = estimated(people["kent"], "3.00")
    fees.agree(case, now=FILED + 2 * DAY)
    assert Notice.objects.filter(submission=case, kind="fee_agree").exists()
    with pytest.raises(NotAllowed, match="already"):
        fees.agree(case, now=FILED + 2 * DAY)
    fees.decline(case, now=FILED + 3 * DAY)
    with pytest.raises(NotAllowed, match="already"):
        fees.decline(case, now=FILED + 3 * DAY)
    with pytest.raises(NotAllowed, match="declined this fee"):
        fees.ask_for_payment(case, by=people["kent"].clerk, now=FILED + 4 * DAY)
    assert fees.stand_of(case).state == "declined"


def test_without_an_estimate_there_is_nothing_to_agree_to_ask_for_or_take_back(kent: Staff) -> None:
    case = record_of(kent)
    for act in (
        lambda: fees.agree(case, now=FILED),
        lambda: fees.decline(case, now=FILED),
        lambda: fees.ask_for_payment(case, by=kent.clerk, now=FILED),
        lambda: fees.withdraw_estimate(case, reason="Wrong", by=kent.clerk, now=FILED),
    ):
        with pytest.raises(NotAllowed, match="no estimate"):
            act()


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def test_a_new_estimate_replaces_the_one_before_and_what_was_paid_counts_on_it(people) -> None:
    staff = people["portland"]
    case = estimated(staff, "20.00")
    paid(staff, case, "20.00", FILED + 2 * DAY)
    assert clock(case, "records-completion").state == "open"
    tell(staff, case, "24.50", at=FILED + 3 * DAY)
    found = fees.stand_of(case)
    assert (found.number, found.total, found.due_now) == (2, Decimal("24.50"), Decimal("4.50"))
    assert clock(case, "records-completion").state == "paused"
    assert "To be paid now: $4.50" in letter(case, "fee_estimate").body
    tell(staff, case, "15.00", at=FILED + 4 * DAY)
    assert fees.stand_of(case).overpaid == Decimal("5.00")
    assert clock(case, "records-completion").state == "open"
    assert "to be given back: $5.00" in letter(case, "fee_estimate").body


def test_an_estimate_that_is_taken_back_lets_the_clock_go_on(people: dict[str, Staff]) -> None:
    staff = people["portland"]
    case = estimated(staff, "80.00")
    assert clock(case, "records-completion").state == "paused"
    fees.withdraw_estimate(case, reason="Counted twice.", by=staff.clerk, now=FILED + 3 * DAY)
    assert clock(case, "records-completion").state == "open"
    assert not case.deadlines.filter(clock_key="records-lapse-fee", state="open").exists()
    body = letter(case, "fee_withdrawn").body
    assert "$80.00" in body and "Counted twice." in body
    with pytest.raises(NotAllowed, match="no estimate"):
        fees.agree(case, now=FILED + 4 * DAY)


def test_a_form_that_was_overtaken_estimates_nothing(kent: Staff) -> None:
    case = record_of(kent)
    conversation.message(case, body="More", now=FILED + DAY)
    given = estimate_of(line("default-scan", "10", "0.10"))
    with pytest.raises(NotAllowed, match="Meanwhile"):
        fees.estimate(case, given, by=kent.clerk, now=FILED + DAY, revision=1)
    assert not FeeEstimate.objects.exists()


def test_an_answered_case_can_still_be_billed_but_an_ended_one_cannot(kent: Staff) -> None:
    case = record_of(kent)
    answer = determinations.Answer(determinations.Outcome.GRANTED, "Here it is.")
    determinations.determine(case, answer, by=kent.clerk, now=FILED + DAY)
    tell(kent, case, "3.00", at=FILED + 2 * DAY)
    determinations.close(case, by=kent.clerk, now=FILED + 3 * DAY)
    with pytest.raises(NotAllowed, match="is not possible now"):
        tell(kent, case, "3.00", at=FILED + 4 * DAY)
    paid(kent, case, "3.00", FILED + 5 * DAY)
    assert fees.stand_of(case).is_settled


def test_the_events_say_the_fee_by_which_the_clocks_count(people: dict[str, Staff]) -> None:
    case = estimated(people["kansas-city"], "1234.50")
    assert fee_of(case.events.order_by("sequence")) == Decimal("1234.50")


def test_a_letter_about_a_fee_carries_nothing_that_the_requester_wrote(people: dict[str, Staff]) -> None:
    case = estimated(people["portland"], "80.00", title="Secret", description="My neighbour")
    assert not [note for note in case.notices.all() if "neighbour" in note.body or "Secret" in note.subject]
