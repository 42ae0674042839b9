"""The card at the right that stays in view: which features of Okta's form were seen, and when Okta came last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy

from desktop.widgets import when
from desktop.widgets.basics import Card, Pill, button, label, line, plain, row
from desktop.widgets.checklist import FeatureChecklist

if TYPE_CHECKING:
    from desktop.connect.snapshot import Snapshot

WIDTH = 296


def _tr(text: str) -> str:
    return QCoreApplication.translate("FeaturesCard", text)


class FeaturesCard(Card):
    """Live, while the page is."""

    activity_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(margins=(16, 14, 10, 12), spacing=12)
        title = _tr("Seen from Okta")
        self.setAccessibleName(title)
        self.setFixedWidth(WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Maximum)
        self.pill = Pill()
        self.checklist = FeatureChecklist()
        self.last = label("", "small", wrap=True)
        self.activity_button = button(_tr("Open Activity"), self.activity_wanted.emit, kind="link")
        self.body.addLayout(row(label(title, "h2"), None, self.pill, margins=(0, 0, 6, 0)))
        self._area = area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self.checklist)
        self.body.addWidget(area, 1)
        self.body.addWidget(line())
        foot = row(spacing=8)
        foot.addWidget(self.last, 1)
        foot.addWidget(self.activity_button)
        self.body.addWidget(plain(foot))

    def show_snapshot(self, taken: Snapshot) -> None:
        """Show what was seen until now."""
        self.checklist.show_seen(taken.seen)
        # What was seen needs one line where its hint needed two; the card ends where its lines do.
        self._area.setMaximumHeight(self.checklist.heightForWidth(WIDTH - 26))
        done, everything = self.checklist.done, len(taken.seen)
        words = _tr("{done} of {all}").format(done=done, all=everything)
        self.pill.show_state(words, "ok" if done == everything else "info" if done else "neutral")
        last = taken.last_by_okta
        if last is None:
            self.last.setText(_tr("No request from Okta yet."))
            self.last.setToolTip("")
        else:
            self.last.setText(_tr("Last request {when}").format(when=when.ago(last.at)))
            self.last.setToolTip(f"{when.exact(last.at)} · {last.meaning}".removesuffix(" · "))
