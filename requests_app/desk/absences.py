"""Who is away and who stands in; whom to turn to where an office has nobody. Acts of staff, on no case.

Alone responsible for writing Absence rows and Office.backup. Cases stay assigned to whoever is away: the
desk shows them to the deputy and the head of the office, and letters go to the deputy as well.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portals.explain import long_date
from portals.models import Absence, Member, Office, User
from portals.vocabulary import MemberRole
from requests_app.lifecycle import NotAllowed

LONGEST = timedelta(days=366)


def enter(
    member: Member, *, deputy: Member, from_on: date, to_on: date, by: User, now: datetime, note: str = ""
) -> Absence:
    """Write down that a member is away on these dates of the city, both included. Raises NotAllowed."""
    with transaction.atomic():
        # Both are held in one order, so that two entries at once cannot overlap or send each to the other.
        held = Member.objects.select_for_update(of=("self",)).select_related("user", "city")
        rows = {row.pk: row for row in held.filter(pk__in=[member.pk, deputy.pk]).order_by("pk")}
        _check_deputy(rows[member.pk], rows[deputy.pk])
        _check_dates(member.city.date_at(now), from_on, to_on)
        _check_free(rows[member.pk], rows[deputy.pk], from_on, to_on)
        return Absence.objects.create(
            member=member,
            deputy=deputy,
            from_on=from_on,
            to_on=to_on,
            note=note,
            entered_by=by,
            entered_at=now,
        )


def _check_deputy(member: Member, deputy: Member) -> None:
    if member.user_id == deputy.user_id:
        raise NotAllowed(_("Choose somebody else as the deputy: nobody stands in for themselves."))
    if (member.city_id, member.office_id) != (deputy.city_id, deputy.office_id) or not deputy.active:
        raise NotAllowed(
            _("%(name)s does not work in the same office, so would not see the cases.")
            % {"name": deputy.user}
        )
    if deputy.role == MemberRole.AUDITOR != member.role:
        raise NotAllowed(_("%(name)s may read everything, but not act.") % {"name": deputy.user})


def _check_dates(today: date, from_on: date, to_on: date) -> None:
    if to_on < from_on:
        raise NotAllowed(_("The last day lies before the first. Check both."))
    if to_on < today:
        raise NotAllowed(_("These days are over. Enter an absence that still lasts or is to come."))
    if to_on - from_on > LONGEST:
        raise NotAllowed(_("This is longer than a year. Make the account inactive, or enter a shorter time."))


def _check_free(member: Member, deputy: Member, from_on: date, to_on: date) -> None:
    meanwhile = Absence.objects.filter(from_on__lte=to_on, to_on__gte=from_on)
    known = meanwhile.filter(member=member).first()
    if known:
        raise NotAllowed(
            _("%(name)s is already away from %(first)s to %(last)s. End that first, or choose other days.")
            % {"name": member.user, "first": long_date(known.from_on), "last": long_date(known.to_on)}
        )
    away = meanwhile.filter(member=deputy).first()
    if away:
        raise NotAllowed(
            _("%(name)s is away too, from %(first)s to %(last)s. Choose another deputy.")
            % {"name": deputy.user, "first": long_date(away.from_on), "last": long_date(away.to_on)}
        )
    leans = meanwhile.filter(deputy=member).select_related("member__user").first()
    if leans:
        raise NotAllowed(
            _("%(name)s stands in for %(other)s in that time. Find %(other)s another deputy first.")
            % {"name": member.user, "other": leans.member.user}
        )


def end(absence: Absence, *, today: date) -> None:
    """The member is back on the city date `today`; what has not begun is taken back. Raises NotAllowed."""
    with transaction.atomic():
        row = Absence.objects.select_for_update().filter(pk=absence.pk).first()
        if row is None or row.to_on < today:
            raise NotAllowed(_("This absence is over already."))
        if row.from_on >= today:
            row.delete()
            return
        row.to_on = today - timedelta(days=1)
        row.save(update_fields=["to_on"])


def set_backup(office: Office, member: Member | None) -> None:
    """Whom to turn to besides the head; None for nobody. Raises NotAllowed for whom may not see its cases."""
    if member is not None and not any(member.pk == one.pk for one in backup_choices(office)):
        raise NotAllowed(
            _("%(name)s neither works in %(office)s nor for the whole city, so would not see its cases.")
            % {"name": member.user, "office": office}
        )
    Office.objects.filter(pk=office.pk).update(backup=member)
    office.backup = member


def backup_choices(*offices: Office) -> list[Member]:
    """Who can be the backup contact of one of these: those of the office, and of the whole city."""
    places = {office.pk for office in offices}
    members = Member.objects.filter(
        city_id__in={office.city_id for office in offices}, active=True, user__is_active=True
    )
    found = members.select_related("user", "office", "city")
    ordered = found.order_by("office__position", "office_id", "user__last_name", "user__first_name", "pk")
    whole_city = (MemberRole.CLERK, MemberRole.ADMINISTRATOR)
    return [one for one in ordered if one.office_id in places or one.role in whole_city]


def away_on(office_id: int, on: date) -> dict[int, Absence]:
    """User key -> the absence on this city date, for the members of an office."""
    found = Absence.objects.filter(member__office=office_id, from_on__lte=on, to_on__gte=on)
    return {one.member.user_id: one for one in found.select_related("member__user", "deputy__user")}


def lasting(
    today: Mapping[int, date], offices: Iterable[int], cities: Iterable[int], members: Iterable[int]
) -> list[Absence]:
    """The absences of these members, offices and cities that last or are to come; `today` is the date in each
    city, and the earliest of them counts."""
    if not today:
        return []
    where = (
        Q(member__in=list(members)) | Q(member__office__in=list(offices)) | Q(member__city__in=list(cities))
    )
    found = Absence.objects.filter(where, to_on__gte=min(today.values()))
    return list(found.select_related("member__user", "member__office", "member__city", "deputy__user"))
