"""`manage.py up` for real: every process is killed once, and the service is back or nobody is left."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(sys.platform != "linux", reason="finds the processes of the service in /proc"),
]


class Service:
    """The service in a home of its own, on SQLite; with a worker apart where the suite runs with Redis."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home.parent / f"{home.name}.log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = self.start()

    def environment(self) -> dict[str, str]:
        own = {"CIVICDATA_HOME": str(self.home), "CIVICDATA_DEMO": "0", "PORT": str(self.port)}
        return {"PATH": os.environ["PATH"], "REDIS_URL": os.environ.get("REDIS_URL", ""), **own}

    def start(self) -> subprocess.Popen[bytes]:
        with self.log.open("a") as log:
            command = [sys.executable, "-W", "ignore", "manage.py", "up"]
            return subprocess.Popen(
                command, cwd=ROOT, env=self.environment(), stdout=log, stderr=log, start_new_session=True
            )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.environment(), capture_output=True, text=True)

    def processes(self, word: str = "") -> set[int]:
        """Living processes of this home whose command line holds `word`."""
        mark = f"CIVICDATA_HOME={self.home}".encode()
        found = set()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                ours = mark in (folder / "environ").read_bytes().split(b"\0")
                if ours and word in (folder / "cmdline").read_text():
                    found.add(int(folder.name))
            except OSError:
                continue
        return found

    def answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return json.load(answer)["status"] == "ok"
        except (URLError, ConnectionError, TimeoutError):
            return False

    def wait_until(self, condition: Callable[[], object], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, self.log.read_text()[-3000:]
            time.sleep(0.1)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    running = Service(tmp_path_factory.mktemp("service") / "home")
    try:
        running.wait_until(running.answers, seconds=60)
        yield running
    finally:
        for pid in running.processes():
            os.kill(pid, signal.SIGKILL)
        running.process.wait()


@pytest.mark.parametrize("role", ["granian", "celery" if os.environ.get("REDIS_URL") else "civicdata.clock"])
def test_a_killed_process_is_back_within_seconds(service: Service, role: str) -> None:
    service.wait_until(lambda: service.processes(role))
    before = service.processes(role)
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    service.wait_until(lambda: victim not in service.processes())
    service.wait_until(lambda: len(service.processes(role)) >= len(before))
    service.wait_until(service.answers)


def test_a_killed_web_worker_is_back_within_seconds(service: Service) -> None:
    before = service.processes("granian")
    os.kill(max(before), signal.SIGKILL)
    service.wait_until(lambda: max(before) not in service.processes() and service.answers())


def test_ticks_reach_the_worker_through_redis(service: Service) -> None:
    if not os.environ.get("REDIS_URL"):
        pytest.skip("needs REDIS_URL; .ci/run does this")
    service.wait_until(lambda: service.run("health").returncode == 0, seconds=120)


def test_a_second_service_on_the_same_port_says_so_in_one_sentence(service: Service) -> None:
    result = service.run("up")
    assert result.returncode == 2
    sentence = f"Port {service.port} on 127.0.0.1 is in use. Choose another: make run PORT={service.port + 1}"
    assert result.stderr.strip() == f"CommandError: {sentence}"


def test_sigterm_leaves_nobody_and_the_next_start_is_quick(service: Service) -> None:
    service.process.terminate()
    assert service.process.wait(timeout=10) == 0
    assert not service.processes()
    began = time.monotonic()
    service.process = service.start()
    service.wait_until(service.answers, seconds=10)
    assert time.monotonic() - began < 10


def test_a_killed_supervisor_leaves_nobody(service: Service) -> None:
    service.wait_until(lambda: len(service.processes()) >= 4)
    service.process.kill()
    service.process.wait()
    service.wait_until(lambda: not service.processes(), seconds=10)
