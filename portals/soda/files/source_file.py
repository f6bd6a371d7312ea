"""A file that somebody wants to load: its encoding, found out before a row is read, and where it fails.

Alone responsible for turning bytes into letters without guessing wrong in silence. UTF-8 with or without its
mark and UTF-16 are taken; what is not UTF-8 from its first foreign letter on is read as Windows-1252, and the
report says so; anything else is refused with the line. Reads in blocks: the size of a file does not matter.
"""

import codecs
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

BLOCK = 1024 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, ""),
    (codecs.BOM_UTF32_BE, ""),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""How a file begins -> its encoding; blank: not taken. UTF-32 stands before UTF-16: it begins alike."""
NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}
_FIRST = 4096
CHANGED = gettext_lazy("The file changed while it was read. Load it again once it is complete.")


class LoadError(Exception):
    """Why a file is not loaded: one sentence that says what, where and what to do."""


@dataclass(frozen=True)
class SourceFile:
    """A file whose bytes are known to be text in `encoding`. `size` in bytes."""

    path: Path
    encoding: str
    sha256: str
    size: int
    changed_ns: int

    def open(self) -> TextIO:
        """Its text with the line ends as they are. Raises OSError."""
        return self.path.open(encoding=self.encoding, newline="")

    def demand_unchanged(self) -> None:
        """Raises LoadError where the file was written to since it was looked at."""
        now = self.path.stat()
        if (now.st_size, now.st_mtime_ns) != (self.size, self.changed_ns):
            raise LoadError(CHANGED)


def inspect(path: Path, encoding: str = "") -> SourceFile:
    """Look at every byte of a file once. `encoding` overrules what is found. Raises LoadError."""
    try:
        if not path.is_file():
            raise LoadError(_("There is no such file."))
        stat = path.stat()
        with path.open("rb") as file:
            start = file.read(_FIRST)
        if not start:
            raise LoadError(_("The file is empty."))
        _demand_text(start)
        found = _known(encoding) if encoding else _encoding(path, start)
        sha256 = _decoded(path, found)
    except OSError as error:
        raise LoadError(_("It cannot be read: %(why)s.") % {"why": error.strerror or error}) from error
    return SourceFile(path, found, sha256, stat.st_size, stat.st_mtime_ns)


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        raise LoadError(_("The encoding %(name)s is not known.") % {"name": encoding[:40]}) from error


_OTHER_FILES = (
    (b"PK\x03\x04", "XLSX or ZIP"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"%PDF", "PDF"),
    (b"\x1f\x8b", "GZIP"),
    (b"SQLite format 3\0", "SQLite"),
    (b"PAR1", "Parquet"),
)


def _demand_text(start: bytes) -> None:
    for magic, name in _OTHER_FILES:
        if start.startswith(magic):
            raise LoadError(
                _("This is a file of the type %(type)s. Export the table as CSV or GeoJSON and load that.")
                % {"type": name}
            )


def _encoding(path: Path, start: bytes) -> str:
    for mark, name in _MARKS:
        if start.startswith(mark):
            if not name:
                raise LoadError(_("The file is in UTF-32. Save it as UTF-8."))
            return name
    if name := _unmarked_utf16(start):
        return name
    line, foreign = _first_not_utf8(path)
    if line and foreign:
        raise LoadError(
            _(
                "Line %(line)d is not UTF-8, although letters before it are: the file is damaged or "
                "mixes encodings. Save it as UTF-8, or name its encoding with --encoding."
            )
            % {"line": line}
        )
    return "cp1252" if line else "utf-8"


def _unmarked_utf16(start: bytes) -> str:
    """Latin text in UTF-16 has a zero in every second byte."""
    halves = start[0::2], start[1::2]
    zeros = [half.count(0) / max(1, len(half)) for half in halves]
    if zeros[1] > 0.4 and zeros[0] < 0.1:
        return "utf-16-le"
    if zeros[0] > 0.4 and zeros[1] < 0.1:
        return "utf-16-be"
    return ""


def _first_not_utf8(path: Path) -> tuple[int, bool]:
    """The line that is not UTF-8, counted from 1 (0: none), and whether foreign letters before it are."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, foreign = 0, False
    for block, is_last in blocks(path):
        waiting = decoder.getstate()[0]
        try:
            decoder.decode(block, is_last)
        except UnicodeDecodeError as error:
            good = (waiting + block)[: error.start]
            return lines + good.count(b"\n") + 1, foreign or not good.isascii()
        foreign = foreign or not block.isascii()
        lines += block.count(b"\n")
    return 0, foreign


def blocks(path: Path) -> Iterator[tuple[bytes, bool]]:
    """The bytes of a file, and whether a block is the last one."""
    with path.open("rb") as file:
        block = file.read(BLOCK)
        while block:
            following = file.read(BLOCK)
            yield block, not following
            block = following


def _decoded(path: Path, encoding: str) -> str:
    """Decode it all once; the SHA-256 of its bytes. Raises LoadError with the line that fails."""
    decoder = codecs.getincrementaldecoder(encoding)()
    digest, lines = hashlib.sha256(), 0
    for block, is_last in blocks(path):
        digest.update(block)
        try:
            text = decoder.decode(block, is_last)
        except UnicodeDecodeError as error:
            raise LoadError(
                _(
                    "Near line %(line)d the file is not %(encoding)s text. Save it as UTF-8, or name its "
                    "encoding with --encoding."
                )
                % {"line": lines + 1, "encoding": NAMES.get(encoding, encoding)}
            ) from error
        if "\0" in text:
            line = lines + text[: text.index("\0")].count("\n") + 1
            raise LoadError(
                _("Line %(line)d holds a NUL character: the file is damaged, or it is no text.")
                % {"line": line}
            )
        lines += text.count("\n")
    return digest.hexdigest()


class Progress:
    """Tells how far a long reading has come, about every ten percent of a file that takes a while."""

    def __init__(self, size: int, say: Callable[[str], None]) -> None:
        self._size, self._say, self._told = max(1, size), say, 0

    def at(self, file: TextIO, what: str, rows: int) -> None:
        """`file` is being read; called now and then."""
        done = os.lseek(file.fileno(), 0, os.SEEK_CUR) * 100 // self._size
        if done >= self._told + 10:
            self._told = done - done % 10
            self._say(f"{what}: {rows} rows, {min(done, 100)} %")
