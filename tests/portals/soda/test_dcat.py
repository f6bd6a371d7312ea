"""`/data.json`: valid against the rules of DCAT-US 1.1 for those who are no federal agency."""

import datetime as dt
import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portals import access
from portals.catalog.reading import recognise
from portals.models import City, Dataset, Table, User
from portals.soda.catalogue import Links, described
from portals.soda.dcat import entry_of, interval_of
from tests.portals.loading import NOW, RIVERBEND, load_text, riverbend

SCHEMA = "https://project-open-data.cio.gov/v1.1/schema"
DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
EMAIL = re.compile(r"mailto:[\w~!$&'()*+,;=:.-]+@[\w.-]+\.[\w.-]+", re.ASCII)
MEDIA = re.compile(r"[-\w]+/[-\w]+(\.[-\w]+)*([+][-\w]+)?", re.ASCII)
PERIOD = re.compile(
    r"irregular|R/P(\d+(\.\d+)?Y)?(\d+(\.\d+)?M)?(\d+(\.\d+)?W)?(\d+(\.\d+)?D)?"
    r"(T(\d+(\.\d+)?H)?(\d+(\.\d+)?M)?(\d+(\.\d+)?S)?)?",
    re.ASCII,
)


# -- The rules of the schema


def is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) >= 1


def is_address(value: object) -> bool:
    return isinstance(value, str) and urlsplit(value).scheme in ("http", "https") and " " not in value


def is_list_of(check: Any, value: object, *, unique: bool = False) -> bool:
    good = isinstance(value, list) and len(value) >= 1 and all(check(one) for one in value)
    return good and (not unique or len(value) == len(set(value)))


def is_organization(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and is_text(value.get("name"))
        and value.get("@type") == "org:Organization"
        and ("subOrganizationOf" not in value or is_organization(value["subOrganizationOf"]))
        and value.keys() <= {"@type", "name", "subOrganizationOf"}
    )


def is_contact(value: Any) -> bool:
    email = value.get("hasEmail")
    return (
        value.get("@type") == "vcard:Contact"
        and is_text(value.get("fn"))
        and (email is None or bool(EMAIL.fullmatch(email)))
        and value.keys() <= {"@type", "fn", "hasEmail"}
    )


def is_distribution(value: Any) -> bool:
    media = value.get("mediaType")
    return (
        value.get("@type") == "dcat:Distribution"
        and ("downloadURL" in value) != ("accessURL" in value)
        and ("downloadURL" not in value or media is not None)
        and (media is None or bool(MEDIA.fullmatch(media)))
        and all(is_address(value[key]) for key in ("downloadURL", "accessURL") if key in value)
        and all(is_text(value[key]) for key in ("title", "format") if key in value)
        and value.keys() <= {"@type", "title", "format", "mediaType", "downloadURL", "accessURL"}
    )


RULES = {
    "@type": lambda value: value == "dcat:Dataset",
    "identifier": is_text,
    "title": is_text,
    "description": is_text,
    "publisher": is_organization,
    "contactPoint": is_contact,
    "accessLevel": lambda value: value in ("public", "restricted public", "non-public"),
    "rights": lambda value: is_text(value) and len(value) <= 255,
    "landingPage": is_address,
    "modified": lambda value: bool(DATE.fullmatch(value)),
    "keyword": lambda value: is_list_of(is_text, value),
    "theme": lambda value: is_list_of(is_text, value, unique=True),
    "accrualPeriodicity": lambda value: bool(PERIOD.fullmatch(value)) and value != "R/P",
    "license": is_address,
    "references": lambda value: is_list_of(is_address, value, unique=True),
    "describedBy": is_address,
    "describedByType": lambda value: bool(MEDIA.fullmatch(value)),
    "distribution": lambda value: all(is_distribution(one) for one in value),
}
REQUIRED = {"title", "description", "publisher", "contactPoint", "identifier", "accessLevel"}


def wrong_with(entry: dict[str, Any]) -> list[str]:
    """Which rules an entry breaks."""
    return sorted(REQUIRED - entry.keys()) + [
        f"{key}: {value!r}" for key, value in entry.items() if key not in RULES or not RULES[key](value)
    ]


def document(client: Client, address: str = "/data.json") -> dict[str, Any]:
    response = client.get(address)
    assert response.status_code == 200
    found = json.loads(b"".join(response))
    assert found["conformsTo"] == SCHEMA and found["@type"] == "dcat:Catalog"
    assert found["@id"] == f"http://testserver{address}"
    for entry in found["dataset"]:
        assert wrong_with(entry) == []
    identifiers = [entry["identifier"] for entry in found["dataset"]]
    assert len(identifiers) == len(set(identifiers))
    return found


def entries(client: Client, address: str = "/data.json") -> dict[str, dict[str, Any]]:
    return {entry["title"]: entry for entry in document(client, address)["dataset"]}


# -- What is in it


@pytest.fixture
def city(db: None) -> City:
    return load_text(riverbend()).city


@pytest.fixture
def other_city(db: None) -> City:
    return load_text(
        RIVERBEND.read_text(encoding="utf-8")
        .replace('slug = "riverbend"', 'slug = "lakeside"')
        .replace('name = "Riverbend"', 'name = "Lakeside"')
        .replace('prefix = "RVB"', 'prefix = "LKS"'),
        name="lakeside.toml",
    ).city


@pytest.fixture
def trees(city: City) -> Dataset:
    row = Dataset.objects.create(
        **{"city": city, "identifier": "tree-0001", "name": "Trees", "description": "All of them."},
        **{"department": "Parks", "category": "Nature", "keywords": ["tree", "park"], "cadence": "Daily"},
        **{"last_updated": dt.date(2026, 2, 3), "license": "PDDL", "license_url": "https://odc.example/pddl"},
        **{"contact_name": "Rita", "contact_email": "rita@riverbend.example", "imported_at": NOW},
        landing_page="https://data.riverbend.example/trees",
    )
    row.distributions.create(position=0, media_type="text/csv", format="CSV", url="https://d.example/t.csv")
    row.distributions.create(position=1, format="ZIP", url="https://d.example/t.zip")
    row.distributions.create(
        position=2, media_type="application/json", format="API", url="https://d.example/api", is_api=True
    )
    row.fields.create(position=0, name="kind")
    return row


@pytest.fixture
def bare(city: City) -> Dataset:
    return Dataset.objects.create(city=city, identifier="bare-0001", name="Bare")


def load(dataset: Dataset, *kinds: str) -> Table:
    columns = [{"name": f"c{place}", "type": kind, "title": ""} for place, kind in enumerate(kinds)]
    return Table.objects.create(
        dataset=dataset, sha256="0" * 64, size=1, row_count=1, columns=columns, loaded_at=NOW, changed_at=NOW
    )


def test_everything_that_the_catalogue_says_is_told(client: Client, trees: Dataset) -> None:
    assert entries(client)["Trees"] == {
        "@type": "dcat:Dataset",
        "identifier": "tree-0001",
        "title": "Trees",
        "description": "All of them.",
        "publisher": {
            "@type": "org:Organization",
            "name": "Parks",
            "subOrganizationOf": {"@type": "org:Organization", "name": "Riverbend"},
        },
        "contactPoint": {
            "@type": "vcard:Contact",
            "fn": "Rita",
            "hasEmail": "mailto:rita@riverbend.example",
        },
        "accessLevel": "public",
        "landingPage": "http://testserver/riverbend/datasets/tree-0001/",
        "modified": "2026-02-03",
        "keyword": ["tree", "park"],
        "theme": ["Nature"],
        "accrualPeriodicity": "R/P1D",
        "license": "https://odc.example/pddl",
        "references": ["https://data.riverbend.example/trees"],
        "describedBy": "http://testserver/api/views/tree-0001.json",
        "describedByType": "application/json",
        "distribution": [
            {
                "@type": "dcat:Distribution",
                "format": "CSV",
                "mediaType": "text/csv",
                "downloadURL": "https://d.example/t.csv",
            },
            {"@type": "dcat:Distribution", "format": "ZIP", "accessURL": "https://d.example/t.zip"},
            {"@type": "dcat:Distribution", "format": "API", "accessURL": "https://d.example/api"},
        ],
    }


def test_what_it_does_not_say_is_left_out_or_said_to_be_missing(client: Client, bare: Dataset) -> None:
    assert entries(client)["Bare"] == {
        "@type": "dcat:Dataset",
        "identifier": "bare-0001",
        "title": "Bare",
        "description": "The catalogue gives no description.",
        "publisher": {"@type": "org:Organization", "name": "Riverbend"},
        "contactPoint": {"@type": "vcard:Contact", "fn": "Riverbend"},
        "accessLevel": "public",
        "landingPage": "http://testserver/riverbend/datasets/bare-0001/",
    }


def test_a_table_that_is_served_here_has_its_own_distributions_first(client: Client, trees: Dataset) -> None:
    load(trees, "text", "point")
    found = entries(client)["Trees"]["distribution"]
    assert [(one["format"], one.get("downloadURL") or one["accessURL"]) for one in found[:4]] == [
        ("CSV", "http://testserver/api/views/tree-0001/rows.csv?accessType=DOWNLOAD"),
        ("JSON", "http://testserver/api/views/tree-0001/rows.json?accessType=DOWNLOAD"),
        ("GeoJSON", "http://testserver/api/views/tree-0001/rows.geojson?accessType=DOWNLOAD"),
        ("API", "http://testserver/resource/tree-0001.json"),
    ]
    assert len(found) == 7


def test_what_is_taken_down_stays_with_its_notice_and_without_any_address_of_its_data(
    client: Client, trees: Dataset
) -> None:
    load(trees, "text")
    clerk = User.objects.create(username="clerk", email="clerk@example.org")
    before = client.get("/data.json")["ETag"]
    takedown = access.take_down(trees, notice="Shows home\naddresses. " * 30, case="X", by=clerk, now=NOW)
    entry = entries(client)["Trees"]
    assert entry["accessLevel"] == "restricted public"
    assert entry["rights"].startswith("The city has taken the data down. Shows home addresses.")
    assert "distribution" not in entry
    assert client.get("/data.json", headers={"If-None-Match": before}).status_code == 200
    access.restore(takedown, notice="", by=clerk, now=NOW)
    assert client.get("/data.json", headers={"If-None-Match": before}).status_code == 304


def test_what_is_not_public_or_gone_is_not_listed(client: Client, trees: Dataset, bare: Dataset) -> None:
    Dataset.objects.filter(pk=trees.pk).update(public=False)
    Dataset.objects.filter(pk=bare.pk).update(missing_since=NOW)
    assert entries(client) == {}
    assert "Trees" not in b"".join(client.get("/data.json")).decode()


def test_a_city_has_its_own_and_an_unknown_one_is_told_as_json(
    client: Client, trees: Dataset, other_city: City
) -> None:
    Dataset.objects.create(city=other_city, identifier="lake-0001", name="Lakes")
    assert entries(client).keys() == {"Trees", "Lakes"}
    assert entries(client, "/lakeside/data.json").keys() == {"Lakes"}
    response = client.get("/nowhere/data.json")
    assert response.status_code == 404 and response.json()["code"] == "not_found"


def test_an_identifier_that_two_cities_use_is_told_by_its_page(
    client: Client, trees: Dataset, other_city: City
) -> None:
    twin = Dataset.objects.create(city=other_city, identifier=trees.identifier, name="Lake trees")
    load(twin, "text")
    found = entries(client)
    assert found["Trees"]["identifier"] == "http://testserver/riverbend/datasets/tree-0001/"
    links = [one.get("downloadURL") or one["accessURL"] for one in found["Lake trees"]["distribution"]]
    assert links[-1] == "http://testserver/lakeside/resource/tree-0001.json"


def test_our_own_importer_reads_it_back(client: Client, trees: Dataset) -> None:
    catalog = recognise(document(client), "data.json")
    (entry,) = catalog.entries
    assert (entry.identifier, entry.name, entry.department) == ("tree-0001", "Trees", "Parks")
    assert entry.last_updated == trees.last_updated and entry.contact_email == trees.contact_email
    assert catalog.skipped == [] and entry.keywords == ("tree", "park")


def test_many_datasets_cost_no_more_queries_than_one(
    client: Client, city: City, django_assert_max_num_queries
) -> None:
    for number in range(30):
        row = Dataset.objects.create(city=city, identifier=f"many-{number:04}", name=f"Number {number}")
        row.distributions.create(position=0, url="https://d.example/x")
    with django_assert_max_num_queries(8):
        assert len(entries(client)) == 30


def test_nobody_gets_the_same_twice(client: Client, trees: Dataset) -> None:
    first = client.get("/data.json")
    assert first["ETag"] == client.get("/data.json")["ETag"]
    again = client.get("/data.json", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304 and again.content == b"" and again["ETag"] == first["ETag"]
    head = client.head("/data.json")
    assert head["ETag"] == first["ETag"] and b"".join(head) == b""


@pytest.mark.parametrize(
    ("cadence", "interval"),
    [
        ("R/P1W", "R/P1W"),
        ("r/pt1s", "R/PT1S"),
        ("Daily", "R/P1D"),
        ("As Needed", "irregular"),
        ("http://publications.europa.eu/resource/authority/frequency/MONTHLY", "R/P1M"),
        ("Biweekly", ""),
        ("R/P", ""),
        ("R/P1DT", ""),
        ("when it rains", ""),
        ("", ""),
    ],
)
def test_only_what_is_clear_becomes_an_interval(cadence: str, interval: str) -> None:
    assert interval_of(cadence) == interval


words = st.text(max_size=30)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.fixed_dictionaries(
        {
            **{name: words for name in ("description", "department", "category", "cadence", "contact_name")},
            "contact_email": st.one_of(words, st.just("ü@x.example"), st.just("a@b.example, c@d.example")),
            "keywords": st.lists(words, max_size=3),
            "last_updated": st.none() | st.dates(),
            "withheld_since": st.none() | st.just(NOW),
        }
    ),
    st.lists(st.tuples(words, words, words, st.booleans()), max_size=3),
)
def test_whatever_a_catalogue_says_the_entry_is_valid(values: dict[str, Any], parts: list[Any]) -> None:
    city = City(slug="riverbend", name="Riverbend")
    dataset = Dataset(pk=1, city=city, identifier="x", name="X", **values)
    dataset._state.fields_cache["table"] = None
    dataset._prefetched_objects_cache = {
        "distributions": [
            _part(title=title, format=form, media_type=media, is_api=api) for title, form, media, api in parts
        ],
        "fields": [],
    }
    assert wrong_with(entry_of(dataset, Links(lambda path: f"https://x.example{path}"))) == []


def _part(**values: Any) -> Any:
    from portals.models import Distribution

    return Distribution(url="https://d.example/x", **values)


def test_the_check_finds_what_is_wrong(bare: Dataset) -> None:
    entry = entry_of(described(Dataset.objects.all()).get(), Links(lambda path: f"https://x.example{path}"))
    assert wrong_with(entry) == []
    broken = {"rights": "x" * 256, "accrualPeriodicity": "daily", "contactPoint": {"fn": ""}, "odd": 1}
    for key, value in broken.items():
        assert wrong_with(entry | {key: value}) == [f"{key}: {value!r}"]
    assert wrong_with(entry | {"distribution": [{"@type": "dcat:Distribution", "downloadURL": "https://x"}]})
    del entry["title"]
    assert wrong_with(entry) == ["title"]
