"""Figures of the benchmark: what was measured, and whether it is within its aim."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

RATIO, QUERIES, FLAT = 5.0, 12, 1.3
SEARCH_MS, DESK_MS, SWEEP_A_SECOND, MEMORY_GROWTH = 15.0, 30.0, 5000.0, 1.25


def p95(times: Sequence[float]) -> float:
    """The time (in the unit of `times`) that 95 of 100 do not exceed."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]


@dataclass
class Timing:
    """Milliseconds of many runs."""

    median: float
    p95: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Timing":
        return cls(round(median(seconds) * 1000, 2), round(p95(seconds) * 1000, 2))


@dataclass
class PageFigure:
    """A page at one size: alone and with four callers, itself and its bare counterpart."""

    name: str
    size: int
    queries: int
    bytes: int
    one: Timing
    bare_one: Timing
    queries_aim: int | None = QUERIES
    limit_ms: float | None = None
    four: Timing | None = None
    bare_four: Timing | None = None

    @property
    def ratio(self) -> float:
        return round(self.one.median / self.bare_one.median, 2)

    def misses(self) -> list[str]:
        """Which aims it misses, in words; empty where it keeps them all."""
        found = []
        if self.ratio > RATIO:
            found.append(f"{self.ratio:.1f} times bare")
        if self.queries_aim is not None and self.queries > self.queries_aim:
            found.append(f"{self.queries} queries")
        if self.limit_ms is not None and self.one.median > self.limit_ms:
            found.append(f"{self.one.median:.1f} ms, aim {self.limit_ms:.0f}")
        return found


@dataclass
class SearchFigure:
    """The text search alone: the query, without the page around it."""

    words: str
    size: int
    found: int
    time: Timing

    def misses(self) -> list[str]:
        return [] if self.time.median < SEARCH_MS else [f"aim {SEARCH_MS:.0f} ms"]


@dataclass
class SweepFigure:
    """A pass of the clock over what is due."""

    size: int
    due: int
    steps: int
    seconds: float
    statements: int
    bare_seconds: float
    wrong: list[str] = field(default_factory=list)

    @property
    def a_second(self) -> float:
        return round(self.steps / self.seconds, 1)

    @property
    def ratio(self) -> float:
        """How many times as long as a bare sweep of as many items on the same machine."""
        return round(self.seconds / max(self.bare_seconds, 0.01), 1)

    @property
    def statements_an_item(self) -> float:
        return round(self.statements / max(self.steps, 1), 3)

    def misses(self) -> list[str]:
        slow = [f"aim {SWEEP_A_SECOND:.0f}/s"] if self.a_second < SWEEP_A_SECOND else []
        return slow + self.wrong


@dataclass(frozen=True)
class Growth:
    """How many times as long a page takes: by itself, and beside its bare view, which has one indexed SELECT
    at any size. The second tells a page that grows from a machine that was slower meanwhile."""

    itself: float
    beside_bare: float


@dataclass
class Results:
    """Everything that was measured on one database."""

    database: str
    machine: dict[str, Any]
    pages: list[PageFigure] = field(default_factory=list)
    searches: list[SearchFigure] = field(default_factory=list)
    sweeps: list[SweepFigure] = field(default_factory=list)
    memory_mb: dict[int, float] = field(default_factory=dict)
    filled_seconds: dict[int, float] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    failed: str = ""

    def as_json(self) -> dict[str, Any]:
        """One document with the figures and what each misses."""
        document = asdict(self)
        for key in ("pages", "searches", "sweeps"):
            for figure, written in zip(getattr(self, key), document[key], strict=True):
                written["misses"] = figure.misses()
        for figure, written in zip(self.pages, document["pages"], strict=True):
            written["ratio"] = figure.ratio
        for figure, written in zip(self.sweeps, document["sweeps"], strict=True):
            written |= {
                "a_second": figure.a_second,
                "ratio": figure.ratio,
                "statements_an_item": figure.statements_an_item,
            }
        document["growth"] = {name: asdict(growth) for name, growth in self.growth().items()}
        document["memory_growth"] = self.memory_growth()
        return document

    def growth(self) -> dict[str, Growth]:
        """Page -> how much longer it takes at the largest size than at the smallest."""
        found = {}
        for name in dict.fromkeys(figure.name for figure in self.pages):
            pages = sorted((page for page in self.pages if page.name == name), key=lambda page: page.size)
            first, last = pages[0], pages[-1]
            if first.size < last.size:
                itself = round(last.one.median / first.one.median, 2)
                found[name] = Growth(itself, round(last.ratio / first.ratio, 2))
        return found

    def memory_growth(self) -> float | None:
        """Memory of the web process at the largest size over that at the smallest."""
        sizes = sorted(self.memory_mb)
        return round(self.memory_mb[sizes[-1]] / self.memory_mb[sizes[0]], 2) if len(sizes) > 1 else None
