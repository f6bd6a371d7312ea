"""References and codes of cases: what a person writes down.

A reference (KNT-7F3K9QX2M) is not a secret: city, eight random signs, one check sign. The code is: it opens
the case, is shown once and stored only as a hash.
"""

import hashlib
import hmac
import re
import secrets

from django.utils.crypto import salted_hmac

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0/O, 1/I/L
LENGTH = 8
CODE_LENGTH = 12


def _check_sign(body: str) -> str:
    """Catches every single wrong sign and every swap of neighbours (weights differ, modulus is prime)."""
    total = sum((index + 2) * ALPHABET.index(sign) for index, sign in enumerate(body))
    return ALPHABET[total % len(ALPHABET)]


def new_reference(prefix: str) -> str:
    """A random reference behind the prefix of its city; its last sign checks the others."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{prefix}-{body}{_check_sign(body)}"


def normalised(typed: str) -> str | None:
    """A reference as it is stored, from what somebody typed; None where a sign of it is wrong."""
    signs = "".join(sign for sign in typed.upper() if sign.isalnum())
    prefix, body = signs[:3], signs[3:]
    if len(body) != LENGTH + 1 or any(sign not in ALPHABET for sign in body) or not prefix.isalpha():
        return None
    return f"{prefix}-{body}" if _check_sign(body[:-1]) == body[-1] else None


def new_code() -> str:
    """A secret of 12 signs (59 bits), in groups of four for reading aloud."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return "-".join(signs[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def code_from(secret: str) -> str:
    """A code as `new_code` makes them, always the same one for a secret that nobody else knows."""
    number = int.from_bytes(salted_hmac("requests_app.code_from", secret, algorithm="sha256").digest(), "big")
    signs = ""
    for _place in range(CODE_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        signs += ALPHABET[place]
    return "-".join(signs[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def code_hash(reference: str, code: str) -> str:
    """What is stored of a code. Bound to the reference, so that equal codes do not look equal."""
    signs = "".join(sign for sign in code.upper() if sign.isalnum())
    return hashlib.sha256(f"{reference}:{signs}".encode()).hexdigest()


def code_matches(reference: str, code: str, stored: str) -> bool:
    """Whether this is the code behind the stored hash; takes the same time for every wrong one."""
    return hmac.compare_digest(code_hash(reference, code), stored)


_CODE = re.compile(rf"\b[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}\b")


def without_codes(text: str) -> str:
    """A letter as it may be kept elsewhere: the code in it opens a page, so it is blotted out."""
    return _CODE.sub("····-····-····", text)
