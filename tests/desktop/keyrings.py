"""Keyrings for the tests of the window: the real Secret Service, one that a test holds back, the null one."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, ClassVar

import pytest
from keyring.backend import KeyringBackend

from server.consumers import Consumers
from server.custody import Custody
from server.vault import Vault
from server.webhook.secret import SecretKeeper, service_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from desktop.desk import Desk


def use(desk: Desk, choose: Callable[[], KeyringBackend], *, attended: bool = False) -> None:
    """Give the workspace another keyring; keyring itself makes its choice once in a process."""
    workspace = desk.workspace
    workspace.custody = Custody(workspace.tokens, workspace.actor, Vault(choose=choose, attended=lambda: attended))
    keeper = SecretKeeper(Vault(choose=choose, attended=lambda: attended, named=service_name))
    workspace.webhooks = Consumers(workspace.folder, workspace.database, workspace.actor, keeper)


def use_secret_service(desk: Desk, *, attended: bool = False) -> None:
    import keyring.backends.SecretService  # noqa: PLC0415 -- the library is only on Linux

    use(desk, lambda: made(keyring.backends.SecretService.Keyring), attended=attended)


def made(kind: type[KeyringBackend]) -> KeyringBackend:
    return kind()


class HeldKeyring(KeyringBackend):
    """Answers a write once `release` is set, as a keyring does while a person is typing a password."""

    priority: ClassVar[float] = 1

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.release = threading.Event()
        self.asked = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.asked.set()
        self.release.wait()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def held_keyring() -> Iterator[HeldKeyring]:
    """A trusted keyring by its name; keyring's own list of backends stays as it was."""
    known = set(KeyringBackend._classes)
    kind: type[HeldKeyring] = type("Keyring", (HeldKeyring,), {"__module__": "keyring.backends.macOS"})
    backend = kind()
    yield backend
    backend.release.set()
    KeyringBackend._classes.clear()
    KeyringBackend._classes.update(known)


def files_with(secret: str, folder: Path) -> list[Path]:
    """List the files that hold a secret, in the open or within a database."""
    return [path for path in folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
