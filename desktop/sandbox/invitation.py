"""What the page is before a sandbox is open: what one will see here, and the one button.

Belongs here: words and the button. Must not know: how a sandbox is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.widgets.basics import Card, button, column, label, picture, row

if TYPE_CHECKING:
    from collections.abc import Callable

PROMISE: Final = 248


class Invitation(QWidget):
    """A title, a sentence, the button, and three things to expect."""

    def __init__(self, clicked: Callable[[], object]) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setAccessibleName(self.tr("Okta itself, without Okta"))
        title = label(self.tr("Okta itself, without Okta"), "h1")
        sentence = label(
            self.tr(
                "One click makes a demo workspace with an invented company, an endpoint of its own and a test token, "
                "and connects a simulated Okta to it. No Okta tenant, no internet, and nothing of your directory."
            ),
            "muted",
            wrap=True,
        )
        for one in (title, sentence):
            one.setAlignment(Qt.AlignmentFlag.AlignCenter)
        sentence.setFixedWidth(600)
        self.button = button("-", clicked, kind="primary", icon="sparkle", name="-")
        promises = row(
            None,
            _promise(
                "arrows-left-right",
                self.tr("See every request fly"),
                self.tr("Okta's side, Perch's side and the wire between them: what Okta asks, and the row it changes."),
            ),
            _promise(
                "presentation-chart",
                self.tr("Take the guided tour"),
                self.tr("Push, update, deactivate, reactivate, import, groups: told in large type for a projector."),
            ),
            _promise(
                "lightning",
                self.tr("Break it on purpose"),
                self.tr("A wrong token, a 409, a slow server: read what Okta would show its admin, and the remedy."),
            ),
            None,
            spacing=14,
        )
        layout = column(None, row(None, picture("flask-fill", "accentText", 44), None), 4, title, spacing=8)
        layout.addLayout(row(None, sentence, None))
        layout.addSpacing(10)
        layout.addLayout(row(None, self.button, None))
        layout.addSpacing(26)
        layout.addLayout(promises)
        layout.addStretch(1)
        self.setLayout(layout)
        self.offer("", enabled=True)

    def offer(self, words: str, *, enabled: bool) -> None:
        """Name the button, and let it be pressed or not."""
        self.button.setText(words)
        self.button.setAccessibleName(words)
        self.button.setEnabled(enabled)


def _promise(icon: str, title: str, sentence: str) -> Card:
    words = label(sentence, "muted", wrap=True)
    words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    made = Card(picture(icon, "accentText", 24), label(title, "h2"), words, spacing=6)
    made.setFixedWidth(PROMISE)
    return made
