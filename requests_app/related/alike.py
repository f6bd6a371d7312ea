"""Cases that ask the same: what looks like one case, and what one person sent twice.

Alone responsible for saying why two cases look alike. Every list starts from a queryset of access.py.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portals import text_search
from portals.text_search import matching
from requests_app.intake import Filing
from requests_app.models import Status, Submission
from requests_app.related.suggestions import significant, stem

LOOKED_AT = 40
SHOWN = 8
FEWEST_WORDS = 2
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Alike:
    """A case that looks like another one, and the sentences that say why."""

    case: Submission
    because: list[str]


def stems(case: Submission) -> set[str]:
    """The telling words of what somebody asked."""
    return {stem(word) for word in significant(f"{case.title} {case.description}")}


def like(case: Submission, visible: QuerySet[Submission]) -> list[Alike]:
    """The cases of the same city and kind that look most like this one, in three queries at most."""
    rows = visible.filter(city_id=case.city_id, kind=case.kind).exclude(pk=case.pk)
    rows = rows.select_related("office", "dataset").defer("search_text").order_by("-pk")
    telling = stems(case)
    wanted: list[QuerySet[Submission]] = []
    if case.dataset_id:
        wanted.append(rows.filter(dataset_id=case.dataset_id))
    if case.requester_email:
        wanted.append(matching(rows, case.requester_email))
    if telling:
        wanted.append(matching(rows, " ".join(sorted(telling, key=len, reverse=True)[:FEWEST_WORDS])))
    found = {one.pk: one for some in wanted for one in some[:LOOKED_AT]}
    scored = [
        (score, one, because) for one in found.values() for score, because in [_why(case, one, telling)]
    ]
    scored = [entry for entry in scored if entry[0] > 1]
    scored.sort(key=lambda entry: (-entry[0], -entry[1].pk))
    return [Alike(one, because) for _score, one, because in scored[:SHOWN]]


def _why(case: Submission, other: Submission, telling: set[str]) -> tuple[int, list[str]]:
    because, score = [], 0
    if case.requester_email and case.requester_email.casefold() == other.requester_email.casefold():
        because.append(_("the same e-mail address"))
        score += 3
    if case.dataset_id and case.dataset_id == other.dataset_id:
        because.append(_("the same dataset"))
        score += 2
    if common := telling & stems(other):
        count = len(common)
        words = ngettext("%(count)d word in common: %(words)s", "%(count)d words in common: %(words)s", count)
        because.append(words % {"count": count, "words": ", ".join(sorted(common))})
        score += count
    return score, because


def sent_lately(filing: Filing, *, proved: Collection[int], now: datetime) -> Submission | None:
    """As `sent_before`, of a filing that has its key."""
    made = Submission(
        city=filing.city,
        kind=filing.kind,
        title=filing.title,
        description=filing.description,
        dataset=filing.dataset,
        requester_email=filing.requester_email,
    )
    return sent_before(made, proved=proved, key=filing.submission_key, now=now)


def sent_before(made: Submission, *, proved: Collection[int], key: str, now: datetime) -> Submission | None:
    """What the same person sent within the last day that says the same as `made`, which is not stored yet and
    will have the submission key `key`. `proved` are the keys of the cases that were opened in this browser.

    Who proved a code is that person: the same title, or the same dataset and a telling word in common, is
    enough. By an e-mail address alone, which anybody can type, only the very same words count, so that nobody
    learns with a stranger's address what that stranger has sent.
    """
    rows = Submission.objects.filter(city=made.city, kind=made.kind, submitted_at__gt=now - A_DAY)
    rows = rows.exclude(submission_key=key).exclude(status=Status.WITHDRAWN).order_by("-pk")
    for case in rows.filter(pk__in=proved)[:LOOKED_AT] if proved else ():
        if _says_the_same(made, case) or _is_about_the_same(made, case):
            return case
    if made.requester_email:
        same_address = rows.alias(address=Lower("requester_email")).filter(
            address=Lower(Value(made.requester_email))
        )
        wanted = text_search.words(made.description)
        for pk, description in same_address.values_list("pk", "description")[:LOOKED_AT]:
            if text_search.words(description) == wanted:
                return Submission.objects.get(pk=pk)
    return None


def _says_the_same(made: Submission, case: Submission) -> bool:
    return text_search.words(made.description) == text_search.words(case.description)


def _is_about_the_same(made: Submission, case: Submission) -> bool:
    if text_search.words(made.title) == text_search.words(case.title):
        return True
    return (
        made.dataset_id is not None and made.dataset_id == case.dataset_id and bool(stems(made) & stems(case))
    )
