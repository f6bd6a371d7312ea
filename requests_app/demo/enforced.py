"""The demo's cases of enforcement: a key that is suspended in each city, and a dataset that came back.

Worked by the real acts, after everything else of the demo has happened.
"""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from portals.models import City, Measure, User
from portals.vocabulary import MeasureEffect
from requests_app import api_keys, enforcement, measures
from requests_app.demo.cases import Walk
from requests_app.models import ConcernedParty, Finding, Submission

ASKED_FOR_KEY, MISUSED, TOO_PRECISE = "key-for-app", "scraper", "home-address"
"""The cases of demo_data/cases.json that go on here."""


def play(walk: Walk) -> None:
    """Let the cases of enforcement go on, up to the moment of the walk."""
    for city in walk.cities:
        found = [walk.cases.get((city.slug, name)) for name in (ASKED_FOR_KEY, MISUSED, TOO_PRECISE)]
        asked, misused, precise = found
        if asked and misused:
            _suspend(walk, city, asked, misused)
        if precise and precise.dataset:
            _bring_back(walk, city, precise)


def _hours(walk: Walk, *cases: Submission) -> list[datetime]:
    """Moments (UTC) within the last day, after everything that has happened to these cases."""
    last = [event.at for case in cases for event in case.events.order_by("-sequence")[:1]]
    first = max([walk.now - timedelta(hours=20), *last])
    step = (walk.now - first) / 12
    return [first + number * step for number in range(1, 11)]


def _suspend(walk: Walk, city: City, asked: Submission, misused: Submission) -> None:
    by, at = walk.clerks[city.pk], iter(_hours(walk, asked, misused))
    key = api_keys.issue(asked, api_keys.Terms(limit=1000), by=by, now=next(at))
    api_keys.open_key(asked, now=next(at))
    log = _("The copy has the same rows in the same order, and one key fetched the whole table every night.")
    proof = enforcement.Proof(log, found_at=_("Log of the portal"))
    enforcement.add_evidence(misused, proof, by=by, now=next(at))
    party = enforcement.name_party(misused, name="", key=key, by=by, now=next(at))
    enforcement.hear(
        misused,
        party=party,
        body=_("Your key fetches a whole table every night, and a site sells it as its own. Why?"),
        by=by,
        now=next(at),
    )
    enforcement.answer(
        party,
        body=_("The site belongs to a customer of ours. We have asked that the source be named."),
        now=next(at),
    )
    enforcement.find(
        misused,
        outcome=Finding.Outcome.SUBSTANTIATED,
        reasons=_("The copy names no source, as the terms of use want it."),
        party=party,
        by=by,
        now=next(at),
    )
    _take(city, party, by=by, now=next(at))


def _take(city: City, party: ConcernedParty, *, by: User, now: datetime) -> None:
    acts = MeasureEffect.SUSPEND_KEY
    measure = Measure.objects.select_related("citation").filter(city=city, acts=acts).first()
    if measure:
        reasons = _("The key is off until the source is named; write to us when it is.")
        measures.take(party.submission, measures.Given(measure, party, reasons), by=by, now=now)


def _bring_back(walk: Walk, city: City, case: Submission) -> None:
    by, at = walk.clerks[city.pk], iter(_hours(walk, case))
    assert case.dataset
    row = measures.withhold(
        case,
        dataset=case.dataset,
        notice=_("Points stood at houses instead of blocks. They are being moved."),
        reasons=_("The points can be traced to single homes."),
        by=by,
        now=next(at),
    )
    measures.lift(
        row,
        reasons=_("All points stand at the middle of their block."),
        notice=_("All points stand at the middle of their block again."),
        by=by,
        now=next(at),
    )
