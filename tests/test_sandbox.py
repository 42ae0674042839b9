from __future__ import annotations

import stat
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from server import sandbox as module
from server.config import SETTINGS_FILE, ServerConfig
from server.faults import Fault, FaultCode
from server.okta.app import AppSettings
from server.okta.chaos import Chaos, Trouble
from server.okta.company import HERE
from server.okta.dialogues import Kind
from server.rewinding import content
from server.sandbox import KEPT, MARK, SNAPSHOTS, Sandbox
from server.workspace import DATABASE, Workspace
from tests.endpoint import make_token

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from server.okta.scenario import Step
    from server.okta.tenant import OktaTenant, Outcome
    from tests.endpoint import RunningEndpoint, Serve

NOWHERE = "http://127.0.0.1:9/scim/v2"


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox.open(tmp_path / "sandbox") as opened:
        yield opened


def play(dialogue: Generator[Step, None, Outcome]) -> Outcome:
    while True:
        try:
            next(dialogue)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome


def names(workspace: Workspace) -> set[str]:
    return {row.user_name for row in workspace.people(limit=1000)}


def perch_side(sandbox: Sandbox) -> dict[str, Any]:
    """What is there, without the times and versions that nobody puts back."""
    now = content(sandbox.workspace)
    people = {
        one["userName"]: (one["id"], one["active"], one.get("title"), one.get("externalId")) for one in now.people
    }
    groups = {
        one["displayName"]: (one["id"], {member["value"] for member in one.get("members", ())}) for one in now.groups
    }
    return {**people, **groups}


BEGINNING = {one["userName"] for one in HERE.people}


class TestOpening:
    def test_a_missing_folder_becomes_a_sandbox_with_those_who_are_here(self, sandbox: Sandbox) -> None:
        assert names(sandbox.workspace) == BEGINNING
        assert {row.display_name for row in sandbox.workspace.groups()} == {name for name, _ in HERE.groups}
        assert len(sandbox.company.people) == 60
        assert (sandbox.folder / SETTINGS_FILE).is_file()

    def test_the_company_can_be_of_any_size(self, tmp_path: Path) -> None:
        with Sandbox.open(tmp_path / "sandbox", size=12, seed=3) as small:
            assert len(small.company.people) == 12

    def test_it_begins_anew_each_time_with_the_same_ids_and_another_token(self, tmp_path: Path) -> None:
        with Sandbox.open(tmp_path / "sandbox") as first:
            before, secret = perch_side(first), first.secret
            first.workspace.delete("User", HERE.people[1]["userName"])
            first.workspace.create("Group", {"displayName": "Since"})
        with Sandbox.open(tmp_path / "sandbox") as second:
            assert perch_side(second) == before
            assert second.secret != secret
            working = [token for token in second.workspace.tokens.tokens() if token.revoked is None]
            assert [(token.label, token.test) for token in working] == [("Sandbox", True)]

    def test_a_closed_sandbox_leaves_no_token_that_works(self, tmp_path: Path) -> None:
        Sandbox.open(tmp_path / "sandbox").close()
        with Workspace.open(tmp_path / "sandbox", ServerConfig()) as workspace:
            assert all(token.revoked is not None for token in workspace.tokens.tokens())

    def test_the_secret_is_in_no_file_of_the_folder(self, sandbox: Sandbox) -> None:
        files = [path.read_bytes() for path in sandbox.folder.rglob("*") if path.is_file()]
        assert files
        assert not any(sandbox.secret.encode() in data for data in files)

    @pytest.mark.parametrize("name", [DATABASE, SETTINGS_FILE])
    def test_a_real_directory_is_never_made_a_sandbox(self, tmp_path: Path, name: str) -> None:
        with Workspace.open(tmp_path, ServerConfig()) as real:
            real.create("Group", {"displayName": "Real"})
        if name == SETTINGS_FILE:
            (tmp_path / name).write_text("port = 7643\n", "utf-8")
            (tmp_path / DATABASE).rename(tmp_path / "aside")
        with pytest.raises(Fault) as refused:
            Sandbox.open(tmp_path)
        assert refused.value.code is FaultCode.TARGET_EXISTS
        assert not (tmp_path / MARK).exists()

    def test_a_folder_that_is_served_already_is_left_alone(
        self, tmp_path: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "PATIENCE", 0.0)
        Sandbox.open(tmp_path / "sandbox").close()
        running = serve(data_dir=tmp_path / "sandbox")
        with pytest.raises(Fault) as refused:
            Sandbox.open(tmp_path / "sandbox")
        assert refused.value.code is FaultCode.ALREADY_SERVING
        assert running.base_url in refused.value.detail

    def test_an_endpoint_that_is_about_to_end_is_waited_for(self, tmp_path: Path, serve: Serve) -> None:
        Sandbox.open(tmp_path / "sandbox").close()
        running = serve(data_dir=tmp_path / "sandbox")
        running.tell_to_stop()
        Sandbox.open(tmp_path / "sandbox").close()
        assert running.wait() == 0

    def test_a_folder_that_cannot_be_made_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(Fault) as refused:
            Sandbox.open(tmp_path / "file" / "sandbox")
        assert refused.value.code is FaultCode.FOLDER_UNWRITABLE

    def test_the_environment_of_the_real_endpoint_does_not_reach_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PERCH_PUBLIC_URL", "https://scim.example.com")
        with Sandbox.open(tmp_path / "sandbox") as opened:
            assert opened.workspace.config.public_url is None

    def test_what_went_wrong_at_the_beginning_leaves_nothing_open(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> int:
            raise Fault(FaultCode.DISK_FULL, "x")

        monkeypatch.setattr(module, "rewind", fail)
        with pytest.raises(Fault):
            Sandbox.open(tmp_path / "sandbox")


class TestPerchsSide:
    def test_people_and_groups_are_shown_and_edited_by_their_names(self, sandbox: Sandbox) -> None:
        name = HERE.people[2]["userName"]
        sandbox.directory.edit(name, "title", "Chief Architect")
        person = sandbox.directory.person(name.upper())
        assert person is not None
        assert person["title"] == "Chief Architect"
        group = sandbox.directory.group("Visitors")
        assert group is not None
        assert person["id"] in {member["value"] for member in group["members"]}

    def test_who_is_not_there_is_none(self, sandbox: Sandbox) -> None:
        assert sandbox.directory.person("nobody") is None
        assert sandbox.directory.group("nothing") is None


@pytest.fixture
def running(sandbox: Sandbox, serve: Serve) -> RunningEndpoint:
    """An endpoint that serves the sandbox's folder."""
    return serve(data_dir=sandbox.folder, token=sandbox.secret)


@pytest.fixture
def tenant(sandbox: Sandbox, running: RunningEndpoint) -> Iterator[OktaTenant]:
    made = sandbox.connect(running.base_url)
    yield made
    made.client.close()


class TestBothSides:
    def test_a_running_endpoint_shows_what_was_put_back(self, sandbox: Sandbox, tenant: OktaTenant) -> None:
        one, other = sandbox.company.people[:2]
        assert play(tenant.assign(one.okta_id)).ok
        before, okta = perch_side(sandbox), tenant.state()
        kept = sandbox.snapshot("One is there", tenant)
        assert (kept.label, kept.people, kept.groups) == ("One is there", len(HERE.people) + 1, len(HERE.groups))
        assert play(tenant.assign(other.okta_id)).ok
        assert play(tenant.edit(one.okta_id, title="Changed")).ok
        assert play(tenant.deactivate(one.okta_id)).ok
        sandbox.restore(kept, tenant)
        assert perch_side(sandbox) == before
        assert tenant.state() == okta
        served = tenant.client.wire.send("GET", "/Users?startIndex=1&count=100").resources()
        assert {user["userName"] for user in served} == {*BEGINNING, one.login}
        # Both know each other still.
        assert play(tenant.edit(one.okta_id, title="Changed once more")).ok

    def test_a_reset_puts_both_back_to_the_beginning(self, sandbox: Sandbox, tenant: OktaTenant) -> None:
        beginning, okta = perch_side(sandbox), tenant.state()
        assert play(tenant.assign(sandbox.company.people[0].okta_id)).ok
        assert play(tenant.push_group(sandbox.company.groups[0].name)).ok
        sandbox.workspace.delete("User", HERE.people[0]["userName"])
        sandbox.reset(tenant)
        assert perch_side(sandbox) == beginning
        assert tenant.state() == okta
        assert play(tenant.assign(sandbox.company.people[0].okta_id)).ok

    def test_it_works_while_the_endpoint_is_stopped(self, sandbox: Sandbox, running: RunningEndpoint) -> None:
        tenant = sandbox.connect(running.base_url)
        with tenant.client:
            assert play(tenant.assign(sandbox.company.people[0].okta_id)).ok
            kept = sandbox.snapshot("", tenant)
            assert running.stop() == 0
            sandbox.reset(tenant)
            assert names(sandbox.workspace) == BEGINNING
            sandbox.restore(kept, tenant)
            assert sandbox.company.people[0].login in names(sandbox.workspace)

    @pytest.mark.parametrize("kind", Kind)
    def test_each_kind_of_app_can_be_connected(self, sandbox: Sandbox, running: RunningEndpoint, kind: Kind) -> None:
        tenant = sandbox.connect(running.base_url, settings=AppSettings(kind=kind))
        with tenant.client:
            assert play(tenant.test_connection()).ok
            assert play(tenant.assign(sandbox.company.people[0].okta_id)).ok

    def test_trouble_can_be_put_in_between(self, sandbox: Sandbox, running: RunningEndpoint) -> None:
        tenant = sandbox.connect(running.base_url, transport=Chaos)
        chaos = tenant.client.wire
        assert isinstance(chaos, Chaos)
        with tenant.client:
            assert play(tenant.test_connection()).ok
            chaos.trouble = Trouble.WRONG_TOKEN
            # As often as an admin may try in front of a customer.
            sentences = {play(tenant.test_connection()).sentence for _ in range(40)}
            assert len(sentences) == 1
            assert "Unauthorized" in sentences.pop()


class TestSnapshots:
    @pytest.fixture
    def okta(self, sandbox: Sandbox) -> Iterator[OktaTenant]:
        tenant = sandbox.connect(NOWHERE)
        with tenant.client:
            yield tenant

    def test_they_are_listed_the_newest_first_and_outlive_the_opening(self, sandbox: Sandbox, okta: OktaTenant) -> None:
        made = [sandbox.snapshot(label, okta) for label in ("first", "second", "third")]
        assert sandbox.snapshots() == made[::-1]
        sandbox.close()
        with Sandbox.open(sandbox.folder) as again:
            assert again.snapshots() == made[::-1]
            again.restore(again.snapshots()[0], again.connect(NOWHERE))
            assert names(again.workspace) == BEGINNING

    def test_one_can_be_forgotten(self, sandbox: Sandbox, okta: OktaTenant) -> None:
        made = sandbox.snapshot("first", okta)
        sandbox.forget(made)
        sandbox.forget(made)
        assert sandbox.snapshots() == []

    def test_the_oldest_go(self, sandbox: Sandbox, okta: OktaTenant) -> None:
        for number in range(KEPT + 2):
            sandbox.snapshot(str(number), okta)
        assert len(sandbox.snapshots()) == KEPT
        assert sandbox.snapshots()[0].label == str(KEPT + 1)

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
    def test_nobody_else_may_read_one(self, sandbox: Sandbox, okta: OktaTenant) -> None:
        path = sandbox.snapshot("first", okta).path
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert sandbox.secret.encode() not in path.read_bytes()

    @pytest.mark.parametrize(
        "data", [b"", b"[]", b"{}", b'{"label": "x", "made": "y", "people": [{}], "groups": [], "okta": 1}']
    )
    def test_a_damaged_one_changes_nothing(self, sandbox: Sandbox, okta: OktaTenant, data: bytes) -> None:
        made = sandbox.snapshot("first", okta)
        before = perch_side(sandbox)
        made.path.write_bytes(data)
        with pytest.raises(Fault) as refused:
            sandbox.restore(made, okta)
        assert refused.value.code is FaultCode.BACKUP_UNUSABLE
        assert perch_side(sandbox) == before
        assert len(sandbox.snapshots()) == (1 if b"label" in data else 0)

    def test_one_that_no_directory_could_have_had_changes_nothing(self, sandbox: Sandbox, okta: OktaTenant) -> None:
        made = sandbox.snapshot("first", okta)
        document = orjson.loads(made.path.read_bytes())
        document["people"].append({**document["people"][0], "id": "twin"})
        made.path.write_bytes(orjson.dumps(document))
        sandbox.workspace.create("Group", {"displayName": "Since"})
        with pytest.raises(Fault) as refused:
            sandbox.restore(made, okta)
        assert refused.value.code is FaultCode.BACKUP_UNUSABLE
        assert sandbox.directory.group("Since") is not None

    def test_where_none_can_be_kept_is_told(self, sandbox: Sandbox, okta: OktaTenant) -> None:
        (sandbox.folder / SNAPSHOTS).touch()
        with pytest.raises(Fault) as refused:
            sandbox.snapshot("first", okta)
        assert refused.value.code is FaultCode.FOLDER_UNWRITABLE


def test_two_sandboxes_and_the_real_endpoint_side_by_side_do_not_touch_each_other(tmp_path: Path, serve: Serve) -> None:
    real = serve(data_dir=tmp_path / "real", token=make_token(tmp_path / "real", "Okta"))
    with ExitStack() as stack:
        workspace = stack.enter_context(Workspace.open(real.data_dir, ServerConfig()))
        workspace.create("Group", {"displayName": "Real"})
        boxes = [stack.enter_context(Sandbox.open(tmp_path / name)) for name in ("one", "two")]
        running = [serve(data_dir=box.folder, token=box.secret) for box in boxes]
        tenants = [box.connect(at.base_url) for box, at in zip(boxes, running, strict=True)]
        for tenant in tenants:
            stack.callback(tenant.client.close)
        assert play(tenants[0].assign(boxes[0].company.people[0].okta_id)).ok
        assert play(tenants[1].push_group(boxes[1].company.groups[0].name)).ok
        assert len(names(boxes[0].workspace)) == len(HERE.people) + 1
        assert names(boxes[1].workspace) == BEGINNING
        boxes[1].reset(tenants[1])
        assert len(names(boxes[0].workspace)) == len(HERE.people) + 1
        # Nor does the key of one open the other's door, or the real one's.
        for at in (running[1], real):
            stranger = boxes[0].connect(at.base_url)
            stack.callback(stranger.client.close)
            assert not play(stranger.test_connection()).ok
        assert workspace.people() == []
        assert [row.display_name for row in workspace.groups()] == ["Real"]
