"""What either side of the stage shows, read from the tenant and from the sandbox's workspace.

Belongs here: rows and their words. Must not know: widgets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from desktop.sandbox.side_rows import SideRow, initials
from desktop.sandbox.words import members, tr
from server.okta.tenant import Provisioning, Status

if TYPE_CHECKING:
    from server.okta.tenant import OktaGroup, OktaPerson, OktaTenant
    from server.records import GroupRow, PersonRow
    from server.workspace import Workspace

MOST: Final = 300
"""Rows of Perch's side; the newest changes are among them."""
GROUP: Final = "users-three"


@dataclass(frozen=True, slots=True)
class Side:
    """Both lists of one side, and how many there are in all."""

    people: tuple[SideRow, ...] = ()
    groups: tuple[SideRow, ...] = ()
    people_total: int = 0
    groups_total: int = 0


def changed(before: tuple[SideRow, ...], after: tuple[SideRow, ...]) -> list[str]:
    """Give the keys of rows that are new or another than before; none where there was nothing."""
    if not before:
        return []
    known = {row.key: row for row in before}
    return [row.key for row in after if known.get(row.key) != row]


def okta_side(tenant: OktaTenant) -> Side:
    """Read Okta's side: who is assigned first, then everybody else by name."""
    people = sorted(tenant.people.values(), key=lambda one: (one.okta_id not in tenant.app_users, _name(one)))
    groups = sorted(tenant.groups.values(), key=lambda one: (one.name not in tenant.pushed, one.name))
    return Side(
        tuple(_okta_person(tenant, one) for one in people),
        tuple(_okta_group(tenant, one) for one in groups),
        len(people),
        len(groups),
    )


def perch_side(workspace: Workspace) -> Side:
    """Read Perch's side: what changed last comes first. Raises StoreUnavailable."""
    people = workspace.people(limit=MOST, sort="modified", descending=True)
    groups = workspace.groups(limit=MOST, sort="modified", descending=True)
    return Side(
        tuple(_perch_person(one) for one in people),
        tuple(_perch_group(one) for one in groups),
        workspace.count_people(),
        workspace.count_groups(),
    )


def pill_of(provisioning: Provisioning) -> tuple[str, str]:
    """Give word and tone for how somebody or a group is provisioned."""
    return {
        Provisioning.NOT_PROVISIONED: (tr("Not provisioned"), "warn"),
        Provisioning.PROVISIONED: (tr("Provisioned"), "ok"),
        Provisioning.DEACTIVATED: (tr("Deactivated"), "neutral"),
        Provisioning.FAILED: (tr("Error"), "err"),
    }[provisioning]


def _name(person: OktaPerson) -> str:
    return f"{person.first_name} {person.last_name}"


def _okta_person(tenant: OktaTenant, person: OktaPerson) -> SideRow:
    user = tenant.app_users.get(person.okta_id)
    pill, tone = pill_of(user.provisioning) if user is not None else ("", "neutral")
    if person.status is not Status.ACTIVE:
        pill, tone = _status(person.status) if user is None else (pill, tone)
    name = _name(person)
    work = [str(person.attributes[one]) for one in ("title", "department") if person.attributes.get(one)]
    return SideRow(
        person.okta_id,
        name,
        " · ".join(work) or person.login,
        initials(name),
        pill,
        tone,
        user.error if user is not None else "",
        is_dim=person.status is not Status.ACTIVE,
    )


def _status(status: Status) -> tuple[str, str]:
    return {
        Status.STAGED: (tr("Staged"), "neutral"),
        Status.SUSPENDED: (tr("Suspended"), "warn"),
        Status.DEACTIVATED: (tr("Deactivated"), "neutral"),
        Status.ACTIVE: ("", "neutral"),
    }[status]


def _okta_group(tenant: OktaTenant, group: OktaGroup) -> SideRow:
    pushed = tenant.pushed.get(group.name)
    pill, tone = pill_of(pushed.provisioning) if pushed is not None else ("", "neutral")
    if pushed is not None and pushed.provisioning is Provisioning.PROVISIONED:
        pill = tr("Pushed")
    detail = members(len(group.members))
    return SideRow(group.name, group.name, detail, GROUP, pill, tone, pushed.error if pushed is not None else "")


def _perch_person(person: PersonRow) -> SideRow:
    pill, tone = (tr("Active"), "ok") if person.active else (tr("Deactivated"), "neutral")
    work = " · ".join(filter(None, (person.title, person.department)))
    return SideRow(
        person.id,
        person.display_name,
        work or person.user_name,
        initials(person.display_name),
        pill,
        tone,
        is_dim=not person.active,
    )


def _perch_group(group: GroupRow) -> SideRow:
    detail = members(group.member_count)
    return SideRow(group.id, group.display_name, detail, GROUP)
