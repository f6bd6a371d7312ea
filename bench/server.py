"""A real web process on a free loopback port, called by a few threads at once."""

import contextlib
import http.client
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
THREADS = 8  # as `manage.py up` starts it
START_SECONDS = 30.0

Call = Callable[[http.client.HTTPConnection], None]


@dataclass(frozen=True)
class Server:
    """The running process and its port."""

    port: int
    pid: int

    def memory_mb(self) -> float:
        """Resident memory of the process and what it started, the largest of them."""
        return max(_resident_mb(pid) for pid in (self.pid, *_children(self.pid)))


def stop_in_order() -> None:
    """SIGTERM ends this process like Ctrl-C: what was started is stopped, what was made is taken away."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))


@contextlib.contextmanager
def serving(environment: Mapping[str, str]) -> Iterator[Server]:
    """One web process like the product's, stopped at the end."""
    port = _free_port()
    command = [sys.executable, "-W", "ignore", "-m", "granian", "--interface", "wsgi", "--host", HOST]
    command += ["--port", str(port), "--workers", "1", "--blocking-threads", str(THREADS), "--no-ws"]
    command += ["--log-level", "error", "bench.wsgi:application"]
    process = subprocess.Popen(command, env=dict(environment), stdin=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def callers(server: Server, calls: Sequence[Call], times: int) -> list[float]:
    """Each of `calls` in a thread of its own, `times` times over one kept connection; seconds of each."""
    found: list[float] = []
    failed: list[BaseException] = []

    def work(call: Call) -> None:
        connection = http.client.HTTPConnection(HOST, server.port, timeout=60)
        try:
            for _turn in range(times):
                began = time.perf_counter()
                call(connection)
                found.append(time.perf_counter() - began)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return found


def getting(path: str, cookies: str = "") -> Call:
    """A call that fetches `path` and reads it to the end; anything but 200 is an error."""

    def call(connection: http.client.HTTPConnection) -> None:
        connection.request("GET", path, headers={"Cookie": cookies} if cookies else {})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")

    return call


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the web process ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=0.2):
            return
        time.sleep(0.1)
    raise RuntimeError("the web process did not start")


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()] if path.exists() else []


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    if not status.exists():  # not Linux
        said = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True
        )
        return int(said.stdout) / 1024
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
