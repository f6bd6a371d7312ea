"""No address of the desk loses what somebody typed: not when the session ends, not when the right is gone.

The table below holds every address that takes a form; a new one fails here until it is looked at.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.forms import Textarea
from django.test import Client
from django.urls import reverse

from requests_app.correspondence import letters
from requests_app.models import Action
from requests_app.views.acts.page import _desk
from requests_app.views.acts.table import ACTIONS
from tests.requests_app.factories import FILED, Staff
from tests.security.policies import CITY_SETUP, CITY_STAFF, POLICY, STAFF, STAFF_OF_CASE
from tests.security.test_routes import Scene, arguments, scene  # noqa: F401

WORDS = "An hour of work, never lost"
NOTHING_TO_TYPE = {
    *("remove_view", "set_backup", "end_absence", "seen", "party_letter", "letters_in", "calendar_links"),
    *("setup_member",),
}
FIELDS: dict[str, tuple[str, dict[str, str]]] = {
    "bulk": ("body", {"action": "note"}),
    "views": ("name", {"query": ""}),
    "publication": ("answer", {"act": "draft"}),
    "links": ("reason", {"act": "merge"}),
    "act": ("body", {}),
    "letter": ("body", {}),
    "new_letter": ("body", {}),
    "absences": ("note", {}),
    "repeated": ("description", {}),
    "enter": ("description", {}),
    "setup_confirm": ("words", {"what": "confirm"}),
    "setup_target": ("reason", {}),
    "setup_add_day": ("reason", {}),
    "setup_year": ("reason", {}),
    "setup_withdraw_day": ("reason", {}),
    "setup_new_office": ("contact", {}),
    "setup_office": ("contact", {}),
    "setup_new_member": ("first_name", {}),
}
"""Address -> the field in which most is typed, and what goes with it."""


def behind_the_desk() -> list[str]:
    doors = (STAFF, STAFF_OF_CASE, CITY_STAFF, CITY_SETUP)
    return [name for name, policy in POLICY.items() if policy in doors]


def forms_of(scene: Scene) -> list[tuple[str, str]]:  # noqa: F811
    """Each address of the table, with things of this case."""
    city = scene.case.city
    by = city.members.select_related("user").get(role="clerk").user
    letter = letters.save(city, action=Action.ASK, name="A", body="B", active=True, by=by, now=FILED)
    own: dict[str, list[object]] = {"letter": [letter.pk], "act": [scene.case.reference, "note"]}
    return [
        (
            name,
            reverse(
                f"requests_app:{name}", args=own.get(name) or arguments(f"requests_app:{name}", scene)[0]
            ),
        )
        for name in sorted(FIELDS)
    ]


def typed(name: str, scene: Scene) -> dict[str, str]:  # noqa: F811
    field, more = FIELDS[name]
    case = scene.case
    known = {"case": f"{case.reference}:{case.chain_length}", "other": case.reference}
    return {**known, "revision": str(case.chain_length), **more, field: WORDS}


def test_every_address_that_takes_a_form_is_in_the_table(scene: Scene) -> None:  # noqa: F811
    client = scene.open_as("clerk")
    taking = set()
    for full in behind_the_desk():
        for args in arguments(full, scene):
            if client.post(reverse(full, args=args)).status_code != 405:
                taking.add(full.partition(":")[2])
    only_read = {"setup", "setup_simulation", "setup_history", "setup_city", "setup_open", "setup_days"}
    only_read |= {"setup_targets", "setup_offices", "setup_members"}
    assert taking - only_read == NOTHING_TO_TYPE | set(FIELDS)


def test_what_was_typed_when_the_session_ended_is_there_after_the_sign_in(
    people: dict[str, Staff],
    scene: Scene,  # noqa: F811
) -> None:
    clerk = people["kent"].clerk
    for name, address in forms_of(scene):
        client = Client()
        answer = client.post(address, {**typed(name, scene), "writer": str(clerk.pk)})
        assert answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))
        client.force_login(clerk)
        shown = client.get(address)
        assert WORDS in shown.content.decode(), address
        assert shown.status_code in (200, 403, 409, 422), address
        assert WORDS not in client.get(address).content.decode(), "shown once"


def test_whoever_may_only_read_meanwhile_gets_the_words_back(scene: Scene) -> None:  # noqa: F811
    client = scene.open_as("auditor")
    for name, address in forms_of(scene):
        if name != "views":  # an auditor keeps views too
            answer = client.post(address, typed(name, scene))
            assert answer.status_code in (403, 409, 422), f"{address}: {answer.status_code}"
            assert WORDS in answer.content.decode(), address


@pytest.mark.parametrize("role", ["account without an office", "clerk of another city"])
def test_whoever_has_no_place_here_any_more_gets_the_words_back(scene: Scene, role: str) -> None:  # noqa: F811
    client = scene.open_as(role)
    for name, address in forms_of(scene):
        if name not in ("views", "absences") or role == "account without an office":
            answer = client.post(address, typed(name, scene))
            assert answer.status_code in (403, 404, 422), f"{address}: {answer.status_code}"
            assert WORDS in answer.content.decode(), address


def test_the_words_of_every_act_wait_for_the_sign_in(
    people: dict[str, Staff],
    scene: Scene,  # noqa: F811
) -> None:
    clerk, client, case = people["kent"].clerk, Client(), scene.case
    for action, act in ACTIONS.items():
        fields = act.form(desk=_desk(case, FILED)).fields.items()
        texts = [name for name, field in fields if isinstance(field.widget, Textarea)]
        address = reverse("requests_app:act", args=[case.reference, action])
        sent = {name: f"{WORDS}: {name}" for name in texts}
        if texts:
            client.logout()
            data = {**sent, "writer": str(clerk.pk), "revision": str(case.chain_length)}
            client.post(address, data, REMOTE_ADDR=f"host-{action}")
            client.force_login(clerk)
            shown = client.get(address).content.decode()
            assert [name for name in texts if f"{WORDS}: {name}" not in shown] == [], action


def test_the_address_of_a_button_leads_to_the_desk_after_the_sign_in(scene: Scene) -> None:  # noqa: F811
    client = scene.open_as("clerk")
    for name, args in (("remove_view", [1]), ("set_backup", []), ("end_absence", [1])):
        answer = client.get(reverse(f"requests_app:{name}", args=args))
        assert answer["Location"] == reverse("requests_app:desk")


def test_every_form_of_the_desk_says_who_writes() -> None:
    wrong = []
    for folder in ("staff", "setup", "enforcement"):
        for page in (Path(settings.BASE_DIR) / "templates/requests_app" / folder).glob("*.html"):
            for form in re.findall(r'<form[^>]*method="post".*?</form>', page.read_text(), re.DOTALL):
                if 'name="writer" value="{{ request.user.pk }}"' not in form:
                    wrong.append(page.name)
    assert wrong == []
