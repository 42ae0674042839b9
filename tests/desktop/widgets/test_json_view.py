from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.widgets.json_view import JsonView, pretty

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a":1}', '{\n  "a": 1\n}'),
        ('{"name":"José"}', '{\n  "name": "José"\n}'),
        ('{"a":', '{"a":'),
        ("[not kept]", "[not kept]"),
        ("", ""),
    ],
)
def test_json_is_indented_and_the_rest_left_alone(text: str, shown: str) -> None:
    assert pretty(text) == shown


def test_names_and_values_have_colours_of_their_own(qtbot: QtBot) -> None:
    view = JsonView("Body")
    qtbot.addWidget(view)
    view.show_text('{"active":true,"title":"Engineer"}')
    assert view.isReadOnly()
    block = view.document().findBlockByNumber(1)
    formats = block.layout().formats()
    assert len({one.format.foreground().color().name() for one in formats}) == 2
    view.show_text(None)
    assert view.toPlainText() == ""
