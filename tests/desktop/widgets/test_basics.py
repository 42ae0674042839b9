from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from desktop import theme
from desktop.theme import Mode
from desktop.widgets.basics import Card, Pill, button, clear, column, label, picture, row, set_property

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_a_button_does_what_it_says_and_has_a_name(qtbot: QtBot) -> None:
    clicks: list[int] = []
    made = button("Save & close", lambda: clicks.append(1), icon="check", kind="primary")
    qtbot.addWidget(made)
    qtbot.mouseClick(made, Qt.MouseButton.LeftButton)
    assert clicks == [1]
    assert made.accessibleName() == "Save & close"
    assert made.text() == "Save && close", "an ampersand is no shortcut"


def test_a_button_without_text_is_named_and_has_a_tip(qtbot: QtBot) -> None:
    made = button("", icon="copy", name="Copy the base URL")
    qtbot.addWidget(made)
    assert made.accessibleName() == made.toolTip() == "Copy the base URL"


def test_text_is_text_and_never_markup(qtbot: QtBot) -> None:
    made = label("<b>Bobby</b> & sons")
    qtbot.addWidget(made)
    assert made.textFormat() is Qt.TextFormat.PlainText


def test_a_pill_changes_word_and_tone(qtbot: QtBot) -> None:
    pill = Pill("Active", "ok")
    qtbot.addWidget(pill)
    pill.show_state("Revoked", "err")
    assert (pill.text(), pill.accessibleName(), pill.property("tone")) == ("Revoked", "Revoked", "err")


def test_pieces_stand_in_order_with_gaps_and_stretches(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    first, second, third = QLabel("1"), QLabel("2"), QLabel("3")
    holder.setLayout(row(first, 20, second, None, column(third)))
    holder.resize(400, 40)
    holder.show()
    assert first.x() < second.x() < third.x()
    assert second.x() - first.geometry().right() >= 20
    assert third.geometry().right() > 380


def test_clearing_a_layout_takes_everything_out_of_sight(qtbot: QtBot) -> None:
    card = Card(QLabel("one"), row(QLabel("two")))
    qtbot.addWidget(card)
    card.show()
    labels = card.findChildren(QLabel)
    clear(card.body)
    assert card.body.count() == 0
    assert not any(one.isVisible() for one in labels)


def test_a_card_is_named_by_its_title(qtbot: QtBot) -> None:
    card = Card(title="Paste into Okta")
    qtbot.addWidget(card)
    assert card.accessibleName() == "Paste into Okta"


def test_a_picture_follows_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    look = theme.install(qapp, Mode.LIGHT)
    made = picture("shield-check", "text", 24)
    qtbot.addWidget(made)
    before = made.pixmap().toImage()
    look.set_mode(Mode.DARK)
    assert made.pixmap().toImage() != before
    look.set_mode(Mode.LIGHT)
    assert made.pixmap().toImage() == before


def test_a_property_that_the_style_looks_at_takes_effect_at_once(qtbot: QtBot, qapp: QApplication) -> None:
    look = theme.install(qapp, Mode.LIGHT)
    made = label("!")
    qtbot.addWidget(made)
    made.show()
    set_property(made, "kind", "error")
    assert made.palette().color(made.foregroundRole()) == look.color("err")
