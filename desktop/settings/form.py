"""All the fields of settings together: what was changed, what is wrong with it; wherever on the page they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop import settings_rules
from desktop.settings.inputs import SettingInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.faults import Fault
    from server.workspace import Setting


class SettingsForm(QObject):
    """Holds a field for each setting once `take` has been told what there is."""

    changed = Signal()
    """A field was edited, or is as it was again."""
    taken = Signal()
    """The fields show what holds now; after the first time, they exist."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.inputs: dict[str, SettingInput] = {}

    def take(self, settings: Sequence[Setting]) -> None:
        """Show what holds; a field that is being edited keeps its edit."""
        for setting in settings:
            shown = self.inputs.get(setting.name)
            if shown is None:
                made = self.inputs[setting.name] = SettingInput(setting)
                made.changed.connect(self._judge)
            elif not shown.is_changed:
                shown.show_setting(setting)
        self.taken.emit()
        self.changed.emit()

    @property
    def changes(self) -> dict[str, Any]:
        """What is to be written."""
        return {name: one.value for name, one in self.inputs.items() if one.is_changed}

    @property
    def values(self) -> dict[str, Any]:
        """Everything as it would be."""
        return {name: one.value for name, one in self.inputs.items()}

    @property
    def needs_restart(self) -> bool:
        """Whether an endpoint has to start anew for what was changed."""
        return any(one.setting.needs_restart for one in self.inputs.values() if one.is_changed)

    def discard(self) -> None:
        """Go back to what holds, everywhere."""
        for one in self.inputs.values():
            one.discard()
        self.changed.emit()

    def saved(self) -> None:
        """Hear that what stands in the fields now holds: the next `take` shows how it is read."""
        for one in self.inputs.values():
            one.settle()

    def complain_about_all(self) -> str:
        """Judge everything and say beside each field what is wrong; gives the first such setting, or ""."""
        found = settings_rules.complaints(self.values, self.changes)
        for name, sentence in found.items():
            self.inputs[name].field.complain(sentence)
        return next(iter(found), "")

    def complain(self, fault: Fault) -> str:
        """Say beside its field what the endpoint's rules found wrong; gives the setting, "" where it names none."""
        name = settings_rules.setting_of(fault)
        if name not in self.inputs:
            return ""
        one = self.inputs[name]
        one.field.complain(settings_rules.sentence_of(fault, name, one.value))
        return name

    def _judge(self) -> None:
        # While it is typed, each by itself: what goes together is only known at the end.
        for name, one in self.inputs.items():
            if one.is_changed and (sentence := settings_rules.complaint(name, one.value)):
                one.field.complain(sentence)
            elif one.field.complaint:
                one.field.praise()
        self.changed.emit()
