"""PDF and images: what they carry beside what they show."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
from PIL import ExifTags, Image

from requests_app.attachments.screening.found import SECONDS, Finding, NotChecked, finding, named, several

_SHOWN = frozenset({"/Link", "/Widget", "/Popup"})
"""Annotations that say nothing by themselves."""


def of_pdf(path: Path) -> Iterator[Finding]:
    """What a PDF carries beyond its pages. Raises NotChecked where it is protected."""
    try:
        pdf = pikepdf.open(path)
    except pikepdf.PasswordError:
        raise NotChecked("protected") from None
    with pdf:
        ends = time.monotonic() + SECONDS
        yield from _pdf_notes(pdf, ends)
        yield from several("black_boxes", _pages_with_boxes(pdf, ends))
        layers = pdf.Root.get("/OCProperties")
        if layers is not None:
            off = layers.get("/D", pikepdf.Dictionary()).get("/OFF", pikepdf.Array())
            yield from several("hidden_layers", len(off))
        yield from named("attachments", list(pdf.attachments))
        names = pdf.Root.get("/Names", pikepdf.Dictionary())
        if "/JavaScript" in names or "/JavaScript" in str(pdf.Root.get("/OpenAction", "")):
            yield finding("script")
        yield from named("people", _info(pdf, "/Author"))
        yield from named("properties", _info(pdf, "/Title", "/Subject", "/Keywords"))
        linear = pdf.is_linearized
    versions = path.read_bytes().count(b"%%EOF") - (2 if linear else 1)
    yield from several("earlier_versions", max(versions, 0))


_PAINTS = "g rg k sc scn re f F f* B B* b b* Tj TJ ' \""
_FILLS = frozenset({"f", "F", "f*", "B", "B*", "b", "b*"})
_WRITES = frozenset({"Tj", "TJ", "'", '"'})
_THIN = 6
"""Points; what is thinner is a line or an underscore, no box that could cover a word."""


def _pages_with_boxes(pdf: pikepdf.Pdf, ends: float) -> int:
    """Pages with text on which dark boxes are drawn. Whether text lies under one cannot be told from here."""
    pages = 0
    for page in pdf.pages:
        if time.monotonic() > ends:
            raise NotChecked("too_large")
        dark, boxes, drawn, writes = True, False, False, False
        for instruction in pikepdf.parse_content_stream(page, _PAINTS):
            name, operands = str(instruction.operator), list(instruction.operands)
            if name == "re":
                boxes = boxes or min(abs(float(operands[2])), abs(float(operands[3]))) > _THIN
            elif name in _FILLS:
                drawn, boxes = drawn or (boxes and dark), False
            elif name in _WRITES:
                writes = True
            else:
                dark = _is_dark(name, operands)
        pages += drawn and writes
    return pages


def _is_dark(operator: str, operands: Iterable[Any]) -> bool:
    try:
        values = [float(value) for value in operands]
    except (TypeError, ValueError):  # a pattern
        return False
    if operator == "k" or len(values) == 4:
        return values[3] > 0.7 or sum(values[:3]) > 2.1
    return bool(values) and max(values) < 0.3


def _pdf_notes(pdf: pikepdf.Pdf, ends: float) -> Iterator[Finding]:
    kinds: Counter[str] = Counter()
    authors: list[str] = []
    for page in pdf.pages:
        if time.monotonic() > ends:
            raise NotChecked("too_large")
        for note in page.get("/Annots", pikepdf.Array()):
            kind = str(note.get("/Subtype", ""))
            kinds[kind] += kind not in _SHOWN
            authors.append(str(note.get("/T", "")) if kind not in _SHOWN else "")
    yield from several("unapplied_redactions", kinds.pop("/Redact", 0))
    yield from several("comments", kinds.total())
    yield from named("authors", authors)


def _info(pdf: pikepdf.Pdf, *names: str) -> list[str]:
    return [str(pdf.docinfo[name]) for name in names if name in pdf.docinfo]


# -- images


_PEOPLE = (ExifTags.Base.Artist, ExifTags.Base.XPAuthor, ExifTags.Base.Copyright)
_DEVICE = (ExifTags.Base.Make, ExifTags.Base.Model)


def of_image(path: Path) -> Iterator[Finding]:
    """What a picture tells of where, when, with what and by whom it was taken."""
    with Image.open(path) as image:
        exif = image.getexif()
        if exif.get_ifd(ExifTags.IFD.GPSInfo):
            yield finding("place")
        yield from named("people", (_text(exif.get(tag)) for tag in _PEOPLE))
        yield from named("device", (_text(exif.get(tag)) for tag in _DEVICE))
        taken = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
        yield from named("taken", [_text(taken)])
        kept = ("comment", "Comment", "Author", "Description", "Title", "Copyright")
        yield from named("properties", (_text(image.info.get(name)) for name in kept))


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-16-le" if b"\x00" in value else "utf-8", "replace")
    return "" if value is None else str(value).replace("\x00", "")
