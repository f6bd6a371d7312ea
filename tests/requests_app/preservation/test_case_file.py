"""The case file: what each part holds, that it is the same every time, and that any change is found."""

import datetime as dt
import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import models
from django.test import Client

from portals.vocabulary import Outcome
from requests_app import access, determinations, fees
from requests_app.attachments.files import path_of, store
from requests_app.correspondence import conversation
from requests_app.determinations import Answer
from requests_app.doors import one_time
from requests_app.escalation import sweep
from requests_app.models import Notice, Submission
from requests_app.preservation import case_export, case_rows, case_zip
from requests_app.preservation.verification import verify_case_file
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.fee_cases import paid, tell
from tests.requests_app.staff_pages import signed_in

DAY = dt.timedelta(days=1)
TEMPLATES = Path(__file__).parents[3] / "templates/emails"
SLUGS = ["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"]


def stored(name: str, content: bytes):
    return store(SimpleUploadedFile(name, content))


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "uploads"


def full_case(staff: Staff) -> Submission:
    """A case with everything: files, a question, a note, a fee, a code, an answer, taken up again."""
    case = file_case(
        staff.city,
        "records_request",
        title="Trees <b>of</b> June",
        files=[stored("Bäume: Liste?.txt", b"Eiche\n")],
    )
    sweep(now=FILED + 9 * DAY)
    conversation.ask(case, body="Which trees?", by=staff.clerk, now=FILED + 10 * DAY)
    conversation.answer(case, body="The oaks", now=FILED + 11 * DAY)
    secret = [stored("draft.txt", b"internal draft")]
    conversation.note(case, body="Ask the lawyer", by=staff.clerk, files=secret, now=FILED + 12 * DAY)
    one_time.send_code(case, now=FILED + 12 * DAY)
    tell(staff, case, "60.00", at=FILED + 13 * DAY)
    fees.agree(case, by=staff.clerk, now=FILED + 14 * DAY)
    paid(staff, case, "60.00", FILED + 14 * DAY)
    answer = Answer(Outcome.PARTIAL, "Here it is.", "RCW 42.56.240", "It names people.", "Ann Lee, Clerk")
    records = [stored("records.pdf", b"%PDF-1.7\nrecords")]
    determinations.determine(case, answer, by=staff.clerk, files=records, now=FILED + 15 * DAY)
    determinations.reopen(case, reason="One more", by=staff.clerk, now=FILED + 16 * DAY)
    answer = Answer(Outcome.PARTIAL, "Here it is.", "RCW 42.56.240", "It names oaks.", "Ann Lee, Clerk")
    determinations.determine(case, answer, by=staff.clerk, now=FILED + 17 * DAY)
    case.refresh_from_db()
    return case


def exported(case: Submission, part: str) -> bytes:
    target = io.BytesIO()
    case_export.export(Submission.objects.all(), case.reference, part, target)
    return target.getvalue()


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("slug", SLUGS)
def test_the_court_gets_everything_of_a_case_in_every_city(people: dict[str, Staff], slug: str) -> None:
    case = full_case(people[slug])
    found = members(exported(case, "court"))
    page, document = found["case.html"].decode(), json.loads(found["case.json"])
    for words in ("Which trees?", "The oaks", "Ask the lawyer", "It names people.", "One more", "$60.00"):
        assert words in page, words
    assert "<b>of</b>" not in page and "<script" not in page
    assert [row["hash"] for row in json.loads(found["events.json"])] == list(
        case.events.order_by("sequence").values_list("hash", flat=True)
    )
    assert {content for name, content in found.items() if name.startswith("files/")} == {
        b"Eiche\n",
        b"internal draft",
        b"%PDF-1.7\nrecords",
    }
    assert document["deadlines"] and all(row["because"] for row in document["deadlines"])
    assert {row["cycle"] for row in document["deadlines"]} == {1, 2}
    assert len(document["letters"]) == case.notices.count()


@pytest.mark.parametrize("slug", SLUGS)
def test_the_requester_gets_what_his_pages_show_and_no_more(people: dict[str, Staff], slug: str) -> None:
    staff = people[slug]
    staff.clerk.first_name, staff.alice.first_name = "Zenobia", "Quentin"
    staff.clerk.save(), staff.alice.save()
    case = full_case(staff)
    assert b"Zenobia" in members(exported(case, "court"))["case.html"]
    found = members(exported(case, "requester"))
    everything = b"\n".join(found.values()).decode("utf-8", "replace")
    for words in ("Which trees?", "The oaks", "It names oaks.", "$60.00", "Ann Lee"):
        assert words in everything, words
    hidden = [
        "Ask the lawyer",
        "internal draft",
        "draft.txt",
        case.code_hash,
        case.submission_key,
    ]
    hidden += ["Zenobia", "Quentin", staff.clerk.email, staff.alice.email]
    assert [words for words in hidden if words in everything] == []
    assert "events.json" not in found
    answers = [one["answer"] for one in json.loads(found["case.json"])["said"] if one["answer"]]
    assert [answer["explanation"] for answer in answers] == ["It names oaks."], "the other was taken back"
    assert "rows" not in json.loads(found["case.json"])
    assert [name for name in found if name.startswith("files/")] == [
        "files/001-Bäume_ Liste_.txt",
        "files/002-records.pdf",
    ]


@pytest.mark.parametrize("part", case_export.PARTS)
def test_no_part_repeats_a_code(people: dict[str, Staff], part: str) -> None:
    case = full_case(people["kent"])
    code = case.notices.get(kind="one_time_code").body.split("Your code: ")[1][:8]
    found = members(exported(case, part))
    assert code.isdecimal()
    assert [name for name, content in found.items() if code.encode() in content] == []
    assert b"submission_key" not in found["case.json"]


@pytest.mark.parametrize("part", case_export.PARTS)
def test_no_part_says_who_follows_a_public_report(people: dict[str, Staff], part: str) -> None:
    staff = people["kent"]
    case = file_case(staff.city, dataset=staff.dataset, is_public=True)
    case.followers.create(email="fan@people.example", asked_at=FILED, confirmed_at=FILED)
    letter = {"email": "fan@people.example", "subject": "News", "body": "stop it: /follow/secret/"}
    kinds = sorted(case_rows.TO_FOLLOWERS)
    assert {kind for kind in kinds if (TEMPLATES / f"{kind}.txt").exists()} == set(kinds)
    for kind in kinds:
        Notice.objects.create(
            city=case.city, submission=case, kind=kind, key=kind, created_at=FILED, next_at=FILED, **letter
        )
    found = b"\n".join(members(exported(case, part)).values())
    assert b"fan@people.example" not in found and b"/follow/secret/" not in found


@pytest.mark.parametrize("part", case_export.PARTS)
def test_the_same_case_gives_the_same_bytes(people: dict[str, Staff], part: str, time_machine) -> None:
    case = full_case(people["portland"])
    time_machine.move_to(FILED + 20 * DAY)
    first = exported(case, part)
    time_machine.move_to(FILED + 300 * DAY)
    assert exported(case, part) == first


def test_every_table_whose_rows_belong_to_a_case_is_in_the_file() -> None:
    owned = {
        model
        for model in apps.get_app_config("requests_app").get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.related_model is Submission
        and field.remote_field.on_delete is models.CASCADE
    }
    assert owned - set(case_rows.tables()) == case_rows.LEFT_OUT


def test_all_links_of_the_page_lead_to_files_that_are_in_it(people: dict[str, Staff], tmp_path: Path) -> None:
    case = full_case(people["kent"])
    with zipfile.ZipFile(io.BytesIO(exported(case, "court"))) as archive:
        archive.extractall(tmp_path / "out")
    page = (tmp_path / "out" / "case.html").read_text()
    for name in ("files/001-B%C3%A4ume_%20Liste_.txt", "files/003-records.pdf"):
        assert f'href="{name}"' in page
    assert (tmp_path / "out" / "files" / "001-Bäume_ Liste_.txt").read_bytes() == b"Eiche\n"


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="sha256sum is not on this machine")
def test_the_sums_are_those_that_common_tools_check(people: dict[str, Staff], tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(exported(full_case(people["kent"]), "court"))) as archive:
        archive.extractall(tmp_path)
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_chain_can_be_checked_as_the_read_me_says(people: dict[str, Staff]) -> None:
    found = members(exported(full_case(people["kent"]), "court"))
    before = ""
    for event in json.loads(found["events.json"]):
        values = [value for name, value in event.items() if name not in ("previous_hash", "hash")]
        text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        before = hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()
        assert event["hash"] == before
    assert json.loads(found["manifest.json"])["chain"]["head"] == before


# -- checking


def written(content: dict[str, bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return path


def sentences(path: Path) -> list[str]:
    return [finding.message for finding in verify_case_file(path)]


def with_new_sums(found: dict[str, bytes]) -> dict[str, bytes]:
    """What somebody does who knows how the file is made, but not the key."""
    manifest = json.loads(found["manifest.json"])
    for name, said in manifest["members"].items():
        if name in found:
            said |= {"sha256": hashlib.sha256(found[name]).hexdigest(), "size": len(found[name])}
    found["manifest.json"] = case_zip.as_json(manifest).encode()
    names = [*manifest["members"], "manifest.json"]
    sums = "".join(f"{hashlib.sha256(found[name]).hexdigest()}  {name}\n" for name in names)
    return {**found, "SHA256SUMS": sums.encode()}


def swap(old: bytes, new: bytes, name: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda found: {**found, name: found[name].replace(old, new)}


CHANGES: dict[str, tuple[Callable[[dict[str, bytes]], dict[str, bytes]], str]] = {
    "a word of the page": (swap(b"The oaks", b"The elms", "case.html"), "case.html was changed."),
    "a file": (
        swap(b"records", b"RECORDS", "files/003-records.pdf"),
        "files/003-records.pdf was changed.",
    ),
    "a file is taken out": (
        lambda found: {name: text for name, text in found.items() if "draft" not in name},
        "files/002-draft.txt is missing.",
    ),
    "a file is put in": (lambda found: {**found, "more.txt": b"x"}, "more.txt was put in afterwards."),
    "the sums made anew": (
        lambda found: with_new_sums(swap(b"The oaks", b"The elms", "case.html")(found)),
        "The seal is not of this service",
    ),
    "another seal": (lambda found: {**found, "SEAL": b"x"}, "The seal is not of this service"),
    "no manifest": (
        lambda found: {name: text for name, text in found.items() if name != "manifest.json"},
        "This is no case file",
    ),
    "no lists": (lambda found: {**found, "SHA256SUMS": b"nothing"}, "its lists cannot be read"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_of_a_case_file_is_found(people: dict[str, Staff], tmp_path: Path, change: str) -> None:
    changed, told = CHANGES[change]
    found = changed(members(exported(full_case(people["kent"]), "court")))
    assert told in " ".join(sentences(written(found, tmp_path / "case.zip")))


@pytest.mark.parametrize("part", case_export.PARTS)
def test_an_untouched_case_file_is_quiet_also_after_the_case_went_on(
    people: dict[str, Staff], tmp_path: Path, part: str
) -> None:
    case = full_case(people["kent"])
    path = tmp_path / "case.zip"
    path.write_bytes(exported(case, part))
    assert sentences(path) == []
    conversation.message(case, body="More", by=people["kent"].clerk, now=FILED + 30 * DAY)
    assert sentences(path) == []


def test_events_that_differ_from_those_kept_here_are_found_even_under_a_good_seal(
    people: dict[str, Staff], tmp_path: Path
) -> None:
    case = full_case(people["kent"])
    path = tmp_path / "case.zip"
    with path.open("w+b") as target:
        document = [event.hashed() for event in case.events.order_by("sequence")]
        document[2]["data"] = {"note": "invented"}
        head = ""
        for event in document:
            links = {"previous_hash": head, "hash": case_zip.chain_hash(head, list(event.values()))}
            head = links["hash"]
            event |= links
        about = {"reference": case.reference, "chain": {"length": len(document), "head": head}}
        case_zip.write(target, about=about, texts={"events.json": case_zip.as_json(document)}, files=[])
    assert sentences(path) == ["Event 3 is another one here."]


def test_a_changed_event_is_found_by_the_chain_alone(people: dict[str, Staff], tmp_path: Path) -> None:
    case = full_case(people["kent"])
    path = tmp_path / "case.zip"
    chain = [e.hashed() | case_export._links(e) for e in case.events.order_by("sequence")]
    chain[3]["by_name"] = "Somebody else"
    with path.open("w+b") as target:
        about = {"reference": case.reference, "chain": {"length": len(chain), "head": chain[-1]["hash"]}}
        case_zip.write(target, about=about, texts={"events.json": case_zip.as_json(chain)}, files=[])
    assert sentences(path) == ["Event 4 was changed."]


def test_files_that_the_store_lost_or_changed_are_told(people: dict[str, Staff], tmp_path: Path) -> None:
    case = full_case(people["kent"])
    first, _draft, last = case.attachments.order_by("at", "pk")
    path_of(first.sha256).unlink()
    path_of(last.sha256).write_bytes(b"%PDF-1.7\nforged")
    path = tmp_path / "case.zip"
    path.write_bytes(exported(case, "court"))
    assert sentences(path) == [
        "files/003-records.pdf was changed in the store before this was made.",
        "files/001-Bäume_ Liste_.txt was missing in the store when this was made.",
    ]


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04 cut off"])
def test_what_is_no_case_file_is_told_in_one_line(tmp_path: Path, content: bytes, db: None) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    assert len(sentences(path)) == 1


def test_the_command_checks_a_case_file(people: dict[str, Staff], tmp_path: Path, capsys) -> None:
    path = tmp_path / "case.zip"
    path.write_bytes(exported(full_case(people["kent"]), "court"))
    call_command("verify", case_file=path)
    assert "Everything belongs together" in capsys.readouterr().out
    path.write_bytes(b"x")
    with pytest.raises(CommandError):
        call_command("verify", case_file=path)
    with pytest.raises(CommandError, match="No such file"):
        call_command("verify", case_file=tmp_path / "none.zip")


# -- pages


def test_the_requester_and_staff_download_it_and_strangers_learn_nothing(people: dict[str, Staff]) -> None:
    staff = people["kent"]
    case = full_case(staff)
    address = f"/track/{case.reference}/case-file/"
    client = Client()
    assert b"Trees" not in client.get(address).content
    session = client.session
    access.grant_requester(session, case, now=dt.datetime.now(dt.UTC))
    session.save()
    assert address in client.get(f"/track/{case.reference}/").content.decode()
    mine = client.get(address)
    assert mine["Content-Type"] == "application/zip"
    assert mine["Content-Disposition"] == f'attachment; filename="{case.reference}-requester.zip"'
    assert "case.html" in members(mine.getvalue())
    for who, part, status in (
        (staff.clerk, "court", 200),
        (staff.auditor, "court", 200),
        (staff.clerk, "requester", 200),
        (staff.clerk, "everybody", 404),
        (people["portland"].clerk, "court", 404),
    ):
        answer = signed_in(who).get(f"/desk/case/{case.reference}/case-file/{part}/")
        assert answer.status_code == status, (who, part)
    page = signed_in(staff.clerk).get(f"/desk/case/{case.reference}/").content.decode()
    assert f"/desk/case/{case.reference}/case-file/court/" in page


def test_a_download_leaves_nothing_behind_and_writes_no_event(people: dict[str, Staff], settings) -> None:
    case = full_case(people["kent"])
    events = case.events.count()
    before = sorted(Path(settings.MEDIA_ROOT).rglob("*"))
    answer = signed_in(people["kent"].clerk).get(f"/desk/case/{case.reference}/case-file/court/")
    assert answer.getvalue()
    assert sorted(Path(settings.MEDIA_ROOT).rglob("*")) == before
    assert case.events.count() == events
