"""What requests mean for the directory: every rule holds in SQLite and in dicts alike."""

from __future__ import annotations

import pytest

from server.directory import Answer
from server.provider import LARGE_GROUP
from server.representation import check_match
from server.scim.errors import InvalidSyntax, InvalidValue, NotFound, PreconditionFailed, Uniqueness
from server.scim.schemas import USER_URN
from tests.directories import BASE, CALLER, GROUP, NOBODY, USER, Directory, Document, identity, parsed, replacing, shown


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
            {"value": alan, "$ref": f"{BASE}/Users/{alan}", "display": "alan", "type": "User"},
            {"value": ada, "$ref": f"{BASE}/Users/{ada}", "display": "Countess", "type": "User"},
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
        answer = directory.replace(USER, ada, {"userName": "ada", "nickName": "A"})
        assert answer.status == 200
        assert shown(answer).keys() == {"schemas", "id", "userName", "nickName", "active", "meta"}
        assert directory.retrieve(USER, ada).body == answer.body
        assert directory.query(filter='emails.value eq "ada@example.com"')["totalResults"] == 0

    @pytest.mark.parametrize("active", [True, False])
    def test_okta_e3_active_is_kept_where_it_is_absent(self, directory: Directory, active: bool) -> None:
        ada = directory.user("ada", active=active)
        assert shown(directory.replace(USER, ada, {"userName": "ada", "title": "Ms"}))["active"] is active

    def test_okta_1_10_members_are_kept_where_they_are_absent(self, directory: Directory) -> None:
        ada = directory.user("ada")
        group = directory.group("G", ada)
        assert shown(directory.replace(GROUP, group, {"displayName": "H"}))["members"][0]["value"] == ada
        assert shown(directory.replace(GROUP, group, {"displayName": "H", "members": []}))["members"] == []

    def test_members_become_what_was_sent(self, directory: Directory) -> None:
        ada, alan, grace = (directory.user(name) for name in ("ada", "alan", "grace"))
        group = directory.group("G", ada, alan)
        answer = directory.replace(
            GROUP, group, {"displayName": "G", "members": [{"value": grace}, {"value": alan}, {"value": NOBODY}]}
        )
        assert [member["value"] for member in shown(answer)["members"]] == [alan, grace]
        assert answer.meaning == "updated group G: 1 added, 1 removed, 1 not found"
        assert answer.ignored == (f"members {NOBODY} (no such user or group)",)

    @pytest.mark.parametrize(
        "body",
        [
            {"userName": "ada", "active": True, "title": "Ms", "name": {"givenName": "Ada"}},
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
        directory.replace(USER, identity(created), {**sent, "title": "Dr"})
        before = directory.replace(USER, identity(created), sent)
        answer = directory.replace(USER, identity(created), body)
        assert answer.etag == before.etag
        assert shown(answer)["meta"] == shown(before)["meta"]
        assert answer.meaning == "left user Ada unchanged"
        assert len(directory.audit()) == 3

    def test_a_number_is_another_value_than_true(self, directory: Directory) -> None:
        ada = directory.user("ada", **{"urn:acme:1.0:User": {"flag": 1}})
        for flag in (True, 1, 1.0, "1"):
            answer = directory.replace(USER, ada, {"userName": "ada", "urn:acme:1.0:User": {"flag": flag}})
            assert repr(shown(answer)["urn:acme:1.0:User"]["flag"]) == repr(flag)

    def test_the_same_group_again_changes_nothing(self, directory: Directory) -> None:
        ada, alan = directory.user("ada"), directory.user("alan")
        group = directory.group("G", ada, alan)
        before = directory.retrieve(GROUP, group)
        answer = directory.replace(
            GROUP, group, {"displayName": "G", "members": [{"value": alan}, {"value": ada}, {"value": NOBODY}]}
        )
        assert answer.body == before.body
        assert answer.etag == before.etag
        assert len(directory.audit()) == 3

    def test_a_name_that_another_has_is_refused_and_nothing_changes(self, directory: Directory) -> None:
        directory.user("ada")
        alan = directory.user("alan", title="Mr")
        before = directory.retrieve(USER, alan)
        with pytest.raises(Uniqueness):
            directory.replace(USER, alan, {"userName": "ADA", "title": "Dr"})
        assert directory.retrieve(USER, alan) == before
        assert shown(directory.replace(USER, alan, {"userName": "ALAN", "title": "Dr"}))["userName"] == "ALAN"

    def test_a_name_that_was_given_up_is_free_at_once(self, directory: Directory) -> None:
        ada = directory.user("ada")
        directory.replace(USER, ada, {"userName": "lovelace"})
        directory.user("ADA")

    def test_who_is_not_there_is_not_found(self, directory: Directory) -> None:
        group = directory.group("G")
        for resource_id in (NOBODY, group):
            with pytest.raises(NotFound):
                directory.replace(USER, resource_id, {"userName": "ada"})


class TestModify:
    def test_all_of_it_or_nothing(self, directory: Directory) -> None:
        ada = directory.user("ada")
        group = directory.group("G")
        before = directory.retrieve(GROUP, group)
        directory.group("H")
        with pytest.raises(Uniqueness):
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
        reference = f"{BASE}/Groups/{group}"
        assert shown(answer)["groups"] == [{"value": group, "$ref": reference, "display": "G", "type": "direct"}]
        assert answer.meaning == "deactivated user ada"
        assert directory.read(GROUP, group)["members"][0]["value"] == ada
        assert directory.modify(USER, ada, replacing("active", value=False)).meaning == "left user ada unchanged"
        assert directory.modify(USER, ada, replacing("active", value=True)).meaning == "reactivated user ada"

    def test_active_may_be_unassigned_and_assigned_again(self, directory: Directory) -> None:
        ada = directory.user("ada")
        for operation in ({"op": "remove", "path": "active"}, replacing("active", None)):
            assert "active" not in shown(directory.modify(USER, ada, operation))
            assert "active" not in shown(directory.replace(USER, ada, {"userName": "ada"}))
            assert directory.names(filter="active eq true") == []
            assert shown(directory.modify(USER, ada, replacing("active", value=True)))["active"] is True

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
        assert directory.replace(USER, ada, {"userName": "ada"}).status == 200

    def test_who_is_not_there_is_not_found_and_a_token_in_its_place_is_not_repeated(self, directory: Directory) -> None:
        with pytest.raises(NotFound) as raised:
            directory.modify(USER, f"perch_live_{'A' * 49}", replacing("title", "Ms"))
        assert "A" * 20 not in raised.value.detail


def test_the_patch_of_a_large_group_is_answered_without_the_group(in_sqlite: Directory) -> None:
    in_sqlite.fill(LARGE_GROUP)
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
        assert shown(after)["meta"]["lastModified"] == directory.read(USER, ada)["meta"]["lastModified"]

    def test_a_groups_tag_stays_when_its_members_show_the_same_name(self, directory: Directory) -> None:
        ada = directory.user("ada")
        group = directory.group("G", ada)
        before = directory.retrieve(GROUP, group)
        directory.modify(USER, ada, replacing("externalId", "7"), replacing("displayName", "Countess"))
        assert directory.retrieve(GROUP, group) == before

    def test_another_version_than_the_named_one_is_left_alone(self, directory: Directory) -> None:
        ada = directory.user("ada")
        old = directory.retrieve(USER, ada).etag
        new = directory.modify(USER, ada, replacing("title", "Ms"), if_match=old).etag
        with pytest.raises(PreconditionFailed):
            directory.replace(USER, ada, {"userName": "ada"}, old)
        with pytest.raises(PreconditionFailed):
            directory.modify(USER, ada, replacing("title", "Dr"), if_match=old)
        with pytest.raises(PreconditionFailed):
            directory.delete(USER, ada, old)
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
        directory.replace(USER, ada, {"userName": "ada"})
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
        directory.replace(GROUP, group, {"displayName": "G", "members": [{"value": alan}]})
        latest = directory.audit()[0]
        after = parsed(latest.after)
        assert (after["membersAdded"], after["membersRemoved"]) == ([alan], [ada])
        assert "membersAdded" not in parsed(latest.before)

    def test_names_the_members_that_a_group_began_with(self, directory: Directory) -> None:
        ada = directory.user("ada")
        directory.group("G", ada)
        assert parsed(directory.audit()[0].after)["membersAdded"] == [ada]
