"""Reads of the directory: what the event loop may wait for, what has a time budget, and that no index is missed."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from server.directory import Page, Selection, TooLong, Window
from server.scim.errors import TooMany
from server.scim.filter import parse_filter
from server.store import resources
from server.store.resources import Resources
from tests.directories import GROUP, NOBODY, USER, Directory, replacing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.scim.schema import ResourceType
    from server.store.database import Database

FIRST = Window(100)


@pytest.fixture
def store(perch_database: Database) -> Resources:
    return Resources(perch_database)


def selecting(filter_: str | None = None, kind: ResourceType = USER) -> Selection:
    return Selection((kind,), (parse_filter(filter_, kind) if filter_ else None,))


def ids(page: Page) -> list[str]:
    return [stored.id for _, stored in page.resources]


def select(store: Resources, selection: Selection, window: Window = FIRST, *, inline: bool = True) -> Page:
    return store.select(selection, window, linked=True, inline=inline)


def test_one_resource_is_found_by_type_and_id(in_sqlite: Directory, store: Resources) -> None:
    ada = in_sqlite.user("ada")
    group = in_sqlite.group("G", ada)
    for kind, resource_id in (("User", group), ("Group", ada), ("User", NOBODY), ("User", "' OR 1 --")):
        assert store.find(kind, resource_id, linked=True, inline=True) is None
    for kind, resource_id, other in (("User", ada, group), ("Group", group, ada)):
        found = store.find(kind, resource_id, linked=True, inline=True)
        assert found is not None
        assert found.linked is not None
        assert other in found.linked
        bare = store.find(kind, resource_id, linked=False, inline=True)
        assert bare == found._replace(linked=None)


class TestEventLoop:
    """What it may wait for: anything else is answered by TooLong, and by a reader thread then."""

    def test_a_large_group_is_too_long_and_its_row_alone_is_not(
        self, in_sqlite: Directory, store: Resources, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(resources, "INLINE_MEMBERS", 2)
        people = [in_sqlite.user(name) for name in ("ada", "alan", "grace")]
        large, small = in_sqlite.group("Large", *people), in_sqlite.group("Small", *people[:2])
        assert store.find("Group", small, linked=True, inline=True) is not None
        with pytest.raises(TooLong):
            store.find("Group", large, linked=True, inline=True)
        assert store.find("Group", large, linked=False, inline=True) is not None
        found = store.find("Group", large, linked=True, inline=False)
        assert found is not None
        assert (found.linked or "").count('"value"') == 3

    def test_the_members_of_a_whole_page_count(
        self, in_sqlite: Directory, store: Resources, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(resources, "INLINE_MEMBERS", 2)
        ada = in_sqlite.user("ada")
        groups = [in_sqlite.group(name, ada) for name in "ABC"]
        assert ids(select(store, selecting(kind=GROUP), Window(2))) == groups[:2]
        with pytest.raises(TooLong):
            select(store, selecting(kind=GROUP), Window(3))
        page = store.select(selecting(kind=GROUP), Window(3), linked=False, inline=True)
        assert ids(page) == groups

    @pytest.mark.parametrize("text", ['title eq "t"', 'userName sw "u"', "active eq true", 'not (userName eq "u1")'])
    def test_a_filter_that_no_index_answers_is_too_long(
        self, in_sqlite: Directory, store: Resources, text: str
    ) -> None:
        in_sqlite.fill(3, title="t")
        with pytest.raises(TooLong):
            select(store, selecting(text))
        assert len(select(store, selecting(text), inline=False).resources) in (2, 3)

    def test_sorting_and_two_types_are_too_long(self, in_sqlite: Directory, store: Resources) -> None:
        ada, group = in_sqlite.user("ada"), in_sqlite.group("G")
        both = Selection((USER, GROUP), (None, None))
        with pytest.raises(TooLong):
            select(store, both)
        assert ids(select(store, both, inline=False)) == [ada, group]

    def test_an_index_that_finds_many_is_too_long_and_gives_all(
        self, in_sqlite: Directory, store: Resources, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(resources, "INLINE_ROWS", 4)
        resources._indexed_select.cache_clear()
        in_sqlite.fill(6, displayName="The same")
        selection = selecting('displayName eq "the same"')
        with pytest.raises(TooLong):
            select(store, selection)
        page = select(store, selection, Window(2, 3), inline=False)
        assert (page.total, [stored.label for _, stored in page.resources]) == (6, ["The same"] * 2)
        resources._indexed_select.cache_clear()


class TestTimeBudget:
    @pytest.fixture
    def impatient(self, perch_database: Database, monkeypatch: pytest.MonkeyPatch) -> Resources:
        monkeypatch.setattr(resources, "_STEPS", 200)
        return Resources(perch_database, scan_seconds=-1.0)

    def test_a_scan_that_takes_too_long_is_given_up_with_a_remedy(
        self, in_sqlite: Directory, impatient: Resources
    ) -> None:
        in_sqlite.fill(100, title="t")
        with pytest.raises(TooMany, match="narrow it with an indexed attribute"):
            select(impatient, selecting('title co "x"'), inline=False)

    def test_the_next_query_of_that_thread_sees_the_latest_commit(
        self, in_sqlite: Directory, impatient: Resources, perch_database: Database
    ) -> None:
        in_sqlite.fill(100, title="t")
        with pytest.raises(TooMany):
            select(impatient, selecting('title co "x"'), inline=False)
        assert not perch_database.reading().connection.in_transaction
        ada = in_sqlite.user("ada")
        assert ids(select(impatient, selecting('userName eq "ada"'))) == [ada]
        with pytest.raises(TooMany):
            select(impatient, selecting('title co "x"'), inline=False)

    def test_what_an_index_finds_is_never_given_up(self, in_sqlite: Directory, impatient: Resources) -> None:
        in_sqlite.fill(100, title="t")
        assert select(impatient, selecting('userName eq "u7"'), inline=False).total == 1
        assert select(impatient, selecting(), Window(10), inline=True).total == 100


class TestPlans:
    """Indexed queries never look at every row: SQLite itself says how it would run each statement."""

    SCANS = re.compile(r"SCAN ([rsegm]|resource|email|member|change)\b")
    MADE = ("MATERIALIZE", "CO-ROUTINE")
    """What may be scanned: rows that an index found before."""

    @contextmanager
    def no_scan(self, database: Database) -> Iterator[None]:
        reader = database.reading().connection
        run: list[str] = []
        reader.set_trace_callback(run.append)
        yield
        reader.set_trace_callback(None)
        selects = [sql for sql in run if "SELECT" in sql]
        assert selects
        for sql in selects:
            plan = [row[3] for row in reader.execute(f"EXPLAIN QUERY PLAN {sql}")]
            made = {name for kind, _, name in (step.partition(" ") for step in plan) if kind in self.MADE}
            scans = {found[1] for step in plan if (found := self.SCANS.match(step))}
            assert not scans - made, f"{sql}\n{plan}"

    @pytest.fixture(autouse=True)
    def filled(self, in_sqlite: Directory) -> None:
        in_sqlite.fill(30, title="t")
        ada = in_sqlite.user("ada", externalId="7", displayName="Ada", emails=["ada@example.com"])
        in_sqlite.group("G", ada)

    @pytest.mark.parametrize(
        "text",
        [
            'userName eq "ADA"',
            'externalId eq "7"',
            'displayName eq "ada"',
            'emails.value eq "ADA@example.com"',
            'emails[value eq "ada@example.com"]',
            'emails[type eq "work" and value eq "ada@example.com"]',
            'id eq "ada"',
            'userName eq "ada" and title co "x"',
            'userName eq "ada" or externalId eq "7" or emails.value eq "x"',
        ],
    )
    def test_people_by_what_is_looked_up(self, store: Resources, perch_database: Database, text: str) -> None:
        with self.no_scan(perch_database):
            select(store, selecting(text))

    @pytest.mark.parametrize("text", ['displayName eq "g"', 'externalId eq "7"', f'members.value eq "{NOBODY}"'])
    def test_groups_by_what_is_looked_up(self, store: Resources, perch_database: Database, text: str) -> None:
        with self.no_scan(perch_database):
            select(store, selecting(text, GROUP))

    @pytest.mark.parametrize("kind", [USER, GROUP], ids=lambda kind: kind.name)
    @pytest.mark.parametrize("window", [Window(10), Window(10, 25), Window(10, after=(5, 5))])
    def test_pages_of_everything(
        self, store: Resources, perch_database: Database, kind: ResourceType, window: Window
    ) -> None:
        with self.no_scan(perch_database):
            select(store, selecting(kind=kind), window)

    @pytest.mark.parametrize("kind", ["User", "Group"])
    def test_one_resource(self, store: Resources, perch_database: Database, kind: str) -> None:
        [(_, stored)] = select(store, selecting('displayName eq "g"', GROUP)).resources
        with self.no_scan(perch_database):
            store.find(kind, stored.id, linked=True, inline=True)

    def test_the_check_can_fail(self, store: Resources, perch_database: Database) -> None:
        with pytest.raises(AssertionError, match="SCAN"), self.no_scan(perch_database):
            perch_database.read(
                "SELECT count(*) FROM resource r JOIN member m ON m.member_seq = r.seq WHERE r.label = ''"
            )


def test_a_page_far_back_takes_no_more_steps_than_the_first(
    in_sqlite: Directory, store: Resources, perch_database: Database
) -> None:
    in_sqlite.fill(3_000)

    def steps(start: int) -> int:
        count = 0

        def step() -> int:
            nonlocal count
            count += 1
            return 0

        perch_database.reading().connection.set_progress_handler(step, 1)
        assert len(select(store, selecting(), Window(50, start)).resources) == 50
        perch_database.reading().connection.set_progress_handler(None, 0)
        return count

    # A growing OFFSET would take three steps more for each of the 2 900 people before.
    assert steps(2_951) < steps(1) + 3_000


def test_one_page_is_of_one_commit(in_sqlite: Directory, store: Resources) -> None:
    ada = in_sqlite.user("ada", title="t")
    assert ids(select(store, selecting('title eq "t"'), inline=False)) == [ada]
    in_sqlite.modify(USER, ada, replacing("title", "u"))
    assert ids(select(store, selecting('title eq "t"'), inline=False)) == []
    assert ids(select(store, selecting('title eq "u"'), inline=False)) == [ada]
