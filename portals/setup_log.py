"""Writes the log of a city's setup: who changed what, when, before and after. Sole writer of SetupEvent.

The events of a city form a chain, as those of a case do; the city's row carries number and hash of the last.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from portals.models import City, SetupEvent, User
from portals.vocabulary import SetupAct


def held(city: City) -> City:
    """The row of the city, read again and held until the transaction ends: one change after the other."""
    return City.objects.select_for_update(no_key=True).get(pk=city.pk)


def last(city: City, subject: str) -> SetupEvent | None:
    """The latest change of a subject."""
    return SetupEvent.objects.filter(city=city, subject=subject).order_by("-sequence").first()


def revision(city: City, subject: str) -> int:
    """What a form carries, so that a change made meanwhile is noticed; 0 where nobody changed it yet."""
    found = last(city, subject)
    return found.sequence if found else 0


def write(
    city: City,
    what: SetupAct,
    subject: str,
    label: str,
    *,
    now: datetime,
    by: User | None = None,
    by_name: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> SetupEvent:
    """The event of a change, in its transaction, on a row from `held`."""
    event = SetupEvent(
        city=city,
        sequence=city.setup_length + 1,
        what=what,
        subject=subject,
        label=label[:300],
        reason=reason,
        before=_plain(before),
        after=_plain(after),
        at=now,
        by=by,
        by_name=(by_name or (str(by) if by else ""))[:200],
        previous_hash=city.setup_head,
    )
    event.hash = event.computed_hash()
    event.save(force_insert=True)
    city.setup_length, city.setup_head = event.sequence, event.hash
    City.objects.filter(pk=city.pk).update(setup_length=event.sequence, setup_head=event.hash)
    return event


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Values as JSON keeps them, so that the hash of what is read back is the same."""
    return {
        name: value.isoformat() if isinstance(value, date) else str(value) if _is_word(value) else value
        for name, value in (values or {}).items()
    }


def _is_word(value: Any) -> bool:
    return value is not None and not isinstance(value, bool | int | float | list | dict)


def broken(city: City) -> Iterator[int]:
    """The number of the first event that is missing, changed or out of place; nothing where all is well."""
    number, previous = 0, ""
    for event in SetupEvent.objects.filter(city=city).order_by("sequence").iterator(chunk_size=2000):
        number += 1
        same = event.sequence == number and event.previous_hash == previous
        if not same or event.hash != event.computed_hash():
            yield number
            return
        previous = event.hash
    if (number, previous) != (city.setup_length, city.setup_head):
        yield number + 1
