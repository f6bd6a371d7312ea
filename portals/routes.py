"""City + kind + dataset + flags -> offices that act, are informed and come next, each with its reasons.

Alone responsible for who answers. Pure: works on the dataclasses below, which `rulebook` fills from the
tables. First match by position; what a guide leaves silent goes to the city's intake office and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from portals.business_days import Reason
from portals.vocabulary import Layer, OfficeRole, ProvisionStatus, Relation, StepAction

LEAD, LEAD_HEAD, OFFICE = "lead", "lead_head", "office:"


LISTED = "route.listed_on_dataset"
"""The reason that says where the office is named; a case for which it is not known goes elsewhere."""


@dataclass(frozen=True)
class OfficeRef:
    """An office as the pure part knows it. `key` is its id in the city file; `pk` its row, None in tests."""

    key: str
    name: str
    roles: tuple[str, ...] = ()
    publishes: bool = False
    outside: bool = False
    citation: str = ""
    pk: int | None = None
    contact: str = ""


@dataclass(frozen=True)
class EmptyRoleRule:
    """A role that the guide leaves empty, and why. `citation` is the label as people write it."""

    role: str
    because: str
    citation: str = ""


@dataclass(frozen=True)
class FlagRule:
    """One `[[flag]]`: a circumstance that the form of these kinds asks about."""

    key: str
    kinds: tuple[str, ...]
    question: str
    help: str


@dataclass(frozen=True)
class RouteRule:
    """One `[[route]]`; either `role` or `office` (a key) is set. Both effective dates are included."""

    key: str
    kind: str
    relation: str
    role: str = ""
    office: str = ""
    flags: frozenset[str] = frozenset()
    unless_flags: frozenset[str] = frozenset()
    when_dataset: bool | None = None
    layer: str = Layer.GUIDE
    citation: str = ""
    citation_title: str = ""
    because: str = ""
    status: str = ProvisionStatus.STATED
    effective_from: date | None = None
    effective_to: date | None = None

    def fits(self, kind: str, flags: frozenset[str], dataset: bool, on: date) -> bool:
        """Whether it holds for this kind and these circumstances on the day of receipt `on`."""
        return (
            self.kind == kind
            and self.flags <= flags
            and not self.unless_flags & flags
            and self.when_dataset in (None, dataset)
            and holds(self, on)
        )


@dataclass(frozen=True)
class StepRule:
    """One `[[escalation_step]]`. Days are business days after filing; empty `kinds` means all."""

    key: str
    step: int
    after: int
    action: str
    to: str
    if_leading: str = ""
    kinds: tuple[str, ...] = ()
    clock_after: int | None = None
    layer: str = Layer.OFFICE_TARGET
    after_layer: str = Layer.OFFICE_TARGET
    citation: str = ""
    citation_title: str = ""
    because: str = ""
    repeat_every: int | None = None
    offered_to_requester: bool = False
    effective_from: date | None = None
    effective_to: date | None = None


@dataclass(frozen=True)
class RouteBook:
    """All that a city says about who acts, every version, in the order of its file."""

    offices: tuple[OfficeRef, ...]
    routes: tuple[RouteRule, ...]
    steps: tuple[StepRule, ...] = ()
    empty_roles: tuple[EmptyRoleRule, ...] = ()

    @property
    def intake(self) -> OfficeRef:
        """The last resort. Raises LookupError for a city without one, which the loader refuses."""
        for office in self.offices:
            if OfficeRole.INTAKE in office.roles:
                return office
        raise LookupError("no office has the role intake")

    def office(self, key: str) -> OfficeRef | None:
        """The office with this key."""
        return next((office for office in self.offices if office.key == key), None)

    def holder(self, role: str) -> OfficeRef | None:
        """The first office with this role."""
        return next((office for office in self.offices if role in office.roles), None)


@dataclass(frozen=True)
class RoutePart:
    """One office of an answer. `office` is None where nobody is named: `awaits_dataset` tells whether only
    the dataset is missing, `reasons` say why; `citation` is a label."""

    office: OfficeRef | None
    role: str
    relation: str
    layer: str
    citation: str
    reasons: tuple[Reason, ...]
    awaits_dataset: bool = False
    key: str = ""


@dataclass(frozen=True)
class StepPart:
    """One step of the ladder, with the office that it reaches (its head only, where `head`)."""

    rule: StepRule
    office: OfficeRef | None
    role: str
    reasons: tuple[Reason, ...]
    awaits_dataset: bool = False

    @property
    def head(self) -> bool:
        """Whether the step is for the head of the office."""
        return self.rule.to == LEAD_HEAD

    @property
    def clock_after(self) -> int:
        """Business days after filing at which the clock itself does the step."""
        return self.rule.clock_after or self.rule.after


@dataclass(frozen=True)
class RouteAnswer:
    """Who acts (the lead first), who is informed, the ladder, and the legal office."""

    acts: tuple[RoutePart, ...]
    informed: tuple[RoutePart, ...]
    escalation: tuple[StepPart, ...]
    legal: RoutePart
    intake: OfficeRef

    @property
    def lead(self) -> RoutePart:
        """The part that must act."""
        return self.acts[0]


def holds(rule: RouteRule | StepRule, on: date) -> bool:
    """Whether a version holds for what was received on `on`."""
    return (rule.effective_from or date.min) <= on <= (rule.effective_to or date.max)


def resolve(
    book: RouteBook,
    kind: str,
    *,
    on: date,
    dataset_office: OfficeRef | None = None,
    flags: frozenset[str] = frozenset(),
    dataset: bool | None = None,
) -> RouteAnswer:
    """Who acts on a submission of `kind` received on the city date `on`.

    `dataset` says whether it is about a dataset at all; by default, whether `dataset_office` is known.
    """
    about_dataset = dataset_office is not None if dataset is None else dataset
    rules = [rule for rule in book.routes if rule.fits(kind, flags, about_dataset, on)]
    lead_rule = next((rule for rule in rules if rule.relation == Relation.LEAD), None)
    lead = _part(book, lead_rule, dataset_office) if lead_rule else _silent(book)
    acts, informed = [lead], list[RoutePart]()
    for relation in (Relation.TOGETHER, Relation.ALTERNATIVE, Relation.INFORMED):
        into = informed if relation == Relation.INFORMED else acts
        for rule in rules:
            if rule.relation == relation:
                part = _part(book, rule, dataset_office)
                if not _already_in(part, [*acts, *informed]):
                    into.append(part)
    return RouteAnswer(
        acts=tuple(acts),
        informed=tuple(informed),
        escalation=ladder(book, kind, lead=lead, dataset_office=dataset_office, on=on),
        legal=_legal(book),
        intake=book.intake,
    )


def office_that_leads(answer: RouteAnswer) -> tuple[OfficeRef, tuple[Reason, ...]]:
    """Where a live case goes, and why: the lead, else the first alternative with an office, else the intake
    office. Never nobody."""
    lead = answer.lead
    if lead.office is not None:
        return lead.office, lead.reasons
    known = tuple(reason for reason in lead.reasons if reason.code != LISTED)
    unknown = "route.no_publisher_" if lead.awaits_dataset else "route."
    for part in answer.acts[1:]:
        if part.relation == Relation.ALTERNATIVE and part.office is not None:
            stands_in = Reason(unknown + "instead", {"office": part.office.name})
            return part.office, (*known, stands_in, *part.reasons)
    return answer.intake, (*known, Reason(unknown + "intake", {"office": answer.intake.name}))


def ladder(
    book: RouteBook,
    kind: str,
    *,
    lead: RoutePart | OfficeRef,
    dataset_office: OfficeRef | None = None,
    on: date,
) -> tuple[StepPart, ...]:
    """The steps for an unacknowledged item of `kind` received on `on`, by step.

    A step whose office already leads reaches whom it names for that (`if_leading`), or is left out. For a
    case that was referred, `lead` is the office that it is with now.
    """
    if isinstance(lead, OfficeRef):
        lead = RoutePart(lead, _role_of(lead), Relation.LEAD, Layer.GUIDE, "", ())
    rules = [rule for rule in book.steps if (not rule.kinds or kind in rule.kinds) and holds(rule, on)]
    steps = []
    for rule in sorted(rules, key=lambda rule: rule.step):
        part = _step(book, rule, lead, dataset_office)
        if rule.if_leading and _same(part, lead):
            rule = replace(rule, to=rule.if_leading)
            part = _step(book, rule, lead, dataset_office)
        to_lead = rule.to in (LEAD, LEAD_HEAD)
        if to_lead or not _same(part, lead):
            steps.append(part)
    return tuple(steps)


def _part(book: RouteBook, rule: RouteRule, dataset_office: OfficeRef | None) -> RoutePart:
    office, role, reasons, awaits = _reach(book, rule.role, rule.office, dataset_office)
    said = [Reason("said", {"text": rule.because})] if rule.because else []
    if rule.status != ProvisionStatus.STATED:
        told = "not specified on the cited page" in rule.because.casefold()
        said.append(Reason("route.confirm" if told else "route.not_specified", {"office": book.intake.name}))
    return RoutePart(
        office, role, rule.relation, rule.layer, rule.citation, (*said, *reasons), awaits, rule.key
    )


def _reach(
    book: RouteBook, role: str, key: str, dataset_office: OfficeRef | None
) -> tuple[OfficeRef | None, str, tuple[Reason, ...], bool]:
    """The office that a role or key leads to, in which role, why, and whether only the dataset is missing."""
    if key:
        office = book.office(key)
        return office, _role_of(office) if office else "", (), False
    if role == OfficeRole.DATA_STEWARD:
        if dataset_office is None:
            return None, role, (Reason(LISTED),), True
        return dataset_office, role, (Reason("route.publishes", {"office": dataset_office.name}),), False
    office = book.holder(role)
    if office is not None:
        return office, role, (), False
    return None, role, (_empty(book, role),), False


def _empty(book: RouteBook, role: str) -> Reason:
    for empty in book.empty_roles:
        if empty.role == role:
            return Reason("said", {"text": empty.because})
    return Reason("route.nobody", {"role": str(role)})


def _role_of(office: OfficeRef) -> str:
    """In which role an office acts that a rule names by itself: the first that is more than taking in."""
    roles = [role for role in office.roles if role != OfficeRole.INTAKE] or list(office.roles)
    return roles[0] if roles else (OfficeRole.DATA_STEWARD.value if office.publishes else "")


def _silent(book: RouteBook) -> RoutePart:
    intake = book.intake
    reasons = (Reason("route.silent", {"office": intake.name}),)
    return RoutePart(intake, OfficeRole.INTAKE, Relation.LEAD, Layer.OFFICE_TARGET, intake.citation, reasons)


def _legal(book: RouteBook) -> RoutePart:
    office = book.holder(OfficeRole.LEGAL)
    empty = next((empty for empty in book.empty_roles if empty.role == OfficeRole.LEGAL), None)
    citation = office.citation if office else (empty.citation if empty else "")
    reasons = () if office else (_empty(book, OfficeRole.LEGAL),)
    return RoutePart(office, OfficeRole.LEGAL, Relation.INFORMED, Layer.GUIDE, citation, reasons)


def _step(book: RouteBook, rule: StepRule, lead: RoutePart, dataset_office: OfficeRef | None) -> StepPart:
    reasons: tuple[Reason, ...] = ()
    if rule.to in (LEAD, LEAD_HEAD):
        office, role, awaits = lead.office, lead.role, lead.awaits_dataset
        if office is None and not awaits:
            office, reasons = book.intake, (Reason("route.intake", {"office": book.intake.name}),)
    elif rule.to.startswith(OFFICE):
        office, role, reasons, awaits = _reach(book, "", rule.to.removeprefix(OFFICE), dataset_office)
    else:
        office, role, reasons, awaits = _reach(book, rule.to, "", dataset_office)
    return StepPart(rule, office, role, (*_why_step(rule), *reasons), awaits)


def _why_step(rule: StepRule) -> Iterator[Reason]:
    if rule.because:
        yield Reason("said", {"text": rule.because})
    yield Reason("route.after", {"count": rule.after})
    if rule.offered_to_requester and rule.clock_after and rule.clock_after > rule.after:
        yield Reason("route.offered", {"count": rule.clock_after})
    elif rule.offered_to_requester:
        yield Reason("route.offered_too")
    if rule.repeat_every:
        yield Reason("route.repeat", {"count": rule.repeat_every})
    if rule.to == LEAD_HEAD:
        yield Reason("route.head")
    if rule.action == StepAction.INFORM:
        yield Reason("route.only_informed")


def _already_in(part: RoutePart, parts: Iterable[RoutePart]) -> bool:
    """An office that may act instead is still informed meanwhile; any other stands once."""
    for other in parts:
        may_act_instead = other.relation == Relation.ALTERNATIVE and part.relation == Relation.INFORMED
        if _same(part, other) and not may_act_instead:
            return True
    return False


def _same(one: RoutePart | StepPart, other: RoutePart) -> bool:
    if one.office is not None and other.office is not None:
        return one.office.key == other.office.key
    return one.awaits_dataset and other.awaits_dataset
