"""Timestamps as the language has them: texts that sort, floating without a zone, fixed in UTC.

`YYYY-MM-DDTHH:MM:SS.mmm`, a fixed one with `Z` behind it. Nothing here reads a clock.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

_MOMENT = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?"
    r"(?:[T ]([0-9]{2})(?::([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?)?)?"
    r"(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_PERIOD = re.compile(
    r"P(?=.)(?:(-?[0-9]{1,5})Y)?(?:(-?[0-9]{1,5})M)?(?:(-?[0-9]{1,5})W)?(?:(-?[0-9]{1,7})D)?"
    r"(?:T(?=.)(?:(-?[0-9]{1,8})H)?(?:(-?[0-9]{1,9})M)?(?:(-?[0-9]{1,9}(?:\.[0-9]{1,3})?)S)?)?"
)
_ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")


def floating(text: str) -> str | None:
    """The floating timestamp that a text writes (`2020`, `2020-01-31T08:00`), None if it is none."""
    match = _MOMENT.fullmatch(text)
    moment = _moment(match) if match and match.group(8) is None else None
    return _text(moment) if moment else None


def fixed(text: str) -> str | None:
    """The fixed timestamp that a text writes, in UTC; without an offset it is taken as UTC."""
    match = _MOMENT.fullmatch(text)
    moment = _moment(match) if match else None
    if match is None or moment is None:
        return None
    try:
        return _text(moment.replace(tzinfo=_offset(match.group(8))).astimezone(UTC)) + "Z"
    except (OverflowError, ValueError):
        return None


def _moment(match: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second, fraction, _offset_text = match.groups()
    microseconds = int((fraction or "0").ljust(6, "0")[:6])
    numbers = (int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0))
    try:
        return datetime(*numbers, microseconds)  # noqa: DTZ001 - floating: it belongs to no zone
    except ValueError:
        return None


def _offset(text: str | None) -> tzinfo:
    if text is None or text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[3:].lstrip(":") or 0)
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")


def _read(text: str) -> datetime:
    """A stored timestamp; raises ValueError for anything else."""
    return datetime.fromisoformat(text.removesuffix("Z"))


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo | None:
    """The time zone of that name, None where there is none."""
    if not _ZONE_NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def local(moment: str, zone_name: str) -> str | None:
    """The wall clock time of a fixed timestamp in a zone; None for a zone that is none."""
    there = zone(zone_name)
    return _text(_read(moment).replace(tzinfo=UTC).astimezone(there)) if there else None


@lru_cache(maxsize=64)
def period(text: str) -> tuple[int, timedelta] | None:
    """Months, and the rest, of a period such as `P1M` or `P1DT12H`; None if it is none."""
    match = _PERIOD.fullmatch(text)
    if match is None:
        return None
    years, months, weeks, days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    rest = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return int(years) * 12 + int(months), rest


def add(moment: str, period_text: str, sign: int) -> str | None:
    """A timestamp a period later (sign 1) or earlier (-1): months first, to the month's last day at most."""
    told = period(period_text)
    if told is None:
        return None
    months, rest = told
    start = _read(moment)
    month = start.year * 12 + start.month - 1 + sign * months
    if not 12 <= month < 120_000:
        return None
    year, month = month // 12, month % 12 + 1
    try:
        ended = start.replace(year=year, month=month, day=min(start.day, _days(year, month))) + sign * rest
    except OverflowError:
        return None
    return _text(ended) + ("Z" if moment.endswith("Z") else "")


def _days(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1) if year < 9999 or month < 12 else None
    return (following - timedelta(days=1)).day if following else 31


def days_between(later: str, earlier: str) -> int:
    """Whole calendar days from one date to the other, as their difference in midnights."""
    return (_read(later).date() - _read(earlier).date()).days


def iso_week(moment: str) -> int:
    """The week of the ISO calendar, 1 to 53."""
    return _read(moment).isocalendar().week


def iso_year(moment: str) -> int:
    """The year to which the ISO week belongs."""
    return _read(moment).isocalendar().year


def epoch_seconds(moment: str) -> float:
    """Seconds since 1970 of a fixed timestamp, with milliseconds."""
    return (_read(moment) - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001 - both are UTC
