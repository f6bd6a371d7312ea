"""What the components in `templates/components/` need and a template alone cannot do.

Pure: words for codes, the state in which a deadline is shown, and the geometry of the two small figures
(the clock bar and the plot), which may not be set by inline styles because the content policy forbids them.
Never reads the clock: `today` is handed in by the page.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict

from django import template
from django.forms import BoundField
from django.forms.widgets import CheckboxSelectMultiple, MultiWidget, RadioSelect
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portals import explain, fee_terms, vocabulary
from portals.business_days import Reason
from portals.vocabulary import ClockState, Milestone

register = template.Library()

DUE_SOON_DAYS = 3
"""Calendar days before the due day from which a deadline is shown as due soon. A matter of display only."""

STATE_WORDS = {
    "met": gettext_lazy("Met"),
    "on_time": gettext_lazy("On time"),
    "due_soon": gettext_lazy("Due soon"),
    "late": gettext_lazy("Late"),
    "paused": gettext_lazy("Stopped"),
    "not_specified": gettext_lazy("Not specified"),
    "passed": gettext_lazy("Passed"),
}

_NUMBERED = re.compile(r"(\[\d+\])+")

OWN_CHOICE = {Milestone.LAPSE, Milestone.APPEAL_FILING, Milestone.COURT_FILING}
"""Days by which the requester may do something: nobody is late when they have gone by."""
NOT_OURS = OWN_CHOICE | {Milestone.REVIEWER_DECISION}
"""Days that no office of the city can miss: these, and the day by which somebody outside decides."""


class Shown(TypedDict):
    """How a deadline is shown: `key` selects glyph and colour, `word` says it, `distance` counts days."""

    key: str
    word: str
    distance: str


def _read(source: Any, name: str) -> Any:
    """The same value from a mapping or from an object."""
    if isinstance(source, Mapping):
        return source.get(name)
    return getattr(source, name, None)


@register.filter
def as_date(value: Any) -> date | None:
    """A city date from a date or an ISO date; None for nothing. A moment has no city date by itself."""
    if isinstance(value, datetime):
        raise TypeError("a moment was given where a city date is shown; convert it to the city's zone first")
    if isinstance(value, date) or value in (None, ""):
        return value or None
    return date.fromisoformat(str(value))


@register.filter
def city_date(value: Any) -> str:
    """A date with its weekday, in the reader's language: "Friday, June 26, 2026"."""
    day = as_date(value)
    if day is None:
        return ""
    return f"{formats.date_format(day, 'l')}, {formats.date_format(day, 'DATE_FORMAT')}"


@register.filter
def iso_date(value: Any) -> str:
    """What belongs into the `datetime` attribute of `<time>`."""
    day = as_date(value)
    return day.isoformat() if day else ""


@register.filter
def word(value: Any, vocabulary_name: str) -> str:
    """The label of a code: `{{ layer|word:"Layer" }}`. A word that is no code is shown as it is."""
    choices = getattr(vocabulary, vocabulary_name)
    try:
        return str(choices(value).label)
    except ValueError:
        return str(value or "")


@register.filter
def meaning(milestone: Any, kind: str = "") -> str:
    """What a milestone means for whoever sent a submission of `kind`; nothing for a word that is none."""
    return str(vocabulary.meaning_of(milestone, kind)) if milestone in Milestone.values else ""


@register.filter
def state_word(key: str) -> str:
    """The word of a display state; a word that is no state is shown as it is."""
    return str(STATE_WORDS.get(key, key))


@register.filter
def citation_label(citation: Any) -> str:
    """The label of a citation row, or the citation itself where only its label is at hand. A bare number is
    that of a source in the city's guide, and is said to be one."""
    if citation in (None, ""):
        return ""
    label = citation if isinstance(citation, str) else str(_read(citation, "label") or citation)
    numbers = label.count("[") if _NUMBERED.fullmatch(label) else 0
    if not numbers:
        return label
    return ngettext("guide, source %(label)s", "guide, sources %(label)s", numbers) % {"label": label}


@register.filter
def citation_title(citation: Any) -> str:
    """The title of the cited page; nothing where only a label is at hand."""
    return "" if citation is None or isinstance(citation, str) else str(_read(citation, "title") or "")


@register.filter
def citation_url(citation: Any) -> str:
    """The address of a cited page, if it has one that a browser may open."""
    url = "" if citation is None or isinstance(citation, str) else str(_read(citation, "url") or "")
    return url if url.startswith(("https://", "http://")) else ""


@register.filter
def office_name(office: Any) -> str:
    """The name of an office row, or the name itself."""
    if office in (None, ""):
        return ""
    return office if isinstance(office, str) else str(_read(office, "name") or office)


@register.filter
def why(explained: Any) -> list[str]:
    """The sentences of a deadline: given as such, or as reasons that `portals.explain` tells."""
    steps = _read(explained, "because") or _read(explained, "reasons") or ()
    steps = [steps] if isinstance(steps, str) else steps
    return [step if isinstance(step, str) else explain.sentence(_reason(step)) for step in steps]


@register.filter
def done(explained: Any) -> str:
    """When a deadline was met, by what, and how long before or after its last day; nothing while it runs."""
    met = _met(explained)
    return explain.sentence(met) if met else ""


def _met(explained: Any) -> Reason | None:
    steps = _read(explained, "because") or _read(explained, "reasons") or ()
    reasons = (_reason(step) for step in steps if not isinstance(step, str))
    return next((reason for reason in reasons if reason.code.startswith("met.")), None)


def _reason(step: Any) -> Reason:
    return step if isinstance(step, Reason) else Reason.from_json(step)


@register.filter
def dollars(amount: Decimal | None) -> str:
    """A sum as on a bill: "$1,250.00"; nothing for none."""
    return "" if amount is None else fee_terms.dollars(amount)


@register.filter
def normal(number: Decimal) -> str:
    """A number without idle zeros: "40", "1.25"."""
    return f"{number:,.2f}".rstrip("0").rstrip(".")


@register.filter
def headed(cells: Sequence[Any], columns: Sequence[Any]) -> list[dict[str, Any]]:
    """The cells of a row, each with the label and the alignment of its column, for cards on a phone."""
    return [
        {"label": _read(column, "label"), "num": _read(column, "num")}
        | {name: _read(cell, name) for name in ("text", "url", "state", "note", "ref")}
        for cell, column in zip(cells, columns, strict=True)
    ]


@register.filter
def focus_id(field: BoundField) -> str:
    """The id of the first input of a field: where a link of the error summary leads."""
    widget = field.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple | MultiWidget):
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


def distance(on: date, today: date) -> str:
    """How far a city date is from today, in words."""
    return _distance((on - today).days)


def _distance(days: int) -> str:
    if days == 0:
        return _("today")
    if days > 0:
        return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    return ngettext("%(days)s day ago", "%(days)s days ago", -days) % {"days": -days}


@register.simple_tag
def deadline_state(deadline: Any, today: date | None = None) -> Shown:
    """How a deadline is shown on the city day `today`. Without `today`, an open one is just on time."""
    due_on, today = as_date(_read(deadline, "due_on")), as_date(today)
    state = str(_read(deadline, "state") or ClockState.OPEN)
    met = _met(deadline) if state == ClockState.MET else None
    milestone = _read(deadline, "milestone")
    if met and met.code == "met.late" and milestone not in OWN_CHOICE:
        if milestone in NOT_OURS:
            return {"key": "passed", "word": _("Done after the last day"), "distance": ""}
        return {"key": "late", "word": _("Done late"), "distance": ""}
    if state in STATE_WORDS and state != ClockState.NOT_SPECIFIED:
        return {"key": state, "word": state_word(state), "distance": ""}
    if due_on is None:
        return {"key": "not_specified", "word": state_word("not_specified"), "distance": ""}
    if today is None:
        return {"key": "on_time", "word": _("Open"), "distance": ""}
    days = (due_on - today).days
    key = "late" if days < 0 else "due_soon" if days <= DUE_SOON_DAYS else "on_time"
    if key == "late" and milestone in NOT_OURS:
        key = "passed"
    distance = _distance(days)
    if key == "late":
        distance = ngettext("by %(days)s day", "by %(days)s days", -days) % {"days": -days}
    return {"key": key, "word": state_word(key), "distance": distance}


@register.simple_tag
def clock_bar_geometry(
    received_on: Any, due_on: Any, today: Any, stops: Iterable[Any] | None = None
) -> dict[str, Any] | None:
    """Positions on a bar of width 100 between receipt and due day (or today, when that is later).

    A stop has `from_on` and `to_on` (None while it lasts). None where there is no span to draw.
    """
    start, due, now = as_date(received_on), as_date(due_on), as_date(today)
    if start is None or due is None or now is None:
        return None
    end = max(due, now)
    span = max((end - start).days, 1)

    def at(day: date) -> float:
        return round(min(max((day - start).days / span, 0), 1) * 100, 2)

    drawn = []
    for stop in stops or ():
        left, right = as_date(_read(stop, "from_on")), as_date(_read(stop, "to_on")) or now
        if left is not None:
            drawn.append({"x": at(left), "width": max(round(at(right) - at(left), 2), 1), "from_on": left})
    elapsed = at(min(now, due))
    return {
        "elapsed": elapsed,
        "late_x": at(due),
        "late_width": round(at(now) - at(due), 2) if now > due else 0,
        "today": at(now),
        "stops": drawn,
        "percent": round(elapsed),
    }


PLOT_WIDTH, PLOT_HEIGHT, PLOT_LEFT, PLOT_TOP, PLOT_FOOT = 640, 228, 60, 16, 34
LABELS = 5
"""So many labels stand below a plot at most: on a phone more would touch each other."""


@register.simple_tag
def plot_geometry(points: Sequence[Any], kind: str = "bar") -> dict[str, Any]:
    """Where bars or the line of a plot stand. A point has `label` and `value` (None leaves a gap)."""
    rows = [(str(_read(point, "label")), _read(point, "value")) for point in points]
    top = max((float(value) for _label, value in rows if value is not None), default=0) or 1
    inner_width, room = PLOT_WIDTH - PLOT_LEFT, PLOT_HEIGHT - PLOT_FOOT - PLOT_TOP
    slot = inner_width / max(len(rows), 1)
    every = max(1, -(-len(rows) // LABELS))
    marks = []
    for index, (label, value) in enumerate(rows):
        height = 0 if value is None else round(float(value) / top * room, 2)
        marks.append({
            "label": label,
            "value": value,
            "x": round(PLOT_LEFT + index * slot + slot * 0.15, 2),
            "centre": round(PLOT_LEFT + (index + 0.5) * slot, 2),
            "y": round(PLOT_TOP + room - height, 2),
            "width": round(slot * 0.7, 2),
            "height": height,
            "labelled": index % every == 0,
        })  # fmt: skip
    return {
        "width": PLOT_WIDTH,
        "height": PLOT_HEIGHT,
        "left": PLOT_LEFT,
        "base": PLOT_TOP + room,
        "marks": marks,
        "segments": _segments(marks) if kind == "line" else [],
        "ticks": [
            {"y": round(PLOT_TOP + room * (1 - at / top), 2), "label": formats.localize(_short(at))}
            for at in _scale(top, whole=all(value in (None, int(value or 0)) for _label, value in rows))
        ],
    }


def _scale(top: float, *, whole: bool) -> list[float]:
    """Where the lines of a plot stand: nothing, the middle and the top; of whole numbers only whole ones."""
    middle = float(-(-top // 2)) if whole else top / 2
    return sorted({0.0, middle, top})


def _short(value: float) -> int | float:
    return int(value) if value == int(value) else round(value, 1)


def _segments(marks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Polylines; a missing value ends one, because a line across a gap would claim what is not known."""
    lines: list[list[str]] = [[]]
    for mark in marks:
        if mark["value"] is None:
            lines.append([])
        else:
            lines[-1].append(f"{mark['centre']},{mark['y']}")
    return [" ".join(line) for line in lines if line]
