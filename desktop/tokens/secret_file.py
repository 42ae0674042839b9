"""Writes a token into a file for a password manager: the one time that a secret reaches the disk, where a person says.

The form is the CSV of Chrome's password export (name, url, username, password, note), which Bitwarden, 1Password,
KeePassXC, Dashlane and Apple Passwords import as it is.
"""

from __future__ import annotations

import csv
import io
import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from desktop.tokens.words import tr
from desktop.widgets import when

if TYPE_CHECKING:
    from pathlib import Path

    from server.workspace import IssuedToken

HEADINGS = ("name", "url", "username", "password", "note")


def proposed_name(issued: IssuedToken) -> str:
    """Propose a name that every file system takes."""
    label = "".join(letter if letter.isalnum() or letter in " -_." else "-" for letter in issued.token.label)
    return f"{label.strip(' .')[:60] or 'token'} - Perch.csv"


def content(issued: IssuedToken, base_url: str) -> str:
    """Give the file's text."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    token = issued.token
    end = tr("never expires") if token.expires is None else tr("expires {day}").format(day=when.day(token.expires))
    note = tr("SCIM bearer token {id}, {end}").format(id=token.id, end=end)
    writer.writerow((f"Perch: {token.label}", base_url, token.label, issued.secret, note))
    return text.getvalue()


def write(path: Path, issued: IssuedToken, base_url: str) -> Path:
    """Write the file so that only its owner can read it, whole or not at all; raises OSError."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(content(issued, base_url))
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    return path
