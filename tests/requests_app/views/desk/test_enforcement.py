"""The pages of enforcement, the notice and the key, through HTTP: who sees what, and what bad input does."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portals.models import ApiKey
from portals.vocabulary import AppealOutcome, Relation
from requests_app import access, appeals, enforcement, routing
from requests_app.answers import api_keys
from requests_app.desk.queue import PAGE
from requests_app.forms.base import key_of, new_key
from requests_app.models import MeasureTaken, Notice, Submission
from requests_app.offences import measure_appeals
from tests.requests_app.enforcement_cases import (
    HOUR,
    REPORTER,
    browser,
    concerned,
    found,
    key_for,
    report,
    taken,
)
from tests.requests_app.factories import FILED, Staff, UserFactory, file_case
from tests.requests_app.pages import hidden, main_of, text_file, text_of
from tests.requests_app.staff_pages import page, signed_in


@pytest.fixture(autouse=True)
def later(time_machine) -> None:
    time_machine.move_to(FILED + 6 * HOUR, tick=False)


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def case(kent: Staff) -> Submission:
    return report(kent)


def post(user, case: Submission, action: str, **sent: object):
    revision = Submission.objects.get(pk=case.pk).chain_length
    url = reverse("requests_app:act", args=[case.reference, action])
    return signed_in(user).post(url, {"revision": revision, **sent})


# -- staff

SEE = {"alice": 200, "bob": 200, "clerk": 200, "auditor": 200, "attorney": 200, "charlie": 404}


@pytest.mark.parametrize("who", [*SEE, "clerk of another city", "stranger", "anonymous"])
def test_who_sees_the_file_of_enforcement(people: dict[str, Staff], case: Submission, who: str) -> None:
    kent = people["kent"]
    assert kent.attorney
    legal = kent.attorney.memberships.get().office
    routing.involve(case, legal, Relation.INFORMED, now=FILED, because={})
    concerned(kent, case)
    users = {"clerk of another city": people["portland"].clerk, "stranger": UserFactory()}
    client = Client() if who == "anonymous" else signed_in(users.get(who) or getattr(kent, who))
    for answer in (page(client, "enforcement_of", case.reference), page(client, "enforcement")):
        if who == "anonymous":
            assert answer.status_code == 302
        elif who == "stranger":
            assert answer.status_code == 403
        if who not in SEE or SEE[who] != 200:
            assert "Canary" not in text_of(answer) and "Dana" not in text_of(answer)
        else:
            assert answer.status_code == 200 and "Canary title" in text_of(answer)
    expected = SEE.get(who, {"anonymous": 302, "stranger": 403}.get(who, 404))
    assert page(client, "enforcement_of", case.reference).status_code == expected


@pytest.mark.parametrize("who", ["auditor", "attorney"])
def test_who_only_reads_acts_on_nothing(kent: Staff, case: Submission, who: str) -> None:
    assert kent.attorney
    routing.involve(case, kent.attorney.memberships.get().office, Relation.INFORMED, now=FILED, because={})
    party = concerned(kent, case)
    row = taken(kent, party, "suspension-of-access")
    before = Submission.objects.get(pk=case.pk).chain_length
    sent = {
        **{"party": party.pk, "body": "x", "reasons": "x", "outcome": "inconclusive", "name": "x"},
        **{"measure": "correction-order", "taken": row.pk, "dataset": kent.dataset.identifier, "notice": "x"},
    }
    for action in (
        *("add_evidence", "name_party", "hear_party", "party_answer", "find"),
        *("take_measure", "lift_measure", "withhold"),
    ):
        answer = post(getattr(kent, who), case, action, **sent)
        assert answer.status_code == 403, action
    letter = reverse("requests_app:party_letter", args=[party.pk])
    assert signed_in(getattr(kent, who)).post(letter).status_code == 403
    assert "What you can do now" in main_of(page(signed_in(kent.auditor), "enforcement_of", case.reference))
    assert Submission.objects.get(pk=case.pk).chain_length == before


def test_another_kind_has_no_file_of_enforcement(kent: Staff) -> None:
    other = file_case(kent.city, dataset=kent.dataset)
    assert page(signed_in(kent.clerk), "enforcement_of", other.reference).status_code == 404
    assert post(kent.clerk, other, "add_evidence", body="x").status_code == 409
    shown = main_of(page(signed_in(kent.clerk), "staff_case", other.reference))
    assert "Add evidence" not in shown and "Issue an API key" not in shown


def test_the_case_page_links_the_file_and_costs_no_query(
    kent: Staff, case: Submission, django_assert_max_num_queries
) -> None:
    party = concerned(kent, case)
    found(kent, party)
    taken(kent, party, "administrative-order")
    client = signed_in(kent.clerk)
    with django_assert_max_num_queries(8):
        shown = main_of(page(client, "staff_case", case.reference))
    assert "Evidence, findings and measures" in shown and "Administrative order" in shown


def test_the_pages_take_few_queries_however_much_there_is(kent: Staff, django_assert_max_num_queries) -> None:
    client = signed_in(kent.clerk)
    for number in range(PAGE + 2):
        case = report(kent)
        for name in ("Dana", "Olaf"):
            found(kent, concerned(kent, case, name=f"{name} {number}", email=""))
    with django_assert_max_num_queries(9):
        shown = page(client, "enforcement")
    assert "Older" in main_of(shown)
    after = hidden_after(text_of(shown))
    assert "Newer" in main_of(client.get(f"/desk/enforcement/?after={after}"))
    with django_assert_max_num_queries(22):
        page(client, "enforcement_of", case.reference)


def hidden_after(text: str) -> str:
    return text.split("?after=")[1].split('"')[0]


def test_the_list_is_narrowed_to_what_is_in_force(kent: Staff) -> None:
    quiet, held = report(kent), report(kent)
    taken(kent, concerned(kent, held), "suspension-of-access")
    shown = text_of(page(signed_in(kent.clerk), "enforcement", show="force"))
    assert held.reference in shown and quiet.reference not in shown
    assert page(signed_in(kent.clerk), "enforcement", show="nonsense", after="x").status_code == 200


def test_what_is_wrong_in_a_form_is_said_and_everything_typed_is_kept(kent: Staff, case: Submission) -> None:
    answer = post(kent.clerk, case, "name_party", name="", key="zzzzzzzz", email="dana@data.example")
    assert answer.status_code == 422 and "No key of this city" in main_of(answer)
    assert "dana@data.example" in text_of(answer)
    assert post(kent.clerk, case, "name_party", name="", email="").status_code == 422
    party = concerned(kent, case)
    bad = {"party": party.pk, "reasons": "Typed with care", "measure": "fine"}
    answer = post(kent.clerk, case, "take_measure", **bad)
    assert answer.status_code == 422 and "Typed with care" in text_of(answer)
    answer = post(kent.clerk, case, "take_measure", **{**bad, "measure": "civil-action"})
    assert answer.status_code == 409 and "First record a finding" in main_of(answer)
    assert "Typed with care" in text_of(answer)
    answer = post(kent.clerk, case, "hear_party", party=party.pk, body="Rita Reporter saw you")
    assert answer.status_code == 409 and "Take it out" in main_of(answer)
    answer = post(kent.clerk, case, "add_evidence", body="x", seen_on="2031-01-01")
    assert answer.status_code == 422 and "lies in the future" in main_of(answer)
    answer = post(kent.clerk, case, "withhold", dataset="nothing-like-it", notice="Off", reasons="x")
    assert answer.status_code == 422 and "knows no such dataset" in main_of(answer)
    stranger = concerned(kent, report(kent))
    assert post(kent.clerk, case, "hear_party", party=stranger.pk, body="x").status_code == 422
    assert not case.measures_taken.exists()


def test_each_city_offers_its_own_measures_and_says_what_is_open(people: dict[str, Staff]) -> None:
    for slug, words in {
        "kansas-city": ("Referral to city legal action", "Which office takes legal action is not specified"),
        "kent": ("1. Administrative order", "3. Civil action"),
        "oklahoma-city": ("Takedown request", "continuing offense is not specified"),
        "portland": ("Administrative action", "continuing offense is not specified"),
        "bakersfield": ("Court action", "continuing offense is not specified"),
    }.items():
        staff, case = people[slug], report(people[slug])
        concerned(staff, case)
        shown = main_of(page(signed_in(staff.clerk), "act", case.reference, "take_measure"))
        assert all(word in shown for word in words), slug
        assert ("Dataset of the city" in shown) == (slug in ("oklahoma-city", "bakersfield"))
        file = main_of(page(signed_in(staff.clerk), "enforcement_of", case.reference))
        assert ("Pathway and measures of the guide" in file) == (slug == "kent")
        assert "no fine is set here" in file


def test_a_letter_is_printed_with_a_code_that_is_shown_once(kent: Staff, case: Submission) -> None:
    party = concerned(kent, case, email="")
    enforcement.hear(case, party=party, body="Your side?", by=kent.clerk, now=FILED + HOUR)
    url = reverse("requests_app:party_letter", args=[party.pk])
    client = signed_in(kent.clerk)
    assert client.get(url)["Location"] == f"/desk/case/{case.reference}/enforcement/"
    letter = client.post(url)
    body = text_of(letter).split('<article class="card stack">')[1].split("</article>\n")[0]
    assert "Your side?" in body and party.reference in body and "no-store" in letter["Cache-Control"]
    for word in (case.reference, *map(str, REPORTER.values())):
        assert word not in body
    code = body.split('<p class="reference">')[1].split("<")[0]
    opened = Client().post(f"/concerned/{party.reference}/", {"code": code})
    assert opened.status_code == 302
    assert case.reference not in url, "a browser prints the address"
    assert re.search(r'<div class="no-print">\s*<nav class="crumbs"', text_of(letter)), "nor where we are"
    assert signed_in(kent.charlie).post(url).status_code == 404


# -- the person concerned


def test_strangers_and_requesters_open_no_notice(kent: Staff, case: Submission) -> None:
    party = concerned(kent, case)
    enforcement.hear(case, party=party, body="Secret words", by=kent.clerk, now=FILED + HOUR)
    requester = Client()
    session = requester.session
    access.grant_requester(session, case, now=timezone.now())
    session.save()
    other = browser(concerned(kent, report(kent)))
    staff = signed_in(kent.clerk)
    for client in (Client(), requester, other, staff):
        for url in (f"/concerned/{party.reference}/", f"/concerned/{party.reference}/appeal/1/"):
            answer = client.get(url)
            assert answer.status_code == 200 and "Secret words" not in text_of(answer)
            assert "Open your notice" in main_of(answer)
    missing = Client().get("/concerned/KNT-222222222/")
    assert missing.status_code == 200 and "Open your notice" in main_of(missing)
    assert Client().post(f"/concerned/{party.reference}/", {"body": "Mine"}).status_code == 200
    assert party.words.count() == 1


def test_whoever_asks_for_a_code_learns_nothing_and_no_mailbox_is_filled(
    kent: Staff, case: Submission
) -> None:
    party = concerned(kent, case)
    enforcement.hear(case, party=party, body="Your side?", by=kent.clerk, now=FILED + HOUR)
    words = set()
    for reference in (party.reference, "KNT-222222222", case.reference):
        for _again in range(4):
            answer = Client().post(f"/concerned/{reference}/", {"mail": "1"})
            assert answer.status_code == 200
            words.add(main_of(answer).replace(reference, ""))
    assert len(words) == 1
    assert Notice.objects.filter(kind="concerned/code").count() == 3


def test_a_code_is_not_guessed(kent: Staff, case: Submission) -> None:
    party, client = concerned(kent, case), Client()
    url = f"/concerned/{party.reference}/"
    assert client.post(url, {"code": ""}).status_code == 422
    statuses = [client.post(url, {"code": "AAAA-AAAA-AAAA"}).status_code for _number in range(25)]
    assert statuses[0] == 422 and statuses[-1] == 429


def test_the_person_concerned_opens_own_files_and_no_others(kent: Staff, case: Submission) -> None:
    party, other = concerned(kent, case), concerned(kent, case, name="Olaf", email="")
    proof = enforcement.Proof("x")
    enforcement.add_evidence(case, proof, by=kent.clerk, now=FILED + HOUR)
    client = browser(party)
    sent = {"body": "Here is my log.", "files": text_file("log.txt")}
    assert client.post(f"/concerned/{party.reference}/", sent).status_code == 302
    (file,) = case.attachments.all()
    url = reverse("requests_app:file", args=[file.pk])
    assert client.get(url).status_code == 200
    assert browser(other).get(url).status_code == 404
    requester = Client()
    session = requester.session
    access.grant_requester(session, case, now=timezone.now())
    session.save()
    assert requester.get(url).status_code == 404
    assert signed_in(kent.alice).get(url).status_code == 200
    assert "log.txt" in main_of(client.get(f"/concerned/{party.reference}/"))


def test_an_empty_answer_and_an_appeal_of_nothing_are_refused(kent: Staff, case: Submission) -> None:
    party = concerned(kent, case)
    client = browser(party)
    answer = client.post(f"/concerned/{party.reference}/", {"body": " "})
    assert answer.status_code == 422 and "Write your answer" in main_of(answer)
    assert client.get(f"/concerned/{party.reference}/appeal/1/").status_code == 404
    taken(kent, party, "suspension-of-access")
    url = f"/concerned/{party.reference}/appeal/1/"
    form = client.get(url)
    answer = client.post(url, {**hidden(form), "description": "", "remedy_sought": "Lift it"})
    assert answer.status_code == 422 and "Lift it" in text_of(answer)
    forged = client.post(url, {"submission_key": "forged", "description": "Why I disagree"})
    assert forged.status_code == 422 and "Why I disagree" in text_of(forged)
    again = client.post(url, {**hidden(forged), "description": "Why I disagree"})
    twice = client.post(url, {**hidden(forged), "description": "Why I disagree"})
    assert again["Location"] == twice["Location"]
    assert MeasureTaken.objects.get().appeals.count() == 1


def test_the_key_of_another_form_opens_no_case_to_the_person_concerned(kent: Staff, case: Submission) -> None:
    party = concerned(kent, case)
    taken(kent, party, "suspension-of-access")
    key = new_key()
    other = file_case(kent.city, "records_request", submission_key=key_of(key))
    client = browser(party)
    sent = {"submission_key": key, "description": "Why I disagree"}
    answer = client.post(f"/concerned/{party.reference}/appeal/1/", sent)
    assert answer.status_code == 422 and "Why I disagree" in text_of(answer)
    assert str(other.pk) not in client.session.get("cases", {})
    again = client.post(f"/concerned/{party.reference}/appeal/1/", {**sent, **hidden(answer)})
    assert again.status_code == 302 and other.reference not in again["Location"]


# -- the key


def test_the_key_page_is_the_requesters_alone(kent: Staff) -> None:
    case = file_case(kent.city, "access_request")
    api_keys.issue(case, api_keys.Terms(), by=kent.clerk, now=FILED)
    for client in (Client(), signed_in(kent.clerk)):
        answer = client.post(f"/track/{case.reference}/key/", {"revision": 2})
        assert "cdk_" not in text_of(answer)
    assert ApiKey.objects.get().opened_at is None
    assert "not yet" in main_of(page(signed_in(kent.clerk), "staff_key", case.reference))
    assert page(signed_in(kent.charlie), "staff_key", case.reference).status_code == 404


def test_a_suspended_key_is_not_opened_and_its_page_says_so(kent: Staff) -> None:
    key, _text = key_for(kent)
    case = Submission.objects.get(reference=key.case)
    taken(kent, concerned(kent, report(kent), key), "suspension-of-access")
    client = Client()
    session = client.session
    access.grant_requester(session, case, now=timezone.now())
    session.save()
    shown = client.get(f"/track/{case.reference}/key/")
    assert "Suspended" in main_of(shown) and "Make a new secret" not in main_of(shown)
    revision = Submission.objects.get(pk=case.pk).chain_length
    answer = client.post(f"/track/{case.reference}/key/", {"revision": revision})
    assert answer.status_code == 422 and "cannot be opened" in main_of(answer)
    staff = main_of(page(signed_in(kent.clerk), "staff_key", case.reference))
    assert "Suspension of access" in staff and "in force" in staff


def test_a_case_without_a_key_has_no_page_of_one(kent: Staff) -> None:
    case, client = file_case(kent.city, "access_request"), Client()
    session = client.session
    access.grant_requester(session, case, now=timezone.now())
    session.save()
    assert client.get(f"/track/{case.reference}/key/")["Location"] == f"/track/{case.reference}/"
    assert page(signed_in(kent.clerk), "staff_key", case.reference).status_code == 404
    hints = main_of(page(signed_in(kent.clerk), "act", case.reference, "issue_key"))
    assert "opens the key once" in hints
    assert post(kent.clerk, case, "issue_key", until="1999-01-01").status_code == 422
    assert post(kent.clerk, case, "issue_key", limit="0").status_code == 422


def test_whoever_decides_on_an_appeal_of_a_measure_reads_what_follows(kent: Staff, case: Submission) -> None:
    party = concerned(kent, case)
    row = taken(kent, party, "suspension-of-access")
    words = measure_appeals.Appealed("It was a test.", "key-1")
    appeal = measure_appeals.file(party, row, words, now=FILED + 4 * HOUR).submission
    shown = text_of(page(signed_in(kent.clerk), "act", appeal.reference, "appeal_decide"))
    assert "It appeals the measure “Suspension of access”. The decision lifts nothing by itself" in shown
    assert "not linked to a case" not in shown
    assert "Reversed" not in text_of(page(signed_in(kent.alice), "enforcement_of", case.reference))
    decision = appeals.Decision(AppealOutcome.REVERSED, "The key was read from a sign.")
    appeals.decide(appeal, decision, by=kent.clerk, now=FILED + 5 * HOUR)
    lines = text_of(page(signed_in(kent.alice), "enforcement_of", case.reference))
    assert "Answered: <strong>Reversed</strong>" in lines


def test_a_suspension_of_somebody_without_a_key_says_that_it_switches_nothing(
    kent: Staff, case: Submission
) -> None:
    key, _secret = key_for(kent)
    concerned(kent, case, key)
    shown = text_of(page(signed_in(kent.clerk), "act", case.reference, "take_measure"))
    assert "No API key of" not in shown
    assert "No finding about Dana Data is substantiated" in shown
    concerned(kent, case, name="Lister Inc.")
    shown = text_of(page(signed_in(kent.clerk), "act", case.reference, "take_measure"))
    assert "No API key of Lister Inc. is known here" in shown
