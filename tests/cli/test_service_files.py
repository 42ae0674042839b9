"""The files that make Perch a service, held against what is asked of them line by line, and against systemd's own judge."""

from __future__ import annotations

import plistlib
import re
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cli.service_files import (
    LABEL,
    Wanted,
    command_line,
    filled,
    property_list,
    quoted,
    system_unit,
    user_unit,
    windows_service,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PROGRAM = ("/usr/bin/python3", "-P", "-m", "server")
WANTED = Wanted(PROGRAM, ("--public-url", "https://scim.example.com/a%20b"), data_dir="/data/of mine", log="/log")
TLS = Wanted(PROGRAM, tls_cert="/etc/perch/certificate 1.pem", tls_key="/etc/perch/key.pem", data_dir="/data")
LOW = Wanted(PROGRAM, port=443)

ANALYZE = shutil.which("systemd-analyze")
MOST_EXPOSED = "2.5"

REQUIRED = {
    "Type": "notify",
    "NotifyAccess": "main",
    "Restart": "always",
    "WatchdogSec": "60",
    "DynamicUser": "yes",
    "StateDirectory": "perch",
    "StateDirectoryMode": "0700",
    "UMask": "0077",
    "StandardError": "journal",
    "SyslogIdentifier": "perch",
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "PrivateUsers": "yes",
    "ProtectProc": "invisible",
    "ProcSubset": "pid",
    "ProtectClock": "yes",
    "ProtectControlGroups": "yes",
    "ProtectHostname": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelTunables": "yes",
    "CapabilityBoundingSet": "",
    "AmbientCapabilities": "",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "SystemCallArchitectures": "native",
    "RemoveIPC": "yes",
}
"""What issue and documentation ask of the system's unit (systemd.exec(5), systemd.service(5))."""

NOT_FOR_USERS = {
    "DynamicUser",
    "StateDirectory",
    "PrivateUsers",
    "CapabilityBoundingSet",
    "ProtectSystem",
    "LoadCredential",
}
"""What a user's manager cannot do on every kernel: the unit would not start."""


def lines(unit: str) -> list[tuple[str, str]]:
    """Return the assignments of a unit, in order."""
    found = (line.partition("=") for line in unit.splitlines() if line and line[0] not in "#[")
    return [(name, value) for name, _, value in found]


@pytest.mark.parametrize("name", REQUIRED)
def test_the_unit_of_the_system_has_what_is_asked_of_it(name: str) -> None:
    assert [value for key, value in lines(system_unit(WANTED)) if key == name] == [REQUIRED[name]]


def test_a_call_to_the_system_is_allowed_by_list_and_refused_without_a_kill() -> None:
    unit = lines(system_unit(WANTED))
    assert [value for key, value in unit if key == "SystemCallFilter"] == ["@system-service", "~@privileged @resources"]
    assert ("SystemCallErrorNumber", "EPERM") in unit


def test_it_starts_with_the_machine_and_for_ever_anew() -> None:
    unit = dict(lines(system_unit(WANTED)))
    assert unit["WantedBy"] == "multi-user.target"
    assert unit["After"] == unit["Wants"] == "network-online.target"
    assert unit["StartLimitIntervalSec"] == "0"
    assert dict(lines(user_unit(WANTED)))["WantedBy"] == "default.target"


def test_its_folder_is_the_one_that_systemd_makes() -> None:
    assert ("Environment", "PERCH_DATA_DIR=%S/perch") in lines(system_unit(WANTED))
    assert ("Environment", '"PERCH_DATA_DIR=/data/of mine"') in lines(user_unit(WANTED))


@pytest.mark.parametrize("unit", [system_unit(TLS), system_unit(WANTED), user_unit(WANTED)])
def test_every_line_of_a_unit_is_an_assignment_a_heading_or_a_reason(unit: str) -> None:
    pattern = re.compile(r"(#.*|\[(Unit|Service|Install)\]|[A-Z][A-Za-z]+=.*|)")
    assert [line for line in unit.split("\n") if not pattern.fullmatch(line)] == []
    assert "{{" not in unit
    assert unit.endswith("\n")


def test_what_root_wrote_is_given_to_the_service_before_it_starts_and_a_failure_of_that_stops_nobody() -> None:
    (command,) = (value for name, value in lines(system_unit(WANTED)) if name == "ExecStartPre")
    assert command == "-+/bin/chown -R -h --reference=%S/private/perch %S/private/perch"


def test_without_tls_there_is_no_credential() -> None:
    assert "Credential" not in system_unit(WANTED)
    assert "CREDENTIALS" not in system_unit(WANTED)


def test_key_and_certificate_are_handed_over_by_systemd_and_not_read_where_they_lie() -> None:
    unit = lines(system_unit(TLS))
    assert [value for key, value in unit if key == "LoadCredential"] == [
        "tls-cert:/etc/perch/certificate 1.pem",
        "tls-key:/etc/perch/key.pem",
    ]
    command = dict(unit)["ExecStart"]
    assert "/etc/perch" not in command
    assert command.endswith("--tls-cert ${CREDENTIALS_DIRECTORY}/tls-cert --tls-key ${CREDENTIALS_DIRECTORY}/tls-key")


def test_a_users_service_reads_them_itself_and_asks_for_nothing_that_needs_root() -> None:
    unit = user_unit(TLS)
    assert "'/etc/perch/certificate 1.pem'" in shlex.join(shlex.split(dict(lines(unit))["ExecStart"]))
    assert NOT_FOR_USERS.isdisjoint(dict(lines(unit)))
    assert dict(lines(unit))["SyslogIdentifier"] == "perch"


def test_a_port_that_is_kept_for_root_brings_the_one_right_that_it_needs() -> None:
    unit = dict(lines(system_unit(LOW)))
    assert unit["CapabilityBoundingSet"] == unit["AmbientCapabilities"] == "CAP_NET_BIND_SERVICE"
    assert unit["PrivateUsers"] == "no"


def test_a_program_below_a_home_folder_can_be_read_there() -> None:
    assert dict(lines(system_unit(Wanted(PROGRAM, reads_home=True))))["ProtectHome"] == "read-only"


@pytest.mark.skipif(ANALYZE is None, reason="this machine has no systemd-analyze")
@pytest.mark.parametrize("wanted", [WANTED, TLS, LOW], ids=["plain", "TLS", "port 443"])
class TestBySystemd:
    """What systemd itself says of the unit, without running it."""

    @staticmethod
    def analyzed(tmp_path: Path, wanted: Wanted, *words: str) -> str:
        unit = tmp_path / "perch.service"
        unit.write_text(system_unit(wanted), "utf-8")
        done = subprocess.run(["systemd-analyze", *words, str(unit)], check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def test_it_is_a_unit_without_a_fault(self, tmp_path: Path, wanted: Wanted) -> None:
        if not shutil.which(PROGRAM[0]):
            pytest.skip(f"the judge looks for {PROGRAM[0]}, which is not here")
        assert self.analyzed(tmp_path, wanted, "verify", "--man=no").strip() == ""

    def test_it_is_as_little_exposed_as_is_asked_for(self, tmp_path: Path, wanted: Wanted) -> None:
        said = self.analyzed(tmp_path, wanted, "security", "--offline=true", "--no-pager")
        level = re.search(r"Overall exposure level for perch\.service: ([\d.]+)", said)
        assert level is not None
        assert float(level[1]) <= float(MOST_EXPOSED)


# Quoting


def unquoted(command: str) -> list[str]:
    """Read a command as systemd does (systemd.syntax(7)), without variables of its own."""
    return [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(command)]


@given(arguments=st.lists(st.text(st.characters(blacklist_characters="\n\r\0", codec="utf-8")), min_size=1))
def test_any_argument_survives_the_unit(arguments: Sequence[str]) -> None:
    assert unquoted(command_line(arguments)) == list(arguments)


@pytest.mark.parametrize(
    ("argument", "written"),
    [
        ("/usr/bin/python3", "/usr/bin/python3"),
        ("a b", '"a b"'),
        ("", '""'),
        ("50%", "50%%"),
        ("$HOME", '"$$HOME"'),
        ('say "hi"', r'"say \"hi\""'),
        ("back\\slash", r'"back\\slash"'),
        ("; rm", '"; rm"'),
        ("é", '"é"'),
    ],
)
def test_an_argument_is_quoted_as_systemd_reads_it(argument: str, written: str) -> None:
    assert quoted(argument) == written


@pytest.mark.parametrize("name", ["a\nExecStartPost=/bin/sh", "a\rb", "a\0b"])
def test_a_line_break_cannot_bring_a_line_of_its_own(name: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        quoted(name)
    with pytest.raises(ValueError, match="line break"):
        user_unit(Wanted(PROGRAM, data_dir=name))
    with pytest.raises(ValueError, match="line break"):
        system_unit(Wanted(PROGRAM, tls_cert=name, tls_key="/key"))


def test_a_line_whose_word_is_empty_goes_and_no_other() -> None:
    assert filled("a\n{{x}}\nb={{x}}\n", x="") == "a\nb=\n"
    assert filled("{{x}}\n", x="1") == "1\n"


# Other systems


def test_launchd_reads_what_is_to_run() -> None:
    read = plistlib.loads(property_list(WANTED).encode())
    assert read["Label"] == LABEL
    assert read["ProgramArguments"] == [*PROGRAM, "serve", "--public-url", "https://scim.example.com/a%20b"]
    assert read["EnvironmentVariables"] == {"PERCH_DATA_DIR": "/data/of mine"}
    assert (read["RunAtLoad"], read["KeepAlive"], read["ExitTimeOut"], read["Umask"]) == (True, True, 30, 0o077)
    assert "UserName" not in read


def test_a_daemon_of_the_system_is_not_roots() -> None:
    wanted = Wanted(PROGRAM, data_dir="/a & <b>", account="ada")
    read = plistlib.loads(property_list(wanted, system=True).encode())
    assert read["UserName"] == "ada"
    assert read["EnvironmentVariables"] == {"PERCH_DATA_DIR": "/a & <b>"}


def test_windows_reads_what_is_to_run() -> None:
    program = (r"C:\Program Files\Perch\python.exe", "-P", "-m", "server")
    wanted = Wanted(
        program, ("--log-json",), data_dir=r"C:\Data & more", tls_cert=r"C:\my cert.pem", tls_key=r"C:\k.pem"
    )
    read = ET.fromstring(windows_service(wanted).partition("?>")[2])
    assert read.findtext("executable") == program[0]
    assert read.findtext("arguments") == (
        r'-P -m server serve --log-json --tls-cert "C:\my cert.pem" --tls-key C:\k.pem'
    )
    env = read.find("env")
    assert env is not None
    assert (env.get("name"), env.get("value")) == ("PERCH_DATA_DIR", r"C:\Data & more")
    assert read.findtext("serviceaccount/username") == r"NT AUTHORITY\LocalService"
    assert read.findtext("startmode") == "Automatic"
    failure = read.find("onfailure")
    assert failure is not None
    assert failure.get("action") == "restart"
