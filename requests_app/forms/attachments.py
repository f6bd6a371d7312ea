"""Files that come with a form. Good ones are stored at once and travel on as signed tokens, so that
nothing is sent twice or lost while the rest of the form is put right.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from requests_app.attachments import files
from requests_app.attachments.files import StoredFile
from requests_app.forms.fields import FilesField, FilesInput

SALT = "requests_app.stored_file"
TOKEN_SECONDS = 24 * 3600


def token_of(file: StoredFile) -> str:
    """A stored file as a form carries it. Nobody can make one for a file that he did not send."""
    content = {"n": file.name, "h": file.sha256, "s": file.size, "t": file.content_type}
    return signing.dumps(content, salt=SALT, compress=True)


def file_of(token: str) -> StoredFile | None:
    """The file of a token; None where it was forged, is too old, or the file is gone."""
    try:
        content = signing.loads(token, salt=SALT, max_age=TOKEN_SECONDS)
    except signing.BadSignature:
        return None
    file = StoredFile(content["n"], content["h"], content["s"], content["t"])
    return file if files.path_of(file.sha256).exists() else None


class AttachmentsForm(forms.Form):
    """A form with files. `stored` is what can be attached; bound forms fill it in `full_clean`."""

    # Django takes fields out of the class, so the form's own attribute `files` stays what it is.
    files = FilesField(  # type: ignore[assignment]
        label=gettext_lazy("Files"),
        required=False,
        widget=FilesInput(attrs={"accept": files.ACCEPT}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored: list[StoredFile] = []
        self.fields["files"].help_text = _("Up to %(count)d files of %(size)d MB each: %(types)s.") % {
            "count": files.MAX_FILES,
            "size": files.MAX_FILE // 1024 // 1024,
            "types": files.ACCEPT.replace(",", ", "),
        }

    @property
    def kept(self) -> list[tuple[StoredFile, str]]:
        """Each stored file with its token, for hidden inputs."""
        return [(file, token_of(file)) for file in self.stored]

    def clean_files(self) -> list[StoredFile]:
        wrong: list[str] = []
        self.stored = self._carried(wrong)
        self._take(self.cleaned_data["files"], wrong)
        if wrong:
            raise forms.ValidationError(wrong)
        return self.stored

    def _values(self, name: str) -> list[str]:
        data = self.data
        return list(data.getlist(self.add_prefix(name))) if hasattr(data, "getlist") else []

    def _carried(self, wrong: list[str]) -> list[StoredFile]:
        dropped = set(self._values("drop"))
        tokens = [token for token in dict.fromkeys(self._values("stored")) if token not in dropped]
        found = [file_of(token) for token in tokens[: files.MAX_FILES]]
        lost = found.count(None)
        if lost:
            wrong.append(
                ngettext(
                    "A file that you attached earlier is no longer there. Attach it again.",
                    "%(count)d files that you attached earlier are no longer there. Attach them again.",
                    lost,
                )
                % {"count": lost}
            )
        return [file for file in found if file]

    def _take(self, uploads: Iterable[UploadedFile], wrong: list[str]) -> None:
        for index, upload in enumerate(uploads):
            if max(index, len(self.stored)) >= files.MAX_FILES:
                wrong.append(_("At most %(limit)d files at once.") % {"limit": files.MAX_FILES})
                return
            try:
                file = files.store(upload)
            except files.Refused as refused:
                wrong.append(str(refused))
                continue
            if file not in self.stored:
                self.stored.append(file)
