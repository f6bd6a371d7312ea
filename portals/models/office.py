"""Offices of a city, the people who work there, and the accounts they sign in with."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from portals.models.city import City
from portals.vocabulary import MemberRole, OfficeRole


class User(AbstractUser):
    """An account of a member of staff. Residents need none."""

    email = models.EmailField(_("e-mail address"), unique=True)

    places: "tuple[Member, ...] | None" = None
    """The active memberships with office and city, on the account that a request was signed in with."""

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class Office(models.Model):
    """An office that may be asked to act. `roles` holds OfficeRole values and may be empty."""

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="offices")
    key = models.SlugField(max_length=80)
    name = models.CharField(max_length=200)
    roles = models.JSONField(default=list)
    publishes = models.BooleanField(default=False, help_text=_("May own datasets."))
    outside = models.BooleanField(default=False, help_text=_("Not part of the city; never written to."))
    aliases = models.JSONField(default=list, help_text=_("Other spellings under which catalogues name it."))
    note = models.TextField(blank=True)
    contact = models.TextField(blank=True, help_text=_("How to reach it, as the office says itself."))
    hours = models.CharField(max_length=200, blank=True, help_text=_("When it is open, in words."))
    citation = models.ForeignKey(
        "portals.Citation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    from_file = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    backup = models.ForeignKey(
        "portals.Member",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Hears of what nobody of the office has claimed, and of all where it has no member."),
    )

    class Meta:
        ordering = ["position", "name"]
        constraints = [models.UniqueConstraint(fields=["city", "key"], name="office_key_once_a_city")]

    def __str__(self) -> str:
        return self.name


class EmptyRole(models.Model):
    """A role that the guide leaves empty in this city, and why."""

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="empty_roles")
    role = models.CharField(max_length=30, choices=OfficeRole.choices)
    because = models.TextField()
    citation = models.ForeignKey("portals.Citation", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "role"], name="empty_role_once_a_city")]

    def __str__(self) -> str:
        return f"{self.city}: {self.role}"


class Member(models.Model):
    """A person's place in a city: in an office, or (auditor, administrator) for the whole city."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="members")
    office = models.ForeignKey(
        Office, null=True, blank=True, on_delete=models.CASCADE, related_name="members"
    )
    role = models.CharField(max_length=20, choices=MemberRole.choices, default=MemberRole.MEMBER)
    is_deputy = models.BooleanField(default=False, help_text=_("Stands in for the head of the office."))
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "city", "office"], name="member_once_an_office"),
            models.UniqueConstraint(
                fields=["user", "city"],
                condition=models.Q(office__isnull=True),
                name="member_once_a_whole_city",
            ),
            models.CheckConstraint(
                condition=models.Q(office__isnull=False) | models.Q(role__in=["administrator", "auditor"]),
                name="member_has_an_office_or_the_whole_city",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class Absence(models.Model):
    """A member who is away, and the colleague who stands in: dates of the city, both included.

    Nothing is moved: the cases stay assigned, and the deputy sees them and hears what the member hears.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="absences")
    deputy = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="stands_in")
    from_on = models.DateField()
    to_on = models.DateField()
    note = models.CharField(max_length=200, blank=True)
    entered_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ["from_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_on__gte=models.F("from_on")), name="absence_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~models.Q(deputy=models.F("member")), name="nobody_stands_in_for_himself"
            ),
        ]
        indexes = [
            models.Index(fields=["member", "to_on"], name="absences_of_a_member"),
            models.Index(fields=["deputy", "to_on"], name="absences_of_a_deputy"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.from_on} - {self.to_on}"
