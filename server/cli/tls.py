"""``perch tls``: make a certificate for the endpoint, show the one it uses, and say how a client comes to trust it."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from server.cli.invocation import Failure, Invocation, pass_invocation
from server.cli.output import CAREFUL, GOOD, distance, json_option, say, show_details, show_json
from server.settings_file import SettingsFile

if TYPE_CHECKING:
    from pathlib import Path

    from server.config import ServerConfig
    from server.tls import Certificate

AGENT_JAVA = "/opt/OktaProvisioningAgent/jre"
"""Where Okta's agent for Linux keeps the Java that it runs on, and its trust store below (OKTA.md B9)."""


@click.group()
def tls() -> None:
    """Encrypt what comes to the endpoint: make a certificate, or look at the one in use."""


@tls.command("init")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--days", type=click.IntRange(1, 3650), default=825, show_default=True, help="How long it is to be good.")
@click.option("--force", is_flag=True, help="Replace the certificate that is there: clients must be told anew.")
@json_option
@pass_invocation
def init(invocation: Invocation, names: tuple[str, ...], *, days: int, force: bool, as_json: bool) -> None:
    """Make an authority of your own and a certificate for each NAME (a host name or an address).

    Without NAME it is for the host of the public URL. The names of this machine itself (localhost, 127.0.0.1, ::1)
    are always in it. The key of the authority is thrown away: nobody can sign anything else with it.
    """
    from server import authority  # noqa: PLC0415 -- other commands need not wait for it

    config, folder = invocation.config(), invocation.folder()
    place = folder / authority.TLS_FOLDER
    _keep_what_is_there(config, place, force=force)
    host = urlsplit(config.public_url or "").hostname
    try:
        made = authority.make(names or ([host] if host else []), datetime.now(UTC), days)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    authority.write(made, place)
    chosen = {
        "tls_cert": f"{authority.TLS_FOLDER}/{authority.CERTIFICATE_FILE}",
        "tls_key": f"{authority.TLS_FOLDER}/{authority.KEY_FILE}",
    }
    file = SettingsFile(folder)
    held = file.save(chosen)
    _show(
        made.facts, place / authority.CERTIFICATE_FILE, made.authority_facts, place / authority.AUTHORITY_FILE, as_json
    )
    if config.tls_cert == chosen["tls_cert"]:
        say("An endpoint that serves this folder shows it within seconds.", style=GOOD)
    else:
        say(f"{file.path} names it: the endpoint speaks TLS from its next start.", style=GOOD)
    if (held.tls_cert, held.tls_key) != tuple(chosen.values()):
        say("PERCH_TLS_CERT or PERCH_TLS_KEY in the environment names another one, which is used.", style=CAREFUL)
    if names:
        url = f"https://{_in_url(authority.plain_name(names[0]))}:{config.port}"
        say(f"For clients on other machines: perch serve --host 0.0.0.0 --public-url {url}")


@tls.command("show")
@json_option
@pass_invocation
def show(invocation: Invocation, *, as_json: bool) -> None:
    """Show the certificate that the settings name, and how a client comes to trust it."""
    from server import authority  # noqa: PLC0415 -- other commands need not wait for it
    from server.tls import pair_of, read_certificate, read_pair  # noqa: PLC0415 -- other commands need not wait for it

    folder = invocation.folder()
    pair = pair_of(invocation.config(), folder)
    if pair is None:
        raise Failure("There is no certificate: make one with perch tls init, or set tls_cert and tls_key to your own.")
    file = folder / authority.TLS_FOLDER / authority.AUTHORITY_FILE
    own = pair.certificate == file.with_name(authority.CERTIFICATE_FILE) and file.exists()
    _show(read_pair(pair), pair.certificate, read_certificate(file) if own else None, file, as_json)


def _keep_what_is_there(config: ServerConfig, place: Path, *, force: bool) -> None:
    from server.authority import AUTHORITY_FILE, CERTIFICATE_FILE, KEY_FILE  # noqa: PLC0415 -- other commands need not wait for it

    files = [place / name for name in (CERTIFICATE_FILE, KEY_FILE, AUTHORITY_FILE)]
    there = config.tls_cert or next((str(file) for file in files if file.exists()), None)
    if there is not None and not force:
        raise Failure(
            f"There is a certificate already ({there}) and it is left as it is. With --force another takes its place: "
            "each client that trusts this one must then be told anew."
        )


def _show(certificate: Certificate, file: Path, issuer: Certificate | None, issuer_file: Path, as_json: bool) -> None:
    details: dict[str, Any] = {
        "certificate": str(file),
        "names": list(certificate.names),
        "begins": f"{certificate.begins:%Y-%m-%dT%H:%M:%SZ}",
        "ends": f"{certificate.ends:%Y-%m-%dT%H:%M:%SZ}",
        "issuer": certificate.issuer,
        "fingerprint": certificate.fingerprint,
    }
    if issuer is not None:
        details |= {
            "authority": str(issuer_file),
            "authority_fingerprint": issuer.fingerprint,
            "keytool": keytool_command(issuer_file, issuer.fingerprint),
        }
    if as_json:
        show_json(details)
        return
    shown = {
        **details,
        "names": ", ".join(certificate.names),
        "ends": f"{details['ends']} ({distance(details['ends'])})",
    }
    show_details([(name.replace("_", " "), value) for name, value in shown.items()])
    if issuer is not None:
        say(
            "Clients trust it by the authority: curl by --cacert, Okta's on-prem agent by the keytool line, on the "
            "agent's machine with a copy of that file (password changeit); compare the authority's fingerprint when it "
            "asks, then restart the agent."
        )


def keytool_command(authority: Path, fingerprint: str) -> str:
    """Give the line that lets Okta's agent for Linux trust an authority."""
    # An alias of its own for each: keytool refuses one that is taken, by the authority before or by another Perch.
    alias = f"perch-{fingerprint.replace(':', '')[:8].lower()}"
    store = f"{AGENT_JAVA}/jre/lib/security/cacerts"
    return shlex.join(
        [f"{AGENT_JAVA}/bin/keytool", "-importcert", "-alias", alias, "-file", str(authority), "-keystore", store]
    )


def _in_url(name: str) -> str:
    return f"[{name}]" if ":" in name else name
