"""No number below five can be read from a published column, nor worked out from its sum."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from requests_app.desk.report_figures import FEWEST
from requests_app.desk.withholding import withheld

COLUMNS = st.lists(st.integers(0, 30), max_size=8)


def test_a_column_without_small_numbers_is_shown_whole() -> None:
    assert withheld([0, 5, 12]) == (frozenset(), False)
    assert withheld([]) == (frozenset(), False)


def test_the_smallest_of_the_others_goes_with_a_small_number() -> None:
    assert withheld([12, 3, 7, 0]) == (frozenset({1, 2}), False)


@pytest.mark.parametrize("parts", [[3], [4, 4], [2, 0]])
def test_where_there_is_no_other_the_sum_is_kept_back(parts: list[int]) -> None:
    hidden, no_sum = withheld(parts)
    assert hidden == {place for place, n in enumerate(parts) if n} and no_sum


@given(COLUMNS)
def test_every_small_number_is_hidden_and_never_alone_beside_a_sum(parts: list[int]) -> None:
    hidden, no_sum = withheld(parts)
    few = {place for place, n in enumerate(parts) if 0 < n < FEWEST}
    assert few <= hidden and len(hidden - few) <= 1
    assert not few or no_sum or len(hidden) >= 2


@pytest.mark.parametrize("small", [1, 2, 3, 4])
def test_what_is_shown_leaves_several_values_for_a_small_number(small: int) -> None:
    parts = [small, 9, 40]
    hidden, no_sum = withheld(parts)
    assert not no_sum
    left = sum(parts) - sum(n for place, n in enumerate(parts) if place not in hidden)
    assert len([pair for pair in product(range(1, FEWEST), range(FEWEST, 41)) if sum(pair) == left]) > 1
