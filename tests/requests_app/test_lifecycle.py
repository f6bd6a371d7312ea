"""What may follow what, written out a second time; the one door for events; who acted meanwhile."""

import datetime as dt

import pytest
from django.db import transaction

from portals.models import City
from requests_app import intake
from requests_app.correspondence import conversation
from requests_app.lifecycle import MOVES, NotAllowed, allowed, apply, locked, next_status
from requests_app.models import Action, Event, Status, Submission
from tests.requests_app.factories import FILED, Staff, file_case

HOUR = dt.timedelta(hours=1)

# Rows: actions. Columns: received, acknowledged, clarifying, determined, closed, withdrawn, lapsed.
# A letter names the status after it; "=" keeps the status, "." is refused.
GRID = """
submit              . . . . . . .
acknowledge         A . . . . . .
claim               = = = . . . .
release             = = = . . . .
assign              = = = . . . .
refer               = = = . . . .
refer_back          = = = . . . .
accept_referral     = = = . . . .
raise_unclaimed     = = = . . . .
ask                 C C . . . . .
answer              . . A . . . .
decline             . . A . . . .
message             = = = = = = =
follow_up           = = = = . . .
note                = = = = = = =
extend              = = = . . . .
estimate            = = = . . . .
release_part        = = = . . . .
split               = = = . . . .
part_drop           = = = . . . .
part_decide         = = = . . . .
part_take_back      = = = . . . .
part_clear          = = = . . . .
part_return         = = = . . . .
log_withheld        = = = . . . .
log_drop            = = = . . . .
determine           D D D . . . .
close               . . . X . . .
reopen              . . . R R R R
undo                . . . A D . .
statement           = = = = = . .
withdraw            W W W . . . .
lapse               L L L . . . .
remind              = = = = = . .
escalate            = . . . . . .
hand_to_custodian   = = = . . . .
record              = = = = = = =
hide                = = = = = = =
fee_estimate        = = = = . . .
fee_agree           = = = = . . .
fee_decline         = = = = . . .
fee_ask             = = = = . . .
fee_record          = = = = = = =
fee_withdraw        = = = = . . .
waiver_request      = = = = . . .
waiver_decide       = = = = . . .
link                = = = = = = =
unlink              = = = = = = =
merge               X X X . . . .
join                = = = . . . .
separate            = = = = = = =
pass_on             . . . . = . .
appeal              = = = = = = =
appeal_link         = = = . . . .
appeal_decide       D D D . . . .
appeal_outcome      = = = = = = =
review_petition     = = = = = = =
review_order        = = = = = = =
review_comply       = = = = = = =
convert             = = = . . . .
closed_days         = = = = = . .
confirmed_limit     = = = = = . .
issue_key           = = = = = . .
open_key            = = = = = = =
add_evidence        = = = = = = =
name_party          = = = = = = =
hear_party          = = = = = = =
party_answer        = = = = = = =
find                = = = = = = =
take_measure        = = = = = = =
lift_measure        = = = = = = =
withhold            = = = = = = =
publish             . . . . = . .
unpublish           = = = = = = =
"""
LETTERS = {
    "R": Status.RECEIVED,
    "A": Status.ACKNOWLEDGED,
    "C": Status.CLARIFYING,
    "D": Status.DETERMINED,
    "X": Status.CLOSED,
    "W": Status.WITHDRAWN,
    "L": Status.LAPSED,
}
COLUMNS = list(LETTERS.values())


def grid() -> list[tuple[Action, Status, Status | None]]:
    found = []
    for line in GRID.strip().splitlines():
        name, *cells = line.split()
        for status, cell in zip(COLUMNS, cells, strict=True):
            target = status if cell == "=" else LETTERS.get(cell)
            found.append((Action(name), status, target))
    return found


def test_the_grid_names_every_pair() -> None:
    assert {(status, action) for action, status, _target in grid()} == {
        (status, action) for status in Status for action in Action
    }


@pytest.mark.parametrize(("action", "status", "target"), grid(), ids=str)
def test_a_pair_of_the_table_leads_where_it_should(
    action: Action, status: Status, target: Status | None
) -> None:
    if target is None:
        with pytest.raises(NotAllowed, match=str(action.label)):
            next_status(status, action)
        assert action not in allowed(status)
    else:
        assert next_status(status, action) == target
        assert action in allowed(status)


def test_the_table_has_nothing_besides_the_grid() -> None:
    assert {(s, a): t for a, s, t in grid() if t} == MOVES


@pytest.fixture
def case(cities: dict[str, City]) -> Submission:
    return file_case(cities["kent"])


def do(case: Submission, action: Action, **facts: object) -> Event:
    with transaction.atomic():
        return apply(locked(case), action, now=FILED + HOUR, **facts)


def test_apply_refuses_what_the_table_lacks_and_leaves_nothing(case: Submission) -> None:
    before = Submission.objects.filter(pk=case.pk).values().get()
    with pytest.raises(NotAllowed, match="Received"):
        do(case, Action.CLOSE)
    assert Submission.objects.filter(pk=case.pk).values().get() == before
    assert case.events.count() == before["chain_length"]


def test_apply_writes_the_status_the_columns_and_an_event_that_follows(case: Submission) -> None:
    event = do(case, Action.ACKNOWLEDGE, changes={"acknowledged_at": FILED + HOUR}, data={"message": "äß"})
    row = Submission.objects.get(pk=case.pk)
    assert (row.status, row.acknowledged_at) == (Status.ACKNOWLEDGED, FILED + HOUR)
    assert (row.chain_length, row.chain_head) == (event.sequence, event.hash)
    assert event.before == {"acknowledged_at": None, "status": "received"}
    assert event.after == {"acknowledged_at": (FILED + HOUR).isoformat(), "status": "acknowledged"}


def test_every_event_carries_the_hash_of_the_one_before_and_reads_back_the_same(case: Submission) -> None:
    do(case, Action.NOTE, public=False)
    do(case, Action.ESTIMATE, until=dt.date(2026, 7, 1), data={"until": "2026-07-01", "share": 1.5})
    events = list(Event.objects.filter(submission=case).order_by("sequence"))
    assert [event.sequence for event in events] == [1, 2, 3]
    assert [event.previous_hash for event in events] == ["", events[0].hash, events[1].hash]
    assert [event.hash for event in events] == [event.computed_hash() for event in events]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "note"),
        ("happened_at", FILED + HOUR),
        ("at", FILED + HOUR),
        ("by_name", "Mallory"),
        ("data", {"office": "elsewhere"}),
        ("public", False),
        ("until", dt.date(2026, 7, 1)),
        ("sequence", 2),
        ("previous_hash", "0" * 64),
    ],
)
def test_every_column_of_an_event_counts_for_its_hash(case: Submission, column: str, value: object) -> None:
    event = case.events.get()
    setattr(event, column, value)
    assert event.computed_hash() != event.hash


def test_a_form_that_saw_an_older_case_is_told_who_did_what(people: dict[str, Staff]) -> None:
    kent = people["kent"]
    case = file_case(kent.city, dataset=kent.dataset)
    seen = case.chain_length
    intake.acknowledge(case, by=kent.alice, now=FILED + HOUR, revision=seen)
    with pytest.raises(NotAllowed, match=r"Meanwhile Alice did this: “Acknowledge”"):
        conversation.note(case, body="mine", by=kent.bob, now=FILED + HOUR, revision=seen)
    assert not case.messages.exists()
    case.refresh_from_db()
    conversation.note(case, body="mine", by=kent.bob, now=FILED + HOUR, revision=case.chain_length)


def test_an_act_on_a_row_that_was_not_read_again_is_refused(case: Submission) -> None:
    with transaction.atomic():
        stale = locked(case)
    do(case, Action.NOTE)
    with pytest.raises(NotAllowed, match="at the same moment"), transaction.atomic():
        apply(stale, Action.NOTE, now=FILED + HOUR)
    assert case.events.count() == 2
