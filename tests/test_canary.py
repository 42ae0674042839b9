"""A token and a password go through the whole endpoint; afterwards they stand in no file, log, answer or repr."""

from __future__ import annotations

import base64
import json
import logging
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import ClientSession

from server.config import ServerConfig
from server.http.listener import listening
from server.store.activity import ActivityLog
from server.workspace import ACTIVITY, Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest

PASSWORD = "c4n4ry-Passw0rd!"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

Request = tuple[str, str, object]


def person(name: str) -> dict[str, object]:
    return {
        "schemas": [CORE],
        "userName": name,
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"value": f"{name}@example.com", "primary": True}],
        "password": PASSWORD,
    }


def patch(**operation: object) -> dict[str, object]:
    return {"schemas": [PATCH], "Operations": [{"op": "replace", **operation}]}


def conversation(secret: str, user_id: str) -> Sequence[Request]:
    """Return requests that carry the password wherever a client can put it, and the token where no one should."""
    user = f"/Users/{user_id}"
    by_password = f'password eq "{PASSWORD}"'
    return [
        ("PUT", user, person("ada")),
        ("PATCH", user, patch(path="password", value=PASSWORD)),
        ("PATCH", user, patch(value={"password": PASSWORD, "active": True})),
        ("PATCH", user, patch(path=f"{CORE}:password", value=PASSWORD)),
        ("PATCH", user, patch(path="nothing.such", value={"Password": PASSWORD})),
        ("POST", "/Users", person("ada")),
        ("POST", "/Users", {**person("eve"), "userName": None}),
        ("POST", "/Users", {**person("eve"), "password": [PASSWORD]}),
        ("POST", "/Users", {**person("eve"), "active": {"password": PASSWORD}}),
        ("POST", "/Users", f'{{"userName": "broken", "password": "{PASSWORD}", '),
        ("GET", f"/Users?filter={quote(by_password)}", None),
        ("POST", "/.search", {"schemas": [SEARCH], "filter": by_password}),
        (
            "POST",
            "/Bulk",
            {
                "schemas": [BULK],
                "Operations": [
                    {"method": "POST", "path": "/Users", "bulkId": "one", "data": person("bulk")},
                    {"method": "POST", "path": "/Users", "bulkId": "two", "data": {"password": PASSWORD}},
                ],
            },
        ),
        ("GET", user, None),
        ("GET", f"{user}?attributes=password", None),
        ("GET", f"/Users?access_token={secret}", None),
        ("GET", f"/Users/{secret}", None),
        ("POST", "/Users", {**person("pasted"), "comment": f"use Bearer {secret}"}),
        ("DELETE", user, None),
    ]


def shapes(secret: str) -> list[str]:
    typo = secret[:-1] + ("a" if secret[-1] != "a" else "b")
    basic = base64.b64encode(f"okta:{secret}".encode()).decode()
    return [
        f"Bearer {secret}",
        f"bearer  {secret}",
        secret,
        f"Basic {basic}",
        f"Bearer {typo}",
        f"{secret} {secret}",
    ]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def speak(base_url: str, header: str, requests: Sequence[Request]) -> list[str]:
    """Send them and return each answer as a client sees it: status, headers, body."""
    answers = []
    async with ClientSession(headers={"Authorization": header}) as client:
        for method, path, body in requests:
            data = None if body is None else body if isinstance(body, str) else json.dumps(body)
            content = {"Content-Type": "application/scim+json"}
            async with client.request(method, base_url + path, data=data, headers=content) as answer:
                answers.append(f"{answer.status} {answer.headers} {await answer.text()}")
    return answers


async def test_a_token_and_a_password_are_found_nowhere_afterwards(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    config = ServerConfig(port=0)
    with Workspace.open(tmp_path, config) as workspace:
        issued = workspace.tokens.create("Okta", actor="test", test=True)
        log = ActivityLog.open(tmp_path / ACTIVITY)
        answers: list[str] = []
        async with listening(workspace, config, log.record, "canary") as endpoint:
            good = f"Bearer {issued.secret}"
            created = await speak(endpoint.base_url, good, [("POST", "/Users", person("ada"))])
            assert created[0].startswith("201 "), created
            user_id = json.loads(created[0][created[0].index('{"') :])["id"]
            answers += await speak(endpoint.base_url, good, conversation(issued.secret, user_id))
            for header in shapes(issued.secret):
                answers += await speak(endpoint.base_url, header, [("GET", "/Users", None)])
            workspace.tokens.revoke(issued.token.id, actor="test")
            answers += await speak(endpoint.base_url, good, [("GET", "/Users", None)])
        log.flush()
        shown = [repr(record) for record in log.recent(1000)]
        log.close()
        assert len(shown) == len(answers) + 1
        shown += [
            repr(issued),
            repr(workspace.tokens.tokens()),
            repr(workspace.tokens.history(issued.token.id)),
        ]

    secrets = {"token": issued.secret[11:54], "password": PASSWORD}
    files = contents(tmp_path)
    assert {"perch.db", "activity.db"} <= files.keys()
    printed = capfd.readouterr()
    places = {
        **{file: [content.decode("latin-1")] for file, content in files.items()},
        "log": [caplog.text, *(record.getMessage() for record in caplog.records)],
        "terminal": [printed.out, printed.err],
        "activity": shown,
        "answers": answers,
    }
    assert [
        (name, place, text[:300] if len(text) < 3000 else "")
        for name, secret in secrets.items()
        for place, texts in places.items()
        for text in texts
        if secret in text
    ] == []
