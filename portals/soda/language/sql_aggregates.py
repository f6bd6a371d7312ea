"""Aggregates that SQLite lacks.

None is a window function: in Python 3.11 the bridge to SQLite falls over, with the whole process, when a
window asks for the value of no rows. So `meaning` refuses OVER for them.
"""

import math
from abc import ABC, abstractmethod
from typing import Any

from portals.soda.values.geometry import Box, Position, figure, hull, stored
from portals.soda.values.types import SodaType

Number = int | float


class _Collected(ABC):
    """Keeps the values that are not null. The result is None where there are too few of them."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def step(self, *values: Any) -> None:
        if None not in values:
            self.values.append(values if len(values) > 1 else values[0])

    def finalize(self) -> Any:
        try:
            return self.computed() if self.values else None
        except (ArithmeticError, ValueError):
            return None

    @abstractmethod
    def computed(self) -> Any:
        """The result of at least one value; a failed calculation is None."""


class _Median(_Collected):
    """The middle value, or the mean of the two in the middle."""

    def computed(self) -> Number:
        ordered = sorted(self.values)
        middle = len(ordered) // 2
        if len(ordered) % 2:
            return ordered[middle]
        both = ordered[middle - 1] + ordered[middle]
        return both // 2 if isinstance(both, int) and not both % 2 else both / 2


class _Middle(_Collected):
    """The middle value of what cannot be added, the lower of the two."""

    def computed(self) -> Any:
        return sorted(self.values)[(len(self.values) - 1) // 2]


class _Spread(_Collected):
    """Standard deviation: the root of the mean square from the mean; the count is lessened by `LESS`."""

    LESS = 0

    def computed(self) -> float | None:
        count = len(self.values) - self.LESS
        if count < 1:
            return None
        mean = math.fsum(self.values) / len(self.values)
        return math.sqrt(math.fsum((value - mean) ** 2 for value in self.values) / count)


class _SampleSpread(_Spread):
    LESS = 1


class _Regression(_Collected):
    """Ordinary least squares of y over x; pairs are (y, x)."""

    def sums(self) -> tuple[float, float, float, float, float]:
        """Means of y and x, and the sums of squares yy, xx and xy around them."""
        ys, xs = [pair[0] for pair in self.values], [pair[1] for pair in self.values]
        mean_y, mean_x = math.fsum(ys) / len(ys), math.fsum(xs) / len(xs)
        square_y = math.fsum((y - mean_y) ** 2 for y in ys)
        square_x = math.fsum((x - mean_x) ** 2 for x in xs)
        return (
            mean_y,
            mean_x,
            square_y,
            square_x,
            math.fsum((y - mean_y) * (x - mean_x) for y, x in self.values),
        )


class _Slope(_Regression):
    def computed(self) -> float:
        _mean_y, _mean_x, _yy, square_x, both = self.sums()
        return both / square_x


class _Intercept(_Regression):
    def computed(self) -> float:
        mean_y, mean_x, _yy, square_x, both = self.sums()
        return mean_y - both / square_x * mean_x


class _R2(_Regression):
    def computed(self) -> float:
        _mean_y, _mean_x, square_y, square_x, both = self.sums()
        return 1.0 if square_x and not square_y else both * both / (square_x * square_y)


class _Extent:
    """The box around all geometries. Each is read when it comes, so that a long one can be stopped."""

    def __init__(self) -> None:
        self.box: Box | None = None

    def step(self, geojson: str | None) -> None:
        if geojson is None:
            return
        west, south, east, north = figure(geojson).box
        if self.box is not None:
            box = self.box
            west, south = min(west, box[0]), min(south, box[1])
            east, north = max(east, box[2]), max(north, box[3])
        self.box = (west, south, east, north)

    def finalize(self) -> str | None:
        if self.box is None:
            return None
        west, south, east, north = self.box
        return _polygon([(west, south), (west, north), (east, north), (east, south)])


class _Hull:
    """The smallest convex polygon around all geometries; null where they lie on one line."""

    def __init__(self) -> None:
        self.corners: list[Position] = []
        self.most = 1_000

    def step(self, geojson: str | None) -> None:
        if geojson is None:
            return
        self.corners += figure(geojson).vertices
        if len(self.corners) > self.most:
            self.corners = hull(self.corners)
            self.most = max(1_000, 2 * len(self.corners))

    def finalize(self) -> str | None:
        corners = hull(self.corners)
        return _polygon(corners) if len(corners) > 2 else None


def _polygon(corners: list[Position]) -> str:
    return stored(SodaType.MULTIPOLYGON, [[[*corners, corners[0]]]])


AGGREGATES: dict[str, tuple[int, type]] = {
    "median": (1, _Median),
    "middle": (1, _Middle),
    "stddev_pop": (1, _Spread),
    "stddev_samp": (1, _SampleSpread),
    "regr_slope": (2, _Slope),
    "regr_intercept": (2, _Intercept),
    "regr_r2": (2, _R2),
    "extent": (1, _Extent),
    "convex_hull": (1, _Hull),
}
"""By their names in SQL without `soda_`: how many arguments, and the class."""
