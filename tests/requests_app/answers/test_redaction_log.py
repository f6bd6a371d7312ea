"""The log of what is withheld: rows go out with a release, and as a table that runs nothing."""

import csv
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.vocabulary import Outcome
from requests_app import determinations
from requests_app.answers import redaction_log
from requests_app.answers.denials import Answer
from requests_app.answers.redaction_log import Row, as_csv, safe_cell
from requests_app.handling import casework
from requests_app.lifecycle import NotAllowed
from requests_app.models import Submission, Withheld
from tests.requests_app.factories import FILED, Staff, file_case

DAY = dt.timedelta(days=1)
ROW = Row("list.pdf", "page 3", "RCW 42.56.250", "Home address")


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def case(kent: Staff) -> Submission:
    return file_case(kent.city, "records_request")


def log(kent: Staff, case: Submission, *rows: Row) -> list[Withheld]:
    return redaction_log.log(case, rows, by=kent.clerk, now=FILED)


def test_rows_are_told_with_the_next_release_and_stay_then(kent: Staff, case: Submission) -> None:
    (first, second) = log(kent, case, ROW, Row("list.pdf", "page 4", "RCW 42.56.250"))
    redaction_log.drop(case, second.pk, by=kent.clerk, now=FILED)
    casework.release_part(case, body="The list.", by=kent.clerk, now=FILED + DAY)
    first.refresh_from_db()
    assert first.release is not None and first.release.message is not None
    with pytest.raises(NotAllowed, match="has this row already"):
        redaction_log.drop(case, first.pk, by=kent.clerk, now=FILED + DAY)
    log(kent, case, ROW)
    answer = Answer(Outcome.DENIED, "No.", exemption="A law", explanation="So.")
    determinations.determine(case, answer, by=kent.clerk, now=FILED + 2 * DAY)
    assert not Withheld.objects.filter(release=None).exists()


def test_half_rows_are_refused_and_nothing_is_written(kent: Staff, case: Submission) -> None:
    with pytest.raises(NotAllowed, match=r"Say where in it: .* Name the exemption"):
        log(kent, case, ROW, Row("list.pdf", " ", ""))
    with pytest.raises(NotAllowed, match="at least one row"):
        log(kent, case)
    with pytest.raises(NotAllowed, match="no part 3"):
        log(kent, case, Row("list.pdf", "page 1", "A law", part=3))
    assert not Withheld.objects.exists() and case.events.count() == 1


def test_a_row_of_another_case_cannot_be_removed(kent: Staff, case: Submission) -> None:
    (row,) = log(kent, case, ROW)
    with pytest.raises(NotAllowed, match="no such row"):
        redaction_log.drop(file_case(kent.city, "records_request"), row.pk, by=kent.clerk, now=FILED)


@given(st.text(max_size=30))
def test_no_cell_is_taken_for_a_formula(text: str) -> None:
    cell = safe_cell(text)
    assert cell in (text, f"'{text}")
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1"])
def test_the_table_reads_back_as_it_was_written_and_runs_nothing(
    kent: Staff, case: Submission, evil: str
) -> None:
    log(kent, case, Row(evil, 'page "3", line 2', "A law", "So"))
    written = as_csv(Withheld.objects.select_related("part"))
    heading, cells = list(csv.reader(io.StringIO(written.removeprefix("\ufeff"))))
    assert heading == list(redaction_log.HEADINGS)
    assert cells == ["1", "", f"'{evil}", 'page "3", line 2', "A law", "So"]
