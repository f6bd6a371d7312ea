"""What Django costs for a page of the same shape: the yardstick that every page is measured against.

Same middleware and, for staff, the same session; one indexed SELECT of 25 rows and a small template; for
forms a plain form with as many fields and as many writes as the page it stands beside; for calls of the read
API as many rows of the same table file, read at once and written by the json module; for the sweep as many
items in batches, each with an event and a letter, by Django's own bulk methods.
"""

import json
import uuid
from datetime import datetime
from functools import cache
from itertools import cycle, islice

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import Context, RequestContext, Template, engines
from django.utils import timezone

from portals.models import Dataset, Table
from portals.soda.store import tables
from requests_app.models import Action, Actor, Deadline, Event, Notice, Submission, Tick

ROWS = 25
BATCH = 500
_LIST = """<!doctype html><html lang="en"><head><title>Bare</title></head><body><h1>Bare</h1><table>
{% for row in rows %}
<tr><td><a href="/bare/{{ row.pk }}/">{{ row }}</a></td><td>{{ row.pk }}</td></tr>{% endfor %}
</table>{% if user.is_authenticated %}<p>{{ user.email }}</p>{% endif %}</body></html>"""
_FORM = """<!doctype html><html lang="en"><head><title>Bare</title></head><body><h1>Bare</h1>
<form method="post">{% csrf_token %}{{ form.as_p }}<button>Send</button></form></body></html>"""


@cache
def _template(text: str) -> Template:
    return Template(text, engine=engines["django"].engine)


def public(request: HttpRequest) -> HttpResponse:
    """25 rows by an index, for anybody."""
    rows = Dataset.objects.filter(city_id=Dataset.objects.values("city_id")[:1]).order_by("name", "id")[:ROWS]
    return HttpResponse(_template(_LIST).render(Context({"rows": rows})))


@login_required
def staff(request: HttpRequest) -> HttpResponse:
    """25 rows by an index, for somebody who is signed in."""
    office = int(request.GET["office"])
    rows = Submission.objects.filter(office_id=office, status="received").order_by("urgency", "id")[:ROWS]
    return HttpResponse(_template(_LIST).render(RequestContext(request, {"rows": rows})))


def form(request: HttpRequest) -> HttpResponse:
    """GET: a plain form of `fields` fields. POST: checks it and makes `writes` writes in one transaction."""
    fields, writes = int(request.GET.get("fields", 8)), int(request.GET.get("writes", 1))
    names = {f"field_{number}": forms.CharField(max_length=500, required=False) for number in range(fields)}
    kind = type("BareForm", (forms.Form,), names)
    bound = kind(request.POST or None)
    if request.method == "POST" and bound.is_valid():
        with transaction.atomic():
            for _write in range(writes):
                Tick.objects.create(name=f"bench-{uuid.uuid4().hex[:24]}", at=timezone.now())
        return HttpResponseRedirect("/bare/public/")
    return HttpResponse(_template(_FORM).render(RequestContext(request, {"form": bound})))


def rows(request: HttpRequest) -> HttpResponse:
    """The first `limit` rows of the table of a dataset."""
    table = Table.objects.get(dataset__identifier=request.GET["dataset"])
    connection = tables.opened(tables.path_of(table.sha256))
    cursor = connection.execute("SELECT * FROM rows ORDER BY _id LIMIT ?", [int(request.GET["limit"])])
    names = [column[0] for column in cursor.description]
    found = [dict(zip(names, row, strict=True)) for row in cursor]
    connection.close()
    return HttpResponse(json.dumps(found), content_type="application/json")


def sweep(items: int, now: datetime) -> None:
    """Hold, write an event and a letter, and mark as done: nothing is worked out. What it writes belongs to
    no chain, so nothing may be verified afterwards."""
    cases = Submission.objects.filter(closed_at=None).values_list("pk", "city_id")[:items]
    work = list(enumerate(islice(cycle(cases), items), start=1_000_000))
    for start in range(0, items, BATCH):
        part = work[start : start + BATCH]
        held = {case for _number, (case, _city) in part}
        with transaction.atomic():
            list(Submission.objects.select_for_update(of=("self",)).filter(pk__in=held).order_by("pk"))
            Event.objects.bulk_create(
                Event(
                    submission_id=case,
                    sequence=number,
                    action=Action.REMIND,
                    actor=Actor.CLOCK,
                    happened_at=now,
                    at=now,
                    data={"step": "overdue"},
                    hash=f"{number:064d}",
                )
                for number, (case, _city) in part
            )
            Notice.objects.bulk_create(
                Notice(
                    submission_id=case,
                    city_id=city,
                    email="somebody@example.org",
                    kind="bare",
                    key=f"bare:{number}",
                    subject="Bare",
                    body="Nobody has acknowledged it.",
                    created_at=now,
                )
                for number, (case, city) in part
            )
            Deadline.objects.filter(submission_id__in=held).update(next_step_at=None)
