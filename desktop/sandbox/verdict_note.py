"""What Okta makes of an answer: a green line where all is well, else what its admin reads, the rule, the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QSizePolicy

from desktop.widgets.basics import clear, column, label, picture, row, set_property

if TYPE_CHECKING:
    from server.okta.scenario import Step
    from server.okta.tenant import Outcome


class VerdictNote(QFrame):
    """A banner of several lines; says nothing at first."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "banner")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._lines = row(spacing=10, margins=(10, 8, 10, 8))
        self.setLayout(self._lines)
        self.tone = ""
        self.say_nothing()

    def say_nothing(self) -> None:
        """Say that there is nothing to say yet."""
        self._say("info", "eye", "muted", [(self.tr("Each answer is judged here as Okta judges it."), "small")])

    def say_outcome(self, outcome: Outcome) -> None:
        """Say how an action of Okta's admin ended."""
        if outcome.refused is not None:
            self._refusal(outcome.sentence, outcome.refused)
        elif outcome.ok:
            self._say("ok", "check-circle", "ok", [(self.tr("Okta shows:"), "small"), (outcome.sentence, "strong")])
        else:
            self._say("err", "warning-circle", "err", [(self.tr("Okta shows:"), "small"), (outcome.sentence, "strong")])

    def say_verdict(self, step: Step) -> None:
        """Say why Okta does not get past an answer."""
        self._refusal(step.verdict.sentence, step)

    def say_fact(self, sentence: str, *, ok: bool) -> None:
        """Say what came true of a stage of the tour, or did not."""
        tone, icon = ("ok", "check-circle") if ok else ("err", "warning-circle")
        self._say(tone, icon, tone, [(sentence, "strong")])

    def say_waiting(self, sentence: str) -> None:
        """Say what Okta waits for."""
        self._say("warn", "hourglass-medium", "warn", [(sentence, "strong")])

    def _refusal(self, sentence: str, step: Step) -> None:
        verdict = step.verdict
        rule = getattr(verdict.rule, "title", "")
        by = self.tr("Rule: {rule} · {source}").format(rule=rule, source=verdict.source) if rule else verdict.source
        lines = [(self.tr("Okta shows its admin:"), "small"), (sentence, "strong"), (by, "small")]
        if verdict.remedy:
            lines.append((self.tr("Remedy: {remedy}").format(remedy=verdict.remedy), ""))
        tone = "warn" if verdict.wait is not None else "err"
        self._say(tone, "warning-circle", tone, lines)

    def _say(self, tone: str, icon: str, color: str, lines: list[tuple[str, str]]) -> None:
        clear(self._lines)
        self.tone = tone
        set_property(self, "tone", tone)
        words = column(spacing=2)
        for text, kind in lines:
            words.addWidget(label(text, kind, wrap=True))
        self._lines.addLayout(column(picture(icon, color, 18), None))
        self._lines.addLayout(words, 1)
        self.setAccessibleName(" ".join(text for text, _ in lines))
