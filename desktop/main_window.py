"""The frame: sidebar, one page at a time, the palette, the shortcuts. It knows the pages; they do not know it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QWidget

from desktop.command_palette import CommandPalette
from desktop.messages import worded
from desktop.page import Action, Hit, Page
from desktop.shortcut_list import ShortcutList
from desktop.sidebar import Sidebar
from desktop.theme import Mode
from desktop.widgets.banner import Banner
from desktop.widgets.basics import column, plain
from desktop.widgets.toast import Toast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from desktop.desk import Desk
    from desktop.pages import Entry
    from desktop.preferences import Preferences
    from server.faults import Fault

SIZE: Final = (1240, 800)
SMALLEST: Final = (980, 640)
READ_AHEAD: Final = 60
"""Milliseconds between two pages that are made before they are asked for."""


class MainWindow(QMainWindow):
    """Pages are made when they are first shown: the window is there before the last of them."""

    quit_wanted = Signal()
    left = Signal()
    """Closed, while Perch stays in the tray."""

    def __init__(self, desk: Desk, preferences: Preferences, pages: Sequence[Entry]) -> None:
        super().__init__()
        self.desk = desk
        self.preferences = preferences
        self.stays_in_tray: Callable[[], bool] = lambda: False
        self._entries = {entry.name: entry for entry in pages}
        self._pages: dict[str, Page] = {}
        self._shortcuts: list[QShortcut] = []
        self.setWindowTitle(self.tr("Perch"))
        self.setMinimumSize(*SMALLEST)
        self.resize(*SIZE)
        preferences.restore(self)
        self.sidebar = Sidebar(desk, pages)
        self.sidebar.page_chosen.connect(self.show_page)
        self.sidebar.search_wanted.connect(self.show_palette)
        self.sidebar.shortcuts_wanted.connect(self.show_shortcuts)
        self.sidebar.status.settings_wanted.connect(lambda: self.show_page("settings", "address"))
        self.banner = Banner()
        self.stack = QStackedWidget()
        right = plain(column(self.banner, self.stack, spacing=0))
        centre = QWidget()
        centre.setProperty("kind", "page")
        body = self._beside(self.sidebar, right)
        centre.setLayout(body)
        self.setCentralWidget(centre)
        self.toast = Toast(centre)
        desk.live.fault_appeared.connect(self._tell_fault)
        desk.live.fault_passed.connect(self.banner.hide)
        self._bind(self.own_actions())
        first = preferences.page
        self.show_page(first if first in self._entries else next(iter(self._entries)))
        # Nothing is about to be typed or pressed: Tab begins at the top.
        self.setFocus()

    @staticmethod
    def _beside(left: QWidget, right: QWidget) -> QHBoxLayout:
        layout = QHBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(left)
        layout.addWidget(right, 1)
        return layout

    # -- pages ---------------------------------------------------------------------------------------

    @property
    def page(self) -> Page:
        """The page that is shown."""
        page = self.stack.currentWidget()
        assert isinstance(page, Page)
        return page

    def page_named(self, name: str) -> Page:
        """Give a page, made now if it was not there yet."""
        page = self._pages.get(name)
        if page is None:
            page = self._pages[name] = self._entries[name].load()(self.desk)
            page.navigated.connect(self.show_page)
            page.told.connect(self.toast.say)
            page.actions_changed.connect(partial(self._rebind, page))
            self.stack.addWidget(page)
        return page

    def show_page(self, name: str, target: object = None) -> None:
        """Bring a page to the front, and let it show something."""
        page = self.page_named(name)
        before = self.stack.currentWidget()
        if page is not before or not self._shortcuts:
            if isinstance(before, Page) and before is not page:
                before.hidden()
            self.stack.setCurrentWidget(page)
            self.sidebar.show_page(name)
            self.preferences.set_page(name)
            # A page that is no part of the real directory says so in the title as well.
            self.setWindowTitle(page.windowTitle() or self.tr("Perch"))
            self._bind_page(page)
            page.shown()
        if target is not None:
            page.reveal(target)

    def read_ahead(self) -> None:
        """Make the pages that were not shown yet, one at a time, while nobody asks for anything."""
        missing = next((name for name in self._entries if name not in self._pages), None)
        if missing is not None:
            self.page_named(missing)
            QTimer.singleShot(READ_AHEAD, self.read_ahead)

    def raise_up(self) -> None:
        """Come to the front, from the tray or from behind."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    # -- actions -------------------------------------------------------------------------------------

    def own_actions(self) -> list[Action]:
        """List what can be done on every page."""
        return [
            Action(self.tr("Search everywhere"), self.show_palette, "magnifying-glass", "Ctrl+K"),
            Action(self.tr("Keyboard shortcuts"), self.show_shortcuts, "keyboard", "?"),
            *(
                Action(
                    self.tr("Go to {page}").format(page=entry.words),
                    lambda name=entry.name: self.show_page(name),  # type: ignore[misc] # bound at once
                    entry.icon,
                    f"Ctrl+{number}",
                )
                for number, entry in enumerate(self._entries.values(), 1)
            ),
            Action(self.tr("Copy the SCIM base URL"), self.copy_base_url, "link-simple", "Ctrl+Shift+C"),
            Action(self.tr("Pause or resume the endpoint"), self.toggle_endpoint, "pause"),
            Action(self.tr("Restart the endpoint"), self.desk.endpoint.restart, "arrow-counter-clockwise"),
            Action(self.tr("Light theme"), lambda: self.set_mode(Mode.LIGHT), "sun"),
            Action(self.tr("Dark theme"), lambda: self.set_mode(Mode.DARK), "moon"),
            Action(self.tr("Theme as the system"), lambda: self.set_mode(Mode.SYSTEM), "monitor"),
            Action(self.tr("Quit Perch"), self.quit_wanted.emit, "sign-out", "Ctrl+Q"),
        ]

    def _bind(self, actions: Sequence[Action]) -> list[QShortcut]:
        made = []
        for action in actions:
            if action.shortcut:
                shortcut = QShortcut(QKeySequence(action.shortcut), self)
                shortcut.activated.connect(action.run)
                made.append(shortcut)
        return made

    def _rebind(self, page: Page) -> None:
        if page is self.stack.currentWidget():
            self._bind_page(page)

    def _bind_page(self, page: Page) -> None:
        for shortcut in self._shortcuts:
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        self._shortcuts = self._bind(page.actions_offered())

    def copy_base_url(self) -> None:
        """Copy what Okta is to be given."""
        self.desk.clipboard.copy(self.desk.workspace.base_url)
        self.toast.say(self.tr("Copied {url}").format(url=self.desk.workspace.base_url), None)

    def toggle_endpoint(self) -> None:
        """Stop answering Okta, or answer again."""
        if self.desk.endpoint.status.is_serving:
            self.desk.endpoint.pause()
        else:
            self.desk.endpoint.resume()

    def set_mode(self, mode: Mode) -> None:
        """Change the look at once and for the next time."""
        self.desk.theme.set_mode(mode)
        self.preferences.set_mode(mode)

    def show_palette(self) -> None:
        """Open the palette."""
        actions = [*self.page.actions_offered(), *self.own_actions()]
        searches = [self.page_named(name).search for name in self._entries]
        palette = CommandPalette(self, actions, searches)
        palette.hit_chosen.connect(self._show_hit)
        palette.open()

    def _show_hit(self, hit: Hit) -> None:
        self.show_page(hit.page, hit.target)

    def show_shortcuts(self) -> None:
        """List the shortcuts."""
        ShortcutList(
            self, [(self.tr("Everywhere"), self.own_actions()), (self.page.title, self.page.actions_offered())]
        ).open()

    def _tell_fault(self, fault: Fault) -> None:
        self.banner.say(str(worded(fault)), "err")

    # -- the end -------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stay in the tray where there is one and this person likes it so; otherwise quit."""
        self.preferences.remember(self)
        if self.stays_in_tray():
            event.ignore()
            self.hide()
            self.left.emit()
        else:
            event.accept()
            QTimer.singleShot(0, self.quit_wanted.emit)
