"""One webhook in the list: its address, how it fares and why, what it was told, what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QWidget

from desktop import webhook_words
from desktop.settings.webhook_trial import WebhookTrial
from desktop.widgets import when
from desktop.widgets.basics import Pill, button, column, label, line, row, set_property
from desktop.widgets.elided import Elided
from server.workspace import Fare, SecretPlace

if TYPE_CHECKING:
    from server.workspace import Consumer, Workspace

_TONES: Final = {Fare.DELIVERING: "ok", Fare.WAITING: "warn", Fare.FAILING: "err"}


class WebhookRow(QWidget):
    """Shows a `Consumer`, and another one in its place without letting go of the focus."""

    given_up_wanted = Signal(object)
    copy_wanted = Signal(object)
    removal_wanted = Signal(object)

    def __init__(self, workspace: Workspace, consumer: Consumer) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.consumer = consumer
        self.address = Elided(kind="strong")
        self.state, self.dead = Pill(), Pill()
        self.counts = label("", "small", wrap=True)
        self.reason = label("", "small", wrap=True)
        self.trial = WebhookTrial(workspace)
        self.test_button = button(self.tr("Send a test"), self.test, icon="paper-plane-tilt")
        self.copy_button = button(self.tr("Copy secret"), self._copy, icon="copy")
        self.dead_button = button(self.tr("Given up…"), self._show_given_up, icon="tray")
        self.remove_button = button("", self._remove, icon="trash", kind="ghost", name=self.tr("Remove this webhook…"))
        head = row(spacing=8)
        head.addWidget(self.address, 1)
        head.addWidget(self.dead)
        head.addWidget(self.state)
        deeds = row(self.test_button, self.copy_button, self.dead_button, None, self.remove_button, spacing=8)
        words = column(head, self.counts, self.reason, spacing=3)
        self.setLayout(column(line(), 4, words, 4, deeds, self.trial, spacing=8))
        self.show_consumer(consumer, is_serving=True)

    def show_consumer(self, consumer: Consumer, *, is_serving: bool) -> None:
        """Show how it fares now; ``is_serving`` says whether anybody delivers."""
        self.consumer = consumer
        dead = consumer.backlog.dead
        self.address.say(consumer.place)
        state, reason = self._fare(is_serving=is_serving)
        self.state.show_state(state, _TONES[consumer.fare] if is_serving else "neutral")
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))
        is_calm = consumer.fare is Fare.DELIVERING or not is_serving
        set_property(self.reason, "kind", "small" if is_calm else "caution")
        self.dead.show_state(self.tr("{number} given up").format(number=QLocale().toString(dead)), "warn")
        self.dead.setVisible(bool(dead))
        self.dead_button.setVisible(bool(dead))
        # A variable of the endpoint is not one of this window.
        self.copy_button.setVisible(consumer.webhook.secret_place is not SecretPlace.ENVIRONMENT)
        self.counts.setText(self._counts())
        self._name(state)

    def _name(self, state: str) -> None:
        place = self.consumer.place
        self.setAccessibleName(self.tr("Webhook {place}: {state}").format(place=place, state=state))
        for one, words in (
            (self.test_button, self.tr("Send a test to {place}")),
            (self.copy_button, self.tr("Copy the secret of {place}")),
            (self.dead_button, self.tr("Show what was given up for {place}")),
            (self.remove_button, self.tr("Remove the webhook {place}")),
        ):
            one.setAccessibleName(words.format(place=place))

    def _counts(self) -> str:
        one, spell = self.consumer.webhook, QLocale().toString
        facts = [
            self.tr("{number} delivered").format(number=spell(one.delivered)),
            self.tr("{number} waiting").format(number=spell(self.consumer.waiting))
            if self.consumer.waiting
            else self.tr("none waiting"),
        ]
        if one.last_delivered is not None:
            facts.append(self.tr("last {ago}").format(ago=when.ago(one.last_delivered)))
        return "  ·  ".join(facts)

    def _fare(self, *, is_serving: bool) -> tuple[str, str]:
        one = self.consumer.webhook
        if not is_serving:
            return self.tr("Paused"), self.tr("The endpoint does not run. What changes meanwhile is sent once it does.")
        if self.consumer.fare is Fare.FAILING:
            state = self.tr("Failing since {moment}").format(moment=when.since(one.failing_since or one.created))
            words = self.tr("{sentence} Nothing is lost: Perch keeps trying, and then sends what waits.")
            return state, words.format(sentence=webhook_words.sentence(one.problem))
        if self.consumer.fare is Fare.WAITING:
            return self.tr("Waiting"), self.tr(
                "It refused some. Perch tries these again by itself; what came later for the same people and groups "
                "waits behind them."
            )
        return self.tr("Delivering"), ""

    def test(self) -> None:
        """Send a test, and say what became of it."""
        self.test_button.setEnabled(False)
        task = self.trial.send(self.consumer.webhook.id)
        task.ended.connect(lambda: self.test_button.setEnabled(True))

    def _copy(self) -> None:
        self.copy_wanted.emit(self.consumer)

    def _show_given_up(self) -> None:
        self.given_up_wanted.emit(self.consumer)

    def _remove(self) -> None:
        self.removal_wanted.emit(self.consumer)
