"""What every answer carries: pages, errors, redirects, static files and files of a case."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from requests_app.models import Attachment
from tests.requests_app.factories import Staff, file_case
from tests.requests_app.pages import checked, filed

ROOT = Path(__file__).resolve().parents[2]

ANYWHERE = (
    *("/", "/kent/", "/kent/submit/", "/kent/submit/error_report/", "/kent/datasets/", "/kent/theme.css"),
    *("/track/", "/track/KNT-222222222/", "/track/x/", "/files/1/", "/desk/", "/desk/queue/", "/healthz"),
    *("/nowhere/", "/nowhere", "/static/css/civic.css", "/static/nothing.css", "/admin/"),
    *("/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"),
)
KEPT_IN_PUBLIC = ("/", "/kent/", "/kent/datasets/", "/kent/theme.css", "/static/css/civic.css")


@pytest.mark.parametrize("address", ANYWHERE)
def test_every_answer_is_strict_about_scripts_frames_types_and_caches(
    client: Client, people: dict[str, Staff], address: str
) -> None:
    answers = [client.get(address), client.post(address), client.options(address)]
    answers.append(client.get(address, headers={"host": "evil.example"}))
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert part in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        cached = answer.headers["Cache-Control"]
        assert "public" not in cached or address in KEPT_IN_PUBLIC, cached
        assert answer.status_code < 500 or address == "/healthz"


def test_a_case_is_never_kept_by_a_cache(client: Client, people: dict[str, Staff]) -> None:
    reference = filed(client, "kent", "error_report", files=SimpleUploadedFile("a.txt", b"words"))
    file = Attachment.objects.get(submission__reference=reference)
    for address in (f"/track/{reference}/", f"/track/{reference}/withdraw/", f"/files/{file.pk}/"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "no-store" in answer.headers["Cache-Control"]
    page = checked(client, "kent", "error_report")
    assert "no-store" in page.headers["Cache-Control"]
    # The empty form says nothing of anybody; kept by the browser alone, Back brings back what was typed.
    assert client.get("/kent/submit/error_report/").headers["Cache-Control"] == "private, no-cache"


def test_the_desk_is_never_kept_by_a_cache(client: Client, people: dict[str, Staff]) -> None:
    case = file_case(people["kent"].city, dataset=people["kent"].dataset)
    client.force_login(people["kent"].clerk)
    for address in ("/desk/", "/desk/queue/", f"/desk/case/{case.reference}/"):
        assert "no-store" in client.get(address).headers["Cache-Control"]


def test_a_public_page_that_shows_something_personal_is_kept_by_nobody(
    client: Client, people: dict[str, Staff]
) -> None:
    client.force_login(people["kent"].clerk)
    assert "public" not in client.get("/kent/").headers["Cache-Control"]


SHOWN = ("SECURE_HSTS_SECONDS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")
SHOWN += ("SESSION_COOKIE_NAME", "SECURE_SSL_REDIRECT", "SITE_URL")
START = f"from civicdata import settings as s; print(*[getattr(s, name) for name in {SHOWN}])"


def start(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Production's settings in a process of their own."""
    given = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "civicdata.settings"}
    given |= {**environment, "CIVICDATA_ENV": "production", "CIVICDATA_HOME": str(tmp_path)}
    return subprocess.run(
        [sys.executable, "-c", START], cwd=ROOT, env=given, capture_output=True, text=True, timeout=60
    )


GOOD = {"SECRET_KEY": secrets.token_urlsafe(64), "ALLOWED_HOSTS": "data.example.org"}


def test_production_forces_https_and_keeps_cookies_to_it(tmp_path: Path) -> None:
    said = start(tmp_path, **GOOD).stdout.split()
    assert said == ["31536000", "True", "True", "__Host-session", "True", "https://data.example.org"]


@pytest.mark.parametrize(
    "weak", [{"SECRET_KEY": "short"}, {"SECRET_KEY": "a" * 80}, {"ALLOWED_HOSTS": "*"}, {"DEBUG": "1"}]
)
def test_production_refuses_weak_settings(tmp_path: Path, weak: dict[str, str]) -> None:
    said = start(tmp_path, **{**GOOD, **weak})
    assert said.returncode != 0
    assert "ImproperlyConfigured" in said.stderr and not said.stdout


def test_a_copy_of_the_example_with_blanks_starts_as_safe_as_none(tmp_path: Path) -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    blank = {line.partition("=")[0]: "" for line in lines if line and not line.startswith("#")}
    assert start(tmp_path, **{**blank, **GOOD}).stdout == (start(tmp_path, **GOOD).stdout)
