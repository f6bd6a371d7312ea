"""The benchmark's own arithmetic: what counts as a miss, and what is kept."""

import json

import pytest

from bench.__main__ import _parsed
from bench.figures import Growth, PageFigure, Results, SweepFigure, Timing, p95


def page(size: int = 1000, *, one: float = 8.0, bare: float = 2.0, queries: int = 7) -> PageFigure:
    return PageFigure("my desk", size, queries, 2048, Timing(one, one), Timing(bare, bare), limit_ms=30)


def test_five_of_a_hundred_may_be_slower_than_p95() -> None:
    assert p95([1.0] * 95 + [9.0] * 5) == 1.0
    assert p95([1.0] * 94 + [9.0] * 6) == 9.0
    assert p95([3.0]) == 3.0


def test_a_timing_is_in_milliseconds() -> None:
    assert Timing.of([0.001, 0.002, 0.003]) == Timing(2.0, 3.0)


@pytest.mark.parametrize(
    ("figure", "missed"),
    [
        (page(), 0),
        (page(one=10.0), 0),
        (page(one=10.1), 1),
        (page(queries=13), 1),
        (page(one=31.0, bare=10.0), 1),
        (page(one=60.0, queries=13), 3),
    ],
)
def test_each_aim_that_is_missed_is_named(figure: PageFigure, missed: int) -> None:
    assert len(figure.misses()) == missed


def test_a_sweep_misses_when_it_is_slow_or_wrong() -> None:
    assert SweepFigure(1000, 900, 6000, 1.0, 300, 0.5).misses() == []
    assert len(SweepFigure(1000, 900, 4999, 1.0, 300, 0.5).misses()) == 1
    assert SweepFigure(1000, 900, 6000, 1.0, 300, 0.5, ["something due was left"]).misses() == [
        "something due was left"
    ]


def test_a_sweep_stands_beside_a_bare_one_of_the_same_run() -> None:
    assert SweepFigure(1000, 900, 6000, 1.2, 300, 0.5).ratio == 2.4


def test_growth_compares_the_largest_size_with_the_smallest() -> None:
    results = Results("sqlite", {}, pages=[page(1000, one=4.0), page(100_000, one=6.0, bare=2.5)])
    results.memory_mb = {1000: 100.0, 100_000: 110.0}
    assert results.growth() == {"my desk": Growth(1.5, 1.2)}, "a machine that was slower meanwhile"
    assert results.memory_growth() == 1.1
    assert Results("sqlite", {}, pages=[page()]).growth() == {}


def test_what_is_kept_is_json_and_names_the_misses() -> None:
    document = json.loads(json.dumps(Results("sqlite", {}, pages=[page(queries=13)]).as_json()))
    assert document["pages"][0]["misses"] == ["13 queries"]
    assert document["pages"][0]["ratio"] == 4.0


def test_sizes_are_measured_in_growing_order() -> None:
    assert _parsed(["--sizes", "10,5"]).sizes == (5, 10)
    assert _parsed([]).sizes == (1_000, 10_000, 100_000)
