"""A finding, and the limits within which files are looked through."""

from collections.abc import Iterable, Iterator
from typing import Any

Finding = dict[str, Any]
"""`code`, and what else belongs to it: `count`, `names`."""
MOST_BYTES = 200 * 1024 * 1024
"""Of an archive when unpacked; more is a bomb, or nothing that this program should guess about."""
MOST_MEMBERS = 10_000
MOST_NAMES = 10
LONGEST_NAME = 100
SECONDS = 8
"""For one file."""
SECONDS_OF_COMPUTING = 60
MEMORY = 1024 * 1024 * 1024


class NotChecked(Exception):
    """A file that cannot be looked through; the message is a finding's code."""


def finding(code: str, count: int = 0, names: Iterable[str] = ()) -> Finding:
    """A finding, with at most so many names, each cut to a length that a page can show."""
    found: Finding = {"code": code}
    shown = [name[:LONGEST_NAME] for name in dict.fromkeys(name.strip() for name in names) if name]
    if shown:
        found |= {"names": shown[:MOST_NAMES], "count": len(shown)}
    if count:
        found["count"] = count
    return found


def several(code: str, count: int) -> Iterator[Finding]:
    """A finding that is counted; none where there is nothing to count."""
    if count:
        yield finding(code, count)


def named(code: str, names: Iterable[str]) -> Iterator[Finding]:
    """A finding with the names that stand in the file; none where no name is left."""
    found = finding(code, names=names)
    if "names" in found:
        yield found
