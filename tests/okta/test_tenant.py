"""What an admin does with people in a tenant: what is sent, what Okta keeps of it, and what it shows."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from server.okta.app import ENTERPRISE_URN, AppSettings
from server.okta.dialogues import Kind, OktaClient
from server.okta.person import okta_id
from server.okta.standing import TenantState
from server.okta.tenant import KEPT_LINES, AppUser, OktaGroup, OktaPerson, OktaTenant, Provisioning, Status
from server.okta.wire import Connections, Wire
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
    served,
    served_group,
    tenant_of,
    unique_crew,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from server.okta.tenant import Action
    from tests.okta.replay import Endpoint

OK = Reply(200, served(ADA))
BROKEN = Reply(500, {"detail": "broken", "status": "500"})
NOT_FOUND = Reply(404, {"detail": "User not found", "status": "404"})
FIND_ADA = 'GET /Users?filter=userName eq "ada@okta.local"&startIndex=1&count=100'
READ_REPLACE = ["GET /Users/u-ada", "PUT /Users/u-ada"]
LEAVE: dict[str, Callable[[OktaTenant], Action]] = {
    "unassign": lambda tenant: tenant.unassign(ADA.okta_id),
    "deactivate": lambda tenant: tenant.deactivate(ADA.okta_id),
}


def created(person: OktaPerson = ADA) -> Reply:
    return Reply(201, served(person))


def ada_of(tenant: OktaTenant) -> AppUser:
    return tenant.app_users[ADA.okta_id]


def nothing_was_sent(tenant: OktaTenant, stand_in: StandIn, action: Action) -> str:
    """Play an action that sends nothing and says so; give the sentence."""
    steps, outcome = played(action)
    assert (steps, stand_in.lines, outcome.ok) == ([], [], True)
    assert "nothing" in outcome.sentence
    assert tenant.system_log[-1] == outcome.sentence
    return outcome.sentence


# -- the app -----------------------------------------------------------------------------------------


def test_a_good_connection_is_told_in_the_words_of_the_dialog() -> None:
    with answered(listing(), listing()) as (tenant, _):
        assert ended(tenant.test_connection()).sentence == "Connector configured successfully"
        assert tenant.system_log == ["Connector configured successfully"]


def test_a_wrong_token_is_told_with_what_the_server_says() -> None:
    with answered(Reply(401, {"detail": "the token is wrong"})) as (tenant, stand_in):
        steps, outcome = played(tenant.test_connection())
        assert outcome.sentence.startswith(
            "Error authenticating: Unauthorized. Errors reported by remote server: the token is wrong."
        )
        assert (outcome.ok, outcome.refused, len(stand_in.lines)) == (False, steps[0], 1)


def test_a_server_that_does_not_run_is_told_of() -> None:
    with answered() as (_, stand_in):
        gone = stand_in.base_url
    with tenant_of(gone) as tenant:
        outcome = ended(tenant.test_connection())
        assert not outcome.ok
        assert outcome.sentence.startswith("Error authenticating: Connect to 127.0.0.1:")


def test_the_kind_of_app_and_its_batch_follow_the_settings() -> None:
    with answered(OK, OK, OK) as (tenant, stand_in):
        let_in(tenant, ADA)
        tenant.settings = AppSettings(kind=Kind.CATALOG, membership_batch=500)
        assert (tenant.client.kind, tenant.client.batch) == (Kind.CATALOG, 500)
        ended(tenant.unassign(ADA.okta_id))
        assert lines(stand_in) == ["PATCH /Users/u-ada"]


# -- assigning ---------------------------------------------------------------------------------------


def test_who_is_created_is_kept_with_the_server_s_id() -> None:
    with answered(listing(), created(), label="Acme") as (tenant, _):
        outcome = ended(tenant.assign(ADA.okta_id))
        assert outcome.sentence == "Ada Byron was provisioned to Acme."
        assert ada_of(tenant) == AppUser(ADA.okta_id, Provisioning.PROVISIONED, "u-ada", user_name=ADA.login)
        assert tenant.is_provisioned(ADA.okta_id)


def test_the_look_up_asks_for_the_e_mail_where_that_is_the_unique_identifier() -> None:
    person = replace(ADA, email="countess@home.example")
    with answered(listing(), created(), people=[person], unique_identifier="email") as (tenant, stand_in):
        ended(tenant.assign(ADA.okta_id))
        assert lines(stand_in)[0] == FIND_ADA.replace("ada@okta.local", "countess@home.example")
        assert sent(stand_in)["userName"] == "ada@okta.local"


@pytest.mark.parametrize("off", ["push_new_users", "create_users"])
def test_with_create_users_off_whoever_is_assigned_waits_for_provision_user(off: str) -> None:
    with answered(listing(), created(), **{off: False}) as (tenant, stand_in):
        told = nothing_was_sent(tenant, stand_in, tenant.assign(ADA.okta_id))
        assert "Create Users is off" in told
        assert ada_of(tenant).provisioning is Provisioning.NOT_PROVISIONED
        nothing_was_sent(tenant, stand_in, tenant.edit(ADA.okta_id, title="Duchess"))

        tenant.settings = AppSettings()
        assert ended(tenant.provision_backlog()).sentence == "1 person provisioned."
        assert lines(stand_in) == [FIND_ADA, "POST /Users"]
        assert sent(stand_in)["title"] == "Duchess"


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.DEACTIVATED])
def test_who_is_not_active_in_okta_cannot_be_assigned(status: Status) -> None:
    with answered(people=[replace(ADA, status=status)]) as (tenant, stand_in):
        outcome = ended(tenant.assign(ADA.okta_id))
        assert (outcome.ok, stand_in.lines, tenant.app_users) == (False, [], {})
        assert f"is {status}: activate the account" in outcome.sentence


@pytest.mark.parametrize("kind", Kind)
def test_only_the_agent_sends_somebody_who_is_not_activated_yet(kind: Kind) -> None:
    with answered(listing(), created(), people=[replace(ADA, status=Status.STAGED)], kind=kind) as (tenant, stand_in):
        if kind is Kind.AGENT:
            assert ended(tenant.assign(ADA.okta_id)).ok
            assert sent(stand_in)["active"] is False
        else:
            nothing_was_sent(tenant, stand_in, tenant.assign(ADA.okta_id))
            assert ada_of(tenant).provisioning is Provisioning.NOT_PROVISIONED


def test_the_backlog_is_a_burst_of_one_look_up_and_one_create_for_each_who_waits() -> None:
    replies = [one for person in (ADA, BOB) for one in (listing(), created(person))]
    with answered(*replies, create_users=False) as (tenant, stand_in):
        let_in(tenant, CLEO)
        ended(tenant.assign_group("Sales"))
        tenant.settings = AppSettings()
        assert ended(tenant.provision_backlog()).sentence == "2 people provisioned."
        assert [line.partition(" ")[0] for line in lines(stand_in)] == ["GET", "POST"] * 2
        assert ended(tenant.provision_backlog()).sentence == "0 people provisioned."
        assert len(stand_in.lines) == 4


FAILURES = {
    "taken": ([listing(), Reply(409, {"detail": "taken"})], "Conflict. Errors reported by remote server: taken"),
    "created empty": ([listing(), Reply(201)], "Create new user returned empty user."),
    "broken": ([BROKEN], "Internal Server Error. Errors reported by remote server: broken"),
    "proxy": ([Reply(502, b"error code: 502")], "Invalid JSON: Unrecognized token 'error' ... line: 1, column: 6"),
    "read after link": ([listing(served(ADA)), NOT_FOUND], "Not Found. Errors reported by remote server: User not"),
    "numbers as text": ([Reply(200, {"totalResults": "0", "Resources": []})], "totalResults"),
    "cut off": ([Reply(200, None), Reply(200, None)], "Connect to 127.0.0.1"),
}


@pytest.mark.parametrize(("replies", "shown"), FAILURES.values(), ids=FAILURES)
def test_who_cannot_be_provisioned_is_shown_with_okta_s_sentence_until_it_works(
    replies: list[Reply], shown: str
) -> None:
    with answered(*replies, listing(), created()) as (tenant, stand_in):
        steps, outcome = played(tenant.assign(ADA.okta_id))

        assert not outcome.ok
        assert outcome.sentence.startswith("Automatic provisioning of user Ada Byron to app Perch failed: ")
        assert shown in outcome.sentence
        assert outcome.refused == steps[-1]
        assert ada_of(tenant).provisioning is Provisioning.FAILED
        assert ada_of(tenant).error == outcome.sentence == tenant.system_log[-1]

        stand_in.replies[:] = [listing(), created()]
        assert ended(tenant.provision_backlog()).ok
        assert ada_of(tenant) == AppUser(ADA.okta_id, Provisioning.PROVISIONED, "u-ada", user_name=ADA.login)


def test_a_server_that_does_not_answer_in_time_is_told_of(silent_url: str) -> None:
    with tenant_of(silent_url, timeout=0.2) as tenant:
        outcome = ended(tenant.assign(ADA.okta_id))
        assert "Read timed out" in ada_of(tenant).error
        assert (outcome.ok, outcome.refused.status if outcome.refused else None) == (False, 0)


@pytest.fixture
def silent_url() -> Iterator[str]:
    """A server that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/scim/v2"


def test_a_429_that_is_waited_for_is_no_failure() -> None:
    pauses: list[float] = []
    slow = Reply(429, {"detail": "slow"}, {"Retry-After": "4"})
    with answered(slow, listing(), slow, created(), pace=pauses.append) as (tenant, stand_in):
        outcome = ended(tenant.assign(ADA.okta_id))
        assert (outcome.ok, outcome.refused) == (True, None)
        assert [one for one in pauses if one == 4] == [4, 4]
        assert len(stand_in.lines) == 4


def test_one_of_a_group_who_fails_does_not_keep_the_others_from_being_assigned() -> None:
    taken = Reply(409, {"detail": "taken"})
    group = OktaGroup("Sales", (ADA.okta_id, BOB.okta_id, CLEO.okta_id, "00uWhoIsGone"))
    replies = (listing(), created(), listing(), taken, listing(), created(CLEO))
    with answered(*replies, groups=[group]) as (tenant, stand_in):
        steps, outcome = played(tenant.assign_group("Sales"))

        assert (outcome.ok, outcome.refused) == (False, steps[3])
        assert outcome.sentence.startswith("1 of 3 people were not assigned. Automatic provisioning of user Bob Stone")
        standing = [user.provisioning for user in tenant.app_users.values()]
        assert standing == [Provisioning.PROVISIONED, Provisioning.FAILED, Provisioning.PROVISIONED]
        assert len(stand_in.lines) == 6


def test_who_is_assigned_already_is_not_assigned_by_the_group_once_more() -> None:
    with answered(listing(), created(BOB)) as (tenant, stand_in):
        let_in(tenant, ADA)
        assert ended(tenant.assign_group("Sales")).sentence == "1 person assigned."
        assert "bob@okta.local" in lines(stand_in)[0]
        assert ended(tenant.assign_group("Sales")).sentence == "0 people assigned."


# -- changing ----------------------------------------------------------------------------------------


def test_a_profile_is_pushed_with_all_that_has_changed() -> None:
    with answered(OK, OK) as (tenant, stand_in):
        let_in(tenant, ADA)
        outcome = ended(
            tenant.edit(ADA.okta_id, first_name="Augusta", last_name="King", email="a@x", login="king@x", title="Dr")
        )

        assert outcome.sentence == "The profile of Augusta King was pushed to Perch."
        body = sent(stand_in)
        assert body["name"] == {"givenName": "Augusta", "familyName": "King", "formatted": "Ada Byron"}
        assert (body["userName"], body["emails"][0]["value"], body["title"]) == ("king@x", "a@x", "Dr")
        assert ada_of(tenant).user_name == "king@x"
        assert tenant.people[ADA.okta_id].attributes == {"title": "Dr"}


@pytest.mark.parametrize("kind", Kind)
def test_an_attribute_that_was_emptied_is_not_sent_back(kind: Kind) -> None:
    there = Reply(200, served(ADA, **{"title": "Countess", "nickName": "A", ENTERPRISE_URN: {"department": "x"}}))
    with answered(there, there, kind=kind) as (tenant, stand_in):
        let_in(tenant, ADA)
        ended(tenant.edit(ADA.okta_id, title="", department=""))
        body = sent(stand_in)
        assert ("title" in body, body["nickName"], body[ENTERPRISE_URN]) == (False, "A", {})


def test_with_username_updates_excluded_the_server_keeps_the_name_it_was_given() -> None:
    replies = (listing(), created(), OK, OK, OK, OK)
    with answered(*replies, exclude_username_updates=True) as (tenant, stand_in):
        ended(tenant.assign(ADA.okta_id))
        ended(tenant.edit(ADA.okta_id, login="king@okta.local", title="Dr"))
        assert (sent(stand_in)["userName"], sent(stand_in)["title"]) == (ADA.login, "Dr")
        assert tenant.people[ADA.okta_id].login == "king@okta.local"

        tenant.settings = AppSettings()
        ended(tenant.edit(ADA.okta_id, title="Prof"))
        assert sent(stand_in)["userName"] == "king@okta.local"


@pytest.mark.parametrize("off", ["push_profile_updates", "update_user_attributes"])
def test_with_update_user_attributes_off_a_change_stays_in_okta(off: str) -> None:
    with answered(**{off: False}) as (tenant, stand_in):
        let_in(tenant, ADA)
        told = nothing_was_sent(tenant, stand_in, tenant.edit(ADA.okta_id, title="Duchess"))
        assert "Update User Attributes is off" in told
        assert tenant.people[ADA.okta_id].attributes["title"] == "Duchess"


@pytest.mark.parametrize("provisioning", [None, Provisioning.DEACTIVATED, Provisioning.NOT_PROVISIONED])
def test_a_change_of_somebody_who_is_not_provisioned_stays_in_okta(provisioning: Provisioning | None) -> None:
    with answered() as (tenant, stand_in):
        if provisioning is not None:
            let_in(tenant, ADA)
            tenant.app_users[ADA.okta_id] = replace(ada_of(tenant), provisioning=provisioning)
        nothing_was_sent(tenant, stand_in, tenant.edit(ADA.okta_id, title="Duchess"))


@pytest.mark.parametrize("replies", [[NOT_FOUND], [OK, Reply(409, {"detail": "taken"})]], ids=["gone", "taken"])
def test_a_push_of_a_profile_that_fails_keeps_the_id_and_the_sentence_until_it_works(replies: list[Reply]) -> None:
    with answered(*replies, OK, OK) as (tenant, _):
        let_in(tenant, ADA)
        outcome = ended(tenant.edit(ADA.okta_id, title="Duchess"))
        assert not outcome.ok
        assert outcome.sentence.startswith("Automatic profile push of user Ada Byron to app Perch failed: ")
        assert ada_of(tenant) == AppUser(ADA.okta_id, Provisioning.FAILED, "u-ada", outcome.sentence, ADA.login)

        assert ended(tenant.edit(ADA.okta_id, title="Countess")).ok
        assert ada_of(tenant) == AppUser(ADA.okta_id, Provisioning.PROVISIONED, "u-ada", user_name=ADA.login)


@pytest.mark.parametrize(
    ("kind", "asked"),
    [(Kind.CUSTOM, READ_REPLACE), (Kind.AGENT, READ_REPLACE), (Kind.CATALOG, ["PATCH /Users/u-ada"])],
)
def test_a_password_is_sent_where_passwords_are_synchronised(kind: Kind, asked: list[str]) -> None:
    with answered(OK, OK, kind=kind, sync_password=True) as (tenant, stand_in):
        let_in(tenant, ADA)
        outcome = ended(tenant.set_password(ADA.okta_id, "N3w-Secret"))
        assert outcome.ok
        assert lines(stand_in) == asked
        assert b'"password":"N3w-Secret"' in stand_in.received[-1].body
        assert "N3w-Secret" not in repr((outcome.sentence, tenant.state()))


def test_a_password_is_not_sent_otherwise() -> None:
    with answered() as (tenant, stand_in):
        nothing_was_sent(tenant, stand_in, tenant.set_password(BOB.okta_id, "N3w-Secret"))
        let_in(tenant, ADA)
        told = nothing_was_sent(tenant, stand_in, tenant.set_password(ADA.okta_id, "N3w-Secret"))
        assert "Sync Password is off" in told


def test_a_password_that_is_refused_is_shown() -> None:
    with answered(BROKEN, sync_password=True) as (tenant, _):
        let_in(tenant, ADA)
        assert not ended(tenant.set_password(ADA.okta_id, "N3w-Secret")).ok
        assert ada_of(tenant).error.startswith("Automatic password push of user Ada Byron to app Perch failed: ")


# -- leaving and coming back -------------------------------------------------------------------------


@pytest.mark.parametrize("act", LEAVE.values(), ids=LEAVE)
@pytest.mark.parametrize("kind", Kind)
def test_who_leaves_is_made_inactive_on_the_server_and_okta_keeps_the_id(
    kind: Kind, act: Callable[[OktaTenant], Action]
) -> None:
    with answered(OK, OK, kind=kind) as (tenant, stand_in):
        let_in(tenant, ADA)
        outcome = ended(act(tenant))

        assert outcome.ok
        assert lines(stand_in) == (["PATCH /Users/u-ada"] if kind is Kind.CATALOG else READ_REPLACE)
        assert (ada_of(tenant).provisioning, ada_of(tenant).external_id) == (Provisioning.DEACTIVATED, "u-ada")
        assert not tenant.is_assigned(ADA.okta_id)


@pytest.mark.parametrize("act", LEAVE.values(), ids=LEAVE)
def test_with_deactivate_users_off_the_server_is_not_told(act: Callable[[OktaTenant], Action]) -> None:
    with answered(deactivate_users=False) as (tenant, stand_in):
        let_in(tenant, ADA)
        assert "Deactivate Users is off" in nothing_was_sent(tenant, stand_in, act(tenant))
        assert ada_of(tenant).provisioning is Provisioning.DEACTIVATED


@pytest.mark.parametrize("act", LEAVE.values(), ids=LEAVE)
def test_of_somebody_whom_the_server_never_had_it_is_not_told(act: Callable[[OktaTenant], Action]) -> None:
    with answered() as (tenant, stand_in):
        assert "Not assigned" in nothing_was_sent(tenant, stand_in, act(tenant))
        for provisioning in (Provisioning.NOT_PROVISIONED, Provisioning.FAILED):
            tenant.app_users[ADA.okta_id] = AppUser(ADA.okta_id, provisioning)
            assert "Never provisioned" in nothing_was_sent(tenant, stand_in, act(tenant))
            assert tenant.app_users == {}


@pytest.mark.parametrize("act", LEAVE.values(), ids=LEAVE)
@pytest.mark.parametrize("kind", Kind)
def test_whose_leaving_was_refused_leaves_when_it_is_tried_again_and_is_not_let_in_by_anything_else(
    kind: Kind, act: Callable[[OktaTenant], Action]
) -> None:
    with answered(NOT_FOUND, kind=kind) as (tenant, stand_in):
        let_in(tenant, ADA, BOB)
        outcome = ended(act(tenant))
        assert outcome.sentence.startswith("Automatic deprovisioning of user Ada Byron from app Perch failed: ")
        assert (ada_of(tenant).provisioning, ada_of(tenant).error) == (Provisioning.FAILED, outcome.sentence)
        assert not tenant.is_assigned(ADA.okta_id)

        stand_in.received.clear()
        assert ended(tenant.provision_backlog()).sentence == "0 people provisioned."
        nothing_was_sent(tenant, stand_in, tenant.edit(ADA.okta_id, title="Duchess"))
        assert [one.okta_id for one in tenant.members_sent(SALES.members)] == [BOB.okta_id]

        stand_in.replies[:] = [OK, OK]
        assert ended(act(tenant)).ok
        assert sent(stand_in).get("active", False) is False
        assert ada_of(tenant) == AppUser(ADA.okta_id, Provisioning.DEACTIVATED, "u-ada", user_name=ADA.login)


def test_a_group_that_leaves_takes_everybody_with_it_who_is_still_there() -> None:
    inactive = Reply(200, served(BOB))
    with answered(NOT_FOUND, inactive, kind=Kind.CATALOG) as (tenant, stand_in):
        let_in(tenant, ADA, BOB, CLEO)
        outcome = ended(tenant.unassign_group("Sales"))
        assert outcome.sentence.startswith("1 of 2 people were not unassigned. Automatic deprovisioning of user Ada")

        stand_in.replies[:] = [OK]
        assert ended(tenant.unassign_group("Sales")).sentence == "1 person unassigned."
        assert lines(stand_in) == ["PATCH /Users/u-ada", "PATCH /Users/u-bob", "PATCH /Users/u-ada"]
        assert tenant.is_provisioned(CLEO.okta_id)


@pytest.mark.parametrize("kind", Kind)
def test_who_comes_back_is_found_and_made_active_again(kind: Kind) -> None:
    inactive = served(ADA, active=False)
    replies = (OK, *([] if kind is Kind.CATALOG else [OK]), listing(inactive), *[Reply(200, inactive)] * 3)
    with answered(*replies, kind=kind) as (tenant, stand_in):
        let_in(tenant, ADA)
        ended(tenant.deactivate(ADA.okta_id))
        stand_in.received.clear()
        nothing_was_sent(tenant, stand_in, tenant.reactivate(ADA.okta_id))
        assert not tenant.is_assigned(ADA.okta_id)

        assert ended(tenant.assign(ADA.okta_id)).ok
        assert lines(stand_in)[0] == FIND_ADA
        assert sent(stand_in)["active"] is True
        assert ada_of(tenant) == AppUser(ADA.okta_id, Provisioning.PROVISIONED, "u-ada", user_name=ADA.login)


def test_no_app_is_told_of_a_suspension() -> None:
    with answered() as (tenant, stand_in):
        let_in(tenant, ADA)
        for action, status in ((tenant.suspend, Status.SUSPENDED), (tenant.unsuspend, Status.ACTIVE)):
            nothing_was_sent(tenant, stand_in, action(ADA.okta_id))
            assert tenant.people[ADA.okta_id].status is status
        assert tenant.is_provisioned(ADA.okta_id)


# -- memory ------------------------------------------------------------------------------------------


def test_an_action_that_nobody_plays_does_nothing() -> None:
    with answered() as (tenant, stand_in):
        let_in(tenant, ADA)
        before = tenant.state()
        actions = [tenant.assign(ADA.okta_id), tenant.edit(ADA.okta_id, title="x"), tenant.push_group("Sales")]
        actions += [tenant.suspend(ADA.okta_id), tenant.import_now(), *(act(tenant) for act in LEAVE.values())]
        for action in actions:
            action.close()
        assert (tenant.state(), stand_in.lines) == (before, [])


def test_the_system_log_keeps_the_newest_lines() -> None:
    with answered() as (tenant, _):
        for number in range(KEPT_LINES + 5):
            tenant.log(str(number))
        assert (len(tenant.system_log), tenant.system_log[0]) == (KEPT_LINES, "5")


def test_what_a_tenant_remembers_is_put_back_by_another_one() -> None:
    replies = (
        listing(),
        created(),
        BROKEN,
        listing(),
        Reply(201, served_group()),
        OK,
        OK,
        listing(served(ADA)),
        listing(),
    )
    with answered(*replies) as (tenant, _):
        ended(tenant.assign(ADA.okta_id))
        ended(tenant.assign(BOB.okta_id))
        ended(tenant.push_group("Sales"))
        ended(tenant.import_now())
        ended(tenant.suspend(CLEO.okta_id))
        state = tenant.state()
        on_disk = orjson.dumps(state.to_json())

        with tenant_of("http://127.0.0.1:9/scim", people=(), groups=()) as other:
            other.restore(TenantState.from_json(orjson.loads(on_disk)))
            assert other.state() == state
            assert other.client.people == {ADA.okta_id: "u-ada"}
            assert other.client.groups == {"Sales": "g1"}
            assert other.is_provisioned(ADA.okta_id)


def test_a_state_does_not_change_with_the_tenant() -> None:
    with answered(listing(), created()) as (tenant, _):
        empty = tenant.state()
        ended(tenant.assign(ADA.okta_id))
        full = tenant.state()
        assert empty != full
        tenant.restore(empty)
        assert tenant.state() == empty
        assert (tenant.app_users, tenant.client.people, tenant.system_log) == ({}, {}, [])
        tenant.restore(full)
        assert tenant.state() == full


# -- and with Perch ----------------------------------------------------------------------------------


def delete_everybody(tenant: OktaTenant) -> None:
    for one in tenant.client.people.values():
        tenant.client.wire.send("DELETE", f"/Users/{one}")


@pytest.mark.parametrize("kind", Kind)
def test_a_person_lives_their_life_on_perch(kind: Kind, endpoint: Endpoint) -> None:
    crew = unique_crew()
    ada = replace(crew[0], attributes={"title": "Countess", "department": "Engines", "mobilePhone": "1"})
    group = OktaGroup("Sales", tuple(one.okta_id for one in crew))
    settings: dict[str, Any] = {"people": (ada, *crew[1:]), "groups": [group], "kind": kind, "sync_password": True}
    with tenant_of(endpoint.base_url, endpoint.token, **settings) as tenant:

        def done(action: Action) -> dict[str, Any]:
            steps, outcome = played(action)
            assert outcome.ok, outcome.sentence
            assert all(step.verdict.ok for step in steps)
            return tenant.client.wire.send("GET", f"/Users/{tenant.client.people[ada.okta_id]}").document()

        try:
            there = done(tenant.assign_group("Sales"))
            assert (there["userName"], there["title"], there["externalId"]) == (ada.login, "Countess", ada.okta_id)
            assert there[ENTERPRISE_URN] == {"department": "Engines"}
            assert there["phoneNumbers"] == [{"value": "1", "type": "mobile"}]
            number = there["id"]

            there = done(tenant.edit(ada.okta_id, title="", department="", mobilePhone="", last_name="King"))
            assert there["name"]["familyName"] == "King"
            assert {"title", "phoneNumbers"} & set(there) == set()
            assert there.get(ENTERPRISE_URN, {}).get("department") is None

            done(tenant.edit(ada.okta_id, login=f"new.{ada.login}"))
            done(tenant.set_password(ada.okta_id, "N3w-Secret"))
            assert done(tenant.deactivate(ada.okta_id))["active"] is False
            done(tenant.reactivate(ada.okta_id))
            there = done(tenant.assign(ada.okta_id))
            assert (there["active"], there["id"], there["userName"]) == (True, number, f"new.{ada.login}")
            assert done(tenant.unassign_group("Sales"))["active"] is False
        finally:
            delete_everybody(tenant)


def test_a_name_that_is_taken_on_perch_is_refused_and_shown(endpoint: Endpoint) -> None:
    ada, bob, _ = crew = unique_crew()
    with tenant_of(endpoint.base_url, endpoint.token, people=crew) as tenant:
        try:
            ended(tenant.assign(ada.okta_id))
            ended(tenant.assign(bob.okta_id))
            outcome = ended(tenant.edit(bob.okta_id, login=ada.login))
            assert "Conflict. Errors reported by remote server: " in outcome.sentence
            assert tenant.app_users[bob.okta_id].provisioning is Provisioning.FAILED
        finally:
            delete_everybody(tenant)


def test_eight_threads_assign_200_people_through_one_tenant(endpoint: Endpoint) -> None:
    unique = okta_id()
    crowd = [OktaPerson(okta_id(), f"p{one}.{unique}@x", "P", str(one), f"p{one}.{unique}@x") for one in range(200)]
    wire = Connections(lambda: Wire(endpoint.base_url, endpoint.token))
    client = OktaClient(endpoint.base_url, endpoint.token, wire=wire)
    together = threading.Barrier(8, timeout=30)

    with client:
        tenant = OktaTenant(client, AppSettings(), crowd)

        def assign(share: int) -> list[bool]:
            together.wait()
            return [ended(tenant.assign(person.okta_id)).ok for person in crowd[share::8]]

        try:
            with ThreadPoolExecutor(8) as threads:
                assert all(all(share) for share in threads.map(assign, range(8)))

            assert set(tenant.app_users) == {person.okta_id for person in crowd}
            assert {user.provisioning for user in tenant.app_users.values()} == {Provisioning.PROVISIONED}
            assert len(set(client.people.values())) == 200
            assert len(tenant.system_log) == 200
            for person in crowd[::40]:
                there = wire.send("GET", f"/Users/{client.people[person.okta_id]}").document()
                assert (there["userName"], there["externalId"]) == (person.login, person.okta_id)
        finally:
            delete_everybody(tenant)
