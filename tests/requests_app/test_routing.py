"""Which office a new case goes to, and how it is handed on."""

import datetime as dt

import pytest

from portals.models import City, Office
from portals.rulebook import mark_changed
from portals.vocabulary import OfficeRole, Relation, SubmissionKind
from requests_app import intake, routing
from requests_app.lifecycle import NotAllowed
from requests_app.models import Notice, Submission
from requests_app.routing import involve, place, refer, refer_back, referable
from tests.requests_app.factories import FILED, MemberFactory, Staff, UserFactory, file_case

ON = dt.date(2026, 6, 1)
LATER = FILED + dt.timedelta(days=1)


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def case(kent: Staff) -> Submission:
    return file_case(kent.city, dataset=kent.dataset)


def office(city: City, key: str) -> Office:
    return Office.objects.get(city=city, key=key)


def test_a_case_about_a_dataset_goes_to_the_office_that_publishes_it(kent: Staff) -> None:
    placed = place(kent.city, SubmissionKind.ERROR_REPORT, dataset=kent.dataset, flags=frozenset(), on=ON)
    assert placed.lead == kent.steward
    assert [(other.key, relation) for other, relation, _why in placed.others] == [
        ("city-clerk", Relation.INFORMED)
    ]
    assert placed.because
    assert placed.others[0][2]["citation"]


@pytest.mark.parametrize("kind", SubmissionKind)
def test_no_case_is_without_an_office_of_its_city(cities: dict[str, City], kind: SubmissionKind) -> None:
    for city in cities.values():
        placed = place(city, kind, dataset=None, flags=frozenset(), on=ON)
        assert placed.lead.city_id == city.pk
        assert not placed.lead.outside
        assert placed.lead not in [other for other, _relation, _why in placed.others]
        assert len({other.pk for other, _relation, _why in placed.others}) == len(placed.others)


def test_a_dataset_whose_publisher_is_unknown_goes_to_an_alternative_or_the_intake(
    people: dict[str, Staff],
) -> None:
    for staff in people.values():
        staff.dataset.office = None
        placed = place(
            staff.city, SubmissionKind.ERROR_REPORT, dataset=staff.dataset, flags=frozenset(), on=ON
        )
        assert set(placed.lead.roles) & {OfficeRole.IT_OPEN_DATA, OfficeRole.INTAKE}
        staff.dataset.refresh_from_db()


def test_an_appeal_goes_to_the_office_that_answered(people: dict[str, Staff]) -> None:
    staff = people["kansas-city"]
    answered = file_case(staff.city, dataset=staff.dataset)
    appeal = file_case(staff.city, SubmissionKind.APPEAL, details={"ground": "denial", "against": answered})
    assert appeal.office == staff.steward


def test_a_referral_keeps_dates_and_informs_the_office_left(kent: Staff, case: Submission) -> None:
    clerk = office(kent.city, "city-clerk")
    due = case.deadlines.get(milestone="acknowledgement").due_on
    event = refer(case, to=clerk, reason="Yours", by=kent.alice, now=LATER)
    case.refresh_from_db()
    assert (case.office, case.climbs_from, case.assigned_to) == (clerk, clerk, None)
    assert (case.received_at, case.deadlines.get(milestone="acknowledgement").due_on) == (FILED, due)
    assert case.involvements.get(office=kent.steward).relation == Relation.INFORMED
    assert not case.involvements.filter(office=clerk).exists()
    assert event.after == {"office_id": clerk.pk, "climbs_from_id": clerk.pk, "assigned_to_id": None}
    told = Notice.objects.filter(submission=case, kind="referred").select_related("user")
    assert {notice.user.first_name if notice.user else "" for notice in told} == {"Clerk", ""}


def test_a_case_goes_back_only_to_whom_it_came_from(kent: Staff, case: Submission) -> None:
    with pytest.raises(NotAllowed, match="not referred to your office"):
        refer_back(case, reason="No", by=kent.alice, now=LATER)
    refer(case, to=office(kent.city, "city-clerk"), reason="Yours", by=kent.alice, now=LATER)
    case.refresh_from_db()
    refer_back(case, reason="Not ours", by=kent.clerk, now=LATER)
    case.refresh_from_db()
    assert case.office == kent.steward
    assert [referral.is_return for referral in case.referrals.all()] == [False, True]
    assert not case.involvements.filter(office=kent.steward).exists()


def test_a_referral_needs_another_office_of_the_city_and_a_reason(
    people: dict[str, Staff], kent: Staff, case: Submission
) -> None:
    wrong = [
        (people["portland"].steward, "Yours", "own city"),
        (office(kent.city, "superior-court"), "Yours", "own city"),
        (kent.steward, "Yours", "already"),
        (office(kent.city, "city-clerk"), " ", "Say why"),
    ]
    for to, reason, why in wrong:
        with pytest.raises(NotAllowed, match=why):
            refer(case, to=to, reason=reason, by=kent.alice, now=LATER)
    assert case.events.count() == 1


def test_what_can_be_chosen_is_what_is_accepted(kent: Staff, case: Submission) -> None:
    offered = referable(case)
    assert kent.steward not in offered
    assert not any(choice.outside or choice.city_id != kent.city.pk for choice in offered)
    assert office(kent.city, "city-attorney") in offered


def test_the_custodian_receives_a_records_request_when_it_is_handed_over(people: dict[str, Staff]) -> None:
    """RSMo 610.023.3: the three days run from the custodian's receipt."""
    staff = people["kansas-city"]
    custodian = office(staff.city, "communications")
    roles, custodian.roles = custodian.roles, []
    custodian.save()
    mark_changed(staff.city)
    case = file_case(staff.city, SubmissionKind.RECORDS_REQUEST)
    custodian.roles = roles
    custodian.save()
    mark_changed(staff.city)
    assert case.office.key == "information-technology"
    assert not case.deadlines.filter(milestone="response").exists()
    handed = dt.datetime(2026, 6, 8, 17, 0, tzinfo=dt.UTC)
    refer(case, to=custodian, reason="Records", by=staff.charlie, now=handed)
    assert case.deadlines.get(milestone="response").due_on == dt.date(2026, 6, 11)
    case.refresh_from_db()
    assert case.received_on == ON
    refer_back(case, reason="No", by=staff.clerk, now=handed)
    case.refresh_from_db()
    refer(case, to=custodian, reason="Yes", by=staff.charlie, now=handed + dt.timedelta(days=3))
    assert case.deadlines.get(milestone="response").due_on == dt.date(2026, 6, 11)


def test_an_informed_office_that_must_now_act_does_and_never_the_other_way(
    kent: Staff, case: Submission
) -> None:
    legal = office(kent.city, "city-attorney")
    for relation, becomes in [
        (Relation.INFORMED, Relation.INFORMED),
        (Relation.TOGETHER, Relation.TOGETHER),
        (Relation.INFORMED, Relation.TOGETHER),
    ]:
        involve(case, legal, relation, now=LATER, because={})
        assert case.involvements.get(office=legal).relation == becomes


def test_only_active_members_of_the_new_office_hear_of_a_referral(kent: Staff, case: Submission) -> None:
    legal = office(kent.city, "city-attorney")
    MemberFactory(user=UserFactory(is_active=False), office=legal)
    MemberFactory(office=legal, active=False)
    routing.refer(case, to=legal, reason="Advise", by=kent.alice, now=LATER)
    told = Notice.objects.filter(submission=case, kind="referred", user__isnull=False)
    assert [notice.user for notice in told] == [kent.attorney]


def test_a_referral_waits_until_the_office_accepts_it_and_the_referrer_hears(
    kent: Staff, case: Submission
) -> None:
    other = kent.charlie.memberships.get().office
    routing.refer(case, to=other, reason="Yours", by=kent.alice, now=FILED)
    case.refresh_from_db()
    assert case.referral_waits_since == FILED
    event = routing.accept(case, by=kent.charlie, now=FILED)
    case.refresh_from_db()
    assert (case.referral_waits_since, event.data, event.public) == (None, {"to": other.name}, True)
    told = Notice.objects.filter(kind="accepted", submission=case).values_list("user__first_name", flat=True)
    assert list(told) == ["Alice"]
    with pytest.raises(NotAllowed, match="waits to be accepted"):
        routing.accept(case, by=kent.charlie, now=FILED)


def test_who_works_on_it_has_accepted_it(kent: Staff, case: Submission) -> None:
    other = kent.charlie.memberships.get().office
    routing.refer(case, to=other, reason="Yours", by=kent.alice, now=FILED)
    intake.claim(case, by=kent.charlie, now=FILED)
    case.refresh_from_db()
    assert (case.referral_waits_since, case.unclaimed_since) == (None, None)


def test_a_refused_referral_goes_back_with_its_reason_and_cannot_go_to_and_fro(
    kent: Staff, case: Submission
) -> None:
    left, other = case.office, kent.charlie.memberships.get().office
    routing.refer(case, to=other, reason="Yours", by=kent.alice, now=FILED)
    case.refresh_from_db()
    with pytest.raises(NotAllowed, match="Say why"):
        routing.refer_back(case, reason=" ", by=kent.charlie, now=FILED)
    routing.refer_back(case, reason="Not our data", by=kent.charlie, now=FILED)
    case.refresh_from_db()
    assert (case.office, case.referral_waits_since) == (left, None)
    with pytest.raises(NotAllowed, match="was given back"):
        routing.refer_back(case, reason="No, yours", by=kent.alice, now=FILED)
