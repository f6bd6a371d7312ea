"""Filing by the API: the forms of the pages, once and only once, and the code that comes back."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.test import Client

from requests_app.api.filing import CODE_AGAIN
from requests_app.attachments.files import MAX_FILES
from requests_app.doors.references import new_code
from requests_app.doors.throttle import TRIES_AN_ADDRESS
from requests_app.kinds import KINDS
from requests_app.models import Appeal, Attachment, Notice, Submission
from tests.requests_app.api.callers import call, content, described, filed
from tests.requests_app.factories import FILED, Staff
from tests.requests_app.pages import ENOUGH, text_file


def errors(client: Client, kind: str = "error_report", **sent: object) -> dict[str, list[str]]:
    """What is said of each field."""
    answer = call(client, f"submit_{kind}", city="kent", sent=sent)
    assert answer.status_code == 422 and not Submission.objects.exists()
    return answer.json()["errors"]


def test_an_empty_filing_is_told_every_field_that_is_missing(client: Client, kent: Staff) -> None:
    found = errors(client)
    assert set(found) == {"description", "submission_key"}
    assert found["description"] == ["This must be filled in."]


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_document_requires_is_what_the_form_requires(client: Client, kent: Staff, kind: str) -> None:
    schema = described()["components"]["schemas"][f"submission_{kind}"]
    assert set(errors(client, kind)) == set(schema["required"])
    shown = {one["kind"]: one for one in call(client, "forms", city="kent").json()["forms"]}[kind]
    for field in shown["fields"]:
        known = field["name"] in schema["properties"] or field["name"].startswith("flag_")
        assert known or field["name"] == "files"
        assert field["required"] == (field["name"] in schema["required"])


def test_a_field_that_no_form_has_is_refused_by_name(client: Client, kent: Staff) -> None:
    found = errors(client, **content("error_report", field_nam="x", status="closed", is_pubic=True))
    assert set(found) == {"field_nam", "status", "is_pubic"}
    found = errors(client, **content("error_report", flag_nobody_asks="yes"))
    assert set(found) == {"flag_nobody_asks"}
    found = errors(client, **content("error_report", stored="x", drop="x", confirm="1"))
    assert set(found) == {"stored", "drop", "confirm"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("description", value) for value in (1, True, None, [], {}, ["x"], "\ud800", "")),
        *(("is_public", value) for value in ("true", 1, None)),
        *(("requester_email", value) for value in ("nobody", "a@b", "a@\ud800.example", "x" * 400)),
        *(("flag_affects_official_records", value) for value in ("maybe", True)),
        *(("row", value) for value in ("x" * 301, 17)),
        ("dataset", "no such dataset"),
    ],
)
def test_a_value_of_the_wrong_kind_is_a_sentence_at_its_field(
    client: Client, kent: Staff, field: str, value: object
) -> None:
    found = errors(client, **content("error_report", **{field: value}))
    assert set(found) == {field} and all(found[field])


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "with space with space with", "ä" * 30])
def test_a_key_that_could_be_guessed_is_refused(client: Client, kent: Staff, key: str) -> None:
    assert set(errors(client, **content("error_report", submission_key=key))) == {"submission_key"}


def test_sent_again_it_is_the_same_case_with_the_same_code(client: Client, kent: Staff) -> None:
    sent = content("error_report", requester_email="rita@people.example", flag_affects_official_records="yes")
    first = call(client, "submit_error_report", city="kent", sent=sent)
    again = call(Client(), "submit_error_report", city="kent", sent=sent)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() and Submission.objects.count() == 1
    assert Notice.objects.filter(kind="filed", email="rita@people.example").count() == 1
    assert (
        call(client, "case", reference=first.json()["reference"], code=again.json()["code"]).status_code
        == 200
    )
    assert sent["submission_key"] not in str(Submission.objects.values().get())


def test_the_code_is_told_again_for_a_day_and_no_longer(client: Client, kent: Staff) -> None:
    sent = content("records_request")
    with time_machine.travel(FILED, tick=False):
        first = call(client, "submit_records_request", city="kent", sent=sent).json()
    with time_machine.travel(FILED + CODE_AGAIN - dt.timedelta(seconds=1), tick=False):
        assert call(client, "submit_records_request", city="kent", sent=sent).json()["code"] == first["code"]
    with time_machine.travel(FILED + CODE_AGAIN, tick=False):
        later = call(client, "submit_records_request", city="kent", sent=sent)
    assert later.status_code == 200 and later.json()["code"] is None


@pytest.mark.parametrize(
    "changes", [{"description": "Other words"}, {"requester_name": "Eve"}, {"row": "18"}, {"is_public": True}]
)
def test_a_known_key_with_another_content_gives_nothing_away(
    client: Client, kent: Staff, changes: dict[str, object]
) -> None:
    sent = content("error_report", dataset=kent.dataset.identifier)
    made = call(client, "submit_error_report", city="kent", sent=sent).json()
    answer = call(client, "submit_error_report", city="kent", sent={**sent, **changes})
    assert answer.status_code == 409 and Submission.objects.count() == 1
    assert made["reference"] not in answer.content.decode() and made["code"] not in answer.content.decode()


def test_a_key_of_one_city_or_kind_is_no_key_to_another(client: Client, people: dict[str, Staff]) -> None:
    sent = content("records_request")
    call(client, "submit_records_request", city="kent", sent=sent)
    assert call(client, "submit_records_request", city="portland", sent=sent).status_code == 409
    other = {**ENOUGH["error_report"], "submission_key": sent["submission_key"]}
    assert call(client, "submit_error_report", city="kent", sent=other).status_code == 409


def test_two_keys_give_two_cases_with_codes_of_their_own(client: Client, kent: Staff) -> None:
    one, two = filed(client, "kent", "error_report"), filed(client, "kent", "error_report")
    assert one["reference"] != two["reference"] and one["code"] != two["code"]


def test_the_same_words_of_the_same_address_are_asked_about_without_a_reference(
    client: Client, kent: Staff
) -> None:
    made = filed(client, "kent", "error_report", requester_email="rita@people.example")
    sent = content("error_report", requester_email="RITA@people.example")
    asked = call(client, "submit_error_report", city="kent", sent=sent)
    assert asked.status_code == 409 and made["reference"] not in asked.content.decode()
    anyway = call(client, "submit_error_report", city="kent", sent={**sent, "anyway": True})
    assert anyway.status_code == 201 and Submission.objects.count() == 2


def test_files_come_as_a_form_and_are_looked_at_as_on_the_page(client: Client, kent: Staff) -> None:
    sent = content("error_report", is_public="false", files=text_file("a.pdf"))
    refused = call(client, "submit_error_report", city="kent", data=sent)
    assert refused.status_code == 422 and "a.pdf" in refused.json()["errors"]["files"][0]
    many = [text_file(f"{number}.txt", str(number).encode()) for number in range(MAX_FILES + 1)]
    assert call(client, "submit_error_report", city="kent", data={**sent, "files": many}).status_code == 422
    wrong_name = {**sent, "files": text_file(), "file": text_file()}
    assert set(call(client, "submit_error_report", city="kent", data=wrong_name).json()["errors"]) == {"file"}
    taken = call(client, "submit_error_report", city="kent", data={**sent, "files": text_file()})
    assert taken.status_code == 201 and Attachment.objects.get().name == "trees.txt"


def test_an_appeal_is_bound_to_the_case_whose_code_comes_with_it(client: Client, kent: Staff) -> None:
    made = filed(client, "kent", "records_request")
    sent = content("appeal", against=made["reference"], ground="handling")
    assert call(client, "submit_appeal", city="kent", sent=sent, code=new_code()).status_code == 401
    assert call(client, "submit_appeal", city="kent", sent=sent, code=made["code"]).status_code == 201
    assert Appeal.objects.get().against.reference == made["reference"]
    stranger = content("appeal", against=made["reference"], ground="handling")
    answer = call(Client(), "submit_appeal", city="kent", sent=stranger)
    assert answer.status_code == 201 and Appeal.objects.filter(against=None).count() == 1


def test_filing_is_never_refused_for_being_often(client: Client, kent: Staff, settings) -> None:
    for number in range(TRIES_AN_ADDRESS + 1):
        filed(client, "kent", "error_report", description=f"Tree {number}")
    assert Submission.objects.count() == TRIES_AN_ADDRESS + 1


def test_the_language_of_the_call_is_the_language_of_the_letters(client: Client, kent: Staff) -> None:
    filed(client, "kent", "error_report")
    assert Submission.objects.get().language == "en"


def test_a_uuid_is_a_key(client: Client, kent: Staff) -> None:
    sent = {**ENOUGH["error_report"], "submission_key": str(uuid.uuid4())}
    assert call(client, "submit_error_report", city="kent", sent=sent).status_code == 201
