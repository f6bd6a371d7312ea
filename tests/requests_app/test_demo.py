"""The demo: worked by the real acts, there once, never in production, and whole at any size."""

import datetime as dt
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Count, F, Q
from django.test import Client

from portals.models import Absence, City, Dataset, Member, Table, User
from portals.vocabulary import MemberRole, SubmissionKind
from requests_app import demo
from requests_app.access import standing
from requests_app.demo import people
from requests_app.demo.bulk import KEY
from requests_app.desk import saved_views
from requests_app.lifecycle import AT_WORK
from requests_app.models import Deadline, Escalation, Event, Notice, Status, Submission
from requests_app.preservation.verification import verify
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


OF_EACH_CITY: dict[str, Q] = {
    "a fee that is waited for": Q(fee_estimates__isnull=False, payments=None, status__in=AT_WORK),
    "a fee that was paid": Q(payments__isnull=False, status="closed"),
    "a fee that was lowered": Q(waiver_requests__decision="reduced"),
    "a waiver that waits": Q(waiver_requests__decision="", waiver_requests__isnull=False),
    "an answer that was taken back": Q(determinations__taken_back_at__isnull=False),
    "parts, some told": Q(parts__release__isnull=False, status__in=AT_WORK),
    "parts, all told": Q(parts__release__isnull=False, status="closed"),
    "a list of what is withheld": Q(withheld__isnull=False),
    "an answer on the web": Q(publication__state="published"),
    "an answer that is being written for the web": Q(publication__state="draft"),
    "a referral that waits": Q(referral_waits_since__isnull=False),
    "a referral that was accepted": Q(events__action="accept_referral"),
    "a referral that was given back": Q(events__action="refer_back"),
    "a case merged into another": Q(events__action="merge"),
    "an answer that was passed on": Q(events__action="pass_on"),
    "a link to another case": Q(events__action="link"),
    "a case that became another kind": Q(events__action="convert", kind="dataset_request"),
    "an error that became a privacy concern": Q(events__action="convert", kind="privacy_concern"),
    "a report taken off the web": Q(events__action="hide"),
    "followers": Q(followers__confirmed_at__isnull=False),
    "a note that asks somebody": Q(mentions__seen_at=None, mentions__isnull=False),
    "a case that nobody claimed": Q(events__action="raise_unclaimed"),
    "an appeal that changed the answer": Q(
        appeal__against__events__action="appeal_outcome", status="determined"
    ),
    "an appeal that did not": Q(events__action="appeal_decide", status="closed"),
    "an appeal that waits": Q(kind="appeal", status__in=AT_WORK),
    "an appeal that was linked": Q(events__action="appeal_link"),
    "a review outside that waits": Q(reviews__result="", reviews__isnull=False),
    "an order that is complied with": Q(reviews__complied_on__isnull=False),
    "a key that was issued": Q(events__action="issue_key"),
    "a key that was opened": Q(events__action="open_key"),
    "a key that is suspended": Q(measures_taken__key__status="suspended"),
    "a measure that was lifted": Q(
        measures_taken__key__isnull=False, measures_taken__lifted_at__isnull=False
    ),
    "an appeal of a measure": Q(appeal__measure__isnull=False),
    "the side of the person concerned": Q(parties__words__isnull=False),
    "a dataset that is taken down": Q(
        measures_taken__takedown__isnull=False, measures_taken__takedown__restored_at=None
    ),
    "a dataset that came back": Q(measures_taken__takedown__restored_at__isnull=False),
}
"""What every city's visitor finds at least once."""
OF_SOME: tuple[tuple[str, Q], ...] = (
    ("portland", Q(fee_estimates__isnull=False, deadlines__state="paused")),
    ("kansas-city", Q(events__action="statement")),
    ("kansas-city", Q(events__happening="statement_requested", determinations__isnull=False)),
    ("kansas-city", Q(status="lapsed", fee_estimates__isnull=False)),
    ("portland", Q(status="lapsed", fee_estimates__isnull=False)),
    ("bakersfield", Q(parts__clearance="asked")),
    ("bakersfield", Q(events__action="part_clear")),
)


@pytest.mark.parametrize("what", OF_EACH_CITY)
def test_every_city_has_an_example(there: demo.Filled, what: str) -> None:
    found = Submission.objects.filter(OF_EACH_CITY[what]).values_list("city__slug", flat=True)
    assert set(found) == set(City.objects.values_list("slug", flat=True))


@pytest.mark.parametrize(("slug", "what"), OF_SOME)
def test_what_only_some_cities_know_is_there_too(there: demo.Filled, slug: str, what: Q) -> None:
    assert Submission.objects.filter(what, city__slug=slug).exists()


def test_every_city_has_set_itself_up(there: demo.Filled) -> None:
    for city in City.objects.all():
        assert Absence.objects.filter(member__city=city).count() == 2
        assert city.confirmations.count() == city.office_targets.count() == 1
        assert city.letter_templates.exists()
        clerk = Member.objects.get(city=city, role=MemberRole.CLERK)
        assert saved_views.of(standing(clerk.user)).count() == 2


@pytest.mark.parametrize(
    "page",
    ["", "queue/", "appeals/", "enforcement/", "calendar/", "reports/", "letters/", "absences/", "views/"],
)
def test_every_page_of_the_desk_opens_for_the_clerk_of_every_city(there: demo.Filled, page: str) -> None:
    for city in City.objects.all():
        client = Client()
        client.force_login(User.objects.get(email=people.address("clerk", city)))
        assert client.get(f"/desk/{page}").status_code == 200


def test_the_figures_of_the_most_used_kinds_count_enough_in_every_city(there: demo.Filled) -> None:
    for city in City.objects.all():
        for kind in ("error_report", "records_request", "dataset_request"):
            answered = Submission.objects.filter(city=city, kind=kind, determined_at__isnull=False)
            assert answered.count() >= 5, (city, kind)


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


def test_each_city_has_tables_that_say_that_they_are_invented(there: demo.Filled) -> None:
    tables_of = {slug: 0 for slug in City.objects.values_list("slug", flat=True)}
    for table in Table.objects.select_related("dataset__city"):
        tables_of[table.dataset.city.slug] += 1
        assert "invented" in table.note
        assert table.row_count > 5
    assert all(count >= 3 for count in tables_of.values()), tables_of
