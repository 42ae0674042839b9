"""Where a file can be dropped, and what a page does with one that was dropped on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame

from desktop.widgets.basics import button, column, label, picture, row, set_property

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent

ENDINGS: Final = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json")


def dropped_file(data: QMimeData) -> Path | None:
    """Give the one file that is dragged, where it is of a kind that can be imported."""
    urls = data.urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix.lower() in ENDINGS else None


class DropArea(QFrame):
    """Takes a dropped file, or has one chosen by its button."""

    dropped = Signal(object)
    """A Path."""
    choosing = Signal()
    """The button was clicked."""

    def __init__(self, title: str, sentence: str) -> None:
        super().__init__()
        self.setProperty("kind", "drop")
        self.setAcceptDrops(True)
        self.setAccessibleName(title)
        self.button = button(self.tr("Choose a file"), self.choosing.emit, icon="folder-open", kind="primary")
        words = label(sentence, "muted", wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words.setMinimumWidth(420)
        self.setLayout(
            column(
                None,
                row(None, picture("upload-simple", "accentText", 32), None),
                row(None, label(title, "h2"), None),
                row(None, words, None),
                6,
                row(None, self.button, None),
                None,
                spacing=8,
                margins=(24, 28, 24, 28),
            )
        )

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Light up where the file can be taken."""
        if dropped_file(event.mimeData()) is not None:
            set_property(self, "tone", "over")
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Calm down."""
        set_property(self, "tone", None)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the file."""
        set_property(self, "tone", None)
        path = dropped_file(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.dropped.emit(path)
