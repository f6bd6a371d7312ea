"""Who may see a case and who may act on it: one queryset for every byte served.

Pages, lists, search, files, feeds and the API all start from these functions; nothing else decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet

from portals.clearance_terms import kinds_cleared
from portals.models import Absence, City, Dataset, Member, Office, User
from portals.vocabulary import MemberRole, Relation, SubmissionKind
from requests_app.lifecycle import allowed
from requests_app.models import (
    Action,
    Actor,
    Attachment,
    ConcernedParty,
    Involvement,
    Mention,
    Part,
    PublishedAnswer,
    PublishedFile,
    Status,
    Submission,
)

WHOLE_CITY = frozenset({MemberRole.ADMINISTRATOR, MemberRole.AUDITOR, MemberRole.CLERK})
"""The roles that see every case of their city."""
CODE_HOLDS = timedelta(hours=12)
"""How long a browser that proved a code opens the page it is for."""

REQUESTER_ACTIONS = frozenset(
    {Action.ANSWER, Action.DECLINE, Action.MESSAGE, Action.FOLLOW_UP, Action.WITHDRAW}
    | {Action.FEE_AGREE, Action.FEE_DECLINE, Action.WAIVER_REQUEST, Action.OPEN_KEY}
)
"""What the requester does on the page of the case."""
CLOCK_ACTIONS = frozenset(
    {Action.SUBMIT, Action.REMIND, Action.ESCALATE, Action.LAPSE, Action.SEPARATE, Action.PASS_ON}
    | {Action.RAISE_UNCLAIMED, Action.CLOSED_DAYS, Action.CONFIRMED_LIMIT}
)
"""What no button of the desk does: the filing itself, and what the clock or a change of the setup does."""
NEVER_BY_STAFF = CLOCK_ACTIONS | {Action.OPEN_KEY}
"""The secret of a key is for its holder alone."""
CLEARANCE_ACTIONS = frozenset({Action.PART_CLEAR, Action.PART_RETURN})
"""What only the office does that clears an answer before it is sent."""
INFORMED_ACTIONS = frozenset({Action.NOTE}) | CLEARANCE_ACTIONS
"""What an office that is only informed may do; clearing, where the city's rules name it for that."""
LEAD_ACTIONS = frozenset({Action.ACCEPT_REFERRAL, Action.REFER_BACK})
"""What only the office does that the case is with: an office beside it cannot take or return its referral."""


@dataclass(frozen=True)
class Standing:
    """What a member of staff may see and do, read once a request. Offices and cities are primary keys.

    `offices` are those in which this person acts, `cities_run` those of which this person is clerk or
    administrator, `cities_seen` these and those of which this person is auditor, `cities_worked` all in which
    this person has any place. `read_only` is somebody who is an auditor and nothing else.
    """

    user_id: int
    offices: frozenset[int]
    cities_seen: frozenset[int]
    cities_run: frozenset[int]
    cities_worked: frozenset[int]
    read_only: bool
    members: tuple[Member, ...] = field(default=(), compare=False, repr=False)
    """The active memberships, with office and city."""

    @property
    def is_staff(self) -> bool:
        return bool(self.offices or self.cities_seen)

    @property
    def offices_led(self) -> frozenset[int]:
        """The offices whose head this person is, or for whose head this person stands in by office."""
        return frozenset(
            member.office_id
            for member in self.members
            if member.office_id in self.offices and (member.role == MemberRole.HEAD or member.is_deputy)
        )


def _places_of(user: User) -> Sequence[Member]:
    if user.places is not None:  # read with the account
        return user.places
    rows = Member.objects.filter(user=user, active=True)
    return tuple(rows.select_related("office", "city").order_by("pk"))


def standing(user: Any) -> Standing:
    """The standing of a signed-in user; an empty one for everybody else."""
    members = _places_of(user) if getattr(user, "is_authenticated", False) else ()
    writers = [member for member in members if member.role != MemberRole.AUDITOR]
    return Standing(
        user_id=user.pk or 0,
        offices=frozenset(member.office_id for member in writers if member.office_id),
        cities_seen=frozenset(member.city_id for member in members if member.role in WHOLE_CITY),
        cities_run=frozenset(
            member.city_id
            for member in writers
            if member.role in (MemberRole.ADMINISTRATOR, MemberRole.CLERK)
        ),
        cities_worked=frozenset(member.city_id for member in members),
        read_only=bool(members) and not writers,
        members=tuple(members),
    )


def visible_to(who: Standing) -> QuerySet[Submission]:
    """All submissions that a member of staff may see: of their offices, those they are informed of,
    and of the whole city for its clerk, administrator and auditor."""
    if not who.offices:
        return whole_city(who)
    involved = Involvement.objects.filter(submission=OuterRef("pk"), office_id__in=who.offices)
    return Submission.objects.filter(
        Q(city_id__in=who.cities_seen) | Q(office_id__in=who.offices) | Exists(involved)
    )


def led_by(who: Standing) -> QuerySet[Submission]:
    """The submissions that an office of this person must act on; a part of `visible_to` without a join."""
    return Submission.objects.filter(office_id__in=who.offices)


def involving(who: Standing, relation: Relation | None = None) -> QuerySet[Submission]:
    """The submissions in which an office of this person takes part, or of which it is informed."""
    involved = Involvement.objects.filter(office_id__in=who.offices)
    if relation:
        involved = involved.filter(relation=relation)
    return Submission.objects.filter(pk__in=involved.values("submission_id"))


def whole_city(who: Standing) -> QuerySet[Submission]:
    """All submissions of the cities whose clerk, administrator or auditor this person is."""
    return Submission.objects.filter(city_id__in=who.cities_seen)


def sees_dataset(user: Any, dataset: Dataset) -> bool:
    """Whether the page of a dataset is shown to this user: one that is not public only to who works in
    its city; for everybody else there is none."""
    return dataset.public or dataset.city_id in standing(user).cities_worked


def reportable(who: Standing) -> QuerySet[Submission]:
    """The submissions whose figures this person may see: of the whole city for its clerk, administrator and
    auditor, of the own offices for everybody else at the desk."""
    return Submission.objects.filter(Q(city_id__in=who.cities_seen) | Q(office_id__in=who.offices))


def mentioning(who: Standing) -> QuerySet[Submission]:
    """The submissions that this person may see and is asked to look at by a note."""
    return visible_to(who).filter(pk__in=open_mentions(who).values("submission_id"))


def kinds_to_clear(who: Standing) -> frozenset[tuple[int, str]]:
    """City and kind of the submissions of which an office of this person clears answers."""
    return frozenset(
        (member.city_id, kind)
        for member in who.members
        if member.office is not None and member.office_id in who.offices
        for kind in kinds_cleared(member.city.clearances, member.office.roles)
    )


def clearing(who: Standing) -> QuerySet[Submission]:
    """The submissions with a decision that waits for this person's clearance: not the own decisions."""
    if not (cleared := kinds_to_clear(who)):
        return Submission.objects.none()
    waiting = Part.objects.filter(submission=OuterRef("pk"), cycle=OuterRef("cycle"), clearance="asked")
    theirs = Q(*(Q(city_id=city, kind=kind) for city, kind in sorted(cleared)), _connector=Q.OR)
    return visible_to(who).filter(theirs, Exists(waiting.exclude(decided_by_id=who.user_id)))


def readers(submission: Submission) -> list[Member]:
    """The members of staff who may see this submission: the other way round of `visible_to`."""
    part = {submission.office_id, *submission.involvements.values_list("office_id", flat=True)}
    working = Member.objects.filter(city_id=submission.city_id, active=True, user__is_active=True)
    reading = working.filter(Q(office_id__in=part) | Q(role__in=WHOLE_CITY))
    ordered = reading.order_by("user__last_name", "user__first_name", "pk")
    return list(ordered.select_related("user", "office"))


def open_mentions(who: Standing) -> QuerySet[Mention]:
    """What notes ask this person to look at and was not yet looked at."""
    return Mention.objects.filter(user_id=who.user_id, seen_at__isnull=True)


class Asked(Func):
    """Whether an open mention of `user` (a key) stands in a case. Written out: every page of a case asks, and
    a subquery that is put together anew each time costs more than it finds."""

    template = (
        f"EXISTS (SELECT 1 FROM {Mention._meta.db_table} ask"  # noqa: S608 - names of ours, and a number
        " WHERE ask.submission_id = %(expressions)s AND ask.user_id = %(user)d AND ask.seen_at IS NULL)"
    )
    output_field = BooleanField()


def away(who: Standing, today: Mapping[int, date]) -> QuerySet[Absence]:
    """The absences, by the date in each city (its key -> date), for which this person stands in: as the
    deputy, or because the absent work in an office that this person leads."""
    days = Q(pk__in=[])
    for city_id, day in today.items():
        days |= Q(member__city_id=city_id, from_on__lte=day, to_on__gte=day)
    mine = Q(deputy__user_id=who.user_id) | Q(member__office_id__in=who.offices_led)
    return Absence.objects.filter(mine, days).exclude(member__user_id=who.user_id)


def stood_in_for(who: Standing, today: Mapping[int, date]) -> QuerySet[Submission]:
    """The submissions assigned to somebody who is away and for whom this person stands in."""
    absent = away(who, today).values("member__user_id")
    # Sums, so that the few who are away are looked up first and not the many cases of an office.
    cases = Submission.objects.alias(at_office=F("office_id") + 0, in_city=F("city_id") + 0)
    where = Q(at_office__in=who.offices) | Q(in_city__in=who.cities_run)
    return cases.filter(where, assigned_to_id__in=absent)


def may_enter_absence(who: Standing, member: Member) -> bool:
    """Whether this person may say that a member is away: of oneself, of one's office as its head, of the city
    as its clerk or administrator."""
    if who.read_only:
        return False
    mine = member.user_id == who.user_id
    return mine or member.office_id in who.offices_led or member.city_id in who.cities_run


def may_lead(who: Standing, office: Office) -> bool:
    """Whether this person arranges how an office works: its head, or the city's clerk or administrator."""
    return office.pk in who.offices_led or office.city_id in who.cities_run


def offices_seen(who: Standing) -> QuerySet[Office]:
    """The offices of whose cases this person may see all."""
    return Office.objects.filter(
        Q(pk__in=who.offices) | Q(city_id__in=who.cities_seen), outside=False
    ).select_related("city")


def may_write_letters(who: Standing, city: City) -> bool:
    """Whether this person writes the letters of a city: its clerk or administrator."""
    return city.pk in who.cities_run


def counted(city: City) -> QuerySet[Submission]:
    """The submissions of a city that its public figures count. No page may show a single one of them."""
    return Submission.objects.filter(city=city)


def may_enter(who: Standing, city: City) -> bool:
    """Whether this person may enter in this city what came by phone, mail or at the counter."""
    return city.pk in who.cities_run or city.offices.filter(pk__in=who.offices).exists()


def possible(submission: Submission) -> list[Action]:
    """The acts of staff that the lifecycle allows now, whoever does them."""
    return [action for action in allowed(submission.status) if action not in NEVER_BY_STAFF]


def cities_set_up(who: Standing) -> QuerySet[City]:
    """The cities whose setup this person may see: as its clerk, administrator or auditor."""
    return City.objects.filter(pk__in=who.cities_seen)


def may_set_up(who: Standing, city: City) -> bool:
    """Whether this person may change the setup of a city: its clerk and its administrator."""
    return city.pk in who.cities_run


def may_appoint(who: Standing, city: City, *roles: str) -> bool:
    """Whether this person may give or take these roles: those of the whole city only an administrator."""
    if not may_set_up(who, city):
        return False
    administers = any(
        member.city_id == city.pk and member.role == MemberRole.ADMINISTRATOR for member in who.members
    )
    return administers or not set(roles) & {MemberRole.ADMINISTRATOR, MemberRole.AUDITOR, MemberRole.CLERK}


def permitted(who: Standing, submission: Submission) -> list[Action]:
    """The acts that this person may do on this submission now, by role, office and lifecycle."""
    if who.read_only or not who.is_staff:
        return []
    others = frozenset() if clears(who, submission) else CLEARANCE_ACTIONS
    offered = [action for action in possible(submission) if action not in others]
    acting = {
        involvement.office_id
        for involvement in submission.involvements.all()
        if involvement.relation in (Relation.TOGETHER, Relation.ALTERNATIVE)
    }
    if submission.city_id in who.cities_run or submission.office_id in who.offices:
        return offered
    if who.offices & acting:
        return [action for action in offered if action not in LEAD_ACTIONS]
    informed = {involvement.office_id for involvement in submission.involvements.all()}
    if who.offices & informed:
        return [action for action in offered if action in INFORMED_ACTIONS]
    return []


def clears(who: Standing, submission: Submission) -> bool:
    """Whether this person belongs to an office that the city's `[[clearance]]` names for such a case."""
    return (submission.city_id, submission.kind) in kinds_to_clear(who)


def public_cases() -> QuerySet[Submission]:
    """What everybody may read, because its author wanted it; whoever takes it back takes it off the web."""
    return Submission.objects.filter(is_public=True).exclude(status=Status.WITHDRAWN)


def public_reports(dataset: Dataset) -> QuerySet[Submission]:
    """Error reports that their authors made public: the guides' dataset comments."""
    return public_cases().filter(dataset=dataset, kind=SubmissionKind.ERROR_REPORT)


# -- the person concerned by a report, who proved a code of their own and sees nothing of the case


def grant_concerned(session: Any, party: ConcernedParty, *, now: datetime) -> None:
    """Remember in the session that this browser proved the code of the person concerned."""
    _remember(session, "concerned", party.pk, now)


def visible_to_concerned(session: Any, *, now: datetime) -> QuerySet[ConcernedParty]:
    """Those whose code this browser has proved within the last 12 hours."""
    return ConcernedParty.objects.filter(pk__in=_proved(session, "concerned", now))


def files_for_concerned(session: Any, *, now: datetime) -> QuerySet[Attachment]:
    """The files that the person concerned sent, and no others."""
    mine = visible_to_concerned(session, now=now)
    return Attachment.objects.filter(message__party_word__party__in=mine, actor=Actor.CONCERNED)


def published_answers() -> QuerySet[PublishedAnswer]:
    """Answers that everybody may read: reviewed, published, and of a case that is closed with just that
    answer. Taking a case up again takes its answer off the web."""
    return PublishedAnswer.objects.filter(
        state=PublishedAnswer.State.PUBLISHED,
        submission__status=Status.CLOSED,
        submission__determined_at__lte=F("published_at"),
    )


def published_files() -> QuerySet[PublishedFile]:
    """Files that stand with these answers, while the office has them released."""
    return PublishedFile.objects.filter(answer__in=published_answers(), attachment__internal=False)


# -- the requester, who has no account: a session that proved the code


def grant_requester(session: Any, submission: Submission, *, now: datetime) -> None:
    """Remember in the session that this browser proved the code of the case."""
    _remember(session, "cases", submission.pk, now)


def visible_to_requester(session: Any, *, now: datetime) -> QuerySet[Submission]:
    """The submissions whose code this browser has proved within the last 12 hours."""
    return Submission.objects.filter(pk__in=_proved(session, "cases", now))


def requester_permitted(submission: Submission) -> list[Action]:
    """What the requester can do now."""
    return [action for action in allowed(submission.status) if action in REQUESTER_ACTIONS]


def files_for_staff(who: Standing) -> QuerySet[Attachment]:
    """The files of every case that this person may see."""
    return Attachment.objects.filter(submission__in=visible_to(who))


def files_for_requester(session: Any, *, now: datetime) -> QuerySet[Attachment]:
    """The files of the cases whose code was proved, without those that only staff see."""
    return Attachment.objects.filter(submission__in=visible_to_requester(session, now=now), internal=False)


# -- what a browser has proved: primary key -> until when (UTC, ISO text), one dictionary a kind of page


def _remember(session: Any, kept: str, key: int, now: datetime) -> None:
    """Add one to what is still open, under the name `kept` of the session."""
    opened = {str(known): until for known, until in _still_open(session, kept, now)}
    session[kept] = {**opened, str(key): (now + CODE_HOLDS).isoformat()}


def _proved(session: Any, kept: str, now: datetime) -> list[int]:
    return [key for key, _until in _still_open(session, kept, now)]


def _still_open(session: Any, kept: str, now: datetime) -> list[tuple[int, str]]:
    known = session.get(kept, {}).items()
    return [(int(key), until) for key, until in known if datetime.fromisoformat(until) > now]
