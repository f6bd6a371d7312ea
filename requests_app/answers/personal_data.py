"""What looks like personal data in a text: addresses, numbers, and the name of whoever asked. Pure.

Finds too much rather than too little: a person looks at each finding. What it cannot find (a story by which
somebody is known, a face in a picture) only a person can.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class What(models.TextChoices):
    """What a finding looks like."""

    EMAIL = "email", _("an e-mail address")
    PHONE = "phone", _("a phone number")
    SSN = "ssn", _("a Social Security number")
    CARD = "card", _("a card number")
    ADDRESS = "address", _("a street address")
    BIRTH = "birth", _("a date of birth")
    REQUESTER = "requester", _("the name or address of the requester")
    FILE = "file", _("a file")


@dataclass(frozen=True)
class Finding:
    """Something to look at: `where` is the field or file, `text` as it stands there."""

    what: What
    text: str
    where: str

    @property
    def key(self) -> str:
        """The same for the same words at the same place, another for any other."""
        return hashlib.sha256(f"{self.what.value}\n{self.text}\n{self.where}".encode()).hexdigest()[:24]


_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_SSN = re.compile(r"(?<![\d-])\d{3}[- ]\d{2}[- ]\d{4}(?![\d-])")
_PHONE = re.compile(r"(?<![\w-])(?:\+?1[ .-]?)?(?:\(\d{3}\)|\d{3})[ .-]?\d{3}[ .-]?\d{4}(?![\d-])")
_DIGITS = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_STREET = (
    "street|st|avenue|ave|road|rd|drive|dr|lane|ln|boulevard|blvd|court|ct|way|place|pl|terrace|ter|circle|cir"
    "|highway|hwy|parkway|pkwy|trail|trl"
)
_ADDRESS = re.compile(
    rf"\b\d{{1,6}}\s+(?:[NSEW]{{1,2}}\.?\s+)?(?:[A-Z0-9][\w'.-]*\s+){{1,4}}(?:{_STREET})\b\.?", re.IGNORECASE
)
_BIRTH = re.compile(
    r"\b(?:born|date of birth|d\.?o\.?b\.?)\b[^.\n]{0,12}?\d{1,4}[/. -]\w{1,9}[/., -]*\d{2,4}", re.IGNORECASE
)
SHORTEST_NAME = 3


def luhn(digits: str) -> bool:
    """Whether the last digit checks the others, as on payment cards (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def find(text: str, where: str, *, names: Iterable[str] = ()) -> list[Finding]:
    """All findings in a text, each once, in order of kind and place. `names` are names and addresses of the
    people of the case."""
    found = dict.fromkeys(Finding(what, said, where) for what, said in _found(text, names))
    return list(found)


def _found(text: str, names: Iterable[str]) -> Iterator[tuple[What, str]]:
    for name in names:
        yield from ((What.REQUESTER, said) for said in _named(text, name))
    yield from ((What.EMAIL, match[0]) for match in _EMAIL.finditer(text))
    numbers = set()
    for match in _SSN.finditer(text):
        numbers.add(match[0])
        yield What.SSN, match[0]
    for match in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if 13 <= len(digits) <= 19 and len(set(digits)) > 1 and luhn(digits):
            numbers.add(match[0])
            yield What.CARD, match[0]
    for match in _PHONE.finditer(text):
        if not any(match[0].strip() in number for number in numbers):
            yield What.PHONE, match[0].strip()
    yield from ((What.ADDRESS, " ".join(match[0].split())) for match in _ADDRESS.finditer(text))
    yield from ((What.BIRTH, match[0]) for match in _BIRTH.finditer(text))


def _named(text: str, name: str) -> list[str]:
    """Where a person is named: by the whole name, or by one of its words."""
    parts = [name.strip(), *name.split()] if "@" not in name else [name.strip()]
    for part in parts:
        if len(part) >= SHORTEST_NAME:
            hits = re.findall(rf"(?<!\w){re.escape(part)}(?!\w)", text, flags=re.IGNORECASE)
            if hits:
                return list(dict.fromkeys(hits))
    return []
