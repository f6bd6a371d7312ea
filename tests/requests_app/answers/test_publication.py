"""Publishing an answer: nothing before the review, everything off at once, the rest of the case never."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from requests_app import access, determinations
from requests_app.answers import publication
from requests_app.answers.publication import Draft
from requests_app.attachments import files
from requests_app.determinations import Answer
from requests_app.lifecycle import NotAllowed
from requests_app.models import Actor, Notice, PublishedAnswer, Status, Submission
from requests_app.related import merging, suggestions
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.pages import main_of
from tests.requests_app.staff_pages import signed_in

DAY = dt.timedelta(days=1)
WORDS = Draft("Minutes of the tree board", "Which minutes are there?", "All of 2026 are attached.")
SLUGS = ["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"]


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def closed(staff: Staff, kind: str = "records_request", **more) -> Submission:
    case = file_case(staff.city, kind, title="Secret title of Rita", **more)
    stored = [files.store(SimpleUploadedFile("minutes.txt", b"The minutes. Call 253 555 0147."))]
    answer = Answer("granted", "Here they are, Rita.")
    determinations.determine(case, answer, by=staff.clerk, now=FILED + DAY, files=stored)
    determinations.close(case, by=staff.clerk, now=FILED + DAY)
    return Submission.objects.get(pk=case.pk)


def draft(staff: Staff, case: Submission, words: Draft = WORDS, seen: int = 0) -> PublishedAnswer:
    return publication.save_draft(case, words, by=staff.clerk, now=FILED + 2 * DAY, seen=seen)


def reviewed(staff: Staff, case: Submission, words: Draft = WORDS) -> PublishedAnswer:
    row = draft(staff, case, words)
    keys = [one.key for one in publication.findings(row)]
    return publication.review(case, keys, by=staff.clerk, now=FILED + 2 * DAY, seen=row.revision)


def published(staff: Staff, case: Submission, words: Draft = WORDS, at=FILED + 3 * DAY) -> PublishedAnswer:
    row = reviewed(staff, case, words)
    return publication.publish(case, by=staff.clerk, now=at, seen=row.revision)


def address(row: PublishedAnswer) -> str:
    return reverse("requests_app:answer", args=[row.city.slug, row.pk])


@pytest.mark.parametrize("slug", SLUGS)
def test_nothing_is_public_before_it_is_published_and_nothing_of_the_case_ever(
    people: dict[str, Staff], slug: str, client: Client
) -> None:
    staff = people[slug]
    case = closed(staff)
    row = reviewed(staff, case)
    listed = reverse("requests_app:answers", args=[slug])
    assert client.get(address(row)).status_code == 404
    assert WORDS.title not in main_of(client.get(listed))
    row = publication.publish(case, by=staff.clerk, now=FILED + 3 * DAY, seen=row.revision)
    for page in (client.get(listed), client.get(address(row))):
        words = main_of(page)
        assert WORDS.title in words
        assert "Rita" not in words and case.reference not in words and case.description not in words
        assert not page.cookies
    assert "All of 2026 are attached." in main_of(client.get(address(row)))
    (letter,) = Notice.objects.filter(submission=case, kind="published")
    assert WORDS.title in letter.body
    assert client.get(reverse("requests_app:answer", args=["atlantis", row.pk])).status_code == 404


def test_each_finding_and_each_file_is_confirmed_by_itself(kent: Staff) -> None:
    case = closed(kent)
    (file,) = publication.releasable(case)
    row = draft(kent, case, Draft("Minutes", "Rita asked", "Write to a@b.example", [file.pk]))
    found = publication.findings(row)
    assert {str(one.what) for one in found} == {"requester", "email", "file", "phone"}
    keys = [one.key for one in found]
    with pytest.raises(NotAllowed, match="1 findings are not confirmed"):
        publication.review(case, keys[1:], by=kent.clerk, now=FILED + 2 * DAY, seen=row.revision)
    row = publication.review(case, keys, by=kent.clerk, now=FILED + 2 * DAY, seen=row.revision)
    assert (row.state, sorted(row.confirmed), row.reviewed_by) == ("reviewed", sorted(keys), kent.clerk)


def test_other_words_must_be_reviewed_anew(kent: Staff) -> None:
    case = closed(kent)
    row = reviewed(kent, case)
    row = draft(kent, case, Draft("Minutes", "What?", "Call 253 555 0147"), seen=row.revision)
    assert row.state == "draft" and row.reviewed_at is None
    with pytest.raises(NotAllowed, match="reviewed first"):
        publication.publish(case, by=kent.clerk, now=FILED + 3 * DAY, seen=row.revision)
    with pytest.raises(IntegrityError), transaction.atomic():
        PublishedAnswer.objects.update(state="published")


def test_two_people_at_once_one_wins_and_the_other_is_told(kent: Staff) -> None:
    case = closed(kent)
    row = draft(kent, case)
    with pytest.raises(NotAllowed, match="Somebody else changed"):
        draft(kent, case)
    with pytest.raises(NotAllowed, match="Somebody else changed"):
        publication.review(case, [], by=kent.clerk, now=FILED + 2 * DAY, seen=row.revision - 1)
    assert PublishedAnswer.objects.get().revision == row.revision


def test_taking_it_off_works_at_once_and_needs_a_reason(kent: Staff, client: Client) -> None:
    case = closed(kent)
    row = published(kent, case)
    with pytest.raises(NotAllowed, match="Say why"):
        publication.withdraw(case, reason=" ", by=kent.clerk, now=FILED + 4 * DAY, seen=row.revision)
    with pytest.raises(NotAllowed, match="Take it off first"):
        draft(kent, case, seen=row.revision)
    publication.withdraw(case, reason="Names Rita", by=kent.clerk, now=FILED + 4 * DAY, seen=row.revision)
    assert client.get(address(row)).status_code == 404
    row.refresh_from_db()
    with pytest.raises(NotAllowed, match="not on the web"):
        publication.withdraw(case, reason="Again", by=kent.clerk, now=FILED + 4 * DAY, seen=row.revision)


def test_a_case_that_is_taken_up_again_takes_its_answer_off_the_web(kent: Staff, client: Client) -> None:
    case = closed(kent)
    row = published(kent, case)
    merging.reopen(case, reason="A mistake", by=kent.clerk, now=FILED + 4 * DAY)
    assert client.get(address(row)).status_code == 404
    determinations.determine(case, Answer("denied", "No", *["x"] * 3), by=kent.clerk, now=FILED + 5 * DAY)
    determinations.close(case, by=kent.clerk, now=FILED + 5 * DAY)
    assert client.get(address(row)).status_code == 404  # another answer was published than now holds


@pytest.mark.parametrize("kind", ["misuse_report", "privacy_concern"])
def test_answers_about_conduct_and_private_data_are_never_published(kent: Staff, kind: str) -> None:
    with pytest.raises(NotAllowed, match="not published"):
        draft(kent, closed(kent, kind))


def test_only_the_answer_of_a_closed_case_that_was_not_merged_is_published(kent: Staff) -> None:
    with pytest.raises(NotAllowed, match="closed case"):
        draft(kent, file_case(kent.city))
    kept, gone = file_case(kent.city), file_case(kent.city)
    merging.merge(gone, into=kept, reason="Same", by=kent.clerk, now=FILED + DAY)
    with pytest.raises(NotAllowed, match=f"Publish the answer of {kept.reference}"):
        draft(kent, gone)


def test_only_released_files_are_published_and_served_while_they_are(kent: Staff, client: Client) -> None:
    case = closed(kent)
    theirs = files.attach_files(
        case, [files.store(SimpleUploadedFile("mine.txt", b"mine"))], actor=Actor.REQUESTER, now=FILED
    )
    with pytest.raises(NotAllowed, match="released"):
        draft(kent, case, Draft("A", "B", "C", [theirs[0].pk]))
    assert not PublishedAnswer.objects.exists()
    (file,) = publication.releasable(case)
    row = published(kent, case, Draft("A", "B", "C", [file.pk]))
    (one,) = row.files.all()
    link = reverse("requests_app:answer_file", args=["kent", row.pk, one.pk])
    answer = client.get(link)
    assert b"".join(answer.streaming_content) == b"The minutes. Call 253 555 0147."
    assert "attachment" in answer["Content-Disposition"] and "sandbox" in answer["Content-Security-Policy"]
    case.attachments.filter(pk=file.pk).update(internal=True)
    assert client.get(link).status_code == 404
    assert (
        client.get(reverse("requests_app:answer_file", args=["portland", row.pk, one.pk])).status_code == 404
    )


# -- The pages


def test_the_list_is_searched_by_words_kind_and_dataset_and_paged_by_key(
    kent: Staff, client: Client, django_assert_max_num_queries
) -> None:
    for number in range(23):
        case = closed(kent, dataset=kent.dataset if number < 2 else None)
        words = Draft(f"Answer {number:02}", "Which trees?" if number % 2 else "Which benches?", "All.")
        published(kent, case, words, at=FILED + 3 * DAY + number * DAY / 24)
    listed = reverse("requests_app:answers", args=["kent"])
    with django_assert_max_num_queries(2):
        first = client.get(listed)
    older = first.content.decode().split('href="?after=')[1].split('"')[0]
    second = client.get(listed, {"after": older})
    seen = [
        f"Answer {n:02}" for page in (first, second) for n in range(23) if f"Answer {n:02}" in main_of(page)
    ]
    assert len(seen) == len(set(seen)) == 23
    assert main_of(client.get(listed, {"q": "bench"})).count("Which benches?") == 12
    about = main_of(client.get(listed, {"dataset": kent.dataset.identifier}))
    assert "Answer 00" in about and "Answer 02" not in about
    assert "No answer fits" in main_of(client.get(listed, {"kind": "appeal"}))
    for broken in ({"after": "x"}, {"after": "9" * 40}, {"kind": "no"}, {"q": "'\"*"}, {"dataset": "%"}):
        assert client.get(listed, broken).status_code == 200
    page = main_of(client.get(f"/kent/datasets/{kent.dataset.identifier}/"))
    assert "Answer 01" in page and "All answers about this dataset" in page


def test_a_published_answer_is_offered_to_whoever_writes_about_the_same(kent: Staff, client: Client) -> None:
    row = published(kent, closed(kent))
    (found,) = suggestions.answered_before(kent.city, "I want the minutes of the board")
    assert found == row
    page = main_of(client.get("/kent/suggest/", {"q": "minutes of the board", "kind": "records_request"}))
    assert "Answered before" in page and WORDS.title in page


def test_from_the_case_to_the_web_and_off_again(kent: Staff, time_machine) -> None:
    time_machine.move_to(FILED + 2 * DAY, tick=False)
    case, client = closed(kent), signed_in(kent.clerk)
    link = reverse("requests_app:publication", args=[case.reference])
    assert link in client.get(reverse("requests_app:staff_case", args=[case.reference])).content.decode()
    page = client.get(link)
    assert "Here they are, Rita." in page.content.decode() and 'value="Secret' not in page.content.decode()
    words = {"title": "Minutes", "question": "Which?", "answer": "Ask Rita", "revision": "0"}
    assert client.post(link, {**words, "title": "", "act": "draft"}).status_code == 422
    assert client.post(link, {**words, "act": "draft"}).status_code == 302
    refused = client.post(link, {"act": "review", "revision": "1"})
    assert refused.status_code == 409 and "not confirmed" in main_of(refused)
    (key,) = [one.key for one in publication.findings(PublishedAnswer.objects.get())]
    assert client.post(link, {"act": "review", "revision": "1", "confirmed": key}).status_code == 302
    assert client.post(link, {"act": "publish", "revision": "2"}).status_code == 302
    row = PublishedAnswer.objects.get()
    assert access.published_answers().get() == row
    assert "The answer is published" in main_of(
        client.get(reverse("requests_app:staff_case", args=[case.reference]))
    )
    assert client.post(link, {"act": "withdraw", "revision": "3", "reason": ""}).status_code == 422
    assert client.post(link, {"act": "withdraw", "revision": "3", "reason": "Rita"}).status_code == 302
    assert not access.published_answers().exists()
    assert "Ask Rita" in client.post(link, {"act": "edit"}).content.decode()


def test_who_may_read_the_case_but_not_act_publishes_nothing(kent: Staff) -> None:
    case = closed(kent)
    link = reverse("requests_app:publication", args=[case.reference])
    answer = signed_in(kent.auditor).post(link, {"act": "draft", "title": "x", "revision": "0"})
    assert answer.status_code == 403 and not PublishedAnswer.objects.exists()
    assert signed_in(kent.auditor).get(link).status_code == 200
    assert Submission.objects.get(pk=case.pk).status == Status.CLOSED


def test_what_was_reviewed_for_one_answer_is_not_published_for_another(kent: Staff, client: Client) -> None:
    case = closed(kent)
    row = reviewed(kent, case)
    determinations.reopen(case, reason="Wrong.", by=kent.clerk, now=FILED + 3 * DAY)
    case = Submission.objects.get(pk=case.pk)
    anew = Answer("no_records", "There are none.")
    determinations.determine(case, anew, by=kent.clerk, now=FILED + 4 * DAY)
    determinations.close(case, by=kent.clerk, now=FILED + 4 * DAY)
    with pytest.raises(NotAllowed, match="answered anew"):
        publication.publish(case, by=kent.clerk, now=FILED + 5 * DAY, seen=row.revision)
    assert client.get(address(row)).status_code == 404
    row = publication.save_draft(case, WORDS, by=kent.clerk, now=FILED + 5 * DAY, seen=row.revision)
    keys = [one.key for one in publication.findings(row)]
    row = publication.review(case, keys, by=kent.clerk, now=FILED + 5 * DAY, seen=row.revision)
    row = publication.publish(case, by=kent.clerk, now=FILED + 5 * DAY, seen=row.revision)
    assert row.outcome == "no_records" and client.get(address(row)).status_code == 200


def test_what_was_taken_off_returns_with_the_outcome_of_the_answer_in_force(kent: Staff) -> None:
    case = closed(kent)
    row = published(kent, case)
    determinations.reopen(case, reason="Wrong.", by=kent.clerk, now=FILED + 4 * DAY)
    case = Submission.objects.get(pk=case.pk)
    determinations.determine(
        case, Answer("no_records", "There are none."), by=kent.clerk, now=FILED + 5 * DAY
    )
    determinations.close(case, by=kent.clerk, now=FILED + 5 * DAY)
    common = {"by": kent.clerk, "now": FILED + 6 * DAY}
    row = PublishedAnswer.objects.get(pk=row.pk)
    publication.withdraw(case, reason="Old.", seen=row.revision, **common)
    row = PublishedAnswer.objects.get(pk=row.pk)
    keys = [one.key for one in publication.findings(row)]
    row = publication.review(case, keys, seen=row.revision, **common)
    assert publication.publish(case, seen=row.revision, **common).outcome == "no_records"
