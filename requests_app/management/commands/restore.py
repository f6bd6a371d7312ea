"""`manage.py restore FILE`: puts an archive in the place of the database, then verifies; or decides over the
letters that a restore has held back."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from portals.management.command import PlainCommand
from requests_app.escalation import database_now
from requests_app.preservation.archive import BackupError
from requests_app.preservation.backup import Report, drop_held, release_held, restore
from requests_app.preservation.verification import verify


class Command(PlainCommand):
    help = "Read an archive of `manage.py backup` into this database and store. Stop the service first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", nargs="?")
        parser.add_argument("--replace", action="store_true", help="give up the cases that are here")
        held = parser.add_mutually_exclusive_group()
        held.add_argument("--send-held", action="store_true", help="let the letters go that a restore held")
        held.add_argument(
            "--drop-held", action="store_true", help="never send the letters that a restore held"
        )

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        deciding = options["send_held"] or options["drop_held"]
        if deciding == (file is not None) or (deciding and options["replace"]):
            self.fail(_("Give either a FILE to restore, or --send-held, or --drop-held."))
        if options["send_held"]:
            count = release_held(now=database_now())
            self.stdout.write(_("%(count)d letters go out with the next deliver.") % {"count": count})
        elif options["drop_held"]:
            self.stdout.write(_("%(count)d letters are given up.") % {"count": drop_held()})
        elif file:
            self.restore(file, replace=options["replace"])

    def restore(self, file: Path, *, replace: bool) -> None:
        try:
            report = restore(file, replace=replace)
        except BackupError as error:
            self.fail(str(error))
        self.tell(report)
        findings = [
            f"{finding.check} {finding.subject}: {finding.message}" for finding in verify(now=database_now())
        ]
        if findings:
            self.fail(
                *findings, _("%(count)d findings; the restore itself is done.") % {"count": len(findings)}
            )
        self.stdout.write(_("Everything belongs together."))

    def tell(self, report: Report) -> None:
        self.stdout.write(
            _("Restored %(cases)d cases, %(rows)d rows and %(files)d files as they were at %(created_at)s.")
            % vars(report)
        )
        if report.held:
            self.stdout.write(
                _(
                    "%(held)d letters had not left then and may have left since. They are held: "
                    "`manage.py restore --send-held` sends them, `--drop-held` gives them up."
                )
                % vars(report)
            )
        if report.demo:
            self.stdout.write(_("These are the invented people of the demo: mail goes to files only."))
        elif settings.DEMO_MARK.exists():
            self.stdout.write(
                _("This home once held the demo, so mail goes to files only: %(mark)s says so.")
                % {"mark": settings.DEMO_MARK}
            )
