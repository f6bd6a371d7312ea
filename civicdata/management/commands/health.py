"""`manage.py health`: the report of /healthz for containers that serve no pages."""

import json
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from civicdata.health import report


class Command(BaseCommand):
    help = "Says whether the database answers, the clock ticks and letters flow; exit code 1 where not."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--running-for", type=int, default=86400, help="seconds since the service started"
        )

    def handle(self, *args: Any, running_for: int, **options: Any) -> None:
        parts = report(timezone.now(), timedelta(seconds=running_for))
        self.stdout.write(json.dumps(parts))
        failing = [name for name, state in parts.items() if state != "ok"]
        if failing:
            raise CommandError(", ".join(failing), returncode=1)
