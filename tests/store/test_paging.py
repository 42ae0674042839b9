"""Places in long lists: the tally finds any position, also after deletions; a scan's result is kept until it is stale."""

from __future__ import annotations

import random
from array import array
from typing import TYPE_CHECKING

import pytest

from server.directory import Selection
from server.store import paging

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from server.workspace import Workspace

INSERT = """INSERT INTO resource (seq, id, type, unique_name, version, created, modified, label, document)
            VALUES (?1, ?1, ?2, ?1, 1, '', '', '', '{}')"""


@pytest.fixture
def connection(workspace: Workspace) -> sqlite3.Connection:
    return workspace.database._writer


def test_every_position_is_found_among_gaps_and_other_types(connection: sqlite3.Connection) -> None:
    chance = random.Random(3)
    seqs = sorted(chance.sample(range(1, 200_000), 3_000))
    types = {seq: chance.choice(["User", "User", "User", "Group"]) for seq in seqs}
    connection.execute("BEGIN")
    connection.executemany(INSERT, types.items())
    gone = chance.sample(seqs, 1_000)
    connection.executemany("DELETE FROM resource WHERE seq = ?", ((seq,) for seq in gone))
    connection.execute("COMMIT")
    for name in ("User", "Group"):
        expected = [seq for seq in seqs if types[seq] == name and seq not in set(gone)]
        assert paging.total(connection, name) == len(expected)
        for position in (0, 1, 7, 255, 256, len(expected) // 2, len(expected) - 1):
            found = paging.seq_at(connection, name, position)
            # Position 0 is wherever the list begins.
            assert found == (expected[position] if position else 0)
        assert paging.seq_at(connection, name, len(expected)) is None


def test_the_totals_of_both_are_read_together(workspace: Workspace, connection: sqlite3.Connection) -> None:
    assert paging.totals(workspace.database) == (0, 0)
    connection.executemany(INSERT, [(1, "User"), (2, "Group"), (70_000, "User")])
    assert paging.totals(workspace.database) == (2, 1)


def test_finding_the_last_position_takes_hardly_more_steps_than_finding_the_first(
    connection: sqlite3.Connection,
) -> None:
    connection.execute("BEGIN")
    connection.executemany(INSERT, ((seq, "User") for seq in range(1, 60_001)))
    connection.execute("COMMIT")

    def steps(position: int) -> int:
        count = 0

        def step() -> int:
            nonlocal count
            count += 1
            return 0

        connection.set_progress_handler(step, 1)
        assert paging.seq_at(connection, "User", position) == position + 1
        connection.set_progress_handler(None, 0)
        return count

    # A growing OFFSET would take tens of thousands.
    assert steps(59_998) < steps(300) + 5_000


class TestKeptResults:
    """What a scan found is scanned again only when the directory has changed."""

    @pytest.fixture
    def selection(self, workspace: Workspace) -> Selection:
        return Selection((workspace.registry.user,), (None,))

    @staticmethod
    def change(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT INTO change (at, actor, resource_id, resource_type, operation, summary) VALUES ('', '', '', '', '', '')"
        )

    def test_is_scanned_once_and_again_after_a_change(
        self, connection: sqlite3.Connection, selection: Selection
    ) -> None:
        scans: list[int] = []

        def scan(_connection: sqlite3.Connection, _selection: Selection) -> Iterator[int]:
            scans.append(1)
            return iter([5, 3, 9])

        cache = paging.ResultCache()
        for _ in range(3):
            assert list(cache.get(connection, selection, scan).seqs) == [5, 3, 9]
        assert len(scans) == 1
        self.change(connection)
        cache.get(connection, selection, scan)
        assert len(scans) == 2

    def test_old_results_make_room(self, connection: sqlite3.Connection, workspace: Workspace) -> None:
        cache = paging.ResultCache()
        for descending in (True, False):
            for number in range(paging.KEPT_RESULTS):
                kinds = (workspace.registry.user,) * (number + 1)
                cache.get(connection, Selection(kinds, (None,), (), descending), lambda _c, _s: [1])
        assert len(cache._results) == paging.KEPT_RESULTS


def test_a_cursor_goes_on_after_its_resource_wherever_that_stands_now() -> None:
    result = paging.Result(1, array("q", [5, 3, 9, 7]))
    assert result.position_after(0, 0) == 0
    assert result.position_after(3, 2) == 2
    assert result.position_after(9, 1) == 3, "it has moved"
    assert result.position_after(4, 3) == 2, "it is gone: go on where it stood"
    assert result.position_after(4, 99) == 4
