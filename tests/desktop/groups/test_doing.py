from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QObject

from desktop.groups.doing import Doing, tracked
from desktop.widgets.banner import Banner
from tests.desktop.groups.teams import add_group, add_people, members_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from server.workspace import Workspace


class Place(QObject):
    """Where it is done: what was told, with the undo of each."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.banner = Banner()
        self.doing = Doing(workspace, self.banner, self)
        self.told: list[tuple[str, Callable[[], Any] | None]] = []
        self.doing.told.connect(lambda sentence, undo: self.told.append((sentence, undo)))


@pytest.fixture
def place(qtbot: QtBot, workspace: Workspace) -> Place:
    made = Place(workspace)
    qtbot.addWidget(made.banner)
    return made


def test_adding_who_is_there_already_has_nothing_to_undo(qtbot: QtBot, workspace: Workspace, place: Place) -> None:
    ada = add_people(workspace)[0]
    group = add_group(workspace, "Engines")
    for number in (1, 2):
        place.doing.add_members(group, "Engines", [ada])
        qtbot.waitUntil(lambda number=number: len(place.told) == number)  # type: ignore[misc]  # lambda
    assert place.told[0][0] == "Added 1 member to Engines."
    assert place.told[0][1] is not None
    assert place.told[1] == ("All of them are members of Engines already.", None)


def test_members_are_read_where_they_are_removed(qtbot: QtBot, workspace: Workspace, place: Place) -> None:
    ids = add_people(workspace)
    group = add_group(workspace, "Engines", *ids)
    place.doing.remove_members(group, "Engines", lambda: ids[1:])
    qtbot.waitUntil(lambda: bool(place.told))
    assert place.told[0][0] == "Took 3 members out of Engines."
    assert members_of(workspace, group) == ["Ada Lovelace"]


def test_what_went_wrong_is_said(qtbot: QtBot, workspace: Workspace, place: Place) -> None:
    place.doing.delete("nobody", "Nobody")
    qtbot.waitUntil(lambda: not place.banner.isHidden())
    assert "There is no group" in place.banner.accessibleName()
    assert place.told == []


def test_the_change_that_was_left_is_found(workspace: Workspace) -> None:
    done, seq = tracked(workspace, lambda: workspace.create("Group", {"displayName": "Engines"}))
    assert seq == workspace.changes(done.resource_id)[0].seq
    same = [{"op": "replace", "path": "displayName", "value": "Engines"}]
    assert tracked(workspace, lambda: workspace.modify("Group", "Engines", same), done.resource_id)[1] is None
