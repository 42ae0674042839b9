"""How many of Okta's features were seen here, and which; the guide tells how to get to the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from desktop.overview.attention_card import HEIGHT
from desktop.widgets.basics import Card, Pill, button, label, row
from desktop.widgets.checklist import FeatureChecklist

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.widgets.seen import Seen


class FeaturesCard(Card):
    """The checklist in two columns."""

    guide_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(margins=(16, 12, 12, 14), spacing=12)
        self.setFixedHeight(HEIGHT)
        self.setAccessibleName(self.tr("Okta features"))
        self.pill = Pill()
        self.checklist = FeatureChecklist(compact=True, columns=2)
        self.button = button(
            self.tr("Connect Okta"), self.guide_wanted.emit, kind="link", name=self.tr("Open the guide: Connect Okta")
        )
        self.body.addLayout(row(label(self.tr("Okta features"), "h2"), self.pill, None, self.button, spacing=10))
        self.body.addWidget(self.checklist, 1)
        self.show_seen(())

    def show_seen(self, seen: Sequence[Seen]) -> None:
        """Show what was seen until now."""
        if seen:
            self.checklist.show_seen(seen)
        done, of = self.checklist.done, len(self.checklist.rows)
        words = self.tr("{done} of {of} seen").format(done=done, of=of)
        self.pill.show_state(words, "ok" if done == of else "info" if done else "neutral")
