"""Plays one conversation file against a SCIM server over real HTTP and tells the first difference.

The format is described in conversations/README.md. Besides what a file expects, every answer must keep the standing
rules below: they are what Okta demands of every answer, whatever the request was.
"""

from __future__ import annotations

import base64
import http.client
import json
import re
import secrets
import string
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from tests.okta.matching import CORE_1_URN, MISSING, difference, shown, standing_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CONVERSATIONS = Path(__file__).parent / "conversations"
USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_URN = "urn:ietf:params:scim:schemas:core:2.0:Group"
BASE = "/scim/v2"
VERSION_1_BASE = "/scim/v1"
PLACEHOLDER = re.compile(r"\{\{([a-z_]+[0-9]*)\}\}")

DEFAULT_HEADERS = {
    "Accept": "application/scim+json",
    "Accept-Charset": "utf-8",
    "Content-Type": "application/scim+json; charset=utf-8",
    "User-Agent": "Okta SCIM Client 1.0.0",
    "Authorization": "Bearer {{token}}",
    "Connection": "Keep-Alive",
    "Accept-Encoding": "identity",
}

VERSION_1_HEADERS = {
    **DEFAULT_HEADERS,
    "Accept": "application/json",
    "Content-Type": "application/json; charset=utf-8",
}
"""Of SCIM 1.1, where the types alone differ (OKTA.md 1.1)."""

DOCUMENTED_USER = {
    "schemas": [USER_URN],
    "name": {"givenName": "Test", "familyName": "User"},
    "displayName": "Test User",
    "locale": "en-US",
    "externalId": "00ujl29u0le5T6Aj10h7",
    "groups": [],
    "password": "1mz050nq",
    "active": True,
}
"""The create body of Okta's documentation (OKTA.md 1.4) but for userName and emails."""


class Endpoint(Protocol):
    """Where to play: what the ``endpoint`` fixture gives."""

    @property
    def base_url(self) -> str: ...
    @property
    def token(self) -> str: ...


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes

    def body(self) -> Any:
        return json.loads(self.content) if self.content else None


class Difference(AssertionError):
    """What was expected and what came, for a person to read."""


@dataclass
class Replay:
    """One playing of one file; ``values`` are what placeholders stand for."""

    endpoint: Endpoint
    values: dict[str, str] = field(default_factory=dict)
    created: list[str] = field(default_factory=list)
    base: str = BASE
    """The part of the URL that says which version of SCIM is spoken."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.endpoint.base_url)
        self.host, self.base_path = parts.netloc, parts.path.rstrip("/")
        self.values |= {
            "unique": "".join(secrets.choice(string.ascii_lowercase) for _ in range(10)),
            "never": str(uuid.uuid4()),
            "token": self.endpoint.token,
            "basic": base64.b64encode(f"perch:{self.endpoint.token}".encode()).decode(),
            "base": self.endpoint.base_url.rstrip("/"),
        }
        self.connection = http.client.HTTPConnection(self.host, timeout=30)

    def play(self, document: Mapping[str, Any]) -> None:
        """Play setup and exchanges, then delete whatever was created.

        Raises Difference at the first answer that is not what the file or a standing rule wants.
        """
        self._speak(document.get("base", BASE))
        try:
            for part in ("setup", "exchanges"):
                for number, exchange in enumerate(document.get(part, []), start=1):
                    whole = spelled_out(exchange, self.base)
                    for index in range(whole.get("times", 1)):
                        self._exchange(f"{document['title']}\n  {part} {number}", whole, index)
        finally:
            self.clean_up()
            self.connection.close()

    def _speak(self, base: str) -> None:
        """Go to the other version of SCIM, if it is another one."""
        self.base_path = self.base_path.removesuffix(self.base) + base
        self.values["base"] = self.values["base"].removesuffix(self.base) + base
        self.base = base

    def clean_up(self) -> None:
        for target in reversed(self.created):
            answer = self._send(self.connection, {"method": "DELETE", "target": target})
            assert answer.status in (204, 404), f"cleaning up {target}: {answer.status} {answer.content!r}"
        self.created.clear()

    def _exchange(self, where: str, exchange: Mapping[str, Any], index: int) -> None:
        self.values["index"] = str(index)
        request = self.fill(exchange["request"])
        expected = self.fill(exchange.get("expect", {"status": "<success>"}))
        if "together" in exchange:
            answers = self._together(request, exchange["together"])
        else:
            answers = [self._send(self.connection, request)]
        self._note_created(request, answers)
        problem = next(filter(None, (standing_rules(answer, self.base) for answer in answers)), None)
        if problem is None and "statuses" in expected:
            counted = {str(status): count for status, count in Counter(answer.status for answer in answers).items()}
            problem = difference(expected["statuses"], counted, "statuses", exact=True)
        answer = min(answers, key=lambda one: one.status)
        problem = problem or examined(expected, answer)
        if problem is not None:
            raise Difference(_told(where, exchange.get("note", ""), request, answer, problem))
        for name, path in exchange.get("capture", {}).items():
            self.values[self.fill(name)] = str(captured(answer, path))

    def fill(self, value: Any) -> Any:
        """Put values in the place of placeholders, and the items of a ``$repeat`` in its place."""
        if isinstance(value, str):
            value = value.replace("{{index}}", self.values.get("index", "0"))
            return PLACEHOLDER.sub(lambda match: self.values[match[1]], value)
        if isinstance(value, dict):
            return {self.fill(key): self.fill(item) for key, item in value.items()}
        if isinstance(value, list):
            return [filled for item in value for filled in self._items(item)]
        return value

    def _items(self, item: Any) -> Iterator[Any]:
        if not (isinstance(item, dict) and "$repeat" in item):
            yield self.fill(item)
            return
        outer = self.values.get("index", "0")
        for index in range(item.get("from", 0), item.get("from", 0) + item["$repeat"]):
            self.values["index"] = str(index)
            yield self.fill(item["item"])
        self.values["index"] = outer

    def _together(self, request: Mapping[str, Any], copies: int) -> list[Answer]:
        def one(_: int) -> Answer:
            connection = http.client.HTTPConnection(self.host, timeout=30)
            try:
                return self._send(connection, request)
            finally:
                connection.close()

        with ThreadPoolExecutor(copies) as pool:
            return list(pool.map(one, range(copies)))

    def _send(self, connection: http.client.HTTPConnection, request: Mapping[str, Any]) -> Answer:
        content: bytes | None = None
        if "body" in request:
            content = json.dumps(request["body"], separators=(",", ":"), ensure_ascii=False).encode()
        elif "raw_body" in request:
            content = request["raw_body"].encode()
        usual = VERSION_1_HEADERS if self.base == VERSION_1_BASE else DEFAULT_HEADERS
        chosen = {**usual, **request.get("headers", {})}
        if content is None and "Content-Type" not in request.get("headers", {}):
            del chosen["Content-Type"]
        headers = {name: self.fill(value) for name, value in chosen.items() if value is not None}
        connection.request(request["method"], self.base_path + request["target"], content, headers)
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, response.read())

    def _note_created(self, request: Mapping[str, Any], answers: list[Answer]) -> None:
        for answer in answers:
            if request["method"] != "POST" or not answer.content or answer.status not in (200, 201):
                continue
            body = answer.body()
            if answer.status == 201:
                endpoint = "/Groups" if "/Groups" in request["target"] else "/Users"
                self.created.append(f"{endpoint}/{body['id']}")
            for operation in body.get("Operations", []) if isinstance(body, dict) else []:
                if operation.get("status") == "201":
                    self.created.append(urlsplit(operation["location"]).path.removeprefix(self.base_path))


def spelled_out(exchange: Mapping[str, Any], base: str = BASE) -> Mapping[str, Any]:
    """Turn the two short forms of setup, ``user`` and ``group``, into the requests they stand for."""
    former = base == VERSION_1_BASE
    if "group" in exchange:
        body = {
            "schemas": [CORE_1_URN if former else GROUP_URN],
            "displayName": exchange["group"],
            "members": exchange.get("members", []),
        }
        return {**exchange, "request": {"method": "POST", "target": "/Groups", "body": body}}
    if "user" in exchange:
        address = exchange["user"] + ".{{unique}}@okta.local"
        body = {
            **DOCUMENTED_USER,
            "schemas": [CORE_1_URN if former else USER_URN],
            "userName": address,
            "emails": [{"primary": True, "value": address, "type": "work"}],
        }
        body = {name: value for name, value in {**body, **exchange.get("with", {})}.items() if value is not None}
        return {**exchange, "request": {"method": "POST", "target": "/Users", "body": body}}
    return exchange


def examined(expected: Mapping[str, Any], answer: Answer) -> str | None:
    """Compare one answer with an exchange's ``expect``."""
    status = expected.get("status")
    if status == "<success>":
        status = [200, 201, 204]
    if status is not None and answer.status not in (status if isinstance(status, list) else [status]):
        return f"status: expected {status}, got {answer.status}"
    for name, wanted in expected.get("headers", {}).items():
        if problem := difference(wanted, answer.headers.get(name.lower(), MISSING), f"header {name}"):
            return problem
    if "body" in expected:
        return difference(expected["body"], answer.body(), "body")
    return None


def captured(answer: Answer, path: str) -> Any:
    """Follow ``body.emails[0].value``, ``header.ETag`` or ``path.Location`` (a Location's path after the base)."""
    source, _, rest = path.partition(".")
    if source == "header":
        return answer.headers[rest.lower()]
    value = answer.body()
    for step in re.findall(r"[^.\[\]]+", rest):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def _told(where: str, note: str, request: Mapping[str, Any], answer: Answer, problem: str) -> str:
    sent = shown(request["body"]) if "body" in request else request.get("raw_body", "")
    lines = [where, note, f"> {request['method']} {request['target']}", f"> {sent}" if sent else ""]
    lines += [f"< {answer.status} {answer.content.decode(errors='replace')[:1500]}", f"! {problem}"]
    return "\n  ".join(line for line in lines if line)


EXCHANGE_KEYS = {"note", "request", "expect", "capture", "times", "together"}
SHORT_KEYS = {"user", "group", "members", "with", "capture", "times"}
REQUEST_KEYS = {"method", "target", "headers", "body", "raw_body"}
EXPECT_KEYS = {"status", "statuses", "headers", "body"}
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def problems(document: Mapping[str, Any]) -> Iterator[str]:
    """Name what is wrong with a conversation file itself."""
    if unknown := set(document) - {"title", "source", "covers", "base", "setup", "exchanges"}:
        yield f"has unknown keys {sorted(unknown)}"
    if document.get("base", BASE) not in (BASE, VERSION_1_BASE):
        yield f"has the base {document['base']!r}"
    for name in ("title", "source", "covers", "exchanges"):
        if not document.get(name):
            yield f"has no {name}"
    for part in ("setup", "exchanges"):
        for number, exchange in enumerate(document.get(part, []), start=1):
            yield from (f"{part} {number} {problem}" for problem in _exchange_problems(exchange, part))


def _exchange_problems(exchange: Mapping[str, Any], part: str) -> Iterator[str]:
    short = part == "setup" and ("user" in exchange or "group" in exchange)
    if unknown := set(exchange) - (SHORT_KEYS if short else EXCHANGE_KEYS):
        yield f"has unknown keys {sorted(unknown)}"
    if short:
        return
    request, expected = exchange.get("request", {}), exchange.get("expect", {})
    if unknown := set(request) - REQUEST_KEYS:
        yield f"has unknown request keys {sorted(unknown)}"
    if unknown := set(expected) - EXPECT_KEYS:
        yield f"has unknown expect keys {sorted(unknown)}"
    if request.get("method") not in METHODS:
        yield f"has the method {request.get('method')!r}"
    if not str(request.get("target", "")).startswith("/"):
        yield "has a target that does not begin with /"
    if "body" in request and "raw_body" in request:
        yield "has both body and raw_body"
    if part == "exchanges" and not {"status", "statuses"} & set(expected):
        yield "expects no status"
