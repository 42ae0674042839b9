"""The section of webhooks: who is told of each change, how each fares, and what can be done about it.

Belongs here: the list, and which dialog asks. Must not know: how an event is delivered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal

from desktop import background, webhook_words
from desktop.messages import worded
from desktop.settings.given_up import GivenUpDialog
from desktop.settings.section import Section, explained
from desktop.settings.webhook_adding import AddWebhookDialog
from desktop.settings.webhook_row import WebhookRow
from desktop.settings.webhook_secret import WebhookSecretDialog
from desktop.widgets.banner import Banner
from desktop.widgets.basics import button, column
from desktop.widgets.dialog import Question
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.refresher import Refresher
from desktop.widgets.waiting import Waiting
from server.workspace import Outcome, SecretPlace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.desk import Desk
    from desktop.settings.form import SettingsForm
    from server.workspace import Added, Consumer

ADD: Final = "add"
"""What is revealed to add one; everything else is a webhook's id, with what is wanted of it behind a colon."""
GIVEN_UP: Final = "given-up"
AGEING: Final = 15_000
"""Milliseconds after which "just now" may have become "1 min ago"."""


class WebhooksSection(Section):
    """Follows what the endpoint delivers while it is in view."""

    name, title, icon = "webhooks", "Webhooks", "share-network"
    told = Signal(str)
    """A sentence in passing."""

    def __init__(self, desk: Desk, form: SettingsForm) -> None:
        super().__init__(
            desk, form, self.tr("Other programs that are told of each change of a person or a group, signed by Perch.")
        )
        self.banner, self.waiting = Banner(), Waiting()
        self.rows: dict[str, WebhookRow] = {}
        self._wanted = ""
        self._is_unread = False
        self.cards.addWidget(self.banner)
        self.add_webhook_button = button(self.tr("Add a webhook…"), self.add_webhook, icon="plus", kind="primary")
        self.empty = self.add(
            EmptyState(
                "share-network",
                self.tr("No webhook yet"),
                self.tr(
                    "A webhook is an address of yours. Perch sends each change there as it happens, in order and "
                    "signed, so that no program has to ask."
                ),
                self.tr("Add a webhook"),
                self.add_webhook,
                action_icon="plus",
            )
        )
        self._list = column(spacing=14)
        self.card = self.add(
            explained(
                self.tr("Told of each change"),
                self.tr("What does not arrive is sent again, for days, before it is given up."),
                self.add_webhook_button,
            ),
            self.waiting,
            self._list,
        )
        self.empty.hide()
        self.card.hide()
        self.end()
        self._refresher = Refresher(self, desk.workspace.webhooks.listed, self._show, self._fail_to_read, every=AGEING)
        desk.live.directory_changed.connect(self._refresher.ask)
        desk.endpoint.changed.connect(lambda _: self._refresher.ask())

    def shown(self) -> None:
        """Follow how they fare."""
        self._refresher.turn_on()

    def left(self) -> None:
        """Rest, and forget what a test said: it may be otherwise by the next time."""
        self._refresher.turn_off()
        for one in self.rows.values():
            one.trial.forget()

    def reveal(self, target: str) -> None:
        """Add one ("add"), or show one by its id, with what was given up for it if that is wanted."""
        if target == ADD:
            self.add_webhook()
            return
        # It may not have been read yet.
        self._wanted = target
        self._show_wanted()

    # -- showing -----------------------------------------------------------------------------------

    def _show(self, found: Sequence[Consumer]) -> None:
        if self._is_unread:
            self._is_unread = False
            self.banner.hide()
        is_serving = self.desk.endpoint.status.is_serving
        known = {one.webhook.id: one for one in found}
        for gone in self.rows.keys() - known.keys():
            made = self.rows.pop(gone)
            made.hide()
            made.deleteLater()
        for identity, one in known.items():
            if identity not in self.rows:
                self.rows[identity] = self._row(one)
            self.rows[identity].show_consumer(one, is_serving=is_serving)
        self.empty.setVisible(not found)
        self.card.setVisible(bool(found))
        self._show_wanted()

    def _row(self, one: Consumer) -> WebhookRow:
        made = WebhookRow(self.desk.workspace, one)
        made.given_up_wanted.connect(self._show_given_up)
        made.copy_wanted.connect(self._copy)
        made.removal_wanted.connect(self._ask)
        self._list.addWidget(made)
        return made

    def _show_wanted(self) -> None:
        identity, _, what = self._wanted.partition(":")
        found = self.rows.get(identity)
        if found is None:
            return
        self._wanted = ""
        self.ensureWidgetVisible(found)
        found.test_button.setFocus()
        if what == GIVEN_UP:
            self._show_given_up(found.consumer)

    def _fail_to_read(self, error: Exception) -> None:
        self._is_unread = True
        self._fail(error)

    def _fail(self, error: Exception) -> None:
        self.banner.say(str(worded(error)), "err", closable=True)

    # -- adding ------------------------------------------------------------------------------------

    def add_webhook(self) -> None:
        """Ask for the address of another one."""
        self.banner.hide()
        dialog = AddWebhookDialog(self.desk, self.window())
        dialog.added.connect(self._show_secret)
        dialog.open()

    def _show_secret(self, added: Added) -> None:
        self._refresher.ask()
        WebhookSecretDialog(self.desk, added, self.window()).open()

    # -- what can be done with one -----------------------------------------------------------------

    def _copy(self, one: Consumer) -> None:
        webhooks, identity = self.desk.workspace.webhooks, one.webhook.id
        self.banner.hide()
        task = background.run(self, lambda: webhooks.secret(identity), self._copied, self._fail)
        if one.webhook.secret_place is SecretPlace.KEYRING:
            self.waiting.wait_for(task, self.tr("Waiting for your keyring…"))

    def _copied(self, secret: str) -> None:
        self.desk.clipboard.copy_secret(secret)
        self.told.emit(self.tr("Copied the secret. It leaves the clipboard in a minute."))

    def _show_given_up(self, one: Consumer) -> None:
        dialog = GivenUpDialog(self.desk.workspace, one, self.window())
        dialog.retried.connect(self._retried)
        dialog.open()

    def _retried(self, number: int) -> None:
        self._refresher.ask()
        words = (
            self.tr("{events} will be sent again.")
            if self.desk.endpoint.status.is_serving
            else self.tr("{events} will be sent again once the endpoint runs.")
        )
        self.told.emit(words.format(events=webhook_words.events(number)))

    def _ask(self, one: Consumer) -> None:
        self.banner.hide()
        Question(
            self.window(),
            self.tr("Remove this webhook?"),
            " ".join(self._losses(one)),
            self.tr("Remove webhook"),
            lambda: self._remove(one),
        ).open()

    def _losses(self, one: Consumer) -> list[str]:
        losses = [self.tr("{place} is told of no change any more.").format(place=one.place)]
        if one.waiting or one.backlog.dead:
            words = {
                (True, False): self.tr("It never hears of what waits for it ({waiting})."),
                (False, True): self.tr("It never hears of what was given up ({dead})."),
                (True, True): self.tr("It never hears of what waits for it ({waiting}) or was given up ({dead})."),
            }[bool(one.waiting), bool(one.backlog.dead)]
            waiting, dead = (webhook_words.events(number) for number in (one.waiting, one.backlog.dead))
            losses.append(words.format(waiting=waiting, dead=dead))
        if one.webhook.secret_place is SecretPlace.KEYRING:
            losses.append(self.tr("Its secret leaves your keyring."))
        losses.append(self.tr("Added again, it begins anew, with another secret."))
        return losses

    def _remove(self, one: Consumer) -> None:
        webhooks, identity = self.desk.workspace.webhooks, one.webhook.id
        background.run(self, lambda: webhooks.remove(identity), lambda outcome: self._removed(one, outcome), self._fail)

    def _removed(self, one: Consumer, outcome: Outcome | None) -> None:
        self._refresher.ask()
        self.told.emit(self.tr("{place} is told no more.").format(place=one.place))
        if outcome not in {None, Outcome.ABSENT}:
            self.banner.say(
                self.tr(
                    "The webhook is removed. Its secret may still be in your keyring, where it is worth nothing now."
                ),
                "info",
                closable=True,
            )
