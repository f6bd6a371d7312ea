"""`manage.py verify`: finds any change behind the software's back. Exit 2 where something is wrong."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from requests_app.verification import verify


class Command(BaseCommand):
    help = "Check the event chain, and that every file and row belongs together."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = list(verify())
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
