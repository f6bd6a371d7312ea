"""All that a city's file says about who acts and who hears, kind by kind, and on which circumstances.

Alone responsible for laying out every route and every step of the ladder at once; a single answer comes from
`routes.resolve`. Pure.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from portals.explained import business_days, in_one, office_words
from portals.routes import LEAD, LEAD_HEAD, RoutePart, RouteRule, StepPart, ladder
from portals.rule_words import Sources
from portals.rulebook import Rulebook
from portals.vocabulary import Layer, OfficeRole, Relation, SubmissionKind


def routes_by_kind(book: Rulebook, sources: Sources, on: date) -> list[dict[str, Any]]:
    """For each kind its offices, the lead first, as `components/route_step.html` wants them."""
    rules = {rule.key: rule for rule in book.routes.routes}
    order = {str(relation): place for place, relation in enumerate(Relation)}
    laid_out = []
    for kind in SubmissionKind:
        parts: dict[tuple[str, str], RoutePart] = {}
        for part in _parts(book, kind, on):
            parts.setdefault((part.key, part.relation), part)
        steps = [
            _step(part, rules.get(part.key), book, sources)
            for part in sorted(parts.values(), key=lambda part: order[part.relation])
        ]
        laid_out.append({"kind": kind.value, "label": kind.label, "steps": steps})
    return laid_out


def _parts(book: Rulebook, kind: str, on: date) -> Iterator[RoutePart]:
    """The parts of every answer: without a circumstance, with each, with all; about a dataset or not."""
    flags = [flag.key for flag in book.flags_of(kind)]
    for chosen in (frozenset[str](), *(frozenset({flag}) for flag in flags), frozenset(flags)):
        for dataset in (True, False):
            answer = book.route(kind, on=on, flags=chosen, dataset=dataset)
            yield from (*answer.acts, *answer.informed)


def _step(part: RoutePart, rule: RouteRule | None, book: Rulebook, sources: Sources) -> dict[str, Any]:
    because = " ".join([*(_conditions(rule, book) if rule else []), in_one(part.reasons)])
    return {
        "relation": str(part.relation),
        "office": office_words(part),
        "role": str(part.role),
        "layer": str(part.layer),
        "citation": sources.cited(part.citation, rule.citation_title if rule else ""),
        "because": because,
        "confirm_with": book.routes.intake.name,
    }


def _conditions(rule: RouteRule, book: Rulebook) -> Iterator[str]:
    questions = {flag.key: flag.question for flag in book.flags}
    for keys, told in (
        (rule.flags, _("Only if the answer is yes: “%(question)s”.")),
        (rule.unless_flags, _("Unless the answer is yes: “%(question)s”.")),
    ):
        for key in sorted(keys):
            yield (told % {"question": questions.get(key, key)}).replace("?”.", "?”")
    if rule.when_dataset is True:
        yield _("Only if it is about a dataset.")
    if rule.when_dataset is False:
        yield _("Only if it is about no dataset.")


def ladder_lines(book: Rulebook, sources: Sources, on: date) -> list[dict[str, Any]]:
    """Every step for an item that nobody acknowledges, of whichever kind, in order."""
    anybody = RoutePart(
        None, OfficeRole.DATA_STEWARD, Relation.LEAD, Layer.GUIDE, "", (), awaits_dataset=True
    )
    steps: dict[tuple[str, int, str], StepPart] = {}
    for kind in SubmissionKind:
        for step in ladder(book.routes, kind, lead=anybody, on=on):
            steps.setdefault((step.rule.key, step.rule.step, step.rule.to), step)
    ordered = sorted(steps.values(), key=lambda step: (step.rule.step, step.rule.after))
    return [_rung(step, sources) for step in ordered]


def _rung(step: StepPart, sources: Sources) -> dict[str, Any]:
    office = office_words(step)
    if step.rule.to == LEAD:
        office = _("the office that acts on it")
    elif step.rule.to == LEAD_HEAD:
        office = _("the head of the office that acts on it")
    return {
        "step": step.rule.step,
        "after": business_days(step.rule.after),
        "after_layer": str(step.rule.after_layer),
        "action": str(step.rule.action),
        "office": office,
        "role": "" if step.rule.to in (LEAD, LEAD_HEAD) else str(step.role),
        "layer": str(step.rule.layer),
        "citation": sources.cited(step.rule.citation, step.rule.citation_title),
        "because": " ".join([*_kinds(step.rule.kinds), in_one(step.reasons)]),
    }


def _kinds(kinds: Iterable[str]) -> list[str]:
    """Which kinds a step is for; nothing where for all."""
    labels = [str(SubmissionKind(kind).label) for kind in kinds]
    return [_("Only for: %(kinds)s.") % {"kinds": get_text_list(labels, _("and"))}] if labels else []
