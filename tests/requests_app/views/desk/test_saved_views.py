"""Views of the queue that are kept, through HTTP."""

import pytest

from requests_app.desk.saved_views import MOST
from requests_app.models import SavedView
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.staff_pages import signed_in

VIEWS, QUEUE = "/desk/views/", "/desk/queue/"


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def test_a_view_is_kept_and_stands_above_the_queue_of_its_owner_only(kent: Staff) -> None:
    client = signed_in(kent.alice)
    answer = client.post(VIEWS, {"name": "Late errors", "query": "due=late&kind=error_report"})
    assert (answer.status_code, answer["Location"]) == (302, f"{QUEUE}?kind=error_report&due=late")
    page = client.get(answer["Location"])
    assert [view["label"] for view in page.context["views"] if view["current"]][-1] == "Late errors"
    assert "Late errors" not in signed_in(kent.bob).get(QUEUE).content.decode()


def test_a_view_of_an_office_is_kept_by_its_head_for_all_who_work_there(kent: Staff) -> None:
    chosen = {"name": "Ours", "query": "state=received", "whose": str(kent.steward.pk)}
    assert (
        signed_in(kent.alice).post(VIEWS, chosen).status_code == 302
    )  # the choice is not offered: a personal one
    assert SavedView.objects.get().user == kent.alice
    assert signed_in(kent.bob).post(VIEWS, chosen).status_code == 302
    assert "Ours" in signed_in(kent.bob).get(QUEUE).content.decode()
    assert "Ours" not in signed_in(kent.charlie).get(QUEUE).content.decode()
    office = SavedView.objects.get(office=kent.steward)
    assert signed_in(kent.alice).post(f"{VIEWS}{office.pk}/remove/").status_code == 403
    assert signed_in(kent.charlie).post(f"{VIEWS}{office.pk}/remove/").status_code == 404
    assert signed_in(kent.bob).post(f"{VIEWS}{office.pk}/remove/").status_code == 302


def test_the_views_of_an_office_stand_before_ones_own(kent: Staff) -> None:
    for name, owner in (("Alone", {"user": kent.alice}), ("Together", {"office": kent.steward})):
        SavedView.objects.create(name=name, query="due=late", saved_at=FILED, **owner)
    views = signed_in(kent.alice).get(QUEUE).context["views"]
    assert [view["label"] for view in views][-2:] == ["Together", "Alone"]


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({"name": "", "query": "due=late"}, 422, "required"),
        ({"name": "X", "query": "due=never"}, 422, "cannot be kept"),
        ({"name": "X", "query": "office=999999"}, 422, "cannot be kept"),
        ({"name": "Mine", "query": "due=late"}, 409, "already"),
    ],
)
def test_what_cannot_be_kept_is_told_and_the_words_stay(
    kent: Staff, sent: dict[str, str], status: int, words: str
) -> None:
    client = signed_in(kent.alice)
    client.post(VIEWS, {"name": "Mine", "query": "due=late"})
    answer = client.post(VIEWS, sent)
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert SavedView.objects.count() == 1


def test_there_is_an_end_to_views(kent: Staff) -> None:
    for number in range(MOST):
        SavedView.objects.create(user=kent.alice, name=f"V{number}", query="", saved_at=FILED)
    answer = signed_in(kent.alice).post(VIEWS, {"name": "One more", "query": "due=late"})
    assert answer.status_code == 409


def test_views_cost_the_queue_one_query(kent: Staff, django_assert_max_num_queries) -> None:
    file_case(kent.city, dataset=kent.dataset)
    client = signed_in(kent.bob)
    client.post(VIEWS, {"name": "Mine", "query": "due=late"})
    with django_assert_max_num_queries(8):
        client.get(QUEUE)
