"""The page of groups as a person meets it: shown, read, with its shortcuts bound as the window binds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.groups.page import GroupsPage
from tests.desktop.shown import show_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


@pytest.fixture
def open_page(qtbot: QtBot) -> Callable[[Desk], GroupsPage]:
    """Open the page of a desk and wait until its list is read."""

    def opened(desk: Desk) -> GroupsPage:
        page = GroupsPage(desk)
        show_page(qtbot, page)
        with qtbot.waitSignal(page.model.loaded):
            page.shown()
        return page

    return opened


@pytest.fixture
def page(desk: Desk, open_page: Callable[[Desk], GroupsPage]) -> GroupsPage:
    """Give the page of an empty directory."""
    return open_page(desk)
