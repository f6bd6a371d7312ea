"""The letters of the city in the forms of acts: offered, put into the text, and never sent half filled."""

from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from portals.models import User
from requests_app import deadlines
from requests_app.correspondence import letter_fields
from requests_app.correspondence.letter_fields import TEXT_OF, Known
from requests_app.forms.base import typed
from requests_app.models import Action, LetterTemplate, Submission


def offered(submission: Submission, action: Action) -> list[LetterTemplate]:
    """The letters of the city for this act."""
    if action not in TEXT_OF:
        return []
    return list(LetterTemplate.objects.filter(city_id=submission.city_id, action=action, active=True))


def with_letter(data: QueryDict, submission: Submission, action: Action, by: User, now: datetime) -> Any:
    """What was typed, with the letter whose button was pressed before it; the same for one that is gone."""
    chosen = str(data.get("letter", ""))
    letter = next((one for one in offered(submission, action) if str(one.pk) == chosen), None)
    if letter is None:
        return typed(data)
    known = Known(submission, deadlines.of_case(submission), submission.city.date_at(now), by)
    name = TEXT_OF[action]
    before = str(data.get(name, "")).strip()
    text = letter_fields.filled(letter.body, known)
    return typed(data, **{name: f"{text}\n\n{before}" if before else text})


def is_finished(form: Any, action: Action) -> bool:
    """Whether nothing of a letter is left open in a valid form; adds the error where something is."""
    name = TEXT_OF.get(action)
    left = letter_fields.unfinished(str(form.cleaned_data.get(name) or "")) if name else []
    if not left:
        return True
    form.add_error(
        name, _("The text still has open places: %(names)s. Fill them in.") % {"names": ", ".join(left)}
    )
    return False
