"""One act on many cases: a transaction a case, and what became of each one kept beside it.

Alone responsible for runs. Who sends the same form twice gets the same run: what was done is not done again,
what a crash left undone is done then. No case is harmed by another one that does not allow the act.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portals.models import User
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, BulkResult, BulkRun, Submission

logger = logging.getLogger(__name__)

MOST = 100
"""Cases of one run: a page waits for them."""

Do = Callable[[Submission, int], object]
"""The act on one case, given the revision that the person saw. Raises NotAllowed."""


def start(*, key: str, by: User, action: Action, cases: Iterable[tuple[str, int]], now: datetime) -> BulkRun:
    """The run of this form, new or begun before. Raises NotAllowed for somebody else's."""
    chosen = [list(case) for case in cases][:MOST]
    run, _new = BulkRun.objects.get_or_create(
        key=key, defaults={"user": by, "action": action, "cases": chosen, "at": now}
    )
    if run.user_id != by.pk:
        raise NotAllowed(_("This form was sent by somebody else. Choose the cases again."))
    return run


def work(run: BulkRun, rows: Iterable[Submission], *, refusal: Callable[[Submission], str], do: Do) -> None:
    """Do the act on every case of the run that has no result yet. `rows` are those that may be seen;
    `refusal` says why a case cannot be acted on, "" where it can."""
    seen = dict(run.cases)
    done = set(run.results.values_list("submission_id", flat=True))
    for row in rows:
        if row.pk not in done and row.reference in seen:
            _one(run, row, refusal(row), partial(do, row, seen[row.reference]))


def _one(run: BulkRun, row: Submission, why_not: str, do: Callable[[], object]) -> None:
    if why_not:
        _refused(run, row, why_not)
        return
    try:
        with transaction.atomic():
            # First the result: whoever sends the same form at the same moment waits here, and then stops.
            BulkResult.objects.create(run=run, submission=row, done=True)
            do()
    except NotAllowed as error:
        _refused(run, row, str(error))
    except IntegrityError:
        if not run.results.filter(submission=row).exists():
            raise
    except Exception:
        logger.exception("Run %s failed on case %s", run.pk, row.pk)
        _refused(run, row, _("This failed on our side. Nothing of it was done to this case: try it there."))


def _refused(run: BulkRun, row: Submission, why_not: str) -> None:
    BulkResult.objects.get_or_create(run=run, submission=row, defaults={"done": False, "why_not": why_not})
