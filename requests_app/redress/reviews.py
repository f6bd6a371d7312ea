"""Acts about a review outside the city: the petition came in there, something was decided, the city complied.

Nothing is filed or decided here: staff write down what they hear, with the true dates. Clocks that count from
a petition or an order move only where the way that was taken is the one they belong to.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portals.appeal_terms import AppealRule
from portals.models import User
from portals.rulebook import rulebook_for
from portals.vocabulary import ClockEvent, ClockState
from requests_app import deadlines
from requests_app.lifecycle import NotAllowed, apply, locked
from requests_app.models import Action, Deadline, Event, OutsideReview, Submission
from requests_app.notices import write_to_requester
from requests_app.redress import remedies


@dataclass(frozen=True)
class Petition:
    """What is known of a petition. Dates are city dates; `filed_on` is the petition's own, if it has one."""

    route: str
    received_on: date
    filed_on: date | None = None
    note: str = ""


def ways_outside(case: Submission) -> list[AppealRule]:
    """The ways outside the city that its rules know for this kind, those that are closed here left out."""
    rules = rulebook_for(case.city).appeal_routes(case.kind, case.received_on)
    return [rule for rule in rules if rule.available and not rule.inside]


def _counts(case: Submission, route: str) -> bool:
    """Whether a clock of this case starts with a petition to the body that this way leads to."""
    book = rulebook_for(case.city)
    offices = {one.key: one.office for one in book.appeal_routes(case.kind, case.received_on)}
    office = offices.get(route)
    return office is not None and any(
        ClockEvent.PETITION_RECEIVED in clock.starts_on and offices.get(clock.route) == office
        for clock in book.clocks_for(case.kind, case.received_on)
    )


def _moment(row: Submission, on: date, now: datetime) -> datetime:
    """The moment (UTC) that counts for a city date: after everything that is known of that day.

    Raises NotAllowed for a day to come or before the case was received.
    """
    today = row.city.date_at(now)
    if on > today:
        raise NotAllowed(_("This lies in the future. Enter when it really happened."))
    if on < row.received_on:
        raise NotAllowed(_("This lies before the case was received. Check the date."))
    if on == today:
        return now
    noon = datetime.combine(on, time(12), row.city.zone).astimezone(UTC)
    same_day = [
        one for one in row.events.values_list("happened_at", flat=True) if row.city.date_at(one) == on
    ]
    return min(max([noon, *same_day]), now)


def petition(
    submission: Submission, given: Petition, *, by: User, now: datetime, revision: int | None = None
) -> OutsideReview:
    """A petition, complaint or suit about this case has reached a body outside the city. One that came after
    its last day is written down and marked late: that body decides what follows. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        rule = next((rule for rule in ways_outside(row) if rule.key == given.route), None)
        if rule is None:
            raise NotAllowed(_("The rules of this city know no such way outside it for this case."))
        if given.filed_on and given.filed_on > given.received_on:
            raise NotAllowed(_("It cannot have been filed after it was received."))
        review = _review(row, rule, given, by=by, now=now)
        _write_petition(row, review, rule, by=by, now=now)
        try:
            with transaction.atomic():
                review.save(force_insert=True)
        except IntegrityError:
            raise NotAllowed(_("A review there is open already. Record its decision first.")) from None
        deadlines.recompute(row)
    return review


def _review(row: Submission, rule: AppealRule, given: Petition, *, by: User, now: datetime) -> OutsideReview:
    """The unsaved row of a petition."""
    return OutsideReview(
        submission=row,
        number=row.reviews.count() + 1,
        route=rule.key,
        body=rule.decides,
        filed_on=given.filed_on,
        received_on=given.received_on,
        last_day=remedies.last_day_of(row.deadlines.filter(cycle=row.cycle), rule.key),
        note=given.note,
        at=now,
        by=by,
    )


def _write_petition(
    row: Submission, review: OutsideReview, rule: AppealRule, *, by: User, now: datetime
) -> Event:
    return apply(
        row,
        Action.REVIEW_PETITION,
        now=now,
        by=by,
        happening=ClockEvent.PETITION_RECEIVED if _counts(row, rule.key) else "",
        happened_at=_moment(row, review.received_on, now),
        data={
            "review": review.number,
            "route": review.route,
            "body": review.body,
            "received_on": review.received_on.isoformat(),
            "late": review.is_late,
            "note": review.note,
        },
    )


def _runs_after(review: OutsideReview, one: Deadline) -> bool:
    """Whether the requester still goes by this date after the review: its own last day to file is behind."""
    over = one.state not in (ClockState.OPEN, ClockState.PAUSED, ClockState.NOT_SPECIFIED)
    return not over and not (one.milestone in remedies.FILING and one.route == review.route)


def order(
    submission: Submission,
    *,
    number: int,
    result: OutsideReview.Result,
    on: date,
    by: User,
    now: datetime,
    note: str = "",
    revision: int | None = None,
) -> Event:
    """The body outside has decided on the city date `on`: what the law gives the city to comply starts where
    it decided for the requester. Raises NotAllowed where no such review is open."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        review = row.reviews.filter(number=number, result="").first()
        if review is None:
            raise NotAllowed(_("There is no open review with this number."))
        if on < review.received_on:
            raise NotAllowed(_("It cannot be decided before the petition was received."))
        review.result, review.order_on, review.order_note = result, on, note
        told = {"body": review.body, "result": str(result), "order_on": on.isoformat(), "note": note}
        event = apply(
            row,
            Action.REVIEW_ORDER,
            now=now,
            by=by,
            happening=ClockEvent.ORDER_ISSUED if _counts(row, review.route) else "",
            happened_at=_moment(row, on, now),
            data={"review": number, **told},
        )
        review.save(update_fields=["result", "order_on", "order_note"])
        running = [one for one in deadlines.recompute(row) if _runs_after(review, one)]
        occasion = event.occasion
        write_to_requester(row, "review_order", now=now, occasion=occasion, review=review, deadlines=running)
    return event


def comply(
    submission: Submission,
    *,
    number: int,
    on: date,
    by: User,
    now: datetime,
    note: str = "",
    revision: int | None = None,
) -> Event:
    """The city has done what was ordered, on the city date `on`. Raises NotAllowed where nothing was."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        bound = [OutsideReview.Result.FOR_REQUESTER, OutsideReview.Result.PARTLY]
        review = row.reviews.filter(number=number, result__in=bound, complied_on=None).first()
        if review is None:
            raise NotAllowed(_("No order of this review waits to be complied with."))
        if review.order_on and on < review.order_on:
            raise NotAllowed(_("This lies before the order."))
        review.complied_on = on
        event = apply(
            row,
            Action.REVIEW_COMPLY,
            now=now,
            by=by,
            happening=ClockEvent.COMPLETED,
            happened_at=_moment(row, on, now),
            data={"review": number, "body": review.body, "complied_on": on.isoformat(), "note": note},
        )
        review.save(update_fields=["complied_on"])
        deadlines.recompute(row)
    return event
