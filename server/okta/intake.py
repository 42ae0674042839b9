"""What *Import Now* does in a tenant: the pages it reads, and what becomes of those it has read.

Belongs here: how an import changes people and assignments (OKTA.md 1.8, 1.9). Must not know: who matches whom
(`importing`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from server.okta.dialogues import Kind
from server.okta.importing import (
    ImportResult,
    KnownPeople,
    address_of,
    fingerprint,
    is_importable,
    names_of,
    tripped,
)
from server.okta.mapping import value_at
from server.okta.person import okta_id as new_okta_id
from server.okta.scenario import played
from server.okta.standing import AppUser, Provisioning
from server.okta.universal import OktaPerson

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from server.okta.importing import Match
    from server.okta.tenant import Action, OktaTenant


def import_now(tenant: OktaTenant) -> Action:
    """Read everybody, page by page, then the groups; found is an ImportResult."""
    settings, client = tenant.settings, tenant.client
    rows: Sequence[dict[str, Any]] = ()
    groups: Sequence[dict[str, Any]] = ()
    refused = None
    if settings.import_users:
        found, refused = yield from played(client.import_users())
        rows = found or ()
    # OKTA.md B8: the on-prem agent reads the groups with every import of users.
    if refused is None and (settings.import_groups or settings.kind is Kind.AGENT):
        found, refused = yield from played(client.import_groups())
        groups = found or ()
    if refused is not None:
        return tenant.failed(f"Import failed: {refused.verdict.sentence}", refused)
    if not settings.import_users:
        return tenant.ended(f"Import Users is off. {len(groups)} groups scanned!")
    result = _take_in(tenant, rows, len(groups))
    return tenant.ended(result.sentence, found=result)


def confirm_import(tenant: OktaTenant, matches: Iterable[Match]) -> None:
    """Link those who match somebody, make the new ones; nothing is sent."""
    for match in matches:
        server_id = str(match.row["id"])
        okta_id = match.okta_id or _make(tenant, match.row).okta_id
        tenant.client.people[okta_id] = server_id
        tenant.app_users[okta_id] = AppUser(
            okta_id, Provisioning.PROVISIONED, server_id, user_name=str(match.row.get("userName") or "")
        )


def _take_in(tenant: OktaTenant, rows: Sequence[dict[str, Any]], groups: int) -> ImportResult:
    known = {user.external_id: user.okta_id for user in tenant.app_users.values() if user.external_id}
    people = KnownPeople(tenant.people.values())
    updated = unchanged = 0
    matches = []
    seen: dict[str, str] = {}
    for row in rows:
        server_id = str(row.get("id"))
        # Whom Okta cannot read is not gone.
        seen[server_id] = fingerprint(row)
        if not is_importable(row):
            continue
        if server_id not in known:
            matches.append(people.match(row))
        elif tenant.imported.get(server_id, seen[server_id]) != seen[server_id] and _refresh(
            tenant, known[server_id], row
        ):
            updated += 1
        else:
            unchanged += 1
    assigned = [user for user in tenant.app_users.values() if user.provisioning is Provisioning.PROVISIONED]
    gone = [user for user in assigned if user.external_id in tenant.imported and user.external_id not in seen]
    stopped = tripped(len(gone), len(assigned), tenant.settings.safeguard)
    if not stopped:
        for user in gone:
            del tenant.app_users[user.okta_id]
    # Whom the safeguard kept may be gone still, the next time.
    tenant.imported = {**tenant.imported, **seen} if stopped else seen
    return ImportResult(
        scanned=len(rows),
        new=len(matches),
        updated=updated,
        unchanged=unchanged,
        removed=0 if stopped else len(gone),
        groups=groups,
        matches=tuple(matches),
        safeguard_tripped=stopped,
    )


def _refresh(tenant: OktaTenant, okta_id: str, row: Mapping[str, Any]) -> bool:
    """Take a changed profile over into Okta (*Import Profile Updates*); what Okta pushed itself changes nothing.

    What the server does not tell is kept: it may not have such an attribute.
    """
    person, user = tenant.people[okta_id], tenant.app_users[okta_id]
    first, last = names_of(row)
    attributes = {**person.attributes, **_attributes(tenant, row)}
    tenant.people[okta_id] = replace(
        person, first_name=first, last_name=last, email=address_of(row), attributes=attributes
    )
    tenant.app_users[okta_id] = replace(user, user_name=str(row["userName"]))
    return (tenant.people[okta_id], tenant.app_users[okta_id]) != (person, user)


def _make(tenant: OktaTenant, row: Mapping[str, Any]) -> OktaPerson:
    first, last = names_of(row)
    address = address_of(row)
    person = OktaPerson(new_okta_id(), str(row["userName"]), first, last, address, _attributes(tenant, row))
    tenant.people[person.okta_id] = person
    return person


def _attributes(tenant: OktaTenant, row: Mapping[str, Any]) -> dict[str, str | bool]:
    """Read the mappings the other way round."""
    found = {}
    for mapping in tenant.settings.mappings:
        value = value_at(row, mapping.scim)
        if isinstance(value, str | bool):
            found[mapping.okta] = value
    return found
