"""Tokens as values, for what needs no workspace."""

from __future__ import annotations

from typing import Any

from server.records import Access, Token

NOW = "2026-11-24T12:00:00.000Z"


def token(label: str, **fields: Any) -> Token:
    values: dict[str, Any] = {
        "id": label.casefold().replace(" ", "-"),
        "test": False,
        "access": Access.READ_WRITE,
        "digest": b"",
        "last_four": "k3Qz",
        "created": "2026-03-03T10:00:00.000Z",
        "created_by": "desktop (dana)",
        **fields,
    }
    return Token(label=label, **values)
