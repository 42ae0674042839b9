from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit

from tests.certificates import files

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.settings.page import SettingsPage


def line(page: SettingsPage, name: str) -> QLineEdit:
    found = page.form.inputs[name].findChild(QLineEdit, name)
    assert isinstance(found, QLineEdit)
    return found


def test_a_certificate_and_its_key_make_the_base_url_begin_with_https(
    settings_page: SettingsPage, qtbot: QtBot
) -> None:
    settings_page.reveal("tls_cert")
    made = files(settings_page.desk.workspace.folder / "tls")
    assert line(settings_page, "tls_cert").isVisible()
    qtbot.keyClicks(line(settings_page, "tls_cert"), str(made.certificate))
    assert settings_page.address.base_url.value.startswith("https://")
    qtbot.keyClicks(line(settings_page, "tls_key"), str(made.key))
    qtbot.keyClicks(line(settings_page, "trusted_proxies"), "10.0.0.1, 10.1.0.0/16")
    assert settings_page.form.changes == {
        "tls_cert": str(made.certificate),
        "tls_key": str(made.key),
        "trusted_proxies": ["10.0.0.1", "10.1.0.0/16"],
    }


def test_an_empty_list_of_proxies_shows_nothing(settings_page: SettingsPage) -> None:
    proxies = line(settings_page, "trusted_proxies")
    assert (proxies.text(), proxies.placeholderText()) == ("", "")
