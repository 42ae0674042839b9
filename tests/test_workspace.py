"""A workspace as a host uses it: by name, without an event loop, beside other hosts."""

from __future__ import annotations

import stat
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from server.config import ServerConfig
from server.faults import Fault, FaultCode
from server.records import Difference, Exchange
from server.scim.errors import InvalidFilter, InvalidValue, NotFound, Uniqueness
from server.scim.query import MAX_COUNT
from server.store.activity import ActivityLog
from server.store.serving import claimed
from server.transfer.lines import Row
from server.workspace import ACTIVITY, DATABASE, Done, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = ServerConfig(required=("userName",))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "data", CONFIG, actor="tests") as opened:
        yield opened


def test_a_new_folder_and_its_files_are_private(workspace: Workspace) -> None:
    assert workspace.activity.recent() == []
    if sys.platform != "win32":
        modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in workspace.folder.iterdir()}
        assert stat.S_IMODE(workspace.folder.stat().st_mode) == 0o700
        assert {name: mode for name, mode in modes.items() if mode & 0o077} == {}
        assert {DATABASE, ACTIVITY} <= modes.keys()


def test_a_person_is_found_by_name_or_id(workspace: Workspace) -> None:
    done = workspace.create("User", {"userName": "Ada"})
    assert workspace.find("User", "ada") == workspace.find("User", done.resource_id) == done.resource_id
    assert done.meaning == "created user Ada"


@pytest.mark.parametrize("reference", ["nobody", "", "17"])
def test_who_is_not_there_is_not_found(workspace: Workspace, reference: str) -> None:
    workspace.create("Group", {"displayName": "nobody's"})
    with pytest.raises(NotFound, match="no user"):
        workspace.show("User", reference)


def test_an_id_of_the_other_kind_is_not_found(workspace: Workspace) -> None:
    group = workspace.create("Group", {"displayName": "G"}).resource_id
    with pytest.raises(NotFound):
        workspace.find("User", group)


def test_changing_a_person(workspace: Workspace) -> None:
    workspace.create("User", {"userName": "ada", "title": "Ms"})
    assert workspace.modify("User", "ada", [{"op": "remove", "path": "title"}]).meaning == "updated user ada"
    assert "title" not in workspace.show("User", "ada")
    assert workspace.set_active("ada", active=False).meaning == "deactivated user ada"
    assert workspace.show("User", "ada")["active"] is False
    assert workspace.set_active("ada", active=True).meaning == "reactivated user ada"
    assert workspace.replace("User", "ada", {"userName": "ada", "title": "Countess"}).ignored == ()
    assert workspace.show("User", "ada")["title"] == "Countess"
    assert workspace.delete("User", "ada").meaning == "deleted user ada"
    with pytest.raises(NotFound):
        workspace.show("User", "ada")


def test_members_come_and_go_by_name(workspace: Workspace) -> None:
    for name in ("ada", "alan"):
        workspace.create("User", {"userName": name})
    workspace.create("Group", {"displayName": "Sub"})
    workspace.create("Group", {"displayName": "G"})
    assert workspace.add_members("G", ["ada", "ALAN", "sub"]).meaning == "updated group G: 3 added"
    assert workspace.remove_members("G", ["ada", "Sub"]).meaning == "updated group G: 2 removed"
    assert [one["display"] for one in workspace.show("Group", "G")["members"]] == ["alan"]
    with pytest.raises(NotFound, match="no user and no group"):
        workspace.add_members("G", ["ada", "nobody"])
    assert len(workspace.show("Group", "G")["members"]) == 1


def test_the_rules_of_the_protocol_hold_for_a_host_too(workspace: Workspace) -> None:
    workspace.create("User", {"userName": "ada"})
    with pytest.raises(Uniqueness):
        workspace.create("User", {"userName": "ADA"})
    with pytest.raises(InvalidValue):
        workspace.create("User", {})
    with pytest.raises(InvalidFilter):
        workspace.query("User", filter="userName")


def test_walking_passes_every_page(workspace: Workspace) -> None:
    rows = [Row(number, "User", {"userName": f"user{number}"}) for number in range(MAX_COUNT + 5)]
    assert sum(len(found) for found in workspace.importer().run(rows)) == 0
    assert [one["userName"] for one in workspace.walk("User")] == [row.document["userName"] for row in rows]
    chosen = workspace.walk("User", filter='userName sw "user10"', sortBy="userName", sortOrder="descending")
    assert next(chosen)["userName"] == "user109"
    assert workspace.query("User", count="2").total == len(rows)
    assert len(workspace.query("User", count="2").resources) == 2


def test_the_base_url_is_where_it_is_served_or_would_be(workspace: Workspace) -> None:
    assert workspace.serving() is None
    assert workspace.base_url == "http://127.0.0.1:7643/scim/v2"
    with claimed(workspace.folder) as claim:
        assert workspace.base_url == "http://127.0.0.1:7643/scim/v2"
        claim.announce("https://scim.example.com/scim/v2", "http://127.0.0.1:9/scim/v2", "now")
        assert workspace.base_url == "https://scim.example.com/scim/v2"
        workspace.create("User", {"userName": "ada"})
        assert workspace.show("User", "ada")["meta"]["location"].startswith("https://scim.example.com/scim/v2/Users/")


@pytest.mark.parametrize(
    ("config", "base_url"),
    [
        (ServerConfig(host="::1", port=1), "http://[::1]:1/scim/v2"),
        (ServerConfig(public_url="https://scim.example.com"), "https://scim.example.com/scim/v2"),
        (ServerConfig(tls_cert="a.pem", tls_key="b.pem"), "https://127.0.0.1:7643/scim/v2"),
    ],
)
def test_the_base_url_follows_the_settings(tmp_path: Path, config: ServerConfig, base_url: str) -> None:
    with Workspace.open(tmp_path, config) as workspace:
        assert workspace.base_url == base_url


def test_two_hosts_see_each_other(workspace: Workspace) -> None:
    version = workspace.database.data_version()
    with Workspace.open(workspace.folder, CONFIG, actor="desktop") as other:
        other.create("User", {"userName": "ada"})
    assert workspace.database.data_version() != version
    assert workspace.show("User", "ada")["userName"] == "ada"
    assert workspace.changes()[0].actor == "desktop"
    assert workspace.changes(workspace.find("User", "ada"))[0].summary == "created user ada"


def test_a_rehearsal_is_a_copy_that_goes_away(workspace: Workspace) -> None:
    workspace.create("User", {"userName": "ada"})
    before = {one.name for one in workspace.folder.iterdir()}
    with workspace.rehearsal() as copy:
        copy.delete("User", "ada")
        assert copy.folder.parent == workspace.folder
    assert workspace.show("User", "ada")["userName"] == "ada"
    assert {one.name for one in workspace.folder.iterdir()} == before


def test_a_backup_holds_everything(workspace: Workspace, tmp_path: Path) -> None:
    workspace.create("User", {"userName": "ada"})
    secret = workspace.tokens.create("Okta", actor="tests").token
    (tmp_path / "copy").mkdir()
    workspace.backup(tmp_path / "copy" / DATABASE)
    with Workspace.open(tmp_path / "copy", CONFIG) as copy:
        assert [one["userName"] for one in copy.walk("User")] == ["ada"]
        assert copy.tokens.tokens() == [secret]


def test_the_cap_on_tokens_is_a_setting(tmp_path: Path) -> None:
    with Workspace.open(tmp_path, ServerConfig(max_tokens=1)) as workspace:
        workspace.tokens.create("one", actor="tests")
        with pytest.raises(ValueError, match="limit"):
            workspace.tokens.create("two", actor="tests")


def test_an_attribute_that_no_schema_knows_cannot_be_required(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="shoeSize") as caught:
        Workspace.open(tmp_path, ServerConfig(required=("userName", "shoeSize")))
    assert caught.value.code is FaultCode.SETTING_INVALID
    assert caught.value.detail.startswith('required = ["userName", "shoeSize"] in perch.toml or PERCH_REQUIRED')


def test_a_file_cannot_be_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Fault) as caught:
        Workspace.open(tmp_path / "file", CONFIG)
    assert caught.value.code is FaultCode.FOLDER_UNWRITABLE


def test_the_activity_is_read_from_any_thread_as_another_process_writes_it(workspace: Workspace) -> None:
    found: list[object] = []
    # As an endpoint does: over connections of its own.
    writer = ActivityLog.open(workspace.folder / ACTIVITY)
    barrier = threading.Barrier(4)

    def look() -> None:
        barrier.wait()
        log = workspace.activity
        found.append(log)
        barrier.wait()
        barrier.wait()
        found.append([record.status for record in log.recent()])

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    barrier.wait()
    barrier.wait()
    writer.record(Exchange(at=time.time(), duration=5, method="GET", target="/scim/v2/Users", status=200))
    writer.flush()
    barrier.wait()
    for thread in threads:
        thread.join()
    writer.close()
    assert found == [workspace.activity] * 3 + [[200]] * 3


def test_tables_history_and_undo(workspace: Workspace) -> None:
    ada = workspace.create("User", {"userName": "ada", "title": "Ms"}).resource_id
    group = workspace.create("Group", {"displayName": "G", "members": [{"value": ada}]}).resource_id
    workspace.modify("User", "ada", [{"op": "replace", "path": "title", "value": "Dr"}])
    assert [row.title for row in workspace.people("ada", active=True)] == ["Dr"]
    assert [row.id for row in workspace.groups("g", sort="members")] == [group]
    assert [row.user_name for row in workspace.members(group)] == ["ada"]
    assert [row.id for row in workspace.groups_of(ada)] == [group]
    counts = (workspace.count_people("x"), workspace.count_groups(source="here"), workspace.count_members(group))
    assert counts == (0, 1, 1)
    change = workspace.changes(ada)[0]
    assert workspace.difference(change) == [Difference("title", "Ms", "Dr")]
    assert workspace.revert(change.seq) == Done(ada, "updated user ada")
    assert workspace.show("User", "ada")["title"] == "Ms"


def test_settings_are_gone_by_as_soon_as_they_are_saved(workspace: Workspace) -> None:
    saved = workspace.save_settings({"port": 8181, "required": ("userName", "title"), "max_tokens": 1})
    assert workspace.config == saved
    assert ":8181/" in workspace.base_url
    assert {one.name: one.value for one in workspace.list_settings()}["port"] == 8181
    with pytest.raises(InvalidValue, match="title"):
        workspace.create("User", {"userName": "ada"})
    workspace.custody.issue("one")
    with pytest.raises(ValueError, match="limit"):
        workspace.custody.issue("two")


def test_what_cannot_be_required_is_not_saved(workspace: Workspace) -> None:
    before = workspace.config
    with pytest.raises(Fault, match="shoeSize"):
        workspace.save_settings({"required": ("userName", "shoeSize")})
    assert workspace.config == before
    assert not (workspace.folder / "perch.toml").exists()
