"""What the editor of a person edits, as values: from a document, to a new one, to the operations that change one.

Belongs here: which attribute a field stands for, and which field a refusal is about. Must not know: widgets.
An edit names only what was changed, so that what the form does not show stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.workspace import ScimError

    Document = dict[str, Any]

USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

TEXTS: Final = (
    "userName",
    "displayName",
    "name.givenName",
    "name.familyName",
    "title",
    f"{ENTERPRISE}:department",
    f"{ENTERPRISE}:organization",
    f"{ENTERPRISE}:costCenter",
    f"{ENTERPRISE}:employeeNumber",
)
"""The attributes that are one line of text."""
LISTS: Final = ("emails", "phoneNumbers")
MANAGER: Final = f"{ENTERPRISE}:manager"
ACTIVE: Final = "active"

_TAKEN: Final = 409


def _tr(text: str) -> str:
    return QCoreApplication.translate("PersonForm", text)


@dataclass(slots=True)
class Values:
    """What the form holds."""

    texts: dict[str, str] = field(default_factory=lambda: dict.fromkeys(TEXTS, ""))
    lists: dict[str, list[Document]] = field(default_factory=lambda: {name: [] for name in LISTS})
    """E-mail addresses and phone numbers, each with what the form does not show of it."""
    manager: Document | None = None
    active: bool = True


def values_of(document: Mapping[str, Any]) -> Values:
    """Read a document into the form."""
    return Values(
        {path: str(_read(document, path) or "") for path in TEXTS},
        {name: [dict(one) for one in document.get(name) or () if isinstance(one, dict)] for name in LISTS},
        dict(manager) if isinstance(manager := _read(document, MANAGER), dict) else None,
        document.get(ACTIVE) is not False,
    )


def document_of(values: Values) -> Document:
    """Make a new person of the form; what is empty is left out."""
    document: Document = {"schemas": [USER]}
    for path in TEXTS:
        if text := values.texts[path].strip():
            _write(document, path, text)
    for name in LISTS:
        if filled := _filled(values.lists[name]):
            document[name] = filled
    if values.manager:
        _write(document, MANAGER, values.manager)
    if ENTERPRISE in document:
        document["schemas"].append(ENTERPRISE)
    document[ACTIVE] = values.active
    return document


def operations_of(was: Values, now: Values) -> list[Document]:
    """Give the PATCH operations that make of the one form the other; none where nothing was changed."""
    pairs: list[tuple[str, Any, Any]] = [(path, was.texts[path].strip(), now.texts[path].strip()) for path in TEXTS]
    pairs += [(name, _filled(was.lists[name]), _filled(now.lists[name])) for name in LISTS]
    pairs += [(MANAGER, was.manager, now.manager), (ACTIVE, was.active, now.active)]
    return [
        {"op": "remove", "path": path} if after in ("", [], None) else {"op": "replace", "path": path, "value": after}
        for path, before, after in pairs
        if before != after
    ]


def complaints(error: ScimError) -> dict[str, str]:
    """Give what is wrong beside each field that a refusal names; none where it names no field."""
    detail = error.detail
    named = [path for path in (*TEXTS, *LISTS, MANAGER) if _names(detail, path)]
    # "name.givenName and emails are required: map them in Okta": here there is nothing to map.
    if re.search(r"\b(?:are|is) required\b", detail):
        return {path: _tr("This is required.") for path in named}
    if error.status == _TAKEN and not named:
        named = ["userName"]
    return dict.fromkeys(named, detail)


def _names(detail: str, path: str) -> bool:
    short = path.removeprefix(f"{ENTERPRISE}:")
    return re.search(rf"(?<![\w.]){re.escape(short)}(?!\w)", detail, re.IGNORECASE) is not None


def _read(document: Mapping[str, Any], path: str) -> Any:
    value: Any = document
    for part in _parts(path):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _write(document: Document, path: str, value: Any) -> None:
    *outer, last = _parts(path)
    for part in outer:
        document = document.setdefault(part, {})
    document[last] = value


def _parts(path: str) -> Sequence[str]:
    # A URN has dots and colons of its own; behind its last colon stands the attribute.
    return (ENTERPRISE, path.removeprefix(f"{ENTERPRISE}:")) if path.startswith(ENTERPRISE) else path.split(".")


def _filled(values: Sequence[Document]) -> list[Document]:
    """Leave out the rows in which nothing was typed."""
    return [dict(one) for one in values if str(one.get("value") or "").strip()]
