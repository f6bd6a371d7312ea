"""What the setup tells of moments and of targets that are no business days, through HTTP."""

import datetime as dt

import time_machine
from django.test import Client
from django.urls import reverse

from tests.requests_app.factories import FILED, Staff
from tests.requests_app.pages import main_of
from tests.requests_app.staff_pages import signed_in


def test_the_moment_of_a_change_is_told_in_the_citys_time(people: dict[str, Staff]) -> None:
    kent = people["kent"]
    office = kent.city.offices.get(key="city-clerk")
    with time_machine.travel(dt.datetime(2026, 6, 11, 3, 30, tzinfo=dt.UTC), tick=False):
        client: Client = signed_in(kent.clerk)
        page = reverse("requests_app:setup_office", args=[kent.city.slug, office.pk])
        assert client.post(page, {"contact": "Counter 3", "hours": "", "revision": "0"}).status_code == 302
        told = main_of(client.get(reverse("requests_app:setup_history", args=[kent.city.slug])))
    assert "June 10, 2026, 8:30 p.m." in told and "June 11" not in told


def test_the_hours_of_an_undo_are_set_and_told_as_hours(people: dict[str, Staff]) -> None:
    kent = people["kent"]
    with time_machine.travel(FILED, tick=False):
        client = signed_in(kent.clerk)
        page = reverse("requests_app:setup_target", args=["kent", "undo_hours"])
        assert "Hours after the answer was sent" in main_of(client.get(page))
        values = {"value": "0", "effective_from": "2026-06-02", "reason": "Sent is sent.", "revision": "0"}
        assert client.post(page, values).status_code == 302
        listed = main_of(client.get(reverse("requests_app:setup_targets", args=["kent"])))
        told = main_of(client.get(reverse("requests_app:setup_history", args=["kent"])))
    assert "0, for what is answered from Tuesday, June 2, 2026 on" in listed
    assert "Hours 24 0" in told
