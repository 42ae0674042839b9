"""The scenarios of a simulation that are about groups, each with what must have come true after it.

Belongs here: which actions, and what is looked at between them. Must not know: how a check is made, who is told.
Each yields 1 for every group that is done.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from server.okta.asking import PATCH_URN
from server.okta.dialogues import GROUP_URN, Kind
from server.okta.expectations import Situation, check_lookup
from server.okta.features import Feature
from server.okta.group_expectations import (
    Change,
    check_deleted_group,
    check_group_created_twice,
    check_group_read,
    check_group_write,
    check_repeated_change,
    check_unknown_member,
    members_of,
)
from server.okta.import_expectations import check_group_entries, check_pages
from server.okta.verdicts import Asked
from server.okta.wire import lookup

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator, Sequence

    from server.okta.bench import Bench, Played
    from server.okta.scenario import Step
    from server.okta.tenant import Outcome


def push_groups(bench: Bench) -> Iterator[int]:
    """Push a group of everybody, an empty one, and one of an awkward name (OKTA.md 1.10, 1.11)."""
    feature = Feature.GROUP_PUSH
    names = bench.names
    for name in (names.team, names.empty, names.quoted):
        played = _write(bench, bench.tenant.push_group(name))
        for step in played.steps:
            if step.feature is Feature.FIND_GROUP:
                bench.ledger.found(step.feature, check_lookup(step, None))
        if _server_id(bench, name):
            _read(bench, feature, name, _members(bench, name))
            _find(bench, name, Situation.QUOTES if name == names.quoted else Situation.PLAIN)
        created = next((step for step in played.steps if step.method == "POST" and step.verdict.ok), None)
        if created is not None and name == names.empty:
            again = bench.ask(feature, "POST", "/Groups", Asked.CREATE_GROUP, created.request_body, judged=False)
            bench.ledger.found(feature, check_group_created_twice(created, again))
            if again.answer.document().get("id") != _server_id(bench, name):
                bench.undo(again)
        yield 1


def group_changes(bench: Bench) -> Iterator[int]:
    """Take a member out and in again, twice in; name a stranger; rename; push everything again (OKTA.md 1.11)."""
    names, tenant, feature = bench.names, bench.tenant, Feature.GROUP_MEMBERSHIP
    if not _server_id(bench, names.team):
        return
    for okta_id in bench.sample[:1]:
        _write(bench, tenant.remove_members(names.team, [okta_id]))
        _read(bench, feature, names.team, _members(bench, names.team))
        _write(bench, tenant.add_members(names.team, [okta_id]))
        _read(bench, feature, names.team, _members(bench, names.team))
        again = _add(bench, names.team, bench.server_id(okta_id))
        bench.ledger.found(feature, check_repeated_change(again))
        yield 1
        _write(bench, tenant.edit(okta_id, title="Member of a team"))
        _read(bench, feature, names.team, _members(bench, names.team), Change.USER_UPDATE)
    stranger = _add(bench, names.team, str(uuid.uuid4()))
    bench.ledger.found(feature, check_unknown_member(stranger))
    _write(bench, tenant.push_now(names.team))
    _read(bench, feature, names.team, _members(bench, names.team))
    yield 1
    new_name = f"{names.team} renamed"
    _write(bench, tenant.rename_group(names.team, new_name))
    if _server_id(bench, new_name):
        _read(bench, Feature.GROUP_RENAME, new_name, _members(bench, new_name), Change.RENAME)
        _write(bench, tenant.rename_group(new_name, names.team))
    if _server_id(bench, names.empty):
        _write(bench, tenant.push_now(names.empty))
    yield 1


def link_group(bench: Bench) -> Iterator[int]:
    """Link Okta's group to one that exists: nothing more is made, its old members stay (OKTA.md 1.11)."""
    names, tenant = bench.names, bench.tenant
    _write(bench, tenant.push_group(names.existing))
    server_id = _server_id(bench, names.existing)
    if not server_id:
        return
    _write(bench, tenant.unlink_group(names.existing, delete=False))
    former = _members(bench, names.existing)
    _write(bench, tenant.link_group(names.linked, names.existing))
    step = bench.ask(Feature.GROUP_PUSH, "GET", f"/Groups/{server_id}", Asked.READ)
    called = str(step.answer.document().get("displayName") or names.linked)
    # Who was in it stays, whoever of Okta's comes in.
    there = {member["value"] for member in members_of(step.answer.document())}
    wanted = {*former, *there}
    bench.ledger.found(Feature.GROUP_PUSH, check_group_read(step, name=called, members=wanted))
    yield 1


def import_groups(bench: Bench) -> Iterator[int]:
    """Import all groups (OKTA.md 1.9)."""
    pages: list[Step] = []

    def listing() -> Generator[Step, None, Outcome | None]:
        yield from bench.tenant.client.import_groups()
        return None

    pages.extend(bench.play(listing()).steps)
    known = [server_id for name in bench.tenant.groups if (server_id := _server_id(bench, name))]
    bench.ledger.found(Feature.IMPORT_GROUPS, [*check_pages(pages), *check_group_entries(pages, known)])
    yield 1


def delete_groups(bench: Bench) -> Iterator[int]:
    """Unlink what was pushed and let it be deleted (OKTA.md 1.11)."""
    for name in tuple(bench.tenant.pushed):
        server_id = _server_id(bench, name)
        if not server_id:
            continue
        _write(bench, bench.tenant.unlink_group(name, delete=True))
        for target, asked in ((f"/Groups/{server_id}", Asked.READ), (_lookup(name), Asked.FIND)):
            step = bench.ask(Feature.GROUP_DELETE, "GET", target, asked, judged=False)
            bench.ledger.found(Feature.GROUP_DELETE, check_deleted_group(step))
        yield 1


def _write(bench: Bench, action: Generator[Step, None, Outcome]) -> Played:
    def look(step: Step) -> None:
        if step.method in ("POST", "PUT", "PATCH") and step.target.lstrip("/").startswith("Groups"):
            bench.ledger.found(step.feature, check_group_write(step))

    return bench.play(action, look)


def _server_id(bench: Bench, name: str) -> str:
    return bench.tenant.client.groups.get(name, "")


def _members(bench: Bench, name: str) -> list[str]:
    """Give the server's ids of those whom Okta believes to be in a group."""
    return bench.server_ids(bench.tenant.groups[name].members)


def _read(bench: Bench, feature: Feature, name: str, members: Collection[str], change: Change = Change.MEMBERS) -> None:
    step = bench.ask(feature, "GET", f"/Groups/{_server_id(bench, name)}", Asked.READ)
    bench.ledger.found(feature, check_group_read(step, name=name, members=members, change=change))


def _lookup(name: str) -> str:
    return f"/Groups?{lookup('displayName', name)}"


def _find(bench: Bench, name: str, situation: Situation) -> None:
    step = bench.ask(Feature.FIND_GROUP, "GET", _lookup(name), Asked.FIND)
    bench.ledger.found(step.feature, check_lookup(step, _server_id(bench, name), situation=situation))


def _add(bench: Bench, name: str, server_id: str) -> Step:
    """Add one member as this kind of app does: by a PATCH, or by a PUT of all of them."""
    target = f"/Groups/{_server_id(bench, name)}"
    if bench.kind is Kind.CATALOG:
        operation = {"op": "add", "path": "members", "value": [{"value": server_id}]}
        body: dict[str, Any] = {"schemas": [PATCH_URN], "Operations": [operation]}
        return bench.ask(Feature.GROUP_MEMBERSHIP, "PATCH", target, Asked.MODIFY, body, judged=False)
    members: Sequence[str] = [*_members(bench, name), server_id]
    body = {"schemas": [GROUP_URN], "displayName": name, "members": [{"value": one} for one in members]}
    return bench.ask(Feature.GROUP_MEMBERSHIP, "PUT", target, Asked.REPLACE, body, judged=False)
