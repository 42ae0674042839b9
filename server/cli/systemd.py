"""How systemd is spoken to from outside: where its units lie, and what `systemctl` is told and says.

Belongs here: files and processes. Must not know: what stands in a unit.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from server.cli.invocation import Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

UNIT: Final = "perch.service"
SYSTEM_UNITS: Final = Path("/etc/systemd/system")
SYSTEM_DATA: Final = Path("/var/lib/perch")
BOOTED: Final = Path("/run/systemd/system")
"""Is there where systemd runs the machine (sd_booted(3))."""
PATIENCE: Final = 660.0
"""Seconds for `systemctl`, which waits for READY: a little more than the unit's own limit."""


@dataclass(frozen=True, slots=True)
class Systemd:
    """The system's service manager, or a user's own."""

    user: bool
    units: Path

    @classmethod
    def of(cls, *, user: bool) -> Systemd:
        """Give the manager and the folder of its units."""
        if not user:
            return cls(user, SYSTEM_UNITS)
        config = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
        return cls(user, Path(config).expanduser() / "systemd" / "user")

    @property
    def path(self) -> Path:
        """Where Perch's unit is, or would be."""
        return self.units / UNIT

    def command(self, *words: str) -> list[str]:
        """Give a command of systemctl for this manager."""
        return ["systemctl", *(["--user"] if self.user else []), *words]

    def check(self) -> None:
        """Raise Failure where this manager cannot be spoken to."""
        if shutil.which("systemctl") is None or not BOOTED.exists():
            raise Failure(
                "This machine is not run by systemd: `perch service install --dry-run` prints the unit, "
                "`--kind` names other systems."
            )
        if not self.user and os.geteuid() != 0:
            raise Failure("Only root may change the system's services: use sudo, or --user for a service of your own.")
        if self.user and (done := self._run(("show", "--property", "Version"))).returncode != 0:
            # After `su` or `sudo -u` nobody tells where that user's manager is, and perhaps it does not run.
            raise Failure(
                f"Your account's own service manager does not answer ({_words(done)}): log in as that user, on the "
                "machine or by ssh, rather than by sudo or su, and try again. Nothing was changed."
            )

    def tell(self, *words: str) -> None:
        """Run a command that must succeed; raises Failure with what it said."""
        done = self._run(words)
        if done.returncode != 0:
            raise Failure(f"`{' '.join(self.command(*words))}` failed: {_words(done)}")

    def properties(self, names: Sequence[str]) -> dict[str, str]:
        """Read properties of the unit; empty where the manager does not answer."""
        done = self._run(("show", UNIT, "--property", ",".join(names)))
        pairs = (line.partition("=") for line in done.stdout.splitlines()) if done.returncode == 0 else ()
        return {name: value for name, _, value in pairs}

    def write(self, unit: str) -> None:
        """Write the unit, whole or not at all; raises Failure."""
        unfinished = self.path.with_name(f".{UNIT}.part")
        try:
            self.units.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(unit, "utf-8")
            unfinished.chmod(0o644)
            unfinished.replace(self.path)
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise Failure(f"{self.path} cannot be written ({error.strerror}).") from error

    def _run(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(  # noqa: S603 -- the words are ours
                self.command(*words), capture_output=True, text=True, timeout=PATIENCE, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Failure(f"`{' '.join(self.command(*words))}` could not be run: {error}") from error


def _words(done: subprocess.CompletedProcess[str]) -> str:
    """Give what a command said for its failure."""
    return (done.stderr or done.stdout).strip() or f"exit code {done.returncode}"
