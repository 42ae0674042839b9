from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from desktop.activity.change import Changed
from desktop.activity.detail import CHANGE_TAB, RequestPanel
from server.records import ChangeRecord, Difference
from tests.desktop.activity.exchanges import kept

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from server.records import ActivityRecord

LEFT = Qt.MouseButton.LeftButton
CHANGE = ChangeRecord(1, "2026-11-23T20:48:31.123Z", "token t1", "u1", "User", "modify", "updated user Ada", "{}", "{}")


def texts(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def shown(qtbot: QtBot, record: ActivityRecord, changed: Changed | None = None) -> RequestPanel:
    panel = RequestPanel()
    qtbot.addWidget(panel)
    panel.resize(420, 760)
    panel.show_request(record, None, changed, kept=False)
    return panel


def test_it_says_what_a_request_meant_and_shows_all_of_it(qtbot: QtBot) -> None:
    body = '{"userName":"ada","password":"[redacted]"}'
    panel = shown(qtbot, kept(method="POST", meaning="created user Ada Lovelace", request_body=body))
    assert "Created user Ada Lovelace" in texts(panel)
    assert "/scim/v2/Users" in texts(panel)
    assert '"userName": "ada"' in panel.request_body.toPlainText()
    assert "Bearer perch_live_…abcd" in panel.headers.toPlainText()
    assert '"totalResults": 0' in panel.answer_body.toPlainText()
    assert "cut out before" in texts(panel)


def test_a_failure_is_explained(qtbot: QtBot) -> None:
    body = '{"detail":"The userName is taken.","status":"409"}'
    panel = shown(qtbot, kept(method="POST", status=409, meaning="", scim_type="uniqueness", response_body=body))
    for title in ("Why", "What Okta shows its admin", "What to do"):
        assert title in texts(panel)
    assert "Conflict. Errors reported by remote server: The userName is taken." in texts(panel)


def test_what_was_left_out_is_named(qtbot: QtBot) -> None:
    panel = shown(qtbot, kept(ignored=("nickName2", "urn:x:y")))
    assert "Left out, because Perch does not know it\nnickName2, urn:x:y" in texts(panel)


def test_where_all_is_well_nothing_is_explained(qtbot: QtBot) -> None:
    assert "Why" not in texts(shown(qtbot, kept())).splitlines()


def test_a_change_is_shown_by_attribute(qtbot: QtBot) -> None:
    panel = shown(qtbot, kept(method="PATCH"), Changed(CHANGE, [Difference("title", None, "Countess")]))
    assert panel.tabs.isTabEnabled(CHANGE_TAB)
    panel.tabs.setCurrentIndex(CHANGE_TAB)
    assert "Countess" in texts(panel)
    panel.show_request(kept(), None, None, kept=False)
    assert not panel.tabs.isTabEnabled(CHANGE_TAB)


def test_its_buttons_ask_for_what_they_say(qtbot: QtBot) -> None:
    record = kept(method="PATCH", path="/scim/v2/Groups/g1", resource_id="g1")
    panel = shown(qtbot, record)
    for button, signal, asked in (
        (panel.curl_button, panel.curl_wanted, [record]),
        (panel.replay_button, panel.replay_wanted, [record]),
        (panel.keep_button, panel.keep_toggled, [record, True]),
        (panel.resource_button, panel.resource_wanted, ["groups", "g1"]),
    ):
        with qtbot.waitSignal(signal) as told:
            qtbot.mouseClick(button, LEFT)
        assert told.args == asked
    panel.show_kept(kept=True)
    assert panel.keep_button.accessibleName() == "Kept: let it go"
    with qtbot.waitSignal(panel.keep_toggled) as told:
        qtbot.mouseClick(panel.keep_button, LEFT)
    assert told.args == [record, False]


def test_what_is_gone_cannot_be_opened(qtbot: QtBot) -> None:
    panel = shown(qtbot, kept(method="DELETE", resource_id="u1"))
    assert not panel.resource_button.isVisibleTo(panel)


def test_escape_closes_it(qtbot: QtBot) -> None:
    panel = shown(qtbot, kept())
    with qtbot.waitSignal(panel.closed):
        qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert panel.isHidden()
    assert panel.record is None
