"""``perch service``: what is written where, what systemctl is told, and what is refused before anything is changed.

No test machine is run by systemd, so `systemctl` is a program of the tests' own that keeps what it was told.
"""

from __future__ import annotations

import getpass
import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from server.cli import systemd
from server.cli.service import kind_of
from tests.cli.command_line import CommandLine

if TYPE_CHECKING:
    from tests.endpoint import Serve

service_commands = importlib.import_module("server.cli.service")
"""The module: `server.cli.service` is the command of that name."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="systemd is Linux's")

SYSTEMCTL = """#!/bin/sh
echo "$@" >> "$TOLD"
case "$*" in
*Version*) test -z "$ASKED" || { echo "Failed to connect to bus: No medium found" >&2; exit 1; } ;;
*show*) test -z "$SHOWN" || { printf "$SHOWN"; exit; }
        printf 'LoadState=loaded\\nUnitFileState=enabled\\nActiveState=active\\nSubState=running\\nMainPID=4711\\n'
        printf 'Result=success\\nNRestarts=2\\nStatusText=Serving SCIM\\n' ;;
*"$REFUSED"*) echo "Unit is masked." >&2; exit 1 ;;
esac
"""


class Machine:
    """A machine that systemd runs, as far as Perch sees."""

    def __init__(self, folder: Path) -> None:
        self.told_file = folder / "told"
        self.system_unit = folder / "system" / "perch.service"
        self.user_unit = folder / "config" / "systemd" / "user" / "perch.service"

    @property
    def told(self) -> list[str]:
        """What it was told to do; what it was only asked is left out."""
        lines = self.told_file.read_text("utf-8").splitlines() if self.told_file.exists() else []
        return [line for line in lines if " show " not in f" {line} "]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "systemctl").write_text(SYSTEMCTL, "utf-8")
    (programs / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("TOLD", str(made.told_file))
    monkeypatch.setenv("REFUSED", "nothing at all")
    monkeypatch.setenv("SHOWN", "")
    monkeypatch.setenv("ASKED", "")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(systemd, "BOOTED", programs)
    monkeypatch.setattr(systemd, "SYSTEM_UNITS", made.system_unit.parent)
    monkeypatch.setattr(service_commands, "_places", lambda: iter([Path("/usr/bin/python3")]))
    return made


def is_root() -> bool:
    return os.geteuid() == 0


root_only = pytest.mark.skipif(not is_root(), reason="only root changes the system's services")


def test_a_service_of_ones_own_is_written_enabled_and_started(machine: Machine, perch: CommandLine) -> None:
    said = perch("service", "install", "--user", "--port", "8080", "--public-url", "https://scim.example.com").err
    unit = machine.user_unit.read_text("utf-8")
    assert "serve --port 8080 --public-url https://scim.example.com --log-json" in unit
    assert sys.executable in unit
    assert f"PERCH_DATA_DIR={perch.folder}" in unit
    assert machine.user_unit.stat().st_mode & 0o777 == 0o644
    assert machine.told == ["--user daemon-reload", "--user enable perch.service", "--user restart perch.service"]
    assert "journalctl --user -u perch" in said
    assert f"sudo loginctl enable-linger {getpass.getuser()}" in said


def test_after_su_it_says_that_nobody_is_there_to_be_told_and_leaves_no_file(
    machine: Machine, perch: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKED", "1")
    said = perch.refused("service", "install", "--user")
    assert "does not answer (Failed to connect to bus: No medium found): log in as that user" in said
    assert not machine.user_unit.exists()
    assert machine.told == []


@root_only
def test_an_export_into_a_folder_that_the_service_may_not_write_is_told(
    machine: Machine, perch: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(service_commands, "SYSTEM_DATA", tmp_path)
    for folder, outside in (("/srv/exports", True), (f"{tmp_path}/exports", False), ("exports", False)):
        (tmp_path / "perch.toml").write_text(f'export_daily = "{folder}"')
        assert ("which export_daily names" in perch("service", "install").err) is outside
    assert machine.system_unit.exists()


@root_only
def test_the_systems_service_is_written_enabled_and_started(machine: Machine, perch: CommandLine) -> None:
    said = perch("service", "install", "--metrics-port", "9100", "--log-requests").err
    unit = machine.system_unit.read_text("utf-8")
    assert "serve --metrics-port 9100 --log-requests --log-json" in unit
    assert str(perch.folder) not in unit, "it has a folder of its own"
    assert machine.told == ["daemon-reload", "enable perch.service", "restart perch.service"]
    assert "sudo perch --data-dir /var/lib/perch token create" in said


@root_only
def test_certificate_and_key_are_handed_over_and_have_to_be_there(
    machine: Machine, perch: CommandLine, tmp_path: Path
) -> None:
    files = [tmp_path / "cert.pem", tmp_path / "key.pem"]
    arguments = ("service", "install", "--tls-cert", str(files[0]), "--tls-key", str(files[1]))
    assert str(files[0]) in perch.refused(*arguments)
    assert not machine.system_unit.exists()
    for file in files:
        file.touch()
    perch(*arguments)
    assert f"LoadCredential=tls-key:{files[1]}\n" in machine.system_unit.read_text("utf-8")
    assert "needs both" in perch.refused(*arguments[:4])


def test_a_dry_run_prints_and_changes_nothing(machine: Machine, perch: CommandLine) -> None:
    for arguments, path in (((), machine.system_unit), (("--user",), machine.user_unit)):
        done = perch("service", "install", "--dry-run", *arguments)
        assert done.out.startswith("# Perch, a SCIM 2.0 server")
        assert str(path) in done.err
        assert "enable perch.service" in done.err
        assert not path.exists()
    assert machine.told == []
    assert not perch.folder.exists(), "not even the data folder"


def test_settings_that_cannot_be_are_told_now_and_not_at_the_next_start(machine: Machine, perch: CommandLine) -> None:
    assert "--insecure-bind" in perch.refused("service", "install", "--user", "--host", "0.0.0.0")
    assert machine.told == []
    assert not machine.user_unit.exists()


def test_a_name_that_would_bring_a_line_of_its_own_into_the_unit_is_refused(machine: Machine, tmp_path: Path) -> None:
    perch = CommandLine(tmp_path / "a\nExecStartPost=b")
    assert "line break" in perch.refused("service", "install", "--user")
    assert machine.told == []


def test_installing_anew_changes_the_options(machine: Machine, perch: CommandLine) -> None:
    perch("service", "install", "--user", "--port", "8080")
    perch("service", "install", "--user", "--port", "8081")
    unit = machine.user_unit.read_text("utf-8")
    assert "8081" in unit
    assert "8080" not in unit
    assert [one.name for one in machine.user_unit.parent.iterdir()] == ["perch.service"]


def test_what_systemctl_refuses_is_told_in_its_words(
    machine: Machine, perch: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFUSED", "enable")
    assert perch.refused("service", "install", "--user").endswith("Unit is masked.")
    assert len(machine.told) == 2


def test_uninstalling_stops_it_and_leaves_the_data(machine: Machine, perch: CommandLine) -> None:
    perch("token", "create", "Okta", "--no-keyring")
    perch("service", "install", "--user")
    machine.told_file.unlink()
    perch("service", "uninstall", "--user")
    assert machine.told == ["--user disable --now perch.service", "--user daemon-reload"]
    assert not machine.user_unit.exists()
    assert len(perch("token", "list").lines) == 1
    assert "nothing was changed" in perch.refused("service", "uninstall", "--user")


def test_the_status_joins_what_systemd_says_with_who_serves_the_folder(machine: Machine, serve: Serve) -> None:
    running = serve()
    perch = CommandLine(running.data_dir)
    before: dict[str, Any] = perch("service", "status", "--user", "--json").json
    assert (before["installed"], before["serves"]) == (False, running.base_url)
    assert "state" not in before
    perch("service", "install", "--user")
    found: dict[str, Any] = perch("service", "status", "--user", "--json").json
    assert found == {
        "unit": str(machine.user_unit),
        "installed": True,
        "starts_by_itself": True,
        "state": "active running",
        "process": 4711,
        "restarts": 2,
        "result": "success",
        "says": "Serving SCIM",
        "serves": running.base_url,
        "data_dir": str(running.data_dir),
    }
    assert ["starts by itself", "yes"] in perch("service", "status", "--user").lines


@pytest.mark.parametrize(
    ("state", "result", "says"),
    [
        ("activating auto-restart", "signal", None),
        ("activating auto-restart", "watchdog", None),
        ("inactive dead", "success", None),
        ("failed failed", "signal", None),
        ("activating auto-restart", "exit-code", "Another program listens."),
        ("deactivating stop-sigterm", "success", "Another program listens."),
    ],
)
def test_the_last_words_of_one_that_was_killed_or_has_stopped_are_not_taken_for_its_state(
    machine: Machine, perch: CommandLine, monkeypatch: pytest.MonkeyPatch, state: str, result: str, says: str | None
) -> None:
    perch("service", "install", "--user")
    assert machine.user_unit.exists()
    active, sub = state.split()
    text = "StatusText=Another program listens."
    monkeypatch.setenv("SHOWN", f"ActiveState={active}\\nSubState={sub}\\nResult={result}\\n{text}\\n")
    found = perch("service", "status", "--user", "--json").json
    assert (found["state"], found["says"]) == (state, says)


def test_a_manager_that_does_not_answer_is_not_taken_for_a_no(
    machine: Machine, perch: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    perch("service", "install", "--user")
    assert machine.user_unit.exists()
    monkeypatch.setenv("SHOWN", "\\n")
    found = perch("service", "status", "--user", "--json").json
    assert (found["state"], found["starts_by_itself"]) == ("unknown", None)


def test_who_may_not_look_into_the_folder_is_told_what_helps(
    machine: Machine, perch: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(folder: Path) -> None:
        raise PermissionError(13, "Permission denied", str(folder / "serve.lock"))

    assert machine.told == []
    monkeypatch.setattr(service_commands, "serving", forbidden)
    found = perch("service", "status", "--json").json
    assert found["unknown"] == "only root may look into /var/lib/perch: use sudo"


def test_a_service_that_does_not_start_is_told_in_its_own_words(
    machine: Machine, perch: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFUSED", "restart")
    monkeypatch.setenv("SHOWN", "SubState=auto-restart\\nResult=exit-code\\nStatusText=Another program listens.\\n")
    said = perch.refused("service", "install", "--user")
    assert said.startswith("The service does not start: Another program listens. It is tried anew")
    assert "perch service uninstall" in said
    assert machine.told[-1] == "--user restart perch.service"


def test_who_is_not_root_is_told_so_before_anything_else(
    machine: Machine, perch: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "perch.toml").write_text("this is no setting")
    monkeypatch.setattr(service_commands, "SYSTEM_DATA", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "use sudo" in perch.refused("service", "install")
    assert machine.told == []


def test_a_machine_without_systemd_is_told_what_it_can_do_instead(
    machine: Machine, perch: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(systemd, "BOOTED", tmp_path / "not there")
    assert "--dry-run" in perch.refused("service", "install", "--user")
    assert machine.told == []


@root_only
def test_a_program_that_the_services_user_cannot_reach_is_not_installed(
    machine: Machine, perch: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(service_commands, "_places", lambda: iter([closed / "bin" / "python"]))
    (closed / "bin").mkdir()
    assert "may not enter" in perch.refused("service", "install")
    assert machine.told == []


def test_the_program_is_looked_for_where_it_really_is() -> None:
    places = list(service_commands._places())
    assert Path(sys.executable) in places
    assert any(place.name == "__init__.py" for place in places)


def test_the_systems_service_takes_no_other_folder(machine: Machine, perch: CommandLine, tmp_path: Path) -> None:
    said = perch.refused("--data-dir", str(tmp_path), "service", "install")
    assert "/var/lib/perch" in said
    assert machine.told == []


@pytest.mark.parametrize(("kind", "beginning"), [("launchd", "<?xml"), ("windows", "<?xml")])
def test_files_of_other_systems_are_printed(perch: CommandLine, kind: str, beginning: str) -> None:
    done = perch("service", "install", "--kind", kind, "--dry-run")
    assert done.out.startswith(beginning)
    assert str(perch.folder) in done.out
    assert "README" in perch.refused("service", "install", "--kind", kind)


@pytest.mark.parametrize(("platform", "kind"), [("linux", "systemd"), ("darwin", "launchd"), ("win32", "windows")])
def test_each_system_has_its_kind(platform: str, kind: str) -> None:
    assert kind_of(platform) == kind


def test_elsewhere_the_systems_own_tools_are_named(perch: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_commands, "kind_of", lambda _: "launchd")
    assert "README" in perch.refused("service", "status")
    assert "README" in perch.refused("service", "uninstall")
