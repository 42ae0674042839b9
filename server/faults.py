"""What can go wrong around Perch rather than inside it: the disk, the database, the port, the keyring.

A fault is not a bug and not the client's mistake. Its ``code`` is what each host words for its own audience
(the command line in ``cli.messages``, the desktop in ``desktop.messages``); ``detail`` holds the fact itself
(a path, a port, a version), never a secret.
"""

from __future__ import annotations

from enum import StrEnum


class FaultCode(StrEnum):
    """Each environment fault that a host must be able to explain."""

    DISK_FULL = "disk_full"
    DATABASE_LOCKED = "database_locked"
    DATABASE_CORRUPT = "database_corrupt"
    DATABASE_NEWER = "newer_than_program"
    FOLDER_UNWRITABLE = "folder_unwritable"
    FOLDER_MISSING = "folder_missing"
    PORT_IN_USE = "port_in_use"
    PORT_FORBIDDEN = "port_forbidden"
    ADDRESS_UNUSABLE = "address_unusable"
    ALREADY_SERVING = "already_serving"
    SETTING_INVALID = "setting_invalid"
    BACKUP_UNUSABLE = "backup_unusable"
    TARGET_EXISTS = "target_exists"
    STORE_FAILED = "store_failed"


class Superseded(Exception):
    """A search was given up, because its ``cancelled`` said so."""


class Fault(Exception):
    """An environment fault: ``code`` says which, ``detail`` the fact a person needs to mend it."""

    def __init__(self, code: FaultCode, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class StoreUnavailable(Fault):
    """The workspace's database cannot be used now; nothing that was answered is lost."""


class PortInUse(Fault):
    """Another program listens on the port."""
