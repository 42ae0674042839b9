"""How each dialog, and each page with something chosen, is brought up for its picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QApplication, QDialog

from desktop.command_palette import CommandPalette
from desktop.groups.member_picker import MemberPicker
from desktop.settings.given_up import GivenUpDialog
from desktop.settings.page import SettingsPage
from desktop.settings.webhook_adding import AddWebhookDialog
from desktop.settings.webhook_secret import WebhookSecretDialog
from desktop.tokens.page import TokensPage
from desktop.transfer.import_dialog import ImportDialog
from desktop.wizard.first_steps import FirstSteps
from server.workspace import SecretPlace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtWidgets import QWidget

    from desktop.main_window import MainWindow
    from desktop.settings.webhooks import WebhooksSection
    from server.records import Token

CSV: Final = """userName,givenName,familyName,email,Job title,Department
mary.jackson@acme.example,Mary,Jackson,mary.jackson@acme.example,Engineer,Engineering
dorothy.vaughan@acme.example,Dorothy,Vaughan,dorothy.vaughan@acme.example,Director of Sales,Sales
,Somebody,Nameless,nobody@acme.example,Analyst,Finance
annie.easley@acme.example,Annie,Easley,not an address,Analyst,Finance
"""


def _opened() -> QWidget:
    found = [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()]
    assert found, "nothing was opened"
    return found[-1]


def _by_action(page: str, text: str) -> Callable[[MainWindow], QWidget]:
    def open_it(window: MainWindow) -> QWidget:
        window.show_page(page)
        next(action for action in window.page.actions_offered() if action.text == text).run()
        return _opened()

    return open_it


def _token(window: MainWindow, label: str) -> tuple[TokensPage, Token]:
    window.show_page("tokens")
    page = window.page
    assert isinstance(page, TokensPage)
    return page, next(one for one in window.desk.workspace.tokens.tokens() if one.label == label)


def _secret(window: MainWindow) -> QWidget:
    page, _ = _token(window, "Okta production")
    issued = window.desk.workspace.custody.issue("Okta staging", expires="180d", test=True)
    page.steps.show_secret(issued)
    window.desk.workspace.custody.revoke(issued.token.id)
    return _opened()


def _rotate(window: MainWindow) -> QWidget:
    page, token = _token(window, "Okta production")
    page.steps.rotate(token)
    return _opened()


def _revoke(window: MainWindow) -> QWidget:
    page, token = _token(window, "Okta production")
    page.steps.revoke(token)
    return _opened()


def _import(window: MainWindow) -> QWidget:
    window.show_page("people")
    path = window.desk.workspace.folder / "people.csv"
    path.write_text(CSV, "utf-8")
    dialog = ImportDialog(window.desk, "User", path, window)
    dialog.open()
    return dialog


def _picker(window: MainWindow) -> QWidget:
    window.show_page("groups")
    (group,) = window.desk.workspace.groups("Design")
    dialog = MemberPicker(window.desk, group.id, group.display_name, window)
    dialog.open()
    dialog.search.setText("ada")
    return dialog


def _section(window: MainWindow) -> WebhooksSection:
    window.show_page("settings", "webhooks")
    page = window.page
    assert isinstance(page, SettingsPage)
    return page.webhooks


def _webhook(window: MainWindow) -> QWidget:
    _section(window).add_webhook()
    dialog = _opened()
    assert isinstance(dialog, AddWebhookDialog)
    dialog.url.setText("http://hooks.acme.example/perch")
    dialog.url.editingFinished.emit()
    return dialog


def _webhook_secret(window: MainWindow) -> QWidget:
    webhooks = window.desk.workspace.webhooks
    section = _section(window)
    added = webhooks.add("https://hooks.acme.example/perch", SecretPlace.FILE)
    assert added is not None
    dialog = WebhookSecretDialog(window.desk, added, section.window())
    dialog.open()
    webhooks.remove(added.webhook.id)
    return dialog


def _given_up(window: MainWindow) -> QWidget:
    _section(window)
    one = next(one for one in window.desk.workspace.webhooks.listed() if one.backlog.dead)
    dialog = GivenUpDialog(window.desk.workspace, one, window)
    dialog.open()
    return dialog


def _wizard(window: MainWindow) -> QWidget:
    dialog = FirstSteps(window, window.desk)
    dialog.open()
    return dialog


def _palette(window: MainWindow) -> QWidget:
    window.show_palette()
    palette = _opened()
    assert isinstance(palette, CommandPalette)
    palette.input.setText("ada")
    return palette


def _shortcuts(window: MainWindow) -> QWidget:
    window.show_shortcuts()
    return _opened()


DIALOGS: Final[Mapping[str, Callable[[MainWindow], QWidget]]] = {
    "dialog_generate": _by_action("tokens", "Generate token"),
    "dialog_secret": _secret,
    "dialog_rotate": _rotate,
    "dialog_revoke": _revoke,
    "dialog_person": _by_action("people", "New person"),
    "dialog_import": _import,
    "dialog_export": _by_action("people", "Export people"),
    "dialog_group": _by_action("groups", "New group"),
    "dialog_picker": _picker,
    "dialog_webhook": _webhook,
    "dialog_webhook_secret": _webhook_secret,
    "dialog_given_up": _given_up,
    "dialog_activity_export": _by_action("activity", "Export requests…"),
    "dialog_first_steps": _wizard,
    "palette": _palette,
    "shortcuts": _shortcuts,
}


def _person(window: MainWindow) -> object:
    return window.desk.workspace.people("ada")[0].id


def _group(window: MainWindow) -> object:
    return window.desk.workspace.groups("Engineering")[0].id


def _conflict(window: MainWindow) -> object:
    return window.desk.workspace.activity.recent(1, status_class=4, text="taken")[0].seq


CHOSEN: Final[Mapping[str, tuple[str, Callable[[MainWindow], object]]]] = {
    "people_detail": ("people", _person),
    "groups_detail": ("groups", _group),
    "activity_detail": ("activity", _conflict),
    "settings_data": ("settings", lambda _: "data"),
    "settings_webhooks": ("settings", lambda _: "webhooks"),
}
"""Pages with something chosen: its page, and what is to be revealed there."""
