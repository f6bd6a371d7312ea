"""`manage.py sweep`: one pass of the clock by hand; everything works with Celery off."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from requests_app.escalation import BATCH, database_now, sweep
from requests_app.related.following import write_letters
from requests_app.related.joined import pass_on
from requests_app.setup.recount import carry_out


class Command(BaseCommand):
    help = "One pass of the clock: due reminders, escalations, lapses."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")
        parser.add_argument("--batch", type=int, default=BATCH, help="deadlines in one transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        now = database_now()
        followed = carry_out(now=now)
        report = sweep(now=now, batch=max(1, options["batch"])).as_json()
        report["passed_on"] = pass_on(now=now)
        report["to_followers"] = write_letters(now=now)
        report["recounted"] = followed.moved
        if options["json"]:
            self.stdout.write(json.dumps(report))
            return
        self.stdout.write(_("%(steps)d steps taken.") % report)
        if followed.looked_at:
            self.stdout.write(
                _("%(looked_at)d cases followed a change of the city's setup; of %(moved)d a date moved.")
                % vars(followed)
            )
        for step, count in report["by_step"].items():
            self.stdout.write(f"  {step}: {count}")
        if report["put_off"]:
            self.stderr.write(
                _("Put off for an hour because they failed: deadlines %(numbers)s.")
                % {"numbers": ", ".join(map(str, report["put_off"]))}
            )
