from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.tokens.details import Details
from desktop.tokens.snapshot import Snapshot
from desktop.widgets import when
from server.records import Token, TokenEvent
from server.tokens import later, timestamp
from server.workspace import token_life
from tests.desktop.tokens.values import token

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

NOW = timestamp(datetime.now(UTC).timestamp())


@pytest.fixture
def details(qtbot: QtBot) -> Details:
    made = Details()
    qtbot.addWidget(made)
    return made


def offered(details: Details) -> list[str]:
    buttons = (details.copy_button, details.rotate_button, details.revoke_button, details.replace_button)
    return [one.text() for one in buttons if one.isVisible()]


def test_all_that_is_known_is_told(details: Details) -> None:
    use = later(NOW, timedelta(minutes=-2))
    one = token("Okta", last_used=use, last_address="10.0.0.7", last_agent="Okta SCIM Client 1.0.0", keyring="stored")
    details.show_token(one, Snapshot(NOW, [one]))
    assert details.fact("used") == f"2 min ago · {when.exact(use)}"
    assert details.fact("from") == "Okta from 10.0.0.7"
    assert details.fact("agent") == "Okta SCIM Client 1.0.0"
    assert details.fact("expires") == "Never"
    assert details.fact("keyring") == "Saved to the keyring"
    assert "perch_live_…k3Qz" in details.fact("token")
    assert details.fact("rotation") == "Not being replaced"


def test_what_is_not_known_is_a_dash(details: Details) -> None:
    one = token("Okta")
    details.show_token(one, Snapshot(NOW, [one]))
    assert [details.fact(key) for key in ("used", "from", "agent")] == ["Never", "—", "—"]


@pytest.mark.parametrize(
    ("one", "buttons"),
    [
        (token("active"), ["Copy token", "Rotate…", "Revoke…"]),
        (token("rotating", replaced_by="x", expires=later(NOW, timedelta(1))), ["Copy token", "Revoke…"]),
        (token("expired", expires=later(NOW, timedelta(-1))), ["Rotate…", "Generate a replacement…"]),
        (token("revoked", revoked=NOW), ["Generate a replacement…"]),
    ],
    ids=lambda one: one.label if isinstance(one, Token) else "",
)
def test_only_what_is_possible_is_offered(details: Details, one: Token, buttons: list[str]) -> None:
    details.show_token(one, Snapshot(NOW, [one]))
    assert offered(details) == buttons


def test_the_history_is_told_the_newest_first(details: Details) -> None:
    one = token("Okta")
    events = (
        TokenEvent(one.id, NOW, "created", "desktop (dana)"),
        TokenEvent(one.id, NOW, "first used", "10.0.0.7", "Okta SCIM Client 1.0.0"),
    )
    details.show_token(one, Snapshot(NOW, [one], history=events))
    moment = when.exact(NOW)
    assert details.history == [f"First used by Okta, {moment} · 10.0.0.7", f"Generated, {moment} · dana"]


def test_the_history_of_another_token_is_not_told(details: Details) -> None:
    one, other = token("one"), token("other")
    details.show_token(one, Snapshot(NOW, [one, other], history=(TokenEvent(one.id, NOW, "created", "dana"),)))
    details.show_token(other, Snapshot(NOW, [one, other], history=(TokenEvent(one.id, NOW, "created", "dana"),)))
    assert details.history == []


@pytest.mark.parametrize("looked_at", ["old", "new"])
def test_both_sides_of_a_rotation_say_how_far_it_is(details: Details, looked_at: str) -> None:
    old = token("old", replaced_by="new", last_used=later(NOW, timedelta(minutes=-3)), last_agent="Okta 1")
    new = token("new")
    taken = Snapshot(NOW, [old, new], {"old": token_life.rotation_state(old, new)})
    details.show_token(old if looked_at == "old" else new, taken)
    assert details.fact("rotation") == "Okta is still using the old one, 3 min ago"


def test_its_buttons_ask_the_page(details: Details, qtbot: QtBot) -> None:
    one = token("Okta")
    details.show_token(one, Snapshot(NOW, [one]))
    for button, asked in (
        (details.copy_button, details.copy_asked),
        (details.rotate_button, details.rotate_asked),
        (details.revoke_button, details.revoke_asked),
    ):
        with qtbot.waitSignal(asked):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
