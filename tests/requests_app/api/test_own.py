"""One's own case by reference and code: nobody else's, not by guessing, and nothing that is for staff."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from requests_app import access
from requests_app.attachments import files
from requests_app.correspondence import conversation
from requests_app.doors import throttle
from requests_app.doors.references import new_code, new_reference
from requests_app.models import Actor, Submission
from tests.requests_app.api.callers import BY_NAME, address, call, content, filed
from tests.requests_app.factories import Staff
from tests.requests_app.pages import text_file

OWN = [name for name, operation in BY_NAME.items() if operation.code == "required"]
SENT = {"body": "Mine", "reason": "Mine", "revision": 1}


def sent_to(name: str) -> dict[str, object] | None:
    fields = {"answer", "message", "follow_up"}
    known = {"revision", "body"} if name in fields else {"revision", "reason"}
    known = {"revision"} if name == "statement" else known
    return None if BY_NAME[name].reads else {key: SENT[key] for key in known}


def tried(client: Client, name: str, reference: str, code: str) -> tuple[int, bytes]:
    answer = call(client, name, reference=reference, code=code, file=1, sent=sent_to(name))
    return answer.status_code, answer.content


@pytest.mark.parametrize("name", OWN)
def test_a_wrong_code_and_an_absent_case_get_the_same_answer_and_nothing_happens(
    client: Client, kent: Staff, name: str
) -> None:
    mine, other = filed(client, "kent", "error_report"), filed(client, "kent", "error_report")
    before = list(Submission.objects.order_by("pk").values())
    absent = tried(client, name, new_reference("KNT"), mine["code"])
    assert absent[0] == 401
    for code in (other["code"], new_code(), "", "x" * 5_000, "12345678"):
        assert tried(client, name, mine["reference"], code) == absent
    assert list(Submission.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("name", OWN)
def test_a_session_of_the_pages_opens_nothing_here(client: Client, kent: Staff, name: str) -> None:
    made = filed(Client(), "kent", "error_report")
    session = client.session
    access.grant_requester(session, Submission.objects.get(), now=timezone.now())
    session.save()
    client.force_login(kent.clerk)
    answer = client.generic(BY_NAME[name].method, address(name, reference=made["reference"], file=1))
    assert answer.status_code in (401, 415) and made["reference"].encode() not in answer.content
    assert not answer.cookies


def test_a_mistyped_reference_is_told_apart_by_its_check_sign(client: Client, kent: Staff) -> None:
    for reference in ("KNT-222222223", "x" * 300, "😀", "..%2f..", "KNT-7F3K9QX2A"):
        answer = call(client, "case", reference=reference, code=new_code())
        assert answer.status_code == 404


def test_the_reference_may_be_typed_as_people_do(client: Client, kent: Staff) -> None:
    made = filed(client, "kent", "error_report")
    typed = made["reference"].lower().replace("-", " ")
    answer = call(client, "case", reference=typed, code=made["code"].lower().replace("-", ""))
    assert answer.status_code == 200


def test_codes_cannot_be_tried_for_ever_and_pages_and_api_count_together(client: Client, kent: Staff) -> None:
    made = filed(client, "kent", "error_report")
    own = {"reference": made["reference"], "code": made["code"]}
    for _try in range(throttle.TRIES_AN_ADDRESS - 1):
        call(client, "case", reference=made["reference"], code=new_code())
    assert call(client, "case", **own).status_code == 200
    client.post("/track/", {"reference": made["reference"], "code": "x", "open": "1"})
    answer = call(client, "case", **own)
    assert answer.status_code == 429 and answer["Retry-After"] == str(throttle.QUARTER)
    sneaky = {"Authorization": f"Bearer {made['code']}", "X-Forwarded-For": "198.51.100.7"}
    assert client.get(address("case", reference=made["reference"]), headers=sneaky).status_code == 429
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert call(elsewhere, "case", **own).status_code == 200


def test_the_right_code_costs_no_tries(client: Client, kent: Staff) -> None:
    made = filed(client, "kent", "error_report")
    for _time in range(throttle.TRIES_AN_ADDRESS + 1):
        assert call(client, "case", reference=made["reference"], code=made["code"]).status_code == 200


def test_what_is_only_for_staff_is_in_no_answer(client: Client, kent: Staff) -> None:
    canary = "canary-5b0e"
    made = filed(client, "kent", "error_report", requester_email="rita@people.example")
    case = Submission.objects.get()
    stored = [files.store(SimpleUploadedFile(f"{canary}.txt", canary.encode()))]
    conversation.note(case, body=f"{canary} note", by=kent.alice, now=timezone.now(), files=stored)
    conversation.message(case, body="For you", by=kent.alice, now=timezone.now())
    answer = call(client, "case", reference=made["reference"], code=made["code"])
    assert "For you" in answer.content.decode() and canary not in answer.content.decode()
    assert kent.alice.email not in answer.content.decode()
    hidden = case.attachments.get()
    answer = call(client, "case_file", reference=made["reference"], code=made["code"], file=hidden.pk)
    assert answer.status_code == 404


def test_a_file_of_another_case_is_not_given_out(client: Client, kent: Staff) -> None:
    made = filed(client, "kent", "error_report")
    call(client, "submit_error_report", city="kent", data=content("error_report", files=text_file()))
    theirs = Submission.objects.latest("pk").attachments.get()
    for number in (theirs.pk, 10**17, "x", "-1", "１"):
        answer = call(client, "case_file", reference=made["reference"], code=made["code"], file=number)
        assert answer.status_code == 404


def test_an_act_needs_the_revision_that_was_read(client: Client, kent: Staff) -> None:
    made = filed(client, "kent", "error_report")
    own = {"reference": made["reference"], "code": made["code"]}
    missing = call(client, "message", sent={"body": "Again"}, **own)
    assert missing.status_code == 422 and missing.json()["errors"] == {
        "revision": ["This field is required."]
    }
    revision = call(client, "case", **own).json()["revision"]
    assert call(client, "message", sent={"body": "Again", "revision": revision}, **own).status_code == 200
    again = call(client, "message", sent={"body": "Again", "revision": revision}, **own)
    assert again.status_code == 409 and "Meanwhile" in again.json()["detail"]
    assert Submission.objects.get().messages.count() == 1


def test_an_empty_word_is_refused_unless_the_question_is_declined(client: Client, kent: Staff) -> None:
    made = filed(client, "kent", "error_report")
    own = {"reference": made["reference"], "code": made["code"]}
    conversation.ask(Submission.objects.get(), body="Which?", by=kent.alice, now=timezone.now())
    revision = Submission.objects.get().chain_length
    empty = call(client, "answer", sent={"body": " \n", "revision": revision}, **own)
    assert list(empty.json()["errors"]) == ["body"]
    declined = call(client, "answer", sent={"declined": True, "revision": revision}, **own)
    assert declined.status_code == 200 and declined.json()["status"] == "acknowledged"


def test_an_act_brings_files_that_are_looked_at_as_on_the_page(client: Client, kent: Staff) -> None:
    made = filed(client, "kent", "error_report")
    own = {"reference": made["reference"], "code": made["code"]}
    case = Submission.objects.get()
    page = SimpleUploadedFile("tree.pdf", b"<script>alert(1)</script>")
    sent = {"body": "See", "revision": case.chain_length}
    refused = call(client, "message", data={**sent, "files": page}, **own)
    assert refused.status_code == 422 and list(refused.json()["errors"]) == ["files"]
    taken = call(client, "message", data={**sent, "files": text_file()}, **own)
    (message,) = taken.json()["messages"]
    assert [one["name"] for one in message["files"]] == ["trees.txt"]
    assert case.attachments.get().actor == Actor.REQUESTER
