"""What a change touched, attribute by attribute: what was there before in red, what is there after in green.

Belongs here: how a `Difference` reads. Must not know: where it comes from.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QWidget

from desktop.widgets.basics import clear, column, label, picture, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.widgets.basics import Piece
    from server.records import Difference

MOST: Final = 8
"""Values of one attribute that are written out; more are counted."""
_URN: Final = re.compile(r"^urn:.*:([^:]+)$", re.IGNORECASE)
_TYPED: Final = re.compile(r'^(\w+)\[type eq "([^"]*)"\](?:\.(\w+))?$')
_LONG_WORD: Final = re.compile(r"\S{32,}")
_BREAK: Final = re.compile(r"([^\w\s]|\w{16})")
_NAMES: Final = {
    "id": "ID",
    "userName": "Username",
    "externalId": "Okta ID",
    "displayName": "Display name",
    "emails": "Email",
    "phoneNumbers": "Phone",
    "addresses": "Address",
    "name.formatted": "Full name",
    "manager.value": "Manager",
    "manager.displayName": "Manager (name)",
    "members": "Members",
}


def _tr(text: str) -> str:
    return QCoreApplication.translate("DifferenceView", text)


def attribute_name(path: str) -> str:
    """Word a SCIM path: ``name.givenName`` is "Given name", ``emails[type eq "work"].value`` is "Email (work)"."""
    if found := _URN.match(path):
        path = found.group(1)
    if path in _NAMES:
        return _tr(_NAMES[path])
    if typed := _TYPED.match(path):
        attribute, kind, part = typed.groups()
        name = f"{attribute_name(attribute)} ({kind})"
        return name if part in {None, "value"} else f"{name}, {_spaced(part)}"
    parts = path.split(".")
    return _spaced(parts[-1]).capitalize() if parts[0] == "name" else " ".join(map(_spaced, parts)).capitalize()


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()


def shown_value(value: Any) -> str:
    """Write a value of an attribute for a person; a list by its values, one a line."""
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, bool):
        return _tr("yes") if value else _tr("no")
    if isinstance(value, list):
        lines = [shown_value(one) for one in value[:MOST]]
        if len(value) > MOST:
            lines.append(_tr("and {number} more").format(number=f"{len(value) - MOST:,}"))
        return "\n".join(lines)
    if isinstance(value, dict):
        for key in ("display", "value", "formatted"):
            if isinstance(value.get(key), str) and value[key]:
                kind = value.get("type")
                return f"{value[key]} ({kind})" if isinstance(kind, str) and kind else str(value[key])
        return ", ".join(f"{_spaced(key)}: {shown_value(one)}" for key, one in value.items())
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class DifferenceView(QWidget):
    """A grid of attribute, before and after; as high as it has to be."""

    def __init__(self, differences: Sequence[Difference] = ()) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._column = column(spacing=6)
        self.setLayout(self._column)
        self.show_differences(differences)

    def show_differences(self, differences: Sequence[Difference]) -> None:
        """Show other differences."""
        clear(self._column)
        spoken = []
        for one in differences:
            name, before, after = attribute_name(one.path), shown_value(one.before), shown_value(one.after)
            spoken.append(_tr("{name}: from {before} to {after}").format(name=name, before=before, after=after))
            title = label(name, "small")
            title.setToolTip(one.path)
            sides: list[Piece] = [title]
            if one.before is not None:
                sides.append(_side("minus", "err", before))
            if one.after is not None:
                sides.append(_side("plus", "ok", after))
            self._column.addWidget(plain(column(*sides, spacing=2)))
        if not differences:
            self._column.addWidget(label(_tr("Nothing that is shown here has changed."), "small", wrap=True))
        self.setAccessibleName(_tr("Changes"))
        self.setAccessibleDescription("; ".join(spoken))


class Value(QLabel):
    """A value that wraps, also inside a word: an address is one long word."""

    def __init__(self, text: str) -> None:
        # A zero-width space lets Qt break where it otherwise could not; it must not get into what is copied.
        broken = _LONG_WORD.sub(lambda word: _BREAK.sub("\\1\u200b", word.group()), text)
        super().__init__(broken)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        if broken == text:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)


def _side(icon: str, tone: str, text: str) -> QFrame:
    frame = QFrame()
    frame.setProperty("kind", "value")
    frame.setProperty("tone", tone)
    layout = QGridLayout(frame)
    layout.setContentsMargins(8, 4, 8, 4)
    layout.setHorizontalSpacing(6)
    layout.addWidget(picture(icon, tone, 14), 0, 0, Qt.AlignmentFlag.AlignTop)
    value = Value(text)
    layout.addWidget(value, 0, 1)
    layout.setColumnStretch(1, 1)
    return frame
