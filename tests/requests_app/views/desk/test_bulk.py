"""One act on many cases, through HTTP."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse

from requests_app import intake
from requests_app.desk import bulk_acts
from requests_app.models import BulkResult, BulkRun, Event, Message, Notice, Status, Submission
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.staff_pages import signed_in

DAY = dt.timedelta(days=1)
BULK = "/desk/bulk/"


@pytest.fixture
def kent(people: dict[str, Staff], time_machine) -> Staff:
    time_machine.move_to(FILED)
    return people["kent"]


@pytest.fixture
def cases(kent: Staff) -> list[Submission]:
    return [file_case(kent.city, dataset=kent.dataset, title=f"Case {number}") for number in range(3)]


def references(cases: list[Submission]) -> list[str]:
    return [case.reference for case in cases]


def form_of(client: Client, action: str, **query: object) -> dict[str, object]:
    """What the form of the chosen cases would send."""
    page = client.get(BULK, {"action": action, **query})
    assert page.status_code == 200
    text = page.content.decode()
    key = re.search(r'name="key" value="([^"]+)"', text)
    assert key
    return {"action": action, "key": key[1], "case": re.findall(r'name="case" value="([^"]+)"', text)}


def send(client: Client, data: dict[str, object]):
    return client.post(BULK, data, follow=True)


def results(run: BulkRun) -> dict[str, str]:
    return {one.submission.reference: "" if one.done else one.why_not for one in run.results.all()}


def test_the_queue_offers_boxes_and_what_can_be_done(kent: Staff, cases: list[Submission]) -> None:
    page = signed_in(kent.alice).get("/desk/queue/").content.decode()
    assert page.count('name="case"') == 3
    assert 'value="acknowledge"' in page
    audit = signed_in(kent.auditor).get("/desk/queue/").content.decode()
    assert 'name="case"' not in audit and 'id="bulk"' not in audit


def test_many_are_acknowledged_with_one_form_and_one_letter_each(
    kent: Staff, cases: list[Submission]
) -> None:
    client = signed_in(kent.alice)
    data = {**form_of(client, "acknowledge", case=references(cases)), "message": "We have it."}
    page = send(client, data)
    assert "Done for 3 of 3 cases." in page.content.decode()
    assert {case.status for case in Submission.objects.all()} == {Status.ACKNOWLEDGED}
    letters = Notice.objects.filter(kind="acknowledged")
    assert letters.count() == 3 and all("We have it." in letter.body for letter in letters)


def test_the_same_form_sent_twice_does_everything_once(kent: Staff, cases: list[Submission]) -> None:
    client = signed_in(kent.alice)
    data = {**form_of(client, "note", case=references(cases)), "body": "Same cause"}
    first, second = send(client, data), send(client, data)
    assert first.redirect_chain == second.redirect_chain
    assert (Message.objects.count(), BulkRun.objects.count(), BulkResult.objects.count()) == (3, 1, 3)


def test_each_row_says_what_happened_and_nothing_is_half_done(kent: Staff, cases: list[Submission]) -> None:
    client = signed_in(kent.alice)
    intake.acknowledge(cases[0], by=kent.bob, now=FILED)
    foreign = file_case(kent.city)  # the clerk's: alice does not see it
    data = form_of(client, "acknowledge", case=[*references(cases), foreign.reference])
    assert len(data["case"]) == 3  # type: ignore[arg-type]
    intake.claim(cases[1], by=kent.bob, now=FILED)  # after the form was shown
    page = send(client, data).content.decode()
    run = BulkRun.objects.get()
    told = results(run)
    assert "is not possible now" in told[cases[0].reference]
    assert "Meanwhile Bob did this" in told[cases[1].reference]
    assert told[cases[2].reference] == ""
    assert foreign.reference not in told and foreign.events.count() == 1
    assert "Done for 1 of 3 cases." in page and "Meanwhile Bob" in page
    assert cases[1].events.count() == 2


def test_all_that_match_the_filters_can_be_taken(kent: Staff, cases: list[Submission]) -> None:
    client = signed_in(kent.alice)
    file_case(kent.city, "dataset_request", dataset=kent.dataset)
    data = form_of(client, "claim", all="1", query="kind=error_report")
    assert len(data["case"]) == 3  # type: ignore[arg-type]
    send(client, data)
    assert Submission.objects.filter(assigned_to=kent.alice).count() == 3


def test_no_more_are_taken_than_a_page_can_wait_for(
    kent: Staff, cases: list[Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_acts, "MOST", 2)
    page = signed_in(kent.alice).get(BULK, {"action": "claim", "all": "1"}).content.decode()
    assert page.count('name="case"') == 2
    assert "1 more case matches" in page


def test_referring_and_assigning_and_closing(kent: Staff, cases: list[Submission]) -> None:
    client, other = signed_in(kent.clerk), kent.charlie.memberships.get().office
    data = form_of(client, "assign", case=references(cases))
    assert send(client, {**data, "to": kent.bob.pk}).status_code == 200
    assert Submission.objects.filter(assigned_to=kent.bob).count() == 3
    data = form_of(client, "refer", case=references(cases))
    assert client.post(BULK, {**data, "to": other.pk}).status_code == 422, "without a reason"
    send(client, {**data, "to": other.pk, "reason": "Theirs"})
    assert Submission.objects.filter(office=other, referral_waits_since__isnull=False).count() == 3
    page = client.get(BULK, {"action": "close", "case": references(cases)}).content.decode()
    assert "It is possible for 0 of them" in page


def test_what_was_typed_is_kept_where_something_is_wrong(kent: Staff, cases: list[Submission]) -> None:
    client = signed_in(kent.alice)
    data = form_of(client, "acknowledge", case=references(cases))
    answer = client.post(BULK, {**data, "message": "Kept words", "estimate": "2020-01-01"})
    assert answer.status_code == 422
    assert "Kept words" in answer.content.decode() and "lies in the past" in answer.content.decode()
    forged = client.post(BULK, {**data, "message": "Kept words", "key": "forged"})
    assert forged.status_code == 422 and "Kept words" in forged.content.decode()
    assert not BulkRun.objects.exists()


@pytest.mark.parametrize("query", [{}, {"action": "determine"}, {"action": "claim"}, {"action": "x"}])
def test_what_cannot_be_done_leads_back_with_a_sentence(kent: Staff, query: dict[str, str]) -> None:
    answer = signed_in(kent.alice).get(BULK, query, follow=True)
    assert answer.redirect_chain[0][0] == reverse("requests_app:queue")
    assert "Choose" in answer.content.decode() or "No case was chosen" in answer.content.decode()


def test_a_reader_cannot_and_a_run_is_seen_by_its_author_only(kent: Staff, cases: list[Submission]) -> None:
    reference = {"action": "claim", "case": references(cases)}
    assert signed_in(kent.auditor).get(BULK, reference).status_code == 403
    client = signed_in(kent.alice)
    data = form_of(client, "claim", case=references(cases))
    send(client, data)
    address = reverse("requests_app:bulk_result", args=[BulkRun.objects.get().key])
    assert client.get(address).status_code == 200
    assert signed_in(kent.bob).get(address).status_code == 404
    assert "somebody else" in send(signed_in(kent.bob), data).content.decode()


def test_a_run_that_a_crash_cut_short_is_finished_by_the_same_form(
    kent: Staff, cases: list[Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(kent.alice)
    data = {**form_of(client, "note", case=references(cases)), "body": "Same cause"}
    real, calls = bulk_acts._one, []

    def crash(*args: object) -> None:
        if len(calls) == 1:
            raise SystemExit
        calls.append(args)
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(bulk_acts, "_one", crash)
    with pytest.raises(SystemExit):
        client.post(BULK, data)
    monkeypatch.setattr(bulk_acts, "_one", real)
    assert "Done for 3 of 3" in send(client, data).content.decode()
    assert Message.objects.count() == 3


def test_one_that_breaks_harms_no_other(
    kent: Staff, cases: list[Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(kent.alice)
    data = form_of(client, "claim", case=references(cases))
    real = intake.apply

    def broken(row: Submission, *args: object, **facts: object) -> Event:
        if row.pk == cases[0].pk:
            raise KeyError("poison")
        return real(row, *args, **facts)  # type: ignore[arg-type]

    monkeypatch.setattr(intake, "apply", broken)
    assert "failed on our side" in send(client, data).content.decode()
    assert Submission.objects.filter(assigned_to=kent.alice).count() == 2
