"""A real, throw-away Secret Service for the tests, and the promise that no test touches the user's own keyring.

Needs gnome-keyring and dbus-daemon (Debian's names); tests that ask for it are skipped where they are missing, or
fail when REQUIRE_SECRET_SERVICE is set. Nothing is installed as a service: a private bus, a private home.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.gnome_keyring import SecretService

ADDRESS = "DBUS_SESSION_BUS_ADDRESS"
SCREEN = ("DISPLAY", "WAYLAND_DISPLAY")


@pytest.fixture(scope="session", autouse=True)
def no_real_keyring() -> Iterator[None]:
    """Keep every test, and every process it starts, away from the keyring of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        environment.delenv(ADDRESS, raising=False)
        yield


@pytest.fixture(scope="session")
def secret_service_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecretService]:
    """Start the bus and the keyring once for the whole run."""
    keyring_daemon, bus_daemon = shutil.which("gnome-keyring-daemon"), shutil.which("dbus-daemon")
    if keyring_daemon is None or bus_daemon is None:
        give_up = pytest.fail if os.environ.get("REQUIRE_SECRET_SERVICE") else pytest.skip
        give_up("needs a Secret Service: apt-get install gnome-keyring dbus-daemon")
    # Imported here: only Linux has these libraries, and only these tests should wait for them.
    from tests.gnome_keyring import PASSWORD, SecretService  # noqa: PLC0415 - see the line above

    folder = tmp_path_factory.mktemp("secret-service")
    # A copy loses the file capability cap_ipc_lock, with which a container refuses to run the packaged binary.
    copy = shutil.copy(keyring_daemon, folder / "keyring")
    environment = _private_environment(folder)
    bus_command = [bus_daemon, "--session", "--nofork", "--nopidfile", "--print-address=1"]
    with _running(bus_command, environment) as bus:
        assert bus.stdout is not None
        address = bus.stdout.readline().decode().strip()
        keyring_command = [str(copy), "--unlock", "--components=secrets", "--foreground"]
        with _running(keyring_command, {**environment, ADDRESS: address}) as keyring:
            assert keyring.stdin is not None
            keyring.stdin.write(PASSWORD)
            keyring.stdin.close()
            service = SecretService(address)
            service.wait_until_ready()
            yield service


@pytest.fixture
def secret_service(secret_service_process: SecretService, monkeypatch: pytest.MonkeyPatch) -> SecretService:
    """Make the throw-away Secret Service the session's own for one test, without a screen."""
    monkeypatch.setenv(ADDRESS, secret_service_process.bus)
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    for name in SCREEN:
        monkeypatch.delenv(name, raising=False)
    return secret_service_process


@pytest.fixture
def locked_secret_service(secret_service: SecretService) -> Iterator[SecretService]:
    """Lock the Secret Service for one test."""
    secret_service.lock()
    yield secret_service
    secret_service.unlock()


@contextmanager
def _running(command: list[str], environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    )
    with process:
        try:
            yield process
        finally:
            process.terminate()


def _private_environment(folder: Path) -> dict[str, str]:
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    own = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(runtime), "XDG_DATA_HOME": str(folder / "data")}
    return {**{name: value for name, value in os.environ.items() if name not in (ADDRESS, *SCREEN)}, **own}
