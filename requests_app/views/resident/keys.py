"""The requester's page of an API key: its state, and the one moment in which the secret is shown."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portals.rulebook import rulebook_for
from portals.soda import limits, usage
from portals.vocabulary import KeyStatus
from requests_app.answers import api_keys
from requests_app.forms.case import SeenForm
from requests_app.lifecycle import NotAllowed
from requests_app.views.common import page
from requests_app.views.resident.case import closed_door, find


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def key(request: HttpRequest, reference: str) -> HttpResponse:
    """The key; POST opens it. The secret stands in that one answer and nowhere else."""
    now = timezone.now()
    case = find(request, reference, now)
    if case is None:
        return closed_door(request, reference)
    row = api_keys.key_of(case)
    if row is None:
        return redirect("requests_app:case", reference=case.reference)
    form, secret, status = SeenForm(request.POST or None, initial={"revision": case.chain_length}), "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                secret = api_keys.open_key(case, now=now, revision=form.cleaned_data["revision"])
                status = 200
            except NotAllowed as refused:
                form.add_error(None, str(refused))
                form.look_again(case.chain_length)
        row.refresh_from_db()
    context = page(
        case.city,
        "track",
        case=case,
        key=row,
        form=form,
        secret=secret,
        works=row.status == KeyStatus.ACTIVE,
        has_run_out=row.expires_at is not None and row.expires_at <= now,
        limit=limits.limit_of(row),
        use=usage.use_of(row, now=now),
        ways=rulebook_for(case.city).appeal_routes(case.kind, case.received_on),
    )
    return render(request, "requests_app/public/key.html", context, status=status)
