"""Perch as a service of the operating system, in the words of each: pure functions from what is wanted to text.

Belongs here: which template, and how a command is quoted in it. Must not know: where a file goes, what is installed.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from resources import service_template

if TYPE_CHECKING:
    from collections.abc import Sequence

LABEL: Final = "scim.perch"
CREDENTIAL_CERT, CREDENTIAL_KEY = "tls-cert", "tls-key"
PRIVILEGED_PORTS: Final = 1024

_WORD = re.compile(r"\{\{(\w+)\}\}")
_PLAIN_ARGUMENT = re.compile(r"[\w@%+=:,./-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to run as a service."""

    program: tuple[str, ...]
    """Interpreter and module, or the packaged program."""
    options: tuple[str, ...] = ()
    """Of `perch serve`; those of TLS stand apart."""
    data_dir: str = ""
    """Empty for the system's unit, which has a folder of its own."""
    port: int = 7643
    tls_cert: str | None = None
    tls_key: str | None = None
    reads_home: bool = False
    """Whether the program itself lies below a home folder."""
    log: str = ""
    account: str = ""
    """Of a daemon of launchd's, which would be root's otherwise."""

    @property
    def arguments(self) -> tuple[str, ...]:
        """The whole command, with the files of TLS by their own names."""
        return (*self._serve, *self._tls(self.tls_cert, self.tls_key))

    @property
    def arguments_with_credentials(self) -> tuple[str, ...]:
        """The whole command, with the files of TLS where systemd shows copies of them to the service alone."""
        if self.tls_cert is None or self.tls_key is None:
            return self._serve
        place = "${CREDENTIALS_DIRECTORY}/"
        return (*self._serve, *self._tls(place + CREDENTIAL_CERT, place + CREDENTIAL_KEY))

    @property
    def _serve(self) -> tuple[str, ...]:
        return (*self.program, "serve", *self.options)

    @staticmethod
    def _tls(cert: str | None, key: str | None) -> tuple[str, ...]:
        return () if cert is None or key is None else ("--tls-cert", cert, "--tls-key", key)


def system_unit(wanted: Wanted) -> str:
    """Write the unit of the system's service manager: a user, a folder and a narrow cage of its own."""
    low = 0 < wanted.port < PRIVILEGED_PORTS
    cert, key = wanted.tls_cert, wanted.tls_key
    has_tls = cert is not None and key is not None
    return filled(
        service_template("perch.service"),
        command=command_line(wanted.arguments_with_credentials),
        credential_cert=f"LoadCredential={CREDENTIAL_CERT}:{specifier(cert)}" if has_tls and cert else "",
        credential_key=f"LoadCredential={CREDENTIAL_KEY}:{specifier(key)}" if has_tls and key else "",
        home="read-only" if wanted.reads_home else "yes",
        # Within a user namespace of its own a process may not open a port of the machine that is kept for root.
        private_users="no" if low else "yes",
        capabilities="CAP_NET_BIND_SERVICE" if low else NOTHING,
    )


def user_unit(wanted: Wanted) -> str:
    """Write the unit of a user's own service manager, which serves the folder that the window shows."""
    data_dir = quoted(f"PERCH_DATA_DIR={wanted.data_dir}", variables=False)
    return filled(service_template("perch-user.service"), command=command_line(wanted.arguments), data_dir=data_dir)


def property_list(wanted: Wanted, *, system: bool = False) -> str:
    """Write launchd's property list: an agent of one user's, or a daemon of the system's."""
    account = f"    <key>UserName</key>\n    <string>{escape(wanted.account)}</string>"
    arguments = "\n".join(f"        <string>{escape(argument)}</string>" for argument in wanted.arguments)
    return filled(
        service_template("perch.plist"),
        label=LABEL,
        account=account if system else "",
        arguments=arguments,
        data_dir=escape(wanted.data_dir),
        log=escape(wanted.log),
    )


def windows_service(wanted: Wanted) -> str:
    """Write the definition for WinSW, which makes a service of any program."""
    program, *arguments = wanted.arguments
    return filled(
        service_template("perch.xml"),
        program=escape(program),
        arguments=escape(subprocess.list2cmdline(arguments)),
        data_dir=quoteattr(wanted.data_dir)[1:-1],
    )


NOTHING: Final = "\0"
"""Stands for an empty value, whose line is to stay."""


def filled(template: str, **words: str) -> str:
    """Fill a template's words in; a line that is nothing but an empty word goes."""
    lines = []
    for line in template.split("\n"):
        found = _WORD.fullmatch(line)
        if found is None or words[found[1]]:
            lines.append(_WORD.sub(lambda match: words[match[1]], line).replace(NOTHING, ""))
    return "\n".join(lines)


def command_line(arguments: Sequence[str]) -> str:
    """Write a command as ExecStart reads it (systemd.service(5), systemd.syntax(7))."""
    place = "${CREDENTIALS_DIRECTORY}/"
    return " ".join(
        place + quoted(argument.removeprefix(place)) if argument.startswith(place) else quoted(argument)
        for argument in arguments
    )


def quoted(argument: str, *, variables: bool = True) -> str:
    """Quote one argument: percent signs are doubled, dollar signs too where ``variables`` would be put in.

    Raises ValueError for a line break, which no file name in a unit may have.
    """
    text = specifier(argument)
    if variables:
        text = text.replace("$", "$$")
    if _PLAIN_ARGUMENT.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def specifier(text: str) -> str:
    """Write a text in which percent signs stand for themselves; raises ValueError as `quoted` does."""
    if "\n" in text or "\r" in text or "\0" in text:
        raise ValueError(f"{text!r} holds a line break: use another name.")
    return text.replace("%", "%%")
