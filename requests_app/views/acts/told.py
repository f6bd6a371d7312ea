"""What is said after an act: that it is done, and whether a letter tells the requester."""

from typing import Any

from django.contrib import messages
from django.utils.translation import gettext as _

from requests_app.models import Action, Submission
from requests_app.views.staff_only import StaffRequest

WRITES = {
    *(Action.ACKNOWLEDGE, Action.DETERMINE, Action.ASK, Action.MESSAGE, Action.ESTIMATE, Action.EXTEND),
    *(Action.RELEASE_PART, Action.STATEMENT, Action.UNDO, Action.REOPEN, Action.CONVERT),
    *(Action.FEE_ESTIMATE, Action.FEE_ASK, Action.FEE_RECORD, Action.FEE_WITHDRAW, Action.WAIVER_DECIDE),
    *(Action.APPEAL_DECIDE, Action.REVIEW_ORDER),
}
"""The acts of which a letter tells the requester."""


def tell(request: StaffRequest, submission: Submission, action: Action, own: str, done: Any) -> None:
    """The act's `own` words where it has some; else `done`, and of a letter only where the requester has an
    address to which one can go."""
    if own or action not in WRITES:
        messages.success(request, own or done)
    elif submission.requester_email:
        messages.success(request, f"{done} {_('The requester gets a letter.')}")
    else:
        no_letter = _(
            "The requester gave no e-mail address, so no letter goes out: tell them in another way."
        )
        messages.warning(request, f"{done} {no_letter}")
