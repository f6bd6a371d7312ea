"""Every response carries strict headers and an id; what is too large is refused unread."""

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from civicdata.logs import request_id
from civicdata.middleware import BodyLimitMiddleware, RequestIdMiddleware, SecurityHeadersMiddleware


def answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request_id.get())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/healthz", "/no-such-page/at-all", "/accounts/login/", "/static/nothing.css"]
)
def test_every_response_has_the_strict_headers(client: Client, address: str) -> None:
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Request-ID"]
    assert "geolocation=()" in headers["Permissions-Policy"]


def test_a_view_may_be_stricter_than_the_default() -> None:
    def sandboxed(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Content-Security-Policy": "sandbox; default-src 'none'"})

    response = SecurityHeadersMiddleware(sandboxed)(RequestFactory().get("/"))
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_the_id_of_the_proxy_is_kept_where_it_is_harmless() -> None:
    request = RequestFactory().get("/", headers={"X-Request-ID": "abcdef-123456"})
    response = RequestIdMiddleware(answer)(request)
    assert response.content == b"abcdef-123456"
    assert response.headers["X-Request-ID"] == "abcdef-123456"


@pytest.mark.parametrize("forged", ["short", "x" * 65, "line\nbreak-in-the-log", "<script>alert(1)</script>"])
def test_a_forged_id_is_replaced(forged: str) -> None:
    response = RequestIdMiddleware(answer)(RequestFactory().get("/", headers={"X-Request-ID": forged}))
    assert response.headers["X-Request-ID"] != forged
    assert len(response.headers["X-Request-ID"]) == 16


def test_the_id_is_forgotten_after_the_request_even_when_it_fails() -> None:
    def fail(_request: HttpRequest) -> HttpResponse:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        RequestIdMiddleware(fail)(RequestFactory().get("/"))
    assert request_id.get() == "-"


@pytest.mark.parametrize(("too_much", "status"), [(0, 200), (1, 413)])
def test_a_body_larger_than_all_files_together_is_refused(too_much: int, status: int) -> None:
    length = str(settings.BODY_MAX_BYTES + too_much)
    request = RequestFactory().generic("POST", "/", CONTENT_LENGTH=length)
    assert BodyLimitMiddleware(answer)(request).status_code == status


def test_what_is_refused_unread_is_a_problem_document_for_a_program() -> None:
    length = str(settings.BODY_MAX_BYTES + 1)
    request = RequestFactory().generic("POST", "/api/v1/cities", CONTENT_LENGTH=length)
    refused = BodyLimitMiddleware(answer)(request)
    assert (refused.status_code, refused["Content-Type"]) == (413, "application/problem+json")
    other = RequestFactory().post("/api/v1/cities", b"{}", content_type="application/json; charset=utf-16")
    refused = BodyLimitMiddleware(answer)(other)
    assert (refused.status_code, refused["Content-Type"]) == (415, "application/problem+json")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status"),
    [("/?q=no%00ne", 200), ("/track/KNT%00-2/", 404), ("/ke%00nt/", 404), ("/?q=%2500", 200)],
)
def test_a_nul_in_an_address_reaches_no_database(client: Client, address: str, status: int) -> None:
    assert client.get(address).status_code == status
