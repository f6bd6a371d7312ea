"""What somebody typed into a form while the session ended: kept over the sign-in, shown once, never sent by
itself.

It stands in the session of the browser that sent it, for one form at a time, and is given only to the person
who wrote it (the form carries who that was). Files are not kept: nothing of a stranger is stored.
"""

from collections.abc import MutableMapping
from datetime import datetime, timedelta
from typing import Any

from django.http import QueryDict

KEY = "kept_form"
WRITER = "writer"
LIFETIME = timedelta(minutes=30)
LONGEST = 100_000
"""Signs of one form: more is not kept."""


def keep(session: MutableMapping[str, Any], path: str, data: QueryDict, *, now: datetime) -> bool:
    """Keep what was sent to `path`, if it says who wrote it; whether it was kept."""
    written = data.urlencode()
    if not str(data.get(WRITER, "")).isdecimal() or len(written) > LONGEST:
        return False
    session[KEY] = {"path": path, "data": written, "at": now.isoformat()}
    return True


def take(session: MutableMapping[str, Any], path: str, user_id: int, *, now: datetime) -> QueryDict | None:
    """What this person had typed into the form at `path`, once; None where there is nothing fresh."""
    kept = session.get(KEY)
    if not kept or kept["path"] != path:
        return None
    del session[KEY]
    data = QueryDict(kept["data"], mutable=True)
    if data.get(WRITER) != str(user_id) or datetime.fromisoformat(kept["at"]) + LIFETIME < now:
        return None
    data.pop("csrfmiddlewaretoken", None)
    return data
