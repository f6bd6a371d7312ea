from datetime import date
from zoneinfo import ZoneInfo

import pytest

from portals.catalog import dcat_us
from portals.catalog.entry import CatalogFormat
from tests.portals.catalog.conftest import dcat

OLD = [
    {"title": "Our /data.json", "identifier": "https://data.example.gov/data.json", "accessLevel": "Public"},
    {
        "title": "Potholes",
        "identifier": "abcd-1234",
        "accessLevel": "Public",
        "keyword": "roads,holes",
        "keywords": ["roads", "holes"],
        "modified": "2013-02-06",
        "license": "Public Domain\nStreet Division(http://example.gov/streets)",
        "webService": "https://data.example.gov/resource/abcd-1234",
        "format": "text/csv",
        "distribution": [
            {
                "accessURL": "https://data.example.gov/api/views/abcd-1234/rows.csv?accessType=DOWNLOAD",
                "formats": [{"label": "csv", "value": "text/csv"}],
            }
        ],
    },
]


def test_the_first_element_of_an_old_list_is_the_catalogue_itself_and_no_dataset() -> None:
    catalog = dcat_us.read(OLD)
    assert catalog.format == CatalogFormat.POD_1_0
    assert [entry.identifier for entry in catalog.entries] == ["abcd-1234"]


def test_an_old_entry_gives_licence_attribution_api_and_downloads() -> None:
    (entry,) = dcat_us.read(OLD).entries
    assert (entry.license, entry.attribution, entry.department) == ("Public Domain", *["Street Division"] * 2)
    assert entry.api_endpoint == "https://data.example.gov/resource/abcd-1234.json"
    assert [(part.format, part.media_type) for part in entry.distributions] == [("CSV", "text/csv")]
    assert entry.keywords == ("roads", "holes")
    assert entry.last_updated == date(2013, 2, 6)


def test_an_entry_of_1_1_is_read_whole() -> None:
    catalog = dcat_us.read(
        dcat(
            {
                "identifier": "https://data.example.gov/api/views/wxyz-2345",
                "title": "Trees &amp; shrubs",
                "description": "<p>Every <b>tree</b>.</p><script>alert(1)</script><p>Twice.</p>",
                "publisher": {"name": "Parks"},
                "contactPoint": {"fn": "Ada", "hasEmail": "mailto:ada@example.gov"},
                "license": "https://creativecommons.org/licenses/by/4.0/",
                "accrualPeriodicity": "R/P1D",
                "modified": "2026-05-02T01:30:00Z",
                "theme": ["Nature"],
                "landingPage": "javascript:alert(1)",
                "describedBy": "https://example.gov/dictionary.pdf",
                "distribution": [{"downloadURL": "https://example.gov/t.geojson", "mediaType": "text/csv"}],
            }
        ),
        ZoneInfo("America/Los_Angeles"),
    )
    (entry,) = catalog.entries
    assert (entry.identifier, entry.name) == ("wxyz-2345", "Trees & shrubs")
    assert entry.description == "Every tree.\n\nTwice."
    assert (entry.contact_name, entry.contact_email) == ("Ada", "ada@example.gov")
    assert (entry.license, entry.cadence) == ("Creative Commons Attribution 4.0", "R/P1D")
    assert entry.last_updated == date(2026, 5, 1), "half past six in the evening of the day before"
    assert entry.landing_page == "", "an address that is not http is never shown as a link"
    assert [(part.title, part.format) for part in entry.distributions] == [
        ("", "CSV"),
        ("Data dictionary", "PDF"),
    ]


def test_version_3_writes_lists_and_objects_where_1_1_has_text() -> None:
    catalog = dcat_us.read(
        {
            "@context": "https://resources.data.gov/dcat-us/3.0.0/context.jsonld",
            "dataset": [
                {
                    "identifier": {"@id": "https://example.gov/id/trees"},
                    "title": "Trees",
                    "publisher": [{"name": "Parks"}],
                    "contactPoint": [{"fn": "Ada", "hasEmail": "mailto:ada@example.gov"}],
                    "theme": [{"prefLabel": "Nature"}],
                    "distribution": {
                        "accessService": {"endpointURL": "https://example.gov/api"},
                        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
                    },
                }
            ],
        }
    )
    (entry,) = catalog.entries
    assert catalog.format == CatalogFormat.DCAT_US_3_0
    assert (entry.department, entry.category, entry.contact_email) == ("Parks", "Nature", "ada@example.gov")
    assert entry.api_endpoint == "https://example.gov/api"
    assert entry.license == "Creative Commons Zero 1.0"


@pytest.mark.parametrize(
    ("level", "public"),
    [("public", True), ("Public", True), (None, True), ("restricted public", True), ("non-public", False)],
)
def test_what_is_not_public_is_told_apart(level: str | None, public: bool) -> None:
    (entry,) = dcat_us.read(dcat({"identifier": "a", "accessLevel": level})).entries
    assert entry.public is public


def test_restricted_data_says_who_may_have_it() -> None:
    (entry,) = dcat_us.read(
        dcat({"identifier": "a", "accessLevel": "restricted public", "rights": "Researchers only."})
    ).entries
    assert entry.description == "Restricted public. Researchers only."


def test_a_broken_entry_is_reported_with_its_place_and_costs_only_itself() -> None:
    document = dcat({"identifier": "a"}, {"identifier": "b", "title": None}, {"identifier": None})
    document["dataset"] += [None, 7, {"identifier": "a", "title": "again"}]
    catalog = dcat_us.read(document)
    assert [entry.identifier for entry in catalog.entries] == ["a"]
    assert [(skip.index, skip.identifier, skip.reason) for skip in catalog.skipped] == [
        (1, "b", "no title"),
        (2, "", "no identifier"),
        (3, "", "not an object but NoneType"),
        (4, "", "not an object but int"),
        (5, "a", "the identifier stands twice, first at entry 0"),
    ]


def test_the_place_of_a_broken_entry_in_an_old_list_counts_the_catalogue_itself() -> None:
    (skip,) = dcat_us.read([*OLD, {"title": "no number", "accessLevel": "Public"}]).skipped
    assert skip.index == 2


def test_nulls_and_wrong_types_everywhere_break_nothing() -> None:
    keys = ["description", "publisher", "contactPoint", "keyword", "theme", "license"]
    keys += ["modified", "distribution", "describedBy", "landingPage", "accrualPeriodicity"]
    for value in (None, [], {}, 0, True, "", [None], [[]], {"name": None}, float("nan"), 10**30):
        (entry,) = dcat_us.read(dcat({"identifier": "a", **dict.fromkeys(keys, value)})).entries
        assert entry.identifier == "a"
