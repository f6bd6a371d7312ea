"""Every fact of the five guides and of the law beside them stands in its city's file, and claims no more.

The tables below list the facts by row id, with how far the source answers; the files are held to them.
Reads the files themselves, no database.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

CITIES = Path(__file__).parents[2] / "portals" / "cities"

# Row number and what the guide does with the topic: N states it, P states a part and leaves the rest open,
# Y says itself that it is not specified, S is silent.
KANSAS_CITY = """
    01N 02N 03Y 04N 05N 06N 07N 08N 09Y 10Y 11N 12Y
    13Y 14P 15N 16N 17N 18Y 19N 20N 21N 22Y 23N 24N
    25N 26N 27N 28P 29N 30N 31N 32Y 33N 34N 35N 36P
    37P 38N 39N 40N 41N 42Y 43N 44S 45S 46S
"""
KENT = """
    01N 02N 03N 04N 05N 06N 07P 08N 09N 10N 11P 12P
    13P 14N 15N 16N 17N 18Y 19Y 20P 21Y 22P 23N 24N
    25P 26Y 27N 28N 29N 30Y 31N 32N 33P 34N 35P 36N
    37N 38S 39S 40S 41N
"""
OKLAHOMA_CITY = """
    01N 02N 03N 04N 05N 06P 07Y 08N 09N 10Y 11Y 12P
    13N 14N 15N 16N 17N 18P 19P 20P 21N 22P 23N 24N
    25N 26N 27S 28S 29N 30N
"""
PORTLAND = """
    01N 02N 03N 04N 05N 06N 07N 08N 09N 10N 11N 12P
    13N 14Y 15P 16N 17N 18Y 19Y 20P 21Y 22N 23N 24N
    25N 26Y 27N 28P 29N 30N 31N 32N 33N 34P 35N 36S
    37S 38S 39S
"""
BAKERSFIELD = """
    01N 02N 03N 04Y 05N 06N 07Y 08Y 09P 10N 11Y 12N
    13N 14N 15N 16N 17N 18N 19N 20N 21P 22N 23N 24N
    25N 26N 27S 28S 29S 30S 31N
"""
STATUS = {"N": "stated", "P": "partly", "Y": "not_specified", "S": "silent"}


class Facts(NamedTuple):
    """The rows of one city. `unverified` law rows may never be asserted, `mixed` ones only in part."""

    guide_prefix: str
    guide: str
    law_prefix: str
    law_rows: int
    unverified: frozenset[int] = frozenset()
    mixed: frozenset[int] = frozenset()

    @property
    def statuses(self) -> dict[str, str]:
        """Row id of the guide -> the status that its provision must have."""
        return {f"{self.guide_prefix}{word[:2]}": STATUS[word[2]] for word in self.guide.split()}

    @property
    def law(self) -> frozenset[str]:
        return self.law_ids(range(1, self.law_rows + 1))

    def law_ids(self, numbers: Any) -> frozenset[str]:
        return frozenset(f"{self.law_prefix}{number}" for number in numbers)


FACTS = {
    "kansas-city": Facts("KC", KANSAS_CITY, "MO", 38, frozenset({25, 32}), frozenset({5})),
    "kent": Facts("KE", KENT, "WA", 27),
    "oklahoma-city": Facts("OC", OKLAHOMA_CITY, "OK", 29, frozenset({24}), frozenset({23})),
    "portland": Facts("PO", PORTLAND, "OR", 34, mixed=frozenset({27})),
    "bakersfield": Facts("BK", BAKERSFIELD, "CA", 29, frozenset({5, 20, 23, 29})),
}
# What was only general knowledge must not be told as a fact where a row's own text was not read.
UNREAD = {
    "MO25": ("six months", "6 months"),
    "MO29": ("Jackson",),
    "MO32": ("5,000",),
    "OK23": ("ten ", "10 ", "(10)"),
}
each_city = pytest.mark.parametrize("slug", sorted(FACTS))


@cache
def city_file(slug: str) -> dict[str, Any]:
    return tomllib.loads((CITIES / f"{slug}.toml").read_text(encoding="utf-8"))


def entries(slug: str) -> list[dict[str, Any]]:
    """All entries of a file that stand for rows."""
    tables = [table for table in city_file(slug).values() if isinstance(table, list)]
    return [entry for table in tables for entry in table if "rows" in entry]


def rows_of(slug: str, status: str | None = None, layers: tuple[str, ...] = ()) -> set[str]:
    """The row ids that entries of this status and these layers stand for."""
    return {
        row
        for entry in entries(slug)
        if status in (None, entry.get("status", "stated")) and (not layers or entry["layer"] in layers)
        for row in entry["rows"]
    }


def test_the_guides_hold_187_facts_and_the_law_157() -> None:
    guides = [row for facts in FACTS.values() for row in facts.statuses]
    assert len(guides) == len(set(guides)) == 187
    counted = {facts.guide_prefix: (len(facts.statuses), facts.law_rows) for facts in FACTS.values()}
    assert counted == {"KC": (46, 38), "KE": (41, 27), "OC": (30, 29), "PO": (39, 34), "BK": (31, 29)}
    for facts in FACTS.values():
        assert [int(row[2:]) for row in facts.statuses] == list(range(1, len(facts.statuses) + 1))


@each_city
def test_every_fact_of_the_guide_stands_in_the_city_file(slug: str) -> None:
    assert set(FACTS[slug].statuses) - rows_of(slug, layers=("guide",)) == set()


@each_city
def test_every_rule_of_law_stands_in_the_city_file(slug: str) -> None:
    assert FACTS[slug].law - rows_of(slug, layers=("statute", "city_code")) == set()


@each_city
def test_a_city_file_stands_for_no_row_of_another_city_and_for_none_that_does_not_exist(slug: str) -> None:
    facts = FACTS[slug]
    assert rows_of(slug) - set(facts.statuses) - facts.law == set()


@each_city
def test_guide_and_law_are_never_merged_in_one_entry(slug: str) -> None:
    facts = FACTS[slug]
    assert rows_of(slug, layers=("guide",)) & facts.law == set()
    assert rows_of(slug, layers=("statute", "city_code")) & set(facts.statuses) == set()


@each_city
def test_what_the_guide_leaves_open_is_shown_as_open(slug: str) -> None:
    wrong = {
        (row, entry.get("status", "stated"))
        for entry in entries(slug)
        if entry["layer"] == "guide"
        for row in entry["rows"]
        if entry.get("status", "stated") != FACTS[slug].statuses[row]
    }
    assert wrong == set()


@each_city
def test_what_is_not_verified_is_not_specified_with_an_office_to_ask(slug: str) -> None:
    facts = FACTS[slug]
    unverified = facts.law_ids(facts.unverified)
    assert unverified - rows_of(slug, status="not_specified") == set()
    assert unverified & (rows_of(slug, status="stated") | rows_of(slug, status="partly")) == set()
    for entry in entries(slug):
        if unverified & set(entry["rows"]):
            assert entry["confirm_with"], entry["id"]


@each_city
def test_of_what_is_verified_in_part_the_rest_is_left_open(slug: str) -> None:
    facts = FACTS[slug]
    left_open = rows_of(slug, status="partly") | rows_of(slug, status="not_specified")
    assert facts.law_ids(facts.mixed) - left_open == set()


@pytest.mark.parametrize("row", sorted(UNREAD))
def test_a_number_or_name_that_was_not_read_is_not_told(row: str) -> None:
    slug = next(slug for slug, facts in FACTS.items() if facts.law_prefix == row[:2])
    told = [entry["statement"] for entry in entries(slug) if row in entry["rows"]]
    assert told
    assert [(word, text) for text in told for word in UNREAD[row] if word in text] == []


@each_city
def test_every_citation_of_an_entry_is_of_the_layer_that_the_entry_claims(slug: str) -> None:
    citations = {citation["id"]: citation for citation in city_file(slug)["citation"]}
    wrong = {
        entry["id"] for entry in entries(slug) if citations[entry["citation"]]["layer"] != entry["layer"]
    }
    assert wrong == set()


@each_city
def test_what_the_guide_calls_not_specified_says_so_in_its_words(slug: str) -> None:
    """KC22 has its own phrase: the guide asks to say that no official form is published."""
    unsaid = {
        entry["id"]
        for entry in city_file(slug)["provision"]
        if entry["status"] == "not_specified" and entry["layer"] == "guide"
        if "not specified" not in entry["statement"] and "no official form" not in entry["statement"]
    }
    assert unsaid == set()
