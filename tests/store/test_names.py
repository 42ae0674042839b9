"""Many names or ids looked up at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.config import ServerConfig
from server.store.names import ids_by_name, types_by_id
from server.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path, ServerConfig(required=("userName",))) as opened:
        yield opened


def test_names_are_found_without_case_and_within_their_type(workspace: Workspace) -> None:
    ada = workspace.create("User", {"userName": "Ada"}).resource_id
    analysts = workspace.create("Group", {"displayName": "Ada"}).resource_id
    read = workspace.database.read
    assert ids_by_name(read, "User", ["ADA", "nobody"]) == {"ada": ada}
    assert ids_by_name(read, "Group", ["ada"]) == {"ada": analysts}
    assert types_by_id(read, [ada, analysts, "nobody"]) == {ada: "User", analysts: "Group"}


def test_no_name_is_no_answer(workspace: Workspace) -> None:
    assert ids_by_name(workspace.database.read, "User", []) == {}
    assert types_by_id(workspace.database.read, []) == {}


def test_a_transaction_sees_its_own_names(workspace: Workspace) -> None:
    def within() -> dict[str, str]:
        return workspace.database.commit(lambda connection: ids_by_name(connection.execute, "User", ["ada"]))

    assert within() == {}
    assert within() == {} != {"ada": workspace.create("User", {"userName": "ada"}).resource_id} == within()
