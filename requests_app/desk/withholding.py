"""Which numbers of a published column are kept back, so that none below five can be read or worked out.

Pure. A number from one to four tells of single people. Where one is kept back beside a sum, the rest would
give it away; so the smallest of the other numbers is kept back with it, and where there is none, the sum.
"""

from collections.abc import Sequence

from requests_app.desk.report_figures import FEWEST


def is_few(n: int) -> bool:
    return 0 < n < FEWEST


def withheld(parts: Sequence[int]) -> tuple[frozenset[int], bool]:
    """The places of the numbers that are not shown, and whether their sum is not shown either."""
    few = {place for place, n in enumerate(parts) if is_few(n)}
    if not few:
        return frozenset(), False
    others = [place for place, n in enumerate(parts) if n >= FEWEST]
    if others:
        few.add(min(others, key=lambda place: parts[place]))
    return frozenset(few), not others or is_few(sum(parts))
