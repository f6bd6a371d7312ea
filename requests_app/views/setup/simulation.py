"""Setup of a city: what a changed rule would have done to last year's cases. Reads only."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.clockwork.rules import ClockRule
from portals.models import City
from portals.rule_words import fee_words, span_words
from portals.vocabulary import Milestone, SubmissionKind
from requests_app.events.case_clocks import TARGET_KEY
from requests_app.forms.setup import SimulationForm
from requests_app.ladder import OFFICE_DUTIES
from requests_app.setup import simulation
from requests_app.setup.simulation import Outcome
from requests_app.views.setup.door import setup_page, shown
from requests_app.views.staff_only import StaffRequest

SHOWN = 50
"""So many cases stand in the table; the sums are of all that were worked out."""


@setup_page
def simulate(request: StaffRequest, city: City) -> HttpResponse:
    """The form, and the outcome of what was asked."""
    now = timezone.now()
    rules = {rule.key: rule for rule in simulation.clocks_of(city, city.date_at(now))}
    names = {key: name_of(rule) for key, rule in rules.items()}
    form = SimulationForm(request.GET if "rule" in request.GET else None, rules=rules, names=names)
    context: dict[str, Any] = {"form": form}
    status = 200
    if form.is_bound and form.is_valid():
        rule = rules[form.cleaned_data["rule"]]
        outcome = simulation.simulate(city, rule, form.change(), now=now)
        context |= {"rule": names[rule.key], "duty": rule.milestone in OFFICE_DUTIES, **_told(outcome)}
    elif form.is_bound:
        status = 422
    return shown(request, city, "simulation", status=status, **context)


def name_of(rule: ClockRule) -> str:
    """A rule in a list: what must happen, for which kinds, and the time limit it has."""
    if rule.key == TARGET_KEY:
        kinds = _("all kinds without a rule of their own")
    else:
        kinds = ", ".join(str(SubmissionKind(kind).label) for kind in rule.kinds)
    limit = span_words(rule.count, rule.unit) if rule.count else _("not specified")
    fee = f", {fee_words(rule)}" if fee_words(rule) else ""
    return f"{Milestone(rule.milestone).label}: {kinds} ({limit}{fee})"


def _told(outcome: Outcome) -> dict[str, Any]:
    changed = [line for line in outcome.lines if line.before != line.after]
    points = [{"label": f"{days:+d}", "value": cases} for days, cases in outcome.moved]
    return {
        "outcome": outcome,
        "changed": len(changed),
        "lines": changed[:SHOWN],
        "points": points if len(points) <= 40 else [],
        "moved": outcome.moved,
    }
