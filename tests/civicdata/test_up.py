"""What `up` prepares before it serves: a wrong city file or demo never takes down what is there."""

from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.management import CommandError
from django.core.management.base import BaseCommand

from civicdata.management.commands import up
from portals.models import City
from requests_app.demo.people import create
from requests_app.models import Submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def command(settings: object, tmp_path: Path) -> BaseCommand:
    settings.DEMO_MARK = tmp_path / "demo"
    settings.DEMO = True
    return up.Command(stdout=StringIO(), stderr=StringIO())


def city() -> City:
    described = {"slug": "springfield", "name": "Springfield", "time_zone": "America/Chicago"}
    return City.objects.create(**described, prefix="SPR", checked_on="2026-01-02")


def refusing(name: str, *, stdout: object, stderr: object = None) -> None:
    if stderr:
        stderr.write("springfield.toml: clock[answer].count: must be a whole number\n")
    raise SystemExit(2)


def test_a_wrong_city_file_leaves_the_rules_that_were_loaded_before(command: BaseCommand) -> None:
    city()
    with patch.object(up, "call_command", refusing):
        command.load_cities()
    said = command.stderr.getvalue()
    assert "springfield.toml: clock[answer].count: must be a whole number" in said
    assert "the rules that were loaded before stay in force" in said


def test_without_any_city_a_wrong_file_stops_the_start(command: BaseCommand) -> None:
    with (
        patch.object(up, "call_command", refusing),
        pytest.raises(CommandError, match="No city could be loaded"),
    ):
        command.load_cities()


def test_an_empty_home_is_filled_and_marked_before_the_first_letter(
    command: BaseCommand, settings: object
) -> None:
    marked = []
    with patch.object(
        up, "call_command", lambda name, **_: marked.append((name, settings.DEMO_MARK.exists()))
    ):
        command.fill_the_demo()
    assert marked == [("demo", True)]


def test_the_sign_ins_of_the_demo_are_told_at_every_start(command: BaseCommand, settings: object) -> None:
    create([city()])
    command.greet("127.0.0.1", 8000)
    before = command.stdout.getvalue()
    settings.DEMO_MARK.touch()
    command.greet("::1", 8001)
    after = command.stdout.getvalue().removeprefix(before)
    assert "http://127.0.0.1:8000" in before
    assert "@" not in before
    assert "http://[::1]:8001" in after
    assert "@" in after


@pytest.mark.parametrize(("demo", "submissions"), [(False, False), (True, True)])
def test_the_demo_never_touches_a_home_that_is_in_use(
    command: BaseCommand, settings: object, demo: bool, submissions: bool
) -> None:
    settings.DEMO = demo
    with (
        patch.object(Submission.objects, "exists", return_value=submissions),
        patch.object(up, "call_command") as called,
    ):
        command.fill_the_demo()
    called.assert_not_called()
    assert not settings.DEMO_MARK.exists()


def test_a_demo_that_fails_does_not_stop_the_start(command: BaseCommand, settings: object) -> None:
    with patch.object(up, "call_command", side_effect=RuntimeError("no datasets")):
        command.fill_the_demo()
    assert "The demo was not filled: RuntimeError('no datasets')" in command.stderr.getvalue()
    assert settings.DEMO_MARK.exists()


@pytest.mark.parametrize(("redis", "names"), [("", ["clock", "post"]), ("redis://x/0", ["worker", "clock"])])
def test_every_tick_of_the_schedule_has_a_process(settings: object, redis: str, names: list[str]) -> None:
    settings.CELERY_TASK_ALWAYS_EAGER = not redis
    children = up.clock()
    assert [child.name for child in children] == names
    if not redis:
        ticks = [
            word for child in children for word in child.command if word in settings.CELERY_BEAT_SCHEDULE
        ]
        assert sorted(ticks) == sorted(settings.CELERY_BEAT_SCHEDULE)
