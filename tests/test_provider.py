"""What requests mean for the directory: every rule holds in SQLite and in dicts alike."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from resources import schema_documents
from server import provider as provider_module
from server.directory import Answer
from server.provider import LARGE_GROUP, Caller, ServiceProvider, check_match, draft_of, new_resource_id
from server.scim.errors import (
    ExpiredCursor,
    InvalidCursor,
    InvalidSyntax,
    InvalidValue,
    NotFound,
    PreconditionFailed,
    Uniqueness,
)
from server.scim.query import parse_query
from server.scim.schemas import GROUP_URN, USER_URN, load_registry
from server.store.changes import changes
from server.store.database import Database
from server.store.resources import Resources
from server.store.transaction import transacted
from tests.memory_directory import MemoryDirectory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from server.directory import Operation, ResourceStore
    from server.records import ChangeRecord

REGISTRY = load_registry(schema_documents(), ("userName",))
USER, GROUP = REGISTRY.user, REGISTRY.group
BASE = "https://scim.example.com/scim/v2"
CALLER = Caller("token 7", BASE)
NOW = 1_800_000_000.0
NOBODY = "00000000-0000-7000-8000-000000000000"

Document = dict[str, Any]


@dataclass
class Directory:
    """A provider over some store, and what the tests ask of it."""

    store: ResourceStore
    commit: Callable[[Operation[Answer]], Answer]
    audit: Callable[[], list[ChangeRecord]]
    """The newest first."""
    patch_body: bool = True

    @property
    def provider(self) -> ServiceProvider:
        return ServiceProvider(REGISTRY, self.store, cursor_key=b"key", patch_body=self.patch_body)

    def user(self, user_name: str, **attributes: Any) -> str:
        return identity(
            self.commit(self.provider.create(USER, {"userName": user_name, **attributes}, CALLER))
        )

    def group(self, display_name: str, *members: str) -> str:
        body = {"displayName": display_name, "members": [{"value": member} for member in members]}
        return identity(self.commit(self.provider.create(GROUP, body, CALLER)))

    def read(self, kind: Any, resource_id: str) -> Document:
        return shown(self.retrieve(kind, resource_id))

    def retrieve(self, kind: Any, resource_id: str) -> Answer:
        answer = self.provider.retrieve(kind, resource_id, CALLER)
        return answer if isinstance(answer, Answer) else answer()

    def replace(self, kind: Any, resource_id: str, if_match: str | None = None, **body: Any) -> Answer:
        return self.commit(self.provider.replace(kind, resource_id, body, CALLER, if_match))

    def modify(
        self, kind: Any, resource_id: str, *operations: Document, if_match: str | None = None
    ) -> Answer:
        body = {"Operations": [*operations]}
        return self.commit(self.provider.modify(kind, resource_id, body, CALLER, if_match))

    def delete(self, kind: Any, resource_id: str, if_match: str | None = None) -> Answer:
        return self.commit(self.provider.delete(kind, resource_id, CALLER, if_match))

    def query(self, *kinds: Any, now: float = NOW, **parameters: str) -> Document:
        return shown(self.queried(*kinds, now=now, **parameters))

    def queried(self, *kinds: Any, now: float = NOW, **parameters: str) -> Answer:
        kinds = kinds or (USER,)
        queries = tuple(parse_query(parameters, kind) for kind in kinds)
        answer = self.provider.query(kinds, queries, CALLER, now)
        return answer if isinstance(answer, Answer) else answer()

    def names(self, **parameters: str) -> list[str]:
        return [one["userName"] for one in self.query(**parameters)["Resources"]]


@pytest.fixture(params=["sqlite", "dict"])
def directory(request: pytest.FixtureRequest) -> Directory:
    directory: Directory = request.getfixturevalue(f"in_{request.param}")
    return directory


@pytest.fixture
def in_sqlite(tmp_path: Path) -> Iterator[Directory]:
    database = Database.open(tmp_path / "perch.db", "perch")
    yield Directory(
        Resources(database),
        lambda operation: database.commit(transacted(operation)),
        lambda: changes(database),
    )
    database.close()


@pytest.fixture
def in_dict() -> Directory:
    memory = MemoryDirectory()
    return Directory(memory, memory.commit, lambda: memory.changes[::-1])


def shown(answer: Answer) -> Document:
    document: Document = orjson.loads(answer.body)
    return document


def identity(answer: Answer) -> str:
    assert answer.resource_id is not None
    return answer.resource_id


def parsed(text: str | None) -> Document:
    assert text is not None
    document: Document = orjson.loads(text)
    return document


def replacing(path: str, value: Any) -> Document:
    return {"op": "replace", "path": path, "value": value}


class TestIds:
    def test_an_id_is_a_uuid_of_version_7(self) -> None:
        value = uuid.UUID(new_resource_id())
        assert (value.version, value.variant) == (7, uuid.RFC_4122)

    def test_ids_made_together_differ(self) -> None:
        assert len({new_resource_id() for _ in range(10_000)}) == 10_000

    def test_ids_grow_with_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ids = []
        for moment in (1, 1_700_000_000_000, 1_700_000_000_001, 1_900_000_000_000, 2**47):
            monkeypatch.setattr(provider_module.time, "time_ns", lambda at=moment: at * 1_000_000)
            ids.append(new_resource_id())
        assert ids == sorted(ids)

    def test_the_first_48_bits_are_the_millisecond(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(provider_module.time, "time_ns", lambda: 0x017F22E279B0 * 1_000_000)
        assert new_resource_id().startswith("017f22e2-79b0-7")


class TestCreate:
    def test_the_answer_is_what_is_read_afterwards(self, directory: Directory) -> None:
        body = {"userName": "Ada", "name": {"givenName": "Ada", "familyName": "Lovelace"}, "password": "x"}
        answer = directory.commit(directory.provider.create(USER, body, CALLER))
        document = shown(answer)
        assert answer.status == 201
        assert answer.location == document["meta"]["location"] == f"{BASE}/Users/{document['id']}"
        assert answer.etag == document["meta"]["version"]
        assert document["meta"]["created"] == document["meta"]["lastModified"]
        assert document["schemas"] == [USER_URN]
        assert document["active"] is True
        assert "password" not in document
        assert answer.meaning == "created user Ada Lovelace"
        assert directory.retrieve(USER, document["id"]).body == answer.body

    def test_what_is_wrong_with_the_body_needs_no_transaction(self, directory: Directory) -> None:
        with pytest.raises(InvalidValue, match="userName"):
            directory.provider.create(USER, {"title": "Ms"}, CALLER)
        with pytest.raises(InvalidSyntax):
            directory.provider.create(USER, [], CALLER)

    def test_a_name_is_taken_without_case_within_its_type(self, directory: Directory) -> None:
        directory.user("Ada@example.com")
        directory.group("Ada@example.com")
        with pytest.raises(Uniqueness, match=r"userName 'ADA@EXAMPLE\.COM' is taken"):
            directory.user("ADA@EXAMPLE.COM")
        with pytest.raises(Uniqueness, match="displayName"):
            directory.group("ada@example.com")
        assert len(directory.audit()) == 2
        assert directory.query(USER)["totalResults"] == 1

    def test_names_that_differ_in_more_than_case_are_different(self, directory: Directory) -> None:
        for name in ("strasse", "STRASSEN", "\u00e9", "e\u0301"):
            directory.user(name)
        with pytest.raises(Uniqueness):
            directory.user("STRA\u00dfE")

    def test_a_group_comes_with_its_members(self, directory: Directory) -> None:
        ada, alan = directory.user("ada"), directory.user("alan")
        body = {"displayName": "G", "members": [{"value": alan}, {"value": ada, "display": "Countess"}]}
        answer = directory.commit(directory.provider.create(GROUP, body, CALLER))
        assert answer.meaning == "created group G: 2 added"
        assert shown(answer)["members"] == [
            {"value": alan, "display": "alan", "type": "User"},
            {"value": ada, "display": "Countess", "type": "User"},
        ]
        assert directory.read(GROUP, identity(answer)) == shown(answer)

    def test_what_is_unknown_is_left_out_and_named(self, directory: Directory) -> None:
        ada = directory.user("ada")
        body = {"displayName": "G", "shoeSize": 44, "members": [{"value": NOBODY}, {"value": ada}]}
        answer = directory.commit(directory.provider.create(GROUP, body, CALLER))
        assert answer.ignored == ("shoeSize", f"members {NOBODY} (no such user or group)")
        assert [member["value"] for member in shown(answer)["members"]] == [ada]
        assert answer.meaning == "created group G: 1 added, 1 not found"

    def test_a_given_id_is_used(self, directory: Directory) -> None:
        answer = directory.commit(directory.provider.create(USER, {"userName": "ada"}, CALLER, NOBODY))
        assert answer.resource_id == NOBODY == shown(answer)["id"]


class TestReplace:
    def test_absent_attributes_are_cleared(self, directory: Directory) -> None:
        ada = directory.user("ada", title="Ms", emails=["ada@example.com"])
        answer = directory.replace(USER, ada, userName="ada", nickName="A")
        assert answer.status == 200
        assert shown(answer).keys() == {"schemas", "id", "userName", "nickName", "active", "meta"}
        assert directory.retrieve(USER, ada).body == answer.body
        assert directory.query(filter='emails.value eq "ada@example.com"')["totalResults"] == 0

    @pytest.mark.parametrize("active", [True, False])
    def test_okta_e3_active_is_kept_where_it_is_absent(self, directory: Directory, active: bool) -> None:
        ada = directory.user("ada", active=active)
        assert shown(directory.replace(USER, ada, userName="ada", title="Ms"))["active"] is active

    def test_okta_1_10_members_are_kept_where_they_are_absent(self, directory: Directory) -> None:
        ada = directory.user("ada")
        group = directory.group("G", ada)
        assert shown(directory.replace(GROUP, group, displayName="H"))["members"][0]["value"] == ada
        assert shown(directory.replace(GROUP, group, displayName="H", members=[]))["members"] == []

    def test_members_become_what_was_sent(self, directory: Directory) -> None:
        ada, alan, grace = (directory.user(name) for name in ("ada", "alan", "grace"))
        group = directory.group("G", ada, alan)
        answer = directory.replace(
            GROUP, group, displayName="G", members=[{"value": grace}, {"value": alan}, {"value": NOBODY}]
        )
        assert [member["value"] for member in shown(answer)["members"]] == [alan, grace]
        assert answer.meaning == "updated group G: 1 added, 1 removed, 1 not found"
        assert answer.ignored == (f"members {NOBODY} (no such user or group)",)

    @pytest.mark.parametrize(
        "body",
        [
            {"userName": "ada", "title": "Ms", "name": {"givenName": "Ada"}, "active": True},
            {"userName": "ada", "title": "Ms", "name": {"givenName": "Ada"}},
            {"title": "Ms", "active": True, "name": {"givenName": "Ada"}, "userName": "ada"},
        ],
        ids=["the same", "without active", "in another order"],
    )
    def test_what_changes_nothing_gets_no_version_and_no_line_in_the_audit(
        self, directory: Directory, body: Document
    ) -> None:
        sent = {"userName": "ada", "active": True, "title": "Ms", "name": {"givenName": "Ada"}}
        created = directory.commit(directory.provider.create(USER, sent, CALLER))
        directory.replace(USER, identity(created), **{**sent, "title": "Dr"})
        before = directory.replace(USER, identity(created), **sent)
        answer = directory.replace(USER, identity(created), **body)
        assert answer.etag == before.etag
        assert shown(answer)["meta"] == shown(before)["meta"]
        assert answer.meaning == "left user Ada unchanged"
        assert len(directory.audit()) == 3

    def test_the_same_group_again_changes_nothing(self, directory: Directory) -> None:
        ada, alan = directory.user("ada"), directory.user("alan")
        group = directory.group("G", ada, alan)
        before = directory.retrieve(GROUP, group)
        answer = directory.replace(
            GROUP, group, displayName="G", members=[{"value": alan}, {"value": ada}, {"value": NOBODY}]
        )
        assert answer.body == before.body
        assert answer.etag == before.etag
        assert len(directory.audit()) == 3

    def test_a_name_that_another_has_is_refused_and_nothing_changes(self, directory: Directory) -> None:
        directory.user("ada")
        alan = directory.user("alan", title="Mr")
        before = directory.retrieve(USER, alan)
        with pytest.raises(Uniqueness):
            directory.replace(USER, alan, userName="ADA", title="Dr")
        assert directory.retrieve(USER, alan) == before
        assert shown(directory.replace(USER, alan, userName="ALAN", title="Dr"))["userName"] == "ALAN"

    def test_a_name_that_was_given_up_is_free_at_once(self, directory: Directory) -> None:
        ada = directory.user("ada")
        directory.replace(USER, ada, userName="lovelace")
        directory.user("ADA")

    def test_who_is_not_there_is_not_found(self, directory: Directory) -> None:
        group = directory.group("G")
        for resource_id in (NOBODY, group):
            with pytest.raises(NotFound):
                directory.replace(USER, resource_id, userName="ada")


class TestModify:
    def test_all_of_it_or_nothing(self, directory: Directory) -> None:
        ada = directory.user("ada")
        group = directory.group("G")
        before = directory.retrieve(GROUP, group)
        with pytest.raises(Uniqueness):
            directory.group("H")
            directory.modify(
                GROUP,
                group,
                {"op": "add", "path": "members", "value": [{"value": ada}]},
                replacing("displayName", "h"),
            )
        assert directory.retrieve(GROUP, group) == before

    def test_deactivating_keeps_everything_else(self, directory: Directory) -> None:
        ada = directory.user("ada", title="Ms")
        group = directory.group("G", ada)
        answer = directory.modify(USER, ada, replacing("active", value=False))
        assert shown(answer)["active"] is False
        assert shown(answer)["title"] == "Ms"
        assert shown(answer)["groups"] == [{"value": group, "display": "G", "type": "direct"}]
        assert answer.meaning == "deactivated user ada"
        assert directory.read(GROUP, group)["members"][0]["value"] == ada
        assert (
            directory.modify(USER, ada, replacing("active", value=False)).meaning == "left user ada unchanged"
        )
        assert directory.modify(USER, ada, replacing("active", value=True)).meaning == "reactivated user ada"

    def test_active_cannot_be_unassigned_into_nothing(self, directory: Directory) -> None:
        ada = directory.user("ada", active=False)
        answer = directory.modify(USER, ada, {"op": "remove", "path": "active"})
        assert isinstance(shown(answer)["active"], bool)
        assert isinstance(shown(directory.modify(USER, ada, replacing("active", None)))["active"], bool)

    def test_members_come_and_go(self, directory: Directory) -> None:
        ada, alan = directory.user("ada"), directory.user("alan")
        group = directory.group("G", ada)
        answer = directory.modify(
            GROUP,
            group,
            {"op": "remove", "path": f'members[value eq "{ada}"]'},
            {"op": "add", "path": "members", "value": [{"value": alan}, {"value": NOBODY}]},
        )
        assert [member["value"] for member in shown(answer)["members"]] == [alan]
        assert answer.meaning == "updated group G: 1 added, 1 removed, 1 not found"
        assert answer.ignored == (f"members {NOBODY} (no such user or group)",)

    def test_a_group_is_no_member_of_itself(self, directory: Directory) -> None:
        group = directory.group("G")
        answer = directory.modify(GROUP, group, {"op": "add", "path": "members", "value": [{"value": group}]})
        assert shown(answer)["members"] == []
        assert answer.meaning == "left group G unchanged"

    def test_a_setting_leaves_the_body_away(self, directory: Directory) -> None:
        ada = directory.user("ada")
        directory.patch_body = False
        answer = directory.modify(USER, ada, replacing("title", "Ms"))
        assert (answer.status, answer.body) == (204, b"")
        assert answer.etag == directory.retrieve(USER, ada).etag
        assert directory.replace(USER, ada, userName="ada").status == 200

    def test_who_is_not_there_is_not_found_and_a_token_in_its_place_is_not_repeated(
        self, directory: Directory
    ) -> None:
        with pytest.raises(NotFound) as raised:
            directory.modify(USER, f"perch_live_{'A' * 49}", replacing("title", "Ms"))
        assert "A" * 20 not in raised.value.detail


def test_the_patch_of_a_large_group_is_answered_without_the_group(in_sqlite: Directory) -> None:
    def fill(transaction: Any) -> Answer:
        for number in range(LARGE_GROUP):
            in_sqlite.provider.create(USER, {"userName": f"u{number}"}, CALLER)(transaction)
        return Answer(200)

    in_sqlite.commit(fill)
    everyone = [one["id"] for one in in_sqlite.query(count="1000")["Resources"]]
    group, late = in_sqlite.group("G", *everyone), in_sqlite.user("late")
    adding = {"op": "add", "path": "members", "value": [{"value": late}]}
    removing = {"op": "remove", "path": f'members[value eq "{late}"]'}
    assert in_sqlite.modify(GROUP, group, replacing("displayName", "H")).status == 200
    answer = in_sqlite.modify(GROUP, group, adding)
    assert (answer.status, answer.body, answer.meaning) == (204, b"", "updated group H: 1 added")
    assert answer.etag == in_sqlite.retrieve(GROUP, group).etag
    assert len(in_sqlite.read(GROUP, group)["members"]) == LARGE_GROUP + 1
    assert not isinstance(in_sqlite.provider.retrieve(GROUP, group, CALLER), Answer), "no work for the loop"
    answer = in_sqlite.modify(GROUP, group, removing)
    assert answer.status == 200
    assert len(shown(answer)["members"]) == LARGE_GROUP


class TestDelete:
    def test_everything_goes_and_the_name_is_free(self, directory: Directory) -> None:
        ada = directory.user("ada", externalId="1")
        group = directory.group("G", ada)
        tag = directory.retrieve(GROUP, group).etag
        answer = directory.delete(USER, ada)
        assert (answer.status, answer.body, answer.meaning) == (204, b"", "deleted user ada")
        assert directory.read(GROUP, group)["members"] == []
        assert directory.retrieve(GROUP, group).etag != tag
        assert directory.query(filter='externalId eq "1"')["totalResults"] == 0
        for gone in (directory.retrieve, directory.delete):
            with pytest.raises(NotFound):
                gone(USER, ada)
        assert directory.user("ada") != ada

    def test_a_group_goes_from_its_members(self, directory: Directory) -> None:
        ada = directory.user("ada")
        inner = directory.group("Inner", ada)
        outer = directory.group("Outer", inner)
        directory.delete(GROUP, inner)
        assert "groups" not in directory.read(USER, ada)
        assert directory.read(GROUP, outer)["members"] == []


class TestVersions:
    def test_a_persons_tag_moves_with_their_groups(self, directory: Directory) -> None:
        ada = directory.user("ada")
        tags = [directory.retrieve(USER, ada).etag]
        group = directory.group("G", ada)
        tags.append(directory.retrieve(USER, ada).etag)
        directory.modify(GROUP, group, replacing("displayName", "H"))
        tags.append(directory.retrieve(USER, ada).etag)
        assert directory.read(USER, ada)["groups"][0]["display"] == "H"
        directory.group("I", ada)
        tags.append(directory.retrieve(USER, ada).etag)
        assert len({*tags}) == 4
        assert directory.read(USER, ada)["meta"]["version"] == tags[-1]

    def test_a_groups_tag_moves_when_a_member_shows_another_name(self, directory: Directory) -> None:
        ada = directory.user("ada")
        group = directory.group("G", ada)
        before = directory.retrieve(GROUP, group)
        directory.modify(USER, ada, replacing("userName", "lovelace"))
        after = directory.retrieve(GROUP, group)
        assert shown(after)["members"][0]["display"] == "lovelace"
        assert after.etag != before.etag

    def test_another_version_than_the_named_one_is_left_alone(self, directory: Directory) -> None:
        ada = directory.user("ada")
        old = directory.retrieve(USER, ada).etag
        new = directory.modify(USER, ada, replacing("title", "Ms"), if_match=old).etag
        for write in (
            lambda: directory.replace(USER, ada, old, userName="ada"),
            lambda: directory.modify(USER, ada, replacing("title", "Dr"), if_match=old),
            lambda: directory.delete(USER, ada, old),
        ):
            with pytest.raises(PreconditionFailed):
                write()
        assert directory.read(USER, ada)["title"] == "Ms"
        assert directory.delete(USER, ada, new).status == 204

    def test_a_persons_new_group_fails_a_precondition_too(self, directory: Directory) -> None:
        ada = directory.user("ada")
        tag = directory.retrieve(USER, ada).etag
        directory.group("G", ada)
        with pytest.raises(PreconditionFailed):
            directory.delete(USER, ada, tag)
        assert directory.delete(USER, ada, directory.retrieve(USER, ada).etag).status == 204

    @pytest.mark.parametrize("sent", ["*", 'W/"3"', '"3"', ' W/"2" , "3"'])
    def test_a_tag_is_compared_weakly(self, sent: str) -> None:
        check_match(sent, 'W/"3"')

    @pytest.mark.parametrize("sent", ['W/"2"', "", "3", 'W/"3-a"', '"33"'])
    def test_another_tag_is_told_which_one_it_is_now(self, sent: str) -> None:
        with pytest.raises(PreconditionFailed, match='W/"3"'):
            check_match(sent, 'W/"3"')


class TestAudit:
    def test_says_who_what_and_from_what_to_what(self, directory: Directory) -> None:
        ada = directory.user("ada", title="Ms")
        directory.modify(USER, ada, replacing("title", "Dr"))
        directory.replace(USER, ada, userName="ada")
        directory.delete(USER, ada)
        deleted, replaced, modified, created = directory.audit()
        assert {(one.actor, one.resource_type, one.resource_id) for one in directory.audit()} == {
            ("token 7", "User", ada)
        }
        verbs = [one.operation for one in (created, modified, replaced, deleted)]
        assert verbs == ["create", "modify", "replace", "delete"]
        assert (created.before, deleted.after) == (None, None)
        assert parsed(created.after)["title"] == parsed(modified.before)["title"] == "Ms"
        assert parsed(modified.after)["title"] == parsed(replaced.before)["title"] == "Dr"
        assert "title" not in parsed(replaced.after)
        assert parsed(deleted.before) == parsed(replaced.after)

    def test_names_the_members_that_came_and_went(self, directory: Directory) -> None:
        ada, alan = directory.user("ada"), directory.user("alan")
        group = directory.group("G", ada)
        directory.replace(GROUP, group, displayName="G", members=[{"value": alan}])
        latest = directory.audit()[0]
        after = parsed(latest.after)
        assert (after["membersAdded"], after["membersRemoved"]) == ([alan], [ada])
        assert "membersAdded" not in parsed(latest.before)

    def test_names_the_members_that_a_group_began_with(self, directory: Directory) -> None:
        ada = directory.user("ada")
        directory.group("G", ada)
        assert parsed(directory.audit()[0].after)["membersAdded"] == [ada]


class TestQuery:
    def test_a_page_says_where_it_stands(self, directory: Directory) -> None:
        for number in range(5):
            directory.user(f"u{number}")
        page = directory.query(startIndex="2", count="2")
        assert [one["userName"] for one in page["Resources"]] == ["u1", "u2"]
        assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (5, 2, 2)
        assert directory.query(count="0")["totalResults"] == 5
        assert directory.query(startIndex="6")["Resources"] == []
        assert "nextCursor" not in page

    def test_people_and_groups_are_read_together(self, directory: Directory) -> None:
        ada = directory.user("ada", displayName="B")
        group = directory.group("A", ada)
        directory.user("alan", displayName="C")
        page = directory.query(USER, GROUP)
        assert [one["meta"]["resourceType"] for one in page["Resources"]] == ["User", "User", "Group"]
        assert page["Resources"][0]["groups"][0]["value"] == group
        assert page["Resources"][2]["members"][0]["value"] == ada
        assert directory.query(USER, GROUP, count="2", startIndex="3")["Resources"] == page["Resources"][2:]
        found = directory.query(USER, GROUP, filter='displayName lt "C"')
        assert [one["displayName"] for one in found["Resources"]] == ["B", "A"]
        assert directory.queried(USER, GROUP).meaning == "listed users and groups 1 to 3 of 3"
        cursor, seen = "", []
        while cursor is not None:
            part = directory.query(USER, GROUP, count="1", cursor=cursor)
            seen += part["Resources"]
            cursor = part.get("nextCursor")
        assert seen == page["Resources"]

    def test_a_projection_leaves_the_rest_away(self, directory: Directory) -> None:
        ada = directory.user("ada", title="Ms")
        directory.group("G", ada)
        [found] = directory.query(attributes="title,groups.display")["Resources"]
        assert found == {"schemas": [USER_URN], "id": ada, "title": "Ms", "groups": [{"display": "G"}]}
        [group] = directory.query(GROUP, excludedAttributes="members")["Resources"]
        assert group.keys() == {"schemas", "id", "displayName", "meta"}
        assert group["schemas"] == [GROUP_URN]

    def test_sorting_puts_those_without_a_value_last_and_ties_in_their_order(
        self, directory: Directory
    ) -> None:
        for name, title in (("a", "x"), ("b", None), ("c", "X"), ("d", "w")):
            directory.user(name, **({"title": title} if title else {}))
        assert directory.names(sortBy="title") == ["d", "a", "c", "b"]
        assert directory.names(sortBy="title", sortOrder="descending") == ["b", "a", "c", "d"]

    @pytest.mark.parametrize(
        "order",
        [
            {},
            {"filter": 'userName sw "u"'},
            {"filter": 'title eq "t"'},
            {"sortBy": "nickName"},
            {"filter": "title pr", "sortBy": "nickName", "sortOrder": "descending"},
        ],
        ids=["all", "by an index", "by a scan", "sorted", "sorted and filtered"],
    )
    def test_cursors_pass_each_one_that_stays_once_whatever_comes_and_goes(
        self, directory: Directory, order: dict[str, str]
    ) -> None:
        ids = [directory.user(f"u{n:02}", title="t", nickName=f"n{n * 7 % 20:02}") for n in range(20)]
        names = directory.names(**order)
        goes = [names[1], names[5], names[12]]
        seen: list[str] = []
        cursor: str | None = ""
        comes = iter(range(100))
        while cursor is not None:
            page = directory.query(count="4", cursor=cursor, **order)
            assert page["totalResults"] >= len(page["Resources"])
            seen += [one["userName"] for one in page["Resources"]]
            cursor = page.get("nextCursor")
            if goes:
                directory.delete(USER, ids[int(goes.pop(0)[1:])])
                # What comes is sorted before all, or created after all.
                directory.user(f"new{next(comes)}", nickName="a")
        stays = [name for name in names if name not in (names[1], names[5], names[12])]
        assert [name for name in seen if name in stays] == stays

    @pytest.mark.parametrize(
        "order",
        [{}, {"filter": 'title eq "t"'}, {"filter": 'userName sw "u"'}],
        ids=["all", "scan", "prefix"],
    )
    def test_a_cursor_goes_on_where_it_stopped_although_that_page_has_gone(
        self, directory: Directory, order: dict[str, str]
    ) -> None:
        ids = [directory.user(f"u{n:02}", title="t") for n in range(12)]
        page = directory.query(count="5", cursor="", **order)
        for resource_id in ids[:5]:
            directory.delete(USER, resource_id)
        page = directory.query(count="5", cursor=page["nextCursor"], **order)
        assert [one["userName"] for one in page["Resources"]] == ["u05", "u06", "u07", "u08", "u09"]

    def test_a_cursor_is_bound_to_its_query_and_ends(self, directory: Directory) -> None:
        for number in range(3):
            directory.user(f"u{number}", title="t")
        page = directory.query(count="1", cursor="")
        assert "startIndex" not in page
        cursor = page["nextCursor"]
        assert directory.query(count="2", cursor=cursor)["Resources"][1]["userName"] == "u2"
        for other in ({"filter": "title pr"}, {"sortBy": "title"}, {"sortOrder": "descending"}):
            with pytest.raises(InvalidCursor):
                directory.query(count="1", cursor=cursor, **other)
        with pytest.raises(InvalidCursor):
            directory.query(GROUP, cursor=cursor)
        with pytest.raises(InvalidCursor):
            directory.query(cursor=cursor[:-4] + "AAAA")
        with pytest.raises(ExpiredCursor):
            directory.query(cursor=cursor, now=NOW + 3_601)

    def test_the_activity_says_what_a_query_found(self, directory: Directory) -> None:
        for number in range(5):
            directory.user(f"u{number}")
        assert directory.queried(startIndex="4", count="1").meaning == "listed users 4 to 4 of 5"
        found = directory.queried(filter='userName eq "u1"')
        assert found.meaning == 'looked for users with userName eq "u1": 1 found'
        cursor = directory.query(count="2", cursor="")["nextCursor"]
        assert directory.queried(count="2", cursor=cursor).meaning == "listed users 3 to 4 of 5"


def test_index_pages_of_more_than_a_thousand_people_are_the_list(in_sqlite: Directory) -> None:
    def fill(transaction: Any) -> Answer:
        for number in range(1_203):
            in_sqlite.provider.create(USER, {"userName": f"u{number}", "title": "t"}, CALLER)(transaction)
        return Answer(200)

    in_sqlite.commit(fill)
    expected = [f"u{number}" for number in range(1_203)]
    for order in ({}, {"filter": "title pr"}, {"filter": 'userName sw "u"'}):
        seen: list[str] = []
        while len(seen) < 1_203:
            page = in_sqlite.query(startIndex=str(len(seen) + 1), count="100", **order)
            assert page["totalResults"] == 1_203
            assert page["itemsPerPage"] == len(page["Resources"]) <= 100
            seen += [one["userName"] for one in page["Resources"]]
        assert seen == expected
    assert in_sqlite.query(startIndex="1204", count="100")["Resources"] == []


def test_the_columns_that_are_looked_up_are_folded() -> None:
    document = {
        "userName": "ADA",
        "active": True,
        "displayName": "Ada L",
        "emails": [{"value": "A@B"}, {"value": "a@b"}, {"type": "work"}],
    }
    draft = draft_of(document, USER)
    assert (draft.unique_name, draft.display_name, draft.emails) == ("ada", "ada l", ("a@b",))
    assert orjson.loads(draft.document) == document


@pytest.mark.parametrize(
    ("attributes", "label"),
    [
        ({"displayName": "Countess", "name": {"formatted": "Ada Lovelace"}}, "Countess"),
        ({"name": {"formatted": "Ada Lovelace"}}, "Ada Lovelace"),
        ({}, "ada"),
    ],
)
def test_a_person_is_called_by_the_best_name_there_is(attributes: Document, label: str) -> None:
    assert draft_of({"userName": "ada", "active": True, **attributes}, USER).label == label
