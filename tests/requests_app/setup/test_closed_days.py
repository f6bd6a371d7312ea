"""Closed days: preview, then one batch over open cases with an event and a letter each; also after a load."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from portals.models import City, ClosedDay, Recount
from portals.rulebook import rulebook_for
from portals.vocabulary import ClockState
from requests_app import deadlines, escalation, intake, routing
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, Notice, Submission
from requests_app.preservation.verification import verify
from requests_app.setup import closed_days, recount
from requests_app.setup.closed_days import Source, Year
from tests.portals.loading import SHIPPED, load_text
from tests.requests_app.factories import FILED, Staff, file_case

D = dt.date
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
FRIDAY = D(2026, 6, 5)
WHY = Source("Ordinance 4711", "https://kent.example/4711", "The city hall is flooded.")


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def add(kent: Staff, on: dt.date = FRIDAY, **more: Any) -> Recount:
    return closed_days.add(kent.city, on, "Flood", WHY, by=kent.clerk, now=more.pop("now", FILED), **more)


def due(case: Submission, milestone: str = "response") -> dt.date | None:
    return case.deadlines.get(milestone=milestone, cycle=case.cycle).due_on


# -- preview and batch


def test_the_preview_names_each_open_date_that_moves_and_writes_nothing(kent: Staff) -> None:
    case = file_case(kent.city, "records_request")
    file_case(kent.city, "records_request", received_at=FILED - 30 * DAY)  # due long before
    preview = recount.preview_days(kent.city, added=[FRIDAY])
    ((row, (move,)),) = preview.cases
    assert (row.pk, move.before, move.after, move.days) == (case.pk, D(2026, 6, 8), D(2026, 6, 9), 1)
    assert due(case) == D(2026, 6, 8)
    assert not ClosedDay.objects.filter(on=FRIDAY).exists()


def test_adding_a_day_moves_open_dates_with_an_event_and_one_letter_each(kent: Staff) -> None:
    case = file_case(kent.city, "records_request")
    other = file_case(kent.city, "error_report")
    change = add(kent)
    for _again in range(3):
        recount.carry_out(now=FILED + HOUR)
    change.refresh_from_db()
    assert due(case) == D(2026, 6, 9)
    assert due(other, "acknowledgement") == D(2026, 6, 4)
    event = case.events.get(action=Action.CLOSED_DAYS)
    assert event.data["moved"] == [
        {"clock": "records-response", "milestone": "response", "from": "2026-06-08", "to": "2026-06-09"}
    ]
    assert (event.by, event.actor) == (kent.clerk, "staff")
    letter = Notice.objects.get(submission=case, kind="dates_moved")
    assert "June 8, 2026 → Tuesday, June 9, 2026" in letter.body
    assert "The city hall is flooded." in letter.body
    assert not other.events.filter(action=Action.CLOSED_DAYS).exists()
    assert (change.moved, change.letters, change.left) == (1, 1, [])
    assert change.done_at and change.next_at is None
    assert not list(verify())


def test_a_case_without_an_address_moves_without_a_letter(kent: Staff) -> None:
    case = file_case(kent.city, "records_request", requester_email="")
    add(kent)
    report = recount.carry_out(now=FILED)
    assert (report.moved, report.letters) == (1, 0)
    assert due(case) == D(2026, 6, 9)


def test_the_first_line_of_the_desk_and_the_reminders_follow_the_new_date(kent: Staff) -> None:
    case = file_case(kent.city, "error_report")
    assert case.next_due_on == D(2026, 6, 4)
    before = case.deadlines.get().next_step_at
    add(kent, D(2026, 6, 2))
    recount.carry_out(now=FILED)
    case.refresh_from_db()
    assert case.next_due_on == D(2026, 6, 5)
    assert case.deadlines.get().next_step_at > before


def test_an_act_between_the_change_and_the_batch_does_not_swallow_the_letter(kent: Staff) -> None:
    case = file_case(kent.city, "records_request")
    add(kent)
    case.refresh_from_db()
    routing.refer(case, to=kent.steward, reason="Theirs", by=kent.clerk, now=FILED + HOUR)
    assert due(case) == D(2026, 6, 9)
    recount.carry_out(now=FILED + HOUR)
    assert case.events.filter(action=Action.CLOSED_DAYS).count() == 1
    assert Notice.objects.filter(submission=case, kind="dates_moved").count() == 1


def test_a_withdrawn_day_is_counted_again(kent: Staff) -> None:
    case = file_case(kent.city, "records_request")
    add(kent)
    recount.carry_out(now=FILED)
    closed_days.withdraw(kent.city, FRIDAY, WHY, by=kent.clerk, now=FILED + HOUR)
    recount.carry_out(now=FILED + HOUR)
    assert due(case) == D(2026, 6, 8)
    assert case.events.filter(action=Action.CLOSED_DAYS).count() == 2
    assert Notice.objects.filter(submission=case, kind="dates_moved").count() == 2
    add(kent, now=FILED + 2 * HOUR)
    recount.carry_out(now=FILED + 2 * HOUR)
    assert due(case) == D(2026, 6, 9)


def test_the_requester_and_staff_read_what_moved(kent: Staff, client: Any) -> None:
    case = file_case(kent.city, "records_request")
    add(kent)
    recount.carry_out(now=FILED)
    client.force_login(kent.clerk)
    page = client.get(f"/desk/case/{case.reference}/").content.decode()
    assert "the closed days of the city changed" in page
    assert "Monday, June 8, 2026 → Tuesday, June 9, 2026" in page


# -- what is refused


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        (FILED.date(), "not to come any more"),
        (D(2025, 6, 5), "not to come any more"),
        (D(2026, 6, 6), "weekend"),
        (D(2026, 7, 3), "closed day already"),
        (D(2044, 1, 4), "not entered yet"),
    ],
)
def test_a_day_that_cannot_be_added_is_refused_with_a_sentence(
    kent: Staff, on: dt.date, sentence: str
) -> None:
    with pytest.raises(NotAllowed, match=sentence):
        add(kent, on)
    assert not Recount.objects.filter(city=kent.city).exists()


@pytest.mark.parametrize("source", [Source("", "", "Why"), Source("Ordinance", "", " ")])
def test_a_change_needs_a_citation_and_a_reason(kent: Staff, source: Source) -> None:
    with pytest.raises(NotAllowed):
        closed_days.add(kent.city, FRIDAY, "Flood", source, by=kent.clerk, now=FILED)


def test_only_a_closed_day_to_come_can_be_withdrawn(kent: Staff) -> None:
    for on in (D(2026, 5, 25), FRIDAY):
        with pytest.raises(NotAllowed):
            closed_days.withdraw(kent.city, on, WHY, by=kent.clerk, now=FILED)


def test_of_two_people_who_saw_the_same_calendar_one_is_told_about_the_other(kent: Staff) -> None:
    add(kent, revision=0)
    with pytest.raises(NotAllowed, match="Meanwhile Clerk changed this"):
        add(kent, D(2026, 6, 12), revision=0)
    assert not ClosedDay.objects.filter(city=kent.city, on=D(2026, 6, 12)).exists()


# -- failures on the way


def test_a_case_that_fails_stands_alone_and_is_tried_again(
    kent: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [file_case(kent.city, "records_request") for _number in range(5)]
    broken, real = cases[2], deadlines.recompute

    def recompute(row: Submission, **common: Any) -> Any:
        if row.pk == broken.pk:
            raise RuntimeError("poisoned")
        return real(row, **common)

    change = add(kent)
    with monkeypatch.context() as patch:
        patch.setattr(deadlines, "recompute", recompute)
        recount.carry_out(now=FILED)
    change.refresh_from_db()
    assert (change.left, change.moved, change.done_at) == ([broken.pk], 4, None)
    assert [due(case) for case in cases] == [D(2026, 6, 9 if case != broken else 8) for case in cases]
    assert recount.carry_out(now=FILED + HOUR / 2).looked_at == 0
    recount.carry_out(now=FILED + 2 * HOUR)
    change.refresh_from_db()
    assert (change.left, change.moved, bool(change.done_at)) == ([], 5, True)
    assert due(broken) == D(2026, 6, 9)


def test_a_batch_that_was_stopped_goes_on_where_it_was(kent: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [file_case(kent.city, "records_request") for _number in range(5)]
    change = add(kent)
    monkeypatch.setattr(recount, "BATCH", 2)
    assert recount.carry_out(now=FILED, at_most=2).moved == 2
    change.refresh_from_db()
    assert (change.looked_at, change.done_at) == (2, None)
    recount.carry_out(now=FILED)
    letters = Notice.objects.filter(kind="dates_moved", submission__in=cases)
    assert letters.count() == 5
    assert all(case.events.filter(action=Action.CLOSED_DAYS).count() == 1 for case in cases)


def test_two_processes_at_the_same_change_tell_nobody_twice(kent: Staff) -> None:
    case = file_case(kent.city, "records_request")
    change = add(kent)
    stale = Recount.objects.select_related("city", "by").get(pk=change.pk)
    recount.carry_out(now=FILED)
    assert not recount._take(stale, [case.pk], FILED, recount.Report())
    assert case.events.filter(action=Action.CLOSED_DAYS).count() == 1


def test_a_moved_date_stands_in_the_daily_letter_of_whoever_has_the_case(kent: Staff) -> None:
    open_to_all, mine = (file_case(kent.city, dataset=kent.dataset) for _n in range(2))
    intake.assign(mine, to=kent.alice, by=kent.bob, now=FILED)
    add(kent, D(2026, 6, 3))
    for _again in range(2):
        recount.carry_out(now=FILED + HOUR)
    lines = Notice.objects.filter(kind="office_dates", state=Notice.State.DIGEST_ITEM)
    told = {
        case: set(lines.filter(submission=case).values_list("user", flat=True))
        for case in (open_to_all, mine)
    }
    assert told == {open_to_all: {kent.alice.pk, kent.bob.pk}, mine: {kent.alice.pk}}
    assert lines.count() == 3
    assert "Thursday, June 4, 2026 → Friday, June 5, 2026" in lines.filter(submission=mine).get().body


# -- a later year


def waiting_case(kent: Staff) -> Submission:
    """A case whose answer falls due in a year that is not entered."""
    last = rulebook_for(kent.city).calendar.last_year
    late = dt.datetime(last, 12, 29, 17, tzinfo=dt.UTC)
    return file_case(kent.city, "records_request", received_at=late)


def test_when_a_later_year_is_entered_cases_that_waited_get_their_dates(kent: Staff) -> None:
    case = waiting_case(kent)
    year = case.received_on.year + 1
    now = dt.datetime(year, 1, 2, 12, tzinfo=dt.UTC)
    assert case.deadlines.get(milestone="response").state == ClockState.NOT_SPECIFIED
    days = {D(year, 1, 3): "A new year's day"} if D(year, 1, 3).weekday() < 5 else {D(year, 1, 4): "Off"}
    preview = recount.preview_days(kent.city, added=list(days), last_year=year)
    assert [row.pk for row, _moves in preview.cases] == [case.pk]
    closed_days.enter_year(kent.city, Year(year, days), WHY, by=kent.clerk, now=now)
    recount.carry_out(now=now)
    assert case.deadlines.get(milestone="response").state == ClockState.OPEN
    assert case.events.get(action=Action.CLOSED_DAYS).data["moved"][0]["from"] == ""
    assert Notice.objects.filter(submission=case, kind="dates_moved").count() == 1


def test_when_a_later_year_is_entered_the_steps_that_waited_are_taken(kent: Staff) -> None:
    last = rulebook_for(kent.city).calendar.last_year
    case = file_case(kent.city, received_at=dt.datetime(last, 12, 20, 17, tzinfo=dt.UTC))
    new_year = dt.datetime(last + 1, 1, 3, 20, tzinfo=dt.UTC)
    escalation.sweep(now=new_year)
    deadline = case.deadlines.get(milestone="acknowledgement")
    taken = deadline.escalations.count()
    assert taken and deadline.state == ClockState.OPEN and deadline.next_step_at is None
    days = {D(last + 1, 7, 4): "A day in summer"}
    closed_days.enter_year(kent.city, Year(last + 1, days), WHY, by=kent.clerk, now=new_year)
    recount.carry_out(now=new_year)
    deadline.refresh_from_db()
    assert deadline.next_step_at is not None
    assert not case.events.filter(action=Action.CLOSED_DAYS).exists(), "no date of the case has moved"
    escalation.sweep(now=new_year + 60 * DAY)
    assert deadline.escalations.count() > taken


def test_years_are_entered_one_after_the_other(kent: Staff) -> None:
    last = rulebook_for(kent.city).calendar.last_year
    with pytest.raises(NotAllowed, match=f"The next one is {last + 1}"):
        closed_days.enter_year(
            kent.city, Year(last + 2, {D(last + 2, 7, 4): "x"}), WHY, by=kent.clerk, now=FILED
        )
    with pytest.raises(NotAllowed, match="still missing"):
        given = Year(last + 1, {D(last + 1, 7, 4): "x"}, complete=False)
        closed_days.enter_year(kent.city, given, WHY, by=kent.clerk, now=FILED)


def test_a_list_of_days_says_line_by_line_what_is_wrong() -> None:
    written = (
        "2029-07-04 Independence Day\n\nnonsense\n2028-01-03 Other\n2029-01-06 Saturday\n2029-07-04: Twice"
    )
    days, wrong = closed_days.read_days(written, 2029)
    assert days == {D(2029, 7, 4): "Independence Day"}
    assert [sentence.partition(":")[0] for sentence in wrong] == ["Line 3", "Line 4", "Line 5", "Line 6"]


# -- the file


def kent_file(*changes: tuple[str, str]) -> str:
    (path,) = (path for path in SHIPPED if path.stem == "kent")
    written = Path(path).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in written
        written = written.replace(old, new, 1)
    return written


def test_a_reload_keeps_what_staff_added_and_withdrew(kent: Staff) -> None:
    add(kent)
    closed_days.withdraw(kent.city, D(2026, 7, 3), WHY, by=kent.clerk, now=FILED)
    load_text(kent_file() + "\n# Again.\n", now=FILED + HOUR)
    kent.city.refresh_from_db()
    closed = rulebook_for(kent.city).calendar.closed
    assert closed[FRIDAY] == "Flood"
    assert D(2026, 7, 3) not in closed
    assert Recount.objects.filter(city=kent.city).count() == 2


def test_new_closed_days_of_the_file_move_open_cases_by_the_next_sweep(kent: Staff) -> None:
    case = file_case(kent.city, "records_request")
    line = "{ on = 2026-07-03, name = "
    loaded = load_text(kent_file((line, '{ on = 2026-06-05, name = "Flood" },\n  ' + line)), now=FILED + HOUR)
    change = Recount.objects.get(city=loaded.city)
    assert (change.by_name, change.data["added"]) == ("load_city", ["2026-06-05"])
    recount.carry_out(now=FILED + HOUR)
    escalation.sweep(now=FILED + HOUR)
    assert due(case) == D(2026, 6, 9)
    event = case.events.get(action=Action.CLOSED_DAYS)
    assert (event.by, event.actor) == (None, "clock")
    assert Notice.objects.filter(submission=case, kind="dates_moved").count() == 1


def test_a_load_without_other_closed_days_moves_nothing(cities: dict[str, City]) -> None:
    load_text(kent_file() + "\n#\n", now=FILED)
    assert not Recount.objects.exists()
