"""Saying that one has looked at the notes of a case that asked for it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from requests_app import access
from requests_app.correspondence import mentions
from requests_app.views.staff_only import StaffRequest, staff_only


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def seen(request: StaffRequest, reference: str) -> HttpResponse:
    """POST: the notes of this case leave my desk. A look at the address leads to the case."""
    case = get_object_or_404(access.visible_to(request.standing), reference=reference)
    if request.method == "POST" and mentions.seen(case, by=request.user, now=timezone.now()):
        messages.success(request, _("It no longer stands on your desk."))
    return redirect("requests_app:staff_case", reference)
