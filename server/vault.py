"""The operating system's keyring, which holds the admin's copy of a token; each outcome is a value.

Belongs here: which keyrings are trusted, the deadline, what their errors mean. Must not know: what a token is
for. keyring is imported by the first call only, on its own thread, so that the endpoint never pays for it and
runs without it. Nothing here logs or keeps a secret.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keyring.backend import KeyringBackend
    from secretstorage import Collection

PATIENCE = 30.0
"""Seconds that a call waits: a locked keyring on a desktop asks a person and blocks without limit."""

_USERNAME = "perch"
_SECRET_SERVICES = frozenset({"keyring.backends.SecretService.Keyring", "keyring.backends.libsecret.Keyring"})
_CHAINER = "keyring.backends.chainer.ChainerBackend"
_ABSENT = "keyring.backends.fail.Keyring"
_TRUSTED = _SECRET_SERVICES | {
    "keyring.backends.kwallet.DBusKeyring",
    "keyring.backends.kwallet.DBusKeyringKWallet4",
    "keyring.backends.macOS.Keyring",
    "keyring.backends.Windows.WinVaultKeyring",
}


class Outcome(StrEnum):
    """What became of a call; the token works whichever it is."""

    STORED = "stored"
    """The keyring holds the copy: written and read back."""
    LOCKED = "locked"
    """The keyring is locked and there is nobody to ask (no display)."""
    DISMISSED = "dismissed"
    """A person was asked to unlock it and declined."""
    ABSENT = "absent"
    """There is no keyring here, or it holds no copy."""
    REFUSED = "refused"
    """The configured keyring is not one that keeps secrets (null, plaintext, unknown)."""
    TOO_SLOW = "too_slow"
    """No answer in time; an answer that comes later may still have its effect."""
    FAILED = "failed"
    """Anything else, a copy that reads back differently included."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What `Vault.fetch` found; the secret is there when the outcome is STORED."""

    outcome: Outcome
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Probe:
    """The outcome that `Vault.store` would have, as far as can be told without asking anybody."""

    outcome: Outcome
    backend: str
    """The keyring's class, such as ``keyring.backends.SecretService.Keyring``; empty when there is none."""


_Result = tuple[Outcome, str | None]


class _Answer(NamedTuple):
    outcome: Outcome
    secret: str | None = None
    backend: str = ""


def service_name(token_id: str) -> str:
    """Return the name under which a token's copy is kept: one per token."""
    return f"Perch SCIM token {token_id}"


def has_screen() -> bool:
    """Whether a keyring could show a prompt to a person."""
    return sys.platform in ("darwin", "win32") or any(os.environ.get(key) for key in ("DISPLAY", "WAYLAND_DISPLAY"))


def configured_keyring() -> KeyringBackend:
    """Return the keyring that the system or the user's configuration names."""
    import keyring  # noqa: PLC0415 - lazily, see the top

    return keyring.get_keyring()


class Vault:
    """Keeps, gives and forgets copies; any thread may call, and waits for `patience` seconds at most.

    `choose` names the keyring and `attended` says whether a person can be asked; both are there for tests.
    """

    def __init__(
        self,
        *,
        patience: float = PATIENCE,
        choose: Callable[[], KeyringBackend] = configured_keyring,
        attended: Callable[[], bool] = has_screen,
    ) -> None:
        self._patience = patience
        self._choose = choose
        self._attended = attended
        self._turn = threading.Lock()

    def store(self, token_id: str, secret: str) -> Outcome:
        """Write the copy of a token and read it back."""
        service = service_name(token_id)

        def work(backend: KeyringBackend) -> _Result:
            # A read unlocks: a declined prompt is then told as such, which KWallet's write does not.
            backend.get_password(service, _USERNAME)
            backend.set_password(service, _USERNAME, secret)
            same = backend.get_password(service, _USERNAME) == secret
            return (Outcome.STORED if same else Outcome.FAILED), None

        return self._ask(work).outcome

    def fetch(self, token_id: str) -> Kept:
        """Read the copy of a token; ABSENT when none is kept."""
        service = service_name(token_id)

        def work(backend: KeyringBackend) -> _Result:
            secret = backend.get_password(service, _USERNAME)
            return (Outcome.ABSENT if secret is None else Outcome.STORED), secret

        answer = self._ask(work)
        return Kept(answer.outcome, answer.secret)

    def delete(self, token_id: str) -> Outcome:
        """Forget the copy of a token; ABSENT when none is left, whether or not there was one."""
        service = service_name(token_id)

        def work(backend: KeyringBackend) -> _Result:
            if backend.get_password(service, _USERNAME) is not None:
                backend.delete_password(service, _USERNAME)
            return Outcome.ABSENT, None

        return self._ask(work).outcome

    def probe(self) -> Probe:
        """Say whether copies can be kept, without a prompt and without writing."""

        def work(backend: KeyringBackend) -> _Result:
            return (Outcome.LOCKED if _is_locked(backend) else Outcome.STORED), None

        answer = self._ask(work, may_prompt=False)
        return Probe(answer.outcome, answer.backend)

    def _ask(self, work: Callable[[KeyringBackend], _Result], *, may_prompt: bool = True) -> _Answer:
        """Run `work` on a thread of its own; one at a time, so that a keyring that hangs holds one thread."""
        deadline = time.monotonic() + self._patience
        if not self._turn.acquire(timeout=self._patience):
            return _Answer(Outcome.TOO_SLOW)
        answers: queue.SimpleQueue[_Answer] = queue.SimpleQueue()

        def run() -> None:
            try:
                answers.put(self._attempt(work, may_prompt=may_prompt))
            finally:
                self._turn.release()

        # A daemon: a keyring that never answers must not keep the program from ending.
        threading.Thread(target=run, name="perch keyring", daemon=True).start()
        try:
            return answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return _Answer(Outcome.TOO_SLOW)

    def _attempt(self, work: Callable[[KeyringBackend], _Result], *, may_prompt: bool) -> _Answer:
        try:
            backend = self._choose()
        except (ImportError, AttributeError, RuntimeError):
            # keyring is not installed, or its configuration names something that is not there or cannot run.
            return _Answer(Outcome.ABSENT)
        name, outcome, secret = _class_name(backend), _judge(backend), None
        if outcome is None:
            try:
                if may_prompt:
                    outcome = self._unlock(backend)
                if outcome is None:
                    outcome, secret = work(backend)
            except Exception as error:  # noqa: BLE001 - each keyring raises its own; the outcome is a value
                outcome = self._meaning(error)
        return _Answer(outcome, secret, name)

    def _unlock(self, backend: KeyringBackend) -> Outcome | None:
        """Open the Secret Service's default collection, asking where somebody can be asked; None when open.

        The backend would do it too, but leaks its connection when the person declines (keyring 25).
        """
        if not self._attended():
            return Outcome.LOCKED if _is_locked(backend) else None
        with _default_collection(backend) as collection:
            declined = collection is not None and collection.is_locked() and collection.unlock()
        return Outcome.DISMISSED if declined else None

    def _meaning(self, error: BaseException) -> Outcome:
        from keyring import errors  # noqa: PLC0415 - lazily, see the top

        # By name where the class belongs to a library that only some systems have.
        names = {type(link).__name__ for link in _chain(error)}
        if "PromptDismissedException" in names or (isinstance(error, errors.KeyringLocked) and self._attended()):
            return Outcome.DISMISSED
        if isinstance(error, errors.KeyringLocked) or "LockedException" in names:
            return Outcome.LOCKED
        if isinstance(error, errors.NoKeyringError | errors.InitError | OSError):
            return Outcome.ABSENT
        return Outcome.ABSENT if "SecretServiceNotAvailableException" in names else Outcome.FAILED


def _judge(backend: KeyringBackend) -> Outcome | None:
    """Return why a keyring may not hold a token; None when it may."""
    name = _class_name(backend)
    if name == _ABSENT:
        return Outcome.ABSENT
    if name == _CHAINER:
        members = list(getattr(backend, "backends", ()))
        if not members:
            return Outcome.ABSENT
        return None if all(_class_name(member) in _TRUSTED for member in members) else Outcome.REFUSED
    return None if name in _TRUSTED else Outcome.REFUSED


def _class_name(backend: KeyringBackend) -> str:
    # The class itself and not an ancestor: a subclass may keep its secrets anywhere.
    kind = type(backend)
    return f"{kind.__module__}.{kind.__qualname__}"


def _is_locked(backend: KeyringBackend) -> bool:
    """Whether using the keyring now would ask a person; False where that cannot be known."""
    with _default_collection(backend) as collection:
        # Without a default collection the first write asks a person for its password.
        return collection.is_locked() if collection is not None else _is_secret_service(backend)


def _is_secret_service(backend: KeyringBackend) -> bool:
    members = getattr(backend, "backends", (backend,))
    return sys.platform == "linux" and any(_class_name(member) in _SECRET_SERVICES for member in members)


@contextmanager
def _default_collection(backend: KeyringBackend) -> Iterator[Collection | None]:
    """Give the Secret Service's default collection; None where there is none or the keyring is another."""
    if not _is_secret_service(backend):
        yield None
        return
    import secretstorage  # noqa: PLC0415 - only there on Linux

    with closing(secretstorage.dbus_init()) as connection:
        try:
            collection = secretstorage.get_collection_by_alias(connection, "default")
        except secretstorage.ItemNotFoundException:
            collection = None
        yield collection


def _chain(error: BaseException | None) -> list[BaseException]:
    links: list[BaseException] = []
    while error is not None and error not in links:
        links.append(error)
        error = error.__cause__ or error.__context__
    return links
