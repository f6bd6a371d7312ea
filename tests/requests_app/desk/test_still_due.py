"""What an office still owes after it has answered stands in front of it like any other duty."""

import datetime as dt

import pytest

from portals.vocabulary import Milestone
from requests_app import intake
from requests_app.correspondence import conversation
from requests_app.correspondence.delivery import _about
from requests_app.desk import next_due, queue
from requests_app.handling import statements
from requests_app.lifecycle import AT_WORK
from requests_app.models import Submission
from tests.requests_app.appeal_cases import denied_record, fresh
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.pages import main_of, text_of
from tests.requests_app.staff_pages import page, signed_in

DAY = dt.timedelta(days=1)


@pytest.fixture
def staff(people: dict[str, Staff]) -> Staff:
    return people["kansas-city"]


@pytest.fixture
def asked(staff: Staff) -> Submission:
    """A denial of which the requester wants the written statement that the law gives him."""
    case = denied_record(staff.city, staff.clerk)
    conversation.request_statement(case, now=FILED + 2 * DAY)
    return fresh(case)


def lists(staff: Staff) -> dict[str, list[str]]:
    shown = page(signed_in(staff.clerk), "desk").context["lists"]
    return {one["list"].key: [row["case"].reference for row in one["rows"]] for one in shown}


def test_a_statement_that_is_owed_stands_on_the_desk_until_it_is_given(
    staff: Staff, asked: Submission, time_machine
) -> None:
    assert asked.status not in AT_WORK and asked.next_due_on
    time_machine.move_to(FILED + 2 * DAY)
    assert lists(staff)["owed"] == [asked.reference]
    statements.give_statement(asked, grounds="Staff.", exemption="A law", by=staff.clerk, now=FILED + 3 * DAY)
    assert "owed" not in lists(staff)


def test_the_queue_has_a_view_of_what_is_still_owed(staff: Staff, asked: Submission, time_machine) -> None:
    time_machine.move_to(FILED + 20 * DAY)
    answered = denied_record(staff.city, staff.clerk)
    seen = text_of(page(signed_in(staff.clerk), "queue", state="owed"))
    assert asked.reference in seen and answered.reference not in seen
    late = page(signed_in(staff.clerk), "queue", state="owed", due="late")
    assert [row["case"].reference for row in late.context["rows"]] == [asked.reference]
    assert late.context["rows"][0]["due"]["key"] == "late"


def test_the_head_of_an_answered_case_says_what_is_still_due(
    staff: Staff, asked: Submission, time_machine
) -> None:
    time_machine.move_to(FILED + 20 * DAY)
    seen = main_of(page(signed_in(staff.clerk), "staff_case", asked.reference))
    head = seen.split("What you can do now", 1)[0]
    assert "Answered" in head and "Late" in head and "Written statement of denial" in head


def test_the_daily_letter_tells_when_it_is_due(asked: Submission) -> None:
    assert asked.next_due_on
    assert "due on" in _about(asked, asked.next_due_on)


def test_a_list_says_what_is_due_and_whether_only_the_office_set_it(staff: Staff) -> None:
    case = file_case(staff.city)
    [row] = queue.with_columns(Submission.objects.filter(pk=case.pk))
    next_due.read_duties([row])
    assert next_due.duty(row) == (Milestone.ACKNOWLEDGEMENT.label, True)


def test_of_two_duties_on_one_day_the_law_is_named(staff: Staff) -> None:
    case = file_case(staff.city, "records_request")
    case.deadlines.filter(milestone=Milestone.ACKNOWLEDGEMENT).update(due_on=case.next_due_on)
    case.deadlines.filter(milestone=Milestone.RESPONSE).update(due_on=case.next_due_on)
    [row] = queue.with_columns(Submission.objects.filter(pk=case.pk))
    next_due.read_duties([row])
    assert next_due.duty(row) == (Milestone.RESPONSE.label, False)


def test_nothing_is_named_where_nothing_is_due(staff: Staff) -> None:
    case = file_case(staff.city)
    intake.acknowledge(case, by=staff.clerk, now=FILED)
    [row] = queue.with_columns(Submission.objects.filter(pk=case.pk))
    next_due.read_duties([row])
    assert next_due.duty(row) is None


def test_the_bar_of_a_clock_that_began_after_the_receipt_does_not_call_its_first_day_the_receipt(
    staff: Staff, asked: Submission, time_machine
) -> None:
    time_machine.move_to(FILED + 3 * DAY)
    seen = text_of(page(signed_in(staff.clerk), "staff_case", asked.reference))
    ends = seen.split('class="clock-ends"', 1)[1].split("</figcaption>", 1)[0]
    assert "Counts from" in ends and "Received" not in ends


def test_what_is_owed_is_the_first_act_that_the_case_offers(
    staff: Staff, asked: Submission, time_machine
) -> None:
    time_machine.move_to(FILED + 3 * DAY)
    seen = text_of(page(signed_in(staff.clerk), "staff_case", asked.reference))
    buttons = seen.split('id="acts"', 1)[1].split("</section>", 1)[0].split("<h3", 1)[0]
    assert "Give the written statement of the denial" in buttons


def test_a_list_says_when_a_case_was_received_and_the_history_says_nothing_twice(
    staff: Staff, asked: Submission, time_machine
) -> None:
    time_machine.move_to(FILED + 3 * DAY)
    client = signed_in(staff.clerk)
    assert "received June 1, 2026" in main_of(page(client, "queue", state="owed"))
    history = page(client, "staff_case", asked.reference).context["file"].history
    assert all(line.detail != line.title for line in history)


def test_a_case_that_is_answered_says_so_once(staff: Staff, time_machine) -> None:
    time_machine.move_to(FILED + 3 * DAY)
    case = denied_record(staff.city, staff.clerk)
    head = main_of(page(signed_in(staff.clerk), "staff_case", case.reference)).split("What you can do now")[0]
    assert head.count("Answered") == 1
