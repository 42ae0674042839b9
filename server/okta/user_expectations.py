"""What Okta expects of users: that what it sent is there, once, under the same id.

Belongs here: pure checks of written users against what was sent. Must not know: which requests a simulation makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

import orjson

from server.okta.expectations import called, is_refusal, reported
from server.okta.rules import Rule, finding
from server.okta.speech import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.okta.rules import Finding
    from server.okta.scenario import Step

_NOT_COMPARED: Final = frozenset({"schemas", "id", "meta", "groups", "password", "name.formatted"})
"""Read-only, never returned, or put together by the server (OKTA.md 1.5)."""


def check_user_write(step: Step) -> list[Finding]:
    """Check a POST, PUT or PATCH of a user whose answer has a body: is what was sent in it (OKTA.md 1.4 to 1.6)."""
    user = step.answer.document()
    if not step.verdict.ok or not user:
        return []
    findings = list(_differences(step, _sent(step), user))
    former_id = unquote(urlsplit(step.target.lstrip("/")).path.partition("/")[2])
    if former_id and user.get("id") not in (None, former_id):
        findings.append(finding(Rule.ID_CHANGED, step.request_line, former=former_id, found=user["id"]))
    return findings


def check_user_read(step: Step, sent: Mapping[str, Any]) -> list[Finding]:
    """Check a GET of a user, or a look-up, against the body that was last sent for them (``{"active": False}`` too)."""
    user = step.answer.first() or step.answer.document()
    if not step.verdict.ok or "id" not in user:
        return []
    return list(_differences(step, sent, user))


def check_created_twice(first: Step, second: Step) -> list[Finding]:
    """Check the same POST /Users sent twice: the second is refused with 409 or gives the first (OKTA.md A35)."""
    if not (first.verdict.ok and second.verdict.ok):
        return []
    users = first.answer.document(), second.answer.document()
    if users[0].get("id") == users[1].get("id"):
        return []
    return [finding(Rule.CREATED_TWICE, second.request_line, asked=called(users[1]))]


def check_reassigned(step: Step, former_id: str) -> list[Finding]:
    """Check that a reactivated person has their former id: the look-up, read or write of it (plan C9293)."""
    user = step.answer.first() or step.answer.document()
    if not step.verdict.ok or user.get("id") in (None, former_id):
        return []
    return [finding(Rule.ID_CHANGED, step.request_line, former=former_id, found=user["id"])]


def check_deactivated_read(step: Step) -> list[Finding]:
    """Check a GET of a deactivated user by id (OKTA.md A22)."""
    if is_refusal(step):
        return [finding(Rule.DEACTIVATED_NOT_FOUND, step.request_line, reported=reported(step))]
    return check_user_read(step, {"active": False})


def _sent(step: Step) -> dict[str, Any]:
    """Give the attributes that a write means to set, those of a PATCH too."""
    body = step.sent()
    if step.method != "PATCH":
        return body
    sent: dict[str, Any] = {}
    for operation in body.get("Operations", []):
        value = operation.get("value")
        if "path" in operation:
            sent[operation["path"]] = value
        elif isinstance(value, dict):
            sent.update(value)
    return sent


def _differences(step: Step, sent: Mapping[str, Any], user: Mapping[str, Any]) -> Iterator[Finding]:
    for name, value, found in _pairs("", sent, user):
        rule = _broken(name, value, found)
        if rule is not None:
            shown = orjson.dumps(found).decode() if rule is Rule.ACTIVE_NOT_BOOLEAN else _shown(found)
            facts = {
                "name": named(step.answer.version, name),
                "sent": _shown(value),
                "found": shown,
                "asked": called(user),
            }
            yield finding(rule, step.request_line, **facts)
    served, changed = user.get("name"), sent.get("name")
    if isinstance(served, Mapping) and isinstance(changed, Mapping) and isinstance(served.get("formatted"), str):
        parts = [changed[part] for part in ("givenName", "familyName") if changed.get(part)]
        if any(part not in served["formatted"] for part in parts):
            facts = {"sent": " ".join(parts), "found": served["formatted"]}
            yield finding(Rule.FORMATTED_STALE, step.request_line, **facts)


def _pairs(prefix: str, sent: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Give each attribute that was sent with its value and the one that came back, complex ones by their parts."""
    lowered = {name.lower(): value for name, value in found.items()}
    for name, value in sent.items():
        path = f"{prefix}{name}"
        other = lowered.get(name.lower())
        if path in _NOT_COMPARED or value is None:
            continue
        if isinstance(value, Mapping):
            separator = ":" if name.lower().startswith("urn:") else "."
            yield from _pairs(f"{path}{separator}", value, other if isinstance(other, Mapping) else {})
        else:
            yield path, value, other


def _broken(name: str, sent: Any, found: Any) -> Rule | None:
    if name == "active":
        return _broken_activity(sent, found)
    if sent in ("", []):
        return None if found in (None, "", []) else Rule.EMPTIED_ATTRIBUTE_REMAINS
    if name == "emails" and found is not None and not _is_array(found):
        return Rule.EMAILS_NOT_AN_ARRAY
    if _holds(found, sent):
        return None
    if name == "externalId":
        return Rule.EXTERNAL_ID_LOST
    if found in (None, "", []):
        return Rule.ATTRIBUTE_LOST
    if isinstance(sent, str) and isinstance(found, str):
        if name == "userName" and sent.casefold() == found.casefold():
            return Rule.USER_NAME_REWRITTEN
        if name == "locale" and _folded_locale(sent) == _folded_locale(found):
            return Rule.LOCALE_REWRITTEN
    return Rule.UPDATE_NOT_APPLIED


def _broken_activity(sent: Any, found: Any) -> Rule | None:
    if found is None:
        return Rule.ACTIVE_MISSING
    if str(found).lower() != str(sent).lower():
        return Rule.REACTIVATION_NOT_APPLIED if sent is True else Rule.DEACTIVATION_NOT_APPLIED
    return None if isinstance(found, bool) else Rule.ACTIVE_NOT_BOOLEAN


def _is_array(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(one, Mapping) for one in found)


def _holds(found: Any, sent: Any) -> bool:
    """Tell whether a value came back; a server may add to it, and may wrap a manager's id (OKTA.md C9)."""
    if isinstance(sent, list):
        return isinstance(found, list) and all(any(_holds(other, one) for other in found) for one in sent)
    if isinstance(sent, Mapping) and sent.get("value"):
        return isinstance(found, Mapping) and bool(found.get("value") == sent["value"])
    if isinstance(sent, Mapping):
        return isinstance(found, Mapping) and all(
            _holds(found.get(name), value) for name, value in sent.items() if value is not None
        )
    if isinstance(found, Mapping):
        return bool(found.get("value") == sent)
    return bool(found == sent)


def _folded_locale(locale: str) -> str:
    return locale.replace("_", "-").casefold()


def _shown(value: Any) -> str:
    match value:
        case None | "" | []:
            return "nothing"
        case bool():
            return str(value).lower()
        case str():
            return value
    return orjson.dumps(value).decode()
