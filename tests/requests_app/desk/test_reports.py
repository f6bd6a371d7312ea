"""Reports: every figure against cases whose life is known, percentiles against the plain list, files."""

import csv
import datetime as dt
import io
import statistics
from collections import Counter
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from portals.models import City
from portals.rulebook import rulebook_for
from portals.vocabulary import Figure, Outcome
from requests_app import determinations, fees, intake, routing
from requests_app.correspondence import conversation
from requests_app.desk import spreadsheets
from requests_app.desk.report_figures import FEWEST, MEANINGS, Report, Tally, spread
from requests_app.desk.reports import report_of
from requests_app.determinations import Answer
from requests_app.escalation import sweep
from requests_app.handling import undo
from requests_app.models import Submission
from requests_app.related import joined, merging
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.fee_cases import paid, tell
from tests.requests_app.staff_pages import signed_in

DAY = dt.timedelta(days=1)
TODAY = dt.date(2026, 7, 15)


def figures(city: City, **only: object) -> Report:
    return report_of(Submission.objects.filter(city=city, **only), rulebook_for(city), today=TODAY)


def answered(staff: Staff, case: Submission, days: int, outcome: Outcome = Outcome.CORRECTED, law: str = ""):
    answer = Answer(outcome, "Done.", law, "It names people." if law else "", "Ann Lee, Clerk" if law else "")
    determinations.determine(case, answer, by=staff.clerk, now=FILED + days * DAY)


# -- percentiles


@given(st.lists(st.integers(0, 400), min_size=FEWEST, max_size=80))
def test_median_and_percentile_are_those_of_the_plain_list(days: list[int]) -> None:
    found = spread(Counter(days))
    assert found.median == statistics.median(days)
    assert sum(day <= found.p90 for day in days) * 10 >= len(days) * 9
    assert sum(day < found.p90 for day in days) * 10 < len(days) * 9
    assert found.mean == pytest.approx(statistics.mean(days), abs=0.051)
    assert found.n == len(days)


def test_few_cases_give_no_median() -> None:
    found = spread(Counter({3: FEWEST - 1}))
    assert (found.n, found.median, found.p90, found.mean) == (4, None, None, None)
    assert spread(Counter()).n == 0


# -- figures


def test_a_report_of_nothing_is_empty(cities: dict[str, City]) -> None:
    report = figures(cities["kent"])
    assert report.total == Tally()
    assert (report.by_office, report.by_kind, report.exemptions) == ({}, {}, [])


def test_first_response_and_completion_are_counted_in_days_of_the_city(people: dict[str, Staff]) -> None:
    staff = people["kent"]
    late_evening = FILED.replace(hour=23) - DAY  # 16:00 in Kent, the day before in UTC terms is the same
    for days in (0, 1, 2, 3, 10, 20):
        case = file_case(staff.city, dataset=staff.dataset, received_at=late_evening)
        # 06:30 UTC is still the evening before in Kent.
        at = late_evening.replace(hour=6, minute=30) + (days + 1) * DAY
        intake.acknowledge(case, by=staff.clerk, now=at)
        determinations.determine(case, Answer(Outcome.CORRECTED, "Done."), by=staff.clerk, now=at + 5 * DAY)
    total = figures(staff.city).total
    assert total.first == Counter([0, 1, 2, 3, 10, 20])
    assert total.completion == Counter([5, 6, 7, 8, 15, 25])
    assert (total.first_response.median, total.first_response.p90) == (2.5, 20)


def test_a_reopened_case_keeps_its_first_response_and_counts_as_open(people: dict[str, Staff]) -> None:
    staff = people["kent"]
    case = file_case(staff.city, dataset=staff.dataset)
    intake.acknowledge(case, by=staff.clerk, now=FILED + DAY)
    answered(staff, case, 4)
    determinations.reopen(case, reason="No", by=staff.clerk, now=FILED + 6 * DAY)
    intake.acknowledge(case, by=staff.clerk, now=FILED + 9 * DAY)
    total = figures(staff.city).total
    assert total.first == Counter([1])
    assert (total.open, total.answered, total.completion, total.outcomes) == (1, 0, Counter(), Counter())
    answered(staff, case, 12, Outcome.NO_ACTION)
    total = figures(staff.city).total
    assert total.completion == Counter([12])
    assert total.outcomes == Counter({"no_action": 1})


def test_overdue_late_escalated_withdrawn_and_appealed_are_each_counted_once(
    people: dict[str, Staff],
) -> None:
    staff = people["kent"]
    silent = file_case(staff.city, dataset=staff.dataset)
    late = file_case(staff.city, dataset=staff.dataset)
    sweep(now=FILED + 20 * DAY)
    intake.acknowledge(late, by=staff.clerk, now=FILED + 21 * DAY)
    gone = file_case(staff.city, dataset=staff.dataset, received_at=FILED + 20 * DAY)
    conversation.withdraw(gone, now=FILED + 20 * DAY)
    for _twice in range(2):
        against = {"ground": "silence", "against": silent}
        file_case(staff.city, "appeal", details=against, received_at=FILED + 22 * DAY)
    total = figures(staff.city, kind="error_report").total
    assert (total.received, total.open, total.withdrawn) == (3, 2, 1)
    assert (total.overdue, total.late, total.escalated, total.appealed) == (1, 1, 2, 1)


@pytest.mark.parametrize(
    ("slug", "stopped", "days"),
    [("portland", 1, 7), ("kent", 0, 0), ("kansas-city", 0, 0), ("bakersfield", 0, 0)],
)
def test_stopped_time_is_only_where_a_rule_stops_its_clock(
    people: dict[str, Staff], slug: str, stopped: int, days: int
) -> None:
    staff = people[slug]
    case = file_case(staff.city, "records_request")
    conversation.ask(case, body="Which?", by=staff.clerk, now=FILED + DAY)
    conversation.answer(case, body="These", now=FILED + 5 * DAY)
    conversation.ask(case, body="Sure?", by=staff.clerk, now=FILED + 6 * DAY)
    answered(staff, case, 9, Outcome.GRANTED)
    total = figures(staff.city).total
    assert (total.clarified, total.stopped, total.stopped_days) == (1, stopped, days)


def test_a_stop_that_is_still_open_counts_until_today(people: dict[str, Staff]) -> None:
    staff = people["portland"]
    case = file_case(staff.city, "records_request")
    conversation.ask(case, body="Which?", by=staff.clerk, now=FILED + DAY)
    assert figures(staff.city).total.stopped_days == (TODAY - dt.date(2026, 6, 2)).days


def test_exemptions_and_outcomes_are_those_of_the_answer_that_stands(people: dict[str, Staff]) -> None:
    staff = people["kent"]
    for law in ("RCW 42.56.240(1)", "RCW 42.56.240(1)", "RCW 42.56.070"):
        answered(staff, file_case(staff.city, "records_request"), 3, Outcome.DENIED, law)
    case = file_case(staff.city, "records_request")
    answered(staff, case, 3, Outcome.DENIED, "RCW 1")
    determinations.reopen(case, reason="No", by=staff.clerk, now=FILED + 4 * DAY)
    answered(staff, case, 5, Outcome.GRANTED)
    report = figures(staff.city)
    assert report.exemptions == [("RCW 42.56.240(1)", 2), ("RCW 42.56.070", 1)]
    assert report.total.outcomes == Counter({"denied": 3, "granted": 1})


def test_money_is_what_came_less_what_went_back(people: dict[str, Staff]) -> None:
    staff = people["kent"]
    case = file_case(staff.city, "records_request")
    tell(staff, case, "60.00", at=FILED + DAY)
    fees.agree(case, by=staff.clerk, now=FILED + 2 * DAY)
    paid(staff, case, "60.00", FILED + 3 * DAY)
    total = figures(staff.city).total
    assert (total.charged, total.collected) == (1, Decimal("60.00"))


def test_groups_add_up_to_the_whole_and_a_referral_moves_a_case_to_its_office(
    people: dict[str, Staff],
) -> None:
    staff = people["kent"]
    other = staff.charlie.memberships.get().office
    case = file_case(staff.city, dataset=staff.dataset)
    routing.refer(case, to=other, reason="Yours", by=staff.clerk, now=FILED + DAY)
    file_case(staff.city, dataset=staff.dataset)
    file_case(staff.city, "records_request")
    report = figures(staff.city)
    assert report.by_office[other.pk].received == report.by_office[staff.steward.pk].received == 1
    for groups in (report.by_office, report.by_kind):
        assert sum(tally.received for tally in groups.values()) == report.total.received == 3


def test_a_merged_case_is_counted_as_merged_and_its_answer_once(people: dict[str, Staff]) -> None:
    staff = people["kent"]
    kept, gone = (file_case(staff.city, "records_request") for _case in range(2))
    merging.merge(gone, into=kept, reason="The same", by=staff.clerk, now=FILED + DAY)
    assert (figures(staff.city).total.merged, figures(staff.city).total.open) == (1, 1)
    answered(staff, Submission.objects.get(pk=kept.pk), 4, Outcome.GRANTED)
    joined.pass_on(now=FILED + 5 * DAY)
    total = figures(staff.city).total
    assert (total.received, total.merged, total.answered, total.open) == (2, 1, 1, 0)
    assert (total.completion, total.outcomes) == (Counter([4]), Counter({"granted": 1}))


def test_an_answer_that_was_taken_back_does_not_count(people: dict[str, Staff]) -> None:
    staff = people["kent"]
    case = file_case(staff.city, "records_request")
    answered(staff, case, 2, Outcome.DENIED, "RCW 1")
    undo.undo(case, reason="Wrong file", by=staff.clerk, now=FILED + 2 * DAY + dt.timedelta(hours=1))
    report = figures(staff.city)
    assert (report.total.open, report.total.answered, report.exemptions) == (1, 0, [])
    answered(staff, case, 3, Outcome.GRANTED)
    assert figures(staff.city).total.outcomes == Counter({"granted": 1})


def test_the_number_of_queries_does_not_grow(people: dict[str, Staff]) -> None:
    staff = people["portland"]

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            figures(staff.city)
        return len(found)

    for _case in range(2):
        answered(staff, file_case(staff.city, "records_request"), 3, Outcome.GRANTED)
    before = queries()
    for _case in range(6):
        answered(staff, file_case(staff.city, "error_report"), 3)
    assert queries() == before <= 12


def test_every_figure_says_what_it_counts() -> None:
    assert list(MEANINGS) == list(Figure)


# -- files


DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "\ufeff=1",
    "|calc",
    "%x",
    '=HYPERLINK("x")',
]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_of_a_csv_file_is_a_formula(text: str) -> None:
    (row,) = csv.reader(
        io.StringIO(spreadsheets.csv_of([[text, -1, Decimal("-2.5"), None]]).decode("utf-8-sig"))
    )
    assert row[0].startswith("'")
    assert row[1:] == ["-1", "-2.5", ""]


@pytest.mark.parametrize("text", [*DANGEROUS, "plain", "\x00\x08\ufffe", "x" * 40_000])
def test_no_cell_of_a_workbook_is_a_formula(text: str) -> None:
    content = spreadsheets.xlsx_of({"A": [["Head"], [text, -1, dt.date(2026, 6, 1)]]})
    sheet = load_workbook(io.BytesIO(content))["A"]
    assert sheet["A2"].data_type in ("s", "inlineStr", "n" if not text.strip("\x00\x08\ufffe") else "s")
    assert sheet["B2"].value == -1
    assert "<f>" not in "".join(str(cell.value) for row in sheet for cell in row if cell.data_type == "f")
    assert not any(cell.data_type == "f" for row in sheet for cell in row)


# -- pages


@pytest.fixture
def kent(people: dict[str, Staff], time_machine) -> Staff:
    time_machine.move_to(FILED + 30 * DAY)
    staff = people["kent"]
    for days in range(6):
        answered(staff, file_case(staff.city, "records_request"), days, Outcome.DENIED, "=cmd|' /C calc'!A1")
    file_case(staff.city, dataset=staff.dataset)
    file_case(people["portland"].city, "records_request")
    return staff


@pytest.mark.parametrize(
    ("who", "received"), [("clerk", 7), ("auditor", 7), ("bob", 1), ("alice", 1), ("charlie", 0)]
)
def test_everybody_sees_the_figures_of_what_is_theirs(kent: Staff, who: str, received: int) -> None:
    content = signed_in(getattr(kent, who)).get("/desk/reports/figures.csv").content
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[-1]["received"] == str(received)
    assert {row["office"] for row in rows if who == "alice"} <= {"", "Parks by Hand"}


def test_the_page_tells_figures_meanings_and_what_the_state_asks_for(kent: Staff) -> None:
    text = signed_in(kent.clerk).get("/desk/reports/").content.decode()
    assert "median 2.5, 90% within 5" in text
    assert "RCW 40.14.026(5)" in text and "Joint Legislative Audit and Review Committee" in text
    assert "=cmd|&#x27; /C calc&#x27;!A1" in text
    for meaning in MEANINGS.values():
        assert str(meaning).replace("'", "&#x27;") in text


def test_a_city_without_a_duty_to_report_says_so(people: dict[str, Staff]) -> None:
    for slug in ("portland", "kansas-city", "oklahoma-city", "bakersfield"):
        text = signed_in(people[slug].clerk).get("/desk/reports/").content.decode()
        assert "name no statistics that must be sent to the state" in text, slug


def test_the_filter_narrows_and_says_what_is_wrong_with_it(kent: Staff) -> None:
    client = signed_in(kent.clerk)
    asked = {"since": "2026-06-01", "until": "2026-06-30", "kind": "error_report", "office": kent.steward.pk}
    rows = list(
        csv.DictReader(
            io.StringIO(client.get("/desk/reports/figures.csv", asked).content.decode("utf-8-sig"))
        )
    )
    assert rows[-1]["received"] == "1"
    wrong = client.get("/desk/reports/", {"since": "2026-06-30", "until": "2026-06-01"})
    assert wrong.status_code == 422 and "The period ends before it begins." in wrong.content.decode()
    for bad in ({"since": "x"}, {"office": "1 OR 1=1"}, {"kind": "y"}):
        assert client.get("/desk/reports/", bad).status_code == 422
        assert client.get("/desk/reports/figures.csv", bad).status_code == 404
    assert client.get("/desk/reports/other.pdf").status_code == 404
    assert client.get("/desk/reports/", {"city": "portland"}).status_code == 422


def test_the_workbook_holds_the_same_figures_and_no_formula(kent: Staff) -> None:
    answer = signed_in(kent.clerk).get("/desk/reports/figures.xlsx")
    assert answer["Content-Disposition"] == 'attachment; filename="kent-figures-2026-01-01-2026-07-01.xlsx"'
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Figures", "Exemptions", "Meaning"]
    last = [cell.value for cell in list(book["Figures"])[-1]]
    assert last[2] == 7
    assert book["Exemptions"]["A2"].value == "=cmd|' /C calc'!A1"
    assert book["Exemptions"]["A2"].data_type == "s"
    assert not any(cell.data_type == "f" for sheet in book for row in sheet for cell in row)
