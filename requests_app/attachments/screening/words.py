"""The findings in plain sentences, for the form that releases a file and for the history."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

COUNTED: dict[str, Any] = {
    "hidden_sheets": ngettext_lazy("%(count)d hidden sheet", "%(count)d hidden sheets", "count"),
    "very_hidden_sheets": ngettext_lazy(
        "%(count)d sheet that is hidden even from the list of hidden sheets",
        "%(count)d sheets that are hidden even from the list of hidden sheets",
        "count",
    ),
    "hidden_rows": ngettext_lazy("%(count)d hidden row", "%(count)d hidden rows", "count"),
    "hidden_columns": ngettext_lazy("%(count)d hidden column", "%(count)d hidden columns", "count"),
    "hidden_text": ngettext_lazy(
        "hidden text in %(count)d place", "hidden text in %(count)d places", "count"
    ),
    "comments": ngettext_lazy("%(count)d comment or note", "%(count)d comments or notes", "count"),
    "tracked_changes": ngettext_lazy(
        "%(count)d tracked change: deleted words are still in it",
        "%(count)d tracked changes: deleted words are still in it",
        "count",
    ),
    "embedded": ngettext_lazy("%(count)d embedded file", "%(count)d embedded files", "count"),
    "linked_workbooks": ngettext_lazy(
        "values of %(count)d other workbook that it is linked to",
        "values of %(count)d other workbooks that it is linked to",
        "count",
    ),
    "pivot_data": ngettext_lazy(
        "the whole source data behind %(count)d pivot table",
        "the whole source data behind %(count)d pivot tables",
        "count",
    ),
    "hidden_layers": ngettext_lazy("%(count)d hidden layer", "%(count)d hidden layers", "count"),
    "unapplied_redactions": ngettext_lazy(
        "%(count)d mark for a redaction that was never applied: the text is still there",
        "%(count)d marks for redactions that were never applied: the text is still there",
        "count",
    ),
    "earlier_versions": ngettext_lazy(
        "%(count)d earlier version of itself, which can be brought back",
        "%(count)d earlier versions of itself, which can be brought back",
        "count",
    ),
    "black_boxes": ngettext_lazy(
        "dark boxes on %(count)d page with text. Whether words lie under them cannot be proved here: search "
        "the file for a word that is withheld, and try to copy text from under a box",
        "dark boxes on %(count)d pages with text. Whether words lie under them cannot be proved here: search "
        "the file for a word that is withheld, and try to copy text from under a box",
        "count",
    ),
    "archive": ngettext_lazy(
        "%(count)d file packed into it, which was not looked through",
        "%(count)d files packed into it, which were not looked through",
        "count",
    ),
}
PLAIN: dict[str, Any] = {
    "authors": gettext_lazy("names of people who changed or commented"),
    "people": gettext_lazy("names of the author or of who changed it last"),
    "organisation": gettext_lazy("name of an organization"),
    "properties": gettext_lazy("title, subject or description in its properties"),
    "own_properties": gettext_lazy("properties that somebody added"),
    "external": gettext_lazy("addresses of other files that it draws from"),
    "attachments": gettext_lazy("files attached inside it"),
    "script": gettext_lazy("a script that runs when it is opened"),
    "place": gettext_lazy("the place where the picture was taken (GPS)"),
    "device": gettext_lazy("the camera or phone"),
    "taken": gettext_lazy("when the picture was taken"),
    "protected": gettext_lazy("it is protected by a password, so it could not be opened and checked"),
    "too_large": gettext_lazy("it is too large when unpacked, so it could not be opened and checked"),
    "not_checked": gettext_lazy("it could not be opened and checked: it is broken, or not what it seems"),
}
"""Code -> words that stand after the name of the file and a colon."""


def sentence(found: Mapping[str, Any]) -> str:
    """One finding in words, with the names that were found."""
    code = found["code"]
    text = str(COUNTED[code] % {"count": found["count"]} if code in COUNTED else PLAIN[code])
    names = ", ".join(f"“{name}”" for name in found.get("names", ()))
    return f"{text}: {names}{_more(found)}" if names else text


def _more(found: Mapping[str, Any]) -> str:
    more = found.get("count", 0) - len(found["names"])
    return _(" and %(more)d more") % {"more": more} if more > 0 else ""


def released_words(confirmed: Iterable[Mapping[str, Any]]) -> str:
    """What somebody released although it was found, as the history tells it."""
    files = [
        _("“%(file)s” with %(found)s")
        % {"file": one["file"], "found": get_text_list([sentence(found) for found in one["found"]], _("and"))}
        for one in confirmed
    ]
    return _("Looked at and released as it is: %(files)s") % {"files": "; ".join(files)} if files else ""
