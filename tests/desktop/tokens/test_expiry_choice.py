from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QLabel

from desktop.tokens.expiry_choice import ExpiryChoice
from desktop.widgets import when
from server.tokens import later, parse_expiry, timestamp
from tests.desktop.tokens.values import token

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

NOW = timestamp(datetime.now(UTC).timestamp())


@pytest.fixture
def choice(qtbot: QtBot) -> ExpiryChoice:
    made = ExpiryChoice(NOW)
    qtbot.addWidget(made)
    made.show()
    return made


def said(choice: ExpiryChoice) -> str:
    return " ".join(one.text() for one in choice.findChildren(QLabel))


def test_a_year_is_proposed_and_its_end_is_told(choice: ExpiryChoice) -> None:
    assert choice.value == "365d"
    assert when.day(later(NOW, timedelta(days=365))) in said(choice)
    assert "20, 7 and 1 days before" in said(choice)


def test_never_is_possible_and_warned_of(choice: ExpiryChoice, qtbot: QtBot) -> None:
    qtbot.keyClick(choice.choice, Qt.Key.Key_End)
    assert choice.value == "never"
    assert "A date is safer" in said(choice)
    assert any(one.property("kind") == "caution" for one in choice.findChildren(QLabel))


def test_a_date_lasts_to_its_end_where_this_person_is(choice: ExpiryChoice) -> None:
    assert not choice.date.isVisible()
    choice.choice.setCurrentIndex(choice.choice.findData("date"))
    assert choice.date.isVisible()
    day = QDate.currentDate().addDays(10)
    choice.date.setDate(day)
    assert choice.value is not None
    end = parse_expiry(choice.value, NOW)
    assert when.day(end) == day.toString("MMM d, yyyy")
    assert when.day(end) in said(choice)


def test_the_past_cannot_be_chosen(choice: ExpiryChoice) -> None:
    choice.date.setDate(QDate.currentDate().addDays(-3))
    assert choice.date.date() == QDate.currentDate().addDays(1)


@pytest.mark.parametrize(("days", "value"), [(30, "30d"), (365, "365d"), (None, "never")])
def test_a_replacement_lives_as_long(choice: ExpiryChoice, days: int | None, value: str) -> None:
    expires = None if days is None else later(NOW, timedelta(days=days))
    choice.set_like(replace(token("Okta", created=NOW), expires=expires))
    assert choice.value == value


def test_a_life_that_is_no_preset_becomes_a_date(choice: ExpiryChoice) -> None:
    choice.set_like(token("Okta", created=NOW, expires=later(NOW, timedelta(days=45))))
    assert choice.choice.currentData() == "date"
    assert choice.date.date() == QDate.currentDate().addDays(45)


def test_a_shortened_life_is_nothing_to_go_by(choice: ExpiryChoice) -> None:
    choice.set_like(token("Okta", created=NOW, expires=later(NOW, timedelta(days=3)), replaced_by="other"))
    assert choice.value == "365d"


def test_as_long_as_the_old_one_is_offered_first(qtbot: QtBot) -> None:
    choice = ExpiryChoice(NOW, as_before=True, title="The new token expires")
    qtbot.addWidget(choice)
    assert choice.value is None
    assert choice.choice.accessibleName() == "The new token expires"
