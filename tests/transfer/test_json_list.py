"""JSON files that are one list: each entry with the line it begins on."""

from __future__ import annotations

from typing import Any

import pytest

from server.transfer.json_list import list_documents
from server.transfer.lines import LineError

LIST = """
[
  {"userName": "ada"},
  {
    "userName": "alan"
  }, 7,
  {"userName": "grace"}
]
"""


def read(text: str) -> list[tuple[int, Any]]:
    found = list_documents(text.splitlines(keepends=True))
    return [(each.line, str(each)) if isinstance(each, LineError) else each for each in found]


def test_each_entry_has_the_line_it_begins_on() -> None:
    assert read(LIST) == [
        (3, {"userName": "ada"}),
        (4, {"userName": "alan"}),
        (6, "The entry is no user or group."),
        (7, {"userName": "grace"}),
    ]


def test_a_list_response_of_scim_is_a_list() -> None:
    assert read('{"totalResults": 1,\n"Resources": [\n{"userName": "ada"}]}') == [(3, {"userName": "ada"})]


def test_one_resource_is_a_list_of_one() -> None:
    assert read('\n{"userName":\n"ada"}') == [(2, {"userName": "ada"})]


def test_an_empty_list_holds_nobody() -> None:
    assert read("[ ]") == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[{"userName": "ada"},\n{"userName" 7}]', 2, "not JSON from here on"),
        ('[{"userName": "ada"},\n', 2, "cut off"),
        ('{"userName":\n', 2, "not JSON from here on"),
        ("userName", 1, "no JSON list"),
    ],
)
def test_what_cannot_be_read_on_is_named_with_its_line(text: str, line: int, words: str) -> None:
    found, sentence = read(text)[-1]
    assert found == line
    assert words in sentence
