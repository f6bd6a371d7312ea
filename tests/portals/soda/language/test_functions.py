"""What operators and functions give, each by an example."""

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from portals.soda.language.functions import FUNCTIONS, NOT_OFFERED
from portals.soda.language.sql_expressions import Fragment, _filled
from tests.portals.soda.small_tables import column


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("7 / 2", 3.5),
        ("6 / 3", 2),
        ("1 / 0", None),
        ("7 % 3", 1),
        ("-7 % 3", -1),
        ("7.5 % 2", 1.5),
        ("7 % 0", None),
        ("2 ^ 10", 1024),
        ("2 ^ -1", 0.5),
        ("-2 ^ 2", 4),
        ("2 ^ 3 ^ 2", 512),
        ("-8 ^ 0.5", None),
        ("10 ^ 400", None),
        ("1 - 2 - 3", -4),
        ("1 - (2 - 3)", 2),
        ("12 / 2 / 3", 2),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("0.1 + 0.2", 0.3),
        ("- - 3", 3),
        ("+ 3", 3),
        ("abs(-3.5)", 3.5),
        ("ceil(1.2)", 2),
        ("floor(-1.2)", -2),
        ("round(1.25, 1)", 1.3),
        ("round(25, -1)", 30),
        ("round(-2.5, 0)", -3),
        ("ln(1)", 0),
        ("ln(0)", None),
        ("signed_magnitude_10(-123)", -3),
        ("signed_magnitude_10(0)", 0),
        ("signed_magnitude_linear(42, 10)", 5),
        ("width_bucket(5, 0, 10, 5)", 3),
        ("width_bucket(-1, 0, 10, 5)", 0),
        ("width_bucket(10, 0, 10, 5)", 6),
        ("'a' || 1 || true || 1.50", "a1true1.5"),
        ("'a' || null", None),
        ("upper('straße é')", "STRASSE É"),
        ("lower('ÄÖ')", "äö"),
        ("unaccent('Sainte-Thérèse, Québec, Øl')", "Sainte-Therese, Quebec, Ol"),
        ("length('é€')", 2),
        ("trim('  a b ')", "a b"),
        ("trim_leading('  a ')", "a "),
        ("trim_trailing(' a  ')", " a"),
        ("substring('world', 2)", "orld"),
        ("substring('world', 2, 1)", "o"),
        ("substring('world', 0, 2)", "w"),
        ("substring('world', -1, 1)", ""),
        ("substring('world', 1, -1)", None),
        ("split_part('a,b,c', ',', 2)", "b"),
        ("split_part('a,b,c', ',', -1)", "c"),
        ("split_part('a,b,c', ',', 9)", ""),
        ("replace('banana', 'an', 'x')", "bxxa"),
        ("left_pad('7', 3, '0')", "007"),
        ("left_pad('12345', 3, '0')", "123"),
        ("right_pad('7', 4, 'ab')", "7aba"),
        ("chr(233)", "é"),
        ("chr(0)", None),
        ("case(false, 1, true, 2)", 2),
        ("case(false, 1)", None),
        ("case when 1 > 2 then 'a' else 'b' end", "b"),
        ("case when 1 > 2 then 'a' end", None),
        ("iif(true, 1, 2)", 1),
        ("coalesce(null, null, 3)", 3),
        ("coalesce('a')", "a"),
        ("nullif(1, 1)", None),
        ("least(3, null, 1)", 1),
        ("greatest('a', 'b', null)", "b"),
        ("'12.50'::number", 12.5),
        ("('1' || '2')::number", 12),
        ("('a' || 'b')::number", None),
        ("1.50::text", "1.5"),
        ("(10 ^ 20)::text", "100000000000000000000"),
        ("true::text", "true"),
        ("('tr' || 'ue')::boolean", 1),
        ("('2020' || '-05')::floating_timestamp", "2020-05-01T00:00:00.000"),
        ("('2020' || '-99')::floating_timestamp", None),
        ("'2020-01-01T00:00:00+02:00'::fixed_timestamp", "2019-12-31T22:00:00.000Z"),
        ("date_trunc_y('2020-05-17T10:20:30')", "2020-01-01T00:00:00.000"),
        ("date_trunc_ym('2020-05-17T10:20:30')", "2020-05-01T00:00:00.000"),
        ("date_trunc_ymd('2020-05-17T10:20:30')", "2020-05-17T00:00:00.000"),
        ("date_trunc_ymd('2020-05-17T02:00:00Z', 'America/Chicago')", "2020-05-16T00:00:00.000"),
        ("datez_trunc_ym('2020-05-17T10:20:30Z')", "2020-05-01T00:00:00.000Z"),
        ("date_extract_y('2020-05-17T10:20:30')", 2020),
        ("date_extract_m('2020-05-17T10:20:30')", 5),
        ("date_extract_d('2020-05-17T10:20:30')", 17),
        ("date_extract_hh('2020-05-17T10:20:30')", 10),
        ("date_extract_mm('2020-05-17T10:20:30')", 20),
        ("date_extract_ss('2020-05-17T10:20:30')", 30),
        ("date_extract_dow('2013-10-24')", 4),
        ("date_extract_woy('2021-01-03')", 53),
        ("date_extract_iso_y('2021-01-03')", 2020),
        ("date_diff_d('2020-03-01', '2020-02-28T23:00')", 2),
        ("date_add('2020-01-31'::floating_timestamp, 'P1M')", "2020-02-29T00:00:00.000"),
        ("'2020-03-31'::floating_timestamp - 'P1MT1H'", "2020-02-28T23:00:00.000"),
        ("epoch_seconds('1970-01-02T00:00:00.5Z')", 86400.5),
        ("to_floating_timestamp('2020-07-01T00:00:00Z', 'America/Los_Angeles')", "2020-06-30T17:00:00.000"),
        ("make_point(39.1, -94.5)", '{"type":"Point","coordinates":[-94.5,39.1]}'),
        ("'POINT (1 2)'::point", '{"type":"Point","coordinates":[1,2]}'),
        ("num_points('LINESTRING (0 0, 1 1)'::line)", 2),
        ("point_latitude('POINT (1 2)')", 2),
        ("is_empty('POINT (1 2)'::point)", 0),
        (
            "simplify('LINESTRING (0 0, 1 0.01, 2 0)'::line, 0.1)",
            '{"type":"LineString","coordinates":[[0,0],[2,0]]}',
        ),
        ("geo_multi('POINT (1 2)'::point)", '{"type":"MultiPoint","coordinates":[[1,2]]}'),
        ("url('https://a.gov', 'A').url", "https://a.gov"),
        ("location('POINT (1 2)', 'a', 'b', 'c', 'd').longitude", 1),
    ],
)
def test_an_expression_has_this_value(small: sqlite3.Connection, expression: str, value: Any) -> None:
    found = column(small, f"select {expression} as x limit 1")[0]
    assert found == value
    assert type(found) is type(value)


def test_every_function_has_holes_for_its_arguments() -> None:
    for overloads in FUNCTIONS.values():
        for function in overloads:
            arguments = [Fragment("x")] * max(1, len(function.takes) + len(function.repeats))
            assert "{" not in _filled(function.sql.replace("{branches}", ""), arguments).sql


def test_the_document_names_every_function_that_is_offered_or_refused() -> None:
    page = Path(__file__).resolve().parents[4] / "docs" / "soda-language.md"
    said = set(re.findall(r"[a-z_]+[a-z0-9_]*", page.read_text(encoding="utf-8").lower()))
    parts = ("floating_timestamp_", "point_", "location_", "url_", "::")
    names = {name for name in FUNCTIONS if re.fullmatch(r"[a-z_0-9]+", name) and not name.startswith(parts)}
    assert (names | NOT_OFFERED) - said == set()
