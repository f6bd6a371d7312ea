"""Tells the requester what was decided on parts: with an instalment, or with the answer to the whole.

Sole writer of Part.release and Withheld.release: what the requester may see of both.
"""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from requests_app.answers.case_parts import named, not_ready, parts_of
from requests_app.lifecycle import NotAllowed
from requests_app.models import Attachment, Determination, Event, Message, Part, Release, Submission, Withheld


def to_be_told(row: Submission, numbers: Sequence[int] | None = None) -> list[Part]:
    """The parts of these numbers (without numbers: all that were not told yet), ready to be told.

    Raises NotAllowed, sentence by sentence, for those that are not.
    """
    every = parts_of(row)
    chosen = [part for part in every if numbers is None or part.number in numbers]
    if numbers is not None and len(chosen) < len(set(numbers)):
        raise NotAllowed(_("The case has no such part."))
    told = [part for part in chosen if part.release_id]
    if numbers is not None and told:
        raise NotAllowed(_("%(part)s was told to the requester already.") % {"part": named(told[0])})
    if wrong := not_ready(row, chosen):
        raise NotAllowed(" ".join(wrong))
    return [part for part in chosen if not part.release_id]


def pending(row: Submission, parts: Sequence[Part]) -> QuerySet[Withheld]:
    """The rows of the log that go out with a release of these parts: theirs, and those of no part."""
    return Withheld.objects.filter(submission=row, release=None).filter(Q(part=None) | Q(part__in=parts))


def facts(row: Submission, parts: Sequence[Part]) -> dict[str, object]:
    """What the event of a release carries."""
    return {
        "release": Release.objects.filter(submission=row).count() + 1,
        "parts": [part.number for part in parts if not part.whole],
        "withheld": pending(row, parts).count(),
    }


def release(
    row: Submission,
    event: Event,
    parts: Sequence[Part],
    *,
    message: Message | None = None,
    determination: Determination | None = None,
) -> Release:
    """From now on the requester sees these parts, their files and their rows of the log."""
    made = Release.objects.create(
        submission=row,
        number=event.data["release"],
        at=event.at,
        by=event.by,
        message=message,
        determination=determination,
    )
    pending(row, parts).update(release=made)
    Part.objects.filter(pk__in=[part.pk for part in parts]).update(release=made)
    Attachment.objects.filter(of_part__part__in=parts).update(internal=False)
    return made


def withdraw(determination: Determination) -> int:
    """The requester no longer sees what was told with an answer that is taken back; how many rows of the log
    that is."""
    told = Release.objects.filter(determination=determination)
    Attachment.objects.filter(of_part__part__release__in=told).update(internal=True)
    Part.objects.filter(release__in=told).update(release=None)
    return Withheld.objects.filter(release__in=told).update(release=None)
