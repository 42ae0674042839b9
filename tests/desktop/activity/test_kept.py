from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desktop.activity.kept import MOST, KeptRequests, write_whole
from server.faults import Fault, FaultCode
from server.records import Refusal
from tests.desktop.activity.exchanges import kept

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    record = kept(status=401, refusal=Refusal.EXPIRED, ignored=("a", "b"), meaning="Grüße 🙂\u2028x")
    KeptRequests(tmp_path).keep(record)
    assert KeptRequests(tmp_path).listed() == [record]


def test_the_newest_kept_is_first_and_nothing_is_kept_twice(tmp_path: Path) -> None:
    file = KeptRequests(tmp_path)
    one, two = kept(request_id="r-1"), kept(request_id="r-2")
    for record in (one, two, one):
        file.keep(record)
    assert file.listed() == [two, one]
    file.let_go("r-2")
    assert file.listed() == [one]


def test_only_so_many_are_kept(tmp_path: Path) -> None:
    file = KeptRequests(tmp_path)
    file.keep(kept(request_id="first"))
    text = file.path.read_text()
    file.path.write_text("".join(text.replace("first", f"r-{number}") for number in range(MOST)))
    file.keep(kept(request_id="new"))
    listed = file.listed()
    assert len(listed) == MOST
    assert listed[0].request_id == "new"


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    file = KeptRequests(tmp_path)
    file.keep(kept())
    assert file.path.stat().st_mode & 0o077 == 0


def test_a_damaged_file_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    file = KeptRequests(tmp_path)
    file.path.write_text('{"seq": 1}\n')
    with pytest.raises(Fault, match="damaged"):
        file.listed()
    with pytest.raises(Fault):
        file.keep(kept())
    assert file.path.read_text() == '{"seq": 1}\n'


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(Fault) as caught:
        KeptRequests(tmp_path / "gone").keep(kept())
    assert caught.value.code is FaultCode.FOLDER_UNWRITABLE


def test_a_write_that_fails_leaves_the_old_file_and_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "\ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
