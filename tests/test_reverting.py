from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from server.config import ServerConfig
from server.reverting import revert_all
from server.scim.errors import InvalidValue, NoTarget, NotFound, PreconditionFailed, Uniqueness
from server.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = ServerConfig(required=("userName",))
OKTA = "token t1"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path, CONFIG, actor="desktop") as opened:
        yield opened


@pytest.fixture
def okta(workspace: Workspace) -> Iterator[Workspace]:
    """The same folder, as a token's requests write to it."""
    with Workspace.open(workspace.folder, CONFIG, actor=OKTA) as opened:
        yield opened


def last(workspace: Workspace, resource_id: str | None = None) -> int:
    return workspace.changes(resource_id)[0].seq


def members(workspace: Workspace, group: str) -> list[str]:
    return [one["display"] for one in workspace.show("Group", group)["members"]]


def without_meta(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "meta"}


def test_who_was_created_goes(workspace: Workspace) -> None:
    ada = workspace.create("User", {"userName": "ada"}).resource_id
    created = last(workspace)
    workspace.modify("User", "ada", [{"op": "add", "path": "title", "value": "Ms"}])
    done = workspace.revert(created)
    assert (done.resource_id, done.meaning) == (ada, "deleted user ada")
    assert workspace.query("User").total == 0
    assert workspace.changes()[0].actor == "desktop"


def test_who_was_deleted_comes_back_with_id_and_groups(workspace: Workspace) -> None:
    body = {"userName": "ada", "externalId": "00u1", "active": False, "emails": [{"value": "a@x.org", "type": "work"}]}
    ada = workspace.create("User", body).resource_id
    for name in ("G", "Gone"):
        workspace.create("Group", {"displayName": name, "members": [{"value": ada}]})
    before = workspace.show("User", "ada")
    workspace.delete("User", "ada")
    deleted = last(workspace, ada)
    workspace.delete("Group", "Gone")
    assert workspace.revert(deleted).resource_id == ada
    after = workspace.show("User", "ada")
    assert [group["display"] for group in after["groups"]] == ["G"]
    assert without_meta({**after, "groups": []}) == without_meta({**before, "groups": []})
    assert members(workspace, "G") == ["ada"]


def test_a_deleted_group_comes_back_with_its_members(workspace: Workspace) -> None:
    ids = [{"value": workspace.create("User", {"userName": name}).resource_id} for name in ("ada", "alan", "grace")]
    group = workspace.create("Group", {"displayName": "G", "members": ids}).resource_id
    workspace.delete("Group", "G")
    deleted = last(workspace)
    workspace.delete("User", "alan")
    done = workspace.revert(deleted)
    assert done.resource_id == group
    assert done.ignored == (f"members {ids[1]['value']} (no such user or group)",)
    assert members(workspace, "G") == ["ada", "grace"]


def test_a_deleted_group_comes_back_into_the_groups_that_it_was_in(workspace: Workspace) -> None:
    inner = workspace.create("Group", {"displayName": "Inner"}).resource_id
    for name in ("Outer", "Other"):
        workspace.create("Group", {"displayName": name, "members": [{"value": inner}]})
    workspace.delete("Group", "Inner")
    assert workspace.changes()[0].summary == "updated group Other: 1 removed (deleted group Inner)"
    workspace.revert(last(workspace, inner))
    for name in ("Outer", "Other"):
        assert [one["value"] for one in workspace.show("Group", name)["members"]] == [inner]


@pytest.mark.parametrize("replaced", [True, False])
def test_what_was_changed_is_put_back(workspace: Workspace, *, replaced: bool) -> None:
    before = {"userName": "ada", "name": {"givenName": "Ada"}, "title": "Ms", "active": True}
    ada = workspace.create("User", before).resource_id
    shown = without_meta(workspace.show("User", ada))
    if replaced:
        workspace.replace("User", ada, {"userName": "eda", "active": False})
    else:
        workspace.set_active(ada, active=False)
    assert workspace.revert(last(workspace)).resource_id == ada
    assert without_meta(workspace.show("User", ada)) == shown


def test_members_that_came_go_and_members_that_went_come(workspace: Workspace) -> None:
    ids = {name: workspace.create("User", {"userName": name}).resource_id for name in ("ada", "alan", "grace")}
    group = workspace.create("Group", {"displayName": "G", "members": [{"value": ids["ada"]}]}).resource_id
    kept = [{"value": ids["alan"]}, {"value": ids["grace"]}]
    workspace.replace("Group", group, {"displayName": "H", "members": kept})
    replaced = last(workspace)
    workspace.add_members("H", ["ada"])
    workspace.revert(replaced, force=True)
    assert workspace.show("Group", group)["displayName"] == "G"
    assert members(workspace, group) == ["ada"]


def test_a_change_of_members_is_undone_although_others_came_since(workspace: Workspace, okta: Workspace) -> None:
    for name in ("ada", "alan"):
        workspace.create("User", {"userName": name})
    workspace.create("Group", {"displayName": "G"})
    workspace.add_members("G", ["ada"])
    added = last(workspace)
    okta.add_members("G", ["alan"])
    assert workspace.revert(added).meaning == "updated group G: 1 removed"
    assert members(workspace, "G") == ["alan"]


def test_what_somebody_else_changed_since_is_not_overwritten(workspace: Workspace, okta: Workspace) -> None:
    workspace.create("User", {"userName": "ada", "title": "Ms"})
    workspace.modify("User", "ada", [{"op": "replace", "path": "title", "value": "Dr"}])
    mine = last(workspace)
    okta.set_active("ada", active=False)
    workspace.modify("User", "ada", [{"op": "replace", "path": "nickName", "value": "A"}])
    with pytest.raises(PreconditionFailed, match=f"“updated user ada” was not undone: since then {OKTA} deactivated"):
        workspace.revert(mine)
    assert workspace.show("User", "ada")["title"] == "Dr"
    workspace.revert(mine, force=True)
    assert workspace.show("User", "ada")["title"] == "Ms"


def test_who_was_created_stays_when_somebody_else_took_them_over(workspace: Workspace, okta: Workspace) -> None:
    workspace.create("User", {"userName": "ada"})
    created = last(workspace)
    okta.modify("User", "ada", [{"op": "add", "path": "externalId", "value": "00u1"}])
    with pytest.raises(PreconditionFailed, match=OKTA):
        workspace.revert(created)
    assert workspace.revert(created, force=True).meaning == "deleted user ada"


def test_an_undo_can_be_undone_and_the_one_before_it_too(workspace: Workspace) -> None:
    workspace.create("User", {"userName": "ada", "title": "1"})
    edits = []
    for title in ("2", "3"):
        workspace.modify("User", "ada", [{"op": "replace", "path": "title", "value": title}])
        edits.append(last(workspace))
    with pytest.raises(PreconditionFailed, match="since then desktop updated user ada"):
        workspace.revert(edits[0])
    for edit, title in ((edits[1], "2"), (edits[0], "1")):
        workspace.revert(edit)
        assert workspace.show("User", "ada")["title"] == title
    workspace.revert(last(workspace))
    assert workspace.show("User", "ada")["title"] == "2"


def test_what_is_there_again_or_gone_is_said(workspace: Workspace) -> None:
    ada = workspace.create("User", {"userName": "ada"}).resource_id
    created = last(workspace)
    workspace.set_active("ada", active=False)
    edited = last(workspace)
    workspace.delete("User", "ada")
    deleted = last(workspace)
    for seq in (created, edited):
        with pytest.raises(NotFound, match=r"since then desktop deleted user ada .* Bring it back first\."):
            workspace.revert(seq)
    workspace.revert(deleted)
    with pytest.raises(Uniqueness, match="undone already"):
        workspace.revert(deleted, force=True)
    assert workspace.find("User", "ada") == ada
    with pytest.raises(NotFound, match="no change 4711"):
        workspace.revert(4711)


def test_a_name_that_is_taken_by_now_is_said_and_nothing_is_written(workspace: Workspace) -> None:
    workspace.create("User", {"userName": "ada"})
    workspace.delete("User", "ada")
    deleted = last(workspace)
    workspace.create("User", {"userName": "ADA"})
    with pytest.raises(Uniqueness, match="taken"):
        workspace.revert(deleted, force=True)
    assert workspace.query("User").total == 1


def test_rules_that_became_stricter_hold(workspace: Workspace) -> None:
    workspace.create("User", {"userName": "ada"})
    workspace.delete("User", "ada")
    strict = ServerConfig(required=("userName", "title"))
    with Workspace.open(workspace.folder, strict) as other, pytest.raises(InvalidValue, match="title is required"):
        other.revert(last(other))


def test_what_the_history_does_not_hold_cannot_be_undone(workspace: Workspace) -> None:
    ada = workspace.create("User", {"userName": "ada"}).resource_id
    workspace.create("Group", {"displayName": "G", "members": [{"value": ada}]})
    shown = {"op": "replace", "path": f'members[value eq "{ada}"].display', "value": "A."}
    workspace.modify("Group", "G", [shown])
    with pytest.raises(NoTarget, match="does not hold"):
        workspace.revert(last(workspace))


def test_several_are_undone_in_one_transaction_but_for_those_that_cannot(workspace: Workspace, okta: Workspace) -> None:
    ids = [workspace.create("User", {"userName": name}).resource_id for name in ("ada", "alan", "grace")]
    seqs = [last(workspace, one) for one in reversed(ids)]
    okta.modify("User", "alan", [{"op": "replace", "path": "title", "value": "Mr"}])
    undone, kept, undone_too = revert_all(workspace.database, workspace.provider, workspace.caller(), seqs)
    assert undone is None
    assert undone_too is None
    assert kept is not None
    assert OKTA in kept
    assert [one.user_name for one in workspace.people()] == ["alan"]
