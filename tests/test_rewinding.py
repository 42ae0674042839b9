from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from server import rewinding
from server.rewinding import Content, content, rewind
from server.scim.errors import InvalidValue, Uniqueness

if TYPE_CHECKING:
    from server.workspace import Workspace


def person(user_name: str, **more: Any) -> dict[str, Any]:
    return {
        "userName": user_name,
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"value": f"{user_name}@example.com", "primary": True}],
        **more,
    }


@pytest.fixture
def ada(workspace: Workspace) -> str:
    return workspace.create("User", person("ada", title="Countess")).resource_id


@pytest.fixture
def grace(workspace: Workspace) -> str:
    return workspace.create("User", person("grace", externalId="00u1")).resource_id


@pytest.fixture
def team(workspace: Workspace, ada: str, grace: str) -> str:
    body = {"displayName": "Team", "members": [{"value": ada}, {"value": grace}]}
    return workspace.create("Group", body).resource_id


def kept(workspace: Workspace) -> dict[str, Any]:
    """What of the directory is put back: everything but times, versions and the order of members."""
    now = content(workspace)
    people = {one["id"]: {name: one[name] for name in one if name not in ("meta", "groups")} for one in now.people}
    groups = {
        one["id"]: (one["displayName"], sorted(member["value"] for member in one.get("members", ())))
        for one in now.groups
    }
    return {**people, **groups}


def test_who_was_made_since_is_gone_and_who_was_deleted_is_back_under_the_same_id(
    workspace: Workspace, ada: str, team: str
) -> None:
    before, told = content(workspace), kept(workspace)
    workspace.create("User", person("new"))
    workspace.delete("User", ada)
    workspace.create("Group", {"displayName": "Another"})
    assert rewind(workspace, before) > 0
    assert kept(workspace) == told
    assert ada in kept(workspace)
    assert [group.display_name for group in workspace.groups_of(ada)] == ["Team"]
    assert team in kept(workspace)


def test_changes_of_people_and_groups_are_taken_back(workspace: Workspace, ada: str, grace: str, team: str) -> None:
    before, told = content(workspace), kept(workspace)
    workspace.set_active(ada, active=False)
    workspace.modify("User", grace, [{"op": "replace", "path": "title", "value": "Admiral"}])
    workspace.remove_members(team, [ada])
    workspace.modify("Group", team, [{"op": "replace", "path": "displayName", "value": "Crew"}])
    rewind(workspace, before)
    assert kept(workspace) == told


def test_people_who_have_swapped_their_names_get_them_back(workspace: Workspace, ada: str, grace: str) -> None:
    before, told = content(workspace), kept(workspace)
    for one, name in ((ada, "someone"), (grace, "ada"), (ada, "grace")):
        workspace.modify("User", one, [{"op": "replace", "path": "userName", "value": name}])
    rewind(workspace, before)
    assert kept(workspace) == told


def test_a_group_that_was_emptied_or_filled_is_as_it_was(workspace: Workspace, ada: str, team: str) -> None:
    empty = workspace.create("Group", {"displayName": "Empty"}).resource_id
    before, told = content(workspace), kept(workspace)
    workspace.add_members(empty, [ada])
    workspace.modify("Group", team, [{"op": "remove", "path": "members"}])
    rewind(workspace, before)
    assert kept(workspace) == told


def test_a_group_of_groups_comes_back_whatever_their_order(workspace: Workspace, team: str) -> None:
    outer = workspace.create("Group", {"displayName": "Outer", "members": [{"value": team}]}).resource_id
    workspace.add_members(team, [workspace.create("Group", {"displayName": "Inner"}).resource_id])
    before, told = content(workspace), kept(workspace)
    for one in (team, outer):
        workspace.delete("Group", one)
    rewind(workspace, Content(before.people, before.groups[::-1]))
    assert kept(workspace) == told


def test_nothing_is_written_where_nothing_has_changed(workspace: Workspace, team: str) -> None:
    assert team
    before = content(workspace)
    last = workspace.changes(limit=1)
    assert rewind(workspace, deepcopy(before)) == 0
    assert workspace.changes(limit=1) == last


def test_what_was_put_back_stands_in_the_audit(workspace: Workspace, ada: str) -> None:
    before = content(workspace)
    workspace.delete("User", ada)
    rewind(workspace, before)
    assert [one.operation for one in workspace.changes(ada)] == ["create", "delete", "create"]


def test_tables_that_were_read_before_show_it(workspace: Workspace, ada: str) -> None:
    before = content(workspace)
    workspace.delete("User", ada)
    assert workspace.people("lovelace") == []
    rewind(workspace, before)
    assert [row.user_name for row in workspace.people("lovelace")] == ["ada"]


def test_all_or_nothing(workspace: Workspace, ada: str) -> None:
    before, told = content(workspace), kept(workspace)
    workspace.create("User", person("new"))
    broken = Content((*before.people, {**before.people[0], "id": "another", "userName": "ADA"}), ())
    with pytest.raises(Uniqueness):
        rewind(workspace, broken)
    assert [row.user_name for row in workspace.people(sort="userName")] == ["ada", "new"]
    with pytest.raises(InvalidValue):
        rewind(workspace, Content(({"id": "x", "userName": "x", "name": "no object"},), ()))
    assert told[ada].items() <= kept(workspace)[ada].items()


def test_who_writes_in_between_makes_it_look_again(
    workspace: Workspace, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, told = content(workspace), kept(workspace)
    workspace.create("User", person("new"))
    interruptions = [lambda: workspace.delete("User", "new")]

    def interrupted(of: Workspace) -> Content:
        found = content(of)
        if interruptions:
            interruptions.pop()()
        return found

    monkeypatch.setattr(rewinding, "content", interrupted)
    assert rewind(workspace, before) == 0
    assert kept(workspace) == told
    assert ada in told
