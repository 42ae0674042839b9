"""Who comes in: the token in every spelling, and what becomes of those who may not; as processes, over HTTP."""

from __future__ import annotations

import http.client
import time
from base64 import b64encode
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from server.config import ServerConfig
from server.issuing import TokenIssuer
from server.records import Access, Refusal
from server.tokens import generate
from server.workspace import Workspace
from tests.http.client import PATIENCE, Answer, Wire, ask, message, person, received

if TYPE_CHECKING:
    from pathlib import Path

    from tests.endpoint import RunningEndpoint, Serve

USERS = "/Users?count=0"


def opened(data_dir: Path) -> Workspace:
    """Open the folder of an endpoint from this process, as the command line does from its own."""
    return Workspace.open(data_dir, ServerConfig(), actor="tests")


@pytest.mark.parametrize(
    "form", ["Bearer {}", "bearer {}", "BEARER {}", "bEaReR {}", "Bearer  {}", "{}", " Bearer {} "]
)
def test_the_token_is_taken_as_okta_sends_it_and_as_people_paste_it(endpoint: RunningEndpoint, form: str) -> None:
    answer = ask(endpoint, "GET", USERS, headers={"Authorization": form.format(endpoint.token)})
    assert answer.status == 200


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic", "Negotiate"])
def test_no_token_is_401_and_says_how_to_show_one(endpoint: RunningEndpoint, header: str | None) -> None:
    data = message(endpoint, "GET", USERS, headers={"Authorization": header or ""})
    with Wire(endpoint.port) as wire:
        wire.send(data if header is not None else data.replace(b"Authorization: \r\n", b""))
        answer = wire.answer()
        assert "generate a new one" in answer.refused(401)
        assert answer.headers["www-authenticate"] == 'Basic realm="Perch", charset="UTF-8", Bearer'
        wire.send(message(endpoint, "GET", USERS))
        assert wire.answer().status == 200, "the connection is still good"


@pytest.mark.parametrize("scheme", ["Basic", "BASIC"])
def test_a_token_as_a_password_is_taken_unless_a_setting_refuses_it(
    endpoint: RunningEndpoint, serve: Serve, scheme: str
) -> None:
    def answer(running: RunningEndpoint) -> Answer:
        credentials = b64encode(f"okta:{running.token}".encode()).decode()
        return ask(running, "GET", USERS, headers={"Authorization": f"{scheme} {credentials}"})

    assert answer(endpoint).status == 200
    strict = serve(environ={"PERCH_BASIC_AUTHENTICATION": "false"})
    refused = answer(strict)
    assert refused.status == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    config = ask(strict, "GET", "/ServiceProviderConfig").json
    assert [one["type"] for one in config["authenticationSchemes"]] == ["oauthbearertoken"]


def test_an_address_that_guesses_is_slowed_down_but_a_valid_token_from_it_is_not(serve: Serve) -> None:
    running = serve(environ={"PERCH_BAD_TOKEN_LIMIT": "3", "PERCH_BAD_TOKEN_PENALTY": "3600"})
    for _ in range(3):
        ask(running, "GET", USERS, token=generate(test=False)).refused(401)
    for number in range(3):
        answer = ask(running, "GET", USERS, token=generate(test=False) if number else "not even a token")
        assert "bad token" in answer.refused(429)
        assert answer.headers["retry-after"].isdecimal()
        assert 3_500 < int(answer.headers["retry-after"]) <= 3_600
        assert ask(running, "GET", USERS).status == 200
    ask(running, "GET", USERS, headers={"Authorization": ""}).refused(401)
    with Wire(running.port) as wire:
        wire.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert wire.answer().status == 200


def test_whoever_has_no_token_cannot_wash_the_requests_of_okta_out_of_the_activity(serve: Serve) -> None:
    limits = {"PERCH_BAD_TOKEN_LIMIT": "3", "PERCH_BAD_TOKEN_PENALTY": "3600", "PERCH_ACTIVITY_KEEP": "10"}
    running = serve(environ=limits)
    assert ask(running, "POST", "/Users", person("ada"), {"User-Agent": "Okta SCIM Client 1.0.0"}).status == 201
    with Wire(running.port) as wire:
        for number in range(40):
            wire.send(
                (
                    message(running, "GET", USERS, headers={"Authorization": generate(test=False)}),
                    message(running, "GET", USERS, headers={"Authorization": ""}),
                    message(running, "GET", USERS, headers={"Host": "evil.example"}),
                    b"GET /healthz HTTP/1.1\r\nHost: load-balancer\r\n\r\n",
                )[number % 4]
            )
            wire.answer()
    assert ask(running, "GET", USERS).status == 200
    assert running.stop() == 0
    with opened(running.data_dir) as workspace:
        records = workspace.activity.recent(100)
    assert [record.status for record in reversed(records)] == [201, 401, 401, 421, 401, 200]
    assert records[1].meaning.endswith("what else this address tries is not kept for a while")


def test_a_token_in_a_hurry_is_told_when_to_come_back_and_others_are_not(serve: Serve) -> None:
    running = serve(environ={"PERCH_RATE_LIMIT": "2"})
    with opened(running.data_dir) as workspace:
        other = workspace.tokens.create("other", actor="tests").secret
    assert [ask(running, "GET", USERS).status for _ in range(2)] == [200, 200]
    answer = ask(running, "GET", USERS)
    assert "2 requests a minute" in answer.refused(429)
    assert answer.headers["retry-after"].isdecimal()
    assert 1 <= int(answer.headers["retry-after"]) <= 30
    assert ask(running, "GET", USERS, token=other).status == 200


def test_a_revocation_by_another_process_is_seen_by_the_very_next_request(serve: Serve) -> None:
    running = serve()
    path = "/scim/v2" + USERS
    with (
        opened(running.data_dir) as workspace,
        closing(http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE)) as connection,
    ):
        for number in range(30):
            issued = workspace.tokens.create(f"token {number}", actor="tests")
            headers = {"Authorization": f"Bearer {issued.secret}"}
            connection.request("GET", path, headers=headers)
            assert received(connection.getresponse()).status == 200
            workspace.tokens.revoke(issued.token.id, actor="tests")
            connection.request("GET", path, headers=headers)
            assert received(connection.getresponse()).status == (401 if number < 20 else 429)
    assert ask(running, "GET", USERS).status == 200


def test_both_tokens_of_a_rotation_work_and_an_expired_one_does_not(serve: Serve) -> None:
    running = serve()
    with opened(running.data_dir) as workspace:
        long_ago = TokenIssuer(workspace.token_store, clock=lambda: time.time() - 7_200)
        expired = long_ago.create("expired", actor="tests", expires="1h").secret
        valid = long_ago.create("valid", actor="tests", expires="3h").secret
        old = workspace.tokens.create("old", actor="tests")
        new = workspace.tokens.rotate(old.token.id, actor="tests")
    ask(running, "GET", USERS, token=expired).refused(401)
    for secret in (valid, old.secret, new.secret):
        assert ask(running, "GET", USERS, token=secret).status == 200


def test_a_read_only_token_reads_and_searches_and_does_no_more(serve: Serve) -> None:
    running = serve()
    with opened(running.data_dir) as workspace:
        secret = workspace.tokens.create("reader", actor="tests", access=Access.READ_ONLY).secret
    user = ask(running, "POST", "/Users", person("ada")).json["id"]
    for path in ("/Users", f"/Users/{user}", "/", "/Groups", "/Schemas", "/ServiceProviderConfig"):
        assert ask(running, "GET", path, token=secret).status == 200
    assert ask(running, "HEAD", "/Users", token=secret).status == 200
    for path in ("/.search", "/Users/.search", "/Groups/.search", "/users/.search", "//Users//.search"):
        assert ask(running, "POST", path, {}, token=secret).status == 200
    for method, path in (
        ("POST", "/Users"),
        ("PUT", f"/Users/{user}"),
        ("PATCH", f"/Users/{user}"),
        ("DELETE", f"/Users/{user}"),
        ("POST", "/Groups"),
        ("POST", "/Bulk"),
    ):
        assert "read-only" in ask(running, method, path, {}, token=secret).refused(403)
    assert ask(running, "GET", f"/Users/{user}").json["userName"] == "ada"


def test_a_search_is_a_search_however_its_path_is_spelled_and_whoever_sends_it(serve: Serve) -> None:
    running = serve()
    with opened(running.data_dir) as workspace:
        secret = workspace.tokens.create("reader", actor="tests", access=Access.READ_ONLY).secret
    paths = ["/Users/.search/", "/.search/", "/Users/.Search", "/GROUPS/.SEARCH", "/.SEARCH", "//.search//"]
    found = {
        (path, token): ask(running, "POST", path, {}, token=token).status
        for path in paths
        for token in (running.token, secret)
    }
    assert {key: status for key, status in found.items() if status != 200} == {}


def test_why_a_token_was_refused_is_in_the_activity_and_not_in_the_answer(serve: Serve) -> None:
    running = serve()
    with opened(running.data_dir) as workspace:
        long_ago = TokenIssuer(workspace.token_store, clock=lambda: time.time() - 7_200)
        expired = long_ago.create("expired", actor="tests", expires="1h")
        revoked = workspace.tokens.create("revoked", actor="tests")
        workspace.tokens.revoke(revoked.token.id, actor="tests")
        reader = workspace.tokens.create("reader", actor="tests", access=Access.READ_ONLY)
    unknown = generate(test=False)
    shown = {
        Refusal.MISSING: "",
        Refusal.MALFORMED: unknown[:-1] + ("a" if unknown[-1] != "a" else "b"),
        Refusal.UNKNOWN: unknown,
        Refusal.EXPIRED: expired.secret,
        Refusal.REVOKED: revoked.secret,
    }
    told = {ask(running, "GET", USERS, headers={"Authorization": text}).refused(401) for text in shown.values()}
    assert len(told) == 1, "a stranger learns nothing of which tokens there are"
    ask(running, "POST", "/Users", person("ada"), token=reader.secret).refused(403)
    assert running.stop() == 0
    with opened(running.data_dir) as workspace:
        records = workspace.activity.recent()
    assert [record.refusal for record in reversed(records)] == [*shown, Refusal.READ_ONLY]
    known = {record.refusal: record.token_id for record in records}
    assert known == {
        Refusal.MISSING: None,
        Refusal.MALFORMED: None,
        Refusal.UNKNOWN: None,
        Refusal.EXPIRED: expired.token.id,
        Refusal.REVOKED: revoked.token.id,
        Refusal.READ_ONLY: reader.token.id,
    }


def test_the_last_use_of_a_token_is_noted_with_address_and_agent(serve: Serve) -> None:
    running = serve()
    assert ask(running, "GET", USERS, headers={"User-Agent": "Okta SCIM Client 1.0.0"}).status == 200
    assert running.stop() == 0
    with opened(running.data_dir) as workspace:
        (token,) = workspace.tokens.tokens()
        assert token.last_used is not None
        assert (token.last_address, token.last_agent) == ("127.0.0.1", "Okta SCIM Client 1.0.0")
        assert [event.event for event in workspace.tokens.history(token.id)] == ["created", "first used"]


def test_the_public_host_is_answered_for_and_named_in_every_location(serve: Serve) -> None:
    running = serve("--public-url", "https://scim.example.com/perch")
    public = "https://scim.example.com/perch/scim/v2"
    host = {"Host": "SCIM.example.com"}
    created = ask(running, "POST", "/Users", person("ada"), host)
    where = f"{public}/Users/{created.json['id']}"
    assert created.headers["location"] == created.json["meta"]["location"] == where
    assert ask(running, "GET", "/Users", headers=host).json["Resources"][0]["meta"]["location"] == where
    group = {"displayName": "G", "members": [{"value": created.json["id"]}]}
    assert ask(running, "POST", "/Groups", group).headers["location"].startswith(f"{public}/Groups/")
    schema = ask(running, "GET", "/Schemas", headers=host).json["Resources"][0]
    assert schema["meta"]["location"].startswith(f"{public}/Schemas/")
    assert ask(running, "GET", USERS, headers={"Host": f"127.0.0.1:{running.port}"}).status == 200
    for other in ("example.com", "scim.example.com.evil.example", "evil.example:443"):
        assert "--public-url" in ask(running, "GET", USERS, headers={"Host": other}).refused(421)


def test_health_is_for_get_and_head(endpoint: RunningEndpoint) -> None:
    with Wire(endpoint.port) as wire:
        wire.send(b"HEAD /healthz HTTP/1.1\r\nHost: anything\r\n\r\n")
        assert wire.answer(head=True).status == 200
        wire.send(b"DELETE /healthz?x=1 HTTP/1.1\r\nHost: anything\r\n\r\n")
        answer = wire.answer()
        answer.refused(405)
        assert answer.headers["allow"] == "GET, HEAD"
