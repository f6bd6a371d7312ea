"""Rules and enforcement: nothing is left out, nothing merged, and what is not specified says so."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portals.models import City
from portals.vocabulary import Confidence, Layer
from tests.portals.loading import SHIPPED

SLUGS = [path.stem for path in SHIPPED]


def section(text: str, begin: str, end: str) -> str:
    """What is read between two headings (the last occurrence of the first: it also stands in the menu)."""
    return text[text.rindex(begin) :].split(end)[0]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_statement_stands_there_with_its_source_and_layer(page, cities, slug) -> None:
    drawn, city = page(f"/{slug}/rules/"), cities[slug]
    for row in city.provisions.select_related("citation", "confirm_with"):
        article = drawn.source.split(f'id="rule-{row.key}"', 1)[1].split("</article>")[0]
        assert f"badge-{row.layer}" in article, row.key
        assert (
            row.confirm_with is None or row.status == "stated" or str(row.confirm_with) in unescaped(article)
        )
        assert " ".join(row.statement.split()) in drawn.text, row.key
        assert row.citation.label in drawn.text, row.key
        assert ("not_specified" in article) == (row.status != "stated"), row.key


def unescaped(source: str) -> str:
    return source.replace("&#x27;", "'").replace("&amp;", "&")


@pytest.mark.parametrize("slug", SLUGS)
def test_every_other_rule_stands_there_too(page, cities, slug) -> None:
    text, city = page(f"/{slug}/rules/").text, cities[slug]
    said = [
        *(row.because for row in city.clocks.all()),
        *(row.because for row in city.routes.all()),
        *(row.because for row in city.escalationsteps.all()),
        *(row.steps for row in city.appealroutes.all()),
        *(row.because for row in city.appealroutes.all()),
        *(row.statement for row in city.feerules.all()),
        *(row.statement for row in city.denialrules.all()),
        *(row.statement for row in city.measures.all()),
        *(row.name for row in city.violations.all()),
        *(row.name for row in city.closed_days.all()),
        *(row.note for row in city.closed_years.all()),
    ]
    missing = [words for words in said if " ".join(words.split()) not in text]
    assert missing == []
    for year in city.closed_years.all():
        assert str(year.year) in text


def test_kents_guide_gives_no_days_and_the_law_gives_five_and_both_stand_there(page) -> None:
    limits = section(
        page("/kent/rules/").text, "Time limits The city's guide", "When nobody acknowledges The"
    )
    guide, law = limits.split("State law and city code", 1)
    assert "The guide gives no number of days for any answer" in guide
    assert "not specified on the cited page" in guide and "Ask: City Clerk" in guide
    assert "business days" not in guide
    assert "Within five business days of receiving a records request" in law
    assert "RCW 42.56.520(1)" in law
    assert "The guide: not specified on the cited page. State law: 5 business days." in law
    assert "Stopped by nothing" in law


def test_the_two_layers_stand_in_two_columns(page, cities) -> None:
    source = page("/kent/rules/").source
    for row in cities["kent"].provisions.filter(topic="time_limits"):
        before = source.split(f'id="rule-{row.key}"')[0]
        column = re.findall(r"<h3>(The city&#x27;s guide|The city's guide|State law and city code)", before)[
            -1
        ]
        assert ("guide" in column) == (row.layer == Layer.GUIDE), row.key


def test_an_office_target_is_never_shown_as_law(page) -> None:
    for slug in SLUGS:
        text = page(f"/{slug}/rules/").text
        assert "The office's own target, not a legal deadline: 3 business days." in text
        assert "They are a target, not a legal deadline." in text


def test_portlands_second_stage_counts_from_the_due_date_of_the_first(page) -> None:
    text = page("/portland/rules/").text
    assert (
        "Counts from the last day of the step before (Acknowledgement), even if that was done early" in text
    )
    assert "a question to the requester, until it is answered or declined" in text


def test_kansas_citys_two_lapses_name_their_fee_and_their_day(page) -> None:
    text = page("/kansas-city/rules/").text
    assert "only where the fee is over $1,000" in text
    assert "where the fee is $1,000 or less, or not known" in text
    versions = text[text.rindex("Rules whose first or last day is known") :]
    assert "for what is received from Aug. 28, 2025 on" in versions


def test_bakersfields_extension_is_told_with_its_limit(page) -> None:
    text = page("/bakersfield/rules/").text
    assert "to 24 calendar days from the start at the latest, with notice given in time" in text


def test_a_way_of_appeal_that_is_not_open_says_so_and_why(page, cities) -> None:
    text = page("/kent/rules/").text
    shut = cities["kent"].appealroutes.get(available=False)
    assert f"{shut.name} not open here {shut.because}" in text


def test_a_secondary_source_is_told_with_the_day_on_which_it_was_checked(page, cities) -> None:
    for slug in SLUGS:
        rows = cities[slug].provisions.filter(citation__confidence=Confidence.MEDIUM).count()
        told = page(f"/{slug}/rules/").text.count("Checked on Nov. 21, 2026, secondary source.")
        assert told >= rows > 0, slug


def test_what_could_not_be_confirmed_is_not_specified(page, cities) -> None:
    low = [
        (slug, row)
        for slug in SLUGS
        for row in cities[slug].provisions.filter(citation__confidence=Confidence.LOW)
    ]
    assert low
    for slug, row in low:
        article = page(f"/{slug}/rules/").source.split(f'id="rule-{row.key}"')[1].split("</article>")[0]
        assert "Not specified on the cited page." in article


def test_a_topic_of_which_the_guide_says_nothing_says_that(page) -> None:
    denials = section(
        page("/kent/rules/").text, "Denials The city's guide", "Closed days and office hours The"
    )
    assert "Not specified on the cited page. Ask: City Clerk The guide has no statement on this." in denials
    assert "the exemption relied on and how it applies" in denials.lower()


def test_a_year_that_is_not_complete_is_marked(page) -> None:
    assert "2026 – a day may still be missing" in page("/oklahoma-city/rules/").text
    assert "a day may still be missing" not in page("/kent/rules/").text


def test_a_circumstance_that_decides_a_route_is_told(page) -> None:
    text = page("/kent/rules/").text
    assert "Only if the answer is yes: “Does the error affect official public records?”" in text
    assert "Unless the answer is yes: “Does the error affect official public records?”" in text


@pytest.mark.parametrize("slug", SLUGS)
def test_the_menu_leads_to_every_part(page, slug) -> None:
    drawn = page(f"/{slug}/rules/")
    parts = {one for one in drawn.values("id") if one.startswith("topic-") and not one.endswith("-title")}
    assert {f"#{part}" for part in parts} | {"#routes", "#versions"} <= set(drawn.values("href", "a"))
    assert len(parts) >= 12


def test_the_page_asks_the_database_as_often_for_every_city(client: Client, cities: dict[str, City]) -> None:
    asked = set()
    for slug in SLUGS:
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/{slug}/rules/")
        asked.add(len(queries))
    assert len(asked) == 1 and asked.pop() <= 12
