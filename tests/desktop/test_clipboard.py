from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QGuiApplication

from desktop.clipboard import Clipboard

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

SECRET = "perch_test_" + "x" * 49


@pytest.fixture
def clipboard(qtbot: QtBot) -> Clipboard:
    del qtbot
    QGuiApplication.clipboard().clear()
    return Clipboard(seconds=3)


def held() -> str:
    return QGuiApplication.clipboard().text()


def test_plain_text_stays(clipboard: Clipboard) -> None:
    clipboard.copy("http://127.0.0.1:7643/scim/v2")
    clipboard.clear_secret()
    assert held() == "http://127.0.0.1:7643/scim/v2"


def test_a_secret_is_marked_for_clipboard_managers(clipboard: Clipboard) -> None:
    clipboard.copy_secret(SECRET)
    assert held() == SECRET
    data = QGuiApplication.clipboard().mimeData()
    assert data.data("x-kde-passwordManagerHint").data() == b"secret"
    assert data.data("application/x-nspasteboard-concealed-type").data() == b"\x01"


def test_a_secret_goes_after_its_time_counted_down(clipboard: Clipboard, qtbot: QtBot) -> None:
    left: list[int] = []
    clipboard.secret_remains.connect(left.append)
    clipboard.copy_secret(SECRET)
    qtbot.waitUntil(lambda: held() == "", timeout=10_000)
    assert left == [3, 2, 1, 0]


def test_what_was_copied_meanwhile_is_not_cleared(clipboard: Clipboard, qtbot: QtBot) -> None:
    clipboard.copy_secret(SECRET)
    with qtbot.waitSignal(clipboard.secret_remains, check_params_cb=lambda left: left == 0, timeout=10_000):
        QGuiApplication.clipboard().setText("something else")
    clipboard.clear_secret()
    assert held() == "something else"


def test_on_quit_a_secret_goes_at_once(clipboard: Clipboard) -> None:
    clipboard.copy_secret(SECRET)
    clipboard.clear_secret()
    assert held() == ""


def test_the_secret_itself_is_not_held(clipboard: Clipboard) -> None:
    clipboard.copy_secret(SECRET)
    assert SECRET not in repr(vars(clipboard))
