"""Who may open which address: a matrix of roles over every address that the URLconf has.

A new address without a declared policy fails here, so that nobody can forget to think about it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import AbstractBaseUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from portals.models import City, User
from portals.vocabulary import Relation
from requests_app import routing
from requests_app.attachments import files
from requests_app.models import Action, Actor, Attachment, Event, Submission
from tests.requests_app.factories import FILED, Staff, UserFactory, file_case, filing
from tests.requests_app.pages import prove
from tests.security.policies import (
    API_OWN,
    CITY_SETUP,
    CITY_STAFF,
    POLICY,
    REQUESTER_OF_CASE,
    STAFF,
    STAFF_OF_CASE,
    WHOEVER_SEES_THE_FILE,
)

CANARY = "canary-7c1f"

ROLES = (
    *("anonymous", "requester", "requester of another case", "account without an office"),
    *("member", "clerk", "auditor", "informed member", "member of another office"),
    *("clerk of another city", "auditor of another city", "superuser"),
)
SEES_THE_CASE = {"member", "clerk", "auditor", "informed member"}
SEES_THE_SETUP = {"clerk", "auditor"}
OF_THE_CITY = {"member", "clerk", "informed member", "member of another office"}
IS_STAFF = SEES_THE_CASE | OF_THE_CITY | {"clerk of another city", "auditor of another city"}


def addresses() -> Iterator[str]:
    """The names of our own addresses; the administration and allauth are looked at by themselves below."""
    for found in get_resolver().url_patterns:
        if isinstance(found, URLPattern):
            yield str(found.name)
        elif found.namespace in ("requests_app", "portals"):
            yield from (f"{found.namespace}:{name}" for name in names_in(found))


def names_in(resolver: URLResolver) -> Iterator[str]:
    for found in resolver.url_patterns:
        if isinstance(found, URLResolver):
            yield from names_in(found)
        else:
            yield str(found.name)


@dataclass
class Scene:
    """A case full of things that strangers must not read, and a client for each role."""

    case: Submission
    file: Attachment
    hidden_file: Attachment
    open_as: Callable[[str], Client]


@pytest.fixture
def scene(people: dict[str, Staff]) -> Scene:
    kent, portland = people["kent"], people["portland"]
    case = file_case(
        kent.city,
        dataset=kent.dataset,
        title=f"{CANARY} title",
        description=f"{CANARY} text",
        requester_name=f"{CANARY} name",
        requester_email=f"{CANARY}@people.example",
    )
    assert kent.attorney
    office = kent.attorney.memberships.get().office
    case.involvements.filter(office=office).delete()
    routing.involve(case, office, Relation.INFORMED, now=FILED, because={})
    stored = files.store(SimpleUploadedFile(f"{CANARY}.txt", CANARY.encode()))
    attach = {"actor": Actor.STAFF, "by": kent.alice, "now": FILED}
    (file,) = files.attach_files(case, [stored], **attach)
    (hidden_file,) = files.attach_files(case, [stored], internal=True, **attach)
    users: dict[str, AbstractBaseUser | None] = {
        "member": kent.alice,
        "clerk": kent.clerk,
        "auditor": kent.auditor,
        "informed member": kent.attorney,
        "member of another office": kent.charlie,
        "clerk of another city": portland.clerk,
        "auditor of another city": portland.auditor,
        "account without an office": UserFactory(),
        "superuser": UserFactory(is_staff=True, is_superuser=True),
    }
    other = file_case(kent.city)

    def open_as(role: str) -> Client:
        client = Client()
        if role in users:
            client.force_login(users[role])
        elif role != "anonymous":
            prove(client, case if role == "requester" else other)
        return client

    return Scene(case, file, hidden_file, open_as)


SETUP_THINGS: dict[str, Callable[[City], list[object]]] = {
    "requests_app:setup_confirm": lambda city: ["appeal_route", _silent(city)],
    "requests_app:setup_target": lambda city: ["acknowledge_within"],
    "requests_app:setup_withdraw_day": lambda city: ["2027-12-24"],
    "requests_app:setup_office": lambda city: [city.offices.order_by("pk").values_list("pk", flat=True)[0]],
    "requests_app:setup_member": lambda city: [city.members.order_by("pk").values_list("pk", flat=True)[0]],
}


def _silent(city: City) -> str:
    return str(city.appealroutes.exclude(status="stated").values_list("key", flat=True)[0])


BY_REFERENCE = (
    *("case", "withdraw", "staff_case", "seen", "case_file", "key", "staff_key", "enforcement_of"),
    *("links", "publication", "staff_fee", "fee", "concerned", "parts", "staff_parts"),
)
BY_CITY = (
    *("front_desk", "city_css", "rules", "calculator", "datasets"),
    *("choose", "suggest", "answers", "repeated", "performance", "performance_csv"),
    *("new_letter", "letters_out", "letters_in"),
)


def arguments(name: str, scene: Scene) -> list[list[object]]:
    """Every way to name the things of this case in an address."""
    case = scene.case
    city, dataset = case.city.slug, case.dataset
    assert dataset
    if name.startswith("requests_app:setup_"):
        return [[city, *SETUP_THINGS.get(name, lambda found: [])(case.city)]]
    if name.removeprefix("requests_app:") in BY_REFERENCE:
        return [[case.reference]]
    if name == "requests_app:act":
        return [[case.reference, action] for action in ("note", "refer", "determine")]
    known: dict[str, list[list[object]]] = {
        "requests_app:staff_case_file": [[case.reference, "court"], [case.reference, "requester"]],
        "requests_app:measure_appeal": [[case.reference, 1]],
        **{f"requests_app:{name}": [[case.reference, "csv"]] for name in ("withheld", "staff_withheld")},
        "requests_app:answer": [[city, 1]],
        "requests_app:answer_file": [[city, 1, 1]],
        "requests_app:receipt": [[case.reference, f"{case.reference}-R1"]],
        "requests_app:staff_receipt": [[case.reference, f"{case.reference}-R1"]],
        "requests_app:reports_file": [["figures.csv"], ["figures.xlsx"]],
        "requests_app:file": [[scene.file.pk], [scene.hidden_file.pk]],
        "requests_app:following": [["no-token"]],
        "requests_app:calendar_feed": [["no-token"]],
        "requests_app:public_case": [[city, case.reference]],
        **{
            f"requests_app:{name}": [[1]] for name in ("end_absence", "remove_view", "letter", "party_letter")
        },
        "requests_app:bulk_result": [["0" * 32]],
        "requests_app:submit": [[city, case.kind], [city, "appeal"]],
        "requests_app:enter": [[city, case.kind]],
        "requests_app:dataset": [[city, dataset.identifier]],
        **read_addresses(city, dataset.identifier),
    }
    if name.startswith("requests_app:api_"):
        return api_arguments(name.removeprefix("requests_app:"), scene)
    return known.get(name) or ([[city]] if name.partition(":")[2] in BY_CITY else [[]])


def read_addresses(city: str, identifier: str) -> dict[str, list[list[object]]]:
    """Those of the read API, with and without the city before them."""
    forms = ([identifier], [f"{identifier}.json"])
    return {
        **{f"portals:{name}": [[identifier]] for name in ("soda_metadata", "soda_view", "soda_view_plain")},
        "portals:short_link": [[identifier]],
        "portals:nothing_here": [["no/such/thing"]],
        "portals:city_data_json": [[city]],
        "portals:city_soda_view": [[city, identifier]],
        "portals:soda_resource": [*forms],
        "portals:city_soda_resource": [[city, *form] for form in forms],
        "portals:soda_rows": [[identifier, "csv"], [identifier, "json"]],
        "portals:city_soda_rows": [[city, identifier, "csv"]],
        "portals:soda_row": [[identifier, "row-2222.json"]],
        "portals:city_soda_row": [[city, identifier, "row-2222.json"]],
    }


def api_arguments(name: str, scene: Scene) -> list[list[object]]:
    case, dataset = scene.case, scene.case.dataset
    assert dataset
    city = case.city.slug
    if name in ("api_openapi", "api_cities"):
        return [[]]
    if name == "api_case_file":
        return [[case.reference, scene.file.pk], [case.reference, scene.hidden_file.pk]]
    if name in API_OWN:
        return [[case.reference]]
    known: dict[str, list[object]] = {
        "api_nothing": ["nothing"],
        "api_dataset": [city, dataset.identifier],
        "api_published_answer": [city, 1],
        "api_report": [city, case.reference],
    }
    return [known.get(name, [city])]


def may_see(policy: str, role: str, hidden: bool = False) -> bool:
    """Whether what belongs to the case may stand in the answer."""
    if policy == REQUESTER_OF_CASE:
        return role == "requester"
    if policy == WHOEVER_SEES_THE_FILE:
        return role in SEES_THE_CASE or (role == "requester" and not hidden)
    if policy == STAFF_OF_CASE:
        return role in SEES_THE_CASE
    return policy == STAFF and role in SEES_THE_CASE


def test_every_address_has_a_declared_policy() -> None:
    assert set(addresses()) == set(POLICY)


@pytest.mark.parametrize("role", ROLES)
def test_nobody_reads_a_case_that_is_not_his(scene: Scene, role: str) -> None:
    client = scene.open_as(role)
    for name, policy in POLICY.items():
        for args in arguments(name, scene):
            answer = client.get(reverse(name, args=args), {"q": CANARY, "text": CANARY, "state": "any"})
            body = b"".join(answer) if answer.streaming else answer.content
            where = f"{role} at {name}{args}: {answer.status_code}"
            assert answer.status_code < 500 or name == "healthz", where  # which says by it how all stands
            hidden = args == [scene.hidden_file.pk]
            if not may_see(policy, role, hidden):
                # What was asked for comes back in search fields, so only what was not asked for counts.
                for word in (f"{CANARY} title", f"{CANARY} text", f"{CANARY} name", f"{CANARY}@"):
                    assert word.encode() not in body, where
            if policy in (STAFF, STAFF_OF_CASE, CITY_STAFF, CITY_SETUP):
                check_door(policy, role, answer.status_code, where)
            if policy == WHOEVER_SEES_THE_FILE:
                assert answer.status_code == (200 if may_see(policy, role, hidden) else 404), where


def check_door(policy: str, role: str, status: int, where: str) -> None:
    """Strangers are asked to sign in, people without a place are told so, others never learn of a case."""
    if role in ("anonymous", "requester", "requester of another case"):
        assert status == 302, where
    elif role not in IS_STAFF:
        assert status == 403, where
    elif policy == STAFF_OF_CASE and role not in SEES_THE_CASE:
        assert status == 404, where
    elif policy == CITY_SETUP:
        assert status == (200 if role in SEES_THE_SETUP else 404), where
    elif policy == CITY_STAFF:
        assert status == (200 if role in OF_THE_CITY else 403), where


ACTS_ON_THE_CASE = {"member", "clerk"}


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ACTS_ON_THE_CASE])
def test_nobody_acts_on_a_case_without_the_right(people: dict[str, Staff], scene: Scene, role: str) -> None:
    client, case = scene.open_as(role), scene.case
    before, events = Submission.objects.filter(pk=case.pk).values().get(), case.events.count()
    for action in [action for action in Action.values if (role, action) != ("informed member", "note")]:
        sent = {
            **{"revision": before["chain_length"], "body": "Mine", "message": "Mine", "reason": "Mine"},
            **{"to": people["kent"].charlie.memberships.get().office_id, "outcome": "no_action"},
            **{"reasons": "Mine", "until": "2027-01-01", "on": "2026-06-02", "happening": "order_issued"},
        }
        answer = client.post(reverse("requests_app:act", args=[case.reference, action]), sent)
        assert answer.status_code in (302, 403, 404, 409), f"{role}, {action}"
        if answer.status_code == 302:
            assert answer["Location"].startswith("/accounts/login/"), f"{role}, {action}"
    if role != "requester":
        for name in ("case", "withdraw"):
            client.post(
                reverse(f"requests_app:{name}", args=[case.reference]),
                {"action": "message", "body": "Mine", "revision": before["chain_length"]},
            )
    assert Submission.objects.filter(pk=case.pk).values().get() == before
    assert Event.objects.filter(submission=case).count() == events


def test_a_case_cannot_be_sent_to_an_office_of_another_city(people: dict[str, Staff], scene: Scene) -> None:
    client, case = scene.open_as("clerk"), scene.case
    for office in (people["portland"].steward, case.office):
        sent = {"revision": case.chain_length, "to": office.pk, "reason": "Mine"}
        answer = client.post(reverse("requests_app:act", args=[case.reference, "refer"]), sent)
        assert answer.status_code in (200, 409, 422)
    sent = {"revision": case.chain_length, "to": people["portland"].alice.pk}
    client.post(reverse("requests_app:act", args=[case.reference, "assign"]), sent)
    case.refresh_from_db()
    assert (case.office_id, case.assigned_to_id) == (scene.case.office_id, None)


def test_fields_that_no_form_offers_change_nothing(people: dict[str, Staff], scene: Scene) -> None:
    client, case = scene.open_as("clerk"), scene.case
    more = {
        **{"status": "closed", "office": "1", "office_id": people["portland"].steward.pk},
        **{"city": people["portland"].city.pk, "is_public": "1", "received_at": "2020-01-01T00:00:00Z"},
        **{"received_on": "2020-01-01", "reference": "KNT-222222222", "requester_email": "a@evil.example"},
        **{"urgency": "2020-01-01", "code_hash": "0", "internal": "", "kind": "appeal", "by": "1"},
    }
    watched = [name for name in more if name not in ("internal", "by", "office", "city")] + ["city_id"]
    before = Submission.objects.values(*watched).get(pk=case.pk)
    sent = {"revision": case.chain_length, "body": "Only a note", **more}
    answer = client.post(reverse("requests_app:act", args=[case.reference, "note"]), sent)
    assert answer.status_code == 302
    assert Submission.objects.values(*watched).get(pk=case.pk) == before
    assert case.messages.get().internal


@pytest.mark.parametrize("role", ROLES)
def test_only_superusers_enter_the_administration(scene: Scene, role: str) -> None:
    client = scene.open_as(role)
    user = User.objects.filter(pk=client.session.get("_auth_user_id") or 0).first()
    allowed = bool(user and user.is_superuser)
    for address in ("/admin/", "/admin/portals/user/", "/admin/requests_app/submission/", "/admin/doc/"):
        answer = client.get(address)
        assert (answer.status_code == 200) <= allowed, address
        assert answer.status_code < 500, address


def test_staff_who_are_marked_for_the_administration_but_no_superusers_get_nothing_there(
    people: dict[str, Staff],
) -> None:
    client = Client()
    client.force_login(UserFactory(is_staff=True))
    page = client.get("/admin/")
    assert page.status_code != 200 or b"/admin/portals/" not in page.content
    assert client.get("/admin/portals/user/").status_code in (302, 403)


def test_whoever_loses_his_place_loses_it_in_the_same_session(people: dict[str, Staff], scene: Scene) -> None:
    client = scene.open_as("member")
    address = reverse("requests_app:staff_case", args=[scene.case.reference])
    assert client.get(address).status_code == 200
    people["kent"].alice.memberships.update(active=False)
    assert client.get(address).status_code == 403
    people["kent"].alice.memberships.update(active=True)
    User.objects.filter(pk=people["kent"].alice.pk).update(is_active=False)
    assert client.get(address).status_code == 302


def test_a_case_of_another_city_cannot_be_entered_by_a_tampered_address(people: dict[str, Staff]) -> None:
    client = Client()
    client.force_login(people["kent"].clerk)
    made = filing(people["portland"].city)
    sent = {"description": made.description, "channel": "phone", "received_on": "2026-06-01"}
    answer = client.post(reverse("requests_app:enter", args=["portland", "error_report"]), sent)
    assert answer.status_code == 403
    assert not Submission.objects.filter(city__slug="portland", entered_by=people["kent"].clerk).exists()
