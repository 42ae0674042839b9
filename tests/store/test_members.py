"""Members as rows: whole sets in one statement, in the order they came, under the name sent or derived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from server.representation import BASE_URL_MARK
from server.scim.members import (
    AddMembers,
    Member,
    MemberChange,
    RedisplayMembers,
    RemoveMatching,
    RemoveMembers,
    ReplaceMembers,
    split_members,
)
from server.scim.patch import parse_patch
from server.store import members
from tests.directories import BASE, GROUP, NOBODY, USER, Directory, replacing

if TYPE_CHECKING:
    import sqlite3

    from server.directory import MemberOutcome
    from server.store.database import Database


class Club:
    """A group, some people by name, and what changes its members."""

    def __init__(self, directory: Directory, database: Database) -> None:
        self.directory = directory
        self.database = database
        self.ids = {name: directory.user(name) for name in ("ada", "alan", "grace", "kurt", "emmy")}
        self.id = directory.group("Club")
        self.seq = self.seq_of(self.id)

    def seq_of(self, resource_id: str) -> int:
        seq: int = self.database.read("SELECT seq FROM resource WHERE id = ?", (resource_id,))[0][0]
        return seq

    def change(self, change: MemberChange) -> MemberOutcome:
        return self.database.commit(lambda connection: members.change(connection, self.seq, change))

    def add(self, *names: str) -> MemberOutcome:
        return self.change(AddMembers(self.members(*names)))

    def members(self, *names: str) -> tuple[Member, ...]:
        return tuple(Member(self.ids.get(name, name)) for name in names)

    def of(self, *names: str) -> tuple[str, ...]:
        return tuple(self.ids[name] for name in names)

    def shown(self) -> list[dict[str, Any]]:
        text = self.database.commit(lambda connection: members.linked(connection, "Group", self.seq))
        shown: list[dict[str, Any]] = orjson.loads(f"[{text or ''}]".replace(BASE_URL_MARK, BASE))
        return shown

    def names(self) -> list[str | None]:
        return [one.get("display") for one in self.shown()]

    def places(self) -> dict[str, int]:
        rows = self.database.read("SELECT member_id, seq FROM member WHERE group_seq = ?", (self.seq,))
        return dict(rows)

    def statements(self, change: MemberChange) -> list[str]:
        """Apply a change and give the statements that it took."""
        run: list[str] = []
        self.database._writer.set_trace_callback(run.append)
        self.change(change)
        self.database._writer.set_trace_callback(None)
        return [sql for sql in run if sql not in ("BEGIN IMMEDIATE", "COMMIT")]


@pytest.fixture
def club(in_sqlite: Directory, perch_database: Database) -> Club:
    return Club(in_sqlite, perch_database)


def parsed(path: str, operator: str = "remove", value: Any = None) -> MemberChange:
    operation = {"op": operator, "path": path, **({} if value is None else {"value": value})}
    [change] = split_members(parse_patch({"Operations": [operation]}, GROUP))[1]
    return change


class TestAdding:
    def test_members_stand_in_the_order_they_came(self, club: Club) -> None:
        assert club.add("kurt", "ada").added == club.of("kurt", "ada")
        assert club.add("emmy").added == club.of("emmy")
        assert club.add("alan", "kurt", "grace").added == club.of("alan", "grace")
        assert club.names() == ["kurt", "ada", "emmy", "alan", "grace"]

    def test_a_member_has_the_type_it_is_and_not_the_type_sent(self, club: Club) -> None:
        inner, ada = club.directory.group("Inner"), club.ids["ada"]
        club.change(AddMembers((Member(inner, type="User"), Member(ada, type="Group"))))
        assert club.shown() == [
            {"value": inner, "$ref": f"{BASE}/Groups/{inner}", "display": "Inner", "type": "Group"},
            {"value": ada, "$ref": f"{BASE}/Users/{ada}", "display": "ada", "type": "User"},
        ]

    def test_okta_a13_who_does_not_exist_is_skipped_and_named(self, club: Club) -> None:
        for change in (AddMembers, ReplaceMembers):
            outcome = club.change(change((Member(NOBODY), *club.members("ada"), Member("x"), Member(club.id))))
            assert outcome.unknown == (NOBODY, "x", club.id)
        assert club.add("y").unknown == ("y",)
        assert club.names() == ["ada"]

    def test_a_member_that_is_there_takes_a_new_name_and_keeps_the_place(self, club: Club) -> None:
        club.add("ada", "alan")
        outcome = club.change(AddMembers((Member(club.ids["ada"], "Countess"), Member(club.ids["alan"]))))
        assert (outcome.added, outcome.redisplayed) == ((), 1)
        assert club.names() == ["Countess", "alan"]
        assert club.change(AddMembers((Member(club.ids["ada"], "Countess"),))).redisplayed == 0

    def test_awkward_names_come_out_as_they_went_in(self, club: Club) -> None:
        for display in ('say "hi"', "back\\slash", "tab\tand\nline", "\u00e9\U0001f600", "'", "%_"):
            club.change(AddMembers((Member(club.ids["ada"], display),)))
            assert club.names() == [display]


class TestRemoving:
    def test_those_named_go_and_strangers_are_no_error(self, club: Club) -> None:
        club.add("ada", "alan", "grace")
        assert club.change(RemoveMembers((club.ids["alan"],))).removed == club.of("alan")
        assert club.change(RemoveMembers((club.ids["alan"],))).removed == ()
        assert set(club.change(RemoveMembers((NOBODY, *club.of("ada", "alan")))).removed) == set(club.of("ada"))
        assert club.names() == ["grace"]

    def test_only_members_of_this_group_go(self, club: Club) -> None:
        other = club.directory.group("Other", club.ids["ada"])
        club.add("ada")
        club.change(RemoveMembers(club.of("ada")))
        assert len(club.directory.read(GROUP, other)["members"]) == 1

    @pytest.mark.parametrize(
        ("path", "left"),
        [
            ('members[display sw "A"]', ["grace"]),
            ('members[type eq "User" and not (display eq "ada")]', ["ada"]),
            ('members[type eq "Group"]', ["ada", "alan", "grace"]),
            ("members[value pr]", []),
        ],
    )
    def test_a_filter_is_evaluated_for_each_member(self, club: Club, path: str, left: list[str]) -> None:
        club.add("ada", "alan", "grace")
        change = parsed(path)
        assert isinstance(change, RemoveMatching)
        assert len(club.change(change).removed) == 3 - len(left)
        assert club.names() == left


class TestReplacing:
    def test_only_the_difference_is_written(self, club: Club) -> None:
        club.add("ada", "alan", "grace")
        before = club.places()
        outcome = club.change(ReplaceMembers(club.members("kurt", "grace", "ada")))
        assert (outcome.added, outcome.removed) == (club.of("kurt"), club.of("alan"))
        assert club.names() == ["ada", "grace", "kurt"]
        for name in ("ada", "grace"):
            assert club.places()[club.ids[name]] == before[club.ids[name]]

    def test_the_same_list_again_writes_nothing(self, club: Club) -> None:
        club.add("ada", "alan")
        before = club.database.commit(lambda connection: connection.total_changes)
        outcome = club.change(ReplaceMembers(club.members("alan", "ada")))
        assert (outcome.added, outcome.removed, outcome.redisplayed) == ((), (), 0)
        assert club.database.commit(lambda connection: connection.total_changes) == before

    def test_nobody_empties_the_group(self, club: Club) -> None:
        club.add("ada", "alan")
        assert set(club.change(ReplaceMembers(())).removed) == set(club.of("ada", "alan"))
        assert club.names() == []

    def test_a_list_of_any_length_is_as_many_statements(self, club: Club) -> None:
        few = len(club.statements(ReplaceMembers(club.members("ada", "alan"))))
        club.directory.fill(300)
        everyone = [row[0] for row in club.database.read("SELECT id FROM resource WHERE type = 'User'")]
        many = club.statements(ReplaceMembers(tuple(map(Member, everyone))))
        assert len(club.shown()) == len(everyone) == 305
        assert len(many) <= few + 2  # some were members already: who is unknown, who is shown otherwise
        assert len(club.statements(RemoveMembers(tuple(everyone)))) == 1


class TestDisplay:
    def test_one_member_or_all_may_be_shown_otherwise(self, club: Club) -> None:
        club.add("ada", "alan")
        change = parsed(f'members[value eq "{club.ids["ada"]}"].display', "replace", "Countess")
        assert isinstance(change, RedisplayMembers)
        assert club.change(change).redisplayed == 1
        assert club.names() == ["Countess", "alan"]
        assert club.change(change).redisplayed == 0
        assert club.change(parsed("members.display")).redisplayed == 2
        assert club.names() == [None, None]

    def test_a_derived_name_follows_a_rename_and_a_sent_one_stays(self, club: Club) -> None:
        club.add("ada")
        club.change(AddMembers((Member(club.ids["alan"], "The Prof"),)))
        for name in ("ada", "alan"):
            club.directory.modify(USER, club.ids[name], replacing("userName", f"{name}@example.com"))
        assert club.names() == ["ada@example.com", "The Prof"]

    def test_a_group_in_a_group_is_renamed_too(self, club: Club) -> None:
        inner = club.directory.group("Inner")
        club.add(inner)
        club.directory.replace(GROUP, inner, {"displayName": "Core"})
        assert club.names() == ["Core"]

    def test_a_rename_of_capitals_only_is_followed(self, club: Club) -> None:
        inner = club.directory.group("inner")
        club.add("ada", inner)
        club.directory.modify(USER, club.ids["ada"], replacing("userName", "Ada"))
        club.directory.modify(GROUP, inner, replacing("displayName", "Inner"))
        assert club.names() == ["Ada", "Inner"]


def test_a_persons_groups_stand_in_the_order_of_the_groups(club: Club) -> None:
    groups = [club.directory.group(name) for name in ("Zoo", "Attic", 'The "Club"')]
    for group in reversed(groups):
        club.directory.modify(GROUP, group, {"op": "add", "path": "members", "value": [{"value": club.ids["ada"]}]})
    shown = club.directory.read(USER, club.ids["ada"])["groups"]
    assert [one["value"] for one in shown] == groups
    assert [one["display"] for one in shown] == ["Zoo", "Attic", 'The "Club"']
    assert {one["type"] for one in shown} == {"direct"}


def test_a_large_group_that_is_sent_once_more_costs_as_much_as_it_is_long(club: Club, directory: Directory) -> None:
    steps = {}
    everybody = [Member(directory.user(f"person{number}"), display=f"Person {number}") for number in range(1_200)]
    for number in (300, 1_200):
        club.change(ReplaceMembers(tuple(everybody[:number])))
        steps[number] = _steps(club, ReplaceMembers(tuple(everybody[:number])))
    assert steps[1_200] < 8 * steps[300], "four times the members, not sixteen times the work"


def _steps(club: Club, change: MemberChange) -> int:
    """Count SQLite's own steps, in thousands: no clock."""
    counted = 0

    def count() -> None:
        nonlocal counted
        counted += 1

    def work(connection: sqlite3.Connection) -> None:
        connection.set_progress_handler(count, 1_000)
        try:
            members.change(connection, club.seq, change)
        finally:
            connection.set_progress_handler(None, 0)

    club.database.commit(work)
    return counted
