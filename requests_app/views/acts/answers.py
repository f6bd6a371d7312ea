"""The acts about an answer as rows for the table of staff acts: form, act, heading, button, what is said."""

from django.utils.translation import gettext_lazy

from requests_app.forms.acts import answers as forms
from requests_app.handling import statements, undo
from requests_app.models import Action
from requests_app.pages.casefile import CaseFile
from requests_app.views.acts.act import Act

ANSWER_ACTS: dict[Action, Act] = {
    Action.STATEMENT: Act(
        forms.StatementForm,
        lambda s, f, **c: statements.give_statement(
            s,
            grounds=f.cleaned_data["grounds"],
            exemption=f.cleaned_data["exemption"],
            files=f.stored,
            **c,
        ),
        gettext_lazy("Give the written statement of the denial"),
        gettext_lazy("Send the statement"),
        gettext_lazy("Sent."),
    ),
    Action.UNDO: Act(
        forms.UndoForm,
        lambda s, f, **c: undo.undo(s, reason=f.cleaned_data["reason"], **c),
        gettext_lazy("Undo the answer"),
        gettext_lazy("Take it back"),
        gettext_lazy("Taken back."),
    ),
}


def pointless(file: CaseFile) -> set[Action]:
    """The acts about an answer that have no object in this case now; asks the database nothing."""
    case, idle = file.submission, set[Action]()
    if not statements.statement_wanted(file.events):
        idle.add(Action.STATEMENT)
    if undo.undoable(case.status, file.events, case.city, file.book, now=file.now) is None:
        idle.add(Action.UNDO)
    return idle
