"""The door of every change to a city's setup: one at a time, on what the person saw, with an event.

Acts on the setup (confirmations.py, closed_days.py, targets.py, city_people.py) begin here.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils.translation import gettext as _

from portals import setup_log
from portals.models import City
from portals.rulebook import mark_changed
from requests_app.lifecycle import NotAllowed


@contextmanager
def changing(city: City, subject: str, *, revision: int | None = None) -> Iterator[City]:
    """The city's row, held until the change is written; its rules are read anew afterwards.

    `revision` is the number of the last change of this subject that the person saw (`setup_log.revision`).
    Raises NotAllowed where somebody changed it meanwhile.
    """
    with transaction.atomic():
        row = setup_log.held(city)
        found = setup_log.last(row, subject)
        if revision is not None and revision != (found.sequence if found else 0):
            raise NotAllowed(
                _("Meanwhile %(who)s changed this (%(what)s). Look again, then send; what you typed is kept.")
                % {
                    "who": (found.by_name if found else "") or _("somebody"),
                    "what": found.get_what_display() if found else "",
                }
            )
        yield row
        mark_changed(row)
    city.version = row.version
