from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt

from desktop import theme
from desktop.activity import rows
from desktop.activity.request_list import RequestList
from desktop.activity.row_images import RequestDelegate
from desktop.widgets.data_table import CellDelegate
from tests.desktop.activity.exchanges import log

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from pytestqt.qtbot import QtBot

    from server.workspace import Workspace

REFUSED = b'{"detail":"There is already a user \\"ada\\"."}'


@pytest.fixture
def on_the_spot(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The rows of which a cell was painted with the window waiting for it."""
    painted: set[int] = set()
    paint = CellDelegate.paint

    def noted(self: CellDelegate, painter: Any, option: Any, index: Any) -> None:
        painted.add(index.row())
        paint(self, painter, option, index)

    monkeypatch.setattr(CellDelegate, "paint", noted)
    return painted


@pytest.fixture
def made(qtbot: QtBot, workspace: Workspace) -> RequestList:
    """Twelve requests, four of them refused, with room for seven and a bit; live."""
    log(workspace, 8)
    log(workspace, 4, method="POST", status=409, target="/scim/v2/Users?x=%20y", meaning="", response_body=REFUSED)
    made = RequestList(workspace)
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    with qtbot.waitSignal(made.feed.loaded):
        made.feed.load()
    made.show_for(kept=False, filtered=False)
    qtbot.waitUntil(lambda: made.table.verticalScrollBar().maximum() > 0)
    return made


def follow(qtbot: QtBot, made: RequestList, workspace: Workspace, count: int = 3) -> None:
    """Let requests come, and wait until they are shown."""
    log(workspace, count, method="DELETE", status=204, target="/scim/v2/Users/5", meaning="deleted user Ada")
    with qtbot.waitSignal(made.feed.grew):
        made.look()


def seen(made: RequestList) -> QImage:
    return made.grab().toImage()


def test_what_comes_was_painted_before_it_is_shown(
    qtbot: QtBot, made: RequestList, workspace: Workspace, on_the_spot: set[int]
) -> None:
    follow(qtbot, made, workspace)
    on_the_spot.clear()
    seen(made)
    assert on_the_spot
    assert on_the_spot.isdisjoint({0, 1, 2})


def test_a_row_painted_beforehand_looks_like_one_painted_on_the_spot(
    qtbot: QtBot, made: RequestList, workspace: Workspace, on_the_spot: set[int]
) -> None:
    follow(qtbot, made, workspace, 6)
    before = seen(made)
    made.table.setItemDelegate(CellDelegate(made.table, 50))
    on_the_spot.clear()
    assert seen(made) == before
    assert 0 in on_the_spot


def test_a_row_that_is_chosen_or_under_the_mouse_is_painted_as_such(
    qtbot: QtBot, made: RequestList, workspace: Workspace, on_the_spot: set[int]
) -> None:
    follow(qtbot, made, workspace)
    made.choose(made.feed.model.rows[1].seq)
    made.table.hot_row = 2
    on_the_spot.clear()
    seen(made)
    assert {1, 2} <= on_the_spot
    assert 0 not in on_the_spot


@pytest.mark.parametrize("event", ["resize", "theme", "labels"])
def test_what_a_picture_no_longer_shows_is_painted_anew(
    qtbot: QtBot, made: RequestList, workspace: Workspace, on_the_spot: set[int], event: str
) -> None:
    follow(qtbot, made, workspace)
    if event == "resize":
        made.table.setColumnWidth(rows.TOKEN, 99)
    elif event == "theme":
        theme.current().changed.emit()
    else:
        made.feed.labels = {"t1": "Okta"}
    on_the_spot.clear()
    seen(made)
    assert {0, 1, 2} <= on_the_spot


def test_other_things_get_their_turn_between_two_rows(
    qtbot: QtBot, made: RequestList, on_the_spot: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    painted = RequestDelegate._painted

    def noted(self: RequestDelegate, row: rows.Row) -> Any:
        order.append("row")
        return painted(self, row)

    monkeypatch.setattr(RequestDelegate, "_painted", noted)
    theme.current().changed.emit()
    delegate = made.table.itemDelegate()
    assert isinstance(delegate, RequestDelegate)
    delegate.prepare(made.feed.model.rows[:2], lambda: order.append("shown"))
    delegate.prepare(made.feed.model.rows[:3], lambda: order.append("shown too"))
    assert order == []
    qtbot.waitUntil(lambda: order[-1:] == ["shown too"])
    assert order == ["row", "row", "shown", "row", "shown too"]
    assert on_the_spot is not None


def test_a_table_that_nobody_sees_paints_nothing_beforehand(
    qtbot: QtBot, made: RequestList, workspace: Workspace, on_the_spot: set[int]
) -> None:
    made.hide()
    follow(qtbot, made, workspace)
    made.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    made.show()
    on_the_spot.clear()
    seen(made)
    assert {0, 1, 2} <= on_the_spot
