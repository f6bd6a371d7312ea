"""Office files: archives of XML, read element by element, so that neither size nor nesting costs memory."""

import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.parsers import expat

from requests_app.attachments.screening.found import (
    LONGEST_NAME,
    MOST_BYTES,
    MOST_MEMBERS,
    SECONDS,
    Finding,
    NotChecked,
    finding,
    named,
    several,
)

CHUNK = 256 * 1024
Attributes = Mapping[str, str]
Seen = Callable[[str, Attributes], None]


class Parts:
    """The parts of an office file, read within the limits. Elements come without their namespace."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive, self._left, self._ends = archive, MOST_BYTES, time.monotonic() + SECONDS
        infos = archive.infolist()
        if len(infos) > MOST_MEMBERS or sum(info.file_size for info in infos) > MOST_BYTES:
            raise NotChecked("too_large")
        if any(info.flag_bits & 0x1 for info in infos):
            raise NotChecked("protected")
        self.names = [info.filename for info in infos if not info.is_dir()]

    def like(self, start: str, end: str = ".xml") -> list[str]:
        return [name for name in self.names if name.startswith(start) and name.endswith(end)]

    def each(self, name: str, seen: Seen, text: Callable[[str], None] | None = None) -> None:
        """Call `seen(element, attributes)` for every element of a part, and `text` for what stands in it."""
        if name not in self.names:
            return
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = lambda tag, found: seen(
            _local(tag), {_local(k): v for k, v in found.items()}
        )
        parser.StartDoctypeDeclHandler = _refuse_doctype
        if text:
            parser.CharacterDataHandler = text
        with self._archive.open(name) as part:
            while chunk := part.read(CHUNK):
                self._left -= len(chunk)
                if self._left < 0 or time.monotonic() > self._ends:
                    raise NotChecked("too_large")
                parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def count(self, names: Iterable[str], *elements: str) -> int:
        counted: Counter[str] = Counter()

        def seen(tag: str, _attributes: Attributes) -> None:
            counted[tag] += tag in elements

        for name in names:
            self.each(name, seen)
        return counted.total()

    def texts(self, name: str, *elements: str) -> list[str]:
        """What stands in these elements of a part."""
        found: list[str] = []
        inside: list[str] = [""]

        def seen(tag: str, _attributes: Attributes) -> None:
            inside[0] = tag
            if tag in elements:
                found.append("")

        def text(data: str) -> None:
            if inside[0] in elements and found and len(found[-1]) < LONGEST_NAME:
                found[-1] += data

        self.each(name, seen, text)
        return [one for one in found if one.strip()]


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _refuse_doctype(*_declared: Any) -> None:
    """No office file has one; it is what entity bombs are made with."""
    raise NotChecked("not_checked")


def opened(path: Path, look: Callable[[Parts], Iterator[Finding]]) -> Iterator[Finding]:
    """What `look` finds in the parts of an office file, which is a zip."""
    with zipfile.ZipFile(path) as archive:
        yield from look(Parts(archive))


def _about_office(parts: Parts) -> Iterator[Finding]:
    """What Word and Excel write beside the content."""
    people = parts.texts("docProps/core.xml", "creator", "lastModifiedBy")
    yield from named("people", [*people, *parts.texts("docProps/app.xml", "Manager")])
    yield from named("organisation", parts.texts("docProps/app.xml", "Company"))
    told = parts.texts("docProps/core.xml", "title", "subject", "description", "keywords", "category")
    yield from named("properties", told)
    own: list[str] = []

    def seen(tag: str, attributes: Attributes) -> None:
        if tag == "property":
            own.append(attributes.get("name", ""))

    parts.each("docProps/custom.xml", seen)
    yield from named("own_properties", own)
    yield from several("embedded", sum("/embeddings/" in name for name in parts.names))
    yield from named("external", _external(parts))


def _external(parts: Parts) -> list[str]:
    """Addresses of other files that this one draws from; plain links to be clicked are not among them."""
    found: list[str] = []

    def seen(tag: str, attributes: Attributes) -> None:
        outside = tag == "Relationship" and attributes.get("TargetMode") == "External"
        if outside and not attributes.get("Type", "").endswith("/hyperlink"):
            found.append(attributes.get("Target", ""))

    for name in parts.names:
        if name.endswith(".rels"):
            parts.each(name, seen)
    return found


def sheet(parts: Parts) -> Iterator[Finding]:
    """What an Excel file has beside its visible cells."""
    sheets: dict[str, list[str]] = {"hidden": [], "veryHidden": []}

    def workbook(tag: str, attributes: Attributes) -> None:
        if tag == "sheet" and attributes.get("state") in sheets:
            sheets[attributes["state"]].append(attributes.get("name", ""))

    parts.each("xl/workbook.xml", workbook)
    yield from named("hidden_sheets", sheets["hidden"])
    yield from named("very_hidden_sheets", sheets["veryHidden"])
    lines: Counter[str] = Counter()

    def cells(tag: str, attributes: Attributes) -> None:
        if tag in ("row", "col") and attributes.get("hidden") in ("1", "true"):
            lines[tag] += _width(attributes) if tag == "col" else 1

    for name in parts.like("xl/worksheets/sheet"):
        parts.each(name, cells)
    yield from several("hidden_rows", lines["row"])
    yield from several("hidden_columns", lines["col"])
    comments = [*parts.like("xl/comments"), *parts.like("xl/threadedComments/")]
    yield from several("comments", parts.count(comments, "comment", "threadedComment"))
    yield from several("tracked_changes", len(parts.like("xl/revisions/revisionLog")))
    yield from several("pivot_data", len(parts.like("xl/pivotCache/pivotCacheRecords")))
    yield from several("linked_workbooks", len(parts.like("xl/externalLinks/externalLink")))
    yield from _about_office(parts)


def _width(attributes: Attributes) -> int:
    try:
        return max(int(attributes.get("max", "1")) - int(attributes.get("min", "1")) + 1, 1)
    except ValueError:
        return 1


_CHANGES = frozenset({"ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange", "cellIns", "cellDel"})


def word(parts: Parts) -> Iterator[Finding]:
    """What a Word file has beside its final text."""
    counted: Counter[str] = Counter()
    authors: list[str] = []

    def seen(tag: str, attributes: Attributes) -> None:
        if tag in _CHANGES and "author" in attributes:
            counted["change"] += 1
            authors.append(attributes["author"])
        elif tag in ("vanish", "specVanish") and attributes.get("val", "1") not in ("0", "false", "off"):
            counted["hidden"] += 1
        elif tag == "comment":
            counted["comment"] += 1
            authors.append(attributes.get("author", ""))

    for name in parts.like("word/"):
        if "/theme/" not in name and not name.endswith(("styles.xml", "stylesWithEffects.xml")):
            parts.each(name, seen)
    yield from several("tracked_changes", counted["change"])
    yield from several("comments", counted["comment"])
    yield from named("authors", authors)
    yield from several("hidden_text", counted["hidden"])
    yield from _about_office(parts)


def open_document(parts: Parts) -> Iterator[Finding]:
    """The same of OpenDocument texts and sheets."""
    counted: Counter[str] = Counter()

    def seen(tag: str, attributes: Attributes) -> None:
        if tag in ("annotation", "changed-region"):
            counted[tag] += 1
        if attributes.get("visibility") in ("collapse", "filter"):
            counted["row" if tag == "table-row" else "column"] += 1
        if tag == "table-properties" and attributes.get("display") == "false":
            counted["sheet"] += 1
        if tag == "text-properties" and attributes.get("display") == "none":
            counted["text"] += 1

    for name in ("content.xml", "styles.xml"):
        parts.each(name, seen)
    yield from several("comments", counted["annotation"])
    yield from several("tracked_changes", counted["changed-region"])
    yield from several("hidden_sheets", counted["sheet"])
    yield from several("hidden_rows", counted["row"])
    yield from several("hidden_columns", counted["column"])
    yield from several("hidden_text", counted["text"])
    yield from named("people", parts.texts("meta.xml", "creator", "initial-creator", "printed-by"))
    yield from named("properties", parts.texts("meta.xml", "title", "subject", "description", "keyword"))
    yield from several(
        "embedded", len({name.split("/")[0] for name in parts.names if name.startswith("Object ")})
    )


def archive(path: Path) -> Iterator[Finding]:
    """The files in it are not looked through: they may be of any kind."""
    with zipfile.ZipFile(path) as archive:
        yield finding("archive", names=Parts(archive).names)
