"""The measures of each city are those of its guide, in its order, and none more; what each does here.

Written down by hand from the guides (KC14, KE20, KE22, OC12, PO19, PO20, BK08, BK09), not from the files.
"""

import tomllib

import pytest

from portals.city_toml.schema import check_text
from portals.models import Measure
from portals.vocabulary import MeasureEffect
from tests.portals.loading import NOW, SHIPPED, load_text, riverbend

GUIDES = {
    "kansas-city": {
        "administrative-order": "none",
        "account-suspension": "suspend_key",
        "api-key-revocation": "revoke_key",
        "referral-to-legal-action": "refer_legal",
    },
    "kent": {
        "administrative-order": "none",
        "notice-to-comply": "none",
        "civil-action": "refer_legal",
        "correction-order": "none",
        "suspension-of-access": "suspend_key",
        "court-enforcement": "refer_legal",
    },
    "oklahoma-city": {
        "access-suspension": "suspend_key",
        "account-removal": "revoke_key",
        "takedown-request": "take_down",
        "legal-action": "refer_legal",
    },
    "portland": {"access-suspension": "suspend_key", "administrative-action": "none"},
    "bakersfield": {
        "suspension-of-access": "suspend_key",
        "revocation-of-keys": "revoke_key",
        "takedown-order": "take_down",
        "referral-to-city-attorney": "refer_legal",
        "court-action": "none",
    },
}
PATHWAYS = {"kent": ["administrative-order", "notice-to-comply", "civil-action"]}
"""Only Kent's guide tells what comes after what (KE20)."""

FILES = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in SHIPPED}


def test_every_city_that_ships_is_in_the_table() -> None:
    assert set(FILES) == set(GUIDES)


@pytest.mark.parametrize("slug", GUIDES)
def test_the_measures_are_exactly_those_of_the_guide(slug: str) -> None:
    measures = FILES[slug]["measure"]
    assert {row["id"]: row.get("acts", "none") for row in measures} == GUIDES[slug]
    layers = {row["id"]: row["layer"] for row in FILES[slug]["citation"]}
    assert {layers[row["citation"]] for row in measures} == {"guide"}


@pytest.mark.parametrize("slug", GUIDES)
def test_only_a_guide_with_a_pathway_gives_its_measures_an_order(slug: str) -> None:
    steps = [row for row in FILES[slug]["measure"] if "order" in row]
    assert [row["id"] for row in sorted(steps, key=lambda row: row["order"])] == PATHWAYS.get(slug, [])


@pytest.mark.parametrize("slug", GUIDES)
def test_no_guide_says_for_which_offense_a_measure_is_and_no_measure_is_a_fine(slug: str) -> None:
    for row in FILES[slug]["measure"]:
        assert "offense" not in row
        words = f"{row['name']} {row['statement']}".lower()
        assert "fine" not in words.split() and "$" not in words and "penalty" not in words


@pytest.mark.django_db
def test_what_a_measure_does_reaches_the_table() -> None:
    city = load_text(riverbend(("order = 1", 'order = 1\noffense = "repeat"\nacts = "suspend_key"'))).city
    row = Measure.objects.get(city=city)
    assert (row.order, row.offense, row.acts) == (1, "repeat", MeasureEffect.SUSPEND_KEY)


@pytest.mark.django_db
def test_a_measure_without_more_only_is_written_down_and_told() -> None:
    row = Measure.objects.get(city=load_text(riverbend()).city)
    assert (row.offense, row.acts) == ("", MeasureEffect.NONE)


MEASURE = '[[measure]]\nid = "{id}"\nname = "M"\nstatement = "S."\ncitation = "guide-1"\n{more}\n'


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ("order = 1", '"suspension" is step 1 already'),
        ("order = 3", "there is no step 2 before it"),
        ('acts = "fine"', "acts"),
        ('offense = "second"', "offense"),
        ('acts = "refer_legal"', "no office has the role legal"),
    ],
)
def test_a_measure_that_cannot_be_is_refused(added: str, told: str) -> None:
    text = riverbend(add=MEASURE.format(id="more", more=added))
    if "legal" in told:
        assert 'roles = ["legal"]' not in text
        text = text.replace('role = "legal"', 'role = "external_review"')
    lines = check_text(text, "city.toml", NOW.date()).problem_lines()
    assert any("measure[more]" in line and told in line for line in lines), lines
