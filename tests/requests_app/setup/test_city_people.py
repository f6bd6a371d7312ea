"""Offices and members: who may change what, invitations, and what nobody can lock himself out of."""

from dataclasses import replace
from typing import Any

import pytest

from portals.models import Member, Office, User
from portals.vocabulary import MemberRole
from requests_app import access
from requests_app.lifecycle import NotAllowed
from requests_app.models import Notice
from requests_app.setup import city_people
from requests_app.setup.city_people import OfficeFacts, Person, Place
from tests.portals.loading import load_text
from tests.requests_app.factories import FILED, Staff, UserFactory, person
from tests.requests_app.setup.test_closed_days import kent_file


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def administrator(kent: Staff) -> User:
    return person("administrator", kent.city, None, MemberRole.ADMINISTRATOR)


def add(kent: Staff, email: str = "new@kent.example", **place: Any) -> Member:
    facts = {"role": MemberRole.MEMBER, "office": kent.steward, **place}
    return city_people.add_member(
        kent.city, Person(email, "Nora", "New"), Place(**facts), by=kent.clerk, now=FILED
    )


def edit(kent: Staff, row: Member, by: User | None = None, **changes: Any) -> Member:
    place = replace(Place(row.role, row.office, row.is_deputy, row.active), **changes)
    return city_people.edit_member(row, place, by=by or kent.clerk, now=FILED)


# -- members


def test_who_has_no_account_gets_one_without_a_password_and_an_invitation(kent: Staff) -> None:
    row = add(kent)
    assert not row.user.has_usable_password()
    letter = Notice.objects.get(kind="invited")
    assert (letter.email, letter.submission) == ("new@kent.example", None)
    assert "/accounts/password/reset/" in letter.body and "Parks by Hand" in letter.body


def test_the_invited_sets_a_password_and_signs_in(kent: Staff, client: Any, mailoutbox: list[Any]) -> None:
    add(kent)
    client.post("/accounts/password/reset/", {"email": "new@kent.example"})
    (mail,) = mailoutbox
    link = next(word for word in mail.body.split() if "/accounts/password/reset/key/" in word)
    page = client.get(link[link.index("/accounts/") :], follow=True)
    secret = "a long way to the river"
    client.post(page.request["PATH_INFO"], {"password1": secret, "password2": secret})
    sent = client.post("/accounts/login/", {"login": "new@kent.example", "password": secret})
    assert sent.status_code == 302
    assert client.get("/desk/").status_code == 200


def test_who_has_an_account_keeps_it(kent: Staff) -> None:
    known = UserFactory(email="Known@kent.example")
    row = add(kent, "known@Kent.example")
    assert row.user == known
    assert "sign in as before" in Notice.objects.get(kind="invited").body


def test_a_place_is_given_once(kent: Staff) -> None:
    add(kent)
    with pytest.raises(NotAllowed, match="has a place there already"):
        add(kent)
    add(kent, office=None, role=MemberRole.AUDITOR)
    assert User.objects.filter(email="new@kent.example").count() == 1


def test_an_account_that_was_closed_is_not_opened_by_a_place(kent: Staff) -> None:
    UserFactory(email="gone@kent.example", is_active=False)
    with pytest.raises(NotAllowed, match="closed"):
        add(kent, "gone@kent.example")


@pytest.mark.parametrize("role", [MemberRole.MEMBER, MemberRole.HEAD, MemberRole.CLERK])
def test_only_some_roles_have_the_whole_city(kent: Staff, role: str) -> None:
    with pytest.raises(NotAllowed, match="needs an office"):
        add(kent, office=None, role=role)


def test_nobody_is_registered_outside_the_city_or_in_another_one(
    kent: Staff, people: dict[str, Staff]
) -> None:
    outside = kent.city.offices.filter(outside=True).first()
    for office in (outside, people["portland"].steward):
        with pytest.raises(NotAllowed):
            add(kent, office=office)
    assert not User.objects.filter(email="new@kent.example").exists()


def test_a_role_is_changed_and_a_place_given_up_with_an_event_each(kent: Staff) -> None:
    row = edit(kent, add(kent), role=MemberRole.HEAD)
    row = edit(kent, row, active=False)
    events = list(kent.city.setup_events.filter(subject=f"member:{row.pk}"))
    assert [event.after["role"] for event in events] == ["head", "head"]
    assert [event.after["active"] for event in events] == [True, False]
    assert not access.standing(row.user).is_staff


def test_nobody_changes_his_own_place(kent: Staff) -> None:
    with pytest.raises(NotAllowed, match="somebody else"):
        edit(kent, kent.clerk.memberships.get(), active=False)


def test_somebody_is_left_who_runs_the_city(kent: Staff, administrator: User) -> None:
    clerk = kent.clerk.memberships.get()
    edit(kent, clerk, by=administrator, active=False)
    last = administrator.memberships.get()
    with pytest.raises(NotAllowed, match="Somebody must be left"):
        edit(kent, last, by=kent.alice, active=False)


def test_only_an_administrator_appoints_those_of_the_whole_city(kent: Staff, administrator: User) -> None:
    clerk, chief = access.standing(kent.clerk), access.standing(administrator)
    for role in (MemberRole.ADMINISTRATOR, MemberRole.AUDITOR, MemberRole.CLERK):
        assert not access.may_appoint(clerk, kent.city, role)
        assert access.may_appoint(chief, kent.city, role)
    assert access.may_appoint(clerk, kent.city, MemberRole.HEAD)
    assert not access.may_appoint(access.standing(kent.auditor), kent.city, MemberRole.MEMBER)
    assert not access.may_appoint(access.standing(kent.bob), kent.city, MemberRole.MEMBER)


# -- offices


def test_staff_add_an_office_without_a_role_of_the_rules(kent: Staff) -> None:
    facts = OfficeFacts(name="Parks by Hand ", note="New")
    with pytest.raises(NotAllowed, match="with this name already"):
        city_people.add_office(kent.city, facts, by=kent.clerk, now=FILED)
    row = city_people.add_office(
        kent.city, replace(facts, name="Harbor Office", aliases=("Port",)), by=kent.clerk, now=FILED
    )
    assert (row.key, row.roles, row.from_file, row.aliases) == ("harbor-office", [], False, ["Port"])


def test_what_the_file_says_of_an_office_is_not_changed(kent: Staff) -> None:
    row = Office.objects.filter(city=kent.city, from_file=True).first()
    assert row
    name = row.name
    given = OfficeFacts(name="Another name", contact="Counter 3", hours="Weekdays 9 to 4")
    city_people.edit_office(row, given, by=kent.clerk, now=FILED)
    row.refresh_from_db()
    assert (row.name, row.contact, row.hours) == (name, "Counter 3", "Weekdays 9 to 4")
    load_text(kent_file() + "\n# Again.\n", now=FILED)
    row.refresh_from_db()
    assert row.contact == "Counter 3"


def test_nothing_changed_and_two_at_once_are_refused(kent: Staff) -> None:
    facts = replace(city_people.office_facts(kent.steward), contact="Counter 3")
    city_people.edit_office(kent.steward, facts, by=kent.clerk, now=FILED, revision=0)
    with pytest.raises(NotAllowed, match="Meanwhile"):
        city_people.edit_office(kent.steward, replace(facts, hours="9-4"), by=kent.bob, now=FILED, revision=0)
    with pytest.raises(NotAllowed, match="Nothing was changed"):
        city_people.edit_office(kent.steward, facts, by=kent.clerk, now=FILED)
