"""How a resource is read: the same columns whichever way it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.directory import Stored
from server.store.rows import FIND, columns
from tests.directories import GROUP, NOBODY, USER, Directory

if TYPE_CHECKING:
    from server.store.database import Database

KINDS = {"User": USER, "Group": GROUP}


@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_the_columns_are_those_of_a_stored_resource(
    in_sqlite: Directory, perch_database: Database, kind: str, linked: bool
) -> None:
    ada = in_sqlite.user("ada", displayName="Ada")
    group = in_sqlite.group("G", ada)
    wanted, other = (ada, group) if kind == "User" else (group, ada)
    [row] = perch_database.read(FIND[kind, linked], (wanted, kind))
    stored = Stored(*row)
    shown = in_sqlite.read(KINDS[kind], wanted)
    assert stored.id == wanted
    assert (stored.created, stored.modified) == (shown["meta"]["created"], shown["meta"]["lastModified"])
    assert (stored.version, stored.label, stored.member_count) == (1, *(("Ada", 0) if kind == "User" else ("G", 1)))
    assert (other in (stored.linked or "")) is linked
    [listed] = perch_database.read(f"SELECT {columns(kind, linked=linked)} FROM resource r WHERE r.type = ?", (kind,))
    assert listed == row


@pytest.mark.parametrize("linked", [True, False])
def test_an_id_of_another_type_finds_nothing(in_sqlite: Directory, perch_database: Database, linked: bool) -> None:
    group = in_sqlite.group("G")
    assert perch_database.read(FIND["User", linked], (group, "User")) == []
    assert perch_database.read(FIND["Group", linked], (NOBODY, "Group")) == []


def test_nobody_is_null_and_not_an_empty_text(in_sqlite: Directory, perch_database: Database) -> None:
    group, ada = in_sqlite.group("G"), in_sqlite.user("ada")
    for kind, resource_id in (("Group", group), ("User", ada)):
        [row] = perch_database.read(FIND[kind, True], (resource_id, kind))
        assert Stored(*row).linked is None
