"""Under which heading the case page offers an act, so that nobody reads twenty links to find one."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from requests_app.models import Action

A = Action
GROUPS: tuple[tuple[Any, frozenset[Action]], ...] = (
    (
        _("Answer"),
        frozenset({A.ESTIMATE, A.EXTEND, A.SPLIT, A.RELEASE_PART, A.LOG_WITHHELD, A.STATEMENT, A.UNDO})
        | {A.PART_DECIDE, A.PART_TAKE_BACK, A.PART_DROP, A.PART_CLEAR, A.PART_RETURN, A.LOG_DROP}
        | {A.DETERMINE, A.CLOSE, A.REOPEN, A.PUBLISH, A.UNPUBLISH, A.ISSUE_KEY, A.APPEAL_LINK},
    ),
    (_("Write"), frozenset({A.ASK, A.MESSAGE, A.NOTE, A.ANSWER, A.DECLINE})),
    (
        _("Who works on it"),
        frozenset({A.ACCEPT_REFERRAL, A.ASSIGN, A.REFER, A.REFER_BACK, A.HAND_TO_CUSTODIAN}),
    ),
    (
        _("Fee"),
        frozenset({A.FEE_ESTIMATE, A.FEE_AGREE, A.FEE_DECLINE, A.FEE_ASK, A.FEE_RECORD, A.FEE_WITHDRAW})
        | {A.WAIVER_REQUEST, A.WAIVER_DECIDE},
    ),
    (
        _("Misuse and measures"),
        frozenset({A.ADD_EVIDENCE, A.NAME_PARTY, A.HEAR_PARTY, A.FIND, A.TAKE_MEASURE, A.LIFT_MEASURE})
        | {A.WITHHOLD},
    ),
)
REST = _("More")


def grouped(acts: Iterable[tuple[Action, Any]]) -> list[tuple[Any, list[tuple[Action, Any]]]]:
    """The acts under their headings, in the order of both; what has none stands last."""
    left = list(acts)
    found = []
    for heading, actions in GROUPS:
        found.append((heading, [pair for pair in left if pair[0] in actions]))
        left = [pair for pair in left if pair[0] not in actions]
    return [(heading, pairs) for heading, pairs in [*found, (REST, left)] if pairs]
