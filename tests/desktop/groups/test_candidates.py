from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.groups.candidates import Candidates, initials
from desktop.widgets.table_model import CELL
from tests.desktop.groups.teams import add_group, add_people

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from server.workspace import Workspace


@pytest.mark.parametrize(
    ("name", "letters"), [("Ada Lovelace", "AL"), ("Ada", "A"), ("", "?"), ("ada (Countess) king", "AK")]
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_ticks_survive_another_search(qtbot: QtBot, workspace: Workspace) -> None:
    ids = add_people(workspace)
    workspace.set_active(ids[0], active=False)
    group = add_group(workspace, "Engines")
    model = Candidates(workspace, group)
    with qtbot.waitSignal(model.loaded):
        model.find("User", "ada")
    (ada,) = [one for _, one in model.here()]
    assert ada.remark == "Deactivated"
    with qtbot.waitSignal(model.ticks_changed):
        model.toggle([ada])
    assert model.data(model.index(0, 0)) == "chosen"
    with qtbot.waitSignal(model.loaded):
        model.find("User", "")
    model.toggle([one for _, one in model.here()])
    assert set(model.ticked) == set(ids), "who is ticked already stays so"
    model.toggle([one for _, one in model.here()])
    assert model.ticked == {}
    model.toggle([ada])
    model.clear()
    assert model.data(model.index(0, 0), CELL).icon == "circle"


def test_a_group_is_no_member_of_itself(qtbot: QtBot, workspace: Workspace) -> None:
    group = add_group(workspace, "Engines")
    boats = add_group(workspace, "Boats", *add_people(workspace))
    model = Candidates(workspace, group)
    with qtbot.waitSignal(model.loaded):
        model.find("Group", "")
    assert [(one.name, one.detail, one.remark) for _, one in model.here()] == [
        ("Boats", "4 members", ""),
        ("Engines", "0 members", "This group"),
    ]
    model.toggle([one for _, one in model.here()])
    assert list(model.ticked) == [boats]
