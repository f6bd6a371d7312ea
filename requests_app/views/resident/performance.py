"""How a city does, for everybody: the public figures as a page and as a file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portals.views.city_page import kept_public
from requests_app.desk import spreadsheets
from requests_app.desk.public_figures import COUNTS, PERIODS, SPREADS, figures
from requests_app.desk.report_figures import FEWEST, MEANINGS, OFFICE, PERCENTILES
from requests_app.views.common import city_or_404, page


@require_safe
def performance(request: HttpRequest, city_slug: str) -> HttpResponse:
    """The figures of a period, with plots, and what each means."""
    city, period = city_or_404(city_slug), _period(request)
    found = figures(city, period, timezone.now())
    context = page(
        city,
        "performance",
        **found,
        periods=[(key, label, key == period) for key, label in PERIODS.items()],
        meanings=[(key.label, MEANINGS[key]) for key in (*COUNTS, *SPREADS)],
        notes=[PERCENTILES, OFFICE],
        fewest=FEWEST,
        csv_url=f"{reverse('requests_app:performance_csv', args=[city.slug])}?period={period}",
    )
    return kept_public(request, render(request, "requests_app/public/performance.html", context))


@require_safe
def performance_csv(request: HttpRequest, city_slug: str) -> HttpResponse:
    """The same tables as one file; what is not shown on the page is empty here."""
    city = city_or_404(city_slug)
    found = figures(city, _period(request), timezone.now())
    rows: list[spreadsheets.Row] = [("group", "name", *found["columns"])]
    for table in found["tables"]:
        rows += [(table["title"], name, *(cell["value"] for cell in cells)) for name, cells in table["rows"]]
    name = f"{city.slug}-performance-{found['since']}-{found['until']}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    answer = HttpResponse(spreadsheets.csv_of(rows), content_type="text/csv; charset=utf-8", headers=headers)
    return kept_public(request, answer)


def _period(request: HttpRequest) -> str:
    asked = request.GET.get("period", "")
    return asked if asked in PERIODS else next(iter(PERIODS))
