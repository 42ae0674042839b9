"""Okta's scenarios, request by request: against a stand-in that records them, and against a served endpoint."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote

import pytest

from server.okta.asking import PATCH_URN
from server.okta.dialogues import BATCH, GROUP_URN, Kind, OktaClient
from server.okta.features import Feature
from server.okta.person import USER_URN, Person
from tests.okta.stand_in import Reply, StandIn, listing, standing_in

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from server.okta.scenario import Step
    from tests.okta.replay import Endpoint

Found = TypeVar("Found")

ADA = Person("ada@okta.local", "Ada", "Byron", "ada@okta.local", "00uAAAAAAAAAAAAAAAAA", {"title": "Countess"})
BOB = Person("bob@okta.local", "Bob", "Stone", "bob@okta.local", "00uBBBBBBBBBBBBBBBBB")
SERVED = {
    "schemas": [USER_URN],
    "id": "u1",
    "userName": "ada@okta.local",
    "name": {"givenName": "Augusta", "familyName": "King", "formatted": "Augusta King"},
    "active": True,
    "meta": {"resourceType": "User"},
}
FIND_ADA = "GET /scim/v2/Users?filter=userName%20eq%20%22ada%40okta.local%22&startIndex=1&count=100"
CLOUD = (Kind.CUSTOM, Kind.CATALOG)
FIND_SALES = "GET /scim/v2/Groups?filter=displayName%20eq%20%22Sales%22&startIndex=1&count=100"


def played(scenario: Generator[Step, None, Found]) -> tuple[list[Step], Found]:
    steps = []
    while True:
        try:
            steps.append(next(scenario))
        except StopIteration as end:
            return steps, end.value


def client(stand_in: StandIn, kind: Kind, **more: Any) -> OktaClient:
    okta = OktaClient(stand_in.base_url, "secret", kind=kind, **more)
    okta.people = {ADA.okta_id: "u1", BOB.okta_id: "u2"}
    okta.groups = {"Sales": "g1"}
    return okta


def unassigned(stand_in: StandIn, kind: Kind) -> OktaClient:
    return OktaClient(stand_in.base_url, "secret", kind=kind, choose=lambda letters: letters[0])


@pytest.mark.parametrize("kind", CLOUD)
def test_the_connection_test_is_one_request_and_groups_another(kind: Kind) -> None:
    with standing_in(listing(), listing()) as stand_in, client(stand_in, kind) as okta:
        steps, _ = played(okta.test_connection(import_groups=True))

        assert stand_in.lines == [
            "GET /scim/v2/Users?startIndex=1&count=2",
            "GET /scim/v2/Groups?startIndex=1&count=100",
        ]
        assert [step.feature for step in steps] == [Feature.CONNECTION_TEST, Feature.IMPORT_GROUPS]


@pytest.mark.parametrize(
    "capabilities", [Reply(200, {"patch": {"supported": False}}), Reply(404, b"<h1>Not Found</h1>")]
)
def test_the_on_prem_agent_asks_for_capabilities_and_assumes_all_where_there_are_none(capabilities: Reply) -> None:
    with standing_in(capabilities, listing()) as stand_in, client(stand_in, Kind.AGENT) as okta:
        steps, _ = played(okta.test_connection())

        assert stand_in.lines == ["GET /scim/v2/ServiceProviderConfig", "GET /scim/v2/Users?startIndex=1&count=2"]
        assert all(step.verdict.ok for step in steps)


@pytest.mark.parametrize("change", ["assign", "update_profile", "deactivate"])
def test_the_on_prem_agent_puts_the_whole_user_with_a_password_and_the_groups_it_was_told(change: str) -> None:
    served = {**SERVED, "groups": [{"value": "g1", "display": "Sales"}]}
    replies = ([listing(served)] if change == "assign" else []) + [Reply(200, served)] * 2
    with standing_in(*replies) as stand_in, client(stand_in, Kind.AGENT) as okta:
        played(getattr(okta, change)(ADA))

        sent = stand_in.received[-1]
        assert sent.line == "PUT /scim/v2/Users/u1"
        assert len(sent.document["password"]) == 8
        assert sent.document["groups"] == served["groups"]
        assert sent.document["active"] is (change != "deactivate")


def test_the_on_prem_agent_creates_a_pending_person_as_inactive() -> None:
    pending = Person("ada@x", "Ada", "Byron", "ada@x", email_type="primary", second_email="ada@home", active=False)
    with standing_in(listing(), Reply(201, SERVED)) as stand_in, unassigned(stand_in, Kind.AGENT) as okta:
        played(okta.assign(pending))

        sent = stand_in.received[-1].document
        assert sent["active"] is False
        assert [(one["type"], one["primary"]) for one in sent["emails"]] == [("primary", True), ("secondary", False)]


def test_the_on_prem_agent_can_ask_for_what_has_changed_only() -> None:
    with standing_in(listing(SERVED)) as stand_in, client(stand_in, Kind.AGENT) as okta:
        steps, found = played(okta.import_changes("2020-04-07T14:19:34Z"))

        assert unquote(stand_in.lines[0]) == (
            'GET /scim/v2/Users?filter=meta.lastModified gt "2020-04-07T14:19:34Z"&startIndex=1&count=100'
        )
        assert [step.feature for step in steps] == [Feature.INCREMENTAL_IMPORT]
        assert found == [SERVED]


@pytest.mark.parametrize("kind", Kind)
def test_a_group_is_linked_to_one_of_another_name_with_or_without_renaming_it(kind: Kind) -> None:
    group = {"id": "g9", "displayName": "Vertrieb", "members": [{"value": "old", "display": "Old Hand"}]}
    for rename in (True, False):
        with standing_in(listing(group), *[Reply(200, group)] * 3) as stand_in, client(stand_in, kind) as okta:
            del okta.groups["Sales"]
            _, linked = played(okta.link_group("Sales", "Vertrieb", [ADA], rename=rename))

            assert linked == "g9"
            assert okta.groups == {"Sales": "g9"}
            writes = [one.document for one in stand_in.received if not one.line.startswith("GET")]
            named = {"Sales" if rename else "Vertrieb"}
            if kind is Kind.CATALOG:
                assert {writes[0]["Operations"][0]["value"]["displayName"]} == named
            else:
                assert {write["displayName"] for write in writes} == named
                assert [member["value"] for member in writes[-1]["members"]] == ["old", "u1"]


def test_a_list_that_promises_more_than_it_has_is_not_read_for_ever() -> None:
    with standing_in(listing(SERVED, total=1_000_000), listing(total=1_000_000)) as stand_in:
        with client(stand_in, Kind.CUSTOM) as okta:
            _, found = played(okta.import_users())

        assert len(stand_in.lines) == 2
        assert found == [SERVED]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("missing", [listing(), Reply(404, {"detail": "User not found", "status": "404"})])
def test_a_new_user_is_looked_up_and_created(kind: Kind, missing: Reply) -> None:
    with standing_in(missing, Reply(201, SERVED)) as stand_in, unassigned(stand_in, kind) as okta:
        steps, identifier = played(okta.assign(ADA))

        assert stand_in.lines == [FIND_ADA, "POST /scim/v2/Users"]
        assert stand_in.received[1].body == (
            b'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@okta.local",'
            b'"name":{"givenName":"Ada","familyName":"Byron"},'
            b'"emails":[{"primary":true,"value":"ada@okta.local","type":"work"}],"title":"Countess",'
            b'"externalId":"00uAAAAAAAAAAAAAAAAA","groups":[],"password":"aaaaaaaa","active":true}'
        )
        assert (identifier, okta.people) == ("u1", {ADA.okta_id: "u1"})
        assert [(step.feature, step.status) for step in steps] == [
            (Feature.FIND_USER, missing.status),
            (Feature.PUSH_NEW_USER, 201),
        ]


@pytest.mark.parametrize("kind", CLOUD)
def test_an_existing_user_is_linked_read_and_replaced(kind: Kind) -> None:
    replies = (listing(SERVED), Reply(200, SERVED), Reply(200, SERVED))
    with standing_in(*replies) as stand_in, unassigned(stand_in, kind) as okta:
        played(okta.assign(ADA))

        assert stand_in.lines == [FIND_ADA, "GET /scim/v2/Users/u1", "PUT /scim/v2/Users/u1"]
        assert stand_in.received[2].body == (
            b'{"active":true,"emails":[{"primary":true,"type":"work","value":"ada@okta.local"}],'
            b'"externalId":"00uAAAAAAAAAAAAAAAAA","groups":[],"id":"u1","meta":{"resourceType":"User"},'
            b'"name":{"familyName":"Byron","formatted":"Augusta King","givenName":"Ada"},'
            b'"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"title":"Countess","userName":"ada@okta.local"}'
        )


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        (Kind.CUSTOM, ["GET /scim/v2/Users/u1", "PUT /scim/v2/Users/u1"]),
        (Kind.AGENT, ["GET /scim/v2/Users/u1", "PUT /scim/v2/Users/u1"]),
        (Kind.CATALOG, ["PATCH /scim/v2/Users/u1", "GET /scim/v2/Users/u1", "PUT /scim/v2/Users/u1"]),
    ],
)
def test_an_inactive_user_is_reactivated_in_the_way_of_the_app(kind: Kind, lines: list[str]) -> None:
    inactive = {**SERVED, "active": False}
    replies = [listing(inactive), *[Reply(200, inactive)] * len(lines)]
    with standing_in(*replies) as stand_in, unassigned(stand_in, kind) as okta:
        steps, _ = played(okta.assign(ADA))

        assert stand_in.lines == [FIND_ADA, *lines]
        assert stand_in.received[-1].document["active"] is True
        assert Feature.REACTIVATE in {step.feature for step in steps}


@pytest.mark.parametrize("kind", Kind)
def test_a_profile_update_is_a_get_and_a_put_for_both_kinds(kind: Kind) -> None:
    with standing_in(Reply(200, SERVED), Reply(200, SERVED)) as stand_in, client(stand_in, kind) as okta:
        played(okta.update_profile(ADA))

        assert stand_in.lines == ["GET /scim/v2/Users/u1", "PUT /scim/v2/Users/u1"]
        assert stand_in.received[1].document["title"] == "Countess"


def test_a_custom_app_deactivates_by_putting_back_what_it_read() -> None:
    with (
        standing_in(Reply(200, SERVED), Reply(200, SERVED)) as stand_in,
        client(stand_in, Kind.CUSTOM) as okta,
    ):
        played(okta.deactivate(ADA))

        assert stand_in.lines == ["GET /scim/v2/Users/u1", "PUT /scim/v2/Users/u1"]
        assert stand_in.received[1].document == {**SERVED, "active": False}


def test_a_catalog_app_deactivates_by_a_patch_without_path() -> None:
    with standing_in(Reply(204)) as stand_in, client(stand_in, Kind.CATALOG) as okta:
        played(okta.deactivate(ADA))

        assert stand_in.lines == ["PATCH /scim/v2/Users/u1"]
        assert stand_in.received[0].body == (
            b'{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],'
            b'"Operations":[{"op":"replace","value":{"active":false}}]}'
        )


def test_a_password_goes_in_the_put_or_in_a_patch() -> None:
    with (
        standing_in(Reply(200, SERVED), Reply(200, SERVED)) as stand_in,
        client(stand_in, Kind.CUSTOM) as okta,
    ):
        played(okta.sync_password(ADA, "N3w-Secret"))
        assert stand_in.received[1].document["password"] == "N3w-Secret"
    with standing_in(Reply(204)) as stand_in, client(stand_in, Kind.CATALOG) as okta:
        played(okta.sync_password(ADA, "N3w-Secret"))
        assert stand_in.received[0].document["Operations"] == [{"op": "replace", "value": {"password": "N3w-Secret"}}]


def test_an_import_reads_pages_until_the_total_and_leaves_the_inactive_out() -> None:
    first: list[dict[str, Any]] = [{"id": f"u{number}", "active": True} for number in range(100)]
    second: list[dict[str, Any]] = [{"id": "u100", "active": False}, {"id": "u101"}]
    replies = (listing(*first, total=102), listing(*second, total=102, start=101))
    with standing_in(*replies) as stand_in, client(stand_in, Kind.CUSTOM) as okta:
        steps, users = played(okta.import_users())

        assert stand_in.lines == [
            "GET /scim/v2/Users?startIndex=1&count=100",
            "GET /scim/v2/Users?startIndex=101&count=100",
        ]
        assert [step.verdict.sentence for step in steps] == ["100 of 102", "2 of 102"]
        assert users is not None
        assert [user["id"] for user in users][-2:] == ["u99", "u101"]


def test_imported_groups_can_be_linked() -> None:
    group = {"id": "g7", "displayName": "Support"}
    with standing_in(listing(group)) as stand_in, client(stand_in, Kind.CUSTOM) as okta:
        assert played(okta.import_groups())[1] == [group]
        assert okta.groups["Support"] == "g7"


def test_a_custom_app_pushes_a_group_in_four_requests() -> None:
    group = {"id": "g9", "displayName": "Sales", "members": []}
    stranger = Person("new@okta.local", "New", "Hire", "new@okta.local")
    replies = (listing(), Reply(201, group), Reply(200, group), Reply(200, group))
    with standing_in(*replies) as stand_in, client(stand_in, Kind.CUSTOM) as okta:
        _, identifier = played(okta.push_group("Sales", [ADA, stranger, BOB]))

        assert stand_in.lines == [
            FIND_SALES,
            "POST /scim/v2/Groups",
            "GET /scim/v2/Groups/g9",
            "PUT /scim/v2/Groups/g9",
        ]
        members = [{"value": "u1", "display": "ada@okta.local"}, {"value": "u2", "display": "bob@okta.local"}]
        assert stand_in.received[1].document == {
            "schemas": [GROUP_URN],
            "displayName": "Sales",
            "members": members,
        }
        assert stand_in.received[3].document["members"] == members, "who is not provisioned is left out"
        assert identifier == "g9"


def test_a_catalog_app_creates_the_group_empty_and_patches_the_members_in() -> None:
    group = {"id": "g9", "displayName": "Sales", "members": []}
    with (
        standing_in(listing(), Reply(201, group), Reply(204)) as stand_in,
        client(stand_in, Kind.CATALOG) as okta,
    ):
        played(okta.push_group("Sales", [ADA]))

        assert stand_in.lines == [FIND_SALES, "POST /scim/v2/Groups", "PATCH /scim/v2/Groups/g9"]
        assert stand_in.received[1].document["members"] == []
        assert stand_in.received[2].document["Operations"] == [
            {"op": "replace", "path": "members", "value": [{"value": "u1", "display": "ada@okta.local"}]}
        ]


@pytest.mark.parametrize("kind", Kind)
def test_a_linked_group_keeps_its_old_members(kind: Kind) -> None:
    group = {"id": "g9", "displayName": "Sales", "members": [{"value": "old", "display": "Old Hand"}]}
    replies = (listing(group), Reply(200, group), Reply(200, group))
    with standing_in(*replies) as stand_in, client(stand_in, kind) as okta:
        played(okta.push_group("Sales", [ADA]))

        last = stand_in.received[-1].document
        added = {"value": "u1", "display": "ada@okta.local"}
        if kind is not Kind.CATALOG:
            assert last["members"] == [{"value": "old", "display": "Old Hand"}, added]
        else:
            assert last["Operations"] == [{"op": "add", "path": "members", "value": [added]}]


def test_a_custom_app_puts_the_whole_membership() -> None:
    group = {"id": "g1", "displayName": "Sales", "members": [{"value": "u1"}, {"value": "u3"}]}
    with standing_in(Reply(200, group), Reply(200, group)) as stand_in, client(stand_in, Kind.CUSTOM) as okta:
        played(okta.change_members("Sales", [BOB], [ADA]))

        assert stand_in.received[1].document["members"] == [
            {"value": "u3", "display": None},
            {"value": "u2", "display": "bob@okta.local"},
        ]


def test_a_catalog_app_sends_the_name_first_and_then_the_changes() -> None:
    with (
        standing_in(Reply(200, {"id": "g1"}), Reply(204)) as stand_in,
        client(stand_in, Kind.CATALOG) as okta,
    ):
        played(okta.change_members("Sales", [BOB], [ADA]))

        assert [one.document["Operations"] for one in stand_in.received] == [
            [{"op": "replace", "value": {"id": "g1", "displayName": "Sales"}}],
            [
                {"op": "remove", "path": 'members[value eq "u1"]'},
                {"op": "add", "path": "members", "value": [{"value": "u2", "display": "bob@okta.local"}]},
            ],
        ]


def test_a_catalog_app_makes_at_most_100_changes_in_a_patch() -> None:
    people = [Person(f"p{number}", "P", "Q", "p@q") for number in range(BATCH + 30)]
    with standing_in(*[Reply(204)] * 5) as stand_in, client(stand_in, Kind.CATALOG) as okta:
        okta.people |= {person.okta_id: person.user_name for person in people}
        played(okta.change_members("Sales", people, []))
        played(okta.push_now("Sales", people))

        operations = [one.document["Operations"][0] for one in stand_in.received[1:]]
        assert [(one["op"], len(one["value"])) for one in operations] == [
            ("add", 100),
            ("add", 30),
            ("replace", 100),
            ("add", 30),
        ]


@pytest.mark.parametrize("kind", Kind)
def test_push_now_of_an_empty_group_sends_an_empty_list(kind: Kind) -> None:
    with (
        standing_in(Reply(200, {"id": "g1"}), Reply(200, {"id": "g1"})) as stand_in,
        client(stand_in, kind) as okta,
    ):
        played(okta.push_now("Sales", []))

        last = stand_in.received[-1].document
        assert (last["members"] if kind is not Kind.CATALOG else last["Operations"][0]["value"]) == []


@pytest.mark.parametrize("kind", Kind)
def test_a_renamed_group_keeps_its_id_and_members(kind: Kind) -> None:
    group = {"id": "g1", "displayName": "Sales", "members": [{"value": "u1", "display": "Ada"}]}
    with standing_in(Reply(200, group), Reply(200, group)) as stand_in, client(stand_in, kind) as okta:
        played(okta.rename_group("Sales", "Field Sales"))

        assert okta.groups == {"Field Sales": "g1"}
        last = stand_in.received[-1].document
        if kind is not Kind.CATALOG:
            assert last == {"schemas": [GROUP_URN], **group, "displayName": "Field Sales"}
        else:
            value = {"id": "g1", "displayName": "Field Sales"}
            assert last == {"schemas": [PATCH_URN], "Operations": [{"op": "replace", "value": value}]}


@pytest.mark.parametrize("kind", Kind)
def test_a_deleted_group_is_forgotten(kind: Kind) -> None:
    with standing_in(Reply(204)) as stand_in, client(stand_in, kind) as okta:
        played(okta.delete_group("Sales"))

        assert stand_in.lines == ["DELETE /scim/v2/Groups/g1"]
        assert okta.groups == {}


def test_a_scenario_ends_at_the_first_answer_okta_does_not_get_past() -> None:
    with (
        standing_in(listing(), Reply(409, {"detail": "taken"})) as stand_in,
        unassigned(stand_in, Kind.CUSTOM) as okta,
    ):
        steps, identifier = played(okta.push_group("Sales", []))

        assert identifier is None
        assert [step.verdict.ok for step in steps] == [True, False]
        assert len(stand_in.received) == 2


def test_okta_pauses_as_recorded_before_it_writes() -> None:
    pauses: list[float] = []
    replies = (listing(), Reply(201, SERVED), Reply(200, SERVED), Reply(200, SERVED))
    with standing_in(*replies) as stand_in:
        okta = OktaClient(stand_in.base_url, "secret", pace=pauses.append)
        played(okta.assign(ADA))
        played(okta.update_profile(ADA))
        okta.close()

        assert pauses == [0.25, 0.2]


def test_a_429_is_waited_for_and_the_same_request_sent_again() -> None:
    pauses: list[float] = []
    replies = (
        Reply(429, {"detail": "slow"}, {"Retry-After": "5"}),
        Reply(429, {"detail": "slow"}),
        listing(),
    )
    with standing_in(*replies) as stand_in:
        okta = OktaClient(stand_in.base_url, "secret", pace=pauses.append)
        steps, _ = played(okta.test_connection())
        okta.close()

        assert pauses == [5, 600]
        assert len(set(stand_in.lines)) == 1
        assert [step.status for step in steps] == [429, 429, 200]


def test_ten_429_are_the_end() -> None:
    with standing_in(*[Reply(429, {"detail": "slow"}, {"Retry-After": "1"})] * 11) as stand_in:
        okta = OktaClient(stand_in.base_url, "secret", pace=lambda _: None)
        steps, _ = played(okta.test_connection())
        okta.close()

        assert len(steps) == 10
        assert "failed for good" in steps[-1].verdict.sentence


def test_who_is_not_assigned_cannot_be_updated() -> None:
    with standing_in() as stand_in, unassigned(stand_in, Kind.CUSTOM) as okta:
        with pytest.raises(LookupError, match="Assign them first"):
            played(okta.update_profile(ADA))
        with pytest.raises(LookupError, match="Push it first"):
            played(okta.delete_group("Nobody"))


@pytest.fixture
def crew() -> list[Person]:
    unique = secrets.token_hex(5)
    names = [("Ada", "Byron"), ("Bob", "Stone"), ("Cleo", "March")]
    return [
        Person(f"{given}.{unique}@okta.local", given, family, f"{given}.{unique}@okta.local") for given, family in names
    ]


@pytest.mark.parametrize("kind", Kind)
def test_every_scenario_is_green_against_perch(kind: Kind, endpoint: Endpoint, crew: list[Person]) -> None:
    ada, bob, cleo = crew
    sales = f"Sales {ada.user_name}"
    with OktaClient(endpoint.base_url, endpoint.token, kind=kind) as okta:
        all_steps: list[Step] = []

        def green(scenario: Generator[Step, None, Found]) -> Found:
            steps, found = played(scenario)
            for step in steps:
                assert step.verdict.ok, f"{step.request_line}: {step.verdict.sentence} {step.answer.body!r}"
            all_steps.extend(steps)
            return found

        def served(path: str) -> dict[str, Any]:
            return okta.wire.send("GET", path).document()

        def members(name: str) -> list[str]:
            return [member["value"] for member in served(f"/Groups/{okta.groups[name]}")["members"]]

        try:
            green(okta.test_connection(import_groups=True))
            one, two, three = (str(green(okta.assign(person))) for person in crew)
            assert green(okta.assign(ada)) == one, "assigned again, Okta links to who is there"
            assert served(f"/Users/{one}")["externalId"] == ada.okta_id

            green(okta.update_profile(Person(ada.user_name, "Augusta", "King", ada.email, ada.okta_id)))
            assert served(f"/Users/{one}")["name"]["formatted"] == "Augusta King"
            green(okta.sync_password(ada, "N3w-Secret"))

            green(okta.deactivate(ada))
            assert served(f"/Users/{one}")["active"] is False
            assert one not in {user["id"] for user in green(okta.import_users()) or []}
            assert green(okta.assign(ada)) == one
            assert served(f"/Users/{one}")["active"] is True
            assert {one, two, three} <= {user["id"] for user in green(okta.import_users()) or []}

            green(okta.push_group(sales, [ada, bob]))
            assert members(sales) == [one, two]
            green(okta.change_members(sales, [cleo], [ada]))
            assert members(sales) == [two, three]
            green(okta.push_now(sales, [ada]))
            assert members(sales) == [one]
            green(okta.push_now(sales, []))
            assert members(sales) == []
            green(okta.rename_group(sales, f"Field {sales}"))
            green(okta.push_group(f"Field {sales}", [bob]))
            assert members(f"Field {sales}") == [two]
            assert okta.groups[f"Field {sales}"] in {group["id"] for group in green(okta.import_groups()) or []}
            green(okta.delete_group(f"Field {sales}"))
        finally:
            clean_up(okta)

    assert {step.feature for step in all_steps} >= {
        Feature.CONNECTION_TEST,
        Feature.PUSH_NEW_USER,
        Feature.PUSH_PROFILE_UPDATE,
        Feature.DEACTIVATE,
        Feature.REACTIVATE,
        Feature.IMPORT_USERS,
    }


def clean_up(okta: OktaClient) -> None:
    targets: Sequence[str] = [f"/Users/{one}" for one in okta.people.values()]
    for target in [*targets, *(f"/Groups/{one}" for one in okta.groups.values())]:
        okta.wire.send("DELETE", target)


def test_a_wrong_token_is_told_as_okta_tells_it(endpoint: Endpoint) -> None:
    with OktaClient(endpoint.base_url, "wrong") as okta:
        steps, _ = played(okta.test_connection())

        assert steps[0].status == 401
        assert unquote(steps[0].verdict.sentence).startswith("Unauthorized. Errors reported by remote server: ")
