from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
from PySide6.QtCore import Qt

from desktop.sandbox.okta_card import OktaCard
from desktop.sandbox.side_card import GROUPS
from server.okta.dialogues import Kind
from server.okta.tenant import AppUser, Provisioning

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.sandbox.deeds import Deed
    from server.okta.tenant import OktaTenant


@pytest.fixture
def card(tenant: OktaTenant, qtbot: QtBot) -> OktaCard:
    made = OktaCard()
    qtbot.addWidget(made)
    made.resize(300, 600)
    made.show_tenant(tenant)
    made.show()
    return made


def test_the_likeliest_deed_for_who_is_chosen_has_a_button(card: OktaCard, qtbot: QtBot) -> None:
    assert card.buttons[0].text() == "Assign"
    with qtbot.waitSignal(card.deed_wanted) as told:
        qtbot.mouseClick(card.buttons[0], Qt.MouseButton.LeftButton)
    deed, key = cast("tuple[Deed, str]", told.args)
    assert (deed.name, key) == ("assign", card.people.key)


def test_the_menu_has_all_deeds_and_those_that_make_no_sense_are_grey(card: OktaCard) -> None:
    entries = {one.text(): one.isEnabled() for one in card.menu_of_deeds().actions()}
    assert entries["Assign"]
    assert not entries["Unassign"]
    assert "Set password…" in entries


def test_groups_have_deeds_of_their_own(card: OktaCard, qtbot: QtBot) -> None:
    card.show_tab(GROUPS)
    assert card.buttons[0].text() == "Push by name"
    with qtbot.waitSignal(card.deed_wanted) as told:
        card.want("push")
    assert (told.args or [None, None])[1] == card.groups.key


def test_the_app_is_tested_and_imported_from_without_choosing_anybody(card: OktaCard, qtbot: QtBot) -> None:
    for name in ("test", "import", "backlog"):
        with qtbot.waitSignal(card.deed_wanted) as told:
            card.want(name)
        deed, key = cast("tuple[Deed, str]", told.args)
        assert (deed.name, key) == (name, "")


def test_what_changed_in_okta_lights_up_and_the_deeds_follow(card: OktaCard, tenant: OktaTenant) -> None:
    key = card.people.key
    tenant.app_users[key] = AppUser(key, Provisioning.PROVISIONED, "01a", "")
    assert card.refresh() == [key]
    assert card.people.is_lit(key)
    assert card.people.key == key
    assert [one.text() for one in card.buttons] == ["Edit profile…", "Unassign"]


def test_nothing_can_be_done_while_something_is(card: OktaCard) -> None:
    card.enable(enabled=False)
    assert not card.buttons[0].isEnabled()
    assert not card.kinds.isEnabled()
    card.enable(enabled=True)
    assert card.buttons[0].isEnabled()


def test_the_kind_of_app_is_chosen(card: OktaCard, qtbot: QtBot) -> None:
    assert [card.kinds.itemText(number) for number in range(card.kinds.count())] == [
        "Custom app",
        "Catalog app",
        "On-prem agent",
    ]
    with qtbot.waitSignal(card.kind_chosen) as told:
        card.kinds.setCurrentIndex(1)
        card.kinds.activated.emit(1)
    assert told.args == [Kind.CATALOG]
