"""One endpoint for a folder, and others know of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from server.faults import Fault, FaultCode
from server.store.serving import LOCK_FILE, NOTE_FILE, Serving, claimed, serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.endpoint import Serve

URL = "http://127.0.0.1:7643/scim/v2"


def test_nobody_serves_a_new_folder(tmp_path: Path) -> None:
    assert serving(tmp_path) is None
    assert list(tmp_path.iterdir()) == [], "looking leaves nothing behind"


def test_a_claim_keeps_the_next_one_out_and_says_who_it_is(tmp_path: Path) -> None:
    with claimed(tmp_path) as claim:
        claim.announce(URL, URL, "2026-11-23T20:48:31.123Z")
        with pytest.raises(Fault) as caught, claimed(tmp_path, patience=0):
            pass
        assert caught.value.code is FaultCode.ALREADY_SERVING
        assert str(os.getpid()) in caught.value.detail
        assert URL in caught.value.detail
        assert serving(tmp_path) == Serving(os.getpid(), URL, URL, "2026-11-23T20:48:31.123Z")
    assert serving(tmp_path) is None
    assert not (tmp_path / NOTE_FILE).exists()
    with claimed(tmp_path, patience=0):
        pass


def test_an_endpoint_that_does_not_listen_yet_has_no_address(tmp_path: Path) -> None:
    with claimed(tmp_path):
        assert serving(tmp_path) == Serving()


def test_a_note_without_a_lock_means_nothing(tmp_path: Path) -> None:
    (tmp_path / NOTE_FILE).write_text('{"pid": 1, "base_url": "x", "local_url": "x", "since": "x"}')
    (tmp_path / LOCK_FILE).touch()
    assert serving(tmp_path) is None


@pytest.mark.parametrize("note", ["", "[]", '{"other": 1}', "\x00"])
def test_a_note_that_cannot_be_read_does_not_hide_the_endpoint(tmp_path: Path, note: str) -> None:
    with claimed(tmp_path):
        (tmp_path / NOTE_FILE).write_text(note)
        assert serving(tmp_path) == Serving()


def test_a_lock_ends_with_its_process_however_that_ends(serve: Serve) -> None:
    running = serve()
    found = serving(running.data_dir)
    assert found is not None
    assert found.base_url == running.base_url
    assert found.pid == running.process.pid
    running.process.kill()
    running.wait()
    assert serving(running.data_dir) is None
    assert (running.data_dir / NOTE_FILE).exists(), "nobody was left to take it away"
    with claimed(running.data_dir, patience=0):
        assert not (running.data_dir / NOTE_FILE).exists()


def test_a_folder_that_is_not_there_cannot_be_claimed(tmp_path: Path) -> None:
    with pytest.raises(Fault) as caught, claimed(tmp_path / "missing"):
        pass
    assert caught.value.code is FaultCode.FOLDER_UNWRITABLE
