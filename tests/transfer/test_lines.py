"""Lines of a file: their encoding, their numbers, JSON lines."""

from __future__ import annotations

import orjson
import pytest

from server.transfer.lines import LineError, Row, decoded, json_line, read_json_lines


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert list(decoded([b"\xef\xbb\xbfuserName\n", "Zoë\n".encode()])) == ["userName\n", "Zoë\n"]


def test_a_line_in_another_encoding_is_named_with_the_remedy() -> None:
    with pytest.raises(LineError, match="UTF-8") as caught:
        list(decoded([b"userName\n", b"ada\n", "Zoë\n".encode("latin-1")]))
    assert caught.value.line == 3


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_told_apart(encoding: str) -> None:
    with pytest.raises(LineError, match="UTF-16"):
        list(decoded(["\ufeffuserName\n".encode(encoding)]))


def test_json_lines_keep_their_numbers_across_blank_lines() -> None:
    rows = list(read_json_lines(['{"userName":"ada"}\n', "\n", '{"displayName":"G","members":[]}\n']))
    assert rows == [
        Row(1, "User", {"userName": "ada"}),
        Row(3, "Group", {"displayName": "G", "members": []}),
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [("{", "not JSON"), ("[]", "no JSON object"), ('{"nickName":"x"}', "neither a user")],
)
def test_a_line_that_cannot_be_used_does_not_stop_the_others(line: str, words: str) -> None:
    broken, good = read_json_lines([line, '{"userName":"ada"}'])
    assert isinstance(broken, LineError)
    assert words in str(broken)
    assert broken.line == 1
    assert good == Row(2, "User", {"userName": "ada"})


def test_a_resource_says_itself_what_it_is() -> None:
    (row,) = read_json_lines(['{"displayName":"G","meta":{"resourceType":"Group"},"groups":[]}'])
    assert row == Row(1, "Group", {"displayName": "G"})


def test_a_written_line_can_be_read_and_holds_nothing_derived() -> None:
    document = {
        "id": "1",
        "userName": "ada",
        "groups": [{"value": "g"}],
        "meta": {
            "resourceType": "User",
            "created": "2026-01-01T00:00:00.000Z",
            "version": 'W/"1"',
            "location": "x",
        },
    }
    line = json_line(document)
    assert line.endswith(b"\n")
    assert orjson.loads(line)["meta"] == {"resourceType": "User", "created": "2026-01-01T00:00:00.000Z"}
    assert list(read_json_lines([line.decode()])) == [Row(1, "User", {"id": "1", "userName": "ada"})]
