"""Answers in parts through HTTP: what staff see and do, and what the requester sees, and when."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from portals.models import User
from requests_app.models import Action, Part, Status, Submission
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.pages import main_of, prove, text_of
from tests.requests_app.part_cases import HOUR, NO, YES, decided, fresh, in_parts
from tests.requests_app.staff_pages import do, offered, signed_in


@pytest.fixture(autouse=True)
def an_hour_later(time_machine) -> None:
    time_machine.move_to(FILED + 3 * HOUR, tick=False)


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def page(client: Client, name: str, case: Submission, *more: object) -> str:
    return main_of(client.get(reverse(f"requests_app:{name}", args=[case.reference, *more])))


def desk_of(client: Client) -> str:
    return main_of(client.get(reverse("requests_app:desk")))


def theirs(case: Submission) -> Client:
    client = Client()
    prove(client, case)
    return client


DENIAL = {
    **{"outcome": "denied", "reasons": "Home addresses.", "law-0": "RCW 42.56.250(1)(d)"},
    "explanation-0": "Addresses of employees.",
}


def test_a_request_is_answered_part_by_part(kent: Staff) -> None:
    case = file_case(kent.city, "records_request")
    clerk, requester = signed_in(kent.clerk), theirs(case)
    assert Action.PART_DECIDE not in offered(clerk, case)
    assert do(clerk, case, "split", titles="Minutes of May\n\n Addresses \n").status_code == 302
    assert {Action.PART_DECIDE, Action.PART_DROP} <= offered(clerk, case)
    assert Action.DETERMINE not in offered(clerk, case)
    seen = page(requester, "case", case)
    assert "Minutes of May: not answered yet" in seen and "answers your request in parts" in seen
    paper = SimpleUploadedFile("minutes.txt", b"The minutes")
    sent = do(clerk, case, "part_decide", part="1", outcome="granted", reasons="Here.", files=paper)
    assert sent.status_code == 302
    assert do(clerk, case, "part_decide", part="2", **DENIAL).status_code == 302
    rows = {"document-0": "list.pdf", "place-0": "page 3", "law-0": "RCW 42.56.250", "part-0": "2"}
    assert do(clerk, case, "log_withheld", **rows).status_code == 302
    for name in ("case", "parts"):
        assert "Home addresses" not in page(requester, name, case), name
        assert "minutes.txt" not in page(requester, name, case), name
    assert "list.pdf" not in page(requester, "parts", case)
    staff = page(clerk, "staff_parts", case)
    assert "Together: Granted in part" in staff and "Decided by Clerk" in staff and "not yet" in staff
    assert do(clerk, case, "release_part", body="The minutes.", told="1").status_code == 302
    seen = page(requester, "parts", case)
    assert "Part 1: Minutes of May Granted" in seen and "minutes.txt" in seen
    assert "Home addresses" not in seen and "Not answered yet" in seen
    assert do(clerk, case, "determine", reasons="Minutes yes, addresses no.").status_code == 302
    seen = page(requester, "parts", case)
    assert "Withheld under: RCW 42.56.250(1)(d)" in seen and "list.pdf" in seen
    assert "What was decided on each part" in page(requester, "case", case)
    assert fresh(case).status == Status.DETERMINED


def test_what_the_law_wants_of_a_refused_part_is_said_field_by_field_and_all_is_kept(kent: Staff) -> None:
    case = in_parts(kent)
    clerk = signed_in(kent.clerk)
    typed = {"part": "2", "outcome": "denied", "reasons": "Long words", "law-0": "RCW 42.56.250"}
    answer = do(clerk, case, "part_decide", **typed)
    errors = answer.context["form"].errors
    assert answer.status_code == 422 and "RCW 42.56.210(3)" in errors["explanation-0"][0]
    assert "Long words" in main_of(answer)
    bare = do(clerk, case, "part_decide", part="2", outcome="denied", reasons="No")
    assert set(bare.context["form"].errors) == {"law-0", "explanation-0"}
    assert "What a denial must say here" in main_of(bare)
    granted = do(clerk, case, "part_decide", **{**typed, "outcome": "granted"})
    assert "Nothing is withheld" in main_of(granted)


def test_whoever_decides_second_is_told_and_keeps_what_was_typed(kent: Staff) -> None:
    case = in_parts(kent)
    clerk = signed_in(kent.clerk)
    revision = case.chain_length
    decided(kent, case, 2, YES)
    address = reverse("requests_app:act", args=[case.reference, "part_decide"])
    late = clerk.post(address, {"revision": revision, "part": "2", **DENIAL})
    assert late.status_code == 409
    assert "Meanwhile Clerk did this" in main_of(late) and "Home addresses." in main_of(late)
    again = do(clerk, case, "part_decide", part="2", **DENIAL)
    assert again.status_code == 409 and "Home addresses." in main_of(again)
    assert "was decided by Clerk" in main_of(again)


def test_a_part_is_chosen_by_the_link_beside_it_and_its_words_come_back(kent: Staff) -> None:
    case = in_parts(kent)
    decided(kent, case, 2, NO)
    clerk = signed_in(kent.clerk)
    assert do(clerk, case, "part_take_back", part="2").status_code == 302
    answer = clerk.get(reverse("requests_app:act", args=[case.reference, "part_decide"]) + "?part=2")
    form = answer.context["form"]
    assert form["part"].value() == "2" and form["reasons"].value() == "Home addresses."
    assert form["law-0"].value() == "RCW 42.56.250(1)(d)"


def test_clearance_takes_two_people_and_three_presses(people: dict[str, Staff]) -> None:
    town = people["bakersfield"]
    assert town.attorney
    case = file_case(town.city, "records_request")
    clerk, attorney, requester = signed_in(town.clerk), signed_in(town.attorney), theirs(case)
    assert "City Attorney looks at a full denial" in page(clerk, "act", case, "determine")
    names = {"responsible": "A. Clerk, City Clerk"}
    kept = do(clerk, case, "determine", outcome="denied", reasons="No.", **names)
    assert kept.status_code == 302
    assert "clearance is asked for" in text_of(clerk.get(kept["Location"]))
    assert fresh(case).status == Status.ACKNOWLEDGED and Action.DETERMINE not in offered(clerk, case)
    assert "waits for clearance" in page(clerk, "staff_case", case)
    waits = "A decision waits for your clearance"
    for name in ("desk", "queue"):
        theirs_to_clear = attorney.get(reverse(f"requests_app:{name}"), {"scope": "clears"})
        assert case.reference in main_of(theirs_to_clear), name
    assert waits in desk_of(attorney) and waits not in desk_of(clerk)
    refused = do(clerk, case, "part_clear", parts_cleared="1")
    assert refused.status_code == 403 and "Only the office" in main_of(refused)
    assert {Action.PART_CLEAR, Action.PART_RETURN} <= offered(attorney, case)
    assert "No." in page(attorney, "staff_parts", case)
    assert do(attorney, case, "determine", reasons="Mine").status_code == 403
    assert do(attorney, case, "part_clear").status_code == 422
    assert do(attorney, case, "part_clear", parts_cleared="1").status_code == 302
    assert waits not in desk_of(attorney), "nothing waits any more"
    assert "No." not in page(requester, "parts", case)
    assert "No." in page(clerk, "act", case, "determine")
    assert do(clerk, case, "determine", reasons="No.").status_code == 302
    assert fresh(case).status == Status.DETERMINED
    assert Part.objects.get(submission=case).release is not None


def test_whoever_decides_on_a_part_is_told_that_it_must_be_cleared(people: dict[str, Staff]) -> None:
    town = people["bakersfield"]
    case, clerk = in_parts(town, "One", "Two"), signed_in(town.clerk)
    names = {"reasons": "No.", "responsible": "A. Clerk, City Clerk"}
    sent = do(clerk, case, "part_decide", part="1", outcome="denied", **names)
    assert "Decided, and clearance is asked for." in text_of(clerk.get(sent["Location"]))
    sent = do(clerk, case, "part_decide", part="2", outcome="granted", reasons="Here.")
    assert "The requester hears of it when the part is told." in text_of(clerk.get(sent["Location"]))


def test_the_log_comes_as_a_file_as_far_as_it_was_told(kent: Staff) -> None:
    case = file_case(kent.city, "records_request")
    clerk, requester = signed_in(kent.clerk), theirs(case)
    rows = {"document-0": "=HYPERLINK(1)", "place-0": "page 1", "law-0": "<b>A law</b>", "why-0": "x"}
    assert do(clerk, case, "log_withheld", **rows).status_code == 302
    half = do(clerk, case, "log_withheld", **{"document-2": "b.pdf"})
    assert set(half.context["form"].errors) == {"place-2", "law-2"}

    def lines(client: Client, name: str) -> list[list[str]]:
        answer = client.get(reverse(f"requests_app:{name}", args=[case.reference, "csv"]))
        assert "attachment" in answer["Content-Disposition"]
        return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert len(lines(requester, "withheld")) == 1
    assert lines(clerk, "staff_withheld")[1][2] == "'=HYPERLINK(1)"
    assert do(clerk, case, "release_part", body="The list.").status_code == 302
    assert lines(requester, "withheld")[1][4] == "<b>A law</b>"
    answer = requester.get(reverse("requests_app:withheld", args=[case.reference, "html"]))
    assert "&lt;b&gt;A law" in answer.content.decode() and "<b>A law" not in answer.content.decode()
    wrong = requester.get(reverse("requests_app:withheld", args=[case.reference, "exe"]))
    assert wrong.status_code == 404


def test_an_auditor_reads_the_parts_and_is_offered_nothing(kent: Staff) -> None:
    case = in_parts(kent)
    decided(kent, case, 1, YES)
    auditor = signed_in(kent.auditor)
    shown = page(auditor, "staff_parts", case)
    assert "Here it is." in shown and "Take the decision back" not in shown and "Split" not in shown
    assert do(auditor, case, "part_decide", part="2", **DENIAL).status_code == 403


@pytest.mark.parametrize("name", ["staff_parts", "staff_case"])
def test_pages_take_few_queries_however_many_parts(
    kent: Staff, name: str, django_assert_max_num_queries
) -> None:
    case = in_parts(kent, *[f"Part {number}" for number in range(20)])
    for number in range(1, 11):
        decided(kent, fresh(case), number, NO)
    clerk: Client = signed_in(kent.clerk)
    clerk.get(reverse(f"requests_app:{name}", args=[case.reference]))
    with django_assert_max_num_queries(12):
        clerk.get(reverse(f"requests_app:{name}", args=[case.reference]))
    assert isinstance(kent.clerk, User)
