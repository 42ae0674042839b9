from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtWidgets import QLabel

from desktop.widgets.difference_view import MOST, DifferenceView, attribute_name, shown_value
from server.records import Difference

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("name.givenName", "Given name"),
        ("userName", "Username"),
        ("userType", "User type"),
        ('emails[type eq "work"].value', "Email (work)"),
        ('emails[type eq "work"].primary', "Email (work), primary"),
        ('addresses[type eq "home"]', "Address (home)"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter", "Cost center"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value", "Manager"),
        ("externalId", "Okta ID"),
    ],
)
def test_a_path_reads_as_a_name(path: str, name: str) -> None:
    assert attribute_name(path) == name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        ("", "—"),
        (True, "yes"),
        (7, "7"),
        ([{"value": "a@x", "type": "work"}, {"display": "B"}], "a@x (work)\nB"),
        ({"locality": "Paris", "postalCode": "1"}, "locality: Paris, postal code: 1"),
        ([str(number) for number in range(MOST + 2)], "\n".join([*map(str, range(MOST)), "and 2 more"])),
    ],
)
def test_a_value_reads_as_one_would_say_it(value: Any, text: str) -> None:
    assert shown_value(value) == text


def texts(view: DifferenceView) -> list[str]:
    return [one.text() for one in view.findChildren(QLabel) if one.text() and not one.isHidden()]


def test_before_and_after_stand_below_the_name(qtbot: QtBot) -> None:
    view = DifferenceView([Difference("title", "Countess", "Analyst"), Difference("nickName", None, "Ada")])
    qtbot.addWidget(view)
    assert texts(view) == ["Title", "Countess", "Analyst", "Nick name", "Ada"]
    assert "Title: from Countess to Analyst" in view.accessibleDescription()


def test_a_long_word_may_break_but_stays_readable(qtbot: QtBot) -> None:
    word = "a" * 40
    view = DifferenceView([Difference("profileUrl", word, None)])
    qtbot.addWidget(view)
    shown = texts(view)[1]
    assert shown != word
    assert shown.replace("\u200b", "") == word


def test_without_differences_it_says_so(qtbot: QtBot) -> None:
    view = DifferenceView([Difference("title", "a", "b")])
    qtbot.addWidget(view)
    view.show_differences([])
    assert view.accessibleDescription() == ""
    assert any("Nothing" in text for text in texts(view))
