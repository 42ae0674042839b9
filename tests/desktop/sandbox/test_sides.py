from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.sandbox.side_rows import SideRow
from desktop.sandbox.sides import changed, okta_side, perch_side
from server.okta.tenant import AppUser, Provisioning, PushedGroup, Status

if TYPE_CHECKING:
    from desktop.desk import Desk
    from server.okta.tenant import OktaTenant


def test_who_is_assigned_comes_first_with_what_okta_shows(tenant: OktaTenant) -> None:
    last = okta_side(tenant).people[-1].key
    tenant.app_users[last] = AppUser(last, Provisioning.FAILED, "", "Conflict. Errors reported by remote server: taken")
    first = okta_side(tenant).people[0]
    assert (first.key, first.pill, first.tone) == (last, "Error", "err")
    assert first.error.startswith("Conflict")
    tenant.app_users[last] = AppUser(last, Provisioning.PROVISIONED, "01a", "")
    assert (okta_side(tenant).people[0].pill, okta_side(tenant).people[0].tone) == ("Provisioned", "ok")


def test_who_is_not_active_in_okta_is_dim_and_says_why(tenant: OktaTenant) -> None:
    key = next(iter(tenant.people))
    tenant.people[key] = replace(tenant.people[key], status=Status.SUSPENDED)
    row = next(one for one in okta_side(tenant).people if one.key == key)
    assert (row.pill, row.is_dim) == ("Suspended", True)


def test_a_pushed_group_says_so_with_its_members(tenant: OktaTenant) -> None:
    name, group = next(iter(tenant.groups.items()))
    tenant.pushed[name] = PushedGroup(name, Provisioning.PROVISIONED, "01b", "")
    row = okta_side(tenant).groups[0]
    assert (row.title, row.pill, row.detail) == (name, "Pushed", f"{len(group.members)} members")


def test_perchs_side_has_what_changed_last_on_top(desk: Desk) -> None:
    for name in ("ada", "grace"):
        body = {"userName": f"{name}@acme.example", "name": {"givenName": name, "familyName": "X"}}
        desk.workspace.create("User", {**body, "emails": [{"value": f"{name}@acme.example"}]})
    desk.workspace.create("Group", {"displayName": "Engineering"})
    desk.workspace.set_active("ada@acme.example", active=False)
    side = perch_side(desk.workspace)
    assert [(one.title, one.pill, one.is_dim) for one in side.people] == [
        ("ada X", "Deactivated", True),
        ("grace X", "Active", False),
    ]
    assert (side.people_total, side.groups_total) == (2, 1)
    assert side.groups[0].title == "Engineering"


def test_only_what_is_new_or_another_than_before_has_changed() -> None:
    ada, grace = SideRow("1", "Ada", "", "A"), SideRow("2", "Grace", "", "G")
    assert changed((ada,), (ada, grace)) == ["2"]
    assert changed((ada, grace), (grace, replace(ada, pill="Deactivated"))) == ["1"]
    assert changed((), (ada, grace)) == []
