"""Turns reasons (code + parameters) into plain sentences in the reader's language.

Alone responsible for the words of an explanation: pages, letters, commands and the API all take them from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Protocol

from portals.business_days import Reason


class Explained(Protocol):
    """Anything that carries reasons: a computed deadline, a route."""

    @property
    def reasons(self) -> Iterable[Reason]: ...


CLOCK_SENTENCES: dict[str, Any] = {}
ROUTE_SENTENCES: dict[str, Any] = {}
SENTENCES: dict[str, Any] = {**CLOCK_SENTENCES, **ROUTE_SENTENCES}
"""Code -> lazy text with named placeholders; a new family of codes gets a table of its own and a line here."""


def long_date(day: date) -> str:
    """ "Thursday, June 4, 2026", in the active language."""
    raise NotImplementedError


def sentence(reason: Reason) -> str:
    """One reason as one plain sentence."""
    raise NotImplementedError


def sentences(reasons: Iterable[Reason]) -> list[str]:
    """Each reason as a sentence, in order."""
    return [sentence(reason) for reason in reasons]


def deadline_sentences(deadline: Explained) -> list[str]:
    """Why this date: one plain sentence a step."""
    return sentences(deadline.reasons)
