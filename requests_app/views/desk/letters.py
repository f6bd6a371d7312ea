"""The letters of a city behind the desk: read, written with a preview, brought in and given out."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portals.models import City
from requests_app import access, deadlines
from requests_app.correspondence import letter_fields, letters
from requests_app.correspondence.letter_fields import Known
from requests_app.doors import references
from requests_app.forms.desk.letters import ImportForm, LetterForm
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, LetterTemplate, Submission
from requests_app.views.staff_only import StaffRequest, desk_page, one_city, staff_only
from requests_app.views.typed_again import typed_before


def _city(request: StaffRequest, slug: str, *, edit: bool = True) -> City:
    """The city, for those who work there; 403 with a sentence for those who may not write its letters."""
    city = next((one.city for one in request.standing.members if one.city.slug == slug), None)
    if city is None:
        raise Http404
    if edit and not access.may_write_letters(request.standing, city):
        raise PermissionDenied(_("Only the clerk and the administrator of a city write its letters."))
    return city


@staff_only
@require_safe
def page(request: StaffRequest) -> HttpResponse:
    """All letters of the cities in which I work."""
    return _list(request)


def _list(
    request: StaffRequest,
    form: ImportForm | None = None,
    *,
    slug: str = "",
    problems: tuple[str, ...] = (),
    status: int = 200,
) -> HttpResponse:
    who = request.standing
    cities = {member.city_id: member.city for member in who.members}
    found = LetterTemplate.objects.filter(city__in=cities).order_by("action", "name")
    parts: list[dict[str, Any]] = [
        {
            "city": city,
            "letters": [letter for letter in found if letter.city_id == key],
            "may_write": access.may_write_letters(who, city),
            "form": form if form and city.slug == slug else ImportForm(prefix=None),
            "problems": [{"text": text} for text in problems] if city.slug == slug else [],
        }
        for key, city in cities.items()
    ]
    context = {**desk_page("letters", one_city(who)), "parts": parts}
    return render(request, "requests_app/staff/letters.html", context, status=status)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: StaffRequest, city_slug: str) -> HttpResponse:
    """Write a letter."""
    return _edit(request, _city(request, city_slug), None)


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StaffRequest, letter_id: int) -> HttpResponse:
    """Change a letter: every version is kept. Those who may not, read it."""
    letter = get_object_or_404(
        LetterTemplate.objects.select_related("city"), pk=letter_id, city__in=request.standing.cities_worked
    )
    _city(request, letter.city.slug, edit=request.method == "POST")
    return _edit(request, letter.city, letter)


def _edit(request: StaffRequest, city: City, letter: LetterTemplate | None) -> HttpResponse:
    now = timezone.now()
    kept = typed_before(request, request.user.pk)
    if kept is not None:
        form = LetterForm(kept)
        form.errors.clear()
        return _show(request, city, letter, form, "", now)
    if request.method != "POST":
        first = {"active": True}
        if letter:
            first = {name: getattr(letter, name) for name in ("action", "name", "body", "active", "version")}
        form = LetterForm(initial=first)
        return _show(request, city, letter, form, letter.body if letter else "", now)
    form = LetterForm(request.POST)
    if not form.is_valid():
        return _show(request, city, letter, form, "", now, status=422)
    values = form.cleaned_data
    if "preview" in request.POST:
        return _show(request, city, letter, form, values["body"], now)
    try:
        letters.save(
            city,
            action=Action(values["action"]),
            name=values["name"],
            body=values["body"],
            active=values["active"],
            by=request.user,
            now=now,
            letter=letter,
            seen=values["version"] or 0,
        )
    except NotAllowed as error:
        form.add_error(None, str(error))
        return _show(request, city, letter, form, values["body"], now, status=409)
    messages.success(request, _("Kept. It is offered in the form of the act."))
    return redirect("requests_app:letters")


def _show(
    request: StaffRequest,
    city: City,
    letter: LetterTemplate | None,
    form: LetterForm,
    body: str,
    now: datetime,
    *,
    status: int = 200,
) -> HttpResponse:
    asked = form.data.get("case", "") if form.is_bound else request.GET.get("case", "")
    case = _example(request, city, asked)
    if asked and (case is None or case.reference != references.normalised(asked)):
        messages.warning(request, _("You see no case with that reference in this city."))
    shown = ""
    if body and case and not letter_fields.unknown_in(body):
        known = Known(case, deadlines.of_case(case), city.date_at(now), request.user)
        shown = letter_fields.filled(body, known)
    context = {
        **desk_page("letters", city),
        "letter": letter,
        "form": form if access.may_write_letters(request.standing, city) else None,
        "body": body,
        "case": case,
        "shown": shown,
        "fields": [(name, what) for name, (what, _fill) in letter_fields.FIELDS.items()],
        "versions": letter.versions.all()[:20] if letter else [],
    }
    return render(request, "requests_app/staff/letter.html", context, status=status)


def _example(request: StaffRequest, city: City, asked: str) -> Submission | None:
    """The case with which a letter is shown: the one that is asked for, else the newest."""
    visible = access.visible_to(request.standing).filter(city=city)
    rows = visible.select_related("city", "office", "dataset").order_by("-pk")
    reference = references.normalised(asked) if asked else None
    return (rows.filter(reference=reference) if reference else rows).first()


@staff_only
@require_safe
def give_out(request: StaffRequest, city_slug: str) -> HttpResponse:
    """All letters of a city as a JSON document."""
    city = _city(request, city_slug, edit=False)
    answer = JsonResponse(letters.as_document(city), json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="letters-{city.slug}.json"'
    return answer


@staff_only
@require_POST
def bring_in(request: StaffRequest, city_slug: str) -> HttpResponse:
    """Bring in a JSON document with letters: all of it, or nothing."""
    city = _city(request, city_slug)
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, form, slug=city_slug, status=422)
    try:
        counts = letters.bring_in(
            city, form.cleaned_data["document"].read(), by=request.user, now=timezone.now()
        )
    except (letters.NotImported, NotAllowed) as error:
        problems = tuple(getattr(error, "problems", [str(error)]))
        return _list(request, form, slug=city_slug, problems=problems, status=422)
    messages.success(
        request, _("Brought in: %(new)d new, %(changed)d changed, %(equal)d as they were.") % counts
    )
    return redirect("requests_app:letters")
