from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from desktop.tokens.expiry_warnings import KEY, ExpiryWarnings, sentence
from server.tokens import later, timestamp
from tests.desktop.tokens.conftest import PATIENCE
from tests.desktop.tokens.values import token

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk


def told(desk: Desk, qtbot: QtBot) -> list[tuple[str, int]]:
    """Start anew and give what is told at once; nothing when nothing is."""
    warnings = ExpiryWarnings(desk, desk.live)
    found: list[tuple[str, int]] = []
    warnings.due.connect(lambda due: found.extend((one.token.label, one.days) for one in due))
    warnings.start()
    qtbot.waitUntil(lambda: warnings._task is None, timeout=PATIENCE)
    warnings.deleteLater()
    return found


@pytest.fixture
def clock(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the custody's now be so many days after it was first set."""
    begun: list[str] = []

    def set_days(days: int) -> None:
        begun.append(begun[0] if begun else desk.workspace.custody.now())
        moment = later(begun[0], timedelta(days=days))
        monkeypatch.setattr(type(desk.workspace.custody), "now", staticmethod(lambda: moment))

    return set_days


def test_each_threshold_is_told_once_over_every_start(desk: Desk, qtbot: QtBot, clock: Any) -> None:
    desk.workspace.custody.issue("Okta", expires="30d")
    heard = []
    for day in (0, 5, 10, 11, 20, 23, 24, 29, 30):
        clock(day)
        heard.append((day, told(desk, qtbot)))
    assert [one for one in heard if one[1]] == [(10, [("Okta", 20)]), (23, [("Okta", 7)]), (29, [("Okta", 1)])]


def test_the_most_urgent_comes_first(desk: Desk, qtbot: QtBot) -> None:
    desk.workspace.custody.issue("later", expires="19d")
    desk.workspace.custody.issue("tomorrow", expires="1d")
    assert told(desk, qtbot) == [("tomorrow", 1), ("later", 20)]


def test_a_token_made_meanwhile_is_told_without_waiting_an_hour(desk: Desk, qtbot: QtBot) -> None:
    warnings = ExpiryWarnings(desk, desk.live)
    warnings.start()
    with qtbot.waitSignal(warnings.due, timeout=PATIENCE) as due:
        desk.workspace.custody.issue("Okta", expires="5d")
    assert due.args is not None
    assert [(one.token.label, one.days) for one in due.args[0]] == [("Okta", 7)]


@pytest.mark.parametrize("kept", ["{", "[1]", '[["gone", 7]]', "null"])
def test_what_was_kept_of_no_use_is_passed_over(desk: Desk, qtbot: QtBot, kept: str) -> None:
    desk.workspace.settings.set(KEY, kept)
    desk.workspace.custody.issue("Okta", expires="5d")
    assert told(desk, qtbot) == [("Okta", 7)]
    assert "gone" not in (desk.workspace.settings.get(KEY) or "")


def test_it_is_worded() -> None:
    now = timestamp(0)
    one = token("Okta", expires=later(now, timedelta(days=7)))
    assert sentence(one, now) == "“Okta” expires in 7 days. Rotate it before Okta is refused."
