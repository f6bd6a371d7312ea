"""What no browser sends: forged cursors, endless numbers, other encodings, keys of other people's forms."""

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import Signer, TimestampSigner, dumps
from django.test import Client

from requests_app import access
from requests_app.forms.attachments import SALT, file_of
from requests_app.forms.base import key_of, new_key
from requests_app.models import Attachment, Submission
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.pages import address, checked, confirmed, filed, hidden, main_of, text_file, text_of

ENDLESS = "9" * 5_000
ODD = (
    *("", "0", "-1", ENDLESS, "-" + ENDLESS, "9" * 25, "1.5", "NaN", "\x00", "x" * 100_000, "٣", "²", "1_0"),
    *(f"2026-01-01.{ENDLESS}", "0001-01-01.1", "9999-12-31.-1", ".", "{{7*7}}", "%(x)s", "%", "'\"--", "\\"),
    *(
        "NEAR(a b)",
        "a*",
        "^a",
        "col:a",
        "(",
        "a AND",
        "OR NOT",
        ":*",
        "&",
        "!",
        "<->",
        "a:b",
        "-",
        '"',
        "\u202e",
    ),
)


@pytest.mark.parametrize("name", ["office", "dataset", "text", "after", "before"])
def test_no_value_breaks_the_queue(client: Client, people: dict[str, Staff], name: str) -> None:
    client.force_login(people["kent"].clerk)
    for odd in ODD:
        answer = client.get("/desk/queue/", {"scope": "city", name: odd})
        assert answer.status_code == 200, (name, odd[:20])


def test_no_choice_that_is_none_breaks_the_queue(client: Client, people: dict[str, Staff]) -> None:
    client.force_login(people["kent"].clerk)
    for odd in (ENDLESS, "\x00", "%(x)s", "-id"):
        for name in ("scope", "kind", "state", "due", "sort"):
            assert client.get("/desk/queue/", {name: odd, "after": "1"}).status_code == 200, (name, odd[:20])


@pytest.mark.parametrize("odd", [odd for odd in ODD if odd and len(odd) <= 5_001])
def test_no_value_breaks_a_public_page(client: Client, people: dict[str, Staff], odd: str) -> None:
    dataset = people["kent"].dataset.identifier
    for page, names in {
        "/": ("need", "city", "q"),
        "/kent/datasets/": ("q", "page", "office", "format", "category", "sort", "after"),
        f"/kent/datasets/{dataset}/": ("before",),
        "/kent/suggest/": ("q", "kind"),
        "/kent/calculator/": ("kind", "received", "received_time", "fee", "flag", "event_1", "on_1"),
        "/kent/submit/appeal/": ("dataset", "against", "about", "ground"),
        "/track/": ("reference",),
    }.items():
        assert client.get(page, dict.fromkeys(names, odd)).status_code < 500, page
    if "\x00" not in odd:
        for page in ("track/{}/", "files/{}/", "{}/", "kent/submit/{}/", "kent/datasets/{}/", "{}/submit/"):
            assert client.get("/" + page.format(odd.strip("./") or "x")).status_code < 500, page


@pytest.mark.parametrize("encoding", ["utf-16", "utf-7", "latin-1"])
def test_a_form_in_another_encoding_is_refused_in_words(client: Client, db: None, encoding: str) -> None:
    kind = f"application/x-www-form-urlencoded; charset={encoding}"
    strict = Client(enforce_csrf_checks=True)
    for sender in (client, strict):
        answer = sender.post("/track/", b"reference=x", content_type=kind)
        assert answer.status_code == 415
        assert b"UTF-8" in answer.content


def test_a_form_from_elsewhere_is_refused(people: dict[str, Staff]) -> None:
    strict = Client(enforce_csrf_checks=True)
    case = file_case(people["kent"].city)
    session = strict.session
    with time_machine.travel(FILED, tick=False):
        access.grant_requester(session, case, now=FILED)
        session.save()
        for page in ("/track/", f"/track/{case.reference}/", f"/track/{case.reference}/withdraw/"):
            assert strict.post(page, {"revision": case.chain_length}).status_code == 403
    assert strict.post(address("kent", "error_report"), {"confirm": "1"}).status_code == 403
    strict.force_login(people["kent"].clerk)
    for page in (f"/desk/case/{case.reference}/note/", "/desk/enter/kent/error_report/", "/accounts/logout/"):
        assert strict.post(page, {"body": "x"}).status_code == 403


# -- keys of forms


def test_a_key_that_was_used_opens_nothing_for_whoever_does_not_know_the_words(
    client: Client, people: dict[str, Staff]
) -> None:
    page = checked(client, "kent", "error_report", description="Between me and the city")
    key = hidden(page)["submission_key"]
    confirmed(client, "kent", "error_report", page)
    stranger = Client()
    sent = {"description": "Anything", "submission_key": key, "confirm": "1"}
    answer = stranger.post(address("kent", "error_report"), sent)
    assert answer.status_code == 409
    case = Submission.objects.get()
    assert "Between me and the city" not in text_of(stranger.get(f"/track/{case.reference}/"))
    assert case.reference not in text_of(answer)


def test_words_changed_after_sending_are_kept_and_can_be_sent_anew(
    client: Client, people: dict[str, Staff]
) -> None:
    page = checked(client, "kent", "error_report", row="12")
    confirmed(client, "kent", "error_report", page)
    again = {**hidden(page), "row": "13", "confirm": "1"}
    answer = client.post(address("kent", "error_report"), again)
    assert answer.status_code == 409 and "sent once already" in main_of(answer)
    assert 'value="13"' in text_of(answer)
    again |= {name: hidden(answer)[name] for name in ("submission_key", "anyway")}
    assert client.post(address("kent", "error_report"), again).status_code == 302
    assert sorted(Submission.objects.values_list("errorreport__row", flat=True)) == ["12", "13"]


def test_a_key_of_one_city_and_kind_gives_no_case_of_another(
    client: Client, people: dict[str, Staff]
) -> None:
    page = checked(client, "kent", "error_report")
    confirmed(client, "kent", "error_report", page)
    key = hidden(page)["submission_key"]
    for city, kind in (("portland", "error_report"), ("kent", "records_request")):
        sent = {"description": "Forty trees stand in the river.", "submission_key": key, "confirm": "1"}
        assert client.post(address(city, kind), sent).status_code == 409
    assert Submission.objects.count() == 1


def test_tokens_serve_one_purpose_only(client: Client, people: dict[str, Staff]) -> None:
    page = checked(client, "kent", "error_report", files=text_file())
    stored = hidden(page)["stored"]
    assert file_of(stored) is not None
    assert key_of(stored) is None and file_of(new_key()) is None
    content = {"n": "x", "h": file_of(stored).sha256, "s": 1, "t": "text/plain"}
    for forged in (
        dumps(content),
        dumps(content, salt="other"),
        Signer().sign("x"),
        TimestampSigner().sign("x"),
    ):
        assert file_of(forged) is None and key_of(forged) is None
    assert file_of(stored[:-1] + ("A" if stored[-1] != "A" else "B")) is None
    assert dumps(content, salt=SALT) != stored


# -- what is typed on the check page anew


def test_nobody_chooses_office_dates_or_number_of_his_case(client: Client, people: dict[str, Staff]) -> None:
    more = {
        **{"office": "1", "office_id": "1", "received_at": "2020-01-01T00:00Z", "received_on": "2020-01-01"},
        **{"status": "closed", "reference": "KNT-222222222", "channel": "phone", "entered_by": "1"},
        **{"code_hash": "x", "urgency": "2020-01-01", "is_public": "on"},
    }
    case = Submission.objects.get(reference=filed(client, "kent", "records_request", **more))
    assert (case.kind, case.status, case.channel, case.entered_by) == (
        "records_request",
        "received",
        "web",
        None,
    )
    assert case.reference != "KNT-222222222" and case.received_on.year > 2020
    assert case.city.slug == "kent" and not case.is_public


def test_a_file_of_another_case_cannot_be_taken_by_its_number_or_hash(
    client: Client, people: dict[str, Staff]
) -> None:
    filed(Client(), "kent", "error_report", files=SimpleUploadedFile("mine.txt", b"private words"))
    file = Attachment.objects.get()
    for forged in (str(file.pk), file.sha256, f"{file.sha256}:x", "../../secret_key", "\x00"):
        sent = {"description": "x", "stored": forged}
        answer = client.post(address("kent", "error_report"), sent)
        assert answer.status_code == 422 and "no longer there" in main_of(answer)
