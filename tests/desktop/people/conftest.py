"""The page of people as a person meets it: shown, read, with a few people in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.people.page import PeoplePage
from tests.desktop.shown import show_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


@pytest.fixture
def open_page(qtbot: QtBot) -> Callable[[Desk], PeoplePage]:
    """Open the page of a desk, with its shortcuts as the window binds them, and wait until it is ready."""

    def opened(desk: Desk) -> PeoplePage:
        page = PeoplePage(desk)
        show_page(qtbot, page)
        page.shown()
        qtbot.waitUntil(lambda: page.is_ready)
        return page

    return opened


@pytest.fixture
def page(desk: Desk, open_page: Callable[[Desk], PeoplePage]) -> PeoplePage:
    """Give the page of an empty directory."""
    return open_page(desk)
