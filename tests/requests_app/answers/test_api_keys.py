"""Keys as the answer to a request for access: issued by staff, opened once by whoever asked."""

import datetime as dt

import pytest

from portals import access as portal
from portals.models import ApiKey
from requests_app import access, determinations
from requests_app.answers import api_keys
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, Event, Notice, Status, Submission
from tests.requests_app.enforcement_cases import concerned, report, taken
from tests.requests_app.factories import FILED, Staff, file_case

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def case(kent: Staff) -> Submission:
    return file_case(kent.city, "access_request", requester_email="Rita@People.example")


def test_a_key_knows_its_origin_and_its_holder(kent: Staff, case: Submission) -> None:
    until = dt.date(2026, 12, 31)
    key = api_keys.issue(case, api_keys.Terms(600, until, "For a year"), by=kent.clerk, now=FILED)
    assert (key.case, key.holder_name, key.holder_email) == (
        case.reference,
        "Rita Resident",
        "rita@people.example",
    )
    assert (key.purpose, key.limit) == ("A map of trees", 600)
    assert key.expires_at == dt.datetime(2027, 1, 1, tzinfo=kent.city.zone)
    case.refresh_from_db()
    assert case.status == Status.ACKNOWLEDGED
    (letter,) = Notice.objects.filter(kind="key_issued")
    assert key.prefix in letter.body and "Dec. 31, 2026" in letter.body and "600" in letter.body


def test_the_secret_stands_in_no_row_letter_or_log(kent: Staff, case: Submission) -> None:
    key = api_keys.issue(case, api_keys.Terms(), by=kent.clerk, now=FILED)
    text = api_keys.open_key(case, now=FILED + HOUR)
    assert portal.check(text, now=FILED + HOUR).key == key
    secret = text.rsplit("_", 1)[1]
    for rows in (ApiKey, Event, Notice, Submission):
        assert secret not in str(list(rows.objects.values()))


def test_a_case_has_one_key_and_only_a_request_for_access_has_any(kent: Staff, case: Submission) -> None:
    with pytest.raises(NotAllowed, match="No key was issued"):
        api_keys.open_key(case, now=FILED)
    api_keys.issue(case, api_keys.Terms(), by=kent.clerk, now=FILED)
    with pytest.raises(NotAllowed, match="has its key already"):
        api_keys.issue(case, api_keys.Terms(), by=kent.clerk, now=FILED)
    other = file_case(kent.city, "error_report")
    with pytest.raises(NotAllowed, match="only on a request for access"):
        api_keys.issue(other, api_keys.Terms(), by=kent.clerk, now=FILED)
    with pytest.raises(NotAllowed, match="lies in the past"):
        api_keys.issue(
            file_case(kent.city, "access_request"),
            api_keys.Terms(until=FILED.date() - dt.timedelta(days=1)),
            by=kent.clerk,
            now=FILED,
        )
    assert ApiKey.objects.count() == 1


def test_a_granted_request_still_issues_its_key(kent: Staff, case: Submission) -> None:
    answer = determinations.Answer(determinations.Outcome.GRANTED, "Here it is.")
    determinations.determine(case, answer, by=kent.clerk, now=FILED)
    assert api_keys.issue(case, api_keys.Terms(), by=kent.clerk, now=FILED).status == "active"


def test_a_lost_key_gets_a_new_secret_and_a_suspended_one_does_not(kent: Staff, case: Submission) -> None:
    key = api_keys.issue(case, api_keys.Terms(), by=kent.clerk, now=FILED)
    first, second = (api_keys.open_key(case, now=FILED + HOUR) for _number in range(2))
    assert not portal.check(first, now=FILED + HOUR).is_good
    assert portal.check(second, now=FILED + HOUR).is_good
    taken(kent, concerned(kent, report(kent), key), "suspension-of-access")
    with pytest.raises(NotAllowed, match="suspended or revoked"):
        api_keys.open_key(case, now=FILED + 4 * HOUR)
    assert case.events.filter(action=Action.OPEN_KEY).count() == 2


def test_a_key_that_has_run_out_is_not_opened(kent: Staff, case: Submission) -> None:
    api_keys.issue(case, api_keys.Terms(until=FILED.date()), by=kent.clerk, now=FILED)
    with pytest.raises(NotAllowed, match="has run out"):
        api_keys.open_key(case, now=FILED + dt.timedelta(days=1))


def test_only_the_holder_opens_a_key(kent: Staff, case: Submission) -> None:
    assert Action.OPEN_KEY in access.requester_permitted(case)
    for who in (kent.alice, kent.clerk, kent.auditor):
        assert Action.OPEN_KEY not in access.permitted(access.standing(who), case)


def test_somebody_who_was_overtaken_does_not_open_it(kent: Staff, case: Submission) -> None:
    api_keys.issue(case, api_keys.Terms(), by=kent.clerk, now=FILED)
    seen = Submission.objects.get(pk=case.pk).chain_length
    api_keys.open_key(case, now=FILED, revision=seen)
    with pytest.raises(NotAllowed, match="Meanwhile"):
        api_keys.open_key(case, now=FILED, revision=seen)
