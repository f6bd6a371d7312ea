"""Sets the city's own targets: when to acknowledge, when to remind, when a step of the ladder is taken.

A target is in business days, marked as the office's own and never a legal deadline. It holds for what is
received from its day on (what nobody claims: from that day on for all cases); the city's file keeps the one
that it states. How long an answer can be undone is in hours, for what is answered from its day on.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from portals import rule_rows, setup_log
from portals.models import City, EscalationStep, OfficeTarget, User
from portals.routes import StepRule, holds
from portals.rule_overrides import ACKNOWLEDGE, REMIND, STEP_PARTS, UNCLAIMED, UNDO, Overrides
from portals.vocabulary import SetupAct, StepAction, SubmissionKind
from requests_app.lifecycle import NotAllowed
from requests_app.setup.door import changing

HIGHEST = 250
HIGHEST_HOURS = 720
FURTHEST = timedelta(days=366 * 2)


@dataclass(frozen=True)
class Target:
    """One number that the city may set: what it is called, and what its file says."""

    name: str
    label: str
    in_file: int

    @property
    def in_hours(self) -> bool:
        """Whether it counts hours after an answer; all others count business days after filing."""
        return self.name == UNDO

    @property
    def lowest(self) -> int:
        return 0 if self.in_hours else 1

    @property
    def highest(self) -> int:
        return HIGHEST_HOURS if self.in_hours else HIGHEST


def subject(name: str) -> str:
    """The key under which the log keeps changes of a target."""
    return f"target:{name}"


def targets_of(city: City) -> list[Target]:
    """All targets of a city, in the order in which a case meets them."""
    found = [
        Target(REMIND, _("The lead is reminded"), city.remind_lead_after),
        Target(ACKNOWLEDGE, _("Acknowledge"), city.acknowledge_within),
        Target(UNCLAIMED, _("Raise to the head what nobody claims"), city.unclaimed_after),
        Target(UNDO, _("How long an answer can be undone (hours)"), city.undo_hours),
    ]
    for row in city.escalationsteps.order_by("step", "position"):
        if row.effective_to is None:
            found += _of_step(row)
    return list({target.name: target for target in found}.values())


def _of_step(row: EscalationStep) -> Iterator[Target]:
    kinds = ", ".join(str(SubmissionKind(kind).label) for kind in row.kinds)
    step = _("Step %(step)d: %(action)s") % {"step": row.step, "action": StepAction(row.action).label}
    words = {
        "after": _("%(step)s") if row.clock_after is None else _("%(step)s (by the requester)"),
        "clock_after": _("%(step)s (by the clock)"),
        "repeat_every": _("%(step)s, again every"),
    }
    for part in STEP_PARTS:
        value = getattr(row, part)
        if value is not None:
            label = words[part] % {"step": step}
            yield Target(f"{row.key}.{part}", f"{label} ({kinds})" if kinds else label, value)


def wrong_with(
    city: City, name: str, value: int | None, effective_from: date, *, today: date
) -> dict[str, str]:
    """What cannot be set: field -> sentence; empty where it can. `value` None goes back to the file."""
    if effective_from <= today:
        return {"effective_from": _("A target holds from tomorrow on at the earliest.")}
    if effective_from > today + FURTHEST:
        return {"effective_from": _("This day is more than two years away.")}
    if value is not None and name == UNDO:
        said = _("Give a whole number of hours from 0 (never) to %(highest)d.") % {"highest": HIGHEST_HOURS}
        return {} if 0 <= value <= HIGHEST_HOURS else {"value": said}
    if value is not None and not 1 <= value <= HIGHEST:
        return {
            "value": _("Give a whole number of business days from 1 to %(highest)d.") % {"highest": HIGHEST}
        }
    wrong = _out_of_order(city, name, value, effective_from)
    return {"value": wrong} if wrong else {}


def _out_of_order(city: City, name: str, value: int | None, effective_from: date) -> str:
    """Why the ladder would no longer climb with this number; "" where it does."""
    held = Overrides.of(city)
    number = max((row.number for row in held.targets if row.name == name), default=0) + 1
    new = OfficeTarget(city=city, name=name, number=number, value=value, effective_from=effective_from)
    overrides = replace(held, targets=(*held.targets, new))
    rows = list(city.escalationsteps.select_related("citation"))
    labels = {row.citation_id: row.citation for row in rows}
    steps = list(overrides.steps(rule_rows.step_of(row, labels) for row in rows))
    later = {row.effective_from for row in overrides.targets if row.effective_from > effective_from}
    for on, kind in itertools.product([effective_from, *sorted(later)], SubmissionKind):
        rules = [rule for rule in steps if (not rule.kinds or kind in rule.kinds) and holds(rule, on)]
        if wrong := _not_climbing(sorted(rules, key=lambda rule: rule.step)):
            return wrong
    return ""


def _not_climbing(rules: Iterable[StepRule]) -> str:
    for rule in (rules := list(rules)):
        if rule.clock_after is not None and rule.clock_after < rule.after:
            return _("In step %(step)d the clock would come before the requester.") % {"step": rule.step}
    for lower, higher in itertools.pairwise(rules):
        if (higher.clock_after or higher.after) <= (lower.clock_after or lower.after):
            said = {"lower": lower.step, "higher": higher.step}
            return _("Step %(higher)d would no longer come after step %(lower)d.") % said
    return ""


def set_target(
    city: City,
    name: str,
    value: int | None,
    *,
    effective_from: date,
    reason: str,
    by: User,
    now: datetime,
    revision: int | None = None,
) -> OfficeTarget:
    """Set a target for what is received from a day on; `value` None lets the file's hold again.

    Raises NotAllowed with what is wrong.
    """
    with changing(city, subject(name), revision=revision) as held:
        target = next((target for target in targets_of(held) if target.name == name), None)
        if target is None:
            raise NotAllowed(_("There is no such target in this city."))
        if not reason.strip():
            raise NotAllowed(_("Say why the target changes."))
        if wrong := wrong_with(held, name, value, effective_from, today=held.date_at(now)):
            raise NotAllowed(" ".join(wrong.values()))
        return _record(held, target, value, effective_from, reason, by, now)


def _record(
    city: City,
    target: Target,
    value: int | None,
    effective_from: date,
    reason: str,
    by: User,
    now: datetime,
) -> OfficeTarget:
    last = city.office_targets.filter(name=target.name).order_by("-number").first()
    before = last.value if last and last.value is not None else target.in_file
    made = OfficeTarget.objects.create(
        city=city,
        name=target.name,
        number=last.number + 1 if last else 1,
        value=value,
        effective_from=effective_from,
        reason=reason,
        at=now,
        by=by,
        by_name=str(by)[:200],
    )
    unit = "undo_hours" if target.in_hours else "days"
    after = {unit: target.in_file if value is None else value, "effective_from": effective_from}
    what, key, told = SetupAct.TARGET, subject(target.name), {unit: before}
    setup_log.write(city, what, key, target.label, now=now, by=by, before=told, after=after, reason=reason)
    return made
