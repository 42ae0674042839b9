"""A change of the directory as the event that a consumer reads, over a webhook or from ``/changes``.

Belongs here: the types of events, their body, their ids. Must not know: how an event travels. Pure.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

import orjson

from server.redaction import names_secret

if TYPE_CHECKING:
    from server.records import ChangeRecord

Document = dict[str, Any]

TEST: Final = "webhook.test"
"""The type of an event that stands for no change."""

_ID: Final = re.compile(r"([0-9]{1,18})-[0-9a-f]{8}")


def event_id(change: ChangeRecord) -> str:
    """Give the id of a change's event: its number, and a trace of what it was.

    After a restore another change may have the same number; it has another id.
    """
    known = f"{change.at}\n{change.actor}\n{change.resource_id}\n{change.operation}\n{change.summary}"
    return f"{change.seq}-{hashlib.sha256(known.encode()).hexdigest()[:8]}"


def number_of(identity: str) -> int | None:
    """Give the number in an event's id; None for what is no such id."""
    match = _ID.fullmatch(identity)
    return int(match[1]) if match else None


def event_of(change: ChangeRecord) -> Document:
    """Give the event of a change, as README.md describes it; attributes that are named for secrets are left out."""
    before, after = _document(change.before), _document(change.after)
    added = (after or {}).pop("membersAdded", [])
    removed = (after or {}).pop("membersRemoved", [])
    if change.operation in ("replace", "modify") and before is None:
        # A group that a deleted person left: the audit has its members only.
        after = None
    event: Document = {
        "id": event_id(change),
        "sequence": change.seq,
        "type": _type(change, before, after, members_changed=bool(added or removed)),
        "at": change.at,
        "actor": change.actor,
        "summary": change.summary,
        "resource": {"type": change.resource_type, "id": change.resource_id},
        "before": before,
        "after": after,
    }
    if change.resource_type == "Group":
        event |= {"membersAdded": added, "membersRemoved": removed}
    return event


def test_event(at: str, actor: str) -> Document:
    """Give an event that stands for no change, to try a webhook with."""
    return {"id": f"test-{at}", "sequence": None, "type": TEST, "at": at, "actor": actor, "summary": "a test"}


def body_of(event: Document) -> bytes:
    """Give an event's bytes, which are what is signed."""
    return orjson.dumps(event)


def _type(change: ChangeRecord, before: Document | None, after: Document | None, *, members_changed: bool) -> str:
    kind = change.resource_type.lower()
    if change.operation == "create":
        return f"{kind}.created"
    if change.operation == "delete":
        return f"{kind}.deleted"
    if kind == "user":
        was, is_now = ((one or {}).get("active") is not False for one in (before, after))
        return "user.updated" if was == is_now else "user.reactivated" if is_now else "user.deactivated"
    return "group.members_changed" if members_changed and before == after else f"{kind}.updated"


def _document(text: str | None) -> Document | None:
    if text is None:
        return None
    document: Document = _without_secrets(orjson.loads(text))
    return document


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_secrets(one) for name, one in value.items() if not names_secret(name)}
    if isinstance(value, list):
        return [_without_secrets(one) for one in value]
    return value
