"""The vault against a real Secret Service and real keyring backends.

Windows and macOS are fakes here: a class that carries the backend's name and a dict, and raises what the real one
raises. They show that the vault lets those backends in and reads their errors, not that those systems work.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING, ClassVar

import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import keyring.backends.SecretService
import pytest
from keyring import errors
from keyring.backend import KeyringBackend

from server.vault import Kept, Outcome, Vault, has_screen, service_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gnome_keyring import SecretService

SECRET = "perch_live_not_a_real_one"


class MemoryKeyring(KeyringBackend):
    """Keeps passwords in a dict, as an unknown keyring might keep them anywhere."""

    priority: ClassVar[float] = 1

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture(autouse=True)
def known_backends(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the fakes out of keyring's own list of backends, which every subclass joins by itself."""
    kept = set(KeyringBackend._classes)
    yield
    KeyringBackend._classes.clear()
    KeyringBackend._classes.update(kept)


def named(module: str, name: str, **members: object) -> MemoryKeyring:
    """Return a fake that carries a real backend's name."""
    kind: type[MemoryKeyring] = type(name, (MemoryKeyring,), {"__module__": module, **members})
    return kind()


def vault(backend: KeyringBackend, *, attended: bool = False, patience: float = 20.0) -> Vault:
    return Vault(choose=lambda: backend, attended=lambda: attended, patience=patience)


def made(kind: type[KeyringBackend]) -> KeyringBackend:
    return kind()


def secret_service_vault(*, attended: bool = False) -> Vault:
    return vault(made(keyring.backends.SecretService.Keyring), attended=attended)


# A real Secret Service


def test_a_copy_is_stored_read_back_and_forgotten(secret_service: SecretService) -> None:
    mine = secret_service_vault()
    assert mine.fetch("7f3a") == Kept(Outcome.ABSENT)
    assert mine.store("7f3a", SECRET) is Outcome.STORED
    assert mine.fetch("7f3a") == Kept(Outcome.STORED, SECRET)
    assert "Perch SCIM token 7f3a" in secret_service.services()
    assert mine.delete("7f3a") is Outcome.ABSENT
    assert mine.fetch("7f3a") == Kept(Outcome.ABSENT)
    assert "Perch SCIM token 7f3a" not in secret_service.services()


def test_each_token_has_a_copy_of_its_own(secret_service: SecretService) -> None:
    mine = secret_service_vault()
    for token_id, secret in (("one", "first"), ("two", "second")):
        assert mine.store(token_id, secret) is Outcome.STORED
    assert mine.delete("one") is Outcome.ABSENT
    assert mine.fetch("two").secret == "second"
    assert mine.delete("two") is Outcome.ABSENT


def test_the_copies_that_are_held_are_listed_and_a_locked_keyring_is_not_opened_for_it(
    secret_service: SecretService,
) -> None:
    mine = secret_service_vault()
    mine.store("one", "first")
    assert mine.held(["one", "two"]) == ["one"]
    secret_service.lock()
    try:
        assert mine.held(["one"]) == []
    finally:
        secret_service.unlock()
    mine.delete("one")
    assert mine.held(["one"]) == []


def test_storing_again_replaces_the_copy(secret_service: SecretService) -> None:
    mine = secret_service_vault()
    mine.store("again", "old")
    assert mine.store("again", "new") is Outcome.STORED
    assert mine.fetch("again").secret == "new"
    mine.delete("again")


def test_the_probe_writes_nothing(secret_service: SecretService) -> None:
    before = secret_service.services()
    probe = secret_service_vault().probe()
    assert (probe.outcome, probe.backend) == (Outcome.STORED, "keyring.backends.SecretService.Keyring")
    assert probe.name == "GNOME Keyring"
    assert secret_service.services() == before


def test_a_locked_keyring_with_nobody_to_ask_is_locked(locked_secret_service: SecretService) -> None:
    mine = secret_service_vault(attended=False)
    assert mine.probe().outcome is Outcome.LOCKED
    assert mine.store("locked", SECRET) is Outcome.LOCKED
    assert mine.fetch("locked") == Kept(Outcome.LOCKED)
    assert mine.delete("locked") is Outcome.LOCKED
    locked_secret_service.unlock()
    assert mine.fetch("locked") == Kept(Outcome.ABSENT), "nothing was written behind the lock"


def test_nobody_is_asked_to_open_a_keyring_only_to_forget(locked_secret_service: SecretService) -> None:
    # Asked, this one declines: see below.
    mine = secret_service_vault(attended=True)
    assert mine.delete("forgotten", ask=False) is Outcome.LOCKED
    locked_secret_service.unlock()
    assert mine.delete("forgotten", ask=False) is Outcome.ABSENT


def test_a_declined_prompt_is_dismissed(locked_secret_service: SecretService) -> None:
    # No prompter runs on the private bus: gnome-keyring then declines in the person's place.
    mine = secret_service_vault(attended=True)
    assert mine.store("declined", SECRET) is Outcome.DISMISSED
    assert mine.fetch("declined") == Kept(Outcome.DISMISSED)


def test_the_probe_does_not_prompt_even_with_a_screen(locked_secret_service: SecretService) -> None:
    assert secret_service_vault(attended=True).probe().outcome is Outcome.LOCKED


@pytest.mark.parametrize("address", [None, "unix:path=/nonexistent/bus"], ids=["no address", "nobody listens"])
def test_without_a_bus_the_keyring_is_absent(address: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    if address is not None:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    mine = secret_service_vault()
    assert mine.store("nobus", SECRET) is Outcome.ABSENT
    assert mine.fetch("nobus") == Kept(Outcome.ABSENT)
    assert mine.probe().outcome is Outcome.ABSENT


def test_the_keyring_that_the_system_configures_is_used(secret_service: SecretService) -> None:
    # In a process of its own, since keyring makes its choice once.
    program = (
        "from server.vault import Vault; vault = Vault(); print(vault.store('chosen', 'x'), vault.delete('chosen'))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["stored", "absent"], done.stderr


def test_importing_the_vault_imports_no_keyring() -> None:
    program = "import sys, server.vault; print('keyring' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# Which keyrings are trusted


def test_the_null_keyring_is_refused() -> None:
    # It would take the secret, keep nothing, and say nothing.
    assert vault(made(keyring.backends.null.Keyring)).store("null", SECRET) is Outcome.REFUSED


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("keyrings.alt.file", "PlaintextKeyring"),
        ("keyrings.alt.file", "EncryptedKeyring"),
        ("somewhere.of.ones.own", "Keyring"),
    ],
)
def test_a_keyring_that_is_not_the_systems_is_refused_and_gets_no_secret(module: str, name: str) -> None:
    plaintext = named(module, name)
    mine = vault(plaintext)
    assert mine.store("plain", SECRET) is Outcome.REFUSED
    assert mine.fetch("plain") == Kept(Outcome.REFUSED)
    assert mine.delete("plain") is Outcome.REFUSED
    assert mine.probe().backend == f"{module}.{name}"
    assert plaintext.kept == {}


def test_a_descendant_of_a_trusted_keyring_is_refused() -> None:
    descendant = type("Keyring", (keyring.backends.SecretService.Keyring,), {})
    assert vault(made(descendant)).store("child", SECRET) is Outcome.REFUSED


def test_no_keyring_at_all_is_absent() -> None:
    mine = vault(made(keyring.backends.fail.Keyring))
    assert mine.store("none", SECRET) is Outcome.ABSENT
    assert mine.probe().outcome is Outcome.ABSENT


def test_keyring_not_installed_or_misconfigured_is_absent() -> None:
    for error in (ImportError("keyring"), AttributeError("no such class"), RuntimeError("macOS required")):

        def choose(error: Exception = error) -> KeyringBackend:
            raise error

        assert Vault(choose=choose).store("x", SECRET) is Outcome.ABSENT


def chain(*members: KeyringBackend) -> KeyringBackend:
    chained = type("ChainerBackend", (keyring.backends.chainer.ChainerBackend,), {"backends": list(members)})
    chained.__module__ = "keyring.backends.chainer"
    backend: KeyringBackend = chained()
    return backend


def test_a_chain_of_trusted_keyrings_is_trusted() -> None:
    first = named("keyring.backends.kwallet", "DBusKeyring")
    assert vault(chain(first, named("keyring.backends.macOS", "Keyring"))).store("chained", SECRET) is Outcome.STORED
    assert list(first.kept.values()) == [SECRET]


def test_a_chain_with_one_untrusted_keyring_is_refused() -> None:
    plaintext = named("keyrings.alt.file", "PlaintextKeyring")
    trusted = named("keyring.backends.kwallet", "DBusKeyring")
    assert vault(chain(trusted, plaintext)).store("chained", SECRET) is Outcome.REFUSED
    assert trusted.kept == plaintext.kept == {}


def test_an_empty_chain_is_absent() -> None:
    assert vault(chain()).store("chained", SECRET) is Outcome.ABSENT


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("keyring.backends.Windows", "WinVaultKeyring"),
        ("keyring.backends.macOS", "Keyring"),
        ("keyring.backends.kwallet", "DBusKeyring"),
    ],
)
def test_the_other_systems_keyrings_are_trusted(module: str, name: str) -> None:
    backend = named(module, name)
    mine = vault(backend)
    assert mine.store("there", SECRET) is Outcome.STORED
    assert list(backend.kept) == [(service_name("there"), "perch")]
    assert mine.fetch("there") == Kept(Outcome.STORED, SECRET)
    assert mine.delete("there") is Outcome.ABSENT
    assert backend.kept == {}


# What their errors mean


def raising(error: Exception) -> MemoryKeyring:
    def get_password(self: MemoryKeyring, service: str, username: str) -> str | None:
        raise error

    return named("keyring.backends.macOS", "Keyring", get_password=get_password)


@pytest.mark.parametrize(
    ("error", "attended", "outcome"),
    [
        (errors.KeyringLocked("Can't store password on keychain"), True, Outcome.DISMISSED),
        (errors.KeyringLocked("Failed to unlock the keyring!"), False, Outcome.LOCKED),
        (errors.InitError("Failed to open keyring"), True, Outcome.ABSENT),
        (errors.NoKeyringError("none"), True, Outcome.ABSENT),
        (ConnectionRefusedError("bus"), True, Outcome.ABSENT),
        (errors.PasswordSetError(f"could not keep {SECRET}"), True, Outcome.FAILED),
        (ZeroDivisionError("a bug of the keyring's"), True, Outcome.FAILED),
    ],
)
def test_each_error_of_a_keyring_is_an_outcome(error: Exception, attended: bool, outcome: Outcome) -> None:
    assert vault(raising(error), attended=attended).store("e", SECRET) is outcome


def test_a_prompt_dismissed_while_the_collection_is_made_is_dismissed() -> None:
    # By name, since only Linux has secretstorage.
    dismissed = type("PromptDismissedException", (Exception,), {})
    error = errors.InitError("Failed to create the collection")
    error.__cause__ = dismissed()
    assert vault(raising(error), attended=True).store("e", SECRET) is Outcome.DISMISSED


def test_a_copy_that_reads_back_differently_is_a_failure() -> None:
    def set_password(self: MemoryKeyring, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password[:10]

    assert vault(named("keyring.backends.macOS", "Keyring", set_password=set_password)).store("cut", SECRET) == "failed"


@pytest.mark.parametrize(
    ("module", "name"),
    [("macOS", "macOS Keychain"), ("Windows", "Windows Credential Manager"), ("kwallet", "KWallet")],
)
def test_a_keyring_has_a_name_that_a_person_knows(module: str, name: str) -> None:
    kind = {"macOS": "Keyring", "Windows": "WinVaultKeyring", "kwallet": "DBusKeyring"}[module]
    assert vault(named(f"keyring.backends.{module}", kind)).probe().name == name


# A keyring that hangs


def test_a_keyring_that_hangs_is_too_slow_and_holds_one_thread_only() -> None:
    release, entered = threading.Event(), threading.Semaphore(0)

    def get_password(self: MemoryKeyring, service: str, username: str) -> str | None:
        entered.release()
        release.wait()
        return self.kept.get((service, username))

    backend = named("keyring.backends.macOS", "Keyring", get_password=get_password)
    mine = vault(backend, patience=0.02)
    try:
        assert mine.store("slow", SECRET) is Outcome.TOO_SLOW
        assert mine.fetch("slow") == Kept(Outcome.TOO_SLOW)
        assert mine.probe().outcome is Outcome.TOO_SLOW
        assert entered.acquire(timeout=20)
        assert not entered.acquire(blocking=False), "the second call must not start while the first one hangs"
        hanging = [thread for thread in threading.enumerate() if thread.name == "perch keyring"]
        assert len(hanging) == 1
        assert hanging[0].daemon, "it must not keep the program from ending"
    finally:
        release.set()
    hanging[0].join(timeout=20)
    assert vault(backend).fetch("slow") == Kept(Outcome.STORED, SECRET), "a late answer still has its effect"


def test_an_answer_that_comes_late_is_told_and_one_in_time_is_not() -> None:
    release, told = threading.Event(), threading.Event()

    def get_password(self: MemoryKeyring, service: str, username: str) -> str | None:
        release.wait()
        return self.kept.get((service, username))

    mine = vault(named("keyring.backends.macOS", "Keyring", get_password=get_password))
    late: list[Outcome] = []

    def tell(outcome: Outcome) -> None:
        late.append(outcome)
        told.set()

    assert mine.store("slow", SECRET, patience=0.02, late=tell) is Outcome.TOO_SLOW
    assert late == []
    release.set()
    assert told.wait(20)
    assert late == [Outcome.STORED]
    assert mine.store("quick", SECRET, late=tell) is Outcome.STORED
    assert late == [Outcome.STORED]


def test_the_vault_answers_again_after_a_slow_keyring_came_back() -> None:
    backend = named("keyring.backends.macOS", "Keyring")
    mine = vault(backend)
    assert [mine.store(str(number), SECRET) for number in range(20)] == [Outcome.STORED] * 20


def test_no_repr_shows_a_secret() -> None:
    assert SECRET not in repr(Kept(Outcome.STORED, SECRET))


@pytest.mark.parametrize("variable", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_a_display_means_that_somebody_can_be_asked(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not has_screen()
    monkeypatch.setenv(variable, ":0")
    assert has_screen()


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_a_desktop_system_can_always_ask(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert has_screen()
