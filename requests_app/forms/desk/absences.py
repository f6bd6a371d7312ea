"""Forms about who is away and whom to turn to. A form checks what was typed; the act decides."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.models import Member, Office
from requests_app.forms.fields import DateField, LineField


def _named(members: Iterable[Member]) -> list[tuple[str, str]]:
    return [(str(one.pk), f"{one.user}, {one.office or one.city}") for one in members]


class AbsenceForm(forms.Form):
    """Who is away, from when to when, and who stands in. `members` are those whom this person may enter,
    `deputies` all who can stand in for one of them."""

    member = forms.ChoiceField(label=gettext_lazy("Who is away"))
    from_on = DateField(label=gettext_lazy("First day away"))
    to_on = DateField(label=gettext_lazy("Last day away"))
    deputy = forms.ChoiceField(
        label=gettext_lazy("Who stands in"),
        help_text=gettext_lazy(
            "Somebody of the same office: this person then sees the cases and the letters."
        ),
    )
    note = LineField(
        label=gettext_lazy("Note for colleagues"),
        required=False,
        help_text=gettext_lazy("Everybody of the office reads it. Leave out why, if that is private."),
    )

    def __init__(
        self, data: Any = None, *, members: Sequence[Member], deputies: Sequence[Member], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.people = {str(one.pk): one for one in (*members, *deputies)}
        self._choose("member", _named(members))
        self._choose("deputy", _named(deputies))

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices if len(choices) == 1 else [("", _("Choose somebody")), *choices]


class BackupForm(forms.Form):
    """The backup contact of one of these offices."""

    office = forms.ChoiceField(label=gettext_lazy("Office"))
    member = forms.ChoiceField(
        label=gettext_lazy("Backup contact"),
        required=False,
        help_text=gettext_lazy(
            "Somebody of the office, or who works for the whole city. Hears, with the head, of what nobody "
            "has claimed, and of everything where the office has no other member."
        ),
    )

    def __init__(
        self, data: Any = None, *, offices: Sequence[Office], members: Sequence[Member], **kwargs: Any
    ) -> None:
        super().__init__(data, **{"auto_id": "backup_%s", **kwargs})  # the page holds a second "member"
        self.offices = {str(one.pk): one for one in offices}
        self.people = {str(one.pk): one for one in members}
        field, member = self.fields["office"], self.fields["member"]
        assert isinstance(field, forms.ChoiceField) and isinstance(member, forms.ChoiceField)
        field.choices = [(key, one.name) for key, one in self.offices.items()]
        member.choices = [("", _("Nobody")), *_named(members)]
