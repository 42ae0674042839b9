from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from desktop.settings.form import SettingsForm
from server.faults import Fault, FaultCode

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


@pytest.fixture
def form(settings_desk: Desk, qtbot: QtBot) -> SettingsForm:
    made = SettingsForm()
    made.take(settings_desk.workspace.list_settings())
    for one in made.inputs.values():
        qtbot.addWidget(one)
    return made


def test_there_is_a_field_for_every_setting(form: SettingsForm, settings_desk: Desk) -> None:
    assert list(form.inputs) == [one.name for one in settings_desk.workspace.list_settings()]
    assert form.changes == {}
    assert not form.needs_restart


def test_it_knows_what_was_changed_and_whether_the_endpoint_has_to_start_anew(form: SettingsForm) -> None:
    form.inputs["backup_keep"].propose(9)
    assert form.changes == {"backup_keep": "9"}
    restarts = [form.needs_restart]
    form.inputs["port"].propose(8080)
    restarts.append(form.needs_restart)
    assert restarts == [False, True]
    form.discard()
    assert form.changes == {}


def test_a_field_that_is_being_edited_keeps_its_edit(form: SettingsForm, settings_desk: Desk) -> None:
    form.inputs["max_tokens"].propose(9)
    now = [
        replace(one, value=3) for one in settings_desk.workspace.list_settings() if one.name in {"max_tokens", "port"}
    ]
    form.take(now)
    assert form.values["max_tokens"] == "9"
    assert form.values["port"] == "3"


def test_it_says_what_is_wrong_while_it_is_typed_and_takes_it_back(form: SettingsForm) -> None:
    form.inputs["port"].propose("70000")
    assert form.inputs["port"].field.complaint == "Give a whole number from 0 to 65535."
    form.inputs["max_tokens"].propose("7")
    assert form.inputs["port"].field.complaint
    form.inputs["port"].propose("7000")
    assert not form.inputs["port"].field.complaint


def test_it_names_the_first_setting_that_is_wrong(form: SettingsForm) -> None:
    assert form.complain_about_all() == ""
    form.inputs["host"].propose("0.0.0.0")
    assert form.complain_about_all() == "host"
    assert form.inputs["host"].field.complaint.startswith("Other machines would reach Perch")


def test_a_fault_that_only_saving_finds_stands_beside_its_field(form: SettingsForm) -> None:
    assert form.complain(Fault(FaultCode.SETTING_INVALID, "required = 'x': there is no x")) == "required"
    assert "there is no x" in form.inputs["required"].field.complaint
    assert form.complain(Fault(FaultCode.DISK_FULL, "required")) == ""
