"""Each action of a tenant's admin, request by request, beside the recorded and documented forms (OKTA.md 1, 8).

The forms are `dialogues.json`; the on-prem agent's are a custom app's, changed where OKTA.md 2.3 and 2.4 say so.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from server.okta.asking import PATCH_URN
from server.okta.dialogues import GROUP_URN, Kind
from server.okta.person import USER_URN
from server.okta.tenant import OktaGroup, Provisioning, PushedGroup
from tests.okta.matching import difference
from tests.okta.stand_in import Reply, StandIn, listing, standing_in
from tests.okta.tenants import ADA, BOB, CLEO, let_in, played, served, served_group, tenant_of, unique_crew

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from server.okta.tenant import Action, OktaTenant
    from server.okta.wire import Answer, Transport
    from tests.okta.replay import Endpoint

DIALOGUES = json.loads(Path(__file__).with_name("dialogues.json").read_text("utf-8"))
SCENARIOS: Mapping[str, Any] = DIALOGUES["scenarios"]

CREATED, INACTIVE = Reply(201, served(ADA)), served(ADA, active=False)
GROUP, EMPTY = Reply(200, served_group("Sales", ADA, BOB)), Reply(201, served_group())
NAMED = {"op": "replace", "value": {"id": "g1", "displayName": "Sales"}}
MEMBERS = [{"value": "u-ada", "display": ADA.login}, {"value": "u-bob", "display": BOB.login}]
JOINING = {"value": "u-cleo", "display": CLEO.login}
ADD_CLEO = {"op": "add", "path": "members", "value": [JOINING]}
DROP_BOB = {"op": "remove", "path": 'members[value eq "u-bob"]'}
PEOPLE = [served(replace(ADA, login=f"{number}@okta.local")) for number in range(150)]

PROFILE = {
    "userName": ADA.login,
    "name": {"givenName": "Ada", "familyName": "Byron"},
    "emails": [{"primary": True, "value": ADA.email, "type": "work"}],
    "title": "Countess",
    "externalId": ADA.okta_id,
}
NEW = {"schemas": [USER_URN], **PROFILE, "groups": [], "password": "<password>", "active": True}
"""OKTA.md 1.4 b, in the order of the recorded body."""
MERGED = {**served(ADA), **PROFILE, "name": served(ADA)["name"], "groups": [], "active": True}
"""OKTA.md 1.5: what the server returned with the mapped attributes over it."""


def patch(*operations: Mapping[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH_URN], "Operations": list(operations)}


def group(*members: Mapping[str, Any], number: str = "g1") -> dict[str, Any]:
    return {"schemas": [GROUP_URN], "id": number, "displayName": "Sales", "members": list(members)}


@dataclass(frozen=True)
class Played:
    """How a scenario is brought about; ``bodies`` are those of its writes, by kind of app."""

    act: Callable[[OktaTenant], Action]
    custom: Sequence[Reply]
    catalog: Sequence[Reply] = ()
    """Empty where a catalog app is answered as a custom one."""
    bodies: Mapping[Kind, Sequence[Any]] = field(default_factory=dict)
    begin: Callable[[OktaTenant], None] = lambda tenant: let_in(tenant, ADA, BOB, CLEO)
    settings: Mapping[Kind, Mapping[str, Any]] = field(default_factory=dict)


def begin_anew(_: OktaTenant) -> None:
    """Remember nothing."""


def begin_left(tenant: OktaTenant) -> None:
    let_in(tenant, ADA)
    user = tenant.app_users[ADA.okta_id]
    tenant.app_users[ADA.okta_id] = replace(user, provisioning=Provisioning.DEACTIVATED)


def begin_pushed(tenant: OktaTenant) -> None:
    let_in(tenant, ADA, BOB, CLEO)
    tenant.client.groups["Sales"] = "g1"
    tenant.pushed["Sales"] = PushedGroup("Sales", Provisioning.PROVISIONED, "g1")


def change(tenant: OktaTenant) -> Action:
    """Bob leaves the group, then Cleo joins it."""
    yield from tenant.remove_members("Sales", [BOB.okta_id])
    return (yield from tenant.add_members("Sales", [CLEO.okta_id]))


READ, OK = Reply(200, served(ADA)), Reply(200, served(ADA))
NO_GROUPS = {"import_groups": False}
ACTS: Mapping[str, Played] = {
    "test_credentials": Played(
        lambda tenant: tenant.test_connection(),
        [listing(served(ADA)), listing()],
        settings={Kind.CUSTOM: NO_GROUPS, Kind.AGENT: NO_GROUPS},
    ),
    "assign_new_user": Played(
        lambda tenant: tenant.assign(ADA.okta_id),
        [listing(), CREATED],
        bodies={Kind.CUSTOM: [NEW], Kind.CATALOG: [NEW]},
        begin=begin_anew,
    ),
    "assign_existing_user": Played(
        lambda tenant: tenant.assign(ADA.okta_id),
        [listing(served(ADA)), READ, OK],
        bodies={Kind.CUSTOM: [MERGED], Kind.CATALOG: [MERGED]},
        begin=begin_anew,
    ),
    "profile_update": Played(
        lambda tenant: tenant.edit(ADA.okta_id, title="Duchess"),
        [READ, OK],
        bodies={Kind.CUSTOM: [{**MERGED, "title": "Duchess"}], Kind.CATALOG: [{**MERGED, "title": "Duchess"}]},
    ),
    "unassign_or_deactivate": Played(
        lambda tenant: tenant.unassign(ADA.okta_id),
        [READ, OK],
        [OK],
        bodies={
            Kind.CUSTOM: [{**served(ADA), "active": False}],
            Kind.CATALOG: [patch({"op": "replace", "value": {"active": False}})],
        },
    ),
    "reassign_after_deactivation": Played(
        lambda tenant: tenant.assign(ADA.okta_id),
        [listing(INACTIVE), Reply(200, INACTIVE), OK],
        [listing(INACTIVE), OK, READ, OK],
        bodies={
            Kind.CUSTOM: [MERGED],
            Kind.CATALOG: [patch({"op": "replace", "value": {"active": True}}), MERGED],
        },
        begin=begin_left,
    ),
    "import_full": Played(
        lambda tenant: tenant.import_now(),
        [listing(*PEOPLE[:100], total=150), listing(*PEOPLE[100:], total=150, start=101), listing()],
        settings={Kind.AGENT: NO_GROUPS},
    ),
    "group_push_first": Played(
        lambda tenant: tenant.push_group("Sales"),
        [listing(), EMPTY, GROUP, GROUP],
        [listing(), EMPTY, GROUP],
        bodies={
            Kind.CUSTOM: [{"schemas": [GROUP_URN], "displayName": "Sales", "members": MEMBERS}, group(*MEMBERS)],
            Kind.CATALOG: [
                {"schemas": [GROUP_URN], "displayName": "Sales", "members": []},
                patch({"op": "replace", "path": "members", "value": MEMBERS}),
            ],
        },
    ),
    "group_member_change": Played(
        change,
        [GROUP, GROUP, Reply(200, served_group("Sales", ADA)), GROUP],
        [GROUP] * 4,
        bodies={
            Kind.CUSTOM: [group(MEMBERS[0]), group(MEMBERS[0], JOINING)],
            Kind.CATALOG: [patch(NAMED), patch(DROP_BOB), patch(NAMED), patch(ADD_CLEO)],
        },
        begin=begin_pushed,
    ),
    "group_push_now": Played(
        lambda tenant: tenant.push_now("Sales"),
        [GROUP, GROUP],
        [GROUP],
        bodies={
            Kind.CUSTOM: [group(*MEMBERS)],
            Kind.CATALOG: [patch({"op": "replace", "path": "members", "value": MEMBERS})],
        },
        begin=begin_pushed,
    ),
    "group_unlink_delete": Played(
        lambda tenant: tenant.unlink_group("Sales", delete=True), [Reply(204)], begin=begin_pushed
    ),
    "rate_limited": Played(
        lambda tenant: tenant.import_now(),
        [Reply(429, {"detail": "slow"}, {"Retry-After": "3"}), Reply(429, {"detail": "slow"}), listing()],
        settings=dict.fromkeys((Kind.CUSTOM, Kind.CATALOG), NO_GROUPS),
    ),
}
TWICE = {"group_member_change"}
"""Scenarios that are played twice, to see both changes."""


def form(scenario: str, kind: Kind) -> list[tuple[str, str]]:
    """Give the recorded requests: method, target after the base URL."""
    forms = SCENARIOS[scenario]
    steps = forms.get("both") or forms["oin" if kind is Kind.CATALOG else "aiw"]
    requests = [(step[0], step[1]) for step in steps] * (2 if scenario in TWICE else 1)
    if kind is Kind.AGENT and scenario == "test_credentials":
        requests.insert(0, ("GET", "/ServiceProviderConfig"))
    return requests


def is_form(recorded: tuple[str, str], line: str, *, user_name: str = ADA.login, group: str = "Sales") -> bool:
    """Tell whether a request line is that of a recorded request."""
    method, target = recorded
    target = target.replace("{userName pct-encoded}", quote(user_name, safe=""))
    target = target.replace("{name}", quote(group, safe=""))
    pattern = re.escape(target).replace(r"\{id\}", r"[\w-]+").replace("…", r"\S+")
    return re.fullmatch(rf"{re.escape(method)} /scim/v2{pattern}", line) is not None


def act(scenario: str, kind: Kind, *, pace: Callable[[float], None] | None = None) -> StandIn:
    """Play a scenario with one kind of app; give what the server saw of it."""
    how = ACTS[scenario]
    replies = how.catalog if kind is Kind.CATALOG and how.catalog else how.custom
    if kind is Kind.AGENT and scenario == "test_credentials":
        replies = [Reply(200, {}), *replies]
    if kind is Kind.AGENT and scenario == "rate_limited":
        replies = [*replies, listing()]
    settings = how.settings.get(kind, {})
    with standing_in(*replies) as stand_in, tenant_of(stand_in.base_url, pace=pace, kind=kind, **settings) as tenant:
        how.begin(tenant)
        steps, outcome = played(how.act(tenant))

    assert outcome.ok, outcome.sentence
    assert all(step.verdict.ok for step in steps if step.status != 429)
    return stand_in


def test_every_recorded_scenario_is_played() -> None:
    assert set(ACTS) == set(SCENARIOS)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("scenario", sorted(set(SCENARIOS) - {"rate_limited"}))
def test_the_requests_are_the_recorded_ones_in_their_order(scenario: str, kind: Kind) -> None:
    requests = act(scenario, kind).lines
    expected = form(scenario, kind)
    assert len(requests) == len(expected), requests
    for recorded, line in zip(expected, requests, strict=True):
        assert is_form(recorded, line), f"{line} is not {recorded}"


@pytest.mark.parametrize("scenario", sorted(name for name in ACTS if ACTS[name].bodies))
@pytest.mark.parametrize("kind", [Kind.CUSTOM, Kind.CATALOG])
def test_the_bodies_are_the_documented_ones(scenario: str, kind: Kind) -> None:
    writes = [one.document for one in act(scenario, kind).received if one.body]
    expected = ACTS[scenario].bodies[kind]
    assert len(writes) == len(expected)
    for number, (body, write) in enumerate(zip(expected, writes, strict=True)):
        if "password" in body:
            assert re.fullmatch("[a-z0-9]{8}", write["password"])
            write["password"] = body["password"]
        assert difference(body, write, f"write {number}", exact=True) is None


@pytest.mark.parametrize(
    "scenario",
    ["assign_existing_user", "profile_update", "unassign_or_deactivate", "reassign_after_deactivation"],
)
def test_the_agent_puts_the_whole_user_with_a_password_and_the_groups_it_was_told(scenario: str) -> None:
    put = act(scenario, Kind.AGENT).received[-1]
    assert put.line == "PUT /scim/v2/Users/u-ada"
    assert put.document["active"] is (scenario != "unassign_or_deactivate")
    assert re.fullmatch("[a-z0-9]{8}", put.document["password"])
    assert put.document["groups"] == []
    assert put.document["userName"] == ADA.login


def test_the_agent_creates_with_an_address_of_its_own_type() -> None:
    created = act("assign_new_user", Kind.AGENT).received[-1].document
    assert created["emails"] == [{"primary": True, "value": ADA.email, "type": "primary"}]


def test_the_agent_changes_groups_as_a_custom_app_does() -> None:
    for scenario in ("group_push_first", "group_member_change", "group_push_now"):
        agents, customs = ([one.body for one in act(scenario, kind).received] for kind in (Kind.AGENT, Kind.CUSTOM))
        assert agents == customs


@pytest.mark.parametrize("kind", Kind)
def test_the_same_request_comes_again_after_what_a_429_says_or_five_minutes_doubled(kind: Kind) -> None:
    pauses: list[float] = []
    requests = act("rate_limited", kind, pace=pauses.append).lines

    assert pauses[:2] == [3, 600]
    assert set(requests[:3]) == {"GET /scim/v2/Users?startIndex=1&count=100"}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("scenario", sorted(SCENARIOS))
def test_every_request_has_the_recorded_headers_and_no_blank_in_its_body(scenario: str, kind: Kind) -> None:
    for one in act(scenario, kind, pace=lambda _: None).received:
        names = "headers_body" if one.body else "headers_get"
        if one.line.startswith("DELETE"):
            names = "headers_get"
        expected = {**DIALOGUES[names], "Authorization": "Bearer secret"}
        headers = dict(one.headers)
        assert headers.pop("Host").startswith("127.0.0.1:")
        assert headers.pop("Content-Length", "0") == str(len(one.body))
        assert headers == expected, one.line
        if one.body:
            assert one.body == json.dumps(one.document, separators=(",", ":"), ensure_ascii=False).encode()


def test_the_order_of_a_created_person_is_the_recorded_one() -> None:
    for kind in Kind:
        assert list(act("assign_new_user", kind).received[-1].document) == list(NEW)


def test_the_keys_of_a_replaced_person_are_sorted_as_recorded() -> None:
    for kind in Kind:
        put = act("profile_update", kind).received[-1].document
        assert list(put) == sorted(put)


class Tapped:
    """A connection whose request lines are written down."""

    def __init__(self, wire: Transport) -> None:
        self.wire = wire
        self.lines: list[str] = []

    def send(self, method: str, target: str, body: bytes | None = None) -> Answer:
        """Send, and write down what."""
        self.lines.append(f"{method} /scim/v2{target}")
        return self.wire.send(method, target, body)

    def close(self) -> None:
        """Close the connection."""
        self.wire.close()


@pytest.mark.parametrize("kind", Kind)
def test_perch_is_asked_the_recorded_requests_and_okta_gets_past_every_answer(kind: Kind, endpoint: Endpoint) -> None:
    ada, bob, cleo = crew = unique_crew()
    name = f"Sales {ada.login}"
    groups = [OktaGroup(name, (ada.okta_id, bob.okta_id))]
    settings: dict[str, Any] = {"people": crew, "groups": groups, "kind": kind, **NO_GROUPS}
    with (
        tenant_of(endpoint.base_url, endpoint.token, **settings) as tenant,
        tenant_of(endpoint.base_url, endpoint.token, **settings) as stranger,
    ):
        wire = tenant.client.wire

        def goes_as_recorded(scenario: str, action: Action, okta: OktaTenant = tenant) -> None:
            okta.client.wire = tapped = Tapped(wire)
            steps, outcome = played(action)
            assert outcome.ok, outcome.sentence
            assert all(step.verdict.ok for step in steps)
            expected = form(scenario, kind)
            if scenario == "import_full":
                # How many others are on the endpoint decides how many pages there are.
                expected = pages(tapped.lines, kind)
            assert len(tapped.lines) == len(expected), (scenario, tapped.lines)
            for recorded, line in zip(expected, tapped.lines, strict=True):
                assert is_form(recorded, line, user_name=ada.login, group=name), f"{line} is not {recorded}"

        def change() -> Action:
            yield from tenant.remove_members(name, [bob.okta_id])
            return (yield from tenant.add_members(name, [cleo.okta_id]))

        try:
            tenant.settings = replace(tenant.settings, import_groups=kind is Kind.CATALOG)
            goes_as_recorded("test_credentials", tenant.test_connection())
            goes_as_recorded("assign_new_user", tenant.assign(ada.okta_id))
            goes_as_recorded("assign_existing_user", stranger.assign(ada.okta_id), stranger)
            goes_as_recorded("profile_update", tenant.edit(ada.okta_id, title="Duchess"))
            goes_as_recorded("unassign_or_deactivate", tenant.unassign(ada.okta_id))
            goes_as_recorded("reassign_after_deactivation", tenant.assign(ada.okta_id))
            assert all(played(tenant.assign(one.okta_id))[1].ok for one in (bob, cleo))
            goes_as_recorded("group_push_first", tenant.push_group(name))
            goes_as_recorded("group_member_change", change())
            goes_as_recorded("group_push_now", tenant.push_now(name))
            goes_as_recorded("import_full", tenant.import_now())
            goes_as_recorded("group_unlink_delete", tenant.unlink_group(name, delete=True))
        finally:
            for one in tenant.client.people.values():
                wire.send("DELETE", f"/Users/{one}")
            if name in tenant.client.groups:
                wire.send("DELETE", f"/Groups/{tenant.client.groups[name]}")


def pages(asked: Sequence[str], kind: Kind) -> list[tuple[str, str]]:
    """Give the pages that an import of so many requests must have read."""
    has_groups = kind is not Kind.CUSTOM
    users = sum(" /scim/v2/Users?" in line for line in asked)
    groups = len(asked) - users if has_groups else 0
    return [("GET", f"/Users?startIndex={1 + 100 * page}&count=100") for page in range(users)] + [
        ("GET", f"/Groups?startIndex={1 + 100 * page}&count=100") for page in range(groups)
    ]
