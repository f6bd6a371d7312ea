"""Where enforcement stands in a case, read from its events alone, and its acts in words.

The case page shows it without asking the database; the page of enforcement has the rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from portals.vocabulary import SubmissionKind
from requests_app.models import Action, Event, Finding

ENFORCED = frozenset({SubmissionKind.MISUSE_REPORT, SubmissionKind.PRIVACY_CONCERN})
"""The kinds that are cases of enforcement."""


@dataclass
class EnforcementStand:
    """`in_force` are measures and takedowns by their number; `key` is the prefix of a key that was issued."""

    parties: list[str] = field(default_factory=list)
    evidence: int = 0
    finding: str = ""
    in_force: dict[int, str] = field(default_factory=dict)
    key: str = ""


def stand(events: Iterable[Event]) -> EnforcementStand:
    """The stand after these events, which come in their order."""
    found = EnforcementStand()
    for event in events:
        data = event.data
        match event.action:
            case Action.NAME_PARTY:
                found.parties.append(data["party"])
            case Action.ADD_EVIDENCE:
                found.evidence += 1
            case Action.FIND:
                found.finding = str(Finding.Outcome(data["finding"]).label)
            case Action.TAKE_MEASURE | Action.WITHHOLD:
                found.in_force[data["number"]] = data["name"]
            case Action.LIFT_MEASURE:
                found.in_force.pop(data["number"], None)
            case Action.ISSUE_KEY:
                found.key = data["key"]
    return found


def words_of(event: Event) -> str:
    """What an act of enforcement, or about a key, did; "" for other acts."""
    data = event.data
    match event.action:
        case Action.NAME_PARTY | Action.HEAR_PARTY | Action.PARTY_ANSWER:
            return str(data["party"])
        case Action.ADD_EVIDENCE:
            return _("Evidence no. %(number)d") % {"number": data["number"]}
        case Action.FIND:
            label = str(Finding.Outcome(data["finding"]).label)
            return f"{label}: {data['party']}" if data.get("party") else label
        case Action.TAKE_MEASURE | Action.LIFT_MEASURE | Action.WITHHOLD:
            parts = (data["name"], data.get("party"), data.get("key"), data.get("dataset"))
            return " · ".join(part for part in parts if part)
        case Action.ISSUE_KEY | Action.OPEN_KEY:
            return str(data["key"])
    return ""
