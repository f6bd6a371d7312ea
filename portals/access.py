"""Who may read by API, and which datasets are served. Sole writer of ApiKey.status and of takedowns.

A key reads `cdk_<prefix>_<secret>`. The prefix is what people call it; the secret is shown once to whoever
holds the key and kept as a hash. Whatever serves data asks `check` for a key and `is_served` or `served` for
a dataset, each time: a suspension or a takedown holds from the next call on. Moments are UTC.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Min, QuerySet
from django.utils.translation import gettext as _

from portals.models import ApiKey, City, Dataset, DatasetTakedown, User
from portals.vocabulary import KeyStatus

_SHAPE = re.compile(r"cdk_([a-z0-9]{8})_([A-Za-z0-9]{32})")
_LOWER = "abcdefghjkmnpqrstuvwxyz23456789"  # no 0/o, 1/i/l: a prefix is read out on the phone
_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True)
class KeyCheck:
    """What came of looking at a key. `key` is the row where there is one; `refused` is "" where the key is
    good, else a word for programs: malformed, unknown, not_opened, suspended, revoked, expired."""

    key: ApiKey | None
    refused: str = ""

    @property
    def is_good(self) -> bool:
        return not self.refused

    @property
    def sentence(self) -> str:
        """For whoever sent the key; it says nothing of a key that he does not hold."""
        return {
            "": "",
            "suspended": _("This API key is suspended. Its holder was told why and how to answer."),
            "revoked": _("This API key was revoked. Its holder was told why and how to answer."),
            "expired": _("This API key has run out. Ask the city for a new one."),
        }.get(self.refused, _("This is not a valid API key."))


def check(text: str, *, now: datetime) -> KeyCheck:
    """Whether the key `text` may be used at `now`. One query; none for what does not look like a key."""
    parts = _SHAPE.fullmatch(text.strip())
    if parts is None:
        return KeyCheck(None, "malformed")
    key = ApiKey.objects.select_related("city").filter(prefix=parts[1]).first()
    if key is None or not hmac.compare_digest(key.secret_hash, _hash(parts[1], parts[2])):
        return KeyCheck(None, "unknown")
    if key.status != KeyStatus.ACTIVE:
        return KeyCheck(key, str(key.status))
    if key.expires_at is not None and key.expires_at <= now:
        return KeyCheck(key, "expired")
    return KeyCheck(key)


def _hash(prefix: str, secret: str) -> str:
    """SHA-256 is enough: the secret is 190 random bits, so that nobody tries them out."""
    return hashlib.sha256(f"{prefix}:{secret}".encode()).hexdigest()


def issue(
    city: City,
    *,
    case: str,
    holder_name: str,
    holder_email: str,
    purpose: str,
    now: datetime,
    limit: int | None = None,
    expires_at: datetime | None = None,
) -> ApiKey:
    """A key that its holder has not opened yet. `limit` is calls an hour."""
    return ApiKey.objects.create(
        city=city,
        prefix="".join(secrets.choice(_LOWER) for _number in range(8)),
        holder_name=holder_name,
        holder_email=holder_email,
        purpose=purpose,
        limit=limit,
        status_since=now,
        issued_at=now,
        expires_at=expires_at,
        case=case,
    )


def open_key(key: ApiKey, *, now: datetime) -> str | None:
    """The whole key with a new secret, to be shown once; the secret before it, if any, ends.

    None where somebody else opened it at the same moment: then that secret stands, and this one never was.
    """
    secret = "".join(secrets.choice(_SIGNS) for _number in range(32))
    as_read = ApiKey.objects.filter(pk=key.pk, secret_hash=key.secret_hash, status=KeyStatus.ACTIVE)
    if not as_read.update(secret_hash=_hash(key.prefix, secret), opened_at=now):
        return None
    return f"cdk_{key.prefix}_{secret}"


def set_status(key: ApiKey, status: KeyStatus, *, now: datetime) -> bool:
    """Let a key work, or no longer; whether that changed anything."""
    changed = ApiKey.objects.filter(pk=key.pk).exclude(status=status)
    return bool(changed.update(status=status, status_since=now))


# -- datasets


def served(datasets: QuerySet[Dataset]) -> QuerySet[Dataset]:
    """Those of them whose data may be given out."""
    return datasets.filter(public=True, withheld_since=None)


def is_served(dataset: Dataset) -> bool:
    """Whether the data of a dataset, as it was just read, may be given out."""
    return dataset.public and dataset.withheld_since is None


def takedowns_of(dataset: Dataset) -> list[DatasetTakedown]:
    """All of a dataset, the newest first."""
    return list(DatasetTakedown.objects.filter(dataset=dataset))


def take_down(dataset: Dataset, *, notice: str, case: str, by: User, now: datetime) -> DatasetTakedown:
    """Neither show nor serve the data of a dataset from now on. `notice` is public."""
    with transaction.atomic():
        row = DatasetTakedown.objects.create(dataset=dataset, notice=notice, since=now, by=by, case=case)
        _settle(dataset)
    return row


def restore(takedown: DatasetTakedown, *, notice: str, by: User, now: datetime) -> bool:
    """End one takedown; whether it had not ended before. The data comes back with the last one."""
    with transaction.atomic():
        open_row = DatasetTakedown.objects.filter(pk=takedown.pk, restored_at=None)
        ended = open_row.update(restored_at=now, restored_by=by, restored_notice=notice)
        _settle(takedown.dataset)
    return bool(ended)


def _settle(dataset: Dataset) -> None:
    """Hold the row of the dataset and bring its column in line with its takedowns."""
    Dataset.objects.select_for_update(no_key=True).only("pk").get(pk=dataset.pk)
    still = DatasetTakedown.objects.filter(dataset=dataset, restored_at=None)
    dataset.withheld_since = still.aggregate(first=Min("since"))["first"]
    Dataset.objects.filter(pk=dataset.pk).update(withheld_since=dataset.withheld_since)
