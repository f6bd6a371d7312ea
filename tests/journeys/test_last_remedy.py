"""From a denial, or from silence, to the last remedy that a city's rules know: five stories through HTTP."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from requests_app import escalation
from requests_app.models import Notice, Submission
from tests.journeys.test_five_cities import case_of, comes_back, do, files_with_code, try_to
from tests.requests_app.factories import FILED, Staff
from tests.requests_app.pages import filed, main_of, text_of
from tests.requests_app.staff_pages import signed_in

DAY = dt.timedelta(days=1)
DENIAL = {
    "outcome": "denied",
    "reasons": "No.",
    "exemption": "A law, section 1",
    "explanation": "It names a patient.",
    "responsible": "Ada Clerk, City Clerk",
}
BARE = {key: value for key, value in DENIAL.items() if key != "responsible"}
"""Enough in most cities; a name is asked for only where the law wants one."""
At = Callable[[float], None]


@pytest.fixture
def at(time_machine) -> At:
    """Moves to so many days after the first filing, and lets the clock of the city do what is due."""

    def move(days: float) -> None:
        now = FILED + days * DAY
        time_machine.move_to(now, tick=False)
        escalation.sweep(now=now)

    time_machine.move_to(FILED, tick=False)
    return move


def way(page_words: str, name: str) -> str:
    """What the panel says of one way, up to the next one's decider."""
    told = page_words.split("What you can still do", 1)[1]
    return told.split(name, 1)[1].split("Who decides", 2)[1]


def head(page_words: str, name: str) -> str:
    """The state that stands beside the name of a way."""
    told = page_words.split("What you can still do", 1)[1]
    return told.split(name, 1)[1].split("Who decides", 1)[0].strip()


def denied(client: Client, staff: Staff, slug: str, **typed: object) -> tuple[Submission, str]:
    case, code = files_with_code(client, slug, "records_request", **typed)
    if try_to(staff.clerk, case, "determine", **BARE).status_code != 302:
        do(staff.clerk, case, "determine", **DENIAL)
    return case_of(case.reference), code


def appealed(client: Client, slug: str, case: Submission, ground: str = "denial") -> Submission:
    about = "appeal" if case.kind == "appeal" else case.kind
    return case_of(filed(client, slug, "appeal", against=case.reference, about=about, ground=ground))


def test_kent_review_that_ends_by_itself_then_court(client: Client, people: dict[str, Staff], at: At) -> None:
    staff = people["kent"]
    case, code = denied(client, staff, "kent", requester_email="a@people.example")
    words = main_of(comes_back(client, case, code))
    assert "ends by itself on Wednesday, June 3, 2026" in way(words, "Review of a denial by the city")
    assert head(words, "Superior court") == "Not open yet"
    assert "Last day: Tuesday, June 1, 2027" in way(words, "Superior court")
    at(1)
    appeal = appealed(client, "kent", case)
    assert (appeal.office.name, appeal.appeal.route) == ("City Clerk", "internal-review")
    do(staff.clerk, appeal, "appeal_decide", outcome="upheld", reasons="The exemption holds.")
    mine = main_of(client.get(f"/track/{appeal.reference}/"))
    assert "The answer stands" in mine and case.reference in mine
    at(3)
    words = main_of(comes_back(client, case, code))
    assert head(words, "Review of a denial by the city") == "Ended"
    assert head(words, "Superior court") == "Outside this front desk"
    assert head(words, "Review by the Attorney General") == "Not open here"
    do(staff.clerk, case, "review_petition", route="superior-court", received_on="2026-06-04")
    assert head(main_of(comes_back(client, case, code)), "Superior court") == "Under way"
    order = {"review": 1, "result": "for_requester", "on": "2026-06-04"}
    do(staff.clerk, case, "review_order", **order)
    letter = Notice.objects.get(submission=case, kind="review_order").body
    assert "For the requester" in letter and "go to court" not in letter and "Dates that" not in letter
    do(staff.clerk, case, "review_comply", review=1, on="2026-06-04")
    assert "Complied with" in main_of(comes_back(client, case, code))


def test_portland_silence_petition_and_court(client: Client, people: dict[str, Staff], at: At) -> None:
    staff = people["portland"]
    case, code = files_with_code(client, "portland", "records_request", requester_email="a@people.example")
    at(22)
    words = main_of(comes_back(client, case, code))
    assert "counts as a denial" not in words
    at(23)
    words = main_of(comes_back(client, case, code))
    assert "No answer came in time: this counts as a denial since Wednesday, June 24, 2026" in words
    assert "ORS 192.407(1)" in words
    assert "not specified on the cited page" in way(words, "Petition to the district attorney: no answer")
    assert head(words, "Circuit court after the petition") == "Not open yet"
    board = main_of(signed_in(staff.clerk).get("/desk/appeals/"))
    assert case.reference in board.rsplit("Silence that counts as a denial", 1)[1]
    do(staff.clerk, case, "review_petition", route="district-attorney-silence", received_on="2026-06-24")
    due = {row.milestone: row.due_on for row in case.deadlines.all()}
    assert due["reviewer_decision"] == dt.date(2026, 7, 1)
    at(30)
    do(staff.clerk, case, "review_order", review=1, result="for_city", on="2026-07-01")
    assert not case.deadlines.filter(milestone="compliance").exists()
    words = main_of(comes_back(client, case, code))
    assert head(words, "Circuit court after the petition") == "Outside this front desk"
    assert Notice.objects.filter(submission=case, kind="review_order").exists()


def test_portland_bureau_review_then_the_citys_administration(
    client: Client, people: dict[str, Staff], at: At
) -> None:
    staff = people["portland"]
    case, _code = files_with_code(client, "portland", "error_report", dataset=staff.dataset.identifier)
    do(staff.alice, case, "determine", outcome="denied", reasons="The map is right.")
    first = appealed(client, "portland", case)
    assert first.office == staff.steward
    do(staff.alice, first, "appeal_decide", outcome="upheld", reasons="It is right.")
    words = main_of(client.get(f"/track/{first.reference}/"))
    assert head(words, "Administrative appeal to the city") == "You can do this here"
    assert "against=" + first.reference in text_of(client.get(f"/track/{first.reference}/"))
    second = case_of(
        filed(
            client, "portland", "appeal", against=first.reference, about="appeal", ground="denial",
            flag_bureau_review_done="yes", description="The bureau did not look at the map.",
        )
    )  # fmt: skip
    assert (second.office.name, second.appeal.against) == ("City administration", first)
    until = "2026-06-19"
    do(staff.clerk, second, "appeal_decide", outcome="remanded", reasons="Measure anew.", until=until)
    assert case_of(first.reference).status == "received"


def test_oklahoma_city_counselor_then_court_and_nothing_for_commerce(
    client: Client, people: dict[str, Staff], at: At
) -> None:
    staff = people["oklahoma-city"]
    case, code = denied(client, staff, "oklahoma-city")
    words = main_of(comes_back(client, case, code))
    assert "Last day: Wednesday, July 1, 2026" in way(words, "Petition the Public Access Counselor against")
    assert "not specified" in way(words, "Sue")
    at(31)
    words = main_of(comes_back(client, case, code))
    name = "Petition the Public Access Counselor against a denial"
    assert head(words, name) == "The time has passed" and "they decide" in way(words, name)
    petition = {"route": "public-access-counselor", "received_on": "2026-07-02"}
    do(staff.clerk, case, "review_petition", **petition)
    assert "after the last day" in main_of(signed_in(staff.clerk).get(f"/desk/case/{case.reference}/"))
    assert case.deadlines.get(milestone="reviewer_decision").due_on == dt.date(2026, 8, 31)
    other, code = denied(client, staff, "oklahoma-city", flag_commercial_purpose="yes")
    words = main_of(comes_back(client, other, code))
    assert head(words, name) == "Not open here"
    assert head(words, "Contest before the Public Access Counselor") != "Not open here"


def test_kansas_city_guidance_remand_and_the_last_day_for_court(
    client: Client, people: dict[str, Staff], at: At
) -> None:
    staff = people["kansas-city"]
    case, code = denied(client, staff, "kansas-city", requester_email="k@people.example")
    words = main_of(comes_back(client, case, code))
    assert head(words, "Administrative appeal about public records") == "Not open here"
    assert "Last day: Tuesday, June 1, 2027" in way(words, "Go to the circuit court")
    at(2)
    client = Client()
    comes_back(client, case, code)
    appeal = appealed(client, "kansas-city", case)
    bad = try_to(staff.clerk, appeal, "appeal_decide", outcome="remanded", reasons="Look again.")
    assert bad.status_code == 422 and "by when" in main_of(bad) and "Look again." in text_of(bad)
    do(
        staff.clerk, appeal, "appeal_decide", outcome="remanded", reasons="Look again.", until="2026-06-12"
    )  # fmt: skip
    words = main_of(comes_back(client, case, code))
    assert "Taken up again" in words and "Friday, June 12, 2026" in words
    assert "What you can still do" not in words
    at(4)
    do(staff.clerk, case, "determine", **BARE)
    words = main_of(comes_back(client, case, code))
    assert "Last day: Saturday, June 5, 2027" in way(words, "Go to the circuit court")


def test_bakersfield_silence_ordinance_and_court_without_a_date(
    client: Client, people: dict[str, Staff], at: At
) -> None:
    staff = people["bakersfield"]
    case, code = files_with_code(client, "bakersfield", "records_request")
    at(11)
    words = main_of(comes_back(client, case, code))
    assert "counts as a denial" not in words
    assert "Last day: not specified on the cited page. Ask: City Attorney" in way(words, "Superior court")
    assert head(words, "Administrative appeal under the Public Records Act") == "Not open here"
    appeal = appealed(client, "bakersfield", case, ground="silence")
    do(staff.clerk, appeal, "appeal_decide", outcome="reversed", reasons="Answer it.", until="2026-06-19")
    case = case_of(case.reference)
    assert (case.status, case.cycle) == ("received", 1)
    found = {row.clock_key: row.due_on for row in case.deadlines.all()}
    assert found["appeal-decision"] == dt.date(2026, 6, 19)
    assert "Friday, June 19, 2026" in main_of(comes_back(client, case, code))
