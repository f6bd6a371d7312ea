"""Which confirmation or target counts on which day: the newest that has begun, never over a stated rule."""

import datetime as dt
import itertools
from dataclasses import replace

import pytest

from portals.clockwork.rules import ClockRule
from portals.models import Confirmation, Office, OfficeTarget
from portals.routes import StepRule
from portals.rule_overrides import Overrides, pieces
from portals.vocabulary import Layer, ProvisionStatus

D = dt.date
SILENT = ClockRule(
    key="answer",
    kinds=("appeal",),
    milestone="determination",
    starts_on=("received",),
    status=ProvisionStatus.NOT_SPECIFIED,
    layer=Layer.GUIDE,
    citation="[1]",
)


def confirmation(
    number: int, on: dt.date, count: int | None = 10, *, withdrawn: bool = False
) -> Confirmation:
    return Confirmation(
        rule="clock:answer",
        number=number,
        effective_from=on,
        count=count,
        unit="business",
        withdrawn=withdrawn,
        office=Office(name="City Clerk"),
        confirmed_on=on,
        citation_label=f"letter {number}",
    )


def target(number: int, on: dt.date, value: int | None, name: str = "acknowledge_within") -> OfficeTarget:
    return OfficeTarget(name=name, number=number, effective_from=on, value=value)


def spans(*rows: Confirmation, rule: ClockRule = SILENT) -> list[tuple[object, object, object]]:
    found = Overrides(confirmations=rows).clocks([rule])
    return [(one.effective_from, one.effective_to, one.count) for one in found]


JUNE, JULY, AUGUST = D(2026, 6, 1), D(2026, 7, 1), D(2026, 8, 1)


def test_a_rule_without_confirmations_stays_as_it_is() -> None:
    assert list(Overrides().clocks([SILENT])) == [SILENT]


def test_a_confirmation_cuts_the_rule_in_two() -> None:
    assert spans(confirmation(1, JULY)) == [(None, D(2026, 6, 30), None), (JULY, None, 10)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [confirmation(1, JUNE, 10), confirmation(2, JULY, 5)],
            [(None, D(2026, 5, 31), None), (JUNE, D(2026, 6, 30), 10), (JULY, None, 5)],
        ),
        (
            [confirmation(1, JULY, 10), confirmation(2, JUNE, 5)],
            [(None, D(2026, 5, 31), None), (JUNE, D(2026, 6, 30), 5), (JULY, None, 5)],
        ),
        (
            [confirmation(1, JUNE, 10), confirmation(2, JULY, withdrawn=True)],
            [(None, D(2026, 5, 31), None), (JUNE, D(2026, 6, 30), 10), (JULY, None, None)],
        ),
    ],
)
def test_the_newest_that_has_begun_counts(
    rows: list[Confirmation], expected: list[tuple[object, object, object]]
) -> None:
    assert spans(*rows) == expected


def test_versions_of_the_file_keep_their_first_and_last_day() -> None:
    dated = replace(SILENT, effective_from=JUNE, effective_to=D(2026, 7, 31))
    assert spans(confirmation(1, JULY), rule=dated) == [
        (JUNE, D(2026, 6, 30), None),
        (JULY, D(2026, 7, 31), 10),
    ]
    assert spans(confirmation(1, AUGUST), rule=dated) == [(JUNE, D(2026, 7, 31), None)]
    assert spans(confirmation(1, D(2026, 1, 1)), rule=dated) == [(JUNE, D(2026, 7, 31), 10)]


def test_a_rule_that_the_file_states_is_not_touched() -> None:
    stated = replace(SILENT, status=ProvisionStatus.STATED, count=3)
    overrides = Overrides(confirmations=(confirmation(1, JUNE),))
    assert list(overrides.clocks([stated])) == [stated]
    assert overrides.applied(stated, 1, [stated]) == stated


def test_what_was_applied_to_a_case_is_found_by_its_number() -> None:
    overrides = Overrides(confirmations=(confirmation(1, JUNE), confirmation(2, JULY, 5)))
    assert overrides.applied(SILENT, 1, [SILENT]).count == 10
    assert overrides.applied(SILENT, 2, [SILENT]).count == 5
    assert overrides.applied(SILENT, 3, [SILENT]).count is None


def test_a_confirmed_version_is_on_its_own_layer_and_remembers_the_silent_page() -> None:
    _before, made = Overrides(confirmations=(confirmation(1, JULY),)).clocks([SILENT])
    assert (made.layer, made.citation) == (Layer.CONFIRMED, "letter 1")
    assert made.confirmed and (made.confirmed.silent, made.confirmed.office) == ("[1]", "City Clerk")


def test_a_step_of_the_ladder_takes_the_targets_of_its_day() -> None:
    step = StepRule(key="step-1", step=1, after=4, action="remind", to="lead", repeat_every=5)
    rows = (target(1, JULY, 6, "step-1.after"), target(1, AUGUST, 9, "step-1.repeat_every"))
    found = list(Overrides(targets=rows).steps([step]))
    assert [(one.effective_from, one.after, one.repeat_every) for one in found] == [
        (None, 4, 5),
        (JULY, 6, 5),
        (AUGUST, 6, 9),
    ]


def test_a_target_without_a_value_is_the_files() -> None:
    held = Overrides(targets=(target(1, JUNE, 5), target(2, JULY, None)))
    assert [held.target("acknowledge_within", on, 3) for on in (D(2026, 5, 1), JUNE, JULY)] == [3, 5, 3]


def test_pieces_leave_no_day_out_and_overlap_nowhere() -> None:
    rows = [confirmation(number, D(2026, number, 1)) for number in range(1, 8)]
    found = list(pieces(rows, D(2026, 2, 10), D(2026, 6, 20)))
    assert (found[0][0], found[-1][1]) == (D(2026, 2, 10), D(2026, 6, 20))
    for (_start, end, _row), (start, _end, _next) in itertools.pairwise(found):
        assert end and start and start - end == dt.timedelta(days=1)
