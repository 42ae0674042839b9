from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from desktop.main_window import SMALLEST, MainWindow
from desktop.preferences import Preferences
from desktop.server_process import ServerProcess, State
from desktop.settings.given_up import GivenUpDialog
from desktop.settings.page import SettingsPage
from desktop.settings.webhook_adding import AddWebhookDialog
from desktop.settings.webhook_secret import WebhookSecretDialog
from desktop.widgets.dialog import Question
from server.faults import Fault, FaultCode
from server.webhook.secret import service_name
from server.workspace import Outcome, SecretPlace
from tests.desktop import keyrings
from tests.desktop.pages_of_two import Trees, entry_of
from tests.desktop.settings.driving import PATIENCE, click, serve, showing
from tests.desktop.settings.subscribed import URL, add, introduce, only, outbox, people

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.command_palette import CommandPalette
    from desktop.desk import Desk
    from desktop.settings.webhooks import WebhooksSection
    from server.webhook.subscription import Webhook
    from tests.consumer import Consumer
    from tests.gnome_keyring import SecretService

PLACE = "https://consumer.example.com/perch"


@pytest.fixture
def section(settings_page: SettingsPage, qtbot: QtBot) -> WebhooksSection:
    """The section in view, before there is any webhook."""
    settings_page.reveal("webhooks")
    made = settings_page.webhooks
    qtbot.waitUntil(made.empty.isVisible, timeout=PATIENCE)
    settings_page.desk.live.start()
    return made


@pytest.fixture(autouse=True)
def still(settings_desk: Desk) -> object:
    """Let nothing look at the folder when it goes."""
    yield
    settings_desk.live.stop()


def said(section: QWidget) -> str:
    return "\n".join(one.text() for one in section.findChildren(QLabel) if one.isVisible())


def listed(section: WebhooksSection, qtbot: QtBot, number: int = 1) -> None:
    qtbot.waitUntil(lambda: len(section.rows) == number, timeout=PATIENCE)


def test_before_the_first_one_it_says_what_a_webhook_is(section: WebhooksSection, qtbot: QtBot) -> None:
    assert "No webhook yet" in said(section)
    assert not section.card.isVisible()
    click(qtbot, section, "Add a webhook")
    assert showing(qtbot, AddWebhookDialog).isVisible()


def test_one_is_added_its_secret_shown_once_and_it_is_told_of_a_change(
    section: WebhooksSection, settings_desk: Desk, qtbot: QtBot, consumer: Consumer
) -> None:
    serve(qtbot, settings_desk)
    section.add_webhook()
    dialog = showing(qtbot, AddWebhookDialog)
    qtbot.keyClicks(dialog.url, consumer.url)
    dialog.place.choose("file")
    qtbot.mouseClick(dialog.add_webhook_button, Qt.MouseButton.LeftButton)
    shown = showing(qtbot, WebhookSecretDialog)
    consumer.kill()
    consumer.secret = shown.line.secret.text()
    consumer.start()
    qtbot.mouseClick(shown.done_button, Qt.MouseButton.LeftButton)
    listed(section, qtbot)
    people(settings_desk.workspace, 1)
    qtbot.waitUntil(lambda: "1 delivered" in said(section), timeout=PATIENCE)
    assert "Delivering" in said(section)
    assert [one.is_signed for one in consumer.told()] == [True]
    assert "last just now" in said(section)


def test_one_that_fails_says_since_when_and_why_and_that_nothing_is_lost(
    section: WebhooksSection, settings_desk: Desk, qtbot: QtBot
) -> None:
    serve(qtbot, settings_desk)
    add(settings_desk.workspace, "http://127.0.0.1:9/hook", from_start=False)
    people(settings_desk.workspace, 1)
    qtbot.waitUntil(lambda: "Failing since" in said(section), timeout=PATIENCE)
    assert "It refuses the connection: nothing listens there. Nothing is lost" in said(section)
    assert "1 waiting" in said(section)


def test_while_the_endpoint_rests_it_says_that_changes_wait(
    section: WebhooksSection, settings_desk: Desk, qtbot: QtBot
) -> None:
    add(settings_desk.workspace)
    listed(section, qtbot)
    assert "Paused" in said(section)
    assert "The endpoint does not run. What changes meanwhile is sent once it does." in said(section)


def test_what_changes_keeps_the_focus_where_it_is(section: WebhooksSection, settings_desk: Desk, qtbot: QtBot) -> None:
    added = add(settings_desk.workspace)
    listed(section, qtbot)
    row = section.rows[added.webhook.id]
    row.remove_button.setFocus()
    people(settings_desk.workspace, 1)
    qtbot.waitUntil(lambda: "1 waiting" in said(section), timeout=PATIENCE)
    assert section.rows[added.webhook.id] is row


def test_a_secret_is_copied_again_with_the_clipboards_clock(
    section: WebhooksSection, settings_desk: Desk, settings_page: SettingsPage, qtbot: QtBot
) -> None:
    added = add(settings_desk.workspace)
    listed(section, qtbot)
    with qtbot.waitSignal(settings_page.told, timeout=PATIENCE) as heard:
        click(qtbot, section, f"Copy the secret of {PLACE}")
    assert QGuiApplication.clipboard().text() == added.secret
    assert heard.args is not None
    assert "leaves the clipboard in a minute" in str(heard.args[0])
    settings_desk.clipboard.clear_secret()


def test_a_secret_that_is_gone_says_what_to_do(section: WebhooksSection, settings_desk: Desk, qtbot: QtBot) -> None:
    added = add(settings_desk.workspace)
    listed(section, qtbot)
    with open(added.webhook.secret_name, "w", encoding="ascii"):  # noqa: PTH123 -- as somebody would empty it
        pass
    click(qtbot, section, f"Copy the secret of {PLACE}")
    qtbot.waitUntil(section.banner.isVisible, timeout=PATIENCE)
    assert "too short" in section.banner.accessibleName()


def test_removing_says_what_is_lost_first(
    section: WebhooksSection, settings_desk: Desk, settings_page: SettingsPage, qtbot: QtBot
) -> None:
    workspace = settings_desk.workspace
    people(workspace, 4)
    added = add(workspace)
    outbox(workspace, added.webhook.id, dead=1, waiting=2)
    listed(section, qtbot)
    click(qtbot, section, f"Remove the webhook {PLACE}")
    question = showing(qtbot, Question)
    assert "is told of no change any more" in said(question)
    assert "It never hears of what waits for it (2 events) or was given up (1 event)." in said(question)
    assert "key=a" not in said(question)
    assert question.cancel_button.hasFocus() or not question.isActiveWindow()
    with qtbot.waitSignal(settings_page.told, timeout=PATIENCE):
        click(qtbot, question, "Remove webhook")
    assert workspace.webhooks.listed() == []
    qtbot.waitUntil(section.empty.isVisible, timeout=PATIENCE)


def test_the_keyring_keeps_it_until_it_is_removed(
    section: WebhooksSection, settings_desk: Desk, qtbot: QtBot, secret_service: SecretService
) -> None:
    keyrings.use_secret_service(settings_desk)
    section.add_webhook()
    dialog = showing(qtbot, AddWebhookDialog)
    qtbot.keyClicks(dialog.url, URL)
    qtbot.mouseClick(dialog.add_webhook_button, Qt.MouseButton.LeftButton)
    shown = showing(qtbot, WebhookSecretDialog)
    assert shown.kept.text() == "✓ Kept in your keyring"
    shown.accept()
    name = service_name(only(settings_desk.workspace).webhook.id)
    assert name in secret_service.services()
    listed(section, qtbot)
    click(qtbot, section, f"Remove the webhook {PLACE}")
    question = showing(qtbot, Question)
    assert "Its secret leaves your keyring." in said(question)
    with qtbot.waitSignal(section.told, timeout=PATIENCE):
        click(qtbot, question, "Remove webhook")
    assert name not in secret_service.services()
    assert not section.banner.isVisible()


def test_the_endpoint_signs_with_what_the_keyring_has(
    section: WebhooksSection,
    settings_desk: Desk,
    qtbot: QtBot,
    consumer: Consumer,
    secret_service: SecretService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del secret_service
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    keyrings.use_secret_service(settings_desk)
    serve(qtbot, settings_desk)
    section.add_webhook()
    dialog = showing(qtbot, AddWebhookDialog)
    qtbot.waitUntil(lambda: "keeps it" in said(dialog), timeout=PATIENCE)
    qtbot.keyClicks(dialog.url, consumer.url)
    qtbot.keyClick(dialog.url, Qt.Key.Key_Return)
    shown = showing(qtbot, WebhookSecretDialog)
    consumer.kill()
    consumer.secret = shown.line.secret.text()
    consumer.start()
    shown.accept()
    people(settings_desk.workspace, 1)
    qtbot.waitUntil(lambda: "1 delivered" in said(section), timeout=PATIENCE)
    assert [one.is_signed for one in consumer.told()] == [True]
    settings_desk.endpoint.stop()


def test_where_a_service_serves_a_file_is_proposed(
    section: WebhooksSection, settings_desk: Desk, qtbot: QtBot, secret_service: SecretService
) -> None:
    del secret_service
    keyrings.use_secret_service(settings_desk)
    service = ServerProcess(settings_desk.workspace.folder)
    service.start()
    try:
        qtbot.waitUntil(lambda: service.status.is_serving, timeout=PATIENCE)
        settings_desk.endpoint.start()
        qtbot.waitUntil(lambda: settings_desk.endpoint.status.state is State.ATTACHED, timeout=PATIENCE)
        section.add_webhook()
        dialog = showing(qtbot, AddWebhookDialog)
        qtbot.waitUntil(lambda: dialog.place.value == SecretPlace.FILE, timeout=PATIENCE)
        assert "for a service" in said(dialog)
        dialog.reject()
    finally:
        service.stop()


def test_a_list_that_could_not_be_read_is_told_until_it_can_be(
    settings_page: SettingsPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    section, webhooks = settings_page.webhooks, settings_page.desk.workspace.webhooks
    read = webhooks._webhooks.listed

    def refuse() -> list[Webhook]:
        raise Fault(FaultCode.DATABASE_LOCKED, "perch.db")

    monkeypatch.setattr(webhooks._webhooks, "listed", refuse)
    settings_page.reveal("webhooks")
    qtbot.waitUntil(section.banner.isVisible, timeout=PATIENCE)
    assert "perch.db" in section.banner.accessibleName()
    monkeypatch.setattr(webhooks._webhooks, "listed", read)
    section.shown()
    qtbot.waitUntil(lambda: not section.banner.isVisible(), timeout=PATIENCE)


def test_a_secret_that_stays_in_the_keyring_is_told(
    section: WebhooksSection, settings_desk: Desk, qtbot: QtBot
) -> None:
    add(settings_desk.workspace)
    listed(section, qtbot)
    section._removed(only(settings_desk.workspace), Outcome.LOCKED)
    assert "may still be in your keyring" in section.banner.accessibleName()


def test_what_was_given_up_is_a_click_away_and_sent_again(
    section: WebhooksSection, settings_desk: Desk, settings_page: SettingsPage, qtbot: QtBot
) -> None:
    workspace = settings_desk.workspace
    people(workspace, 2)
    added = add(workspace)
    outbox(workspace, added.webhook.id, dead=2)
    qtbot.waitUntil(lambda: "2 given up" in said(section), timeout=PATIENCE)
    click(qtbot, section, f"Show what was given up for {PLACE}")
    dialog = showing(qtbot, GivenUpDialog)
    qtbot.waitUntil(dialog.all_button.isEnabled, timeout=PATIENCE)
    with qtbot.waitSignal(settings_page.told, timeout=PATIENCE) as heard:
        qtbot.mouseClick(dialog.all_button, Qt.MouseButton.LeftButton)
    assert heard.args == ["2 events will be sent again once the endpoint runs.", None]
    qtbot.waitUntil(lambda: "2 waiting" in said(section), timeout=PATIENCE)
    assert "2 given up" not in said(section)


def test_one_is_revealed_also_before_it_was_read(settings_page: SettingsPage, qtbot: QtBot) -> None:
    workspace = settings_page.desk.workspace
    people(workspace, 1)
    added = add(workspace)
    outbox(workspace, added.webhook.id, dead=1)
    settings_page.reveal(f"webhooks:{added.webhook.id}:given-up")
    assert settings_page.section is settings_page.webhooks
    showing(qtbot, GivenUpDialog).reject()
    settings_page.reveal(f"webhooks:{added.webhook.id}")
    row = settings_page.webhooks.rows[added.webhook.id]
    assert row.test_button.hasFocus() or not settings_page.isActiveWindow()


def test_the_palette_finds_the_section_one_by_its_address_and_the_way_to_add_one(
    settings_page: SettingsPage,
) -> None:
    added = add(settings_page.desk.workspace)
    found = {(hit.text, hit.target) for hit in settings_page.search("webhook")}
    assert {("Webhooks", "webhooks"), ("Add a webhook", "webhooks:add")} <= found
    assert [hit.text for hit in settings_page.search("add webhook")] == ["Add a webhook"]
    assert [(hit.text, hit.target) for hit in settings_page.search("consumer.example")] == [
        (PLACE, f"webhooks:{added.webhook.id}")
    ]


def test_the_palette_adds_one_from_any_page(settings_desk: Desk, qtbot: QtBot) -> None:
    window = MainWindow(
        settings_desk, Preferences(settings_desk.workspace.folder), (entry_of(Trees), entry_of(SettingsPage))
    )
    qtbot.addWidget(window)
    window.show()
    window.show_palette()
    palette: CommandPalette = window.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)[-1]  # type: ignore[assignment] # the last one made
    palette.input.setText("add a webhook")
    qtbot.waitUntil(lambda: palette.model.rowCount() == 1, timeout=PATIENCE)
    qtbot.keyClick(palette.input, Qt.Key.Key_Return)
    assert window.page.name == "settings"
    showing(qtbot, AddWebhookDialog).reject()


def test_every_button_of_a_row_says_which_webhook(section: WebhooksSection, settings_desk: Desk, qtbot: QtBot) -> None:
    add(settings_desk.workspace)
    listed(section, qtbot)
    (row,) = section.rows.values()
    for one in row.findChildren(QPushButton):
        if one is not row.trial.waiting.cancel_button:
            assert PLACE in one.accessibleName()
            assert one.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert row.accessibleName() == f"Webhook {PLACE}: Paused"


def test_everything_is_seen_in_the_smallest_window(
    section: WebhooksSection, settings_desk: Desk, settings_page: SettingsPage, qtbot: QtBot
) -> None:
    workspace = settings_desk.workspace
    people(workspace, 1)
    added = add(workspace, f"{PLACE}/{'long/' * 60}")
    outbox(workspace, added.webhook.id, dead=1, problem="answered 500")
    listed(section, qtbot)
    settings_page.resize(SMALLEST[0] - 228, SMALLEST[1])
    qtbot.waitUntil(lambda: section.viewport().width() < 500, timeout=PATIENCE)
    assert section.inside.minimumSizeHint().width() <= section.viewport().width()


def test_a_consumer_is_tried_from_its_row(
    section: WebhooksSection, settings_desk: Desk, qtbot: QtBot, consumer: Consumer
) -> None:
    introduce(settings_desk.workspace, consumer)
    listed(section, qtbot)
    (row,) = section.rows.values()
    qtbot.mouseClick(row.test_button, Qt.MouseButton.LeftButton)
    assert not row.test_button.isEnabled()
    qtbot.waitUntil(row.test_button.isEnabled, timeout=PATIENCE)
    assert row.trial.verdict.startswith("It took the test event, in ")
    assert [(one.type, one.is_signed) for one in consumer.told()] == [("webhook.test", True)]
