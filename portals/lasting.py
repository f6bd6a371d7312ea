"""On disk for good: what a crash right afterwards must not undo, content and names."""

import os
from pathlib import Path
from typing import IO


def make_lasting(file: IO[bytes]) -> None:
    """What was written to an open file."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """The names in a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
