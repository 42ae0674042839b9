"""What is switched on for the app, as on Okta's pages of provisioning.

Belongs here: asking. Must not know: what follows from a setting.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox

from desktop.sandbox.words import tr
from desktop.widgets.basics import label
from desktop.widgets.dialog import Dialog
from desktop.widgets.field import Field

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from server.okta.app import AppSettings


class AppDialog(Dialog):
    """`given` has the AppSettings that were saved."""

    given = Signal(object)

    def __init__(self, parent: QWidget | None, settings: AppSettings) -> None:
        super().__init__(parent, tr("Provisioning of the app"), icon="sliders-horizontal", width=480)
        self._settings = settings
        self.boxes: dict[str, QCheckBox] = {}
        self._section(
            tr("Supported provisioning actions"),
            {
                "import_users": tr("Import new users and profile updates"),
                "push_new_users": tr("Push new users"),
                "push_profile_updates": tr("Push profile updates"),
                "push_groups": tr("Push groups"),
                "import_groups": tr("Import groups"),
            },
        )
        self._section(
            tr("To App"),
            {
                "create_users": tr("Create users"),
                "update_user_attributes": tr("Update user attributes"),
                "deactivate_users": tr("Deactivate users"),
                "sync_password": tr("Sync password"),
                "exclude_username_updates": tr("Exclude username updates"),
                "rename_groups": tr("Rename app groups to match group name in Okta"),
            },
        )
        self.identifier = QComboBox()
        self.identifier.addItems(["userName", "email"])
        self.identifier.setCurrentText(settings.unique_identifier)
        self.body.addWidget(Field(tr("Unique identifier field for users"), self.identifier))
        self.add_button(tr("Cancel"), self.reject)
        self.save_button = self.add_button(tr("Save"), self._save, kind="primary")

    def _section(self, title: str, boxes: dict[str, str]) -> None:
        self.body.addWidget(label(title, "strong"))
        for name, text in boxes.items():
            box = self.boxes[name] = QCheckBox(text)
            box.setAccessibleName(text)
            box.setChecked(bool(getattr(self._settings, name)))
            self.body.addWidget(box)

    def _save(self) -> None:
        ticked = {name: box.isChecked() for name, box in self.boxes.items()}
        self.given.emit(
            replace(self._settings, unique_identifier=self.identifier.currentText(), **ticked)  # type: ignore[arg-type] # a field each
        )
        self.accept()
