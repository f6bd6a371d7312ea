"""The accessibility and the privacy statement: the same for every city."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portals.models import City
from portals.views.city_page import kept_public


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """`/accessibility/`: what was done, what is known not to work, whom to tell."""
    page = render(request, "portals/accessibility.html", {"cities": City.objects.all()})
    return kept_public(request, page)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """`/privacy/`: what is kept about a requester, why, and who sees it."""
    page = render(request, "portals/privacy.html", {"cities": City.objects.all()})
    return kept_public(request, page)
