from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.connect.address_step import AddressStep, is_of_this_machine
from desktop.connect.forms import AppKind
from desktop.connect.snapshot import Snapshot
from desktop.widgets.checklist import Progress
from desktop.widgets.seen import By, Request
from tests.desktop.connect.conftest import PATIENCE, PUBLIC, button_named, click

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

HERE = "http://127.0.0.1:7643/scim/v2"
TAKEN = Snapshot(base_url=HERE, direct_url=HERE, host="127.0.0.1")


@pytest.fixture
def step(desk: Desk, qtbot: QtBot) -> AddressStep:
    made = AddressStep(2, desk)
    qtbot.addWidget(made)
    made.resize(640, 700)
    made.show_snapshot(TAKEN, AppKind.CUSTOM)
    made.show()
    return made


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (HERE, "127.0.0.1 is this computer itself"),
        ("http://192.168.1.5:7643/scim/v2", "192.168.1.5 exists in your own network only"),
        ("http://scim.acme.com/scim/v2", "https://"),
        ("https://scim_acme.okta.com/scim/v2", "underscore"),
    ],
)
def test_what_okta_cannot_use_is_said_with_why(step: AddressStep, url: str, reason: str) -> None:
    step.show_snapshot(replace(TAKEN, base_url=url), AppKind.CATALOG)
    assert step.is_warning
    assert reason in step.notice.accessibleName()
    assert step.ways.isVisible()


def test_a_public_https_address_is_not_warned_of(step: AddressStep) -> None:
    step.show_snapshot(replace(TAKEN, base_url=f"{PUBLIC}/scim/v2", public_url=PUBLIC), AppKind.CUSTOM)
    assert not step.is_warning
    assert not step.ways.isVisible()
    assert step.line.text() == PUBLIC
    assert not step.save_button.isEnabled()


def test_an_address_that_is_none_is_refused_beside_the_field(desk: Desk, step: AddressStep, qtbot: QtBot) -> None:
    qtbot.keyClicks(step.line, "scim.acme.com")
    qtbot.keyClick(step.line, Qt.Key.Key_Return)
    assert "ive the address that Okta will use" in step.field.complaint
    assert desk.workspace.config.public_url is None
    qtbot.keyClick(step.line, Qt.Key.Key_Backspace)
    assert step.field.complaint == ""


def test_a_folder_that_cannot_be_written_is_said_beside_the_field(desk: Desk, step: AddressStep, qtbot: QtBot) -> None:
    # A folder in the file's place cannot be overwritten, whoever runs the tests.
    (desk.workspace.folder / "perch.toml").mkdir()
    qtbot.keyClicks(step.line, PUBLIC)
    click(qtbot, step.save_button)
    qtbot.waitUntil(lambda: step.field.complaint != "", timeout=PATIENCE)
    assert step.line.text() == PUBLIC
    assert desk.workspace.config.public_url is None


def test_what_is_saved_stands_in_the_settings(desk: Desk, step: AddressStep, qtbot: QtBot) -> None:
    qtbot.keyClicks(step.line, f"{PUBLIC}/scim/v2")
    with qtbot.waitSignal(step.saved, timeout=PATIENCE):
        click(qtbot, step.save_button)
    assert tomllib.loads((desk.workspace.folder / "perch.toml").read_text())["public_url"] == PUBLIC


def test_while_it_is_typed_it_says_what_it_comes_to(step: AddressStep, qtbot: QtBot) -> None:
    qtbot.keyClicks(step.line, "http://10.0.0.1")
    assert "your own network" in step.line.accessibleDescription()
    step.line.selectAll()
    qtbot.keyClicks(step.line, PUBLIC)
    assert step.line.accessibleDescription() == f"Okta is given {PUBLIC}/scim/v2"


def test_a_setting_from_outside_is_not_edited_here(step: AddressStep) -> None:
    step.show_snapshot(replace(TAKEN, base_url=f"{PUBLIC}/scim/v2", public_url=PUBLIC, is_fixed=True), AppKind.CUSTOM)
    assert step.line.isReadOnly()
    assert "environment" in step.line.accessibleDescription()


def test_an_agent_on_another_computer_needs_another_address(step: AddressStep, qtbot: QtBot) -> None:
    step.show_snapshot(TAKEN, AppKind.AGENT)
    assert not step.is_warning
    assert not step.line.isVisible()
    with qtbot.waitSignal(step.settings_wanted):
        click(qtbot, button_named(step.notice, "Open Settings"))
    step.show_snapshot(replace(TAKEN, host="0.0.0.0"), AppKind.AGENT)
    assert step.line.isVisible()
    assert "by which the agent reaches this computer" in step.notice.accessibleName()
    step.show_snapshot(replace(TAKEN, host="192.168.1.5"), AppKind.AGENT)
    assert not step.notice.isVisible()


def test_it_is_green_when_okta_has_come(desk: Desk, step: AddressStep) -> None:
    came = Request(desk.workspace.custody.now(), By.OKTA, "Okta", "t")
    step.show_snapshot(replace(TAKEN, last_by_okta=came, labels={"t": "Production"}), AppKind.CUSTOM)
    assert (step.progress, step.detail) == (Progress.DONE, "Okta came just now with Production.")


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("10.0.0.1", False), ("perch", False)],
)
def test_who_reaches_a_host(host: str, *, expected: bool) -> None:
    assert is_of_this_machine(host) is expected
