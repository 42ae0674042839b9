from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QWidget

from desktop.desk import Desk
from desktop.overview.page import OverviewPage
from desktop.server_process import ServerProcess
from server.faults import Fault, FaultCode
from server.okta.dialogues import OktaClient
from server.okta.person import Person
from server.workspace import Workspace
from tests.desktop import company
from tests.desktop.overview.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest
    from pytestqt.qtbot import QtBot

WELCOME = 2


def go(steps: Iterable[object]) -> None:
    for _ in steps:
        pass


def click(qtbot: QtBot, button: QAbstractButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def heights(page: OverviewPage) -> list[int]:
    cards: tuple[QWidget, ...] = (page.endpoint, page.figures, page.features, page.attention, page.recent)
    return [card.height() for card in cards]


def test_without_a_token_three_steps_and_a_button_that_begins(page: OverviewPage, qtbot: QtBot) -> None:
    assert page.stack.currentIndex() == WELCOME
    with qtbot.waitSignal(page.navigated) as asked:
        click(qtbot, page.welcome.generate_button)
    assert asked.args == ["tokens", "generate"]
    with qtbot.waitSignal(page.navigated) as asked:
        click(qtbot, page.welcome.guide_button)
    assert asked.args == ["connect", None]


def test_the_first_token_opens_the_page(page: OverviewPage, desk: Desk, qtbot: QtBot) -> None:
    desk.workspace.custody.issue("Okta production")
    qtbot.waitUntil(lambda: page.stack.currentIndex() == 1, timeout=PATIENCE)
    assert page.attention.lines[0].title.whole == "Okta production"


def test_what_okta_does_is_seen_at_once_and_nothing_jumps(serving_desk: Desk, page: OverviewPage, qtbot: QtBot) -> None:
    token = serving_desk.workspace.custody.issue("Okta production")
    qtbot.waitUntil(lambda: page.stack.currentIndex() == 1, timeout=PATIENCE)
    figures, before = page.figures, heights(page)
    assert figures.sync.figure.text() == "—"
    assert figures.traffic.line.whole == "No request in the last hour"
    assert page.recent.stack.currentWidget() is page.recent.empty
    ada = Person("ada@acme.example", "Ada", "Lovelace", "ada@acme.example", okta_id="00u1")
    grace = Person("grace@acme.example", "Grace", "Hopper", "grace@acme.example", okta_id="00u2")
    with OktaClient(serving_desk.endpoint.status.local_url, token.secret) as okta:
        go(okta.test_connection())
        qtbot.waitUntil(lambda: page.features.pill.text() == "1 of 8 seen", timeout=PATIENCE)
        go(okta.assign(ada))
        go(okta.assign(grace))
        go(okta.push_group("Field team", [ada]))
        go(okta.deactivate(grace))
        qtbot.waitUntil(lambda: figures.people.line.whole == "1 active · 1 deactivated", timeout=PATIENCE)
    qtbot.waitUntil(lambda: page.features.pill.text() == "4 of 8 seen", timeout=PATIENCE)
    # Each figure is read on its own way; the last request is the one that deactivates.
    qtbot.waitUntil(lambda: page.recent.model.rows[0].meaning.startswith("deactivated"), timeout=PATIENCE)
    qtbot.waitUntil(lambda: figures.sync.line.whole.startswith("Deactivated"), timeout=PATIENCE)
    assert figures.people.figure.text() == "2"
    assert figures.people.news.text() == "+2 today"
    assert figures.groups.figure.text() == "1"
    assert figures.groups.line.whole == "1 from Okta · 0 from here"
    assert figures.sync.figure.text() == "Just now"
    assert "everything answered" in figures.traffic.line.whole
    assert figures.traffic.sparkline.accessibleName() != "Requests per minute: 0"
    assert heights(page) == before


def test_what_failed_is_told_and_leads_to_the_inspector(serving_desk: Desk, page: OverviewPage, qtbot: QtBot) -> None:
    token = serving_desk.workspace.custody.issue("Okta production")
    with OktaClient(serving_desk.endpoint.status.local_url, token.secret) as okta:
        okta.wire.send("POST", "/Users", b"{")
    line = page.attention.lines[0]
    qtbot.waitUntil(lambda: line.title.whole == "A request failed in the last hour", timeout=PATIENCE)
    assert line.reason.whole.startswith("400 just now")
    failed = serving_desk.workspace.activity.recent(1, errors_only=True)[0]
    with qtbot.waitSignal(page.navigated) as asked:
        click(qtbot, line.button)
    assert asked.args == ["activity", failed.seq]
    with qtbot.waitSignal(page.navigated) as asked:
        click(qtbot, page.figures.traffic.failures)
    assert asked.args == ["activity", {"errors_only": True}]
    table = page.recent.table
    with qtbot.waitSignal(page.navigated) as asked:
        spot = table.visualRect(page.recent.model.index(0, 2)).center()
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert asked.args == ["activity", failed.seq]


def test_every_card_leads_to_the_page_that_tells_more(page: OverviewPage, desk: Desk, qtbot: QtBot) -> None:
    issued = desk.workspace.custody.issue("Okta preview", expires="3d")
    qtbot.waitUntil(lambda: page.stack.currentIndex() == 1, timeout=PATIENCE)
    figures = page.figures
    for button, wanted in (
        (page.features.button, ["connect", None]),
        (figures.people.button, ["people", None]),
        (figures.groups.button, ["groups", None]),
        (figures.sync.button, ["activity", None]),
        (page.recent.button, ["activity", None]),
        (page.attention.lines[0].button, ["tokens", issued.token.id]),
    ):
        with qtbot.waitSignal(page.navigated) as asked:
            click(qtbot, button)
        assert asked.args == wanted


def test_a_taken_port_is_told_with_what_helps(desk: Desk, qtbot: QtBot) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        endpoint = ServerProcess(desk.workspace.folder, arguments=("--port", str(port)))
        page = OverviewPage(Desk(desk.workspace, endpoint, desk.live, desk.clipboard, desk.theme))
        qtbot.addWidget(page)
        page.resize(1012, 800)
        page.show()
        page.shown()
        before = page.endpoint.height()
        endpoint.start()
        qtbot.waitUntil(lambda: page.endpoint.pill.text() == "● Stopped", timeout=PATIENCE)
        assert f"Another program listens on 127.0.0.1:{port}" in page.endpoint.trouble.text()
        assert page.recent.pill.text() == "Nothing comes in"
        with qtbot.waitSignal(page.navigated) as asked:
            click(qtbot, page.endpoint.button)
        assert asked.args == ["settings", "address"]
        assert page.endpoint.height() == before
        endpoint.stop()


def test_a_hidden_page_reads_nothing_until_it_is_shown_again(page: OverviewPage, desk: Desk, qtbot: QtBot) -> None:
    page.hidden()
    with qtbot.waitSignal(desk.live.directory_changed, timeout=PATIENCE):
        desk.workspace.custody.issue("Okta production")
    assert page.stack.currentIndex() == WELCOME
    page.shown()
    qtbot.waitUntil(lambda: page.stack.currentIndex() == 1, timeout=PATIENCE)


def test_what_it_offers_works(serving_desk: Desk, page: OverviewPage, qtbot: QtBot) -> None:
    offered = {action.text: action for action in page.actions_offered()}
    with qtbot.waitSignal(page.told):
        offered["Copy base URL"].run()
    assert QGuiApplication.clipboard().text() == serving_desk.endpoint.status.base_url
    with qtbot.waitSignal(page.navigated) as asked:
        offered["Generate token"].run()
    assert asked.args == ["tokens", "generate"]
    offered["Pause endpoint"].run()
    qtbot.waitUntil(lambda: page.endpoint.pill.text() == "● Paused", timeout=PATIENCE)
    assert page.recent.pill.text() == "Nothing comes in"
    {action.text: action for action in page.actions_offered()}["Resume endpoint"].run()
    qtbot.waitUntil(lambda: page.endpoint.pill.text() == "● Running", timeout=PATIENCE)
    assert page.recent.pill.text() == "● Live"


def test_a_card_is_brought_into_view(page: OverviewPage, desk: Desk, qtbot: QtBot) -> None:
    desk.workspace.custody.issue("Okta production")
    qtbot.waitUntil(lambda: page.stack.currentIndex() == 1, timeout=PATIENCE)
    page.resize(752, 420)
    qtbot.waitUntil(lambda: page.area.verticalScrollBar().maximum() > 0, timeout=PATIENCE)
    assert page.area.horizontalScrollBar().maximum() == 0
    page.reveal("activity")
    assert page.area.verticalScrollBar().value() > 0


def test_what_cannot_be_read_is_told_and_passes(
    page: OverviewPage, desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> object:
        raise Fault(FaultCode.DATABASE_LOCKED, "perch.db")

    with monkeypatch.context() as context:
        context.setattr(Workspace, "changes", locked)
        desk.workspace.custody.issue("Okta production")
        qtbot.waitUntil(page.notice.isVisible, timeout=PATIENCE)
        assert "perch.db" in page.notice.accessibleName()
    click(qtbot, page.notice.findChildren(QAbstractButton)[-1])
    qtbot.waitUntil(lambda: not page.notice.isVisible(), timeout=PATIENCE)
    assert page.stack.currentIndex() == 1


def test_everything_has_a_name(page: OverviewPage, desk: Desk, qtbot: QtBot) -> None:
    company.settle(desk.workspace, 20)
    qtbot.waitUntil(page.attention.more.isVisible, timeout=PATIENCE)
    for one in page.findChildren(QWidget):
        if isinstance(one, QAbstractButton | QAbstractItemView) and one.isVisible():
            assert one.accessibleName(), one
    cards = (page.endpoint, page.figures.people, page.figures.groups, page.figures.sync, page.figures.traffic)
    for card in (*cards, page.features, page.attention, page.recent):
        assert card.accessibleName(), card
