"""`manage.py verify`: finds any change behind the software's back. Exit 2 where something is wrong."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from requests_app.preservation.verification import verify, verify_case_file


class Command(BaseCommand):
    help = "Check the event chain, and that every file and row belongs together."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")
        parser.add_argument(
            "--case-file", type=Path, metavar="FILE", help="check this case file instead of the database"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            findings = list(
                verify_case_file(options["case_file"]) if options["case_file"] else verify(now=timezone.now())
            )
        except OSError as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            document = {"ok": not findings, "findings": [finding.as_json() for finding in findings]}
            self.stdout.write(json.dumps(document))
        else:
            for finding in findings:
                self.stdout.write(f"{finding.check} {finding.subject}: {finding.message}")
            if not findings:
                self.stdout.write(_("Everything belongs together."))
        if findings:
            raise CommandError(_("%(count)d findings; see above.") % {"count": len(findings)}, returncode=2)
