"""The acts on parts, clearance and the log as rows for the table of staff acts."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_app import determinations
from requests_app.answers import clearance, parts, redaction_log
from requests_app.events import part_stand
from requests_app.forms.acts import parts as forms
from requests_app.forms.acts.determine import DetermineForm
from requests_app.models import Action, Part, Submission
from requests_app.pages.casefile import CaseFile
from requests_app.views.acts.act import Act


def answer(submission: Submission, form: DetermineForm, **common: Any) -> str | None:
    """Send the answer, or keep it until it is cleared: then another sentence is said."""
    if form.needs_clearance:
        parts.decide_whole(submission, form.decision(), files=form.stored, **common)
        return _("Kept, and clearance is asked for. You can send it when it is cleared.")
    determinations.determine(submission, form.answer(), files=form.stored, **common)
    return None


def decide(submission: Submission, form: forms.PartDecideForm, **common: Any) -> str | None:
    """Keep the decision on a part; where it must be cleared first, that is said."""
    part = parts.decide(submission, form.number, form.decision(), files=form.stored, **common)
    if part.clearance == Part.Clearance.ASKED:
        return _("Decided, and clearance is asked for. The part can be told when it is cleared.")
    return None


PART_ACTS: dict[Action, Act] = {
    Action.SPLIT: Act(
        forms.SplitForm,
        lambda s, f, **c: parts.split(s, f.titles_given(), **c),
        gettext_lazy("Split into parts"),
        gettext_lazy("Make these parts"),
        gettext_lazy("Split. Each part is decided by itself."),
    ),
    Action.PART_DECIDE: Act(
        forms.PartDecideForm,
        decide,
        gettext_lazy("Decide on a part"),
        gettext_lazy("Keep this decision"),
        gettext_lazy("Decided. The requester hears of it when the part is told."),
    ),
    Action.PART_TAKE_BACK: Act(
        forms.PartTakeBackForm,
        lambda s, f, **c: parts.take_back(s, f.number, **c),
        gettext_lazy("Take back the decision on a part"),
        gettext_lazy("Take it back"),
        gettext_lazy("Taken back."),
    ),
    Action.PART_DROP: Act(
        forms.PartDropForm,
        lambda s, f, **c: parts.drop(s, f.number, **c),
        gettext_lazy("Remove a part"),
        gettext_lazy("Remove it"),
        gettext_lazy("Removed."),
    ),
    Action.PART_CLEAR: Act(
        forms.PartClearForm,
        lambda s, f, **c: clearance.clear(s, f.numbers, note=f.cleaned_data["note"], **c),
        gettext_lazy("Clear a decision"),
        gettext_lazy("Clear it"),
        gettext_lazy("Cleared. The office can send it."),
    ),
    Action.PART_RETURN: Act(
        forms.PartReturnForm,
        lambda s, f, **c: clearance.give_back(s, f.number, reason=f.cleaned_data["reason"], **c),
        gettext_lazy("Return a decision"),
        gettext_lazy("Return it"),
        gettext_lazy("Returned. Whoever decided hears of it."),
    ),
    Action.LOG_WITHHELD: Act(
        forms.WithholdForm,
        lambda s, f, **c: redaction_log.log(s, f.given, **c),
        gettext_lazy("Log what is withheld"),
        gettext_lazy("Write it down"),
        gettext_lazy("Written down. It goes out with the next release."),
    ),
    Action.LOG_DROP: Act(
        forms.WithholdDropForm,
        lambda s, f, **c: redaction_log.drop(s, int(f.cleaned_data["row"]), **c),
        gettext_lazy("Remove a row of the log"),
        gettext_lazy("Remove it"),
        gettext_lazy("Removed."),
    ),
}


def pointless(file: CaseFile) -> set[Action]:
    """The acts on parts that have no object in this case now; asks the database nothing."""
    found = part_stand.stand(file.events)
    told = [line for line in found.parts if line.told_by]
    idle: set[Action] = set()
    if file.submission.kind not in parts.SPLITTABLE or any(line.whole for line in found.parts):
        idle |= {Action.SPLIT}
    if not [line for line in found.undecided if not line.whole]:
        idle |= {Action.PART_DECIDE}
    if not [line for line in found.parts if not line.outcome] or len(found.parts) < 2:
        idle |= {Action.PART_DROP}
    if len(told) + len([line for line in found.parts if not line.outcome]) == len(found.parts):
        idle |= {Action.PART_TAKE_BACK}
    if not found.waiting:
        idle |= {Action.PART_CLEAR, Action.PART_RETURN}
    if found.undecided or found.waiting:
        idle |= {Action.DETERMINE}
    if found.logged <= found.told:
        idle |= {Action.LOG_DROP}
    return idle
