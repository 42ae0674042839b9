"""A believable company in a workspace, always the same: for pictures of the window and for whoever measures it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import orjson

from server.okta.dialogues import OktaClient
from server.okta.person import Person
from server.records import Access

if TYPE_CHECKING:
    from server.workspace import IssuedToken, Workspace

GIVEN = (
    "Ada",
    "Grace",
    "Alan",
    "Edsger",
    "Barbara",
    "Donald",
    "Frances",
    "Katherine",
    "Radia",
    "Leslie",
    "Margaret",
    "Niklaus",
    "Hedy",
    "Tim",
    "Annie",
    "Ken",
    "Sophie",
    "Dennis",
    "Karen",
    "Guido",
    "Evelyn",
    "Bjarne",
    "Joan",
    "Linus",
)
FAMILY = (
    "Lovelace",
    "Hopper",
    "Turing",
    "Dijkstra",
    "Liskov",
    "Knuth",
    "Allen",
    "Johnson",
    "Perlman",
    "Lamport",
    "Hamilton",
    "Wirth",
    "Lamarr",
    "Berners-Lee",
    "Easley",
    "Thompson",
    "Wilson",
    "Ritchie",
    "Jones",
    "Boyd",
    "Stroustrup",
    "Clarke",
    "Torvalds",
)
WORK = (
    ("Engineering", ("Engineer", "Senior Engineer", "Principal Engineer", "Engineering Manager")),
    ("Sales", ("Account Executive", "Sales Engineer", "Director of Sales")),
    ("Workplace", ("Office Manager", "Workplace Lead")),
    ("Finance", ("Controller", "Analyst")),
    ("People", ("Recruiter", "People Partner")),
    ("Design", ("Designer", "Design Lead")),
)
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def person(number: int, chance: random.Random) -> Person:
    """Make one of the company's people."""
    given, family = chance.choice(GIVEN), chance.choice(FAMILY)
    department, titles = chance.choice(WORK)
    name = f"{given}.{family}{number}@acme.example".lower()
    return Person(
        name,
        given,
        family,
        name,
        okta_id=f"00u{number:017d}",
        mapped={
            "displayName": f"{given} {family}",
            "title": chance.choice(titles),
            "active": chance.random() > 0.08,
            ENTERPRISE: {
                "department": department,
                "employeeNumber": str(1_000 + number),
                "organization": "Acme",
                "costCenter": f"CC-{100 + number % 7}",
            },
        },
    )


def body(one: Person) -> dict[str, Any]:
    """Give a person as a resource."""
    return {"schemas": one.schemas(), **one.profile()}


def settle(workspace: Workspace, people: int = 240) -> None:
    """Fill a workspace: people from Okta, some made here, groups, tokens of every kind."""
    chance = random.Random(7)
    made = [workspace.create("User", body(person(number, chance))).resource_id for number in range(people)]
    for number in range(3):
        here = person(people + number, chance)
        document = {name: value for name, value in body(here).items() if name != "externalId"}
        made.append(workspace.create("User", document).resource_id)
    for name, share in (("Everyone", 1.0), ("Engineering", 0.4), ("London office", 0.2), ("Design", 0.1)):
        members = [{"value": one} for one in made if chance.random() < share]
        workspace.create("Group", {"displayName": name, "externalId": f"00g-{name}", "members": members})
    workspace.create("Group", {"displayName": "Visitors"})
    custody = workspace.custody
    custody.issue("Okta preview", expires="6d")
    custody.issue("Audit export", access=Access.READ_ONLY)
    custody.rotate(custody.issue("Okta EU").token.id)
    custody.revoke(custody.issue("Sales sandbox", test=True).token.id)


def play(base_url: str, token: IssuedToken) -> None:
    """Let Okta come by: a test, new people, an update, a conflict, a deactivation, a pushed group, a wrong token."""
    chance = random.Random(11)
    ada, grace, alan = (person(900 + number, chance) for number in range(3))
    with OktaClient(base_url, token.secret) as okta:
        for played in (
            okta.test_connection(),
            okta.assign(ada),
            okta.assign(grace),
            okta.assign(alan),
            okta.update_profile(ada),
            okta.push_group("Field team", [ada, grace]),
            okta.change_members("Field team", [alan], []),
            okta.deactivate(grace),
            okta.import_users(),
        ):
            for _ in played:
                pass
        twin = dict(body(ada))
        twin["userName"] = ada.user_name.upper()
        okta.wire.send("POST", "/Users", orjson.dumps(twin))
    with OktaClient(base_url, "perch_live_" + "x" * 49) as stranger:
        stranger.wire.send("GET", "/Users?startIndex=1&count=2")
