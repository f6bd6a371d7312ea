"""What nobody has claimed: who hears of it, when, and that it happens once."""

import datetime as dt
from functools import cache, partial
from zoneinfo import ZoneInfo

import pytest

from portals.models import City, Member, Office
from portals.vocabulary import MemberRole, SubmissionKind
from requests_app import access, intake, routing
from requests_app.desk import absences
from requests_app.escalation import sweep
from requests_app.models import Action, Notice, Submission
from requests_app.pathway import unclaimed
from requests_app.pathway.effects import People
from requests_app.preservation.verification import verify
from tests.requests_app.factories import FILED, Staff, file_case, person

D = dt.date
DAY = dt.timedelta(days=1)


def raise_unclaimed(*, now: dt.datetime, batch: int) -> int:
    return unclaimed.raise_unclaimed(people=cache(partial(People, now=now)), now=now, batch=batch)


def at(city: City, day: dt.date, clock: str = "08:00") -> dt.datetime:
    wall = dt.datetime.combine(day, dt.time.fromisoformat(clock), ZoneInfo(city.time_zone))
    return wall.astimezone(dt.UTC)


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def case(kent: Staff) -> Submission:
    found = file_case(kent.city, dataset=kent.dataset)
    intake.acknowledge(found, by=kent.alice, now=FILED)
    found.refresh_from_db()
    return found


def told(case: Submission) -> list[tuple[str, str]]:
    lines = Notice.objects.filter(submission=case, kind="unclaimed").select_related("user").order_by("pk")
    return [(line.user.first_name if line.user else "", line.body) for line in lines]


def raised(case: Submission) -> list[str]:
    return [event.data["to"] for event in case.events.filter(action=Action.RAISE_UNCLAIMED)]


def test_the_head_hears_at_eight_on_the_day_of_the_target_and_only_once(
    kent: Staff, case: Submission
) -> None:
    assert raise_unclaimed(now=at(kent.city, D(2026, 6, 4), "07:59"), batch=500) == 0
    assert raise_unclaimed(now=at(kent.city, D(2026, 6, 4)), batch=500) == 1
    assert raise_unclaimed(now=at(kent.city, D(2026, 6, 4), "12:00"), batch=500) == 0
    assert [name for name, _line in told(case)] == ["Bob"]
    assert case.reference in told(case)[0][1]
    assert not case.events.get(action=Action.RAISE_UNCLAIMED).public
    assert list(verify()) == []


@pytest.mark.parametrize("slug", ["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"])
def test_then_the_offices_of_the_pathway_are_informed_in_their_order(
    people: dict[str, Staff], slug: str
) -> None:
    staff = people[slug]
    case = file_case(staff.city, dataset=staff.dataset)
    intake.acknowledge(case, by=staff.alice, now=FILED)
    lead = Submission.objects.get(pk=case.pk).office
    for days in range(60):
        raise_unclaimed(now=at(staff.city, FILED.date() + days * DAY), batch=500)
    names = raised(case)
    assert names[0] == f"the head of the office ({lead.name})"
    assert len(names) == len(set(names)) > 1
    offices = Office.objects.filter(city=staff.city, name__in=names[1:])
    assert len(offices) == len(names) - 1 and not any(office.outside for office in offices)
    beside = set(case.involvements.values_list("office__name", flat=True))
    assert set(names[1:]) <= beside
    reasons = case.involvements.filter(since__gt=FILED).values_list("because__reasons__0__code", flat=True)
    assert set(reasons) <= {"route.unclaimed"}
    case.refresh_from_db()
    assert case.office == lead, "informed, never moved"
    assert list(verify()) == []


def test_a_month_that_was_missed_is_made_up_in_one_pass(kent: Staff, case: Submission) -> None:
    late = at(kent.city, D(2026, 7, 15))
    assert raise_unclaimed(now=late, batch=500) == len(raised(case)) > 2
    assert raise_unclaimed(now=late, batch=500) == 0


def test_until_somebody_acknowledges_the_ladder_climbs_and_only_the_head_hears_besides(kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    assert raise_unclaimed(now=at(kent.city, D(2026, 6, 12)), batch=500) == 0, "the ladder has its turn first"
    sweep(now=at(kent.city, D(2026, 6, 12)))
    assert raised(case) == [f"the head of the office ({case.office.name})"]


def test_a_request_without_a_ladder_is_raised_along_the_pathway_all_the_same(
    people: dict[str, Staff],
) -> None:
    city = people["oklahoma-city"].city
    case = file_case(city, SubmissionKind.RECORDS_REQUEST)
    case.deadlines.filter(milestone="acknowledgement").update(
        state="not_specified", due_on=None, next_step_at=None
    )
    raise_unclaimed(now=at(city, D(2026, 7, 15)), batch=500)
    assert len(raised(case)) > 1


@pytest.mark.parametrize("act", ["claim", "assign"])
def test_who_takes_it_ends_this(kent: Staff, case: Submission, act: str) -> None:
    if act == "claim":
        intake.claim(case, by=kent.alice, now=FILED + DAY)
    else:
        intake.assign(case, to=kent.alice, by=kent.bob, now=FILED + DAY)
    assert raise_unclaimed(now=at(kent.city, D(2026, 7, 15)), batch=500) == 0


def test_a_release_and_a_referral_begin_it_anew(kent: Staff, case: Submission) -> None:
    intake.claim(case, by=kent.alice, now=FILED)
    intake.release(case, by=kent.alice, now=at(kent.city, D(2026, 6, 10)))
    assert raise_unclaimed(now=at(kent.city, D(2026, 6, 12), "20:00"), batch=500) == 0
    assert raise_unclaimed(now=at(kent.city, D(2026, 6, 15)), batch=500) == 1
    other = kent.charlie.memberships.get().office
    routing.refer(case, to=other, reason="Yours", by=kent.alice, now=at(kent.city, D(2026, 6, 15), "09:00"))
    assert raise_unclaimed(now=at(kent.city, D(2026, 6, 17)), batch=500) == 0
    assert raise_unclaimed(now=at(kent.city, D(2026, 6, 18)), batch=500) == 1


def test_whoever_referred_it_hears_that_it_is_not_accepted(kent: Staff, case: Submission) -> None:
    other = kent.charlie.memberships.get().office
    routing.refer(case, to=other, reason="Yours", by=kent.alice, now=FILED)
    raise_unclaimed(now=at(kent.city, D(2026, 6, 4)), batch=500)
    lines = dict(told(case))
    assert "has not accepted your referral" in lines["Alice"]
    assert "Nobody of" in lines["Charlie"]


def test_whoever_referred_it_and_stands_in_for_the_head_hears_once(kent: Staff, case: Submission) -> None:
    head = kent.charlie.memberships.get()
    head.role = MemberRole.HEAD
    head.save()
    alice = Member.objects.create(user=kent.alice, city=kent.city, office=head.office, role=MemberRole.MEMBER)
    absences.enter(head, deputy=alice, from_on=D(2026, 6, 2), to_on=D(2026, 6, 9), by=kent.charlie, now=FILED)
    routing.refer(case, to=head.office, reason="Yours", by=kent.alice, now=FILED)
    assert raise_unclaimed(now=at(kent.city, D(2026, 6, 4)), batch=500) == 1
    assert sorted(name for name, _line in told(case)) == ["Alice", "Charlie"]


def test_what_has_ended_or_gone_up_by_the_ladder_is_not_raised(kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    sweep(now=at(kent.city, D(2026, 6, 15)))  # referred to the clerk's office by the clock
    case.refresh_from_db()
    assert case.unclaimed_since == at(kent.city, D(2026, 6, 15))
    assert (case.referral_waits_since, case.unclaimed_raised) == (None, 0)


def test_an_office_without_people_turns_to_its_backup_contact(kent: Staff) -> None:
    lonely = Office.objects.create(city=kent.city, key="lonely", name="Lonely Office")
    backup = Member.objects.get(user=kent.clerk)
    absences.set_backup(lonely, backup)
    case = file_case(kent.city)
    routing.refer(case, to=lonely, reason="Yours", by=kent.clerk, now=FILED)
    assert Notice.objects.filter(submission=case, kind="referred", user=kent.clerk).exists()
    sweep(now=at(kent.city, D(2026, 6, 4)))
    assert [name for name, _line in told(case)] == ["Clerk"], "once, though clerk and referrer"


def test_who_stands_in_for_the_head_hears_of_it_too(kent: Staff, case: Submission) -> None:
    bob = Member.objects.get(user=kent.bob)
    alice = Member.objects.get(user=kent.alice)
    absences.enter(bob, deputy=alice, from_on=D(2026, 6, 2), to_on=D(2026, 6, 9), by=kent.bob, now=FILED)
    raise_unclaimed(now=at(kent.city, D(2026, 6, 4)), batch=500)
    assert {name for name, _line in told(case)} == {"Alice", "Bob"}


def test_many_cases_cost_few_statements(kent: Staff, django_assert_max_num_queries) -> None:
    for _number in range(30):
        intake.acknowledge(file_case(kent.city, dataset=kent.dataset), by=kent.alice, now=FILED)
    now = at(kent.city, D(2026, 6, 4))
    raise_unclaimed(now=now - DAY, batch=500)
    with django_assert_max_num_queries(42):
        assert raise_unclaimed(now=now, batch=500) == 30


def test_one_that_fails_holds_up_no_other(kent: Staff, monkeypatch: pytest.MonkeyPatch, caplog) -> None:
    cases = [file_case(kent.city, dataset=kent.dataset) for _number in range(5)]
    for case in cases:
        intake.acknowledge(case, by=kent.alice, now=FILED)
    real = unclaimed._to_the_head

    def broken(row: Submission, *rest: object) -> None:
        if row.pk == cases[2].pk:
            raise KeyError("poison")
        real(row, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(unclaimed, "_to_the_head", broken)
    assert raise_unclaimed(now=at(kent.city, D(2026, 6, 4)), batch=500) == 4
    monkeypatch.setattr(unclaimed, "_to_the_head", real)
    assert raise_unclaimed(now=at(kent.city, D(2026, 6, 4)), batch=500) == 1


def test_a_head_leads_the_own_office_only(kent: Staff) -> None:
    other = kent.charlie.memberships.get().office
    head = person("hanna", kent.city, other, MemberRole.HEAD)
    assert access.standing(head).offices_led == {other.pk}
    assert access.standing(kent.charlie).offices_led == frozenset()
