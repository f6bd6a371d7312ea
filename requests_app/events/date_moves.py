"""A date of a case that moved because closed days changed or an office confirmed a time limit, in words.

Alone responsible for how such moves stand in events, and for their words in histories and letters.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from portals.templatetags.civic import city_date
from portals.vocabulary import Milestone
from requests_app.models import Event


@dataclass(frozen=True)
class Move:
    """One deadline before and after, city dates; None where it has no date."""

    clock_key: str
    milestone: str
    before: date | None
    after: date | None

    @property
    def days(self) -> int | None:
        """By how many calendar days it moved; None where one of the two dates is missing."""
        return (self.after - self.before).days if self.before and self.after else None

    def as_json(self) -> dict[str, str]:
        """The form in which an event keeps it; "" for no date."""
        return {
            "clock": self.clock_key,
            "milestone": str(self.milestone),
            "from": self.before.isoformat() if self.before else "",
            "to": self.after.isoformat() if self.after else "",
        }


def words(stored: Iterable[Mapping[str, str]]) -> list[str]:
    """One sentence a move: from which date to which."""
    return [
        _("%(what)s: %(from)s → %(to)s")
        % {
            "what": Milestone(move["milestone"]).label,
            "from": city_date(move["from"]) or _("no date"),
            "to": city_date(move["to"]) or _("no date, not specified on the cited page"),
        }
        for move in stored
    ]


def words_of(event: Event) -> str:
    """The moves and why they happened; "" for an event without moves."""
    if "moved" not in event.data:
        return ""
    data: Mapping[str, Any] = event.data
    return ". ".join([*words(data["moved"]), *([data["reason"]] if data.get("reason") else [])])
