"""The page on which datasets are found."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portals.catalog import search
from portals.models import City
from portals.views.city_page import city_page, kept_public


def _address(query: search.DatasetQuery, **more: str) -> str:
    return "?" + urlencode({**query.parameters(), **more})


@city_page
def datasets(request: HttpRequest, city: City) -> HttpResponse:
    """`/<city>/datasets/`: words (`q`), department, category, format, license; pages by key."""
    query = search.DatasetQuery.of(request.GET)
    page = search.page(city, query, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    chosen = {name: value for name, value in query.parameters().items() if name != "q"}
    facets = [
        {
            "title": facet.title,
            "options": [
                {
                    "label": option.label,
                    "count": option.count,
                    "selected": option.selected,
                    "url": _address(option.query),
                }
                for option in facet.options
            ],
        }
        for facet in search.facets(city, query)
    ]
    context = {
        "city": city,
        "nav": "datasets",
        "query": query,
        "chosen": chosen,
        "page": page,
        "facets": facets,
        "has_any": page.total > 0 or city.datasets.filter(public=True, missing_since=None).exists(),
        "clear_url": request.path if query.parameters() else "",
        "clear_facets_url": _address(search.DatasetQuery(text=query.text)) if chosen else "",
        "previous_url": _address(query, before=page.previous) if page.previous else "",
        "following_url": _address(query, after=page.following) if page.following else "",
    }
    return kept_public(request, render(request, "portals/datasets.html", context))
