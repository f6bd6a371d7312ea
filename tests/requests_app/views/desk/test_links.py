"""The pages on which staff find duplicates, compare, link and merge; and what the requester sees then."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from requests_app import access, determinations
from requests_app.determinations import Answer
from requests_app.models import CaseLink, Status, Submission
from requests_app.related import joined, merging
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.pages import main_of
from tests.requests_app.staff_pages import signed_in

DAY = dt.timedelta(days=1)
TREES = "Forty plane trees on Meeker Street stand in the river."


@pytest.fixture(autouse=True)
def soon_after_filing(time_machine) -> None:
    time_machine.move_to(FILED + 3 * DAY, tick=False)


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def pair(kent: Staff) -> tuple[Submission, Submission]:
    early = file_case(kent.city, dataset=kent.dataset, description=TREES)
    late = file_case(
        kent.city, dataset=kent.dataset, description="Plane trees, in the river!", received_at=FILED + DAY
    )
    return early, late


def fresh(case: Submission) -> Submission:
    return Submission.objects.get(pk=case.pk)


def send(client: Client, case: Submission, other: Submission, act: str, **more: object):
    revision = fresh(case).chain_length
    sent = {"revision": revision, "other": other.reference, "act": act, "reason": "Same trees", **more}
    return client.post(reverse("requests_app:links", args=[case.reference]), sent)


def test_the_page_offers_what_looks_alike_and_says_why(kent: Staff, pair) -> None:
    early, late = pair
    stranger = file_case(kent.city, "dataset_request", description=TREES)
    words = main_of(signed_in(kent.alice).get(reverse("requests_app:links", args=[late.reference])))
    assert early.reference in words and "the same dataset" in words and "plane" in words
    assert stranger.reference not in words


def test_the_page_takes_few_queries(kent: Staff, pair, django_assert_max_num_queries) -> None:
    client = signed_in(kent.alice)
    for number in range(12):
        other = file_case(kent.city, dataset=kent.dataset, description=f"{TREES} {number}")
        if number < 4:
            merging.link(pair[0], other=other, by=kent.alice, now=FILED + DAY)
    with django_assert_max_num_queries(11):
        client.get(reverse("requests_app:links", args=[pair[0].reference]))


def test_both_are_shown_side_by_side_and_merged_with_one_press(kent: Staff, pair) -> None:
    early, late = pair
    client = signed_in(kent.alice)
    page = client.get(reverse("requests_app:links", args=[late.reference]), {"with": early.reference})
    words = main_of(page)
    assert TREES in words and f"Close {late.reference}, go on with {early.reference}" in words
    assert f"Close {early.reference}, go on with {late.reference}" in words
    answer = send(client, late, early, "merge")
    assert answer.status_code == 302
    assert fresh(late).status == Status.CLOSED and CaseLink.objects.get().target == early
    case_page = main_of(client.get(reverse("requests_app:staff_case", args=[late.reference])))
    assert f"Merged into {early.reference}" in case_page
    other_page = main_of(client.get(reverse("requests_app:staff_case", args=[early.reference])))
    assert f"Joined to this case: {late.reference}" in other_page


def test_the_other_way_round_the_open_case_stays(kent: Staff, pair) -> None:
    early, late = pair
    assert send(signed_in(kent.alice), late, early, "take_in").status_code == 302
    assert fresh(early).status == Status.CLOSED and fresh(late).received_on == early.received_on


def test_a_link_is_made_and_taken_away(kent: Staff, pair) -> None:
    early, late = pair
    client = signed_in(kent.alice)
    assert send(client, late, early, "link").status_code == 302
    words = main_of(client.get(reverse("requests_app:staff_case", args=[early.reference])))
    assert f"Linked: {late.reference}" in words
    assert send(client, late, early, "link").status_code == 409
    assert send(client, early, late, "unlink").status_code == 302
    assert not CaseLink.objects.exists()


@pytest.mark.parametrize("typed", ["KNT-1", "", "x" * 400])
def test_what_is_no_reference_is_said(kent: Staff, pair, typed: str) -> None:
    page = signed_in(kent.alice).get(reverse("requests_app:links", args=[pair[0].reference]), {"with": typed})
    assert page.status_code == 422


def test_a_case_of_another_city_or_the_same_one_is_refused_with_a_sentence(
    people: dict[str, Staff], pair
) -> None:
    kent = people["kent"]
    there = file_case(people["portland"].city)
    client = signed_in(kent.clerk)
    address = reverse("requests_app:links", args=[pair[0].reference])
    hidden = client.get(address, {"with": there.reference})
    assert hidden.status_code == 422 and "among those that you may see" in main_of(hidden)
    same = client.get(address, {"with": pair[0].reference})
    assert same.status_code == 422 and "same case" in main_of(same)
    assert send(client, pair[0], there, "merge").status_code == 422


def test_nobody_merges_a_case_on_which_another_office_acts(kent: Staff, pair) -> None:
    early, _late = pair
    other = file_case(kent.city)  # about no dataset: with another office
    assert other.office_id != early.office_id
    access_of_alice = access.visible_to(access.standing(kent.alice))
    if not access_of_alice.filter(pk=other.pk).exists():
        assert send(signed_in(kent.alice), early, other, "merge").status_code == 422
    answer = send(signed_in(kent.auditor), early, other, "merge")
    assert answer.status_code == 403 and "read everything here, but not act" in main_of(answer)
    assert fresh(early).status == Status.RECEIVED


def test_a_refused_merge_keeps_what_was_typed(kent: Staff, pair) -> None:
    early, late = pair
    client = signed_in(kent.alice)
    answer = send(client, late, early, "merge", revision=99, reason="My long explanation")
    assert answer.status_code == 409
    assert "Meanwhile" in main_of(answer) and "My long explanation" in main_of(answer)


def test_the_requester_of_a_merged_case_keeps_a_page_and_finds_the_answer_there(
    client: Client, kent: Staff, pair
) -> None:
    early, late = pair
    merging.merge(late, into=early, reason="Same trees", by=kent.alice, now=FILED + 2 * DAY)
    session = client.session
    access.grant_requester(session, late, now=FILED + 3 * DAY)
    session.save()
    address = reverse("requests_app:case", args=[late.reference])
    words = main_of(client.get(address))
    assert "Worked on together" in words and early.reference in words and "Same trees" in words
    assert early.requester_email not in words and TREES not in words
    determinations.determine(
        early, Answer("corrected", "The trees are out of the river."), by=kent.alice, now=FILED + 3 * DAY
    )
    joined.pass_on(now=FILED + 3 * DAY)
    assert "The trees are out of the river." in main_of(client.get(address))
    assert client.get(reverse("requests_app:case", args=[early.reference])).status_code == 200
    assert TREES not in main_of(client.get(reverse("requests_app:case", args=[early.reference])))


def test_reopening_at_the_desk_separates_what_was_merged(kent: Staff, pair) -> None:
    early, late = pair
    merging.merge(late, into=early, reason="Same trees", by=kent.alice, now=FILED + 2 * DAY)
    client = signed_in(kent.alice)
    sent = {"revision": fresh(late).chain_length, "reason": "They differ"}
    assert client.post(reverse("requests_app:act", args=[late.reference, "reopen"]), sent).status_code == 302
    assert not CaseLink.objects.exists() and fresh(late).status == Status.RECEIVED
