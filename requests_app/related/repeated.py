"""What is asked for again and again: records requests that ask the same, with how often and by how many.

Alone responsible for the grouping. It starts from a queryset of access.py, so a person sees groups of the
cases that they may see. By dataset first, then by the two telling words that most of the others share.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from django.db.models import QuerySet

from portals.models import City, Dataset
from portals.vocabulary import SubmissionKind
from requests_app.models import CaseLink, Submission
from requests_app.related.alike import stems

LOOKED_AT = 500
LOOKED_BACK = timedelta(days=365)
FEWEST = 2
SHOWN = 20
GATHERED_AT_ONCE = 50


@dataclass(frozen=True)
class Group:
    """Requests that ask the same. `key` names the group in an address; `words` are what they share."""

    key: str
    words: tuple[str, ...]
    dataset: Dataset | None
    cases: list[Submission]
    proposed: list[str]

    @property
    def count(self) -> int:
        return len(self.cases)

    @property
    def people(self) -> int:
        """How many asked: those with one address once, those without any each by themselves."""
        known = {case.requester_email.casefold() for case in self.cases if case.requester_email}
        return len(known) + sum(not case.requester_email for case in self.cases)

    @property
    def first_on(self) -> date:
        return min(case.received_on for case in self.cases)

    @property
    def last_on(self) -> date:
        return max(case.received_on for case in self.cases)


def groups(visible: QuerySet[Submission], city: City, today: date) -> list[Group]:
    """The groups among the requests of the last year, largest first. Two queries."""
    rows = visible.filter(
        city=city, kind=SubmissionKind.RECORDS_REQUEST, received_on__gte=today - LOOKED_BACK
    )
    rows = rows.select_related("dataset").defer("search_text").order_by("-pk")
    found = list(rows[:LOOKED_AT])
    gathered: dict[int, list[str]] = {}
    ties = CaseLink.objects.filter(tie=CaseLink.Tie.GATHERED_IN, source__in=[case.pk for case in found])
    for source, reference in ties.values_list("source_id", "target__reference"):
        gathered.setdefault(source, []).append(reference)
    made = [*_by_dataset(found, gathered), *_by_words(found, gathered)]
    return sorted(made, key=lambda group: (-group.count, group.key))[:SHOWN]


def _group(
    key: str, cases: list[Submission], gathered: dict[int, list[str]], words: Sequence[str] = ()
) -> Group:
    proposed = sorted({one for case in cases for one in gathered.get(case.pk, ())})
    dataset = cases[0].dataset if key.startswith("dataset:") else None
    return Group(key, tuple(words), dataset, cases, proposed)


def _by_dataset(found: Sequence[Submission], gathered: dict[int, list[str]]) -> list[Group]:
    about: dict[int, list[Submission]] = {}
    for case in found:
        if case.dataset_id:
            about.setdefault(case.dataset_id, []).append(case)
    return [_group(f"dataset:{key}", cases, gathered) for key, cases in about.items() if len(cases) >= FEWEST]


def _by_words(found: Sequence[Submission], gathered: dict[int, list[str]]) -> list[Group]:
    """Each request is in one group only: the largest that two of its words make."""
    left = {case.pk: (case, stems(case)) for case in found if not case.dataset_id}
    made: list[Group] = []
    while len(made) < SHOWN:
        shared = Counter(
            pair for _case, telling in left.values() for pair in combinations(sorted(telling), 2)
        )
        best = min(shared, key=lambda pair: (-shared[pair], pair), default=None)
        if best is None or shared[best] < FEWEST:
            return made
        cases = [case for case, telling in left.values() if set(best) <= telling]
        made.append(_group(f"words:{'+'.join(best)}", cases, gathered, best))
        for case in cases:
            del left[case.pk]
    return made
