"""The forms of the seven kinds: what each takes, what it refuses, and what it makes of it."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict

from portals.vocabulary import SubmissionKind
from requests_app import determinations, intake
from requests_app.attachments.files import StoredFile
from requests_app.forms.attachments import file_of, token_of
from requests_app.forms.base import key_of, new_key
from requests_app.kinds import KINDS, details_of
from tests.requests_app.factories import FILED, DatasetFactory, file_case
from tests.requests_app.pages import ENOUGH

TODAY = dt.date(2026, 6, 1)


def form_of(city: Any, kind: str, proved: Any = (), **typed: str) -> Any:
    data = QueryDict(mutable=True)
    data.update({**ENOUGH[kind], **typed})
    return KINDS[kind].form(data, city=city, today=TODAY, proved=proved)


@pytest.mark.parametrize("kind", SubmissionKind.values)
@pytest.mark.parametrize("slug", ["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"])
def test_the_least_that_is_needed_can_be_filed_in_every_city(cities: dict, slug: str, kind: str) -> None:
    form = form_of(cities[slug], kind)
    assert form.is_valid(), form.errors
    case = intake.submit(form.filing(key=f"{slug}-{kind}", now=FILED, language="en"), now=FILED).submission
    assert (case.kind, case.city_id) == (kind, cities[slug].pk)
    assert case.title == ENOUGH[kind]["description"]
    details_of(case)


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, typed in ENOUGH.items() for name in typed])
def test_what_is_needed_is_asked_for(cities: dict, kind: str, name: str) -> None:
    form = form_of(cities["kent"], kind, **{name: ""})
    assert not form.is_valid()
    assert name in form.errors


def test_every_field_stands_under_a_heading_once(cities: dict) -> None:
    for kind, entry in KINDS.items():
        for city in cities.values():
            form = entry.form(city=city, today=TODAY)
            names = [name for part in form.sections() for name in part.names]
            assert sorted(names) == sorted(form.fields), kind


def test_the_title_is_the_first_line_cut_at_a_word(cities: dict) -> None:
    form = form_of(cities["kent"], "error_report", description="One line\nAnother")
    assert form.is_valid() and form.title() == "One line"
    form = form_of(cities["kent"], "error_report", description="word " * 200)
    assert form.is_valid() and len(form.title()) <= 120


@pytest.mark.parametrize("answer", ["yes", "no", ""])
def test_only_a_yes_is_a_circumstance(cities: dict, answer: str) -> None:
    form = form_of(cities["kent"], "error_report", flag_affects_official_records=answer)
    assert form.is_valid()
    assert form.flags == ({"affects_official_records"} if answer == "yes" else set())


def test_commerce_is_asked_only_where_the_law_makes_it_matter(cities: dict) -> None:
    asked = {
        slug
        for slug, city in cities.items()
        if "flag_commercial_purpose" in KINDS["records_request"].form(city=city, today=TODAY).fields
    }
    assert asked == {"kansas-city", "oklahoma-city"}
    form = form_of(cities["kansas-city"], "records_request", flag_commercial_purpose="yes")
    assert form.is_valid() and form.details()["commercial_purpose"] is True


@pytest.mark.parametrize(
    ("first", "last", "wrong"),
    [
        ("2026-06-01", "2026-06-01", set()),
        ("2026-06-02", "", {"records_from"}),
        ("", "2027-01-01", {"records_to"}),
        ("2026-05-02", "2026-05-01", {"records_to"}),
        ("31.31.2026", "", {"records_from"}),
    ],
)
def test_dates_in_the_future_or_reversed_are_refused(cities: dict, first: str, last: str, wrong: set) -> None:
    form = form_of(cities["kent"], "records_request", records_from=first, records_to=last)
    assert set(form.errors) == wrong


@pytest.mark.parametrize("amount", ["-1", "lots", "1e999", "12345678901", "$", "12,5", "1.555"])
def test_a_fee_limit_is_an_amount(cities: dict, amount: str) -> None:
    wrong = form_of(cities["kent"], "records_request", fee_limit=amount).errors
    assert wrong["fee_limit"] == ["Enter an amount like 25 or 25.50."]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("$25", "25"), (" $ 1,000.50 ", "1000.50"), ("0", "0"), ("12,500", "12500"), ("", None)],
)
def test_an_amount_is_taken_as_people_write_it(cities: dict, typed: str, meant: str | None) -> None:
    form = form_of(cities["kent"], "records_request", fee_limit=typed)
    assert form.is_valid(), form.errors
    assert form.details()["fee_limit"] == (Decimal(meant) if meant else None)


def test_a_dataset_is_found_by_identifier_and_by_name(cities: dict) -> None:
    row = DatasetFactory(city=cities["kent"], identifier="Tree-1", name="Street trees")
    DatasetFactory(city=cities["portland"], identifier="tree-1", name="Street trees")
    for typed in ("tree-1", "STREET TREES"):
        form = form_of(cities["kent"], "error_report", dataset=typed)
        assert form.is_valid() and form.dataset == row


def test_an_ambiguous_dataset_is_offered_not_guessed(cities: dict) -> None:
    rows = {DatasetFactory(city=cities["kent"], name="Trees") for _number in range(2)}
    form = form_of(cities["kent"], "error_report", dataset="trees")
    assert not form.is_valid()
    assert set(form.dataset_options) == rows and form.dataset is None


def test_an_unknown_dataset_says_what_to_do(cities: dict) -> None:
    form = form_of(cities["kent"], "error_report", dataset="no such thing 😀")
    assert "leave this empty" in str(form.errors["dataset"])


def test_a_report_without_a_dataset_cannot_be_public(cities: dict) -> None:
    assert "is_public" in form_of(cities["kent"], "error_report", is_public="on").errors


@pytest.mark.parametrize(
    ("kind", "wanted", "field"),
    [
        ("dataset_request", "export", "dataset"),
        ("dataset_request", "fields", "dataset"),
        ("access_request", "restricted", "dataset"),
        ("access_request", "download_notice", "schedule"),
    ],
)
def test_what_a_choice_makes_necessary_is_asked_for(cities: dict, kind: str, wanted: str, field: str) -> None:
    assert field in form_of(cities["kent"], kind, wanted=wanted).errors


def test_the_violations_are_those_that_the_guide_names(cities: dict) -> None:
    for city in cities.values():
        form = KINDS["misuse_report"].form(city=city, today=TODAY)
        named = set(city.violations.values_list("key", flat=True))
        offered = {key for key, _label in form.fields["violation"].choices} if named else set()
        assert offered - {""} == named


def test_a_case_names_its_violation_in_the_words_of_the_guide(cities: dict) -> None:
    city = cities["oklahoma-city"]
    named = city.violations.order_by("pk")[0]
    form = form_of(city, "misuse_report", violation=named.key)
    assert form.is_valid()
    case = intake.submit(form.filing(key="named", now=FILED, language="en"), now=FILED).submission
    said = {one.label: one.value for one in details_of(case)}
    assert said["Type of violation"] == named.name != named.key
    city.violations.filter(key=named.key).delete()
    assert {one.value for one in details_of(case)} >= {named.key}


def test_an_appeal_shows_closed_ways_with_the_reason(cities: dict) -> None:
    form = form_of(cities["kent"], "appeal")
    assert form.is_valid()
    ways = {way.rule.key: way for way in form.ways()}
    assert ways["internal-review"].open and not ways["attorney-general"].open
    assert ways["attorney-general"].rule.because
    assert form.details()["route"] == "internal-review"


def test_an_answer_can_close_a_way_of_appeal(cities: dict) -> None:
    for answer, is_open in (("no", True), ("yes", False)):
        form = form_of(cities["portland"], "appeal", flag_elected_official=answer)
        assert form.is_valid()
        petition = next(way for way in form.ways() if "elected_official" in way.rule.unless)
        assert petition.open is is_open


def test_an_appeal_about_records_knows_it_without_asking(cities: dict) -> None:
    form = form_of(cities["oklahoma-city"], "appeal")
    assert "flag_about_public_record" not in form.fields
    assert form.is_valid() and "about_public_record" in form.flags
    form = form_of(cities["oklahoma-city"], "appeal", about="error_report")
    assert form.is_valid() and "about_public_record" not in form.flags


def test_last_days_are_shown_only_to_whoever_has_proved_the_code(cities: dict, people: dict) -> None:
    case = file_case(cities["kent"], "records_request")
    answer = determinations.Answer(
        "denied", "No.", exemption="RCW 42.56.230", explanation="It names a child.", responsible="A. Clerk"
    )
    determinations.determine(case, answer, by=people["kent"].clerk, now=FILED)
    for proved, shown in (((), False), ((case.pk,), True)):
        form = form_of(cities["kent"], "appeal", proved=proved, against=case.reference)
        assert form.is_valid()
        assert any(way.last_day for way in form.ways()) is shown
        assert form.details()["against"] == (case if shown else None)
        assert case.reference in form.details()["against_text"]


def test_a_mistyped_reference_is_noticed_and_words_are_taken(cities: dict) -> None:
    case = file_case(cities["kent"])
    wrong = case.reference[:-1] + ("2" if case.reference[-1] != "2" else "3")
    assert "against" in form_of(cities["kent"], "appeal", against=wrong).errors
    form = form_of(cities["kent"], "appeal", against="my letter of 3 May")
    assert form.is_valid()
    assert form.details()["against_text"] == "Request a public record: my letter of 3 May"


def test_tokens_and_keys_of_others_are_not_taken() -> None:
    assert key_of(new_key()) and key_of("made up:abc") is None and key_of("") is None
    assert file_of("made:up") is None
    gone = token_of(StoredFile("a.txt", "0" * 64, 3, "text/plain"))
    assert file_of(gone) is None
