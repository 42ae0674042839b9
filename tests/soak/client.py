"""One client of the mixed load: what Okta and others send, to people and groups of its own, one request at a time."""

from __future__ import annotations

import asyncio
import copy
import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tests.benchmarks.stage import request
from tests.soak.ledger import Document, Ledger, shape, version
from tests.soak.wire import Answer, Wire

if TYPE_CHECKING:
    import random
    from collections.abc import Awaitable, Callable

    from tests.soak.measure import Latencies

PEOPLE, GROUPS = 60, 3
"""How many of each a client has, about: as many are deleted as are made, so that what grows is the endpoint's fault."""
HANGING = 1.0
"""Seconds after which an answer should have come, whatever else goes on."""
USER, GROUP = "/Users", "/Groups"
USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_URN = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK_URN = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


async def passed(stop: asyncio.Event, seconds: float) -> None:
    """Return when so many seconds have passed, or at once when it is time to stop."""
    with suppress(TimeoutError):
        async with asyncio.timeout(max(seconds, 0)):
            await stop.wait()


def _line(message: bytes) -> str:
    return message.partition(b" HTTP")[0].decode()


class Client:
    """Sends until it is told to stop; a connection that breaks is reported by `run` and leaves a doubt."""

    def __init__(self, name: str, chance: random.Random, background: list[str], token: str) -> None:
        self.name = name
        self.ledger = Ledger()
        self.surprises: list[str] = []
        """Answers that no client should get."""
        self.acknowledged = 0
        """Writes that were answered."""
        self._chance = chance
        self._background = background
        self._token = token
        self._number = 0
        self._port = 0
        self._wire: Wire | None = None
        self._latencies: Latencies | None = None
        self._actions: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (24, self._read),
            (12, self._find),
            (5, self._import_page),
            (2, self._list_groups),
            (15, self._turn_over),
            (20, self._modify),
            (6, self._replace),
            (8, self._change_members),
            (1, self._replace_members),
            (1, self._renew_group),
            (1, self._bulk),
            (2, self._read_version1),
            (2, self._modify_version1),
            (1, self._nonsense),
        ]

    async def run(self, port: int, pace: float, latencies: Latencies | None, stop: asyncio.Event) -> None:
        """Send a request every `pace` seconds until `stop`; raises ConnectionError when the endpoint goes away."""
        self._latencies = latencies
        self._port = port
        self._wire = await Wire.connect(port)
        weights, actions = zip(*self._actions, strict=True)
        try:
            due = time.perf_counter()
            while not stop.is_set():
                # A client that was held up does not hurry afterwards: its own queue would be measured.
                due = max(due + pace, time.perf_counter())
                await passed(stop, due - time.perf_counter())
                people, groups = self.ledger.alive(USER), self.ledger.alive(GROUP)
                if len(people) < PEOPLE // 2:
                    await self._create()
                elif len(groups) < GROUPS:
                    await self._create_group()
                else:
                    await self._chance.choices(actions, weights)[0]()
        finally:
            self._wire.close()

    def measure(self, latencies: Latencies | None) -> None:
        """Measure from now on, or no more."""
        self._latencies = latencies

    async def check(self, port: int, paths: list[str]) -> list[str]:
        """Read resources, and give what is not as it was acknowledged."""
        wire = await Wire.connect(port)
        problems = []
        for kind, name in list(self.ledger.uncreated):
            attribute = "userName" if kind == USER else "displayName"
            answer = await wire.ask(request("GET", f"{kind}?filter={attribute}%20eq%20%22{name}%22", self._token))
            problems.append(self.ledger.created_after_all(kind, name, json.loads(answer.body)["Resources"]))
        problems += [self.ledger.problem(p, *await wire.ask(request("GET", p, self._token))) for p in paths]
        wire.close()
        return [*filter(None, problems), *self.ledger.strangers()]

    # -- what it sends -----------------------------------------------------------------------------

    async def _send(self, kind: str, method: str, path: str, body: Any = None, *allowed: int) -> Answer:
        return await self._ask(kind, request(method, path, self._token, body), *allowed)

    async def _ask(self, kind: str, message: bytes, *allowed: int) -> Answer:
        assert self._wire is not None
        begin = time.perf_counter()
        try:
            answer = await self._wire.ask(message)
        except ConnectionError:
            # Cut off by the kill; but one that had waited for long before was hanging.
            if time.perf_counter() - begin > HANGING:
                self.surprises.append(f"{_line(message)}: no answer after {time.perf_counter() - begin:.1f} s")
            raise
        if self._latencies is not None:
            self._latencies.add(kind, time.perf_counter() - begin)
        if answer.status not in (allowed or (200,)):
            self.surprises.append(f"{_line(message)}: {answer.status} {answer.body[:300]!r}")
        return answer

    async def _write(self, kind: str, method: str, path: str, body: Any, outcome: Document | None) -> None:
        """Write a resource that is there; what it becomes is known beforehand."""
        message = request(method, path, self._token, body)
        if kind == "modify 1.1":
            message = message.replace(b"/v2/", b"/v1/", 1)
        try:
            answer = await self._ask(kind, message, 204 if method == "DELETE" else 200)
        except ConnectionError:
            self.ledger.doubt(path, outcome)
            raise
        self.acknowledged += 1
        number = None
        if answer.body and kind != "modify 1.1":
            document = json.loads(answer.body)
            number = version(document)
            if shape(document) != outcome:
                self.surprises.append(f"{method} {path}: answered {answer.body[:300]!r}, expected {outcome}")
        self.ledger.settle(path, outcome, number)

    def _person(self) -> Document:
        self._number += 1
        number = str(self._number)
        name = f"{self.name}-{number}@soak.example"
        return {
            "schemas": [USER_URN],
            "userName": name,
            "name": {"givenName": "Ada", "familyName": number, "formatted": f"Ada {number}"},
            "emails": [{"value": name, "type": "work", "primary": True}],
            "title": "new",
            "active": True,
        }

    async def _make(self, kind: str, path: str, document: Document, name: str) -> None:
        try:
            answer = await self._send(kind, "POST", path, document, 201)
        except ConnectionError:
            members = sorted(member["value"] for member in document.get("members", ()))
            self.ledger.uncreated[path, name] = shape(document) | ({"members": members} if path == GROUP else {})
            raise
        self.acknowledged += 1
        if answer.status == 201:
            found = json.loads(answer.body)
            self.ledger.settle(f"{path}/{found['id']}", shape(found), version(found))

    async def _create(self) -> None:
        document = self._person()
        await self._make("create", USER, document, document["userName"])

    async def _create_group(self) -> None:
        self._number += 1
        name = f"{self.name}-{self._number}"
        document = {"schemas": [GROUP_URN], "displayName": name, "members": self._some(10)}
        await self._make("create group", GROUP, document, name)

    def _some(self, number: int) -> list[dict[str, str]]:
        people = self.ledger.alive(USER)
        return [{"value": p.rpartition("/")[2]} for p in self._chance.sample(people, min(number, len(people)))]

    def _one(self, kind: str) -> tuple[str, Document]:
        path = self._chance.choice(self.ledger.alive(kind))
        return path, copy.deepcopy(self.ledger.known[path])

    async def _turn_over(self) -> None:
        """Create or delete somebody; about as often the one as the other."""
        number = len(self.ledger.alive(USER))
        if number < self._chance.gauss(PEOPLE, PEOPLE / 10):
            await self._create()
        else:
            await self._delete()

    async def _delete(self) -> None:
        path, _ = self._one(USER)
        gone = path.rpartition("/")[2]
        groups = [g for g in self.ledger.alive(GROUP) if gone in self.ledger.known[g]["members"]]
        try:
            await self._write("delete", "DELETE", path, None, None)
        except ConnectionError:
            for group in groups:
                without = copy.deepcopy(self.ledger.known[group])
                without["members"].remove(gone)
                self.ledger.doubt(group, without)
            raise
        self.ledger.forget_member(path)

    async def _modify(self) -> None:
        path, document = self._one(USER)
        self._number += 1
        value = {"active": not document["active"], "title": f"title {self._number}"}
        body = {"schemas": [PATCH_URN], "Operations": [{"op": "replace", "value": value}]}
        await self._write("modify", "PATCH", path, body, document | value)

    async def _modify_version1(self) -> None:
        path, document = self._one(USER)
        self._number += 1
        value = {"title": f"title {self._number}"}
        body = {"schemas": ["urn:scim:schemas:core:1.0"], **value}
        await self._write("modify 1.1", "PATCH", path, body, document | value)

    async def _replace(self) -> None:
        path, document = self._one(USER)
        self._number += 1
        document["title"] = f"title {self._number}"
        await self._write("replace", "PUT", path, {"schemas": [USER_URN], **document}, document)

    async def _change_members(self) -> None:
        path, document = self._one(GROUP)
        (other,) = self._some(1)
        operation: Document
        if other["value"] in document["members"]:
            operation = {"op": "remove", "path": f'members[value eq "{other["value"]}"]'}
            document["members"].remove(other["value"])
        else:
            operation = {"op": "add", "path": "members", "value": [other]}
            document["members"] = sorted([*document["members"], other["value"]])
        await self._write("members", "PATCH", path, {"schemas": [PATCH_URN], "Operations": [operation]}, document)

    async def _replace_members(self) -> None:
        path, document = self._one(GROUP)
        members = self._some(25)
        document["members"] = sorted(member["value"] for member in members)
        body = {"schemas": [GROUP_URN], "displayName": document["displayName"], "members": members}
        await self._write("replace members", "PUT", path, body, document)

    async def _renew_group(self) -> None:
        path, _ = self._one(GROUP)
        await self._write("delete group", "DELETE", path, None, None)

    async def _bulk(self) -> None:
        paths = self._chance.sample(self.ledger.alive(USER), 5)
        self._number += 1
        operations = [
            {
                "method": "PATCH",
                "path": p,
                "data": {"Operations": [{"op": "replace", "path": "title", "value": "bulk"}]},
            }
            for p in paths
        ]
        outcomes = [{**copy.deepcopy(self.ledger.known[p]), "title": "bulk"} for p in paths]
        try:
            answer = await self._send("bulk", "POST", "/Bulk", {"schemas": [BULK_URN], "Operations": operations})
        except ConnectionError:
            for path, outcome in zip(paths, outcomes, strict=True):
                self.ledger.doubt(path, outcome)
            raise
        statuses = [operation["status"] for operation in json.loads(answer.body)["Operations"]]
        if statuses != ["200"] * 5:
            self.surprises.append(f"Bulk: {statuses}")
        self.acknowledged += 5
        for path, outcome in zip(paths, outcomes, strict=True):
            self.ledger.settle(path, outcome)

    # -- what it reads -----------------------------------------------------------------------------

    async def _read(self) -> None:
        await self._send("read", "GET", f"{USER}/{self._chance.choice(self._background)}")

    async def _find(self) -> None:
        path, document = self._one(USER)
        name = document["userName"]
        answer = await self._send("find", "GET", f"{USER}?filter=userName%20eq%20%22{name}%22&startIndex=1&count=100")
        found = [f"{USER}/{one['id']}" for one in json.loads(answer.body)["Resources"]]
        if found != [path]:
            self.surprises.append(f"{name} was found as {found} and not as {path}")

    async def _import_page(self) -> None:
        first = 1 + 100 * self._chance.randrange(len(self._background) // 100)
        await self._send("import", "GET", f"{USER}?startIndex={first}&count=100")

    async def _list_groups(self) -> None:
        await self._send("groups", "GET", f"{GROUP}?excludedAttributes=members&startIndex=1&count=100")

    async def _read_version1(self) -> None:
        message = request("GET", f"{USER}/{self._chance.choice(self._background)}", self._token)
        await self._ask("read 1.1", message.replace(b"/v2/", b"/v1/", 1))

    async def _nonsense(self) -> None:
        await self._send("nonsense", "GET", f"{USER}?filter=userName%20perhaps%20%22x%22", None, 400)
        await self._send("nonsense", "PATCH", f"{USER}/{self._background[0]}", {"Operations": [{"op": "burn"}]}, 400)
        await self._ask("wrong token", request("GET", USER, "perch_live_guessed"), 401, 429)
        wire = await Wire.connect(self._port)
        answer = await wire.ask(b"\x16\x03\x01 no HTTP\r\n\r\n")
        if answer.status != 400:
            self.surprises.append(f"no HTTP: {answer.status}")
        wire.close()
