"""Takes uploads in: a file that grows beyond the limit is dropped while it is read.

Nothing of it stays in memory or on disk, the rest of the form is still read, and the form can say which file
was too large with everything typed kept. Named in FILE_UPLOAD_HANDLERS.
"""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from requests_app.attachments.files import MAX_FILE, MAX_FILES


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Writes files to temporary ones up to MAX_FILE bytes each, and at most MAX_FILES of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = 0
        self.seen = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.count += 1
        self.seen = 0

    @property
    def is_too_much(self) -> bool:
        return self.seen > MAX_FILE or self.count > MAX_FILES

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.seen += len(raw_data)
        if self.is_too_much:
            self.file.truncate(0)
            return
        super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """The file; where it was dropped, with its true size, by which the form refuses it."""
        return super().file_complete(self.seen)
