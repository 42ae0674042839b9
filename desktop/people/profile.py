"""A person's attributes in the order in which somebody looks for them, all of them, in words.

Belongs here: the reading of a document. Must not know: widgets.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication

from desktop.people.form import ENTERPRISE, MANAGER
from desktop.widgets import when
from desktop.widgets.difference_view import attribute_name, shown_value
from server.workspace import ScimError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from desktop.widgets.detail_panel import Section
    from server.workspace import Workspace

_IDENTITY: Final = ("userName", "displayName", "nickName", "name", "active", "userType", "externalId", "id")
_CONTACT: Final = ("emails", "phoneNumbers", "ims", "addresses", "profileUrl")
_WORK: Final = ("title",)
_ABOUT: Final = ("schemas", "meta", "groups")
"""Shown elsewhere, or of no use to a person."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("PersonProfile", text)


def initials(name: str) -> str:
    """Give up to two letters that stand for a name."""
    words = [word for word in name.replace(".", " ").replace("@", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 and "@" not in name else "")).upper()


def name_of(document: Mapping[str, Any]) -> str:
    """Give what a person is called."""
    name = document.get("name")
    formatted = name.get("formatted") if isinstance(name, dict) else ""
    return str(document.get("displayName") or formatted or document.get("userName") or "")


def manager_of(workspace: Workspace, document: Mapping[str, Any]) -> str:
    """Give a person's manager by name, where it is somebody of here; empty without one. For a background thread."""
    manager = (document.get(ENTERPRISE) or {}).get("manager")
    if not isinstance(manager, dict):
        return ""
    value = str(manager.get("value") or "")
    with suppress(ScimError):
        return name_of(workspace.show("User", value))
    return str(manager.get("displayName") or value)


def sections_of(document: Mapping[str, Any], manager: str) -> list[Section]:
    """Give all that is known of a person, in sections; ``manager`` by name."""
    rest = [name for name in document if name not in (*_IDENTITY, *_CONTACT, *_WORK, *_ABOUT) and ":" not in name]
    extensions = [name for name in document if ":" in name and name != ENTERPRISE]
    meta = document.get("meta") or {}
    return [
        (_tr("Identity"), list(_facts(document, _IDENTITY))),
        (_tr("Contact"), list(_facts(document, _CONTACT))),
        (_tr("Work"), [*_facts(document, _WORK), *_facts(document, (ENTERPRISE,), manager)]),
        (_tr("More"), list(_facts(document, (*rest, *extensions)))),
        (
            _tr("Record"),
            [
                (_tr("Created"), when.exact(meta.get("created"))),
                (_tr("Last modified"), when.exact(meta.get("lastModified"))),
            ],
        ),
    ]


def _facts(document: Mapping[str, Any], names: tuple[str, ...], manager: str = "") -> Iterator[tuple[str, str]]:
    for name in names:
        if name in document:
            yield from _fact(name, document[name], manager)


def _fact(path: str, value: Any, manager: str) -> Iterator[tuple[str, str]]:
    if path == MANAGER:
        yield attribute_name("manager.value"), manager or "—"
    elif isinstance(value, dict):
        for part, inner in value.items():
            yield from _fact(f"{path}{':' if ':' in path else '.'}{part}", inner, manager)
    elif isinstance(value, list) and path in {"emails", "phoneNumbers"}:
        yield attribute_name(path), "\n".join(map(_value_line, value)) or "—"
    else:
        yield attribute_name(path), shown_value(value)


def _value_line(value: Any) -> str:
    line = shown_value(value)
    return f"{line} · {_tr('primary')}" if isinstance(value, dict) and value.get("primary") is True else line
