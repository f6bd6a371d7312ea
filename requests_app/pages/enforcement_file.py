"""Everything that the pages of enforcement show, read with a constant number of queries.

Alone responsible for reading a case of enforcement as a whole, and for what is known of the same person from
other cases: a count, shown as a fact, that decides nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from portals.models import ApiKey, Measure, Provision
from portals.vocabulary import Layer, Topic
from requests_app.enforcement import standing_finding
from requests_app.models import (
    Appeal,
    Attachment,
    ConcernedParty,
    Determination,
    Evidence,
    Finding,
    MeasureTaken,
    PartyWord,
    Submission,
)

TOPICS = (Topic.ENFORCEMENT, Topic.VIOLATIONS, Topic.FINES)


@dataclass
class PartyFile:
    """One person concerned. `earlier` are other cases with a finding of the same person that stands as
    substantiated; `other_keys` further keys of the same holder."""

    party: ConcernedParty
    finding: Finding | None
    words: list[PartyWord]
    measures: list[MeasureTaken]
    earlier: list[Submission] = field(default_factory=list)
    other_keys: list[ApiKey] = field(default_factory=list)

    @property
    def wants_lifting(self) -> bool:
        """Measures hold though the last finding does not bear them."""
        holds = any(taken.in_force for taken in self.measures)
        return holds and self.finding is not None and self.finding.outcome != Finding.Outcome.SUBSTANTIATED


@dataclass(frozen=True)
class Step:
    """A measure of the city's list, and whether it was taken in this case."""

    measure: Measure
    taken: list[MeasureTaken]


@dataclass(frozen=True)
class EnforcementFile:
    """A case of enforcement as a whole."""

    parties: list[PartyFile]
    evidence: list[Evidence]
    findings: list[Finding]
    measures: list[MeasureTaken]
    steps: list[Step]
    provisions: list[Provision]
    appeals: list[Appeal]

    @property
    def has_pathway(self) -> bool:
        """Whether the guide says what comes after what."""
        return any(step.measure.order for step in self.steps)


def read(case: Submission) -> EnforcementFile:
    """The case as a whole; `case` comes with its city."""
    files = Prefetch("message__attachments", queryset=Attachment.objects.order_by("id"))
    findings = list(case.findings.select_related("party"))
    measures = list(case.measures_taken.select_related("party", "key", "takedown__dataset"))
    words = list(
        PartyWord.objects.filter(party__submission=case).select_related("message__by").prefetch_related(files)
    )
    parties = [
        PartyFile(
            party=party,
            finding=standing_finding(party, findings),
            words=[word for word in words if word.party_id == party.pk],
            measures=[taken for taken in measures if taken.party_id == party.pk],
        )
        for party in case.parties.select_related("key")
    ]
    _remember(case, parties)
    return EnforcementFile(
        parties=parties,
        evidence=list(case.evidence.select_related("message__by").prefetch_related(files)),
        findings=findings,
        measures=measures,
        steps=steps_of(case, measures),
        provisions=list(_provisions(case)),
        appeals=_appeals(case),
    )


def _appeals(case: Submission) -> list[Appeal]:
    """The appeals of its measures, each with the decision that stands."""
    standing = Determination.objects.filter(taken_back_at__isnull=True)
    rows = Appeal.objects.filter(measure__submission=case).select_related("submission", "measure")
    return list(rows.prefetch_related(Prefetch("submission__determinations", queryset=standing)))


def steps_of(case: Submission, measures: Iterable[MeasureTaken]) -> list[Step]:
    """The city's own list, the steps of its pathway first."""
    rows = list(Measure.objects.filter(city=case.city_id).select_related("citation"))
    rows.sort(key=lambda row: (row.order is None, row.order or 0, row.pk))
    taken = list(measures)
    return [Step(row, [one for one in taken if one.measure == row.key]) for row in rows]


def _provisions(case: Submission) -> QuerySet[Provision]:
    day = case.received_on
    begun = Q(effective_from=None) | Q(effective_from__lte=day)
    not_over = Q(effective_to=None) | Q(effective_to__gte=day)
    rows = Provision.objects.filter(begun & not_over, city=case.city_id, layer=Layer.GUIDE, topic__in=TOPICS)
    return rows.select_related("citation", "confirm_with").order_by("position")


def _remember(case: Submission, parties: list[PartyFile]) -> None:
    """Fill in what other cases of this city and other keys say of the same persons: two queries."""
    if not parties:
        return
    same = Q()
    for one in parties:
        same |= _same(one.party)
    others = ConcernedParty.objects.filter(same, city=case.city_id).exclude(submission=case)
    newer = Finding.objects.filter(party=OuterRef("party"), pk__gt=OuterRef("pk"))
    stands = Finding.objects.filter(~Exists(newer), outcome=Finding.Outcome.SUBSTANTIATED)
    for finding in stands.filter(party__in=others).select_related("party", "submission").order_by("-at"):
        for one in parties:
            if finding.party and _is_same(one.party, finding.party) and finding.submission not in one.earlier:
                one.earlier.append(finding.submission)
    addresses = {one.party.email for one in parties if one.party.email}
    for key in ApiKey.objects.filter(city=case.city_id, holder_email__in=addresses):
        for one in parties:
            if key.holder_email == one.party.email and key.pk != one.party.key_id:
                one.other_keys.append(key)


def _same(party: ConcernedParty) -> Q:
    same = Q(folded=party.folded)
    if party.email:
        same |= Q(email=party.email)
    if party.key_id:
        same |= Q(key=party.key_id)
    return same


def _is_same(one: ConcernedParty, other: ConcernedParty) -> bool:
    by_key = one.key_id is not None and one.key_id == other.key_id
    return by_key or bool(one.email and one.email == other.email) or one.folded == other.folded


def listed(visible: QuerySet[Submission], *, only_in_force: bool = False) -> QuerySet[Submission]:
    """The cases of enforcement among those that somebody may see, with what a list shows of them."""
    rows = visible.filter(kind__in=["misuse_report", "privacy_concern"])
    if only_in_force:
        holding = MeasureTaken.objects.filter(submission=OuterRef("pk"), lifted_at=None)
        rows = rows.filter(Exists(holding))
    return rows.prefetch_related(
        "parties", "findings", Prefetch("measures_taken", MeasureTaken.objects.filter(lifted_at=None))
    )


def told_to(party: ConcernedParty) -> list[dict[str, Any]]:
    """What the person concerned may read, oldest first: words, findings about them, their measures. Each has
    `what` (said, answered, found, taken, lifted), `at` (UTC) and its row."""
    found: list[dict[str, Any]] = []
    files = Prefetch("message__attachments", queryset=Attachment.objects.order_by("id"))
    for word in party.words.select_related("message").prefetch_related(files):
        what = "answered" if word.message.actor == "concerned" else "said"
        found.append({"what": what, "at": word.message.at, "row": word.message})
    told_at: datetime | None = party.told_at
    for finding in party.findings.all():
        if told_at is not None and finding.at >= told_at:
            found.append({"what": "found", "at": finding.at, "row": finding})
    for taken in party.measures.prefetch_related("appeals__submission"):
        found.append({"what": "taken", "at": taken.at, "row": taken})
        if taken.lifted_at:
            found.append({"what": "lifted", "at": taken.lifted_at, "row": taken})
    return sorted(found, key=lambda one: one["at"])
