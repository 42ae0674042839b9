"""What settings may be and what they come to, said before anything is written.

Belongs here: the judgement of the endpoint's own readers, in words for beside a field; the base URL that values
give; whether their port is free. Must not know: widgets, the file.
"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication

from desktop.server_process import next_free_port
from server.config import BASE_PATH, SETTINGS_FILE, ServerConfig, assembled, chosen_settings
from server.faults import Fault, FaultCode

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_FILE: Final = Path(SETTINGS_FILE)
_FLAG: Final = "with --insecure-bind"


class PortTaken(Exception):
    """Another program listens there; `free` is a port that would do."""

    def __init__(self, port: int, free: int) -> None:
        super().__init__(f"port {port} is taken, {free} is free")
        self.port = port
        self.free = free


def tr(text: str) -> str:
    """Translate a sentence of this module."""
    return QCoreApplication.translate("settings_rules", text)


def complaint(name: str, value: Any) -> str:
    """Say what is wrong with one value; empty when nothing is. None and "" are the default, which is fine."""
    try:
        read(name, value)
    except Fault as fault:
        return sentence_of(fault, name, value)
    return ""


def read(name: str, value: Any) -> Any:
    """Give what a value is once it is read (" 8080 " is 8080); raises Fault (setting_invalid)."""
    if value in (None, ""):
        return getattr(ServerConfig(), name)
    return chosen_settings(_FILE, {name: value}, {})[name][0]


def complaints(values: Mapping[str, Any], changed: Collection[str]) -> dict[str, str]:
    """Say what is wrong with what was changed, each by itself and then all of it together; by setting."""
    found = {name: sentence for name in changed if (sentence := complaint(name, values[name]))}
    if found:
        return found
    try:
        assembled({name: read(name, value) for name, value in values.items() if value not in (None, "")})
    except Fault as fault:
        name = setting_of(fault)
        if name:
            return {name: sentence_of(fault, name, read(name, values[name]))}
    return {}


def setting_of(fault: Fault) -> str:
    """Name the setting that a fault is about; empty where it names none."""
    name = fault.detail.partition(" ")[0]
    return name if fault.code is FaultCode.SETTING_INVALID and hasattr(ServerConfig(), name) else ""


def sentence_of(fault: Fault, name: str, value: Any) -> str:
    """Give the words of a fault for beside the field: without the setting's name, file and value, which stand there."""
    before, found, after = fault.detail.partition(f" = {value!r}: ")
    words = after if found and before.startswith(name) else fault.detail
    words = words.replace(_FLAG, tr("under “Let other machines in without TLS”"))
    return words[:1].upper() + words[1:]


def base_url_of(values: Mapping[str, Any]) -> str:
    """Give what Okta would be given; empty while a value is wrong, or the port is only picked at the start."""
    try:
        public, host, port = (read(name, values[name]) for name in ("public_url", "host", "port"))
        scheme = "https" if read("tls_cert", values.get("tls_cert")) else "http"
    except Fault:
        return ""
    if not public and port == 0:
        return ""
    host = f"[{host}]" if ":" in host else host
    return f"{public or f'{scheme}://{host}:{port}'}{BASE_PATH}"


def ensure_free(host: str, port: int, served: str) -> None:
    """Look whether a port can be listened on, unless `served` (a URL of ours) has it; asks the system, so off the GUI.

    Raises PortTaken, and Fault (address_unusable) when this machine has no such address.
    """
    if port == 0 or port == (urlsplit(served).port if served else None):
        return
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, 0), family=family).close()
    except OSError as error:
        raise Fault(FaultCode.ADDRESS_UNUSABLE, host) from error
    free = next_free_port(port - 1, host)
    if free != port:
        raise PortTaken(port, free)


def words_of_taken(taken: PortTaken) -> str:
    """Say that a port cannot be had."""
    return tr("Another program has port {port}, or the system keeps it for itself. Port {free} is free.").format(
        port=taken.port, free=taken.free
    )
