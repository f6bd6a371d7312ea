"""What was changed behind the software's back is found and named; a healthy database is quiet."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection

from portals.models import ApiKey, Dataset, Table
from portals.soda.store import tables
from portals.vocabulary import Outcome, SubmissionKind
from requests_app import determinations
from requests_app.attachments.files import path_of, store
from requests_app.correspondence import conversation
from requests_app.determinations import Answer
from requests_app.escalation import sweep
from requests_app.models import Attachment, Deadline, Event, Submission
from requests_app.offences import measures
from requests_app.preservation import append_only
from requests_app.preservation.verification import verify
from tests.requests_app import enforcement_cases
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.homes import load_trees

PDF = b"%PDF-1.7\n"


@pytest.fixture
def kent(people: dict[str, Staff], tmp_path: Path, settings: pytest.FixtureRequest) -> Staff:
    settings.MEDIA_ROOT = tmp_path
    return people["kent"]


@pytest.fixture
def case(kent: Staff) -> Submission:
    """A case with a life: a file, a conversation, steps of the clock, an answer, taken up again."""
    paper = store(SimpleUploadedFile("a.pdf", PDF))
    case = file_case(kent.city, dataset=kent.dataset, files=[paper])
    sweep(now=FILED + dt.timedelta(days=8))
    conversation.ask(case, body="Which?", by=kent.alice, now=FILED + dt.timedelta(days=9))
    conversation.answer(case, body="The oak", now=FILED + dt.timedelta(days=10))
    determinations.determine(
        case, Answer(Outcome.CORRECTED, "Done."), by=kent.alice, now=FILED + dt.timedelta(days=11)
    )
    determinations.reopen(case, reason="No", by=kent.alice, now=FILED + dt.timedelta(days=12))
    case.refresh_from_db()
    return case


def tamper(sql: str, *parameters: object) -> None:
    """What somebody with the database's password does."""
    append_only.drop(connection)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
    append_only.ensure(connection)


def found() -> list[tuple[str, str]]:
    return [(finding.check, finding.subject) for finding in verify()]


def test_a_healthy_database_is_quiet(case: Submission) -> None:
    assert found() == []


@pytest.mark.parametrize(
    "change", ["by_name = 'Mallory'", "data = '{\"x\": 1}'", "public = FALSE", "actor = 'clock'"]
)
def test_a_changed_event_is_found_and_named(case: Submission, change: str) -> None:
    other = file_case(case.city)
    tamper(f"UPDATE requests_app_event SET {change} WHERE submission_id = %s AND sequence = 1", case.pk)
    (finding,) = verify()
    assert (finding.check, finding.subject) == ("event_chain", case.reference)
    assert finding.message == "Event 1 was changed."
    assert other.reference not in finding.message


def test_a_changed_event_with_a_hash_made_anew_is_found_at_the_next(case: Submission) -> None:
    event = case.events.get(sequence=2)
    event.data = {"step": "none"}
    tamper(
        "UPDATE requests_app_event SET data = %s, hash = %s WHERE id = %s",
        json.dumps(event.data),
        event.computed_hash(),
        event.pk,
    )
    (finding,) = verify()
    assert finding.message == "Event 3 does not follow the event before it."


def test_a_missing_event_is_found(case: Submission) -> None:
    tamper("DELETE FROM requests_app_event WHERE submission_id = %s AND sequence = 3", case.pk)
    (finding,) = verify()
    assert finding.message == "Event 3 is missing."


def test_a_cut_off_end_is_found(case: Submission) -> None:
    tamper("DELETE FROM requests_app_event WHERE submission_id = %s AND sequence > 4", case.pk)
    (finding,) = verify()
    assert finding.subject == case.reference
    assert f"says it has {case.chain_length} events; 4 are there" in finding.message


def test_a_changed_last_event_is_found_even_with_its_own_hash_made_anew(case: Submission) -> None:
    event = case.events.last()
    event.public = not event.public
    tamper(
        "UPDATE requests_app_event SET public = %s, hash = %s WHERE id = %s",
        event.public,
        event.computed_hash(),
        event.pk,
    )
    assert found() == [("event_chain", case.reference)]


def test_a_case_without_any_event_is_found(case: Submission) -> None:
    tamper("DELETE FROM requests_app_event WHERE submission_id = %s", case.pk)
    assert found() == [("event_chain", case.reference)]


def test_a_changed_and_a_missing_file_are_found(case: Submission) -> None:
    path = path_of(case.attachments.get().sha256)
    path.write_bytes(PDF + b"!")
    (finding,) = verify()
    assert (finding.check, finding.subject) == ("file", case.reference)
    assert "changed" in finding.message
    path.unlink()
    (finding,) = verify()
    assert "missing" in finding.message


def test_a_file_that_two_cases_share_is_named_for_both(case: Submission) -> None:
    other = file_case(case.city)
    shared = case.attachments.get()
    Attachment.objects.create(
        submission=other, actor="staff", at=FILED, name="b.pdf", sha256=shared.sha256, size=1
    )
    path_of(shared.sha256).unlink()
    assert sorted(found()) == sorted([("file", case.reference), ("file", other.reference)])


def test_a_dropped_trigger_is_found(case: Submission) -> None:
    place = "" if connection.vendor == "sqlite" else " ON requests_app_event"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER event_is_not_deleted{place}")
    assert found() == [("append_only", "event_is_not_deleted")]
    append_only.ensure(connection)


def test_rows_that_do_not_belong_together_are_found(people: dict[str, Staff], case: Submission) -> None:
    case.errorreport.delete()
    Submission.objects.filter(pk=case.pk).update(office=people["portland"].steward)
    bare = file_case(case.city, SubmissionKind.RECORDS_REQUEST)
    Deadline.objects.filter(submission=bare).delete()
    assert sorted(found()) == sorted(
        [("details", case.reference), ("office", case.reference), ("deadline", bare.reference)]
    )


def test_the_command_tells_and_ends_with_two(case: Submission, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify", "--json")
    assert json.loads(capsys.readouterr().out) == {"ok": True, "findings": []}
    call_command("verify")
    assert "belongs together" in capsys.readouterr().out
    tamper("DELETE FROM requests_app_event WHERE submission_id = %s AND sequence = 3", case.pk)
    with pytest.raises(CommandError) as told:
        call_command("verify", "--json")
    assert told.value.returncode == 2
    document = json.loads(capsys.readouterr().out)
    assert document["ok"] is False
    assert document["findings"][0]["subject"] == case.reference
    assert Event.objects.filter(submission=case, sequence=4).exists()


def test_a_key_and_a_dataset_that_do_not_follow_their_measures_are_found(people: dict[str, Staff]) -> None:
    kent = people["kent"]
    key, _text = enforcement_cases.key_for(kent)
    case = enforcement_cases.report(kent)
    enforcement_cases.taken(kent, enforcement_cases.concerned(kent, case, key), "suspension-of-access")
    measures.withhold(case, dataset=kent.dataset, notice="Off", reasons="Names", by=kent.clerk, now=FILED)
    assert list(verify()) == []
    ApiKey.objects.filter(pk=key.pk).update(status="active")
    Dataset.objects.filter(pk=kent.dataset.pk).update(withheld_since=None)
    assert {(found.check, found.subject) for found in verify()} == {
        ("api_key", key.prefix),
        ("takedown", kent.dataset.identifier),
    }


def test_a_table_file_that_is_lost_or_nobodys_is_found(kent: Staff, settings: Any, tmp_path: Path) -> None:
    settings.CIVICDATA_HOME = tmp_path
    load_trees(kent)
    assert found() == []
    path = tables.path_of(Table.objects.get().sha256)
    path.rename(path.with_name("stray.sqlite3"))
    assert found() == [("table", kent.dataset.identifier)]
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)
    strays = [(finding.check, finding.subject) for finding in verify(now=later)]
    assert strays == [("table", kent.dataset.identifier), ("table", "stray.sqlite3")]
