"""Reviews outside the city: what is written down of them, and which clocks that moves."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from portals.vocabulary import ClockState, Milestone
from requests_app.events.appeal_stand import reviews_of
from requests_app.lifecycle import NotAllowed
from requests_app.models import Notice, OutsideReview, Submission
from requests_app.redress import reviews
from requests_app.redress.reviews import Petition
from tests.requests_app.appeal_cases import DAY, denied_record, fresh
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.pages import prove, text_of
from tests.requests_app.staff_pages import signed_in

Result = OutsideReview.Result
DENIED_ON = dt.date(2026, 6, 2)
NOW = FILED + 30 * DAY


@pytest.fixture
def portland(people: dict[str, Staff]) -> Staff:
    return people["portland"]


@pytest.fixture
def case(portland: Staff) -> Submission:
    return denied_record(portland.city, portland.clerk)


def petitioned(case: Submission, by: object, route: str, on: dt.date, **more: object) -> OutsideReview:
    return reviews.petition(case, Petition(route, on, **more), by=by, now=NOW)  # type: ignore[arg-type]


def requester_of(case: Submission) -> Client:
    client = Client()
    prove(client, case)
    return client


def due(case: Submission, milestone: str) -> tuple[dt.date | None, str] | None:
    row = case.deadlines.filter(milestone=milestone).first()
    return (row.due_on, row.state) if row else None


def test_portland_petition_order_and_compliance_take_seven_and_seven_days(
    portland: Staff, case: Submission
) -> None:
    petitioned(case, portland.clerk, "district-attorney", dt.date(2026, 6, 5))
    assert due(case, Milestone.REVIEWER_DECISION) == (dt.date(2026, 6, 12), ClockState.OPEN)
    assert due(case, Milestone.COMPLIANCE) is None
    order = {"number": 1, "on": dt.date(2026, 6, 11), "by": portland.clerk, "now": NOW}
    reviews.order(case, result=Result.FOR_REQUESTER, **order)
    assert due(case, Milestone.REVIEWER_DECISION) == (dt.date(2026, 6, 12), ClockState.MET)
    assert due(case, Milestone.COMPLIANCE) == (dt.date(2026, 6, 18), ClockState.OPEN)
    assert "June 18, 2026" in Notice.objects.get(submission=case, kind="review_order").body
    assert fresh(case).next_due_on == dt.date(2026, 6, 18)
    reviews.comply(case, number=1, on=dt.date(2026, 6, 15), by=portland.clerk, now=NOW)
    assert due(case, Milestone.COMPLIANCE) == (dt.date(2026, 6, 18), ClockState.MET)
    assert fresh(case).next_due_on is None
    (told,) = reviews_of(case.events.order_by("sequence"))
    assert (told.result, told.complied_on) == (Result.FOR_REQUESTER, dt.date(2026, 6, 15))
    assert Notice.objects.filter(submission=case, kind="review_order").exists()


@pytest.mark.parametrize("result", [Result.FOR_CITY, Result.ENDED])
def test_nothing_is_to_be_complied_with_where_nothing_was_ordered(
    portland: Staff, case: Submission, result: OutsideReview.Result
) -> None:
    petitioned(case, portland.clerk, "district-attorney", dt.date(2026, 6, 5))
    reviews.order(case, number=1, result=result, on=dt.date(2026, 6, 11), by=portland.clerk, now=NOW)
    assert due(case, Milestone.REVIEWER_DECISION) == (dt.date(2026, 6, 12), ClockState.MET)
    assert due(case, Milestone.COMPLIANCE) is None
    with pytest.raises(NotAllowed, match="No order"):
        reviews.comply(case, number=1, on=dt.date(2026, 6, 15), by=portland.clerk, now=NOW)


def test_a_suit_starts_no_clock_of_the_petition(portland: Staff, case: Submission) -> None:
    petitioned(case, portland.clerk, "circuit-court-elected-official", dt.date(2026, 6, 5))
    assert due(case, Milestone.REVIEWER_DECISION) is None
    reviews.order(
        case, number=1, result=Result.FOR_REQUESTER, on=dt.date(2026, 6, 20), by=portland.clerk, now=NOW
    )
    assert due(case, Milestone.COMPLIANCE) is None


def test_oklahoma_city_counts_thirty_days_to_petition_and_sixty_to_decide(people: dict[str, Staff]) -> None:
    staff = people["oklahoma-city"]
    for on, late in ((dt.date(2026, 7, 2), False), (dt.date(2026, 7, 6), True)):
        case = denied_record(staff.city, staff.clerk)
        assert due(case, Milestone.APPEAL_FILING) == (dt.date(2026, 7, 2), ClockState.OPEN)
        now = FILED + 60 * DAY
        found = reviews.petition(case, Petition("public-access-counselor", on), by=staff.clerk, now=now)
        assert (found.is_late, found.last_day) == (late, dt.date(2026, 7, 2))
        assert due(case, Milestone.APPEAL_FILING) == (dt.date(2026, 7, 2), ClockState.MET)
        assert due(case, Milestone.REVIEWER_DECISION) == (on + 60 * DAY, ClockState.OPEN)
        (told,) = reviews_of(case.events.order_by("sequence"))
        assert told.late is late


def test_the_day_of_the_petition_decides_whether_it_is_late(people: dict[str, Staff]) -> None:
    staff = people["oklahoma-city"]
    case = denied_record(staff.city, staff.clerk)
    given = Petition("public-access-counselor", dt.date(2026, 7, 6), filed_on=dt.date(2026, 7, 1))
    assert not reviews.petition(case, given, by=staff.clerk, now=FILED + 60 * DAY).is_late


def test_one_review_a_way_is_open_at_a_time(portland: Staff, case: Submission) -> None:
    petitioned(case, portland.clerk, "district-attorney", dt.date(2026, 6, 5))
    with pytest.raises(NotAllowed, match="open already"):
        petitioned(case, portland.clerk, "district-attorney", dt.date(2026, 6, 6))
    assert case.reviews.count() == 1 and len(reviews_of(case.events.order_by("sequence"))) == 1
    reviews.order(case, number=1, result=Result.ENDED, on=dt.date(2026, 6, 8), by=portland.clerk, now=NOW)
    assert petitioned(case, portland.clerk, "district-attorney", dt.date(2026, 6, 9)).number == 2


@pytest.mark.parametrize(
    ("petition", "why"),
    [
        (Petition("bureau-review", dt.date(2026, 6, 5)), "no such way"),
        (Petition("attorney-general", dt.date(2026, 6, 5)), "no such way"),
        (Petition("nonsense", dt.date(2026, 6, 5)), "no such way"),
        (Petition("district-attorney", dt.date(2026, 9, 5)), "future"),
        (Petition("district-attorney", dt.date(2026, 5, 5)), "before the case"),
        (Petition("district-attorney", dt.date(2026, 6, 5), filed_on=dt.date(2026, 6, 6)), "after it was"),
    ],
)
def test_what_cannot_be_is_not_recorded(
    portland: Staff, case: Submission, petition: Petition, why: str
) -> None:
    before = fresh(case).chain_length
    with pytest.raises(NotAllowed, match=why):
        reviews.petition(case, petition, by=portland.clerk, now=NOW)
    assert fresh(case).chain_length == before and not case.reviews.exists()


def test_an_order_belongs_to_an_open_review_and_comes_after_it(portland: Staff, case: Submission) -> None:
    petitioned(case, portland.clerk, "district-attorney", dt.date(2026, 6, 5))
    for number, on in ((2, dt.date(2026, 6, 8)), (1, dt.date(2026, 6, 4)), (1, dt.date(2026, 9, 1))):
        with pytest.raises(NotAllowed):
            reviews.order(case, number=number, result=Result.PARTLY, on=on, by=portland.clerk, now=NOW)
    assert not case.reviews.exclude(result="").exists()


def test_what_has_no_way_outside_offers_none(people: dict[str, Staff]) -> None:
    assert reviews.ways_outside(file_case(people["kent"].city)) == []
    kansas = file_case(people["kansas-city"].city, "records_request")
    assert {way.key for way in reviews.ways_outside(kansas)} == {"attorney-general", "circuit-court"}


def test_what_staff_note_at_a_review_is_read_by_staff_and_not_by_the_requester(
    portland: Staff, case: Submission
) -> None:
    petitioned(case, portland.clerk, "district-attorney", dt.date(2026, 6, 5), note="DA 26-11")
    order = {"number": 1, "by": portland.clerk, "now": NOW}
    reviews.order(case, result=Result.FOR_REQUESTER, on=dt.date(2026, 6, 8), note="by e-mail", **order)
    reviews.comply(case, on=dt.date(2026, 6, 9), note="two boxes", **order)
    pages = signed_in(portland.clerk), requester_of(case)
    staff, theirs = (
        text_of(client.get(reverse(f"requests_app:{name}", args=[case.reference])))
        for client, name in zip(pages, ("staff_case", "case"), strict=True)
    )
    for note in ("DA 26-11", "by e-mail", "two boxes"):
        assert note in staff and note not in theirs
