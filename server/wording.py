"""What a request meant, in words for the activity and the audit: "deactivated user Ada Lovelace".

The first word is a verb that ``okta.features`` understands; ids are left out wherever there is a name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.directory import MemberOutcome, Page, Stored
    from server.scim.schema import ResourceType

_ACTIVE = '"active":true'
_INACTIVE = '"active":false'
_PLURAL = {"User": "users", "Group": "groups"}


def change(resource_type: str, before: Stored, after: Stored, outcomes: Sequence[MemberOutcome]) -> str:
    """Say what became of a resource that was replaced or modified."""
    kind = resource_type.lower()
    if after is before:
        return f"left {kind} {after.label} unchanged"
    verb = "updated"
    if kind == "user":
        was, now = _is_active(before.document), _is_active(after.document)
        if was != now:
            verb = "reactivated" if now else "deactivated"
    renamed = f" (was {before.label})" if before.label != after.label else ""
    return f"{verb} {kind} {after.label}{renamed}{membership(outcomes)}"


def _is_active(document: str) -> bool:
    # The finished document is compact JSON; only an extension could hold the same words, and then parsing decides.
    if (_ACTIVE in document) != (_INACTIVE in document):
        return _ACTIVE in document
    return orjson.loads(document).get("active") is not False


def membership(outcomes: Sequence[MemberOutcome]) -> str:
    """Say how many members came and went: ``: 2 added, 1 removed``."""
    parts = [
        f"{number} {word}"
        for word, number in (
            ("added", sum(len(o.added) for o in outcomes)),
            ("removed", sum(len(o.removed) for o in outcomes)),
            ("not found", sum(len(o.unknown) for o in outcomes)),
        )
        if number
    ]
    return f": {', '.join(parts)}" if parts else ""


def unknown_member(member_id: str) -> str:
    """Name a member that was asked for and does not exist (OKTA.md A13)."""
    return f"members {member_id} (no such user or group)"


def listing(resource_types: Sequence[ResourceType], filter_text: str | None, start_index: int, page: Page) -> str:
    """Say what a query found."""
    kinds = "users and groups" if len(resource_types) > 1 else _PLURAL[resource_types[0].name]
    if filter_text:
        return f"looked for {kinds} with {filter_text}: {page.total} found"
    if not page.resources:
        return f"listed {kinds}: none of {page.total}"
    return f"listed {kinds} {start_index} to {start_index + len(page.resources) - 1} of {page.total}"
