from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QPushButton, QWidget

from desktop.main_window import MainWindow
from desktop.preferences import Preferences
from desktop.server_process import ServerProcess, State, next_free_port
from desktop.settings.page import SettingsPage, UnsavedDialog
from tests.desktop.pages_of_two import Trees, entry_of
from tests.desktop.settings.driving import PATIENCE, answers, click, kept, serve, showing, write

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(settings_desk: Desk, qtbot: QtBot) -> MainWindow:
    """A window with another page to go to, the settings in front."""
    made = MainWindow(
        settings_desk, Preferences(settings_desk.workspace.folder), (entry_of(SettingsPage), entry_of(Trees))
    )
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: bool(page_of(made).form.inputs), timeout=PATIENCE)
    return made


def page_of(window: MainWindow) -> SettingsPage:
    page = window.page_named("settings")
    assert isinstance(page, SettingsPage)
    return page


def test_a_new_port_is_written_and_the_endpoint_starts_again_on_it(
    settings_page: SettingsPage, settings_desk: Desk, qtbot: QtBot
) -> None:
    serve(qtbot, settings_desk)
    before = settings_desk.workspace.config.port
    port = next_free_port(before + 100)
    write(qtbot, settings_page, "port", str(port))
    with qtbot.waitSignal(settings_page.told, timeout=PATIENCE):
        click(qtbot, settings_page, "Save and restart the endpoint")
    qtbot.waitUntil(lambda: f":{port}/" in settings_desk.endpoint.status.local_url, timeout=PATIENCE)
    assert answers(port)
    assert not answers(before)
    assert kept(settings_desk) == {"port": port}
    assert "# ours" in (settings_desk.workspace.folder / "perch.toml").read_text()
    assert settings_desk.workspace.base_url == f"http://127.0.0.1:{port}/scim/v2"
    assert not settings_page.save_bar.isVisible()


def test_the_public_url_is_what_okta_is_given_from_then_on(
    settings_page: SettingsPage, settings_desk: Desk, qtbot: QtBot
) -> None:
    serve(qtbot, settings_desk)
    write(qtbot, settings_page, "public_url", "https://scim.acme.com/scim/v2/")
    click(qtbot, settings_page, "Save and restart the endpoint")
    url = "https://scim.acme.com/scim/v2"
    qtbot.waitUntil(lambda: settings_desk.endpoint.status.base_url == url, timeout=PATIENCE)
    assert settings_desk.workspace.base_url == url
    # As it was read, not as it was typed.
    qtbot.waitUntil(lambda: settings_page.form.values["public_url"] == "https://scim.acme.com", timeout=PATIENCE)


def test_an_invalid_public_url_is_said_beside_its_field_and_nothing_is_written(
    settings_page: SettingsPage, settings_desk: Desk, qtbot: QtBot
) -> None:
    before = kept(settings_desk)
    write(qtbot, settings_page, "public_url", "scim.acme.com")
    settings_page.reveal("about")
    click(qtbot, settings_page, "Save")
    field = settings_page.form.inputs["public_url"].field
    assert field.complaint == "Give the address that Okta will use, such as https://scim.example.com."
    assert field.isVisible()
    assert kept(settings_desk) == before


def test_emptied_a_setting_is_at_its_default_again(
    settings_page: SettingsPage, settings_desk: Desk, qtbot: QtBot
) -> None:
    write(qtbot, settings_page, "port", "")
    # Whether the usual port is free on this machine is not what is tested.
    settings_page.form.inputs["host"].propose("127.0.0.1")
    write(qtbot, settings_page, "max_tokens", "7")
    write(qtbot, settings_page, "port", "0")
    click(qtbot, settings_page, "Save")
    qtbot.waitUntil(lambda: kept(settings_desk) == {"port": 0, "max_tokens": 7}, timeout=PATIENCE)
    qtbot.waitUntil(lambda: not settings_page.form.changes, timeout=PATIENCE)
    write(qtbot, settings_page, "max_tokens", "")
    click(qtbot, settings_page, "Save")
    qtbot.waitUntil(lambda: kept(settings_desk) == {"port": 0}, timeout=PATIENCE)
    qtbot.waitUntil(lambda: settings_page.form.values["max_tokens"] == "50", timeout=PATIENCE)


def test_an_endpoint_of_another_process_is_to_be_restarted_there(
    settings_page: SettingsPage, settings_desk: Desk, qtbot: QtBot
) -> None:
    service = ServerProcess(settings_desk.workspace.folder)
    service.start()
    qtbot.waitUntil(lambda: service.status.state is State.SERVING, timeout=PATIENCE)
    try:
        settings_desk.endpoint.start()
        qtbot.waitUntil(lambda: settings_desk.endpoint.status.state is State.ATTACHED, timeout=PATIENCE)
        write(qtbot, settings_page, "max_tokens", "7")
        click(qtbot, settings_page, "Save")
        qtbot.waitUntil(settings_page.banner.isVisible, timeout=PATIENCE)
        assert "restart it there" in settings_page.banner.accessibleName()
    finally:
        service.stop()


def test_what_the_environment_says_is_shown_and_cannot_be_changed(
    settings_desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERCH_ACTIVITY_DAYS", "60")
    page = SettingsPage(settings_desk)
    qtbot.addWidget(page)
    page.show()
    page.shown()
    qtbot.waitUntil(lambda: bool(page.form.inputs), timeout=PATIENCE)
    days = page.form.inputs["activity_days"]
    assert days.value == "60"
    assert not days.field.control.isEnabled()


def test_changes_are_counted_marked_and_discarded(settings_page: SettingsPage, qtbot: QtBot) -> None:
    assert not settings_page.save_bar.isVisible()
    write(qtbot, settings_page, "max_tokens", "7")
    write(qtbot, settings_page, "activity_days", "9")
    assert settings_page.save_bar.accessibleName().startswith("2 changes are not saved.")
    marked = [settings_page.list.item(row).text() for row in range(settings_page.list.count())]
    assert [text for text in marked if "•" in text] == ["Activity  •", "Limits  •"]
    click(qtbot, settings_page, "Discard")
    assert not settings_page.save_bar.isVisible()
    assert settings_page.form.values["max_tokens"] == "50"


def test_a_mistake_in_the_file_can_be_mended_here(settings_desk: Desk, qtbot: QtBot) -> None:
    (settings_desk.workspace.folder / "perch.toml").write_text('port = 0\nmax_tokens = "many"\n')
    page = SettingsPage(settings_desk)
    qtbot.addWidget(page)
    page.show()
    page.shown()
    qtbot.waitUntil(page.banner.isVisible, timeout=PATIENCE)
    assert "give a whole number" in page.banner.accessibleName()
    click(qtbot, page.banner, "Use the default")
    qtbot.waitUntil(lambda: kept(settings_desk) == {"port": 0}, timeout=PATIENCE)
    qtbot.waitUntil(lambda: bool(page.form.inputs), timeout=PATIENCE)
    assert not page.banner.isVisible()


def test_leaving_with_unsaved_changes_asks_and_may_go_back(window: MainWindow, qtbot: QtBot) -> None:
    write(qtbot, page_of(window), "max_tokens", "7")
    window.show_page("trees")
    dialog = showing(qtbot, UnsavedDialog)
    click(qtbot, dialog, "Back to the settings")
    assert window.page is page_of(window)
    assert page_of(window).form.changes == {"max_tokens": "7"}


def test_leaving_with_unsaved_changes_may_save_them(window: MainWindow, qtbot: QtBot) -> None:
    write(qtbot, page_of(window), "max_tokens", "7")
    window.show_page("trees")
    click(qtbot, showing(qtbot, UnsavedDialog), "Save")
    qtbot.waitUntil(lambda: kept(window.desk).get("max_tokens") == 7, timeout=PATIENCE)
    assert window.page.name == "trees"


def test_leaving_with_unsaved_changes_may_discard_them(window: MainWindow, qtbot: QtBot) -> None:
    write(qtbot, page_of(window), "max_tokens", "7")
    window.show_page("trees")
    click(qtbot, showing(qtbot, UnsavedDialog), "Discard")
    assert page_of(window).form.changes == {}
    assert window.page.name == "trees"
    assert "max_tokens" not in kept(window.desk)


def test_what_is_wrong_is_shown_again_when_leaving_should_save_it(window: MainWindow, qtbot: QtBot) -> None:
    write(qtbot, page_of(window), "port", "x")
    window.show_page("trees")
    click(qtbot, showing(qtbot, UnsavedDialog), "Save")
    assert window.page is page_of(window)
    assert page_of(window).form.inputs["port"].field.complaint


def test_without_changes_nobody_is_asked(window: MainWindow) -> None:
    window.show_page("trees")
    assert window.findChild(UnsavedDialog) is None


def test_a_section_and_a_setting_are_revealed_by_name(settings_page: SettingsPage) -> None:
    settings_page.reveal("data")
    assert settings_page.section.name == "data"
    settings_page.reveal("port")
    assert settings_page.section.name == "address"
    assert settings_page.findChild(QLineEdit, "port").hasFocus() or not settings_page.isActiveWindow()  # type: ignore[union-attr] # there


def test_the_search_finds_settings_by_their_words(settings_page: SettingsPage) -> None:
    hits = settings_page.search("proxy")
    assert [(hit.text, hit.page, hit.target) for hit in hits] == [("Public URL", "settings", "public_url")]
    assert ("Diagnostics", "diagnostics") in [(hit.text, hit.target) for hit in settings_page.search("diagn")]
    assert settings_page.search("no such word") == []


def test_actions_back_up_and_save(settings_page: SettingsPage, settings_desk: Desk, qtbot: QtBot) -> None:
    offered = {action.text: action for action in settings_page.actions_offered()}
    offered["Back up now"].run()
    assert settings_page.section.name == "data"
    qtbot.waitUntil(lambda: len(settings_desk.workspace.backups.listed()) == 1, timeout=PATIENCE)
    write(qtbot, settings_page, "max_tokens", "7")
    offered["Save the settings"].run()
    qtbot.waitUntil(lambda: kept(settings_desk).get("max_tokens") == 7, timeout=PATIENCE)


def test_every_input_and_button_has_a_name(settings_page: SettingsPage) -> None:
    nameless = [
        one
        for kind in (QAbstractButton, QLineEdit, QComboBox)
        for one in settings_page.findChildren(kind)
        if not one.accessibleName() and not (isinstance(one, QAbstractButton) and one.text())
    ]
    assert nameless == []


def test_the_keyboard_reaches_what_is_in_view(settings_page: SettingsPage) -> None:
    reached: set[QWidget] = set()
    one = settings_page.nextInFocusChain()
    while one is not None and one is not settings_page and one not in reached:
        reached.add(one)
        one = one.nextInFocusChain()
    wanted = [
        one
        for kind in (QPushButton, QLineEdit)
        for one in settings_page.findChildren(kind)
        if one.isVisible() and one.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert wanted
    assert set(wanted) <= reached
