from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from desktop.activity.replay_dialog import PASTED, ReplayDialog
from tests.desktop import keyrings
from tests.desktop.activity.exchanges import CANARY, PATIENCE, ask, issue, kept
from tests.http.client import person

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from server.records import ActivityRecord, Token
    from tests.gnome_keyring import SecretService

LEFT = Qt.MouseButton.LeftButton
HEADERS = (("Content-Type", "application/scim+json"),)


def shown(qtbot: QtBot, desk: Desk, record: ActivityRecord, *tokens: Token) -> ReplayDialog:
    dialog = ReplayDialog(None, desk, record, tokens)
    dialog.show()
    del qtbot
    return dialog


def test_the_token_comes_from_the_keyring(qtbot: QtBot, serving_desk: Desk, secret_service: SecretService) -> None:
    assert secret_service.bus
    keyrings.use_secret_service(serving_desk)
    desk, issued = serving_desk, issue(serving_desk)
    desk.workspace.custody.keep(issued)
    dialog = shown(qtbot, desk, kept(token_id=issued.token.id), issued.token)
    assert dialog.token_box.currentData() == issued.token.id
    with qtbot.waitSignal(dialog.replayed, timeout=PATIENCE) as told:
        qtbot.mouseClick(dialog.send_button, LEFT)
    found = told.args[0]
    assert found.status == 200
    record = desk.workspace.activity.get(found.seq)
    assert record is not None
    assert record.token_id == issued.token.id


def test_a_locked_keyring_is_said_and_the_token_can_be_pasted(
    qtbot: QtBot, serving_desk: Desk, secret_service: SecretService
) -> None:
    keyrings.use_secret_service(serving_desk)
    desk, issued = serving_desk, issue(serving_desk)
    desk.workspace.custody.keep(issued)
    secret_service.lock()
    try:
        dialog = shown(qtbot, desk, kept(token_id=issued.token.id), issued.token)
        qtbot.mouseClick(dialog.send_button, LEFT)
        qtbot.waitUntil(lambda: "locked" in dialog.banner.accessibleName(), timeout=PATIENCE)
    finally:
        secret_service.unlock()
    qtbot.waitUntil(dialog.send_button.isEnabled)
    dialog.token_box.setCurrentIndex(dialog.token_box.findData(PASTED))
    assert dialog.secret_edit.echoMode() is QLineEdit.EchoMode.Password
    qtbot.keyClicks(dialog.secret_edit, issued.secret)
    with qtbot.waitSignal(dialog.replayed, timeout=PATIENCE) as told:
        qtbot.mouseClick(dialog.send_button, LEFT)
    assert told.args[0].status == 200
    assert dialog.secret_edit.text() == ""


def test_without_a_token_nothing_is_sent(qtbot: QtBot, serving_desk: Desk) -> None:
    dialog = shown(qtbot, serving_desk, kept())
    qtbot.mouseClick(dialog.send_button, LEFT)
    assert "Paste a token" in dialog.secret_field.complaint
    dialog.reject()


def test_a_change_is_warned_of_and_a_password_is_not_made_up(qtbot: QtBot, serving_desk: Desk) -> None:
    desk, issued = serving_desk, issue(serving_desk)
    ask(desk, issued.secret, "POST", "/Users", person("ada", password=CANARY))
    qtbot.waitUntil(lambda: bool(desk.workspace.activity.recent(1)), timeout=PATIENCE)
    record = desk.workspace.activity.recent(1)[0]
    dialog = shown(qtbot, desk, record, issued.token)
    assert "changes the directory again" in dialog.banner.accessibleName()
    assert "password was cut out" in dialog.banner.accessibleName()
    desk.workspace.delete("User", "ada")
    dialog.token_box.setCurrentIndex(dialog.token_box.findData(PASTED))
    qtbot.keyClicks(dialog.secret_edit, issued.secret)
    with qtbot.waitSignal(dialog.replayed, timeout=PATIENCE) as told:
        qtbot.mouseClick(dialog.send_button, LEFT)
    assert told.args[0].status == 201
    again = desk.workspace.activity.get(told.args[0].seq)
    assert again is not None
    assert "password" not in (again.request_body or "")


def test_what_was_not_kept_whole_cannot_be_replayed(qtbot: QtBot, desk: Desk) -> None:
    body = "[withheld: 90000 bytes of which only the beginning was held and that may hold a password]"
    dialog = shown(qtbot, desk, kept(method="POST", request_body=body, headers=HEADERS))
    assert "cannot be replayed" in dialog.banner.accessibleName()
    assert not dialog.send_button.isEnabled()
    dialog.reject()


def test_a_stopped_endpoint_is_said(qtbot: QtBot, desk: Desk) -> None:
    dialog = shown(qtbot, desk, kept())
    qtbot.mouseClick(dialog.send_button, LEFT)
    assert "not running" in dialog.banner.accessibleName()
    dialog.reject()


def test_ended_tokens_are_not_offered(qtbot: QtBot, desk: Desk) -> None:
    one, other = issue(desk, "one"), issue(desk, "other")
    (revoked,) = desk.workspace.custody.revoke(one.token.id)
    dialog = shown(qtbot, desk, kept(), revoked, other.token)
    offered = [dialog.token_box.itemData(place) for place in range(dialog.token_box.count())]
    assert offered == [other.token.id, PASTED]
    dialog.reject()
