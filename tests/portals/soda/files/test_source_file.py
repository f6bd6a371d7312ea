"""Encodings are found out or refused, never guessed wrong in silence."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from portals.soda.files import source_file
from portals.soda.files.source_file import LoadError, inspect

Write = Callable[..., Path]
TEXT = "name,city\nCafé,Kent\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"name\nOak\n", "utf-8"),
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("cp1252"), "cp1252"),
    ],
)
def test_an_encoding_is_found_out(file: Write, content: bytes, encoding: str) -> None:
    source = inspect(file(content))
    assert (source.encoding, source.size) == (encoding, len(content))
    assert source.sha256 == hashlib.sha256(content).hexdigest()
    with source.open() as text:
        assert text.read().removeprefix("\ufeff") == content.decode(encoding)


def test_the_block_in_which_a_letter_lies_does_not_matter(
    file: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_file, "BLOCK", 3)
    assert inspect(file("a\n€€€€\U0001f333\n")).encoding == "utf-8"
    assert inspect(file("aé\n".encode("cp1252"))).encoding == "cp1252"
    with pytest.raises(LoadError, match="Line 3 is not UTF-8, although letters before it are"):
        inspect(file("é\nb\n".encode() + b"\xe9\n"))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"a\nb\x00c\n" + b"d\n" * 100, "Line 2 holds a NUL"),
        ("é\nü\n".encode() + b"\xe9\n", "Line 3 is not UTF-8"),
        (b"a\n\x81\x8d\n", "Near line 1 the file is not Windows-1252"),
        (TEXT.encode("utf-32"), "UTF-32"),
        (TEXT.encode("utf-16")[:-1], "not UTF-16"),
        (b"PK\x03\x04rest", "XLSX or ZIP"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "GZIP"),
    ],
)
def test_what_is_no_text_is_refused_with_the_line(file: Write, content: bytes, why: str) -> None:
    with pytest.raises(LoadError, match=why):
        inspect(file(content))


def test_the_encoding_may_be_named(file: Write) -> None:
    assert inspect(file("é\n".encode() + b"\xe9\n"), "latin-1").encoding == "iso8859-1"
    with pytest.raises(LoadError, match="encoding klingon is not known"):
        inspect(file("a\n"), "klingon")
    with pytest.raises(LoadError, match="Near line 1 the file is not UTF-8"):
        inspect(file(b"\xe9\n"), "utf-8")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="no such file"):
        inspect(tmp_path / "gone.csv")
    with pytest.raises(LoadError, match="no such file"):
        inspect(tmp_path)


def test_a_file_that_grows_is_noticed(file: Write) -> None:
    path = file("a\n1\n")
    source = inspect(path)
    source.demand_unchanged()
    path.write_text("a\n1\n2\n")
    with pytest.raises(LoadError, match="changed while it was read"):
        source.demand_unchanged()
