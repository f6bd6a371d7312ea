"""Every reason that any part of the software gives has its words: a code is never shown to anybody."""

import re
from pathlib import Path

from django.conf import settings

from portals.explain import SENTENCES

CODE = re.compile(r'"((?:route|started|met|stopped|extended)\.[a-z_]+)"')
ROOT = Path(settings.BASE_DIR)


def test_every_reason_has_its_words() -> None:
    given: dict[str, str] = {}
    for folder in ("portals", "requests_app"):
        for path in (ROOT / folder).rglob("*.py"):
            given |= dict.fromkeys(CODE.findall(path.read_text()), path.name)
    whole = {code: name for code, name in given.items() if not code.endswith("_")}
    assert len(whole) > 40
    assert {code: name for code, name in whole.items() if code not in SENTENCES} == {}
