"""Tenants of Okta's with a few people and groups in them, connected to a server that a test has started."""

from __future__ import annotations

import json
import secrets
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote

from server.okta.app import AppSettings
from server.okta.dialogues import OktaClient
from server.okta.person import USER_URN, okta_id
from server.okta.tenant import AppUser, OktaGroup, OktaPerson, OktaTenant, Provisioning
from tests.okta.stand_in import standing_in

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from server.okta.scenario import Step
    from tests.okta.stand_in import Reply, StandIn

Found = TypeVar("Found")

ADA = OktaPerson("00uAAAAAAAAAAAAAAAAA", "ada@okta.local", "Ada", "Byron", "ada@okta.local", {"title": "Countess"})
BOB = OktaPerson("00uBBBBBBBBBBBBBBBBB", "bob@okta.local", "Bob", "Stone", "bob@okta.local")
CLEO = OktaPerson("00uCCCCCCCCCCCCCCCCC", "cleo@okta.local", "Cleo", "March", "cleo@okta.local")
CREW = (ADA, BOB, CLEO)
SALES = OktaGroup("Sales", (ADA.okta_id, BOB.okta_id))


def played(action: Generator[Step, None, Found]) -> tuple[list[Step], Found]:
    """Play an action to its end."""
    steps = []
    while True:
        try:
            steps.append(next(action))
        except StopIteration as end:
            return steps, end.value


def ended(action: Generator[Step, None, Found]) -> Found:
    """Play an action to its end, which is all that is wanted."""
    return played(action)[1]


@contextmanager
def tenant_of(
    base_url: str,
    token: str = "secret",
    *,
    people: Iterable[OktaPerson] = CREW,
    groups: Iterable[OktaGroup] = (SALES,),
    timeout: float = 60,
    pace: Callable[[float], None] | None = None,
    **settings: Any,
) -> Iterator[OktaTenant]:
    """Connect a tenant; ``settings`` are those of its app."""
    with OktaClient(base_url, token, timeout=timeout, pace=pace) as client:
        yield OktaTenant(client, AppSettings(**settings), people, groups)


@contextmanager
def answered(*replies: Reply, **more: Any) -> Iterator[tuple[OktaTenant, StandIn]]:
    """Connect a tenant to a server that answers as told; ``more`` as `tenant_of`."""
    with standing_in(*replies) as stand_in, tenant_of(stand_in.base_url, **more) as tenant:
        yield tenant, stand_in


def let_in(tenant: OktaTenant, *people: OktaPerson) -> None:
    """Let a tenant remember that people are provisioned: Ada as ``u-ada``."""
    for person in people:
        server_id = id_of(person)
        tenant.client.people[person.okta_id] = server_id
        tenant.app_users[person.okta_id] = AppUser(
            person.okta_id, Provisioning.PROVISIONED, server_id, user_name=person.login
        )


def id_of(person: OktaPerson) -> str:
    """The server's id of a person: ``u-ada``."""
    return f"u-{person.login.partition('@')[0]}"


def served(person: OktaPerson, **more: Any) -> dict[str, Any]:
    """A person as a server shows them."""
    return {
        "schemas": [USER_URN],
        "id": id_of(person),
        "userName": person.login,
        "name": {"givenName": person.first_name, "familyName": person.last_name, "formatted": person.name},
        "emails": [{"value": person.email, "type": "work", "primary": True}],
        "active": True,
        "meta": {"resourceType": "User"},
        **more,
    }


def served_group(name: str = "Sales", *members: OktaPerson, **more: Any) -> dict[str, Any]:
    """A group as a server shows it, by the id ``g1``."""
    listed = [{"value": id_of(one), "display": one.login} for one in members]
    return {"id": "g1", "displayName": name, "members": listed, **more}


def lines(stand_in: StandIn) -> list[str]:
    """What the server was asked, decoded and without its base path."""
    return [unquote(one).replace(" /scim/v2", " ", 1) for one in stand_in.lines]


def sent(stand_in: StandIn, index: int = -1) -> Any:
    """The body of one request."""
    return json.loads(stand_in.received[index].body)


def unique_crew() -> list[OktaPerson]:
    """The three with names that nobody has had on an endpoint before."""
    unique = secrets.token_hex(5)
    return [
        replace(one, okta_id=okta_id(), login=f"{unique}.{one.login}", email=f"{unique}.{one.email}") for one in CREW
    ]
