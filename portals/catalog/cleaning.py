"""Turns what people put into catalogues into plain, bounded values.

Every function accepts any JSON value and never raises: what cannot be understood becomes blank, so
that one odd property does not cost the whole entry.
"""

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, tzinfo
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlsplit

NAME_LIMIT = 500
TEXT_LIMIT = 20_000
WORD_LIMIT = 300
IDENTIFIER_LIMIT = 200
KEYWORD_LIMIT = 100
KEYWORDS_LIMIT = 100
FIELDS_LIMIT = 1_000
DISTRIBUTIONS_LIMIT = 200
URL_LIMIT = 1_000
EMAIL_LIMIT = 254

_BLOCK = re.compile(r"address|article|blockquote|br|d[ltd]|div|h[1-6]|hr|li|[ou]l|p|pre|section|table|tr")
_SILENT = frozenset({"script", "style", "template", "noscript", "title"})
_TAG = re.compile(r"<[a-zA-Z/!?]")
_ENTITY = re.compile(r"&(#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\s*\n\s*\n\s*")
_EMAIL = re.compile(r"[^@\s<>\"'(),;:]+@[^@\s<>\"'(),;:]+\.[^@\s<>\"'(),;:]+")
_URL_UNSAFE = re.compile(r"[\s\x00-\x20\x7f<>\"{}|\\^`]")
_IDENTIFIER_UNSAFE = re.compile(r"[^A-Za-z0-9._~-]+")
_FOUR_BY_FOUR = re.compile(r"(?:^|/)([a-z0-9]{4}-[a-z0-9]{4})(?=$|[/.?#])")
_HUB_ITEM = re.compile(r"[?&]id=([0-9a-f]{32})(?:&sublayer=(\d+))?$")
_WRITTEN_DATES = (
    "%m/%d/%Y",
    "%m/%d/%y",
    "%B %d, %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%d %b %Y",
    "%Y%m%d",
    "%Y/%m/%d",
)


class _Text(HTMLParser):
    """Collects the words of a piece of HTML and drops everything else."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif _BLOCK.fullmatch(tag):
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif _BLOCK.fullmatch(tag):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def _storable(text: str) -> str:
    """Without NUL and other controls and without half characters, which no database takes."""
    kept = "".join(
        char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn")
    )
    return kept


def text_from(value: Any, limit: int = TEXT_LIMIT) -> str:
    """Several lines of plain text: markup removed, entities resolved, white space tidied, cut at `limit`."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        value = f"{value}"
    if not isinstance(value, str):
        return ""
    value = value[: limit * 20].replace("\r\n", "\n").replace("\r", "\n")
    if _TAG.search(value):
        parser = _Text()
        parser.feed(value)
        parser.close()
        value = "".join(parser.parts)
    elif _ENTITY.search(value):
        value = html.unescape(value)
    value = _SPACES.sub(" ", _storable(value))
    value = _BLANK_LINES.sub("\n\n", value)
    value = "\n".join(line.strip() for line in value.split("\n")).strip()
    return shortened(value, limit)


def line_from(value: Any, limit: int = WORD_LIMIT) -> str:
    """One line of plain text; of a list or an object its first name."""
    if isinstance(value, list):
        value = next((item for item in value if item), None)
    if isinstance(value, Mapping):
        # CKAN's `name` is for addresses where a `title` stands beside it.
        keys = ("fn", "prefLabel", "title", "display_name", "name", "label", "@value", "@id")
        return next((line for key in keys if (line := line_from(value.get(key), limit))), "")
    return shortened(" ".join(text_from(value, limit * 4).split()), limit)


def shortened(text: str, limit: int) -> str:
    """The text, or its beginning with an ellipsis where it is longer than `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def words_from(*values: Any) -> tuple[str, ...]:
    """Keywords: lists, objects with a name or one string with commas; each once, in order."""
    found: dict[str, str] = {}
    for word in _each_word(values):
        if word and word.casefold() not in found:
            found[word.casefold()] = word
    return tuple(list(found.values())[:KEYWORDS_LIMIT])


def _each_word(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if isinstance(value, str):
            yield from (line_from(part, KEYWORD_LIMIT) for part in re.split(r"[,;\n]", value))
        elif isinstance(value, list):
            for item in value:
                # A keyword in a list may itself hold commas where a form was filled in carelessly.
                yield from _each_word([item])
        elif isinstance(value, Mapping):
            yield line_from(value, KEYWORD_LIMIT)


def url_from(value: Any, limit: int = URL_LIMIT) -> str:
    """An http or https address that is safe to link to, or blank. Never `javascript:` and the like."""
    if isinstance(value, list):
        return next((url for item in value if (url := url_from(item, limit))), "")
    if isinstance(value, Mapping):
        return url_from(value.get("@id") or value.get("url") or value.get("endpointURL"), limit)
    if not isinstance(value, str):
        return ""
    value = _URL_UNSAFE.sub(lambda match: quote(match.group()), _storable(value).strip())
    if value.lower().startswith("www."):
        value = f"http://{value}"
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        return ""
    return value if usable and len(value) <= limit else ""


def email_from(value: Any) -> str:
    """An e-mail address, with or without `mailto:`, or blank."""
    if isinstance(value, list):
        return next((email for item in value if (email := email_from(item))), "")
    if not isinstance(value, str):
        return ""
    match = _EMAIL.search(re.sub(r"(?i)mailto:", "", _storable(value)))
    return match.group() if match and len(match.group()) <= EMAIL_LIMIT else ""


def date_from(value: Any, zone: tzinfo = UTC) -> date | None:
    """The date of a moment or a written date, in `zone`; None for what is not a date.

    A time of exactly midnight is how exporters write a bare date, so it keeps its day. Repeating
    intervals (`R/P1D`, allowed by DCAT-US) and dates beyond 1900 to 2200 are no dates.
    """
    found = _date_from(value, zone)
    return found if found and 1900 <= found.year <= 2200 else None


def _date_from(value: Any, zone: tzinfo) -> date | None:
    if isinstance(value, Mapping):
        return _date_from(value.get("@value"), zone)
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and re.fullmatch(r"\d{9,10}|\d{12,13}", value.strip()):
        value = int(value)
    if isinstance(value, int | float):
        return _epoch_date(value, zone)
    if not isinstance(value, str):
        return None
    text = value.strip()[:64]
    return _iso_date(text, zone) or _written_date(text, zone)


def _epoch_date(value: float, zone: tzinfo) -> date | None:
    seconds = value / 1000 if abs(value) > 100_000_000_000 else value
    if abs(seconds) < 100_000_000:
        return None
    try:
        return datetime.fromtimestamp(seconds, tz=zone).date()
    except (ValueError, OverflowError, OSError):
        return None


def _iso_date(text: str, zone: tzinfo) -> date | None:
    match = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", text)
    try:
        if match:
            year, month, day = match.groups()
            return date(int(year), int(month or 1), int(day or 1))
        if not re.match(r"\d{4}-\d{2}-\d{2}[T ]", text):
            return None
        moment = datetime.fromisoformat(re.sub(r"\s*UTC$", "+00:00", text))
    except ValueError:
        # Anything may follow the day (fractions of odd length, two offsets); the day is still legible.
        return _iso_date(text[:10], zone) if len(text) > 10 else None
    return _local_date(moment, zone)


def _written_date(text: str, zone: tzinfo) -> date | None:
    for form in _WRITTEN_DATES:
        try:
            return datetime.strptime(text.split(" at ")[0], form).replace(tzinfo=zone).date()
        except ValueError:
            continue
    first = text.split(" ")[0]
    if first != text and re.fullmatch(r"\d{1,2}/\d{1,2}/\d{2,4}", first):
        return _written_date(first, zone)
    try:
        return _local_date(parsedate_to_datetime(text), zone)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _local_date(moment: datetime, zone: tzinfo) -> date:
    if moment.tzinfo is None or (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return moment.date()
    try:
        return moment.astimezone(zone).date()
    except OverflowError:
        return moment.date()


def identifier_from(value: Any) -> str:
    """An identifier that can stand in an address: the same dataset gets the same one from every format.

    Socrata and ArcGIS catalogues write a whole address as identifier; its number is what people copy
    from the dataset's page.
    """
    if isinstance(value, Mapping):
        value = next(
            (value[key] for key in ("notation", "identifier", "@id", "@value") if value.get(key)), None
        )
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = _storable(f"{value}").strip()
    if "/" in text:
        if match := _FOUR_BY_FOUR.search(text):
            return match.group(1)
        if match := _HUB_ITEM.search(text):
            return match.group(1) + (f"_{match.group(2)}" if match.group(2) else "")
    return path_safe(text)


def path_safe(text: str) -> str:
    """`text` where it can stand in a path as it is; otherwise a readable form that stays unique."""
    if text and len(text) <= IDENTIFIER_LIMIT and not _IDENTIFIER_UNSAFE.search(text) and text.strip("."):
        return text
    if not text:
        return ""
    readable = _IDENTIFIER_UNSAFE.sub("-", text.split("://")[-1]).strip("-.")[-60:].strip("-.")
    mark = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{readable}-{mark}" if readable else mark
