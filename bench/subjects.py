"""What is measured: each page with the bare view beside it, and how to call both."""

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count
from django.test import Client
from django.urls import NoReverseMatch, reverse

from bench import read_api
from bench.figures import DESK_MS, QUERIES
from portals.models import City, Dataset, Member, Office, Table, User
from portals.vocabulary import MemberRole
from requests_app.forms.base import new_key
from requests_app.models import Submission

EVENTS = 20
BACKEND, PLAIN = settings.AUTHENTICATION_BACKENDS
_FIELD = re.compile(r"<(?:input|textarea|select)\b[^>]*\bname=\"([^\"]+)\"[^>]*>")


@dataclass(frozen=True)
class Request:
    """One request: a path, and the data of a POST, made anew for each. `before` is what the same person sends
    to the same path first, which is not measured."""

    path: str
    data: Callable[[], dict[str, str]] | None = None
    before: Callable[[], dict[str, str]] | None = None


@dataclass
class Subject:
    """A page and its counterpart. `user` signs in to both."""

    name: str
    page: Request
    bare: Request
    user: User | None = None
    queries_aim: int | None = QUERIES
    limit_ms: float | None = None
    status: int = 200
    cookies: dict[str, str] = field(default_factory=dict)

    def client(self, request: Request) -> Client:
        """A browser that is signed in, or not; for the bare view by Django's own means."""
        client = Client(SERVER_NAME="127.0.0.1", headers={"user-agent": "bench"})
        if self.user:
            client.force_login(self.user, backend=BACKEND if request is self.page else PLAIN)
        return client


class NotThere(Exception):
    """A page that this version does not have."""


@dataclass(frozen=True)
class Place:
    """Where we measure: an office that publishes much, its people, a dataset that is discussed."""

    city: City
    office: Office
    member: User
    clerk: User
    dataset: Dataset
    case: Submission


def busiest() -> Place:
    """The office that publishes most, the same at every size, and what there is most of around it."""
    offices = Office.objects.filter(publishes=True, outside=False).select_related("city")
    office = offices.annotate(n=Count("datasets")).order_by("-n", "pk")[0]
    members = Member.objects.filter(office=office, active=True).exclude(role=MemberRole.CLERK)
    clerks = Member.objects.filter(city=office.city, role=MemberRole.CLERK)
    reported = (
        Submission.objects.filter(city=office.city, is_public=True, dataset__isnull=False)
        .values("dataset")
        .annotate(n=Count("id"))
        .order_by("-n")[0]["dataset"]
    )
    return Place(
        city=office.city,
        office=office,
        member=members.select_related("user").order_by("pk")[0].user,
        clerk=clerks.select_related("user").order_by("pk")[0].user,
        dataset=Dataset.objects.get(pk=reported),
        case=Submission.objects.filter(city=office.city, chain_length__gte=EVENTS).order_by("pk")[0],
    )


def subjects(place: Place) -> Iterator[Subject | tuple[str, str]]:
    """The pages; a pair of name and reason for each that is not there."""
    for make in (
        _front_desk,
        _dataset,
        _form,
        _checking,
        _posting,
        _desk,
        _queue,
        _search,
        _case,
        _figures,
        _rows,
        _filtered,
    ):
        try:
            yield make(place)
        except (NoReverseMatch, NotThere) as error:
            yield make.__name__.strip("_").replace("_", " "), str(error) or "no such page yet"


def _there(name: str, *args: str) -> str:
    """The path of a page that answers."""
    return _answers(reverse(name, args=args))


def _answers(path: str) -> str:
    status = Client(SERVER_NAME="127.0.0.1").get(path).status_code
    if status == 404:
        raise NotThere(f"{path} answers 404")
    return path


PUBLIC = Request("/bare/public/")


def _front_desk(place: Place) -> Subject:
    return Subject("front desk", Request(_there("portals:front_desk", place.city.slug)), PUBLIC)


def _dataset(place: Place) -> Subject:
    path = _there("requests_app:dataset", place.city.slug, place.dataset.identifier)
    return Subject("dataset page", Request(path), PUBLIC)


def _fields(path: str) -> int:
    """How many fields the form of a page shows."""
    text = Client(SERVER_NAME="127.0.0.1").get(path).content.decode()
    names = {match[1] for match in _FIELD.finditer(text) if 'type="hidden"' not in match[0]}
    return len(names)


def _form(place: Place) -> Subject:
    path = _there("requests_app:submit", place.city.slug, "error_report")
    return Subject("submit, form", Request(path), Request(f"/bare/form/?fields={_fields(path)}"))


def _posting(place: Place) -> Subject:
    """The last step of filing, by somebody who has seen the page that shows the answers. The number of writes
    of the bare form is set when they were counted."""
    path, fields, token, answers = _answered_form(place)

    def plain() -> dict[str, str]:
        return {"csrfmiddlewaretoken": token, **{f"field_{number}": "some words" for number in range(fields)}}

    return Subject(
        "submit, sent",
        Request(path, lambda: {**answers(), "confirm": "1"}, before=answers),
        Request(f"/bare/form/?fields={fields}", plain),
        status=302,
        queries_aim=None,
        cookies={settings.CSRF_COOKIE_NAME: token},
    )


def _checking(place: Place) -> Subject:
    """The step before: the page that shows the answers, who will act and by when."""
    path, fields, token, answers = _answered_form(place)
    return Subject(
        "submit, check",
        Request(path, answers),
        Request(f"/bare/form/?fields={fields}"),
        cookies={settings.CSRF_COOKIE_NAME: token},
    )


def _answered_form(place: Place) -> tuple[str, int, str, Callable[[], dict[str, str]]]:
    """The path of a form, how many fields it has, its CSRF token and what makes new answers."""
    path = _there("requests_app:submit", place.city.slug, "error_report")
    token = secrets.token_hex(16)

    def answers() -> dict[str, str]:
        return {
            "csrfmiddlewaretoken": token,
            "submission_key": new_key(),
            "dataset": place.dataset.identifier,
            "description": "The amount is doubled at 1200 Elm Street.",
            "field_name": "amount",
            "evidence": "I have the receipt.",
            "requester_name": "Somebody",
            "requester_email": f"{secrets.token_hex(6)}@example.org",  # nobody sends it twice
        }

    return path, _fields(path), token, answers


def _staff(place: Place) -> Request:
    return Request(f"/bare/staff/?office={place.office.pk}")


def _desk(place: Place) -> Subject:
    path = reverse("requests_app:desk")
    return Subject("my desk", Request(path), _staff(place), place.member, limit_ms=DESK_MS)


def _queue(place: Place) -> Subject:
    path = f"{reverse('requests_app:queue')}?{urlencode({'scope': 'city', 'office': place.office.pk})}"
    return Subject("queue of an office", Request(path), _staff(place), place.clerk, queries_aim=8)


def _search(place: Place) -> Subject:
    path = f"{reverse('requests_app:queue')}?{urlencode({'scope': 'city', 'text': 'elm street amount'})}"
    return Subject("text search", Request(path), _staff(place), place.clerk)


def _case(place: Place) -> Subject:
    path = reverse("requests_app:staff_case", args=[place.case.reference])
    return Subject("case of 20 events", Request(path), _staff(place), place.clerk, queries_aim=8)


def _figures(place: Place) -> Subject:
    path = _answers(f"/{place.city.slug}/performance/")
    return Subject("figures of a city", Request(path), PUBLIC, limit_ms=DESK_MS)


def _rows(place: Place) -> Subject:
    return _call("API, first 1,000 rows", read_api.first_rows, 1_000)


def _filtered(place: Place) -> Subject:
    return _call("API, filtered", read_api.filtered, 100)


def _call(name: str, address: Callable[[Table], str], rows: int) -> Subject:
    """A call of the read API, beside as many rows that are read and written without it."""
    table = read_api.table()
    if table is None:
        raise NotThere("no table is loaded")
    bare = f"/bare/rows/?dataset={table.dataset.identifier}&limit={rows}"
    return Subject(name, Request(_answers(address(table))), Request(bare))
