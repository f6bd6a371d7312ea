"""Field names out of the titles of a file, as Socrata makes them: lower case, underscores, each only once.

Pure. A name that would begin with a digit gets an underscore in front (`_30_60_90_days_open_window`); no
other name begins with one, so that none is taken for a column of ours in a table file (`_id`, `_row`).
"""

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 63


def field_name(title: str) -> str:
    """The name for a title; "" where it holds no letter or digit that a name may have."""
    plain = unicodedata.normalize("NFKD", title.replace("ß", "ss"))
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign)).lower()
    name = re.sub(r"[^a-z0-9]+", "_", letters).strip("_")[:LONGEST].rstrip("_")
    return f"_{name}"[:LONGEST] if name[:1].isdigit() else name


def unique_names(titles: Iterable[str]) -> list[str]:
    """A name for each title in its place: `column_3` for one without, `name_1` for one that is taken."""
    names: list[str] = []
    taken: set[str] = set()
    for place, title in enumerate(titles, 1):
        wanted = field_name(title) or f"column_{place}"
        name, number = wanted, 0
        while name in taken:
            number += 1
            name = f"{wanted[: LONGEST - len(str(number)) - 1]}_{number}"
        taken.add(name)
        names.append(name)
    return names


def is_field_name(name: str) -> bool:
    """Whether a name of the catalogue may be that of a column as it is."""
    return len(name) <= LONGEST and re.fullmatch(r"(?:[a-z]|_[0-9])[a-z0-9_]*", name) is not None
