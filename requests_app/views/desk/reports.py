"""Reports at the desk: figures of a period on a page, as CSV and as XLSX."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portals.models import City, Office, Provision
from portals.rulebook import rulebook_for
from portals.vocabulary import Figure, SubmissionKind, Topic
from requests_app import access
from requests_app.desk import queue, spreadsheets
from requests_app.desk.queue import Workplace
from requests_app.desk.report_figures import MEANINGS, OFFICE, PERCENTILES, Report, Spread, Tally
from requests_app.desk.reports import report_of
from requests_app.forms.desk.reports import ReportForm, presets
from requests_app.models import Submission
from requests_app.models.determination import OUTCOMES, outcome_label
from requests_app.views.staff_only import StaffRequest, desk_page, staff_only

COUNTS = (
    *(Figure.RECEIVED, Figure.ACKNOWLEDGED, Figure.ANSWERED, Figure.OPEN, Figure.OVERDUE, Figure.LATE),
    *(Figure.FIRST_RESPONSE, Figure.COMPLETION, Figure.STOPPED, Figure.APPEALED),
)
"""The columns of the tables; the others are told of all cases together."""


@dataclass(frozen=True)
class Asked:
    """What the form asked for, and the cases it means. Without a valid form there are none."""

    city: City
    today: date
    form: ReportForm
    cases: QuerySet[Submission] | None
    place: Workplace

    def office(self, key: int) -> str:
        office = self.place.offices.get(key)
        return office.name if office else ""

    @property
    def query(self) -> str:
        """The same filter as part of an address."""
        return urlencode({name: str(value) for name, value in self.form.data.items() if value})


def _asked(request: StaffRequest) -> Asked:
    now, who = timezone.now(), request.standing
    place = queue.workplace(who)
    by_slug = {city.slug: city for city in sorted(place.cities.values(), key=lambda city: city.name)}
    city = by_slug.get(request.GET.get("city", "")) or next(iter(by_slug.values()))
    today = city.date_at(now)
    _label, since, until = presets(today)[0]
    defaults = {"city": city.slug, "office": "", "kind": "", "since": since, "until": until}
    form = ReportForm(
        {name: request.GET.get(name) or str(value) for name, value in defaults.items()},
        cities=[(one.slug, one.name) for one in by_slug.values()],
        offices=[(str(one.pk), one.name) for one in _offices(place.offices.values(), request, city)],
    )
    if not form.is_valid():
        return Asked(city, today, form, None, place)
    chosen = form.cleaned_data
    cases = access.reportable(who).filter(
        city=city, received_on__gte=chosen["since"], received_on__lte=chosen["until"]
    )
    if chosen["office"]:
        cases = cases.filter(office_id=int(chosen["office"]))
    if chosen["kind"]:
        cases = cases.filter(kind=chosen["kind"])
    return Asked(city, today, form, cases, place)


def _offices(offices: Iterable[Office], request: StaffRequest, city: City) -> Iterator[Office]:
    """The offices of this city whose figures the person may see."""
    who = request.standing
    for office in offices:
        mine = city.pk in who.cities_seen or office.pk in who.offices
        if office.city_id == city.pk and mine and not office.outside:
            yield office


@staff_only
@require_safe
def reports(request: StaffRequest) -> HttpResponse:
    """The figures of a period with what each means."""
    asked = _asked(request)
    context: dict[str, Any] = {
        **desk_page("reports", asked.city),
        "form": asked.form,
        "presets": [
            {"label": label, "url": _url(asked, since=since, until=until)}
            for label, since, until in presets(asked.today)
        ],
        "meaning": MEANINGS,
        "notes": [PERCENTILES, OFFICE],
    }
    status = 422
    if asked.cases is not None:
        report = report_of(asked.cases, rulebook_for(asked.city), today=asked.today)
        context |= _shown(report, asked)
        status = 200
    return render(request, "requests_app/staff/reports.html", context, status=status)


def _url(asked: Asked, **changes: Any) -> str:
    values = {**asked.form.data, **changes}
    return f"?{urlencode({name: str(value) for name, value in values.items() if value})}"


def _shown(report: Report, asked: Asked) -> dict[str, Any]:
    total = report.total
    by_kind = [(str(SubmissionKind(key).label), tally) for key, tally in _ordered(report.by_kind)]
    by_office = [(asked.office(key), tally) for key, tally in _ordered(report.by_office)]
    return {
        "total": total,
        "facts": [
            (key.label, _words(key, report, total), MEANINGS[key]) for key in Figure if key not in _LISTS
        ],
        "tables": [
            _table(_("By kind"), _("Kind"), by_kind, report),
            _table(_("By office"), _("Office"), by_office, report),
        ],
        "outcomes": [(outcome_label(key), n) for key, n in total.outcomes.most_common()],
        "exemptions": report.exemptions,
        "statistics": _statistics(asked.city, report),
        "last_year": _last_year(asked),
        "files": [
            (name, f"{reverse('requests_app:reports_file', args=[name])}?{asked.query}") for name in FILES
        ],
    }


def _table(title: str, head: str, groups: Iterable[tuple[str, Tally]], report: Report) -> dict[str, Any]:
    rows = [*groups, (_("Together"), report.total)]
    return {
        "title": title,
        "head": head,
        "columns": [key.label for key in COUNTS],
        "rows": [(name, [(key.label, _words(key, report, tally)) for key in COUNTS]) for name, tally in rows],
    }


def _last_year(asked: Asked) -> str:
    """Records requests of the last calendar year: what a law about statistics means."""
    _label, since, until = presets(asked.today)[1]
    return _url(asked, kind=SubmissionKind.RECORDS_REQUEST, since=since, until=until, office="")


_LISTS = (Figure.OUTCOMES, Figure.EXEMPTIONS)


def _ordered(groups: Mapping[Any, Tally]) -> list[tuple[Any, Tally]]:
    return sorted(groups.items(), key=lambda pair: -pair[1].received)


def _words(key: Figure, report: Report, tally: Tally) -> str:
    """A figure in words; durations with the number of cases they are taken from."""
    if key == Figure.FIRST_RESPONSE:
        return _spread_words(tally.first_response)
    if key == Figure.COMPLETION:
        return _spread_words(tally.completed)
    if key == Figure.STOPPED:
        said = {"n": tally.stopped, "days": tally.stopped_days}
        return _("%(n)d (%(days)d days)") % said if tally.stopped else "0"
    if key == Figure.COLLECTED:
        return f"${tally.collected:,.2f}"
    if key == Figure.OUTCOMES:
        return "; ".join(f"{outcome_label(one)}: {n}" for one, n in tally.outcomes.most_common()) or "0"
    if key == Figure.EXEMPTIONS:
        return "; ".join(f"{law}: {n}" for law, n in report.exemptions) or "0"
    return str(getattr(tally, key))


def _spread_words(found: Spread) -> str:
    if found.median is None:
        return _("fewer than five (n = %(n)d)") % {"n": found.n} if found.n else "–"
    said = {"median": f"{found.median:g}", "p90": found.p90, "n": found.n}
    return _("median %(median)s, 90%% within %(p90)s (n = %(n)s)") % said


def _statistics(city: City, report: Report) -> list[dict[str, Any]]:
    """What a law wants to be told every year, as the city's file has it, each with our figures for it."""
    rows = Provision.objects.filter(city=city, topic=Topic.STATISTICS).select_related(
        "citation", "confirm_with"
    )
    total = report.total
    shown = []
    for row in rows:
        figures = [(str(Figure(key).label), _words(Figure(key), report, total)) for key in row.figures]
        for key, found in (
            (Figure.FIRST_RESPONSE, total.first_response),
            (Figure.COMPLETION, total.completed),
        ):
            if key in row.figures and found.mean is not None:
                figures.append((_("%(what)s, average") % {"what": key.label}, f"{found.mean:g}"))
        shown.append({"provision": row, "figures": figures})
    return shown


# -- the same as files


def _csv(report: Report, asked: Asked) -> tuple[bytes, str]:
    return spreadsheets.csv_of(_rows(report, asked)), "text/csv; charset=utf-8"


def _xlsx(report: Report, asked: Asked) -> tuple[bytes, str]:
    chosen = asked.form.cleaned_data
    sheets: dict[str, Iterable[spreadsheets.Row]] = {
        _("Figures"): _rows(report, asked),
        _("Exemptions"): [(_("Law named"), _("Answers")), *report.exemptions],
        _("Meaning"): [
            (_("Figure"), _("What it counts")),
            (_("City"), asked.city.name),
            (_("Received from"), chosen["since"]),
            (_("Received through"), chosen["until"]),
            (_("As of"), asked.today),
            *((Figure(key).label, words) for key, words in MEANINGS.items()),
            (_("Median and 90th percentile"), PERCENTILES),
            (_("Office"), OFFICE),
        ],
    }
    return spreadsheets.xlsx_of(sheets), _XLSX


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES = {"figures.csv": _csv, "figures.xlsx": _xlsx}
_PLAIN = tuple(
    key for key in Figure if key not in (*_LISTS, Figure.FIRST_RESPONSE, Figure.COMPLETION, Figure.COLLECTED)
)


def _rows(report: Report, asked: Asked) -> Iterator[spreadsheets.Row]:
    """One row an office and kind, then one a kind, one an office, and all together ("" means all)."""
    spreads = [
        f"{key}_{part}" for key in ("first_response", "completion") for part in ("n", "median", "p90", "mean")
    ]
    outcomes = [f"outcome_{one}" for one, _label in OUTCOMES]
    yield (
        "office",
        "kind",
        *(str(key) for key in _PLAIN),
        "stopped_days",
        "collected_usd",
        *spreads,
        *outcomes,
    )
    groups: list[tuple[str, str, Tally]] = [
        *((asked.office(office), kind, tally) for (office, kind), tally in sorted(report.cells.items())),
        *(("", kind, tally) for kind, tally in _ordered(report.by_kind)),
        *((asked.office(office), "", tally) for office, tally in _ordered(report.by_office)),
        ("", "", report.total),
    ]
    for office, kind, tally in groups:
        yield (
            *(office, kind),
            *(getattr(tally, key) for key in _PLAIN),
            *(tally.stopped_days, tally.collected),
            *(v for s in (tally.first_response, tally.completed) for v in (s.n, s.median, s.p90, s.mean)),
            *(tally.outcomes[one] for one, _label in OUTCOMES),
        )


@staff_only
@require_safe
def reports_file(request: StaffRequest, name: str) -> HttpResponse:
    """The figures of the same filter as a file."""
    asked = _asked(request)
    if name not in FILES or asked.cases is None:
        raise Http404
    content, kind = FILES[name](report_of(asked.cases, rulebook_for(asked.city), today=asked.today), asked)
    chosen = asked.form.cleaned_data
    stem, _dot, ending = name.partition(".")
    filename = f"{asked.city.slug}-{stem}-{chosen['since']}-{chosen['until']}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return HttpResponse(content, content_type=kind, headers=headers)
