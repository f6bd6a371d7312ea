"""Which office of a city a department in a catalogue is: the same name or alias, however it is spelled."""

import unicodedata
from collections.abc import Iterable

from portals.models import Office


def folded(name: str) -> str:
    """A name without case, accents, punctuation and the usual abbreviations."""
    spread = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    plain = "".join(char if char.isalnum() else " " for char in spread if not unicodedata.combining(char))
    return " ".join("department" if word == "dept" else word for word in plain.split())


class Departments:
    """The publishing offices of a city by every name they go by."""

    def __init__(self, offices: Iterable[Office]) -> None:
        self._by_name: dict[str, Office] = {}
        for office in offices:
            if office.publishes and not office.outside:
                for name in (office.name, *office.aliases):
                    self._by_name.setdefault(folded(name), office)

    def office(self, department: str) -> Office | None:
        """The office that a catalogue calls `department`, or None where no publishing office is called so."""
        return self._by_name.get(folded(department)) if department else None
