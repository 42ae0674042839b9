from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.sandbox.player import Player
from desktop.sandbox.session import Session, Stage
from desktop.server_process import State
from server.faults import Fault, FaultCode
from server.okta.chaos import Trouble
from server.okta.dialogues import Kind
from tests.desktop.sandbox.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from server.sandbox import Sandbox


@pytest.fixture
def session(qtbot: QtBot, tmp_path: Path) -> Iterator[Session]:
    del qtbot
    player = Player()
    player.tempo.speed = 50.0
    made = Session(tmp_path / "data", player)
    yield made
    made.end()


@pytest.fixture
def ready(session: Session, qtbot: QtBot) -> Session:
    """A session with its endpoint and its tenant."""
    session.open()
    qtbot.waitUntil(lambda: session.stage in {Stage.READY, Stage.FAILED}, timeout=PATIENCE)
    assert session.fault is None
    return session


def test_one_call_makes_a_folder_an_endpoint_and_a_tenant(ready: Session) -> None:
    assert ready.exists
    assert ready.folder.name == "sandbox"
    assert ready.endpoint is not None
    assert ready.endpoint.status.state is State.SERVING
    assert ready.base_url == ready.endpoint.status.base_url
    assert ready.tenant is not None
    assert len(ready.tenant.people) == 60


def test_what_okta_does_arrives_at_the_endpoint(ready: Session) -> None:
    assert ready.tenant is not None
    assert ready.sandbox is not None
    before = ready.sandbox.workspace.count_people()
    for _ in ready.tenant.assign(next(iter(ready.tenant.people))):
        pass
    assert ready.sandbox.workspace.count_people() == before + 1


def test_trouble_comes_between_and_survives_another_kind_of_app(ready: Session, qtbot: QtBot) -> None:
    ready.trouble(Trouble.WRONG_TOKEN, 1.0)
    with qtbot.waitSignal(ready.connected, timeout=PATIENCE):
        ready.connect_app(Kind.CATALOG)
    assert ready.kind is Kind.CATALOG
    assert ready.tenant is not None
    assert next(step.status for step in ready.tenant.test_connection()) == 401
    ready.trouble(Trouble.NONE, 1.0)
    assert next(step.status for step in ready.tenant.test_connection()) == 200


def test_a_reset_can_be_undone_by_the_snapshot_it_takes(ready: Session, qtbot: QtBot) -> None:
    tenant, sandbox = ready.tenant, ready.sandbox
    assert tenant is not None
    assert sandbox is not None
    at_first = sandbox.workspace.count_people()
    key = next(iter(tenant.people))
    for _ in tenant.assign(key):
        pass
    with qtbot.waitSignal(ready.connected, timeout=PATIENCE):
        ready.reset("Before the reset")
    assert sandbox.workspace.count_people() == at_first
    assert key not in tenant.app_users
    assert [one.label for one in ready.snapshots] == ["Before the reset"]
    with qtbot.waitSignal(ready.connected, timeout=PATIENCE):
        ready.restore(ready.snapshots[0])
    assert sandbox.workspace.count_people() == at_first + 1
    assert key in tenant.app_users


def test_a_folder_that_cannot_be_used_is_told_and_can_be_tried_again(session: Session, qtbot: QtBot) -> None:
    session.folder.parent.mkdir()
    session.folder.write_text("in the way")
    with qtbot.waitSignal(session.failed, timeout=PATIENCE) as told:
        session.open()
    (fault,) = told.args or (None,)
    assert isinstance(fault, Fault)
    assert fault.code in {FaultCode.FOLDER_UNWRITABLE, FaultCode.TARGET_EXISTS}
    assert session.stage is Stage.FAILED
    session.folder.unlink()
    session.open()
    qtbot.waitUntil(lambda: session.stage is Stage.READY, timeout=PATIENCE)


def test_its_end_takes_the_child_along(ready: Session) -> None:
    endpoint = ready.endpoint
    assert endpoint is not None
    assert endpoint.process_id is not None
    ready.end()
    assert ready.stage is Stage.CLOSED
    assert ready.endpoint is None
    ready.end()


def test_given_up_while_it_opens_nothing_is_left_running(session: Session, qtbot: QtBot) -> None:
    opened: list[Sandbox] = []
    arrived = session._opened

    def look(sandbox: Sandbox) -> None:
        opened.append(sandbox)
        arrived(sandbox)

    session._opened = look  # type: ignore[method-assign] # to see it come
    session.open()
    session.end()
    qtbot.waitUntil(lambda: bool(opened), timeout=PATIENCE)
    assert session.stage is Stage.CLOSED
    assert session.endpoint is None
    assert session.sandbox is None


def test_an_endpoint_that_was_killed_comes_back_and_okta_remembers_everybody(ready: Session, qtbot: QtBot) -> None:
    tenant, endpoint = ready.tenant, ready.endpoint
    assert tenant is not None
    assert endpoint is not None
    key = next(iter(tenant.people))
    for _ in tenant.assign(key):
        pass
    url = ready.base_url
    assert endpoint._process is not None
    endpoint._process.kill()
    qtbot.waitUntil(lambda: ready.base_url not in {"", url} and ready.tenant is not tenant, timeout=PATIENCE)
    assert ready.tenant is not None
    assert key in ready.tenant.app_users
    assert next(step.status for step in ready.tenant.test_connection()) == 200
