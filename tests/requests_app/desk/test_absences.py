"""Who is away and who stands in: what can be entered, and what follows from it."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from portals.models import Absence, Member, Office
from requests_app import access, intake
from requests_app.correspondence import conversation
from requests_app.desk import absences, my_desk
from requests_app.desk.queue import workplace
from requests_app.lifecycle import NotAllowed
from requests_app.models import Notice, Submission
from tests.requests_app.factories import FILED, Staff, file_case, person
from tests.requests_app.staff_pages import signed_in

D = dt.date
DAY = dt.timedelta(days=1)
FIRST, LAST = D(2026, 6, 2), D(2026, 6, 9)


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def carol(kent: Staff):
    return person("carol", kent.city, kent.steward)


def member(user) -> Member:
    return Member.objects.get(user=user)


def away(user, deputy, first: dt.date = FIRST, last: dt.date = LAST) -> Absence:
    return absences.enter(
        member(user),
        deputy=member(deputy),
        from_on=first,
        to_on=last,
        by=user,
        now=FILED,
        note="Sailing away",
    )


@pytest.fixture
def case(kent: Staff) -> Submission:
    found = file_case(kent.city, dataset=kent.dataset)
    intake.acknowledge(found, by=kent.alice, now=FILED)
    intake.claim(found, by=kent.alice, now=FILED)
    found.refresh_from_db()
    return found


def desk_of(user, now: dt.datetime) -> dict[str, list[Submission]]:
    who = access.standing(user)
    return {one.key: one.rows for one in my_desk.desk_lists(who, workplace(who), now)}


def test_the_deputy_and_the_head_see_the_cases_while_the_absence_lasts(
    kent: Staff, case: Submission, carol
) -> None:
    away(kent.alice, carol)
    for user in (carol, kent.bob):
        assert desk_of(user, FILED)["away"] == []
        assert desk_of(user, FILED + DAY)["away"] == [case]
        assert desk_of(user, FILED + 8 * DAY)["away"] == [case], "the last day is included"
        assert desk_of(user, FILED + 9 * DAY)["away"] == []
    assert desk_of(kent.alice, FILED + DAY)["away"] == []
    assert desk_of(kent.charlie, FILED + DAY)["away"] == []


def test_what_the_requester_writes_reaches_the_deputy_too(kent: Staff, case: Submission, carol) -> None:
    away(kent.alice, carol)
    conversation.message(case, body="Hello", now=FILED)
    conversation.message(case, body="Hello again", now=FILED + 2 * DAY)
    told = Notice.objects.filter(submission=case, kind="message").order_by("pk")
    assert [(line.created_at, line.user.first_name) for line in told] == [
        (FILED, "Alice"),
        (FILED + 2 * DAY, "Alice"),
        (FILED + 2 * DAY, "Carol"),
    ]


def test_an_assignment_to_somebody_absent_warns_and_offers_the_deputy(
    kent: Staff, case: Submission, carol, time_machine
) -> None:
    time_machine.move_to(FILED + 2 * DAY)
    away(kent.bob, carol)
    client, address = (
        signed_in(kent.alice),
        reverse("requests_app:act", args=[case.reference, "assign"]),
    )
    assert "Carol stands in" in client.get(address).content.decode()
    sent = {"revision": case.chain_length, "to": kent.bob.pk}
    answer = client.post(address, sent)
    assert answer.status_code == 422
    assert "Choose Carol" in answer.content.decode()
    assert 'name="anyway"' in answer.content.decode()
    assert client.post(address, {**sent, "anyway": "on"}).status_code == 302
    case.refresh_from_db()
    assert case.assigned_to == kent.bob
    assert Notice.objects.filter(kind="assigned", user=carol, submission=case).exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"from_on": D(2026, 6, 9), "to_on": D(2026, 6, 2)}, "before the first"),
        ({"from_on": D(2026, 5, 1), "to_on": D(2026, 5, 31)}, "are over"),
        ({"from_on": D(2026, 6, 2), "to_on": D(2027, 6, 9)}, "longer than a year"),
        ({"deputy": "alice"}, "stands in for themselves"),
        ({"deputy": "charlie"}, "does not work in the same office"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(kent: Staff, carol, change: dict, words: str) -> None:
    given = {"deputy": "bob", "from_on": D(2026, 6, 2), "to_on": D(2026, 6, 9), **change}
    given["deputy"] = member(getattr(kent, given["deputy"]))
    with pytest.raises(NotAllowed, match=words):
        absences.enter(member(kent.alice), by=kent.alice, now=FILED, **given)
    assert not Absence.objects.exists()


def test_two_absences_of_one_person_never_overlap_and_a_deputy_is_there(kent: Staff, carol) -> None:
    away(kent.alice, kent.bob)
    with pytest.raises(NotAllowed, match="already away"):
        away(kent.alice, carol, D(2026, 6, 9), D(2026, 6, 12))
    with pytest.raises(NotAllowed, match="is away too"):
        away(carol, kent.alice, D(2026, 6, 9), D(2026, 6, 12))
    with pytest.raises(NotAllowed, match="stands in for Alice"):
        away(kent.bob, carol, D(2026, 6, 9), D(2026, 6, 12))
    away(kent.alice, carol, D(2026, 6, 10), D(2026, 6, 12))


def test_back_early_and_not_going_after_all(kent: Staff, case: Submission) -> None:
    begun = away(kent.alice, kent.bob)
    absences.end(begun, today=D(2026, 6, 4))
    begun.refresh_from_db()
    assert begun.to_on == D(2026, 6, 3)
    with pytest.raises(NotAllowed, match="over already"):
        absences.end(begun, today=D(2026, 6, 4))
    coming = away(kent.alice, kent.bob, D(2026, 6, 20), D(2026, 6, 21))
    absences.end(coming, today=D(2026, 6, 4))
    assert Absence.objects.count() == 1


def sent(user, deputy, **more: str) -> dict[str, object]:
    return {
        **{"member": member(user).pk, "deputy": member(deputy).pk, "from_on": "2026-06-02"},
        **{"to_on": "2026-06-09", "note": "Sailing away", **more},
    }


def test_the_page_enters_shows_and_ends(kent: Staff, time_machine) -> None:
    time_machine.move_to(FILED + 2 * DAY)
    client, address = signed_in(kent.alice), reverse("requests_app:absences")
    assert client.post(address, sent(kent.alice, kent.bob)).status_code == 302
    page = client.get(address).content.decode()
    assert "away now" in page and "Sailing" in page
    (absence,) = Absence.objects.all()
    assert absence.entered_by == kent.alice
    end = reverse("requests_app:end_absence", args=[absence.pk])
    assert signed_in(kent.charlie).post(end).status_code == 404
    assert signed_in(kent.auditor).post(end).status_code == 403
    assert client.post(end).status_code == 302
    assert not access.away(access.standing(kent.bob), {kent.city.pk: D(2026, 6, 3)}).exists()


def test_a_mistake_keeps_what_was_typed(kent: Staff, time_machine) -> None:
    time_machine.move_to(FILED)
    client, address = signed_in(kent.alice), reverse("requests_app:absences")
    answer = client.post(address, sent(kent.alice, kent.bob, to_on="2026-06-01", note="Rowing"))
    assert answer.status_code == 409
    assert "before the first" in answer.content.decode() and "Rowing" in answer.content.decode()
    assert client.post(address, {"note": "Sailing"}).status_code == 422
    assert not Absence.objects.exists()


def test_only_oneself_the_head_and_the_clerk_enter_an_absence(kent: Staff, carol, time_machine) -> None:
    time_machine.move_to(FILED)
    address = reverse("requests_app:absences")
    assert signed_in(carol).post(address, sent(kent.alice, kent.bob)).status_code == 422
    assert signed_in(kent.charlie).post(address, sent(kent.alice, kent.bob)).status_code == 422
    assert signed_in(kent.auditor).post(address, sent(kent.alice, kent.bob)).status_code == 403
    assert not Absence.objects.exists()
    assert signed_in(kent.bob).post(address, sent(kent.alice, kent.bob)).status_code == 302
    assert signed_in(kent.clerk).post(address, sent(carol, kent.bob)).status_code == 302


def test_nobody_reads_the_absences_of_another_city_or_office(people: dict[str, Staff], time_machine) -> None:
    time_machine.move_to(FILED)
    kent, portland = people["kent"], people["portland"]
    away(kent.alice, kent.bob)
    address = reverse("requests_app:absences")
    for user in (kent.charlie, portland.clerk, portland.alice):
        assert "Sailing" not in signed_in(user).get(address).content.decode()
    for user in (kent.bob, kent.clerk, kent.auditor):
        assert "Sailing" in signed_in(user).get(address).content.decode()


def test_the_backup_contact_is_named_by_the_head_and_can_see_the_cases(kent: Staff) -> None:
    address = reverse("requests_app:set_backup")
    chosen = {"office": kent.steward.pk, "member": member(kent.clerk).pk}
    for user in (kent.alice, kent.charlie, kent.auditor):
        assert signed_in(user).post(address, chosen).status_code == 403
    assert signed_in(kent.bob).post(address, chosen).status_code == 302
    assert Office.objects.get(pk=kent.steward.pk).backup == member(kent.clerk)
    wrong = {**chosen, "member": member(kent.charlie).pk}
    assert signed_in(kent.bob).post(address, wrong).status_code == 422
    assert signed_in(kent.clerk).post(address, wrong).status_code == 409
    assert signed_in(kent.bob).post(address, {"office": kent.steward.pk, "member": ""}).status_code == 302
    assert Office.objects.get(pk=kent.steward.pk).backup is None


def test_the_page_takes_few_queries(kent: Staff, time_machine, django_assert_max_num_queries) -> None:
    time_machine.move_to(FILED)
    away(kent.alice, kent.bob)
    client = signed_in(kent.clerk)
    with django_assert_max_num_queries(9):
        client.get(reverse("requests_app:absences"))


def test_each_field_of_the_page_is_named_by_its_own_label(kent: Staff) -> None:
    shown = signed_in(kent.clerk).get(reverse("requests_app:absences")).content.decode()
    assert "Enter an absence" in shown and "Backup contact" in shown
    ids = re.findall(r' id="([^"]+)"', shown)
    assert [one for one in ids if ids.count(one) > 1] == []
    assert all(f'for="{one}"' in shown for one in ("id_member", "backup_member", "backup_office"))
