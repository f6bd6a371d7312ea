"""The pages behind the desk, through HTTP."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from portals.rulebook import rulebook_for
from portals.vocabulary import SubmissionKind
from requests_app import escalation, intake, routing
from requests_app.correspondence import conversation
from requests_app.desk.queue import PAGE
from requests_app.models import Event, Submission
from requests_app.pages import casefile
from tests.requests_app.factories import FILED, Staff, UserFactory, file_case, keep_rules
from tests.requests_app.staff_pages import page, signed_in

DAY = dt.timedelta(days=1)


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def case(kent: Staff) -> Submission:
    return file_case(kent.city, dataset=kent.dataset, title="Trees in the river")


@pytest.mark.parametrize("name", ["desk", "queue", "styleguide"])
def test_the_desk_asks_for_a_sign_in(client: Client, name: str, db: None) -> None:
    answer = page(client, name)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_an_account_without_an_office_gets_a_sentence(kent: Staff) -> None:
    answer = page(signed_in(UserFactory()), "desk")
    assert answer.status_code == 403
    assert "belongs to no office" in answer.content.decode()


@pytest.mark.parametrize("name", ["desk", "queue", "styleguide"])
@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "clerk", "attorney", "auditor"])
def test_everybody_with_an_office_finds_the_pages(kent: Staff, who: str, name: str) -> None:
    answer = page(signed_in(getattr(kent, who)), name)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_what_is_late_comes_first_on_my_desk(kent: Staff, case: Submission, time_machine) -> None:
    time_machine.move_to(FILED + 10 * DAY)
    answer = page(signed_in(kent.alice), "desk")
    assert [one["list"].key for one in answer.context["lists"]] == ["late"]
    assert case.reference in answer.content.decode()


def test_a_fresh_case_waits_for_its_acknowledgement(kent: Staff, case: Submission, time_machine) -> None:
    time_machine.move_to(FILED)
    answer = page(signed_in(kent.alice), "desk")
    assert [one["list"].key for one in answer.context["lists"]] == ["unacknowledged"]


def test_what_the_requester_wrote_and_what_is_mine_stand_on_the_desk(
    kent: Staff, case: Submission, time_machine
) -> None:
    intake.acknowledge(case, by=kent.alice, now=FILED)
    intake.claim(case, by=kent.alice, now=FILED)
    conversation.message(case, body="One more thing", now=FILED + DAY)
    time_machine.move_to(FILED + DAY)
    alice = page(signed_in(kent.alice), "desk").context["lists"]
    bob = page(signed_in(kent.bob), "desk").context["lists"]
    assert [one["list"].key for one in alice] == ["answered", "assigned"]
    assert [one["list"].key for one in bob] == ["answered"]


def test_an_office_that_leads_nothing_has_an_empty_desk(kent: Staff, case: Submission) -> None:
    answer = page(signed_in(kent.charlie), "desk")
    assert answer.context["lists"] == []
    assert "Nothing needs you today" in answer.content.decode()


def test_the_desk_needs_at_most_twelve_queries(
    people: dict[str, Staff], django_assert_max_num_queries
) -> None:
    staff = people["oklahoma-city"]
    for number in range(4):
        case = file_case(staff.city, "records_request")
        intake.acknowledge(case, by=staff.clerk, now=FILED)
        intake.assign(case, to=staff.clerk, by=staff.clerk, now=FILED)
        file_case(staff.city, "records_request", received_at=FILED - number * DAY)
    client = signed_in(staff.clerk)
    with django_assert_max_num_queries(12):
        answer = page(client, "desk")
    shown = {one["list"].key: one["rows"] for one in answer.context["lists"]}
    assert {row["due"]["key"] for row in shown["assigned"]} == {"not_specified"}


def test_a_row_that_was_kept_is_shown_anew_as_soon_as_anything_in_it_changes(
    kent: Staff, case: Submission, time_machine
) -> None:
    time_machine.move_to(FILED)

    def seen(who) -> str:
        return page(signed_in(who), "queue", scope="city").content.decode()

    first = seen(kent.clerk)
    assert "Acknowledge<span" in first
    assert "Acknowledge<span" not in seen(kent.auditor)
    intake.acknowledge(case, by=kent.clerk, now=FILED)
    assert "Acknowledge<span" not in seen(kent.clerk)
    intake.claim(case, by=kent.clerk, now=FILED)
    assert "nobody yet" not in seen(kent.clerk)
    kent.clerk.first_name = "Renamed"
    kent.clerk.save()
    assert '<td data-label="Who">Renamed</td>' in seen(kent.clerk)
    file_case(kent.city, dataset=kent.dataset)
    assert "state-late" not in seen(kent.clerk)
    time_machine.move_to(FILED + 30 * DAY)
    assert "state-late" in seen(kent.clerk)


def test_a_case_that_was_kept_is_shown_anew_with_every_event_and_every_day(
    kent: Staff, case: Submission, time_machine
) -> None:
    time_machine.move_to(FILED)

    def seen() -> str:
        return page(signed_in(kent.clerk), "staff_case", case.reference).content.decode()

    assert "Look at row 7" not in seen()
    conversation.note(case, body="Look at row 7", by=kent.alice, now=FILED)
    assert "Look at row 7" in seen()
    assert "state-late" not in seen()
    time_machine.move_to(FILED + 30 * DAY)
    assert "state-late" in seen()


def test_the_queue_needs_at_most_eight_queries(kent: Staff, django_assert_max_num_queries) -> None:
    for _number in range(PAGE + 2):
        file_case(kent.city, dataset=kent.dataset)
    client = signed_in(kent.alice)
    with django_assert_max_num_queries(8):
        answer = page(client, "queue")
    assert len(answer.context["rows"]) == PAGE
    with django_assert_max_num_queries(8):
        page(client, "queue", text="trees", due="late", office=str(kent.steward.pk))


def test_a_reference_that_is_typed_leads_straight_to_the_case(kent: Staff, case: Submission) -> None:
    answer = page(signed_in(kent.alice), "queue", text=f" {case.reference.lower()} ")
    assert answer["Location"] == reverse("requests_app:staff_case", args=[case.reference])
    assert page(signed_in(kent.charlie), "queue", text=case.reference).status_code == 200


def test_the_queue_offers_what_may_be_done_by_keyboard(kent: Staff, case: Submission) -> None:
    assert 'data-key="a"' in page(signed_in(kent.alice), "queue").content.decode()
    audit = page(signed_in(kent.auditor), "queue").content.decode()
    assert case.reference in audit
    assert "data-key" not in audit.replace('data-key="/"', "")


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 200), ("clerk", 200), ("auditor", 200), ("charlie", 404)]
)
def test_a_case_shows_itself_only_to_those_who_may_see_it(
    kent: Staff, case: Submission, who: str, status: int
) -> None:
    assert page(signed_in(getattr(kent, who)), "staff_case", case.reference).status_code == status


def test_nobody_of_another_city_sees_a_case(people: dict[str, Staff], case: Submission) -> None:
    for who in ("alice", "clerk", "auditor"):
        client = signed_in(getattr(people["portland"], who))
        assert page(client, "staff_case", case.reference).status_code == 404
        assert client.post(reverse("requests_app:act", args=[case.reference, "note"])).status_code == 404


def busy(case: Submission, kent: Staff) -> None:
    now = FILED
    intake.acknowledge(case, by=kent.alice, now=now, message="We have it")
    for turn in range(9):
        conversation.ask(case, body=f"Which tree? {turn}", by=kent.alice, now=now + turn * DAY)
        conversation.answer(case, body="The third", now=now + turn * DAY + DAY / 2)
    conversation.note(case, body="Seen it", by=kent.bob, now=now + 10 * DAY)


def test_a_case_with_twenty_events_needs_eight_queries(
    kent: Staff, case: Submission, django_assert_max_num_queries
) -> None:
    busy(case, kent)
    assert Event.objects.filter(submission=case).count() > 20
    client = signed_in(kent.alice)
    with django_assert_max_num_queries(8):
        answer = page(client, "staff_case", case.reference)
    text = answer.content.decode()
    assert text.count("Which tree?") == 9
    assert "Seen it" in text and "internal note" in text


@pytest.mark.parametrize("kind", SubmissionKind.values)
def test_a_new_case_of_each_kind_needs_eight_queries_when_it_is_first_seen(
    kent: Staff, kind: str, django_assert_max_num_queries
) -> None:
    keep_rules(kent.city)  # that know the office of the dataset
    case = file_case(kent.city, kind, dataset=kent.dataset)
    client = signed_in(kent.clerk)
    with django_assert_max_num_queries(8):
        answer = page(client, "staff_case", case.reference)
    assert answer.context["file"].ladder or kind == SubmissionKind.APPEAL


def test_a_case_explains_its_dates_offices_and_ladder(kent: Staff, case: Submission, time_machine) -> None:
    time_machine.move_to(FILED)
    text = page(signed_in(kent.alice), "staff_case", case.reference).content.decode()
    assert "Why this date?" in text
    assert "Parks by Hand publishes the dataset." in text
    assert "must act" in text and "is informed" in text
    ladder = page(signed_in(kent.alice), "staff_case", case.reference).context["file"].ladder
    assert [rung.state for rung in ladder][:2] == ["next", "ahead"]
    assert {"remind"} <= {rung.words for rung in ladder}
    assert ladder == sorted(ladder, key=lambda rung: rung.on)


def test_the_history_shows_what_an_act_changed(kent: Staff, case: Submission) -> None:
    clerk = kent.clerk.memberships.get().office
    intake.claim(case, by=kent.alice, now=FILED)
    routing.refer(case, to=clerk, reason="Not ours", by=kent.alice, now=FILED + DAY)
    answer = page(signed_in(kent.clerk), "staff_case", case.reference)
    changes = {
        change.label: (change.before, change.after)
        for line in answer.context["file"].history[1:]
        for change in line.changes
    }
    assert changes["Office"] == ("Parks by Hand", "City Clerk")
    assert changes["Assigned to"] == ("Alice", "")


def test_an_auditor_reads_and_is_offered_nothing(kent: Staff, case: Submission) -> None:
    answer = page(signed_in(kent.auditor), "staff_case", case.reference)
    assert answer.context["acts"] == answer.context["direct"] == []
    assert "You may read this case" in answer.content.decode()


def test_the_ladder_tells_what_was_done_and_what_comes_next(kent: Staff, case: Submission) -> None:
    now = FILED + 7 * DAY
    escalation.sweep(now=now)
    file = casefile.read(Submission.objects.all(), case.reference, now=now)
    states = [rung.state for rung in file.ladder]
    taken = Event.objects.filter(submission=case, actor="clock").exclude(action="raise_unclaimed")
    assert states.count("done") == taken.count() > 0
    assert states.index("next") == states.count("done")
    assert all(rung.on <= file.today for rung in file.ladder if rung.state == "done")


def test_an_acknowledged_case_climbs_no_further(kent: Staff, case: Submission) -> None:
    intake.acknowledge(case, by=kent.alice, now=FILED)
    file = casefile.read(Submission.objects.all(), case.reference, now=FILED)
    assert file.ladder == []


def test_the_history_speaks_in_the_citys_time(kent: Staff, case: Submission) -> None:
    intake.acknowledge(case, by=kent.alice, now=FILED)
    text = page(signed_in(kent.alice), "staff_case", case.reference).content.decode()
    assert "10 a.m." in text
    assert "5 p.m." not in text


def test_a_view_of_every_day_is_one_press_away(kent: Staff, case: Submission) -> None:
    answer = page(signed_in(kent.clerk), "queue", scope="city", due="late")
    current = [view["label"] for view in answer.context["views"] if view["current"]]
    assert current == ["Late"]
    assert all("scope=city" in view["url"] for view in answer.context["views"])


def test_the_route_of_a_case_says_where_it_is_written(people: dict[str, Staff]) -> None:
    staff = people["portland"]
    case = file_case(staff.city, "records_request")
    rule = routing.rule_of_lead(case, rulebook_for(staff.city))
    assert rule and rule.citation

    def route() -> str:
        seen = page(signed_in(staff.clerk), "staff_case", case.reference).content.decode()
        return seen.split('id="route"', 1)[1].split('id="ladder"', 1)[0]

    assert rule.citation in route()
    routing.refer(case, to=staff.steward, reason="Theirs", by=staff.clerk, now=FILED)
    assert "Theirs" in route() and rule.citation not in route()


def test_who_may_not_see_a_case_is_led_back_to_the_desk_and_told_nothing_of_it(
    people: dict[str, Staff], case: Submission
) -> None:
    client = signed_in(people["portland"].clerk)
    hidden, none = (page(client, "staff_case", one).content.decode() for one in (case.reference, "KNT-NONE"))
    assert "it is not for your office" in hidden and reverse("requests_app:queue") in hidden
    assert case.title not in hidden
    assert hidden.split("<main", 1)[1] == none.split("<main", 1)[1]
