"""`load_city`: all that ship or the files named, one line a problem, exit 2, and the others still loaded."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from portals.models import City, Clock
from tests.portals.loading import RIVERBEND, SHIPPED, riverbend

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> tuple[int, list[str], list[str]]:
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("load_city", *[str(argument) for argument in arguments], stdout=out, stderr=err)
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    return code, out.getvalue().splitlines(), err.getvalue().splitlines()


def test_without_files_it_loads_all_that_ship_and_again_changes_nothing() -> None:
    code, out, _err = run()
    slugs = [path.stem for path in SHIPPED]
    assert code == 0
    assert [line.split(":")[0] for line in out] == slugs
    assert sorted(City.objects.values_list("slug", flat=True)) == slugs
    assert {"kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"} <= set(slugs)
    assert all("unchanged, version 1" in line for line in run()[1])


def test_check_changes_nothing() -> None:
    code, out, err = run("--check", RIVERBEND)
    assert (code, out, err) == (0, [f"{RIVERBEND}: correct"], [])
    assert not City.objects.exists()


def test_a_wrong_file_ends_with_2_and_one_line_a_problem(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(riverbend(("count = 7", "count = 0"), ("amount = 0.10", 'amount = "dear"')))
    for arguments in ([wrong], ["--check", wrong]):
        code, out, err = run(*arguments)
        assert (code, out) == (2, [])
        assert err == [
            f"{wrong}: clock[records-answer].count: must be a whole number from 1 to 32000, not 0",
            f'{wrong}: fee_rule[copies].amount: must be an amount in dollars like 25 or 0.10, not "dear"',
        ]
    assert not City.objects.exists()


def test_a_refused_city_does_not_hold_up_the_others(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[city")
    code, out, err = run(wrong, RIVERBEND)
    assert code == 2
    assert len(out) == len(err) == 1
    assert out[0].startswith("riverbend: loaded")
    assert City.objects.get().slug == "riverbend"


def test_an_edit_of_a_rule_in_force_is_told_and_the_loaded_rule_stays(tmp_path: Path) -> None:
    run(RIVERBEND)
    edited = tmp_path / "riverbend.toml"
    edited.write_text(riverbend(("count = 7", "count = 8")))
    code, _out, err = run(edited)
    assert code == 2
    assert err[0].startswith(
        f"{edited}: clock[records-answer].count: is 8, but 7 is in force from the beginning"
    )
    assert Clock.objects.get(key="records-answer").count == 7


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    code, _out, err = run(tmp_path / "none.toml")
    assert code == 2
    assert err == [f"{tmp_path / 'none.toml'}: (file): cannot be read: No such file or directory"]
