from __future__ import annotations

import socket
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.server_process import next_free_port
from desktop.wizard.address_step import AddressStep, Way
from server.config import load_config
from tests.desktop.wizard.driving import PATIENCE

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(desk: Desk, qtbot: QtBot) -> QWidget:
    """What owns the step, as the wizard does."""
    del desk
    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def step(desk: Desk, window: QWidget, qtbot: QtBot) -> AddressStep:
    return entered(desk, window, qtbot)


def entered(desk: Desk, window: QWidget, qtbot: QtBot) -> AddressStep:
    made = AddressStep(desk)
    made.setParent(window)
    made.resize(600, 420)
    made.show()
    made.enter()
    qtbot.waitUntil(lambda: bool(made.port.text()), timeout=PATIENCE)
    return made


def type_into(qtbot: QtBot, step: AddressStep, *, url: str | None = None, port: int | None = None) -> None:
    for line, value in ((step.public_url, url), (step.port, port)):
        if value is not None:
            line.selectAll()
            qtbot.keyClicks(line, str(value))


def file_of(desk: Desk) -> str:
    path = desk.workspace.folder / "perch.toml"
    return path.read_text() if path.exists() else ""


def test_left_as_it_is_nothing_is_written(step: AddressStep, desk: Desk, qtbot: QtBot) -> None:
    assert step.preview.text() == "http://127.0.0.1:7643/scim/v2"
    assert not step.public_url.isEnabled()
    with qtbot.waitSignal(step.left):
        step.leave()
    assert file_of(desk) == ""


def test_a_public_url_and_a_port_are_written_and_hold(step: AddressStep, desk: Desk, qtbot: QtBot) -> None:
    step.ways[Way.PROXY][0].click()
    port = next_free_port(21_000)
    type_into(qtbot, step, url="https://scim.acme.com", port=port)
    assert step.preview.text() == "https://scim.acme.com/scim/v2"
    with qtbot.waitSignal(step.left, timeout=PATIENCE):
        step.leave()
    config = load_config(desk.workspace.folder, {})
    assert (config.public_url, config.port) == ("https://scim.acme.com", port)
    assert desk.workspace.base_url == "https://scim.acme.com/scim/v2"


def test_an_invalid_url_stays_here_and_is_not_written(step: AddressStep, desk: Desk, qtbot: QtBot) -> None:
    step.ways[Way.TUNNEL][0].click()
    type_into(qtbot, step, url="scim.acme.com")
    with qtbot.assertNotEmitted(step.left):
        step.leave()
    assert step.public_field.complaint.startswith("Give the address that Okta will use")
    assert file_of(desk) == ""


def test_what_okta_would_refuse_is_said_and_allowed(step: AddressStep, qtbot: QtBot) -> None:
    step.ways[Way.TUNNEL][0].click()
    type_into(qtbot, step, url="https://perch_demo.acme.com")
    assert step.public_field.complaint == ""
    assert "underscore" in step.public_url.accessibleDescription()


def test_who_has_no_url_yet_may_go_on(step: AddressStep, desk: Desk, qtbot: QtBot) -> None:
    step.ways[Way.TUNNEL][0].click()
    with qtbot.waitSignal(step.left):
        step.leave()
    assert file_of(desk) == ""


def test_a_taken_port_is_said_and_a_free_one_offered(step: AddressStep, desk: Desk, qtbot: QtBot) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        type_into(qtbot, step, port=other.getsockname()[1])
        step.leave()
        qtbot.waitUntil(step.banner.isVisible, timeout=PATIENCE)
        assert step.port_field.complaint
        assert file_of(desk) == ""
        qtbot.mouseClick(step.banner.findChildren(QPushButton)[0], LEFT)
        assert int(step.port.text()) != other.getsockname()[1]
        with qtbot.waitSignal(step.left, timeout=PATIENCE):
            step.leave()
    assert str(load_config(desk.workspace.folder, {}).port) == step.port.text()


def test_an_address_of_before_is_shown_and_can_be_taken_back(desk: Desk, window: QWidget, qtbot: QtBot) -> None:
    desk.workspace.save_settings({"public_url": "https://scim.acme.com"})
    step = entered(desk, window, qtbot)
    assert (step.way, step.public_url.text()) == (Way.PROXY, "https://scim.acme.com")
    step.ways[Way.AGENT][0].click()
    with qtbot.waitSignal(step.left, timeout=PATIENCE):
        step.leave()
    assert load_config(desk.workspace.folder, {}).public_url is None


def test_what_the_environment_says_is_left_alone(
    desk: Desk, window: QWidget, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERCH_PORT", "9000")
    step = entered(desk, window, qtbot)
    assert step.port.isReadOnly()
    assert step.port.text() == "9000"
    with qtbot.waitSignal(step.left):
        step.leave()
    assert file_of(desk) == ""


def test_settings_that_cannot_be_read_keep_nobody_here(desk: Desk, window: QWidget, qtbot: QtBot) -> None:
    (desk.workspace.folder / "perch.toml").write_text("port = [")
    step = AddressStep(desk)
    step.setParent(window)
    step.show()
    step.enter()
    qtbot.waitUntil(step.banner.isVisible, timeout=PATIENCE)
    with qtbot.waitSignal(step.left):
        step.leave()
