"""Letters over a real connection: taken, refused for now or for good, broken in the middle, gathered."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from portals.models import City
from requests_app.correspondence import delivery
from requests_app.correspondence.delivery import (
    AT_ONCE,
    FIRST_WAIT,
    LEASE,
    LONGEST_WAIT,
    MOST_TRIES,
    deliver,
    message_id,
    write_digests,
)
from requests_app.models import Notice, Tick
from tests.requests_app.factories import FILED, MemberFactory, OfficeFactory, Staff, UserFactory
from tests.requests_app.smtp_stub import Mailbox, smtp_stub

State = Notice.State
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    backend = "django.core.mail.backends.smtp.EmailBackend"
    with (
        smtp_stub() as mailbox,
        override_settings(
            EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=mailbox.port, EMAIL_TIMEOUT=5
        ),
    ):
        yield mailbox


@pytest.fixture
def kent(cities: dict[str, City]) -> City:
    return cities["kent"]


_numbers = iter(range(1, 10**9))


def letter(city: City, **changes: Any) -> Notice:
    number = next(_numbers)
    facts = {
        "city": city,
        "email": f"rita{number}@people.example",
        "kind": "filed",
        "key": f"letter-{number}",
        "subject": "Your request",
        "body": "Hello.\n.\nBye.\n",
        "created_at": FILED,
        "next_at": FILED,
    }
    return Notice.objects.create(**{**facts, **changes})


def again(notice: Notice) -> Notice:
    notice.refresh_from_db()
    return notice


def test_a_letter_is_taken_once_as_it_was_written(kent: City, box: Mailbox) -> None:
    notice = letter(kent)
    done = {"sent": 1, "retried": 0, "dead": 0, "unclear": 0, "digests": 0, "away": ""}
    assert deliver(now=FILED).as_json() == done
    tick = Tick.objects.get(name="deliver")
    assert (tick.at, tick.detail) == (FILED, done)
    assert deliver(now=FILED + MINUTE).sent == 0
    (taken,) = box.letters
    assert taken["To"] == notice.email
    assert taken["Subject"] == "Your request"
    assert taken["Message-ID"] == message_id(notice.key)
    assert taken["Auto-Submitted"] == "auto-generated"
    assert taken.get_content().replace("\r\n", "\n") == "Hello.\n.\nBye.\n"
    assert (again(notice).state, notice.attempts, notice.claim_token) == (State.SENT, 1, "")
    assert FILED <= notice.sent_at < FILED + MINUTE


def test_many_letters_go_over_one_connection(kent: City, box: Mailbox) -> None:
    for _number in range(AT_ONCE + 5):
        letter(kent)
    assert deliver(now=FILED).sent == AT_ONCE + 5
    assert box.connections == 1
    assert len(set(box.ids)) == AT_ONCE + 5


def test_a_run_sends_no_more_than_it_was_told(kent: City, box: Mailbox) -> None:
    for _number in range(5):
        letter(kent)
    assert deliver(now=FILED, most=3).sent == 3
    assert Notice.objects.filter(state=State.QUEUED, attempts=0).count() == 2


def test_a_letter_for_later_waits(kent: City, box: Mailbox) -> None:
    letter(kent, next_at=FILED + MINUTE)
    assert deliver(now=FILED).tried == 0
    assert deliver(now=FILED + MINUTE).sent == 1


@pytest.mark.parametrize("word", ["MAIL", "RCPT", "DATA", "END"])
def test_refused_for_now_is_tried_again_at_growing_intervals(kent: City, box: Mailbox, word: str) -> None:
    notice = letter(kent)
    box.answers[word] = "450 later"
    now = FILED
    for attempt in range(1, 4):
        assert deliver(now=now).retried == 1
        assert (again(notice).state, notice.attempts) == (State.QUEUED, attempt)
        wait = FIRST_WAIT * 2 ** (attempt - 1)
        assert now + wait <= notice.next_at < now + wait + MINUTE
        assert deliver(now=notice.next_at - dt.timedelta(seconds=1)).tried == 0
        now = notice.next_at
    box.answers.clear()
    assert deliver(now=now).sent == 1
    assert again(notice).maybe_duplicate is False


def test_the_wait_has_a_ceiling_and_the_tries_an_end(kent: City, box: Mailbox) -> None:
    notice = letter(kent, attempts=MOST_TRIES - 2)
    box.answers["RCPT"] = "450 later"
    assert deliver(now=FILED).retried == 1
    assert again(notice).next_at - FILED < LONGEST_WAIT + MINUTE
    assert deliver(now=notice.next_at).dead == 1
    assert again(notice).state == State.DEAD
    assert "later" in notice.last_error


@pytest.mark.parametrize("word", ["RCPT", "DATA", "END"])
def test_refused_for_good_is_dead_and_the_next_letter_goes_out(kent: City, box: Mailbox, word: str) -> None:
    notice, other = letter(kent), letter(kent)
    if word == "RCPT":
        box.recipients_refused[notice.email] = "550 no such person"
        done = deliver(now=FILED)
        assert (done.dead, done.sent) == (1, 1)
        assert again(other).state == State.SENT
    else:
        box.answers[word] = "554 no"
        assert deliver(now=FILED).dead == 2
    assert again(notice).state == State.DEAD
    assert deliver(now=FILED + 10 * LEASE).tried == 0


def test_a_sender_address_that_is_refused_kills_no_letter(kent: City, box: Mailbox) -> None:
    notice = letter(kent)
    box.answers["MAIL"] = "553 not from you"
    assert deliver(now=FILED).retried == 1
    assert again(notice).state == State.QUEUED


def test_a_server_that_says_good_bye_in_the_middle_costs_no_other_letter(kent: City, box: Mailbox) -> None:
    first, second = letter(kent), letter(kent)
    box.recipients_refused[first.email] = "421 too busy"
    done = deliver(now=FILED)
    assert (done.retried, done.sent, done.unclear) == (1, 1, 0)
    assert again(second).maybe_duplicate is False
    assert box.connections == 2


def test_a_server_that_is_away_costs_the_letters_nothing(kent: City) -> None:
    with smtp_stub() as gone:
        port = gone.port
    notices = [letter(kent) for _number in range(3)]
    backend = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
        done = deliver(now=FILED)
        assert done.tried == 0
        assert "refused" in done.away
        with pytest.raises(CommandError, match="cannot be reached") as told:
            call_command("deliver")
        assert told.value.returncode == 2
    assert not Tick.objects.filter(name="deliver").exists()
    for notice in notices:
        assert (again(notice).state, notice.attempts, notice.claim_token) == (State.QUEUED, 0, "")
        assert notice.next_at == FILED


def test_a_password_that_is_refused_kills_no_letter(kent: City, box: Mailbox) -> None:
    notice = letter(kent)
    with override_settings(EMAIL_HOST_USER="civic", EMAIL_HOST_PASSWORD="wrong"):
        assert deliver(now=FILED).away
    assert (again(notice).state, notice.attempts) == (State.QUEUED, 0)


def test_a_connection_broken_after_the_data_keeps_its_claim_and_is_marked_when_sent_again(
    kent: City, box: Mailbox
) -> None:
    notice, other = letter(kent), letter(kent)
    box.break_after_data = 1
    done = deliver(now=FILED)
    assert (done.unclear, done.sent) == (1, 1)
    assert again(notice).state == State.SENDING
    assert again(other).state == State.SENT
    assert deliver(now=FILED + LEASE - MINUTE).tried == 0
    assert deliver(now=FILED + LEASE + MINUTE).sent == 1
    assert (again(notice).state, notice.maybe_duplicate, notice.attempts) == (State.SENT, True, 2)
    assert box.ids.count(message_id(notice.key)) == 2
    assert box.ids.count(message_id(other.key)) == 1


def test_a_letter_that_always_breaks_the_connection_ends_too(kent: City, box: Mailbox) -> None:
    notice = letter(kent)
    box.break_after_data = 10**6
    now = FILED
    for _run in range(MOST_TRIES + 2):
        deliver(now=now)
        now += LEASE + MINUTE
    assert (again(notice).state, notice.attempts) == (State.DEAD, MOST_TRIES)


def test_letters_of_a_sender_that_died_go_out_when_its_lease_ends(kent: City, box: Mailbox) -> None:
    notice = letter(kent)
    delivery._claim(FILED, 10)  # and then the process is killed
    assert deliver(now=FILED + LEASE - MINUTE).tried == 0
    assert deliver(now=FILED + LEASE + MINUTE).sent == 1
    assert again(notice).maybe_duplicate is True


def test_a_slow_run_gives_back_what_it_can_no_longer_send_in_its_lease(
    kent: City, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(3):
        letter(kent)
    seconds = iter(range(0, 100_000, 150))
    monkeypatch.setattr(delivery.time, "monotonic", lambda: float(next(seconds)))
    done = deliver(now=FILED)
    assert done.sent == 3
    assert len(set(box.ids)) == 3
    assert not Notice.objects.exclude(attempts=1).exists()


@pytest.mark.parametrize(
    "subject", ["Yours\r\nBcc: all@people.example", "Yours\nX: y\n\nbody", "Yours\u2028Bcc: a@b.example"]
)
def test_a_subject_cannot_carry_a_header(kent: City, box: Mailbox, subject: str) -> None:
    letter(kent, subject=subject)
    assert deliver(now=FILED).sent == 1
    (taken,) = box.letters
    assert taken["Bcc"] is None
    assert taken["X"] is None
    assert str(taken["Subject"]).startswith("Yours")


@pytest.mark.parametrize("email", ["a@b.example\r\nBcc: all@people.example", "", "nobody"])
def test_an_address_that_cannot_be_one_is_dead_at_once(kent: City, box: Mailbox, email: str) -> None:
    notice, other = letter(kent, email=email), letter(kent)
    box.recipients_refused["nobody"] = "501 no address"
    done = deliver(now=FILED)
    assert (done.dead, done.sent) == (1, 1)
    assert again(notice).state == State.DEAD
    assert [taken["To"] for taken in box.letters] == [other.email]


def test_without_a_mail_server_letters_become_files_and_none_where_there_is_nothing_to_send(
    kent: City, tmp_path: Any
) -> None:
    backend = "django.core.mail.backends.filebased.EmailBackend"
    with override_settings(EMAIL_BACKEND=backend, EMAIL_FILE_PATH=str(tmp_path)):
        deliver(now=FILED)
        assert list(tmp_path.iterdir()) == []
        notice = letter(kent)
        deliver(now=FILED)
    (file,) = tmp_path.iterdir()
    assert notice.email in file.read_text()


# -- one letter a day


def item(city: City, user: Any, **changes: Any) -> Notice:
    facts = {"user": user, "email": user.email, "state": State.DIGEST_ITEM, "next_at": None}
    return letter(city, **{**facts, **changes})


@pytest.fixture
def alice(people: dict[str, Staff]) -> Any:
    return people["kent"].alice


def test_a_person_gets_one_letter_a_day_and_city(people: dict[str, Staff], box: Mailbox, alice: Any) -> None:
    kent, portland = people["kent"].city, people["portland"].city
    items = [item(kent, alice), item(kent, alice), item(portland, alice)]
    assert write_digests(now=FILED) == 2
    assert write_digests(now=FILED + MINUTE) == 0
    late = item(kent, alice)
    assert write_digests(now=FILED + dt.timedelta(hours=6)) == 0
    assert again(late).state == State.DIGEST_ITEM
    midnight = dt.datetime(2026, 6, 2, 7, 0, tzinfo=dt.UTC)  # of Kent
    assert write_digests(now=midnight - MINUTE) == 0
    assert write_digests(now=midnight) == 1
    assert {again(notice).state for notice in [*items, late]} == {State.DIGESTED}
    assert deliver(now=midnight).sent == 3
    assert {taken["To"] for taken in box.letters} == {alice.email}


def test_items_by_themselves_are_never_sent(kent: City, box: Mailbox, alice: Any) -> None:
    item(kent, alice, next_at=FILED)
    assert deliver(now=FILED).tried == 0


def test_who_is_no_longer_active_gets_nothing(people: dict[str, Staff], box: Mailbox) -> None:
    kent = people["kent"].city
    gone = UserFactory()
    MemberFactory(user=gone, office=OfficeFactory(city=kent))
    item(kent, gone)
    assert write_digests(now=FILED) == 1
    item(kent, gone)
    gone.is_active = False
    gone.save()
    assert deliver(now=FILED).dead == 1
    assert write_digests(now=FILED + dt.timedelta(days=1)) == 0
    assert not Notice.objects.filter(user=gone, state__in=[State.DIGEST_ITEM, State.QUEUED]).exists()
    assert box.letters == []


def test_a_day_with_too_many_items_says_so_and_keeps_none_back(
    kent: City, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "ITEMS_SHOWN", 3)
    monkeypatch.setattr(delivery, "KEYS_AT_ONCE", 2)
    seen: dict[str, Any] = {}

    def rendered(kind: str, context: dict[str, Any]) -> tuple[str, str]:
        seen.update(context)
        return "Subject", "Body"

    monkeypatch.setattr(delivery, "rendered", rendered)
    for number in range(5):
        Notice.objects.filter(pk=item(kent, alice).pk).update(body=f"Line {number}")
    write_digests(now=FILED)
    assert [shown["body"] for shown in seen["items"]] == ["Line 4", "Line 3", "Line 2"]
    assert seen["more"] is True
    assert not Notice.objects.filter(state=State.DIGEST_ITEM).exists()


def test_one_digest_that_cannot_be_written_stops_no_other(
    kent: City, people: dict[str, Staff], monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    staff = people["kent"]
    bad, good = item(kent, staff.alice), item(kent, staff.bob)
    real = delivery.rendered

    def broken(kind: str, context: dict[str, Any]) -> tuple[str, str]:
        if context["user"] == staff.alice:
            raise KeyError("poison")
        return real(kind, context)

    monkeypatch.setattr(delivery, "rendered", broken)
    assert write_digests(now=FILED) == 1
    assert (again(bad).state, again(good).state) == (State.DIGEST_ITEM, State.DIGESTED)
    assert "poison" in caplog.text


def test_the_command_gathers_sends_and_tells_in_json(
    kent: City, alice: Any, box: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    letter(kent)
    item(kent, alice)
    call_command("deliver", "--json")
    told = json.loads(capsys.readouterr().out)
    assert (told["sent"], told["digests"], told["away"]) == (2, 1, "")
    assert set(Tick.objects.values_list("name", flat=True)) >= {"deliver", "digest"}
