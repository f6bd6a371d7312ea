"""Whom an internal note asks to look."""

import datetime as dt

import pytest
from django.urls import reverse

from portals.models import Member, User
from requests_app import access
from requests_app.correspondence import conversation, delivery, mentions
from requests_app.desk import my_desk
from requests_app.desk.queue import workplace
from requests_app.lifecycle import NotAllowed
from requests_app.models import Mention, Message, Notice, Submission
from tests.requests_app.factories import FILED, Staff, file_case, person
from tests.requests_app.staff_pages import signed_in

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def kent(people: dict[str, Staff], time_machine) -> Staff:
    time_machine.move_to(FILED)
    return people["kent"]


@pytest.fixture
def carol(kent: Staff) -> User:
    user = person("carol", kent.city, kent.steward)
    user.first_name, user.last_name = "Carol", "Ng"
    user.save()
    return user


@pytest.fixture
def case(kent: Staff) -> Submission:
    return file_case(kent.city, dataset=kent.dataset, title="Trees in\nthe river")


def asked_on_desk(user: User) -> list[Submission]:
    who = access.standing(user)
    return {one.key: one.rows for one in my_desk.desk_lists(who, workplace(who), FILED)}["asked"]


def note(user: User, case: Submission, **sent: object):
    case.refresh_from_db()
    address = reverse("requests_app:act", args=[case.reference, "note"])
    return signed_in(user).post(address, {"revision": case.chain_length, **sent})


def test_those_who_may_see_a_case_are_those_to_whom_it_is_visible(people: dict[str, Staff]) -> None:
    for staff in people.values():
        for kind in ("error_report", "records_request", "privacy_concern"):
            case = file_case(staff.city, kind, dataset=staff.dataset)
            able = {member.user_id for member in access.readers(case)}
            for member in Member.objects.all().select_related("user"):
                sees = access.visible_to(access.standing(member.user)).filter(pk=case.pk).exists()
                assert sees == (member.user_id in able), member


def test_a_name_and_a_tick_both_put_the_case_on_desks_and_into_letters(
    kent: Staff, case: Submission, carol: User
) -> None:
    answer = note(kent.alice, case, body="Look here, @carol.ng.", tell=[str(kent.bob.pk)])
    assert answer.status_code == 302
    assert asked_on_desk(carol) == asked_on_desk(kent.bob) == [case]
    assert asked_on_desk(kent.alice) == []
    told = Notice.objects.filter(kind="mention").values_list("user__first_name", flat=True)
    assert set(told) == {"Carol", "Bob"}
    assert case.events.get(action="note").data == {"to": "Bob, Carol Ng"}


def test_it_leaves_the_desk_when_it_was_seen_or_answered(kent: Staff, case: Submission, carol: User) -> None:
    note(kent.alice, case, body="@carol.ng and @bob-kent.x", tell=[])
    assert not Message.objects.exists(), "a name that finds nobody keeps the whole note back"
    note(kent.alice, case, body="@carol.ng", tell=[str(kent.bob.pk)])
    page = signed_in(carol).get(reverse("requests_app:staff_case", args=[case.reference])).content.decode()
    assert "A note asks you to look" in page
    seen = reverse("requests_app:seen", args=[case.reference])
    signed_in(carol).get(seen)
    assert asked_on_desk(carol) == [case], "a look changes nothing"
    assert signed_in(carol).post(seen).status_code == 302
    assert asked_on_desk(carol) == []
    note(kent.bob, case, body="Done")
    assert asked_on_desk(kent.bob) == []
    assert Mention.objects.filter(seen_at__isnull=False).count() == 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("@nobody.known please", "nobody of that name"),
        ("@charlie-kent.it", "nobody of that name"),
        ("@dana.fox please", "has no part in this case"),
        ("@twin.smith please", "several people"),
    ],
)
def test_who_cannot_be_asked_is_told_and_the_words_stay(
    kent: Staff, case: Submission, body: str, words: str
) -> None:
    other = kent.charlie.memberships.get().office
    for number, (first, last, office) in enumerate(
        [("Dana", "Fox", other), ("Twin", "Smith", kent.steward), ("Twin", "Smith", kent.steward)]
    ):
        user = person(f"p{number}", kent.city, office)
        User.objects.filter(pk=user.pk).update(first_name=first, last_name=last)
    answer = note(kent.alice, case, body=body)
    assert answer.status_code == 422
    assert words in answer.content.decode() and body in answer.content.decode()
    assert not Message.objects.exists() and not Mention.objects.exists()


@pytest.mark.parametrize("body", ["write to rita@people.example.org", "@home", "5 @ 3.50", "a@b.c.d", "@"])
def test_an_address_or_a_lone_word_asks_nobody(kent: Staff, case: Submission, body: str) -> None:
    assert mentions.named(body, case) == []


def test_the_act_itself_refuses_whom_the_case_is_hidden_from(kent: Staff, case: Submission) -> None:
    with pytest.raises(NotAllowed, match="may not see this case"):
        conversation.note(case, body="Look", by=kent.alice, now=FILED, asking=[kent.charlie])
    assert not Message.objects.exists()
    answer = note(kent.alice, case, body="Look", tell=[str(kent.charlie.pk)])
    assert answer.status_code == 422


def test_who_may_no_longer_see_the_case_finds_nothing(kent: Staff, case: Submission, carol: User) -> None:
    note(kent.alice, case, body="@carol.ng")
    Member.objects.filter(user=carol).update(office=kent.charlie.memberships.get().office)
    assert asked_on_desk(carol) == []


def test_the_daily_letter_names_the_case_and_its_date_but_no_concern(kent: Staff, case: Submission) -> None:
    secret = file_case(kent.city, "privacy_concern", dataset=kent.dataset, title="My neighbour Ann")
    delivery.write_digests(now=FILED + HOUR)
    letter = Notice.objects.get(kind="digest", user=kent.alice)
    assert "Trees in the river (due on Thursday, June 4, 2026)" in letter.body
    assert "Ann" not in letter.body and secret.reference in letter.body
