"""The pages, in the order of the sidebar; the code of each is read when it is first wanted."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from desktop.page import Page


class Entry(NamedTuple):
    """What the sidebar shows of a page, and where its code is: the window is there before the last page is read."""

    name: str
    title: str
    icon: str
    module: str
    page: str

    def load(self) -> type[Page]:
        """Read the page's code."""
        found: type[Page] = getattr(import_module(self.module), self.page)
        return found

    @property
    def words(self) -> str:
        """The title in this person's language."""
        return QCoreApplication.translate("pages", self.title)


PAGES: tuple[Entry, ...] = (
    Entry("overview", "Overview", "squares-four", "desktop.overview.page", "OverviewPage"),
    Entry("connect", "Connect Okta", "ri.plug-2-line", "desktop.connect.page", "ConnectPage"),
    Entry("tokens", "Tokens", "key", "desktop.tokens.page", "TokensPage"),
    Entry("people", "People", "users", "desktop.people.page", "PeoplePage"),
    Entry("groups", "Groups", "users-three", "desktop.groups.page", "GroupsPage"),
    Entry("activity", "Activity", "activity", "desktop.activity.page", "ActivityPage"),
    Entry("sandbox", "Sandbox", "flask", "desktop.sandbox.page", "SandboxPage"),
    Entry("settings", "Settings", "gear-six", "desktop.settings.page", "SettingsPage"),
)
