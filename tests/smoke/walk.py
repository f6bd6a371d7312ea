"""A walk through the running service, from outside, as a resident would: only the standard library.

`walk.py --clone DIR --home DIR` starts `make run` in DIR on a free port with an almost empty environment,
walks, stops it, starts it again and looks whether everything is still there. `walk.py --url URL` walks
through a service that is already running. Prints a line a step; the first wrong thing ends it with exit
code 1.
"""

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError

sys.path.insert(0, str(Path(__file__).resolve().parent))

from resident import Page, Resident

CITIES = ("kansas-city", "kent", "oklahoma-city", "portland", "bakersfield")
KINDS = (
    "error_report",
    "dataset_request",
    "access_request",
    "records_request",
    "misuse_report",
    "privacy_concern",
)
CITY_PAGES = ("", "rules/", "datasets/", "calculator/")
MOST_LINKS = 400
FIRST_START, SECOND_START, STOP = 600, 20, 10  # seconds
REFERENCE = re.compile(r"/track/([A-Za-z0-9-]+)/")


class WrongError(Exception):
    """What the walk found to be wrong."""


def require(condition: object, what: str) -> None:
    if not condition:
        raise WrongError(what)


def say(text: str) -> None:
    print(f"  {text}", flush=True)


def wait_for(what: str, seconds: float, done: Callable[[], object]) -> float:
    """Seconds until `done` was true; wrong when it takes longer than `seconds`."""
    began = time.monotonic()
    while not done():
        require(time.monotonic() - began < seconds, f"waited {seconds:.0f} s in vain: {what}")
        time.sleep(0.2)
    return time.monotonic() - began


# -- The pages


def walk(url: str) -> list[str]:
    """Goes through the pages and files a request in every city; returns the references that were given."""
    resident = Resident(url)
    pages = [look_at_the_front(resident)]
    for city in CITIES:
        pages += [resident.get(f"/{city}/{page}") for page in CITY_PAGES]
        for kind in KINDS:
            require(resident.get(f"/{city}/submit/{kind}/").form_to_fill(), f"{city}: no form for {kind}")
    say(f"{len(CITIES)} cities: {len(CITY_PAGES)} pages and {len(KINDS)} forms each")
    follow_the_links(resident, pages)
    references = [file_a_submission(url, city, "records_request") for city in CITIES]
    references.append(file_a_submission(url, CITIES[0], "error_report"))
    say("filed " + ", ".join(references))
    return references


def look_at_the_front(resident: Resident) -> Page:
    front = resident.get("/")
    for city in CITIES:
        require(f"/{city}/" in front.text, f"the front page does not lead to {city}")
    require("default-src 'self'" in front.headers.get("Content-Security-Policy", ""), "no strict policy on /")
    for address in front.files():
        resident.get(address)
    say(f"front page, {len(front.files())} files")
    return front


def follow_the_links(resident: Resident, pages: list[Page]) -> None:
    """Every address to which one of these pages leads answers; nobody stands before a dead end."""
    links = sorted({link for page in pages for link in page.links() if resident.is_ours(link)})
    for link in links[:MOST_LINKS]:
        resident.get(link)
    say(f"{min(len(links), MOST_LINKS)} links followed")


def file_a_submission(url: str, city: str, kind: str) -> str:
    """Form, check your answers, confirmation, the requester's page; returns the reference."""
    resident = Resident(url)
    page = resident.get(f"/{city}/submit/{kind}/")
    for _step in range(4):
        if found := REFERENCE.search(page.address) or (
            page.is_confirmation() and REFERENCE.search(page.text)
        ):
            break
        form = page.form_to_fill()
        require(form, f"{page.address}: no form and no reference:\n{page.words()[:800]}")
        page = resident.submit(page, form)
    else:
        raise WrongError(f"{city} {kind}: no reference after four pages:\n{page.words()[:1500]}")
    reference = found.group(1)
    require(reference in resident.get(f"/track/{reference}/").text, f"/track/{reference}/ does not show it")
    return reference


# -- The processes


def start(clone: Path, home: Path, port: int) -> subprocess.Popen[bytes]:
    path = os.environ["PATH"]
    environment = {"PATH": path, "HOME": str(home.parent), "CIVICDATA_HOME": str(home), "PORT": str(port)}
    return subprocess.Popen(["make", "run"], cwd=clone, env=environment, stdin=subprocess.DEVNULL)


def processes_of(home: Path) -> Iterator[int]:
    """Every living process that was started with this CIVICDATA_HOME (Linux)."""
    mark = f"CIVICDATA_HOME={home}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name)
        except OSError:
            continue  # ended meanwhile, or not ours to look at


@contextmanager
def running(clone: Path, home: Path, port: int, seconds: float, number: signal.Signals) -> Iterator[str]:
    """The service, from its first healthy answer until it was stopped by the signal `number`."""
    process = start(clone, home, port)
    url = f"http://127.0.0.1:{port}"
    try:
        took = wait_for("/healthz", seconds, lambda: process.poll() is not None or is_healthy(url))
        require(process.poll() is None, f"make run ended with exit code {process.returncode}")
        say(f"healthy after {took:.1f} s")
        yield url
        process.send_signal(number)
        took = wait_for(f"{number.name} stops make run", STOP, lambda: process.poll() is not None)
        took += wait_for("no process is left", STOP - took, lambda: not list(processes_of(home)))
        say(f"{number.name} stopped everything in {took:.1f} s")
    finally:
        for pid in processes_of(home):
            os.kill(pid, signal.SIGKILL)
        process.wait()


def is_healthy(url: str) -> bool:
    try:
        return Resident(url).get("/healthz").status == 200
    except (URLError, HTTPError, ConnectionError, WrongError):
        return False


def the_clock_ticks(clone: Path, home: Path) -> bool:
    environment = {"PATH": os.environ["PATH"], "CIVICDATA_HOME": str(home)}
    command = [str(clone / ".venv/bin/python"), "manage.py", "health"]
    return subprocess.run(command, cwd=clone, env=environment, capture_output=True).returncode == 0


def letters_about(home: Path, reference: str) -> list[Path]:
    folder = home / "mail"
    files = folder.iterdir() if folder.is_dir() else iter(())
    return [file for file in files if reference in file.read_text(encoding="utf-8", errors="replace")]


def fresh_start(clone: Path, home: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    say("first start")
    with running(clone, home, port, FIRST_START, signal.SIGTERM) as url:
        references = walk(url)
        took = wait_for("letters", 60, lambda: all(letters_about(home, one) for one in references))
        say(f"a letter for each of them in $CIVICDATA_HOME/mail after {took:.0f} s")
        say(
            f"the clock ticked after {wait_for('the clock', 120, lambda: the_clock_ticks(clone, home)):.0f} s"
        )
    say("second start")
    with running(clone, home, port, SECOND_START, signal.SIGTERM) as url:
        for reference in references:
            require(reference in Resident(url).get(f"/track/{reference}/").text, f"{reference} is gone")
        say("everything filed before is still there")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url")
    parser.add_argument("--clone", type=Path)
    parser.add_argument("--home", type=Path)
    chosen = parser.parse_args()
    try:
        if chosen.url:
            walk(chosen.url)
        else:
            fresh_start(chosen.clone.resolve(), chosen.home.resolve())
    except (WrongError, HTTPError, URLError, OSError, ValueError) as error:
        print(f"WRONG: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
