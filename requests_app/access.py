"""Who may see a case and who may act on it: one queryset for every byte served.

Pages, lists, search, files, feeds and the API all start from these functions; nothing else decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from portals.models import City, Dataset, Member
from portals.vocabulary import MemberRole, Relation, SubmissionKind
from requests_app.lifecycle import allowed
from requests_app.models import Action, Attachment, Involvement, Status, Submission

WHOLE_CITY = frozenset({MemberRole.ADMINISTRATOR, MemberRole.AUDITOR, MemberRole.CLERK})
REQUESTER_SESSION = timedelta(hours=12)

REQUESTER_ACTIONS = frozenset(
    {Action.ANSWER, Action.DECLINE, Action.MESSAGE, Action.FOLLOW_UP, Action.WITHDRAW}
    | {Action.FEE_AGREE, Action.FEE_DECLINE, Action.WAIVER_REQUEST}
)
CLOCK_ACTIONS = frozenset(
    {Action.SUBMIT, Action.REMIND, Action.ESCALATE, Action.LAPSE, Action.SEPARATE, Action.PASS_ON}
)
INFORMED_ACTIONS = frozenset({Action.NOTE})


@dataclass(frozen=True)
class Standing:
    """What a member of staff may see and do, read once a request."""

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


def standing(user: Any) -> Standing:
    """The standing of a signed-in user; an empty one for everybody else."""
    members: Iterable[Member] = ()
    if getattr(user, "is_authenticated", False):
        members = list(Member.objects.filter(user=user, active=True).select_related("office", "city"))
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


def reportable(who: Standing) -> QuerySet[Submission]:
    """The submissions whose figures this person may see: of the whole city for its clerk, administrator and
    auditor, of the own offices for everybody else at the desk."""
    return Submission.objects.filter(Q(city_id__in=who.cities_seen) | Q(office_id__in=who.offices))


def may_enter(who: Standing, city: City) -> bool:
    """Whether this person may enter in this city what came by phone, mail or at the counter."""
    return city.pk in who.cities_run or city.offices.filter(pk__in=who.offices).exists()


def possible(submission: Submission) -> list[Action]:
    """The acts of staff that the lifecycle allows now, whoever does them."""
    return [action for action in allowed(submission.status) if action not in CLOCK_ACTIONS]


def permitted(who: Standing, submission: Submission) -> list[Action]:
    """The acts that this person may do on this submission now, by role, office and lifecycle."""
    if who.read_only or not who.is_staff:
        return []
    offered = possible(submission)
    acting = {submission.office_id} | {
        involvement.office_id
        for involvement in submission.involvements.all()
        if involvement.relation in (Relation.TOGETHER, Relation.ALTERNATIVE)
    }
    if submission.city_id in who.cities_run or who.offices & acting:
        return offered
    informed = {involvement.office_id for involvement in submission.involvements.all()}
    if who.offices & informed:
        return [action for action in offered if action in INFORMED_ACTIONS]
    return []


def public_cases() -> QuerySet[Submission]:
    """What everybody may read, because its author wanted it; whoever takes it back takes it off the web."""
    return Submission.objects.filter(is_public=True).exclude(status=Status.WITHDRAWN)


def public_reports(dataset: Dataset) -> QuerySet[Submission]:
    """Error reports that their authors made public: the guides' dataset comments."""
    return public_cases().filter(dataset=dataset, kind=SubmissionKind.ERROR_REPORT)


# -- the requester, who has no account: a session that proved the code


def grant_requester(session: Any, submission: Submission, *, now: datetime) -> None:
    """Remember in the session that this browser proved the code of the case."""
    cases = {
        key: until for key, until in session.get("cases", {}).items() if datetime.fromisoformat(until) > now
    }
    cases[str(submission.pk)] = (now + REQUESTER_SESSION).isoformat()
    session["cases"] = cases


def visible_to_requester(session: Any, *, now: datetime) -> QuerySet[Submission]:
    """The submissions whose code this browser has proved within the last 12 hours."""
    proved = [
        int(key) for key, until in session.get("cases", {}).items() if datetime.fromisoformat(until) > now
    ]
    return Submission.objects.filter(pk__in=proved)


def requester_permitted(submission: Submission) -> list[Action]:
    """What the requester can do now."""
    return [action for action in allowed(submission.status) if action in REQUESTER_ACTIONS]


def files_for_staff(who: Standing) -> QuerySet[Attachment]:
    return Attachment.objects.filter(submission__in=visible_to(who))


def files_for_requester(session: Any, *, now: datetime) -> QuerySet[Attachment]:
    return Attachment.objects.filter(submission__in=visible_to_requester(session, now=now), internal=False)
