"""Steps of the demo about misuse and privacy: keys, evidence, the person concerned, findings, measures."""

from portals.models import ApiKey, Measure, Violation
from requests_app import enforcement
from requests_app.answers import api_keys
from requests_app.demo.scene import Move, Scene, Step, other, said, worker
from requests_app.enforcement import Proof
from requests_app.models import Action, ConcernedParty, Finding, MeasureTaken, Submission
from requests_app.offences import measure_appeals, measures


def _party(case: Submission) -> ConcernedParty:
    return ConcernedParty.objects.get(submission=case)


def _issue_key(case: Submission, move: Move, scene: Scene) -> None:
    terms = api_keys.Terms(limit=move.step.get("limit"), note=said(case, move, scene))
    api_keys.issue(case, terms, by=worker(scene, case), now=move.at)


def _open_key(case: Submission, move: Move, scene: Scene) -> None:
    api_keys.open_key(case, now=move.at)


def _add_evidence(case: Submission, move: Move, scene: Scene) -> None:
    proof = Proof(
        said(case, move, scene),
        found_at=said(case, move, scene, "found_at"),
        seen_on=move.city.date_at(move.at),
    )
    enforcement.add_evidence(case, proof, by=worker(scene, case), now=move.at)


def _name_party(case: Submission, move: Move, scene: Scene) -> None:
    """By name and address, or by the key that was issued in another case."""
    key: ApiKey | None = (
        api_keys.key_of(other(case, move, scene, "key_of")) if "key_of" in move.step else None
    )
    enforcement.name_party(
        case,
        name=said(case, move, scene, "name"),
        email=said(case, move, scene, "email"),
        key=key,
        by=worker(scene, case),
        now=move.at,
    )


def _hear_party(case: Submission, move: Move, scene: Scene) -> None:
    words = said(case, move, scene)
    enforcement.hear(case, party=_party(case), body=words, by=worker(scene, case), now=move.at)


def _party_answer(case: Submission, move: Move, scene: Scene) -> None:
    enforcement.answer(_party(case), body=said(case, move, scene), now=move.at)


def _find(case: Submission, move: Move, scene: Scene) -> None:
    """Of the violation that the city's guide names first, where it names any."""
    outcome = Finding.Outcome(move.step["outcome"])
    substantiated = outcome == Finding.Outcome.SUBSTANTIATED
    named = Violation.objects.filter(city=move.city).order_by("pk")
    enforcement.find(
        case,
        outcome=outcome,
        reasons=said(case, move, scene),
        party=_party(case),
        violation=named.first() if substantiated else None,
        by=worker(scene, case),
        now=move.at,
    )


def _take_measure(case: Submission, move: Move, scene: Scene) -> None:
    """The measure of the city's own list that does this (`acts`)."""
    measure = Measure.objects.filter(city=move.city, acts=move.step["acts"]).order_by("order")[0]
    given = measures.Given(measure, _party(case), said(case, move, scene))
    measures.take(case, given, by=worker(scene, case), now=move.at)


def _appeal_measure(case: Submission, move: Move, scene: Scene) -> None:
    """The person concerned appeals the last measure."""
    taken = case.measures_taken.order_by("number").last()
    assert taken is not None
    given = measure_appeals.Appealed(
        said(case, move, scene),
        f"{scene.prefix}{move.city.slug}:appeal of {move.template['id']}",
        remedy_sought=said(case, move, scene, "remedy"),
    )
    party = ConcernedParty.objects.select_related("submission__city", "submission__office").get(
        submission=case
    )
    measure_appeals.file(party, taken, given, now=move.at)


def _withhold(case: Submission, move: Move, scene: Scene) -> None:
    assert case.dataset is not None
    measures.withhold(
        case,
        dataset=case.dataset,
        notice=said(case, move, scene, "notice"),
        reasons=said(case, move, scene),
        by=worker(scene, case),
        now=move.at,
    )


def _lift(case: Submission, move: Move, scene: Scene) -> None:
    taken = MeasureTaken.objects.filter(submission=case, lifted_at=None).select_related("submission").last()
    assert taken is not None
    notice = said(case, move, scene, "notice")
    measures.lift(taken, reasons=said(case, move, scene), notice=notice, by=worker(scene, case), now=move.at)


STEPS: dict[str, Step] = {
    Action.ISSUE_KEY: _issue_key,
    Action.OPEN_KEY: _open_key,
    Action.ADD_EVIDENCE: _add_evidence,
    Action.NAME_PARTY: _name_party,
    Action.HEAR_PARTY: _hear_party,
    Action.PARTY_ANSWER: _party_answer,
    Action.FIND: _find,
    Action.TAKE_MEASURE: _take_measure,
    "appeal_measure": _appeal_measure,
    Action.WITHHOLD: _withhold,
    Action.LIFT_MEASURE: _lift,
}
