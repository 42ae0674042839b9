from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from desktop.sandbox.asking import ProfileDialog
from desktop.sandbox.player import Playing
from desktop.sandbox.request_dialog import RequestDialog
from desktop.sandbox.side_card import GROUPS
from server.okta.chaos import Trouble
from server.okta.dialogues import Kind
from server.okta.tenant import Provisioning
from tests.desktop.sandbox.conftest import PATIENCE, click

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.sandbox.page import SandboxPage
    from desktop.sandbox.stand import Stand
    from server.okta.tenant import OktaTenant


def tenant_of(page: SandboxPage) -> OktaTenant:
    """Give the tenant that is connected."""
    assert page.session.tenant is not None
    return page.session.tenant


def done(stand: Stand, qtbot: QtBot) -> None:
    """Wait until nothing is played any more."""
    qtbot.waitUntil(
        lambda: stand._player.state is Playing.IDLE and not stand._player.is_busy and not stand.wire.flight.is_flying,
        timeout=PATIENCE,
    )


def test_assigning_somebody_creates_them_and_both_rows_light_up(page: SandboxPage, stand: Stand, qtbot: QtBot) -> None:
    key = stand.okta.people.key
    name = next(row.title for row in stand.okta.people.rows if row.key == key)
    before = stand.perch.side.people_total
    click(qtbot, stand.okta.buttons[0])
    assert not stand.okta.buttons[0].isEnabled()
    done(stand, qtbot)
    qtbot.waitUntil(lambda: stand.perch.side.people_total == before + 1, timeout=PATIENCE)
    assert [step.method for step in reversed(stand.wire.steps)] == ["GET", "POST"]
    assert tenant_of(page).app_users[key].provisioning is Provisioning.PROVISIONED
    assert stand.okta.people.rows[0].pill == "Provisioned"
    new = stand.perch.people.rows[0]
    assert new.title == name
    assert stand.perch.people.is_lit(new.key)
    assert stand.wire.note.tone == "ok"


def test_an_edited_profile_arrives(page: SandboxPage, stand: Stand, qtbot: QtBot) -> None:
    click(qtbot, stand.okta.buttons[0])
    done(stand, qtbot)
    stand.okta.want("edit")
    dialog = next(one for one in stand.findChildren(ProfileDialog) if one.isVisible())
    dialog.inputs["title"].setText("Keeper of the Keys")
    click(qtbot, dialog.save_button)
    done(stand, qtbot)
    qtbot.waitUntil(lambda: stand.perch.people.rows[0].detail.startswith("Keeper of the Keys"), timeout=PATIENCE)


def test_what_an_import_finds_becomes_part_of_okta(page: SandboxPage, stand: Stand, qtbot: QtBot) -> None:
    before = len(tenant_of(page).people)
    stand.okta.want("import")
    done(stand, qtbot)
    qtbot.waitUntil(lambda: len(tenant_of(page).people) > before, timeout=PATIENCE)
    assert "scanned" in stand.wire.note.accessibleName()


def test_a_group_is_pushed_and_its_list_comes_to_the_front(stand: Stand, qtbot: QtBot) -> None:
    stand.okta.show_tab(GROUPS)
    name = stand.okta.groups.key
    click(qtbot, stand.okta.buttons[0])
    done(stand, qtbot)
    qtbot.waitUntil(lambda: name in [row.title for row in stand.perch.groups.rows], timeout=PATIENCE)
    assert stand.perch.tabs.currentIndex() == GROUPS


def test_broken_on_purpose_the_row_shows_what_okta_shows_and_the_remedy_is_named(
    page: SandboxPage, stand: Stand, qtbot: QtBot
) -> None:
    stand.trouble.choose(Trouble.WRONG_TOKEN)
    key = stand.okta.people.key
    click(qtbot, stand.okta.buttons[0])
    done(stand, qtbot)
    assert stand.wire.steps[0].status == 401
    assert stand.wire.note.tone == "err"
    assert "Remedy" in stand.wire.note.accessibleName()
    assert tenant_of(page).app_users[key].error
    row = next(one for one in stand.okta.people.rows if one.key == key)
    assert row.error
    stand.trouble.choose(Trouble.NONE)
    assert stand.okta.buttons[0].text() == "Retry"
    click(qtbot, stand.okta.buttons[0])
    done(stand, qtbot)
    assert tenant_of(page).app_users[key].provisioning is Provisioning.PROVISIONED


def test_a_request_is_opened_in_full(stand: Stand, qtbot: QtBot) -> None:
    stand.okta.want("test")
    done(stand, qtbot)
    qtbot.keyClick(stand.wire.table, Qt.Key.Key_Down)
    qtbot.keyClick(stand.wire.table, Qt.Key.Key_Return)
    dialog = next(one for one in stand.findChildren(RequestDialog) if one.isVisible())
    assert "totalResults" in dialog.answer.toPlainText()


def test_another_kind_of_app_begins_anew_and_speaks_differently(page: SandboxPage, stand: Stand, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.told, timeout=PATIENCE):
        stand.change_kind(Kind.CATALOG)
    assert tenant_of(page).client.kind is Kind.CATALOG
    assert stand.okta.kinds.currentText() == "Catalog app"
    click(qtbot, stand.okta.buttons[0])
    done(stand, qtbot)
    stand.okta.want("unassign")
    done(stand, qtbot)
    assert stand.wire.steps[0].method == "PATCH"


def test_the_token_is_copied_as_a_secret(page: SandboxPage, stand: Stand, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.told):
        click(qtbot, stand.perch.token_button)
    assert page.session.sandbox is not None
    assert QGuiApplication.clipboard().text() == page.session.sandbox.secret
