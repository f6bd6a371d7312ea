"""What nobody has claimed is raised: to the head of the office, then along the city's escalation pathway.

After the office's own target (`[targets] unclaimed_after` of the city file or what the city set instead, in
business days; no law or guide gives it) the head and the backup contact of the office hear of the case,
once; then the offices of the city's pathway are informed one after the other, each after as many days again.
Where the case is not acknowledged either, the ladder (escalation.py) climbs that pathway, so that nobody is
told twice. A claim ends this; an acknowledgement, a referral, a release or a reopening begins it anew. Run
by the sweep; holds rows as every act does.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial, reduce
from operator import or_
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from portals.business_days import Reason
from portals.models import City, Member, Office
from portals.rule_overrides import UNCLAIMED
from portals.rulebook import Rulebook, rulebook_for
from portals.vocabulary import ClockState, Milestone
from requests_app import deadlines, ladder
from requests_app.lifecycle import AT_WORK, held, raised_by_clock
from requests_app.models import Action, Deadline, Referral, Status, Submission
from requests_app.models.submission import OPEN
from requests_app.notices import backup_of
from requests_app.pathway.batches import WORKING_OUT, in_halves, side_by_side
from requests_app.pathway.effects import Effects, People, record_step, tell_members

logger = logging.getLogger(__name__)

MOST = 8
"""How often a case is raised at most; a pathway is shorter."""


Ends = Mapping[int, Sequence[datetime]]
"""Of each city (its key) what `_ends` gives."""


def raise_unclaimed(*, people: Callable[[], People], now: datetime, batch: int) -> int:
    """Take every step that is due at `now` (UTC), however late it is; returns how many were taken."""
    ends = {city.pk: _ends(rulebook_for(city), city, now) for city in City.objects.order_by("pk")}
    if not any(ends.values()):
        return 0
    due, taken = _due(ends, now), list[int]()

    def take(keys: Sequence[int]) -> None:
        step = partial(_take, due=due, ends=ends, people=people, now=now, taken=taken)
        in_halves(keys, step, _give_up)

    for _batch in side_by_side(_batches(due, batch), take):
        pass
    return sum(taken)


def _batches(due: Q, size: int) -> Iterator[list[int]]:
    """Primary keys of the cases that are due, each once."""
    found = Submission.objects.filter(OPEN, due).order_by("pk")
    last, more = 0, True
    while more:
        keys = list(found.filter(pk__gt=last).values_list("pk", flat=True)[:size])
        if keys:
            yield keys
            last = keys[-1]
        more = len(keys) == size


def _give_up(key: int) -> None:
    logger.exception("Case %s could not be raised; the next sweep tries it again", key)


def _ends(book: Rulebook, city: City, now: datetime) -> list[datetime]:
    """Before which moment a case must have become unclaimed to be due for its first step, its second and so
    on; none where it cannot be counted."""
    today = book.city_date(now)
    if now < ladder.moment(today, book.time_zone):
        today -= timedelta(days=1)  # a step is taken at eight, as the ladder takes its own
    days = book.overrides.target(UNCLAIMED, today, city.unclaimed_after)
    starts = ladder.last_starts(book.calendar, today, days, MOST)
    return [_end_of(start, book.time_zone) for start in starts]


def _due(ends: Ends, now: datetime) -> Q:
    """Which cases are due for their next step.

    Raised so many times before, and unclaimed long enough since. Where the ladder of an unacknowledged item
    climbs the pathway itself, only the first step is taken here.
    """
    long_enough = [
        Q(city_id=city, unclaimed_raised=times, unclaimed_since__lt=end)
        for city, of_city in ends.items()
        for times, end in enumerate(of_city)
    ]
    own_turn = Q(unclaimed_raised=0) | ~Q(status=Status.RECEIVED) | ~Q(Exists(_climbing()))
    # What the ladder is about to do comes first: it may move the case, which begins the count anew.
    waiting = Deadline.objects.filter(submission=OuterRef("pk"), next_step_at__lte=now)
    unclaimed = Q(unclaimed_since__isnull=False, assigned_to__isnull=True, status__in=sorted(AT_WORK))
    return unclaimed & reduce(or_, long_enough) & own_turn & ~Q(Exists(waiting))


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    """The first moment after a city date."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)


def _take(
    keys: Sequence[int], *, due: Q, ends: Ends, people: Callable[[], People], now: datetime, taken: list[int]
) -> None:
    """One transaction: hold the cases that no other sweep holds, look whether they are still due, take their
    steps."""
    with WORKING_OUT:
        holding = held(keys, skip_locked=True)
        still = Submission.objects.filter(due, pk__in=[row.pk for row in holding])
        climbs = dict(still.values_list("pk", Exists(_climbing())))
        rows = [row for row in holding if row.pk in climbs]
        effects = Effects(now=now, people=people())
        referrers = _referrers(rows)
        told = sum(
            _raise(row, referrers.get(row.pk), effects, ends[row.city_id], climbs[row.pk]) for row in rows
        )
    effects.save()
    taken.append(told)


def _raise(
    row: Submission, referral: Referral | None, effects: Effects, ends: Sequence[datetime], climbs: bool
) -> int:
    """Every step of a case that is due, the first alone where its ladder climbs; how many were taken."""
    told = 0
    for step, end in list(enumerate(ends))[row.unclaimed_raised :]:
        if row.unclaimed_since is None or row.unclaimed_since >= end:
            break
        if step == 0:
            _to_the_head(row, referral, effects)
        elif climbs and row.status == Status.RECEIVED:
            break
        elif not _along_the_pathway(row, step, effects):
            raised_by_clock(row, MOST)  # there is nobody left to tell
            break
        raised_by_clock(row, step + 1)
        told += 1
    effects.submissions[row.pk] = row
    return told


def _climbing() -> QuerySet[Deadline]:
    """The deadlines by which the ladder of a case climbs."""
    return Deadline.objects.filter(
        submission=OuterRef("pk"), milestone=Milestone.ACKNOWLEDGEMENT, state=ClockState.OPEN
    )


def _referrers(rows: Sequence[Submission]) -> Mapping[int, Referral]:
    """The last referral of those cases whose referral waits to be accepted."""
    waiting = [row.pk for row in rows if row.referral_waits_since]
    found = Referral.objects.filter(submission_id__in=waiting).order_by("at", "id") if waiting else ()
    return {referral.submission_id: referral for referral in found}


def _to_the_head(row: Submission, referral: Referral | None, effects: Effects) -> None:
    """The head and the backup contact of the office hear of it, and whoever waits for it to be accepted."""
    office = effects.people.offices[row.office_id]
    members = effects.people.of(office.pk, heads=True)
    since = row.city.date_at(row.unclaimed_since) if row.unclaimed_since else effects.now.date()
    event = record_step(
        row,
        Action.RAISE_UNCLAIMED,
        effects,
        data={
            "to": _("the head of the office (%(office)s)") % {"office": office.name},
            "since": since.isoformat(),
        },
        public=False,
    )
    words = {"reference": row.reference, "office": office.name, "since": effects.long_date(since)}
    line = _("Nobody of %(office)s has claimed this since %(since)s: %(reference)s") % words
    told = _once([*members, *backup_of(office)])
    tell_members(row, told, event, "unclaimed", line, effects)
    if referral:
        line = _("%(office)s has not accepted your referral since %(since)s: %(reference)s") % words
        sender = [
            member
            for member in effects.people.of(referral.from_office_id)
            if member.user_id == referral.by_id or referral.by_id is None
        ]
        others = {member.user_id for member in told}
        tell_members(
            row, [one for one in sender if one.user_id not in others], event, "unclaimed", line, effects
        )


def _along_the_pathway(row: Submission, step: int, effects: Effects) -> bool:
    """The next office of the city's pathway is informed; False where there is none left."""
    offices = list(_pathway(row, effects))
    if step > len(offices):
        return False
    office = offices[step - 1]
    event = record_step(row, Action.RAISE_UNCLAIMED, effects, data={"to": office.name}, public=False)
    effects.inform(row, office, [Reason("route.unclaimed", {"office": row.office.name})])
    line = _("For your information, nobody of %(office)s has claimed %(reference)s") % {
        "office": row.office.name,
        "reference": row.reference,
    }
    tell_members(row, effects.people.of(office.pk), event, "unclaimed", line, effects)
    return True


def _pathway(row: Submission, effects: Effects) -> Iterator[Office]:
    """The offices of the city's ladder above the one that has the case, each once, in their order."""
    seen = {row.office_id}
    for part in deadlines.ladder_of(rulebook_for(row.city), row):
        office = effects.people.offices.get(part.office.pk) if part.office and part.office.pk else None
        if office and not office.outside and office.pk not in seen:
            seen.add(office.pk)
            yield office


def _once(members: Sequence[Member]) -> list[Member]:
    return list({member.user_id: member for member in members}.values())
