from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from keyring.backends import fail, null
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.wizard import keyring_step
from desktop.wizard.keyring_step import KeyringStep
from server.workspace import Outcome
from tests.desktop import keyrings
from tests.desktop.wizard.driving import PATIENCE

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from tests.gnome_keyring import SecretService


@pytest.fixture
def window(desk: Desk, qtbot: QtBot) -> QWidget:
    """What owns the step, as the wizard does."""
    del desk
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


def entered(desk: Desk, window: QWidget, qtbot: QtBot) -> KeyringStep:
    step = KeyringStep(desk)
    step.setParent(window)
    step.show()
    step.enter()
    qtbot.waitUntil(step.found.isVisible, timeout=PATIENCE)
    return step


def test_an_open_keyring_is_named(desk: Desk, window: QWidget, qtbot: QtBot, secret_service: SecretService) -> None:
    del secret_service
    keyrings.use_secret_service(desk)
    step = entered(desk, window, qtbot)
    assert step.found.text() == "GNOME Keyring is open"
    assert "only once" not in step.meaning.text()


def test_a_locked_one_says_what_that_means_and_is_looked_at_again(
    desk: Desk, window: QWidget, qtbot: QtBot, locked_secret_service: SecretService
) -> None:
    keyrings.use_secret_service(desk)
    step = entered(desk, window, qtbot)
    assert step.found.text() == "GNOME Keyring is locked"
    assert "A token works either way" in step.meaning.text()
    locked_secret_service.unlock()
    qtbot.mouseClick(step.again_button, Qt.MouseButton.LeftButton)
    assert not step.found.isVisible()
    qtbot.waitUntil(step.found.isVisible, timeout=PATIENCE)
    assert step.found.text() == "GNOME Keyring is open"


def test_without_one_tokens_work_and_are_shown_once(desk: Desk, window: QWidget, qtbot: QtBot) -> None:
    keyrings.use(desk, fail.Keyring)
    step = entered(desk, window, qtbot)
    assert step.found.text() == "This system has no keyring"
    assert "shown only once" in step.meaning.text()
    assert step.accessibleDescription().startswith("This system has no keyring")


def test_one_that_protects_nothing_is_not_used(desk: Desk, window: QWidget, qtbot: QtBot) -> None:
    keyrings.use(desk, null.Keyring)
    assert entered(desk, window, qtbot).found.text() == "The configured keyring does not protect secrets"


def test_there_are_words_for_whatever_a_keyring_may_answer() -> None:
    assert set(keyring_step._WORDS) == set(Outcome)
