"""Files that come with a case: type by content, stored once under their SHA-256 outside the web root.

Nothing here is served by address: views.files gives a file out as a download after the access check.
"""

import hashlib
import os
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from portals.lasting import make_lasting, sync_folder
from portals.models import User
from requests_app.models import Actor, Attachment, Message, Submission

MAX_FILE: int = settings.UPLOAD_MAX_BYTES
MAX_FILES: int = settings.UPLOAD_MAX_FILES
TYPES = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "text/plain": (".txt", ".csv", ".tsv", ".json", ".geojson", ".md", ".log"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "application/vnd.oasis.opendocument.spreadsheet": (".ods",),
    "application/zip": (".zip",),
}
"""What is taken: type as found in the content -> endings that may carry it."""

ACCEPT = ",".join(ending for endings in TYPES.values() for ending in endings)


class Refused(ValueError):
    """A file that is not taken; the message says why and what to do."""


@dataclass(frozen=True)
class StoredFile:
    """A file that lies in the store already. `size` in bytes. `found` is what somebody releases with it
    although it was found (`screening`): he has looked at it and says so."""

    name: str
    sha256: str
    size: int
    content_type: str
    found: tuple[Mapping[str, Any], ...] = field(default=(), compare=False)


def looked_at(files: Iterable[StoredFile]) -> dict[str, Any]:
    """What the event of a release says about its files: what was found in which content and released as it
    is. Empty where nothing was found."""
    told = [{"file": one.name, "sha256": one.sha256, "found": list(one.found)} for one in files if one.found]
    return {"looked_at": told} if told else {}


def path_of(sha256: str) -> Path:
    """Where the store keeps a file."""
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256


def shown_name(name: str) -> str:
    """The name as it may be shown and offered: no path, no control or direction signs, at most 200 signs."""
    base = re.split(r"[\\/]", name)[-1]
    clean = "".join(sign for sign in base if unicodedata.category(sign)[0] != "C").strip(" .")
    stem, dot, ending = clean.rpartition(".")
    return f"{(stem or ending)[:190]}{dot}{ending[:9]}" if dot else clean[:200] or _("file")


_OPEN_DOCUMENTS = frozenset(name for name in TYPES if ".opendocument." in name)


def _zip_type(file: Any) -> str | None:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist()[:5000])
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                declared = archive.read("mimetype").decode("ascii", "replace").strip()
                return declared if declared in _OPEN_DOCUMENTS else "application/zip"
    except Exception:  # a spoiled archive raises whatever its unpacker raises
        return None
    if "[Content_Types].xml" in names and not any(name.endswith("vbaProject.bin") for name in names):
        if "word/document.xml" in names:
            return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        if "xl/workbook.xml" in names:
            return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return "application/zip"


_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_MARKUP = re.compile(rb"<\s*(!doctype|html|script|svg|iframe|body|head|\?xml)", re.IGNORECASE)


def content_type(file: Any) -> str | None:
    """The type of a file by its content, or None where it is none of those taken."""
    file.seek(0)
    start = file.read(4096)
    for magic, found in _MAGIC:
        if start.startswith(magic):
            return found
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    if start.startswith(b"PK\x03\x04"):
        return _zip_type(file)
    if b"\x00" in start or _MARKUP.search(start):
        return None
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 4:
            return "text/plain" if _is_latin_text(start) else None
    return "text/plain"


def _is_latin_text(start: bytes) -> bool:
    return not any(sign < 32 and sign not in (9, 10, 12, 13) for sign in start)


def check(upload: UploadedFile) -> str:
    """The content type of an upload that may be taken; raises Refused with a sentence."""
    name = shown_name(upload.name or "")
    if upload.size is None or upload.size > MAX_FILE:
        raise Refused(
            _("“%(name)s” is larger than %(limit)d MB. Send a smaller file, or several, or a link to it.")
            % {"name": name, "limit": MAX_FILE // 1024 // 1024}
        )
    if upload.size == 0:
        raise Refused(_("“%(name)s” is empty.") % {"name": name})
    found = content_type(upload)
    if found is None and name.lower().endswith(tuple(ACCEPT.split(","))):
        raise Refused(
            _("“%(name)s” is not what its name says. Save it anew in its program, or send another file.")
            % {"name": name}
        )
    if found is None:
        raise Refused(
            _("“%(name)s” is of a type that is not taken. Taken are: %(types)s.")
            % {"name": name, "types": ACCEPT.replace(",", ", ")}
        )
    if not name.lower().endswith(TYPES[found]):
        raise Refused(
            _("“%(name)s” is not what its name says: its content is %(found)s. Rename or convert it.")
            % {"name": name, "found": found}
        )
    return found


def store(upload: UploadedFile) -> StoredFile:
    """Check an upload and put it into the store, on disk for good before any row speaks of it."""
    found = check(upload)
    digest = hashlib.sha256()
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=root, prefix="incoming-")
    try:
        with os.fdopen(handle, "wb") as target:
            upload.seek(0)
            for chunk in upload.chunks():
                digest.update(chunk)
                target.write(chunk)
            make_lasting(target)
        final = path_of(digest.hexdigest())
        if not final.parent.exists():
            final.parent.mkdir(exist_ok=True)
            sync_folder(root)
        os.replace(temporary, final)
        sync_folder(final.parent)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return StoredFile(shown_name(upload.name or ""), digest.hexdigest(), upload.size or 0, found)


def attach_files(
    submission: Submission,
    files: Iterable[StoredFile],
    *,
    actor: Actor,
    now: datetime,
    by: User | None = None,
    message: Message | None = None,
    internal: bool = False,
) -> list[Attachment]:
    """Rows for stored files, in the transaction of the act that brought them."""
    return Attachment.objects.bulk_create(
        Attachment(
            submission=submission,
            message=message,
            actor=actor,
            by=by,
            at=now,
            name=file.name,
            sha256=file.sha256,
            size=file.size,
            content_type=file.content_type,
            internal=internal,
        )
        for file in files
    )
