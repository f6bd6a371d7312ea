"""How a case is tied to others, read from its events alone, so that a page needs no query to tell it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from requests_app.models import Action, Event


@dataclass
class Ties:
    """References of other cases: the one that it was merged into ("" where none), those that were joined to
    it, and those that are linked. `earlier`: it counts from the receipt of one that was joined. `published`:
    its answer stands on the web."""

    into: str = ""
    joined: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)
    earlier: bool = False
    published: bool = False

    def __bool__(self) -> bool:
        return bool(self.into or self.joined or self.linked)


def ties_of(events: Iterable[Event]) -> Ties:
    """How the case is tied now; `events` in their order."""
    found = Ties()
    for event in events:
        other = event.data.get("other", "")
        if event.action == Action.MERGE:
            found.into = event.data["into"]
            found.linked = [one for one in found.linked if one != found.into]
        elif event.action == Action.REOPEN:
            found.into = ""
        elif event.action in (Action.PUBLISH, Action.UNPUBLISH):
            found.published = event.action == Action.PUBLISH
        elif event.action in (Action.JOIN, Action.SEPARATE):
            found.earlier = bool(event.data.get("earlier"))
            found.joined = [one for one in found.joined if one != other]
            found.linked = [one for one in found.linked if one != other]
            if event.action == Action.JOIN:
                found.joined.append(other)
        elif event.action == Action.LINK:
            found.linked.append(other)
        elif event.action == Action.UNLINK:
            found.linked = [one for one in found.linked if one != other]
    return found
