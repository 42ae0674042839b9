from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from desktop.wizard.address_step import AddressStep
from desktop.wizard.first_steps import FirstSteps
from desktop.wizard.keyring_step import KeyringStep
from tests.desktop.wizard.driving import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def wizard(desk: Desk, qtbot: QtBot) -> Iterator[FirstSteps]:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    made = FirstSteps(window, desk)
    made.open()
    keyring = made.steps[0]
    assert isinstance(keyring, KeyringStep)
    qtbot.waitUntil(keyring.found.isVisible, timeout=PATIENCE)
    # With its window, which owns it.
    yield made
    window.close()


def go_on(wizard: FirstSteps, qtbot: QtBot) -> None:
    step = wizard.step
    qtbot.mouseClick(wizard.next_button, LEFT)
    qtbot.waitUntil(lambda: wizard.step is not step, timeout=PATIENCE)
    address = wizard.step
    if isinstance(address, AddressStep):
        qtbot.waitUntil(lambda: bool(address.port.text()), timeout=PATIENCE)


def test_three_steps_lead_to_a_token(wizard: FirstSteps, qtbot: QtBot) -> None:
    assert wizard.how_far.accessibleName() == "Step 1 of 3: Keyring"
    assert not wizard.back_button.isEnabled()
    go_on(wizard, qtbot)
    assert wizard.how_far.accessibleName() == "Step 2 of 3: Address"
    go_on(wizard, qtbot)
    assert wizard.how_far.accessibleName() == "Step 3 of 3: First token"
    assert wizard.next_button.text() == "Generate token"
    with qtbot.waitSignal(wizard.token_wanted), qtbot.waitSignal(wizard.accepted):
        qtbot.mouseClick(wizard.next_button, LEFT)


def test_one_may_go_back(wizard: FirstSteps, qtbot: QtBot) -> None:
    go_on(wizard, qtbot)
    qtbot.mouseClick(wizard.back_button, LEFT)
    assert wizard.step is wizard.steps[0]


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_escape_and_skip_end_it_anywhere_without_a_question(wizard: FirstSteps, qtbot: QtBot, steps: int) -> None:
    for _ in range(steps):
        go_on(wizard, qtbot)
    with qtbot.assertNotEmitted(wizard.token_wanted), qtbot.waitSignal(wizard.finished):
        if steps == 1:
            qtbot.mouseClick(wizard.skip_button, LEFT)
        else:
            qtbot.keyClick(wizard, Qt.Key.Key_Escape)


def test_it_can_be_gone_through_with_the_return_key(wizard: FirstSteps, qtbot: QtBot) -> None:
    qtbot.keyClick(wizard, Qt.Key.Key_Return)
    address = wizard.step
    assert isinstance(address, AddressStep)
    qtbot.waitUntil(lambda: bool(address.port.text()), timeout=PATIENCE)
    qtbot.keyClick(wizard, Qt.Key.Key_Return)
    assert wizard.step is wizard.steps[2]
    with qtbot.waitSignal(wizard.token_wanted):
        qtbot.keyClick(wizard, Qt.Key.Key_Return)


def test_everything_in_it_has_a_name(wizard: FirstSteps) -> None:
    inputs = [one for kind in (QAbstractButton, QLineEdit) for one in wizard.findChildren(kind)]
    assert len(inputs) > 8
    assert [one for one in inputs if not one.accessibleName()] == []
