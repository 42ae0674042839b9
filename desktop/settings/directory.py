"""The sections of what the endpoint asks and answers: Okta's part, the activity, and the limits that few ever touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop import theme
from desktop.settings.section import Section
from desktop.widgets.basics import button, label, plain, row

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from desktop.desk import Desk
    from desktop.settings.form import SettingsForm
    from desktop.settings.inputs import SettingInput


def in_two_columns(inputs: Sequence[SettingInput]) -> QWidget:
    """Put short fields beside each other."""
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(16)
    for number, one in enumerate(inputs):
        grid.addWidget(one, number // 2, number % 2, Qt.AlignmentFlag.AlignTop)
    grid.setColumnStretch(0, 1)
    grid.setColumnStretch(1, 1)
    return plain(grid)


class OktaSection(Section):
    """What a person must bring, and how a change is answered."""

    name, title, icon = "okta", "Okta", "ri.plug-2-line"
    names = ("required", "patch_answer")

    def __init__(self, desk: Desk, form: SettingsForm) -> None:
        super().__init__(desk, form, self.tr("What Perch asks of what Okta sends, and how it answers."))
        self._required = self.add()
        self._answer = self.add()
        self.end()

    def place(self) -> None:
        """Take the fields."""
        self._required.body.addWidget(self.form.inputs["required"])
        self._required.body.addWidget(
            label(
                self.tr(
                    "Somebody who lacks one is refused, and Okta shows its admin which attribute it was. People who "
                    "are here already stay as they are."
                ),
                "small",
                wrap=True,
            )
        )
        self._answer.body.addWidget(self.form.inputs["patch_answer"])


class ActivitySection(Section):
    """How much of what happened is kept."""

    name, title, icon = "activity", "Activity", "activity"
    names = ("activity_keep", "activity_days", "activity_body_cap")

    def __init__(self, desk: Desk, form: SettingsForm) -> None:
        super().__init__(
            desk,
            form,
            self.tr(
                "How long the requests stay that you see under Activity. The history of each person is kept forever."
            ),
        )
        self._kept = self.add()
        self.end()

    def place(self) -> None:
        """Take the fields."""
        self._kept.body.addWidget(in_two_columns([self.form.inputs[name] for name in self.names]))
        self._kept.body.addWidget(
            label(
                self.tr("Tokens and passwords are cut out before a request is kept; no setting changes that."),
                "small",
                wrap=True,
            )
        )


class LimitsSection(Section):
    """Everything that has no place elsewhere; folded, because the defaults suit nearly everybody."""

    name, title, icon = "limits", "Limits", "gauge"

    def __init__(self, desk: Desk, form: SettingsForm, elsewhere: Collection[str]) -> None:
        super().__init__(
            desk,
            form,
            self.tr("What protects Perch from clients that ask too much. The defaults suit nearly everybody."),
        )
        self._elsewhere = frozenset(elsewhere)
        self.fold_button = button(self.tr("Show the limits"), self._fold, icon="caret-down")
        self.cards.addLayout(row(self.fold_button, None))
        self._card = self.add()
        self._card.hide()
        self.end()

    def setting_names(self) -> Collection[str]:
        """Give every setting that no other section has."""
        return [name for name in self.form.inputs if name not in self._elsewhere]

    def place(self) -> None:
        """Take the fields."""
        self._card.body.addWidget(in_two_columns([self.form.inputs[name] for name in self.setting_names()]))

    def unfold(self) -> None:
        """Show the fields."""
        if self._card.isHidden():
            self._fold()

    def _fold(self) -> None:
        self._card.setVisible(self._card.isHidden())
        is_folded = self._card.isHidden()
        self.fold_button.setText(self.tr("Show the limits") if is_folded else self.tr("Hide the limits"))
        self.fold_button.setAccessibleName(self.fold_button.text())
        theme.current().bind_icon(self.fold_button, "caret-down" if is_folded else "caret-up")
