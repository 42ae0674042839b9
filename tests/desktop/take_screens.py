"""``python -m tests.desktop.take_screens``: a picture of every page and dialog, light and dark, at 100 % and 200 %.

With names behind it (``settings_webhooks overview``) it draws those only. Kept in tests/desktop/screens/ and shown in the
README. Each scale is drawn by a process of its own, since Qt reads
it once; the endpoint is real, and so is what Okta asked of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEventLoop, Qt
from PySide6.QtGui import QImage

from desktop.application import make_application
from desktop.clipboard import Clipboard
from desktop.desk import Desk
from desktop.live import Live
from desktop.main_window import MainWindow
from desktop.pages import PAGES
from desktop.preferences import Preferences
from desktop.server_process import ServerProcess
from desktop.theme import Mode, current
from server.config import ServerConfig
from server.workspace import Workspace
from tests.desktop import company
from tests.desktop.dialogs import CHOSEN, DIALOGS
from tests.desktop.sandbox.screens import stages
from tests.desktop.told import told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QApplication, QWidget

SCREENS: Final = Path(__file__).with_name("screens")
SCALES: Final = ("1", "2")
SETTLING: Final = 700
"""Milliseconds that a page has to show what it read."""
PATIENCE: Final = 20_000
BEGINNINGS: Final = {"settings": "address"}
"""What a page reveals that would show what was chosen on it last."""
DRAWS: Final = "SCREENS_DRAW"
"""Set for the process of one scale."""


def settle(milliseconds: int = SETTLING) -> None:
    """Let the window do its work for a while."""
    timer = QElapsedTimer()
    timer.start()
    while timer.elapsed() < milliseconds:
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def wait_until(true: Callable[[], bool]) -> None:
    """Let the window do its work until something is so."""
    timer = QElapsedTimer()
    timer.start()
    while not true():
        assert timer.elapsed() < PATIENCE
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def keep(widget: QWidget, name: str) -> None:
    """Write a picture, small: the 256 colours that it has most of are enough for a window."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = memoryview(image.constBits()).cast("B").cast("I")
    often = [color for color, _ in Counter(pixels).most_common(256)]
    suffix = "" if os.environ["QT_SCALE_FACTOR"] == "1" else "@2x"
    small = image.convertToFormat(QImage.Format.Format_Indexed8, often, Qt.ImageConversionFlag.ThresholdDither)
    assert small.save(str(SCREENS / f"{name}{suffix}.png"), "PNG", 0)  # type: ignore[call-overload] # Qt takes str


def draw(names: Sequence[str] = ()) -> None:
    """Draw everything, or what is named, at the scale of this process."""
    application = make_application(["perch"], Mode.LIGHT)
    with (
        tempfile.TemporaryDirectory() as folder,
        Workspace.open(Path(folder) / "Perch", ServerConfig(), actor="desktop") as workspace,
    ):
        _draw(application, workspace, names)


def _draw(application: QApplication, workspace: Workspace, names: Sequence[str]) -> None:
    company.settle(workspace)
    token = workspace.custody.issue("Okta production", expires="365d")
    endpoint = ServerProcess(workspace.folder, application)
    live = Live(workspace, application)
    endpoint.start()
    live.start()
    wait_until(lambda: endpoint.status.is_serving)
    company.play(endpoint.status.local_url, token)
    preferences = Preferences(workspace.folder)
    preferences.finish_first_start()
    desk = Desk(workspace, endpoint, live, Clipboard(application), current())
    try:
        with told(workspace, workspace.folder.parent):
            _draw_window(MainWindow(desk, preferences, PAGES), names)
    finally:
        live.stop()
        endpoint.stop()


def _draw_window(window: MainWindow, names: Sequence[str]) -> None:
    def is_wanted(name: str) -> bool:
        return not names or name in names

    window.resize(1240, 800)
    window.show()
    settle(1_500)
    try:
        for mode in (Mode.LIGHT, Mode.DARK):
            window.set_mode(mode)
            for page in filter(lambda page: is_wanted(page.name), PAGES):
                window.show_page(page.name, BEGINNINGS.get(page.name))
                settle()
                keep(window, f"{page.name}_{mode}")
            for name, (where, target) in CHOSEN.items():
                if not is_wanted(name):
                    continue
                window.show_page(where, target(window))
                settle()
                keep(window, f"{name}_{mode}")
            for name, open_dialog in DIALOGS.items():
                if not is_wanted(name):
                    continue
                settle(100)
                dialog = open_dialog(window)
                settle()
                keep(dialog, f"{name}_{mode}")
                # Not closed as a person would: some ask first.
                dialog.hide()
                dialog.deleteLater()
                settle(50)
            if names and not any(name.startswith("sandbox_") for name in names):
                continue
            for name in stages(window, wait_until, all_of_them=os.environ["QT_SCALE_FACTOR"] == "1"):
                if is_wanted(name):
                    keep(window, f"{name}_{mode}")
    finally:
        window.stays_in_tray = lambda: False
        window.close()


def main() -> None:
    """Draw at each scale."""
    names = sys.argv[1:]
    if os.environ.get(DRAWS):
        draw(names)
        return
    SCREENS.mkdir(exist_ok=True)
    for scale in SCALES:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale, "TZ": "UTC"}
        environment["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
        environment[DRAWS] = "1"
        subprocess.run([sys.executable, "-m", "tests.desktop.take_screens", *names], env=environment, check=True)


if __name__ == "__main__":
    main()
