"""What each of the seven kinds adds to a submission: one model a kind."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portals.vocabulary import SubmissionKind
from requests_app.models.submission import Submission


class Details(models.Model):
    submission = models.OneToOneField(
        Submission, on_delete=models.CASCADE, primary_key=True, related_name="%(class)s"
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.submission_id}"


class ErrorReport(Details):
    """Something in a dataset is wrong: where, what, how it shows, what would be right."""

    field_name = models.CharField(_("column"), max_length=200, blank=True)
    row = models.CharField(_("row"), max_length=300, blank=True)
    evidence = models.TextField(_("evidence"), blank=True)
    suggested_correction = models.TextField(_("suggested correction"), blank=True)
    steps_to_reproduce = models.TextField(_("steps to reproduce"), blank=True)


class DatasetRequest(Details):
    """Data that is not published yet, or an export of data that is."""

    class Wanted(models.TextChoices):
        NEW = "new", _("A new dataset")
        FIELDS = "fields", _("Other or more fields of a dataset")
        EXPORT = "export", _("An export of a dataset")

    wanted = models.CharField(_("what is wanted"), max_length=10, choices=Wanted.choices, default=Wanted.NEW)
    purpose = models.TextField(_("purpose"))
    scope = models.TextField(_("scope"), blank=True)
    fields_wanted = models.TextField(_("fields"), blank=True)
    preferred_format = models.CharField(_("preferred format"), max_length=100, blank=True)


class AccessRequest(Details):
    """Something about using the API: a key, restricted data, an exemption, help, a notice."""

    class Wanted(models.TextChoices):
        API_KEY = "api_key", _("An API key")
        RESTRICTED = "restricted", _("Access to a restricted dataset")
        EXEMPTION = "exemption", _("An exemption from a limit")
        SUPPORT = "support", _("Help for developers")
        DOWNLOAD_NOTICE = "download_notice", _("Notice of scheduled downloads")

    wanted = models.CharField(_("what is wanted"), max_length=20, choices=Wanted.choices)
    purpose = models.TextField(_("intended use"))
    expected_volume = models.CharField(_("expected number of calls"), max_length=200, blank=True)
    schedule = models.CharField(_("schedule of downloads"), max_length=300, blank=True)


class RecordsRequest(Details):
    """A request under the state's public records law."""

    records_from = models.DateField(_("records from"), null=True, blank=True)
    records_to = models.DateField(_("records to"), null=True, blank=True)
    preferred_format = models.CharField(_("preferred format"), max_length=100, blank=True)
    fee_limit = models.DecimalField(
        _("fee limit in dollars"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    commercial_purpose = models.BooleanField(_("commercial purpose"), null=True, blank=True)


class MisuseReport(Details):
    """Somebody uses the city's data or systems in a way that the rules forbid."""

    violation = models.CharField(_("type of violation"), max_length=80, blank=True)
    location = models.TextField(_("where it happens"))
    evidence = models.TextField(_("evidence"), blank=True)


class PrivacyConcern(Details):
    """Personal or protected data seems to be published."""

    location = models.TextField(_("where the data stands"))
    affected = models.TextField(_("whom it concerns"), blank=True)


class Appeal(Details):
    """An appeal of an answer or of silence, or a complaint about how a request was handled."""

    class Ground(models.TextChoices):
        DENIAL = "denial", _("The answer was a denial, in whole or in part")
        SILENCE = "silence", _("There was no answer in time")
        FEE_WAIVER = "fee_waiver", _("A fee waiver was denied")
        ESTIMATE = "estimate", _("The estimated time or cost is unreasonable")
        HANDLING = "handling", _("How the request was handled")
        MEASURE = "measure", _("A measure of enforcement was taken")

    against = models.ForeignKey(
        Submission, null=True, blank=True, on_delete=models.PROTECT, related_name="appeals"
    )
    against_text = models.CharField(_("which request"), max_length=300, blank=True)
    ground = models.CharField(_("ground"), max_length=15, choices=Ground.choices)
    remedy_sought = models.TextField(_("what should be decided instead"), blank=True)
    route = models.CharField(
        max_length=80, blank=True, help_text=_("Key of the appeal route that was chosen.")
    )
    measure = models.ForeignKey(
        "requests_app.MeasureTaken",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="appeals",
        help_text=_("The measure of enforcement that the person concerned appeals."),
    )
    last_day = models.DateField(
        null=True, blank=True, help_text=_("Last day to appeal as it stood; NULL where none is specified.")
    )

    @property
    def is_late(self) -> bool:
        """Received after the last day. It is accepted all the same; whoever decides says what follows."""
        return self.last_day is not None and self.submission.received_on > self.last_day


DETAILS: dict[str, type[Details]] = {
    SubmissionKind.ERROR_REPORT: ErrorReport,
    SubmissionKind.DATASET_REQUEST: DatasetRequest,
    SubmissionKind.ACCESS_REQUEST: AccessRequest,
    SubmissionKind.RECORDS_REQUEST: RecordsRequest,
    SubmissionKind.MISUSE_REPORT: MisuseReport,
    SubmissionKind.PRIVACY_CONCERN: PrivacyConcern,
    SubmissionKind.APPEAL: Appeal,
}
"""Kind -> the model that holds what the kind adds."""
