"""Steps of the demo about answers: to the whole or part by part, cleared where the city wants it, taken back,
published."""

from collections.abc import Sequence

from django.core.files.uploadedfile import SimpleUploadedFile

from portals.vocabulary import Outcome
from requests_app.answers import parts, publication, redaction_log
from requests_app.answers.denials import Answer, Decision, Ground
from requests_app.attachments import files
from requests_app.attachments.files import StoredFile
from requests_app.demo import answers
from requests_app.demo.scene import Move, Scene, Step, said, worker
from requests_app.handling import casework, undo
from requests_app.models import Action, Submission


def stored(move: Move) -> Sequence[StoredFile]:
    """The files that come with a step."""
    return [
        files.store(SimpleUploadedFile(file["name"], file["text"].encode()))
        for file in move.step.get("files", ())
    ]


def _determine(case: Submission, move: Move, scene: Scene) -> None:
    answer = Answer(
        outcome=Outcome(move.step["outcome"]),
        reasons=said(case, move, scene, "reasons"),
        exemption=said(case, move, scene, "exemption"),
        explanation=said(case, move, scene, "explanation"),
        responsible=said(case, move, scene, "responsible"),
    )
    answers.give(case, answer, by=worker(scene, case), now=move.at)


def _decision(case: Submission, move: Move, scene: Scene) -> Decision:
    law = said(case, move, scene, "exemption")
    return Decision(
        Outcome(move.step["outcome"]),
        said(case, move, scene, "reasons"),
        [Ground(law, said(case, move, scene, "explanation"))] if law else (),
        said(case, move, scene, "responsible"),
    )


def _prepare(case: Submission, move: Move, scene: Scene) -> None:
    """An answer that waits to be cleared."""
    parts.decide_whole(case, _decision(case, move, scene), by=worker(scene, case), now=move.at)


def _split(case: Submission, move: Move, scene: Scene) -> None:
    parts.split(case, move.step["titles"], by=worker(scene, case), now=move.at)


def _decide_part(case: Submission, move: Move, scene: Scene) -> None:
    parts.decide(
        case,
        move.step["number"],
        _decision(case, move, scene),
        files=stored(move),
        by=worker(scene, case),
        now=move.at,
    )


def _log(case: Submission, move: Move, scene: Scene) -> None:
    law = scene.templates.exemptions[move.city.slug]
    rows = [
        redaction_log.Row(document, place, law, why, part=move.step["part"])
        for document, place, why in move.step["rows"]
    ]
    redaction_log.log(case, rows, by=worker(scene, case), now=move.at)


def _release_part(case: Submission, move: Move, scene: Scene) -> None:
    casework.release_part(
        case,
        body=said(case, move, scene),
        parts=move.step.get("parts", ()),
        files=stored(move),
        by=worker(scene, case),
        now=move.at,
    )


def _undo(case: Submission, move: Move, scene: Scene) -> None:
    undo.undo(case, reason=said(case, move, scene), by=worker(scene, case), now=move.at)


def _publish(case: Submission, move: Move, scene: Scene) -> None:
    """Written for everybody, reviewed, and put on the web; a `draft` stays what it is."""
    by = worker(scene, case)
    title, question, reply = (said(case, move, scene, key) for key in ("title", "question", "reply"))
    words = publication.Draft(title, question, reply)
    row = publication.save_draft(case, words, by=by, now=move.at, seen=0)
    if move.step.get("draft"):
        return
    found = [finding.key for finding in publication.findings(row)]
    row = publication.review(case, found, by=by, now=move.at, seen=row.revision)
    publication.publish(case, by=by, now=move.at, seen=row.revision)


STEPS: dict[str, Step] = {
    Action.DETERMINE: _determine,
    "prepare": _prepare,
    Action.SPLIT: _split,
    Action.PART_DECIDE: _decide_part,
    Action.LOG_WITHHELD: _log,
    Action.RELEASE_PART: _release_part,
    Action.UNDO: _undo,
    Action.PUBLISH: _publish,
}
