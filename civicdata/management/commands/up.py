"""`manage.py up`: the whole service on one machine in one foreground command."""

import errno
import logging
import os
import socket
import sys
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from civicdata.health import clock_problem
from civicdata.supervisor import Child, Supervisor
from portals.models import City
from requests_app.demo.people import sign_ins
from requests_app.models import Submission

logger = logging.getLogger(__name__)

PYTHON = (sys.executable, "-W", "ignore")
WEB_THREADS = 8
SWEEP_STUCK = timedelta(minutes=5)
POST_STUCK = timedelta(minutes=30)  # a mail server that answers slowly is not yet a reason


class Command(BaseCommand):
    help = "Prepares the data and serves web, worker and clock until Ctrl-C or SIGTERM."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=os.environ.get("BIND") or "127.0.0.1")
        parser.add_argument("--port", type=int, default=os.environ.get("PORT") or "8000")

        parser.add_argument("--with-parent", action="store_true", help="stop when the caller is gone")

    def handle(self, *args: Any, host: str, port: int, with_parent: bool, **options: Any) -> None:
        parent = os.getppid() if with_parent else None
        refuse_a_taken_port(host, port)
        os.environ.update(BIND=host, PORT=str(port))  # the children write links with them
        self.migrate()
        self.load_cities()
        if settings.PRODUCTION:
            call_command("collectstatic", interactive=False, verbosity=0)
        self.fill_the_demo()
        self.greet(host, port)
        connections.close_all()
        Supervisor([*web(host, port), *clock()], parent).run()
        self.stdout.write("Stopped.")

    def migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.say("Preparing the database ...")
            call_command("migrate", interactive=False, verbosity=0)

    def load_cities(self) -> None:
        """A wrong city file must not take down what was loaded before: it is reported, and we go on."""
        said = StringIO()
        try:
            call_command("load_city", stdout=said, stderr=said)
        except (CommandError, SystemExit, DatabaseError) as error:
            self.stderr.write(said.getvalue())
            if not City.objects.exists():
                raise CommandError("No city could be loaded.", returncode=2) from error
            self.stderr.write("City files not loaded; the rules that were loaded before stay in force.")

    def fill_the_demo(self) -> None:
        """Once, into a home without submissions; a demo that cannot be filled does not stop the start."""
        if not settings.DEMO or Submission.objects.exists():
            return
        self.say("First start: filling the demo ...")
        settings.DEMO_MARK.touch()  # before the first letter is written: see settings.DEMO
        said = StringIO()
        try:
            call_command("demo", stdout=said, stderr=said)
        except (Exception, SystemExit) as error:
            logger.debug("The demo was not filled", exc_info=error)
            self.stderr.write(f"{said.getvalue()}The demo was not filled: {error!r}")

    def greet(self, host: str, port: int) -> None:
        if settings.DEMO_MARK.exists():
            for line in sign_ins(list(City.objects.order_by("name"))):
                self.say(line)
        shown = f"[{host}]" if ":" in host else host
        self.say(f"\nCivicdata: http://{shown}:{port}   (Ctrl-C stops it; data in {settings.CIVICDATA_HOME})")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def refuse_a_taken_port(host: str, port: int) -> None:
    """Says in one sentence that the port is taken, before anything was changed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                message = f"Port {port} on {host} is in use. Choose another: make run PORT={port + 1}"
            else:
                message = f"Cannot listen on {host}:{port}: {error.strerror}"
            raise CommandError(message, returncode=2) from None


def web(host: str, port: int) -> Sequence[Child]:
    """One worker process: the cache in memory and the rate limits are then the same for everybody."""
    command = [*PYTHON, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", str(WEB_THREADS), "--no-ws", "--log-level", "error"]
    command += ["--workers-kill-timeout", "5", "civicdata.wsgi:application"]
    return [Child("web", command)]


def clock() -> Sequence[Child]:
    """Without Redis two clocks that do their ticks themselves; with Redis a clock and a worker.

    Letters have a clock of their own: a mail server that hangs must not delay the sweep.
    """
    module = [*PYTHON, "-m", "civicdata.clock"]
    sweeping, posting = partial(no_tick, "sweep", SWEEP_STUCK), partial(no_tick, "deliver", POST_STUCK)
    if settings.CELERY_TASK_ALWAYS_EAGER:
        others = [name for name in settings.CELERY_BEAT_SCHEDULE if name != "sweep"]
        return [Child("clock", [*module, "sweep"], sweeping), Child("post", [*module, *others], posting)]
    celery = [*PYTHON, "-m", "celery", "--quiet", "-A", "civicdata"]
    worker = [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    beat = [*celery, "beat", "--pidfile="]
    return [
        Child("worker", [*worker, "--loglevel", "WARNING"], sweeping),
        Child("clock", [*beat, "--loglevel", "WARNING"], sweeping),
    ]


def no_tick(name: str, limit: timedelta) -> str:
    """Why a clock counts as stuck, or "". An unreachable database is not the clock's fault."""
    try:
        return clock_problem(timezone.now(), {name: limit})
    except DatabaseError:
        return ""
    finally:
        connections.close_all()
