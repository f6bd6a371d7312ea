"""What a requester can still do, city by city: the ways, their dates, what is closed and what is not said."""

import datetime as dt
from dataclasses import dataclass, field

import pytest

from portals.rulebook import mark_changed, rulebook_for
from portals.vocabulary import AppealOutcome
from requests_app import deadlines
from requests_app.appeals import Decision, decide
from requests_app.models import Notice, OutsideReview, Submission
from requests_app.redress import remedies, reviews
from requests_app.redress.remedies import Remedies, Remedy
from requests_app.redress.reviews import Petition
from tests.requests_app.appeal_cases import DAY, appeal_of, denied_record, fresh, limit_appeals
from tests.requests_app.factories import FILED, Staff, file_case

NOT_SAID, UNCOUNTED = "not specified", "counts from what is not known"


def told(case: Submission, on: dt.date) -> Remedies:
    case = fresh(case)
    events = list(case.events.order_by("sequence"))
    return remedies.remedies_of(case, events, deadlines.of_case(case), on)


def by_key(found: Remedies) -> dict[str, tuple[str, object]]:
    """Way -> state, and its last day or why there is none."""
    return {way.rule.key: (way.state, last_day(way)) for way in found.ways}


def last_day(way: Remedy) -> object:
    return NOT_SAID if way.unspecified else UNCOUNTED if way.uncounted else way.last_day


@dataclass(frozen=True)
class Row:
    """The ways against the denial of a record on June 2, as seen on June 3; and against silence."""

    denied: dict[str, tuple[str, object]]
    silent_on: dt.date
    silence: dict[str, tuple[str, object]]
    counts_since: dt.date | None = None
    flags: frozenset[str] = field(default_factory=frozenset)


ROWS = {
    "kansas-city": Row(
        denied={
            "city-managers-office": ("open", NOT_SAID),
            "administrative-appeal": ("closed", None),
            "attorney-general": ("open", NOT_SAID),
            "circuit-court": ("open", dt.date(2027, 6, 2)),
        },
        silent_on=dt.date(2026, 6, 5),
        silence={
            "city-managers-office": ("open", NOT_SAID),
            "administrative-appeal": ("closed", None),
            "attorney-general": ("open", NOT_SAID),
            "circuit-court": ("open", UNCOUNTED),
        },
    ),
    "kent": Row(
        denied={
            "internal-review": ("open", None),
            "superior-court": ("later", dt.date(2027, 6, 2)),
            "records-handling": ("open", NOT_SAID),
            "attorney-general": ("closed", None),
        },
        silent_on=dt.date(2026, 6, 9),
        silence={
            "superior-court-estimate": ("open", NOT_SAID),
            "records-handling": ("open", NOT_SAID),
        },
    ),
    "oklahoma-city": Row(
        denied={
            "clerk-complaint": ("open", NOT_SAID),
            "public-access-counselor": ("open", dt.date(2026, 7, 2)),
            "public-access-counselor-label": ("open", NOT_SAID),
            "civil-suit": ("open", NOT_SAID),
        },
        silent_on=dt.date(2026, 6, 5),
        silence={
            "clerk-complaint": ("open", NOT_SAID),
            "public-access-counselor-delay": ("open", NOT_SAID),
        },
    ),
    "portland": Row(
        denied={
            "bureau-review": ("open", NOT_SAID),
            "district-attorney": ("open", NOT_SAID),
            "circuit-court": ("later", NOT_SAID),
            "circuit-court-elected-official": ("open", NOT_SAID),
            "petition-elected-official": ("closed", None),
            "attorney-general": ("closed", None),
        },
        silent_on=dt.date(2026, 6, 24),
        silence={
            "bureau-review": ("open", NOT_SAID),
            "district-attorney-silence": ("open", NOT_SAID),
            "circuit-court": ("later", NOT_SAID),
            "attorney-general": ("closed", None),
        },
        counts_since=dt.date(2026, 6, 24),
    ),
    "bakersfield": Row(
        denied={
            "governing-ordinance": ("open", NOT_SAID),
            "administrative-appeal-under-the-act": ("closed", None),
            "superior-court": ("open", NOT_SAID),
        },
        silent_on=dt.date(2026, 6, 12),
        silence={
            "governing-ordinance": ("open", NOT_SAID),
            "administrative-appeal-under-the-act": ("closed", None),
            "superior-court": ("open", NOT_SAID),
        },
    ),
}
every_city = pytest.mark.parametrize("slug", ROWS)


@every_city
def test_the_ways_against_a_denied_record(people: dict[str, Staff], slug: str) -> None:
    staff, row = people[slug], ROWS[slug]
    case = denied_record(staff.city, staff.clerk)
    found = told(case, dt.date(2026, 6, 3))
    assert (found.ground, found.silence) == ("denial", None)
    assert by_key(found) == row.denied
    for way in found.ways:
        assert way.citation and way.rule.decides
        assert way.state != "closed" or way.rule.because, way.rule.key


@every_city
def test_silence_is_told_with_its_ways_and_counts_as_a_denial_only_where_a_law_says_so(
    people: dict[str, Staff], slug: str
) -> None:
    staff, row = people[slug], ROWS[slug]
    custodian = {"custodian_received_at": FILED} if slug == "kansas-city" else {}
    case = file_case(staff.city, "records_request", **custodian)
    day_before = told(case, row.silent_on - DAY)
    assert day_before.silence is None
    assert slug == "portland" or day_before.ways == [], "there a missed acknowledgement came before"
    found = told(case, row.silent_on)
    assert by_key(found) == row.silence
    assert (found.silence.since if found.silence else None) == row.counts_since


@pytest.mark.parametrize(
    ("slug", "way"),
    [
        ("kansas-city", "circuit-court"),
        ("kent", "superior-court"),
        ("oklahoma-city", "public-access-counselor"),
    ],
)
def test_whoever_writes_an_appeal_without_the_case_is_not_told_that_a_last_day_is_not_specified(
    people: dict[str, Staff], slug: str, way: str
) -> None:
    """The law states one; only what it counts from is not known yet."""
    book, on = rulebook_for(people[slug].city), FILED.date()
    rules = book.appeal_routes("records_request", on, "denial")
    limits = remedies.limited(book, "records_request", on)
    found = remedies.without_case(rules, frozenset(), [], on, limits)
    told = {one.rule.key: last_day(one) for one in found}
    assert told[way] == UNCOUNTED
    assert {key for key, value in told.items() if value == UNCOUNTED} == limits & set(told)


def test_the_kent_court_opens_when_the_citys_own_review_has_ended(people: dict[str, Staff]) -> None:
    case = denied_record(people["kent"].city, people["kent"].clerk)
    for on, review, court in (
        (dt.date(2026, 6, 4), "open", "later"),
        (dt.date(2026, 6, 5), "ended", "open"),
        (dt.date(2027, 6, 2), "ended", "open"),
        (dt.date(2027, 6, 3), "ended", "over"),
    ):
        found = by_key(told(case, on))
        assert (found["internal-review"][0], found["superior-court"][0]) == (review, court), on
    (why,) = (way.why for way in told(case, dt.date(2026, 6, 4)).ways if way.rule.key == "superior-court")
    assert "June 5, 2026" in why


@pytest.mark.parametrize(
    ("result", "court"),
    [
        (OutsideReview.Result.FOR_CITY, "open"),
        (OutsideReview.Result.PARTLY, "open"),
        (OutsideReview.Result.FOR_REQUESTER, "later"),
    ],
)
def test_the_portland_court_opens_when_the_district_attorney_did_not_give_all(
    people: dict[str, Staff], result: OutsideReview.Result, court: str
) -> None:
    clerk = people["portland"].clerk
    case = denied_record(people["portland"].city, clerk)
    on, now = dt.date(2026, 6, 5), FILED + 20 * DAY
    reviews.petition(case, Petition("district-attorney", on), by=clerk, now=now)
    found = by_key(told(case, dt.date(2026, 6, 9)))
    assert (found["district-attorney"][0], found["circuit-court"][0]) == ("pending", "later")
    reviews.order(case, number=1, result=result, on=dt.date(2026, 6, 10), by=clerk, now=now)
    found = by_key(told(case, dt.date(2026, 6, 11)))
    assert (found["district-attorney"][0], found["circuit-court"][0]) == ("decided", court)


def test_a_commercial_request_has_no_way_to_the_public_access_counselor(people: dict[str, Staff]) -> None:
    staff = people["oklahoma-city"]
    case = denied_record(staff.city, staff.clerk, flags=frozenset({"commercial_purpose"}))
    found = by_key(told(case, dt.date(2026, 6, 3)))
    assert found["public-access-counselor"] == ("closed", None)
    assert found["public-access-counselor-label"][0] == "open"


def test_a_petition_after_its_last_day_is_not_called_impossible(people: dict[str, Staff]) -> None:
    staff = people["oklahoma-city"]
    case = denied_record(staff.city, staff.clerk)
    (way,) = (
        way for way in told(case, dt.date(2026, 7, 3)).ways if way.rule.key == "public-access-counselor"
    )
    assert (way.state, way.last_day) == ("over", dt.date(2026, 7, 2)) and "they decide" in way.why


def test_an_elected_official_who_withholds_is_named_as_what_closes_the_petition(
    people: dict[str, Staff],
) -> None:
    case = denied_record(people["portland"].city, people["portland"].clerk)
    (way,) = (way for way in told(case, dt.date(2026, 6, 3)).ways if way.rule.key == "district-attorney")
    assert "elected official" in way.unless


def test_a_last_day_that_counts_from_a_denial_counts_from_silence_that_is_one(
    people: dict[str, Staff],
) -> None:
    """No city has both now; once a city confirms a time limit, silence must not hide it."""
    staff = people["portland"]
    limit_appeals(staff.city, days=30, route="bureau-review", kind="records_request")
    case = file_case(staff.city, "records_request")
    found = by_key(told(case, dt.date(2026, 6, 25)))
    assert found["bureau-review"] == ("open", dt.date(2026, 7, 24))


def test_after_a_decision_on_an_appeal_the_next_way_is_told(people: dict[str, Staff]) -> None:
    """Portland's second level is for an appeal; elsewhere nothing is invented."""
    for slug, ways in (("portland", {"city-administrative-appeal": ("open", NOT_SAID)}), ("kent", {})):
        staff = people[slug]
        appeal = appeal_of(denied_record(staff.city, staff.clerk))
        decide(appeal, Decision(AppealOutcome.UPHELD, "No."), by=staff.clerk, now=FILED + 3 * DAY)
        assert by_key(told(appeal, dt.date(2026, 6, 5))) == ways


def test_the_letter_with_the_answer_tells_the_ways_and_their_dates(people: dict[str, Staff]) -> None:
    for slug, words in {
        "kansas-city": ("Go to the circuit court", "June 2, 2027", "not open here. Missouri's Sunshine Law"),
        "kent": (
            "ends by itself on Thursday, June 4, 2026",
            "Open from Friday, June 5, 2026",
            "June 2, 2027",
        ),
        "oklahoma-city": ("Public Access Counselor", "July 2, 2026", "Ask: City Clerk"),
        "portland": ("district attorney", "Not where an elected official", "not specified on the cited page"),
        "bakersfield": ("Superior court", "not open here", "Ask: City Attorney"),
    }.items():
        case = denied_record(people[slug].city, people[slug].clerk)
        body = Notice.objects.get(submission=case, kind="determined").body
        for expected in words:
            assert expected in body, (slug, expected)
        assert "Address: not specified on the cited page. Ask: " in body, slug


def test_an_office_that_has_said_how_to_reach_it_is_told_with_its_address(people: dict[str, Staff]) -> None:
    city = people["oklahoma-city"].city
    city.offices.filter(outside=True).update(contact="1 Capitol Square, room 2")
    mark_changed(city)
    case = denied_record(city, people["oklahoma-city"].clerk)
    body = Notice.objects.get(submission=case, kind="determined").body
    assert "Where: 1 Capitol Square, room 2." in body


def test_nothing_is_told_where_nothing_was_answered_or_all_was_taken_back(people: dict[str, Staff]) -> None:
    case = file_case(people["kent"].city)
    assert told(case, dt.date(2026, 6, 2)) == Remedies("", None, [])
    Submission.objects.filter(pk=case.pk).update(status="withdrawn")
    assert told(case, dt.date(2026, 9, 2)).ways == []
