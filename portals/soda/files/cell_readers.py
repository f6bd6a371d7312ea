"""What a cell means as a number, a date, a place: one reader a type, each taking only what it can give back.

Alone responsible for which texts are values of a type. A reader refuses whatever would lose something: a
leading zero, a digit too many, half a second of a thousandth. With `told`, the catalogue has said that the
column is of this type; then forms are taken that nobody should guess (1,234; Y and N; 1/2/2020). Pure.
"""

import json
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from portals.soda.values.shapes import NoShape, Shape, from_wkt
from portals.soda.values.types import SodaType

Cell = Any
"""Text of a CSV file, or one of the classes below, or a Shape."""


class JsonNumber(str):
    """A number of a JSON file, in its own digits."""

    __slots__ = ()


class JsonTruth(str):
    """true or false of a JSON file."""

    __slots__ = ()


class JsonNested(str):
    """A list or an object of a JSON file, as compact JSON."""

    __slots__ = ()


class Unfit(ValueError):
    """The cell is not of this type. A reason is given where it almost is: a part of a sentence."""


class CellReader(ABC):
    """Cells as values of one type. A reader belongs to one column; it may learn from what it sees."""

    type: SodaType = SodaType.TEXT

    def __init__(self, *, told: bool = False) -> None:
        self.told = told

    @abstractmethod
    def read(self, cell: Cell) -> Any:
        """The value as a table file stores it. Raises Unfit."""

    def doubt(self) -> str:
        """Why the column is better not taken for this type although every cell fits; else ""."""
        return ""


class TextReader(CellReader):
    """Takes everything, as it stands."""

    def read(self, cell: Cell) -> Any:
        return cell.stored() if isinstance(cell, Shape) else str(cell)


_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)
_ALMOST_NUMBER = re.compile(r"[-+]?[$]?[\d,]*\.?\d+(?:[eE][-+]?\d+)?%?", re.ASCII)
_TOLD_NUMBER = re.compile(r"([-+]?)[$]?(\d{1,3}(?:,\d{3})+|\d+)?(\.\d*)?([eE][-+]?\d{1,3})?", re.ASCII)
_LEADING_ZERO = re.compile(r"-?0\d+(\.\d+)?", re.ASCII)
_LARGEST = 2**63 - 1
_SURE_FIGURES = 15
_LONGEST_NUMBER = 100  # letters; what is longer is not even looked at


class NumberReader(CellReader):
    """Numbers that come back as they are: whole ones of 64 bits, others that the nearest double gives back.

    A number of JSON, and one of which the catalogue says so, may have more figures behind the point: it is
    given out as that double. `rounded` tells that there was one.
    """

    type = SodaType.NUMBER

    def __init__(self, *, told: bool = False) -> None:
        super().__init__(told=told)
        self.rounded = False

    def read(self, cell: Cell) -> int | float:
        text = cell.strip()
        if len(text) > _LONGEST_NUMBER:
            raise Unfit("has more digits than a number keeps" if text.isdecimal() else "")
        freely = self.told or isinstance(cell, JsonNumber)
        if _PLAIN_NUMBER.fullmatch(text):
            return self._exact(text, freely)
        if freely:
            return self._told(text)
        raise Unfit(self._why(text))

    def _told(self, text: str) -> int | float:
        parts = _TOLD_NUMBER.fullmatch(text)
        digits = (parts[2] or "").replace(",", "") if parts else ""
        if parts is None or not (digits or (parts[3] or "").strip(".")):
            raise Unfit
        if len(digits) > 1 and digits[0] == "0":
            raise Unfit("begins with a zero")
        fraction = (parts[3] or "").rstrip("0").rstrip(".")
        sign = "-" if parts[1] == "-" else ""
        return self._exact(f"{sign}{digits or '0'}{fraction}{parts[4] or ''}", True)

    def _exact(self, text: str, freely: bool) -> int | float:
        if text.lstrip("-").isdecimal():
            whole = int(text)
            if abs(whole) > _LARGEST:
                raise Unfit("has more digits than a number keeps")
            return whole
        number = float(text)
        figures = len(re.sub(r"[eE].*|[-.]", "", text).strip("0"))
        kept = figures <= _SURE_FIGURES or _gives_back(number, text)
        if not math.isfinite(number) or not (kept or freely):
            raise Unfit("has more digits than a number keeps")
        self.rounded = self.rounded or not kept
        return int(number) if number.is_integer() and abs(number) < 2**53 else number

    def _why(self, text: str) -> str:
        if _LEADING_ZERO.fullmatch(text):
            return "begins with a zero"
        return "is written with more than digits" if _ALMOST_NUMBER.fullmatch(text) else ""


def _gives_back(number: float, text: str) -> bool:
    written = text.rstrip("0").rstrip(".") if "." in text and "e" not in text.lower() else text
    return repr(number).removesuffix(".0") == written


_TRUTH = {"true": 1, "false": 0}
_TOLD_TRUTH = {**_TRUTH, "yes": 1, "no": 0, "y": 1, "n": 0, "t": 1, "f": 0, "1": 1, "0": 0}


class TruthReader(CellReader):
    """true and false in any letters; where the catalogue says so also yes, no, Y, N, T, F, 1, 0."""

    type = SodaType.BOOLEAN

    def __init__(self, *, told: bool = False) -> None:
        super().__init__(told=told)
        self._words: Mapping[str, int] = _TOLD_TRUTH if told else _TRUTH

    def read(self, cell: Cell) -> int:
        value = self._words.get(cell.strip().lower())
        if value is None:
            raise Unfit
        return value


_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s?(Z|z|[-+]\d\d:?\d\d|UTC)?)?",
    re.ASCII,
)
_US = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)(?:\s+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s*([AaPp][Mm])?)?",
    re.ASCII,
)


def _moment(day: tuple[str, str, str], clock: tuple[str | None, ...], told: bool) -> datetime:
    """Raises Unfit where there is no such day or time, or more of it than a thousandth of a second."""
    fraction = (clock[3] or "").ljust(3, "0")
    if fraction[3:].strip("0") and not told:
        raise Unfit("is finer than a thousandth of a second")
    year, month, of_month = map(int, day)
    hour, minute, second = (int(part or 0) for part in clock[:3])
    try:
        return datetime(year, month, of_month, hour, minute, second, int(fraction[:3]) * 1000, tzinfo=UTC)
    except ValueError as error:
        raise Unfit("is no day or time that there is") from error


def _stored(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")


class IsoReader(CellReader):
    """2020-01-31, with or without a time, without a time zone."""

    type = SodaType.FLOATING_TIMESTAMP

    def read(self, cell: Cell) -> str:
        parts = _ISO.fullmatch(cell.strip())
        if parts is None:
            raise Unfit
        if parts[8]:
            raise Unfit("has a time zone")
        return _stored(_moment((parts[1], parts[2], parts[3]), parts.groups()[3:7], self.told))


class ZonedReader(CellReader):
    """2020-01-31T10:00:00Z or +02:00; stored as UTC."""

    type = SodaType.FIXED_TIMESTAMP

    def read(self, cell: Cell) -> str:
        parts = _ISO.fullmatch(cell.strip())
        if parts is None or not parts[8]:
            raise Unfit
        moment = _moment((parts[1], parts[2], parts[3]), parts.groups()[3:7], self.told)
        zone = parts[8].replace(":", "")
        if zone[0] in "+-":
            hours = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
            try:
                moment = moment - hours if zone[0] == "+" else moment + hours
            except OverflowError as error:
                raise Unfit("is no day or time that there is") from error
        return f"{_stored(moment)}Z"


class UsReader(CellReader):
    """1/31/20 or 1/31/2020, month first, with or without a time, as US offices write it.

    Guessed only where a day above 12 proves the order, and where no year of two digits could be in two
    centuries: `this_year` is the last one that is taken for 20xx, and one more.
    """

    type = SodaType.FLOATING_TIMESTAMP

    def __init__(self, *, this_year: int, told: bool = False) -> None:
        super().__init__(told=told)
        self._last_short = this_year % 100 + 1
        self._order_is_proven = told

    def read(self, cell: Cell) -> str:
        parts = _US.fullmatch(cell.strip())
        if parts is None:
            raise Unfit
        month, day, year = parts[1], parts[2], parts[3]
        if len(year) == 2:
            if int(year) > self._last_short:
                raise Unfit(f"has the year {year}, which may be 19{year} or 20{year}")
            year = f"20{year}"
        if int(month) > 12:
            raise Unfit("has no month in front: the order of day and month is not clear")
        if int(day) > 12:
            self._order_is_proven = True
        return _stored(_moment((year, month, day), (self._hour(parts), *parts.groups()[4:7]), self.told))

    def _hour(self, parts: re.Match[str]) -> str | None:
        half = (parts[8] or "").lower()
        if not half:
            return parts[4]
        hour = int(parts[4])
        if not 1 <= hour <= 12:
            raise Unfit("is no day or time that there is")
        return str(hour % 12 + (12 if half == "pm" else 0))

    def doubt(self) -> str:
        return "" if self._order_is_proven else "no day above 12 proves that the month stands first"


_PAIR = r"\(\s*([-+]?\d{1,3}(?:\.\d+)?)\s*,\s*([-+]?\d{1,3}(?:\.\d+)?)\s*\)"
_ONLY_PAIR = re.compile(_PAIR, re.ASCII)
_CITY_LINE = re.compile(r"([^,\n]*), ([A-Z]{2})(?: (\d{5}(?:-\d{4})?))?", re.ASCII)


def _demand_degrees(latitude: str, longitude: str) -> None:
    if abs(float(latitude)) > 90 or abs(float(longitude)) > 180:
        raise Unfit("has coordinates that are no latitude and longitude")


class PairReader(CellReader):
    """(39.1, -94.5): latitude first, as portals wrote points before they wrote WKT."""

    type = SodaType.POINT

    def read(self, cell: Cell) -> str:
        parts = _ONLY_PAIR.fullmatch(cell.strip())
        if parts is None:
            raise Unfit
        _demand_degrees(parts[1], parts[2])
        return Shape(SodaType.POINT, [_coordinate(parts[2]), _coordinate(parts[1])]).stored()


def _coordinate(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() else number


class LocationReader(CellReader):
    """An address in lines, and `(latitude, longitude)` in the last one. Digits stay as they are written."""

    type = SodaType.LOCATION

    def read(self, cell: Cell) -> str:
        lines = cell.replace("\r\n", "\n").split("\n")
        pair = _ONLY_PAIR.fullmatch(lines[-1].strip())
        if pair:
            _demand_degrees(pair[1], pair[2])
            lines = lines[:-1]
        elif not self.told:
            raise Unfit
        where = {"latitude": pair[1], "longitude": pair[2]} if pair else {}
        human = _human_address(lines)
        address = {"human_address": json.dumps(human, ensure_ascii=False)} if any(human.values()) else {}
        return json.dumps({**where, **address}, ensure_ascii=False, separators=(",", ":"))


def _human_address(lines: list[str]) -> dict[str, str]:
    found = _CITY_LINE.fullmatch(lines[-1]) if lines else None
    city, state, zip_code = (part or "" for part in found.groups()) if found else ("", "", "")
    address = "\n".join(lines[:-1] if found else lines)
    return {"address": address, "city": city, "state": state, "zip": zip_code}


class ShapeReader(CellReader):
    """A geometry, of GeoJSON or in WKT, as one of `type` or of the type that holds several of them."""

    def __init__(self, kind: SodaType, *, told: bool = False) -> None:
        super().__init__(told=told)
        self.type = kind
        self.flattened = False

    def read(self, cell: Cell) -> str:
        try:
            shape = cell if isinstance(cell, Shape) else from_wkt(cell)
            self.flattened = self.flattened or shape.flattened
            return shape.as_type(self.type).stored()
        except NoShape as error:
            text = str(error)
            raise Unfit("" if "no geometry in WKT" in text else text) from error


_ADDRESS = re.compile(r"https?://[^\s()<>\"]+", re.IGNORECASE)
_DESCRIBED = re.compile(r"(.*\S) \((https?://[^\s()<>\"]+)\)", re.IGNORECASE | re.DOTALL)


class UrlReader(CellReader):
    """https://... alone, or `description (https://...)`."""

    type = SodaType.URL

    def read(self, cell: Cell) -> str:
        text = cell.strip()
        if _ADDRESS.fullmatch(text):
            return json.dumps({"url": text}, ensure_ascii=False, separators=(",", ":"))
        parts = _DESCRIBED.fullmatch(text)
        if parts is None:
            raise Unfit
        return json.dumps(
            {"url": parts[2], "description": parts[1]}, ensure_ascii=False, separators=(",", ":")
        )


class NestedReader(CellReader):
    """Lists and objects of a JSON file."""

    type = SodaType.JSON

    def read(self, cell: Cell) -> str:
        if not isinstance(cell, JsonNested):
            raise Unfit
        return str(cell)


class Only(CellReader):
    """Another reader, for cells of one class: in JSON the text "12" is no number."""

    def __init__(self, kind: type, reader: CellReader) -> None:
        super().__init__(told=reader.told)
        self._kind, self.reader, self.type = kind, reader, reader.type

    def read(self, cell: Cell) -> Any:
        if type(cell) is not self._kind:
            raise Unfit
        return self.reader.read(cell)

    def doubt(self) -> str:
        return self.reader.doubt()
