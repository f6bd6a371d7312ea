"""The letters of a city, through HTTP: written, shown filled in, used, brought in and given out."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from requests_app.correspondence import letter_fields, letters
from requests_app.correspondence.letter_fields import FIELDS, TEXT_OF, Known
from requests_app.models import Action, LetterTemplate, LetterVersion, Notice, Submission
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.staff_pages import signed_in

BODY = "Dear {{ requester_name }}, about {{reference}}: by {{ due_on }} at the latest. {{ my_name }}"


@pytest.fixture
def kent(people: dict[str, Staff], time_machine) -> Staff:
    time_machine.move_to(FILED)
    return people["kent"]


@pytest.fixture
def case(kent: Staff) -> Submission:
    return file_case(kent.city, dataset=kent.dataset, requester_name="Rita Resident")


def written(
    kent: Staff, action: Action = Action.ASK, body: str = BODY, name: str = "Which years"
) -> LetterTemplate:
    return letters.save(kent.city, action=action, name=name, body=body, by=kent.clerk, now=FILED)


def sent(**more: object) -> dict[str, object]:
    return {"action": "ask", "name": "Which years", "body": BODY, "active": "on", **more}


NEW = "/desk/letters/kent/new/"


def test_a_letter_is_written_by_the_clerk_and_every_version_is_kept(kent: Staff) -> None:
    client = signed_in(kent.clerk)
    assert client.post(NEW, sent()).status_code == 302
    letter = LetterTemplate.objects.get()
    address = reverse("requests_app:letter", args=[letter.pk])
    assert client.post(address, sent(body="New {{ title }}", version=1)).status_code == 302
    late = client.post(address, sent(body="Mine", version=1))
    assert late.status_code == 409
    assert "Meanwhile Clerk changed this letter" in late.content.decode() and "Mine" in late.content.decode()
    kept = list(LetterVersion.objects.values_list("number", "body", "by_name"))
    assert kept == [(2, "New {{ title }}", "Clerk"), (1, BODY, "Clerk")]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("Dear {{ name }}", "name"),
        ("{{ case.requester_email }}", "case.requester_email"),
        ("{{ reference|safe }}", "reference|safe"),
        ("{{ open", "{{"),
        ("{% load static %}", "{%"),
        ("{{}}", "{{ }}"),
    ],
)
def test_an_unknown_field_is_refused_by_name_with_the_list_of_the_known(
    kent: Staff, body: str, wrong: str
) -> None:
    answer = signed_in(kent.clerk).post(NEW, sent(body=body))
    assert answer.status_code == 422
    told = answer.context["form"].errors["body"][0]
    assert wrong in told and all(name in told for name in FIELDS)
    assert not LetterTemplate.objects.exists()


def test_two_letters_of_an_act_have_two_names(kent: Staff) -> None:
    written(kent)
    answer = signed_in(kent.clerk).post(NEW, sent())
    assert answer.status_code == 409
    assert "already" in answer.content.decode()


def test_the_preview_shows_the_dates_of_a_case_and_keeps_nothing(kent: Staff, case: Submission) -> None:
    answer = signed_in(kent.clerk).post(NEW, sent(preview="1", case=case.reference))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert (
        f"Dear Rita Resident, about {case.reference}: by Thursday, June 4, 2026 at the latest. Clerk" in text
    )
    assert not LetterTemplate.objects.exists()


def test_every_field_of_every_kind_in_every_city_can_be_filled(people: dict[str, Staff]) -> None:
    body = " ".join(f"{{{{ {name} }}}}" for name in FIELDS)
    for staff in people.values():
        for kind in ("error_report", "records_request", "access_request"):
            case = file_case(staff.city, kind)
            known = Known(case, list(case.deadlines.all()), FILED.date(), staff.clerk)
            text = letter_fields.filled(body, known)
            assert "{{" not in text and case.reference in text
            assert "[dataset: not specified]" in text
            assert "dataset" in letter_fields.unfinished(text)


@pytest.mark.parametrize("action", TEXT_OF)
def test_the_form_of_each_act_offers_its_letters_and_fills_them_in(
    kent: Staff, case: Submission, action: Action
) -> None:
    letter = written(kent, action)
    client, address = signed_in(kent.alice), reverse("requests_app:act", args=[case.reference, action])
    page = client.get(address)
    assert f'name="letter" value="{letter.pk}"' in page.content.decode()
    shown = client.post(address, {"letter": letter.pk, TEXT_OF[action]: "My words", "revision": "1"})
    text = shown.context["form"][TEXT_OF[action]].value()
    assert shown.status_code == 200
    assert text.startswith("Dear Rita Resident") and text.endswith("My words")
    assert case.events.count() == 1, "nothing was sent"


def test_what_is_still_open_is_not_sent(kent: Staff, case: Submission) -> None:
    address = reverse("requests_app:act", args=[case.reference, "ask"])
    client = signed_in(kent.alice)
    for body in ("See {{ due_on }}", "See [extendable_to: not specified]"):
        answer = client.post(address, {"revision": case.chain_length, "body": body})
        assert answer.status_code == 422
        assert "still has open places" in answer.content.decode() and body in answer.content.decode()
    assert case.events.count() == 1
    assert client.post(address, {"revision": case.chain_length, "body": "See [1]: {x}"}).status_code == 302


def test_what_a_requester_typed_is_never_a_template(kent: Staff) -> None:
    case = file_case(
        kent.city, dataset=kent.dataset, title="{{ link }} {% now %}", requester_name="{{ my_name }}"
    )
    known = Known(case, [], FILED.date(), kent.alice)
    assert (
        letter_fields.filled("{{ title }} {{ requester_name }}", known)
        == "{{ link }} {% now %} {{ my_name }}"
    )


def test_only_clerk_and_administrator_write_and_others_of_the_city_read(
    people: dict[str, Staff], kent: Staff
) -> None:
    letter = written(kent)
    address = reverse("requests_app:letter", args=[letter.pk])
    for user in (kent.alice, kent.bob, kent.auditor):
        client = signed_in(user)
        assert client.get(address).status_code == 200
        assert client.post(address, sent(version=1)).status_code == 403
        assert client.get(NEW).status_code == 403
        assert client.post("/desk/letters/kent/import/").status_code == 403
        assert client.get("/desk/letters/kent/letters.json").status_code == 200
    foreign = signed_in(people["portland"].clerk)
    for path in (address, NEW, "/desk/letters/kent/letters.json"):
        assert foreign.get(path).status_code == 404
    assert LetterVersion.objects.count() == 1


def bring(client: Client, document: object):
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    file = SimpleUploadedFile("letters.json", content, content_type="application/json")
    return client.post("/desk/letters/kent/import/", {"document": file}, follow=True)


def test_what_is_given_out_can_be_brought_in_again(kent: Staff) -> None:
    written(kent)
    client = signed_in(kent.clerk)
    document = client.get("/desk/letters/kent/letters.json").json()
    assert "1 as they were" in bring(client, document).content.decode()
    document["letters"][0]["body"] = "Changed {{ city }}"
    document["letters"].append({"action": "message", "name": "Thanks", "body": "Thank you."})
    assert "1 new, 1 changed, 0 as they were" in bring(client, document).content.decode()
    assert LetterTemplate.objects.get(name="Which years").version == 2


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"\xff\xfe", "not JSON"),
        (b"{", "not JSON"),
        ([], "must have one key"),
        ({"letters": [], "more": 1}, "must have one key"),
        ({"letters": [3]}, "letters[1]"),
        (
            {"letters": [{"action": "ask", "name": "A", "body": "{{ secret }}"}]},
            "letters[1].body: Unknown field: secret",
        ),
        ({"letters": [{"action": "close", "name": "A", "body": "B"}]}, "letters[1].action"),
        ({"letters": [{"action": "ask", "name": "", "body": "B"}]}, "letters[1].name"),
        (
            {"letters": [{"action": "ask", "name": "A", "body": "B", "html": "x"}]},
            "letters[1].html: unknown key",
        ),
        ({"letters": [{"action": "ask", "name": "A", "body": "B"}] * 2}, "stands twice"),
        ({"letters": [{"action": "ask", "name": "A", "body": "B", "active": "no"}]}, "letters[1].active"),
    ],
)
def test_a_document_with_a_mistake_is_not_brought_in_at_all(
    kent: Staff, document: object, words: str
) -> None:
    if isinstance(document, dict) and document.get("letters") and "more" not in document:
        document["letters"].insert(
            len(document["letters"]), {"action": "ask", "name": "Good", "body": "Good"}
        )
    answer = bring(signed_in(kent.clerk), document)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not LetterTemplate.objects.exists()


def test_a_letter_that_was_sent_reaches_the_requester_as_any_other(kent: Staff, case: Submission) -> None:
    letter = written(kent, Action.ACKNOWLEDGE, "We have {{ reference }} since {{ received_on }}.")
    client, address = signed_in(kent.alice), reverse("requests_app:act", args=[case.reference, "acknowledge"])
    form = client.post(address, {"letter": letter.pk, "revision": case.chain_length}).context["form"]
    client.post(address, {"message": form["message"].value(), "revision": case.chain_length})
    assert "We have " + case.reference in Notice.objects.get(kind="acknowledged", submission=case).body


def test_the_newest_case_serves_where_none_is_named(kent: Staff, case: Submission) -> None:
    written(kent)
    page = signed_in(kent.clerk).get(reverse("requests_app:letter", args=[LetterTemplate.objects.get().pk]))
    assert page.context["case"] == Submission.objects.latest("pk")
