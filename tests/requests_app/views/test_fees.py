"""Fees through HTTP: staff estimate and record, the requester agrees, asks for a waiver, sees receipts."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from portals.models import City
from requests_app import escalation, fees
from requests_app.events.fee_stand import stand
from requests_app.handling import fee_waivers
from requests_app.models import FeeEstimate, Status, Submission
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.fee_cases import CHEAPEST, estimated, paid
from tests.requests_app.pages import filed, hidden, main_of
from tests.requests_app.staff_pages import page, signed_in

DAY = dt.timedelta(days=1)
NOW = FILED + 2 * DAY


@pytest.fixture(autouse=True)
def two_days_later(time_machine) -> None:
    time_machine.move_to(NOW, tick=False)


def act(staff: Staff, case: Submission, action: str, **values: object):
    revision = Submission.objects.get(pk=case.pk).chain_length
    url = reverse("requests_app:act", args=[case.reference, action])
    return signed_in(staff.clerk).post(url, {"revision": revision, **values})


def line(number: int, item: str, quantity: str, rate: str = "", note: str = "") -> dict[str, str]:
    typed = {"item": item, "quantity": quantity, "rate": rate, "note": note}
    return {f"{name}_{number}": value for name, value in typed.items()}


def stand_of(case: Submission):
    return stand(case.events.order_by("sequence"))


def mine(client: Client, slug: str) -> Submission:
    case = Submission.objects.get(reference=filed(client, slug, "records_request"))
    client.get(f"/track/{case.reference}/")
    return case


def press(client: Client, case: Submission, action: str, body: str = ""):
    shown = client.get(f"/track/{case.reference}/fee/")
    return client.post(f"/track/{case.reference}/fee/", {**hidden(shown), "action": action, "body": body})


def test_kent_from_the_estimate_over_the_deposit_to_the_last_receipt(people, client: Client) -> None:
    staff, case = people["kent"], mine(client, "kent")
    lines = {**line(1, "default-photocopy", "200"), **line(4, "default-scan", "12", "0.05", "Two-sided")}
    answer = act(staff, case, "fee_estimate", pay="deposit", deposit="3.06", **lines)
    assert answer.status_code == 302, main_of(answer)
    kept = FeeEstimate.objects.get(submission=case)
    assert (kept.total, kept.asked, kept.lines.count()) == (Decimal("30.60"), Decimal("3.06"), 2)

    words = main_of(client.get(f"/track/{case.reference}/"))
    assert "$30.60" in words and "$3.06" in words and "Lines, payments and receipts" in words
    bill = main_of(client.get(f"/track/{case.reference}/fee/"))
    assert "Photocopy" in bill and "RCW 42.56.120(2)" in bill and "Two-sided" in bill
    assert "the fee stops no time limit" in bill.lower()
    assert press(client, case, "agree").status_code == 302
    assert stand_of(case).state == "agreed"

    today = NOW.astimezone(staff.city.zone).date().isoformat()
    assert act(staff, case, "fee_record", amount="$3.06", method="check", on=today).status_code == 302
    assert stand_of(case).due_now == 0
    assert act(staff, case, "fee_ask").status_code == 302
    assert stand_of(case).due_now == Decimal("27.54")
    act(staff, case, "fee_record", amount="27.54", method="cash", on=today)
    number = case.payments.last().receipt
    receipt = client.get(f"/track/{case.reference}/fee/{number}/")
    assert number in main_of(receipt) and "$27.54" in main_of(receipt)
    assert number in main_of(page(signed_in(staff.clerk), "staff_receipt", case.reference, number))
    assert Client().get(f"/track/{case.reference}/fee/{number}/").status_code == 200
    assert "$27.54" not in main_of(Client().get(f"/track/{case.reference}/fee/{number}/"))


REFUSED = [
    ("kent", {**line(1, "no-inspection-fee", "1", "5")}, {"pay": "delivery"}, "RCW 42.56.120(1)"),
    ("kent", {**line(2, "default-photocopy", "10", "0.20")}, {"pay": "delivery"}, "$0.15"),
    (
        "kent",
        {**line(1, "default-photocopy", "10")},
        {"pay": "deposit", "deposit": "0.16"},
        "at most 10 percent",
    ),
    ("kansas-city", {**line(1, "attorney-time", "2", "90")}, {"pay": "delivery"}, "may not be charged"),
    ("oklahoma-city", {**line(1, "city-search", "2")}, {"pay": "delivery"}, "nothing but business"),
    ("oklahoma-city", {**line(1, "city-copies", "300")}, {"pay": "advance"}, "more than $75"),
    ("bakersfield", {**line(1, "inspection", "1", "5")}, {"pay": "delivery"}, "may not be charged"),
    ("portland", {**line(1, "actual-cost", "1", "40")}, {"pay": "advance"}, "how the rate was found"),
    ("portland", {**line(1, "", "1", "40", "Work")}, {"pay": "advance"}, "Choose what is charged for"),
    ("kent", {**line(1, "default-photocopy", "")}, {"pay": "delivery"}, "Say how many"),
    ("bakersfield", {**line(1, "copies", "3")}, {"pay": "delivery"}, "enter the rate"),
    ("kent", {}, {"pay": "delivery"}, "at least one line"),
]


@pytest.mark.parametrize(("slug", "lines", "more", "said"), REFUSED)
def test_the_form_refuses_and_cites_and_keeps_what_was_typed(people, slug, lines, more, said) -> None:
    staff = people[slug]
    case = file_case(staff.city, "records_request")
    answer = act(staff, case, "fee_estimate", note="Kept as typed", **lines, **more)
    assert answer.status_code == 422 and said in main_of(answer), main_of(answer)
    assert "Kept as typed" in answer.content.decode()
    assert not FeeEstimate.objects.exists()


def test_a_search_in_oklahoma_city_is_charged_where_staff_say_why(people) -> None:
    staff = people["oklahoma-city"]
    case = file_case(staff.city, "records_request")
    lines = line(1, "city-search", "2")
    answer = act(staff, case, "fee_estimate", pay="delivery", why_commercial="Sells lists", **lines)
    assert answer.status_code == 302
    assert stand_of(case).total == Decimal("8.00")


@pytest.mark.parametrize("slug", sorted(CHEAPEST))
def test_the_acts_about_a_fee_are_offered_only_where_they_have_an_object(people, slug: str) -> None:
    staff = people[slug]
    record = file_case(staff.city, "records_request")
    report = file_case(staff.city, dataset=staff.dataset)
    client = signed_in(staff.clerk)
    before = page(client, "staff_case", record.reference).content.decode()
    assert "/fee_estimate/" in before and "/fee_record/" not in before and "/waiver_decide/" not in before
    assert "/fee_estimate/" not in page(client, "staff_case", report.reference).content.decode()
    case = estimated(staff, "60.00")
    fee_waivers.request_waiver(case, reasons="Public interest", now=NOW)
    after = page(client, "staff_case", case.reference).content.decode()
    assert "/waiver_decide/" in after and "/fee_record/" in after and "/fee_estimate/" not in after
    assert "asked for, not yet decided" in after


def test_the_page_of_a_case_asks_the_database_no_more_because_of_a_fee(
    people, django_assert_max_num_queries
) -> None:
    staff = people["portland"]
    case = estimated(staff, "20.00")
    for _part in range(3):
        paid(staff, case, "5.00", NOW)
    client = signed_in(staff.clerk)
    with django_assert_max_num_queries(8):
        page(client, "staff_case", case.reference)
    with django_assert_max_num_queries(14):
        page(client, "staff_fee", case.reference)


def test_portland_waiver_through_the_pages_with_its_petition(people, client: Client) -> None:
    staff, case = people["portland"], mine(client, "portland")
    lines = line(1, "actual-cost", "2", "40", "Two hours of a clerk")
    assert act(staff, case, "fee_estimate", pay="advance", **lines).status_code == 302
    bill = main_of(client.get(f"/track/{case.reference}/fee/"))
    assert "ORS 192.324(4)(c)" in bill and "stands still" in bill and "Last day to pay" in bill
    assert press(client, case, "waiver", " ").status_code == 422
    assert press(client, case, "waiver", "I write for everybody").status_code == 302
    shown = page(signed_in(staff.clerk), "act", case.reference, "waiver_decide")
    assert "I write for everybody" in main_of(shown) and "ORS 192.324(6)" in main_of(shown)
    assert act(staff, case, "waiver_decide", decision="reduced", reasons="Some").status_code == 422
    answer = act(staff, case, "waiver_decide", decision="denied", reasons="Mostly for business.")
    assert answer.status_code == 302, main_of(answer)
    told = main_of(client.get(f"/track/{case.reference}/fee/"))
    assert "may petition" in told and "district attorney" in told and "Mostly for business." in told
    assert "Appeal the decision on the waiver" in told


def test_what_came_by_phone_is_entered_with_its_day(people) -> None:
    staff = people["portland"]
    case = estimated(staff, "80.00")
    day = NOW.astimezone(staff.city.zone).date().isoformat()
    assert act(staff, case, "fee_decline", on=day).status_code == 302
    assert act(staff, case, "fee_agree", on=day).status_code == 302
    answer = act(staff, case, "waiver_request", reasons="For the public", on=day)
    assert answer.status_code == 302 and case.waiver_requests.get().by == staff.clerk
    assert act(staff, case, "fee_withdraw", reason="Wrong").status_code == 409
    act(staff, case, "waiver_decide", decision="reduced", amount="10", reasons="In part")
    assert act(staff, case, "fee_withdraw", reason="Free after all").status_code == 302
    assert not stand_of(case).stands


def test_who_only_reads_and_who_is_a_stranger_change_nothing(people, cities: dict[str, City]) -> None:
    staff = people["kent"]
    case = estimated(staff, "3.00")
    url = reverse("requests_app:act", args=[case.reference, "fee_record"])
    revision = Submission.objects.get(pk=case.pk).chain_length
    sent = {"revision": revision, "amount": "3", "method": "cash", "on": "2026-06-03"}
    assert signed_in(staff.auditor).post(url, sent).status_code == 403
    assert "$3.00" in main_of(page(signed_in(staff.auditor), "staff_fee", case.reference))
    other = signed_in(people["portland"].clerk)
    assert other.post(url, sent).status_code == 404
    assert page(other, "staff_fee", case.reference).status_code == 404
    Client().post(f"/track/{case.reference}/fee/", {"action": "agree", "revision": revision})
    assert Submission.objects.get(pk=case.pk).chain_length == revision


def test_without_an_estimate_there_is_no_page_of_a_fee(people, client: Client) -> None:
    staff, case = people["kent"], mine(client, "kent")
    assert client.get(f"/track/{case.reference}/fee/")["Location"] == f"/track/{case.reference}/"
    assert page(signed_in(staff.clerk), "staff_fee", case.reference).status_code == 404


def test_a_requester_who_was_overtaken_is_told_and_can_press_again(people, client: Client) -> None:
    staff, case = people["kent"], mine(client, "kent")
    act(staff, case, "fee_estimate", pay="delivery", **line(1, "default-scan", "10"))
    shown = client.get(f"/track/{case.reference}/fee/")
    fees.withdraw_estimate(case, reason="Wrong", by=staff.clerk, now=NOW)
    answer = client.post(f"/track/{case.reference}/fee/", {**hidden(shown), "action": "agree"})
    assert answer.status_code == 422 and "Meanwhile" in main_of(answer)
    assert Submission.objects.get(pk=case.pk).status == Status.ACKNOWLEDGED


def test_a_request_that_lapsed_asks_for_no_money_and_waits_for_no_clock(people, client: Client) -> None:
    case = mine(client, "portland")
    lines = line(1, "actual-cost", "1", "40.00", "An hour")
    answer = act(people["portland"], case, "fee_estimate", pay="advance", **lines)
    assert answer.status_code == 302, main_of(answer)
    waiting = main_of(client.get(f"/track/{case.reference}/"))
    assert "To be paid now $40.00" in waiting and "A new date is set when it starts again" in waiting
    escalation.sweep(now=NOW + 90 * DAY)
    assert Submission.objects.get(pk=case.pk).status == Status.LAPSED
    for path in ("", "fee/"):
        ended = main_of(client.get(f"/track/{case.reference}/{path}"))
        assert "Asked for, and not paid before it ended" in ended and "To be paid now" not in ended
        assert "A new date is set when it starts again" not in ended
    bill = main_of(client.get(f"/track/{case.reference}/fee/"))
    assert "$40.00 actual cost" in bill
