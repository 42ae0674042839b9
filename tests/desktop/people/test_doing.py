from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.people.doing import Doing
from desktop.widgets.banner import Banner
from desktop.widgets.basics import column
from desktop.widgets.waiting import Waiting
from tests.desktop.people.persons import fill

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from server.workspace import Workspace


class Place(QWidget):
    """Where it is done: what was told, with the undo of each."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.waiting, self.banner = Waiting(), Banner()
        self.setLayout(column(self.waiting, self.banner))
        self.doing = Doing(workspace, self.waiting, self.banner, self)
        self.told: list[tuple[str, Callable[[], Any] | None]] = []
        self.doing.told.connect(lambda sentence, undo: self.told.append((sentence, undo)))


@pytest.fixture
def place(qtbot: QtBot, workspace: Workspace) -> Place:
    made = Place(workspace)
    qtbot.addWidget(made)
    made.show()
    return made


def undo_last(place: Place) -> None:
    undo = place.told[-1][1]
    assert undo is not None
    undo()


def active(workspace: Workspace) -> int:
    return workspace.count_people(active=True)


def test_many_and_one_undo(qtbot: QtBot, workspace: Workspace, place: Place) -> None:
    ids = fill(workspace)
    workspace.set_active(ids[5], active=False)
    place.doing.set_active(lambda: ids, active=False)
    assert place.waiting.isVisible()
    qtbot.waitUntil(lambda: bool(place.told))
    assert place.told[0][0] == "Deactivated 5 people. 1 had nothing to change."
    assert active(workspace) == 0
    assert place.waiting.isHidden()
    undo_last(place)
    qtbot.waitUntil(lambda: len(place.told) == 2)
    assert active(workspace) == 5
    assert place.told[1] == ("Undone for 5 people.", None)


def test_cancel_keeps_what_is_done_and_offers_to_undo_it(qtbot: QtBot, workspace: Workspace, place: Place) -> None:
    ids = fill(workspace)

    def endless() -> list[str]:
        return ids * 400

    place.doing.set_active(endless, active=False)
    qtbot.waitUntil(lambda: active(workspace) < len(ids))
    qtbot.mouseClick(place.waiting.cancel_button, Qt.MouseButton.LeftButton)
    assert place.waiting.isHidden()
    qtbot.waitUntil(lambda: bool(place.told))
    assert place.told[-1][0].startswith("Stopped. Deactivated")
    undo_last(place)
    qtbot.waitUntil(lambda: active(workspace) == len(ids))


def test_one_is_told_in_the_singular(qtbot: QtBot, workspace: Workspace, place: Place) -> None:
    ids = fill(workspace)
    place.doing.delete(lambda: ids[:1])
    qtbot.waitUntil(lambda: bool(place.told))
    assert place.told[0][0] == "Deleted."
    undo_last(place)
    qtbot.waitUntil(lambda: workspace.count_people() == len(ids))


def test_a_membership_is_changed_and_undone(qtbot: QtBot, workspace: Workspace, place: Place) -> None:
    ids = fill(workspace)
    group = workspace.create("Group", {"displayName": "Engines"}).resource_id
    place.doing.change_membership(ids[0], group, "Engines", member=True)
    qtbot.waitUntil(lambda: bool(place.told))
    assert place.told[0][0] == "Added to Engines."
    assert workspace.count_members(group) == 1
    undo_last(place)
    qtbot.waitUntil(lambda: workspace.count_members(group) == 0)


def test_an_undo_that_others_overtook_asks_again(qtbot: QtBot, workspace: Workspace, place: Place) -> None:
    ids = fill(workspace)
    place.doing.set_active(lambda: ids[:1], active=False)
    qtbot.waitUntil(lambda: bool(place.told))
    workspace.modify("User", ids[0], [{"op": "replace", "path": "title", "value": "Countess"}])
    undo_last(place)
    qtbot.waitUntil(place.banner.isVisible)
    (anyway,) = place.banner.findChildren(QPushButton)
    qtbot.mouseClick(anyway, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: active(workspace) == len(ids))
