"""Records what an office confirmed where the cited page is silent, takes it back, applies it to open cases.

The rule itself is never edited: "not specified on the cited page" stays beside the confirmation. A confirmed
time limit holds for what is received from its day on; open cases follow only when somebody says so.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from portals import setup_log
from portals.models import (
    AppealRoute,
    City,
    Clock,
    Confirmation,
    DenialRule,
    FeeRule,
    Office,
    Provision,
    Recount,
    Route,
    User,
)
from portals.models.rule import Rule
from portals.rule_words import span_words
from portals.vocabulary import DayUnit, Milestone, ProvisionStatus, Roll, SetupAct, SubmissionKind
from requests_app.lifecycle import NotAllowed
from requests_app.setup.door import changing

TABLES: dict[str, type[Rule]] = {
    "clock": Clock,
    "appeal_route": AppealRoute,
    "provision": Provision,
    "fee_rule": FeeRule,
    "denial_rule": DenialRule,
    "route": Route,
}
"""The rules that a page may leave open, by the first part of their key here."""
HIGHEST = {DayUnit.BUSINESS: 250, DayUnit.CALENDAR: 730, DayUnit.YEARS: 20}
"""A longer time limit is a slip of the keyboard."""
FURTHEST = timedelta(days=366 * 2)


@dataclass(frozen=True)
class Answer:
    """What an office answered. `count` and `unit` for a clock, `words` for every other rule."""

    office: Office
    confirmed_by: str
    confirmed_on: date
    effective_from: date
    citation_label: str
    citation_url: str = ""
    count: int | None = None
    unit: str = ""
    roll: str = Roll.NONE
    words: str = ""


def rule_of(city: City, rule: str) -> Rule | None:
    """The row ("clock:<key>"), the version that holds last; None where there is no such rule."""
    table, _colon, key = rule.partition(":")
    if table not in TABLES:
        return None
    rows = (
        TABLES[table]._default_manager.filter(city=city, key=key).select_related("citation", "confirm_with")
    )
    return max(rows, key=lambda row: row.effective_from or date.min, default=None)


def title_of(row: Rule) -> str:
    """What a rule is called on the pages of the setup."""
    if isinstance(row, Clock):
        kinds = ", ".join(str(SubmissionKind(kind).label) for kind in row.kinds)
        return f"{Milestone(row.milestone).label}: {kinds}"
    if isinstance(row, Route):
        return str(SubmissionKind(row.kind).label)
    return str(getattr(row, "name", "") or getattr(row, "statement", "") or row.key)


def wrong_with(row: Rule, given: Answer, *, today: date) -> dict[str, str]:
    """What cannot be recorded: field -> sentence; empty where it can. `today` is the city's date."""
    wrong: dict[str, str] = {}
    if not given.citation_label.strip():
        wrong["citation_label"] = _("Say where it is written: a confirmation needs a citation.")
    if not given.confirmed_by.strip():
        wrong["confirmed_by"] = _("Say who of the office confirmed it.")
    if given.confirmed_on > today:
        wrong["confirmed_on"] = _("This day is still to come.")
    if given.effective_from < today:
        wrong["effective_from"] = _(
            "It cannot hold for what was received before today. Apply it to open cases after a preview."
        )
    elif given.effective_from > today + FURTHEST:
        wrong["effective_from"] = _("This day is more than two years away.")
    wrong |= _wrong_length(row, given) if isinstance(row, Clock) else {}
    if not isinstance(row, Clock) and not given.words.strip():
        wrong["words"] = _("Say what the office confirmed.")
    return wrong


def _wrong_length(row: Clock, given: Answer) -> dict[str, str]:
    if given.unit not in DayUnit.values:
        return {"unit": _("Say how the days are counted.")}
    highest = HIGHEST[DayUnit(given.unit)]
    if given.count is None or not 1 <= given.count <= highest:
        said = {"unit": DayUnit(given.unit).label, "highest": highest}
        return {"count": _("Give a whole number from 1 to %(highest)d (%(unit)s).") % said}
    if given.unit == DayUnit.YEARS and row.paused_by:
        return {"unit": _("This clock can be stopped, so it cannot be counted in years.")}
    if given.roll != Roll.NONE and given.unit != DayUnit.CALENDAR:
        return {"roll": _("Only a count of calendar days can end on a closed day.")}
    return {}


def _silent(city: City, rule: str) -> Rule:
    row = rule_of(city, rule)
    if row is None:
        raise NotAllowed(_("There is no such rule in this city."))
    if row.status == ProvisionStatus.STATED:
        raise NotAllowed(_("The city's file states this rule. It is changed in the file, not here."))
    return row


def confirm(
    city: City, rule: str, given: Answer, *, by: User, now: datetime, revision: int | None = None
) -> Confirmation:
    """Record what an office confirmed. Raises NotAllowed with what is wrong."""
    with changing(city, rule, revision=revision) as held:
        row = _silent(held, rule)
        if given.office.city_id != held.pk:
            raise NotAllowed(_("This office belongs to another city."))
        if wrong := wrong_with(row, given, today=held.date_at(now)):
            raise NotAllowed(" ".join(wrong.values()))
        made = _record(held, rule, row, given, withdrawn=False, by=by, now=now)
        if isinstance(row, Clock) and given.effective_from == held.date_at(now):
            since = given.effective_from.isoformat()  # what came in today is counted by it at once
            _queue(held, made, by=by, now=now, received_from=since)
    return made


def take_back(
    city: City, rule: str, *, reason: str, by: User, now: datetime, revision: int | None = None
) -> Confirmation:
    """From tomorrow on the rule is not specified again; what was received meanwhile keeps its time limit."""
    with changing(city, rule, revision=revision) as held:
        row = _silent(held, rule)
        newest = held.confirmations.filter(rule=rule).order_by("-number").first()
        if newest is None or newest.withdrawn:
            raise NotAllowed(_("Nothing is confirmed here."))
        if not reason.strip():
            raise NotAllowed(_("Say why the confirmation is taken back."))
        today = held.date_at(now)
        given = Answer(newest.office, str(by), today, today + timedelta(days=1), "", words=reason)
        return _record(held, rule, row, given, withdrawn=True, by=by, now=now)


def _record(
    city: City, rule: str, row: Rule, given: Answer, *, withdrawn: bool, by: User, now: datetime
) -> Confirmation:
    before = city.confirmations.filter(rule=rule).order_by("-number").first()
    values: dict[str, Any] = {name: getattr(given, name) for name in asdict(given)}
    made = Confirmation.objects.create(
        city=city,
        rule=rule,
        number=before.number + 1 if before else 1,
        withdrawn=withdrawn,
        at=now,
        by=by,
        by_name=str(by)[:200],
        **values,
    )
    setup_log.write(
        city,
        SetupAct.UNCONFIRM if withdrawn else SetupAct.CONFIRM,
        rule,
        title_of(row),
        now=now,
        by=by,
        before=shown(before),
        after=shown(made),
        reason=given.words if withdrawn else "",
    )
    return made


def told(row: Confirmation) -> str:
    """The time limit that was confirmed, or the words; why it was taken back."""
    return span_words(row.count, row.unit) if row.count and not row.withdrawn else row.words


def shown(row: Confirmation | None) -> dict[str, Any]:
    """A confirmation as the log keeps it."""
    if row is None or row.withdrawn:
        return {"limit": str(ProvisionStatus.NOT_SPECIFIED)}
    limit = f"{row.count} {row.unit}" if row.count else row.words
    return {
        "limit": limit,
        "citation": row.citation_label,
        "url": row.citation_url,
        "office": row.office.name,
        "confirmed_by": row.confirmed_by,
        "confirmed_on": row.confirmed_on,
        "effective_from": row.effective_from,
    }


def _queue(
    city: City, made: Confirmation, *, by: User, now: datetime, received_from: str = "", reason: str = ""
) -> Recount:
    data = {"rule": made.rule.partition(":")[2], "number": made.number, "received_from": received_from}
    why = reason or _("%(office)s confirmed: %(limit)s (%(citation)s).") % {
        "office": made.office.name,
        "limit": told(made),
        "citation": made.citation_label,
    }
    return Recount.objects.create(
        city=city,
        what=Recount.What.CONFIRMATION,
        first_on=city.date_at(now),
        data=data,
        reason=why,
        at=now,
        by=by,
        by_name=str(by)[:200],
        next_at=now,
    )


def apply_to_open(
    city: City, rule: str, number: int, *, by: User, now: datetime, revision: int | None = None
) -> Recount:
    """Let open cases follow the newest confirmation of a clock. The clock does it case by case; each gets an
    event, and its requester a letter where a date changes. Raises NotAllowed."""
    with changing(city, rule, revision=revision) as held:
        row = _silent(held, rule)
        newest = held.confirmations.filter(rule=rule).order_by("-number").first()
        if not isinstance(row, Clock) or newest is None:
            raise NotAllowed(_("Only a confirmed time limit is applied to open cases."))
        if newest.number != number:
            raise NotAllowed(_("Meanwhile another confirmation was recorded. Look at its preview first."))
        if applied(held, newest):
            raise NotAllowed(_("This was applied to open cases already."))
        reason = _("%(reason)s Not specified again.") % {"reason": newest.words} if newest.withdrawn else ""
        setup_log.write(
            held,
            SetupAct.CONFIRM_OPEN,
            rule,
            title_of(row),
            now=now,
            by=by,
            after=shown(newest),
        )
        return _queue(held, newest, by=by, now=now, reason=reason)


def applied(city: City, row: Confirmation) -> bool:
    """Whether open cases were told to follow this confirmation."""
    wanted = {"rule": row.rule.partition(":")[2], "number": row.number, "received_from": ""}
    queued = Recount.objects.filter(city=city, what=Recount.What.CONFIRMATION)
    return any(recount.data == wanted for recount in queued)
