"""The filters above the table: a search field, what can be chosen, and a chip for each that is on.

Belongs here: how filters are set and taken away. Must not know: the log.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QLineEdit, QMenu, QPushButton, QWidget

from desktop import theme
from desktop.activity.wanted import Wanted
from desktop.widgets.basics import button, clear, column, plain, row
from server.okta.features import Feature

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from server.records import Token

TYPING: Final = 180
"""Milliseconds without a keystroke before a text is searched for."""


class FilterBar(QWidget):
    """Holds a `Wanted`; `changed` gives it whenever a person changes it."""

    changed = Signal(object)
    subject_wanted = Signal()
    """A person or a group is to be picked."""
    kept_toggled = Signal(bool)
    """Only what was kept, or all that comes."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setAccessibleName(self.tr("Filters"))
        self.wanted = Wanted()
        self.search_field = QLineEdit()
        self.search_field.setPlaceholderText(self.tr("Search path, meaning and bodies…"))
        self.search_field.setAccessibleName(self.tr("Search requests"))
        self.search_field.setClearButtonEnabled(True)
        self.search_field.setMinimumWidth(170)
        glass = QAction(self.search_field)
        theme.current().bind_icon(glass, "magnifying-glass", "faint")
        self.search_field.addAction(glass, QLineEdit.ActionPosition.LeadingPosition)
        self._typing = QTimer(self, singleShot=True, interval=TYPING)
        self._typing.timeout.connect(self._search)
        self.search_field.textEdited.connect(lambda _: self._typing.start())
        self.search_field.returnPressed.connect(self._search)
        self.errors_button = self._toggle(self.tr("Errors only"), "warning-circle", self._set_errors)
        self.kept_button = self._toggle(self.tr("Kept"), "push-pin", self.kept_toggled.emit)
        self.kind_menu, self.token_menu = QMenu(self), QMenu(self)
        self.kind_button = _with_menu(self.tr("Kind"), self.kind_menu)
        self.token_button = _with_menu(self.tr("Token"), self.token_menu)
        self.subject_button = button(self.tr("Person or group…"), self.subject_wanted.emit, icon="user")
        self.clear_button = button(self.tr("Clear filters"), lambda: self._change(Wanted()), kind="link")
        first = row(spacing=8)
        first.addWidget(self.search_field, 1)
        buttons = (self.errors_button, self.kind_button, self.token_button, self.subject_button, self.kept_button)
        for one in buttons:
            first.addWidget(one)
        self._chips = row(spacing=6)
        self._chip_line = plain(self._chips)
        self.setLayout(column(first, self._chip_line, spacing=8))
        self._fill_kinds()
        self.show_tokens(())
        self._show_chips()

    def show_wanted(self, wanted: Wanted) -> None:
        """Show filters that were set elsewhere."""
        self.wanted = wanted
        if self.search_field.text() != wanted.text:
            self._typing.stop()
            self.search_field.setText(wanted.text)
        self.errors_button.setChecked(wanted.errors_only)
        self._check_menus()
        self._show_chips()

    def _check_menus(self) -> None:
        wanted = self.wanted
        for menu, value in ((self.kind_menu, wanted.direction or wanted.feature), (self.token_menu, wanted.token_id)):
            for action in menu.actions():
                if action.isCheckable() and action.data() == value:
                    action.setChecked(True)

    def show_kept(self, *, kept: bool) -> None:
        """Show whether only what was kept is listed."""
        self.kept_button.setChecked(kept)

    def show_tokens(self, tokens: Sequence[Token]) -> None:
        """Offer the tokens that there are."""
        self.token_menu.clear()
        group = QActionGroup(self.token_menu)
        self._choice(group, self.tr("Any token"), "", token_id="", token_label="")
        for token in tokens:
            text = f"{token.label}  ({token.prefix}…{token.last_four})"
            self._choice(group, text, token.id, token_id=token.id, token_label=token.label)
        self._check_menus()

    def _fill_kinds(self) -> None:
        group = QActionGroup(self.kind_menu)
        self._choice(group, self.tr("All requests"), "", direction="", feature="")
        self._choice(group, self.tr("Reads only"), "reads", direction="reads", feature="")
        self._choice(group, self.tr("Writes only"), "writes", direction="writes", feature="")
        self.kind_menu.addSeparator()
        for feature in Feature:
            self._choice(group, feature.label, feature.value, direction="", feature=feature.value)

    def _choice(self, group: QActionGroup, text: str, data: str, **values: Any) -> None:
        menu = group.parent()
        assert isinstance(menu, QMenu)
        action = menu.addAction(text.replace("&", "&&"))
        action.setCheckable(True)
        action.setData(data)
        group.addAction(action)
        action.triggered.connect(lambda: self._change(replace(self.wanted, **values)))

    @staticmethod
    def _toggle(text: str, icon: str, toggled: Callable[[bool], object]) -> QPushButton:
        made = button(text, icon=icon)
        made.setCheckable(True)
        # Not `toggled`: what is shown by `show_wanted` was not asked for by a click.
        made.clicked.connect(lambda: toggled(made.isChecked()))
        return made

    def _set_errors(self, checked: bool) -> None:
        self._change(replace(self.wanted, errors_only=checked))

    def _search(self) -> None:
        self._typing.stop()
        text = self.search_field.text().strip()
        if text != self.wanted.text:
            self._change(replace(self.wanted, text=text))

    def _change(self, wanted: Wanted) -> None:
        self.show_wanted(wanted)
        self.changed.emit(wanted)

    def chips(self) -> list[QPushButton]:
        """Give the chips that are shown."""
        items = (self._chips.itemAt(place) for place in range(self._chips.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [one for one in widgets if isinstance(one, QPushButton) and one.property("kind") == "chip"]

    def _show_chips(self) -> None:
        wanted = self.wanted
        self._chips.removeWidget(self.clear_button)
        clear(self._chips)
        directions = {"reads": self.tr("Reads only"), "writes": self.tr("Writes only")}
        shown = (
            ("errors_only", self.tr("Errors only") if wanted.errors_only else ""),
            ("direction", directions.get(wanted.direction, "")),
            ("feature", _feature_label(wanted.feature)),
            ("token_id", self.tr("Token: {name}").format(name=wanted.token_label or wanted.token_id)),
            ("resource_id", self.tr("About: {name}").format(name=wanted.resource_label or wanted.resource_id)),
            ("text", self.tr("Text: {text}").format(text=wanted.text)),
        )
        for name, text in shown:
            if getattr(wanted, name):
                self._chips.addWidget(self._chip(name, text))
        if not wanted.is_everything:
            self._chips.addWidget(self.clear_button)
        self.clear_button.setVisible(not wanted.is_everything)
        self._chips.addStretch(1)
        self._chip_line.setVisible(not wanted.is_everything)

    def _chip(self, name: str, text: str) -> QPushButton:
        short = text if len(text) <= 44 else f"{text[:43]}…"
        made = button(
            short,
            lambda: self._change(self.wanted.without(name)),
            kind="chip",
            tip=self.tr("Take this filter away"),
            name=self.tr("Filter {what}: take away").format(what=text),
        )
        theme.current().bind_icon(made, "x", "accentText")
        return made


def _feature_label(feature: str) -> str:
    try:
        return Feature(feature).label
    except ValueError:
        # A newer Perch may have written it.
        return feature


def _with_menu(text: str, menu: QMenu) -> QPushButton:
    made = button(text, icon="caret-down", name=text)
    made.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    made.setMenu(menu)
    menu.setAccessibleName(text)
    return made
