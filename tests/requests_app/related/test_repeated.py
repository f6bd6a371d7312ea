"""Requests that ask the same again and again become one proposal with its counts; they themselves go on."""

import datetime as dt

import pytest
from django.urls import reverse

from portals.models import City
from portals.vocabulary import Relation
from requests_app import access
from requests_app.forms.base import key_of, new_key
from requests_app.lifecycle import NotAllowed
from requests_app.models import CaseLink, Involvement, Submission
from requests_app.related import proposals, repeated
from requests_app.related.proposals import Proposal
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.pages import main_of
from tests.requests_app.staff_pages import signed_in

DAY = dt.timedelta(days=1)
TODAY = (FILED + 10 * DAY).date()
RECORDS = "records_request"


@pytest.fixture(autouse=True)
def some_days_later(time_machine) -> None:
    time_machine.move_to(FILED + 10 * DAY, tick=False)


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def ask(city: City, text: str, day: int = 0, **more) -> Submission:
    return file_case(city, RECORDS, title=text, description=text, received_at=FILED + day * DAY, **more)


@pytest.fixture
def asked(kent: Staff) -> list[Submission]:
    same = {"requester_email": "twice@people.example"}
    return [
        ask(kent.city, "All inspections of restaurants in May", 0, **same),
        ask(kent.city, "Restaurant inspections, June", 1, **same),
        ask(kent.city, "The inspection of each restaurant downtown", 2),
        ask(kent.city, "Salary of the mayor", 3),
    ]


def found(staff: Staff) -> list[repeated.Group]:
    return repeated.groups(access.visible_to(access.standing(staff.clerk)), staff.city, TODAY)


def test_requests_with_the_same_words_or_dataset_are_grouped_and_counted(
    kent: Staff, asked: list[Submission], django_assert_max_num_queries
) -> None:
    about = [
        ask(kent.city, "Everything", dataset=kent.dataset),
        ask(kent.city, "Pages", dataset=kent.dataset),
    ]
    visible = access.visible_to(access.standing(kent.clerk))
    with django_assert_max_num_queries(2):
        groups = repeated.groups(visible, kent.city, TODAY)
    assert [(group.count, group.people) for group in groups] == [(3, 2), (2, 2)]
    assert {case.pk for case in groups[0].cases} == {case.pk for case in asked[:3]}
    assert groups[0].words == ("inspection", "restaurant") and groups[1].dataset == kent.dataset
    assert {case.pk for case in groups[1].cases} == {case.pk for case in about}
    assert (groups[0].first_on, groups[0].last_on) == (dt.date(2026, 6, 1), dt.date(2026, 6, 3))


def test_nobody_sees_groups_of_cases_that_are_not_theirs(people: dict[str, Staff], asked) -> None:
    kent = people["kent"]
    visible = access.visible_to(access.standing(kent.charlie))
    assert repeated.groups(visible, kent.city, TODAY) == []
    portland = signed_in(people["portland"].clerk)
    assert portland.get(reverse("requests_app:repeated", args=["kent"])).status_code == 404


def test_an_old_request_is_not_held_against_today(kent: Staff, asked) -> None:
    visible = access.visible_to(access.standing(kent.clerk))
    assert repeated.groups(visible, kent.city, TODAY + dt.timedelta(days=400)) == []


@pytest.mark.parametrize("slug", ["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"])
def test_a_proposal_goes_the_way_of_a_dataset_request_and_leaves_the_requests_alone(
    people: dict[str, Staff], slug: str
) -> None:
    staff = people[slug]
    cases = [ask(staff.city, f"Tree permits of the year {number}", number) for number in range(3)]
    before = [list(case.deadlines.values_list("clock_key", "due_on", "state")) for case in cases]
    group = next(one for one in found(staff) if one.count == 3)
    plain = file_case(staff.city, "dataset_request")
    proposal = Proposal(staff.city, "Publish tree permits", "All tree permits", key_of(new_key()) or "")
    made = proposals.propose(proposal, group, by=staff.clerk, now=FILED + 10 * DAY)
    assert (made.kind, made.office_id, made.channel) == ("dataset_request", plain.office_id, "proposal")
    assert "Asked for 3 times by 3 requesters" in made.datasetrequest.purpose
    ties = CaseLink.objects.filter(target=made)
    assert {tie.source_id for tie in ties} == {case.pk for case in cases}
    assert {tie.tie for tie in ties} == {"gathered_in"}
    assert [list(case.deadlines.values_list("clock_key", "due_on", "state")) for case in cases] == before
    assert found(staff)[0].proposed == [made.reference]
    again = proposals.propose(proposal, group, by=staff.clerk, now=FILED + 10 * DAY)
    assert again == made and CaseLink.objects.filter(target=made).count() == 3


def test_one_request_is_no_repetition_and_other_kinds_are_not_gathered(kent: Staff, asked) -> None:
    (group,) = found(kent)
    proposal = Proposal(kent.city, "A", "B", key_of(new_key()) or "")
    for cases, sentence in (
        (asked[:1], "at least two"),
        ([*asked[:1], file_case(kent.city)], "Only records"),
    ):
        with pytest.raises(NotAllowed, match=sentence):
            chosen = repeated.Group(group.key, group.words, None, cases, [])
            proposals.propose(proposal, chosen, by=kent.clerk, now=FILED + 10 * DAY)
    assert not CaseLink.objects.exists()


def test_from_the_desk_to_the_proposal(kent: Staff, asked: list[Submission]) -> None:
    client = signed_in(kent.clerk)
    assert "Asked for again and again" in main_of(client.get(reverse("requests_app:desk")))
    listed = reverse("requests_app:repeated", args=["kent"])
    page = client.get(listed)
    assert "3 requests" in main_of(page) and "2 requesters" in main_of(page)
    address = f"{listed}?group=words:inspection%2Brestaurant"
    form = main_of(client.get(address))
    assert "Asked for 3 times by 2 requesters" in form
    sent = {
        "title": "Publish inspections",
        "description": "",
        "cases": [case.pk for case in asked[:2]],
        "submission_key": new_key(),
    }
    refused = client.post(address, sent)
    assert refused.status_code == 422 and "Publish inspections" in refused.content.decode()
    answer = client.post(address, {**sent, "description": "All inspections of restaurants"})
    assert answer.status_code == 302
    made = Submission.objects.get(channel="proposal")
    assert made.links_here.count() == 2 and "2 times by 1 requesters" in made.datasetrequest.purpose
    assert made.reference in main_of(client.get(listed))
    words = main_of(client.get(reverse("requests_app:links", args=[made.reference])))
    assert "This proposal came from it" in words and asked[0].reference in words
    assert signed_in(kent.auditor).post(address, sent).status_code == 403


def test_who_is_only_informed_of_a_request_writes_nothing_into_it(kent: Staff, asked) -> None:
    office = kent.bob.memberships.get().office
    for case in asked[:3]:
        Involvement.objects.get_or_create(
            submission=case, office=office, relation=Relation.INFORMED, defaults={"since": FILED}
        )
    address = f"{reverse('requests_app:repeated', args=['kent'])}?group=words:inspection%2Brestaurant"
    sent = {
        "title": "Publish inspections",
        "description": "All inspections of restaurants",
        "cases": [case.pk for case in asked[:2]],
        "submission_key": new_key(),
    }
    before = [case.events.count() for case in asked]
    answer = signed_in(kent.bob).post(address, sent)
    assert answer.status_code == 403 and asked[0].reference in main_of(answer)
    assert [case.events.count() for case in asked] == before
    assert not CaseLink.objects.exists()
