"""Filters, order and paging of the lists, and that no list shows what its reader may not see."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portals.models import CatalogRun
from portals.vocabulary import Outcome
from requests_app import access, deadlines, determinations, intake
from requests_app.correspondence import conversation
from requests_app.desk import my_desk, next_due, queue
from requests_app.desk.queue import PAGE, QueueFilter, page_of, workplace
from requests_app.events import case_clocks
from requests_app.models import Action, Event, Status, Submission
from tests.requests_app.factories import FILED, Staff, file_case

DAY = dt.timedelta(days=1)


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def found(user: Any, *, now: dt.datetime = FILED, **data: str) -> list[Submission]:
    who = access.standing(user)
    chosen = QueueFilter(data, who=who, place=workplace(who), now=now)
    assert chosen.is_valid(), chosen.errors
    return list(page_of(chosen.qs, chosen.chosen["sort"]).rows)


def one(kent: Staff, **changes: Any) -> Submission:
    return file_case(kent.city, dataset=kent.dataset, **changes)


def test_without_a_choice_it_shows_what_my_offices_must_act_on(kent: Staff) -> None:
    case = one(kent)
    assert found(kent.alice) == [case]
    assert found(kent.charlie) == []


def test_a_case_that_went_to_an_office_added_a_moment_ago_is_shown_all_the_same(kent: Staff) -> None:
    case = one(kent)
    (shown,) = page_of(access.led_by(access.standing(kent.alice)), "urgency", offices={}).rows
    assert (shown, shown.office.name) == (case, kent.steward.name)


def test_ended_cases_are_shown_only_when_asked_for(kent: Staff) -> None:
    case = one(kent)
    determinations.determine(case, determinations.Answer(Outcome.CORRECTED, "Done"), by=kent.alice, now=FILED)
    assert found(kent.alice) == []
    assert found(kent.alice, state="determined") == found(kent.alice, state="any") == [case]


def test_what_is_chosen_in_the_folded_filters_is_told_in_words(kent: Staff) -> None:
    who = access.standing(kent.clerk)
    data = {
        "scope": "city",
        "office": str(kent.steward.pk),
        "kind": "error_report",
        "due": "late",
        "text": "tree",
    }
    chosen = QueueFilter(data | {"dataset": "tree-s001"}, who=who, place=workplace(who), now=FILED)
    assert chosen.told == [
        "Whole city",
        kent.steward.name,
        "Report an error in a dataset",
        "Late",
        "tree-s001",
    ]
    assert QueueFilter({}, who=who, place=workplace(who), now=FILED).told == []
    wrong = QueueFilter({"kind": "<b>"}, who=who, place=workplace(who), now=FILED)
    assert not wrong.is_valid() and wrong.told == ["<b>"]


def test_what_has_ended_is_shown_newest_first(kent: Staff) -> None:
    cases = [one(kent) for _number in range(3)]
    for case in cases[:2]:
        conversation.withdraw(case, now=FILED)
    assert found(kent.alice, state="withdrawn") == [cases[1], cases[0]]
    assert found(kent.alice, state="any") == cases[::-1]
    assert found(kent.alice, state="any", sort="urgency")[0] == cases[2]


def test_open_means_at_work_whatever_happened_before(kent: Staff) -> None:
    case = one(kent)
    answer = determinations.Answer(Outcome.CORRECTED, "Done")
    assert set(found(kent.alice)) == {case}
    determinations.determine(case, answer, by=kent.alice, now=FILED)
    determinations.close(case, by=kent.alice, now=FILED)
    assert found(kent.alice) == []
    determinations.reopen(case, reason="Again", by=kent.alice, now=FILED + DAY)
    assert found(kent.alice) == [case]
    conversation.withdraw(case, now=FILED + DAY)
    assert found(kent.alice) == []


@pytest.mark.parametrize(("due", "days"), [("late", 10), ("today", 3), ("week", 0), ("week", 3)])
def test_due_is_a_question_about_the_citys_date(kent: Staff, due: str, days: int) -> None:
    case = one(kent)
    assert case.next_due_on == dt.date(2026, 6, 4)
    assert found(kent.alice, now=FILED + days * DAY, due=due) == [case]


def test_late_begins_at_midnight_of_the_city(kent: Staff) -> None:
    case = one(kent)
    midnight = dt.datetime(2026, 6, 5, tzinfo=case.city.zone)
    assert found(kent.alice, now=midnight - dt.timedelta(seconds=1), due="late") == []
    assert found(kent.alice, now=midnight, due="late") == [case]


def test_cities_in_several_time_zones_have_their_own_today(people: dict[str, Staff]) -> None:
    user = people["kent"].clerk
    office = people["oklahoma-city"].clerk.memberships.get().office
    office.members.create(user=user, city=office.city, role="clerk")
    cases = [file_case(people[slug].city, "records_request") for slug in ("kent", "oklahoma-city")]
    Submission.objects.update(next_due_on=dt.date(2026, 6, 4), urgency=dt.date(2026, 6, 4))
    between = dt.datetime(2026, 6, 5, 5, 30, tzinfo=dt.UTC)  # still Thursday in Kent, Friday in Oklahoma
    assert found(user, now=between, due="late") == [cases[1]]
    assert found(user, now=between, due="today") == [cases[0]]


def test_nothing_due_is_a_filter_of_its_own(people: dict[str, Staff]) -> None:
    staff = people["oklahoma-city"]
    case = file_case(staff.city, "records_request")
    intake.acknowledge(case, by=staff.clerk, now=FILED)
    case.refresh_from_db()
    assert case.urgency == deadlines.NOTHING_DUE
    assert found(staff.clerk, due="none") == [case]
    row = queue.with_columns(Submission.objects.all()).get()
    assert next_due.due_state(row, dt.date(2026, 6, 1))["key"] == "not_specified"


def test_a_case_with_only_an_estimated_date_shows_it_in_its_own_words(kent: Staff) -> None:
    case = file_case(kent.city, "records_request")
    until = dt.date(2026, 7, 10)
    intake.acknowledge(case, by=kent.clerk, now=FILED, estimate_until=until)
    rows = list(queue.with_columns(Submission.objects.all()))
    next_due.read_duties(rows)
    for row, events in ((rows[0], None), (Submission.objects.get(pk=case.pk), list(case.events.all()))):
        assert row.next_due_on is None
        told = next_due.due_state(row, dt.date(2026, 6, 30), events)
        assert (told["key"], told["word"], told["distance"]) == (
            "on_time",
            "Estimated for July 10, 2026",
            "in 10 days",
        )
        passed = next_due.due_state(row, dt.date(2026, 7, 11), events)
        assert passed["word"] == "Estimated date July 10, 2026 has passed" and passed["key"] != "late"


def test_an_estimate_ends_with_a_reopening_and_a_newer_one_takes_its_place(kent: Staff) -> None:
    case = file_case(kent.city, "records_request")
    intake.acknowledge(case, by=kent.clerk, now=FILED, estimate_until=dt.date(2026, 7, 10))
    determinations.estimate(case, until=dt.date(2026, 8, 3), reason="More to read", by=kent.clerk, now=FILED)
    events = list(case.events.order_by("sequence"))
    assert case_clocks.estimate_of(events) == dt.date(2026, 8, 3)
    assert case_clocks.estimate_of([*events, Event(action=Action.REOPEN)]) is None


def test_a_case_that_waits_for_its_requester_is_told_as_such(kent: Staff) -> None:
    case = one(kent)
    conversation.ask(case, body="Which?", by=kent.alice, now=FILED)
    assert found(kent.alice, state=Status.CLARIFYING) == [case]
    assert str(next_due.STATES[Status.CLARIFYING]) == "Waiting for the requester"
    conversation.answer(case, body="This", now=FILED + DAY)
    assert found(kent.alice, state="wrote") == [case]


def test_kind_office_dataset_and_words_narrow(kent: Staff) -> None:
    trees = one(kent, title="Trees in the river")
    record = file_case(kent.city, "records_request", title="Übung of the fire brigade")
    clerk = kent.clerk
    assert set(found(clerk, scope="city")) == {trees, record}
    assert found(clerk, scope="city", kind="records_request") == [record]
    assert found(clerk, scope="city", office=str(kent.steward.pk)) == [trees]
    assert found(clerk, scope="city", dataset=kent.dataset.identifier) == [trees]
    assert found(clerk, scope="city", text="tree riv") == []
    assert found(clerk, scope="city", text="trees RIV") == [trees]
    assert found(clerk, scope="city", text="ubung") == [record]
    assert found(clerk, scope="city", text=record.reference) == [record]
    assert found(clerk, scope="city", text="\"' OR 1=1 --*") == []


def test_what_i_was_given_and_what_my_office_is_informed_of(kent: Staff) -> None:
    case = one(kent)
    assert found(kent.alice, scope="mine") == []
    intake.assign(case, to=kent.alice, by=kent.bob, now=FILED)
    assert found(kent.alice, scope="mine") == [case]
    informed = case.involvements.first()
    assert informed is not None
    user = informed.office.members.create(user=kent.charlie, city=kent.city).user
    assert found(user, scope="informed") == [case]


@pytest.mark.parametrize("scope", list(queue.SCOPES))
@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "clerk", "attorney", "auditor"])
def test_no_scope_shows_more_than_may_be_seen(people: dict[str, Staff], who: str, scope: str) -> None:
    for staff in people.values():
        file_case(staff.city, dataset=staff.dataset)
        file_case(staff.city, "records_request")
        file_case(staff.city, "privacy_concern")
    for staff in people.values():
        user = getattr(staff, who) or staff.clerk
        standing = access.standing(user)
        shown = set(queue.SCOPES[scope][1](standing, workplace(standing).dates(FILED)))
        assert shown <= set(access.visible_to(standing))
        assert {case.city_id for case in shown} <= {staff.city.pk}


def test_a_scope_or_office_that_is_not_mine_is_no_choice(people: dict[str, Staff]) -> None:
    kent, portland = people["kent"], people["portland"]
    one(kent)
    who = access.standing(portland.alice)
    place = workplace(who)
    for data in ({"scope": "city"}, {"office": str(kent.steward.pk)}, {"state": "overdue"}):
        assert not QueueFilter(data, who=who, place=place, now=FILED).is_valid(), data
    clerk = access.standing(portland.clerk)
    chosen = {"scope": "city", "office": str(kent.steward.pk)}
    narrowed = QueueFilter(chosen, who=clerk, place=workplace(clerk), now=FILED)
    assert not narrowed.is_valid()
    assert not set(narrowed.queryset) - set(access.visible_to(clerk))


@pytest.fixture
def many(kent: Staff) -> Iterator[list[Submission]]:
    cases = [one(kent, received_at=FILED - dt.timedelta(days=number % 9)) for number in range(PAGE * 2 + 3)]
    yield cases


@pytest.mark.parametrize("sort", ["urgency", "newest"])
def test_pages_show_everything_once_and_lead_back(kent: Staff, many: list[Submission], sort: str) -> None:
    everything = access.led_by(access.standing(kent.alice))
    pages, after = [], ""
    while True:
        page = page_of(everything, sort, after=after)
        pages.append(page)
        after = page.after
        if not after:
            break
    shown = [row.pk for page in pages for row in page.rows]
    assert [len(page.rows) for page in pages] == [PAGE, PAGE, 3]
    assert sorted(shown) == sorted(case.pk for case in many)
    back = page_of(everything, sort, before=pages[2].before)
    assert [row.pk for row in back.rows] == [row.pk for row in pages[1].rows]
    first = page_of(everything, sort, before=back.before)
    assert [row.pk for row in first.rows] == [row.pk for row in pages[0].rows]
    assert (pages[0].before, first.before) == ("", "")


def test_a_case_that_leaves_between_two_pages_hides_no_other(kent: Staff, many: list[Submission]) -> None:
    everything = access.led_by(access.standing(kent.alice))
    first = page_of(everything, "urgency")
    Submission.objects.filter(pk__in=[row.pk for row in first.rows[:5]]).update(
        urgency=deadlines.NOTHING_DUE, next_due_on=None
    )
    second = page_of(everything, "urgency", after=first.after)
    assert len(second.rows) == PAGE
    assert not {row.pk for row in first.rows} & {row.pk for row in second.rows}


NEARLY_CURSORS = ["9999-12-31.", ".7", "2026-02-30.1", "1e9", "٣", "2026-06-01." + "9" * 40, "9" * 40]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cursor=st.one_of(st.text(max_size=30), st.sampled_from(["9999-12-31.", ".7", "2026-02-30.1", "1e9", "٣"]))
)
def test_no_cursor_breaks_a_page(kent: Staff, cursor: str) -> None:
    everything = access.led_by(access.standing(kent.alice))
    for sort in ("urgency", "newest"):
        page_of(everything, sort, after=cursor)
        page_of(everything, sort, before=cursor)


def explained(queryset: Any) -> str:
    return str(queryset.explain())


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a small table is read whole by PostgreSQL")
@pytest.mark.parametrize(("who", "index"), [("alice", "open_of_an_office"), ("auditor", "open_of_a_city")])
def test_the_queue_reads_an_index_in_its_order(kent: Staff, who: str, index: str) -> None:
    standing = access.standing(getattr(kent, who))
    chosen = QueueFilter({}, who=standing, place=workplace(standing), now=FILED)
    plan = explained(chosen.qs.order_by("urgency", "pk")[:26])
    assert index in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a small table is read whole by PostgreSQL")
@pytest.mark.parametrize("who", ["alice", "clerk"])
def test_cases_of_the_absent_are_found_by_person_not_among_all_of_an_office(kent: Staff, who: str) -> None:
    standing = access.standing(getattr(kent, who))
    cases = access.stood_in_for(standing, {kent.city.pk: FILED.date()}).filter(status__in=["received"])
    plan = explained(cases.order_by("urgency", "pk")[:31])
    assert "cases_of_a_person" in plan


def test_the_desk_counts_no_further_than_it_shows(kent: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(my_desk, "COUNT_CAP", 3)
    for _number in range(5):
        one(kent)
    who = access.standing(kent.alice)
    lists = {found.key: found for found in my_desk.desk_lists(who, workplace(who), FILED)}
    assert lists["unacknowledged"].count == "3+"


def test_only_a_latest_import_that_failed_is_told(kent: Staff) -> None:
    def run(days: int, ok: bool) -> CatalogRun:
        return CatalogRun.objects.create(city=kent.city, at=FILED + days * DAY, source="x", ok=ok)

    run(0, False)
    assert [found.at for found in my_desk.failing_catalogues([kent.city.pk])] == [FILED]
    run(1, True)
    assert not my_desk.failing_catalogues([kent.city.pk])
    last = run(2, False)
    assert list(my_desk.failing_catalogues([kent.city.pk])) == [last]
