"""What the demo's offices have set up for themselves: who is away, whom to ask, views of the queue, and what
the city has confirmed and aims at. Nothing here moves a date of a case.
"""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from portals.models import City, Member, Office, Provision, User
from portals.vocabulary import MemberRole, OfficeRole, ProvisionStatus
from requests_app.desk import absences, saved_views
from requests_app.setup import confirmations, targets

AWAY_FOR = timedelta(days=9)
TARGET_FROM = timedelta(days=60)


def set_up(city: City, *, now: datetime) -> None:
    """Everything for one city, at `now` (UTC)."""
    members = Member.objects.filter(city=city, active=True).select_related("user", "office", "city")
    administrator = members.get(role=MemberRole.ADMINISTRATOR).user
    today = city.date_at(now)
    heads = {one.office_id: one for one in members.filter(role=MemberRole.HEAD)}
    offices = [office for office in city.offices.filter(outside=False) if office.pk in heads]
    for office in offices[:2]:
        _be_away(office, members.get(office=office, role=MemberRole.MEMBER), heads[office.pk], today, now)
    for clerk in members.filter(role=MemberRole.CLERK):
        _keep_views(clerk, now)
    _confirm(city, today, by=administrator, now=now)
    targets.set_target(
        city,
        targets.REMIND,
        city.remind_lead_after + 1,
        effective_from=today + TARGET_FROM,
        reason=_("Two reminders within a week were one too many."),
        by=administrator,
        now=now,
    )


def _be_away(office: Office, member: Member, head: Member, today: date, now: datetime) -> None:
    """One is away already, with the head standing in; the head is whom others turn to."""
    absences.set_backup(office, head)
    absences.enter(
        member,
        deputy=head,
        from_on=today,
        to_on=today + AWAY_FOR,
        note=_("On vacation"),
        by=head.user,
        now=now,
    )


def _keep_views(clerk: Member, now: datetime) -> None:
    saved_views.save(_("Late records requests"), "kind=records_request&due=late", by=clerk.user, now=now)
    saved_views.save(_("Not acknowledged yet"), "state=received", by=clerk.user, now=now, office=clerk.office)


def _confirm(city: City, today: date, *, by: User, now: datetime) -> None:
    """An answer of the office where the page is silent, plainly marked as invented."""
    silent = Provision.objects.filter(city=city, status=ProvisionStatus.NOT_SPECIFIED).order_by("key")
    office = next(
        office
        for office in city.offices.filter(outside=False)
        if OfficeRole.RECORDS_CUSTODIAN in office.roles
    )
    confirmations.confirm(
        city,
        f"provision:{silent[0].key}",
        confirmations.Answer(
            office=office,
            confirmed_by=_("Invented for this demo"),
            confirmed_on=today,
            effective_from=today,
            citation_label=_("An e-mail that was invented for this demo"),
            words=_("Invented for this demo: the office looks at each case by itself."),
        ),
        by=by,
        now=now,
    )
