"""Words that the dialogs of import and export share: how many people or groups, what went wrong.

Belongs here: text. Must not know: widgets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from desktop.messages import worded
from server.file_import import FileUnusable

if TYPE_CHECKING:
    from server.file_import import Taken
    from server.workspace import Kind


def tr(text: str) -> str:
    """Translate a sentence of these dialogs."""
    return QCoreApplication.translate("transfer", text)


def amount(number: int, kind: Kind) -> str:
    """Say how many people or groups: "1 person", "4,997 people"."""
    if kind == "User":
        return tr("1 person") if number == 1 else tr("{number:,} people").format(number=number)
    return tr("1 group") if number == 1 else tr("{number:,} groups").format(number=number)


def lines(number: int) -> str:
    """Say how many lines have a problem."""
    return tr("1 line with an error") if number == 1 else tr("{number:,} lines with errors").format(number=number)


def imported(taken: Taken, kind: Kind) -> str:
    """Say what an import did, in one sentence."""
    parts = [
        words.format(number=number)
        for number, words in (
            (taken.created, tr("{number:,} created")),
            (taken.updated, tr("{number:,} updated")),
            (taken.unchanged, tr("{number:,} unchanged")),
            (taken.skipped, tr("{number:,} left alone")),
        )
        if number
    ]
    sentence = tr("Imported {amount}").format(amount=amount(taken.changed, kind))
    return f"{sentence} ({', '.join(parts)})." if parts else f"{sentence}."


def went_wrong(error: Exception) -> str:
    """Say what went wrong with a file or with the workspace."""
    return str(error) if isinstance(error, FileUnusable) else str(worded(error))
