"""What of a dialogue is kept, and that no secret is."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import orjson
import pytest

from server.okta.recording import Exchange, Recorder, UnreadableRecordingError, read_recording, redacted
from server.okta.wire import Connections, Wire
from tests.okta.stand_in import Reply, listing, standing_in

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "perch_test_veryMuchASecret"


def test_a_dialogue_is_kept_and_read_again(tmp_path: Path) -> None:
    kept = tmp_path / "dialogue.jsonl"
    with standing_in(Reply(201, {"id": "1", "userName": "ada"}, {"Location": "/Users/1"})) as stand_in:
        with Recorder(Wire(stand_in.base_url, TOKEN), kept, server=stand_in.base_url, run="r4nd") as recorder:
            recorder.send("POST", "/Users", b'{"userName":"ada","active":true}')
        recording = read_recording(kept)

        assert (recording.server, recording.run) == (stand_in.base_url, "r4nd")
        [exchange] = recording.exchanges
        assert exchange.request_line == "POST /Users"
        assert exchange.body == {"userName": "ada", "active": True}
        assert (exchange.status, exchange.answer) == (201, {"id": "1", "userName": "ada"})
        assert exchange.headers == {"location": "/Users/1"}
        assert exchange.duration > 0


def test_neither_the_token_nor_a_password_is_kept(tmp_path: Path) -> None:
    kept = tmp_path / "dialogue.jsonl"
    told = Reply(200, {"detail": f"you sent {TOKEN}", "password": "hunter2"})
    with (
        standing_in(told, told) as stand_in,
        Recorder(Wire(stand_in.base_url, TOKEN), kept, server=stand_in.base_url, secret=TOKEN) as recorder,
    ):
        recorder.send("POST", "/Users", b'{"userName":"ada","password":"hunter2"}')
        recorder.send("PATCH", "/Users/1", b'{"Operations":[{"op":"replace","value":"hunter2","path":"password"}]}')
    assert TOKEN not in kept.read_text("utf-8")
    assert "hunter2" not in kept.read_text("utf-8")
    assert kept.read_text("utf-8").count("[redacted]") == 6
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_an_older_file_is_begun_anew_and_closed_to_others(tmp_path: Path) -> None:
    kept = tmp_path / "dialogue.jsonl"
    kept.write_text("older")
    kept.chmod(0o644)
    with standing_in() as stand_in, Recorder(Wire(stand_in.base_url, TOKEN), kept, server=stand_in.base_url):
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert read_recording(kept).exchanges == ()


def test_an_answer_that_is_no_json_and_one_that_never_came_are_kept_as_well(tmp_path: Path) -> None:
    kept = tmp_path / "dialogue.jsonl"
    with (
        standing_in(Reply(502, b"error code: 502"), *[Reply(0, None)] * 2) as stand_in,
        Recorder(Wire(stand_in.base_url, TOKEN), kept, server=stand_in.base_url) as recorder,
    ):
        recorder.send("POST", "/Users", b"not json")
        recorder.send("GET", "/Users")
    first, second = read_recording(kept).exchanges
    assert (first.body_text, first.answer_text, first.answer) == ("not json", "error code: 502", None)
    assert second.status == 0
    assert "failed" in second.reason


def test_threads_may_record_at_once_and_no_line_is_torn(tmp_path: Path) -> None:
    kept = tmp_path / "dialogue.jsonl"
    with standing_in(*[listing() for _ in range(40)]) as stand_in:
        connections = Connections(lambda: Wire(stand_in.base_url, TOKEN))
        with (
            Recorder(connections, kept, server=stand_in.base_url) as recorder,
            ThreadPoolExecutor(4) as pool,
        ):
            list(pool.map(lambda number: recorder.send("GET", f"/Users?startIndex={number}"), range(40)))
    assert {one.target for one in read_recording(kept).exchanges} == {f"/Users?startIndex={n}" for n in range(40)}


def test_what_only_sounds_secret_is_kept() -> None:
    document = {"changePassword": {"supported": True}, "name": {"givenName": "Ada"}}
    assert redacted(document) == document


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no recording. Choose a file that --record wrote."),
        (b'{"server":"x"}\n', "is no recording"),
        (b'{"perch_recording":99}\n', "was written by a newer Perch"),
        (b'{"perch_recording":1}\n{"nothing":1}\n', "holds a line that is no exchange"),
        (b'{"perch_recording":1}\nnonsense\n', "Line 2 of the recording is no JSON"),
        (b'{"perch_recording":1}\n[]\n', "Line 2 of the recording is no object"),
    ],
)
def test_another_file_is_refused_with_a_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "dialogue.jsonl"
    file.write_bytes(content)
    with pytest.raises(UnreadableRecordingError, match=words):
        read_recording(file)


def test_a_recording_without_a_mark_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "dialogue.jsonl"
    line = {"method": "GET", "target": "/Users", "status": 200, "answer": {"totalResults": 0}}
    file.write_bytes(b'{"perch_recording":1}\n' + orjson.dumps(line) + b"\n")
    assert read_recording(file).exchanges == (
        Exchange(method="GET", target="/Users", status=200, answer={"totalResults": 0}),
    )
