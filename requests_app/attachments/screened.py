"""Looks files through before they go out: in a process of its own, with limits that the system enforces.

Alone responsible for running `screening` apart from the service. A file that kills its reader, or takes too
long or too much memory, harms nothing and counts as not checked. What was found is remembered for a day.
"""

import json
import logging
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.cache import cache

from requests_app.attachments.files import StoredFile, path_of

logger = logging.getLogger(__name__)

Finding = dict[str, Any]
VERSION = 1
"""Grows when `screening` learns to find more."""
HIDES_NOTHING = frozenset({"text/plain"})
SECONDS_TOGETHER, SECONDS_ALONE, SECONDS_IN_ALL = 30.0, 10.0, 60.0
REMEMBERED = 24 * 3600


def screened(files: Sequence[StoredFile]) -> dict[str, list[Finding]]:
    """SHA-256 of each file -> what was found in it; an empty list for what hides nothing."""
    asked = {file.sha256: file for file in files if file.content_type not in HIDES_NOTHING}
    keys = {f"screening:{VERSION}:{sha256}": sha256 for sha256 in asked}
    known = {keys[key]: found for key, found in cache.get_many(list(keys)).items()}
    new = [file for sha256, file in asked.items() if sha256 not in known]
    for file, found in zip(new, _apart(new), strict=True):
        known[file.sha256] = [{"code": "not_checked"}] if found is None else found
        if found is not None:
            cache.set(f"screening:{VERSION}:{file.sha256}", found, REMEMBERED)
    return {file.sha256: known.get(file.sha256, []) for file in files}


def _apart(files: Sequence[StoredFile]) -> list[list[Finding] | None]:
    """The findings of these files; where one process for all fails, one for each. None: it failed again."""
    if not files:
        return []
    ends = time.monotonic() + SECONDS_IN_ALL
    together = _run(files, SECONDS_TOGETHER)
    if together is not None:
        return list(together)
    found: list[list[Finding] | None] = []
    for file in files:
        alone = _run([file], min(SECONDS_ALONE, ends - time.monotonic())) if len(files) > 1 else None
        found.append(alone[0] if alone else None)
    return found


def _run(files: Sequence[StoredFile], seconds: float) -> list[list[Finding]] | None:
    if seconds <= 0:
        return None
    asked = json.dumps([(str(path_of(file.sha256)), file.content_type) for file in files])
    try:
        done = subprocess.run(
            [sys.executable, "-m", "requests_app.attachments.screening"],
            input=asked,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=seconds,
            cwd=settings.BASE_DIR,
            env={"PYTHONDONTWRITEBYTECODE": "1"},
            check=True,
        )
        found: list[list[Finding]] = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        logger.warning("Files could not be looked through: %s", error)
        return None
    return found if len(found) == len(files) else None
