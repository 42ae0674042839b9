"""The line above the table: where Okta finds this endpoint, how the keyring is, when Okta came last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QLabel

from desktop import theme
from desktop.tokens import words
from desktop.widgets import when
from desktop.widgets.basics import label, picture, row
from desktop.widgets.copy_field import CopyField

if TYPE_CHECKING:
    from desktop.clipboard import Clipboard
    from desktop.tokens.snapshot import Snapshot
    from server.workspace import Probe


class Strip(QFrame):
    """Shows a snapshot."""

    def __init__(self, clipboard: Clipboard) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setAccessibleName(self.tr("Endpoint and keyring"))
        self.base_url = CopyField(self.tr("SCIM base URL"), "", clipboard, width=0, snug=True)
        self.keyring = label(self.tr("Looking for the keyring"), "muted")
        self._lock = QLabel()
        self._lock.setFixedSize(18, 18)
        self._state: tuple[str, str] = ("lock", "faint")
        self.last_sync = label("", "muted")
        layout = row(spacing=8, margins=(14, 6, 16, 6))
        layout.addWidget(picture("link", "muted", 18))
        layout.addWidget(self.base_url)
        layout.addStretch(1)
        layout.addWidget(self._lock)
        layout.addWidget(self.keyring)
        layout.addSpacing(18)
        layout.addWidget(self.last_sync)
        self.setLayout(layout)
        self._draw()
        theme.current().changed.connect(self._draw)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show what was read; the keyring stays as it was where it was not asked."""
        self.base_url.set_value(snapshot.base_url)
        last = snapshot.last_sync
        self.last_sync.setText(
            self.tr("No request from Okta yet")
            if last is None
            else self.tr("Last Okta sync {ago}").format(ago=when.ago(last, when.instant(snapshot.now)))
        )
        self.last_sync.setToolTip("" if last is None else when.exact(last))
        if snapshot.probe is not None:
            self._show_keyring(snapshot.probe)

    def _show_keyring(self, probe: Probe) -> None:
        sentence, icon, tone = words.keyring(probe)
        self.keyring.setText(sentence)
        self.keyring.setToolTip(
            self.tr("New tokens are saved there, so that you can copy them again.")
            if tone == "ok"
            else self.tr("A new token works either way; keep it yourself, or download it.")
        )
        self._state = (icon, tone)
        self._draw()

    def _draw(self) -> None:
        self._lock.setPixmap(theme.current().pixmap(*self._state, 18))
