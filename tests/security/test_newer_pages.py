"""The pages of the desk that came later, as a stranger, a clerk of elsewhere and a curious colleague send to
them: endless numbers, NUL, half signs, and acts on cases that are another office's."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from requests_app.models import LetterTemplate
from tests.requests_app.factories import FILED, Staff, file_case
from tests.security.test_hostile_input import ENDLESS, ODD

DAY = dt.timedelta(days=1)
HALF = "\\ud800"
"""Half of a sign, as JSON can write it and no database can keep it."""


@pytest.fixture(autouse=True)
def _today(time_machine) -> None:
    time_machine.move_to(FILED + DAY, tick=False)


@pytest.fixture
def kent(people: dict[str, Staff], client: Client) -> Staff:
    client.force_login(people["kent"].clerk)
    return people["kent"]


PAGES = {
    "/desk/calendar/": ("from", "scope"),
    "/desk/calendar/links/": ("office",),
    "/desk/appeals/": ("list", "after", "before"),
    "/desk/appeals/?list=decide": ("after", "before"),
    "/desk/appeals/?list=windows": ("after", "before"),
    "/desk/appeals/?list=outside": ("after", "before"),
    "/desk/appeals/?list=silence": ("after", "before"),
    "/desk/enforcement/": ("show", "after", "before"),
    "/desk/reports/": ("city", "office", "kind", "since", "until"),
    "/desk/bulk/": ("action", "case", "query", "all", "key"),
    "/desk/bulk/?action=assign&all=1": ("query", "to", "case"),
    "/desk/repeated/kent/": ("group",),
    "/desk/setup/kent/history/": ("before",),
    "/desk/setup/kent/simulation/": ("rule", "count", "unit", "roll", "extension"),
    "/desk/letters/kent/new/": ("case",),
    "/kent/answers/": ("q", "kind", "dataset", "after"),
    "/kent/performance/": ("year", "month", "from", "kind"),
}


@pytest.mark.parametrize("page", PAGES)
def test_no_value_breaks_a_newer_page(client: Client, kent: Staff, page: str) -> None:
    path, _mark, query = page.partition("?")
    fixed = dict(one.split("=") for one in query.split("&") if one)
    for odd in ODD:
        for name in PAGES[page]:
            assert client.get(path, fixed | {name: odd}).status_code < 500, (name, odd[:20])


@pytest.mark.parametrize("odd", ["0001-01-01", "9999-12-31"])
def test_no_date_breaks_the_reports(client: Client, kent: Staff, odd: str) -> None:
    file_case(kent.city)
    for asked in ({"since": odd}, {"until": odd}, {"since": odd, "until": odd}):
        for page in ("", "figures.csv", "figures.xlsx"):
            assert client.get(f"/desk/reports/{page}", asked).status_code < 500


def test_no_number_breaks_what_the_desk_sends(client: Client, kent: Staff) -> None:
    case = file_case(kent.city)
    ticked = f"{case.reference}:{case.chain_length}"
    desk = f"/desk/case/{case.reference}/"
    for odd in (ENDLESS, "9" * 25, "\x00", "²", "-1"):
        for page, sent in {
            "/desk/calendar/links/": {"revoke": odd},
            "/desk/bulk/": {"action": "assign", "case": ticked, "to": odd},
            f"{desk}assign/": {"to": odd, "revision": odd},
            f"{desk}links/": {"act": "link", "other": odd, "revision": odd},
            f"{desk}publication/": {"act": "review", "revision": odd, "confirmed": odd},
            f"{desk}part_decide/": {"part": odd},
            f"{desk}log_drop/": {"row": odd},
            f"{desk}issue_key/": {"limit": odd, "until": odd},
            "/desk/absences/": {"member": odd, "deputy": odd, "from_on": odd, "to_on": odd},
            "/desk/absences/backup/": {"office": odd, "member": odd},
            "/desk/views/": {"name": odd, "whose": odd, "query": odd},
            "/desk/setup/kent/targets/acknowledge/": {"value": odd, "revision": odd},
            "/desk/setup/kent/closed-days/year/": {"days": odd, "revision": odd},
            "/desk/setup/kent/members/new/": {"email": odd, "office": odd, "role": odd, "revision": odd},
        }.items():
            assert client.post(page, sent).status_code < 500, (page, odd[:20])
    named = {"action": "note", "body": "x", "case": ["\x00", f"\x00{case.reference}", ticked]}
    assert client.post("/desk/bulk/", named).status_code < 500


@pytest.mark.parametrize(
    "letter",
    [
        f'{{"action": "ask", "name": "{HALF}", "body": "x"}}',
        f'{{"action": "ask", "name": "x", "body": "{HALF}"}}',
        f'{{"action": "ask", "name": "x", "body": "x", "{HALF}": 1}}',
        '{"action": [], "name": 1, "body": {}}',
        f"{ENDLESS}",
        "[" * 5_000,
    ],
)
def test_no_letter_that_cannot_be_kept_is_brought_in(client: Client, kent: Staff, letter: str) -> None:
    document = SimpleUploadedFile("letters.json", f'{{"letters": [{letter}]}}'.encode())
    answer = client.post(reverse("requests_app:letters_in", args=["kent"]), {"document": document})
    assert answer.status_code == 422
    assert not LetterTemplate.objects.filter(name__in=["x"]).exists()
