"""`manage.py backup` and `restore` as people use them: what they print, and how they refuse."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from requests_app.preservation.backup import restore
from tests.requests_app.homes import Home, at, new_home, stored_files

ROOT = Path(__file__).resolve().parents[3]


def test_the_commands_tell_what_they_did(
    origin: Home, unblocked: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with at(origin):
        call_command("backup", tmp_path / "c.tar.gz")
    with new_home("sqlite", tmp_path / "home") as home, at(home):
        call_command("restore", tmp_path / "c.tar.gz")
        call_command("restore", "--send-held")
        call_command("restore", "--drop-held")
    told = capsys.readouterr().out
    assert "4 cases" in told
    assert "read back and found whole" in told
    assert "They are held: `manage.py restore --send-held`" in told
    assert "Everything belongs together." in told
    assert "letters go out" in told
    assert "0 letters are given up" in told


def test_a_backup_says_which_file_is_missing(
    origin: Home, unblocked: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with new_home("sqlite", tmp_path / "home") as home, at(home):
        restore(origin.folder / "a.tar.gz")
        (name,) = stored_files()
        (home.folder / "uploads" / name).unlink()
        with pytest.raises(SystemExit) as ended:
            call_command("backup", tmp_path / "c.tar.gz")
        assert ended.value.code == 2
        assert name[-64:] in capsys.readouterr().err
        with pytest.raises(SystemExit):
            call_command("restore", tmp_path / "c.tar.gz", "--replace")
        assert "missing from the store" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["restore", "nowhere.tar.gz"], "nowhere.tar.gz"),
        (["restore", str(ROOT / "manage.py")], "no archive of"),
        (["restore"], "Give either a FILE"),
        (["restore", "a.tar.gz", "--send-held"], "Give either a FILE"),
        (["backup", "no/such/folder/a.tar.gz"], "no/such/folder/a.tar.gz: no such folder"),
        (["backup", "/"], "a folder itself"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    arguments: list[str], told: str, unblocked: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with new_home("sqlite", tmp_path / "home") as home, at(home):
        with pytest.raises(SystemExit) as ended:
            call_command(*arguments)
        assert ended.value.code == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert told in line


def test_sending_and_giving_up_exclude_each_other(unblocked: None) -> None:
    with pytest.raises(CommandError, match="not allowed with"):
        call_command("restore", "--send-held", "--drop-held")
