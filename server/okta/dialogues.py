"""Okta as a SCIM client: the requests each action of its admin makes, in their order, by kind of app.

Belongs here: who asks what next (OKTA.md sections 1.3 to 1.11, 8). Must not know: Perch. It is a client like
Okta itself and works against any SCIM server. Every scenario is a generator of steps and ends, as Okta does,
at the first answer whose verdict is not good; its return value is what it found, None when it ended early.
"""

from __future__ import annotations

import secrets
import string
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from server.okta.asking import PAGE, Asking
from server.okta.features import Feature
from server.okta.person import Person, merge
from server.okta.scenario import scenario
from server.okta.speech import Version
from server.okta.verdicts import SOCKET_TIMEOUT, Asked, Verdict
from server.okta.wire import Wire, compact, lookup

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from server.okta.scenario import Step
    from server.okta.wire import Transport

GROUP_URN: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"

BATCH: Final = 100
"""Membership changes per PATCH of a catalog app (OKTA.md A50)."""

_ALL_ASSUMED: Final = Verdict(
    ok=True, sentence="not there: Okta assumes that everything is supported", source="OKTA.md 2.3"
)

BEFORE_CREATE: Final = 0.25
"""Seconds between the look-up and the write that follows from it (OKTA.md 1.4)."""


class Kind(StrEnum):
    """Which kind of app it is decides every verb that writes (OKTA.md section 0)."""

    CUSTOM = "custom"
    """Made in the App Integration Wizard: everything is a PUT."""
    CATALOG = "catalog"
    """From the OIN catalog, or a SCIM 2.0 Test App: PATCH for all but profiles."""
    AGENT = "agent"
    """Behind Okta's on-prem agent: everything is a PUT of the whole (OKTA.md section 2)."""


class OktaClient(Asking):
    """One app of an Okta tenant, connected to one SCIM server.

    ``pace`` is called with the seconds that Okta waits before a request (``time.sleep`` plays at Okta's own
    speed, a scaled one faster); None plays without a pause, and a 429 then ends the scenario instead of being
    waited for. ``wire`` carries the requests instead of a connection of its own, in this ``version``. ``people``
    (by Okta's id) and ``groups`` (by name) hold the server's ids, all that Okta remembers of it; ``shown_as`` what a
    group is called there, where it is not Okta's name. ``batch`` is how many membership changes go into one PATCH.
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
        version: Version = Version.TWO,
    ) -> None:
        carried = wire or Wire(base_url, token, scheme=scheme, timeout=timeout, version=version)
        super().__init__(carried, pace, version)
        self.kind = kind
        self.people: dict[str, str] = {}
        self.groups: dict[str, str] = {}
        self.shown_as: dict[str, str] = {}
        self.batch = BATCH
        self._choose = choose

    @scenario
    def test_connection(self, *, import_groups: bool = False) -> Generator[Step, None, None]:
        """*Test Connector Configuration*, and every Save of the page (OKTA.md 1.3).

        The on-prem agent asks for the server's capabilities before (OKTA.md 2.3).
        """
        if self.kind is Kind.AGENT:
            yield from self.ask(Feature.DISCOVERY, "GET", "/ServiceProviderConfig", Asked.READ, absent=_ALL_ASSUMED)
        yield from self.ask(Feature.CONNECTION_TEST, "GET", "/Users?startIndex=1&count=2", Asked.LIST)
        if import_groups:
            yield from self.ask(Feature.IMPORT_GROUPS, "GET", f"/Groups?startIndex=1&count={PAGE}", Asked.LIST)

    @scenario
    def import_users(self) -> Generator[Step, None, list[dict[str, Any]]]:
        """*Import Now*: every page, inactive people scanned out (OKTA.md 1.8, A38)."""
        users = yield from self.pages(Feature.IMPORT_USERS, "/Users")
        return [user for user in users if user.get("active") is not False]

    @scenario
    def import_changes(self, since: str) -> Generator[Step, None, list[dict[str, Any]]]:
        """Import only who was changed after ``since`` (RFC 3339, UTC), as the on-prem agent can (OKTA.md B5)."""
        query = quote(f'meta.lastModified gt "{since}"', safe="")
        return (yield from self.pages(Feature.INCREMENTAL_IMPORT, "/Users", f"filter={query}&"))

    @scenario
    def import_groups(self) -> Generator[Step, None, list[dict[str, Any]]]:
        """*Import Groups*: every page; each group becomes one that a push can be linked to (OKTA.md 1.9)."""
        groups = yield from self.pages(Feature.IMPORT_GROUPS, "/Groups")
        named = [group for group in groups if isinstance(group.get("displayName"), str)]
        self.groups.update((group["displayName"], _id(group)) for group in named)
        return groups

    @scenario
    def assign(self, person: Person) -> Generator[Step, None, str]:
        """Assign a person to the app: create, link to the one found, or reactivate them (OKTA.md 1.4, 1.6).

        Returns the server's id.
        """
        target = f"/Users?{lookup('userName', person.looked_up or person.user_name)}"
        found = (yield from self.ask(Feature.FIND_USER, "GET", target, Asked.FIND)).first()
        if found is None:
            return (yield from self._create_user(person))
        self.people[person.okta_id] = _id(found)
        if found.get("active") is not False:
            yield from self._replace_profile(Feature.PUSH_PROFILE_UPDATE, person)
        elif self.kind is not Kind.CATALOG:
            yield from self._replace_profile(Feature.REACTIVATE, person)
        else:
            yield from self._modify_user(Feature.REACTIVATE, person, {"active": True})
            yield from self._replace_profile(Feature.PUSH_PROFILE_UPDATE, person)
        return _id(found)

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
        user = yield from self.read(Feature.DEACTIVATE, self._user_target(person))
        more = self._agents_own(user)
        yield from self._replace_user(Feature.DEACTIVATE, person, {**user, **more, "active": False})

    @scenario
    def sync_password(self, person: Person, password: str) -> Generator[Step, None, None]:
        """Push a password (OKTA.md 1.7; the PATCH's shape is inferred)."""
        if self.kind is Kind.CATALOG:
            yield from self._modify_user(Feature.PASSWORD_SYNC, person, {"password": password})
            return
        user = yield from self.read(Feature.PASSWORD_SYNC, self._user_target(person))
        merged = {**merge(user, person), **self._agents_own(user), "password": password}
        yield from self._replace_user(Feature.PASSWORD_SYNC, person, merged)

    @scenario
    def push_group(self, name: str, members: Sequence[Person]) -> Generator[Step, None, str]:
        """Push a group by name: link the one of this name, else create it (OKTA.md 1.10, 1.11).

        Members without an id on the server are left out (OKTA.md A14). Returns the server's id.
        """
        target = f"/Groups?{lookup('displayName', name)}"
        found = (yield from self.ask(Feature.FIND_GROUP, "GET", target, Asked.FIND)).first()
        listed = self._members(members)
        if found is not None:
            self.groups[name] = _id(found)
            self.shown_as.pop(name, None)
            yield from self._change(Feature.GROUP_PUSH, name, listed, ())
            return _id(found)
        self.wait(BEFORE_CREATE)
        body = {
            "schemas": [GROUP_URN],
            "displayName": name,
            "members": [] if self.kind is Kind.CATALOG else listed,
        }
        answer = yield from self.ask(Feature.GROUP_PUSH, "POST", "/Groups", Asked.CREATE_GROUP, compact(body))
        self.groups[name] = _id(answer.document())
        self.shown_as.pop(name, None)
        yield from self._replace_members(Feature.GROUP_PUSH, name, listed)
        return self.groups[name]

    @scenario
    def change_members(
        self, name: str, added: Sequence[Person], removed: Sequence[Person]
    ) -> Generator[Step, None, None]:
        """Push a change of membership; a catalog app sends the name along with every one (OKTA.md 1.11)."""
        if self.kind is Kind.CATALOG:
            yield from self._name_group(Feature.GROUP_MEMBERSHIP, name, self._shown(name))
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
            group = yield from self.read(Feature.GROUP_RENAME, target)
            yield from self._replace_group(Feature.GROUP_RENAME, name, new_name, _members_of(group))
        self.shown_as.pop(name, None)
        self.groups[new_name] = self.groups.pop(name)

    @scenario
    def link_group(
        self, name: str, existing: str, members: Sequence[Person], *, rename: bool = True
    ) -> Generator[Step, None, str]:
        """Link a group to one that is on the server, by its name there; its old members stay (OKTA.md 1.11).

        Returns the server's id, empty where there is no such group.
        """
        if existing not in self.groups:
            target = f"/Groups?{lookup('displayName', existing)}"
            found = (yield from self.ask(Feature.FIND_GROUP, "GET", target, Asked.FIND)).first()
            if found is None:
                return ""
            self.groups[existing] = _id(found)
        if name != existing:
            self.groups[name] = self.groups.pop(existing)
            self.shown_as[name] = existing
        if rename:
            self.shown_as.pop(name, None)
        if self.kind is Kind.CATALOG:
            yield from self._name_group(Feature.GROUP_PUSH, name, self._shown(name))
        yield from self._change(Feature.GROUP_PUSH, name, self._members(members), ())
        return self.groups[name]

    @scenario
    def delete_group(self, name: str) -> Generator[Step, None, None]:
        """*Unlink pushed group*, *Delete the group in the target app* (OKTA.md 1.11)."""
        yield from self.ask(Feature.GROUP_DELETE, "DELETE", self._group_target(name), Asked.DELETE)
        self.forget_group(name)

    def forget_group(self, name: str) -> None:
        """Remember nothing of a group any more."""
        self.groups.pop(name, None)
        self.shown_as.pop(name, None)

    def _user_target(self, person: Person) -> str:
        if person.okta_id not in self.people:
            raise LookupError(f"{person.user_name} has no id on the server yet. Assign them first.")
        return f"/Users/{self.people[person.okta_id]}"

    def _group_target(self, name: str) -> str:
        if name not in self.groups:
            raise LookupError(f"The group {name} has no id on the server yet. Push it first.")
        return f"/Groups/{self.groups[name]}"

    def _create_user(self, person: Person) -> Generator[Step, None, str]:
        self.wait(BEFORE_CREATE)
        body = {
            "schemas": person.schemas(),
            **person.profile(),
            "groups": [],
            "password": self._placeholder(),
            "active": person.active,
        }
        if not person.is_linked:
            del body["groups"]
        answer = yield from self.ask(Feature.PUSH_NEW_USER, "POST", "/Users", Asked.CREATE_USER, compact(body))
        identifier = _id(answer.document())
        self.people[person.okta_id] = identifier
        return identifier

    def _placeholder(self) -> str:
        """OKTA.md A17: a password goes along even when passwords are not synchronised."""
        return "".join(self._choose(string.ascii_lowercase + string.digits) for _ in range(8))

    def _agents_own(self, user: Mapping[str, Any]) -> dict[str, Any]:
        """Give what the on-prem agent has in every PUT: a password, and the groups it was told (OKTA.md 2.4)."""
        if self.kind is not Kind.AGENT:
            return {}
        return {"password": self._placeholder(), "groups": user.get("groups", [])}

    def _replace_profile(self, feature: Feature, person: Person) -> Generator[Step, None, None]:
        user = yield from self.read(feature, self._user_target(person))
        yield from self._replace_user(feature, person, {**merge(user, person), **self._agents_own(user)})

    def _replace_user(self, feature: Feature, person: Person, user: Mapping[str, Any]) -> Generator[Step, None, None]:
        yield from self.ask(feature, "PUT", self._user_target(person), Asked.REPLACE, compact(user, sort=True))

    def _modify_user(self, feature: Feature, person: Person, value: Mapping[str, Any]) -> Generator[Step, None, None]:
        yield from self.modify(feature, self._user_target(person), [{"op": "replace", "value": value}])

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
        if self.kind is not Kind.CATALOG:
            group = yield from self.read(feature, target)
            left_out = {*removed, *(member["value"] for member in added)}
            kept = [member for member in _members_of(group) if member["value"] not in left_out]
            yield from self._replace_group(feature, name, self._shown(name), [*kept, *added])
            return
        changes: list[tuple[str, Any]] = [("remove", value) for value in removed] + [("add", one) for one in added]
        for start in range(0, len(changes), self.batch):
            batch = changes[start : start + self.batch]
            operations: list[dict[str, Any]] = [
                {"op": "remove", "path": f'members[value eq "{value}"]'} for op, value in batch if op == "remove"
            ]
            values = [value for op, value in batch if op == "add"]
            if values:
                operations.append({"op": "add", "path": "members", "value": values})
            yield from self.modify(feature, target, operations)

    def _replace_members(
        self, feature: Feature, name: str, members: Sequence[dict[str, Any]]
    ) -> Generator[Step, None, None]:
        target = self._group_target(name)
        if self.kind is not Kind.CATALOG:
            yield from self.read(feature, target)
            yield from self._replace_group(feature, name, self._shown(name), members)
            return
        replaced = {"op": "replace", "path": "members", "value": members[: self.batch]}
        yield from self.modify(feature, target, [replaced])
        yield from self._change(feature, name, members[self.batch :], ())

    def _shown(self, name: str) -> str:
        return self.shown_as.get(name, name)

    def _name_group(self, feature: Feature, name: str, new_name: str) -> Generator[Step, None, None]:
        value = {"id": self.groups[name], "displayName": new_name}
        yield from self.modify(feature, self._group_target(name), [{"op": "replace", "value": value}])

    def _replace_group(
        self, feature: Feature, name: str, new_name: str, members: Sequence[Mapping[str, Any]]
    ) -> Generator[Step, None, None]:
        listed = [{"value": member["value"], "display": member.get("display")} for member in members]
        body = {"schemas": [GROUP_URN], "id": self.groups[name], "displayName": new_name, "members": listed}
        yield from self.ask(feature, "PUT", self._group_target(name), Asked.REPLACE, compact(body))


def _id(resource: Mapping[str, Any]) -> str:
    """Give the id of a resource whose verdict was good; its name is read without case, as the verdict does."""
    return next(str(value) for name, value in resource.items() if name.lower() == "id")


def _members_of(group: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the members that a group was read with; none where there is nothing that could be one."""
    members = group.get("members")
    listed = members if isinstance(members, list) else []
    return [one for one in listed if isinstance(one, dict) and isinstance(one.get("value"), str)]
