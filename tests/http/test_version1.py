"""SCIM 1.1 over HTTP: the same directory in the other spelling, whatever is asked and however it goes wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from server.config import ServerConfig
from server.http.reply import Reply
from server.http.resources import INLINE_BODY
from server.http.version1 import Version1Reply
from server.records import Access
from server.scim.schemas import ENTERPRISE_USER_URN
from server.scim.version1 import CORE_URN, ENTERPRISE_URN
from server.workspace import Workspace
from tests.http.client import USER_URN, Wire, ask, message
from tests.okta.matching import standing_rules
from tests.okta.replay import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.endpoint import RunningEndpoint, Serve

BASE = "/scim/v1"
CUSTOM_URN = "urn:okta:onprem_app:1.0:user:custom"
PATHS = [
    "",
    "/Users",
    "//Users/",
    "/users/no-such-id",
    "/Groups",
    "/Groups/no-such-id",
    "/Users/.search",
    "/Bulk",
    "/ServiceProviderConfig",
    "/ServiceProviderConfigs",
    "/ResourceTypes/User",
    "/ResourceTypes/Nothing",
    "/Schemas",
    "/Schemas/urn:nothing",
    "/Me",
    "/%ff",
]
BODIES = [
    b"",
    b"test",
    b"[]",
    b"{}",
    b'{"userName": "\xff"}',
    b'{"userName": 7, "members": 3, "meta": {"attributes": 3}}',
]


def spoken(
    endpoint: RunningEndpoint, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Send one request to SCIM 1.1, and check what every answer of it keeps."""
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    with Wire(endpoint.port) as wire:
        wire.send(message(endpoint, method, path, data, headers).replace(b"/scim/v2", BASE.encode(), 1))
        received = wire.answer(head=method == "HEAD")
    answer = Answer(received.status, received.headers, received.body)
    if method == "HEAD":
        assert answer.headers["content-type"] == "application/json; charset=utf-8"
    else:
        assert standing_rules(answer, BASE) is None, (answer, standing_rules(answer, BASE))
    return answer


@pytest.fixture
def ada(endpoint: RunningEndpoint) -> Iterator[str]:
    """The id of somebody who was created in SCIM 1.1 with all its URNs."""
    body = {
        "schemas": [CORE_URN, ENTERPRISE_URN, CUSTOM_URN],
        "userName": "version1.ada",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"value": "version1.ada@example.com", "type": "primary"}],
        ENTERPRISE_URN: {"department": "Engines", "manager": {"managerId": "u2"}},
        CUSTOM_URN: {"isAdmin": False},
    }
    answer = spoken(endpoint, "POST", "/Users", body)
    assert answer.status == 201
    path = f"/Users/{answer.body()['id']}"
    location = endpoint.base_url.replace("/scim/v2", BASE) + path
    assert answer.headers["location"] == answer.body()["meta"]["location"] == location
    yield answer.body()["id"]
    assert ask(endpoint, "DELETE", path).status == 204


def test_both_versions_speak_of_the_same_person(endpoint: RunningEndpoint, ada: str) -> None:
    newer = ask(endpoint, "GET", f"/Users/{ada}").json
    assert newer["schemas"] == [USER_URN, ENTERPRISE_USER_URN, CUSTOM_URN]
    assert newer[ENTERPRISE_USER_URN] == {"department": "Engines", "manager": {"value": "u2"}}
    assert newer["meta"]["location"] == f"{endpoint.base_url}/Users/{ada}"
    former = spoken(endpoint, "GET", f"/Users/{ada}")
    assert former.body()["schemas"] == [CORE_URN, ENTERPRISE_URN, CUSTOM_URN]
    assert former.body()[ENTERPRISE_URN] == {"department": "Engines", "manager": {"managerId": "u2"}}
    assert former.body()[CUSTOM_URN] == newer[CUSTOM_URN] == {"isAdmin": False}
    assert former.headers["etag"] == newer["meta"]["version"] == former.body()["meta"]["version"]


def test_what_was_read_can_be_sent_back_and_changes_nothing(endpoint: RunningEndpoint, ada: str) -> None:
    read = spoken(endpoint, "GET", f"/Users/{ada}")
    assert spoken(endpoint, "PUT", f"/Users/{ada}", read.body()).body() == read.body()


def test_a_version_guards_reading_and_writing(endpoint: RunningEndpoint, ada: str) -> None:
    path = f"/Users/{ada}"
    tag = spoken(endpoint, "GET", path).headers["etag"]
    unchanged = spoken(endpoint, "GET", path, headers={"If-None-Match": tag})
    assert (unchanged.status, unchanged.content) == (304, b"")
    assert spoken(endpoint, "PATCH", path, {"title": "Countess"}, {"If-Match": tag}).status == 200
    assert spoken(endpoint, "PATCH", path, {"title": "Lady"}, {"If-Match": tag}).status == 412


def test_a_query_names_attributes_as_1_1_does_and_is_kept_as_it_was_sent(serve: Serve) -> None:
    running = serve()
    sent = f"filter={ENTERPRISE_URN}:manager.managerId+eq+%22a%2Bb%26%23%20c%22&attributes={CORE_URN}:userName"
    person = {
        "userName": "ada",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"value": "ada@example.com"}],
        ENTERPRISE_URN: {"manager": {"managerId": "a+b&# c"}},
    }
    spoken(running, "POST", "/Users", person)
    [found] = spoken(running, "GET", f"/Users?{sent}").body()["Resources"]
    assert (found["userName"], "name" in found) == ("ada", False)
    running.stop()
    with Workspace.open(running.data_dir, ServerConfig()) as workspace:
        newest = workspace.activity.recent(1)[0]
    assert (newest.path, newest.status) == (f"{BASE}/Users", 200)
    assert "managerId" in newest.query


def test_a_large_answer_is_translated_as_a_small_one(endpoint: RunningEndpoint, ada: str) -> None:
    text = "x" * INLINE_BODY
    answer = spoken(endpoint, "PATCH", f"/Users/{ada}", {CUSTOM_URN: {"text": text}})
    assert answer.body()[CUSTOM_URN] == {"isAdmin": False, "text": text}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_every_route_and_method_answers_or_refuses_in_scim_1_1(
    endpoint: RunningEndpoint, method: str, path: str
) -> None:
    for body in BODIES if method in {"POST", "PUT", "PATCH"} else (None,):
        answer = spoken(endpoint, method, path, body)
        assert answer.status < 500, answer
        if answer.status == 405:
            assert answer.headers["allow"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "wrong"},
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Content-Encoding": "gzip"},
        {"Content-Length": "2000000"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_what_never_reaches_a_handler_is_refused_in_scim_1_1_too(
    endpoint: RunningEndpoint, headers: dict[str, str]
) -> None:
    assert spoken(endpoint, "POST", "/Users", b"{}", headers).status in {401, 403, 413, 415, 421}


def test_whoever_hurries_or_guesses_is_told_so_in_scim_1_1(serve: Serve) -> None:
    running = serve(environ={"PERCH_RATE_LIMIT": "1", "PERCH_BAD_TOKEN_LIMIT": "1"})
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        first, second = (spoken(running, "GET", "/Users", headers=headers) for _ in range(2))
        assert (first.status, second.status) == (401 if headers else 200, 429)
        assert second.body()["Errors"][0]["code"] == 429
        assert second.headers["retry-after"].isdecimal()


def test_a_read_only_token_reads_and_does_not_write(endpoint: RunningEndpoint) -> None:
    with Workspace.open(endpoint.data_dir, ServerConfig(), actor="tests") as workspace:
        secret = workspace.tokens.create("version1", access=Access.READ_ONLY, actor="tests").secret
    headers = {"Authorization": f"Bearer {secret}"}
    assert spoken(endpoint, "GET", "/Users?count=0", headers=headers).status == 200
    assert "read-only" in spoken(endpoint, "POST", "/Users", {}, headers).body()["detail"]


def test_settings_hold_for_both_versions(serve: Serve) -> None:
    running = serve(
        "--public-url",
        "https://scim.example.com/perch",
        environ={"PERCH_PATCH_ANSWER": "none", "PERCH_BASIC_AUTHENTICATION": "false", "PERCH_REQUIRED": "userName"},
    )
    created = spoken(running, "POST", "/Users", {"userName": "ada"}).body()
    path = f"/Users/{created['id']}"
    assert created["meta"]["location"] == f"https://scim.example.com/perch/scim/v1{path}"
    assert spoken(running, "PATCH", path, {"active": False}).status == 204
    assert spoken(running, "GET", path).body()["active"] is False
    config = spoken(running, "GET", "/ServiceProviderConfigs").body()
    assert [one["type"] for one in config["authenticationSchemes"]] == ["oauthbearertoken"]


def test_only_the_type_of_an_answer_differs_on_the_wire() -> None:
    newer, former = Reply(200, b"{}").encode(""), Version1Reply(200, b"{}").encode("")
    assert former == newer.replace(b"application/scim+json", b"application/json")
    assert Version1Reply(204).encode("") == Reply(204).encode("")
