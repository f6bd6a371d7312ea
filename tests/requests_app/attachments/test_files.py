"""Which files are taken: by what is in them, not by what they call themselves."""

import hashlib
import io
import os
import stat
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from requests_app.attachments import files
from requests_app.attachments.files import Refused, check, content_type, path_of, shown_name, store

PDF = b"%PDF-1.7\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"


def archive(**entries: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    return made.getvalue()


def office(*names: str) -> bytes:
    return archive(**{"[Content_Types].xml": b"<Types/>", **dict.fromkeys(names, b"<x/>")})


def odf(declared: str) -> bytes:
    return archive(mimetype=declared.encode(), **{"content.xml": b"<x/>"})


def broken(content: bytes) -> bytes:
    """The same archive with its compressed bytes spoiled: reading it fails in the unpacker."""
    return content[:38] + b"\xff" * 20 + content[58:]


BOMB = archive(**{"zeros.bin": b"\0" * 30_000_000})

TAKEN = [
    ("report.pdf", PDF, "application/pdf"),
    ("tree.png", PNG, "image/png"),
    ("tree.jpg", b"\xff\xd8\xff\xe0", "image/jpeg"),
    ("tree.JPEG", b"\xff\xd8\xff\xe0", "image/jpeg"),
    ("tree.gif", b"GIF89a\1\0\1\0", "image/gif"),
    ("tree.webp", b"RIFF\1\0\0\0WEBPVP8 ", "image/webp"),
    ("trees.csv", "id,höhe\n1,3\n".encode(), "text/plain"),
    ("latin.csv", "id,höhe\n1,3\n".encode("latin-1") * 3, "text/plain"),
    ("trees.geojson", b'{"type": "FeatureCollection"}', "text/plain"),
    ("cut.txt", ("ä" * 3000).encode(), "text/plain"),  # the first 4096 bytes end between two signs
    ("letter.docx", office("word/document.xml"), WORD),
    ("table.xlsx", office("xl/workbook.xml"), EXCEL),
    ("letter.odt", odf(ODT), ODT),
    ("table.ods", odf(ODS), ODS),
    ("many.zip", archive(**{"a.txt": b"a"}), "application/zip"),
    ("bomb.zip", BOMB, "application/zip"),  # kept as it is and never unpacked
]


@pytest.mark.parametrize(("name", "content", "found"), TAKEN, ids=[entry[0] for entry in TAKEN])
def test_taken_by_content(name: str, content: bytes, found: str) -> None:
    assert check(SimpleUploadedFile(name, content, content_type="application/x-lie")) == found


REFUSED = [
    ("page.html", b"<!DOCTYPE html><p>x"),
    ("page.txt", b"  \n <HTML><body>"),
    ("image.svg", b"<svg xmlns='http://www.w3.org/2000/svg'>"),
    ("image.txt", b'<?xml version="1.0"?><svg onload="alert(1)">'),
    ("script.csv", b"a,b\n<script>alert(1)</script>"),
    ("image.png", PDF),
    ("report.pdf", PNG),
    ("report.pdf.exe", PDF),
    ("run.exe", b"MZ\x90\0"),
    ("run.txt", b"MZ\x90\0"),
    ("noending", PDF),
    ("letter.docx", archive(**{"a.txt": b"a"})),
    ("letter.docx", office("xl/workbook.xml")),
    ("late.pdf", b"GIF89a" + PDF),
    ("utf16.txt", "plain".encode("utf-16")),
    ("control.txt", b"a\x1b[2Jb\xff\xfe\xfd" + b"x" * 20),
    ("empty.txt", b""),
    ("not.zip", b"PK\x03\x04 but nothing else"),
    ("macro.docm", office("word/document.xml")),
    ("lie.txt", odf("text/plain")),
    ("lie.pdf", odf("application/pdf")),
]


@pytest.mark.parametrize(("name", "content"), REFUSED, ids=[entry[0] for entry in REFUSED])
def test_refused_with_a_sentence_that_names_the_file(name: str, content: bytes) -> None:
    with pytest.raises(Refused) as told:
        check(SimpleUploadedFile(name, content, content_type="application/pdf"))
    assert name in str(told.value)


def test_macros_in_a_document_that_calls_itself_harmless_are_refused() -> None:
    content = office("word/document.xml", "word/vbaProject.bin")
    with pytest.raises(Refused):
        check(SimpleUploadedFile("letter.docx", content))


def test_a_file_is_refused_that_is_larger_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILE", 10)
    check(SimpleUploadedFile("a.txt", b"0123456789"))
    with pytest.raises(Refused, match="larger than"):
        check(SimpleUploadedFile("a.txt", b"0123456789a"))


def test_a_bomb_is_looked_at_without_being_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda self, name, *rest: read.append(name) or b"")
    assert content_type(io.BytesIO(BOMB)) == "application/zip"
    assert content_type(io.BytesIO(archive(mimetype=b"0" * 5_000_000))) == "application/zip"
    assert read == []


@pytest.mark.parametrize("make", [odf(ODT * 3), broken(odf(ODT * 3)), odf(ODT)[:-10]])
def test_a_spoiled_archive_raises_nothing(make: bytes) -> None:
    assert content_type(io.BytesIO(make)) in (None, "application/zip")


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"RIFF", b"%PDF-", odf(ODT)[:60]]))
def test_no_content_whatever_makes_it_fall_over(content: bytes, start: bytes) -> None:
    assert content_type(io.BytesIO(start + content)) in {None, *files.TYPES}


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\rita\\tree.png", "tree.png"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("nul\0l.txt", "null.txt"),
        ("  .hidden.txt ", "hidden.txt"),
        ("...", "file"),
        ("", "file"),
        ("\ud800.txt", "txt"),
        ("ä" * 300 + ".txt", "ä" * 190 + ".txt"),
    ],
)
def test_names_lose_paths_and_signs_that_do_not_show(given_name: str, shown: str) -> None:
    assert shown_name(given_name) == shown


@given(st.text(max_size=400))
def test_no_name_grows_too_long_or_keeps_a_path(name: str) -> None:
    shown = shown_name(name)
    assert 0 < len(shown) <= 200
    assert not {"/", "\\", "\n", "\r", "\0"} & set(shown)


# -- the store


@pytest.fixture
def root(tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return tmp_path / "uploads"


def test_the_store_names_a_file_by_its_content_and_keeps_one_of_each(root: Path) -> None:
    content = PDF + os.urandom(200_000)
    first = store(SimpleUploadedFile("../a.pdf", content))
    second = store(SimpleUploadedFile("b.pdf", content))
    assert first.sha256 == second.sha256 == hashlib.sha256(content).hexdigest()
    assert (first.name, first.size, first.content_type) == ("a.pdf", len(content), "application/pdf")
    assert path_of(first.sha256).read_bytes() == content
    assert [path for path in root.rglob("*") if path.is_file()] == [path_of(first.sha256)]
    assert stat.S_IMODE(path_of(first.sha256).stat().st_mode) == 0o600


def test_a_file_is_on_disk_for_good_before_it_gets_its_name(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, rename = os.fsync, os.replace
    kinds = {True: "folder", False: "file"}
    monkeypatch.setattr(
        os, "fsync", lambda fd: (done.append(kinds[stat.S_ISDIR(os.fstat(fd).st_mode)]), sync(fd))
    )
    monkeypatch.setattr(os, "replace", lambda *names: (done.append("rename"), rename(*names)))
    store(SimpleUploadedFile("a.pdf", PDF))
    assert done == ["file", "folder", "rename", "folder"]  # the new folder itself, then the new name in it


def test_a_disk_that_is_full_leaves_nothing_behind(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_names: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        store(SimpleUploadedFile("a.pdf", PDF))
    assert not [path for path in root.rglob("*") if path.is_file()]


def test_what_is_refused_never_reaches_the_store(root: Path) -> None:
    with pytest.raises(Refused):
        store(SimpleUploadedFile("a.pdf", b"<html>"))
    assert not root.exists()


@pytest.mark.parametrize(
    ("name", "said"), [("run.exe", "of a type that is not taken"), ("a.png", "Save it anew")]
)
def test_a_refusal_does_not_name_the_type_of_the_file_as_one_that_is_taken(name: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        check(SimpleUploadedFile(name, b"MZ\x90\x00\x01"))
