"""Codes mailed to the requester to open the case page: eight digits, ten minutes, one use, five tries."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from requests_app.doors import references
from requests_app.models import OneTimeCode, Submission
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
        Submission.objects.select_for_update().only("pk").get(pk=submission.pk)
        codes = OneTimeCode.objects.filter(submission=submission)
        if codes.filter(created_at__gt=now - AN_HOUR).count() >= AT_MOST_AN_HOUR:
            return False
        code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
        row = OneTimeCode.objects.create(
            submission=submission,
            code_hash=references.code_hash(submission.reference, code),
            created_at=now,
            expires_at=now + LIFETIME,
        )
        write_to_requester(submission, "one_time_code", now=now, occasion=f"code:{row.pk}", code=code)
    return True


def use_code(submission: Submission, typed: str, *, now: datetime) -> bool:
    """Whether `typed` is a mailed code that still counts; it does not count a second time. A wrong one costs
    each open code a try."""
    with transaction.atomic():
        rows = OneTimeCode.objects.select_for_update().filter(
            submission=submission, used_at=None, expires_at__gt=now, tries__lt=TRIES
        )
        for row in rows:
            if references.code_matches(submission.reference, typed, row.code_hash):
                row.used_at = now
                row.save(update_fields=["used_at"])
                return True
            row.tries += 1
            row.save(update_fields=["tries"])
    return False
