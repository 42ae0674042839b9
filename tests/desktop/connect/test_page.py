from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit

from desktop.connect.forms import AppKind
from desktop.widgets.checklist import Progress
from tests.desktop.connect.conftest import (
    PATIENCE,
    PUBLIC,
    base_url,
    button_named,
    click,
    issue,
    okta,
    opened,
    person,
    play,
    texts,
)

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.connect.page import ConnectPage
    from desktop.desk import Desk


def done(page: ConnectPage) -> set[str]:
    rows = page.features.checklist.rows
    return {name for name, row in rows.items() if row.progress is Progress.DONE}


def is_done(page: ConnectPage, name: str) -> bool:
    return name in done(page)


def test_each_feature_turns_green_as_okta_uses_it_with_the_token_that_it_came_by(
    serving_desk: Desk, qtbot: QtBot
) -> None:
    token = issue(serving_desk, "Okta production")
    page = opened(serving_desk, qtbot)
    assert done(page) == set()
    assert {step.progress for step in page.steps.values()} == {Progress.OPEN}
    ada = person()
    with okta(serving_desk, token) as client:
        for name, scenario in (
            ("test", client.test_connection),
            ("push_users", lambda: client.assign(ada)),
            ("push_profiles", lambda: client.update_profile(ada)),
            ("push_groups", lambda: client.push_group("Field team", [ada])),
            ("deactivate", lambda: client.deactivate(ada)),
            ("reactivate", lambda: client.assign(ada)),
            ("import_users", client.import_users),
            ("import_groups", client.import_groups),
        ):
            play(scenario())
            qtbot.waitUntil(partial(is_done, page, name), timeout=PATIENCE)
            assert page.features.checklist.rows[name].detail == "just now · Okta production"
    assert page.features.pill.text() == "8 of 8"
    qtbot.waitUntil(lambda: {step.progress for step in page.steps.values()} == {Progress.DONE}, timeout=PATIENCE)
    assert page.on_step.detail == "4 of 4 seen from Okta, last just now with Okta production."


def test_a_test_token_and_a_test_from_here_turn_nothing_green(serving_desk: Desk, qtbot: QtBot) -> None:
    trying = issue(serving_desk, "Simulation", test=True)
    page = opened(serving_desk, qtbot)
    with okta(serving_desk, trying) as client:
        play(client.test_connection(), client.assign(person()))
    rows = page.features.checklist.rows
    qtbot.waitUntil(lambda: rows["push_users"].progress is Progress.TRIED, timeout=PATIENCE)
    live = issue(serving_desk, "Okta production")
    page.trial_step.pasted.setFocus()
    qtbot.keyClicks(page.trial_step.pasted, live.secret)
    page.test_connection()
    qtbot.waitUntil(page.trial_step.result.isVisible, timeout=PATIENCE)
    page.refresher.ask()
    qtbot.waitUntil(lambda: page.token_step.detail.startswith("Used by Perch"), timeout=PATIENCE)
    assert page.token_step.progress is Progress.TRIED
    assert page.trial_step.progress is Progress.TRIED
    assert done(page) == set()
    assert page.features.last.text() == "No request from Okta yet."


def test_loopback_is_said_to_be_unreachable_until_a_public_url_is_set(serving_desk: Desk, qtbot: QtBot) -> None:
    page = opened(serving_desk, qtbot)
    step = page.address_step
    assert step.is_warning
    assert "127.0.0.1 is this computer itself" in step.notice.accessibleName()
    assert base_url(page) == serving_desk.endpoint.status.local_url
    told: list[str] = []
    page.told.connect(lambda sentence, _: told.append(sentence))
    qtbot.mouseClick(step.line, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(step.line, f"{PUBLIC}/scim/v2/")
    click(qtbot, step.save_button)
    qtbot.waitUntil(lambda: base_url(page) == f"{PUBLIC}/scim/v2", timeout=PATIENCE)
    qtbot.waitUntil(lambda: not step.is_warning, timeout=PATIENCE)
    assert not step.ways.isVisible()
    assert step.line.text() == PUBLIC
    assert told == [f"Okta is given {PUBLIC}/scim/v2 now."]
    endpoint = serving_desk.endpoint
    qtbot.waitUntil(lambda: endpoint.status.base_url == f"{PUBLIC}/scim/v2", timeout=PATIENCE)
    assert base_url(page) == f"{PUBLIC}/scim/v2"


def test_what_is_undone_is_the_address_before(serving_desk: Desk, qtbot: QtBot) -> None:
    page = opened(serving_desk, qtbot)
    undos: list[object] = []
    page.told.connect(lambda _, undo: undos.append(undo))
    qtbot.keyClicks(page.address_step.line, PUBLIC)
    qtbot.keyClick(page.address_step.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page.address_step.is_warning, timeout=PATIENCE)
    (undo,) = undos
    assert callable(undo)
    undo()
    qtbot.waitUntil(lambda: page.address_step.is_warning, timeout=PATIENCE)
    assert serving_desk.workspace.config.public_url is None


@pytest.mark.parametrize(
    ("kind", "its_own", "not_its_own"),
    [
        (AppKind.CUSTOM, {"SCIM connector base URL", "Authorization: Bearer", "Push New Users"}, {"API Token"}),
        (AppKind.CATALOG, {"Base URL", "API Token", "Enable API integration"}, {"Unique identifier field for users"}),
        (AppKind.AGENT, {"Unique user field name", "HTTP header value", "Accept user updates"}, {"Push New Users"}),
    ],
)
def test_each_kind_of_app_has_the_words_of_its_own_form(
    page: ConnectPage, qtbot: QtBot, kind: AppKind, its_own: set[str], not_its_own: set[str]
) -> None:
    click(qtbot, page.kinds.buttons[kind.value])
    words = set(texts(page.form_step))
    assert its_own <= words
    assert not not_its_own & words


def test_the_agent_gets_the_address_without_a_proxy_and_with_a_slash(
    serving_desk: Desk, page: ConnectPage, qtbot: QtBot
) -> None:
    page.refresher.ask()
    qtbot.waitUntil(page.address_step.ways.isVisible, timeout=PATIENCE)
    click(qtbot, button_named(page.address_step, "Connect through the agent"))
    assert page.kind is AppKind.AGENT
    qtbot.waitUntil(lambda: base_url(page) == f"{serving_desk.endpoint.status.local_url}/", timeout=PATIENCE)
    assert not page.address_step.is_warning
    assert "Install the agent on this computer" in page.address_step.notice.accessibleName()


def test_the_kind_of_app_is_remembered(desk: Desk, page: ConnectPage, qtbot: QtBot) -> None:
    click(qtbot, page.kinds.buttons["catalog"])
    assert opened(desk, qtbot).kind is AppKind.CATALOG


def test_what_stands_in_the_form_is_what_copy_copies(page: ConnectPage, qtbot: QtBot) -> None:
    for name in ("SCIM connector base URL", "Unique identifier field for users", "Authentication Mode"):
        field = page.form_step.forms[AppKind.CUSTOM].fields[name]
        click(qtbot, field.button)
        assert QGuiApplication.clipboard().text() == field.value
    assert QGuiApplication.clipboard().text() == "HTTP Header"


def test_without_a_token_it_leads_to_where_tokens_are_made(page: ConnectPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.navigated) as asked:
        click(qtbot, page.token_step.generate_button)
    assert asked.args == ["tokens", "generate"]


def test_a_token_made_meanwhile_is_the_one_that_is_pasted(desk: Desk, page: ConnectPage, qtbot: QtBot) -> None:
    first = issue(desk, "Okta preview")
    qtbot.waitUntil(lambda: page.token_step.token is not None, timeout=PATIENCE)
    second = issue(desk, "Okta production")
    qtbot.waitUntil(lambda: page.token_step.box.count() == 2, timeout=PATIENCE)
    chosen = page.token_step.token
    assert chosen is not None
    assert chosen.id == second.token.id
    page.reveal(first.token.id)
    page.refresher.ask()
    desk.workspace.custody.revoke(second.token.id)
    qtbot.waitUntil(lambda: page.token_step.box.count() == 1, timeout=PATIENCE)
    chosen = page.token_step.token
    assert chosen is not None
    assert chosen.id == first.token.id


def test_a_refused_request_of_okta_is_said_and_leads_to_it(serving_desk: Desk, qtbot: QtBot) -> None:
    token = issue(serving_desk)
    page = opened(serving_desk, qtbot)
    serving_desk.workspace.custody.revoke(token.token.id)
    with okta(serving_desk, token) as client:
        play(client.test_connection())
    refusal = page.form_step.refusal
    qtbot.waitUntil(refusal.isVisible, timeout=PATIENCE)
    assert refusal.accessibleName().endswith("just now: the token is revoked.")
    with qtbot.waitSignal(page.navigated) as asked:
        click(qtbot, button_named(refusal, "Show it"))
    where, seq = asked.args or ("", 0)
    assert where == "activity"
    record = serving_desk.workspace.activity.get(int(str(seq)))
    assert record is not None
    assert record.status == 401


def test_it_reads_only_while_it_is_shown(desk: Desk, page: ConnectPage, qtbot: QtBot) -> None:
    page.hidden()
    for label in ("First", "Second"):
        # By the second change, the first would have been read.
        with qtbot.waitSignal(desk.live.directory_changed, timeout=PATIENCE):
            issue(desk, label)
    assert page.token_step.token is None
    page.shown()
    qtbot.waitUntil(lambda: page.token_step.token is not None, timeout=PATIENCE)


def test_a_refresh_leaves_the_place_and_what_is_being_typed(desk: Desk, page: ConnectPage, qtbot: QtBot) -> None:
    qtbot.keyClicks(page.address_step.line, "https://half")
    bar = page.area.verticalScrollBar()
    bar.setValue(200)
    issue(desk)
    qtbot.waitUntil(lambda: page.token_step.token is not None, timeout=PATIENCE)
    assert page.address_step.line.text() == "https://half"
    assert bar.value() == 200


def test_it_offers_the_test_and_shows_where_it_is(page: ConnectPage, qtbot: QtBot) -> None:
    (test,) = [action for action in page.actions_offered() if action.text == "Test connection"]
    test.run()
    assert page.trial_step.field.complaint == "Generate a token in step 1, or paste one here."
    assert page.area.verticalScrollBar().value() > 0
    page.reveal("address")
    qtbot.waitUntil(lambda: page.area.verticalScrollBar().value() == page.address_step.y(), timeout=PATIENCE)


def test_everything_that_takes_the_focus_has_a_name(page: ConnectPage) -> None:
    for kind in (QAbstractButton, QLineEdit, QComboBox):
        for widget in page.findChildren(kind):
            if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus:
                assert widget.accessibleName(), widget
