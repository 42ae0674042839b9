"""What one operation does inside the writer's transaction, and everything that follows from it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from server.directory import NameTaken, Stored
from server.draft import draft_of
from server.scim.members import Member, ReplaceMembers
from server.store import paging
from server.store.transaction import WriteTransaction, transacted
from tests.directories import GROUP, NOBODY, USER, Directory, Document

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.directory import Draft
    from server.store.database import Database

AT, LATER = "2026-11-23T20:48:31.123Z", "2026-11-24T20:48:31.123Z"
ADA: Document = {
    "userName": "Ada",
    "active": True,
    "displayName": "Countess",
    "externalId": "7",
    "emails": [{"value": "Ada@example.com"}, {"value": "al@example.com"}],
}


@pytest.fixture
def write(perch_database: Database) -> Callable[[Callable[[Any], Any]], Any]:
    """Run an operation in a transaction of its own."""
    return lambda operation: perch_database.commit(transacted(operation))


def draft(document: Document) -> Draft:
    return draft_of(document, USER)


def insert(resource_id: str, document: Document) -> Callable[[Any], Stored]:
    return lambda transaction: transaction.insert("User", resource_id, draft(document), AT)


def update(stored: Stored, before: Document, after: Document) -> Callable[[Any], Stored]:
    return lambda transaction: transaction.update(stored, draft(before), draft(after), LATER)


def emails(database: Database) -> list[str]:
    return [row[0] for row in database.read("SELECT value FROM email ORDER BY value")]


def test_what_is_inserted_is_found_by_type_and_id(write: Any) -> None:
    stored = write(insert("17", ADA))
    assert stored == Stored(1, "17", draft(ADA).document, 1, AT, AT, "Countess", 0, None)
    assert write(lambda transaction: transaction.find("User", "17")) == stored
    assert write(lambda transaction: transaction.find("Group", "17")) is None
    assert write(lambda transaction: transaction.find("User", NOBODY)) is None


def test_a_seq_is_never_used_again(write: Any) -> None:
    first = write(insert("1", ADA))
    write(lambda transaction: transaction.delete("User", first, LATER))
    assert write(insert("2", ADA)).seq > first.seq


def test_a_name_of_another_is_taken_and_the_transaction_goes_on(write: Any) -> None:
    write(insert("1", ADA))

    def operation(transaction: WriteTransaction) -> Stored:
        with pytest.raises(NameTaken):
            insert("2", {**ADA, "userName": "ADA"})(transaction)
        stored = insert("3", {**ADA, "userName": "alan"})(transaction)
        with pytest.raises(NameTaken):
            update(stored, {**ADA, "userName": "alan"}, {**ADA, "userName": "aDa"})(transaction)
        return stored

    stored = write(operation)
    assert write(lambda transaction: transaction.find("User", "3")) == stored


def test_an_update_writes_what_is_looked_up(write: Any, perch_database: Database) -> None:
    stored = write(insert("1", ADA))
    after = {"userName": "Lovelace", "active": False, "emails": [{"value": "NEW@example.com"}]}
    updated = write(update(stored, ADA, after))
    assert (updated.version, updated.created, updated.modified, updated.label) == (2, AT, LATER, "Lovelace")
    assert write(lambda transaction: transaction.find("User", "1")) == updated
    row = "SELECT unique_name, external_id, display_name, active FROM resource"
    assert perch_database.read(row) == [("lovelace", None, None, 0)]
    assert emails(perch_database) == ["new@example.com"]


def test_what_is_looked_up_and_did_not_change_is_not_written(write: Any, perch_database: Database) -> None:
    stored = write(insert("1", ADA))
    run: list[str] = []
    perch_database._writer.set_trace_callback(run.append)
    write(update(stored, ADA, {**ADA, "active": False}))
    perch_database._writer.set_trace_callback(None)
    [statement] = [sql for sql in run if sql not in ("BEGIN IMMEDIATE", "COMMIT")]
    assert statement.startswith("UPDATE resource SET")
    assert not any(f"{column} =" in statement for column in ("unique_name", "external_id", "display_name"))
    assert perch_database.read("SELECT active, unique_name FROM resource") == [(0, "ada")]


def test_the_number_of_members_is_kept_in_the_groups_row(in_sqlite: Directory, write: Any) -> None:
    ada, alan = in_sqlite.user("ada"), in_sqlite.user("alan")
    group = in_sqlite.group("G", ada, alan)

    def number() -> int:
        count: int = write(lambda transaction: transaction.find("Group", group)).member_count
        return count

    assert number() == 2
    in_sqlite.replace(GROUP, group, {"displayName": "G", "members": [{"value": ada}, {"value": NOBODY}]})
    assert number() == 1
    in_sqlite.delete(USER, ada)
    assert number() == 0


def test_deleting_a_person_moves_the_version_of_every_group_they_were_in(in_sqlite: Directory, write: Any) -> None:
    ada, alan = in_sqlite.user("ada"), in_sqlite.user("alan")
    groups = [in_sqlite.group("G", ada, alan), in_sqlite.group("H", ada), in_sqlite.group("I", alan)]
    before = [in_sqlite.read(GROUP, group)["meta"] for group in groups]
    stored = write(lambda transaction: transaction.find("User", ada))
    write(lambda transaction: transaction.delete("User", stored, "2999-01-01T00:00:00.000Z"))
    after = [in_sqlite.read(GROUP, group)["meta"] for group in groups]
    assert [old["version"] != new["version"] for old, new in zip(before, after, strict=True)] == [True, True, False]
    moved = [meta["lastModified"] == "2999-01-01T00:00:00.000Z" for meta in after]
    assert moved == [True, True, False]


def test_deleting_leaves_no_row_behind(in_sqlite: Directory, perch_database: Database) -> None:
    ada = in_sqlite.user("ada", emails=["ada@example.com"])
    inner = in_sqlite.group("Inner", ada)
    outer = in_sqlite.group("Outer", inner)
    for kind, resource_id in ((GROUP, inner), (USER, ada), (GROUP, outer)):
        in_sqlite.delete(kind, resource_id)
    for table in ("resource", "member", "email"):
        assert perch_database.read(f"SELECT count(*) FROM {table}") == [(0,)]
    assert [paging.total(perch_database.reading().connection, name) for name in ("User", "Group")] == [0, 0]


def test_a_touched_group_has_a_new_version_and_the_same_document(in_sqlite: Directory, write: Any) -> None:
    group = in_sqlite.group("G")
    stored = write(lambda transaction: transaction.find("Group", group))
    touched = write(lambda transaction: transaction.touch(stored, LATER))
    assert (touched.version, touched.modified, touched.document) == (2, LATER, stored.document)
    assert write(lambda transaction: transaction.find("Group", group)) == touched


def test_an_attempt_that_fails_undoes_itself_and_nothing_before(write: Any) -> None:
    def operation(transaction: WriteTransaction) -> None:
        insert("1", ADA)(transaction)
        with suppress(LookupError), transaction.attempt():
            insert("2", {**ADA, "userName": "alan"})(transaction)
            with transaction.attempt():
                insert("3", {**ADA, "userName": "grace"})(transaction)
            raise LookupError
        with transaction.attempt():
            insert("4", {**ADA, "userName": "kurt"})(transaction)

    write(operation)
    found = [write(lambda transaction, i=i: transaction.find("User", i)) for i in "1234"]
    assert [stored is not None for stored in found] == [True, False, False, True]


def test_a_transaction_sees_what_it_wrote(in_sqlite: Directory, write: Any) -> None:
    ada = in_sqlite.user("ada")
    group = in_sqlite.group("G")

    def operation(transaction: WriteTransaction) -> list[str | None]:
        stored = transaction.find("Group", group)
        assert stored is not None
        transaction.change_members(stored.seq, ReplaceMembers((Member(ada),)))
        found = (transaction.find("User", ada), transaction.find("User", ada, linked=False))
        return [None if one is None else one.linked for one in found]

    linked, bare = write(operation)
    assert group in linked
    assert bare is None
