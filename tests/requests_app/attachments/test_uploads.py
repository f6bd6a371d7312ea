"""A file that is too large leaves nothing behind."""

from pathlib import Path

import pytest

from requests_app.attachments import uploads
from requests_app.attachments.uploads import LimitedUploadHandler


def handler(monkeypatch: pytest.MonkeyPatch, limit: int = 10, most: int = 2) -> LimitedUploadHandler:
    monkeypatch.setattr(uploads, "MAX_FILE", limit)
    monkeypatch.setattr(uploads, "MAX_FILES", most)
    return LimitedUploadHandler()


def send(taker: LimitedUploadHandler, *chunks: bytes):
    taker.new_file("files", "a.txt", "text/plain", None, None, {})
    for chunk in chunks:
        assert taker.receive_data_chunk(chunk, 0) is None
    return taker.file_complete(sum(map(len, chunks)))


def test_a_file_within_the_limit_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    upload = send(handler(monkeypatch), b"12345", b"67890")
    assert upload.read() == b"1234567890" and upload.size == 10


def test_what_grows_beyond_the_limit_is_dropped_and_keeps_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    upload = send(handler(monkeypatch), b"12345", b"678901", b"x" * 100_000)
    assert upload.size == 100_011
    assert Path(upload.temporary_file_path()).stat().st_size == 0


def test_files_beyond_the_number_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    taker = handler(monkeypatch)
    sizes = [Path(send(taker, b"123").temporary_file_path()).stat().st_size for _number in range(3)]
    assert sizes == [3, 3, 0]
