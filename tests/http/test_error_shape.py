"""Every route, every method, every kind of bad input: whatever is wrong, the answer is a SCIM Error (RFC 7644 §3.12)."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from server.scim.errors import ERROR_URN

if TYPE_CHECKING:
    from tests.endpoint import RunningEndpoint

PATHS = [
    "",
    "/",
    "/Users",
    "/Users/",
    "//Users",
    "/users",
    "/Users/no-such-id",
    "/Users/.search",
    "/Users/a/b/c",
    "/Groups",
    "/Groups/no-such-id",
    "/Groups/.search",
    "/Bulk",
    "/.search",
    "/ServiceProviderConfig",
    "/ResourceTypes",
    "/ResourceTypes/User",
    "/ResourceTypes/Nothing",
    "/Schemas",
    "/Schemas/urn:nothing",
    "/Me",
    "/Nothing",
    "/%ff",
    "/Users/%ff",
]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"test",
    "broken": b'{"userName": "x", "password": "',
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "not UTF-8": b'{"userName": "\xff"}',
    "NaN": b'{"userName": NaN}',
    "a lone surrogate": b'{"userName": "\\ud800"}',
    "too deep": b'{"a":' * 40 + b"1" + b"}" * 40,
    "far too deep": b"[" * 100_000,
    "empty": b"{}",
    "wrong types": b'{"userName": 7, "name": [], "emails": "x", "displayName": {}, "members": 3, "Operations": {}}',
    "a long number": b'{"userName": ' + b"9" * 5000 + b"}",
}
QUERIES = [
    "filter=nothing",
    "filter=userName+eq",
    "count=x",
    "startIndex=x",
    "cursor=x",
    "sortBy=nothing",
    "filter=%ff",
]


def send(
    endpoint: RunningEndpoint,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    *,
    token: str | None = None,
) -> tuple[int, dict[str, str], bytes]:
    """Send one request, byte for byte as given."""
    parts = urlsplit(endpoint.base_url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        connection.putrequest(method, parts.path + path, skip_accept_encoding=True)
        sent = {"Authorization": f"Bearer {token or endpoint.token}", **(headers or {})}
        if body is not None and "Content-Length" not in sent:
            sent["Content-Length"] = str(len(body))
        for name, value in sent.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
    finally:
        connection.close()


def assert_scim_error(status: int, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    assert headers["content-type"] == "application/scim+json; charset=utf-8"
    assert "server" not in headers
    document: dict[str, Any] = json.loads(body)
    assert document["schemas"] == [ERROR_URN]
    assert document["status"] == str(status)
    assert document["detail"].endswith((".", ")")), document
    assert "Traceback" not in document["detail"]
    assert set(document) <= {"schemas", "status", "detail", "scimType"}
    return document


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", METHODS)
def test_every_route_and_method_answers_or_refuses_in_scim(endpoint: RunningEndpoint, method: str, path: str) -> None:
    bodies = BODIES.values() if method in {"POST", "PUT", "PATCH"} else (None,)
    for body in bodies:
        status, headers, answer = send(endpoint, method, path, body)
        assert status < 500 or status == 501, (body, answer)
        if method == "HEAD":
            assert answer == b""
        elif status >= 400:
            document = assert_scim_error(status, headers, answer)
            if status == 405:
                assert headers["allow"]
            if status == 400:
                assert document["scimType"]
        elif status not in {204, 304}:
            assert json.loads(answer)


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("path", ["/Users", "/Groups", ""])
def test_a_query_that_makes_no_sense_is_refused_in_scim(endpoint: RunningEndpoint, path: str, query: str) -> None:
    status, headers, answer = send(endpoint, "GET", f"{path}?{query}")
    assert status == 400
    assert assert_scim_error(status, headers, answer)["scimType"]


def test_a_token_that_is_wrong_is_refused_on_every_path(endpoint: RunningEndpoint) -> None:
    for path in PATHS:
        status, headers, answer = send(endpoint, "GET", path, headers={"Authorization": ""})
        assert status == 401
        assert headers["www-authenticate"] == 'Basic realm="Perch", charset="UTF-8", Bearer'
        assert_scim_error(status, headers, answer)


def test_a_compressed_body_is_refused(endpoint: RunningEndpoint) -> None:
    status, headers, answer = send(endpoint, "POST", "/Users", b"\x1f\x8b", {"Content-Encoding": "gzip"})
    assert status == 415
    assert_scim_error(status, headers, answer)


@pytest.mark.parametrize(("name", "status"), [("Host", 421), ("Content-Encoding", 415)])
@pytest.mark.parametrize("version", ["v2", "v1"])
def test_a_header_that_is_no_text_is_refused_like_any_other(
    endpoint: RunningEndpoint, version: str, name: str, status: int
) -> None:
    headers = {"Host": b"localhost", "Authorization": f"Bearer {endpoint.token}".encode(), name: b"\xff"}
    lines = b"".join(b"%b: %b\r\n" % (key.encode(), value) for key, value in headers.items())
    told, _, answer = raw(
        endpoint, b"POST /scim/%b/Users HTTP/1.1\r\n%bContent-Length: 2\r\n\r\n{}" % (version.encode(), lines)
    )
    assert told == status
    assert b"?" in answer


@pytest.mark.parametrize(("path", "size"), [("/Users", 1 << 20), ("/Users/.search", 1 << 20), ("/Groups", 16 << 20)])
def test_a_body_that_says_it_is_too_large_is_refused_unread(endpoint: RunningEndpoint, path: str, size: int) -> None:
    status, headers, answer = send(endpoint, "POST", path, b"", {"Content-Length": str(size + 1)})
    assert status == 413
    assert_scim_error(status, headers, answer)


def test_a_body_in_chunks_is_cut_off_at_the_limit(endpoint: RunningEndpoint) -> None:
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    head = (
        f"POST {urlsplit(endpoint.base_url).path}/Users HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {endpoint.token}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    status, headers, answer = raw(endpoint, head.encode() + chunk * 17 + b"0\r\n\r\n")
    assert status == 413
    assert_scim_error(status, headers, answer)


def raw(endpoint: RunningEndpoint, data: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes as they are and read one answer."""
    parts = urlsplit(endpoint.base_url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20) as sock:
        # The server may stop reading what it refuses.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            sock.sendall(data)
        response = http.client.HTTPResponse(sock)
        response.begin()
        answer = response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
        response.close()
        return answer


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"GET /scim/v2/Users HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GET /scim/v2/Users HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET /scim/v2/Users HTTP/1.1\r\nHost: localhost\r\nbroken header\r\n\r\n",
        b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=["words", "version", "two lengths", "no header", "a long line", "TLS"],
)
def test_bytes_that_are_no_request_get_a_scim_error_too(endpoint: RunningEndpoint, data: bytes) -> None:
    if data.startswith(b"\x16"):
        data += b"\r\n\r\n"
    status, headers, answer = raw(endpoint, data)
    assert status in {400, 404, 505}
    assert_scim_error(status, headers, answer)
    assert headers["connection"] == "close"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_another_host_is_misdirected(endpoint: RunningEndpoint, host: str) -> None:
    status, headers, answer = raw(endpoint, f"GET /scim/v2/Users HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert status == 421
    assert_scim_error(status, headers, answer)


def test_a_web_page_is_refused_and_gets_no_cors_header(endpoint: RunningEndpoint) -> None:
    status, headers, answer = send(endpoint, "OPTIONS", "/Users", headers={"Origin": "https://evil.example"})
    assert status == 403
    assert_scim_error(status, headers, answer)
    assert not [name for name in headers if name.startswith("access-control")]


def test_another_version_of_the_protocol_is_named(endpoint: RunningEndpoint) -> None:
    status, _, answer = raw(
        endpoint,
        f"GET /scim/v3/Users HTTP/1.1\r\nHost: localhost\r\nAuthorization: {endpoint.token}\r\n\r\n".encode(),
    )
    assert status == 400
    assert json.loads(answer)["scimType"] == "invalidVers"


def test_health_needs_no_token_and_tells_nothing(endpoint: RunningEndpoint) -> None:
    status, headers, answer = raw(endpoint, b"GET /healthz HTTP/1.1\r\nHost: load-balancer\r\n\r\n")
    assert (status, answer) == (200, b'{"status":"ok"}')
    assert "server" not in headers
