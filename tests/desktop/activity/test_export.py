from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from desktop.activity.export import COLUMNS, Format, export
from server.faults import Fault, FaultCode
from tests.desktop.activity.exchanges import kept

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from server.records import ActivityRecord


def test_json_lines_hold_everything_that_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    records = [kept(seq=2, meaning="Grüße"), kept(seq=1)]
    assert export(records, target, Format.JSON_LINES, {"t1": "Okta"}) == 2
    lines = [json.loads(line) for line in target.read_text().splitlines()]
    assert [line["seq"] for line in lines] == [2, 1]
    assert lines[0]["meaning"] == "Grüße"
    assert lines[0]["token"] == "Okta"
    assert lines[0]["response_body"] == records[0].response_body
    assert lines[0]["headers"][0] == ["Host", "localhost:8080"]


def test_csv_is_one_line_each_and_computes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    export([kept(meaning='=HYPERLINK("x")', ignored=("a", "b"))], target, Format.CSV, {"t1": "Okta, production"})
    with target.open(newline="") as file:
        heading, line = csv.reader(file)
    found = dict(zip(heading, line, strict=True))
    assert tuple(heading) == COLUMNS
    assert found["meaning"] == '\'=HYPERLINK("x")'
    assert found["token"] == "Okta, production"
    assert found["ignored"] == "a, b"
    assert found["duration_us"] == "1234"


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    def broken() -> Iterator[ActivityRecord]:
        yield kept()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        export(broken(), tmp_path / "out.jsonl", Format.JSON_LINES, {})
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Fault) as caught:
        export([], tmp_path / "gone" / "out.csv", Format.CSV, {})
    assert caught.value.code is FaultCode.FOLDER_UNWRITABLE
