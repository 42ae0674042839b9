"""Where each column of a file goes: its heading, its first values, and a box to change the attribute.

Belongs here: the second step of an import. Must not know: how the file is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QScrollArea, QSizePolicy, QWidget

from desktop.transfer.wording import tr
from desktop.widgets.basics import Card, column, label, line, plain, row, set_property
from server.file_import import Form, Reading, missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.file_import import Kind, Preview

_SAMPLE = 40
"""Characters of the first values that are shown; the tool tip has them whole."""


class MappingView(QWidget):
    """Shows a `Preview` and gives back how the file is to be read."""

    changed = Signal()
    """A column goes somewhere else now."""
    kind_changed = Signal(str)
    """Somebody says that the file holds the other kind."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._preview: Preview | None = None
        self._name = label("", "strong")
        self._form = label("", "small")
        self.kind_box = QComboBox()
        self.kind_box.setAccessibleName(self.tr("What the file holds"))
        self.kind_box.addItem(self.tr("People"), "User")
        self.kind_box.addItem(self.tr("Groups"), "Group")
        self.kind_box.activated.connect(self._tell_kind)
        self.boxes: list[QComboBox] = []
        self._grid = QGridLayout()
        self._grid.setContentsMargins(14, 6, 14, 10)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        inner = plain(column(self._grid, None, spacing=0))
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setWidget(inner)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setMinimumHeight(250)
        self.complaint = label("", "error", wrap=True)
        self.only_new_box = QCheckBox(self.tr("Add who is new, leave alone who is here already"))
        head = row(column(self._name, self._form, spacing=2), None, label(self.tr("Holds"), "muted"), self.kind_box)
        card = Card(self._area, margins=(0, 0, 0, 0))
        self.setLayout(column(head, card, self.complaint, self.only_new_box, spacing=10))

    def show_preview(self, name: str, preview: Preview, choices: Sequence[str]) -> None:
        """Show the columns of another file."""
        self._preview = preview
        self._name.setText(name)
        forms = {
            Form.CSV: self.tr("CSV, {number} columns"),
            Form.JSON_LINES: self.tr("JSON lines, {number} attributes"),
            Form.JSON: self.tr("JSON, {number} attributes"),
        }
        self._form.setText(forms[preview.form].format(number=len(preview.columns)))
        self.kind_box.setCurrentIndex(self.kind_box.findData(preview.kind))
        self._fill(choices)
        self._judge()

    @property
    def kind(self) -> Kind:
        """What the file holds."""
        return "User" if self.kind_box.currentData() == "User" else "Group"

    @property
    def complaint_now(self) -> str:
        """Why the file cannot be read like this; empty when it can."""
        targets = [box.currentData() for box in self.boxes]
        needed = missing(self.kind, targets)
        if needed:
            return self.tr("Choose the column that holds the {attribute}: without it nobody can be told apart.").format(
                attribute=needed
            )
        doubled = next((target for target in targets if target and targets.count(target) > 1), None)
        if doubled is not None:
            return self.tr("Two columns go to {attribute}: let one of them be ignored.").format(attribute=doubled)
        return ""

    def reading(self) -> Reading:
        """Give how the file is to be read."""
        assert self._preview is not None
        return Reading(
            self._preview.form,
            self.kind,
            {place: box.currentData() for place, box in enumerate(self.boxes)},
            tuple(each.heading for each in self._preview.columns),
        )

    def _fill(self, choices: Sequence[str]) -> None:
        assert self._preview is not None
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.boxes = []
        for place, title in enumerate((self.tr("In the file"), self.tr("First values"), self.tr("Goes to"))):
            heading = label(title, "small")
            heading.setMinimumHeight(30)
            self._grid.addWidget(heading, 0, place)
        self._grid.addWidget(line(), 1, 0, 1, 3)
        for number, each in enumerate(self._preview.columns):
            box = self._box(each.heading, each.target, choices)
            self.boxes.append(box)
            name = label(each.heading or self.tr("(no heading)"), "strong")
            name.setMaximumWidth(190)
            name.setToolTip(each.heading)
            self._grid.addWidget(name, number + 2, 0)
            self._grid.addWidget(_samples(each.samples), number + 2, 1)
            self._grid.addWidget(box, number + 2, 2)

    def _box(self, heading: str, target: str, choices: Sequence[str]) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(self.tr("Where {heading} goes").format(heading=heading))
        box.setFixedWidth(230)
        box.setMaxVisibleItems(14)
        box.addItem(self.tr("Ignore this column"), "")
        for choice in [*choices, *([] if target in {"", *choices} else [target])]:
            box.addItem(choice.removeprefix("urn:ietf:params:scim:schemas:"), choice)
        box.setCurrentIndex(box.findData(target))
        # A wheel that scrolls the list would otherwise change what is under the mouse.
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        box.wheelEvent = lambda event: event.ignore()  # type: ignore[method-assign] # one box of its own kind
        box.currentIndexChanged.connect(self._judge)
        return box

    def _judge(self) -> None:
        words = self.complaint_now
        self.complaint.setText(words)
        self.complaint.setVisible(bool(words))
        for box in self.boxes:
            set_property(box, "tone", None if box.currentData() else "ignored")
        self.changed.emit()

    def _tell_kind(self) -> None:
        self.kind_changed.emit(self.kind)


def _samples(values: Sequence[str]) -> QLabel:
    text = "  ·  ".join(values)
    if len(text) > _SAMPLE:
        text = f"{text[:_SAMPLE].rstrip(' ·')}…"
    made = label(text or tr("— no values in the first lines"), "muted")
    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    made.setToolTip("\n".join(values))
    return made
