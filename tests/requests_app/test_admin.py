"""The administration: people, offices and datasets are edited; rules and cases are only read."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from portals import setup_log
from portals.models import City, Dataset, Member, Office, User
from portals.vocabulary import MemberRole
from requests_app.models import Submission
from tests.requests_app.factories import Staff, UserFactory, file_case

EDITED = {User, Office, Member, Dataset}
SHOWN = [
    model
    for label in ("portals", "requests_app")
    for model in apps.get_app_config(label).get_models()
    if model in admin.site._registry
]


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def root(kent: Staff) -> Client:
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def address(model: type, view: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


def test_all_that_decides_is_shown() -> None:
    names = {model._meta.model_name for model in SHOWN}
    assert {"citation", "provision", "clock", "route", "escalationstep", "appealroute", "feerule"} <= names
    assert {"denialrule", "flag", "measure", "violation", "closedday", "city", "emptyrole"} <= names
    assert {"submission", "event", "deadline", "notice"} <= names


@pytest.mark.parametrize("model", SHOWN, ids=lambda model: model._meta.model_name)
def test_every_list_and_page_opens(root: Client, kent: Staff, model: type) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    assert root.get(address(model, "changelist")).status_code == 200
    row = case if model is Submission else model._default_manager.first()
    if row is not None:
        assert root.get(address(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize(
    "model", [model for model in SHOWN if model not in EDITED], ids=lambda model: model._meta.model_name
)
def test_rules_and_cases_are_not_changed_here(root: Client, kent: Staff, model: type) -> None:
    file_case(kent.city, dataset=kent.dataset)
    assert root.get(address(model, "add")).status_code == 403
    row = model._default_manager.first()
    if row is not None:
        assert root.post(address(model, "change", row.pk), {}).status_code == 403
        assert root.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", SHOWN, ids=lambda model: model._meta.model_name)
def test_a_member_with_the_staff_mark_alone_sees_nothing(kent: Staff, model: type) -> None:
    kent.clerk.is_staff = True
    kent.clerk.save()
    client = Client()
    client.force_login(kent.clerk)
    assert client.get(address(model, "changelist")).status_code == 403


def test_only_a_superuser_can_be_let_into_the_administration(root: Client, kent: Staff) -> None:
    form = root.get(address(User, "change", kent.alice.pk)).context["adminform"].form
    data = {name: value for name, value in form.initial.items() if value not in (None, [])}
    data |= {"is_staff": "on", "date_joined_0": "2026-01-01", "date_joined_1": "00:00"}
    data.pop("last_login", None)
    answer = root.post(address(User, "change", kent.alice.pk), data)
    assert "Only a superuser may enter" in answer.content.decode()
    kent.alice.refresh_from_db()
    assert not kent.alice.is_staff


def version(city: City) -> int:
    return City.objects.get(pk=city.pk).version


def member(kent: Staff, **changes: object) -> dict[str, object]:
    office = kent.steward
    user = UserFactory()
    return {
        "user": user.pk,
        "city": kent.city.pk,
        "office": office.pk,
        "role": "member",
        "active": "on",
    } | changes


def test_a_new_member_is_seen_by_the_rules_at_once(root: Client, kent: Staff) -> None:
    before = version(kent.city)
    assert root.post(address(Member, "add"), member(kent)).status_code == 302
    assert version(kent.city) == before + 1


def test_a_member_who_changes_the_city_marks_both(root: Client, people: dict[str, Staff]) -> None:
    kent, portland = people["kent"], people["portland"]
    row = kent.alice.memberships.get()
    before = version(kent.city), version(portland.city)
    data = member(portland, user=kent.alice.pk)
    assert root.post(address(Member, "change", row.pk), data).status_code == 302
    assert (version(kent.city), version(portland.city)) == (before[0] + 1, before[1] + 1)


def test_an_office_of_another_city_is_refused(root: Client, people: dict[str, Staff]) -> None:
    data = member(people["kent"], office=people["portland"].steward.pk)
    assert "belongs to another city" in root.post(address(Member, "add"), data).content.decode()


def test_a_member_without_office_must_be_for_the_whole_city(root: Client, kent: Staff) -> None:
    assert root.post(address(Member, "add"), member(kent, office="")).status_code == 200
    whole = member(kent, office="", role=MemberRole.AUDITOR)
    assert root.post(address(Member, "add"), whole).status_code == 302


def test_an_office_that_is_renamed_is_seen_by_the_rules(root: Client, kent: Staff) -> None:
    before = version(kent.city)
    form = root.get(address(Office, "change", kent.steward.pk)).context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value is not None and value is not False}
    data |= {"name": "Parks and Trees", "roles": ["legal"]}
    assert root.post(address(Office, "change", kent.steward.pk), data).status_code == 302
    office = Office.objects.get(pk=kent.steward.pk)
    assert (office.name, office.roles) == ("Parks and Trees", ["legal"])
    assert version(kent.city) == before + 1


def test_an_office_of_the_citys_file_is_not_deleted_here(root: Client, kent: Staff) -> None:
    office = kent.clerk.memberships.get().office
    assert root.post(address(Office, "delete", office.pk), {"post": "yes"}).status_code == 403


def test_a_dataset_is_found_by_what_was_changed(root: Client, kent: Staff) -> None:
    form = root.get(address(Dataset, "change", kent.dataset.pk)).context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, False)}
    assert root.post(address(Dataset, "change", kent.dataset.pk), data | {"name": "Bäume"}).status_code == 302
    assert "baume" in Dataset.objects.get(pk=kent.dataset.pk).search_text


def test_what_is_changed_here_stands_in_the_log_of_the_citys_setup(root: Client, kent: Staff) -> None:
    before = kent.city.setup_events.count()
    sent = {
        **{"city": kent.city.pk, "key": "harbor", "name": "Harbor Office", "aliases": "", "position": "9"},
        **{"note": "", "contact": "Pier 1", "hours": ""},
    }
    root.post(address(Office, "add"), sent)
    office = Office.objects.get(key="harbor")
    root.post(address(Office, "change", office.pk), {**sent, "contact": "Pier 2"})
    root.post(address(Office, "delete", office.pk), {"post": "yes"})
    added, changed, deleted = kent.city.setup_events.order_by("sequence")[before:]
    assert (added.after["name"], changed.before, changed.after) == (
        "Harbor Office",
        {"contact": "Pier 1"},
        {"contact": "Pier 2"},
    )
    assert deleted.before["name"] == "Harbor Office" and deleted.by_name
    assert list(setup_log.broken(City.objects.get(pk=kent.city.pk))) == []
