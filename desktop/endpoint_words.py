"""How the endpoint is, in words: its state and the colour of it, what is wrong, and what helps.

Belongs here: what every place says alike of the endpoint. Must not know: who shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from desktop import messages
from desktop.server_process import State
from server.faults import FaultCode

if TYPE_CHECKING:
    from desktop.messages import Message
    from desktop.server_process import Status

TONES: Final = {
    State.STARTING: "info",
    State.SERVING: "ok",
    State.ATTACHED: "ok",
    State.RESTARTING: "warn",
    State.PAUSED: "neutral",
    State.FAILED: "err",
}
_A_SETTING: Final = frozenset(
    {FaultCode.PORT_IN_USE, FaultCode.PORT_FORBIDDEN, FaultCode.ADDRESS_UNUSABLE, FaultCode.SETTING_INVALID}
)
"""Faults whose remedy is a setting."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("EndpointWords", text)


def word(state: State) -> str:
    """Name a state in one word."""
    return {
        State.STARTING: _tr("Starting"),
        State.SERVING: _tr("Running"),
        State.ATTACHED: _tr("Running"),
        State.RESTARTING: _tr("Restarting"),
        State.PAUSED: _tr("Paused"),
        State.FAILED: _tr("Stopped"),
    }[state]


def problem(status: Status) -> Message | None:
    """Say what is wrong with the endpoint and what to do; None when nothing is."""
    if status.state is not State.FAILED:
        return None
    if status.fault is None:
        return messages.Message(
            messages.tr("The endpoint's program could not be started: {detail}.").format(detail=status.detail),
            messages.tr("Set Perch up again, or start it from a terminal to see why."),
        )
    return messages.of_fault(status.fault, status.detail)


def silence(status: Status) -> str:
    """Say why nobody is answered just now, where nothing is wrong: it starts, ended by itself, or is paused."""
    if status.state is State.RESTARTING:
        return _tr("It ended ({how}); it is started again.").format(how=status.last_exit)
    if status.state is State.PAUSED:
        return _tr("Okta gets no answer until you resume.")
    return _tr("One moment…")


def is_mended_in_settings(status: Status) -> bool:
    """Whether it failed for what a setting says."""
    return status.state is State.FAILED and status.fault in _A_SETTING


def remedy(status: Status) -> str:
    """Name the button that makes it answer again; empty where it answers, or will by itself."""
    if status.state is State.PAUSED:
        return _tr("Resume")
    if status.state is not State.FAILED:
        return ""
    return _tr("Fix in Settings") if is_mended_in_settings(status) else _tr("Try again")
