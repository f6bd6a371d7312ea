"""Titles, descriptions and requesters for any number of cases, from the word lists."""

import random
from collections.abc import Callable
from typing import Any

from portals.models import Dataset
from portals.vocabulary import SubmissionKind
from requests_app.demo.words import (
    COLUMNS,
    FIRST_NAMES,
    LAST_NAMES,
    REASONS,
    RECORDS,
    STREETS,
    THINGS,
    WISHES,
    WRONG,
)

Chance = random.Random

ABOUT_A_DATASET = frozenset(
    {SubmissionKind.ERROR_REPORT, SubmissionKind.ACCESS_REQUEST, SubmissionKind.MISUSE_REPORT}
)
WEIGHTS = {
    SubmissionKind.ERROR_REPORT: 34,
    SubmissionKind.DATASET_REQUEST: 14,
    SubmissionKind.ACCESS_REQUEST: 10,
    SubmissionKind.RECORDS_REQUEST: 30,
    SubmissionKind.MISUSE_REPORT: 4,
    SubmissionKind.PRIVACY_CONCERN: 5,
    SubmissionKind.APPEAL: 3,
}
"""How often each kind comes, in hundredths."""

DETAILS: dict[SubmissionKind, dict[str, Any]] = {
    SubmissionKind.ERROR_REPORT: {"evidence": "I looked at it myself."},
    SubmissionKind.DATASET_REQUEST: {"wanted": "new", "purpose": "To see it on one map."},
    SubmissionKind.ACCESS_REQUEST: {"wanted": "api_key", "purpose": "A small program for neighbors."},
    SubmissionKind.RECORDS_REQUEST: {"preferred_format": "PDF"},
    SubmissionKind.MISUSE_REPORT: {"location": "On a website."},
    SubmissionKind.PRIVACY_CONCERN: {"location": "In the notes."},
    SubmissionKind.APPEAL: {
        "ground": "silence",
        "against_text": "An earlier request",
        "remedy_sought": "A date.",
    },
}


def template(number: int, chance: Chance) -> dict[str, Any]:
    """A template as in cases.json for a case that is still open: some wait for the office, some are being
    worked on, some wait for the requester."""
    kind = _kind(number, chance)
    stage = chance.choices(["received", "acknowledged", "clarifying"], [35, 50, 15])[0]
    age = chance.choice([0, 0, 0, 1, 1, 2, 4, 9] if stage == "received" else range(1, 16))
    steps: list[dict[str, Any]] = []
    if stage != "received":
        steps.append(_step(min(age, chance.choice([0, 1, 1, 2])), "acknowledge", "Thank you, we have it."))
    if stage == "clarifying":
        steps.append(_step(min(age, steps[0]["after"] + 1), "ask", "Which part of the city do you mean?"))
    return {
        "id": str(number),
        "kind": kind,
        "title": "",
        "description": "",
        "about": [],
        "dataset": kind in ABOUT_A_DATASET or chance.random() < 0.3,
        "details": DETAILS[kind],
        "requester": {"name": "", "email": ""},
        "channel": "web",
        "flags": [],
        "public": kind == SubmissionKind.ERROR_REPORT and chance.random() < 0.4,
        "age": age,
        "steps": steps,
    }


def _kind(number: int, chance: Chance) -> SubmissionKind:
    """Every kind comes first once, then as often as its weight."""
    kinds = list(SubmissionKind)
    return kinds[number] if number < len(kinds) else chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]


def _step(after: int, action: str, text: str) -> dict[str, Any]:
    return {"after": after, "action": action, "by": "office", "text": text}


def requester(chance: Chance) -> tuple[str, str]:
    """Name and address of nobody; one in ten gives neither."""
    if chance.random() < 0.1:
        return "", ""
    first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
    return f"{first} {last}", f"{first}.{last}{chance.randrange(1000)}@example.org".lower()


def words(kind: str, dataset: Dataset | None, chance: Chance) -> tuple[str, str]:
    """Title and description of a case of this kind."""
    title, text = WORDS[SubmissionKind(kind)](dataset.name if dataset else "the data of the city", chance)
    return title[:300], f"{text} {chance.choice(REASONS)}"


def _place(chance: Chance) -> str:
    return f"{chance.randrange(10, 9900)} {chance.choice(STREETS)} Street"


def _error(dataset: str, chance: Chance) -> tuple[str, str]:
    column, wrong, place = chance.choice(COLUMNS), chance.choice(WRONG), _place(chance)
    return f"The {column} {wrong} at {place}", f"In {dataset} the {column} {wrong} for {place}."


def _request(dataset: str, chance: Chance) -> tuple[str, str]:
    thing, wish = chance.choice(THINGS), chance.choice(WISHES)
    street = chance.choice(STREETS)
    return f"A list of {thing} {wish}", f"Please publish {thing} {wish}, at least around {street} Street."


def _access(dataset: str, chance: Chance) -> tuple[str, str]:
    calls, thing = chance.randrange(1, 500) * 100, chance.choice(THINGS)
    return f"An API key for {dataset}", f"About {calls} calls a day for a map of {thing}."


def _record(dataset: str, chance: Chance) -> tuple[str, str]:
    record, thing, place = chance.choice(RECORDS), chance.choice(THINGS), _place(chance)
    return f"The {record} about {thing}, {place}", f"I ask for the {record} about {thing} at or near {place}."


def _misuse(dataset: str, chance: Chance) -> tuple[str, str]:
    return (
        f"{dataset} is sold by a website",
        f"A page about {chance.choice(THINGS)} sells {dataset} without naming the city.",
    )


def _privacy(dataset: str, chance: Chance) -> tuple[str, str]:
    place = _place(chance)
    return f"A name can be read at {place}", f"The notes of {dataset} name a person who lives at {place}."


def _appeal(dataset: str, chance: Chance) -> tuple[str, str]:
    record = chance.choice(RECORDS)
    return f"No answer about the {record}", f"I asked for the {record} of {_place(chance)} and heard nothing."


WORDS: dict[SubmissionKind, Callable[[str, Chance], tuple[str, str]]] = {
    SubmissionKind.ERROR_REPORT: _error,
    SubmissionKind.DATASET_REQUEST: _request,
    SubmissionKind.ACCESS_REQUEST: _access,
    SubmissionKind.RECORDS_REQUEST: _record,
    SubmissionKind.MISUSE_REPORT: _misuse,
    SubmissionKind.PRIVACY_CONCERN: _privacy,
    SubmissionKind.APPEAL: _appeal,
}
