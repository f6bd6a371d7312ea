"""Archives that are cut, spoilt, changed or not ours: refused in a sentence, with nothing touched."""

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from requests_app.preservation.archive import BackupError
from requests_app.preservation.backup import backup, restore
from tests.requests_app.homes import BACKED_UP, Home, at, new_home


def repacked(archive: Path, folder: Path, change: str) -> Path:
    """The archive, after `change` was done to its unpacked members by the shell."""
    inside = folder / "inside"
    inside.mkdir()
    subprocess.run(["tar", "xzf", archive, "-C", inside], check=True)
    subprocess.run(["sh", "-ec", change], cwd=inside, check=True)
    target = folder / "changed.tar.gz"
    order = "manifest.json $(find * ! -type d | grep -v manifest.json)"
    subprocess.run(["sh", "-ec", f"tar czf {target} {order}"], cwd=inside, check=True)
    return target


CHANGES = {
    "for f in uploads/*/*; do printf x >> $f; done": "was changed",
    "printf x | dd of=database.sqlite3 bs=1 seek=5000 conv=notrunc": "was changed",
    "rm -r uploads": "is missing",
    "echo x > more": "more is not of it",
    "ln -sf /etc/hostname more": "more is not of it",
    "echo '{}' > manifest.json": "no archive of",
    "echo no > manifest.json": "no archive of",
    """sed -i 's/"version": 2/"version": 3/' manifest.json""": "format 3",
    """sed -i 's/"version": 2/"version": 0/' manifest.json""": "format 0",
    "chmod u+w tables/*; for f in tables/*; do printf x >> $f; done": "was changed",
    "rm -rf tables": "is missing",
    "sed -i 's,tables/,tables/../,' manifest.json": "is not of it",
    "sed -i 's,tables/,tables/x,' manifest.json": "is not of it",
    """sed -i 's/"counts"/"kounts"/' manifest.json""": "manifest is not complete",
    "sed -i 's,uploads/../,uploads/../../,' manifest.json": "is not of it",
}


@pytest.mark.parametrize(("change", "told"), CHANGES.items())
def test_an_archive_that_was_changed_is_refused(
    change: str, told: str, unblocked: None, archive: Path, tmp_path: Path
) -> None:
    changed = repacked(archive, tmp_path, change)
    with new_home("sqlite", tmp_path / "home") as home, at(home):
        with pytest.raises(BackupError, match=told) as error:
            restore(changed)
        assert str(error.value).startswith(str(changed))
        assert list(home.folder.iterdir()) == []


def test_an_archive_of_the_version_before_tables_is_read(
    unblocked: None, archive: Path, tmp_path: Path
) -> None:
    older = repacked(archive, tmp_path, """sed -i 's/"version": 2/"version": 1/' manifest.json""")
    with new_home("sqlite", tmp_path / "home") as home, at(home):
        assert restore(older).cases == 4


@pytest.mark.parametrize("place", [0.02, 0.3, 0.6, 0.9, 0.9999])
def test_a_cut_or_spoilt_archive_is_refused(
    place: float, unblocked: None, archive: Path, tmp_path: Path
) -> None:
    whole = archive.read_bytes()
    at_byte = int(len(whole) * place)
    spoilt = whole[:at_byte] + bytes([whole[at_byte] ^ 0x55]) + whole[at_byte + 1 :]
    with new_home("sqlite", tmp_path / "home") as home, at(home):
        for content in (whole[:at_byte], spoilt):
            (tmp_path / "bad").write_bytes(content)
            with pytest.raises(BackupError):
                restore(tmp_path / "bad")
            assert list(home.folder.iterdir()) == []


def test_an_archive_of_a_newer_version_is_refused(origin: Home, unblocked: None, tmp_path: Path) -> None:
    newer = Home(tmp_path / "newer")
    newer.folder.mkdir()
    with closing(sqlite3.connect(origin.file)) as source, closing(sqlite3.connect(newer.file)) as target:
        source.backup(target)
        target.execute("INSERT INTO django_migrations(app, name, applied) VALUES ('portals', '0099_more', 0)")
        target.commit()
    with at(newer):
        backup(tmp_path / "newer.tar.gz", now=BACKED_UP)
    with new_home("sqlite", tmp_path / "home") as home, at(home):
        with pytest.raises(BackupError, match=r"newer version \(it has portals\.0099_more\)"):
            restore(tmp_path / "newer.tar.gz")
        assert list(home.folder.iterdir()) == []
