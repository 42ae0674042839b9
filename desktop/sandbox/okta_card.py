"""Okta's side of the stage: its people and groups as its admin sees them, and what can be done with them.

Belongs here: showing, and asking for deeds. Must not know: how a deed is played.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QMenu, QPushButton, QSizePolicy

from desktop import theme
from desktop.sandbox import deeds
from desktop.sandbox.side_card import GROUPS, PEOPLE, SideCard
from desktop.sandbox.sides import okta_side
from desktop.widgets.basics import Pill, button, column, line, plain, row
from server.okta.dialogues import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.sandbox.deeds import Deed
    from server.okta.tenant import OktaTenant

IN_VIEW: Final = 2
"""Deeds that have a button of their own; the others are in the menu."""


class OktaCard(SideCard):
    """Emits what is to be done; whoever plays it calls `refresh` as it goes on."""

    deed_wanted = Signal(object, str)
    """A Deed, and the key of the person or group; empty for the app."""
    settings_wanted = Signal()
    kind_chosen = Signal(object)
    """Another Kind of app."""

    def __init__(self) -> None:
        super().__init__(self.tr("Okta"), "circle-bold", Pill(self.tr("simulated"), "info"))
        self.kinds = QComboBox()
        self.kinds.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.settings_button = button(
            "", self.settings_wanted.emit, icon="sliders-horizontal", name=self.tr("What is switched on for the app")
        )
        self.settings_button.setFixedWidth(36)
        self.above.addWidget(self.kinds, 1)
        self.above.addWidget(self.settings_button)
        self._tenant: OktaTenant | None = None
        self.kinds.setAccessibleName(self.tr("Kind of app in Okta"))
        self.kinds.setToolTip(self.tr("What kind of app it is decides which requests Okta sends"))
        titles = {
            "custom": self.tr("Custom app"),
            "catalog": self.tr("Catalog app"),
            "agent": self.tr("On-prem agent"),
        }
        for kind in Kind:
            self.kinds.addItem(titles[kind.value], kind)
        self.kinds.activated.connect(lambda _: self.kind_chosen.emit(self.kinds.currentData()))
        self.buttons = [self._deed_button() for _ in range(IN_VIEW)]
        self.more = button("", self._open_menu, icon="dots-three", name=self.tr("More for this choice"))
        self.more.setFixedWidth(36)
        self.app_buttons = {deed.name: self._app_button(deed) for deed in deeds.app_deeds()[:IN_VIEW]}
        self._shown: Sequence[Deed] = ()
        chosen = row(*self.buttons, self.more, spacing=6)
        foot = column(chosen, row(*self.app_buttons.values(), spacing=6), spacing=6, margins=(10, 6, 10, 10))
        self.body.addWidget(line())
        self.body.addWidget(plain(foot))
        self.chosen.connect(self._offer)

    def show_tenant(self, tenant: OktaTenant) -> None:
        """Show another tenant, or the same after both sides were put back."""
        self._tenant = tenant
        self.kinds.setCurrentIndex(self.kinds.findData(tenant.settings.kind))
        self.show_side(okta_side(tenant))
        self._choose_somebody()
        self._offer()

    def refresh(self) -> list[str]:
        """Read the tenant again and light up what changed; only while no request is on its way."""
        if self._tenant is None:
            return []
        lit = self.show_side(okta_side(self._tenant), light=True)
        self._choose_somebody(lit)
        self._offer()
        return lit

    def enable(self, *, enabled: bool) -> None:
        """Let things be done, or not while something is."""
        for one in (*self.buttons, self.more, *self.app_buttons.values(), self.kinds, self.settings_button):
            one.setEnabled(enabled)
        if enabled:
            self._offer()

    @property
    def key(self) -> str:
        """Who, or which group, is chosen."""
        return self.lists[self.tabs.currentIndex()].key

    def point_at(self, names: Sequence[str]) -> None:
        """Choose the first whom one of these usernames, or groups' names, stands for."""
        tenant = self._tenant
        if tenant is None:
            return
        people = {person.login: okta_id for okta_id, person in tenant.people.items()}
        for name in names:
            for number, key in ((PEOPLE, people.get(name, "")), (GROUPS, name if name in tenant.groups else "")):
                if key:
                    self.show_tab(number)
                    self.lists[number].choose(key)
                    return

    def all_deeds(self) -> Sequence[Deed]:
        """List what can be done with the choice, what is closed to it included."""
        return self._shown

    def want(self, name: str) -> None:
        """Ask for a deed by its name."""
        for deed in (*self._shown, *deeds.app_deeds()):
            if deed.name == name:
                self.deed_wanted.emit(deed, self.key if deed in self._shown else "")

    def _choose_somebody(self, likely: Sequence[str] = ()) -> None:
        """Let nobody be without a choice: a group that was renamed is another one."""
        for one in self.lists:
            if not one.key and one.rows:
                keys = {row.key for row in one.rows}
                one.choose(next((key for key in likely if key in keys), one.rows[0].key))

    # -- offering --------------------------------------------------------------------------------------

    def _deed_button(self) -> QPushButton:
        made = button("-", name="-")
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        made.setProperty("kind", "deed")
        made.clicked.connect(lambda: self.want(str(made.property("deed"))))
        return made

    def _app_button(self, deed: Deed) -> QPushButton:
        made = button(deed.text, lambda: self.want(deed.name), name=deed.text)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return made

    def _offer(self) -> None:
        tenant, key = self._tenant, self.key
        if tenant is None:
            return
        tab = self.tabs.currentIndex()
        if tab == PEOPLE and key in tenant.people:
            self._shown = deeds.person_deeds(tenant, key)
        elif tab == GROUPS and key in tenant.groups:
            self._shown = deeds.group_deeds(tenant, key)
        else:
            self._shown = ()
        sensible = [deed for deed in self._shown if deed.is_open]
        for number, one in enumerate(self.buttons):
            deed = sensible[number] if number < len(sensible) else None
            one.setVisible(deed is not None)
            if deed is not None:
                one.setText(deed.text.replace("&", "&&"))
                one.setAccessibleName(deed.text)
                one.setProperty("deed", deed.name)
                theme.current().bind_icon(one, deed.icon, "muted")

    def _open_menu(self) -> None:
        menu = self.menu_of_deeds()
        menu.popup(self.more.mapToGlobal(self.more.rect().topRight()))

    def menu_of_deeds(self) -> QMenu:
        """Make the menu of everything that can be done with the choice."""
        menu = QMenu(self)
        menu.setAccessibleName(self.tr("More for this choice"))
        for deed in (*self._shown, *deeds.app_deeds()[IN_VIEW:]):
            entry = menu.addAction(deed.text)
            theme.current().bind_icon(entry, deed.icon, "muted")
            entry.setEnabled(deed.is_open)
            entry.triggered.connect(lambda _=False, name=deed.name: self.want(name))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu
