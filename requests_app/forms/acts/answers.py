"""The forms of the acts about an answer that was sent: taking it back, the written statement of a denial."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.models import DenialRule
from portals.templatetags.civic import city_date
from requests_app.forms.acts.base import ActForm, ReasonForm
from requests_app.forms.acts.release import ReleaseForm
from requests_app.forms.fields import LineField, TextField
from requests_app.handling.undo import undoable, window
from requests_app.models import Action


class UndoForm(ReasonForm):
    """Why the answer, or the closing, is taken back."""

    def hints(self) -> list[str]:
        case = self.desk.submission
        book, events = self.desk.book, case.events.order_by("sequence")
        undone = undoable(case.status, events, case.city, book, now=self.desk.now)
        if undone is None:
            return []
        until = (undone.at + window(case.city, book, undone.at)).astimezone(book.time_zone)
        told = [
            _("Possible until %(on)s, %(at)s: the office's own target, not a legal deadline.")
            % {"on": city_date(until.date()), "at": f"{until:%H:%M}"}
        ]
        if undone.action == Action.DETERMINE:
            told.append(
                _(
                    "The case stands again as it stood before, with the same last days. The files of "
                    "the answer leave the requester's page; what was read already cannot be called back."
                )
            )
        return told


class StatementForm(ReleaseForm, ActForm):
    """The grounds of a denial and the exact provision of law."""

    grounds = TextField(
        label=gettext_lazy("Grounds of the denial"), help_text=gettext_lazy("The requester reads it.")
    )
    exemption = LineField(label=gettext_lazy("Exact provision of law, with its citation"), limit=300)
    field_order = ["grounds", "exemption", "files"]

    def hints(self) -> list[str]:
        rules = DenialRule.objects.filter(city_id=self.desk.submission.city_id).select_related("citation")
        return [
            f"{rule.statement} ({rule.citation.label})"
            for rule in rules
            if "on_request_only" in rule.requires
        ]
