"""Is it this? Likely datasets and published reports for what somebody is typing.

Alone responsible for turning typed words into a dataset. Looks only at what is public; names and addresses of
requesters are never searched here.
"""

from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import get_language

from portals.catalog.search import DatasetQuery, found
from portals.models import City, Dataset
from portals.text_search import words
from requests_app.access import public_cases, published_answers
from requests_app.models import PublishedAnswer, Submission

LIMIT = 5
WORDS_LIMIT = 8
SHORTEST = 4
_EMPTY_WORDS = {
    "en": (
        "about after also because been city column could data dataset does error field from have into just "
        "like missing more need only other over please report request should show since some than that "
        "their them then there these they this want were what when where which will with would wrong your"
    ),
}


def significant(text: str) -> list[str]:
    """The words of a text that may name a thing, longest first: short and common ones say nothing."""
    empty = set(_EMPTY_WORDS.get((get_language() or "en")[:2], _EMPTY_WORDS["en"]).split())
    kept = [word for word in words(text[:2_000]) if len(word) >= SHORTEST and word not in empty]
    return sorted(dict.fromkeys(kept), key=len, reverse=True)[:WORDS_LIMIT]


def stem(word: str) -> str:
    """`inspections` finds `inspection`: good enough for an offer that may be ignored."""
    return word[:-1] if word.endswith("s") and len(word) > SHORTEST else word


def likely_datasets(city: City, text: str, limit: int = LIMIT) -> list[Dataset]:
    """Datasets that hold all words, else those that hold most of them in name or description."""
    exact = list(found(city, DatasetQuery(text=text[:300])).order_by("name", "pk")[:limit]) if text else []
    looked_for = [stem(word) for word in significant(text)]
    if exact or not looked_for:
        return exact
    rows = Dataset.objects.filter(city=city, missing_since=None, public=True)
    return list(_by_hits(rows, looked_for, ("name", "description"))[:limit])


def public_reports_like(city: City, text: str, kind: str = "", limit: int = LIMIT) -> list[Submission]:
    """Public cases of the city that speak of the same, those with an answer first."""
    looked_for = [stem(word) for word in significant(text)]
    if not looked_for:
        return []
    rows = public_cases().filter(city=city).select_related("dataset")
    rows = rows.filter(kind=kind) if kind else rows
    return list(_by_hits(rows, looked_for, ("title", "description"))[:limit])


def answered_before(city: City, text: str, limit: int = LIMIT) -> list[PublishedAnswer]:
    """Published answers of the city that speak of the same, best first."""
    looked_for = [stem(word) for word in significant(text)]
    if not looked_for:
        return []
    rows = published_answers().filter(city=city).only("title", "outcome", "city")
    return list(_by_hits(rows, looked_for, ("title", "question"))[:limit])


def _by_hits(rows: QuerySet, looked_for: list[str], columns: tuple[str, str]) -> QuerySet:
    """Rows with any of the words, most words first; a word in the first column counts three times."""
    score: Any = Value(0, output_field=IntegerField())
    anywhere = Q()
    for word in looked_for:
        first, second = (Q(**{f"{column}__icontains": word}) for column in columns)
        anywhere |= first | second
        score = score + Case(When(first, then=Value(3)), When(second, then=Value(1)), default=Value(0))
    return rows.filter(anywhere).annotate(hits=score).order_by("-hits", "-pk")


def resolve_dataset(
    city: City, typed: str, *, hidden_too: bool = False
) -> tuple[Dataset | None, list[Dataset]]:
    """The dataset of an identifier or a full name; otherwise None and what may have been meant.
    `hidden_too`: staff ask, who may name one that is not public; for everybody else there is none."""
    typed = typed.strip()
    if not typed:
        return None, []
    rows = Dataset.objects.filter(city=city).select_related("office")
    if not hidden_too:
        rows = rows.filter(public=True)
    for row in rows.filter(identifier=typed):  # as most do who come from its page; there is one at most
        return row, []
    same = list(rows.filter(Q(identifier__iexact=typed) | Q(name__iexact=typed))[: LIMIT + 1])
    by_identifier = [row for row in same if row.identifier.casefold() == typed.casefold()]
    if len(by_identifier or same) == 1:
        return (by_identifier or same)[0], []
    return None, same[:LIMIT] or likely_datasets(city, typed)
