"""A list of values with their types, as e-mail addresses and phone numbers are: one line each, one of them primary.

Belongs here: the lines. Must not know: whose they are. What a value has beside (``display`` …) stays with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QLineEdit, QRadioButton, QWidget

from desktop.widgets.basics import button, column, plain, row, set_property

if TYPE_CHECKING:
    from collections.abc import Sequence

    Document = dict[str, Any]

_FIRST: Final = "work"


class _Line(QWidget):
    """One value."""

    def __init__(self, list_: ValueList, value: Document) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.origin = value
        self.text = QLineEdit(str(value.get("value") or ""))
        self.text.setPlaceholderText(list_.example)
        self.text.setAccessibleName(list_.accessibleName())
        self.text.textEdited.connect(list_.edited)
        self.type = QComboBox()
        self.type.setEditable(False)
        self.type.setAccessibleName(list_.tr("Type"))
        kind = str(value.get("type") or "")
        for choice in dict.fromkeys((*list_.types, *([kind] if kind else []))):
            self.type.addItem(choice, choice)
        if not kind and value:
            self.type.insertItem(0, "—", "")
        self.type.setCurrentIndex(self.type.findData(kind if value else self.type.itemData(0)))
        self.type.setFixedWidth(96)
        self.primary = QRadioButton(list_.tr("Primary"))
        self.primary.setChecked(value.get("primary") is True)
        self.remove_button = button("", icon="trash", kind="ghost", name=list_.tr("Remove"))
        self.remove_button.clicked.connect(lambda: list_.remove(self))
        layout = row(spacing=8)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.type)
        layout.addWidget(self.primary)
        layout.addWidget(self.remove_button)
        self.setLayout(layout)
        self.setFocusProxy(self.text)

    def value(self) -> Document:
        made = {**self.origin, "value": self.text.text().strip()}
        kind = self.type.currentData()
        for name, setting in (("type", kind or None), ("primary", self.primary.isChecked() or None)):
            # Saying that something is not primary would be a change where nothing was said before.
            if setting is not None:
                made[name] = setting
            elif name != "primary" or self.origin.get("primary") is True:
                made.pop(name, None)
        return made


class ValueList(QWidget):
    """The lines and a button for another one."""

    edited = Signal()

    def __init__(self, name: str, add: str, types: Sequence[str], example: str = "") -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setAccessibleName(name)
        self.types = (*types,)
        self.example = example
        self._lines: list[_Line] = []
        self._primary = QButtonGroup(self)
        self._column = column(spacing=6)
        self.add_button = button(add, self._add_empty, icon="plus", kind="link")
        self.setLayout(column(self._column, plain(row(self.add_button, None)), spacing=4))
        self.show_values([])

    @property
    def lines(self) -> list[QLineEdit]:
        """The fields for the values."""
        return [line.text for line in self._lines]

    def values(self) -> list[Document]:
        """Give what is in the lines, empty ones too."""
        return [line.value() for line in self._lines]

    def show_values(self, values: Sequence[Document]) -> None:
        """Show other values; one empty line where there is none."""
        for line in list(self._lines):
            self._drop(line)
        for value in values:
            self._add(value)
        if not values:
            self._add({})

    def remove(self, line: _Line) -> None:
        """Take a line out; the last one is only emptied."""
        self._drop(line)
        if not self._lines:
            self._add({})
        self._lines[-1].text.setFocus()
        self.edited.emit()

    def setProperty(self, name: str, value: object) -> bool:
        """Pass on that something is wrong here."""
        if name == "invalid":
            for line in self._lines:
                set_property(line.text, name, value)
        return super().setProperty(name, value)

    def _add_empty(self) -> None:
        self._add({})
        self._lines[-1].text.setFocus()

    def _add(self, value: Document) -> None:
        line = _Line(self, value)
        if not value and not self._lines:
            line.primary.setChecked(True)
        self._lines.append(line)
        self._primary.addButton(line.primary)
        self._column.addWidget(line)
        self.setFocusProxy(self._lines[0])

    def _drop(self, line: _Line) -> None:
        self._lines.remove(line)
        self._primary.removeButton(line.primary)
        self._column.removeWidget(line)
        line.hide()
        line.deleteLater()
