"""Forms whose files go to the requester. What a file carries beyond what it shows holds the release until
somebody has looked at it and says so, file by file.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from requests_app.attachments.files import StoredFile
from requests_app.attachments.screened import Finding, screened
from requests_app.attachments.screening.words import sentence
from requests_app.forms.attachments import AttachmentsForm


@dataclass(frozen=True)
class Held:
    """A file with what was found in it. `key` stands for this file with just these findings."""

    name: str
    sentences: list[str]
    key: str
    confirmed: bool


def key_of(file: StoredFile, found: Sequence[Finding]) -> str:
    """What a confirmation is for: another content, or something else found in it, needs a new one."""
    said = json.dumps([file.sha256, list(found)], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


class ReleaseForm(AttachmentsForm):
    """`held` are the files in which something was found; `stored` carries it into the event of the act."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held: list[Held] = []
        self.fields["files"].help_text = "{} {}".format(
            self.fields["files"].help_text,
            _("Before they go out they are looked through for what they carry beyond what they show."),
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        found = screened(self.stored)
        confirmed = set(self._values("confirm"))
        for place, file in enumerate(self.stored):
            if findings := found[file.sha256]:
                key = key_of(file, findings)
                self.held.append(Held(file.name, [sentence(one) for one in findings], key, key in confirmed))
                self.stored[place] = replace(file, found=tuple(findings))
        if not all(one.confirmed for one in self.held):
            self.add_error(
                None,
                _(
                    "Something was found in files that are to go out. Look at it below, then confirm it file "
                    "by file, or remove the file. What you typed and attached is kept."
                ),
            )
        return values
