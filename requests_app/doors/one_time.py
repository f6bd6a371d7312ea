"""Codes mailed to the requester, or to the person concerned, to open their page: eight digits, ten minutes,
one use, five tries. Nothing that opens a page for longer is ever mailed.
"""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from requests_app.doors import references
from requests_app.models import ConcernedParty, OneTimeCode, Submission
from requests_app.notices import write_to_requester

DIGITS = 8
LIFETIME = timedelta(minutes=10)
TRIES = 5
AN_HOUR = timedelta(hours=1)
AT_MOST_AN_HOUR = 3


def send_code(submission: Submission, *, now: datetime) -> bool:
    """Queue a letter with a new code; False where there is no address or three were sent within the hour."""
    if not submission.requester_email:
        return False
    with transaction.atomic():
        code, row = _made(submission, None, submission.reference, now)
        if row:
            write_to_requester(submission, "one_time_code", now=now, occasion=f"code:{row.pk}", code=code)
    return row is not None


def code_for(party: ConcernedParty, *, now: datetime) -> tuple[str, OneTimeCode | None]:
    """A new code for the person concerned, within the transaction that writes the letter; none where three
    were made within the hour."""
    return _made(party.submission, party, party.reference, now)


def _made(
    submission: Submission, party: ConcernedParty | None, reference: str, now: datetime
) -> tuple[str, OneTimeCode | None]:
    Submission.objects.select_for_update().only("pk").get(pk=submission.pk)
    codes = OneTimeCode.objects.filter(submission=submission, party=party)
    if codes.filter(created_at__gt=now - AN_HOUR).count() >= AT_MOST_AN_HOUR:
        return "", None
    code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    return code, OneTimeCode.objects.create(
        submission=submission,
        party=party,
        code_hash=references.code_hash(reference, code),
        created_at=now,
        expires_at=now + LIFETIME,
    )


def use_code(submission: Submission, typed: str, *, now: datetime) -> bool:
    """Whether `typed` is a code mailed to the requester that still counts; it does not count a second time. A
    wrong one costs each open code a try."""
    return _used(
        OneTimeCode.objects.filter(submission=submission, party=None), submission.reference, typed, now
    )


def use_code_of(party: ConcernedParty, typed: str, *, now: datetime) -> bool:
    """The same for a code that was mailed to the person concerned."""
    return _used(OneTimeCode.objects.filter(party=party), party.reference, typed, now)


def _used(codes: QuerySet[OneTimeCode], reference: str, typed: str, now: datetime) -> bool:
    with transaction.atomic():
        rows = codes.select_for_update().filter(used_at=None, expires_at__gt=now, tries__lt=TRIES)
        for row in rows:
            if references.code_matches(reference, typed, row.code_hash):
                row.used_at = now
                row.save(update_fields=["used_at"])
                return True
            row.tries += 1
            row.save(update_fields=["tries"])
    return False
