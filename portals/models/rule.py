"""What a city's guide and the law say: written by `load_city`, read by everything else."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portals.models.city import City
from portals.models.office import Office
from portals.vocabulary import (
    Confidence,
    DayUnit,
    FeeRuleKind,
    Layer,
    MeasureEffect,
    Milestone,
    Offense,
    OfficeRole,
    ProvisionStatus,
    Relation,
    Roll,
    StepAction,
    SubmissionKind,
    Topic,
)


class Citation(models.Model):
    """A page of the guide or a law."""

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="citations")
    key = models.SlugField(max_length=80)
    label = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    url = models.URLField(blank=True, max_length=500)
    layer = models.CharField(max_length=20, choices=Layer.choices)
    confidence = models.CharField(max_length=10, choices=Confidence.choices, default=Confidence.HIGH)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "key"], name="citation_once_a_city")]

    def __str__(self) -> str:
        return self.label


class Rule(models.Model):
    """What all rules share: whose it is, where it is written, since when it holds."""

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="%(class)ss")
    key = models.SlugField(max_length=80)
    layer = models.CharField(max_length=20, choices=Layer.choices)
    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, choices=ProvisionStatus.choices, default=ProvisionStatus.STATED)
    confirm_with = models.ForeignKey(
        Office, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    effective_from = models.DateField(null=True, blank=True)
    effective_to = models.DateField(null=True, blank=True, help_text=_("Last day on which it holds."))
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "key", "effective_from"], name="%(class)s_version_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["city", "key"],
                condition=models.Q(effective_from__isnull=True),
                name="%(class)s_undated_version_once",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Provision(Rule):
    """One statement of a city's rules with its citation, or "not specified on the cited page"."""

    rows = models.JSONField(default=list, help_text=_("Rows of the facts tables that it stands for."))
    topic = models.CharField(max_length=30, choices=Topic.choices)
    statement = models.TextField()
    figures = models.JSONField(
        default=list, help_text=_("Figures of a report that answer it (topic: statistics).")
    )


class Clock(Rule):
    """A rule from which deadlines are computed; see docs/city-file.md for every column."""

    kinds = models.JSONField(default=list)
    milestone = models.CharField(max_length=30, choices=Milestone.choices)
    starts_on = models.JSONField(default=list)
    pick = models.CharField(max_length=10, default="preferred")
    after = models.CharField(max_length=80, blank=True)
    count = models.PositiveSmallIntegerField(null=True)
    unit = models.CharField(max_length=10, choices=DayUnit.choices, blank=True)
    roll = models.CharField(max_length=15, choices=Roll.choices, default=Roll.NONE)
    met_by = models.JSONField(default=list)
    ended_by = models.JSONField(default=list)
    paused_by = models.JSONField(default=list)
    extension = models.JSONField(null=True, blank=True)
    cap = models.JSONField(null=True, blank=True)
    fee_over = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    fee_up_to = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    acts = models.BooleanField(default=False)
    silence = models.JSONField(null=True, blank=True)
    route = models.CharField(max_length=80, blank=True)
    because = models.TextField(blank=True)


class Route(Rule):
    """Which office acts or is informed for a kind, and under which circumstances."""

    kind = models.CharField(max_length=30, choices=SubmissionKind.choices)
    relation = models.CharField(max_length=15, choices=Relation.choices)
    role = models.CharField(max_length=30, choices=OfficeRole.choices, blank=True)
    office = models.ForeignKey(Office, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    flags = models.JSONField(default=list)
    unless_flags = models.JSONField(default=list)
    when_dataset = models.BooleanField(null=True)
    because = models.TextField()


class EscalationStep(Rule):
    """One step of the ladder of an unacknowledged item. Days are business days after filing."""

    step = models.PositiveSmallIntegerField()
    after = models.PositiveSmallIntegerField()
    clock_after = models.PositiveSmallIntegerField(null=True, blank=True)
    after_layer = models.CharField(max_length=20, choices=Layer.choices, default=Layer.OFFICE_TARGET)
    action = models.CharField(max_length=15, choices=StepAction.choices)
    to = models.CharField(max_length=90)
    if_leading = models.CharField(max_length=90, blank=True, help_text=_("Whom it reaches if `to` leads."))
    kinds = models.JSONField(default=list)
    repeat_every = models.PositiveSmallIntegerField(null=True, blank=True)
    offered_to_requester = models.BooleanField(default=False)
    because = models.TextField()


class AppealRoute(Rule):
    """A way to have an answer reviewed, or a way that does not exist here, and why."""

    name = models.CharField(max_length=200)
    decides = models.CharField(max_length=300)
    office = models.ForeignKey(Office, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    inside = models.BooleanField(default=False)
    available = models.BooleanField(default=True)
    kinds = models.JSONField(default=list)
    grounds = models.JSONField(default=list)
    unless = models.JSONField(default=list)
    after = models.CharField(
        max_length=80, blank=True, help_text=_("Key of the way that must have been gone before.")
    )
    steps = models.TextField(blank=True)
    because = models.TextField(blank=True)


class FeeRule(Rule):
    """What may be charged, or may not."""

    rows = models.JSONField(default=list)
    kind = models.CharField(max_length=20, choices=FeeRuleKind.choices, blank=True)
    kinds = models.JSONField(default=list, help_text=_("Kinds of submissions for which it holds."))
    item = models.CharField(max_length=200, blank=True)
    amount = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    per = models.CharField(max_length=100, blank=True)
    limit = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    percent = models.PositiveSmallIntegerField(null=True, blank=True)
    when = models.JSONField(default=list, blank=True)
    condition = models.CharField(max_length=80, blank=True)
    statement = models.TextField()


class DenialRule(Rule):
    """What the law wants of a denial."""

    rows = models.JSONField(default=list)
    requires = models.JSONField(default=list)
    statement = models.TextField()


class Exemption(Rule):
    """Law that allows something to be withheld, as far as the cited pages name it."""

    kinds = models.JSONField(default=list)
    name = models.CharField(max_length=200)
    statement = models.TextField()


class Flag(models.Model):
    """A circumstance that a guide or law names and the form asks about."""

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="flags")
    key = models.SlugField(max_length=80)
    kinds = models.JSONField(default=list)
    question = models.CharField(max_length=300)
    help = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["city", "key"], name="flag_once_a_city")]

    def __str__(self) -> str:
        return self.key


class Measure(models.Model):
    """A measure of enforcement that the guide names; there are no others."""

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="measures")
    key = models.SlugField(max_length=80)
    name = models.CharField(max_length=200)
    statement = models.TextField()
    order = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("Its step, where the guide has a pathway of offenses.")
    )
    offense = models.CharField(max_length=12, choices=Offense.choices, blank=True)
    acts = models.CharField(max_length=12, choices=MeasureEffect.choices, default=MeasureEffect.NONE)
    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "key"], name="measure_once_a_city")]

    def __str__(self) -> str:
        return self.name


class Violation(models.Model):
    """A type of violation that the guide names, with its typical outcome where it gives one."""

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="violations")
    key = models.SlugField(max_length=80)
    name = models.CharField(max_length=200)
    outcome = models.TextField(blank=True)
    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "key"], name="violation_once_a_city")]

    def __str__(self) -> str:
        return self.name
