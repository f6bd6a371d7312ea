"""What everybody may read of cases: what its author made public, what was reviewed; never who it was."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from requests_app.api.public import A_PAGE
from requests_app.attachments import files
from requests_app.correspondence import conversation
from requests_app.desk.report_figures import FEWEST
from requests_app.models import Submission
from tests.requests_app.answers.test_publication import DAY, closed, published
from tests.requests_app.api.callers import call
from tests.requests_app.factories import FILED, Staff, file_case

CANARY = "canary-91d2"


def public(kent: Staff, **more: object) -> Submission:
    return file_case(kent.city, dataset=kent.dataset, is_public=True, **more)


def test_a_public_report_never_says_who_wrote_it_nor_what_was_written(client: Client, kent: Staff) -> None:
    file = SimpleUploadedFile(f"{CANARY}.txt", CANARY.encode())
    case = public(
        kent,
        requester_name=f"{CANARY} name",
        requester_email=f"{CANARY}@people.example",
        details={"evidence": f"{CANARY} evidence"},
        files=[files.store(file)],
    )
    conversation.note(case, body=f"{CANARY} note", by=kent.alice, now=timezone.now())
    conversation.ask(case, body=f"{CANARY} question", by=kent.alice, now=timezone.now())
    conversation.answer(case, body=f"{CANARY} answer", now=timezone.now())
    for name in ("reports", "report", "performance", "answers"):
        answer = call(client, name, city="kent", reference=case.reference)
        assert answer.status_code == 200 and CANARY not in answer.content.decode()
    assert case.reference in call(client, "reports", city="kent").content.decode()


def test_what_is_not_public_or_was_taken_back_is_not_there(client: Client, kent: Staff) -> None:
    hidden, shown = file_case(kent.city, dataset=kent.dataset, title=CANARY), public(kent)
    assert call(client, "report", city="kent", reference=hidden.reference).status_code == 404
    assert call(client, "report", city="portland", reference=shown.reference).status_code == 404
    assert CANARY not in call(client, "reports", city="kent").content.decode()
    conversation.withdraw(shown, now=timezone.now())
    assert call(client, "report", city="kent", reference=shown.reference).status_code == 404
    assert call(client, "reports", city="kent").json()["items"] == []


def test_public_reports_come_page_by_page_each_once(client: Client, kent: Staff) -> None:
    made = [public(kent).reference for _number in range(A_PAGE + 3)]
    with CaptureQueriesContext(connection) as queries:
        page = call(client, "reports", city="kent", query={"dataset": kent.dataset.identifier}).json()
    assert len(queries) <= 6
    rest = client.get(page["next"]).json()
    assert [one["reference"] for one in page["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None
    none = call(client, "reports", city="kent", query={"dataset": "another"}).json()
    assert none == {"items": [], "next": None}


def test_published_answers_are_found_by_words_and_kind(client: Client, kent: Staff, time_machine) -> None:
    time_machine.move_to(FILED + 4 * DAY, tick=False)
    case = closed(kent)
    row = published(kent, case)
    for query, found in (
        ({}, [row.pk]),
        ({"q": "minutes tree"}, [row.pk]),
        ({"q": "nothing of it"}, []),
        ({"kind": "records_request"}, [row.pk]),
        ({"kind": "appeal"}, []),
        ({"dataset": "x"}, []),
        ({"after": str(row.pk)}, []),
    ):
        items = call(client, "answers", city="kent", query=query).json()["items"]
        assert [one["id"] for one in items] == found, query
    whole = call(client, "published_answer", city="kent", answer=row.pk)
    assert case.reference not in whole.content.decode() and "Rita" not in whole.content.decode()
    assert call(client, "published_answer", city="portland", answer=row.pk).status_code == 404


@pytest.mark.parametrize("number", ["0", "9" * 17, "9" * 30, "x", "-1"])
def test_an_answer_that_is_not_there_is_a_sentence(client: Client, kent: Staff, number: str) -> None:
    assert call(client, "published_answer", city="kent", answer=number).status_code == 404


def test_figures_of_few_cases_are_not_told(client: Client, kent: Staff) -> None:
    for _number in range(FEWEST - 1):
        file_case(kent.city, received_at=timezone.now())
    few = call(client, "performance", city="kent", query={"period": "this-year"}).json()
    assert not few["enough"] and few["by_kind"] == few["by_office"] == few["by_month"] == []
    for _number in range(FEWEST):
        file_case(kent.city, "records_request", received_at=timezone.now())
    found = call(client, "performance", city="kent").json()
    rows = {row["name"]: row["received"] for row in found["by_kind"]}
    assert found["enough"] and set(rows.values()) == {None, 2 * FEWEST - 1}
    assert sum(month["received"] or 0 for month in found["by_month"]) == 2 * FEWEST - 1
