"""What the documents name exists, and what exists for people is documented."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "docs/operations.md"]
READ_BY_COMPOSE_ONLY = {"POSTGRES_PASSWORD"}
NOT_IN_THE_CHECKOUT = {"uploads/", "tables/", "mail/", "static/", "bench/results/"}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def example_variables() -> set[str]:
    return set(re.findall(r"^([A-Z_]+)=", text(".env.example"), flags=re.M))


def variables_read() -> set[str]:
    settings = re.findall(r"env\.\w+\(\s*[\"']([A-Z_]+)[\"']", text("civicdata/settings.py"))
    command = re.findall(r"environ\.get\([\"']([A-Z_]+)[\"']", text("civicdata/management/commands/up.py"))
    return {*settings, *command}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_target_that_is_named_exists(document: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), flags=re.M))
    named = set(re.findall(r"`make ([a-z]+)", text(document)))
    assert named
    assert named <= targets


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_that_is_named_exists(document: str) -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", text(document)))
    assert named
    assert named <= set(get_commands())


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_variable_that_is_named_is_read(document: str) -> None:
    named = {name for name in re.findall(r"`([A-Z][A-Z_]{3,})(?:=\S*)?`", text(document)) if "_" in name}
    assert named <= example_variables()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_is_named_exists(document: str) -> None:
    linked = set(re.findall(r"\]\(([^)#:]+)\)", text(document)))
    quoted = set(re.findall(r"`([\w./-]+/)`", text(document))) - NOT_IN_THE_CHECKOUT
    for name in {*linked, *(name for name in quoted if not name.startswith("/"))}:
        folders = [(ROOT / document).parent, ROOT, ROOT / "tests"]
        assert any((folder / name).exists() for folder in folders), name


def test_the_example_names_exactly_the_variables_that_are_read() -> None:
    assert example_variables() - READ_BY_COMPOSE_ONLY == variables_read()


def test_nothing_tells_the_paths_of_somebodys_machine() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    homes = re.compile(r"(?:^|[\s\"'`=(])/(?:home|root|Users|work)/\w")
    found = [name for name in tracked.stdout.split() if homes.search(readable(ROOT / name))]
    assert found == []


def readable(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, FileNotFoundError):
        return ""


# -- Deployment files


@pytest.fixture(scope="module")
def compose() -> dict[str, dict[str, dict[str, object]]]:
    return yaml.safe_load(text("compose.yaml"))


def ours(compose: dict[str, dict[str, dict[str, object]]]) -> Iterator[tuple[str, dict[str, object]]]:
    return ((name, it) for name, it in compose["services"].items() if it.get("image") == "civicdata")


def test_compose_starts_every_role_and_exactly_one_clock(compose: dict) -> None:
    assert set(compose["services"]) == {"prepare", "web", "worker", "beat", "database", "redis"}
    beats = [name for name, it in compose["services"].items() if " beat" in str(it.get("command", ""))]
    assert beats == ["beat"]


def test_compose_runs_everything_of_ours_as_production_and_without_rights(compose: dict) -> None:
    services = dict(ours(compose))
    assert set(services) == {"prepare", "web", "worker", "beat"}
    for service in services.values():
        assert service["environment"]["CIVICDATA_ENV"] == "production"
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True


def test_compose_migrates_once_before_anything_is_served(compose: dict) -> None:
    for name, service in ours(compose):
        waits = service["depends_on"]
        assert waits["database"]["condition"] == "service_healthy"
        if name != "prepare":
            assert waits["prepare"]["condition"] == "service_completed_successfully"
    prepare = str(compose["services"]["prepare"]["command"])
    for command in ("migrate", "collectstatic", "load_city"):
        assert command in prepare
        assert command in get_commands()


def test_compose_takes_no_secret_from_the_file_itself(compose: dict) -> None:
    assert re.findall(r"PASSWORD: (?!\$\{)", text("compose.yaml")) == []
    assert "SECRET_KEY: ${SECRET_KEY:?" in text("compose.yaml")


def test_compose_mounts_only_declared_volumes(compose: dict) -> None:
    used = {mount.split(":")[0] for it in compose["services"].values() for mount in it.get("volumes", [])}
    assert used == set(compose["volumes"])


def test_compose_checks_the_health_of_every_server(compose: dict) -> None:
    without = {name for name, it in compose["services"].items() if not it.get("healthcheck")}
    assert without == {"prepare"}


def test_the_image_copies_what_exists_and_does_not_run_as_root() -> None:
    lines = text("Dockerfile").splitlines()
    for line in lines:
        if line.startswith("COPY ") and "--from" not in line:
            *sources, _target = line.split()[1:]
            for source in sources:
                assert (ROOT / source).exists(), source
    assert "USER civicdata" in lines
    assert "--require-hashes" in text("Dockerfile")
