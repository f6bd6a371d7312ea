"""Text that is code somewhere: it comes back as the same text, on every page and in every letter."""

import json
import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from portals.catalog.entry import CatalogError
from portals.catalog.importing import bring_in
from portals.catalog.reading import read_catalog
from portals.models import Dataset
from portals.vocabulary import Outcome
from requests_app import determinations, intake, routing
from requests_app.correspondence import conversation, delivery
from requests_app.models import Notice, Submission
from tests.requests_app.factories import Staff
from tests.requests_app.pages import ENOUGH, filed, main_of, text_file, text_of

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg/onload=alert(1)>"
    " {{7*7}} {% debug %} {0.__class__} %(x)s %s %d 100% javascript:alert(1)"
)
LIVE = re.compile(r"<script>|<svg/onload|<img src=x|onerror=alert\(1\)>(?!&)|49 ")
KINDS = sorted(ENOUGH)
DATA_URL = "data:text/html,x"
BROKEN = (
    b"",
    b"{",
    b"[" * 100_000,
    b"\xff\xfe\x00",
    b"null",
    b"<html>",
    b'{"dataset": [{"a": 1}, ',
    b"7" * 5_000,
)


def page_is_dead(html: str) -> None:
    assert not LIVE.search(html), LIVE.search(html)
    assert not re.search(r"""(href|src|action)=["']?\s*javascript:""", html, re.IGNORECASE)
    inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<[^>]+\son[a-z]+=\"|<style|\sstyle=\"", html)
    assert not inline, inline


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_words_in_every_field_stay_words(client: Client, people: dict[str, Staff], kind: str) -> None:
    form = client.get(f"/kent/submit/{kind}/").context["form"]
    typed = {
        name: HOSTILE
        for name, field in form.fields.items()
        if not hasattr(field, "choices") and name not in ("files", "dataset", "requester_email")
    }
    for name in ("records_from", "records_to", "fee_limit", "is_public", "against"):
        typed.pop(name, None)
    typed["requester_name"] = HOSTILE[:200]
    limits = {"row": 300, "field_name": 200, "preferred_format": 100, "expected_volume": 200, "schedule": 300}
    typed |= {name: typed[name][:limit] for name, limit in limits.items() if name in typed}
    wrong = client.post(f"/kent/submit/{kind}/", {**typed, "description": "", "dataset": HOSTILE[:200]})
    assert wrong.status_code == 422
    page_is_dead(text_of(wrong))
    reference = filed(client, "kent", kind, **typed, files=text_file(f"{HOSTILE[:80]}.txt"))
    case = Submission.objects.get(reference=reference)
    assert case.description == HOSTILE
    page = client.get(f"/track/{reference}/")
    page_is_dead(text_of(page))
    assert "{{7*7}} {% debug %} {0.__class__} %(x)s %s %d 100%" in main_of(page)
    staff = Client()
    staff.force_login(people["kent"].clerk)
    for address in (f"/desk/case/{reference}/", "/desk/", f"/desk/queue/?scope=city&text={reference[4:8]}"):
        answer = staff.get(address)
        assert answer.status_code == 200
        page_is_dead(text_of(answer))


def test_hostile_words_of_staff_stay_words(client: Client, people: dict[str, Staff]) -> None:
    kent, now = people["kent"], timezone.now()
    typed = {"dataset": kent.dataset.identifier, "is_public": "on", "requester_email": "rita@people.example"}
    case = Submission.objects.get(
        reference=filed(client, "kent", "error_report", description=HOSTILE, **typed)
    )
    intake.acknowledge(case, by=kent.alice, now=now, message=HOSTILE)
    conversation.message(case, body=HOSTILE, by=kent.alice, now=now)
    conversation.note(case, body=HOSTILE, by=kent.alice, now=now)
    other = kent.charlie.memberships.get().office
    routing.refer(case, to=other, reason=HOSTILE, by=kent.alice, now=now)
    determinations.determine(case, determinations.Answer(Outcome.NO_ACTION, HOSTILE), by=kent.clerk, now=now)
    page_is_dead(text_of(client.get(f"/track/{case.reference}/")))
    page_is_dead(text_of(client.get(f"/kent/datasets/{kent.dataset.identifier}/")))
    page_is_dead(text_of(client.get("/kent/suggest/", {"q": "alert script onload"})))
    staff = Client()
    staff.force_login(kent.clerk)
    page = staff.get(f"/desk/case/{case.reference}/")
    page_is_dead(text_of(page))
    for letter in Notice.objects.filter(submission=case):
        assert "&lt;" not in letter.body and "49 " not in letter.body
        assert len(letter.subject.splitlines()) == 1


def test_a_report_that_its_author_takes_back_is_public_no_more(
    client: Client, people: dict[str, Staff]
) -> None:
    kent = people["kent"]
    typed = {"dataset": kent.dataset.identifier, "is_public": "on", "description": "Secretly wrong trees"}
    case = Submission.objects.get(reference=filed(client, "kent", "error_report", **typed))
    address = f"/kent/datasets/{kent.dataset.identifier}/"
    assert "Secretly wrong trees" in main_of(client.get(address))
    conversation.withdraw(case, now=timezone.now())
    assert "Secretly wrong trees" not in text_of(client.get(address))
    assert "Secretly wrong trees" not in text_of(client.get("/kent/suggest/", {"q": "secretly wrong trees"}))


ADDRESSES = ("a@b.example\r\nBcc: c@evil.example", "a@b.example,c@evil.example", '"a\nb"@c.de')


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_cannot_carry_further_headers(
    client: Client, people: dict[str, Staff], address: str
) -> None:
    sent = {**ENOUGH["error_report"], "requester_email": address}
    assert client.post("/kent/submit/error_report/", sent).status_code == 422


def test_a_name_or_an_office_cannot_carry_further_headers(
    client: Client, people: dict[str, Staff], mailoutbox: list
) -> None:
    hostile = "Rita\r\nBcc: c@evil.example\r\n\r\nHello"
    filed(client, "kent", "error_report", requester_name=hostile, requester_email="rita@people.example")
    delivery.deliver(now=timezone.now())
    assert [letter.to for letter in mailoutbox] == [["rita@people.example"]]
    message = mailoutbox[0].message()
    assert "Bcc" not in message and len(message["Subject"].splitlines()) == 1


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[2J\x07", "\ufeff\u202e\u200b", "x" * 1_000_000, "\ud83d"])
def test_control_signs_and_a_million_letters_get_an_answer_for_people(
    client: Client, people: dict[str, Staff], text: str
) -> None:
    typed = text.encode("utf-8", "surrogatepass")
    start = b'--x\r\nContent-Disposition: form-data; name="description"\r\n\r\n'
    body, kind = start + typed + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"
    answer = client.post("/kent/submit/error_report/", body, content_type=kind)
    assert answer.status_code == (422 if len(text) > 20_000 else 200)
    assert "\x00" not in text_of(answer) and "\x1b" not in text_of(answer)
    if len(text) > 20_000:
        assert "1000000 characters" in main_of(answer) and "x" * 1_000_000 in text_of(answer)


def test_a_hostile_catalogue_gives_only_words_and_web_addresses(
    client: Client, people: dict[str, Staff], tmp_path: Path
) -> None:
    bad = "javascript:alert(1)"
    entry = {
        **{"@type": "dcat:Dataset", "identifier": "../../<script>", "title": HOSTILE, "description": HOSTILE},
        **{"landingPage": bad, "license": bad, "keyword": [HOSTILE] * 300, "theme": [HOSTILE]},
        **{
            "publisher": {"name": HOSTILE},
            "contactPoint": {"fn": HOSTILE, "hasEmail": "mailto:a@b.de\nBcc:"},
        },
        **{"accessLevel": "public", "modified": "99999-99-99", "accrualPeriodicity": "R/P\x00"},
        "distribution": [{"downloadURL": bad, "accessURL": DATA_URL, "title": HOSTILE * 1000}] * 300,
    }
    file = tmp_path / "data.json"
    odd = [None, 7, [], {"identifier": None}, {"title": {"a": [1]}, "identifier": "x" * 100_000}]
    document = {"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": [entry, *odd]}
    file.write_text(json.dumps(document))
    kent = people["kent"].city
    bring_in(kent, read_catalog(str(file), kent.zone), now=timezone.now())
    for row in Dataset.objects.filter(city=kent).exclude(pk=people["kent"].dataset.pk):
        for address in (f"/kent/datasets/{row.identifier}/", "/kent/datasets/?q=alert", "/kent/datasets/"):
            answer = client.get(address)
            assert answer.status_code == 200, address
            page_is_dead(text_of(answer))
            assert DATA_URL not in text_of(answer)


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_catalogue_is_refused_with_a_sentence(
    people: dict[str, Staff], tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "broken.json"
    file.write_bytes(content)
    with pytest.raises(CatalogError) as refused:
        read_catalog(str(file), people["kent"].city.zone)
    assert len(str(refused.value)) > 10
