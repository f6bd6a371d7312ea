"""Reads the parts of a case with all that was decided on them, and what answer they make together."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from portals.clearance_terms import Clearance, clearance_for
from portals.models import Office
from portals.vocabulary import Outcome
from requests_app.answers.denials import DENIALS, Answer
from requests_app.lifecycle import NotAllowed
from requests_app.models import Part, Submission

GIVES = frozenset({Outcome.GRANTED, Outcome.PUBLISHED, Outcome.PUBLICLY_AVAILABLE, Outcome.CORRECTED})
NOTHING_GIVEN = (Outcome.NOT_HELD, Outcome.REFERRED_ELSEWHERE, Outcome.DUPLICATE, Outcome.WITHDRAWN)


def parts_of(case: Submission) -> list[Part]:
    """The parts of the current cycle, with their grounds, files and who decided."""
    rows = Part.objects.filter(submission=case, cycle=case.cycle)
    return list(rows.select_related("release").prefetch_related("exemptions", "files__attachment"))


def part_of(case: Submission, number: int) -> Part:
    """One part of the current cycle. Raises NotAllowed where there is none."""
    found = Part.objects.filter(submission=case, cycle=case.cycle, number=number).first()
    if found is None:
        raise NotAllowed(_("The case has no part %(number)s.") % {"number": number})
    return found


def named(part: Part) -> str:
    """How a sentence calls a part."""
    if part.whole:
        return _("The answer")
    return _("Part %(number)d (“%(title)s”)") % {"number": part.number, "title": part.title}


def clearance_of(case: Submission, outcome: str) -> Clearance | None:
    """What the city wants cleared before this outcome is sent, or None."""
    return clearance_for(case.city.clearances, case.kind, outcome)


def offices_that_clear(case: Submission, wanted: Clearance) -> list[Office]:
    """The offices of the city whose people clear this. Raises NotAllowed where the city has none."""
    rows = Office.objects.filter(city_id=case.city_id, outside=False)
    found = [office for office in rows if wanted.role in office.roles]
    if not found:
        raise NotAllowed(_("No office of the city can clear this. Ask the administrator."))
    return found


def not_ready(case: Submission, parts: Iterable[Part]) -> list[str]:
    """Sentences for what keeps these parts from being told."""
    found = []
    for part in parts:
        wanted = clearance_of(case, part.outcome) if part.outcome else None
        if not part.outcome:
            found.append(_("%(part)s is not decided yet.") % {"part": named(part)})
        elif part.clearance == Part.Clearance.RETURNED:
            found.append(_("%(part)s was returned and must be decided anew.") % {"part": named(part)})
        elif part.clearance == Part.Clearance.ASKED or (wanted and not part.clearance):
            found.append(_("%(part)s waits for clearance.") % {"part": named(part)})
    return found


def withheld_in(parts: Iterable[Part]) -> list[Part]:
    """The parts of which something is withheld."""
    return [part for part in parts if part.outcome in DENIALS]


def outcome_of(parts: Sequence[Part]) -> Outcome:
    """What decided parts make together: what all share; in part, where some is given and some is not."""
    found = {Outcome(part.outcome) for part in parts}
    if len(found) == 1:
        return found.pop()
    if found <= GIVES:
        return Outcome.GRANTED
    if found & (GIVES | {Outcome.PARTIAL}):
        return Outcome.PARTIAL
    if Outcome.DENIED in found:
        return Outcome.DENIED
    return next((one for one in NOTHING_GIVEN if one in found), Outcome.NO_ACTION)


def answer_of(parts: Sequence[Part], reasons: str) -> Answer:
    """The answer to the whole, as one row keeps it: laws, explanations and names of all parts together."""
    withheld = withheld_in(parts)
    grounds = [(part, ground) for part in withheld for ground in part.exemptions.all()]
    laws = dict.fromkeys(ground.law for _part, ground in grounds)
    people = dict.fromkeys(part.responsible for part in withheld if part.responsible)
    return Answer(
        outcome=outcome_of(parts),
        reasons=reasons,
        exemption="; ".join(laws)[:300],
        explanation="\n".join(
            f"{ground.explanation}" if part.whole else f"{part.number}. {ground.explanation}"
            for part, ground in grounds
            if ground.explanation
        ),
        responsible="\n".join(people),
    )
