"""What every test of the desktop starts from: no screen, and a data folder of its own."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.widgets import when

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

# Before the first QApplication; whoever wants to watch sets it beforehand.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    """Name the application as the window's identity does, not as pytest."""
    return ["perch"]


@pytest.fixture(autouse=True)
def moment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test whose module names its own present, `NOW`, be read at that moment, however late it runs."""
    now = getattr(request.module, "NOW", None)
    if isinstance(now, str):
        monkeypatch.setattr("desktop.widgets.when.present", lambda: when.instant(now))


@pytest.fixture(autouse=True)
def garbage_stays_here() -> Iterator[None]:
    """Collect cycles between tests and in this thread, as the window does (`desktop.garbage`)."""
    gc.disable()
    yield
    gc.collect(1)
    gc.enable()


@pytest.fixture(autouse=True)
def no_key_is_held(qapp: QApplication) -> None:
    """Let go of what another test pressed: Qt takes the last Shift or Ctrl for held, and selects rows otherwise then."""
    del qapp
    if QGuiApplication.keyboardModifiers() != Qt.KeyboardModifier.NoModifier:
        QTest.keyRelease(QWidget(), Qt.Key.Key_Shift)
    assert QGuiApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier


@pytest.fixture(autouse=True)
def empty_clipboard(qapp: QApplication) -> Iterator[None]:
    """Begin with nothing in the clipboard and leave nothing: what Python put there must not outlive Python."""
    del qapp
    QGuiApplication.clipboard().clear()
    yield
    QGuiApplication.clipboard().clear()


@pytest.fixture
def workspace_folder(tmp_path: Path) -> Path:
    """A data folder in which an endpoint takes a free port."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    (folder / "perch.toml").write_text("port = 0\n")
    return folder
