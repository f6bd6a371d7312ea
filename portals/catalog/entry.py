"""What a catalogue says about a dataset, in a form that belongs to no format.

The importers produce these, `importing` brings the tables in line with them. Blank means that the
catalogue does not specify it; nothing here is ever guessed.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class CatalogFormat(StrEnum):
    """The forms of catalogue that are read."""

    POD_1_0 = "project-open-data-1.0"
    DCAT_US_1_1 = "dcat-us-1.1"
    DCAT_US_3_0 = "dcat-us-3.0"
    SOCRATA = "socrata-catalog-v1"
    CKAN = "ckan-package-search"


class CatalogError(Exception):
    """The catalogue as a whole cannot be used; the message is one line and says what and where."""


class EntryError(ValueError):
    """One entry cannot be used; the others can."""

    def __init__(self, reason: str, identifier: str = "") -> None:
        super().__init__(reason)
        self.identifier = identifier


@dataclass(frozen=True, slots=True)
class EntryField:
    """A column of a dataset."""

    name: str
    title: str = ""
    data_type: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class EntryDistribution:
    """A form in which a dataset can be had: a download or an API."""

    url: str
    title: str = ""
    media_type: str = ""
    format: str = ""
    is_api: bool = False


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """One dataset as its catalogue describes it. `last_updated` is a date in the city."""

    identifier: str
    name: str
    description: str = ""
    department: str = ""
    category: str = ""
    keywords: tuple[str, ...] = ()
    cadence: str = ""
    last_updated: date | None = None
    license: str = ""
    license_url: str = ""
    attribution: str = ""
    contact_name: str = ""
    contact_email: str = ""
    landing_page: str = ""
    api_endpoint: str = ""
    public: bool = True
    fields: tuple[EntryField, ...] = ()
    distributions: tuple[EntryDistribution, ...] = ()

    def digest(self) -> str:
        """A fingerprint of everything the catalogue says here; equal means that nothing changed."""
        text = json.dumps(asdict(self), default=str, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SkippedEntry:
    """An entry that could not be used: its place in the document (from 0), its name if any, and why."""

    index: int
    identifier: str
    reason: str


@dataclass(slots=True)
class Catalog:
    """What a document holds. `complete` is false for a page of a longer answer."""

    format: CatalogFormat
    entries: list[CatalogEntry] = field(default_factory=list)
    skipped: list[SkippedEntry] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    complete: bool = True


def collect(
    catalog_format: CatalogFormat,
    items: Sequence[Any],
    build: Callable[[Mapping[str, Any]], CatalogEntry],
    *,
    complete: bool = True,
) -> Catalog:
    """Builds an entry of every item; what cannot be used is reported with its place, the rest goes on."""
    catalog = Catalog(catalog_format, complete=complete)
    seen: dict[str, int] = {}
    for index, item in enumerate(items):
        try:
            entry = _built(item, build)
            if entry.identifier in seen:
                raise EntryError(
                    f"the identifier stands twice, first at entry {seen[entry.identifier]}", entry.identifier
                )
        except EntryError as error:
            catalog.skipped.append(SkippedEntry(index, error.identifier, str(error)))
            continue
        seen[entry.identifier] = index
        catalog.entries.append(entry)
    return catalog


def _built(item: Any, build: Callable[[Mapping[str, Any]], CatalogEntry]) -> CatalogEntry:
    if not isinstance(item, Mapping):
        raise EntryError(f"not an object but {type(item).__name__}")
    entry = build(item)
    if not entry.identifier:
        raise EntryError("no identifier")
    if not entry.name:
        raise EntryError("no title", entry.identifier)
    return entry
