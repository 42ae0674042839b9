from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.command_palette import CommandPalette, matches
from desktop.page import Action, Hit

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


Opened = Callable[..., CommandPalette]


@pytest.mark.parametrize(
    ("text", "typed", "found"),
    [
        ("Generate token", "gen tok", True),
        ("Generate token", "TOKEN", True),
        ("Generate token", "", True),
        ("Generate token", "revoke", False),
        ("Ñandú", "ñan", True),
    ],
)
def test_typing_finds_by_words_in_any_order(text: str, typed: str, *, found: bool) -> None:
    assert matches(text, typed) is found


@pytest.fixture
def opened(qtbot: QtBot) -> Callable[..., CommandPalette]:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()

    def open_it(actions: list[Action], *searches: Callable[[str], list[Hit]]) -> CommandPalette:
        palette = CommandPalette(parent, actions, searches)
        palette.open()
        return palette

    return open_it


def test_actions_are_chosen_by_arrows_and_enter(qtbot: QtBot, opened: Opened) -> None:
    ran: list[str] = []
    palette = opened([Action(name, partial(ran.append, name)) for name in ("One", "Two", "Three")])
    qtbot.keyClick(palette.input, Qt.Key.Key_Down)
    qtbot.keyClick(palette.input, Qt.Key.Key_Down)
    qtbot.keyClick(palette.input, Qt.Key.Key_Up)
    qtbot.keyClick(palette.input, Qt.Key.Key_Return)
    assert ran == ["Two"]


def test_arrows_stop_at_both_ends(qtbot: QtBot, opened: Opened) -> None:
    ran: list[str] = []
    palette = opened([Action(name, partial(ran.append, name)) for name in ("One", "Two")])
    qtbot.keyClick(palette.input, Qt.Key.Key_Up)
    qtbot.keyClick(palette.input, Qt.Key.Key_PageDown)
    qtbot.keyClick(palette.input, Qt.Key.Key_Down)
    qtbot.keyClick(palette.input, Qt.Key.Key_Return)
    assert ran == ["Two"]


def test_what_was_found_is_handed_over(qtbot: QtBot, opened: Opened) -> None:
    hit = Hit("Ada Lovelace", "ada@example.com", "user", "people", "id-1")
    palette = opened([], lambda text: [hit] if "ada".startswith(text) else [])
    qtbot.keyClicks(palette.input, "ad")
    qtbot.waitUntil(lambda: palette.model.rowCount() == 1)
    with qtbot.waitSignal(palette.hit_chosen) as chosen:
        qtbot.keyClick(palette.input, Qt.Key.Key_Return)
    assert chosen.args == [hit]


def test_an_answer_to_what_was_typed_before_is_not_shown(qtbot: QtBot, opened: Opened) -> None:
    go = threading.Event()

    def search(text: str) -> list[Hit]:
        if text == "slow":
            go.wait(20)
        return [Hit(text, "", "user", "people")]

    palette = opened([], search)
    palette.input.setText("slow")
    with qtbot.waitSignal(palette.input.textChanged):
        palette.input.setText("slower")
    qtbot.waitUntil(lambda: palette.model.rowCount() == 1)
    go.set()
    qtbot.waitUntil(lambda: palette.model.item(0).text() == "slower")
    assert palette.model.rowCount() == 1


def test_one_letter_searches_no_database(qtbot: QtBot, opened: Opened) -> None:
    asked: list[str] = []

    def search(text: str) -> list[Hit]:
        asked.append(text)
        return []

    palette = opened([], search)
    qtbot.keyClicks(palette.input, "a")
    qtbot.keyClicks(palette.input, "d")
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == ["ad"]
