"""The written statement of a denial, given on request with its own clock (RSMo 610.023.4)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portals.models import User
from portals.vocabulary import ClockEvent
from requests_app import deadlines
from requests_app.attachments.files import StoredFile, looked_at
from requests_app.correspondence import conversation
from requests_app.events import case_clocks
from requests_app.lifecycle import NotAllowed, apply, locked
from requests_app.models import Action, Event, Submission
from requests_app.notices import write_to_requester


def statement_wanted(events: Iterable[Event]) -> bool:
    """Whether somebody has asked for the statement and it was not given yet."""
    asked = (ClockEvent.STATEMENT_REQUESTED, ClockEvent.STATEMENT_GIVEN)
    found = [happening.name for happening in case_clocks.happenings(events) if happening.name in asked]
    return found[-1:] == [ClockEvent.STATEMENT_REQUESTED]


def give_statement(
    submission: Submission,
    *,
    grounds: str,
    exemption: str,
    by: User,
    now: datetime,
    files: Sequence[StoredFile] = (),
    revision: int | None = None,
) -> Event:
    """Give the grounds of the denial with the exact provision of law; its clock is met. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if not statement_wanted(row.events.order_by("sequence")):
            raise NotAllowed(_("Nobody has asked for a written statement that is still to be given."))
        if not grounds.strip() or not exemption.strip():
            raise NotAllowed(_("Give the grounds of the denial and the exact provision of law."))
        event = apply(
            row,
            Action.STATEMENT,
            now=now,
            by=by,
            changes={"requester_wrote_at": None},
            happening=ClockEvent.STATEMENT_GIVEN,
            data={"exemption": exemption, **looked_at(files)},
        )
        body = _("Written statement of the denial.\n\n%(grounds)s\n\nProvision of law: %(law)s") % {
            "grounds": grounds,
            "law": exemption,
        }
        conversation.write_message(row, event, body, files=files)
        deadlines.recompute(row)
        write_to_requester(row, "statement", now=now, occasion=event.occasion, grounds=grounds, law=exemption)
    return event
