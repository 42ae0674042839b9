"""Which feature of Okta's a request exercises, told from the request and the endpoint's own words for it.

Belongs here: the names Okta's admin console uses for what it does, and string tests that are cheap enough to
run for every request. Must not know: how the request was answered beyond its status, who reads the answer.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Feature(StrEnum):
    """Something that an admin switches on, or clicks, on Okta's side (OKTA.md sections 1 and 5)."""

    CONNECTION_TEST = "connection_test"
    IMPORT_USERS = "import_users"
    INCREMENTAL_IMPORT = "incremental_import"
    IMPORT_GROUPS = "import_groups"
    FIND_USER = "find_user"
    PUSH_NEW_USER = "push_new_user"
    PUSH_PROFILE_UPDATE = "push_profile_update"
    DEACTIVATE = "deactivate"
    REACTIVATE = "reactivate"
    PASSWORD_SYNC = "password_sync"  # noqa: S105 -- the name of a feature, not a secret
    DELETE_USER = "delete_user"
    FIND_GROUP = "find_group"
    GROUP_PUSH = "group_push"
    GROUP_MEMBERSHIP = "group_membership"
    GROUP_RENAME = "group_rename"
    GROUP_DELETE = "group_delete"
    DISCOVERY = "discovery"

    @property
    def label(self) -> str:
        """The feature in the words of Okta's admin console, where it has words for it."""
        return _LABELS[self]


_LABELS: Final[dict[Feature, str]] = {
    Feature.CONNECTION_TEST: "Test connector configuration",
    Feature.IMPORT_USERS: "Import new users and profile updates",
    Feature.INCREMENTAL_IMPORT: "Incremental import (on-prem agent)",
    Feature.IMPORT_GROUPS: "Import groups",
    Feature.FIND_USER: "Look up a user",
    Feature.PUSH_NEW_USER: "Push new users",
    Feature.PUSH_PROFILE_UPDATE: "Push profile updates",
    Feature.DEACTIVATE: "Push user deactivation",
    Feature.REACTIVATE: "Reactivate users",
    Feature.PASSWORD_SYNC: "Sync password",
    Feature.DELETE_USER: "Delete a user",
    Feature.FIND_GROUP: "Look up a group",
    Feature.GROUP_PUSH: "Push groups",
    Feature.GROUP_MEMBERSHIP: "Push group memberships",
    Feature.GROUP_RENAME: "Rename a pushed group",
    Feature.GROUP_DELETE: "Delete a pushed group",
    Feature.DISCOVERY: "Read the server's capabilities",
}

OWN_AGENT: Final = "Perch"
"""Requests of Perch's own checks carry a User-Agent that begins with this; they are nobody's feature."""

_CONNECTION_TESTS: Final = frozenset(
    {
        "startindex=1&count=2",  # OKTA.md A28
        "count=2&startindex=1",
        "count=1&startindex=1",  # step 1 of Okta's suite (OKTA.md 1.1)
        "startindex=1&count=1",
    }
)

_DISCOVERY: Final = frozenset({"serviceproviderconfig", "serviceproviderconfigs", "schemas", "resourcetypes"})

_CHANGED_MEMBERS: Final = (" added", " removed", " not found")
"""How the endpoint's sentence ends when memberships changed: a PUT always names members (OKTA.md 1.10)."""


def recognise(
    method: str,
    path: str,
    query: str,
    status: int,
    request_body: bytes | None,
    meaning: str,
    agent: str,
) -> Feature | None:
    """Name the feature that a request exercised, or None where it stands for none by itself.

    ``path`` is the request's path with or without the base path, ``query`` what follows the question mark as
    sent. ``meaning`` is the endpoint's sentence, which begins with its verb (``deactivated user
    jane@example.com``): the verb is what tells a deactivation from a profile update, because a PUT always
    carries ``active`` (OKTA.md 1.6). A refused request exercised nothing. The User-Agent is no proof of Okta
    (OKTA.md D3, D7) and is used only to leave out Perch's own checks.
    """
    if status >= 400 or agent.startswith(OWN_AGENT):
        return None
    if method == "GET":
        return _recognise_read(path, query)
    folded = path.lower()
    if "/users" in folded:
        return _recognise_user_write(method, request_body or b"", meaning)
    if "/groups" in folded:
        return _recognise_group_write(method, request_body or b"", meaning)
    return None


def _recognise_read(path: str, query: str) -> Feature | None:
    endpoint = path.rstrip("/").rpartition("/")[2].lower()
    if endpoint == "users":
        if not query:
            return Feature.IMPORT_USERS
        parameters = query.lower()
        if parameters in _CONNECTION_TESTS:
            return Feature.CONNECTION_TEST
        if "filter=" not in parameters:
            return Feature.IMPORT_USERS
        # OKTA.md B5: only the on-prem agent asks by time.
        return Feature.INCREMENTAL_IMPORT if "meta.lastmodified" in parameters else Feature.FIND_USER
    if endpoint == "groups":
        return Feature.FIND_GROUP if "filter=" in query.lower() else Feature.IMPORT_GROUPS
    return Feature.DISCOVERY if endpoint in _DISCOVERY else None


def _recognise_user_write(method: str, body: bytes, meaning: str) -> Feature | None:
    if method == "POST":
        return Feature.PUSH_NEW_USER if meaning.startswith("created") else None
    if method == "DELETE":
        return Feature.DELETE_USER
    if meaning.startswith("deactivated"):
        return Feature.DEACTIVATE
    if meaning.startswith("reactivated"):
        return Feature.REACTIVATE
    # Perch never returns a password, so one in a PUT is no echo of ours (OKTA.md 1.7). But the on-prem agent puts one
    # into every PUT (OKTA.md 2.4): where something else has changed, that is what was pushed.
    if b'"password"' in body and not (method == "PUT" and meaning.startswith("updated")):
        return Feature.PASSWORD_SYNC
    if method == "PATCH" and meaning.startswith("left") and b'"active"' in body:
        return Feature.DEACTIVATE if b"false" in body.lower() else Feature.REACTIVATE
    return Feature.PUSH_PROFILE_UPDATE


def _recognise_group_write(method: str, body: bytes, meaning: str) -> Feature | None:
    if method == "POST":
        return Feature.GROUP_PUSH if meaning.startswith("created") else None
    if method == "DELETE":
        return Feature.GROUP_DELETE
    if meaning.endswith(_CHANGED_MEMBERS) or (method == "PATCH" and b"members" in body):
        return Feature.GROUP_MEMBERSHIP
    # The name goes along with every membership change (OKTA.md A6): unchanged, it is no rename.
    return Feature.GROUP_RENAME if " (was " in meaning else Feature.GROUP_PUSH
