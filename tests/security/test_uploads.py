"""Files that lie, files that burst, bodies that are no forms: each gets a sentence, nothing is half done."""

import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from requests_app.attachments.files import MAX_FILE, MAX_FILES, content_type, shown_name
from requests_app.models import Attachment, Submission
from tests.requests_app.factories import Staff
from tests.requests_app.pages import address, filed, hidden, main_of, text_of

PNG = b"\x89PNG\r\n\x1a\n"
ODT = "application/vnd.oasis.opendocument.text"
FORM = address("kent", "error_report")

LIARS = {
    "page.html": PNG + b"<script>alert(1)</script>",
    "picture.png": b"<svg onload=alert(1)>",
    "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "words.txt": b"<html><script>alert(1)</script>",
    "words.pdf.exe": b"%PDF-1.4",
    "program.txt": b"MZ\x90\x00\x03",
    "macro.xlsm": b"PK\x03\x04",
    "late.txt": b"\x00",
    "archive.docx": b"PK\x03\x04 nothing of a zip",
}


def archive(names: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as file:
        for name, content in names.items():
            file.writestr(name, content)
    return made.getvalue()


def send(client: Client, *files: SimpleUploadedFile, **more: str):
    return client.post(FORM, {"description": "Typed words", "files": list(files), **more})


@pytest.fixture
def nothing_left_behind() -> Iterator[None]:
    yield
    left = [path for path in Path(settings.MEDIA_ROOT).glob("incoming-*")]
    assert left == []


@pytest.mark.parametrize("name", LIARS)
def test_a_file_that_lies_is_named_and_the_words_stay(
    client: Client, people: dict[str, Staff], nothing_left_behind: None, name: str
) -> None:
    good = SimpleUploadedFile("good.txt", b"good")
    answer = send(client, SimpleUploadedFile(name, LIARS[name]), good)
    assert answer.status_code == 422
    assert f"“{name}”" in main_of(answer) and "Typed words" in text_of(answer)
    assert "good.txt" in main_of(answer)
    assert not Submission.objects.exists()


NAMES = (
    *("../../etc/passwd.txt", "..\\..\\boot.txt", "\u202etxt.exe.txt", "<img src=x onerror=alert(1)>.txt"),
    *("{{7*7}}%(x)s%n.txt", "a;b=c.txt", "Bäume 树.txt", ".htaccess.txt", "con.txt", "a%0d%0aX: y.txt"),
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_carries_no_path_no_header_and_no_markup(
    client: Client, people: dict[str, Staff], name: str
) -> None:
    reference = filed(client, "kent", "error_report", files=Named(name, b"words"))
    file = Attachment.objects.get()
    assert file.name == shown_name(name) and "/" not in file.name
    answer = client.get(f"/files/{file.pk}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert "\n" not in answer["Content-Disposition"] and "Set-Cookie" not in answer
    assert "<img src=x" not in text_of(client.get(f"/track/{reference}/"))


class Named(SimpleUploadedFile):
    """A file whose name is sent as it is, whatever a browser would make of it."""

    def _set_name(self, name: str) -> None:
        self._name = name

    name = property(lambda self: self._name, _set_name)


def test_a_name_of_three_hundred_signs_keeps_its_ending() -> None:
    assert len(shown_name("a" * 300 + ".txt")) <= 200
    assert shown_name("a" * 300 + ".txt").endswith(".txt")
    assert shown_name("\x00\x1f\u202e") == "file"


def test_no_broken_archive_breaks_the_server() -> None:
    chance = random.Random(1)
    ways = (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    whole = [archive({"mimetype": ODT.encode(), "content.xml": b"x" * 50}, way) for way in ways]
    for _round in range(3_000):
        broken = bytearray(chance.choice(whole))
        for _change in range(chance.randint(1, 4)):
            broken[chance.randrange(4, len(broken))] = chance.choice([0, 1, 99, 255])
        content_type(io.BytesIO(broken))


def test_a_bomb_is_never_unpacked(client: Client, people: dict[str, Staff]) -> None:
    bomb = archive({"mimetype": b"\x00" * 50_000_000, "[Content_Types].xml": b"", "xl/workbook.xml": b""})
    assert len(bomb) < MAX_FILE
    assert send(client, SimpleUploadedFile("bomb.zip", bomb)).status_code in (200, 422)
    many = archive({f"{number}": b"" for number in range(20_000)})
    assert send(client, SimpleUploadedFile("many.zip", many)).status_code == 200


def test_a_file_beyond_the_limit_is_named_and_the_words_stay(
    client: Client, people: dict[str, Staff], nothing_left_behind: None
) -> None:
    answer = send(client, SimpleUploadedFile("large.txt", b"a" * (MAX_FILE + 1)))
    assert answer.status_code == 422
    assert "“large.txt” is larger than 10 MB" in main_of(answer) and "Typed words" in text_of(answer)


def test_an_eleventh_file_is_told_and_the_first_ten_stay(client: Client, people: dict[str, Staff]) -> None:
    files = [SimpleUploadedFile(f"{number}.txt", f"{number}".encode()) for number in range(MAX_FILES + 1)]
    answer = send(client, *files)
    assert answer.status_code == 422 and "At most 10 files" in main_of(answer)
    assert len(hidden(answer)["stored"]) == MAX_FILES


@pytest.mark.parametrize("size", [str(400 * 1024 * 1024), str(10**18), "9" * 4_000, "9" * 5_000])
def test_a_body_beyond_all_limits_is_refused_unread(client: Client, db: None, size: str) -> None:
    kind = "multipart/form-data; boundary=x"
    answer = client.post(FORM, b"", content_type=kind, CONTENT_LENGTH=size)
    assert answer.status_code == 413 and b"at most 10 files of 10 MB" in answer.content


START = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n'
BODIES = {
    "multipart/form-data": b"x",
    "multipart/form-data; boundary=": b"x",
    "multipart/form-data; boundary=" + "a" * 300: b"x",
    "multipart/form-data; boundary=x": START.removesuffix(b'"\r\n'),
    'multipart/form-data; boundary="x"': START
    + b"Content-Transfer-Encoding: base64\r\n\r\n!!!!x\r\n--x--\r\n",
    "multipart/form-data; boundary=z": b"--z\r\n" * 5_000,
    "application/x-www-form-urlencoded": b"&".join(b"a%d=1" % number for number in range(1_500)),
    "application/json": b'{"description": ',
    "text/html": b"<html>",
    "": b"description=x",
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_that_is_no_form_gets_an_answer_for_people(
    client: Client, people: dict[str, Staff], kind: str
) -> None:
    answer = client.post(FORM, BODIES[kind], content_type=kind)
    assert answer.status_code in (400, 422)
    assert "Traceback" not in text_of(answer) and len(main_of(answer)) > 80
    assert not Submission.objects.exists()


def test_a_server_that_dies_while_storing_leaves_no_half_file(
    client: Client, people: dict[str, Staff], monkeypatch: pytest.MonkeyPatch, nothing_left_behind: None
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("requests_app.attachments.files.os.replace", full)
    client.raise_request_exception = False
    answer = send(client, SimpleUploadedFile("a.txt", b"words that are new to the store"))
    assert answer.status_code in (422, 500, 503)
    assert "No space left" not in text_of(answer) and "Traceback" not in text_of(answer)
    assert not Attachment.objects.exists()
