"""The demo: worked by the real acts, there once, never in production, and whole at any size."""

import datetime as dt
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Count, F

from portals.models import City, Dataset, DatasetTakedown, Member, User
from portals.vocabulary import MemberRole, SubmissionKind
from requests_app import demo
from requests_app.demo import people
from requests_app.demo.bulk import KEY
from requests_app.lifecycle import AT_WORK
from requests_app.models import Deadline, Escalation, Event, MeasureTaken, Notice, Status, Submission
from requests_app.verification import verify
from tests.requests_app.factories import file_case

NOW = dt.datetime(2026, 6, 17, 20, 0, tzinfo=dt.UTC)
"""A Wednesday afternoon in all five cities."""


@pytest.fixture(scope="module")
def filled(shipped: dict[str, City], django_db_blocker: pytest.FixtureRequest) -> Iterator[demo.Filled]:
    with django_db_blocker.unblock():
        yield demo.fill(now=NOW, size=50)


@pytest.fixture
def there(filled: demo.Filled, db: None) -> demo.Filled:
    return filled


def test_every_city_has_every_kind_and_a_spread_of_states(there: demo.Filled) -> None:
    for city in City.objects.all():
        cases = Submission.objects.filter(city=city, submission_key__startswith="demo:")
        assert {case.kind for case in cases} == set(SubmissionKind.values)
        assert {case.status for case in cases} >= set(Status.values) - {Status.LAPSED}
        assert cases.filter(next_due_on__lt=NOW.date()).exists(), "late"
        assert Escalation.objects.filter(deadline__submission__in=cases, step__startswith="ladder").exists()
        assert cases.filter(determinations__outcome="denied").exists()
        assert cases.filter(is_public=True, determinations__isnull=False).exists()
    assert Submission.objects.filter(status=Status.LAPSED).exists()


def test_every_city_has_a_suspended_key_and_a_dataset_that_came_back(there: demo.Filled) -> None:
    for city in City.objects.all():
        (taken,) = MeasureTaken.objects.filter(submission__city=city, key__isnull=False)
        assert taken.in_force and taken.key and taken.key.status == "suspended"
        assert taken.party and taken.party.words.count() == 2
        (down,) = DatasetTakedown.objects.filter(dataset__city=city)
        assert down.restored_at and down.dataset.withheld_since is None


def test_nothing_happened_in_the_future_and_nothing_due_was_left_out(there: demo.Filled) -> None:
    assert not Event.objects.filter(at__gt=NOW).exists()
    assert not Deadline.objects.filter(next_step_at__lte=NOW).exists()


def test_everything_belongs_together(there: demo.Filled) -> None:
    assert list(verify()) == []


def test_only_letters_of_the_last_day_wait(there: demo.Filled) -> None:
    waiting = Notice.objects.filter(state=Notice.State.QUEUED)
    assert not waiting.filter(created_at__lt=NOW - dt.timedelta(days=1)).exists()
    assert Notice.objects.filter(state=Notice.State.SENT, sent_at__isnull=True).count() == 0
    assert Notice.objects.filter(state=Notice.State.SENT).exists()


def test_datasets_come_through_the_catalogue_and_belong_to_offices(there: demo.Filled) -> None:
    datasets = Dataset.objects.filter(source="demo")
    assert datasets.values("city").distinct().count() == 5
    assert not datasets.filter(office=None).exists()
    assert all(dataset.search_text for dataset in datasets)


@pytest.mark.parametrize("local", ["clerk", "administrator", "auditor", "police", "police.head"])
def test_every_city_has_the_sign_ins_that_are_shown(there: demo.Filled, local: str) -> None:
    for city in City.objects.all():
        user = User.objects.get(email=people.address(local, city))
        assert user.check_password(people.PASSWORD)
        assert user.memberships.filter(city=city).exists()


def test_nobody_of_the_demo_works_outside_the_city_or_under_a_real_address(there: demo.Filled) -> None:
    assert not Member.objects.filter(office__outside=True).exists()
    assert all(email.endswith(".example") for email in User.objects.values_list("email", flat=True))
    roles = Member.objects.filter(city__slug="kent").values_list("role", flat=True)
    assert set(roles) == set(MemberRole.values)


def test_bulk_cases_are_open_and_each_has_a_chain_of_its_own(there: demo.Filled) -> None:
    cases = Submission.objects.filter(submission_key__startswith=KEY)
    assert there.bulk == cases.count() == 50
    assert set(cases.values_list("status", flat=True)) <= set(AT_WORK)
    assert cases.values("city").distinct().count() == 5
    assert cases.values("chain_head").distinct().count() == 50
    assert not cases.annotate(n=Count("deadlines")).filter(n=0).exists()
    assert not Submission.objects.filter(submission_key__startswith="demo-prototype:").exists()


def test_a_second_time_nothing_is_added_and_a_larger_size_is_topped_up(there: demo.Filled) -> None:
    before = Submission.objects.count()
    assert not demo.fill(now=NOW, size=50)
    assert Submission.objects.count() == before
    assert demo.fill(now=NOW, size=60).bulk == 10
    assert list(verify()) == []


def test_cases_of_real_people_are_never_mixed_with_the_demo(cities: dict[str, City]) -> None:
    Submission.objects.update(submission_key=F("reference"))  # whatever stands there is now somebody's
    file_case(cities["kent"])
    with pytest.raises(demo.NotHere):
        demo.fill(now=NOW)


def test_in_production_the_command_refuses_with_a_sentence(settings: object, db: None) -> None:
    settings.PRODUCTION = True  # type: ignore[attr-defined]
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("demo", stderr=said)
    assert ended.value.code == 2
    assert "never filled in production" in said.getvalue()


def test_where_the_demo_is_switched_off_the_command_refuses(settings: object, db: None) -> None:
    settings.DEMO = settings.TESTING = False  # type: ignore[attr-defined]
    with pytest.raises(SystemExit):
        call_command("demo", stderr=StringIO())


def test_the_command_says_how_to_sign_in(there: demo.Filled, settings: object, tmp_path: object) -> None:
    settings.DEMO_MARK = tmp_path / "demo"  # type: ignore[attr-defined, operator]
    said = StringIO()
    call_command("demo", stdout=said)
    assert "nothing was changed" in said.getvalue()
    assert people.PASSWORD in said.getvalue()
    assert settings.DEMO_MARK.exists()  # type: ignore[attr-defined]
