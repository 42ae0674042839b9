from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QGuiApplication

from desktop.clipboard import Clipboard
from desktop.theme import Mode
from desktop.tokens.snapshot import Snapshot
from desktop.tokens.strip import Strip
from server.tokens import timestamp
from server.workspace import Outcome, Probe
from tests.desktop.tokens.values import token

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

NOW = timestamp(datetime.now(UTC).timestamp())
URL = "https://scim.acme.example/scim/v2"


@pytest.fixture
def strip(qtbot: QtBot) -> Strip:
    made = Strip(Clipboard())
    qtbot.addWidget(made)
    return made


def test_it_shows_where_okta_finds_the_endpoint_and_when_it_came(strip: Strip) -> None:
    used = token("Okta", last_used=NOW, last_agent="Okta SCIM Client 1.0.0")
    strip.show_snapshot(Snapshot(NOW, [used], base_url=URL, probe=Probe(Outcome.STORED, "b", "GNOME Keyring")))
    strip.base_url.button.click()
    assert QGuiApplication.clipboard().text() == URL
    assert strip.last_sync.text() == "Last Okta sync just now"
    assert strip.keyring.text() == "GNOME Keyring unlocked"


def test_the_keyring_stays_as_it_was_where_it_was_not_asked(strip: Strip) -> None:
    strip.show_snapshot(Snapshot(NOW, probe=Probe(Outcome.LOCKED, "b", "KWallet")))
    strip.show_snapshot(Snapshot(NOW))
    assert strip.keyring.text() == "KWallet locked"
    assert "works either way" in strip.keyring.toolTip()
    assert strip.last_sync.text() == "No request from Okta yet"


def test_its_icon_follows_the_look(desk: Desk, qtbot: QtBot) -> None:
    strip = Strip(desk.clipboard)
    qtbot.addWidget(strip)
    before = strip._lock.pixmap().toImage()
    desk.theme.set_mode(Mode.DARK)
    assert strip._lock.pixmap().toImage() != before
