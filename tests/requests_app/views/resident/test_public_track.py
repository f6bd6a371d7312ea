"""Opening a case with reference and code, or with a code by mail; and files."""

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from requests_app.correspondence import conversation
from requests_app.doors import one_time
from requests_app.doors.references import new_reference
from requests_app.models import Attachment, Notice, OneTimeCode, Submission
from requests_app.views.resident.track import TRIES_A_REFERENCE, TRIES_AN_ADDRESS
from tests.requests_app.factories import FILED, Staff
from tests.requests_app.pages import code_of, filed, main_of, text_file, text_of


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def sent(**typed: object) -> tuple[Submission, str]:
    """A case of another browser, and its code."""
    other = Client()
    reference = filed(other, "kent", "error_report", **typed)
    return Submission.objects.get(reference=reference), code_of(other.get(f"/track/{reference}/"))


def opens(client: Client, reference: str, code: str) -> bool:
    answer = client.post("/track/", {"reference": reference, "code": code, "open": "1"})
    return answer.status_code == 302


def mailed_code(case: Submission) -> str:
    letter = Notice.objects.filter(submission=case, kind="one_time_code").latest("pk")
    return re.search(r"\b\d{8}\b", letter.body).group(0)  # type: ignore[union-attr]


def test_reference_and_code_open_the_case_however_they_are_typed(client: Client, kent: Staff) -> None:
    case, code = sent()
    typed = case.reference.lower().replace("-", " ")
    assert opens(client, typed, code.lower().replace("-", ""))
    assert case.title in main_of(client.get(f"/track/{case.reference}/"))


def test_a_wrong_code_and_an_absent_case_get_the_same_answer(client: Client, kent: Staff) -> None:
    case, _code = sent()
    wrong = client.post("/track/", {"reference": case.reference, "code": "AAAA-BBBB-CCCC", "open": "1"})
    reference = case.reference
    Submission.objects.filter(pk=case.pk).update(reference="KNT-222222222")
    absent = client.post("/track/", {"reference": reference, "code": "AAAA-BBBB-CCCC", "open": "1"})
    assert wrong.status_code == absent.status_code == 422
    assert main_of(wrong) == main_of(absent)


@pytest.mark.parametrize(
    "reference", ["", "KNT", "KNT-7F3K9QX2A\x00", "'; DROP TABLE", "😀" * 30, "x" * 5000]
)
def test_what_is_no_reference_is_a_sentence(client: Client, db: None, reference: str) -> None:
    answer = client.post("/track/", {"reference": reference, "code": "x", "open": "1"})
    assert answer.status_code == 422 and "There is a problem" in main_of(answer)


def test_codes_cannot_be_tried_for_ever(client: Client, kent: Staff) -> None:
    case, _code = sent(requester_email="rita@people.example")
    for _try in range(TRIES_A_REFERENCE):
        assert not opens(client, case.reference, "AAAA-BBBB-CCCC")
    one_time.send_code(case, now=timezone.now())
    typed = {"reference": case.reference, "code": mailed_code(case), "open": "1"}
    assert client.post("/track/", typed).status_code == 429


def test_the_tries_of_others_do_not_shut_out_whoever_has_the_code(client: Client, kent: Staff) -> None:
    case, code = sent()
    for _try in range(TRIES_A_REFERENCE + 1):
        opens(Client(REMOTE_ADDR="203.0.113.9"), case.reference, "11111111")
    assert opens(client, case.reference, code)


def test_one_address_cannot_try_code_after_code_on_case_after_case(client: Client, kent: Staff) -> None:
    case, code = sent()
    for _try in range(TRIES_AN_ADDRESS):
        client.post("/track/", {"reference": new_reference("KNT"), "code": "x", "open": "1"})
    sneaky = {"x-forwarded-for": "198.51.100.7"}
    typed = {"reference": case.reference, "code": code, "open": "1"}
    assert client.post("/track/", typed, headers=sneaky).status_code == 429


def test_filing_is_never_refused_for_being_often(client: Client, kent: Staff) -> None:
    for number in range(40):
        filed(client, "kent", "error_report", description=f"Tree {number}")
    assert Submission.objects.count() == 40


def test_a_mailed_code_opens_once(client: Client, kent: Staff) -> None:
    case, _code = sent(requester_email="rita@people.example")
    client.post("/track/", {"reference": case.reference, "mail": "1"})
    code = mailed_code(case)
    assert opens(client, case.reference, code)
    assert not opens(Client(), case.reference, code)


def test_a_mailed_code_ends_after_ten_minutes(client: Client, kent: Staff) -> None:
    with time_machine.travel(FILED, tick=False):
        case, _code = sent(requester_email="rita@people.example")
        client.post("/track/", {"reference": case.reference, "mail": "1"})
    with time_machine.travel(FILED + dt.timedelta(minutes=10, seconds=1), tick=False):
        assert not opens(client, case.reference, mailed_code(case))


def test_a_mailed_code_stands_five_wrong_tries(client: Client, kent: Staff) -> None:
    case, _code = sent(requester_email="rita@people.example")
    client.post("/track/", {"reference": case.reference, "mail": "1"})
    code = mailed_code(case)
    wrong = f"{(int(code) + 1) % 10**8:08}"
    for _try in range(5):
        assert not opens(client, case.reference, wrong)
    assert not opens(client, case.reference, code)


def test_at_most_three_codes_an_hour_are_mailed(client: Client, kent: Staff) -> None:
    case, _code = sent(requester_email="rita@people.example")
    pages = [client.post("/track/", {"reference": case.reference, "mail": "1"}) for _try in range(5)]
    assert OneTimeCode.objects.filter(submission=case).count() == 3
    assert Notice.objects.filter(submission=case, kind="one_time_code").count() == 3
    assert len({main_of(page) for page in pages}) == 1


def test_asking_for_a_code_tells_nobody_whether_there_is_a_case(client: Client, kent: Staff) -> None:
    case, _code = sent()
    reference = case.reference
    without_address = client.post("/track/", {"reference": reference, "mail": "1"})
    Submission.objects.filter(pk=case.pk).update(reference="KNT-222222222")
    absent = client.post("/track/", {"reference": reference, "mail": "1"})
    assert without_address.status_code == absent.status_code == 200
    assert main_of(without_address) == main_of(absent)
    assert not OneTimeCode.objects.exists()


def test_the_code_is_stored_as_a_hash_only(kent: Staff) -> None:
    case, code = sent(requester_email="rita@people.example")
    Client().post("/track/", {"reference": case.reference, "mail": "1"})
    assert mailed_code(case) not in OneTimeCode.objects.get().code_hash
    assert code not in str(Submission.objects.values_list().get(pk=case.pk))


# -- files


def test_a_file_is_a_download_that_no_browser_runs(client: Client, kent: Staff) -> None:
    reference = filed(client, "kent", "error_report", files=text_file("Bäume 树.txt"))
    file = Attachment.objects.get(submission__reference=reference)
    answer = client.get(f"/files/{file.pk}/")
    assert b"".join(answer.streaming_content) == b"Forty trees"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''B%C3%A4ume")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in answer["Cache-Control"]


def test_a_file_is_for_its_requester_and_the_offices_of_the_case_alone(kent: Staff, people: dict) -> None:
    case, _code = sent(files=text_file(), dataset=kent.dataset.identifier)
    address = f"/files/{Attachment.objects.get(submission=case).pk}/"
    assert Client().get(address).status_code == 404
    for user, status in ((kent.alice, 200), (kent.clerk, 200), (people["portland"].alice, 404)):
        staff = Client()
        staff.force_login(user)
        assert staff.get(address).status_code == status, user


def test_an_internal_file_is_not_for_the_requester(client: Client, kent: Staff) -> None:
    reference = filed(client, "kent", "error_report", files=text_file())
    case = Submission.objects.get(reference=reference)
    conversation.note(case, body="Note", by=kent.alice, now=timezone.now())
    Attachment.objects.filter(submission=case).update(internal=True)
    assert client.get(f"/files/{Attachment.objects.get().pk}/").status_code == 404


def test_no_page_of_the_tracking_carries_the_code(client: Client, kent: Staff) -> None:
    case, code = sent()
    opens(client, case.reference, code)
    assert code not in text_of(client.get(f"/track/{case.reference}/"))


def test_without_a_code_it_is_said_that_one_is_wanted(client: Client, kent: Staff) -> None:
    case, _code = sent()
    for reference in (case.reference, new_reference("KNT")):
        answer = client.post("/track/", {"reference": reference, "code": "", "open": "1"})
        assert answer.status_code == 422
        assert "Enter the code too, or have one mailed to you." in main_of(answer)
        assert "do not belong together" not in main_of(answer)
    assert "This must be filled in." in main_of(client.post("/track/", {"open": "1"}))
