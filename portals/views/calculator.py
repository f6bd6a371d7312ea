"""The public deadline calculator: the same rules and the same words as for a real submission."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from portals.clocks import ComputedDeadline, NotEntered, receipt_day
from portals.explain import deadline_sentences
from portals.explained import route_document
from portals.forms import CalculatorForm, typed
from portals.models import City
from portals.rule_words import Sources, fee_words, starts_words
from portals.rulebook import Rulebook, rulebook_for
from portals.views.city_page import city_page, kept_public
from portals.vocabulary import Layer, Milestone, ProvisionStatus


@city_page
def calculator(request: HttpRequest, city: City) -> HttpResponse:
    """`/<city>/calculator/`: the deadlines that the typed events give, each with why; keeps nothing."""
    book = rulebook_for(city)
    form = CalculatorForm(book=book)
    if set(request.GET) & set(form.fields):
        form = CalculatorForm(request.GET, book=book)
    context: dict[str, Any] = {"city": city, "nav": "calculator", "form": form}
    if not form.is_bound:
        return kept_public(request, render(request, "portals/calculator.html", context))
    if form.is_valid():
        context |= _result(city, book, form)
    context["share_url"] = "?" + urlencode(typed(form))
    response = render(request, "portals/calculator.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _result(city: City, book: Rulebook, form: CalculatorForm) -> dict[str, Any]:
    """Deadlines, clocks that do not run, and offices; an event that cannot be is told as an error."""
    kind, happened = form.cleaned_data["kind"], form.happenings()
    try:
        received_on = receipt_day(happened, book.time_zone)
        assert received_on is not None  # the form always gives a receipt
        answer = book.route(
            kind, on=received_on, flags=form.flags(), dataset=not form.cleaned_data["no_dataset"]
        )
        found = book.deadlines(kind, happened, received_on=received_on, fee=form.cleaned_data["fee"])
    except (ValueError, OverflowError) as error:
        form.add_error(None, _sentence(error))
        return {}
    sources = Sources.of(city)
    return {
        "route": route_document(answer),
        "deadlines": [_shown(deadline, book, sources) for deadline in found],
        "waiting": _waiting(book, kind, found, received_on),
        "guide_silent": not any(_counts_by_guide(deadline) for deadline in found),
        "intake": book.routes.intake.name,
    }


def _sentence(error: Exception) -> str:
    if isinstance(error, NotEntered):
        told = _("%(what)s, so no date can be counted there. Nothing is guessed.")
        return told % {"what": capfirst(str(error))}
    if isinstance(error, OverflowError):
        return _("A deadline would lie beyond the end of the calendar.")
    return capfirst(str(error))


def _shown(deadline: ComputedDeadline, book: Rulebook, sources: Sources) -> dict[str, Any]:
    """A deadline as `components/deadline.html` draws it, with the address of its source."""
    title = str(Milestone(deadline.milestone).label)
    way = next((appeal.name for appeal in book.appeals if appeal.key == deadline.route), "")
    return {
        "title": f"{title}: {way}" if way else title,
        "milestone": deadline.milestone,
        "due_on": deadline.due_on,
        "state": deadline.state,
        "layer": deadline.layer,
        "citation": sources.cited(deadline.citation, deadline.rule.citation_title),
        "acts_on": deadline.acts_on,
        "extendable_to": deadline.extendable_to,
        "confirm_with": deadline.rule.confirm_with or book.routes.intake.name,
        "because": deadline_sentences(deadline),
    }


def _waiting(book: Rulebook, kind: str, found: list[ComputedDeadline], on: Any) -> list[dict[str, str]]:
    """The clocks of this kind that do not run with these events, and what would start them."""
    running = {deadline.rule.key for deadline in found}
    return [
        {
            "milestone": str(Milestone(rule.milestone).label),
            "starts": starts_words(rule, book.clocks),
            "fee": fee_words(rule),
        }
        for rule in book.clocks_for(kind, on)
        if rule.key not in running
    ]


def _counts_by_guide(deadline: ComputedDeadline) -> bool:
    return deadline.layer == Layer.GUIDE and deadline.rule.status == ProvisionStatus.STATED
