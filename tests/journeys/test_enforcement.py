"""In each city, through its pages: a report of misuse, the key it is about, the other side, a finding, a
measure that stops the key, its appeal, its lifting; and a dataset that is taken down and brought back.
"""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client

from portals import access as portal
from portals.models import ApiKey
from requests_app.models import Appeal, ConcernedParty, MeasureTaken, Notice, Submission
from tests.journeys.test_five_cities import case_of, comes_back, files_with_code
from tests.portals.test_measures import GUIDES
from tests.requests_app.factories import FILED, Staff
from tests.requests_app.pages import code_of, hidden, main_of, text_of
from tests.requests_app.staff_pages import signed_in

every_city = pytest.mark.parametrize("slug", GUIDES)
HOUR = dt.timedelta(hours=1)
REPORTER = ("Rita Reporter", "rita.reporter@people.example", "canary-words", "canary-place")
KEY = re.compile(r"cdk_[a-z0-9]{8}_[A-Za-z0-9]{32}")


@pytest.fixture(autouse=True)
def at_filing(time_machine) -> Iterator[None]:
    time_machine.move_to(FILED, tick=False)
    yield


def act(staff: Staff, case: Submission, action: str, **sent: object) -> HttpResponse:
    """An act of the clerk from the page as it is now; it must succeed."""
    client, url = signed_in(staff.clerk), f"/desk/case/{case.reference}/{action}/"
    answer = client.post(url, {"revision": case_of(case.reference).chain_length, **sent})
    assert answer.status_code == 302, main_of(answer)
    return client.get(answer["Location"])


def holds_a_key(client: Client, staff: Staff) -> tuple[ApiKey, str]:
    """Dana asks for a key, staff issue it, and she opens it once."""
    who = {"requester_name": "Dana Data", "requester_email": "dana@data.example"}
    case, code = files_with_code(client, staff.city.slug, "access_request", **who)
    act(staff, case, "issue_key", limit="600")
    act(staff, case, "determine", outcome="granted", reasons="Here is your key.")
    page = comes_back(client, case, code)
    assert "Open the key" in main_of(page)
    shown = client.get(f"/track/{case.reference}/key/")
    opened = client.post(f"/track/{case.reference}/key/", hidden(shown))
    (text,) = set(KEY.findall(text_of(opened)))
    assert opened["Cache-Control"].find("no-store") >= 0
    assert not KEY.search(text_of(client.get(f"/track/{case.reference}/key/")))
    return ApiKey.objects.get(case=case.reference), text


def reports(client: Client, staff: Staff) -> Submission:
    typed = {
        "requester_name": REPORTER[0],
        "requester_email": REPORTER[1],
        "description": REPORTER[2],
        "location": REPORTER[3],
        "dataset": staff.dataset.identifier,
    }
    case, _code = files_with_code(client, staff.city.slug, "misuse_report", **typed)
    return case


def works(text: str) -> bool:
    return portal.check(text, now=FILED + HOUR).is_good


def opens_the_notice(party: ConcernedParty) -> tuple[Client, HttpResponse]:
    """The person concerned, who has a code mailed from the page of the first letter."""
    first = Notice.objects.filter(email=party.email, kind__startswith="concerned/").order_by("pk").first()
    assert first
    client, url = Client(), f"/concerned/{party.reference}/"
    assert url in first.body and "Your code" not in first.body
    assert "Open your notice" in main_of(client.get(url))
    assert client.post(url, {"code": "AAAA-BBBB-CCCC"}).status_code == 422
    assert "a code is on its way there" in main_of(client.post(url, {"mail": "1"}))
    letter = Notice.objects.get(email=party.email, kind="concerned/code", submission=party.submission)
    code = re.search(r"Your code: (\d{8})", letter.body)
    assert code and client.post(url, {"code": code[1]}).status_code == 302
    return client, client.get(url)


def appeals(dana: Client, staff: Staff, case: Submission, taken: MeasureTaken) -> None:
    """The person concerned reads the measure and appeals it; nothing of the report is shown on the way."""
    party = taken.party
    assert party
    notice = dana.get(f"/concerned/{party.reference}/")
    for words in (taken.name, "Far too many calls.", "The log shows it.", "A loop ran wild.", "Suspended"):
        assert words in main_of(notice)
    assert "not specified on the cited page" in main_of(notice)
    form = dana.get(f"/concerned/{party.reference}/appeal/1/")
    filed = dana.post(
        f"/concerned/{party.reference}/appeal/1/", {**hidden(form), "description": "The loop is mended."}
    )
    assert filed.status_code == 302, main_of(filed)
    appealed = dana.get(filed["Location"])
    assert "The loop is mended." in main_of(appealed) and code_of(appealed)
    assert "You appealed it" in main_of(dana.get(f"/concerned/{party.reference}/"))
    for shown in (notice, form, appealed, dana.get(f"/track/{case.reference}/")):
        for word in (*REPORTER, "The reporter"):
            assert word not in text_of(shown)
    appeal = Appeal.objects.select_related("submission").get(measure=taken)
    words = main_of(signed_in(staff.clerk).get(f"/desk/case/{appeal.submission.reference}/"))
    assert f"{taken.name} ({case.reference})" in words
    assert appeal.submission.reference in main_of(page_of(staff, case))


@every_city
def test_a_report_becomes_a_measure_that_is_appealed_and_lifted(
    client: Client, people: dict[str, Staff], slug: str
) -> None:
    staff = people[slug]
    key, text = holds_a_key(client, staff)
    reporter = Client()
    case = reports(reporter, staff)
    page = act(staff, case, "add_evidence", body="90,000 calls an hour", found_at="the log")
    assert "90,000 calls an hour" in main_of(page)
    act(staff, case, "name_party", key=f"cdk_{key.prefix}")
    party = case.parties.get()
    act(staff, case, "hear_party", party=party.pk, body="You called far too often. What was it?")
    dana, notice = opens_the_notice(party)
    assert "You called far too often." in main_of(notice)
    sent = {"body": "A loop ran wild."}
    assert dana.post(f"/concerned/{party.reference}/", sent).status_code == 302
    act(staff, case, "find", party=party.pk, outcome="substantiated", reasons="The log shows it.")
    name = next(name for name, acts in GUIDES[slug].items() if acts == "suspend_key")
    page = act(staff, case, "take_measure", party=party.pk, measure=name, reasons="Far too many calls.")
    taken = MeasureTaken.objects.get(submission=case)
    assert taken.name in main_of(page) and "A loop ran wild." in main_of(page)
    assert not works(text)

    appeals(dana, staff, case, taken)

    act(staff, case, "lift_measure", taken=taken.pk, reasons="It is mended.")
    assert works(text)
    notice = dana.get(f"/concerned/{party.reference}/")
    assert "was lifted" in main_of(notice) and "It is mended." in main_of(notice)
    told = main_of(reporter.get(f"/track/{case.reference}/"))
    for word in ("Dana", "A loop ran wild", "Far too many", taken.name, "90,000"):
        assert word not in told


def page_of(staff: Staff, case: Submission) -> HttpResponse:
    return signed_in(staff.clerk).get(f"/desk/case/{case.reference}/enforcement/")


@every_city
def test_a_dataset_with_personal_data_is_taken_down_and_brought_back(
    client: Client, people: dict[str, Staff], slug: str
) -> None:
    staff, dataset = people[slug], people[slug].dataset
    dataset.distributions.create(position=0, format="CSV", url="https://data.example/canary.csv")
    page = f"/{slug}/datasets/{dataset.identifier}/"
    assert "canary.csv" in text_of(client.get(page))
    case, _code = files_with_code(client, slug, "privacy_concern", dataset=dataset.identifier)
    act(
        staff,
        case,
        "withhold",
        dataset=dataset.identifier,
        notice="Names stood in column 3.",
        reasons="Column 3",
    )
    shown = client.get(page)
    assert "Names stood in column 3." in main_of(shown) and "canary.csv" not in text_of(shown)
    assert "taken down" in main_of(client.get(f"/{slug}/datasets/"))
    assert "took the dataset" in main_of(client.get(f"/track/{case.reference}/"))
    act(
        staff,
        case,
        "lift_measure",
        taken=case.measures_taken.get().pk,
        reasons="Column 3 is gone.",
        notice="The names are out.",
    )
    shown = client.get(page)
    assert "canary.csv" in text_of(shown) and "The names are out." in main_of(shown)
