"""Okta as a SCIM client: the requests each action of its admin makes, in their order, by kind of app.

Belongs here: who asks what next (OKTA.md sections 1.3 to 1.11, 8). Must not know: Perch. It is a client like
Okta itself and works against any SCIM server. Every scenario is a generator of steps and ends, as Okta does,
at the first answer whose verdict is not good; its return value is what it found, None when it ended early.
"""

from __future__ import annotations

import secrets
import string
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Self

from server.okta.features import Feature
from server.okta.person import Person, merge
from server.okta.scenario import Step, Stopped, scenario
from server.okta.verdicts import ATTEMPTS, SOCKET_TIMEOUT, Asked, verdict
from server.okta.wire import Answer, Transport, Wire, compact, lookup

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

GROUP_URN: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH_URN: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

PAGE: Final = 100
"""Resources per page of an import (OKTA.md 1.8)."""

BATCH: Final = 100
"""Membership changes per PATCH of a catalog app (OKTA.md A50)."""

BEFORE_CREATE: Final = 0.25
"""Seconds between the look-up and the write that follows from it (OKTA.md 1.4)."""

BEFORE_REPLACE: Final = 0.2
"""Seconds between reading a resource and replacing it (OKTA.md 1.5)."""


class Kind(StrEnum):
    """Which kind of app it is decides every verb that writes (OKTA.md section 0)."""

    CUSTOM = "custom"
    """Made in the App Integration Wizard: everything is a PUT."""
    CATALOG = "catalog"
    """From the OIN catalog, or a SCIM 2.0 Test App: PATCH for all but profiles."""


class OktaClient:
    """One app of an Okta tenant, connected to one SCIM server.

    ``pace`` is called with the seconds that Okta waits before a request (``time.sleep`` plays at Okta's own
    speed, a scaled one faster); None plays without a pause, and a 429 then ends the scenario instead of being
    waited for. ``wire`` carries the requests instead of a connection of its own. ``people`` (by Okta's id) and
    ``groups`` (by name) hold the server's ids, all that Okta remembers of it.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        kind: Kind = Kind.CUSTOM,
        pace: Callable[[float], None] | None = None,
        scheme: str = "Bearer",
        timeout: float = SOCKET_TIMEOUT,
        choose: Callable[[str], str] = secrets.choice,
        wire: Transport | None = None,
    ) -> None:
        self.wire: Transport = wire or Wire(base_url, token, scheme=scheme, timeout=timeout)
        self.kind = kind
        self.people: dict[str, str] = {}
        self.groups: dict[str, str] = {}
        self._pace = pace
        self._choose = choose

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self.wire.close()

    @scenario
    def test_connection(self, *, import_groups: bool = False) -> Generator[Step, None, None]:
        """*Test Connector Configuration*, and every Save of the page (OKTA.md 1.3)."""
        yield from self._ask(Feature.CONNECTION_TEST, "GET", "/Users?startIndex=1&count=2", Asked.LIST)
        if import_groups:
            yield from self._ask(Feature.IMPORT_GROUPS, "GET", f"/Groups?startIndex=1&count={PAGE}", Asked.LIST)

    @scenario
    def import_users(self) -> Generator[Step, None, list[dict[str, Any]]]:
        """*Import Now*: every page, inactive people scanned out (OKTA.md 1.8, A38)."""
        users = yield from self._pages(Feature.IMPORT_USERS, "/Users")
        return [user for user in users if user.get("active") is not False]

    @scenario
    def import_groups(self) -> Generator[Step, None, list[dict[str, Any]]]:
        """*Import Groups*: every page; each group becomes one that a push can be linked to (OKTA.md 1.9)."""
        groups = yield from self._pages(Feature.IMPORT_GROUPS, "/Groups")
        self.groups.update((group["displayName"], group["id"]) for group in groups if "displayName" in group)
        return groups

    @scenario
    def assign(self, person: Person) -> Generator[Step, None, str]:
        """Assign a person to the app: create, link to the one found, or reactivate them (OKTA.md 1.4, 1.6).

        Returns the server's id.
        """
        target = f"/Users?{lookup('userName', person.user_name)}"
        found = (yield from self._ask(Feature.FIND_USER, "GET", target, Asked.FIND)).first()
        if found is None:
            return (yield from self._create_user(person))
        self.people[person.okta_id] = found["id"]
        if found.get("active") is not False:
            yield from self._replace_profile(Feature.PUSH_PROFILE_UPDATE, person)
        elif self.kind is Kind.CUSTOM:
            yield from self._replace_profile(Feature.REACTIVATE, person)
        else:
            yield from self._modify_user(Feature.REACTIVATE, person, {"active": True})
            yield from self._replace_profile(Feature.PUSH_PROFILE_UPDATE, person)
        return str(found["id"])

    @scenario
    def update_profile(self, person: Person) -> Generator[Step, None, None]:
        """Push a changed profile: read, merge, PUT, for both kinds of app (OKTA.md 1.5)."""
        yield from self._replace_profile(Feature.PUSH_PROFILE_UPDATE, person)

    @scenario
    def deactivate(self, person: Person) -> Generator[Step, None, None]:
        """Unassign a person, or deactivate them in Okta (OKTA.md 1.6). Okta never deletes a user."""
        if self.kind is Kind.CATALOG:
            yield from self._modify_user(Feature.DEACTIVATE, person, {"active": False})
            return
        # Recorded: the server's own answer with active false; the profile is not merged in.
        user = yield from self._read(Feature.DEACTIVATE, self._user_target(person))
        yield from self._replace_user(Feature.DEACTIVATE, person, {**user, "active": False})

    @scenario
    def sync_password(self, person: Person, password: str) -> Generator[Step, None, None]:
        """Push a password (OKTA.md 1.7; the PATCH's shape is inferred)."""
        if self.kind is Kind.CATALOG:
            yield from self._modify_user(Feature.PASSWORD_SYNC, person, {"password": password})
            return
        user = yield from self._read(Feature.PASSWORD_SYNC, self._user_target(person))
        merged = {**merge(user, person), "password": password}
        yield from self._replace_user(Feature.PASSWORD_SYNC, person, merged)

    @scenario
    def push_group(self, name: str, members: Sequence[Person]) -> Generator[Step, None, str]:
        """Push a group by name: link the one of this name, else create it (OKTA.md 1.10, 1.11).

        Members without an id on the server are left out (OKTA.md A14). Returns the server's id.
        """
        target = f"/Groups?{lookup('displayName', name)}"
        found = (yield from self._ask(Feature.FIND_GROUP, "GET", target, Asked.FIND)).first()
        listed = self._members(members)
        if found is not None:
            self.groups[name] = found["id"]
            yield from self._change(Feature.GROUP_PUSH, name, listed, ())
            return str(found["id"])
        self._wait(BEFORE_CREATE)
        body = {
            "schemas": [GROUP_URN],
            "displayName": name,
            "members": listed if self.kind is Kind.CUSTOM else [],
        }
        answer = yield from self._ask(Feature.GROUP_PUSH, "POST", "/Groups", Asked.CREATE_GROUP, compact(body))
        self.groups[name] = answer.document()["id"]
        yield from self._replace_members(Feature.GROUP_PUSH, name, listed)
        return self.groups[name]

    @scenario
    def change_members(
        self, name: str, added: Sequence[Person], removed: Sequence[Person]
    ) -> Generator[Step, None, None]:
        """Push a change of membership; a catalog app sends the name along with every one (OKTA.md 1.11)."""
        if self.kind is Kind.CATALOG:
            yield from self._name_group(Feature.GROUP_MEMBERSHIP, name, name)
        gone = [member["value"] for member in self._members(removed)]
        yield from self._change(Feature.GROUP_MEMBERSHIP, name, self._members(added), gone)

    @scenario
    def push_now(self, name: str, members: Sequence[Person]) -> Generator[Step, None, None]:
        """*Push Now*: the whole membership again (OKTA.md 1.11)."""
        yield from self._replace_members(Feature.GROUP_MEMBERSHIP, name, self._members(members))

    @scenario
    def rename_group(self, name: str, new_name: str) -> Generator[Step, None, None]:
        """Push a new name, where *Rename app groups to match group name in Okta* is on (OKTA.md 1.11)."""
        if self.kind is Kind.CATALOG:
            yield from self._name_group(Feature.GROUP_RENAME, name, new_name)
        else:
            target = self._group_target(name)
            group = yield from self._read(Feature.GROUP_RENAME, target)
            yield from self._replace_group(Feature.GROUP_RENAME, name, new_name, group.get("members", []))
        self.groups[new_name] = self.groups.pop(name)

    @scenario
    def delete_group(self, name: str) -> Generator[Step, None, None]:
        """*Unlink pushed group*, *Delete the group in the target app* (OKTA.md 1.11)."""
        yield from self._ask(Feature.GROUP_DELETE, "DELETE", self._group_target(name), Asked.DELETE)
        del self.groups[name]

    def _ask(
        self, feature: Feature, method: str, target: str, asked: Asked, body: bytes | None = None
    ) -> Generator[Step, None, Answer]:
        for attempt in range(1, ATTEMPTS + 1):
            answer = self.wire.send(method, target, body)
            judged = verdict(
                answer.status,
                answer.body,
                asked,
                reason=answer.reason,
                retry_after=answer.headers.get("retry-after"),
                attempt=attempt,
                seconds=answer.duration / 1e6,
            )
            yield Step(feature, method, target, body, answer, judged)
            if judged.ok:
                return answer
            if judged.wait is None or self._pace is None:
                break
            self._pace(judged.wait)
        raise Stopped

    def _wait(self, seconds: float) -> None:
        if self._pace is not None:
            self._pace(seconds)

    def _read(self, feature: Feature, target: str) -> Generator[Step, None, dict[str, Any]]:
        answer = yield from self._ask(feature, "GET", target, Asked.READ)
        self._wait(BEFORE_REPLACE)
        return answer.document()

    def _pages(self, feature: Feature, endpoint: str) -> Generator[Step, None, list[dict[str, Any]]]:
        resources: list[dict[str, Any]] = []
        start, total = 1, 1
        while start <= total:
            target = f"{endpoint}?startIndex={start}&count={PAGE}"
            answer = yield from self._ask(feature, "GET", target, Asked.LIST)
            resources += answer.resources()
            total = answer.total()
            start += PAGE
        return resources

    def _user_target(self, person: Person) -> str:
        if person.okta_id not in self.people:
            raise LookupError(f"{person.user_name} has no id on the server yet. Assign them first.")
        return f"/Users/{self.people[person.okta_id]}"

    def _group_target(self, name: str) -> str:
        if name not in self.groups:
            raise LookupError(f"The group {name} has no id on the server yet. Push it first.")
        return f"/Groups/{self.groups[name]}"

    def _create_user(self, person: Person) -> Generator[Step, None, str]:
        self._wait(BEFORE_CREATE)
        # OKTA.md A17: a placeholder password goes along even when passwords are not synchronised.
        password = "".join(self._choose(string.ascii_lowercase + string.digits) for _ in range(8))
        body = {
            "schemas": person.schemas(),
            **person.profile(),
            "groups": [],
            "password": password,
            "active": True,
        }
        answer = yield from self._ask(Feature.PUSH_NEW_USER, "POST", "/Users", Asked.CREATE_USER, compact(body))
        identifier = str(answer.document()["id"])
        self.people[person.okta_id] = identifier
        return identifier

    def _replace_profile(self, feature: Feature, person: Person) -> Generator[Step, None, None]:
        user = yield from self._read(feature, self._user_target(person))
        yield from self._replace_user(feature, person, merge(user, person))

    def _replace_user(self, feature: Feature, person: Person, user: Mapping[str, Any]) -> Generator[Step, None, None]:
        yield from self._ask(feature, "PUT", self._user_target(person), Asked.REPLACE, compact(user, sort=True))

    def _modify_user(self, feature: Feature, person: Person, value: Mapping[str, Any]) -> Generator[Step, None, None]:
        yield from self._modify(feature, self._user_target(person), [{"op": "replace", "value": value}])

    def _modify(
        self, feature: Feature, target: str, operations: Sequence[Mapping[str, Any]]
    ) -> Generator[Step, None, None]:
        body = compact({"schemas": [PATCH_URN], "Operations": operations})
        yield from self._ask(feature, "PATCH", target, Asked.MODIFY, body)

    def _members(self, people: Sequence[Person]) -> list[dict[str, Any]]:
        return [
            {"value": self.people[person.okta_id], "display": person.user_name}
            for person in people
            if person.okta_id in self.people
        ]

    def _change(
        self, feature: Feature, name: str, added: Sequence[dict[str, Any]], removed: Sequence[str]
    ) -> Generator[Step, None, None]:
        target = self._group_target(name)
        if self.kind is Kind.CUSTOM:
            group = yield from self._read(feature, target)
            left_out = {*removed, *(member["value"] for member in added)}
            kept = [member for member in group.get("members", []) if member["value"] not in left_out]
            yield from self._replace_group(feature, name, name, [*kept, *added])
            return
        changes: list[tuple[str, Any]] = [("remove", value) for value in removed] + [("add", one) for one in added]
        for start in range(0, len(changes), BATCH):
            batch = changes[start : start + BATCH]
            operations: list[dict[str, Any]] = [
                {"op": "remove", "path": f'members[value eq "{value}"]'} for op, value in batch if op == "remove"
            ]
            values = [value for op, value in batch if op == "add"]
            if values:
                operations.append({"op": "add", "path": "members", "value": values})
            yield from self._modify(feature, target, operations)

    def _replace_members(
        self, feature: Feature, name: str, members: Sequence[dict[str, Any]]
    ) -> Generator[Step, None, None]:
        target = self._group_target(name)
        if self.kind is Kind.CUSTOM:
            yield from self._read(feature, target)
            yield from self._replace_group(feature, name, name, members)
            return
        replaced = {"op": "replace", "path": "members", "value": members[:BATCH]}
        yield from self._modify(feature, target, [replaced])
        yield from self._change(feature, name, members[BATCH:], ())

    def _name_group(self, feature: Feature, name: str, new_name: str) -> Generator[Step, None, None]:
        value = {"id": self.groups[name], "displayName": new_name}
        yield from self._modify(feature, self._group_target(name), [{"op": "replace", "value": value}])

    def _replace_group(
        self, feature: Feature, name: str, new_name: str, members: Sequence[Mapping[str, Any]]
    ) -> Generator[Step, None, None]:
        listed = [{"value": member["value"], "display": member.get("display")} for member in members]
        body = {"schemas": [GROUP_URN], "id": self.groups[name], "displayName": new_name, "members": listed}
        yield from self._ask(feature, "PUT", self._group_target(name), Asked.REPLACE, compact(body))
