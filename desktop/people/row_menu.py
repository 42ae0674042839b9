"""The menu of a row: what can be done with one person, or with all who are selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from desktop import theme

if TYPE_CHECKING:
    from server.records import PersonRow


class RowMenu(QMenu):
    """Open it with `popup`; it goes away by itself."""

    shown = Signal()
    edited = Signal()
    name_copied = Signal()
    id_copied = Signal()
    deactivated = Signal()
    reactivated = Signal()
    deleted = Signal()

    def __init__(self, person: PersonRow, *, many: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Selected people") if many else person.display_name)
        entries = [
            ("eye", self.tr("Show details"), self.shown, not many),
            ("pencil-simple", self.tr("Edit"), self.edited, not many),
            ("copy", self.tr("Copy username"), self.name_copied, not many),
            ("identification-card", self.tr("Copy ID"), self.id_copied, not many),
            ("pause-circle", self.tr("Deactivate"), self.deactivated, many or person.active),
            ("play-circle", self.tr("Reactivate"), self.reactivated, many or not person.active),
            ("trash", self.tr("Delete"), self.deleted, True),
        ]
        for icon, text, chosen, applies in entries:
            if applies:
                self.addAction(theme.current().icon(icon), text).triggered.connect(chosen)
        self.aboutToHide.connect(self.deleteLater)
