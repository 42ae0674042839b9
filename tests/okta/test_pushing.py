"""What an admin does under *Push Groups*, with what Okta keeps of it and what the server is told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from server.okta.dialogues import Kind
from server.okta.person import okta_id
from server.okta.tenant import OktaGroup, OktaPerson, OktaTenant, Provisioning, PushedGroup
from tests.okta.stand_in import Reply, StandIn, listing
from tests.okta.tenants import (
    ADA,
    BOB,
    CLEO,
    SALES,
    answered,
    ended,
    let_in,
    lines,
    played,
    sent,
    served_group,
    tenant_of,
    unique_crew,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.okta.tenant import Action
    from tests.okta.replay import Endpoint

FIND_SALES = 'GET /Groups?filter=displayName eq "Sales"&startIndex=1&count=100'
READ_REPLACE = ["GET /Groups/g1", "PUT /Groups/g1"]
GROUP = Reply(200, served_group("Sales", ADA, BOB))
BROKEN = Reply(500, {"detail": "broken", "status": "500"})
SHOWN = "Unable to update Group Push mapping target App group Sales: "
CHANGES: dict[str, Callable[[OktaTenant], Action]] = {
    "add": lambda tenant: tenant.add_members("Sales", [CLEO.okta_id]),
    "remove": lambda tenant: tenant.remove_members("Sales", [BOB.okta_id]),
    "rename": lambda tenant: tenant.rename_group("Sales", "Field Sales"),
}


def push(tenant: OktaTenant, provisioning: Provisioning = Provisioning.PROVISIONED) -> None:
    """Let a tenant remember that everybody is provisioned and Sales is pushed."""
    let_in(tenant, ADA, BOB, CLEO)
    tenant.client.groups["Sales"] = "g1"
    tenant.pushed["Sales"] = PushedGroup("Sales", provisioning, "g1")


def values(stand_in: StandIn, index: int = -1) -> list[str]:
    """The ids of the members that a request named."""
    body = sent(stand_in, index)
    operations = body.get("Operations", [{"value": body.get("members")}])
    return [member["value"] for operation in operations if "value" in operation for member in operation["value"]]


# -- who is left out ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", Kind)
def test_members_without_an_id_on_the_server_are_left_out_and_it_is_said(kind: Kind) -> None:
    with answered(listing(), Reply(201, served_group()), GROUP, GROUP, kind=kind) as (tenant, stand_in):
        let_in(tenant, ADA)
        outcome = ended(tenant.push_group("Sales"))

        assert values(stand_in) == ["u-ada"]
        assert outcome.sentence == (
            "The group Sales was pushed with 1 member. 1 not assigned to the app or not provisioned yet: left out."
        )
        assert tenant.pushed["Sales"] == PushedGroup("Sales", Provisioning.PROVISIONED, "g1")


@pytest.mark.parametrize("kind", Kind)
def test_the_removal_of_somebody_who_was_left_out_is_never_sent(kind: Kind) -> None:
    with answered(kind=kind) as (tenant, stand_in):
        push(tenant)
        del tenant.app_users[BOB.okta_id], tenant.client.people[BOB.okta_id]
        outcome = ended(tenant.remove_members("Sales", [BOB.okta_id]))

        assert (outcome.ok, stand_in.lines) == (True, [])
        assert "nothing is sent" in outcome.sentence
        assert tenant.groups["Sales"].members == (ADA.okta_id,)


@pytest.mark.parametrize("standing", [Provisioning.NOT_PROVISIONED, Provisioning.DEACTIVATED])
def test_somebody_who_is_not_provisioned_now_is_left_out_even_with_an_id_of_before(standing: Provisioning) -> None:
    with answered() as (tenant, stand_in):
        push(tenant)
        tenant.app_users[CLEO.okta_id] = replace(tenant.app_users[CLEO.okta_id], provisioning=standing)
        ended(tenant.add_members("Sales", [CLEO.okta_id]))

        assert stand_in.lines == []
        assert CLEO.okta_id in tenant.groups["Sales"].members


# -- membership --------------------------------------------------------------------------------------


def test_whoever_is_in_already_does_not_come_and_whoever_is_not_does_not_go() -> None:
    with answered() as (tenant, stand_in):
        push(tenant)
        assert ended(tenant.add_members("Sales", [ADA.okta_id, BOB.okta_id])).ok
        assert ended(tenant.remove_members("Sales", [CLEO.okta_id])).ok

        assert stand_in.lines == []
        assert tenant.groups["Sales"] == SALES


def test_somebody_who_is_named_twice_comes_once() -> None:
    with answered(GROUP, GROUP) as (tenant, stand_in):
        push(tenant)
        ended(tenant.add_members("Sales", [CLEO.okta_id, CLEO.okta_id]))

        assert values(stand_in) == ["u-ada", "u-bob", "u-cleo"]
        assert tenant.groups["Sales"].members == (ADA.okta_id, BOB.okta_id, CLEO.okta_id)


@pytest.mark.parametrize("members", [None, "nobody", [None, {"display": "x"}, {"value": 7}]])
def test_members_that_a_server_shows_in_no_form_of_scim_are_not_sent_back(members: Any) -> None:
    with answered(Reply(200, {"id": "g1", "members": members}), GROUP) as (tenant, stand_in):
        push(tenant)
        assert ended(tenant.add_members("Sales", [CLEO.okta_id])).ok
        assert values(stand_in) == ["u-cleo"]


@pytest.mark.parametrize(("batch", "sizes"), [(100, [100, 100, 50]), (1000, [250])])
def test_a_catalog_app_sends_at_most_its_batch_of_changes_at_once(batch: int, sizes: list[int]) -> None:
    crowd = [OktaPerson(okta_id(), f"p{one}@x", "P", str(one), f"p{one}@x") for one in range(250)]
    settings: dict[str, Any] = {"kind": Kind.CATALOG, "membership_batch": batch, "people": (ADA, *crowd)}
    with answered(*[GROUP] * 20, **settings) as (tenant, stand_in):
        let_in(tenant, ADA, *crowd)
        push(tenant)
        everybody = [one.okta_id for one in crowd]
        ended(tenant.add_members("Sales", everybody))
        assert sent(stand_in, 0)["Operations"] == [{"op": "replace", "value": {"id": "g1", "displayName": "Sales"}}]
        assert [len(values(stand_in, 1 + index)) for index in range(len(sizes))] == sizes

        ended(tenant.remove_members("Sales", everybody))
        removals = [sent(stand_in, 2 + len(sizes) + index)["Operations"] for index in range(len(sizes))]
        assert [len(operations) for operations in removals] == sizes
        assert {operation["op"] for operations in removals for operation in operations} == {"remove"}
        assert len(stand_in.lines) == 2 * (1 + len(sizes))


@pytest.mark.parametrize(("batch", "sizes"), [(100, [100, 100, 50]), (1000, [250])])
def test_a_large_group_is_pushed_whole_in_batches_too(batch: int, sizes: list[int]) -> None:
    crowd = [OktaPerson(okta_id(), f"p{one}@x", "P", str(one), f"p{one}@x") for one in range(250)]
    groups = [OktaGroup("Sales", tuple(one.okta_id for one in crowd))]
    settings: dict[str, Any] = {"kind": Kind.CATALOG, "membership_batch": batch, "people": crowd, "groups": groups}
    with answered(*[GROUP] * 20, **settings) as (tenant, stand_in):
        let_in(tenant, *crowd)
        tenant.client.groups["Sales"] = "g1"
        tenant.pushed["Sales"] = PushedGroup("Sales", Provisioning.PROVISIONED, "g1")
        ended(tenant.push_now("Sales"))

        assert [len(values(stand_in, index)) for index in range(len(sizes))] == sizes
        assert [sent(stand_in, index)["Operations"][0]["op"] for index in range(len(sizes))] == [
            "replace",
            *["add"] * (len(sizes) - 1),
        ]


@pytest.mark.parametrize("kind", Kind)
def test_an_empty_group_is_pushed_empty(kind: Kind) -> None:
    empty = Reply(200, served_group())
    with answered(empty, empty, kind=kind, groups=[OktaGroup("Sales")]) as (tenant, stand_in):
        push(tenant)
        assert ended(tenant.push_now("Sales")).ok
        body = sent(stand_in)
        listed = body["Operations"][0]["value"] if kind is Kind.CATALOG else body["members"]
        assert listed == []


# -- what is off or paused ---------------------------------------------------------------------------

ALL: dict[str, Callable[[OktaTenant], Action]] = {
    **CHANGES,
    "push": lambda tenant: tenant.push_group("Sales"),
    "push now": lambda tenant: tenant.push_now("Sales"),
    "activate": lambda tenant: tenant.activate_push("Sales"),
    "link": lambda tenant: tenant.link_group("Sales", "Vertrieb"),
    "unlink": lambda tenant: tenant.unlink_group("Sales", delete=True),
    "deactivate": lambda tenant: tenant.deactivate_push("Sales"),
}


@pytest.mark.parametrize("act", ALL.values(), ids=ALL)
def test_with_push_groups_off_nothing_is_sent(act: Callable[[OktaTenant], Action]) -> None:
    with answered(push_groups=False) as (tenant, stand_in):
        push(tenant)
        outcome = ended(act(tenant))

        assert (outcome.ok, stand_in.lines) == (True, [])
        assert any(word in outcome.sentence for word in ("nothing is sent", "it stays in the app as it is"))
        assert tenant.system_log == [outcome.sentence]


@pytest.mark.parametrize("act", [*CHANGES.values(), ALL["push now"]], ids=[*CHANGES, "push now"])
def test_while_a_push_is_paused_nothing_is_sent(act: Callable[[OktaTenant], Action]) -> None:
    with answered() as (tenant, stand_in):
        push(tenant)
        assert ended(tenant.deactivate_push("Sales")).sentence == "The push of Sales is paused: nothing is sent."
        outcome = ended(act(tenant))

        assert (outcome.ok, stand_in.lines) == (True, [])
        assert "nothing is sent" in outcome.sentence
        assert {group.provisioning for group in tenant.pushed.values()} == {Provisioning.DEACTIVATED}


@pytest.mark.parametrize("kind", Kind)
def test_a_push_that_goes_on_sends_the_whole_membership(kind: Kind) -> None:
    with answered(GROUP, GROUP, kind=kind) as (tenant, stand_in):
        push(tenant, Provisioning.DEACTIVATED)
        ended(tenant.add_members("Sales", [CLEO.okta_id]))
        assert ended(tenant.activate_push("Sales")).ok

        assert values(stand_in) == ["u-ada", "u-bob", "u-cleo"]
        assert tenant.pushed["Sales"].provisioning is Provisioning.PROVISIONED


@pytest.mark.parametrize("kind", Kind)
def test_a_group_that_got_its_name_while_paused_is_renamed_when_the_push_goes_on(kind: Kind) -> None:
    with answered(*[GROUP] * 4, kind=kind) as (tenant, stand_in):
        push(tenant, Provisioning.DEACTIVATED)
        ended(tenant.rename_group("Sales", "Field Sales"))
        assert ended(tenant.activate_push("Field Sales")).ok

        first = sent(stand_in, 0 if kind is Kind.CATALOG else 1)
        named = first["Operations"][0]["value"] if kind is Kind.CATALOG else first
        assert named["displayName"] == "Field Sales"
        assert tenant.client.groups == {"Field Sales": "g1"}
        assert tenant.client.shown_as == {}


def test_a_group_that_is_not_pushed_cannot_be_paused() -> None:
    with answered() as (tenant, stand_in):
        outcome = ended(tenant.deactivate_push("Sales"))
        assert (outcome.ok, outcome.sentence) == (False, "The group Sales is not pushed.")
        assert (tenant.pushed, stand_in.lines) == ({}, [])


def test_changes_of_a_group_that_is_not_pushed_stay_in_okta() -> None:
    with answered() as (tenant, stand_in):
        let_in(tenant, ADA, BOB, CLEO)
        assert all(ended(act(tenant)).ok for act in CHANGES.values())

        assert stand_in.lines == []
        assert tenant.groups == {"Field Sales": OktaGroup("Field Sales", (ADA.okta_id, CLEO.okta_id))}


# -- names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", Kind)
def test_a_new_name_is_pushed_with_the_id_that_okta_has(kind: Kind) -> None:
    with answered(GROUP, GROUP, kind=kind) as (tenant, stand_in):
        push(tenant)
        assert ended(tenant.rename_group("Sales", "Field Sales")).ok

        assert lines(stand_in) == (["PATCH /Groups/g1"] if kind is Kind.CATALOG else READ_REPLACE)
        assert tenant.pushed == {"Field Sales": PushedGroup("Field Sales", Provisioning.PROVISIONED, "g1")}
        assert tenant.client.groups == {"Field Sales": "g1"}
        assert tenant.groups["Field Sales"].members == SALES.members


@pytest.mark.parametrize("kind", Kind)
def test_with_rename_groups_off_the_server_keeps_hearing_the_old_name(kind: Kind) -> None:
    with answered(GROUP, GROUP, kind=kind, rename_groups=False) as (tenant, stand_in):
        push(tenant)
        outcome = ended(tenant.rename_group("Sales", "Field Sales"))
        assert "Rename app groups to match group name in Okta is off: nothing is sent." in outcome.sentence
        assert stand_in.lines == []

        assert ended(tenant.add_members("Field Sales", [CLEO.okta_id])).ok
        body = sent(stand_in, 0 if kind is Kind.CATALOG else 1)
        named = body["Operations"][0]["value"] if kind is Kind.CATALOG else body
        assert named["displayName"] == "Sales"


def test_a_name_that_another_group_has_is_refused() -> None:
    with answered(groups=[SALES, OktaGroup("Staff")]) as (tenant, stand_in):
        outcome = ended(tenant.rename_group("Sales", "Staff"))
        assert (outcome.ok, outcome.sentence) == (False, "There is a group Staff in Okta already.")
        assert (set(tenant.groups), stand_in.lines) == ({"Sales", "Staff"}, [])


@pytest.mark.parametrize("kind", Kind)
def test_a_name_that_was_refused_is_pushed_with_the_next_push(kind: Kind) -> None:
    with answered(BROKEN, *[GROUP] * 5, kind=kind) as (tenant, stand_in):
        push(tenant)
        outcome = ended(tenant.rename_group("Sales", "Field Sales"))
        assert not outcome.ok
        assert tenant.pushed["Field Sales"].error == outcome.sentence
        assert "Sales" not in tenant.pushed

        assert ended(tenant.push_now("Field Sales")).ok
        named = [named_in(index, stand_in) for index in range(1, len(stand_in.lines))]
        assert {one["displayName"] for one in named if one} == {"Field Sales"}
        assert tenant.pushed["Field Sales"] == PushedGroup("Field Sales", Provisioning.PROVISIONED, "g1")
        assert tenant.client.shown_as == {}


def named_in(index: int, stand_in: StandIn) -> dict[str, Any]:
    """The part of a request that names a group; empty where it names none."""
    if not stand_in.received[index].body:
        return {}
    body = sent(stand_in, index)
    value = body["Operations"][0]["value"] if "Operations" in body else body
    return value if isinstance(value, dict) else {}


def test_renaming_what_is_not_pushed_leaves_the_imported_group_of_that_name_alone() -> None:
    with answered(listing(), Reply(201, served_group(id="g2")), GROUP, GROUP) as (tenant, stand_in):
        tenant.client.groups["Sales"] = "g1"
        ended(tenant.rename_group("Sales", "Field Sales"))
        assert tenant.client.groups == {"Sales": "g1"}

        ended(tenant.push_group("Field Sales"))
        assert tenant.client.groups == {"Sales": "g1", "Field Sales": "g2"}
        assert sent(stand_in)["displayName"] == "Field Sales"


# -- linking -----------------------------------------------------------------------------------------

VERTRIEB = served_group("Vertrieb", CLEO)


@pytest.mark.parametrize("rename", [True, False])
@pytest.mark.parametrize("kind", Kind)
def test_a_linked_group_keeps_its_members_and_its_name_only_where_the_app_is_set_so(kind: Kind, rename: bool) -> None:
    replies = (listing(VERTRIEB), *[Reply(200, VERTRIEB)] * 2)
    with answered(*replies, kind=kind, rename_groups=rename) as (tenant, stand_in):
        let_in(tenant, ADA, BOB, CLEO)
        outcome = ended(tenant.link_group("Sales", "Vertrieb"))

        assert outcome.sentence == "The group Sales is linked to Vertrieb; its old members stay."
        assert tenant.pushed["Sales"] == PushedGroup("Sales", Provisioning.PROVISIONED, "g1")
        assert "Vertrieb" in lines(stand_in)[0]
        named = named_in(1 if kind is Kind.CATALOG else 2, stand_in)
        assert named["displayName"] == ("Sales" if rename else "Vertrieb")
        assert values(stand_in) == (["u-ada", "u-bob"] if kind is Kind.CATALOG else ["u-cleo", "u-ada", "u-bob"])


def test_an_imported_group_is_linked_without_being_looked_up() -> None:
    with answered(*[Reply(200, VERTRIEB)] * 2) as (tenant, stand_in):
        tenant.client.groups["Vertrieb"] = "g1"
        assert ended(tenant.link_group("Sales", "Vertrieb")).ok
        assert lines(stand_in) == READ_REPLACE


def test_what_is_not_there_cannot_be_linked_to() -> None:
    with answered(listing()) as (tenant, _):
        outcome = ended(tenant.link_group("Sales", "Vertrieb"))
        assert (outcome.ok, outcome.sentence) == (False, "There is no group Vertrieb in the app to link Sales to.")
        assert tenant.pushed == {}


# -- the end of a push -------------------------------------------------------------------------------


def test_an_unlinked_group_is_deleted_or_left() -> None:
    for delete, asked in ((True, ["DELETE /Groups/g1"]), (False, [])):
        with answered(Reply(204)) as (tenant, stand_in):
            push(tenant)
            outcome = ended(tenant.unlink_group("Sales", delete=delete))

            assert lines(stand_in) == asked
            assert ("deleted" in outcome.sentence, "stays" in outcome.sentence) == (delete, not delete)
            assert (tenant.pushed, tenant.client.groups) == ({}, {})
            assert "Sales" in tenant.groups


def test_a_deletion_that_is_refused_leaves_the_push_with_the_error() -> None:
    with answered(BROKEN, Reply(204)) as (tenant, _):
        push(tenant)
        outcome = ended(tenant.unlink_group("Sales", delete=True))
        assert not outcome.ok
        assert tenant.pushed["Sales"] == PushedGroup("Sales", Provisioning.FAILED, "g1", outcome.sentence)

        assert ended(tenant.unlink_group("Sales", delete=True)).ok
        assert tenant.pushed == {}


# -- failures ----------------------------------------------------------------------------------------

NOT_FOUND = Reply(404, {"detail": "Group not found", "status": "404"})


@pytest.mark.parametrize(
    ("replies", "shown", "server_id"),
    [
        ([BROKEN], "Internal Server Error. Errors reported by remote server: broken", ""),
        ([listing(), Reply(409, {"detail": "taken"})], "Conflict. Errors reported by remote server: taken", ""),
        ([listing(), Reply(201)], "returned empty", ""),
        ([listing(), Reply(201, served_group()), NOT_FOUND], "Not Found. Errors reported by remote server:", "g1"),
        ([listing(), Reply(201, served_group()), GROUP, NOT_FOUND], "Errors reported by remote server: Group", "g1"),
    ],
)
def test_a_push_that_fails_shows_why_and_pushing_again_clears_it(
    replies: list[Reply], shown: str, server_id: str
) -> None:
    again = [GROUP, GROUP] if server_id else [listing(), Reply(201, served_group()), GROUP, GROUP]
    with answered(*replies, *again) as (tenant, stand_in):
        let_in(tenant, ADA, BOB)
        steps, outcome = played(tenant.push_group("Sales"))
        assert not outcome.ok
        assert outcome.sentence.startswith(SHOWN)
        assert shown in outcome.sentence
        assert outcome.refused == steps[-1]
        assert tenant.pushed["Sales"] == PushedGroup("Sales", Provisioning.FAILED, server_id, outcome.sentence)

        assert ended(tenant.push_now("Sales")).ok
        assert lines(stand_in)[len(replies) :] == (
            READ_REPLACE if server_id else [FIND_SALES, "POST /Groups", *READ_REPLACE]
        )
        assert tenant.pushed["Sales"] == PushedGroup("Sales", Provisioning.PROVISIONED, "g1")


@pytest.mark.parametrize("name", ["add", "remove", "rename"])
@pytest.mark.parametrize("kind", Kind)
def test_a_change_that_fails_is_kept_in_okta_and_sent_with_the_next_push(kind: Kind, name: str) -> None:
    with answered(NOT_FOUND, *[GROUP] * 4, kind=kind) as (tenant, stand_in):
        push(tenant)
        outcome = ended(CHANGES[name](tenant))
        group = next(iter(tenant.pushed.values()))
        assert (group.provisioning, group.error) == (Provisioning.FAILED, outcome.sentence)
        assert "Not Found. Errors reported by remote server: Group not found" in outcome.sentence

        assert ended(tenant.push_now(group.name)).ok
        members = {"add": ["u-ada", "u-bob", "u-cleo"], "remove": ["u-ada"], "rename": ["u-ada", "u-bob"]}[name]
        assert values(stand_in) == members
        assert tenant.pushed[group.name].error == ""


def test_a_group_is_found_by_an_id_in_any_case() -> None:
    with answered(listing({"ID": "g1"}), GROUP, GROUP) as (tenant, _):
        assert ended(tenant.push_group("Sales")).ok
        assert tenant.pushed["Sales"].external_id == "g1"


# -- and with Perch ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", Kind)
def test_a_group_lives_its_life_on_perch(kind: Kind, endpoint: Endpoint) -> None:
    ada, bob, cleo = crew = unique_crew()
    name, other = f"Sales {ada.login}", f'Zürich "Quai" & Söhne {ada.login}'
    groups = [OktaGroup(name, (ada.okta_id, bob.okta_id)), OktaGroup(other, (cleo.okta_id,))]
    with tenant_of(endpoint.base_url, endpoint.token, people=crew, groups=groups, kind=kind) as tenant:
        client = tenant.client

        def done(action: Action) -> None:
            outcome = ended(action)
            assert outcome.ok, outcome.sentence

        def there(group: str) -> dict[str, Any]:
            return client.wire.send("GET", f"/Groups/{client.groups[group]}").document()

        def members(group: str) -> list[str]:
            ids = {server_id: okta_id for okta_id, server_id in client.people.items()}
            return [ids[member["value"]] for member in there(group)["members"]]

        try:
            done(tenant.assign(ada.okta_id))
            done(tenant.push_group(name))
            assert members(name) == [ada.okta_id]
            done(tenant.assign(bob.okta_id))
            done(tenant.assign(cleo.okta_id))
            done(tenant.push_now(name))
            assert members(name) == [ada.okta_id, bob.okta_id]
            done(tenant.add_members(name, [cleo.okta_id]))
            done(tenant.remove_members(name, [ada.okta_id]))
            assert members(name) == [bob.okta_id, cleo.okta_id]
            done(tenant.rename_group(name, f"Field {name}"))
            assert there(f"Field {name}")["displayName"] == f"Field {name}"
            assert members(f"Field {name}") == [bob.okta_id, cleo.okta_id]
            done(tenant.push_group(other))
            done(tenant.unlink_group(other, delete=False))
            done(tenant.link_group(other, other))
            assert members(other) == [cleo.okta_id]
            done(tenant.deactivate_push(other))
            done(tenant.add_members(other, [ada.okta_id]))
            assert members(other) == [cleo.okta_id]
            done(tenant.activate_push(other))
            assert members(other) == [cleo.okta_id, ada.okta_id]
            done(tenant.unlink_group(f"Field {name}", delete=True))
            done(tenant.unlink_group(other, delete=True))
            assert (tenant.pushed, client.groups) == ({}, {})
        finally:
            for target in [f"/Users/{one}" for one in client.people.values()] + [
                f"/Groups/{one}" for one in client.groups.values()
            ]:
                client.wire.send("DELETE", target)
