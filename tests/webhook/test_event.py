"""What a consumer reads of each change: its type, what was before and after, and no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from server.records import ChangeRecord
from server.store.changes import changes
from server.webhook.event import body_of, event_id, event_of, number_of, test_event

if TYPE_CHECKING:
    from server.workspace import Workspace


def person(name: str, **attributes: Any) -> dict[str, Any]:
    return {
        "userName": name,
        "name": {"givenName": "Ada", "familyName": name},
        "emails": [{"value": f"{name}@example.com"}],
        **attributes,
    }


def events(workspace: Workspace) -> list[dict[str, Any]]:
    """Every event, the oldest first."""
    return [event_of(change) for change in reversed(changes(workspace.database))]


def test_a_person_is_created_updated_deactivated_reactivated_deleted(workspace: Workspace) -> None:
    ada = workspace.create("User", person("ada", password="secret")).resource_id
    workspace.modify("User", ada, [{"op": "replace", "path": "title", "value": "Countess"}])
    workspace.set_active(ada, active=False)
    workspace.set_active(ada, active=True)
    workspace.delete("User", ada)
    found = events(workspace)
    assert [one["type"] for one in found] == [
        "user.created",
        "user.updated",
        "user.deactivated",
        "user.reactivated",
        "user.deleted",
    ]
    assert {one["resource"]["id"] for one in found} == {ada}
    created, updated, *_, deleted = found
    assert (created["before"], created["after"]["userName"], created["actor"]) == (None, "ada", "host")
    assert ("title" in updated["before"], updated["after"]["title"]) == (False, "Countess")
    assert (deleted["before"]["userName"], deleted["after"]) == ("ada", None)
    assert [one["sequence"] for one in found] == sorted(one["sequence"] for one in found)
    assert "membersAdded" not in created


def test_a_group_tells_who_came_and_who_went(workspace: Workspace) -> None:
    ada, alan = (workspace.create("User", person(name)).resource_id for name in ("ada", "alan"))
    group = workspace.create("Group", {"displayName": "Engines", "members": [{"value": ada}]}).resource_id
    workspace.add_members(group, [alan])
    workspace.remove_members(group, [ada])
    workspace.modify("Group", group, [{"op": "replace", "path": "displayName", "value": "Machines"}])
    workspace.delete("User", alan)
    workspace.delete("Group", group)
    found = [one for one in events(workspace) if one["resource"]["id"] == group]
    assert [(one["type"], one["membersAdded"], one["membersRemoved"]) for one in found] == [
        ("group.created", [ada], []),
        ("group.members_changed", [alan], []),
        ("group.members_changed", [], [ada]),
        ("group.updated", [], []),
        ("group.members_changed", [], [alan]),
        ("group.deleted", [], []),
    ]
    assert "membersAdded" not in (found[0]["after"] or {})
    assert found[3]["after"]["displayName"] == "Machines"
    assert (found[4]["before"], found[4]["after"]) == (None, None)


def test_a_rename_with_new_members_is_an_update_that_names_them(workspace: Workspace) -> None:
    ada = workspace.create("User", person("ada")).resource_id
    group = workspace.create("Group", {"displayName": "Engines"}).resource_id
    workspace.replace("Group", group, {"displayName": "Machines", "members": [{"value": ada}]})
    last = events(workspace)[-1]
    assert (last["type"], last["membersAdded"]) == ("group.updated", [ada])


def test_what_is_named_for_a_secret_is_left_out_at_any_depth(workspace: Workspace) -> None:
    urn = "urn:example:params:scim:schemas:extension:perch:1.0:User"
    extension = {"badge": "7", "apiKey": "k-1", "nested": [{"password": "p-1", "kept": "yes"}]}
    workspace.create("User", person("ada", **{urn: extension}))
    (event,) = events(workspace)
    assert event["after"][urn] == {"badge": "7", "nested": [{"kept": "yes"}]}


CHANGE = ChangeRecord(
    7, "2026-11-24T00:00:00.000Z", "token 1", "id-1", "User", "create", "created user ada", None, "{}"
)


def test_an_id_holds_the_number_and_differs_where_the_change_does() -> None:
    identity = event_id(CHANGE)
    assert number_of(identity) == 7
    other = ChangeRecord(7, "2026-11-25T00:00:00.000Z", "token 1", "id-1", "User", "create", "…", None, "{}")
    assert event_id(other) != identity
    assert event_id(CHANGE) == identity


@pytest.mark.parametrize(
    "text", ["", "7", "x-12345678", "7-1234567", "7-12345678\n", "7-ABCDEF12", "9" * 19 + "-12345678"]
)
def test_what_is_no_id_has_no_number(text: str) -> None:
    assert number_of(text) is None


def test_a_trial_is_an_event_of_its_own_type() -> None:
    event = test_event("2026-11-24T00:00:00.000Z", "command line")
    assert orjson.loads(body_of(event))["type"] == "webhook.test"


test_event.__test__ = False  # type: ignore[attr-defined]  # the product's own function, which pytest would take for a test
