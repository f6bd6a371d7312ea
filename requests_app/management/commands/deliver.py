"""`manage.py deliver`: gathers the daily letters and sends what is queued."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from requests_app.correspondence.delivery import deliver, write_digests
from requests_app.escalation import database_now


class Command(BaseCommand):
    help = "Send queued letters."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        now = database_now()
        digests = write_digests(now=now)
        done = deliver(now=now)
        done.digests = digests
        if options["json"]:
            self.stdout.write(json.dumps(done.as_json()))
        else:
            self.stdout.write(
                _("%(sent)d sent, %(retried)d to be tried again, %(dead)d dead, %(unclear)d unclear.")
                % done.as_json()
            )
        if done.away:
            raise CommandError(
                _("Letters wait, the mail server cannot be reached: %(why)s") % {"why": done.away},
                returncode=2,
            )
