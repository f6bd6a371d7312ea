"""Which city an address means, and how long a page about it may be kept.

Alone responsible for the answer to an unknown city and for the cache headers of public pages.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portals.models import City

PUBLIC_SECONDS = 60
Rest = ParamSpec("Rest")
CityView = Callable[Concatenate[HttpRequest, City, Rest], HttpResponse]


def city_page(view: CityView[Rest]) -> Callable[Concatenate[HttpRequest, str, Rest], HttpResponse]:
    """A page of a city that is only read: the view is given the City row instead of its slug.

    An unknown city is answered with 404 and a page that lists the cities there are.
    """

    @require_safe
    @wraps(view)
    def page(request: HttpRequest, city: str, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        row = City.objects.filter(slug=city).first()
        if row is None:
            return no_such_city(request)
        return view(request, row, *args, **kwargs)

    return page


def no_such_city(request: HttpRequest) -> HttpResponse:
    """404, with the cities that have a front desk here."""
    return render(request, "portals/no_such_city.html", {"cities": City.objects.all()}, status=404)


def kept_public(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """`response`, which anybody may keep for a minute unless it was drawn for one person.

    A signed-in person sees his own menu, a message is shown once, and a page that sets a cookie is his alone.
    """
    messages = getattr(request, "_messages", None)
    personal = (
        request.user.is_authenticated
        or bool(getattr(messages, "used", False))
        or bool(request.META.get("CSRF_COOKIE_NEEDS_UPDATE"))
    )
    response.headers["Cache-Control"] = (
        "private, no-cache" if personal else f"public, max-age={PUBLIC_SECONDS}"
    )
    return response
