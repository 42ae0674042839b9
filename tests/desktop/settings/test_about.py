from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPlainTextEdit

from desktop.settings.about import LicencesDialog, facts, licences
from tests.desktop.settings.driving import PATIENCE, click, serve, showing

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from desktop.settings.page import SettingsPage


def test_a_bundle_is_written_where_it_was_asked_for_without_a_token_or_a_person(
    settings_page: SettingsPage, settings_desk: Desk, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued = settings_desk.workspace.custody.issue("Okta production")
    settings_desk.workspace.create(
        "User",
        {
            "userName": "ada@acme.example",
            "name": {"givenName": "Ada", "familyName": "Lovelace"},
            "emails": [{"value": "ada@acme.example"}],
        },
    )
    serve(qtbot, settings_desk)
    settings_desk.endpoint.lines.append(f"somebody sent {issued.secret}")
    target = tmp_path / "bundle.zip"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    settings_page.reveal("diagnostics")
    click(qtbot, settings_page, "Make a bundle…")
    qtbot.waitUntil(settings_page.diagnostics.banner.isVisible, timeout=PATIENCE)
    assert str(target) in settings_page.diagnostics.banner.accessibleName()
    with zipfile.ZipFile(target) as bundle:
        assert {"settings.json", "versions.json", "logs/endpoint.log"} <= set(bundle.namelist())
        text = "\n".join(bundle.read(name).decode() for name in bundle.namelist())
    assert "somebody sent" in text
    for secret in (issued.secret, "ada@acme.example", "Lovelace", "Okta production"):
        assert secret not in text


def test_nothing_is_written_when_no_file_was_named(
    settings_page: SettingsPage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(tmp_path.rglob("*.zip"))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    settings_page.reveal("diagnostics")
    click(qtbot, settings_page, "Make a bundle…")
    assert settings_page.diagnostics.bundle_button.isEnabled()
    assert sorted(tmp_path.rglob("*.zip")) == before


def test_a_bundle_that_cannot_be_written_is_said(settings_page: SettingsPage, qtbot: QtBot, tmp_path: Path) -> None:
    settings_page.reveal("diagnostics")
    settings_page.diagnostics.write_bundle(tmp_path / "missing" / "bundle.zip")
    qtbot.waitUntil(settings_page.diagnostics.banner.isVisible, timeout=PATIENCE)
    assert settings_page.diagnostics.bundle_button.isEnabled()


def test_it_says_beforehand_what_is_in_a_bundle_and_what_never_is(settings_page: SettingsPage) -> None:
    settings_page.reveal("diagnostics")
    said = "\n".join(one.text() for one in settings_page.section.findChildren(QLabel))
    assert "Tokens, passwords" in said
    assert "The last 200 requests" in said


def test_about_names_versions_and_folder_and_copies_them(settings_page: SettingsPage, qtbot: QtBot) -> None:
    settings_page.reveal("about")
    said = [one.text() for one in settings_page.section.findChildren(QLabel)]
    for _, value in facts()[1:]:
        assert value in said
    assert str(settings_page.desk.workspace.folder) in said
    click(qtbot, settings_page, "Copy the versions")
    assert f"Python: {dict(facts())['Python']}" in QApplication.clipboard().text()


def test_licences_are_listed_as_the_libraries_state_them(settings_page: SettingsPage, qtbot: QtBot) -> None:
    stated = {name.casefold(): licence for name, _, licence in licences()}
    assert "LGPL" in stated["pyside6_essentials"]
    assert "Apache" in stated["aiohttp"]
    assert all(licence != "—" for licence in stated.values())
    settings_page.reveal("about")
    click(qtbot, settings_page, "Licences…")
    dialog = showing(qtbot, LicencesDialog)
    text = dialog.findChild(QPlainTextEdit)
    assert text is not None
    assert "aiohttp" in text.toPlainText()
    dialog.accept()
