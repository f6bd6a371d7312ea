"""The letters of a city: every version is kept; brought in and given out as JSON. Acts on no case."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portals.models import City, User
from requests_app.correspondence.letter_fields import TEXT_OF, complaint
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, LetterTemplate, LetterVersion

NAME_LIMIT, BODY_LIMIT, MOST = 100, 10_000, 200
KEYS = ("action", "name", "body", "active")


class NotImported(ValueError):
    """A document that is not brought in; nothing of it was. `problems` says why, one sentence a place."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def save(
    city: City,
    *,
    action: Action,
    name: str,
    body: str,
    by: User,
    now: datetime,
    active: bool = True,
    letter: LetterTemplate | None = None,
    seen: int = 0,
) -> LetterTemplate:
    """Keep a new letter, or a new version of `letter` as it was at version `seen`. Raises NotAllowed where a
    field is unknown, somebody else changed it meanwhile, or another one of this act has the name."""
    if action not in TEXT_OF:
        raise NotAllowed(_("No letter is written for this act."))
    if wrong := complaint(body):
        raise NotAllowed(wrong)
    facts = {"action": str(action), "name": name, "body": body, "active": active}
    try:
        with transaction.atomic():
            row = _written(city, letter, facts, seen)
            LetterVersion.objects.create(
                template=row,
                number=row.version,
                name=name,
                body=body,
                active=active,
                by=by,
                by_name=str(by)[:200],
                at=now,
            )
    except IntegrityError:
        raise NotAllowed(
            _("There is a letter “%(name)s” for this act already. Choose another name.") % {"name": name}
        ) from None
    return row


def _written(
    city: City, letter: LetterTemplate | None, facts: Mapping[str, Any], seen: int
) -> LetterTemplate:
    if letter is None:
        return LetterTemplate.objects.create(city=city, **facts)
    as_seen = LetterTemplate.objects.filter(pk=letter.pk, city=city, version=seen)
    if not as_seen.update(**facts, version=seen + 1):
        last = letter.versions.first()
        raise NotAllowed(
            _("Meanwhile %(name)s changed this letter. Look at it again, then keep yours.")
            % {"name": last.by_name if last else _("somebody")}
        )
    return LetterTemplate.objects.get(pk=letter.pk)


def as_document(city: City) -> dict[str, Any]:
    """All letters of a city, as `bring_in` takes them."""
    rows = LetterTemplate.objects.filter(city=city).order_by("action", "name")
    return {"letters": [{key: getattr(row, key) for key in KEYS} for row in rows]}


def bring_in(city: City, written: bytes, *, by: User, now: datetime) -> dict[str, int]:
    """Bring in a document: new letters are made, others of the same act and name get a new version, equal
    ones stay. Returns how many of each. Raises NotImported; then nothing was changed."""
    entries = _read(written)
    counts = {"new": 0, "changed": 0, "equal": 0}
    with transaction.atomic():
        known = {
            (row.action, row.name): row
            for row in LetterTemplate.objects.select_for_update().filter(city=city).order_by("pk")
        }
        for entry in entries:
            row = known.get((entry["action"], entry["name"]))
            if row and (row.body, row.active) == (entry["body"], entry["active"]):
                counts["equal"] += 1
                continue
            counts["changed" if row else "new"] += 1
            save(
                city,
                action=Action(entry["action"]),
                name=entry["name"],
                body=entry["body"],
                active=entry["active"],
                by=by,
                now=now,
                letter=row,
                seen=row.version if row else 0,
            )
    return counts


def _read(written: bytes) -> list[dict[str, Any]]:
    try:
        document = json.loads(written.decode("utf-8-sig"))
        json.dumps(document, ensure_ascii=False).encode()  # halves of signs ("\\ud800") no database keeps
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise NotImported([_("This is not JSON in UTF-8.")]) from None
    rows = document.get("letters") if isinstance(document, dict) else None
    if not isinstance(rows, list) or set(document) != {"letters"}:
        raise NotImported([_("The document must have one key, “letters”, with a list.")])
    if len(rows) > MOST:
        raise NotImported([_("These are more than %(count)d letters.") % {"count": MOST}])
    problems: list[str] = []
    entries = [_entry(row, f"letters[{place}]", problems) for place, row in enumerate(rows, start=1)]
    names = [(entry["action"], entry["name"]) for entry in entries if entry]
    for action, name in sorted({one for one in names if names.count(one) > 1}):
        problems.append(_("“%(name)s” stands twice for %(action)s.") % {"name": name, "action": action})
    if problems:
        raise NotImported(problems)
    return [entry for entry in entries if entry]


def _entry(row: Any, path: str, problems: list[str]) -> dict[str, Any] | None:
    """One letter of a document; what is wrong in it is added to `problems`."""
    if not isinstance(row, dict):
        problems.append(f"{path}: " + _("must be an object with action, name and body."))
        return None
    found: dict[str, Any] = {"active": True, **row}
    wrong = [f"{path}.{key}: " + _("unknown key.") for key in row if key not in KEYS]
    for key, limit in (("name", NAME_LIMIT), ("body", BODY_LIMIT)):
        text = found.get(key)
        if not isinstance(text, str) or not text.strip() or len(text) > limit or "\x00" in text:
            wrong.append(
                f"{path}.{key}: " + _("must be a text of at most %(limit)d characters.") % {"limit": limit}
            )
    if found.get("action") not in [str(action) for action in TEXT_OF]:
        wrong.append(f"{path}.action: " + _("must be one of %(known)s.") % {"known": ", ".join(TEXT_OF)})
    if not isinstance(found["active"], bool):
        wrong.append(f"{path}.active: " + _("must be true or false."))
    if isinstance(found.get("body"), str) and (told := complaint(found["body"])):
        wrong.append(f"{path}.body: {told}")
    problems += wrong
    return None if wrong else found
