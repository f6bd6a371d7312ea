import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portals.catalog import dcat_us
from portals.catalog.importing import ImportResult, bring_in
from portals.models import CatalogRun, City, Dataset
from portals.text_search import matching
from tests.portals.catalog.conftest import NOW, dcat
from tests.portals.loading import make_city

CSV = {"downloadURL": "https://example.gov/a.csv", "mediaType": "text/csv"}


def run(city: City, *datasets: dict[str, Any], days: int = 0, **options: Any) -> ImportResult:
    return bring_in(city, dcat_us.read(dcat(*datasets)), now=NOW + timedelta(days=days), **options)


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    return result.created, result.updated, result.unchanged, result.missing


def test_importing_twice_changes_nothing_the_second_time(city: City) -> None:
    entry = {"identifier": "a", "distribution": [CSV], "fields": [{"name": "x"}]}
    assert counts(run(city, entry, {"identifier": "b"})) == (2, 0, 0, 0)
    assert counts(run(city, entry, {"identifier": "b"}, days=1)) == (0, 0, 2, 0)
    dataset = city.datasets.get(identifier="a")
    assert (dataset.fields.count(), dataset.distributions.count(), dataset.imported_at) == (1, 1, NOW)


def test_a_change_updates_the_row_and_its_parts_and_keeps_its_key(city: City) -> None:
    run(city, {"identifier": "a", "distribution": [CSV]}, {"identifier": "b"})
    before = city.datasets.get(identifier="a")
    other = {**CSV, "downloadURL": "https://example.gov/b.csv"}
    result = run(city, {"identifier": "a", "title": "New", "distribution": [CSV, other]}, {"identifier": "b"})
    assert counts(result) == (0, 1, 1, 0)
    after = city.datasets.get(identifier="a")
    assert (after.pk, after.name) == (before.pk, "New")
    assert [part.url for part in after.distributions.all()] == [CSV["downloadURL"], other["downloadURL"]]


def test_what_vanished_is_marked_and_what_comes_back_is_unmarked(city: City) -> None:
    run(city, {"identifier": "a"}, {"identifier": "b"})
    assert counts(run(city, {"identifier": "a"}, days=1)) == (0, 0, 1, 1)
    assert counts(run(city, {"identifier": "a"}, days=2)) == (0, 0, 1, 1)
    assert city.datasets.get(identifier="b").missing_since == NOW + timedelta(days=1), (
        "since it was first gone"
    )
    assert counts(run(city, {"identifier": "a"}, {"identifier": "b"}, days=3)) == (0, 1, 1, 0)
    assert city.datasets.get(identifier="b").missing_since is None


def test_a_part_of_a_catalogue_marks_nothing(city: City) -> None:
    run(city, {"identifier": "a"}, {"identifier": "b"})
    assert run(city, {"identifier": "a"}, complete=False).missing == 0


def test_an_empty_catalogue_marks_nothing_and_says_so(city: City) -> None:
    run(city, {"identifier": "a"})
    result = run(city)
    assert (result.missing, city.datasets.filter(missing_since=None).count()) == (0, 1)
    assert "no usable dataset" in result.warnings[0]


def test_an_entry_that_broke_is_not_taken_for_gone(city: City) -> None:
    run(city, {"identifier": "a"}, {"identifier": "b"})
    result = run(city, {"identifier": "a"}, {"identifier": "b", "title": ""})
    assert (result.missing, [skip.identifier for skip in result.skipped]) == (0, ["b"])


def test_datasets_entered_by_hand_and_other_cities_are_left_alone(city: City) -> None:
    Dataset.objects.create(city=city, identifier="hand", name="By hand")
    other = make_city("riverton")
    Dataset.objects.create(city=other, identifier="x", name="X", source="import")
    assert run(city, {"identifier": "a"}).missing == 0
    assert not Dataset.objects.exclude(missing_since=None).exists()


@pytest.mark.parametrize(
    "written", ["Public Works", "  PUBLIC   works ", "streets and roads department", "Streets & Roads Dept"]
)
def test_departments_are_matched_by_name_and_alias_however_they_are_spelled(city: City, written: str) -> None:
    result = run(city, {"identifier": "a", "publisher": {"name": written}})
    dataset = city.datasets.get()
    assert dataset.office is not None and dataset.office.key == "works"
    assert dataset.department == " ".join(written.split())
    assert result.warnings == []


@pytest.mark.parametrize("written", ["Parks", "City Clerk"])
def test_a_department_that_is_no_publishing_office_is_kept_as_text_and_reported(
    city: City, written: str
) -> None:
    result = run(city, {"identifier": "a", "publisher": {"name": written}})
    assert (city.datasets.get().office, city.datasets.get().department) == (None, written)
    assert result.warnings == [
        f"department {written!r} (1 datasets) is not an office of this city that publishes"
    ]


def test_an_office_given_by_staff_stays_until_the_catalogue_names_another_department(city: City) -> None:
    run(city, {"identifier": "a", "publisher": {"name": "Parks"}})
    city.datasets.update(office=city.offices.get(key="clerk"))
    run(city, {"identifier": "a", "publisher": {"name": "Parks"}, "title": "New"})
    assert city.datasets.get().office.key == "clerk"  # type: ignore[union-attr]
    run(city, {"identifier": "a", "publisher": {"name": "Public Works"}})
    assert city.datasets.get().office.key == "works"  # type: ignore[union-attr]


def test_a_new_alias_of_an_office_is_seen_though_the_catalogue_did_not_change(city: City) -> None:
    run(city, {"identifier": "a", "publisher": {"name": "Parks"}})
    city.offices.filter(key="works").update(aliases=["Parks"])
    assert run(city, {"identifier": "a", "publisher": {"name": "Parks"}}).updated == 1
    assert city.datasets.get().office is not None


def test_imported_datasets_are_found_by_their_new_words_and_not_by_the_old(city: City) -> None:
    run(city, {"identifier": "a", "title": "Street trees"})
    run(city, {"identifier": "a", "title": "Potholes"})
    assert matching(city.datasets.all(), "potholes").count() == 1
    assert matching(city.datasets.all(), "trees").count() == 0


def test_many_entries_take_few_queries(city: City, django_assert_max_num_queries: Any) -> None:
    entries = [
        {"identifier": f"d{n}", "distribution": [CSV], "fields": [{"name": "x"}]} for n in range(2_000)
    ]
    with django_assert_max_num_queries(100):
        assert run(city, *entries).created == 2_000
    with django_assert_max_num_queries(10):
        assert run(city, *entries).unchanged == 2_000


def test_the_command_prints_one_document_and_records_the_run(
    city: City, written: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(dcat({"identifier": "a"}, {"identifier": "b", "title": ""}))
    call_command("import_catalog", path, city=city.slug, json=True)
    assert json.loads(capsys.readouterr().out) == {
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "missing": 0,
        "skipped": [{"index": 1, "identifier": "b", "reason": "no title"}],
        "warnings": [],
    }
    ran = CatalogRun.objects.get()
    assert (ran.ok, ran.created, ran.skipped, ran.source) == (True, 1, 1, "catalog.json")


def test_a_file_broken_in_the_middle_changes_nothing_and_ends_with_2(
    city: City, written: Callable[..., str]
) -> None:
    call_command("import_catalog", written(dcat({"identifier": "a"})), city=city.slug)
    content = json.dumps(dcat({"identifier": "a", "title": "New"}, {"identifier": "b"})).encode()
    with pytest.raises(CommandError, match="broken JSON") as caught:
        call_command("import_catalog", written(content[:-30]), city=city.slug)
    assert caught.value.returncode == 2
    assert [row.name for row in Dataset.objects.all()] == ["Title of a"]


def test_an_unknown_city_ends_with_2(db: None) -> None:
    with pytest.raises(CommandError, match="nowhere") as caught:
        call_command("import_catalog", "x.json", city="nowhere")
    assert caught.value.returncode == 2
