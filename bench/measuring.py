"""The measurements themselves, in a process that is set up for one database."""

import http.client
import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bench import bare, read_api
from bench.figures import PageFigure, SearchFigure, SweepFigure, Timing
from bench.server import Server, callers, getting, serving
from bench.subjects import EVENTS, Place, Request, Subject, busiest, subjects
from portals.models import Member
from portals.text_search import matching
from requests_app import demo
from requests_app.correspondence import conversation
from requests_app.escalation import sweep
from requests_app.models import Deadline, Escalation, Event, Status, Submission
from requests_app.models.submission import OPEN
from requests_app.preservation.verification import verify

_WRITES = re.compile(r"(\d+ times: )?(INSERT|UPDATE|DELETE)")
WARM_UP = 3
CALLERS = 4
SEARCHES = ("street", "elm street amount", "inspection report dog parks", "zeppelin")
MEMORY_CALLS = 50  # of each page by each of four callers, before memory is read


def fill(size: int) -> dict[str, Any]:
    """Bring the database up to `size` open bulk cases and one with 20 events."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_city", stdout=open(os.devnull, "w"), stderr=open(os.devnull, "w"))  # noqa: SIM115
    now = timezone.now()
    began = time.perf_counter()
    demo.fill(now=now, size=size)
    read_api.load_table(now=now)
    seconds = time.perf_counter() - began
    for city_case in _one_a_city():
        _talk(city_case, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"seconds": round(seconds, 1)}


def _one_a_city() -> list[Submission]:
    open_cases = Submission.objects.filter(status=Status.ACKNOWLEDGED, submission_key__startswith="demo:")
    return list({case.city_id: case for case in open_cases}.values())


def _talk(case: Submission, now: datetime) -> None:
    member = Member.objects.filter(city=case.city, office__isnull=False).select_related("user")[0]
    for turn in range(max(0, EVENTS - case.chain_length)):
        by = member.user if turn % 2 else None
        conversation.message(case, body=f"Word number {turn} about this.", by=by, now=now)


# -- pages


def pages(size: int, repeat: int) -> dict[str, Any]:
    """Every page with one caller in this process and with four over HTTP; then memory and the search."""
    place = busiest()
    figures, skipped, found = [], {}, []
    for subject in subjects(place):
        if isinstance(subject, tuple):
            skipped[subject[0]] = subject[1]
            continue
        figures.append(_alone(subject, size, repeat))
        found.append(subject)
    with serving(os.environ) as server:
        for subject, figure in zip(found, figures, strict=True):
            figure.four = _together(server, subject, subject.page, repeat)
            figure.bare_four = _together(server, subject, subject.bare, repeat)
        for subject in found:
            if subject.page.data is None:
                callers(server, [_call(subject, subject.page)] * CALLERS, MEMORY_CALLS)
        memory = server.memory_mb()
    return {
        "pages": [asdict(figure) for figure in figures],
        "searches": [asdict(_search(words, place, size, repeat)) for words in SEARCHES],
        "memory_mb": round(memory, 1),
        "skipped": skipped,
        "database": _version(),
    }


def _version() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT version()" if connection.vendor == "postgresql" else "SELECT sqlite_version()")
        (said,) = cursor.fetchone()
    return " ".join(said.split()[:2]) if connection.vendor == "postgresql" else f"SQLite {said}"


def _come_to(client: Client, subject: Subject, request: Request) -> None:
    """What happens before the request that is measured: somebody else each time, who saw the page before."""
    if request.data and not subject.user:
        client.cookies.pop(settings.SESSION_COOKIE_NAME, None)
    if request.before:
        client.post(request.path, request.before())


def _ask(client: Client, subject: Subject, request: Request) -> int:
    """Ask once; how many bytes came."""
    data = request.data
    response = client.get(request.path) if data is None else client.post(request.path, data())
    body = response.getvalue()  # a streamed answer is written while it is read
    if response.status_code != subject.status:
        raise RuntimeError(f"{subject.name}: {request.path} answers {response.status_code}")
    return len(body)


def _alone(subject: Subject, size: int, repeat: int) -> PageFigure:
    client = subject.client(subject.page)
    for _turn in range(WARM_UP):
        _come_to(client, subject, subject.page)
        _ask(client, subject, subject.page)
    _come_to(client, subject, subject.page)
    with CaptureQueriesContext(connection) as captured:
        length = _ask(client, subject, subject.page)
    statements = [query["sql"] for query in captured]  # before the next request forgets them
    if subject.page.data is not None:
        written = sum(bool(_WRITES.match(sql)) for sql in statements)
        subject.bare = Request(f"{subject.bare.path}&writes={written}", subject.bare.data)
    beside = subject.client(subject.bare)
    for _turn in range(WARM_UP):
        _ask(beside, subject, subject.bare)
    times: tuple[list[float], list[float]] = ([], [])
    turns = ((client, subject.page, times[0]), (beside, subject.bare, times[1]))
    for _turn in range(repeat):  # by turns, so that both meet the same neighbours on this machine
        for browser, request, kept in turns:
            _come_to(browser, subject, request)
            began = time.perf_counter()
            _ask(browser, subject, request)
            kept.append(time.perf_counter() - began)
    return PageFigure(
        name=subject.name,
        size=size,
        queries=len(statements),
        bytes=length,
        one=Timing.of(times[0]),
        bare_one=Timing.of(times[1]),
        queries_aim=subject.queries_aim,
        limit_ms=subject.limit_ms,
    )


def _together(server: Server, subject: Subject, request: Request, repeat: int) -> Timing:
    calls = [_call(subject, request) for _caller in range(CALLERS)]
    callers(server, calls, WARM_UP)
    return Timing.of(callers(server, calls, max(5, repeat // 2)))


def _call(subject: Subject, request: Request) -> Callable[[http.client.HTTPConnection], None]:
    jar = {name: morsel.value for name, morsel in subject.client(request).cookies.items()} | subject.cookies
    cookies = "; ".join(f"{name}={value}" for name, value in jar.items())
    if request.data is None:
        return getting(request.path, cookies)
    data = request.data

    def call(http_connection: http.client.HTTPConnection) -> None:
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        http_connection.request("POST", request.path, urlencode(data()), headers)
        answer = http_connection.getresponse()
        answer.read()
        if answer.status != subject.status:
            raise RuntimeError(f"{request.path}: {answer.status}")

    return call


# -- search


def _search(words: str, place: Place, size: int, repeat: int) -> SearchFigure:
    """The first 25 of a city's open cases that hold the words, most urgent first, as the queue asks."""
    of_city = Submission.objects.filter(OPEN, city=place.city)
    times = []
    for _turn in range(repeat):
        began = time.perf_counter()
        found = matching(of_city, words, beside_others=True).order_by("urgency", "pk")
        count = len(found.values_list("pk", "title", "status", "office_id")[:25])
        times.append(time.perf_counter() - began)
    return SearchFigure(words=words, size=size, found=count, time=Timing.of(times))


# -- the clock


class _Counter:
    """Counts statements as Django sends them; PostgreSQL's COPY is not among them."""

    def __init__(self) -> None:
        self.count = 0

    def listen(self, *, connection: BaseDatabaseWrapper, **_signal: object) -> None:
        """Count what goes through a connection from now on."""
        if self not in connection.execute_wrappers:
            connection.execute_wrappers.append(self)

    def __call__(self, execute: Callable[..., Any], *given: Any) -> Any:
        self.count += 1
        return execute(*given)


def sweep_all(size: int) -> SweepFigure:
    """One pass thirty days from now: nobody acknowledged anything meanwhile. Checks what it did."""
    sweep(now=timezone.now() + timedelta(days=1))  # a clock that runs has its rules and addresses
    reverse("requests_app:desk")
    now = timezone.now() + timedelta(days=30)
    due = Deadline.objects.filter(next_step_at__lte=now).count()
    before = Escalation.objects.count()
    statements = _Counter()
    connection_created.connect(statements.listen)  # the clock opens connections of its own on PostgreSQL
    statements.listen(connection=connection)
    began = time.perf_counter()
    report = sweep(now=now)
    seconds = time.perf_counter() - began
    steps = report.taken.total()
    count = statements.count
    wrong = _wrong(now, steps - report.taken["unclaimed"], before, report.put_off)  # those have no row
    began = time.perf_counter()
    bare.sweep(steps, now)
    return SweepFigure(
        size=size,
        due=due,
        steps=steps,
        seconds=round(seconds, 2),
        statements=count,
        bare_seconds=round(time.perf_counter() - began, 2),
        wrong=wrong,
    )


def _wrong(now: datetime, steps: int, before: int, put_off: Sequence[int]) -> list[str]:
    found = []
    if Escalation.objects.count() - before != steps:
        found.append("steps and rows differ")
    if Deadline.objects.filter(next_step_at__lte=now).exists():
        found.append("something due was left")
    if put_off:
        found.append(f"{len(put_off)} failed")
    if sweep(now=now).taken.total():
        found.append("a second pass found something to do")
    findings = [finding.message for finding in verify()]
    if findings:
        found.append(f"verify: {findings[0]}")
    if Event.objects.filter(at__gt=now).exists():
        found.append("an event in the future")
    return found
