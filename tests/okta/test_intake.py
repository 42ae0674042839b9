"""What an import makes of a tenant: who is new, who has changed, who is gone, and what an admin confirms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from server.okta.app import ENTERPRISE_URN
from server.okta.dialogues import Kind
from server.okta.tenant import ImportResult, Likeness, OktaPerson, OktaTenant
from tests.okta.stand_in import Reply, listing
from tests.okta.tenants import (
    ADA,
    BOB,
    CLEO,
    CREW,
    answered,
    ended,
    let_in,
    lines,
    played,
    served,
    tenant_of,
    unique_crew,
)

if TYPE_CHECKING:
    from tests.okta.replay import Endpoint

NO_GROUPS: dict[str, Any] = {"import_groups": False}
ZOE = OktaPerson("", "zoe@home.example", "Zoe", "New", "zoe@home.example")
TEN = [
    OktaPerson(f"00u{number}", f"p{number}@okta.local", "P", f"No{number}", f"p{number}@okta.local")
    for number in range(10)
]


def result(tenant: OktaTenant) -> ImportResult:
    """Import, and give what Okta's dialog tells."""
    outcome = ended(tenant.import_now())
    assert outcome.ok, outcome.sentence
    assert outcome.sentence == outcome.found.sentence == tenant.system_log[-1]
    found: ImportResult = outcome.found
    return found


def counted(found: ImportResult) -> tuple[int, int, int, int, int]:
    return found.scanned, found.new, found.updated, found.unchanged, found.removed


def test_each_person_of_the_server_is_exactly_like_somebody_or_by_name_or_new() -> None:
    by_name = served(BOB, id="u7", userName="bstone", emails=[{"value": "bstone@home.example"}])
    rows = (served(ADA, userName="ADA@okta.local"), by_name, served(ZOE))
    with answered(listing(*rows), **NO_GROUPS) as (tenant, _):
        found = result(tenant)

        assert [(match.kind, match.okta_id) for match in found.matches] == [
            (Likeness.EXACT, ADA.okta_id),
            (Likeness.PARTIAL, BOB.okta_id),
            (Likeness.NEW, None),
        ]
        assert found.sentence == (
            "3 users scanned! 3 new users imported 0 existing users updated 0 existing users unchanged "
            "0 users removed 0 groups scanned!"
        )
        assert tenant.app_users == {}, "an admin has to confirm them"


def test_who_is_confirmed_is_linked_or_made_and_nothing_is_sent() -> None:
    zoe = served(ZOE, **{"title": "Guest", ENTERPRISE_URN: {"department": "Sales", "manager": {"displayName": "Ada"}}})
    zoe["phoneNumbers"] = [{"type": "work", "value": "1"}, {"type": "mobile", "value": "2"}]
    with answered(listing(served(ADA), zoe), **NO_GROUPS) as (tenant, stand_in):
        tenant.confirm_import(result(tenant).matches)

        assert len(stand_in.lines) == 1
        assert tenant.app_users[ADA.okta_id].external_id == "u-ada"
        made = next(person for person in tenant.people.values() if person.login == ZOE.login)
        assert made.okta_id.startswith("00u")
        assert (made.name, made.email) == ("Zoe New", ZOE.email)
        assert made.attributes == {"title": "Guest", "department": "Sales", "manager": "Ada", "mobilePhone": "2"}
        assert tenant.client.people == {ADA.okta_id: "u-ada", made.okta_id: "u-zoe"}
        assert all(tenant.is_provisioned(one) for one in (ADA.okta_id, made.okta_id))


def test_who_is_known_has_changed_or_has_not() -> None:
    first = [served(one) for one in CREW]
    changed = [
        served(ADA, meta={"version": "2"}),
        served(BOB, title="Buyer", name={"givenName": "Bob", "familyName": "Rock"}),
        served(CLEO, emails=[{"value": "cleo@new.example"}], userName="cleopatra"),
    ]
    with answered(listing(*first), listing(*changed), **NO_GROUPS) as (tenant, _):
        let_in(tenant, *CREW)
        assert counted(result(tenant)) == (3, 0, 0, 3, 0)
        assert counted(result(tenant)) == (3, 0, 2, 1, 0)

        bob, cleo = tenant.people[BOB.okta_id], tenant.people[CLEO.okta_id]
        assert (bob.last_name, bob.attributes) == ("Rock", {"title": "Buyer"})
        assert (cleo.email, cleo.login) == ("cleo@new.example", CLEO.login)
        assert tenant.app_users[CLEO.okta_id].user_name == "cleopatra"


def test_what_okta_has_pushed_itself_is_no_news_even_where_the_server_does_not_keep_all_of_it() -> None:
    ada = replace(ADA, attributes={"title": "Countess", "manager": "Bob"})
    after = served(ada, title="Duchess")
    replies = (listing(served(ada, title="Countess")), Reply(200, served(ada)), Reply(200, after), listing(after))
    with answered(*replies, people=[ada], **NO_GROUPS) as (tenant, _):
        let_in(tenant, ada)
        result(tenant)
        ended(tenant.edit(ada.okta_id, title="Duchess"))
        assert counted(result(tenant)) == (1, 0, 0, 1, 0)
        assert tenant.people[ada.okta_id].attributes == {"title": "Duchess", "manager": "Bob"}


def test_who_is_not_there_any_more_is_unassigned() -> None:
    with answered(listing(served(ADA), served(BOB)), listing(served(ADA)), safeguard=50, **NO_GROUPS) as (tenant, _):
        let_in(tenant, ADA, BOB)
        result(tenant)
        assert counted(result(tenant)) == (1, 0, 0, 1, 1)
        assert list(tenant.app_users) == [ADA.okta_id]


def test_who_was_pushed_since_the_last_import_is_not_gone() -> None:
    with answered(listing(served(ADA)), listing(served(ADA)), safeguard=100, **NO_GROUPS) as (tenant, _):
        let_in(tenant, ADA)
        result(tenant)
        let_in(tenant, BOB)
        assert counted(result(tenant)) == (1, 0, 0, 1, 0)


@pytest.mark.parametrize(("left", "stops"), [(8, False), (7, True)])
def test_the_safeguard_lets_exactly_20_percent_go_and_not_one_more(left: int, stops: bool) -> None:
    with answered(listing(*map(served, TEN)), listing(*map(served, TEN[:left])), people=TEN, **NO_GROUPS) as (
        tenant,
        _,
    ):
        let_in(tenant, *TEN)
        result(tenant)
        found = result(tenant)

        assert found.safeguard_tripped is stops
        assert found.removed == (0 if stops else 2)
        assert len(tenant.app_users) == (10 if stops else 8)
        assert ("safeguard" in found.sentence) is stops


def test_whom_the_safeguard_kept_may_go_when_it_is_raised_and_a_change_is_told_once() -> None:
    rest = [served(TEN[0], title="Buyer"), *map(served, TEN[1:5])]
    with answered(listing(*map(served, TEN)), *[listing(*rest)] * 3, people=TEN, **NO_GROUPS) as (tenant, _):
        let_in(tenant, *TEN)
        result(tenant)
        assert counted(result(tenant)) == (5, 0, 1, 4, 0)
        assert counted(result(tenant)) == (5, 0, 0, 5, 0)

        tenant.settings = replace(tenant.settings, safeguard=50)
        assert counted(result(tenant)) == (5, 0, 0, 5, 5)


def test_inactive_people_are_scanned_out_and_so_gone() -> None:
    with answered(
        listing(served(ADA), served(BOB)), listing(served(ADA), served(BOB, active=False)), safeguard=50, **NO_GROUPS
    ) as (tenant, _):
        let_in(tenant, ADA, BOB)
        assert result(tenant).scanned == 2
        assert counted(result(tenant)) == (1, 0, 0, 1, 1)


def test_a_row_that_okta_can_make_nobody_of_is_scanned_and_no_more() -> None:
    broken = {"id": "u9", "userName": "nobody"}
    with answered(listing(broken, served(ADA, name=None)), **NO_GROUPS) as (tenant, _):
        let_in(tenant, ADA)
        assert counted(result(tenant)) == (2, 0, 0, 0, 0)


def test_whom_okta_cannot_read_any_more_is_not_gone() -> None:
    with answered(
        listing(served(BOB)), listing(served(BOB, emails=[])), listing(served(BOB)), safeguard=100, **NO_GROUPS
    ) as (tenant, _):
        let_in(tenant, BOB)
        result(tenant)
        assert counted(result(tenant)) == (1, 0, 0, 0, 0)
        assert tenant.is_provisioned(BOB.okta_id)
        assert counted(result(tenant)) == (1, 0, 0, 1, 0)


def test_several_pages_are_one_import_and_the_groups_are_counted() -> None:
    people = [served(replace(ZOE, login=f"p{number}@x")) for number in range(150)]
    replies = (listing(*people[:100], total=150), listing(*people[100:], total=150, start=101))
    groups = listing({"id": "g1", "displayName": "Sales"}, {"id": "g2"}, {"id": "g3", "displayName": ["odd"]})
    with answered(*replies, groups) as (tenant, _):
        found = result(tenant)

        assert (found.scanned, found.groups) == (150, 3)
        assert tenant.client.groups == {"Sales": "g1"}


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({}, ["/Users", "/Groups"]),
        ({"import_groups": False}, ["/Users"]),
        ({"import_users": False}, ["/Groups"]),
        ({"import_users": False, "import_groups": False}, []),
        ({"import_groups": False, "kind": Kind.AGENT}, ["/Users", "/Groups"]),
    ],
)
def test_only_what_is_on_is_imported_and_the_agent_always_reads_groups(
    settings: dict[str, Any], asked: list[str]
) -> None:
    with answered(*[listing()] * 2, **settings) as (tenant, stand_in):
        outcome = ended(tenant.import_now())

        assert [line.removeprefix("GET ").partition("?")[0] for line in lines(stand_in)] == asked
        assert outcome.ok
        assert ("Import Users is off" in outcome.sentence) is (not settings.get("import_users", True))


@pytest.mark.parametrize(
    "replies",
    [
        [Reply(500, {"detail": "broken"})],
        [listing(served(ADA), total=150), Reply(502, b"error code: 502")],
        [listing(served(ADA)), Reply(500, {"detail": "broken"})],
        [Reply(200, {"totalResults": "1", "startIndex": 1, "itemsPerPage": 1, "Resources": [served(ADA)]})],
    ],
    ids=["at once", "on the second page", "with the groups", "numbers as text"],
)
def test_an_import_that_okta_does_not_get_through_changes_nothing(replies: list[Reply]) -> None:
    with answered(*replies) as (tenant, _):
        let_in(tenant, BOB)
        before = replace(tenant.state(), system_log=())
        steps, outcome = played(tenant.import_now())

        assert not outcome.ok
        assert outcome.sentence.startswith("Import failed: ")
        assert outcome.refused == steps[-1]
        assert replace(tenant.state(), system_log=()) == before
        assert tenant.system_log == [outcome.sentence]


def people_like_mine(found: ImportResult, mine: list[str]) -> list[str]:
    return [str(match.row["userName"]) for match in found.matches if match.row["userName"] in mine]


@pytest.mark.parametrize("kind", Kind)
def test_an_import_from_perch_sees_what_was_done_there(kind: Kind, endpoint: Endpoint) -> None:
    crew = unique_crew()
    with tenant_of(endpoint.base_url, endpoint.token, people=crew, kind=kind, safeguard=100) as tenant:
        try:
            ada, bob, _ = crew
            ended(tenant.assign(ada.okta_id))
            ended(tenant.assign(bob.okta_id))
            first = result(tenant)
            assert people_like_mine(first, [one.login for one in crew]) == []

            perch = tenant.client.wire
            target = f"/Users/{tenant.client.people[ada.okta_id]}"
            body = b'{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":'
            assert perch.send("PATCH", target, body + b'"title","value":"Duchess"}]}').status == 200
            assert (
                perch.send("PATCH", f"/Users/{id_on(tenant, bob)}", body + b'"active","value":false}]}').status == 200
            )

            found = result(tenant)
            assert tenant.people[ada.okta_id].attributes["title"] == "Duchess"
            assert found.updated >= 1
            assert bob.okta_id not in tenant.app_users
        finally:
            for one in tenant.client.people.values():
                tenant.client.wire.send("DELETE", f"/Users/{one}")


def id_on(tenant: OktaTenant, person: OktaPerson) -> str:
    return tenant.client.people[person.okta_id]
