"""Real processes, really killed: what the supervisor started never dies alone and never stays behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.fault

# A child writes its process id as a new file into its folder and waits; some have a child of their own.
CHILD = """
import os, pathlib, signal, subprocess, sys, time
folder = pathlib.Path(sys.argv[1])
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "parent" in sys.argv:
    subprocess.Popen([sys.executable, __file__, str(folder.parent / "grandchild")])
folder.mkdir(exist_ok=True)
(folder / str(os.getpid())).touch()
if "failing" in sys.argv:
    sys.exit(3)
time.sleep(60)
"""
DRIVER = """
import logging, os, sys
from civicdata import supervisor
logging.basicConfig(level=logging.INFO, format="%(message)s")
for setting in sys.argv[3].split(","):
    name, _, value = setting.partition("=")
    setattr(supervisor, name, float(value))
script, folder = sys.argv[1], sys.argv[2]
children = []
for described in sys.argv[4:]:
    name, *how = described.split("+")
    stuck = (lambda: "no tick") if "stuck" in how else (lambda: "")
    command = [sys.executable, script, f"{folder}/{name}", *how]
    children.append(supervisor.Child(name, command, stuck=stuck))
supervisor.Supervisor(children, os.getppid()).run()
"""


def _hears_hangups() -> None:
    """Whoever runs the tests under nohup ignores SIGHUP, and what they start would too."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Running:
    """A supervisor in a process of its own, and what its children wrote down."""

    def __init__(self, folder: Path, children: tuple[str, ...], settings: str) -> None:
        script = folder / "child.py"
        script.write_text(CHILD)
        self.folder = folder
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", DRIVER, str(script), str(folder), settings, *children],
                cwd=ROOT,
                stderr=log,
                start_new_session=True,
                preexec_fn=_hears_hangups,
            )

    def pids(self, name: str) -> set[int]:
        folder = self.folder / name
        return {int(file.name) for file in folder.iterdir()} if folder.is_dir() else set()

    def everybody(self) -> set[int]:
        return {pid for folder in self.folder.iterdir() if folder.is_dir() for pid in self.pids(folder.name)}

    def alive(self) -> set[int]:
        return {pid for pid in self.everybody() if is_alive(pid)}

    def stop(self) -> float:
        """Seconds until the supervisor ended after SIGTERM."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(timeout=15)
        return time.monotonic() - began


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(state.strip()) and not state.startswith("Z")


def wait_until(condition: Callable[[], object], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(*children: str, settings: str = "GRACE=7") -> Running:
        started.append(Running(tmp_path, children, settings))
        return started[-1]

    yield start
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()
        for pid in running.alive():
            os.kill(pid, signal.SIGKILL)


def test_a_killed_child_starts_again_and_the_log_says_so(supervise: Callable[..., Running]) -> None:
    running = supervise("web", "clock")
    wait_until(lambda: running.pids("web") and running.pids("clock"))
    (first,) = running.pids("web")
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: len(running.pids("web")) == 2)
    assert len(running.pids("clock")) == 1
    assert "web ended (killed by SIGKILL); it starts again in 0.5 s" in running.log.read_text()


def test_nobody_is_left_when_the_supervisor_is_killed(supervise: Callable[..., Running]) -> None:
    running = supervise("web", "clock")
    wait_until(lambda: len(running.alive()) == 2)
    running.process.kill()
    running.process.wait()
    wait_until(lambda: not running.alive(), seconds=5)


def test_everybody_stops_when_the_caller_of_the_supervisor_is_killed(tmp_path: Path) -> None:
    (tmp_path / "child.py").write_text(CHILD)
    command = [
        sys.executable,
        "-c",
        DRIVER,
        str(tmp_path / "child.py"),
        str(tmp_path),
        "GRACE=7",
        "web",
        "clock",
    ]
    caller = "import subprocess, sys; subprocess.run(sys.argv[1:])"
    process = subprocess.Popen([sys.executable, "-c", caller, *command], cwd=ROOT, stderr=subprocess.DEVNULL)
    written = lambda: list(tmp_path.glob("*/[0-9]*"))  # noqa: E731
    wait_until(lambda: len(written()) == 2)
    process.kill()
    process.wait()
    wait_until(lambda: not any(is_alive(int(file.name)) for file in written()))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_everybody_at_once(supervise: Callable[..., Running], number: signal.Signals) -> None:
    running = supervise("web", "clock")
    wait_until(lambda: len(running.alive()) == 2)
    began = time.monotonic()
    running.process.send_signal(number)
    assert running.process.wait(timeout=10) == 0
    assert time.monotonic() - began < 3
    assert not running.alive()


def test_a_child_that_ignores_the_request_is_killed(supervise: Callable[..., Running]) -> None:
    running = supervise("web+stubborn", "clock", settings="GRACE=1")
    wait_until(lambda: len(running.alive()) == 2)
    assert 0.9 < running.stop() < 4
    assert not running.alive()


def test_what_a_dead_child_had_started_is_not_left_behind(supervise: Callable[..., Running]) -> None:
    running = supervise("web+parent")
    wait_until(lambda: running.pids("web") and running.pids("grandchild"))
    (parent,), (grandchild,) = running.pids("web"), running.pids("grandchild")
    os.kill(parent, signal.SIGKILL)
    wait_until(lambda: not is_alive(grandchild))
    wait_until(lambda: len(running.pids("grandchild")) == 2)
    running.stop()
    wait_until(lambda: not running.alive())


def test_a_child_that_fails_at_once_is_started_ever_more_slowly(supervise: Callable[..., Running]) -> None:
    running = supervise("web+failing", settings="LOOK_EVERY=0.05")
    wait_until(lambda: len(running.pids("web")) == 3)
    log = running.log.read_text()
    assert "web ended (exit code 3); it starts again in 0.5 s" in log
    assert "starts again in 1.0 s" in log


def test_a_child_that_lives_but_does_no_work_is_started_again(supervise: Callable[..., Running]) -> None:
    running = supervise("clock+stuck", "web", settings="STUCK_NOT_BEFORE=0.5,STUCK_CHECK_EVERY=0.2")
    wait_until(lambda: len(running.pids("clock")) >= 2)
    assert "clock does no work (no tick)" in running.log.read_text()
    assert len(running.pids("web")) == 1
