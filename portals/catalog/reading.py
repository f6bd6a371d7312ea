"""Gets a catalogue from a file or an address, within limits, and recognises its form by its content.

An address is one that staff gave or that stands in the city's file. It may redirect, but never from
outside to an address inside (loopback, private, link-local), so a hostile catalogue cannot make the
server read its own network.
"""

import http.client
import ipaddress
import json
import ssl
import time
import zlib
from collections.abc import Mapping
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urljoin, urlsplit

from portals.catalog import ckan, dcat_us, socrata
from portals.catalog.entry import Catalog, CatalogError

SIZE_LIMIT = 50 * 1024 * 1024
"""Bytes of a document, as sent and unpacked, all pages of an answer together."""
CONNECT_SECONDS = 20
TOTAL_SECONDS = 180
REDIRECTS = 5
PAGES = 100
_BLOCK = 64 * 1024
_PATH_SAFE = "%/:=&?~#+!$,;'@()*[]"
_HEADERS = {"Accept": "application/json, */*;q=0.1", "Accept-Encoding": "gzip", "User-Agent": "Civicdata"}
_READERS = (socrata, ckan, dcat_us)


def read_catalog(source: str, zone: tzinfo = UTC) -> Catalog:
    """The catalogue at `source` (a path or an http(s) address), all pages of it.

    Raises CatalogError with one line for everything that makes the whole unusable. Moments become
    dates in `zone`.
    """
    if is_address(source):
        return _all_pages(source, zone)
    return parse(_file(source), source, zone)


def is_address(source: str) -> bool:
    """Whether this is a web address rather than a path."""
    return "://" in source


def parse(content: bytes, source: str, zone: tzinfo = UTC) -> Catalog:
    """The catalogue in these bytes (JSON, possibly gzip). `source` is only named in errors."""
    return recognise(_document(content, source), source, zone)


def recognise(document: Any, source: str, zone: tzinfo = UTC) -> Catalog:
    """The catalogue in a JSON document, by its content."""
    for reader in _READERS:
        if reader.recognises(document):
            try:
                return reader.read(document, zone)
            except CatalogError as error:
                raise CatalogError(f"{source}: {error}") from error
    raise CatalogError(
        f"{source}: not recognised as a catalogue (DCAT-US, Socrata catalog v1 or CKAN package_search)"
    )


def _document(content: bytes, source: str) -> Any:
    content = _unpacked(content, source)
    if not content.strip():
        raise CatalogError(f"{source}: the document is empty")
    try:
        return json.loads(content.decode("utf-8-sig") if content[:3] == b"\xef\xbb\xbf" else content)
    except UnicodeDecodeError as error:
        raise CatalogError(f"{source}: not UTF-8 text (byte {error.start})") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise CatalogError(f"{source}: broken JSON at {where}: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise CatalogError(f"{source}: broken JSON: {type(error).__name__}") from error


def _unpacked(content: bytes, source: str) -> bytes:
    if content[:2] != b"\x1f\x8b":
        return content
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = unpacker.decompress(content, SIZE_LIMIT + 1)
    except zlib.error as error:
        raise CatalogError(f"{source}: broken gzip: {error}") from error
    if len(plain) > SIZE_LIMIT:
        raise CatalogError(f"{source}: larger than {SIZE_LIMIT // 1024 // 1024} MB when unpacked")
    if not unpacker.eof:
        raise CatalogError(f"{source}: broken gzip: it ends too early")
    return plain


def _file(source: str) -> bytes:
    path = Path(source)
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise CatalogError(f"{source}: {error.strerror or error}") from error
    except ValueError as error:
        raise CatalogError(f"{source!r}: not a path") from error
    if len(content) > SIZE_LIMIT:
        raise CatalogError(f"{source}: larger than {SIZE_LIMIT // 1024 // 1024} MB")
    return content


def _all_pages(address: str, zone: tzinfo) -> Catalog:
    """Follows an answer of Socrata or CKAN page by page; a page that fails fails the whole."""
    until = time.monotonic() + TOTAL_SECONDS
    content = fetch(address, until=until)
    size, document = len(content), _document(content, address)
    found = _paged(document)
    if found is None:
        return recognise(document, address, zone)
    results, total, parameter = found
    asked_for_a_part = dict(parse_qsl(urlsplit(address).query)).get(parameter, "0") != "0"
    for _page in range(0 if asked_for_a_part else PAGES):
        if len(results) >= total:
            break
        page_address = _with_parameter(address, parameter, len(results))
        content = fetch(page_address, until=until)
        size += len(content)
        if size > SIZE_LIMIT:
            raise CatalogError(f"{address}: larger than {SIZE_LIMIT // 1024 // 1024} MB")
        page = _paged(_document(content, page_address))
        if page is None or not page[0]:
            break
        results.extend(page[0])
    return recognise(document, address, zone)


def _paged(document: Any) -> tuple[list[Any], int, str] | None:
    """Results, number of all results and the parameter of the next page, where an answer has pages."""
    inner = document.get("result", document) if isinstance(document, Mapping) else None
    results = inner.get("results") if isinstance(inner, Mapping) else None
    if not isinstance(inner, Mapping) or not isinstance(results, list):
        return None
    for key, parameter in (("resultSetSize", "offset"), ("count", "start")):
        if isinstance(inner.get(key), int):
            return results, inner[key], parameter
    return None


def _with_parameter(address: str, name: str, value: int) -> str:
    parts = urlsplit(address)
    kept = [(key, old) for key, old in parse_qsl(parts.query, keep_blank_values=True) if key != name]
    return parts._replace(query=urlencode([*kept, (name, f"{value}")]), fragment="").geturl()


def fetch(address: str, *, until: float) -> bytes:
    """The body at an http(s) address; `until` is a moment of the monotonic clock. Raises CatalogError."""
    first = current = _checked(address, address)
    for _hop in range(REDIRECTS + 1):
        elsewhere = (current.hostname, current.port) != (first.hostname, first.port)
        body, location = _get(current, address, public_only=elsewhere, until=until)
        if location is None:
            return body
        current = _checked(urljoin(current.geturl(), location), address)
    raise CatalogError(f"{address}: redirected more than {REDIRECTS} times")


def _checked(address: str, told: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError as error:
        raise CatalogError(f"{told}: not an address: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_right:
        raise CatalogError(f"{told}: only http and https addresses are read")
    if parts.username is not None:
        raise CatalogError("an address with a name or password in it is not read")
    return parts


def _get(parts: SplitResult, told: str, *, public_only: bool, until: float) -> tuple[bytes, str | None]:
    """One request: the body, or where it redirects to."""
    connection = _connection(parts)
    try:
        connection.connect()
        _refuse_inside(connection, told, public_only=public_only)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", quote(path, safe=_PATH_SAFE), headers=_HEADERS)
        answer = connection.getresponse()
        location = answer.getheader("Location")
        if answer.status in (301, 302, 303, 307, 308) and location:
            return b"", location
        if answer.status != http.client.OK:
            raise CatalogError(f"{told}: the server answered {answer.status} {answer.reason}")
        return _body(answer, told, until), None
    except (OSError, http.client.HTTPException, ValueError) as error:
        said = " ".join(f"{error}".split()) or type(error).__name__
        raise CatalogError(f"{told}: not reachable: {said}") from error
    finally:
        connection.close()


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, parts.port, timeout=CONNECT_SECONDS, context=context)
    return http.client.HTTPConnection(host, parts.port, timeout=CONNECT_SECONDS)


def _refuse_inside(connection: http.client.HTTPConnection, told: str, *, public_only: bool) -> None:
    """Looks at the address really connected to, so that a name that changes its answer gains nothing."""
    peer = ipaddress.ip_address(connection.sock.getpeername()[0].split("%")[0])
    if isinstance(peer, ipaddress.IPv6Address) and peer.ipv4_mapped:
        peer = peer.ipv4_mapped
    if public_only and (not peer.is_global or peer.is_multicast):
        raise CatalogError(f"{told}: redirects to an address that is not public; refused")


def _body(answer: http.client.HTTPResponse, told: str, until: float) -> bytes:
    blocks, size = [], 0
    expected = answer.length
    while block := answer.read(_BLOCK):
        blocks.append(block)
        size += len(block)
        if size > SIZE_LIMIT:
            raise CatalogError(f"{told}: larger than {SIZE_LIMIT // 1024 // 1024} MB")
        if time.monotonic() > until:
            raise CatalogError(f"{told}: not read within {TOTAL_SECONDS} seconds")
    if expected is not None and size < expected:
        raise CatalogError(f"{told}: the answer ended after {size} of {expected} bytes")
    return b"".join(blocks)
