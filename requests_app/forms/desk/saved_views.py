"""The form by which somebody keeps the filters of the queue under a name."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.models import Office
from requests_app.forms.fields import LineField


class SaveViewForm(forms.Form):
    """`offices` are those for which this person may keep a view. The queue's filter checks the query."""

    name = LineField(label=gettext_lazy("Name of the view"), limit=60)
    whose = forms.ChoiceField(label=gettext_lazy("For whom"), required=False)
    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1000)

    def __init__(self, data: Any = None, *, offices: Sequence[Office], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.offices = {str(office.pk): office for office in offices}
        field = self.fields["whose"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("Only for me")),
            *(
                (key, _("Everybody in %(office)s") % {"office": office})
                for key, office in self.offices.items()
            ),
        ]
        if not self.offices:
            del self.fields["whose"]
