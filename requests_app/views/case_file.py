"""The case file as a download: for the requester his part, for staff who see the case both parts."""

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from requests_app import access
from requests_app.models import Submission
from requests_app.preservation import case_export
from requests_app.views.resident.case import closed_door, find
from requests_app.views.staff_only import StaffRequest, staff_only


def _download(visible: QuerySet[Submission], reference: str, part: str) -> FileResponse:
    """The zip, made on the disk of the uploads and gone when it is sent."""
    store = Path(settings.MEDIA_ROOT)
    store.mkdir(parents=True, exist_ok=True)
    spool = tempfile.TemporaryFile(dir=store, prefix="case-file-")  # noqa: SIM115  (the answer closes it)
    try:
        case_export.export(visible, reference, part, spool)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    name = f"{reference}-{part}.zip"
    response = FileResponse(spool, as_attachment=True, filename=name, content_type="application/zip")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@never_cache
@require_safe
def case_file(request: HttpRequest, reference: str) -> Any:
    """The requester's part, for whoever has proved the code."""
    now = timezone.now()
    case = find(request, reference, now)
    if case is None:
        return closed_door(request, reference)
    visible = access.visible_to_requester(request.session, now=now)
    return _download(visible, case.reference, case_export.REQUESTER)


@staff_only
@require_safe
def staff_case_file(request: StaffRequest, reference: str, part: str) -> Any:
    """Either part, for staff who may see the whole case."""
    if part not in case_export.PARTS:
        raise Http404
    try:
        return _download(access.visible_to(request.standing), reference, part)
    except Submission.DoesNotExist:
        raise Http404 from None
