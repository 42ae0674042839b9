"""HTTP as the tests of the endpoint speak it: one question and its answer, or bytes on a socket of one's own."""

from __future__ import annotations

import http.client
import json
import select
import socket
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from server.scim.errors import ERROR_URN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from tests.endpoint import RunningEndpoint

PATIENCE = 20.0
USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_URN = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH_OP_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SEARCH_REQUEST_URN = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
BULK_REQUEST_URN = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


@dataclass(frozen=True)
class Answer:
    """What came back; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def refused(self, status: int, scim_type: str | None = None) -> str:
        """Check that this is a SCIM Error of that status, and return its sentence."""
        assert self.status == status, self
        assert self.headers["content-type"] == "application/scim+json; charset=utf-8"
        document = self.json
        assert document["schemas"] == [ERROR_URN]
        assert document["status"] == str(status)
        assert document.get("scimType") == scim_type
        detail: str = document["detail"]
        return detail


def ask(
    endpoint: RunningEndpoint,
    method: str,
    path: str,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    *,
    token: str | None = None,
) -> Answer:
    """Send one request to a path below the base URL; a body that is no bytes is sent as JSON."""
    sent = {"Authorization": f"Bearer {token or endpoint.token}", **(headers or {})}
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    with closing(http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=PATIENCE)) as connection:
        connection.request(method, urlsplit(endpoint.base_url).path + path, data, sent)
        return received(connection.getresponse())


def received(response: http.client.HTTPResponse) -> Answer:
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())


def message(
    endpoint: RunningEndpoint,
    method: str,
    path: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    version: str = "1.1",
) -> bytes:
    """Write a request to a path below the base URL; the body's length is named where the headers do not."""
    lines = {"Host": "localhost", "Authorization": f"Bearer {endpoint.token}", **(headers or {})}
    if body and "Transfer-Encoding" not in lines:
        lines.setdefault("Content-Length", str(len(body)))
    head = f"{method} {urlsplit(endpoint.base_url).path}{path} HTTP/{version}\r\n"
    return (head + "".join(f"{k}: {v}\r\n" for k, v in lines.items()) + "\r\n").encode() + body


class Wire:
    """A connection on which a test writes what it likes and reads answers one by one."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._file = self._socket.makefile("rb")

    def send(self, *parts: bytes) -> None:
        """Send each part in a packet of its own."""
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            self._socket.sendall(part)

    def answer(self, *, head: bool = False) -> Answer:
        """Read one answer; ``head`` says that it answers a HEAD and so has no body."""
        version, status, *_ = self._file.readline().split(b" ", 2)
        assert version == b"HTTP/1.1"
        headers = {name.lower(): value for name, value in http.client.parse_headers(self._file).items()}
        length = 0 if head or status in {b"100", b"204", b"304"} else int(headers["content-length"])
        return Answer(int(status), headers, self._file.read(length))

    def heard(self, *, within: float) -> bool:
        """Tell whether anything comes within so many seconds."""
        return bool(select.select([self._socket], [], [], within)[0])

    def ended(self) -> bool:
        """Wait until the other side closes the connection, and tell whether it did so without another word."""
        try:
            return self._file.read() == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def person(name: str, **more: Any) -> dict[str, Any]:
    return {
        "schemas": [USER_URN],
        "userName": name,
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"value": f"{name}@example.com", "primary": True}],
        **more,
    }


def patch(op: str, path: str, value: Any = None) -> dict[str, Any]:
    operation = {"op": op, "path": path} | ({} if value is None else {"value": value})
    return {"schemas": [PATCH_OP_URN], "Operations": [operation]}


class Directory:
    """People and groups of one test at an endpoint that others use too; they go when the test ends."""

    def __init__(self, endpoint: RunningEndpoint) -> None:
        self.endpoint = endpoint
        self._paths: list[str] = []

    def user(self, name: str, **more: Any) -> Any:
        return self._create("/Users", person(name, **more))

    def group(self, name: str, *members: str) -> Any:
        document = {"schemas": [GROUP_URN], "displayName": name, "members": [{"value": m} for m in members]}
        return self._create("/Groups", document)

    def expect(self, path: str) -> None:
        """Let what a test makes by itself go too."""
        self._paths.append(path)

    def clear(self) -> None:
        for path in self._paths:
            assert ask(self.endpoint, "DELETE", path).status in {204, 404}

    def _create(self, path: str, document: dict[str, Any]) -> Any:
        answer = ask(self.endpoint, "POST", path, document)
        assert answer.status == 201, answer
        self.expect(f"{path}/{answer.json['id']}")
        return answer.json
