"""`manage.py demo`: fills the demo; a second time it only says that it is there."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.management.command import PlainCommand
from portals.models import City
from requests_app import demo
from requests_app.demo.people import sign_ins


class Command(PlainCommand):
    help = "Fills a believable demo: people, datasets and cases of every loaded city. Never in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--size",
            type=int,
            default=0,
            metavar="N",
            help="so many open submissions besides, written in bulk",
        )

    def handle(self, *args: Any, size: int, **options: Any) -> None:
        if settings.PRODUCTION:
            self.fail(_("The demo is never filled in production: its accounts have a known password."))
        if not (settings.DEMO or settings.TESTING):
            self.fail(_("The demo is switched off here (CIVICDATA_DEMO)."))
        if size < 0:
            self.fail(_("--size must not be negative."))
        try:
            demo.check()
            settings.DEMO_MARK.touch()  # from now on this home sends mail to files only
            filled = demo.fill(now=timezone.now(), size=size, say=self.stderr.write)
        except demo.NotHere as reason:
            self.fail(str(reason))
        if not filled:
            self.stdout.write(_("The demo is there already; nothing was changed."))
        else:
            self.stdout.write(
                _(
                    "Demo filled: %(people)d accounts, %(datasets)d datasets, %(tables)d tables, "
                    "%(cases)d cases, %(bulk)d more."
                )
                % vars(filled)
            )
        if options["verbosity"]:
            for line in sign_ins(list(City.objects.order_by("name"))):
                self.stdout.write(line)
