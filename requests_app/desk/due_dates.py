"""The open dates of cases within a span of days, for the calendar of the desk and for feeds.

Reads what work is left (open cases) and the time limits that an answer or an order sets running; the date of
a case that has ended otherwise is nobody's business any more.
"""

from datetime import date

from django.db.models import F, QuerySet

from portals.vocabulary import ClockState
from requests_app.models import Deadline, Status, Submission
from requests_app.models.deadline import AFTER_AN_ANSWER
from requests_app.models.submission import OPEN

AT_MOST = 2000


def due_between(
    cases: QuerySet[Submission], first: date, last: date, *, at_most: int = AT_MOST
) -> list[Deadline]:
    """The open deadlines of these cases from `first` through `last` (city dates), in their order.

    Two queries; the first `at_most` of them where there are more.
    """
    dated = Deadline.objects.filter(
        state=ClockState.OPEN, due_on__gte=first, due_on__lte=last, cycle=F("submission__cycle")
    ).select_related("submission__office", "submission__city")
    shown = dated.defer("because", "submission__description", "submission__search_text").order_by(
        "due_on", "pk"
    )
    at_work = shown.filter(submission__in=cases.filter(OPEN))
    running = shown.filter(milestone__in=AFTER_AN_ANSWER, submission__in=cases).exclude(
        submission__status__in=(Status.WITHDRAWN, Status.LAPSED)
    )
    found = {row.pk: row for row in (*at_work[:at_most], *running[:at_most])}
    return sorted(found.values(), key=_order)[:at_most]


def _order(row: Deadline) -> tuple[date, int]:
    assert row.due_on is not None
    return row.due_on, row.pk
