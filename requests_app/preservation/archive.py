"""The archive as a file: a `.tar.gz` with a manifest that names every member with its SHA-256.

Alone responsible for what such a file looks like, for never leaving half a one under its final name, and for
giving out nothing of it that is not exactly what was put in. Knows neither tables nor cases.
"""

import gzip
import hashlib
import json
import os
import re
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from portals.lasting import make_lasting

FORMAT, VERSION = "civicdata-backup", 2
"""2: table files come along. Archives of version 1 have none and are read as before."""
MANIFEST, DATABASE, UPLOADS, TABLES = "manifest.json", "database.sqlite3", "uploads", "tables"
TOLD = {"created_at", "vendor", "demo", "migrations", "counts", "members"}
"""What a manifest of this version has besides format and version."""
CHUNK = 1024 * 1024
_FILE = re.compile(rf"{UPLOADS}/([0-9A-Za-z]{{2}})/\1[0-9A-Za-z]*|{TABLES}/[0-9a-f]{{64}}\.sqlite3")
"""The only names that files in an archive have: nothing is ever written elsewhere."""


class BackupError(Exception):
    """A backup or restore that was given up; one sentence that says what and where."""


@contextmanager
def told_in_one_line(path: Path, *others: type[Exception]) -> Iterator[None]:
    """What disks and archives (and `others`) raise, as a BackupError that names `path`."""
    try:
        yield
    except BackupError as error:
        raise BackupError(f"{path}: {error}") from error
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        why = _("This is no archive of `manage.py backup`, or it is damaged (%(error)s).") % {"error": error}
        raise BackupError(f"{path}: {why}") from error
    except Exception as error:
        if not isinstance(error, (OSError, *others)):
            raise
        raise BackupError(f"{path}: {error}") from error


def pack(target: Path, manifest: Mapping[str, Any], members: Mapping[str, Path]) -> None:
    """Write `manifest`, completed by format and checksums, and `members` to `target`, readable by its owner
    only, on disk for good when this returns."""
    said = {name: _fingerprint(path) for name, path in members.items()}
    first = target.with_name(MANIFEST)
    document = {"format": FORMAT, "version": VERSION, **manifest, "members": said}
    first.write_text(json.dumps(document, indent=1), encoding="utf-8")
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # it holds people's data
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
            for name, path in {MANIFEST: first, **members}.items():
                archive.add(path, arcname=name, recursive=False)
        make_lasting(file)


def unpack(source: Path, folder: Path | None = None) -> dict[str, Any]:
    """The manifest, after every member was compared with it; the members are written to `folder`, if any.

    Raises BackupError where something is missing, changed or not named by the manifest; gzip.BadGzipFile,
    EOFError, tarfile.TarError and zlib.error where the file is no archive or is cut off.
    """
    with gzip.open(source) as plain:
        with tarfile.open(fileobj=plain, mode="r|") as archive:
            manifest = _manifest_of(archive)
            waiting = dict(manifest["members"])
            while member := archive.next():
                said = waiting.pop(member.name, None)
                content = archive.extractfile(member) if member.isreg() else None
                if said is None or content is None:
                    raise _damaged(_("%(name)s is not of it") % {"name": member.name})
                target = folder / member.name if folder else Path(os.devnull)
                if _written(content, target, lasting=folder is not None) != said["sha256"]:
                    raise _damaged(_("%(name)s was changed") % {"name": member.name})
        while plain.read(CHUNK):  # to the end: only there is the checksum of the whole
            pass
    if waiting:
        raise _damaged(_("%(name)s is missing") % {"name": min(waiting)})
    return manifest


def _manifest_of(archive: tarfile.TarFile) -> dict[str, Any]:
    first = archive.next()
    content = archive.extractfile(first) if first and first.name == MANIFEST and first.isreg() else None
    try:
        manifest = json.load(content) if content else {}
    except ValueError:
        manifest = {}
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BackupError(_("This is no archive of `manage.py backup`."))
    if manifest.get("version") not in range(1, VERSION + 1):
        raise BackupError(
            _("The archive has format %(version)s; this version reads format %(ours)d.")
            % {"version": manifest.get("version"), "ours": VERSION}
        )
    if not manifest.keys() >= TOLD or DATABASE not in manifest["members"]:
        raise _damaged(_("its manifest is not complete"))
    for name in manifest["members"]:
        if name != DATABASE and _FILE.fullmatch(name) is None:
            raise _damaged(_("%(name)s is not of it") % {"name": name})
    return manifest


def _damaged(what: str) -> BackupError:
    return BackupError(_("The archive is damaged: %(what)s.") % {"what": what})


def _fingerprint(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "size": path.stat().st_size}


def _written(content: Any, target: Path, *, lasting: bool) -> str:
    """Write `content` to `target`; its SHA-256."""
    digest = hashlib.sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        while chunk := content.read(CHUNK):
            digest.update(chunk)
            file.write(chunk)
        if lasting:
            make_lasting(file)
    return digest.hexdigest()
