"""The operating system's keyring, which holds the admin's copy of a token; each outcome is a value.

Belongs here: which keyrings are trusted, the deadline, what their errors mean. Must not know: what a token is
for. keyring is imported by the first call only, on its own thread, so that the endpoint never pays for it and
runs without it. Nothing here logs or keeps a secret.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from keyring.backend import KeyringBackend
    from secretstorage import Collection

PATIENCE = 30.0
"""Seconds that a call waits: a locked keyring on a desktop asks a person and blocks without limit."""

_NAME_PATIENCE = 2.0
"""Seconds that the session's bus has to tell which keyring it is."""

_USERNAME = "perch"
_SECRET_SERVICES = frozenset({"keyring.backends.SecretService.Keyring", "keyring.backends.libsecret.Keyring"})
_ON_THE_BUS = "org.freedesktop.secrets"
_CHAINER = "keyring.backends.chainer.ChainerBackend"
_ABSENT = "keyring.backends.fail.Keyring"
_NAMES = {
    "keyring.backends.SecretService.Keyring": "Secret Service",
    "keyring.backends.libsecret.Keyring": "Secret Service",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
    "keyring.backends.kwallet.DBusKeyringKWallet4": "KWallet",
    "keyring.backends.macOS.Keyring": "macOS Keychain",
    "keyring.backends.Windows.WinVaultKeyring": "Windows Credential Manager",
}
"""The trusted keyrings, as a person knows them."""
_TRUSTED = frozenset(_NAMES)
_BUS_NAMES = {
    "org.gnome.keyring": "GNOME Keyring",
    "org.kde.kwalletd6": "KWallet",
    "org.kde.kwalletd5": "KWallet",
    "org.kde.secretservicecompat": "KWallet",
    "org.keepassxc.KeePassXC.MainWindow": "KeePassXC",
}
"""Names that the programs behind the Secret Service also have on the bus."""


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
    name: str = ""
    """What a person calls a trusted one: ``GNOME Keyring``, ``macOS Keychain``; empty for every other."""


_Result = tuple[Outcome, str | None]


class _Answer(NamedTuple):
    outcome: Outcome
    secret: str | None = None
    backend: str = ""


class _Waiting:
    """One wait for one answer: it is either taken in time or known to have come late, never both."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._answer: _Answer | None = None
        self._given_up = False

    def give(self, answer: _Answer) -> bool:
        """Hand the answer over; False when nobody waits any more."""
        with self._changed:
            self._answer = answer
            self._changed.notify()
            return not self._given_up

    def take(self, seconds: float) -> _Answer | None:
        """Wait for the answer; None when it did not come in time."""
        with self._changed:
            self._given_up = not self._changed.wait_for(lambda: self._answer is not None, seconds)
            return self._answer


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
    `named` gives the name under which something is kept, by its id.
    """

    def __init__(
        self,
        *,
        patience: float = PATIENCE,
        choose: Callable[[], KeyringBackend] = configured_keyring,
        attended: Callable[[], bool] = has_screen,
        named: Callable[[str], str] = service_name,
    ) -> None:
        self._patience = patience
        self._choose = choose
        self._attended = attended
        self._named = named
        self._turn = threading.Lock()

    def store(
        self,
        token_id: str,
        secret: str,
        *,
        patience: float | None = None,
        late: Callable[[Outcome], None] | None = None,
    ) -> Outcome:
        """Write the copy of a token and read it back.

        When the call has ended with TOO_SLOW and the keyring answers after all, `late` is told, on its thread.
        """
        service = self._named(token_id)

        def work(backend: KeyringBackend) -> _Result:
            # A read unlocks: a declined prompt is then told as such, which KWallet's write does not.
            backend.get_password(service, _USERNAME)
            backend.set_password(service, _USERNAME, secret)
            same = backend.get_password(service, _USERNAME) == secret
            return (Outcome.STORED if same else Outcome.FAILED), None

        return self._ask(work, patience=patience, late=late).outcome

    def fetch(self, token_id: str, *, patience: float | None = None) -> Kept:
        """Read the copy of a token; ABSENT when none is kept."""
        service = self._named(token_id)

        def work(backend: KeyringBackend) -> _Result:
            secret = backend.get_password(service, _USERNAME)
            return (Outcome.ABSENT if secret is None else Outcome.STORED), secret

        answer = self._ask(work, patience=patience)
        return Kept(answer.outcome, answer.secret)

    def delete(self, token_id: str, *, ask: bool = True, patience: float | None = None) -> Outcome:
        """Forget the copy of a token; ABSENT when none is left, whether or not there was one.

        Without `ask` a locked keyring is left as it is, and nobody is asked to open it: LOCKED.
        """
        service = self._named(token_id)

        def work(backend: KeyringBackend) -> _Result:
            if not ask and _is_locked(backend):
                return Outcome.LOCKED, None
            if backend.get_password(service, _USERNAME) is not None:
                backend.delete_password(service, _USERNAME)
            return Outcome.ABSENT, None

        return self._ask(work, may_prompt=ask, patience=patience).outcome

    def held(self, token_ids: Iterable[str], *, patience: float | None = None) -> list[str]:
        """List which of these tokens have a copy, without asking anybody; none when that cannot be told in time."""
        found: list[str] = []

        def work(backend: KeyringBackend) -> _Result:
            if _is_locked(backend):
                return Outcome.LOCKED, None
            found.extend(one for one in token_ids if backend.get_password(self._named(one), _USERNAME) is not None)
            return Outcome.STORED, None

        # What a late answer adds is not looked at any more.
        return list(found) if self._ask(work, may_prompt=False, patience=patience).outcome is Outcome.STORED else []

    def probe(self, *, patience: float | None = None) -> Probe:
        """Say whether copies can be kept, without a prompt and without writing."""
        names: list[str] = []

        def work(backend: KeyringBackend) -> _Result:
            names.append(_human_name(backend))
            return (Outcome.LOCKED if _is_locked(backend) else Outcome.STORED), None

        answer = self._ask(work, may_prompt=False, patience=patience)
        return Probe(answer.outcome, answer.backend, names[0] if names else "")

    def _ask(
        self,
        work: Callable[[KeyringBackend], _Result],
        *,
        may_prompt: bool = True,
        patience: float | None = None,
        late: Callable[[Outcome], None] | None = None,
    ) -> _Answer:
        """Run `work` on a thread of its own; one at a time, so that a keyring that hangs holds one thread."""
        patience = self._patience if patience is None else patience
        deadline = time.monotonic() + patience
        if not self._turn.acquire(timeout=patience):
            return _Answer(Outcome.TOO_SLOW)
        waiting = _Waiting()

        def run() -> None:
            try:
                answer = self._attempt(work, may_prompt=may_prompt)
                # Before the next call has its turn: what is told late is told in order.
                if not waiting.give(answer) and late is not None:
                    late(answer.outcome)
            finally:
                self._turn.release()

        # A daemon: a keyring that never answers must not keep the program from ending.
        threading.Thread(target=run, name="perch keyring", daemon=True).start()
        return waiting.take(max(0.0, deadline - time.monotonic())) or _Answer(Outcome.TOO_SLOW)

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


def _human_name(backend: KeyringBackend) -> str:
    """Name a trusted keyring as a person knows it; behind the Secret Service stand several programs."""
    classes = [_class_name(member) for member in getattr(backend, "backends", (backend,))]
    return (_secret_service_name() if classes[0] in _SECRET_SERVICES else None) or _NAMES[classes[0]]


def _secret_service_name() -> str | None:
    """Ask the session's bus which program is its Secret Service: it has a name of its own, too."""
    if sys.platform != "linux":
        return None
    try:
        import secretstorage  # noqa: PLC0415 - only there on Linux
        from jeepney import (  # type: ignore[import-untyped]  # noqa: PLC0415 - it has none; as above
            MessageType,
            message_bus,
            new_method_call,
        )

        with closing(secretstorage.dbus_init()) as connection:

            def owner(name: str) -> str | None:
                call = new_method_call(message_bus, "GetNameOwner", "s", (name,))
                reply = connection.send_and_get_reply(call, timeout=_NAME_PATIENCE)
                return reply.body[0] if reply.header.message_type is MessageType.method_return else None

            service = owner(_ON_THE_BUS)
            if service is None:
                return None
            return next((human for name, human in _BUS_NAMES.items() if owner(name) == service), None)
    except Exception:  # noqa: BLE001 - a nicety: whatever the bus says, the keyring is used as it is
        return None


def _chain(error: BaseException | None) -> list[BaseException]:
    links: list[BaseException] = []
    while error is not None and error not in links:
        links.append(error)
        error = error.__cause__ or error.__context__
    return links
