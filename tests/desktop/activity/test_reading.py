from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.activity import reading
from desktop.activity.wanted import Wanted
from tests.desktop.activity.exchanges import log

if TYPE_CHECKING:
    import pytest

    from server.workspace import Workspace


def test_an_empty_log_has_no_head_and_no_rows(workspace: Workspace) -> None:
    assert reading.head(workspace) == 0
    assert reading.newest(workspace, Wanted()) == reading.Page([], 0, has_older=False)


def test_the_list_is_read_in_parts_without_a_gap(workspace: Workspace) -> None:
    log(workspace, 450)
    page = reading.newest(workspace, Wanted())
    seqs = [row.seq for row in page.rows]
    while page.has_older:
        page = reading.older(workspace, Wanted(), seqs[-1])
        seqs += [row.seq for row in page.rows]
    assert seqs == list(range(450, 0, -1))


def test_what_only_the_desktop_filters_fills_a_page_all_the_same(workspace: Workspace) -> None:
    log(workspace, 5, method="POST", status=201)
    log(workspace, 300)
    page = reading.newest(workspace, Wanted(direction="writes"))
    assert [row.seq for row in page.rows] == [5, 4, 3, 2, 1]
    assert not page.has_older


def test_an_old_request_is_read_through_to(workspace: Workspace) -> None:
    log(workspace, 700)
    page = reading.newest(workspace, Wanted(), through=300)
    assert page.rows[-1].seq == 101
    assert page.has_older


def test_what_is_newer_comes_newest_first(workspace: Workspace) -> None:
    log(workspace, 3)
    log(workspace, 230, status=404)
    found = reading.newer(workspace, Wanted(errors_only=True), 2)
    assert [row.seq for row in found.rows] == list(range(233, 3, -1))
    assert found.head == 233
    assert not found.is_gap


def test_too_much_at_once_and_another_log_are_gaps(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    log(workspace, 10)
    assert reading.newer(workspace, Wanted(), 99).is_gap
    monkeypatch.setattr(reading, "FAR_BEHIND", 5)
    found = reading.newer(workspace, Wanted(), 1)
    assert found.is_gap
    assert found.head == 10


def test_more_than_is_worth_reading_is_a_gap_too(workspace: Workspace) -> None:
    log(workspace, 6, status=404)
    log(workspace, 6)
    assert len(reading.newer(workspace, Wanted(), 0, 12).rows) == 12
    assert reading.newer(workspace, Wanted(), 0, 11) == reading.Newer([], 12, is_gap=True)
    assert len(reading.newer(workspace, Wanted(errors_only=True), 0, 6).rows) == 6, "what is not wanted does not count"
    assert reading.newer(workspace, Wanted(errors_only=True), 0, 5).is_gap


def test_a_page_can_be_as_short_as_the_window(workspace: Workspace) -> None:
    log(workspace, 5)
    log(workspace, 30, method="DELETE", status=204)
    assert [row.seq for row in reading.newest(workspace, Wanted(), limit=3).rows] == [35, 34, 33]
    page = reading.newest(workspace, Wanted(direction="reads"), limit=3)
    assert ([row.seq for row in page.rows], page.has_older) == ([5, 4, 3], True)


def test_a_walk_yields_all_that_is_wanted_and_tells_how_far_it_is(workspace: Workspace) -> None:
    log(workspace, 250, status=404, response_body=b'{"detail":"x"}')
    log(workspace, 250)
    told: list[tuple[int, int]] = []
    found = list(reading.walk(workspace, Wanted(errors_only=True), lambda *far: told.append(far)))
    assert [record.seq for record in found] == list(range(250, 0, -1))
    assert found[0].response_body == '{"detail":"x"}'
    assert told[-1] == (500, 500)
    assert told == sorted(told)
