"""Two small real pages, for tests of the frame around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit

from desktop.page import Action, Hit, Page
from desktop.pages import Entry

if TYPE_CHECKING:
    from desktop.desk import Desk


class Birds(Page):
    """Tells what happens to it."""

    name, title, icon = "birds", "Birds", "bird"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.log: list[object] = []
        self.chosen = ""
        self.field = QLineEdit()
        self.field.setAccessibleName("Bird")
        self.body.addWidget(self.field)

    def shown(self) -> None:
        self.log.append("shown")

    def hidden(self) -> None:
        self.log.append("hidden")

    def reveal(self, target: object) -> None:
        self.log.append(target)

    def choose(self, bird: str) -> None:
        self.chosen = bird
        self.actions_changed.emit()

    def actions_offered(self) -> list[Action]:
        offered = [Action("Ring a bird", lambda: self.log.append("rung"), "bell", "Ctrl+N")]
        if bird := self.chosen:
            offered.append(Action("Let it fly", lambda: self.log.append(f"{bird} flew"), "bird", "Ctrl+R"))
        return offered

    def search(self, text: str) -> list[Hit]:
        birds = ("Kestrel", "Kingfisher", "Wren")
        return [Hit(bird, "a bird", "bird", "birds", bird) for bird in birds if text.casefold() in bird.casefold()]


class Trees(Page):
    """Has nothing to offer."""

    name, title, icon = "trees", "Trees", "tree"


def entry_of(page: type[Page]) -> Entry:
    """Give a page of this module as the sidebar wants it."""
    return Entry(page.name, page.title, page.icon, page.__module__, page.__name__)


TWO = (entry_of(Birds), entry_of(Trees))
