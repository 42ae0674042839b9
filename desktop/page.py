"""What a page is: its name and icon in the sidebar, and the few things it asks of the window around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from desktop.desk import Desk


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person can do, for the command palette and the list of shortcuts."""

    text: str
    run: Callable[[], None]
    icon: str = "arrow-right"
    shortcut: str = ""
    """As Qt writes it ("Ctrl+N"); works while the page is shown."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that a search found: on which page, and what to show there."""

    text: str
    detail: str
    icon: str
    page: str
    target: object = field(default=None, compare=False)


class Page(QWidget):
    """One entry of the sidebar. It knows its desk, and nothing of the window or of other pages."""

    name: ClassVar[str]
    """How others ask for it: "tokens"."""
    title: ClassVar[str]
    icon: ClassVar[str]

    navigated = Signal(str, object)
    """Asks for another page by name, with what to show there (its `reveal` gets it)."""
    told = Signal(str, object)
    """Asks to tell the person something in passing: a sentence, and a callable that undoes it or None."""

    actions_changed = Signal()
    """`actions_offered` gives others now: what has a key works by it from now on, and what is gone no more."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.setProperty("kind", "page")
        self.setAccessibleName(self.title)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(28, 22, 28, 22)
        self.body.setSpacing(14)

    def shown(self) -> None:
        """Hear that the page came to the front: refresh what only matters then."""

    def hidden(self) -> None:
        """Hear that another page came to the front."""

    def reveal(self, target: object) -> None:
        """Show what another page or the palette asked for; what it is differs from page to page."""

    def actions_offered(self) -> Sequence[Action]:
        """List what can be done here."""
        return ()

    def search(self, text: str) -> list[Hit]:
        """Find things by text for the palette; called on a background thread: no widgets."""
        del text
        return []
