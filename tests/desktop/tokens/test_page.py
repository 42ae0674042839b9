from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QMenu, QWidget

from desktop.page import Hit
from desktop.tokens.generate_dialog import GenerateDialog
from desktop.tokens.rotate_dialog import RotateDialog
from desktop.tokens.secret_dialog import SecretDialog
from desktop.tokens.token_table import MENU_COLUMN
from desktop.widgets import when
from desktop.widgets.dialog import Question
from server.records import Access
from tests.desktop.tokens.conftest import PATIENCE, request, showing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from desktop.tokens.page import TokensPage
    from server.workspace import IssuedToken


def issue(desk: Desk, label: str, **wishes: object) -> IssuedToken:
    issued = desk.workspace.custody.issue(label, **wishes)  # type: ignore[arg-type] # the tests' own shorthand
    # Two that are made in one millisecond have no order.
    while desk.workspace.custody.now() == issued.token.created:
        pass
    return issued


def click_row(qtbot: QtBot, page: TokensPage, row: int, column: int = 0) -> None:
    spot = page.table.visualRect(page.model.index(row, column)).center()
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def chosen(page: TokensPage) -> str:
    token = page.table.current_row()
    assert token is not None
    label: str = token.label
    return label


def labels(page: TokensPage) -> list[str]:
    return [token.label for token in page.model.rows]


def shows(qtbot: QtBot, page: TokensPage, wanted: Sequence[str]) -> None:
    qtbot.waitUntil(lambda: labels(page) == list(wanted), timeout=PATIENCE)


def menu_texts(page: TokensPage) -> list[str]:
    (menu,) = [one for one in page.findChildren(QMenu) if one.isVisible()]
    texts = [action.text() for action in menu.actions()]
    menu.close()
    return texts


def test_a_page_without_tokens_teaches_and_its_button_begins(page: TokensPage, qtbot: QtBot) -> None:
    assert page.stack.currentIndex() == 1
    button = page.stack.widget(1).findChild(QAbstractButton)  # type: ignore[union-attr] # there are three
    assert isinstance(button, QAbstractButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert showing(qtbot, GenerateDialog).name.hasFocus()


def test_generated_by_keyboard_copied_and_used_it_turns_just_now(
    serving_desk: Desk, page: TokensPage, qtbot: QtBot
) -> None:
    page.generate_button.setFocus()
    qtbot.keyClick(page.generate_button, Qt.Key.Key_Space)
    dialog = showing(qtbot, GenerateDialog)
    qtbot.keyClicks(dialog.name, "Okta production")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    once = showing(qtbot, SecretDialog)
    assert once.copy_button.hasFocus()
    qtbot.keyClick(once.copy_button, Qt.Key.Key_Return)
    secret = QGuiApplication.clipboard().text()
    assert secret.startswith("perch_live_")
    once.done_button.setFocus()
    qtbot.keyClick(once.done_button, Qt.Key.Key_Space)
    shows(qtbot, page, ["Okta production"])
    assert page.model.index(0, 3).data() == "never"

    assert request(serving_desk, secret) == 200

    qtbot.waitUntil(lambda: page.model.index(0, 3).data() == "just now", timeout=PATIENCE)
    qtbot.waitUntil(lambda: page.details.fact("from") == "Okta from 127.0.0.1", timeout=PATIENCE)
    assert page.details.fact("agent") == "Okta SCIM Client 1.0.0"
    assert "just now" in page.strip.last_sync.text()
    qtbot.waitUntil(lambda: any("First used by Okta" in line for line in page.details.history), timeout=PATIENCE)


def test_a_revoked_token_is_refused_at_its_next_request(serving_desk: Desk, page: TokensPage, qtbot: QtBot) -> None:
    secret = issue(serving_desk, "Okta").secret
    assert request(serving_desk, secret) == 200
    qtbot.waitUntil(
        lambda: page.model.rowCount() == 1 and page.model.index(0, 3).data() == "just now", timeout=PATIENCE
    )
    click_row(qtbot, page, 0)
    qtbot.mouseClick(page.details.revoke_button, Qt.MouseButton.LeftButton)
    question = showing(qtbot, Question)
    assert "Okta used it just now from 127.0.0.1" in said(question)
    assert question.cancel_button.hasFocus(), "Enter does not revoke"
    qtbot.mouseClick(question.action_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.model.index(0, 5).data() == "Revoked", timeout=PATIENCE)
    assert request(serving_desk, secret) == 401
    assert "stays so" in page.notice.accessibleName()


def test_revoking_a_replacement_ends_the_one_it_replaces_and_says_so(
    serving_desk: Desk, page: TokensPage, qtbot: QtBot
) -> None:
    old = issue(serving_desk, "leak")
    new = serving_desk.workspace.custody.rotate(old.token.id)
    shows(qtbot, page, ["leak", "leak"])
    click_row(qtbot, page, 0)
    qtbot.mouseClick(page.details.revoke_button, Qt.MouseButton.LeftButton)
    question = showing(qtbot, Question)
    assert "The token it replaced still works, and is revoked with it." in said(question)
    qtbot.mouseClick(question.action_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: [page.model.index(row, 5).data() for row in (0, 1)] == ["Revoked", "Revoked"], timeout=PATIENCE
    )
    assert [request(serving_desk, issued.secret) for issued in (old, new)] == [401, 401]
    assert "and the token it replaced are revoked" in page.notice.accessibleName()


def test_a_revoked_token_is_replaced_by_one_with_its_settings(desk: Desk, page: TokensPage, qtbot: QtBot) -> None:
    issue(desk, "Audit", access=Access.READ_ONLY, expires="90d", test=True)
    shows(qtbot, page, ["Audit"])
    click_row(qtbot, page, 0)
    qtbot.mouseClick(page.details.revoke_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(showing(qtbot, Question).action_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.notice.isVisible, timeout=PATIENCE)
    offer = next(one for one in page.notice.findChildren(QAbstractButton) if "replacement" in one.text())
    qtbot.mouseClick(offer, Qt.MouseButton.LeftButton)
    dialog = showing(qtbot, GenerateDialog)
    assert dialog.name.text() == "Audit"
    assert dialog.read_only.isChecked()
    assert dialog.test.isChecked()
    assert dialog.expiry.value == "90d"
    qtbot.mouseClick(dialog.generate_button, Qt.MouseButton.LeftButton)
    assert showing(qtbot, SecretDialog).secret.text().startswith("perch_test_")
    shows(qtbot, page, ["Audit", "Audit"])
    assert [page.model.index(row, 5).data() for row in (0, 1)] == ["Active", "Revoked"]


def test_what_ended_can_be_hidden(desk: Desk, page: TokensPage, qtbot: QtBot) -> None:
    issue(desk, "works")
    desk.workspace.custody.revoke(issue(desk, "ended").token.id)
    shows(qtbot, page, ["works", "ended"])
    qtbot.mouseClick(page.ended_box, Qt.MouseButton.LeftButton, pos=QPoint(8, page.ended_box.height() // 2))
    assert labels(page) == ["works"]
    assert page.ended_box.text() == "Show ended tokens (1)"


def test_what_is_revealed_is_shown_and_stays_chosen_as_others_come(desk: Desk, page: TokensPage, qtbot: QtBot) -> None:
    first = issue(desk, "first").token
    page.reveal(first.id)
    qtbot.waitUntil(page.details.isVisible, timeout=PATIENCE)
    assert chosen(page) == "first"
    issue(desk, "second")
    shows(qtbot, page, ["second", "first"])
    assert chosen(page) == "first"
    assert page.details.isVisible()


def test_the_menu_of_a_row_offers_what_can_be_done(desk: Desk, page: TokensPage, qtbot: QtBot) -> None:
    issue(desk, "works")
    desk.workspace.custody.revoke(issue(desk, "ended").token.id)
    shows(qtbot, page, ["works", "ended"])
    click_row(qtbot, page, 0, MENU_COLUMN)
    assert menu_texts(page) == ["Copy token", "Rotate…", "Revoke…"]
    qtbot.keyClick(page.table, Qt.Key.Key_Down)
    qtbot.keyClick(page.table, Qt.Key.Key_Menu)
    assert menu_texts(page) == ["Generate a replacement…"]


def test_the_menu_does_what_it_says(desk: Desk, page: TokensPage, qtbot: QtBot) -> None:
    issue(desk, "works")
    shows(qtbot, page, ["works"])
    click_row(qtbot, page, 0, MENU_COLUMN)
    (menu,) = [one for one in page.findChildren(QMenu) if one.isVisible()]
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert "works" in showing(qtbot, RotateDialog).windowTitle()


def test_a_token_that_ends_soon_is_warned_of_until_that_is_put_away(desk: Desk, page: TokensPage, qtbot: QtBot) -> None:
    issue(desk, "far", expires="30d")
    issue(desk, "near", expires="6d")
    shows(qtbot, page, ["near", "far"])
    qtbot.waitUntil(page.expiring.isVisible, timeout=PATIENCE)
    assert "“near” expires in 6 days" in page.expiring.accessibleName()
    assert page.model.index(0, 5).data() == "Expires in 6 days"
    close = next(one for one in page.expiring.findChildren(QAbstractButton) if one.accessibleName() == "Dismiss")
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    issue(desk, "another")
    shows(qtbot, page, ["another", "near", "far"])
    assert not page.expiring.isVisible()


def test_the_headings_sort(desk: Desk, page: TokensPage, qtbot: QtBot) -> None:
    for label in ("b", "c", "a"):
        issue(desk, label)
    qtbot.waitUntil(lambda: page.model.rowCount() == 3, timeout=PATIENCE)
    heading = page.table.horizontalHeader()
    qtbot.mouseClick(heading.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(30, 15))
    first = labels(page)
    qtbot.mouseClick(heading.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(30, 15))
    assert sorted([first, labels(page)]) == [["a", "b", "c"], ["c", "b", "a"]]


@pytest.mark.parametrize("what", ["name", "id", "last four"])
def test_a_token_is_found(desk: Desk, page: TokensPage, what: str) -> None:
    token = issue(desk, "Okta production").token
    issue(desk, "else")
    text = {"name": "PRODUCT", "id": token.id[:7], "last four": token.last_four}[what]
    detail = f"perch_live_…{token.last_four} · Active"
    assert page.search(text) == [Hit("Okta production", detail, "key", "tokens")]
    assert page.search(text)[0].target == token.id
    assert page.search(" ") == []


def test_its_actions_are_offered_and_generate_has_its_key(page: TokensPage, qtbot: QtBot) -> None:
    generate = page.actions_offered()[0]
    assert generate.shortcut == "Ctrl+N"
    generate.run()
    assert showing(qtbot, GenerateDialog).isVisible()


def test_a_hidden_page_rests_and_reads_once_it_is_shown(desk: Desk, page: TokensPage, qtbot: QtBot) -> None:
    page.hidden()
    with qtbot.waitSignal(desk.live.directory_changed, timeout=PATIENCE):
        issue(desk, "meanwhile")
    assert page._reading is None
    assert not page._soon.isActive()
    page.shown()
    shows(qtbot, page, ["meanwhile"])


def test_the_line_above_says_where_how_the_keyring_is_and_when_okta_came(page: TokensPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.strip.keyring.text() == "No keyring on this system", timeout=PATIENCE)
    assert page.strip.base_url.value.endswith("/scim/v2")
    assert page.strip.last_sync.text() == "No request from Okta yet"
    qtbot.mouseClick(page.strip.base_url.button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == page.strip.base_url.value


def test_the_one_that_is_replaced_says_whether_okta_has_switched(
    serving_desk: Desk, page: TokensPage, qtbot: QtBot
) -> None:
    old = issue(serving_desk, "Okta", expires="90d")
    assert request(serving_desk, old.secret) == 200
    qtbot.waitUntil(
        lambda: page.model.rowCount() == 1 and page.model.index(0, 3).data() == "just now", timeout=PATIENCE
    )
    click_row(qtbot, page, 0)
    qtbot.mouseClick(page.details.rotate_button, Qt.MouseButton.LeftButton)
    dialog = showing(qtbot, RotateDialog)
    dialog.overlap.setCurrentIndex(dialog.overlap.findData(1))
    qtbot.mouseClick(dialog.rotate_button, Qt.MouseButton.LeftButton)
    once = showing(qtbot, SecretDialog)
    new_secret = once.secret.text()
    qtbot.mouseClick(once.done_button, Qt.MouseButton.LeftButton)
    shows(qtbot, page, ["Okta", "Okta"])
    assert page.model.index(1, 5).data() == "Rotating"
    assert request(serving_desk, old.secret) == 200, "both work during the overlap"
    click_row(qtbot, page, 1)
    assert page.details.fact("rotation") == "Okta is still using the old one, just now"
    end = serving_desk.workspace.tokens.find(old.token.id).expires
    assert end is not None
    assert when.until(end) == "in 24 h"

    assert request(serving_desk, new_secret) == 200

    qtbot.waitUntil(
        lambda: (
            page.details.fact("rotation") == "Okta has switched to the new one"
            or page.details.fact("rotation").startswith("Okta uses both")
        ),
        timeout=PATIENCE,
    )


def test_every_control_has_a_name(desk: Desk, page: TokensPage, qtbot: QtBot) -> None:
    token = issue(desk, "Okta", expires="6d").token
    page.reveal(token.id)
    qtbot.waitUntil(page.details.isVisible, timeout=PATIENCE)
    assert unnamed(page) == []
    page.steps.generate()
    dialog = showing(qtbot, GenerateDialog)
    assert unnamed(dialog) == []
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    page.steps.rotate(token)
    assert unnamed(showing(qtbot, RotateDialog)) == []


def said(window: QWidget) -> str:
    """Give all that stands in a window."""
    return " ".join(one.text() for one in window.findChildren(QLabel))


def unnamed(window: QWidget) -> list[QWidget]:
    """List the controls that a screen reader has no name for."""
    kinds = (QAbstractButton, QLineEdit, QComboBox)
    own = [one for kind in kinds for one in window.findChildren(kind) if not one.objectName().startswith("qt_")]
    return [one for one in own if not one.accessibleName() and not isinstance(one.parent(), QComboBox)]
