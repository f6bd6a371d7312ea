"""The forms by which an answer is published: the words, the check, taking it off."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_app.answers.publication import Draft, answer_of, releasable
from requests_app.forms.case import SeenForm
from requests_app.forms.fields import LineField, TextField
from requests_app.models import Submission


class DraftForm(SeenForm):
    """What everybody will read. The title is never taken from the case."""

    title = LineField(
        label=_("Title"),
        limit=200,
        help_text=_("In your own words, so that others find it. The title of the case is shown to nobody."),
    )
    question = TextField(
        label=_("What was asked"),
        rows=5,
        help_text=_("Without names, addresses and whatever tells who asked."),
    )
    answer = TextField(label=_("What was answered"), rows=8)
    published_files = forms.MultipleChoiceField(
        label=_("Files that stand with it"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, case: Submission, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = self.fields["published_files"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(file.pk), file.name) for file in releasable(case)]
        if not field.choices:
            del self.fields["published_files"]

    @staticmethod
    def first(case: Submission) -> dict[str, Any]:
        """What a new draft starts with: what was asked and answered, and no title."""
        answer = answer_of(case)
        return {"question": case.description, "answer": answer.reasons if answer else ""}

    def draft(self) -> Draft:
        """What the act needs."""
        values = self.cleaned_data
        files = [int(key) for key in values.get("published_files", ())]
        return Draft(values["title"], values["question"], values["answer"], files)


class WithdrawPublicationForm(SeenForm):
    """Why it is taken off."""

    reason = TextField(label=_("Why it is taken off"), rows=2, limit=2_000)
