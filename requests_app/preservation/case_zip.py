"""The case file as a file: a zip with SHA-256 sums, a seal, and a chain of events that checks itself.

Alone responsible for what such a file looks like and for finding what was changed in one. Knows no tables:
whoever has the file, this program and (for the seal) the key of the service can check it.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext as _

from requests_app.models import chain_hash

FORMAT, VERSION = "civicdata-case-file", 1
MANIFEST, SUMS, SEAL, EVENTS = "manifest.json", "SHA256SUMS", "SEAL", "events.json"
CHUNK = 1024 * 1024
_LARGEST_LIST = 64 * CHUNK
"""Of a manifest, list of sums or events that is read into memory, in bytes."""
_MOMENT = (1980, 1, 1, 0, 0, 0)
"""Every member carries the same time, so that the same case gives the same bytes."""
_PACKED = (".pdf", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".docx", ".xlsx", ".odt", ".ods", ".zip")


@dataclass(frozen=True)
class Stored:
    """A file to be taken in: its name in the zip, where it lies, and the sum under which it was recorded."""

    name: str
    path: Path
    sha256: str


@dataclass
class Checked:
    """What a case file says it is, its events, and one sentence for each thing that is wrong."""

    manifest: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


# -- writing


def write(
    target: BinaryIO, *, about: Mapping[str, Any], texts: Mapping[str, str], files: Iterable[Stored]
) -> None:
    """Write texts, files, the manifest (completed from `about`), the sums and the seal to `target`."""
    members: dict[str, dict[str, Any]] = {}
    missing = []
    with zipfile.ZipFile(target, "w", strict_timestamps=True) as archive:
        for name, text in texts.items():
            members[name] = _add(archive, name, [text.encode()])
        for file in files:
            if not file.path.is_file():
                missing.append({"name": file.name, "recorded_sha256": file.sha256})
                continue
            with file.path.open("rb") as content:
                said = _add(archive, file.name, iter(lambda: content.read(CHUNK), b""))
            members[file.name] = {**said, "recorded_sha256": file.sha256}
        manifest = {"format": FORMAT, "version": VERSION, **about, "members": members, "missing": missing}
        said = _add(archive, MANIFEST, [as_json(manifest).encode()])
        sums = "".join(f"{one['sha256']}  {name}\n" for name, one in {**members, MANIFEST: said}.items())
        _add(archive, SUMS, [sums.encode()])
        _add(archive, SEAL, [f"{_seal(sums)}\n".encode()])


def as_json(document: Any) -> str:
    """JSON as it stands in a case file: for people as well as for programs."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _add(archive: zipfile.ZipFile, name: str, content: Iterable[bytes]) -> dict[str, Any]:
    info = zipfile.ZipInfo(name, _MOMENT)
    info.compress_type = zipfile.ZIP_STORED if name.lower().endswith(_PACKED) else zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    digest, size = hashlib.sha256(), 0
    with archive.open(info, "w", force_zip64=True) as member:
        for chunk in content:
            digest.update(chunk)
            size += len(chunk)
            member.write(chunk)
    return {"sha256": digest.hexdigest(), "size": size}


def _signer() -> Signer:
    return Signer(salt="civicdata.case-file")


def _seal(sums: str) -> str:
    """A signature of the sums that only this service can make (HMAC-SHA-256 with its secret key)."""
    return _signer().signature(hashlib.sha256(sums.encode()).hexdigest())


def _is_our_seal(sums: bytes, seal: str) -> bool:
    signer = _signer()
    try:
        signer.unsign(f"{hashlib.sha256(sums).hexdigest()}{signer.sep}{seal}")
    except BadSignature:
        return False
    return True


# -- checking


def check(path: Path) -> Checked:
    """Everything that a case file tells about itself, compared with what is in it. Raises OSError."""
    found = Checked()
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, found)
            if not found.wrong:
                _check_chain(archive, found)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        found.wrong.append(_("This is no case file, or it is damaged (%(error)s).") % {"error": error})
    return found


def _check_members(archive: zipfile.ZipFile, found: Checked) -> None:
    names = archive.namelist()
    if not {MANIFEST, SUMS, SEAL} <= set(names):
        found.wrong.append(_("This is no case file: %(name)s is missing.") % {"name": MANIFEST})
        return
    sums = _read(archive, SUMS)
    told = _told(sums)
    manifest = _json(archive, MANIFEST)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT or told is None:
        found.wrong.append(_("This is no case file: its lists cannot be read."))
        return
    if manifest.get("version") != VERSION:
        found.wrong.append(_("It has another format than this version reads."))
        return
    found.manifest = manifest
    found.wrong += [_("%(name)s is in it twice.") % {"name": name} for name in _twice(names)]
    for name in sorted(set(names) - set(told) - {SUMS, SEAL}):
        found.wrong.append(_("%(name)s was put in afterwards.") % {"name": name})
    for name, sha256 in told.items():
        found.wrong += _wrong_with(archive, names, name, sha256)
    found.wrong += list(_wrong_with_files(manifest, told))
    if not _is_our_seal(sums, _read(archive, SEAL).decode("ascii", "replace").strip()):
        found.wrong.append(_("The seal is not of this service: its key has changed, or the lists were."))


def _told(sums: bytes) -> dict[str, str] | None:
    """Name -> sum, as `sha256sum` writes and reads them."""
    told = {}
    for line in sums.decode("utf-8", "replace").splitlines():
        sha256, gap, name = line.partition("  ")
        if not gap or len(sha256) != 64:
            return None
        told[name] = sha256
    return told


def _twice(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []


def _wrong_with(archive: zipfile.ZipFile, names: Sequence[str], name: str, sha256: str) -> list[str]:
    if name not in names:
        return [_("%(name)s is missing.") % {"name": name}]
    digest = hashlib.sha256()
    with archive.open(name) as member:
        while chunk := member.read(CHUNK):
            digest.update(chunk)
    return [] if digest.hexdigest() == sha256 else [_("%(name)s was changed.") % {"name": name}]


def _wrong_with_files(manifest: Mapping[str, Any], told: Mapping[str, str]) -> Iterator[str]:
    """What was wrong with a file of the case already when the case file was made."""
    for name, said in manifest["members"].items():
        if told.get(name) != said["sha256"]:
            yield _("%(name)s is another one than the manifest says.") % {"name": name}
        if said.get("recorded_sha256") not in (None, said["sha256"]):
            yield _("%(name)s was changed in the store before this was made.") % {"name": name}
    for gone in manifest["missing"]:
        yield _("%(name)s was missing in the store when this was made.") % {"name": gone["name"]}


def _check_chain(archive: zipfile.ZipFile, found: Checked) -> None:
    """The events one after the other, as `verify` walks them in the database."""
    if EVENTS not in archive.namelist():
        return
    found.events = _json(archive, EVENTS)
    previous = ""
    for number, event in enumerate(found.events, start=1):
        content = [value for name, value in event.items() if name not in ("previous_hash", "hash")]
        if event["sequence"] != number or event["previous_hash"] != previous:
            found.wrong.append(_("Event %(number)d does not follow the one before it.") % {"number": number})
            return
        if event["hash"] != chain_hash(previous, content):
            found.wrong.append(_("Event %(number)d was changed.") % {"number": number})
            return
        previous = event["hash"]
    chain = found.manifest["chain"]
    if (chain["length"], chain["head"]) != (len(found.events), previous):
        found.wrong.append(_("The chain of events does not end where the manifest says."))


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as member:
        content = member.read(_LARGEST_LIST + 1)
    if len(content) > _LARGEST_LIST:
        raise zipfile.BadZipFile(name)
    return content


def _json(archive: zipfile.ZipFile, name: str) -> Any:
    try:
        return json.loads(_read(archive, name))
    except ValueError:
        return None
