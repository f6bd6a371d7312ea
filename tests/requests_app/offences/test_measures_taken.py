"""Measures act at once, are told, and are lifted as easily; each city's own list and no other."""

import datetime as dt

import pytest

from portals.models import Dataset, Measure
from portals.vocabulary import AppealOutcome, KeyStatus, MeasureEffect, OfficeRole
from requests_app import appeals, determinations, enforcement
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, Appeal, ConcernedParty, MeasureTaken, Notice, Status, Submission
from requests_app.offences import measure_appeals, measures
from tests.portals.test_measures import GUIDES
from tests.requests_app.enforcement_cases import (
    HOUR,
    REPORTER,
    concerned,
    found,
    key_for,
    lifted,
    measure,
    report,
    taken,
    works,
)
from tests.requests_app.factories import FILED, Staff, office_with

every_city = pytest.mark.parametrize("slug", GUIDES)


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def party(kent: Staff) -> ConcernedParty:
    key, _text = key_for(kent)
    return concerned(kent, report(kent), key)


def letters(party: ConcernedParty, kind: str) -> list[Notice]:
    rows = Notice.objects.filter(email=party.email, kind=f"concerned/{kind}")
    return list(rows.order_by("pk"))


@every_city
def test_every_measure_of_the_guide_can_be_taken_told_and_lifted(people: dict[str, Staff], slug: str) -> None:
    staff = people[slug]
    for number, (name, acts) in enumerate(GUIDES[slug].items()):
        key, text = key_for(staff, email=f"dana{number}@data.example")
        case = report(staff)
        party = concerned(staff, case, key, email=f"dana{number}@data.example")
        found(staff, party)
        row = taken(staff, party, name)
        assert (row.measure, row.acts, row.in_force) == (name, acts, True)
        assert works(text) == (acts not in ("suspend_key", "revoke_key")), name
        (told,) = letters(party, "measure")
        assert row.name in told.body and row.statement in told.body and "Too many calls." in told.body
        assert "not specified on the cited page" in told.body, "the time limit of an appeal"
        lifted(staff, row)
        assert works(text), name
        assert "It stopped." in letters(party, "lifted")[0].body
        for letter in Notice.objects.filter(email=party.email, kind__startswith="concerned/"):
            assert party.reference in letter.subject and f"/concerned/{party.reference}/" in letter.body
            assert "{{" not in letter.body and "&#" not in letter.body and "\n\n\n" not in letter.body
            assert "None" not in letter.body.split() and "  " not in letter.subject
            for word in (*REPORTER.values(), case.reference):
                assert str(word) not in letter.subject + letter.body


@every_city
def test_legal_action_hands_the_case_with_its_file_where_the_guide_names_an_office(
    people: dict[str, Staff], slug: str
) -> None:
    staff, case = people[slug], report(people[slug])
    names = [name for name, acts in GUIDES[slug].items() if acts == "refer_legal"]
    if not names:
        assert slug == "portland"
        return
    party = concerned(staff, case)
    found(staff, party)
    before = case.office
    taken(staff, party, names[0])
    case.refresh_from_db()
    legal = office_with(staff.city, OfficeRole.LEGAL)
    assert case.office == (legal or before)
    assert (legal is None) == (slug == "kansas-city"), "Kansas City's guide names no City Attorney"
    assert case.referrals.count() == (0 if legal is None else 1)
    public = case.events.filter(public=True)
    assert all("Dana" not in str(event.data) and "Too many" not in str(event.data) for event in public)


def test_a_measure_of_another_citys_list_is_refused(people: dict[str, Staff], party: ConcernedParty) -> None:
    found(people["kent"], party)
    foreign = measure(people["portland"], "administrative-action")
    given = measures.Given(foreign, party, "Reasons")
    with pytest.raises(NotAllowed, match="guide of Kent names no such measure"):
        measures.take(party.submission, given, by=people["kent"].clerk, now=FILED + HOUR)


def test_before_a_finding_only_access_is_suspended(kent: Staff, party: ConcernedParty) -> None:
    names = [name for name, acts in GUIDES["kent"].items() if acts != "suspend_key"]
    for outcome in ("", "inconclusive", "not_substantiated"):
        if outcome:
            found(kent, party, outcome)
        for name in names:
            with pytest.raises(NotAllowed, match="First record a finding"):
                taken(kent, party, name)
    assert taken(kent, party, "suspension-of-access").in_force
    assert party.submission.measures_taken.count() == 1


def test_a_key_works_again_only_when_nothing_holds_it_in_any_case(people: dict[str, Staff]) -> None:
    staff = people["bakersfield"]
    key, text = key_for(staff)
    one, other = (concerned(staff, report(staff), key) for _number in range(2))
    first = taken(staff, one, "suspension-of-access")
    second = taken(staff, other, "suspension-of-access")
    found(staff, one)
    third = taken(staff, one, "revocation-of-keys")
    for row, status in (
        (second, KeyStatus.REVOKED),
        (third, KeyStatus.SUSPENDED),
        (first, KeyStatus.ACTIVE),
    ):
        lifted(staff, row)
        key.refresh_from_db()
        assert key.status == status
    assert works(text)
    bodies = [letter.body for letter in letters(one, "lifted")]
    assert "still holds it" in bodies[0] + bodies[1] and "works again" in bodies[-1]


def test_a_person_without_a_key_is_told_and_nothing_is_switched(kent: Staff) -> None:
    party = concerned(kent, report(kent))
    row = taken(kent, party, "suspension-of-access")
    assert row.key is None and letters(party, "measure")


def test_a_measure_in_force_is_not_taken_twice_and_lifted_once(kent: Staff, party: ConcernedParty) -> None:
    row = taken(kent, party, "suspension-of-access")
    with pytest.raises(NotAllowed, match="in force against Dana Data already"):
        taken(kent, party, "suspension-of-access")
    lifted(kent, row)
    with pytest.raises(NotAllowed, match="lifted already"):
        lifted(kent, row)
    assert taken(kent, party, "suspension-of-access").number == 2
    assert len(letters(party, "lifted")) == 1


def test_of_two_who_act_at_once_the_second_is_told(kent: Staff, party: ConcernedParty) -> None:
    case = Submission.objects.get(pk=party.submission_id)
    given = measures.Given(measure(kent, "suspension-of-access"), party, "Too many calls.")
    measures.take(case, given, by=kent.alice, now=FILED + HOUR, revision=case.chain_length)
    with pytest.raises(NotAllowed, match="Meanwhile"):
        measures.take(case, given, by=kent.bob, now=FILED + HOUR, revision=case.chain_length)


def test_a_date_to_comply_is_the_offices_own_and_never_past(kent: Staff, party: ConcernedParty) -> None:
    found(kent, party)
    past = (FILED - dt.timedelta(days=1)).date()
    with pytest.raises(NotAllowed, match="lies in the past"):
        taken(kent, party, "notice-to-comply", comply_by=past)
    taken(kent, party, "notice-to-comply", comply_by=dt.date(2026, 6, 19))
    (letter,) = letters(party, "measure")
    assert "June 19, 2026" in letter.body and "the city's guide gives none" in letter.body
    taken(kent, party, "administrative-order")
    assert "To be done by" not in letters(party, "measure")[1].body


def test_reasons_are_never_missing(kent: Staff, party: ConcernedParty) -> None:
    with pytest.raises(NotAllowed, match="Give the reasons"):
        taken(kent, party, "suspension-of-access", reasons=" ")
    row = taken(kent, party, "suspension-of-access")
    with pytest.raises(NotAllowed, match="Give the reasons"):
        lifted(kent, row, reasons="")
    assert MeasureTaken.objects.get(pk=row.pk).in_force


def test_an_answered_report_is_reopened_before_it_goes_to_the_city_attorney(
    kent: Staff, party: ConcernedParty
) -> None:
    found(kent, party)
    answer = determinations.Answer(determinations.Outcome.NO_ACTION, "Looked at.")
    determinations.determine(party.submission, answer, by=kent.clerk, now=FILED + 2 * HOUR)
    with pytest.raises(NotAllowed, match="Reopen it first"):
        taken(kent, party, "civil-action")
    assert taken(kent, party, "notice-to-comply").in_force, "the others go on"
    assert Submission.objects.get(pk=party.submission_id).status == Status.DETERMINED


# -- datasets


@every_city
def test_a_dataset_is_taken_down_to_protect_people_in_every_city(people: dict[str, Staff], slug: str) -> None:
    staff = people[slug]
    case = report(staff, "privacy_concern")
    common = {"by": staff.clerk, "now": FILED + HOUR}
    row = measures.withhold(
        case, dataset=staff.dataset, notice="Names stood in it.", reasons="Column 3", **common
    )
    assert row.party is None and row.measure == "" and row.acts == MeasureEffect.TAKE_DOWN
    assert Dataset.objects.get(pk=staff.dataset.pk).withheld_since == FILED + HOUR
    with pytest.raises(NotAllowed, match="taken down already"):
        measures.withhold(case, dataset=staff.dataset, notice="Again", reasons="Again", **common)
    assert not Notice.objects.filter(kind__startswith="concerned/", submission=case).exists()
    lifted(staff, row, notice="The names are out.")
    assert Dataset.objects.get(pk=staff.dataset.pk).withheld_since is None


@pytest.mark.parametrize("slug", ["oklahoma-city", "bakersfield"])
def test_a_takedown_measure_takes_a_dataset_down_where_one_is_named(
    people: dict[str, Staff], slug: str
) -> None:
    staff, name = people[slug], {"oklahoma-city": "takedown-request", "bakersfield": "takedown-order"}[slug]
    party = concerned(staff, report(staff))
    found(staff, party)
    row = taken(staff, party, name, dataset=staff.dataset, notice="It is being looked into.")
    assert Dataset.objects.get(pk=staff.dataset.pk).withheld_since
    lifted(staff, row)
    assert Dataset.objects.get(pk=staff.dataset.pk).withheld_since is None
    assert taken(staff, party, name).takedown is None, "what the person published elsewhere"
    (public, *_others) = party.submission.events.filter(action=Action.TAKE_MEASURE, public=True)
    assert "party" not in public.data and public.data["dataset"] == staff.dataset.name


def test_what_takes_nothing_down_takes_no_dataset(people: dict[str, Staff], party: ConcernedParty) -> None:
    kent, portland = people["kent"], people["portland"]
    found(kent, party)
    with pytest.raises(NotAllowed, match="takes no dataset down"):
        taken(kent, party, "correction-order", dataset=kent.dataset, notice="Off")
    common = {"by": kent.clerk, "now": FILED + HOUR, "reasons": "Column 3"}
    with pytest.raises(NotAllowed, match="another city"):
        measures.withhold(party.submission, dataset=portland.dataset, notice="Off", **common)
    with pytest.raises(NotAllowed, match="public notice"):
        measures.withhold(party.submission, dataset=kent.dataset, notice=" ", **common)
    with pytest.raises(NotAllowed, match="Take it out"):
        measures.withhold(party.submission, dataset=kent.dataset, notice="Rita Reporter told us", **common)


# -- appeals


@every_city
def test_a_measure_is_appealed_along_the_citys_route_and_the_reporter_stays_unknown(
    people: dict[str, Staff], slug: str
) -> None:
    staff, case = people[slug], report(people[slug])
    party = concerned(staff, case)
    name = next(name for name, acts in GUIDES[slug].items() if acts == "suspend_key")
    row = taken(staff, party, name)
    given = measure_appeals.Appealed("It was a test.", f"key-{slug}", "Lift it.")
    filed = measure_appeals.file(party, row, given, now=FILED + 4 * HOUR)
    assert filed.is_new and not measure_appeals.file(party, row, given, now=FILED + 5 * HOUR).is_new
    appeal = Appeal.objects.select_related("submission__office").get(measure=row)
    assert (appeal.against, appeal.ground) == (None, "measure")
    assert appeal.route and appeal.submission.requester_email == party.email
    assert appeal.submission.deadlines.exists()
    office = {
        "kansas-city": case.office.name,  # the office that enforces gives written guidance
        "kent": "City Clerk",
        "oklahoma-city": "City Clerk",
        "portland": case.office.name,  # review at the level of the bureau
        "bakersfield": "City Clerk",
    }[slug]
    assert appeal.submission.office.name == office
    words = str(Submission.objects.filter(pk=appeal.submission_id).values().get()) + appeal.against_text
    for word in (*REPORTER.values(), case.reference):
        assert str(word) not in words


def test_who_decides_on_an_appeal_reads_the_file_and_never_ties_it_to_the_report(kent: Staff) -> None:
    party = concerned(kent, report(kent))
    row = taken(kent, party, "suspension-of-access")
    appeal = measure_appeals.file(
        party, row, measure_appeals.Appealed("It was a test.", "key-1"), now=FILED + 4 * HOUR
    ).submission
    case = party.submission
    assert case.involvements.filter(office=appeal.office).exists()
    assert Notice.objects.filter(submission=case, kind="appeal", body__contains=appeal.reference).exists()
    with pytest.raises(NotAllowed, match="stays apart from the report"):
        appeals.link(appeal, against=case, by=kent.clerk, now=FILED + 5 * HOUR)
    decision = appeals.Decision(AppealOutcome.REMANDED, "Hear them first.")
    appeals.decide(appeal, decision, by=kent.clerk, now=FILED + 5 * HOUR)
    told = Notice.objects.filter(submission=case, kind="appeal_outcome")
    assert told.exists() and all(item.user_id for item in told), "staff only"
    assert "Remanded" in told[0].body or "back" in told[0].body
    case.refresh_from_db()
    assert case.status == Status.ACKNOWLEDGED and MeasureTaken.objects.get(pk=row.pk).in_force
    assert not case.events.filter(public=True, action=Action.APPEAL_OUTCOME).exists()


def test_the_city_file_may_lose_a_measure_that_was_taken(kent: Staff, party: ConcernedParty) -> None:
    row = taken(kent, party, "suspension-of-access")
    Measure.objects.filter(city=kent.city, key="suspension-of-access").delete()
    row.refresh_from_db()
    assert row.name == "Suspension of access" and row.citation and row.layer == "guide"
    assert not lifted(kent, row).in_force


def test_acts_on_a_withdrawn_report_go_on(kent: Staff, party: ConcernedParty) -> None:
    Submission.objects.filter(pk=party.submission_id).update(status=Status.WITHDRAWN)
    assert enforcement.answer(party, body="Mine", now=FILED + HOUR)
    assert taken(kent, party, "suspension-of-access").in_force
