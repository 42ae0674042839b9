"""A person as an app of Okta's sends them: mapped attributes, merged into what the server returned.

Belongs here: bodies of users (OKTA.md 1.4, 1.5). Must not know: requests, answers.
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_OF_TYPE: Final = re.compile(r'\[type eq "([^"]*)"\]')

USER_URN: Final = "urn:ietf:params:scim:schemas:core:2.0:User"


def okta_id(choose: Callable[[str], str] = secrets.choice) -> str:
    """Make an id as Okta gives its users: ``00u`` and 17 letters or digits (OKTA.md 1.4)."""
    return "00u" + "".join(choose(string.ascii_letters + string.digits) for _ in range(17))


@dataclass(frozen=True, slots=True)
class Person:
    """A person in Okta who is assigned to the app: what the app's attribute mappings make of them."""

    user_name: str
    given_name: str
    family_name: str
    email: str
    okta_id: str = field(default_factory=okta_id)
    """``externalId`` on the wire."""
    mapped: Mapping[str, Any] = field(default_factory=dict)
    """Further mapped attributes in SCIM form; an extension's object under its URN."""
    looked_up: str = ""
    """What the look-up asks for where the unique identifier is not the userName (OKTA.md 1.4)."""
    email_type: str = "work"
    """``primary`` from the on-prem agent (OKTA.md B6)."""
    second_email: str = ""
    """Sent by the on-prem agent, as ``secondary``."""
    active: bool = True
    """False for a pending person of the on-prem agent (OKTA.md 2.4)."""
    is_linked: bool = True
    """False where the app tells neither Okta's id of the person nor groups that it does not know (OKTA.md 2.4)."""
    cleared: tuple[str, ...] = ()
    """Paths of mapped attributes that were emptied in Okta: an update leaves them out (OKTA.md 1.5)."""

    def profile(self) -> dict[str, Any]:
        """Give the mapped attributes in the order of the recorded bodies (OKTA.md 1.4)."""
        return {
            "userName": self.user_name,
            "name": {"givenName": self.given_name, "familyName": self.family_name},
            "emails": self._emails(),
            **self.mapped,
            **({"externalId": self.okta_id} if self.is_linked else {}),
        }

    def _emails(self) -> list[dict[str, Any]]:
        emails: list[dict[str, Any]] = [{"primary": True, "value": self.email, "type": self.email_type}]
        if self.second_email:
            emails.append({"primary": False, "value": self.second_email, "type": "secondary"})
        return emails

    def schemas(self) -> list[str]:
        """Name the core schema, and an extension only where one of its attributes is mapped (OKTA.md 1.4)."""
        return [USER_URN, *(name for name in self.mapped if name.startswith("urn:"))]


def merge(user: Mapping[str, Any], person: Person) -> dict[str, Any]:
    """Build the PUT of a profile: all that the server returned, the mapped attributes over it (OKTA.md 1.5).

    Sub-attributes that are not mapped come back as they were, so ``name.formatted`` is stale (OKTA.md A16).
    """
    merged = {**user, **person.profile(), "groups": [], "active": person.active}
    for name, value in person.profile().items():
        served = user.get(name)
        if isinstance(value, Mapping) and isinstance(served, Mapping):
            merged[name] = {**served, **value}
    for path in person.cleared:
        _leave_out(merged, path)
    served_schemas = user.get("schemas")
    if not isinstance(served_schemas, list):
        served_schemas = []
    merged["schemas"] = [*served_schemas, *(urn for urn in person.schemas() if urn not in served_schemas)]
    return merged


def _leave_out(document: dict[str, Any], path: str) -> None:
    """Take an attribute out; ``document`` may share its parts with others, so they are copied."""
    of_type = _OF_TYPE.search(path)
    urn, _, rest = path[: of_type.start() if of_type else len(path)].rpartition(":")
    names = ([urn] if urn else []) + rest.split(".")
    for name in names[:-1]:
        inner = document.get(name)
        if not isinstance(inner, Mapping):
            return
        document[name] = {**inner}
        document = document[name]
    left = document.pop(names[-1], None)
    if of_type and isinstance(left, list):
        document[names[-1]] = [one for one in left if not (isinstance(one, dict) and one.get("type") == of_type[1])]
