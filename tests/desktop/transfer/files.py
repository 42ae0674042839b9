"""Files to import, and the steps of the dialog as a person takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from desktop.transfer.import_dialog import ImportDialog, Step

PATIENCE = 30_000
HEADINGS = "Login,First name,Last name,Email,Department,Badge"


def line(number: int) -> str:
    return f"p{number}@acme.example,Pat,Doe {number},p{number}@acme.example,Sales,{number}"


def people_file(folder: Path, count: int = 3, **broken: str) -> Path:
    """Write a CSV; ``broken`` puts other text on a line of the file (``on_14=…``)."""
    lines = [HEADINGS, *(line(number) for number in range(count))]
    for name, text in broken.items():
        lines[int(name.removeprefix("on_")) - 1] = text
    path = folder / "people.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def mime(path: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    return data


def drop(widget: QWidget, path: Path) -> bool:
    """Drag a file onto a widget and let go; tells whether it was taken."""
    data, nothing = mime(path), Qt.KeyboardModifier.NoModifier
    left = Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, data, left, nothing)
    enter.ignore()
    QApplication.sendEvent(widget, enter)
    if enter.isAccepted():
        QApplication.sendEvent(widget, QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, left, nothing))
    return enter.isAccepted()


def go_on(qtbot: QtBot, dialog: ImportDialog, step: Step) -> None:
    """Click what leads to the next step and wait until it is there."""
    qtbot.waitUntil(dialog.next_button.isEnabled, timeout=PATIENCE)
    qtbot.mouseClick(dialog.next_button, Qt.MouseButton.LeftButton)
    wait_for(qtbot, dialog, step)


def wait_for(qtbot: QtBot, dialog: ImportDialog, step: Step) -> None:
    qtbot.waitUntil(lambda: dialog.step is step, timeout=PATIENCE)


def figures(dialog: ImportDialog) -> list[str]:
    return [figure.accessibleName() for figure in dialog.report._figures]
