from datetime import date

from portals.catalog import socrata


def result(**resource: object) -> dict[str, object]:
    return {
        "resource": {
            "id": "abcd-1234",
            "name": "Trees",
            "type": "dataset",
            "attribution": "Parks",
            "updatedAt": "2026-05-01T10:01:47.000Z",
            "columns_field_name": ["height", "place"],
            "columns_name": ["Height", "Place"],
            "columns_datatype": ["Number", "Point"],
            "columns_description": ["In feet", ""],
            **resource,
        },
        "classification": {"domain_category": "Nature", "domain_tags": ["tree"], "domain_metadata": []},
        "metadata": {"domain": "data.example.gov", "license": "Public Domain"},
        "link": "https://data.example.gov/Nature/Trees/abcd-1234",
    }


def test_a_table_has_fields_downloads_and_an_endpoint() -> None:
    catalog = socrata.read({"results": [result()], "resultSetSize": 1})
    (entry,) = catalog.entries
    assert catalog.complete
    assert [(part.name, part.title, part.data_type) for part in entry.fields] == [
        ("height", "Height", "Number"),
        ("place", "Place", "Point"),
    ]
    assert entry.api_endpoint == "https://data.example.gov/resource/abcd-1234.json"
    assert [part.format for part in entry.distributions] == ["CSV", "JSON", "GeoJSON", "API"]
    assert (entry.department, entry.category, entry.license) == ("Parks", "Nature", "Public Domain")
    assert entry.last_updated == date(2026, 5, 1)


def test_a_department_that_the_portal_names_goes_before_attribution_and_codes_are_no_names() -> None:
    item = result()
    item["classification"]["domain_metadata"] = [  # type: ignore[index]
        {"key": "Common-Core_Publisher", "value": "The City"},
        {"key": "Common-Core_Bureau-Code", "value": "009:38"},
        {"key": "Dataset-Information_Agency", "value": "Forestry"},
        {"key": "Update_Update-Frequency", "value": "Daily"},
    ]
    (entry,) = socrata.read({"results": [item], "resultSetSize": 1}).entries
    assert (entry.department, entry.cadence) == ("Forestry", "Daily")


def test_a_page_of_a_longer_answer_is_not_complete() -> None:
    assert not socrata.read({"results": [result()], "resultSetSize": 2}).complete


def test_datasets_of_several_portals_are_pointed_out() -> None:
    other = result(id="wxyz-2345")
    other["metadata"] = {"domain": "data.elsewhere.gov"}
    (warning,) = socrata.read({"results": [result(), other], "resultSetSize": 2}).warnings
    assert "2 portals" in warning


def test_columns_of_unequal_length_and_nulls_break_nothing() -> None:
    (entry,) = socrata.read(
        [result(columns_name=["Height"], columns_datatype=None, columns_description=[None])]
    ).entries
    assert [part.name for part in entry.fields] == ["height", "place"]


def test_a_result_without_resource_is_skipped() -> None:
    catalog = socrata.read({"results": [result(), {"resource": None}], "resultSetSize": 2})
    assert [(skip.index, skip.reason) for skip in catalog.skipped] == [(1, "no resource")]
