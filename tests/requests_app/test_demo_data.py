"""The demo's catalogues and templates of cases: whole, and in words that the city files and models know."""

import datetime as dt
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from portals.vocabulary import AppealOutcome, Outcome, SubmissionKind
from requests_app import demo
from requests_app.demo.steps import STEPS
from requests_app.models import (
    AccessRequest,
    Appeal,
    Channel,
    DatasetRequest,
    ErrorReport,
    MisuseReport,
    PrivacyConcern,
    RecordsRequest,
)

ROOT = Path(__file__).parents[2]
DATA = ROOT / "requests_app" / "demo_data"
CITIES = ["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"]
TEMPLATES = demo.templates()
CASES: dict[str, Any] = {"cases": TEMPLATES.cases, "exemptions": TEMPLATES.exemptions}
DATASET_KEYS = {
    "id", "known", "name", "description", "department", "category", "keywords", "cadence", "last_updated",
    "license", "attribution", "contact", "api", "fields", "distributions",
}  # fmt: skip
MODELS = {
    "error_report": ErrorReport,
    "dataset_request": DatasetRequest,
    "access_request": AccessRequest,
    "records_request": RecordsRequest,
    "misuse_report": MisuseReport,
    "privacy_concern": PrivacyConcern,
    "appeal": Appeal,
}
OF_THE_REQUESTER = {
    *("answer", "withdraw", "fee_agree", "waiver_request", "ask_for_statement"),
    *("open_key", "party_answer", "appeal_measure", "follow"),
}


def catalogue(city: str) -> list[dict[str, Any]]:
    return list(json.loads((DATA / f"{city}.json").read_text(encoding="utf-8"))["datasets"])


def city_file(city: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "portals" / "cities" / f"{city}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("city", CITIES)
def test_a_catalogue_has_twelve_to_twenty_datasets_each_with_every_key(city: str) -> None:
    datasets = catalogue(city)
    assert 12 <= len(datasets) <= 20
    assert len({dataset["id"] for dataset in datasets}) == len(datasets)
    for dataset in datasets:
        assert dataset.keys() - {"row_count"} == DATASET_KEYS, dataset["id"]
        assert dataset["name"] and dataset["description"]
        assert dataset["last_updated"] == "" or dt.date.fromisoformat(dataset["last_updated"])


@pytest.mark.parametrize("city", CITIES)
def test_every_dataset_belongs_to_an_office_of_the_city_that_publishes(city: str) -> None:
    publishing = {office["id"] for office in city_file(city)["office"] if office.get("publishes")}
    assert {dataset["department"] for dataset in catalogue(city)} <= publishing


@pytest.mark.parametrize("city", CITIES)
def test_an_identifier_is_a_real_one_or_plainly_the_demos_own(city: str) -> None:
    for dataset in catalogue(city):
        if dataset["known"]:
            assert re.fullmatch("[a-z0-9]{4}-[a-z0-9]{4}", dataset["id"])
        else:
            assert dataset["id"].startswith(f"{city}-")
            assert not any("url" in form for form in dataset["distributions"])


@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize("key", ["cadence", "license", "attribution", "contact"])
def test_some_metadata_is_left_open_so_that_not_specified_is_seen(city: str, key: str) -> None:
    assert any(dataset[key] == "" for dataset in catalogue(city))


@pytest.mark.parametrize("city", CITIES)
def test_names_of_fields_are_unique_in_a_dataset(city: str) -> None:
    for dataset in catalogue(city):
        names = [field["name"] for field in dataset["fields"]]
        assert len(set(names)) == len(names)
        assert all(field.keys() == {"name", "type", "description"} for field in dataset["fields"])


def test_there_is_a_case_of_every_kind() -> None:
    assert {case["kind"] for case in CASES["cases"]} == set(SubmissionKind.values)
    assert len({case["id"] for case in CASES["cases"]}) == len(CASES["cases"]) >= 25


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["id"])
def test_details_of_a_case_are_what_its_kind_knows(case: dict[str, Any]) -> None:
    model = MODELS[case["kind"]]
    known = {field.name for field in model._meta.get_fields()} - {"submission"}
    assert set(case["details"]) <= known
    for name, value in case["details"].items():
        choices = getattr(model._meta.get_field(name), "choices", None)
        assert not choices or value in dict(choices)
    assert case["channel"] in Channel.values


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["id"])
def test_what_is_other_in_a_city_is_of_a_city_that_is_shipped(case: dict[str, Any]) -> None:
    for part in (case, *case["steps"]):
        assert set(part.get("only", CITIES)) <= set(CITIES)
        assert set(part.get("in", {})) <= set(part.get("only", case.get("only", CITIES)))


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["id"])
def test_what_happened_to_a_case_is_in_order_and_in_words_of_the_vocabulary(case: dict[str, Any]) -> None:
    days = [step["after"] for step in case["steps"]]
    assert days == sorted(days)
    assert not days or days[-1] <= case["age"]
    for step in case["steps"]:
        assert step["action"] in STEPS
        assert (step["by"] == "requester") == (step["action"] in OF_THE_REQUESTER), step
        if step["action"] == "determine":
            assert step["outcome"] in Outcome.values and step["reasons"]
        if step["action"] == "appeal_decide":
            assert step["outcome"] in AppealOutcome.values and step["reasons"]


def test_a_denial_names_an_exemption_in_every_city_and_who_is_responsible() -> None:
    denials = [step for case in CASES["cases"] for step in case["steps"] if step.get("outcome") == "denied"]
    assert denials
    assert set(CASES["exemptions"]) == set(CITIES)
    for denial in denials:
        assert denial["exemption"] == "{exemption}"
        assert denial["explanation"] and denial["responsible"]


def test_placeholders_are_the_ones_that_are_promised() -> None:
    written = set(re.findall(r"\{[^{}\"]*\}", json.dumps(CASES["cases"], ensure_ascii=False)))
    assert {word for word in written if re.fullmatch(r"\{[a-z_]*\}", word)} <= {
        "{city}", "{department}", "{dataset}", "{exemption}",
    }  # fmt: skip
    for case in CASES["cases"]:
        if not case["dataset"]:
            assert "{dataset}" not in case["title"] + case["description"] + json.dumps(case["details"])


def test_an_appeal_of_a_template_comes_after_what_it_appeals() -> None:
    by_id = {case["id"]: case for case in CASES["cases"]}
    for case in CASES["cases"]:
        if case["kind"] == "appeal":
            assert by_id[case.get("against") or case["same_as"]]["age"] >= case["age"]


def test_requesters_have_addresses_that_belong_to_nobody() -> None:
    for case in CASES["cases"]:
        address = case["requester"]["email"]
        assert address == "" or re.fullmatch(r"[a-z]+(\.[a-z]+)*@example\.org", address)
