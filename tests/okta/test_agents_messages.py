"""What the on-prem agent has on the wire in SCIM 1.1: the messages of OKTA.md 2.4, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from server.okta.app import AppSettings, AttributeMapping
from server.okta.dialogues import Kind, OktaClient
from server.okta.mapping import mapped
from server.okta.speech import CUSTOM_URN, Version
from server.okta.tenant import OktaGroup, OktaTenant
from server.okta.universal import OktaPerson, Status
from server.scim.version1 import CORE_URN, ENTERPRISE_URN
from tests.okta.stand_in import Received, Reply, StandIn, standing_in

if TYPE_CHECKING:
    from collections.abc import Generator

    from server.okta.scenario import Step

MESSAGE = {
    "schemas": ["urn:scim:schemas:core:1.0", "urn:okta:onprem_app:1.0:user:custom"],
    "userName": "myemail@example.com",
    "emails": [
        {"primary": True, "value": "myemail@example.com", "type": "primary"},
        {"primary": False, "value": "mypersonalemail@example.com", "type": "secondary"},
    ],
    "phoneNumbers": [{"value": "123-444-5555", "type": "mobile"}],
    "name": {"familyName": "LastName", "givenName": "FirstName"},
    "active": True,
    "password": "aaaaaaaa",
    "urn:okta:onprem_app:1.0:user:custom": {"isAdmin": False, "isOkta": False, "departmentName": "Testing User"},
}
"""Okta's own example of a new user."""

SERVED = {**{name: value for name, value in MESSAGE.items() if name != "password"}, "id": "101"}
GROUPS = [{"value": "1001", "display": "firstGroup"}]
LISTED = {"schemas": [CORE_URN], "totalResults": 0, "Resources": []}
FOUND_NOBODY = Reply(200, LISTED)
EXISTS = "GET /scim/v1/Users?filter=userName%20eq%20%22myemail%40example.com%22&startIndex=1&count=100"

SETTINGS = AppSettings(
    kind=Kind.AGENT,
    version=Version.ONE,
    mappings=(
        AttributeMapping("mobilePhone", 'phoneNumbers[type eq "mobile"].value'),
        *(AttributeMapping(name, f"{CUSTOM_URN}:{name}") for name in ("isAdmin", "isOkta", "departmentName")),
        AttributeMapping("manager", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value"),
    ),
)
ATTRIBUTES: dict[str, str | bool] = {
    "mobilePhone": "123-444-5555",
    "secondEmail": "mypersonalemail@example.com",
    "isAdmin": False,
    "isOkta": False,
    "departmentName": "Testing User",
}
PERSON = OktaPerson("00u1", "myemail@example.com", "FirstName", "LastName", "myemail@example.com", ATTRIBUTES)


def agent(stand_in: StandIn) -> OktaClient:
    client = OktaClient(
        f"{stand_in.base_url.removesuffix('v2')}v1/",
        "secret",
        kind=Kind.AGENT,
        version=Version.ONE,
        choose=lambda letters: letters[0],
    )
    client.people = {PERSON.okta_id: "101"}
    client.groups = {"firstGroup": "1001"}
    return client


def accepted(play: Generator[Step, None, Any]) -> list[Step]:
    steps = list(play)
    assert [step.verdict.sentence for step in steps if not step.verdict.ok] == []
    assert [note for step in steps for note in step.verdict.notes] == []
    return steps


def header(received: Received, name: str) -> str | None:
    return dict(received.headers).get(name)


def test_the_capabilities_are_asked_for_first() -> None:
    with (
        standing_in(Reply(404, {"Errors": [{"description": "not here", "code": 404}]}), FOUND_NOBODY) as stand_in,
        agent(stand_in) as client,
    ):
        accepted(client.test_connection())

        assert stand_in.lines == ["GET /scim/v1/ServiceProviderConfigs", "GET /scim/v1/Users?startIndex=1&count=2"]
        assert {header(one, "Accept") for one in stand_in.received} == {"application/json"}
        assert {header(one, "Content-Type") for one in stand_in.received} == {None}


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.STAGED])
def test_a_person_is_looked_up_and_created_pending_or_not(status: Status) -> None:
    person = OktaPerson(PERSON.okta_id, PERSON.login, "FirstName", "LastName", PERSON.email, ATTRIBUTES, status)
    with standing_in(FOUND_NOBODY, Reply(201, SERVED)) as stand_in, agent(stand_in) as client:
        steps = accepted(client.assign(mapped(person, SETTINGS)))

        assert stand_in.lines == [EXISTS, "POST /scim/v1/Users"]
        created = stand_in.received[1]
        assert created.document == {**MESSAGE, "active": status is Status.ACTIVE}
        assert header(created, "Accept") == "application/json"
        assert header(created, "Content-Type") == "application/json; charset=utf-8"
        assert header(created, "User-Agent") == "Okta SCIM Client 1.0.0"
        assert steps[1].request_body == created.body, "what is shown is what was sent"
        assert created.body.startswith(b'{"schemas":["urn:scim:schemas:core:1.0"'), "compact"


def test_a_manager_goes_by_the_name_that_1_1_has() -> None:
    person = OktaPerson("00u1", "ada", "Ada", "Lovelace", "ada@example.com", {"manager": "102"})
    with standing_in(FOUND_NOBODY, Reply(201, {**SERVED})) as stand_in, agent(stand_in) as client:
        accepted(client.assign(mapped(person, SETTINGS)))

        assert stand_in.received[1].document["schemas"] == [CORE_URN, ENTERPRISE_URN]
        assert stand_in.received[1].document[ENTERPRISE_URN] == {"manager": {"managerId": "102"}}


def test_an_import_reads_the_users_and_the_groups() -> None:
    with standing_in(FOUND_NOBODY, FOUND_NOBODY) as stand_in, agent(stand_in) as client:
        tenant = OktaTenant(client, SETTINGS, [PERSON], [OktaGroup("firstGroup", ())])
        accepted(tenant.import_now())

        assert stand_in.lines == [
            "GET /scim/v1/Users?startIndex=1&count=100",
            "GET /scim/v1/Groups?startIndex=1&count=100",
        ]


def test_an_incremental_import_asks_by_time() -> None:
    with standing_in(FOUND_NOBODY) as stand_in, agent(stand_in) as client:
        accepted(client.import_changes("2020-04-07T14:19:34Z"))

        assert unquote(stand_in.lines[0]) == (
            'GET /scim/v1/Users?filter=meta.lastModified gt "2020-04-07T14:19:34Z"&startIndex=1&count=100'
        )


@pytest.mark.parametrize("change", ["profile", "password", "deactivate", "reactivate"])
def test_every_change_is_a_put_of_the_whole_user_with_password_and_groups(change: str) -> None:
    served = {
        **SERVED,
        "active": change != "reactivate",
        "groups": GROUPS,
        ENTERPRISE_URN: {"manager": {"managerId": "9"}},
    }
    listed = {"schemas": [CORE_URN], "totalResults": 1, "Resources": [served]}
    found = [Reply(200, listed)] if change == "reactivate" else []
    person = mapped(PERSON, SETTINGS)
    with standing_in(*found, Reply(200, served), Reply(200, served)) as stand_in, agent(stand_in) as client:
        plays: dict[str, Generator[Step, None, Any]] = {
            "profile": client.update_profile(person),
            "password": client.sync_password(person, "verySecure"),
            "deactivate": client.deactivate(person),
            "reactivate": client.assign(person),
        }
        accepted(plays[change])

        assert stand_in.lines[-2:] == ["GET /scim/v1/Users/101", "PUT /scim/v1/Users/101"]
        assert stand_in.received[-1].document == {
            **served,
            "active": change != "deactivate",
            "password": "verySecure" if change == "password" else "aaaaaaaa",
        }
        assert header(stand_in.received[-1], "Content-Type") == "application/json; charset=utf-8"


def test_groups_are_posted_put_and_deleted() -> None:
    group = {"schemas": [CORE_URN], "id": "1002", "displayName": "second", "members": []}
    person = mapped(PERSON, SETTINGS)
    replies = (FOUND_NOBODY, Reply(201, group), Reply(200, group), Reply(200, group), Reply(204, b""))
    with standing_in(*replies) as stand_in, agent(stand_in) as client:
        accepted(client.push_group("second", [person]))
        accepted(client.delete_group("second"))

        assert stand_in.lines[1:] == [
            "POST /scim/v1/Groups",
            "GET /scim/v1/Groups/1002",
            "PUT /scim/v1/Groups/1002",
            "DELETE /scim/v1/Groups/1002",
        ]
        members = [{"value": "101", "display": "myemail@example.com"}]
        sent = {"schemas": [CORE_URN], "displayName": "second", "members": members}
        assert stand_in.received[1].document == sent
        assert stand_in.received[3].document == {**sent, "id": "1002"}


def test_the_description_of_an_error_is_what_the_admin_reads() -> None:
    taken = {"Errors": [{"description": "User already exists in the database.", "code": 409}], "detail": "another"}
    with standing_in(FOUND_NOBODY, Reply(409, taken)) as stand_in, agent(stand_in) as client:
        *_, refused = client.assign(mapped(PERSON, SETTINGS))

        assert not refused.verdict.ok
        assert "Errors reported by remote server: User already exists in the database." in refused.verdict.sentence
        assert refused.verdict.notes == ()
