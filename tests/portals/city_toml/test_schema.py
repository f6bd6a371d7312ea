"""A city file is checked as a whole: every mistake is told, with its key path and a reason."""

# ruff: noqa: E501 - a mistake, its place and its reason read best on one line

import datetime as dt
from pathlib import Path

import pytest

from portals.city_toml.checks import contrast
from portals.city_toml.schema import Checked, check_file, check_text, main

RIVERBEND = Path(__file__).parents[2] / "data" / "riverbend.toml"
WRITTEN = RIVERBEND.read_text(encoding="utf-8")
TODAY = dt.date(2026, 3, 2)


def changed(*changes: tuple[str, str], add: str = "", today: dt.date = TODAY) -> Checked:
    written = WRITTEN
    for old, new in changes:
        assert written.count(old) >= 1, old
        written = written.replace(old, new, 1)
    return check_text(f"{written}\n{add}", "city.toml", today)


def told(*changes: tuple[str, str], add: str = "") -> list[str]:
    return [str(problem) for problem in changed(*changes, add=add).problems]


def test_a_complete_file_has_no_problem_and_no_warning() -> None:
    checked = check_file(RIVERBEND, TODAY)
    assert checked.problem_lines() == []
    assert checked.warning_lines() == []
    assert checked.content.city is not None
    assert checked.content.city.slug == "riverbend"


def test_a_line_names_file_key_and_reason() -> None:
    checked = changed(("count = 7", "count = 0"))
    assert checked.problem_lines() == [
        "city.toml: clock[records-answer].count: must be a whole number from 1 to 32000, not 0"
    ]


def test_every_problem_of_a_file_is_told_at_once() -> None:
    found = told(
        ('prefix = "RVB"', 'prefix = "rvb"'), ("count = 7", 'count = "7"'), ('unit = "years"', "unit = 1")
    )
    assert [line.split(":")[0] for line in found] == [
        "city.prefix",
        "clock[records-answer].count",
        "clock[court].unit",
    ]


MISTAKES = [
    ('name = "Riverbend"', 'nam = "Riverbend"', "city.nam: unknown key (did you mean `name`?)"),
    ('name = "Riverbend"', 'nam = "Riverbend"', "city.name: is missing"),
    ('time_zone = "America/Denver"', 'time_zone = "Mars"', 'city.time_zone: "Mars" is not an IANA time zone'),
    ('slug = "riverbend"', 'slug = "desk"', 'city.slug: "desk" is an address of the program itself'),
    (
        'accent = "#0b5d66"',
        'accent = "#777777"',
        "city.accent: contrast 4.48:1 on #ffffff, at least 4.5:1 is needed",
    ),
    (
        'accent_dark = "#6fd3de"',
        'accent_dark = "#555555"',
        "city.accent_dark: contrast 2.41:1 on #14171a, at least 4.5:1 is needed",
    ),
    (
        "checked_on = 2026-01-05",
        'checked_on = "2026-01-05"',
        'city.checked_on: must be a date like 2026-01-31 without quotes, not "2026-01-05"',
    ),
    (
        'starts_on = ["received"]\ncount',
        'starts_on = ["recieved"]\ncount',
        'clock[records-answer].starts_on[0]: unknown word "recieved" (did you mean `received`?)',
    ),
    (
        'after = "records-answer"',
        'after = "nothing"',
        'clock[records-delivery].after: there is no clock "nothing"',
    ),
    (
        'after = "records-answer"',
        'after = "dataset-answer"',
        'clock[records-delivery].after: clock "dataset-answer" does not run for records_request',
    ),
    (
        'after = "records-answer"',
        'after = "records-delivery"',
        "clock[records-delivery].after: clocks count from each other in a circle",
    ),
    (
        'after = "records-answer"\n',
        'after = "records-answer"\nstarts_on = ["received"]\n',
        "clock[records-delivery]: exactly one of starts_on and after must be given",
    ),
    ('roll = "next_open_day"', 'roll = "never"', 'clock[records-delivery].roll: unknown word "never"'),
    (
        'unit = "calendar"\nroll',
        'unit = "years"\nroll',
        "clock[records-delivery].roll: only a count of calendar days",
    ),
    ("count = 30\n", "", "clock[records-delivery].count: is missing"),
    (
        'status = "not_specified"\nconfirm_with = "data-office"\nlayer',
        'status = "not_specified"\nlayer',
        "clock[dataset-answer].confirm_with: is missing: who must confirm what is not stated?",
    ),
    (
        'status = "not_specified"\nconfirm_with = "data-office"\nlayer',
        'status = "not_specified"\ncount = 3\nconfirm_with = "data-office"\nlayer',
        "clock[dataset-answer].count: must not stand where the status is not_specified",
    ),
    ('route = "county-court"', 'route = "court-x"', 'clock[court].route: there is no appeal_route "court-x"'),
    ('route = "county-court"\n', "", "clock[court].route: is missing: who decides? (court_filing)"),
    (
        'milestone = "court_filing"\n',
        'milestone = "court_filing"\nsilence = { citation = "law", because = "It is." }\n',
        "clock[court].silence: no answer is owed by a clock for court_filing",
    ),
    (
        'id = "dataset-answer"\n',
        'id = "dataset-answer"\nsilence = { citation = "guide-1", because = "It is." }\n',
        "clock[dataset-answer].silence: needs a last day: the clock is not_specified",
    ),
    (
        'id = "records-answer"\n',
        'id = "records-answer"\nsilence = { citation = "guide-1", because = "It is." }\n',
        "clock[records-answer].silence.citation: must be a law: only a law makes silence a denial",
    ),
    (
        'id = "records-answer"\n',
        'id = "records-answer"\nsilence = { citation = "nowhere", because = "It is." }\n',
        'clock[records-answer].silence.citation: there is no citation "nowhere"',
    ),
    (
        'name = "County court"\ndecides',
        'name = "County court"\nafter = "mediation"\ndecides',
        'appeal_route[county-court].after: there is no appeal_route "mediation"',
    ),
    (
        'name = "County court"\ndecides',
        'name = "County court"\nafter = "county-court"\ndecides',
        "appeal_route[county-court].after: is the way itself",
    ),
    (
        '"it_open_data", "intake"]',
        '"it_open_data"]',
        "office: exactly one office must have the role intake, found: none",
    ),
    ('roles = ["records_custodian"]', 'roles = ["intake"]', "found: data-office, archive"),
    ('office = "archive"', 'office = "attic"', 'route[error-archive].office: there is no office "attic"'),
    ('office = "archive"', 'office = "county-court"', "is outside the city: we never write to it"),
    (
        'role = "it_open_data"\nwhen_dataset = false',
        'role = "legal"\noffice = "mayor"\nwhen_dataset = false',
        "route[error-lead-no-dataset]: exactly one of role and office must be given",
    ),
    (
        'flags = ["personal_data"]',
        'flags = ["secret"]',
        'route[error-archive].flags: there is no flag "secret"',
    ),
    (
        'kinds = ["error_report", "privacy_concern"]',
        'kinds = ["privacy_concern"]',
        'route[error-archive].flags: flag "personal_data" is not asked for error_report',
    ),
    (
        "when_dataset = false\n",
        "",
        "route (kind error_report): exactly one lead is needed; with a dataset there is ",
    ),
    (
        'unless_flags = ["personal_data"]\n',
        "",
        "route (kind privacy_concern): exactly one lead is needed; with a dataset and flags personal_data there is "
        "privacy-lead and privacy-lead-personal",
    ),
    ('kind = "appeal"', 'kind = "misuse_report"', "route (kind appeal): exactly one lead is needed"),
    ('to = "office:mayor"', 'to = "office:duke"', 'escalation_step[step-3].to: there is no office "duke"'),
    ('to = "office:mayor"', 'to = "boss"', "is not lead, lead_head, a role or office:<id>"),
    (
        "step = 3\nafter = 9",
        "step = 3\nafter = 6",
        "escalation_step[step-3].after: must be later than step 2",
    ),
    ("step = 3\n", "step = 4\n", "escalation_step: step 3 is missing for error_report"),
    ("step = 3\n", "step = 2\n", "escalation_step[step-2]: two versions hold at the same time"),
    ("clock_after = 4", "clock_after = 2", "escalation_step[step-1].clock_after: 2 is before after = 3"),
    ("year = 2027", "year = 2028", "closed_days: years must be without gaps: 2027 is missing"),
    ("on = 2026-08-10", "on = 2025-08-11", "closed_days[2026].days[2].on: 2025-08-11 is not in 2026"),
    ("on = 2026-08-10", "on = 2026-08-09", "2026-08-09 is a Sunday: weekends are not listed"),
    ("on = 2026-08-10", "on = 2026-12-25", "closed_days[2026].days[3].on: 2026-12-25 stands twice"),
    ('id = "parks"', 'id = "mayor"', "office[mayor]: stands twice"),
    ('role = "legal"', 'role = "intake"', "empty_role[intake]: an office of this file has this role"),
    (
        'citation = "law"\nbecause = "The archive must',
        'citation = "hearsay"\nbecause = "The archive must',
        'clock[records-answer].status: citation "hearsay" has confidence low',
    ),
    (
        'layer = "city_code"\ncitation = "law"\nbecause = "The archive must',
        'layer = "guide"\ncitation = "law"\nbecause = "The archive must',
        "clock[records-answer].layer: is guide, but citation law is of layer city_code",
    ),
    (
        'citation = "law"\nbecause = "The archive must',
        'citation = "lore"\nbecause = "The archive must',
        'clock[records-answer].citation: there is no citation "lore"',
    ),
    ('confirm_with = "data-office"\n', "", "provision[fines].confirm_with: is missing"),
    ("amount = 0.10", "amount = 0.105", "fee_rule[copies].amount: must be an amount in dollars"),
    (
        'requires = ["reasons"]',
        'requires = ["reasons", "reasons"]',
        "denial_rule[reasons].requires[1]: stands twice",
    ),
    ("dataset = false\nevents", 'dataset = "no"\nevents', 'must be true or false, not "no"'),
    ('lead = "archive"', 'lead = "attic"', 'there is no office "attic"'),
    ("[targets]", "[target]", "target: unknown table"),
]


@pytest.mark.parametrize(("old", "new", "reason"), MISTAKES)
def test_a_mistake_is_told_with_its_key_and_reason(old: str, new: str, reason: str) -> None:
    found = told((old, new))
    assert any(reason in line for line in found), found


def test_two_versions_may_follow_each_other_but_not_overlap() -> None:
    newer = """
[[clock]]
id = "records-answer"
kinds = ["records_request"]
milestone = "determination"
starts_on = ["received"]
count = 5
unit = "business"
layer = "city_code"
citation = "law"
because = "The archive must have decided by then."
effective_from = 2026-07-01
"""
    assert told(add=newer) == [
        "clock[records-answer@2026-07-01]: two versions hold at the same time: end the earlier (effective_to)"
    ]
    end = ('because = "The archive must have decided by then."\n',) * 2
    assert told((end[0], f"{end[0]}effective_to = 2026-06-30\n"), add=newer) == []
    assert len(told((end[0], f"{end[0]}effective_to = 2026-07-01\n"), add=newer)) == 1


def test_a_lead_that_ends_without_a_successor_is_told() -> None:
    end = 'because = "The archive keeps the records."\n'
    found = told((end, f"{end}effective_to = 2026-12-31\n"))
    assert found == [
        "route (kind records_request): exactly one lead is needed; with a dataset there is none",
        "route (kind records_request): exactly one lead is needed; without a dataset there is none",
    ]


def test_a_wrong_entry_is_told_once_and_not_again_by_those_that_refer_to_it() -> None:
    assert told(('id = "archive"\nname = "City Archive"', 'id = "archive"\nname = ""')) == [
        "office[archive].name: must not be empty"
    ]


def test_a_file_that_is_not_toml_or_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[city\n")
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'[city]\nname = "M\xfcnster"\n')
    for path, reason in [
        (broken, "is not TOML"),
        (latin, "is not UTF-8"),
        (tmp_path / "none.toml", "cannot be read"),
    ]:
        lines = check_file(path, TODAY).problem_lines()
        assert len(lines) == 1
        assert str(path) in lines[0]
        assert reason in lines[0]


def test_it_warns_before_the_closed_days_run_out() -> None:
    assert changed(today=dt.date(2027, 3, 1)).warning_lines() == []
    warnings = changed(today=dt.date(2027, 12, 1)).warning_lines()
    assert len(warnings) == 1
    assert "closed_days: end with 2027, but a filing of 2027-12-01 may need 2028" in warnings[0]


def test_it_warns_of_a_year_in_which_a_day_is_missing() -> None:
    incomplete = changed(("year = 2026\n", 'year = 2026\ncomplete = false\nnote = "River Day moves."\n'))
    assert incomplete.warning_lines() == [
        "city.toml: warning: closed_days[2026]: not complete: River Day moves."
    ]


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ffffff") == pytest.approx(1)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


def test_the_module_checks_files_from_a_shell(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(WRITTEN.replace("count = 7", "count = -7"))
    assert main([str(RIVERBEND)]) == 0
    assert main([str(RIVERBEND), str(wrong)]) == 2
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert "clock[records-answer].count" in printed.err
