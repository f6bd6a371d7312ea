"""A program files for somebody, follows the case and takes it back: by the API alone, in two cities."""

import datetime as dt

import pytest
import time_machine
from django.test import Client

from requests_app import intake
from requests_app.correspondence import conversation
from requests_app.models import Channel, Status, Submission
from tests.requests_app.api.callers import call, content
from tests.requests_app.factories import FILED, Staff

DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(("slug", "stops"), [("portland", True), ("kent", False)])
def test_from_the_question_who_acts_to_the_withdrawal(
    people: dict[str, Staff], client: Client, slug: str, stops: bool
) -> None:
    staff = people[slug]
    with time_machine.travel(FILED, tick=False):
        row, own = filed_as_foreseen(client, slug)
    intake.acknowledge(row, by=staff.clerk, now=FILED + DAY)
    conversation.ask(row, body="Of which year?", by=staff.clerk, now=FILED + DAY)
    with time_machine.travel(FILED + 2 * DAY, tick=False):
        case = call(client, "case", **own).json()
        assert case["status"] == Status.CLARIFYING and case["can"][:2] == ["answer", "decline"]
        assert [(one["mine"], one["is_question"], one["body"]) for one in case["messages"]] == [
            (False, True, "Of which year?")
        ]
        assert any(one["state"] == "paused" for one in case["deadlines"]) is stops
        sent = {"body": "2024", "revision": case["revision"]}
        answered = call(client, "answer", sent=sent, **own)
        assert answered.status_code == 200 and answered.json()["status"] == Status.ACKNOWLEDGED
        assert call(client, "answer", sent=sent, **own).status_code == 409
    assert row.messages.filter(body="2024").count() == 1
    with time_machine.travel(FILED + 3 * DAY, tick=False):
        sent = {"reason": "Found it.", "revision": answered.json()["revision"]}
        ended = call(client, "withdraw", sent=sent, **own).json()
        assert ended["status"] == Status.WITHDRAWN and "withdraw" not in ended["can"]
        assert call(client, "withdraw", sent=sent, **own).status_code == 409
    titles = [one["title"] for one in ended["timeline"]]
    assert titles[0] == "Your submission came in" and titles[-1] == "You withdrew it"
    row.refresh_from_db()
    assert row.status == Status.WITHDRAWN


def filed_as_foreseen(client: Client, slug: str) -> tuple[Submission, dict[str, str]]:
    """Files a records request; its office and dates are those that were told before."""
    query = {"kind": "records_request", "event": "received=2026-06-01"}
    dates = call(client, "explain_deadlines", city=slug, query=query).json()["deadlines"]
    foreseen = call(client, "explain_route", city=slug, query={"kind": "records_request"}).json()
    answer = call(client, "submit_records_request", city=slug, sent=content("records_request"))
    made = answer.json()
    assert answer.status_code == 201 and answer["Location"] == made["links"]["case"]
    assert made["acts"][0]["office"] == foreseen["acts"][0]["office"]
    promised = {one["milestone"]: one["due_on"] for one in made["deadlines"]}
    assert dates and {one["milestone"]: one["due_on"] for one in dates}.items() <= promised.items()
    row = Submission.objects.get(reference=made["reference"])
    assert row.channel == Channel.API and row.received_on == dt.date(2026, 6, 1)
    return row, {"reference": made["reference"], "code": made["code"]}
