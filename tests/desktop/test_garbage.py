from __future__ import annotations

import gc
import threading
import weakref
from typing import TYPE_CHECKING

import pytest

from desktop.garbage import GarbageCollection

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class Knot:
    """Refers to itself; notes in which thread it ended."""

    ended: list[int]

    def __init__(self, ended: list[int]) -> None:
        self.itself = self
        self._finalizer = weakref.finalize(self, lambda: ended.append(threading.get_ident()))


@pytest.mark.usefixtures("qapp")
def test_what_was_there_before_is_not_gone_through_again() -> None:
    there: list[object] = []
    collection = GarbageCollection()
    try:
        assert not any(one is there for one in gc.get_objects())
        made: list[object] = []
        assert any(one is made for one in gc.get_objects())
    finally:
        collection.release()
    assert any(one is there for one in gc.get_objects())


def test_what_other_threads_leave_is_collected_here_and_not_there(qtbot: QtBot) -> None:
    collection = GarbageCollection()
    try:
        ended: list[int] = []

        def litter() -> None:
            for _ in range(5_000):
                Knot(ended)

        thread = threading.Thread(target=litter)
        thread.start()
        thread.join()
        assert ended == []
        qtbot.waitUntil(lambda: len(ended) == 5_000)
        assert set(ended) == {threading.get_ident()}
    finally:
        collection.release()
    assert gc.isenabled()
