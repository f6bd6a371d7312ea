"""Letters to the person concerned by a report, and the code that opens their page.

Alone responsible for what may reach them: their own reference, the office, what the office wrote for them and
their measures; nothing of the report and nothing of whoever reported. No mailed letter carries a code that
lasts: whoever has an address asks for one that counts once (`one_time`). The code of a printed letter lasts
until another one is printed, and is kept as a hash.
"""

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from portals.appeal_terms import AppealRule
from portals.rulebook import rulebook_for
from requests_app.doors import one_time, references
from requests_app.lifecycle import NotAllowed
from requests_app.models import ConcernedParty, Notice, Submission
from requests_app.notices import rendered

_SHORTEST = 4
"""Names shorter than this stand in too many words to be looked for."""


def new_code(party: ConcernedParty, *, now: datetime) -> str:
    """A fresh code for a printed letter; the one before it opens nothing any more."""
    code = references.new_code()
    party.code_hash = references.code_hash(party.reference, code)
    party.told_at = party.told_at or now
    party.save(update_fields=["code_hash", "told_at"])
    return code


def mail_code(party: ConcernedParty, *, now: datetime) -> bool:
    """Queue a letter with a code that opens their page once; False where there is no address, three were sent
    within the hour, or they were told nothing yet."""
    if not party.email or party.told_at is None:
        return False
    with transaction.atomic():
        code, row = one_time.code_for(party, now=now)
        return row is not None and write(party, "code", now=now, occasion=f"code:{row.pk}", code=code)


def write(party: ConcernedParty, kind: str, *, now: datetime, occasion: str, **context: Any) -> bool:
    """Queue a letter of `templates/emails/concerned/`; False where there is no address and it must be
    printed."""
    if not party.email:
        return False
    case = party.submission
    if party.told_at is None:
        party.told_at = now
        party.save(update_fields=["told_at"])
    with translation.override("en"):
        subject, body = rendered(
            f"concerned/{kind}",
            {
                "party": party,
                "city": case.city,
                "office": case.office,
                "paragraphs": case.city.paragraphs,
                "link": link(party),
                "ways": ways(case),
                **context,
            },
        )
    letter = Notice(
        city_id=case.city_id,
        submission=case,
        email=party.email,
        kind=f"concerned/{kind}",
        key=f"concerned:{party.pk}:{occasion}",
        subject=subject,
        body=body,
        created_at=now,
        next_at=now,
    )
    Notice.objects.bulk_create([letter], ignore_conflicts=True)
    return True


def ways(case: Submission) -> tuple[AppealRule, ...]:
    """The ways of the city to have a measure reviewed; those that are not open here are among them."""
    return rulebook_for(case.city).appeal_routes(case.kind, case.received_on)


def link(party: ConcernedParty) -> str:
    """The full address of their page."""
    return settings.SITE_URL + reverse("requests_app:concerned", args=[party.reference])


def protect_reporter(case: Submission, *texts: str) -> None:
    """Raises NotAllowed where a text for the person concerned names who reported, or the case itself."""
    for text in texts:
        for what in (case.requester_name, case.requester_email, case.reference):
            if len(what) >= _SHORTEST and re.search(rf"(?<!\w){re.escape(what)}(?!\w)", text, re.IGNORECASE):
                raise NotAllowed(
                    _(
                        "The person concerned reads this text, and it contains “%(what)s”. Take it out: "
                        "who reported, and the reference of the report, are not told to them."
                    )
                    % {"what": what}
                )
