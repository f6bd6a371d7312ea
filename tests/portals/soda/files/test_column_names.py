"""Field names as Socrata makes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.soda.files.column_names import LONGEST, field_name, is_field_name, unique_names


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("CASE ID", "case_id"),
        ("30-60-90 Days Open Window", "_30_60_90_days_open_window"),
        ("  Año / Straße (m²) ", "ano_strasse_m2"),
        ("%", ""),
        ("日本", ""),
        ("_id", "id"),
        ("a" * 100, "a" * LONGEST),
    ],
)
def test_a_title_becomes_a_name(title: str, name: str) -> None:
    assert field_name(title) == name


def test_names_stand_only_once_and_none_is_empty() -> None:
    assert unique_names(["A", "a", "a 1", "", "A", "a" * 100, "a" * 100]) == [
        *("a", "a_1", "a_1_1", "column_4", "a_2", "a" * LONGEST, "a" * (LONGEST - 2) + "_1"),
    ]


@given(st.lists(st.text(max_size=80) | st.sampled_from(["a", "A", "a_1", "1", ""]), max_size=30))
def test_any_titles_become_names_that_a_table_can_have(titles: list[str]) -> None:
    names = unique_names(titles)
    assert len(set(names)) == len(titles)
    assert all(is_field_name(name) for name in names)
    assert unique_names(names) == names, "and a second time they stay"
