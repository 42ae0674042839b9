from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from desktop.settings.webhook_secret import PYTHON, WebhookSecretDialog
from server.webhook.signature import HEADER, signature
from tests.desktop.keyrings import files_with
from tests.desktop.settings.driving import PATIENCE, click
from tests.desktop.settings.subscribed import introduce
from tests.source_tree import ROOT

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from server.workspace import Added
    from tests.consumer import Consumer

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def added(desk: Desk, consumer: Consumer) -> Added:
    return introduce(desk.workspace, consumer)


@pytest.fixture
def dialog(desk: Desk, qtbot: QtBot, added: Added) -> WebhookSecretDialog:
    made = WebhookSecretDialog(desk, added, None)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    made.open()
    qtbot.waitUntil(made.isActiveWindow, timeout=PATIENCE)
    return made


def test_copy_comes_first_and_runs_the_clock(dialog: WebhookSecretDialog, added: Added, qtbot: QtBot) -> None:
    assert dialog.copy_button.hasFocus()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert QGuiApplication.clipboard().text() == added.secret
    assert dialog.note.text == "Clipboard clears in 60 s"


def test_it_is_kept_so_closing_asks_nothing_and_leaves_nothing(
    dialog: WebhookSecretDialog, added: Added, desk: Desk, qtbot: QtBot
) -> None:
    assert dialog.kept.text() == "✓ Kept in a file"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert dialog.line.secret.text() == ""
    assert added.secret is not None
    (only,) = files_with(added.secret, desk.workspace.folder)
    assert only.name == f"{added.webhook.id}.secret"


def test_the_consumer_is_tried_with_it(dialog: WebhookSecretDialog, qtbot: QtBot, consumer: Consumer) -> None:
    qtbot.mouseClick(dialog.test_button, LEFT)
    qtbot.waitUntil(lambda: bool(dialog.trial.verdict), timeout=PATIENCE)
    assert "took the test event" in dialog.trial.verdict
    assert [one.is_signed for one in consumer.told()] == [True]
    assert dialog.test_button.isEnabled()


def test_the_code_that_is_copied_checks_what_perch_signs(dialog: WebhookSecretDialog, qtbot: QtBot) -> None:
    click(qtbot, dialog, "Copy Python code that checks it")
    copied = QGuiApplication.clipboard().text()
    assert copied == PYTHON
    known: dict[str, Any] = {}
    exec(compile(copied, "copied", "exec"), known)
    is_from_perch = known["is_from_perch"]
    now = int(time.time())
    assert is_from_perch("a-secret", signature("a-secret", b"{}", now), b"{}")
    assert not is_from_perch("a-secret", signature("a-secret", b"{}", now), b"[]")
    assert not is_from_perch("a-secret", signature("a-secret", b"{}", now - 400), b"{}")


def test_what_it_says_of_the_signature_is_so(dialog: WebhookSecretDialog) -> None:
    assert dialog.fields[0].value == HEADER
    body = PYTHON[PYTHON.index("    at, seen") :]
    assert body in (ROOT / "README.md").read_text("utf-8")
