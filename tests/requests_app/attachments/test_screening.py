"""What is found in files before they go out, and that the release waits for somebody who has looked at it."""

import re
import time
from pathlib import Path

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from requests_app.attachments import screened
from requests_app.attachments.files import TYPES, StoredFile, path_of, store
from requests_app.attachments.screening import found
from requests_app.attachments.screening.__main__ import LOOKS, screen
from requests_app.attachments.screening.words import COUNTED, PLAIN, sentence
from requests_app.forms.acts.release import ReleaseForm
from requests_app.forms.attachments import AttachmentsForm
from requests_app.models import Action, Attachment, Event, Submission
from requests_app.views.acts.table import ACTIONS
from tests.requests_app import screening_files as made
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.pages import hidden, main_of, text_of
from tests.requests_app.staff_pages import signed_in

DOCTYPE = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>'
BLACK_BOX, GREY_LINE = b"0 g 20 195 60 20 re f", b"0 g 20 195 200 1 re f"
CLEAN = {
    "xlsx": made.workbook(),
    "docx": made.document(),
    "odt": made.open_document("odt", "<text:p>Oaks</text:p>"),
    "pdf": made.pdf(),
    "jpg": made.photo(),
}


def codes(tmp_path: Path, kind: str, content: bytes) -> dict[str, object]:
    path = tmp_path / f"file.{kind}"
    path.write_bytes(content)
    return {one["code"]: one.get("names") or one.get("count") for one in screen(path, made.TYPES[kind])}


@pytest.mark.parametrize("kind", CLEAN)
def test_in_a_clean_file_nothing_is_found(tmp_path: Path, kind: str) -> None:
    assert codes(tmp_path, kind, CLEAN[kind]) == {}


def test_a_workbook_tells_what_it_hides(tmp_path: Path) -> None:
    assert codes(tmp_path, "xlsx", made.workbook(made.hidden_everything)) == {
        "hidden_sheets": ["Names"],
        "very_hidden_sheets": ["Salaries"],
        "hidden_rows": 2,
        "hidden_columns": 1,
        "comments": 1,
        "people": ["Ann Lee", "Bob Ray"],
        "properties": ["Draft for the mayor"],
    }


@pytest.mark.parametrize(
    ("part", "xml", "expected"),
    [
        ("xl/pivotCache/pivotCacheRecords1.xml", "<a/>", {"pivot_data": 1}),
        ("xl/externalLinks/externalLink1.xml", "<a/>", {"linked_workbooks": 1}),
        ("xl/revisions/revisionLog1.xml", "<a/>", {"tracked_changes": 1}),
        ("xl/threadedComments/threadedComment1.xml", "<a><threadedComment/></a>", {"comments": 1}),
        ("xl/embeddings/oleObject1.bin", "x", {"embedded": 1}),
        (
            "docProps/custom.xml",
            '<Properties><property name="Case no."/></Properties>',
            {"own_properties": ["Case no."]},
        ),
        (
            "xl/worksheets/_rels/x.xml.rels",
            '<a><Relationship TargetMode="External" Type="http://x/image" Target="file://intra/a.png"/>'
            '<Relationship TargetMode="External" Type="http://x/hyperlink" Target="https://kent.example"/></a>',
            {"external": ["file://intra/a.png"]},
        ),
    ],
)
def test_a_workbook_tells_what_is_packed_into_it(tmp_path: Path, part: str, xml: str, expected: dict) -> None:
    assert codes(tmp_path, "xlsx", made.with_parts(made.workbook(), {part: xml})) == expected


def test_a_document_tells_changes_hidden_text_and_comments(tmp_path: Path) -> None:
    comments = '<w:comments xmlns:w="urn:w"><w:comment w:author="Eve Day"/></w:comments>'
    content = made.with_parts(made.tracked_document(), {"word/comments.xml": comments})
    assert codes(tmp_path, "docx", content) == {
        "tracked_changes": 2,
        "comments": 1,
        "authors": ["Ann Lee", "Bob Ray", "Eve Day"],
        "hidden_text": 1,
    }


def test_open_documents_are_looked_through_too(tmp_path: Path) -> None:
    content = (
        "<office:annotation/><text:changed-region/>"
        '<table:table-row table:visibility="collapse"/><table:table-column table:visibility="collapse"/>'
        '<style:table-properties table:display="false"/><style:text-properties text:display="none"/>'
    )
    meta = "<dc:creator>Ann Lee</dc:creator><dc:title>Draft</dc:title>"
    assert codes(tmp_path, "ods", made.open_document("ods", content, meta)) == {
        **{"comments": 1, "tracked_changes": 1, "hidden_sheets": 1, "hidden_rows": 1, "hidden_columns": 1},
        **{"hidden_text": 1, "people": ["Ann Lee"], "properties": ["Draft"]},
    }


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (made.pdf(lambda p: made.note(p, "/Text", T="Ann Lee")), {"comments": 1, "authors": ["Ann Lee"]}),
        (made.pdf(lambda p: made.note(p, "/Redact")), {"unapplied_redactions": 1}),
        (made.pdf(lambda p: made.note(p, "/Link")), {}),
        (made.pdf(made.layer), {"hidden_layers": 1}),
        (made.pdf(made.attach), {"attachments": ["names.csv"]}),
        (made.pdf(made.author), {"people": ["Ann Lee"], "properties": ["Draft"]}),
        (made.pdf(stream=BLACK_BOX), {"black_boxes": 1}),
        (made.pdf(stream=b"1 g 20 195 60 20 re f"), {}),
        (made.pdf(stream=GREY_LINE), {}),
        (made.pdf(stream=b"0 0 0 1 k 20 195 60 20 re B*"), {"black_boxes": 1}),
        (made.pdf() + b"\nchanged\n%%EOF\n", {"earlier_versions": 1}),
        (made.pdf(linearize=True), {}),
        (made.pdf()[:200], {"not_checked": None}),
    ],
)
def test_a_pdf_tells_what_it_carries(tmp_path: Path, content: bytes, expected: dict) -> None:
    assert codes(tmp_path, "pdf", content) == expected


def test_a_pdf_under_a_password_could_not_be_checked(tmp_path: Path) -> None:
    content = made.pdf(encryption=pikepdf.Encryption(owner="o", user="u"))
    assert codes(tmp_path, "pdf", content) == {"protected": None}


def test_a_picture_tells_where_and_with_what_it_was_taken(tmp_path: Path) -> None:
    content = made.photo(gps=True, Artist="Ann Lee", Make="Acme", Model="P1")
    expected = {"place": None, "people": ["Ann Lee"], "device": ["Acme", "P1"]}
    assert codes(tmp_path, "jpg", content) == expected


def test_an_archive_is_not_looked_into_and_says_so(tmp_path: Path) -> None:
    assert codes(tmp_path, "zip", made.with_parts(made.open_document("odt", ""), {"a/b.txt": "x"}))["archive"]


# -- hostile files


@pytest.mark.parametrize("kind", sorted(made.TYPES))
@pytest.mark.parametrize(
    "content", [b"", b"no such file", b"PK\x03\x04" + bytes(200), b"%PDF-1.7\n" + bytes(99)]
)
def test_what_cannot_be_opened_is_a_finding(tmp_path: Path, kind: str, content: bytes) -> None:
    assert list(codes(tmp_path, kind, content)) == ["not_checked"]


def test_entities_are_refused_not_expanded(tmp_path: Path) -> None:
    content = made.with_parts(made.workbook(), {"docProps/custom.xml": DOCTYPE})
    assert codes(tmp_path, "xlsx", content) == {"not_checked": None}


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    content = made.bomb()
    started = time.monotonic()
    assert codes(tmp_path, "xlsx", content) == {"too_large": None}
    assert time.monotonic() - started < 2


def test_a_bomb_that_lies_about_its_size_is_stopped_while_it_is_read(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(found, "MOST_BYTES", 10**12)
    monkeypatch.setattr("requests_app.attachments.screening.office.MOST_BYTES", 10**6)
    content = made.with_parts(made.workbook(), {"xl/comments9.xml": "<a>" + " " * 5_000_000 + "</a>"})
    assert "too_large" in codes(tmp_path, "xlsx", content)


def test_deep_nesting_does_no_harm(tmp_path: Path) -> None:
    content = made.with_parts(made.workbook(), {"docProps/custom.xml": "<a>" * 200_000 + "</a>" * 200_000})
    assert codes(tmp_path, "xlsx", content) == {}


def test_names_are_cut_and_counted(tmp_path: Path) -> None:
    many = "".join(f'<property name="{"n" * 300}{n}"/>' for n in range(30))
    content = made.with_parts(made.workbook(), {"docProps/custom.xml": f"<a>{many}</a>"})
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    (one,) = screen(path, made.TYPES["xlsx"])
    assert all(len(name) <= found.LONGEST_NAME for name in one["names"])
    assert len(one["names"]) <= found.MOST_NAMES


def test_every_code_has_words() -> None:
    sources = "".join(path.read_text() for path in Path(found.__file__).parent.glob("*.py"))
    used = set(re.findall(r'(?:finding|several|named|NotChecked)\("(\w+)"', sources))
    assert used == set(COUNTED) | set(PLAIN)
    for code in used:
        assert sentence({"code": code, "count": 2, "names": ["A", "B"]})


# -- run apart


def stored(name: str, content: bytes) -> StoredFile:
    return store(SimpleUploadedFile(name, content))


@pytest.fixture
def own_store(tmp_path: Path, settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return tmp_path


def test_files_are_looked_through_in_a_process_of_their_own_and_remembered(
    own_store: Path, monkeypatch
) -> None:
    file, plain = stored("a.xlsx", made.workbook(made.hidden_everything)), stored("a.txt", b"Oaks")
    first = screened.screened([file, plain])
    assert [one["code"] for one in first[file.sha256]][:2] == ["hidden_sheets", "very_hidden_sheets"]
    assert first[plain.sha256] == []
    monkeypatch.setattr(screened, "_run", lambda *_args: pytest.fail("it is remembered"))
    assert screened.screened([file, plain]) == first


def test_a_reader_that_dies_or_hangs_means_not_checked_and_is_not_remembered(
    own_store: Path, monkeypatch
) -> None:
    file = stored("a.pdf", made.pdf())
    monkeypatch.setattr(screened, "SECONDS_TOGETHER", 0.001)
    assert screened.screened([file]) == {file.sha256: [{"code": "not_checked"}]}
    monkeypatch.undo()
    path_of(file.sha256).chmod(0o600)
    assert screened.screened([file]) == {file.sha256: []}


def test_one_bad_file_does_not_hide_what_is_in_the_others(own_store: Path, monkeypatch) -> None:
    good, bad = stored("a.xlsx", made.workbook(made.hidden_everything)), stored("b.pdf", made.pdf())
    run = screened._run

    def dies(files, seconds):
        return None if bad in files else run(files, seconds)

    monkeypatch.setattr(screened, "_run", dies)
    found_in = screened.screened([good, bad])
    assert found_in[bad.sha256] == [{"code": "not_checked"}]
    assert found_in[good.sha256][0]["code"] == "hidden_sheets"


# -- the release waits


@pytest.fixture
def kent(people: dict[str, Staff], own_store: Path, time_machine) -> Staff:
    time_machine.move_to(FILED.replace(hour=20))
    return people["kent"]


def send(client: Client, case: Submission, action: str, page=None, **typed: object):
    address = f"/desk/case/{case.reference}/{action}/"
    return client.post(address, {**hidden(page or client.get(address)), **typed})


WORDS: dict[str, dict[str, str]] = {
    "message": {"body": "Here it is"},
    "ask": {"body": "Is it this?"},
    "release_part": {"body": "The first part"},
    "determine": {"outcome": "granted", "reasons": "Here it is"},
}


@pytest.mark.parametrize("action", WORDS)
def test_a_release_waits_until_somebody_has_looked_and_the_event_says_who_and_what(
    kent: Staff, action: str
) -> None:
    case, client = file_case(kent.city, "records_request"), signed_in(kent.clerk)
    upload = SimpleUploadedFile("trees.xlsx", made.workbook(made.hidden_everything))
    held = send(client, case, action, files=[upload], **WORDS[action])
    assert held.status_code == 422
    told = main_of(held)
    assert "Something was found in files" in told and "1 hidden sheet: “Names”" in told
    assert "I have looked at this and release it as it is" in told
    assert next(iter(WORDS[action].values())) in text_of(held), "what was typed is kept"
    assert not Attachment.objects.filter(submission=case).exists()
    assert case.events.count() == Submission.objects.get(pk=case.pk).chain_length == 1
    again = send(client, case, action, page=held, **WORDS[action])
    assert again.status_code == 422, "not confirmed yet"
    key = re.findall(r'name="confirm" value="(\w+)"', text_of(again))
    done = send(client, case, action, page=again, confirm=key, **WORDS[action])
    assert done.status_code == 302, main_of(done)
    attached = Attachment.objects.get(submission=case)
    event = Event.objects.get(submission=case, action=action)
    (one,) = event.data["looked_at"]
    assert (one["file"], one["sha256"], event.by_name) == ("trees.xlsx", attached.sha256, str(kent.clerk))
    assert one["found"][0] == {"code": "hidden_sheets", "names": ["Names"], "count": 1}
    page = main_of(client.get(f"/desk/case/{case.reference}/"))
    assert "Looked at and released as it is: “trees.xlsx” with 1 hidden sheet: “Names”" in page
    assert event.hash == event.computed_hash()


def test_a_confirmation_is_for_this_content_only(kent: Staff) -> None:
    case, client = file_case(kent.city, "records_request"), signed_in(kent.clerk)
    first = SimpleUploadedFile("a.xlsx", made.workbook(made.hidden_everything))
    held = send(client, case, "message", body="A", files=[first])
    key = re.findall(r'name="confirm" value="(\w+)"', text_of(held))
    other = SimpleUploadedFile("b.docx", made.tracked_document())
    again = send(client, case, "message", page=held, body="A", confirm=key, files=[other])
    assert again.status_code == 422
    assert len(re.findall(r'name="confirm"[^>]*checked', text_of(again))) == 1
    token = re.findall(r'name="drop" value="([^"]+)"', text_of(again))
    assert len(token) == 2


def test_a_file_that_is_taken_out_again_holds_nothing(kent: Staff) -> None:
    case, client = file_case(kent.city, "records_request"), signed_in(kent.clerk)
    upload = SimpleUploadedFile("a.xlsx", made.workbook(made.hidden_everything))
    held = send(client, case, "message", body="A", files=[upload])
    token = re.findall(r'name="drop" value="([^"]+)"', text_of(held))
    done = send(client, case, "message", page=held, body="A", drop=token)
    assert done.status_code == 302
    assert not Attachment.objects.filter(submission=case).exists()


def test_clean_files_notes_and_what_requesters_send_are_not_held(kent: Staff) -> None:
    case, client = file_case(kent.city, "records_request"), signed_in(kent.clerk)
    clean = SimpleUploadedFile("a.xlsx", made.workbook())
    assert send(client, case, "message", body="A", files=[clean]).status_code == 302
    assert "looked_at" not in case.events.latest("sequence").data
    dirty = SimpleUploadedFile("b.xlsx", made.workbook(made.hidden_everything))
    assert send(client, case, "note", body="Only for us", files=[dirty]).status_code == 302


ONLY_FOR_STAFF = {Action.NOTE, Action.ADD_EVIDENCE}


def test_every_form_of_staff_whose_files_reach_the_requester_waits() -> None:
    with_files = {action for action, act in ACTIONS.items() if issubclass(act.form, AttachmentsForm)}
    assert {
        action for action in with_files if not issubclass(ACTIONS[action].form, ReleaseForm)
    } == ONLY_FOR_STAFF


def test_every_type_that_is_taken_is_looked_through_or_hides_nothing() -> None:
    assert set(TYPES) == set(LOOKS) | screened.HIDES_NOTHING
