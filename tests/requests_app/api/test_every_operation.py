"""Every operation of the table is called, ends as it should, and answers as the document says."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from portals.vocabulary import Outcome
from requests_app import determinations, intake
from requests_app.correspondence import conversation
from requests_app.determinations import Answer
from requests_app.kinds import KINDS
from requests_app.models import Submission
from tests.requests_app.answers.test_publication import DAY, closed, published
from tests.requests_app.api.callers import BY_NAME, call, check, content, filed
from tests.requests_app.factories import FILED, Staff
from tests.requests_app.pages import text_file


class Case:
    """A case filed by the API, with its code."""

    def __init__(self, client: Client, staff: Staff, kind: str = "error_report", **more: Any) -> None:
        made = filed(client, staff.city.slug, kind, **more)
        self.client, self.staff = client, staff
        self.reference, self.code = made["reference"], made["code"]

    @property
    def row(self) -> Submission:
        return Submission.objects.get(reference=self.reference)

    def asked(self) -> "Case":
        conversation.ask(self.row, body="Which tree?", by=self.staff.alice, now=timezone.now())
        return self

    def does(self, name: str, **sent: Any) -> HttpResponse:
        """Sends an act with the revision as it is now."""
        whole = {"revision": self.row.chain_length, **sent}
        return call(self.client, name, reference=self.reference, code=self.code, sent=whole)

    def reads(self, name: str = "case", **at: Any) -> HttpResponse:
        return call(self.client, name, reference=self.reference, code=self.code, **at)


def read(name: str, **at: Any) -> Callable[[Client, dict[str, Staff]], HttpResponse]:
    return lambda client, people: call(client, name, city="kent", **at)


def read_dataset(client: Client, people: dict[str, Staff]) -> HttpResponse:
    return call(client, "dataset", city="kent", identifier=people["kent"].dataset.identifier)


def read_answer(client: Client, people: dict[str, Staff]) -> HttpResponse:
    with time_machine.travel(FILED + 4 * DAY, tick=False):
        row = published(people["kent"], closed(people["kent"]))
        listed = call(client, "answers", city="kent").json()["items"]
        assert [one["id"] for one in listed] == [row.pk]
        return call(client, "published_answer", city="kent", answer=row.pk)


def read_report(client: Client, people: dict[str, Staff]) -> HttpResponse:
    kent = people["kent"]
    case = Case(client, kent, dataset=kent.dataset.identifier, is_public=True)
    intake.acknowledge(case.row, by=kent.alice, now=timezone.now())
    determinations.determine(case.row, Answer(Outcome.CORRECTED, "Done."), by=kent.alice, now=timezone.now())
    listed = call(client, "reports", city="kent").json()["items"]
    assert [(one["reference"], one["answer"]["reasons"]) for one in listed] == [(case.reference, "Done.")]
    return call(client, "report", city="kent", reference=case.reference)


def read_file(client: Client, people: dict[str, Staff]) -> HttpResponse:
    key = content("error_report", files=text_file())
    made = call(client, "submit_error_report", city="kent", data=key).json()
    own = call(client, "case", reference=made["reference"], code=made["code"]).json()
    (file,) = own["files"]
    answer = client.get(file["url"], headers={"Authorization": f"Bearer {made['code']}"})
    check(answer, BY_NAME["case_file"])
    assert b"".join(answer) == b"Forty trees" and "attachment" in answer["Content-Disposition"]
    return answer


def follow_up(client: Client, people: dict[str, Staff]) -> HttpResponse:
    with time_machine.travel(FILED, tick=False):
        case = Case(client, people["kansas-city"])
    with time_machine.travel(FILED + 10 * DAY, tick=False):
        assert "follow_up" in case.reads().json()["can"]
        return case.does("follow_up", body="Nobody answered.")


def statement(client: Client, people: dict[str, Staff]) -> HttpResponse:
    kansas = people["kansas-city"]
    case = Case(client, kansas, "records_request")
    no = Answer(Outcome.DENIED, "No.", exemption="A law", explanation="So.", responsible="A. C.")
    determinations.determine(case.row, no, by=kansas.clerk, now=timezone.now())
    assert "statement" in case.reads().json()["can"]
    return case.does("statement")


ROUTE = {"kind": "error_report", "on": "2026-06-04", "no_dataset": "true"}
EVENTS = {"kind": "records_request", "event": ["received=2026-03-02", "denied=2026-03-09"], "fee": "25"}

CALLS: dict[str, Callable[[Client, dict[str, Staff]], HttpResponse]] = {
    "cities": lambda client, people: call(client, "cities"),
    **{name: read(name) for name in ("city", "offices", "rules", "closed_days", "datasets", "forms")},
    **{name: read(name) for name in ("answers", "reports", "performance")},
    "dataset": read_dataset,
    "explain_route": read("explain_route", query=ROUTE),
    "explain_deadlines": read("explain_deadlines", query=EVENTS),
    "published_answer": read_answer,
    "report": read_report,
    **{
        f"submit_{kind}": lambda client, people, kind=kind: call(
            client, f"submit_{kind}", city="kent", sent=content(kind)
        )
        for kind in KINDS
    },
    "case": lambda client, people: Case(client, people["kent"]).asked().reads(),
    "case_file": read_file,
    "answer": lambda client, people: Case(client, people["kent"]).asked().does("answer", body="No. 17"),
    "message": lambda client, people: Case(client, people["kent"]).does("message", body="And No. 18"),
    "follow_up": follow_up,
    "withdraw": lambda client, people: Case(client, people["kent"]).does("withdraw", reason="It is right."),
    "statement": statement,
}


def test_no_operation_is_left_out() -> None:
    assert set(CALLS) == set(BY_NAME)


@pytest.mark.parametrize("name", CALLS)
def test_an_operation_does_what_it_says(client: Client, people: dict[str, Staff], name: str) -> None:
    answer = CALLS[name](client, people)
    assert answer.status_code == BY_NAME[name].statuses[0], answer.content


@pytest.mark.parametrize("slug", ["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"])
@pytest.mark.parametrize("name", ["city", "offices", "rules", "closed_days", "forms", "performance"])
def test_every_city_fits_its_schemas(client: Client, people: dict[str, Staff], slug: str, name: str) -> None:
    assert call(client, name, city=slug).status_code == 200


@pytest.mark.parametrize(
    "name", [name for name, operation in BY_NAME.items() if operation.path.startswith("cities/{city}")]
)
def test_an_unknown_city_is_a_sentence(client: Client, people: dict[str, Staff], name: str) -> None:
    kind = BY_NAME[name].takes
    query = {"kind": "appeal", "event": "received=2026-03-02"} if name.startswith("explain_d") else {}
    query = {"kind": "appeal"} if name == "explain_route" else query
    variables = {"identifier": "x", "answer": 1, "reference": "KNT-222222222"}
    sent = content(kind) if kind else None
    answer = call(client, name, city="atlantis", query=query, sent=sent, **variables)
    assert answer.status_code == 404 and answer.json()["detail"] == "There is no such city here."
