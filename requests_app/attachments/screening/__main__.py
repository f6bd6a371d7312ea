"""`python -m requests_app.attachments.screening`: files on stdin, findings on stdout, for screened.py."""

import json
import resource
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from requests_app.attachments.screening import media, office
from requests_app.attachments.screening.found import (
    MEMORY,
    SECONDS_OF_COMPUTING,
    Finding,
    NotChecked,
    finding,
)

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
LOOKS: dict[str, Callable[[Path], Iterable[Finding]]] = {
    f"{_OFFICE}wordprocessingml.document": lambda path: office.opened(path, office.word),
    f"{_OFFICE}spreadsheetml.sheet": lambda path: office.opened(path, office.sheet),
    f"{_OPEN}text": lambda path: office.opened(path, office.open_document),
    f"{_OPEN}spreadsheet": lambda path: office.opened(path, office.open_document),
    "application/zip": office.archive,
    "application/pdf": media.of_pdf,
    "image/jpeg": media.of_image,
    "image/png": media.of_image,
    "image/webp": media.of_image,
    "image/gif": media.of_image,
}
"""Type by content -> how it is looked through. Plain text hides nothing."""


def screen(path: Path, content_type: str) -> list[Finding]:
    """Everything that was found; nothing for types that can hide nothing."""
    look = LOOKS.get(content_type)
    if look is None:
        return []
    found: list[Finding] = []
    try:
        found.extend(look(path))
    except NotChecked as error:
        found.append(finding(str(error)))
    except Exception:  # a broken file raises whatever its reader raises
        found.append(finding("not_checked"))
    return found


def main() -> None:
    """Reads pairs of path and type as JSON on stdin, writes the findings of each as JSON on stdout."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_OF_COMPUTING, SECONDS_OF_COMPUTING))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    asked = json.load(sys.stdin)
    json.dump([screen(Path(path), kind) for path, kind in asked], sys.stdout)


if __name__ == "__main__":
    main()
