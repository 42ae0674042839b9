"""What Okta expects of groups: that the members and the name it pushed are there, and stay.

Belongs here: pure checks of written and read groups. Must not know: which requests a simulation makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from server.okta.expectations import called, is_refusal, reported
from server.okta.rules import Rule, finding

if TYPE_CHECKING:
    from collections.abc import Collection

    from server.okta.rules import Finding
    from server.okta.scenario import Step


class Change(StrEnum):
    """What happened before a group is read; it decides which rule a wrong membership breaks."""

    CREATED = "created"
    """The group was created with members, as a custom app does (OKTA.md A12)."""
    MEMBERS = "members"
    """Members were pushed, added or removed."""
    RENAME = "rename"
    """Only the name was pushed (OKTA.md A7)."""
    USER_UPDATE = "user update"
    """A member's user was written, with ``groups: []`` in the body (OKTA.md A18)."""


_LOSSES: Final = {
    Change.CREATED: Rule.CREATED_WITHOUT_MEMBERS,
    Change.RENAME: Rule.RENAME_EMPTIED,
    Change.USER_UPDATE: Rule.MEMBERSHIPS_CLEARED,
}


def check_group_read(
    step: Step, *, name: str, members: Collection[str], change: Change = Change.MEMBERS
) -> list[Finding]:
    """Check ``GET /Groups/{id}`` against the name and the members' ids that it must have now (OKTA.md 1.10, 1.11).

    Where something else than its members was changed, ``members`` are those that were read before.
    """
    group = step.answer.document()
    if not step.verdict.ok:
        return []
    findings = []
    if group.get("displayName") != name:
        found = group.get("displayName") or "nothing"
        findings.append(finding(Rule.RENAME_NOT_APPLIED, step.request_line, sent=name, found=found))
    listed = {member.get("value") for member in members_of(group)}
    wanted = set(members)
    lost = len(wanted - listed)
    if wanted and group.get("members") is None and change in (Change.CREATED, Change.MEMBERS):
        rule = Rule.GROUP_WITHOUT_MEMBERS
    elif lost and change in _LOSSES:
        rule = _LOSSES[change]
    elif wanted != listed and change is Change.MEMBERS:
        rule = Rule.MEMBERS_NOT_APPLIED
    else:
        return findings
    shown = f"{len(listed)} others" if len(listed) == len(wanted) else len(listed)
    findings.append(finding(rule, step.request_line, count=lost, sent=len(wanted), found=shown))
    return findings


def check_group_write(step: Step) -> list[Finding]:
    """Check a POST, PUT or PATCH of a group by its answer: members of a POST kept, displays kept, [] not refused."""
    sent = _sent_members(step)
    if sent == [] and is_refusal(step):
        return [finding(Rule.EMPTY_MEMBERS_REFUSED, step.request_line, reported=reported(step))]
    group = step.answer.document()
    # OKTA.md 1.11: members may be left out of this answer.
    if not sent or not step.verdict.ok or not isinstance(group.get("members"), list):
        return []
    listed = {member.get("value"): member for member in members_of(group)}
    findings = []
    if step.method == "POST" and not all(member.get("value") in listed for member in sent):
        facts = {"sent": len(sent), "found": len(listed)}
        findings.append(finding(Rule.CREATED_WITHOUT_MEMBERS, step.request_line, **facts))
    shown = [member for member in sent if member.get("display") and member.get("value") in listed]
    if any(not listed[member["value"]].get("display") for member in shown):
        findings.append(finding(Rule.MEMBER_DISPLAY_LOST, step.request_line))
    return findings


def check_unknown_member(step: Step) -> list[Finding]:
    """Check the answer to a write that names a member whom the server does not know (OKTA.md A13)."""
    if not is_refusal(step):
        return []
    return [finding(Rule.UNKNOWN_MEMBER_REFUSED, step.request_line, reported=reported(step))]


def check_repeated_change(step: Step) -> list[Finding]:
    """Check the answer to adding a member twice, or removing a non-member (OKTA.md 1.11)."""
    if not is_refusal(step):
        return []
    return [finding(Rule.REPEATED_CHANGE_REFUSED, step.request_line, reported=reported(step))]


def check_group_created_twice(first: Step, second: Step) -> list[Finding]:
    """Check a POST /Groups with a name that exists (OKTA.md A51)."""
    groups = first.answer.document(), second.answer.document()
    if not (first.verdict.ok and second.verdict.ok) or groups[0].get("id") == groups[1].get("id"):
        return []
    return [finding(Rule.GROUP_CREATED_TWICE, second.request_line, asked=called(groups[1]))]


def check_deleted_group(step: Step) -> list[Finding]:
    """Check a GET or a look-up of a group after its DELETE (OKTA.md 1.11)."""
    looked_up = "filter=" in step.target
    remains = step.answer.resources() if looked_up else step.answer.document()
    if not 200 <= step.status < 300 or not remains:
        return []
    return [finding(Rule.DELETED_GROUP_REMAINS, step.request_line)]


def members_of(group: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give the members that a group was read with; what has no id for a value is none."""
    members = group.get("members")
    listed = [member for member in members if isinstance(member, Mapping)] if isinstance(members, list) else []
    return [member for member in listed if isinstance(member.get("value"), str)]


def _sent_members(step: Step) -> list[dict[str, Any]] | None:
    """Give the members that a write brings, None where it brings no membership."""
    body = step.sent()
    if step.method != "PATCH":
        members = body.get("members")
        return list(members) if isinstance(members, list) else None
    for operation in body.get("Operations", []):
        value = operation.get("value")
        if operation.get("path") == "members" and isinstance(value, list):
            return value
        if isinstance(value, dict) and isinstance(value.get("members"), list):
            return list(value["members"])
    return None
