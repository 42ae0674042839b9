"""Groups and people for the tests of the page of groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from typing import TypeVar

    from PySide6.QtWidgets import QDialog

    from desktop.groups.page import GroupsPage
    from server.workspace import Workspace

    T = TypeVar("T", bound=QDialog)

NAMES = ("Ada Lovelace", "Alan Turing", "Barbara Liskov", "Grace Hopper")


def add_people(workspace: Workspace) -> list[str]:
    """Create four people; give their ids."""
    found = []
    for name in NAMES:
        given, family = name.split()
        user_name = f"{given}@acme.example".lower()
        found.append(
            workspace.create(
                "User",
                {
                    "userName": user_name,
                    "displayName": name,
                    "name": {"givenName": given, "familyName": family},
                    "emails": [{"value": user_name}],
                },
            ).resource_id
        )
    return found


def add_group(workspace: Workspace, name: str, *members: str, external_id: str = "") -> str:
    """Create a group, from Okta where it has Okta's id."""
    body = {"displayName": name, "members": [{"value": one} for one in members]}
    return workspace.create("Group", body | ({"externalId": external_id} if external_id else {})).resource_id


def members_of(workspace: Workspace, group: str) -> list[str]:
    return [one.display_name for one in workspace.members(group)]


def names_shown(page: GroupsPage) -> list[str]:
    return [row.display_name for _, row in page.model.here()]


def dialog_shown(kind: type[T]) -> T:
    (found,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible()]
    return found
