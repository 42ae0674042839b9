from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.settings.webhook_adding import AddWebhookDialog
from server.workspace import SecretPlace
from tests.desktop import keyrings
from tests.desktop.settings.driving import PATIENCE
from tests.desktop.settings.subscribed import URL, add, only, people

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from tests.gnome_keyring import SecretService

held_keyring = keyrings.held_keyring
LEFT = Qt.MouseButton.LeftButton
PLAIN = "People's data would cross the network unencrypted. Use https, or allow this one."


def open_dialog(desk: Desk, qtbot: QtBot) -> AddWebhookDialog:
    made = AddWebhookDialog(desk, None)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made)
    made.open()
    qtbot.waitUntil(lambda: made._probe is not None, timeout=PATIENCE)
    return made


@pytest.fixture
def dialog(desk: Desk, qtbot: QtBot) -> AddWebhookDialog:
    """The dialog on a machine without a keyring, with two changes in the history."""
    people(desk.workspace, 2)
    return open_dialog(desk, qtbot)


def type_in(qtbot: QtBot, dialog: AddWebhookDialog, text: str) -> None:
    dialog.url.setFocus()
    dialog.url.selectAll()
    qtbot.keyClicks(dialog.url, text)


def test_nobody_is_told_off_for_what_is_half_written(dialog: AddWebhookDialog, qtbot: QtBot) -> None:
    type_in(qtbot, dialog, "https://")
    assert dialog.url_field.complaint == ""
    dialog.url.editingFinished.emit()
    assert "give one such as https://" in dialog.url_field.complaint
    type_in(qtbot, dialog, "https://consumer.example.com")
    assert dialog.url_field.complaint == ""


def test_without_an_address_it_asks_for_one(dialog: AddWebhookDialog, desk: Desk, qtbot: QtBot) -> None:
    qtbot.mouseClick(dialog.add_webhook_button, LEFT)
    assert dialog.url_field.complaint.startswith("Give the address that is to be told")
    assert desk.workspace.webhooks.listed() == []


def test_plain_http_to_another_machine_has_to_be_allowed(dialog: AddWebhookDialog, desk: Desk, qtbot: QtBot) -> None:
    assert not dialog.plain_http.isVisible()
    type_in(qtbot, dialog, "http://consumer.example.com/")
    qtbot.mouseClick(dialog.add_webhook_button, LEFT)
    qtbot.waitUntil(lambda: dialog.url_field.complaint == PLAIN, timeout=PATIENCE)
    assert dialog.plain_http.isVisible()
    assert desk.workspace.webhooks.listed() == []
    dialog.plain_http.click()
    assert dialog.url_field.complaint == ""
    with qtbot.waitSignal(dialog.added, timeout=PATIENCE):
        qtbot.mouseClick(dialog.add_webhook_button, LEFT)
    assert only(desk.workspace).webhook.url == "http://consumer.example.com/"


def test_an_address_that_has_a_webhook_is_refused_beside_the_field(
    dialog: AddWebhookDialog, desk: Desk, qtbot: QtBot
) -> None:
    add(desk.workspace)
    type_in(qtbot, dialog, URL)
    qtbot.mouseClick(dialog.add_webhook_button, LEFT)
    qtbot.waitUntil(lambda: bool(dialog.url_field.complaint), timeout=PATIENCE)
    assert dialog.url_field.complaint == "This address is told of changes already. Give another one."
    assert dialog.add_webhook_button.isEnabled()


def test_it_begins_now_or_with_the_history(dialog: AddWebhookDialog, desk: Desk, qtbot: QtBot) -> None:
    assert dialog.from_now.isChecked()
    assert dialog.from_start.text().startswith("Everything: first the 2 changes that the history has")
    type_in(qtbot, dialog, URL)
    dialog.from_start.click()
    with qtbot.waitSignal(dialog.added, timeout=PATIENCE):
        qtbot.mouseClick(dialog.add_webhook_button, LEFT)
    assert only(desk.workspace).waiting == 2


def test_without_a_keyring_a_file_is_proposed_and_the_keyring_explained(dialog: AddWebhookDialog, qtbot: QtBot) -> None:
    assert dialog.place.value == SecretPlace.FILE
    qtbot.mouseClick(dialog.place.buttons[SecretPlace.KEYRING], LEFT)
    assert "This system has no keyring: choose a private file." in dialog.place_field._note.text()


def test_a_keyring_that_refuses_is_said_beside_the_choice(dialog: AddWebhookDialog, desk: Desk, qtbot: QtBot) -> None:
    type_in(qtbot, dialog, URL)
    dialog.place.choose(SecretPlace.KEYRING)
    qtbot.mouseClick(dialog.add_webhook_button, LEFT)
    qtbot.waitUntil(lambda: bool(dialog.place_field.complaint), timeout=PATIENCE)
    assert dialog.place_field.complaint == "This system has no keyring: choose a private file."
    assert desk.workspace.webhooks.listed() == []


def test_a_keyring_that_is_there_is_named(desk: Desk, qtbot: QtBot, secret_service: SecretService) -> None:
    del secret_service
    keyrings.use_secret_service(desk)
    dialog = open_dialog(desk, qtbot)
    assert dialog.place.value == SecretPlace.KEYRING
    assert "GNOME Keyring keeps it" in dialog.place_field._note.text()


def test_whoever_stops_waiting_for_the_keyring_adds_nothing(
    desk: Desk, qtbot: QtBot, held_keyring: keyrings.HeldKeyring
) -> None:
    keyrings.use(desk, lambda: held_keyring)
    dialog = open_dialog(desk, qtbot)
    type_in(qtbot, dialog, URL)
    dialog.place.choose(SecretPlace.KEYRING)
    qtbot.mouseClick(dialog.add_webhook_button, LEFT)
    qtbot.waitUntil(lambda: dialog.waiting.isVisible() and held_keyring.asked.is_set(), timeout=PATIENCE)
    qtbot.mouseClick(dialog.waiting.cancel_button, LEFT)
    assert "Nothing was added" in dialog.banner.accessibleName()
    assert dialog.add_webhook_button.isEnabled()
    held_keyring.release.set()
    qtbot.waitUntil(lambda: not held_keyring.kept, timeout=PATIENCE)
    assert desk.workspace.webhooks.listed() == []


def test_what_the_dialog_says_is_seen_whole(dialog: AddWebhookDialog, qtbot: QtBot) -> None:
    type_in(qtbot, dialog, "http://consumer.example.com/")
    dialog.url.editingFinished.emit()
    qtbot.waitUntil(lambda: dialog.url.height() >= dialog.url.sizeHint().height(), timeout=PATIENCE)
    assert dialog.url_field._note.height() >= dialog.url_field._note.heightForWidth(dialog.url_field._note.width())
