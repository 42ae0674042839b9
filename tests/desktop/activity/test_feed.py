from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.activity import feed as feed_module
from desktop.activity import reading
from desktop.activity.feed import Feed
from desktop.activity.wanted import Wanted
from tests.desktop.activity.exchanges import kept, log

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from pytestqt.qtbot import QtBot

    from server.workspace import Workspace


def loaded(qtbot: QtBot, workspace: Workspace) -> Feed:
    feed = Feed(workspace)
    with qtbot.waitSignal(feed.loaded):
        feed.load()
    return feed


def seqs(feed: Feed) -> list[int]:
    return [row.seq for row in feed.model.rows]


def test_new_requests_come_on_top(qtbot: QtBot, workspace: Workspace) -> None:
    log(workspace, 2)
    feed = loaded(qtbot, workspace)
    log(workspace, 3)
    with qtbot.waitSignal(feed.grew):
        feed.look()
    assert seqs(feed) == [5, 4, 3, 2, 1]


def test_nothing_is_read_before_the_list_stands(qtbot: QtBot, workspace: Workspace) -> None:
    log(workspace, 2)
    feed = Feed(workspace)
    with qtbot.assertNotEmitted(feed.grew, wait=50):
        feed.look()


def test_while_somebody_reads_new_ones_wait(qtbot: QtBot, workspace: Workspace) -> None:
    log(workspace, 2)
    feed = loaded(qtbot, workspace)
    feed.hold()
    for _ in range(2):
        log(workspace, 3)
        with qtbot.waitSignal(feed.held_changed):
            feed.look()
    assert feed.held == 6
    assert seqs(feed) == [2, 1]
    feed.release()
    assert seqs(feed) == list(range(8, 0, -1))
    assert feed.held == 0


def test_a_flood_that_waits_is_counted_and_read_anew(
    qtbot: QtBot, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "HELD", 5)
    log(workspace, 2)
    feed = loaded(qtbot, workspace)
    feed.hold()
    for number in (4, 4):
        log(workspace, number)
        with qtbot.waitSignal(feed.held_changed):
            feed.look()
    assert feed.held == 8
    with qtbot.waitSignal(feed.loaded):
        feed.release()
    assert seqs(feed) == list(range(10, 0, -1))
    assert feed.held == 0


def test_a_gap_while_somebody_reads_moves_nothing(
    qtbot: QtBot, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "FAR_BEHIND", 3)
    log(workspace, 2)
    feed = loaded(qtbot, workspace)
    feed.hold()
    log(workspace, 9)
    with qtbot.waitSignal(feed.held_changed):
        feed.look()
    assert (seqs(feed), feed.held) == ([2, 1], 9)


def test_a_gap_is_read_anew(qtbot: QtBot, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "FAR_BEHIND", 3)
    log(workspace, 2)
    feed = loaded(qtbot, workspace)
    log(workspace, 9)
    with qtbot.waitSignal(feed.loaded):
        feed.look()
    assert seqs(feed) == list(range(11, 0, -1))


def test_in_a_rush_the_list_begins_anew_with_as_many_as_fit(qtbot: QtBot, workspace: Workspace) -> None:
    log(workspace, 20)
    feed = loaded(qtbot, workspace)
    feed.enough = 5
    log(workspace, 5)
    with qtbot.waitSignal(feed.grew):
        feed.look()
    assert seqs(feed) == list(range(25, 0, -1))
    log(workspace, 6)
    with qtbot.waitSignal(feed.loaded):
        feed.look()
    assert seqs(feed) == list(range(31, 26, -1))
    with qtbot.waitSignal(feed.grew):
        feed.reach()
    assert seqs(feed) == list(range(31, 0, -1))


def test_what_cannot_be_held_is_counted_without_being_read(
    qtbot: QtBot, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "HELD", 5)
    log(workspace, 2)
    feed = loaded(qtbot, workspace)
    feed.hold()
    monkeypatch.delattr(type(workspace.activity), "listed")
    for number, held in ((6, 6), (3, 9)):
        log(workspace, number)
        with qtbot.waitSignal(feed.held_changed):
            feed.look()
        assert feed.held == held


def test_rows_are_shown_once_they_are_prepared(qtbot: QtBot, workspace: Workspace) -> None:
    log(workspace, 2)
    feed = loaded(qtbot, workspace)
    waiting: list[Callable[[], None]] = []
    feed.prepare = lambda rows, show: waiting.append(show) if rows else show()
    log(workspace, 1)
    feed.look()
    qtbot.waitUntil(lambda: len(waiting) == 1)
    log(workspace, 1)
    feed.look()
    assert seqs(feed) == [2, 1]
    waiting.pop()()
    assert seqs(feed) == [3, 2, 1]
    qtbot.waitUntil(lambda: len(waiting) == 1)
    feed.hold()
    waiting.pop()()
    assert (seqs(feed), feed.held) == ([3, 2, 1], 1)


def test_older_ones_come_as_the_end_comes_into_view(qtbot: QtBot, workspace: Workspace) -> None:
    log(workspace, 450)
    feed = loaded(qtbot, workspace)
    for expected in (400, 450):
        with qtbot.waitSignal(feed.grew):
            feed.reach()
        assert len(feed.model.rows) == expected
    with qtbot.assertNotEmitted(feed.grew, wait=50):
        feed.reach()
    assert seqs(feed) == list(range(450, 0, -1))


def test_the_answer_to_an_old_question_is_not_shown(qtbot: QtBot, workspace: Workspace) -> None:
    log(workspace, 5)
    log(workspace, 2, status=404)
    feed = Feed(workspace)
    with qtbot.waitSignal(feed.loaded):
        feed.load()
        feed.show(Wanted(errors_only=True))
    assert seqs(feed) == [7, 6]
    with qtbot.assertNotEmitted(feed.loaded, wait=50):
        pass


def test_what_is_kept_goes_through_the_same_filters(qtbot: QtBot, workspace: Workspace) -> None:
    feed = Feed(workspace)
    feed.wanted = Wanted(errors_only=True)
    with qtbot.waitSignal(feed.loaded):
        feed.show_kept([kept(seq=1), kept(seq=2, status=404)])
    assert seqs(feed) == [2]
    assert feed.place_of(2) == 0
    assert feed.place_of(1) is None
