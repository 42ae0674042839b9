from __future__ import annotations

import socket
from contextlib import closing
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QLabel

from desktop.server_process import State
from tests.desktop.settings.driving import PATIENCE, answers, click, kept, serve, write

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.desk import Desk
    from desktop.settings.page import SettingsPage


def visible(page: SettingsPage) -> str:
    return "\n".join(one.text() for one in page.address.findChildren(QLabel) if one.isVisible())


def test_the_base_url_follows_what_is_typed_and_is_copied(settings_page: SettingsPage, qtbot: QtBot) -> None:
    write(qtbot, settings_page, "port", "8080")
    assert settings_page.address.base_url.value == "http://127.0.0.1:8080/scim/v2"
    write(qtbot, settings_page, "public_url", "https://scim.acme.com/")
    assert settings_page.address.base_url.value == "https://scim.acme.com/scim/v2"
    click(qtbot, settings_page, "Copy SCIM base URL")
    assert QApplication.clipboard().text() == "https://scim.acme.com/scim/v2"


def test_what_okta_cannot_reach_is_said_with_three_ways_out(settings_page: SettingsPage, qtbot: QtBot) -> None:
    said = visible(settings_page)
    assert "Okta's cloud cannot call it" in said
    for way in ("A tunnel", "A reverse proxy", "Okta's on-prem agent"):
        assert way in said
    write(qtbot, settings_page, "public_url", "https://scim.acme.com")
    said = visible(settings_page)
    assert "Okta's cloud can use this address" in said
    assert "A tunnel" not in said


def test_while_a_field_is_wrong_there_is_no_base_url(settings_page: SettingsPage, qtbot: QtBot) -> None:
    write(qtbot, settings_page, "port", "x")
    assert settings_page.address.base_url.value == "—"
    assert not settings_page.address.base_url.button.isEnabled()
    write(qtbot, settings_page, "port", "0")
    assert "picks a port at each start" in visible(settings_page)


def test_a_port_that_another_has_is_not_saved_and_one_that_is_free_is_offered(
    settings_page: SettingsPage, settings_desk: Desk, qtbot: QtBot
) -> None:
    before = kept(settings_desk)
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        taken = other.getsockname()[1]
        write(qtbot, settings_page, "port", str(taken))
        click(qtbot, settings_page, "Save")
        qtbot.waitUntil(settings_page.address.port_banner.isVisible, timeout=PATIENCE)
        assert f"Another program has port {taken}" in settings_page.form.inputs["port"].field.complaint
        assert kept(settings_desk) == before
        offer = settings_page.address.port_banner
        free = int(settings_page.form.inputs["port"].field.complaint.split()[-3])
        click(qtbot, offer, f"Use port {free}")
        assert settings_page.form.values["port"] == str(free)
        click(qtbot, settings_page, "Save")
        qtbot.waitUntil(lambda: kept(settings_desk)["port"] == free, timeout=PATIENCE)
        assert free != taken


def test_where_the_endpoint_could_not_have_its_port_another_is_offered_at_once(
    settings_page: SettingsPage, settings_desk: Desk, qtbot: QtBot
) -> None:
    with closing(socket.create_server(("127.0.0.1", settings_desk.workspace.config.port))):
        settings_desk.endpoint.start()
        qtbot.waitUntil(lambda: settings_desk.endpoint.status.state is State.FAILED, timeout=PATIENCE)
        qtbot.waitUntil(settings_page.address.port_banner.isVisible, timeout=PATIENCE)
        free = int(settings_page.form.inputs["port"].field.complaint.split()[-3])
        click(qtbot, settings_page.address.port_banner, f"Use port {free}")
        click(qtbot, settings_page, "Save and restart the endpoint")
        qtbot.waitUntil(lambda: settings_desk.endpoint.status.is_serving, timeout=PATIENCE)
    assert answers(free)
    assert not settings_page.address.port_banner.isVisible()


def test_our_own_endpoint_on_the_port_is_no_hindrance(
    settings_page: SettingsPage, settings_desk: Desk, qtbot: QtBot
) -> None:
    serve(qtbot, settings_desk)
    write(qtbot, settings_page, "host", "localhost")
    click(qtbot, settings_page, "Save and restart the endpoint")
    qtbot.waitUntil(lambda: kept(settings_desk).get("host") == "localhost", timeout=PATIENCE)
    assert not settings_page.address.port_banner.isVisible()


def test_an_address_that_is_not_this_machines_is_said_beside_its_field(
    settings_page: SettingsPage, settings_desk: Desk, qtbot: QtBot
) -> None:
    # Reserved for examples (RFC 5737): no machine has it.
    write(qtbot, settings_page, "host", "192.0.2.1")
    settings_page.form.inputs["insecure_bind"].propose(value=True)
    click(qtbot, settings_page, "Save")
    field = settings_page.form.inputs["host"].field
    qtbot.waitUntil(lambda: "192.0.2.1 is no address of this machine" in field.complaint, timeout=PATIENCE)
    assert "host" not in kept(settings_desk)
