from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QSystemTrayIcon

from desktop.tray import LOOKS, Tray, TrayStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtGui import QAction
    from pytestqt.qtbot import QtBot

SERVING = TrayStatus("Serving at http://127.0.0.1:7643/scim/v2", "serving")
COLOURS = {"serving": "green", "failed": "red"}


class Icons:
    """Icons that are told apart by their colour, and change with the theme."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, name: str) -> QIcon:
        self.asked.append(name)
        pixmap = QPixmap(16, 16)
        pixmap.fill(QColor(COLOURS[name]))
        return QIcon(pixmap)


@pytest.fixture
def icons() -> Icons:
    return Icons()


@pytest.fixture
def tray(qtbot: QtBot, icons: Icons) -> Iterator[Tray]:
    tray = Tray(icons)
    yield tray
    tray.hide()
    tray.menu.deleteLater()


@pytest.fixture
def there_is_a_tray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: True))
    monkeypatch.setattr(QSystemTrayIcon, "supportsMessages", staticmethod(lambda: True))


def pretending(test: Callable[..., None]) -> Callable[..., None]:
    """Let a test take it that there is a tray, which Qt without a screen does not fall for and says so."""
    pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)(test)
    pytest.mark.usefixtures("there_is_a_tray")(test)
    return test


def texts(tray: Tray) -> list[str]:
    return [action.text() for action in tray.menu.actions() if action.isVisible() and not action.isSeparator()]


def action(tray: Tray, text: str) -> QAction:
    (found,) = (action for action in tray.menu.actions() if action.text() == text)
    return found


def test_where_there_is_no_tray_it_says_so(tray: Tray) -> None:
    assert not tray.available
    assert not Tray.is_available()


@pretending
def test_where_there_is_one_the_window_may_hide(tray: Tray) -> None:
    assert tray.available


def test_at_login_the_tray_may_come_after_us(
    qtbot: QtBot, tray: Tray, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    shown: list[object] = []
    monkeypatch.setattr(QSystemTrayIcon, "show", lambda icon: shown.append(icon))  # noqa: PLW0108 -- to be bound
    tray._look_again.setInterval(1)
    tray.show_status(SERVING)
    tray.show_status(SERVING)
    assert shown == []
    assert tray._looks_left == LOOKS - 1, "one search at a time"
    request.getfixturevalue("there_is_a_tray")
    qtbot.waitUntil(lambda: bool(shown))
    assert not tray._look_again.isActive()


def test_the_search_for_a_tray_ends(qtbot: QtBot, tray: Tray) -> None:
    tray._look_again.setInterval(0)
    tray.show_status(SERVING)
    qtbot.waitUntil(lambda: tray._looks_left == 0 and not tray._look_again.isActive())


def test_without_a_tray_nothing_happens(tray: Tray, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda *words: shown.append(words))
    tray.refresh_icon()
    tray.show_status(SERVING)
    tray.show_message("Perch", "A token expires tomorrow.")
    assert shown == []


@pretending
def test_the_menu_begins_with_the_status(tray: Tray) -> None:
    tray.show_status(SERVING)
    assert texts(tray) == [SERVING.line, "Show Perch", "Copy base URL", "Pause", "Quit"]
    assert not action(tray, SERVING.line).isEnabled()
    assert tray._tray.toolTip() == f"Perch\n{SERVING.line}"
    assert tray._tray.isVisible()


def test_paused_it_offers_to_resume(tray: Tray) -> None:
    tray.show_status(TrayStatus("Paused", "failed", has_base_url=False, is_paused=True))
    assert texts(tray) == ["Paused", "Show Perch", "Copy base URL", "Resume", "Quit"]
    assert not action(tray, "Copy base URL").isEnabled()
    tray.show_status(SERVING)
    assert "Pause" in texts(tray)
    assert action(tray, "Copy base URL").isEnabled()


def test_an_endpoint_of_somebody_elses_cannot_be_paused(tray: Tray) -> None:
    tray.show_status(TrayStatus("Served by another process", "serving", can_pause=False))
    assert not action(tray, "Pause").isEnabled()


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Show Perch", "show_requested"),
        ("Copy base URL", "copy_requested"),
        ("Pause", "pause_requested"),
        ("Resume", "resume_requested"),
        ("Quit", "quit_requested"),
    ],
)
def test_each_entry_asks_for_what_it_says(qtbot: QtBot, tray: Tray, text: str, signal: str) -> None:
    tray.show_status(SERVING)
    with qtbot.waitSignal(getattr(tray, signal)) as asked:
        action(tray, text).trigger()
    assert asked.args == []


@pytest.mark.parametrize(
    ("reason", "shows"),
    [
        (QSystemTrayIcon.ActivationReason.Trigger, True),
        (QSystemTrayIcon.ActivationReason.MiddleClick, True),
        (QSystemTrayIcon.ActivationReason.DoubleClick, False),
        (QSystemTrayIcon.ActivationReason.Context, False),
    ],
)
def test_a_click_shows_the_window_once(tray: Tray, reason: QSystemTrayIcon.ActivationReason, *, shows: bool) -> None:
    asked: list[None] = []
    tray.show_requested.connect(lambda: asked.append(None))
    tray._tray.activated.emit(reason)
    assert bool(asked) is shows


def test_the_icon_follows_the_status_and_the_theme(tray: Tray, icons: Icons, monkeypatch: pytest.MonkeyPatch) -> None:
    def colour() -> str:
        return tray._tray.icon().pixmap(16, 16).toImage().pixelColor(8, 8).name()

    tray.show_status(SERVING)
    assert colour() == QColor("green").name()
    tray.show_status(TrayStatus("Port taken", "failed"))
    assert colour() == QColor("red").name()
    monkeypatch.setitem(COLOURS, "failed", "blue")
    tray.refresh_icon()
    assert colour() == QColor("blue").name()
    assert icons.asked == ["serving", "failed", "failed"]


@pretending
def test_a_message_is_shown_and_leads_to_the_window(qtbot: QtBot, tray: Tray, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[str, str]] = []
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda _, title, text, icon: shown.append((title, text)))
    tray.show_status(SERVING)
    tray.show_message("Perch", "A token expires tomorrow.")
    assert shown == [("Perch", "A token expires tomorrow.")]
    with qtbot.waitSignal(tray.show_requested):
        tray._tray.messageClicked.emit()
