"""The ticks that Celery carries, one line each. What is due stands in the database."""

from celery import shared_task
from django.utils import timezone

from portals.catalog.refresh import refresh_catalogs as refresh
from portals.soda.store import tables
from requests_app import escalation
from requests_app.correspondence import delivery
from requests_app.related import following, joined
from requests_app.setup import recount


@shared_task
def sweep() -> None:
    """What the clock does with cases; dates that a change of the setup moves come first."""
    now = escalation.database_now()
    recount.carry_out(now=now)
    escalation.sweep(now=now)
    joined.pass_on(now=now)
    following.write_letters(now=now)


@shared_task
def deliver() -> None:
    """Send the letters that wait."""
    delivery.deliver(now=escalation.database_now())


@shared_task
def digest() -> None:
    """Gather the lines that wait into one letter a person and day."""
    delivery.write_digests(now=escalation.database_now())


@shared_task
def tidy_tables() -> None:
    """Remove table files that nothing speaks of any more."""
    tables.remove_unused(now=timezone.now())


@shared_task
def refresh_catalogs() -> None:
    """Bring in again the catalogues whose turn has come."""
    refresh(now=timezone.now())
