import gzip
import json
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from portals.catalog import reading
from portals.catalog.entry import CatalogError, CatalogFormat
from portals.catalog.reading import read_catalog
from tests.portals.catalog.conftest import dcat


class Handler(BaseHTTPRequestHandler):
    """Answers what `pages` says for a path: (status, headers, body)."""

    pages: dict[str, Callable[[dict[str, list[str]]], tuple[int, dict[str, str], bytes]]] = {}

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        status, headers, body = self.pages[parts.path](parse_qs(parts.query))
        self.send_response(status)
        for name, value in {"Content-Length": f"{len(body)}", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    Handler.pages = {}
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=httpd.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    httpd.server_close()


def serve(path: str, body: Any, status: int = 200, **headers: str) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    Handler.pages[path] = lambda _query: (status, headers, content)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ([{"title": "T", "identifier": "a", "accessLevel": "Public"}], CatalogFormat.POD_1_0),
        (dcat({"identifier": "a"}), CatalogFormat.DCAT_US_1_1),
        ({"results": [], "resultSetSize": 0}, CatalogFormat.SOCRATA),
        ({"success": True, "result": {"count": 0, "results": []}}, CatalogFormat.CKAN),
        ({"count": 0, "results": []}, CatalogFormat.CKAN),
    ],
)
def test_the_format_is_told_by_the_content(
    written: Callable[..., str], document: Any, expected: CatalogFormat
) -> None:
    assert read_catalog(written(document, "anything.txt")).format == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"dataset": [{"title": "T", "identifier": "a"}, {"tit', "broken JSON at line 1"),
        (b"", "empty"),
        (b"<html></html>", "broken JSON"),
        (b'{"a": 1}', "not recognised"),
        (b"[]", "not recognised"),
        (b"7", "not recognised"),
        (b"[" * 100_000, "broken JSON"),
        (b'{"dataset": "\xff"}', "UTF-8"),
        (gzip.compress(b'{"dataset": []}' * 100, mtime=0)[:-20], "gzip"),
    ],
)
def test_what_is_no_catalogue_is_refused_in_one_line(
    written: Callable[..., str], content: bytes, message: str
) -> None:
    with pytest.raises(CatalogError, match=message) as caught:
        read_catalog(written(content))
    assert "\n" not in f"{caught.value}"


def test_a_byte_order_mark_and_gzip_are_read(written: Callable[..., str]) -> None:
    content = b"\xef\xbb\xbf" + json.dumps(dcat({"identifier": "a"})).encode()
    assert len(read_catalog(written(gzip.compress(content, mtime=0))).entries) == 1


def test_a_document_that_unpacks_to_more_than_the_limit_is_refused(
    written: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(gzip.compress(b" " * 5_000_000, mtime=0))
    monkeypatch.setattr(reading, "SIZE_LIMIT", 1_000_000)
    with pytest.raises(CatalogError, match="when unpacked"):
        read_catalog(path)


@pytest.mark.parametrize(
    "source", ["file:///etc/hosts", "ftp://example.gov/x", "http:///x", "http://a:b@example.gov/"]
)
def test_other_addresses_than_plain_web_addresses_are_refused(source: str) -> None:
    with pytest.raises(CatalogError):
        read_catalog(source)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(CatalogError, match=r"no-such\.json: No such file"):
        read_catalog("no-such.json")


def test_an_address_is_read_also_when_it_is_packed(server: str) -> None:
    serve("/data.json", gzip.compress(json.dumps(dcat({"identifier": "a"})).encode()))
    assert [entry.identifier for entry in read_catalog(f"{server}/data.json").entries] == ["a"]


def test_all_pages_of_an_answer_are_read(server: str) -> None:
    def page(query: dict[str, list[str]]) -> tuple[int, dict[str, str], bytes]:
        start = int(query.get("offset", ["0"])[0])
        results = [{"resource": {"id": f"a{n}", "name": "T"}} for n in range(start, min(start + 2, 5))]
        return 200, {}, json.dumps({"results": results, "resultSetSize": 5}).encode()

    Handler.pages["/api/catalog/v1"] = page
    catalog = read_catalog(f"{server}/api/catalog/v1?domains=x&limit=2")
    assert [entry.identifier for entry in catalog.entries] == ["a0", "a1", "a2", "a3", "a4"]
    assert catalog.complete


def test_a_portal_whose_pages_end_early_gives_a_part_only(server: str) -> None:
    def page(query: dict[str, list[str]]) -> tuple[int, dict[str, str], bytes]:
        results = [] if "start" in query else [{"id": "a", "title": "T", "resources": []}]
        return 200, {}, json.dumps({"success": True, "result": {"count": 9, "results": results}}).encode()

    Handler.pages["/package_search"] = page
    assert not read_catalog(f"{server}/package_search").complete


@pytest.mark.parametrize("status", [404, 500, 503])
def test_an_error_of_the_server_is_told(server: str, status: int) -> None:
    serve("/data.json", b"sorry", status)
    with pytest.raises(CatalogError, match=f"{status}"):
        read_catalog(f"{server}/data.json")


def test_an_answer_that_breaks_off_is_refused(server: str) -> None:
    Handler.pages["/data.json"] = lambda _query: (200, {"Content-Length": "5000"}, b'{"dataset": []}')
    with pytest.raises(CatalogError, match=r"data\.json"):
        read_catalog(f"{server}/data.json")


def test_an_answer_larger_than_the_limit_is_refused(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    serve("/data.json", b" " * 300_000)
    monkeypatch.setattr(reading, "SIZE_LIMIT", 100_000)
    with pytest.raises(CatalogError, match="larger than"):
        read_catalog(f"{server}/data.json")


def test_a_slow_answer_ends_in_time(server: str) -> None:
    serve("/data.json", b" " * 300_000)
    with pytest.raises(CatalogError, match="not read within"):
        reading.fetch(f"{server}/data.json", until=time.monotonic() - 1)


def test_a_redirect_on_the_same_host_is_followed_and_a_circle_ends(server: str) -> None:
    serve("/old.json", b"", 301, Location="/data.json")
    serve("/data.json", dcat({"identifier": "a"}))
    serve("/circle", b"", 302, Location="/circle")
    assert len(read_catalog(f"{server}/old.json").entries) == 1
    with pytest.raises(CatalogError, match="redirected more than"):
        read_catalog(f"{server}/circle")


@pytest.mark.parametrize("kind", ["other port", "other name", "file"])
def test_a_redirect_never_leads_to_an_address_inside(server: str, kind: str) -> None:
    inside = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=inside.serve_forever, daemon=True).start()
    target = {
        "other port": f"http://127.0.0.1:{inside.server_port}/secret",
        "other name": f"http://localhost:{inside.server_port}/secret",
        "file": "file:///etc/hosts",
    }[kind]
    serve("/data.json", b"", 302, Location=target)
    serve("/secret", dcat({"identifier": "secret"}))
    try:
        with pytest.raises(CatalogError, match=r"not public|only http"):
            read_catalog(f"{server}/data.json")
    finally:
        inside.shutdown()
        inside.server_close()
