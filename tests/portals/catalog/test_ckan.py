from datetime import date
from typing import Any

import pytest

from portals.catalog import ckan
from portals.catalog.entry import CatalogError

PACKAGE: dict[str, Any] = {
    "id": "0f2c",
    "name": "street-trees",
    "title": "Street trees",
    "notes": "All of them.",
    "organization": {"name": "parks", "title": "Parks & Recreation"},
    "groups": [{"name": "nature", "title": "Nature"}],
    "tags": [{"name": "tree", "display_name": "tree"}, {"name": "street"}],
    "license_title": "CC-BY 4.0",
    "license_url": "https://creativecommons.org/licenses/by/4.0/",
    "maintainer": "Ada",
    "maintainer_email": "ada@example.gov",
    "metadata_modified": "2026-05-01T10:00:00.123456",
    "extras": [{"key": "frequency", "value": "Monthly"}],
    "resources": [
        {
            "url": "https://example.gov/t.csv",
            "format": ".csv",
            "last_modified": "2026-04-30",
            "name": "Trees",
        },
        {"url": "", "format": "JSON"},
        None,
    ],
}


def test_a_package_is_read_whole() -> None:
    catalog = ckan.read({"success": True, "result": {"count": 1, "results": [PACKAGE]}})
    (entry,) = catalog.entries
    assert catalog.complete
    assert (entry.identifier, entry.name, entry.category) == ("0f2c", "Street trees", "Nature")
    assert entry.department == "Parks & Recreation"
    assert (entry.cadence, entry.license, entry.keywords) == ("Monthly", "CC-BY 4.0", ("tree", "street"))
    assert entry.last_updated == date(2026, 4, 30), "the file, not the description"
    assert [(part.title, part.format) for part in entry.distributions] == [("Trees", "CSV")]


@pytest.mark.parametrize(
    "document",
    [
        {"count": 1, "results": [PACKAGE]},
        {"result": {"count": 1, "results": [PACKAGE]}},
        {"result": [PACKAGE]},
        [PACKAGE],
        {"success": True, "result": PACKAGE},
    ],
)
def test_the_bare_result_is_recognised_too(document: Any) -> None:
    assert ckan.recognises(document)
    assert [entry.identifier for entry in ckan.read(document).entries] == ["0f2c"]


def test_a_page_and_a_single_package_are_not_complete() -> None:
    assert not ckan.read({"result": {"count": 9, "results": [PACKAGE]}}).complete
    assert not ckan.read({"success": True, "result": PACKAGE}).complete


def test_an_error_of_the_portal_is_told() -> None:
    with pytest.raises(CatalogError, match="not authorized"):
        ckan.read({"success": False, "error": {"message": "not authorized"}})


def test_a_list_of_names_is_refused_with_what_is_needed() -> None:
    with pytest.raises(CatalogError, match="package_search"):
        ckan.read({"success": True, "result": ["street-trees"]})


def test_a_deleted_package_is_skipped_and_a_private_one_is_not_public() -> None:
    deleted = {**PACKAGE, "id": "x", "state": "deleted"}
    catalog = ckan.read({"result": [{**PACKAGE, "private": True}, deleted]})
    assert [entry.public for entry in catalog.entries] == [False]
    assert [(skip.index, skip.identifier) for skip in catalog.skipped] == [(1, "x")]
