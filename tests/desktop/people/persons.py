"""People for the tests of their page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication

from desktop.people.editor import PersonEditor
from desktop.people.form import ENTERPRISE

if TYPE_CHECKING:
    from desktop.people.page import PeoplePage
    from server.workspace import Workspace

NAMES = ("Ada Lovelace", "Alan Turing", "Barbara Liskov", "Grace Hopper", "Katherine Johnson", "Radia Perlman")


def body(name: str, **more: Any) -> dict[str, Any]:
    """Make the body of a person."""
    given, family = name.split()
    user_name = f"{given}.{family}@acme.example".lower()
    return {
        "userName": user_name,
        "name": {"givenName": given, "familyName": family},
        "displayName": name,
        "emails": [{"value": user_name, "type": "work", "primary": True}],
        ENTERPRISE: {"department": "Research"},
        **more,
    }


def fill(workspace: Workspace) -> list[str]:
    """Create six people, the first from Okta; give their ids."""
    return [
        workspace.create("User", body(name, **({"externalId": "00u1"} if number == 0 else {}))).resource_id
        for number, name in enumerate(NAMES)
    ]


def names_shown(page: PeoplePage) -> list[str]:
    """Read the first column of the table."""
    rows = [page.model.peek(number) for number in range(page.model.rowCount())]
    return [row.display_name for row in rows if row is not None]


def editor_shown() -> PersonEditor:
    """Give the editor that is open."""
    (editor,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, PersonEditor) and one.isVisible()]
    return editor
