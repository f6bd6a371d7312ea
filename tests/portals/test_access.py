"""API keys and takedowns: what holds from one call to the next."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from portals import access
from portals.catalog.importing import bring_in
from portals.catalog.page import Here, dataset_context
from portals.catalog.reading import recognise
from portals.models import ApiKey, City, Dataset, DatasetTakedown, User
from portals.vocabulary import KeyStatus
from tests.portals.loading import NOW, load_text, riverbend

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def city(db: None) -> City:
    return load_text(riverbend()).city


@pytest.fixture
def dataset(city: City) -> Dataset:
    row = Dataset.objects.create(
        city=city, identifier="trees-1", name="Trees", api_endpoint="https://data.example/resource/a.json"
    )
    row.distributions.create(position=0, format="CSV", url="https://data.example/trees.csv")
    return row


@pytest.fixture
def clerk(db: None) -> User:
    return User.objects.create(username="clerk", email="clerk@example.org")


def test_a_key_reads_nothing_until_its_holder_has_opened_it(key: ApiKey) -> None:
    assert access.check(f"cdk_{key.prefix}_{'A' * 32}", now=NOW).refused == "unknown"
    text = access.open_key(key, now=NOW)
    assert text and access.check(text, now=NOW).is_good
    assert access.check(f" {text}\n", now=NOW).key == key


def test_only_a_hash_of_the_secret_is_kept(key: ApiKey) -> None:
    text = access.open_key(key, now=NOW)
    assert text
    (stored,) = ApiKey.objects.values()
    assert text.rsplit("_", 1)[1] not in str(stored)


def test_opening_a_key_again_ends_the_secret_before_it(key: ApiKey) -> None:
    first = access.open_key(key, now=NOW)
    key.refresh_from_db()
    second = access.open_key(key, now=NOW)
    assert first and second and first != second
    assert access.check(first, now=NOW).refused == "unknown" and access.check(second, now=NOW).is_good


def test_of_two_who_open_a_key_at_once_one_gets_it(key: ApiKey) -> None:
    twin = ApiKey.objects.get(pk=key.pk)
    text = access.open_key(key, now=NOW)
    assert access.open_key(twin, now=NOW) is None
    assert text and access.check(text, now=NOW).is_good


@pytest.mark.parametrize(
    "text", ["", "cdk_", "cdk_abcdefgh_short", "cdk_abcdefgh_" + "é" * 32, "x" * 10_000, "cdk_a\0cdefgh_"]
)
def test_what_is_no_key_is_refused_without_asking_the_database(text: str) -> None:
    found = access.check(text, now=NOW)
    assert (found.refused, found.sentence) == ("malformed", "This is not a valid API key.")


@pytest.mark.parametrize("status", [KeyStatus.SUSPENDED, KeyStatus.REVOKED])
def test_a_key_stops_with_the_next_call_and_works_again_when_it_is_active(
    key: ApiKey, status: KeyStatus, django_assert_num_queries
) -> None:
    text = access.open_key(key, now=NOW)
    assert text and access.set_status(key, status, now=NOW)
    with django_assert_num_queries(1):
        found = access.check(text, now=NOW)
    assert found.refused == status and found.sentence
    assert access.check(f"{text[:-1]}-", now=NOW).sentence == "This is not a valid API key."
    assert not access.set_status(key, status, now=NOW)
    assert access.set_status(key, KeyStatus.ACTIVE, now=NOW) and access.check(text, now=NOW).is_good


def test_a_suspended_key_cannot_be_opened(key: ApiKey) -> None:
    access.set_status(key, KeyStatus.SUSPENDED, now=NOW)
    assert access.open_key(key, now=NOW) is None


def test_a_key_with_an_end_stops_there(key: ApiKey) -> None:
    text = access.open_key(key, now=NOW)
    ApiKey.objects.filter(pk=key.pk).update(expires_at=NOW + HOUR)
    assert text and access.check(text, now=NOW + HOUR - dt.timedelta(seconds=1)).is_good
    assert access.check(text, now=NOW + HOUR).refused == "expired"


def test_a_case_issues_one_key(key: ApiKey) -> None:
    facts = {"holder_name": "", "holder_email": "", "purpose": "", "now": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        access.issue(key.city, case="RVB-1", **facts)
    access.issue(key.city, case="", **facts)
    access.issue(key.city, case="", **facts)


def test_a_dataset_that_is_taken_down_gives_no_address_of_its_data(dataset: Dataset, clerk: User) -> None:
    row = access.take_down(dataset, notice="Names were in it.", case="RVB-2", by=clerk, now=NOW)
    dataset.refresh_from_db()
    here = Here("https://here.example/resource/a.json", ())
    shown = dataset_context(dataset, today=NOW.date(), here=here)
    assert (shown["endpoint"], shown["downloads"], shown["other_endpoints"], shown["examples"]) == (
        "",
        [],
        [],
        [],
    )
    assert shown["withheld"] and [found.notice for found in shown["takedowns"]] == ["Names were in it."]
    assert not access.is_served(dataset) and not access.served(Dataset.objects.all()).exists()
    assert access.restore(row, notice="They are out.", by=clerk, now=NOW + HOUR)
    dataset.refresh_from_db()
    shown = dataset_context(dataset, today=NOW.date())
    assert shown["downloads"] and shown["endpoint"] and not shown["withheld"]
    assert [found.restored_notice for found in shown["past_takedowns"]] == ["They are out."]
    assert access.is_served(dataset)


def test_data_comes_back_only_when_the_last_takedown_has_ended(dataset: Dataset, clerk: User) -> None:
    first = access.take_down(dataset, notice="One", case="RVB-2", by=clerk, now=NOW)
    second = access.take_down(dataset, notice="Two", case="RVB-3", by=clerk, now=NOW + HOUR)
    access.restore(first, notice="", by=clerk, now=NOW + 2 * HOUR)
    dataset.refresh_from_db()
    assert dataset.withheld_since == NOW + HOUR
    assert not access.restore(first, notice="again", by=clerk, now=NOW + 3 * HOUR)
    access.restore(second, notice="", by=clerk, now=NOW + 3 * HOUR)
    dataset.refresh_from_db()
    assert dataset.withheld_since is None
    assert DatasetTakedown.objects.get(pk=first.pk).restored_notice == ""


def test_no_import_brings_back_what_was_taken_down(dataset: Dataset, clerk: User) -> None:
    access.take_down(dataset, notice="Names were in it.", case="", by=clerk, now=NOW)
    document = {
        "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
        "dataset": [
            {
                "identifier": "trees-1",
                "title": "Trees, changed",
                "accessLevel": "public",
                "distribution": [{"downloadURL": "https://data.example/new.csv", "mediaType": "text/csv"}],
            }
        ],
    }
    for _time in range(2):
        bring_in(dataset.city, recognise(document, "test"), now=NOW + HOUR)
    dataset.refresh_from_db()
    assert dataset.name == "Trees, changed" and dataset.withheld_since == NOW
    assert dataset_context(dataset, today=NOW.date())["downloads"] == []
