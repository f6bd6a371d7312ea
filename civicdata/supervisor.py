"""Keeps the processes of one machine alive together: starts them, restarts what dies, stops them all.

Each child is a session of its own, so that Ctrl-C in a terminal reaches only the supervisor, which then stops
the children in order. On Linux the kernel stops a child whose supervisor was killed; nothing is left behind.
"""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.25  # seconds between two looks at the children
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds before a restart; doubled each time
SETTLED_AFTER = 60.0  # seconds after which a child counts as healthy and the wait starts anew
GRACE = 7.0  # seconds that all children together have to stop by themselves
STUCK_CHECK_EVERY = 30.0  # seconds between two questions whether a child is stuck
STUCK_NOT_BEFORE = 600.0  # seconds that a child has after its start before it can count as stuck
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass
class Child:
    """One process to keep alive. `stuck` says why a running process does no work, or ""."""

    name: str
    command: Sequence[str]
    stuck: Callable[[], str] = lambda: ""
    process: subprocess.Popen[bytes] | None = None
    wait: float = FIRST_WAIT
    started_at: float = 0.0
    start_at: float = 0.0
    checked_at: float = field(default_factory=time.monotonic)


def die_with(supervisor_pid: int) -> Callable[[], None]:
    """What the child runs before its program: ask the kernel for SIGTERM when the supervisor is gone."""

    def ask() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != supervisor_pid:  # it died in between
            os._exit(1)

    return ask


class Supervisor:
    """Runs `children` until SIGTERM, SIGINT or SIGHUP, or until the process `parent` (an id) is gone."""

    def __init__(self, children: Sequence[Child], parent: int | None = None) -> None:
        self.children = children
        self.parent = parent
        self.stopping = threading.Event()

    def run(self) -> None:
        """Blocks until told to stop; returns when no child is left."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_stop)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup: stay when the terminal goes
            signal.signal(signal.SIGHUP, self._asked_to_stop)
        try:
            while not self.stopping.is_set() and self.parent in (None, os.getppid()):
                for child in self.children:
                    self._look_after(child)
                self.stopping.wait(LOOK_EVERY)
        finally:
            self._stop_all()

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.start_at:
                self._start(child, now)
            return
        code = child.process.poll()
        if code is None:
            self._end_if_stuck(child, now)
            return
        _kill_group(child.process.pid)  # what the dead process itself had started
        if now - child.started_at > SETTLED_AFTER:
            child.wait = FIRST_WAIT
        logger.warning("%s ended (%s); it starts again in %.1f s", child.name, _in_words(code), child.wait)
        child.process, child.start_at = None, now + child.wait
        child.wait = min(child.wait * 2, LONGEST_WAIT)

    def _start(self, child: Child, now: float) -> None:
        child.process = subprocess.Popen(  # noqa: S603 - our own commands
            child.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with(os.getpid()),
        )
        child.started_at = child.checked_at = now
        logger.info("%s started (process %d)", child.name, child.process.pid)

    def _end_if_stuck(self, child: Child, now: float) -> None:
        too_soon = now - child.started_at < STUCK_NOT_BEFORE or now - child.checked_at < STUCK_CHECK_EVERY
        if child.process is None or too_soon:
            return
        child.checked_at = now
        if reason := child.stuck():
            logger.error("%s does no work (%s); it is stopped and starts again", child.name, reason)
            _kill_group(child.process.pid)

    def _stop_all(self) -> None:
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE
        for process in running:
            try:
                process.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.warning("process %d did not stop by itself and is killed", process.pid)
            _kill_group(process.pid)
            process.wait()


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # nobody left
    except PermissionError:
        logger.debug("group %d holds only processes that are ending", pid)


def _in_words(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
