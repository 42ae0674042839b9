from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.sandbox.deeds import Deed, app_deeds, group_deeds, person_deeds
from server.okta.tenant import AppUser, Provisioning, PushedGroup, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.okta.tenant import OktaTenant


def open_to(deeds: Sequence[Deed]) -> list[str]:
    """Name the deeds that make sense now."""
    return [deed.name for deed in deeds if deed.is_open]


def somebody(tenant: OktaTenant) -> str:
    """Give the id of somebody active."""
    return next(one.okta_id for one in tenant.people.values() if one.status is Status.ACTIVE)


def test_who_is_not_assigned_can_be_and_that_comes_first(tenant: OktaTenant) -> None:
    deeds = person_deeds(tenant, somebody(tenant))
    assert deeds[0].name == "assign"
    assert "unassign" not in open_to(deeds)


def test_who_is_provisioned_can_be_edited_unassigned_and_deactivated(tenant: OktaTenant) -> None:
    key = somebody(tenant)
    tenant.app_users[key] = AppUser(key, Provisioning.PROVISIONED, "01a", "")
    assert {"edit", "unassign", "deactivate", "suspend", "password"} <= set(open_to(person_deeds(tenant, key)))
    assert "assign" not in open_to(person_deeds(tenant, key))


def test_an_error_can_be_retried(tenant: OktaTenant) -> None:
    key = somebody(tenant)
    tenant.app_users[key] = AppUser(key, Provisioning.FAILED, "", "Conflict.")
    assert person_deeds(tenant, key)[0].name == "retry"


def test_a_leaving_that_was_refused_is_retried_as_a_leaving(tenant: OktaTenant) -> None:
    key = somebody(tenant)
    tenant.people[key] = replace(tenant.people[key], status=Status.DEACTIVATED)
    tenant.app_users[key] = AppUser(key, Provisioning.FAILED, "01a", "Bad Gateway.", leaving=True)
    retry = next(deed for deed in person_deeds(tenant, key) if deed.name == "retry")
    assert retry.is_open
    unassign = next(deed for deed in person_deeds(tenant, key) if deed.name == "unassign")
    assert retry.play is unassign.play


def test_who_is_deactivated_in_okta_can_only_be_activated(tenant: OktaTenant) -> None:
    key = somebody(tenant)
    tenant.people[key] = replace(tenant.people[key], status=Status.DEACTIVATED)
    assert open_to(person_deeds(tenant, key)) == ["reactivate"]


def test_a_group_is_pushed_before_it_is_pushed_now_or_unlinked(tenant: OktaTenant) -> None:
    name = next(iter(tenant.groups))
    assert group_deeds(tenant, name)[0].name == "push"
    assert "unlink" not in open_to(group_deeds(tenant, name))
    tenant.pushed[name] = PushedGroup(name, Provisioning.PROVISIONED, "01b", "")
    assert group_deeds(tenant, name)[0].name == "push_now"
    assert {"unlink", "delete", "off"} <= set(open_to(group_deeds(tenant, name)))
    tenant.pushed[name] = PushedGroup(name, Provisioning.DEACTIVATED, "01b", "")
    assert "on" in open_to(group_deeds(tenant, name))


def test_each_deed_has_words_of_its_own(tenant: OktaTenant) -> None:
    person, group = person_deeds(tenant, somebody(tenant)), group_deeds(tenant, next(iter(tenant.groups)))
    for deeds in (app_deeds(), person, group):
        assert len({deed.text for deed in deeds}) == len({deed.name for deed in deeds}) == len(deeds)
