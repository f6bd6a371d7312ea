"""`manage.py backup FILE`: database and files as one archive, while the service runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from portals.management.command import PlainCommand
from requests_app.escalation import database_now
from requests_app.preservation.archive import BackupError
from requests_app.preservation.backup import backup


class Command(PlainCommand):
    help = "Write database and files to one archive (.tar.gz), and read it back before it gets its name."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="replaced once the new one is whole")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            report = backup(file, now=database_now())
        except BackupError as error:
            self.fail(str(error))
        self.stdout.write(
            _("%(path)s: %(cases)d cases, %(rows)d rows, %(files)d files, read back and found whole.")
            % {"path": file, **vars(report)}
        )
        if report.missing:
            self.fail(
                _(
                    "%(count)d files that cases speak of are missing, the first is %(name)s; "
                    "all else is saved."
                )
                % {"count": len(report.missing), "name": report.missing[0]}
            )
