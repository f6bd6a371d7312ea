"""The documents say what the software does: tables, words, links, commands and modules are held to it."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from portals.vocabulary import (
    ClockState,
    Layer,
    MemberRole,
    Milestone,
    OfficeRole,
    Outcome,
    Relation,
    StepAction,
    SubmissionKind,
)
from requests_app.lifecycle import MOVES
from requests_app.models import Action, Status
from tests.portals.loading import SHIPPED

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted(
    [*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"], key=lambda path: str(path)
)
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def table(written: str, first: str) -> list[list[str]]:
    """The cells of the table whose first heading is `first`, without the line below the heading."""
    lines = written.splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith(f"| {first} |"))
    found = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return [found[0], *found[2:]]


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# -- Lifecycle


def test_the_page_of_the_lifecycle_shows_exactly_the_table_of_moves() -> None:
    heading, *rows = table(text("docs/lifecycle.md"), "action")
    shown = {
        (status, row[0]): cell
        for row in rows
        for status, cell in zip(heading[1:], row[1:], strict=True)
        if cell != "·"
    }
    assert shown == {(str(status), str(action)): str(target) for (status, action), target in MOVES.items()}


def test_the_page_of_the_lifecycle_names_every_action_and_status_once() -> None:
    heading, *rows = table(text("docs/lifecycle.md"), "action")
    assert heading[1:] == Status.values
    assert [row[0] for row in rows] == Action.values


# -- Words


@pytest.mark.parametrize(
    ("first", "words"),
    [
        ("kind", SubmissionKind),
        ("status", Status),
        ("role", OfficeRole),
        ("relation", Relation),
        ("layer", Layer),
        ("milestone", Milestone),
        ("state", ClockState),
        ("outcome", Outcome),
    ],
)
def test_a_table_of_the_glossary_has_no_word_that_is_not_stored(first: str, words: type) -> None:
    _heading, *rows = table(text("docs/glossary.md"), first)
    assert [row[1].strip("`") for row in rows] == words.values
    assert all(row[2] for row in rows)


@pytest.mark.parametrize("words", [StepAction, MemberRole])
def test_the_words_of_steps_and_people_stand_in_the_glossary(words: type) -> None:
    glossary = text("docs/glossary.md")
    assert [value for value in words.values if f"`{value}`" not in glossary] == []


def test_the_ladders_of_all_cities_that_ship_are_told() -> None:
    _heading, *rows = table(text("docs/routes.md"), "city")
    assert sorted(row[0].lower().replace(" ", "-") for row in rows) == [path.stem for path in SHIPPED]


# -- What is named


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text(name)):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _hash, anchor = target.partition("#")
        linked = (ROOT / name).parent / path if path else ROOT / name
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


@pytest.mark.parametrize("name", NAMES)
def test_every_command_that_is_named_exists(name: str) -> None:
    assert set(re.findall(r"manage\.py ([a-z_]+)", text(name))) <= set(get_commands())


@pytest.mark.parametrize("name", NAMES)
def test_every_option_of_a_restore_that_is_named_exists(name: str) -> None:
    source = text("requests_app/management/commands/restore.py")
    for option in re.findall(r"manage\.py restore[^`\n]*?(--[a-z-]+)", text(name)):
        assert f'"{option}"' in source


@pytest.mark.parametrize("name", NAMES)
def test_every_module_that_is_named_exists(name: str) -> None:
    modules = re.findall(r"`((?:portals|requests_app|civicdata|tests)/[\w/]+\.\w+)`", text(name))
    assert [module for module in modules if not (ROOT / module).exists()] == []


def named_in(written: str) -> set[str]:
    """The modules that a source names, as `folder/name.py` or `package.module.name`, without its imports."""
    dotted = re.findall(r"`((?:civicdata|requests_app|portals)(?:\.[a-z_]+)+)", written)
    return set(re.findall(r"(?<![\w/.])(?:[a-z_]+/)*[a-z_]+\.py\b", written)) | set(dotted)


def test_every_module_that_a_source_names_exists() -> None:
    folders = [ROOT / name for name in ("civicdata", "requests_app", "portals")]
    sources = [path for folder in folders for path in folder.rglob("*.py")]
    known = [f"/{path.relative_to(ROOT)}" for path in (*sources, ROOT / "manage.py")]

    def is_known(name: str) -> bool:
        if name.endswith(".py"):
            return any(one.endswith(f"/{name}") for one in known)
        path = ROOT / name.replace(".", "/")
        return path.is_dir() or any(f"/{one.relative_to(ROOT)}.py" in known for one in (path, path.parent))

    lost = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sources
        for name in named_in(path.read_text(encoding="utf-8"))
        if not is_known(name)
    ]
    assert lost == []


def test_every_document_is_reached_by_a_link_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        path = waiting.pop().resolve()
        if path in reached:
            continue
        reached.add(path)
        if path.is_dir():
            waiting += path.glob("*.md")
        elif path.suffix == ".md":
            links = re.findall(r"\]\(([^)#\s]+)\)", path.read_text(encoding="utf-8"))
            waiting += [path.parent / link for link in links if (path.parent / link).exists()]
    lost = [name for name, path in zip(NAMES, DOCUMENTS, strict=True) if path not in reached]
    assert lost == []
