from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from desktop.main_window import MainWindow
from desktop.pages import PAGES
from desktop.preferences import Preferences
from desktop.sandbox.page import SandboxPage
from desktop.sandbox.player import Playing
from desktop.sandbox.session import Stage
from desktop.sandbox.stage_strip import Mark
from server.okta.dialogues import Kind
from tests.desktop.sandbox.conftest import PATIENCE, click, opened
from tests.desktop.test_pages import controls

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from desktop.sandbox.stand import Stand
    from server.workspace import Workspace

TOUR = 120_000
"""Milliseconds."""


def everything(workspace: Workspace) -> list[object]:
    """Read all that a directory holds."""
    return [*workspace.walk("User"), *workspace.walk("Group"), *workspace.tokens.tokens()]


def test_at_first_it_explains_itself_and_has_one_button(page: SandboxPage) -> None:
    assert page.invitation.isVisible()
    assert page.invitation.button.accessibleName() == "Create the sandbox"
    assert [action.text for action in page.actions_offered()] == ["Create the sandbox"]
    assert not page.band.reset_button.isVisible()


def test_one_click_opens_it_and_the_real_directory_is_not_touched(page: SandboxPage, desk: Desk, qtbot: QtBot) -> None:
    desk.workspace.create("Group", {"displayName": "Real people"})
    before = everything(desk.workspace)
    stand = opened(page, qtbot)
    assert not page.invitation.isVisible()
    assert stand.okta.side.people_total == 60
    assert page.session.folder.parent == desk.workspace.folder
    stand.okta.want("test")
    qtbot.waitUntil(lambda: bool(stand.wire.steps), timeout=PATIENCE)
    assert everything(desk.workspace) == before
    assert page.band.reset_button.isVisible()


@pytest.mark.parametrize("kind", list(Kind))
def test_the_tour_runs_from_start_to_end(page: SandboxPage, stand: Stand, qtbot: QtBot, kind: Kind) -> None:
    if kind is not page.session.kind:
        with qtbot.waitSignal(page.told, timeout=PATIENCE):
            stand.change_kind(kind)
    told: list[tuple[int, str, bool]] = []
    stand.guide.stage_ended.connect(lambda number, sentence, ok: told.append((number, sentence, ok)))
    with qtbot.waitSignal(stand.guide.finished, timeout=TOUR):
        click(qtbot, stand.tour.play_button)
    assert [sentence for _, sentence, ok in told if not ok] == []
    assert [number for number, _, _ in told] == list(range(len(stand.guide.stages)))
    assert set(stand.tour.marks) == {Mark.DONE}
    assert stand.tour.play_button.accessibleName() == "Play"
    assert stand.okta.groups.key.endswith("worldwide")
    assert all(step.verdict.ok for step in stand.wire.steps)


def test_at_normal_speed_the_tour_takes_a_minute_or_two(page: SandboxPage, stand: Stand, qtbot: QtBot) -> None:
    with qtbot.waitSignal(stand.guide.finished, timeout=TOUR):
        stand.play()
    tempo, stages = page.player.tempo, len(stand.guide.stages)
    seconds = len(stand.wire.steps) * (tempo.requested + 0.1) + stages * 4.8
    assert 60 <= seconds <= 110


def test_the_tour_is_begun_anew_on_a_sandbox_as_at_first(page: SandboxPage, stand: Stand, qtbot: QtBot) -> None:
    stand.okta.want("assign")
    qtbot.waitUntil(lambda: page.player.state is Playing.IDLE and bool(stand.wire.steps), timeout=PATIENCE)
    page.restart()
    qtbot.waitUntil(lambda: stand.guide.is_on, timeout=PATIENCE)
    assert page.session.tenant is not None
    assert page.session.tenant.app_users == {}
    assert [one.label for one in page.session.snapshots] == ["Before the tour"]


def test_leaving_the_page_pauses_and_coming_back_goes_on(page: SandboxPage, stand: Stand, qtbot: QtBot) -> None:
    stand.play()
    page.hidden()
    assert stand.guide.state is Playing.PAUSED
    page.shown()
    assert stand.guide.state is Playing.PAUSED
    stand.play()
    qtbot.waitUntil(lambda: bool(stand.wire.steps), timeout=PATIENCE)


def test_a_reset_offers_undo(page: SandboxPage, stand: Stand, qtbot: QtBot) -> None:
    key = stand.okta.people.key
    stand.okta.want("assign")
    qtbot.waitUntil(lambda: stand.okta.people.rows[0].pill == "Provisioned", timeout=PATIENCE)
    with qtbot.waitSignal(page.told, timeout=PATIENCE) as told:
        click(qtbot, page.band.reset_button)
    assert stand.okta.people.rows[0].pill == ""
    _, undo = told.args or ("", None)
    assert undo is not None
    with qtbot.waitSignal(page.told, timeout=PATIENCE):
        undo()
    assert next(row for row in stand.okta.people.rows if row.key == key).pill == "Provisioned"


def test_a_snapshot_is_one_click_and_so_is_going_back_to_it(page: SandboxPage, stand: Stand, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.told, timeout=PATIENCE):
        click(qtbot, page.band.snapshot_button)
    people = stand.perch.side.people_total
    stand.okta.want("assign")
    qtbot.waitUntil(lambda: stand.perch.side.people_total == people + 1, timeout=PATIENCE)
    qtbot.waitUntil(lambda: page.player.state is Playing.IDLE, timeout=PATIENCE)
    (entry,) = page.band.menu_of_snapshots().actions()
    with qtbot.waitSignal(page.told, timeout=PATIENCE):
        entry.trigger()
    qtbot.waitUntil(lambda: stand.perch.side.people_total == people, timeout=PATIENCE)


def test_everything_on_the_stage_has_a_name_and_is_reached_by_keyboard(page: SandboxPage, stand: Stand) -> None:
    del stand
    found = list(controls(page))
    assert len(found) > 25
    assert [type(one).__name__ for one in found if not one.accessibleName()] == []
    assert [one.accessibleName() for one in found if not one.focusPolicy() & Qt.FocusPolicy.TabFocus] == []


def test_its_keys_work_once_it_is_open(desk: Desk, qtbot: QtBot) -> None:
    window = MainWindow(desk, Preferences(desk.workspace.folder), PAGES)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    window.show_page("sandbox")
    page = window.page
    assert isinstance(page, SandboxPage)
    stand = opened(page, qtbot)
    told: list[Playing] = []
    stand.guide.state_changed.connect(told.append)
    for _ in range(2):
        qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert told == [Playing.PLAYING, Playing.PAUSED]
    page.end()
    assert page.invitation.isVisible()


def test_the_window_and_the_page_say_that_this_is_demo_data(desk: Desk, qtbot: QtBot) -> None:
    window = MainWindow(desk, Preferences(desk.workspace.folder), PAGES)
    qtbot.addWidget(window)
    window.show()
    window.show_page("sandbox")
    assert window.windowTitle() == "Perch — Sandbox (demo data)"
    assert "Sandbox · demo data" in [one.text() for one in window.page.findChildren(QLabel)]
    window.show_page("overview")
    assert window.windowTitle() == "Perch"


def test_quitting_in_the_middle_of_a_request_ends_everything_at_once(
    page: SandboxPage, stand: Stand, qtbot: QtBot
) -> None:
    page.player.tempo.speed = 0.01
    with qtbot.waitSignal(page.player.asked):
        stand.okta.want("assign")
    before = time.monotonic()
    page.end()
    assert time.monotonic() - before < 10
    assert page.session.stage is Stage.CLOSED
    assert page.session.endpoint is None


def test_a_small_window_scrolls_and_a_usual_one_does_not(page: SandboxPage, stand: Stand, qtbot: QtBot) -> None:
    area = page.area
    assert area is not None
    qtbot.waitUntil(lambda: stand.size() == area.viewport().size())
    page.resize(700, 500)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    assert (stand.width(), stand.height()) == (930, 728)
