"""Who a request is signed in as, and where this person works, are read together and anew each time."""

from typing import Any

from civicdata.accounts import StaffBackend
from portals.models import Member, User
from requests_app.access import standing
from tests.requests_app.factories import Staff
from tests.requests_app.staff_pages import page, signed_in


def test_the_account_of_a_request_brings_the_places_where_its_person_works(
    people: dict[str, Staff], django_assert_num_queries: Any
) -> None:
    clerk = people["kent"].clerk
    with django_assert_num_queries(1):
        read = StaffBackend().get_user(clerk.pk)
        assert read is not None
        found = standing(read)
    assert found == standing(User.objects.get(pk=clerk.pk))
    assert [member.office.city.slug for member in read.places or () if member.office] == ["kent"]


def test_who_works_nowhere_is_read_all_the_same(people: dict[str, Staff]) -> None:
    nobody = User.objects.create_user(username="x", email="x@example.gov")
    read = StaffBackend().get_user(nobody.pk)
    assert read == nobody
    assert not standing(read).is_staff


def test_a_closed_account_ends_a_session_though_its_membership_stands(people: dict[str, Staff]) -> None:
    clerk = people["kent"].clerk
    browser = signed_in(clerk)
    assert page(browser, "desk").status_code == 200
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    assert page(browser, "desk").status_code == 302
    assert StaffBackend().get_user(clerk.pk) is None


def test_a_membership_that_ended_counts_from_the_next_request(people: dict[str, Staff]) -> None:
    clerk = people["kent"].clerk
    browser = signed_in(clerk)
    assert page(browser, "desk").status_code == 200
    Member.objects.filter(user=clerk).update(active=False)
    assert page(browser, "desk").status_code == 403
