"""Where the appeals and outside reviews of a case stand, read from its events and from nothing else.

Alone responsible for these facts, so that panel, board, letter and history cannot differ, and a page that has
read the events asks the database nothing more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from portals.templatetags.civic import city_date
from requests_app.models import Action, Appeal, Event, OutsideReview, outcome_label


@dataclass(frozen=True)
class AppealStand:
    """An appeal of the case. `outcome` is empty until it is decided; `until` is the city date by which the
    case must be answered anew, as the decision says."""

    reference: str
    ground: str = ""
    late: bool = False
    outcome: str = ""
    office: str = ""
    until: date | None = None

    @property
    def words(self) -> str:
        return outcome_label(self.outcome) if self.outcome else _("not decided yet")


@dataclass(frozen=True)
class ReviewStand:
    """A review by somebody outside the city. Dates are city dates."""

    number: int
    route: str
    body: str
    received_on: date
    late: bool = False
    result: str = ""
    order_on: date | None = None
    complied_on: date | None = None

    @property
    def words(self) -> str:
        return str(OutsideReview.Result(self.result).label) if self.result else _("not decided yet")

    @property
    def binds_the_city(self) -> bool:
        """Something was ordered that must be carried out."""
        return self.result in (OutsideReview.Result.FOR_REQUESTER, OutsideReview.Result.PARTLY)


def appeals_of(events: Iterable[Event]) -> list[AppealStand]:
    """The appeals that name the case and were linked to it, oldest first."""
    found: dict[str, AppealStand] = {}
    for event in events:
        data = event.data
        if event.action == Action.APPEAL:
            found[data["appeal"]] = AppealStand(
                data["appeal"], data.get("ground", ""), data.get("late", False)
            )
        elif event.action == Action.APPEAL_OUTCOME:
            known = found.get(data["appeal"], AppealStand(data["appeal"]))
            found[data["appeal"]] = replace(
                known, outcome=data["outcome"], office=data.get("office", ""), until=event.until
            )
    return list(found.values())


def reviews_of(events: Iterable[Event]) -> list[ReviewStand]:
    """The outside reviews of the case, oldest first."""
    found: dict[int, ReviewStand] = {}
    for event in events:
        data = event.data
        if event.action == Action.REVIEW_PETITION:
            received = date.fromisoformat(data["received_on"])
            found[data["review"]] = ReviewStand(
                data["review"], data["route"], data["body"], received, data.get("late", False)
            )
        elif event.action == Action.REVIEW_ORDER:
            order_on = date.fromisoformat(data["order_on"])
            found[data["review"]] = replace(found[data["review"]], result=data["result"], order_on=order_on)
        elif event.action == Action.REVIEW_COMPLY:
            complied = date.fromisoformat(data["complied_on"])
            found[data["review"]] = replace(found[data["review"]], complied_on=complied)
    return list(found.values())


def words_of(event: Event) -> str:
    """What an event of an appeal or a review says besides its name; "" for every other event."""
    data = event.data
    if event.action == Action.APPEAL:
        return _with_late(f"{data['appeal']}: {_ground(data)}".rstrip(": "), data)
    if event.action == Action.APPEAL_LINK:
        return str(data["case"])
    if event.action in (Action.APPEAL_DECIDE, Action.APPEAL_OUTCOME):
        return _decision(event)
    if event.action == Action.REVIEW_PETITION:
        return _with_late(str(data["body"]), data)
    if event.action == Action.REVIEW_ORDER:
        return f"{data['body']}: {OutsideReview.Result(data['result']).label}"
    return str(data["body"]) if event.action == Action.REVIEW_COMPLY else ""


def _ground(data: Mapping[str, Any]) -> str:
    ground = data.get("ground", "")
    return str(Appeal.Ground(ground).label) if ground in Appeal.Ground.values else ""


def _with_late(words: str, data: Mapping[str, Any]) -> str:
    return _("%(what)s (after the last day)") % {"what": words} if data.get("late") else words


def _decision(event: Event) -> str:
    appeal = event.data.get("appeal", "")
    words = outcome_label(event.data["outcome"])
    words = f"{appeal}: {words}" if appeal else words
    if event.until is None:
        return words
    return _("%(what)s. To be answered anew by %(on)s.") % {"what": words, "on": city_date(event.until)}
