from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QPushButton

from desktop.settings.directory import in_two_columns
from tests.desktop.settings.driving import PATIENCE, click, kept, write

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from desktop.settings.page import SettingsPage


def test_required_attributes_are_ticked_and_hold_for_what_is_created_from_then_on(
    settings_page: SettingsPage, settings_desk: Desk, qtbot: QtBot
) -> None:
    settings_page.reveal("okta")
    for words in ("First name", "Last name", "Title"):
        next(one for one in settings_page.section.findChildren(QCheckBox) if one.text() == words).click()
    click(qtbot, settings_page, "Save")
    qtbot.waitUntil(lambda: "required" in kept(settings_desk), timeout=PATIENCE)
    assert kept(settings_desk)["required"] == ["userName", "emails", "title"]
    assert settings_desk.workspace.config.required == ("userName", "emails", "title")


def test_an_attribute_that_there_is_not_is_said_beside_the_field_and_not_written(
    settings_page: SettingsPage, settings_desk: Desk, qtbot: QtBot
) -> None:
    settings_page.reveal("okta")
    others = settings_page.form.inputs["required"].control.others  # type: ignore[attr-defined] # the list's
    qtbot.keyClicks(others, "shoeSize")
    click(qtbot, settings_page, "Save")
    field = settings_page.form.inputs["required"].field
    qtbot.waitUntil(lambda: "shoeSize" in field.complaint, timeout=PATIENCE)
    assert "required" not in kept(settings_desk)
    assert field.control.isVisible()


def test_the_answer_to_patch_is_one_of_two(settings_page: SettingsPage, settings_desk: Desk, qtbot: QtBot) -> None:
    settings_page.reveal("okta")
    click(qtbot, settings_page, "Nothing (204)")
    click(qtbot, settings_page, "Save")
    qtbot.waitUntil(lambda: kept(settings_desk).get("patch_answer") == "none", timeout=PATIENCE)


def test_how_long_requests_are_kept(settings_page: SettingsPage, settings_desk: Desk, qtbot: QtBot) -> None:
    write(qtbot, settings_page, "activity_days", "90")
    assert settings_page.section.name == "activity"
    click(qtbot, settings_page, "Save")
    qtbot.waitUntil(lambda: kept(settings_desk).get("activity_days") == 90, timeout=PATIENCE)


def test_limits_are_folded_until_somebody_wants_them(settings_page: SettingsPage, qtbot: QtBot) -> None:
    settings_page.reveal("limits")
    field = settings_page.form.inputs["max_connections"]
    assert not field.isVisible()
    click(qtbot, settings_page, "Show the limits")
    assert field.isVisible()
    click(qtbot, settings_page, "Hide the limits")
    assert not field.isVisible()
    settings_page.reveal("max_connections")
    assert field.isVisible()


def test_every_setting_has_exactly_one_place(settings_page: SettingsPage) -> None:
    places = [name for section in settings_page.sections.values() for name in section.setting_names()]
    assert sorted(places) == sorted(settings_page.form.inputs)


def test_short_fields_stand_beside_each_other(settings_page: SettingsPage, qtbot: QtBot) -> None:
    del settings_page
    made = in_two_columns([QPushButton(text) for text in "abc"])  # type: ignore[misc] # any widgets do
    qtbot.addWidget(made)
    made.show()
    a, b, c = made.findChildren(QPushButton)
    assert a.y() == b.y() < c.y()
