"""Settings are read in a fresh interpreter: what counts is what a start with these variables does."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STRONG = "Zk3-9qVw_7Lm2Xc8Rt5Yb1Nf6Gh4Jd0PsQaUeIoTzKyWvMxBnCr"
PRODUCTION = {"CIVICDATA_ENV": "production", "SECRET_KEY": STRONG, "ALLOWED_HOSTS": "data.example.org"}
ASK = """
import json, sys
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}, default=str))
"""


def start(home: Path, *names: str, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "civicdata.settings",
        "CIVICDATA_HOME": str(home),
        **environment,
    }
    command = [sys.executable, "-c", ASK, *names]
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=60)


def read(home: Path, *names: str, **environment: str) -> dict[str, object]:
    result = start(home, *names, **environment)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY of at least 50 random characters"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY of at least 50 random characters"),
        ({"SECRET_KEY": "a" * 80}, "SECRET_KEY of at least 50 random characters"),
        ({"DEBUG": "1"}, "DEBUG must be off in production"),
        ({"ALLOWED_HOSTS": ""}, "Production needs ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "Production needs ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "data.example.org,*"}, "Production needs ALLOWED_HOSTS"),
        ({"CIVICDATA_ENV": "prod"}, "it must be local, test or production"),
    ],
)
def test_production_refuses_to_start_when_it_would_be_unsafe(
    tmp_path: Path, changed: dict[str, str], sentence: str
) -> None:
    result = start(tmp_path, "DEBUG", **{**PRODUCTION, **changed})
    assert result.returncode != 0
    assert sentence in result.stderr.splitlines()[-1]


def test_production_starts_with_strict_transport_and_cookies(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "DEBUG",
        "SESSION_COOKIE_SECURE",
        "SESSION_COOKIE_NAME",
        "SECURE_HSTS_SECONDS",
        "SECURE_SSL_REDIRECT",
        "DEMO",
        **PRODUCTION,
    )
    assert found == {
        "DEBUG": False,
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_NAME": "__Host-session",
        "SECURE_HSTS_SECONDS": 31536000,
        "SECURE_SSL_REDIRECT": True,
        "DEMO": False,
    }


def test_without_any_variable_everything_lies_under_the_home(tmp_path: Path) -> None:
    found = read(tmp_path, "DATABASES", "MEDIA_ROOT", "EMAIL_BACKEND", "EMAIL_FILE_PATH", "DEBUG")
    assert found["DATABASES"]["default"]["NAME"] == str(tmp_path / "civicdata.sqlite3")
    assert found["MEDIA_ROOT"] == str(tmp_path / "uploads")
    assert found["EMAIL_FILE_PATH"] == str(tmp_path / "mail")
    assert found["EMAIL_BACKEND"] == "django.core.mail.backends.filebased.EmailBackend"
    assert found["DEBUG"] is False


def test_sqlite_keeps_what_was_accepted_and_never_fails_as_locked(tmp_path: Path) -> None:
    options = read(tmp_path, "DATABASES")["DATABASES"]["default"]["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        assert pragma in options["init_command"]


def test_the_embedded_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    first = read(tmp_path, "SECRET_KEY")["SECRET_KEY"]
    assert read(tmp_path, "SECRET_KEY")["SECRET_KEY"] == first
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_the_demo_writes_mail_to_files_whatever_the_settings_say(tmp_path: Path) -> None:
    mail = {"EMAIL_URL": "smtp+tls://user:pass@mail.example.org:587"}
    (tmp_path / "demo").touch()
    for environment in (mail, {**mail, "CIVICDATA_DEMO": "0"}, {**mail, **PRODUCTION}):
        found = read(tmp_path, "EMAIL_BACKEND", "EMAIL_FILE_PATH", **environment)
        assert found["EMAIL_BACKEND"] == "django.core.mail.backends.filebased.EmailBackend"
        assert found["EMAIL_FILE_PATH"] == str(tmp_path / "mail")


def test_mail_goes_to_the_server_that_is_named(tmp_path: Path) -> None:
    mail = {"EMAIL_URL": "smtp+tls://user:pass@mail.example.org:587", "CIVICDATA_DEMO": "0"}
    found = read(tmp_path, "EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS", **mail)
    assert found == {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "mail.example.org",
        "EMAIL_PORT": 587,
        "EMAIL_USE_TLS": True,
    }


def test_redis_and_postgresql_come_from_their_addresses(tmp_path: Path) -> None:
    servers = {
        "REDIS_URL": "redis://cache.example.org/3",
        "DATABASE_URL": "postgres://u:p@db.example.org/civic",
    }
    found = read(tmp_path, "CACHES", "DATABASES", "CELERY_BROKER_URL", "CELERY_TASK_ALWAYS_EAGER", **servers)
    assert (
        found["CELERY_BROKER_URL"] == found["CACHES"]["default"]["LOCATION"] == "redis://cache.example.org/3"
    )
    assert found["CELERY_TASK_ALWAYS_EAGER"] is False
    database = found["DATABASES"]["default"]
    assert (database["HOST"], database["NAME"]) == ("db.example.org", "civic")
    assert database["OPTIONS"]["pool"]["max_size"] == 10


def test_the_clock_never_asks_another_machine_unless_told_to(tmp_path: Path) -> None:
    assert read(tmp_path, "CATALOG_REFRESH")["CATALOG_REFRESH"] is False
    assert read(tmp_path, "CATALOG_REFRESH", CATALOG_REFRESH="1")["CATALOG_REFRESH"] is True
