"""How often a dataset is updated, in words; catalogues write it as words or as codes."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

_WORDS: dict[str, Promise] = {
    # ISO 8601 intervals of DCAT-US and the names of the EU frequency list that DCAT-US 3.0 may use.
    "r/p10y": _("Every ten years"),
    "r/p4y": _("Every four years"),
    "r/p3y": _("Every three years"),
    "r/p2y": _("Every two years"),
    "r/p1y": _("Once a year"),
    "r/p6m": _("Twice a year"),
    "r/p4m": _("Three times a year"),
    "r/p3m": _("Every three months"),
    "r/p2m": _("Every two months"),
    "r/p1m": _("Once a month"),
    "r/p0.5m": _("Twice a month"),
    "r/p0.33m": _("Three times a month"),
    "r/p2w": _("Every two weeks"),
    "r/p1w": _("Once a week"),
    "r/p7d": _("Once a week"),
    "r/p3.5d": _("Twice a week"),
    "r/p0.33w": _("Three times a week"),
    "r/p1d": _("Once a day"),
    "r/pt1h": _("Once an hour"),
    "r/pt1s": _("Continuously"),
    "annual": _("Once a year"),
    "biennial": _("Every two years"),
    "quarterly": _("Every three months"),
    "monthly": _("Once a month"),
    "weekly": _("Once a week"),
    "daily": _("Once a day"),
    "hourly": _("Once an hour"),
    "cont": _("Continuously"),
    "update_cont": _("Continuously"),
    "irregular": _("Irregularly"),
    "irreg": _("Irregularly"),
    "never": _("Not updated any more"),
}


def cadence_words(cadence: str) -> str:
    """The words for a code of a catalogue; a catalogue's own words stay as they are."""
    folded = cadence.strip().casefold()
    if folded.startswith(("http://", "https://")):
        folded = folded.rstrip("/").rsplit("/", 1)[-1]
    if folded in _WORDS:
        return f"{_WORDS[folded]}"
    if match := re.fullmatch(r"r/p(\d{1,3})d", folded):
        days = int(match.group(1))
        return ngettext("Every day", "Every %(days)s days", days) % {"days": days}
    return "" if folded in ("unknown", "not specified", "n/a", "none", "-") else cadence
