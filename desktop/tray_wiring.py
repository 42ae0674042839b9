"""Ties the window, the endpoint and the tray together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from desktop import theme
from desktop.server_process import State, Status
from desktop.tokens.expiry_warnings import sentence
from desktop.tray import Tray, TrayStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtCore import QObject

    from desktop.main_window import MainWindow
    from server.workspace import token_life

_WORDS: Final[Mapping[State, str]] = {
    State.STARTING: "Starting",
    State.SERVING: "Running",
    State.ATTACHED: "Running as a service",
    State.RESTARTING: "Restarting",
    State.PAUSED: "Paused",
    State.FAILED: "Stopped: open Perch to see why",
}
_ICONS: Final[Mapping[State, str]] = {State.PAUSED: "pause-circle", State.FAILED: "warning-circle"}


def wire_tray(window: MainWindow, parent: QObject) -> Tray:
    """Put Perch into the tray; where there is none, or none yet, closing the window quits."""
    desk = window.desk
    tray = Tray(lambda name: theme.current().icon(name, "accent"), parent)

    def show(status: Status) -> None:
        tray.show_status(_described(status))

    desk.endpoint.changed.connect(show)
    show(desk.endpoint.status)
    desk.theme.changed.connect(tray.refresh_icon)
    tray.show_requested.connect(window.raise_up)
    tray.copy_requested.connect(window.copy_base_url)
    tray.pause_requested.connect(desk.endpoint.pause)
    tray.resume_requested.connect(desk.endpoint.resume)
    tray.quit_requested.connect(window.quit_wanted)
    window.stays_in_tray = lambda: window.preferences.closes_to_tray and tray.available
    window.left.connect(
        lambda: tray.show_message(
            window.tr("Perch keeps running"), window.tr("Okta still gets its answers. Quit from this icon.")
        )
    )
    return tray


def tell_expiry(window: MainWindow, tray: Tray, warnings: Sequence[token_life.ExpiryWarning]) -> None:
    """Tell that tokens end soon, each once: in the window where it is seen, else from the tray."""
    now = window.desk.workspace.custody.now()
    for warning in warnings:
        words = sentence(warning.token, now)
        if window.isVisible():
            window.toast.say(words, icon="warning")
        else:
            tray.show_message(window.tr("A token ends soon"), words)


def _described(status: Status) -> TrayStatus:
    words = QCoreApplication.translate("tray", _WORDS[status.state])
    return TrayStatus(
        icon=_ICONS.get(status.state, "shield-check"),
        line=f"{words} · {status.base_url}" if status.base_url else words,
        is_paused=status.state is State.PAUSED,
        can_pause=status.state is not State.ATTACHED,
        has_base_url=bool(status.base_url),
    )
