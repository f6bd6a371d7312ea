"""A GeoJSON file as rows: one a feature, the geometry and a column for each property.

Alone responsible for what may stand in a GeoJSON file (RFC 7946). Reads feature by feature, so that a file of
any size takes little memory; a column joins when its property first appears. Coordinates other than longitude
and latitude in WGS84 are refused, because nothing here converts them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn, TextIO

from django.utils.translation import gettext as _

from portals.soda.files.cell_readers import JsonNested, JsonNumber, JsonTruth
from portals.soda.files.csv_reading import COLUMNS_LIMIT, LONGEST_CELL
from portals.soda.files.source_file import LoadError, Progress, SourceFile
from portals.soda.values.shapes import NoShape, from_geojson

GEOMETRY = "the_geom"
"""Title of the column of geometries, as Socrata calls it."""
_WGS84 = ("crs84", "epsg:4326", "epsg::4326", "epsg/0/4326", "wgs84", "wgs 84")
_BLOCK = 256 * 1024
_LARGEST_PART = 2 * LONGEST_CELL
_SPACES = " \t\r\n"
_FEATURES_BETWEEN_LOOKS = 5_000
_LONGEST_WORD = 20
"""Letters of `false`, of an escape and the like, which the end of a piece may cut in two."""


def looks_like(start: str) -> bool:
    """Whether a file that begins so is JSON and not CSV."""
    return start.lstrip(_SPACES).startswith(("{", "["))


class GeoJsonReading:
    """The features of a file as rows. `headers` grow while it is read for the first time."""

    form = "geojson"
    unit = "feature"
    delimiter = ""
    blank_lines = 0

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.headers: list[str] = []
        self._places: dict[str, int] = {}
        self.flattened = 0
        """The feature whose third coordinate was dropped first; 0 where there was none."""

    def rows(self, progress: Progress | None = None, what: str = "") -> Iterator[tuple[int, Sequence[Any]]]:
        """Each feature with its number. A row may be shorter than `headers`: what it lacks is empty.

        The geometry is the first column here. Raises LoadError with the number of the feature that is wrong.
        """
        if not self.headers:
            self._column(GEOMETRY, "geometry")
        with self.source.open() as file:
            for number, feature in enumerate(_features(file), 1):
                yield number, self._row(number, feature)
                if progress and number % _FEATURES_BETWEEN_LOOKS == 0:
                    progress.at(file, what, number)

    def _column(self, title: str, key: str) -> int:
        """The place of a column; a new one joins at the end. Keys keep a property apart from the geometry."""
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = len(self.headers)
            self.headers.append(title)
            if place >= COLUMNS_LIMIT:
                raise LoadError(
                    _("The features have more than %(limit)d different properties.")
                    % {"limit": COLUMNS_LIMIT}
                )
        return place

    def _row(self, number: int, feature: Any) -> list[Any]:
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise _wrong(number, _("is no Feature"))
        properties = feature.get("properties") or {}
        if not isinstance(properties, dict):
            raise _wrong(number, _("has properties that are no object"))
        cells: list[Any] = [self._shape(number, feature.get("geometry"))]
        wanted = [(f"property {name}", name, value) for name, value in properties.items()]
        if feature.get("id") is not None:
            wanted.append(("id of the feature", "id", feature["id"]))
        for key, title, value in wanted:
            place = self._column(title, key)
            cells += [None] * (place + 1 - len(cells))
            cells[place] = _cell(number, title, value)
        return cells

    def _shape(self, number: int, geometry: Any) -> Any:
        if geometry is None:
            return None
        try:
            shape = from_geojson(geometry)
        except NoShape as error:
            raise _wrong(number, _("has a geometry that %(why)s") % {"why": error}) from error
        if shape is not None and shape.flattened and not self.flattened:
            self.flattened = number
        return shape


def _cell(number: int, title: str, value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return JsonTruth("true" if value else "false")
    if isinstance(value, (dict, list)):
        try:
            value = JsonNested(_written(value))
        except RecursionError as error:
            raise _wrong(
                number, _("is nested too deeply in “%(property)s”") % {"property": title[:40]}
            ) from error
    if "\0" in value or not _is_storable(value):
        raise _wrong(number, _("has half a character or NUL in “%(property)s”") % {"property": title[:40]})
    if len(value) > LONGEST_CELL:
        raise _wrong(number, _("has too much text in “%(property)s”") % {"property": title[:40]})
    return value


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _written(value: Any) -> str:
    """Nested values as compact JSON, numbers in their own digits."""
    if isinstance(value, JsonNumber):
        return str(value)
    if isinstance(value, dict):
        return f"{{{','.join(f'{_string(name)}:{_written(part)}' for name, part in value.items())}}}"
    if isinstance(value, list):
        return f"[{','.join(map(_written, value))}]"
    return _string(value)


def _string(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _wrong(number: int, what: str) -> LoadError:
    return LoadError(_("Feature %(number)d %(what)s.") % {"number": number, "what": what})


# -- From the file


def _features(file: TextIO) -> Iterator[Any]:
    """The features of a FeatureCollection one by one; the other members are checked as they come."""
    text = _Text(file)
    if text.next_sign() != "{":
        raise LoadError(_("This is JSON, but no GeoJSON: a FeatureCollection is wanted."))
    seen: dict[str, Any] = {}
    separator = text.expect("{")
    if text.next_sign() == "}":
        text.expect("}")
    else:
        while separator != "}":
            name = text.value()
            if not isinstance(name, str):
                text.fail()
            text.expect(":")
            if name == "features" and text.next_sign() == "[":
                yield from text.members()
                seen[name] = True
            else:
                value = text.value()
                _check_crs(name, value)
                if name == "type":
                    seen[name] = value
            separator = text.expect(",}")
    text.demand_end()
    if seen.get("type") != "FeatureCollection" or seen.get("features") is not True:
        raise LoadError(
            _("This is JSON of the type %(type)s; a FeatureCollection of GeoJSON is wanted.")
            % {"type": str(seen.get("type") or _("(none)"))[:40]}
        )


def _check_crs(name: str, value: Any) -> None:
    if name == "crs" and value is not None:
        properties = value.get("properties") if isinstance(value, Mapping) else None
        named = str(properties.get("name") if isinstance(properties, Mapping) else value)
        if not named.lower().replace("_", "").endswith(_WGS84):
            raise LoadError(
                _(
                    "The coordinates are in the system %(name)s. Export the file in WGS84 (EPSG:4326), "
                    "longitude and latitude."
                )
                % {"name": named[:80]}
            )


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


class _Text:
    """The text of a JSON file, of which a piece at a time is in memory."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._buffer, self._place, self._read, self._is_last = "", 0, 0, False
        self._lines = 1
        self._decoder = json.JSONDecoder(
            parse_float=JsonNumber, parse_int=JsonNumber, parse_constant=_no_constant
        )

    def _more(self) -> bool:
        """Read on, at least as much as there is already; False at the end of the file."""
        if self._is_last:
            return False
        self._lines += self._buffer.count("\n", 0, self._place)
        rest = self._buffer[self._place :]
        if len(rest) > _LARGEST_PART:
            raise LoadError(
                _("One part of the file, from line %(line)d on, is larger than %(limit)d million letters.")
                % {"line": self._lines, "limit": _LARGEST_PART // 1024 // 1024}
            )
        block = self._file.read(max(_BLOCK, len(rest)))
        self._is_last = not block
        self._buffer, self._place = rest + block, 0
        return bool(block)

    def next_sign(self) -> str:
        """The next sign that is no blank, which stays; "" at the end."""
        while True:
            while self._place < len(self._buffer):
                if self._buffer[self._place] not in _SPACES:
                    return self._buffer[self._place]
                self._place += 1
            if not self._more():
                return ""

    def expect(self, signs: str) -> str:
        """Take the next sign, which must be one of these."""
        sign = self.next_sign()
        if not sign or sign not in signs:
            self.fail()
        self._place += 1
        return sign

    def value(self) -> Any:
        """Take the next value, wholly."""
        self.next_sign()
        while True:
            try:
                found, end = self._decoder.raw_decode(self._buffer, self._place)
            except RecursionError:
                self.fail()
            except ValueError as error:
                if not self._is_cut_off(error) or not self._more():
                    self.fail()
                continue
            if end < len(self._buffer) or not self._more():  # a number may go on behind the buffer
                self._place = end
                return found

    def _is_cut_off(self, error: ValueError) -> bool:
        """Whether the value may become one when more is read; otherwise the mistake lies in what is here."""
        if not isinstance(error, json.JSONDecodeError):
            return False
        near_end = error.pos > len(self._buffer) - _LONGEST_WORD
        if not (near_end or error.msg.startswith("Unterminated")):
            self._place = error.pos
            return False
        return True

    def members(self) -> Iterator[Any]:
        """Take a list, and give each of its members."""
        self.expect("[")
        if self.next_sign() == "]":
            self.expect("]")
            return
        while True:
            yield self.value()
            if self.expect(",]") == "]":
                return

    def demand_end(self) -> None:
        if self.next_sign():
            self.fail()

    def fail(self) -> NoReturn:
        line = self._lines + self._buffer.count("\n", 0, self._place)
        raise LoadError(
            _("From line %(line)d on this is no JSON: the file is damaged or was cut off.") % {"line": line}
        )
