"""Who a request is signed in as, and where this person works, are read together and anew each time."""

from typing import Any

from civicdata.accounts import StaffBackend
from portals.models import Member, User
from requests_app.access import standing
from tests.requests_app.factories import MemberFactory, Staff, file_case
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


def test_a_place_in_a_second_city_counts_while_it_is_held_and_no_longer(people: dict[str, Staff]) -> None:
    kent, portland = people["kent"], people["portland"]
    cases = [file_case(one.city, dataset=one.dataset).reference for one in (kent, portland)]
    second = MemberFactory(user=kent.alice, office=portland.steward)
    browser = signed_in(kent.alice)

    def seen() -> list[int]:
        return [page(browser, "staff_case", reference).status_code for reference in cases]

    assert seen() == [200, 200]
    second.active = False
    second.save()
    assert seen() == [200, 404]
    Member.objects.filter(user=kent.alice, city=kent.city).update(active=False)
    second.active = True
    second.save()
    assert seen() == [404, 200]
    kent.alice.set_password("another password of hers")
    kent.alice.save()
    assert seen() == [302, 302]
