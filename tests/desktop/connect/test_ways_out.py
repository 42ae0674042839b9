from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QGuiApplication

from desktop.connect.ways_out import WaysOut, local_place, proxy_command, tunnel_command
from server.okta.trial import is_reachable_from_cloud
from tests.desktop.connect.conftest import button_named, click, texts

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk

LOCAL = "http://127.0.0.1:7643/scim/v2"


@pytest.fixture
def ways(desk: Desk, qtbot: QtBot) -> WaysOut:
    made = WaysOut(desk.clipboard)
    qtbot.addWidget(made)
    made.resize(560, 420)
    made.show_ways(is_reachable_from_cloud(LOCAL).ways_out, LOCAL)
    return made


def test_there_are_three_ways_each_with_what_to_do(ways: WaysOut, qtbot: QtBot) -> None:
    assert {"A tunnel", "A reverse proxy", "Okta's on-prem agent"} <= set(texts(ways))
    with qtbot.waitSignal(ways.agent_wanted):
        click(qtbot, button_named(ways, "Connect through the agent"))


def test_the_commands_are_copied_as_they_stand_there(ways: WaysOut, qtbot: QtBot) -> None:
    copied = []
    for name in ("Copy the command for a tunnel", "Copy the command for a proxy"):
        click(qtbot, button_named(ways, name))
        copied.append(QGuiApplication.clipboard().text())
    assert copied == [
        "cloudflared tunnel --url http://127.0.0.1:7643",
        "caddy reverse-proxy --from scim.example.com --to 127.0.0.1:7643",
    ]


def test_other_ways_take_the_place_of_these(ways: WaysOut) -> None:
    ways.show_ways(is_reachable_from_cloud(LOCAL).ways_out, LOCAL.replace("7643", "8000"))
    assert [one.value for one in ways.commands] == [
        tunnel_command("127.0.0.1:8000"),
        proxy_command("127.0.0.1:8000"),
    ]
    ways.show_ways((), LOCAL)
    assert ways.isHidden()


def test_an_endpoint_that_speaks_tls_is_reached_by_it(ways: WaysOut) -> None:
    ways.show_ways(is_reachable_from_cloud(LOCAL).ways_out, LOCAL.replace("http:", "https:"))
    assert [one.value for one in ways.commands] == [
        "cloudflared tunnel --url https://127.0.0.1:7643 --no-tls-verify",
        "caddy reverse-proxy --from scim.example.com --to https://127.0.0.1:7643 --insecure",
    ]


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (LOCAL, "127.0.0.1:7643"),
        ("http://0.0.0.0:80/scim/v2", "127.0.0.1:80"),
        ("http://[::1]:80/scim/v2", "[::1]:80"),
        ("", ""),
    ],
)
def test_a_proxy_beside_perch_finds_it_there(url: str, place: str) -> None:
    assert local_place(url) == place


def test_without_a_port_there_is_no_command(desk: Desk, qtbot: QtBot) -> None:
    made = WaysOut(desk.clipboard)
    qtbot.addWidget(made)
    made.show_ways(is_reachable_from_cloud(LOCAL).ways_out, "")
    assert made.commands == []
    assert "A tunnel" in texts(made)
