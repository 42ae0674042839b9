"""A field for a setting, made from its description: the right control, its words, what is wrong with it, its source.

Belongs here: controls and how a value goes in and comes out. Must not know: which settings there are, saving.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QWidget

from desktop.widgets.basics import column, row
from desktop.widgets.choice import Choice
from desktop.widgets.field import Field
from server.config import Source
from server.workspace import SettingKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtCore import SignalInstance

    from server.workspace import Setting

NUMBER_WIDTH: Final = 160
_ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ATTRIBUTES: Final = (
    ("userName", "User name"),
    ("emails", "E-mail address"),
    ("name.givenName", "First name"),
    ("name.familyName", "Last name"),
    ("displayName", "Display name"),
    ("externalId", "External id"),
    ("title", "Title"),
    (f"{_ENTERPRISE}:department", "Department"),
    (f"{_ENTERPRISE}:employeeNumber", "Employee number"),
)
"""What an admin is likely to ask for; every other attribute is written out."""


class Control(Protocol):
    """What holds the value of a setting."""

    @property
    def changed(self) -> SignalInstance:
        """Told after every change, by a person or by `write`."""

    def read(self) -> Any:
        """Give what the settings file is to hold; "" is the default."""

    def write(self, value: Any) -> None:
        """Show a value as the settings have it."""


class TextControl(QLineEdit):
    """A line of text, also for numbers: what is wrong with one is said and not silently corrected."""

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        if setting.kind in {SettingKind.WHOLE, SettingKind.NUMBER}:
            self.setMaximumWidth(NUMBER_WIDTH)
        default = "" if setting.default is None else _plain(setting.default)
        self.setPlaceholderText(default)

    @property
    def changed(self) -> SignalInstance:
        """Told after every letter."""
        return self.textChanged

    def read(self) -> Any:
        """Give the text."""
        return self.text().strip()

    def write(self, value: Any) -> None:
        """Show a value."""
        self.setText("" if value is None else _plain(value))


class FlagControl(QCheckBox):
    """Yes or no; its own label says what."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting.label)

    @property
    def changed(self) -> SignalInstance:
        """Told when it is ticked or not."""
        return self.toggled

    def read(self) -> Any:
        """Give whether it is ticked."""
        return self.isChecked()

    def write(self, value: Any) -> None:
        """Tick it or not."""
        self.setChecked(bool(value))


class ChoiceControl(Choice):
    """One of a few."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting.label, setting.choices)

    @property
    def changed(self) -> SignalInstance:
        """Told when another is chosen."""
        return self.chosen

    def read(self) -> Any:
        """Give what is chosen."""
        return self.value

    def write(self, value: Any) -> None:
        """Choose."""
        self.choose(value)


class AttributesControl(QWidget):
    """Attributes of a person: the usual ones to tick, the others by their names."""

    changed = Signal()

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setAccessibleName(setting.label)
        self.boxes = {path: QCheckBox(self.tr(words)) for path, words in ATTRIBUTES}
        self.others = QLineEdit()
        self.others.setAccessibleName(self.tr("Other required attributes"))
        self.others.setPlaceholderText(self.tr("Others, such as nickName, phoneNumbers"))
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(9)
        for number, (path, box) in enumerate(self.boxes.items()):
            box.setToolTip(path)
            box.toggled.connect(self.changed)
            grid.addWidget(box, number // 3, number % 3)
        # Nobody is without one (RFC 7643 section 4.1.1).
        self.boxes["userName"].setChecked(True)
        self.boxes["userName"].setEnabled(False)
        self.others.textChanged.connect(self.changed)
        self.setLayout(column(grid, 4, self.others, spacing=8, margins=(0, 4, 0, 0)))

    def read(self) -> Any:
        """Give the attributes as a list."""
        return [path for path, box in self.boxes.items() if box.isChecked()] + _split(self.others.text())

    def write(self, value: Iterable[str]) -> None:
        """Show attributes."""
        wanted = tuple(value)
        for path, box in self.boxes.items():
            box.setChecked(path in wanted or path == "userName")
        self.others.setText(", ".join(path for path in wanted if path not in self.boxes))


class ListControl(TextControl):
    """Some words, with commas between."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.setPlaceholderText("")

    def read(self) -> Any:
        """Give them as a list."""
        return _split(self.text())

    def write(self, value: Any) -> None:
        """Show them."""
        self.setText(", ".join(value))


def _list_control(setting: Setting) -> QWidget:
    # A list of attributes holds userName (RFC 7643 section 4.1.1); any other list is words.
    return AttributesControl(setting) if "userName" in setting.default else ListControl(setting)


_CONTROLS: Final[dict[SettingKind, Callable[[Setting], QWidget]]] = {
    SettingKind.FLAG: FlagControl,
    SettingKind.CHOICE: ChoiceControl,
    SettingKind.LIST: _list_control,
}


class SettingInput(QWidget):
    """One setting on the page."""

    changed = Signal()

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setting = setting
        control = _CONTROLS.get(setting.kind, TextControl)(setting)
        control.setObjectName(setting.name)
        self.control: Control = control  # type: ignore[assignment] # each of them is one
        self.field = Field("" if setting.kind is SettingKind.FLAG else setting.label, control, setting.explanation)
        control.setAccessibleName(setting.label)
        self.setLayout(row(self.field))
        self.setFocusProxy(control)
        self._shown: Any = None
        self.show_setting(setting)
        self.control.changed.connect(self._tell)

    def show_setting(self, setting: Setting) -> None:
        """Show what holds now, and where it comes from when it cannot be changed here."""
        self.setting = setting
        self.control.write(setting.value)
        self._shown = self.control.read()
        self.field.control.setEnabled(self.is_editable)
        self.field.hint(self._hint(), "small" if self.is_editable else "caution")

    @property
    def is_editable(self) -> bool:
        """Whether a change of the file would have an effect."""
        return self.setting.source in {Source.DEFAULT, Source.FILE}

    @property
    def value(self) -> Any:
        """What is to be saved; None is the default."""
        value = self.control.read()
        return None if value == "" else value

    @property
    def is_changed(self) -> bool:
        """Whether it is something else than what holds."""
        return bool(self.control.read() != self._shown)

    def discard(self) -> None:
        """Go back to what holds."""
        self.show_setting(self.setting)

    def settle(self) -> None:
        """Take what stands here for what holds."""
        self._shown = self.control.read()

    def propose(self, value: Any) -> None:
        """Fill in a value, as if it had been typed."""
        self.control.write(value)

    def _tell(self) -> None:
        self.field.praise()
        self.changed.emit()

    def _hint(self) -> str:
        if self.setting.source is Source.ENVIRONMENT:
            return self.tr("{variable} in the environment says so: change it there.").format(
                variable=f"PERCH_{self.setting.name.upper()}"
            )
        if self.setting.source is Source.FLAG:
            return self.tr("The command line that started Perch says so: change it there.")
        return self.setting.explanation


def _split(text: str) -> list[str]:
    return [path.strip() for path in text.split(",") if path.strip()]


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
