"""Starting at login: an XDG autostart entry on Linux, the Run key on Windows, a launch agent on macOS.

Belongs here: what each system wants written, and where. Must not know: what is started.
Only the first is exercised on the real thing by the tests; the other two are written by the rules of their systems
and tested against a file in the place of the registry and of the user's Library.
"""

from __future__ import annotations

import os
import plistlib
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QSettings

from server.faults import Fault, FaultCode

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME: Final = "Perch"
ENTRY: Final = "perch-scim.desktop"
LABEL: Final = "perch-scim.desktop"
RUN_KEY: Final = r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Run"


class Autostart(Protocol):
    """What every system offers in its own way."""

    def is_enabled(self) -> bool:
        """Whether the system will start the desktop at the next login."""

    def enable(self, command: Sequence[str]) -> None:
        """Start ``command`` at each login; raises Fault (folder_unwritable)."""

    def disable(self) -> None:
        """Start nothing any more; raises Fault (folder_unwritable)."""


def autostart() -> Autostart:
    """Give this system's way."""
    if sys.platform == "win32":
        return RunKey(QSettings(RUN_KEY, QSettings.Format.NativeFormat))
    if sys.platform == "darwin":
        return LaunchAgent(Path.home() / "Library/LaunchAgents" / f"{LABEL}.plist")
    # The specification calls a path that is not absolute invalid: it counts as not set.
    configured = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    config = configured if configured.is_absolute() else Path.home() / ".config"
    return AutostartEntry(config / "autostart" / ENTRY)


def is_enabled() -> bool:
    """Whether the system will start the desktop at the next login."""
    return autostart().is_enabled()


def enable(command: Sequence[str]) -> None:
    """Start ``command`` at each login; raises Fault (folder_unwritable)."""
    autostart().enable(command)


def disable() -> None:
    """Start nothing any more; raises Fault (folder_unwritable)."""
    autostart().disable()


class AutostartEntry:
    """A file of the XDG Desktop Application Autostart Specification."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def is_enabled(self) -> bool:
        """Whether there is one that no tool of the system has switched off."""
        try:
            lines = self._path.read_text("utf-8", "replace").splitlines()
        except OSError:
            return False
        settings = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
        return (
            "Exec" in settings
            and settings.get("Hidden", "false") != "true"
            and settings.get("X-GNOME-Autostart-enabled", "true") != "false"
        )

    def enable(self, command: Sequence[str]) -> None:
        """Write the entry; raises Fault."""
        entry = (
            "[Desktop Entry]\n"
            "Type=Application\n"
            f"Name={NAME}\n"
            "Comment=Lets Okta provision people into this machine\n"
            f"Exec={exec_line(command)}\n"
            "Terminal=false\n"
            "X-GNOME-Autostart-enabled=true\n"
        )
        _write(self._path, entry.encode())

    def disable(self) -> None:
        """Remove the entry; raises Fault."""
        _remove(self._path)


class LaunchAgent:
    """A property list that macOS's launchd reads at login (``man launchd.plist``)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def is_enabled(self) -> bool:
        """Whether there is one that runs at load."""
        try:
            agent = plistlib.loads(self._path.read_bytes())
        except (OSError, plistlib.InvalidFileException, ValueError):
            return False
        return isinstance(agent, dict) and agent.get("RunAtLoad") is True and agent.get("Disabled") is not True

    def enable(self, command: Sequence[str]) -> None:
        """Write the agent; raises Fault."""
        agent = {
            "Label": LABEL,
            "ProgramArguments": list(command),
            "RunAtLoad": True,
            "ProcessType": "Interactive",
        }
        _write(self._path, plistlib.dumps(agent))

    def disable(self) -> None:
        """Remove the agent; raises Fault."""
        _remove(self._path)


class RunKey:
    """A value below the user's Run key in the registry of Windows."""

    def __init__(self, registry: QSettings) -> None:
        self._registry = registry

    def is_enabled(self) -> bool:
        """Whether there is a value."""
        return self._registry.contains(NAME)

    def enable(self, command: Sequence[str]) -> None:
        """Write the value; raises Fault."""
        self._registry.setValue(NAME, subprocess.list2cmdline(command))
        self._keep()

    def disable(self) -> None:
        """Remove the value; raises Fault."""
        self._registry.remove(NAME)
        self._keep()

    def _keep(self) -> None:
        self._registry.sync()
        if self._registry.status() is not QSettings.Status.NoError:
            raise Fault(FaultCode.FOLDER_UNWRITABLE, self._registry.fileName())


def exec_line(command: Sequence[str]) -> str:
    """Write a command as the Desktop Entry Specification wants its ``Exec`` key.

    Two layers: each argument is quoted as in a shell's double quotes, then the whole is a string of the file,
    in which a backslash is doubled once more. A ``%`` would begin a field code.
    """
    return " ".join(_quoted(argument) for argument in command).replace("\\", "\\\\").replace("\n", "\\n")


def _quoted(argument: str) -> str:
    argument = argument.replace("%", "%%")
    # What a shell would not quote, the specification allows bare as well.
    if argument == shlex.quote(argument):
        return argument
    for special in ("\\", '"', "`", "$"):
        argument = argument.replace(special, "\\" + special)
    return f'"{argument}"'


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        raise Fault(FaultCode.FOLDER_UNWRITABLE, str(path)) from error


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise Fault(FaultCode.FOLDER_UNWRITABLE, str(path)) from error
