"""``perch service``: make the endpoint a service that starts with the machine, take it away, say how it is."""

from __future__ import annotations

import getpass
import shlex
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

import server
from server.cli.invocation import Failure, Invocation, pass_invocation
from server.cli.output import CAREFUL, QUIET, json_option, say, show_details, show_json
from server.cli.service_files import LABEL, Wanted, property_list, system_unit, user_unit, windows_service
from server.cli.systemd import SYSTEM_DATA, UNIT, Systemd
from server.config import data_path, load_config
from server.faults import Fault
from server.store.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.config import ServerConfig

SYSTEMD, LAUNCHD, WINDOWS = "systemd", "launchd", "windows"
HOMES: Final = (Path("/home"), Path("/root"), Path("/run/user"))
"""What ProtectHome hides from a service (systemd.exec(5))."""
LOADED: Final = (
    "LoadState",
    "UnitFileState",
    "ActiveState",
    "SubState",
    "MainPID",
    "Result",
    "NRestarts",
    "StatusText",
)
ENDED: Final = ("dead", "failed", "auto-restart")
"""Sub-states without a process: what the last one said may not hold any more."""

user_option = click.option("--user", is_flag=True, help="A service of your own account instead of the system's.")


@click.group()
def service() -> None:
    """Run Perch as a service of the operating system."""


@service.command()
@user_option
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65_535), help="The port to listen on.")
@click.option("--public-url", metavar="URL", help="Where a proxy or tunnel shows Perch.")
@click.option("--insecure-bind", is_flag=True, help="Allow a --host that other machines reach without TLS.")
@click.option("--tls-cert", type=click.Path(path_type=Path), help="Speak TLS with this certificate and chain (PEM).")
@click.option("--tls-key", type=click.Path(path_type=Path), help="The private key of the certificate (PEM).")
@click.option("--metrics-port", type=click.IntRange(1, 65_535), help="Show /metrics on this port of 127.0.0.1, too.")
@click.option("--log-requests", is_flag=True, help="Log every request, without its body and its query.")
@click.option(
    "--kind",
    type=click.Choice([SYSTEMD, LAUNCHD, WINDOWS]),
    help="Whose file to print, where it is not this system's: with --dry-run only.",
)
@click.option("--dry-run", is_flag=True, help="Print the file, and on stderr what would be done; change nothing.")
@pass_invocation
def install(invocation: Invocation, /, *, user: bool, kind: str | None, dry_run: bool, **options: Any) -> None:
    """Write the service's file, let it start with the machine, and start it now.

    Installing anew is how an option is changed. The options are those of `perch serve`; what else is to be set stands
    in perch.toml in the data folder, which is /var/lib/perch for the system's service.
    """
    here = kind_of(sys.platform)
    kind = kind or here
    folder = data_path(invocation.data_dir) if user or kind != SYSTEMD or invocation.data_dir else SYSTEM_DATA
    if kind == SYSTEMD and not user and folder != SYSTEM_DATA:
        raise Failure(
            f"The system's service has a folder of its own, {SYSTEM_DATA}: leave --data-dir out, or use --user."
        )
    if kind != SYSTEMD:
        _print_for(kind, wanted_by(folder, options), user=user, dry_run=dry_run)
        return
    systemd = Systemd.of(user=user)
    if not dry_run:
        # First of all: who may not do this may not read the settings either, and is told what helps.
        systemd.check()
    wanted = wanted_by(folder, options)
    try:
        unit = user_unit(wanted) if user else system_unit(wanted)
    except ValueError as error:
        raise Failure(str(error)) from error
    commands = [("daemon-reload",), ("enable", UNIT), ("restart", UNIT)]
    if dry_run:
        click.echo(unit, nl=False)
        say(f"This would be {systemd.path}; then:", style=QUIET)
        for words in commands:
            say(f"  {' '.join(systemd.command(*words))}", style=QUIET)
        return
    for file in filter(None, (wanted.tls_cert, wanted.tls_key)):
        if not Path(file).is_file():
            raise Failure(f"There is no file {file}: name the PEM files of a certificate and its key.")
    if not user:
        _reachable_by_a_service()
    systemd.write(unit)
    *prepare, start = commands
    for words in prepare:
        systemd.tell(*words)
    try:
        systemd.tell(*start)
    except Failure as failure:
        raise Failure(_why_not(systemd) or failure.message) from failure
    say(f"Perch is a service now, by {systemd.path}. Its log: journalctl {'--user ' if user else ''}-u perch")
    if not user and (outside := _exports_outside(folder)):
        say(
            f"The service may not write into {outside}, which export_daily names: choose a folder below {folder}.",
            style=CAREFUL,
        )
    if user:
        # Without sudo it is denied to who came by ssh: the right is that of a session at the machine.
        say(
            f"So that it runs while you are not logged in: sudo loginctl enable-linger {shlex.quote(getpass.getuser())}"
        )
    else:
        say(f"Its data folder: {SYSTEM_DATA}. A token: sudo perch --data-dir {SYSTEM_DATA} token create Okta")


@service.command()
@user_option
def uninstall(*, user: bool) -> None:
    """Stop the service and take its file away; the data stays."""
    _only_with_systemd()
    systemd = Systemd.of(user=user)
    if not systemd.path.exists():
        raise Failure(f"There is no {systemd.path}: nothing was changed.")
    systemd.check()
    systemd.tell("disable", "--now", UNIT)
    systemd.path.unlink()
    systemd.tell("daemon-reload")
    say(f"{systemd.path} is gone and the service with it." + ("" if user else f" The data stays in {SYSTEM_DATA}."))


@service.command()
@user_option
@json_option
@pass_invocation
def status(invocation: Invocation, *, user: bool, as_json: bool) -> None:
    """Say whether it is installed, starts with the machine, runs, and where it serves."""
    _only_with_systemd()
    systemd = Systemd.of(user=user)
    found: dict[str, Any] = {"unit": str(systemd.path), "installed": systemd.path.exists()}
    if found["installed"]:
        told = systemd.properties(LOADED)
        found |= {
            "starts_by_itself": told["UnitFileState"] == "enabled" if "UnitFileState" in told else None,
            "state": " ".join(filter(None, (told.get("ActiveState"), told.get("SubState")))) or "unknown",
            "process": int(told.get("MainPID") or 0) or None,
            "restarts": int(told.get("NRestarts") or 0),
            "result": told.get("Result") or None,
            "says": _said(told),
        }
    found |= _served(data_path(invocation.data_dir) if user or invocation.data_dir else SYSTEM_DATA)
    if as_json:
        show_json(found)
    else:
        show_details([(name.replace("_", " "), value) for name, value in found.items()])


def _said(told: dict[str, str]) -> str | None:
    """Give what the service said of itself, unless it was killed since: systemd keeps its last words until it starts.

    What ends by itself for a reason says that reason last.
    """
    if told.get("SubState") in ENDED and told.get("Result") != "exit-code":
        return None
    return told.get("StatusText") or None


def _why_not(systemd: Systemd) -> str | None:
    """Give why the service does not start, in its own words, if it has ended with some."""
    told = systemd.properties(LOADED)
    reason = _said(told) if told.get("SubState") in ENDED else None
    return reason and (
        f"The service does not start: {reason} It is tried anew every few seconds until that is mended, or "
        "until `perch service uninstall`."
    )


def kind_of(platform: str) -> str:
    """Name the kind of service that a system has."""
    return {"darwin": LAUNCHD, "win32": WINDOWS}.get(platform, SYSTEMD)


def program() -> tuple[str, ...]:
    """Give how this program is started by a service: by its interpreter, and from no folder of somebody else's."""
    if getattr(sys, "frozen", False):
        return (sys.executable,)
    return (sys.executable, "-P", "-m", "server")


def wanted_by(folder: Path, options: dict[str, Any]) -> Wanted:
    """Give the service for options of `perch serve`; raises Fault (setting_invalid), Failure."""
    cert, key = (None if options[name] is None else str(options[name].absolute()) for name in ("tls_cert", "tls_key"))
    if (cert is None) != (key is None):
        raise Failure("TLS needs both: give --tls-cert and --tls-key.")
    config = _config(folder, options, cert, key)
    flags: list[str] = []
    for name in ("host", "port", "public_url", "metrics_port"):
        if options[name] is not None:
            flags += [_flag(name), str(options[name])]
    flags += [_flag(name) for name in ("insecure_bind", "log_requests") if options[name]]
    return Wanted(
        program=program(),
        options=(*flags, "--log-json"),
        data_dir=str(folder),
        port=config.port,
        tls_cert=cert or _outside(folder, config.tls_cert),
        tls_key=key or _outside(folder, config.tls_key),
        reads_home=any(_below_a_home(path) for path in _places()),
        log=str(folder / "perch.log"),
        account=getpass.getuser(),
    )


def _outside(folder: Path, file: str | None) -> str | None:
    """Give a file of TLS that the settings name, if it has to be handed to the service: it reads its folder itself."""
    if file is None or (folder / file).is_relative_to(folder):
        return None
    return file


def _exports_outside(folder: Path) -> str | None:
    """Give the folder of the daily export if the system's service sees it read-only."""
    exports = load_config(folder, {}).export_daily
    return None if exports is None or (folder / exports).is_relative_to(folder) else exports


def _config(folder: Path, options: dict[str, Any], cert: str | None, key: str | None) -> ServerConfig:
    """Read what the service will read, so that it does not fail when nobody looks."""
    names = ("host", "port", "public_url")
    flags: dict[str, Any] = {name: options[name] for name in names}
    flags["insecure_bind"] = options["insecure_bind"] or None
    return load_config(folder, {}, flags | {"tls_cert": cert, "tls_key": key})


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _print_for(kind: str, wanted: Wanted, *, user: bool, dry_run: bool) -> None:
    """Print what is set up by hand."""
    if not dry_run:
        raise Failure(
            f"For {kind} Perch writes the file and you put it in its place: add --dry-run, and see "
            "`Run it as a service` in the README."
        )
    click.echo(property_list(wanted, system=not user) if kind == LAUNCHD else windows_service(wanted), nl=False)
    if kind == LAUNCHD:
        place = "~/Library/LaunchAgents" if user else "/Library/LaunchDaemons"
        say(f"This belongs into {place}/{LABEL}.plist.", style=QUIET)
    else:
        say("This is perch.xml; WinSW lies beside it as perch.exe.", style=QUIET)


def _only_with_systemd() -> None:
    if kind_of(sys.platform) != SYSTEMD:
        raise Failure("Perch knows services of systemd only: here use the system's own tools, as in the README.")


def _served(folder: Path) -> dict[str, Any]:
    try:
        now = serving(folder)
    except PermissionError:
        return {"serves": None, "data_dir": str(folder), "unknown": f"only root may look into {folder}: use sudo"}
    except (OSError, Fault) as error:
        return {"serves": None, "data_dir": str(folder), "unknown": str(error)}
    return {"serves": None if now is None else now.base_url, "data_dir": str(folder)}


def _places() -> Iterator[Path]:
    """Give what the program is read from: the interpreter, what it stands for, and our own package."""
    yield Path(sys.executable)
    yield Path(sys.executable).resolve()
    yield Path(server.__file__).resolve()


def _below_a_home(path: Path) -> bool:
    return any(path.is_relative_to(home) for home in HOMES)


def _reachable_by_a_service() -> None:
    """Raise Failure where the program lies in a folder that the service's user may not enter."""
    for place in _places():
        for folder in place.parents:
            if not folder.stat().st_mode & stat.S_IXOTH:
                raise Failure(
                    f"The service's user may not enter {folder}, where Perch is installed: install it where everybody "
                    "may read it (such as /opt/perch), or use --user."
                )
