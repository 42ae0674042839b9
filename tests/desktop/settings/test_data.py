from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from desktop.server_process import State
from desktop.settings.restoring import RestoreDialog
from tests.desktop.settings.driving import PATIENCE, answers, click, kept, serve, showing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from desktop.settings.page import SettingsPage

LEFT = Qt.MouseButton.LeftButton
ADA: dict[str, Any] = {
    "userName": "ada@acme.example",
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "emails": [{"value": "ada@acme.example"}],
}


class Opened(QObject):
    """What the system was asked to open."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.urls.append(url.toLocalFile())


@pytest.fixture
def opened() -> Iterator[Opened]:
    made = Opened()
    QDesktopServices.setUrlHandler("file", made, "take")  # type: ignore[arg-type] # the stubs say bytes, and it refuses them
    yield made
    QDesktopServices.unsetUrlHandler("file")


@pytest.fixture
def page(settings_page: SettingsPage, qtbot: QtBot) -> SettingsPage:
    settings_page.reveal("data")
    qtbot.waitUntil(lambda: "No backup yet" in said(settings_page), timeout=PATIENCE)
    return settings_page


def said(page: SettingsPage) -> str:
    return "\n".join(one.text() for one in page.data.findChildren(QLabel) if one.isVisible())


def restore_buttons(page: SettingsPage) -> list[QPushButton]:
    return [
        one
        for one in page.data.findChildren(QPushButton)
        if one.accessibleName().startswith("Restore the backup of") and one.isVisible()
    ]


def back_up(qtbot: QtBot, page: SettingsPage) -> None:
    before = len(restore_buttons(page))
    click(qtbot, page, "Back up now")
    qtbot.waitUntil(lambda: len(restore_buttons(page)) > before, timeout=PATIENCE)


def test_the_folder_is_named_and_opened(page: SettingsPage, qtbot: QtBot, opened: Opened) -> None:
    folder = str(page.desk.workspace.folder)
    assert folder in said(page)
    click(qtbot, page, "Open folder")
    assert opened.urls == [folder]


def test_a_backup_is_made_listed_and_told(page: SettingsPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.told, timeout=PATIENCE) as heard:
        back_up(qtbot, page)
    assert heard.args is not None
    assert str(heard.args[0]).startswith("Backed up: ")
    assert "By hand" in said(page)
    assert "Just now" in said(page)
    assert len(page.desk.workspace.backups.listed()) == 1
    assert page.data.backup_button.isEnabled()
    assert not page.data.waiting.isVisible()


def test_what_cannot_be_backed_up_is_said(page: SettingsPage, qtbot: QtBot) -> None:
    (page.desk.workspace.folder / "backups").write_text("no folder")
    click(qtbot, page, "Back up now")
    qtbot.waitUntil(page.data.banner.isVisible, timeout=PATIENCE)
    assert page.data.backup_button.isEnabled()


def test_the_daily_backup_is_a_setting_that_needs_no_restart(
    page: SettingsPage, settings_desk: Desk, qtbot: QtBot
) -> None:
    serve(qtbot, settings_desk)
    process = settings_desk.endpoint.process_id
    page.form.inputs["backup_daily"].field.control.click()  # type: ignore[attr-defined] # a box
    page.form.inputs["backup_keep"].propose(3)
    click(qtbot, page, "Save")
    qtbot.waitUntil(lambda: kept(settings_desk).get("backup_daily") is False, timeout=PATIENCE)
    assert kept(settings_desk)["backup_keep"] == 3
    qtbot.waitUntil(lambda: not page.form.changes and not page.save_bar.isVisible(), timeout=PATIENCE)
    assert settings_desk.endpoint.process_id == process


def test_only_some_are_listed_until_all_are_wanted(page: SettingsPage, qtbot: QtBot) -> None:
    backups = page.desk.workspace.backups
    for _ in range(10):
        backups.now(automatic=True)
    page.data.left()
    page.data.shown()
    qtbot.waitUntil(lambda: len(restore_buttons(page)) == 8, timeout=PATIENCE)
    assert "Daily" in said(page)
    qtbot.mouseClick(page.data.all_button, LEFT)
    qtbot.waitUntil(lambda: len(restore_buttons(page)) == 10, timeout=PATIENCE)


def test_a_restore_brings_somebody_back_while_the_endpoint_serves_before_and_after(
    page: SettingsPage, settings_desk: Desk, qtbot: QtBot
) -> None:
    workspace = settings_desk.workspace
    workspace.create("User", ADA)
    serve(qtbot, settings_desk)
    back_up(qtbot, page)
    workspace.delete("User", ADA["userName"])
    assert workspace.count_people() == 0
    states: list[State] = []
    settings_desk.endpoint.changed.connect(lambda status: states.append(status.state))
    qtbot.mouseClick(restore_buttons(page)[0], LEFT)
    dialog = showing(qtbot, RestoreDialog)
    qtbot.waitUntil(dialog.restore_button.isEnabled, timeout=PATIENCE)
    assert workspace.count_people() == 0
    qtbot.mouseClick(dialog.restore_button, LEFT)
    qtbot.waitUntil(page.data.banner.isVisible, timeout=PATIENCE)
    assert workspace.count_people() == 1
    assert workspace.show("User", "ada@acme.example")["name"]["givenName"] == "Ada"
    keeps = list(workspace.folder.glob("perch.db.before-restore-*"))
    assert keeps
    assert keeps[0].name in page.data.banner.accessibleName()
    qtbot.waitUntil(lambda: settings_desk.endpoint.status.is_serving, timeout=PATIENCE)
    assert State.PAUSED in states
    assert answers(workspace.config.port)


def test_a_file_from_elsewhere_that_is_no_backup_is_refused(
    page: SettingsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    stray = page.desk.workspace.folder / "stray.db"
    stray.write_text("no database")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(stray), ""))
    click(qtbot, page, "Restore a file…")
    dialog = showing(qtbot, RestoreDialog)
    qtbot.waitUntil(dialog.banner.isVisible, timeout=PATIENCE)
    assert "cannot be used as a backup" in dialog.banner.accessibleName()
    assert not dialog.restore_button.isEnabled()
    dialog.reject()
