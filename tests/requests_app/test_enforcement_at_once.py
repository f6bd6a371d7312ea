"""Two people at one key, one measure or one dataset at the same moment: real threads."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection  # noqa: F401  (the condition below names it)

from portals import access as portal
from portals.models import ApiKey, Dataset, DatasetTakedown
from requests_app.answers import api_keys
from requests_app.lifecycle import NotAllowed
from requests_app.models import MeasureTaken, Submission
from requests_app.offences import measures
from requests_app.preservation.verification import verify
from tests.requests_app.enforcement_cases import concerned, key_for, lifted, report, taken
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.test_concurrency import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="SQLite lives in memory here and has one writer anyway"
    ),
]
LATER = FILED + dt.timedelta(hours=5)


@pytest.fixture
def kent(committed_city: Callable[[str], Staff]) -> Staff:
    return committed_city("kent")


def refused(results: list[object]) -> int:
    assert not [one for one in results if isinstance(one, Exception) and not isinstance(one, NotAllowed)]
    return sum(isinstance(one, NotAllowed) for one in results)


def test_of_many_who_open_a_key_at_once_the_last_secret_is_the_good_one(kent: Staff) -> None:
    case = file_case(kent.city, "access_request")
    api_keys.issue(case, api_keys.Terms(), by=kent.clerk, now=FILED)
    seen = Submission.objects.get(pk=case.pk).chain_length
    results = at_once(*[lambda: api_keys.open_key(case, now=LATER, revision=seen)] * 4)
    assert refused(results) == 3, "one press, one secret"
    (text,) = [one for one in results if isinstance(one, str)]
    assert portal.check(text, now=LATER).is_good


def test_a_measure_that_two_take_at_once_stands_once(kent: Staff) -> None:
    key, _text = key_for(kent)
    party = concerned(kent, report(kent), key)
    results = at_once(*[lambda: taken(kent, party, "suspension-of-access", now=LATER)] * 4)
    assert refused(results) == 3
    assert MeasureTaken.objects.filter(lifted_at=None).count() == 1
    row = MeasureTaken.objects.get()
    assert refused(at_once(*[lambda: lifted(kent, row, now=LATER)] * 4)) == 3
    assert list(verify()) == []


def test_a_key_that_two_cases_hold_and_lift_at_once_follows_what_is_in_force(kent: Staff) -> None:
    key, text = key_for(kent)
    parties = [concerned(kent, report(kent), key) for _number in range(2)]
    for _round in range(3):
        works = [lambda party=party: taken(kent, party, "suspension-of-access") for party in parties]
        rows = at_once(*works)
        assert refused(rows) == 0
        assert ApiKey.objects.get(pk=key.pk).status == "suspended"
        assert refused(at_once(*[lambda row=row: lifted(kent, row) for row in rows])) == 0
        assert portal.check(text, now=LATER).is_good
        assert list(verify()) == []


def test_a_dataset_that_two_cases_take_down_at_once_comes_back_with_the_last(kent: Staff) -> None:
    cases = [report(kent, "privacy_concern") for _number in range(3)]

    def down(case: Submission) -> MeasureTaken:
        return measures.withhold(
            case, dataset=kent.dataset, notice="Off", reasons="Names", by=kent.clerk, now=LATER
        )

    rows = at_once(*[lambda case=case: down(case) for case in cases])
    assert refused(rows) == 0
    assert Dataset.objects.get(pk=kent.dataset.pk).withheld_since == LATER
    assert refused(at_once(*[lambda row=row: lifted(kent, row, now=LATER) for row in rows])) == 0
    assert Dataset.objects.get(pk=kent.dataset.pk).withheld_since is None
    assert not DatasetTakedown.objects.filter(restored_at=None).exists()
    assert list(verify()) == []
