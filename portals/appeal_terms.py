"""The ways to have an answer reviewed, as a city's rules have them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portals.routes import OfficeRef


@dataclass(frozen=True)
class AppealRule:
    """One `[[appeal_route]]`. `confirm_with` is the name of the office; `citation` a label; `after` a key."""

    key: str
    name: str
    decides: str
    office: OfficeRef | None
    inside: bool
    available: bool
    kinds: tuple[str, ...]
    grounds: tuple[str, ...]
    unless: tuple[str, ...]
    steps: str
    because: str
    after: str
    layer: str
    citation: str
    citation_title: str
    citation_url: str
    status: str
    confirm_with: str
    effective_from: date | None
    effective_to: date | None

    def fits(self, kind: str, on: date, ground: str = "") -> bool:
        """Whether it is for an answer to a `kind` received on the city date `on`; no ground means any."""
        if kind not in self.kinds or (ground and self.grounds and ground not in self.grounds):
            return False
        return (self.effective_from or date.min) <= on <= (self.effective_to or date.max)
