"""The settings as a person edits them: each with its words, its value and where that comes from, and perch.toml.

Belongs here: describing settings for a page, writing chosen ones into the file with all else left as it is. Must
not know: what a setting does, which values are possible (``config``).
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from server.config import (
    READERS,
    SETTINGS_FILE,
    Number,
    ServerConfig,
    Source,
    Whole,
    assembled,
    chosen_settings,
    file_settings,
)
from server.faults import Fault, FaultCode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tomlkit import TOMLDocument


class SettingKind(StrEnum):
    """What a field for it has to take."""

    TEXT = "text"
    WHOLE = "whole number"
    NUMBER = "number"
    FLAG = "yes or no"
    LIST = "list"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, described well enough to make a field of it."""

    name: str
    label: str
    kind: SettingKind
    value: Any
    """What holds now, in this process; a list is a tuple of text."""
    default: Any
    source: Source
    """Where the value comes from. What the environment sets, a change of the file does not reach."""
    needs_restart: bool
    """Whether an endpoint that runs takes it up only when it is started again."""
    explanation: str
    group: str
    """The heading that it belongs under."""
    least: float | None = None
    most: float | None = None
    choices: tuple[tuple[str, str], ...] = ()
    """Of a CHOICE: value and label."""


class _Words(NamedTuple):
    group: str
    label: str
    explanation: str
    choices: tuple[tuple[str, str], ...] = ()


_WORDS: Final[dict[str, _Words]] = {
    "host": _Words("Address", "Listen on", "The address of this machine that Perch listens on."),
    "port": _Words("Address", "Port", "The port that Perch listens on; 0 picks a free one at each start."),
    "public_url": _Words(
        "Address",
        "Public URL",
        "Where a reverse proxy or tunnel shows Perch: what Okta is given. Empty when there is none.",
    ),
    "insecure_bind": _Words(
        "Address",
        "Let other machines in without TLS",
        "Allows an address that other machines reach, although tokens then cross the network unencrypted.",
    ),
    "tls_cert": _Words(
        "Address",
        "Certificate for TLS",
        "A PEM file with its chain, which “perch tls init” makes. Without one Perch speaks plain HTTP.",
    ),
    "tls_key": _Words("Address", "Key of the certificate", "The PEM file of its private key, for your account only."),
    "trusted_proxies": _Words(
        "Address",
        "Trusted proxies",
        "Addresses or networks whose X-Forwarded-For or Forwarded tells who the client is, with commas between.",
    ),
    "required": _Words(
        "Directory",
        "Required attributes",
        "What a person must bring when they are created or replaced; userName always is.",
    ),
    "patch_answer": _Words(
        "Directory",
        "Answer to PATCH",
        "Okta accepts both; the changed resource shows at once what became of a change.",
        (("body", "The changed resource (200)"), ("none", "Nothing (204)")),
    ),
    "basic_authentication": _Words(
        "Directory",
        "Tokens as passwords",
        "Takes a token as the password of HTTP Basic, too: one of the ways that Okta's forms can send it.",
    ),
    "max_tokens": _Words("Directory", "Active tokens at most", "How many tokens may be active at once."),
    "activity_keep": _Words("Activity", "Requests kept", "The newest requests stay in the activity; older ones go."),
    "activity_days": _Words("Activity", "Days kept", "Requests older than this go, too."),
    "activity_body_cap": _Words("Activity", "Bytes of a body", "How much of each body the activity keeps."),
    "backup_daily": _Words("Backups", "Back up every day", "The endpoint makes a backup every day while it runs."),
    "backup_keep": _Words(
        "Backups", "Automatic backups kept", "The newest are kept; a backup made by hand is never removed."
    ),
    "export_daily": _Words(
        "Exports",
        "Export every day into",
        "A folder for a file of people and groups every day while the endpoint runs. Empty is no export.",
    ),
    "export_format": _Words(
        "Exports",
        "Format",
        "What the files are written as.",
        (("jsonl", "JSON lines"), ("csv", "CSV (one file each)"), ("ldif", "LDIF")),
    ),
    "export_keep": _Words("Exports", "Exports kept", "The newest of this format are kept in the folder."),
    "export_base": _Words("Exports", "Base of LDIF", "The entry that people and groups stand below, for LDAP."),
    "rate_limit": _Words("Limits", "Requests a minute", "For each token; 0 is no limit."),
    "max_connections": _Words("Limits", "Connections at once", "Further ones wait."),
    "user_body_limit": _Words("Limits", "Bytes of a request about a person", "A larger one is refused."),
    "bulk_body_limit": _Words(
        "Limits", "Bytes of a request about a group", "The same for Bulk; a larger one is refused."
    ),
    "header_deadline": _Words("Limits", "Seconds for headers", "How long the headers of a request may take."),
    "body_deadline": _Words("Limits", "Seconds for a body", "How long a body may take to arrive."),
    "keep_alive": _Words("Limits", "Seconds that a connection is kept", "An idle connection is closed after that."),
    "stop_deadline": _Words("Limits", "Seconds to finish", "How long a stop waits for requests in flight."),
    "bad_token_limit": _Words(
        "Limits", "Bad tokens", "So many from one address within a minute, and it is told to wait."
    ),
    "bad_token_penalty": _Words(
        "Limits", "Seconds to wait after bad tokens", "How long that address waits; a valid token never does."
    ),
}
"""In the order that a page shows them."""

_TAKEN_UP_AT_ONCE: Final = frozenset(
    {"backup_daily", "backup_keep", "export_daily", "export_format", "export_keep", "export_base"}
)
"""Read by the endpoint each time that it looks whether a backup or an export is due."""


class SettingsFile:
    """The settings of one data folder, as a page shows and changes them.

    `check` may raise Fault for what only its caller can judge; nothing is written then.
    """

    def __init__(self, folder: Path, check: Callable[[ServerConfig], object] = lambda _: None) -> None:
        self.path = folder / SETTINGS_FILE
        self._check = check

    def listed(self, environ: Mapping[str, str] | None = None) -> list[Setting]:
        """Describe every setting, in the order of a page; raises Fault (setting_invalid)."""
        chosen = chosen_settings(self.path, file_settings(self.path), environ)
        defaults = {field.name: field.default for field in fields(ServerConfig)}
        return [_described(name, words, defaults[name], chosen) for name, words in _WORDS.items()]

    def save(self, changes: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> ServerConfig:
        """Write settings into perch.toml and give what holds then; None takes one out, so that its default holds.

        Comments, order and names that Perch does not know stay as they are.

        Raises:
            Fault: setting_invalid (nothing is written), folder_unwritable, disk_full.

        """
        document = _document(self.path)
        for name, value in changes.items():
            if name not in READERS:
                raise Fault(FaultCode.SETTING_INVALID, f"{name!r} is no setting of Perch.")
            document.pop(name, None) if value in (None, "") else document.update({name: _plain(value)})
        held = document.unwrap()
        # The changes first: their own mistakes are what the person can mend here.
        given = chosen_settings(self.path, {name: held[name] for name in changes if name in held}, {})
        chosen = chosen_settings(self.path, held, environ)
        config = assembled({name: value for name, (value, _) in chosen.items()})
        self._check(config)
        # What was read and not what was typed: " 8080 " is a port, and 8080 belongs into the file.
        document.update({name: _plain(value) for name, (value, _) in given.items()})
        _write(self.path, document.as_string())
        return config


def _described(name: str, words: _Words, default: Any, chosen: Mapping[str, tuple[Any, Source]]) -> Setting:
    value, source = chosen.get(name, (default, Source.DEFAULT))
    reader = READERS[name]
    limits = (reader.least, reader.most) if isinstance(reader, Whole | Number) else (None, None)
    return Setting(
        name=name,
        label=words.label,
        kind=_kind(default, words),
        value=value,
        default=default,
        source=source,
        needs_restart=name not in _TAKEN_UP_AT_ONCE,
        explanation=words.explanation,
        group=words.group,
        least=limits[0],
        most=limits[1],
        choices=words.choices,
    )


def _kind(default: Any, words: _Words) -> SettingKind:
    if words.choices:
        return SettingKind.CHOICE
    kinds = {bool: SettingKind.FLAG, int: SettingKind.WHOLE, float: SettingKind.NUMBER, tuple: SettingKind.LIST}
    return kinds.get(type(default), SettingKind.TEXT)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _document(path: Path) -> TOMLDocument:
    import tomlkit  # noqa: PLC0415 -- only who saves needs it

    # First by the reader that the endpoint uses, which words what is wrong with the file.
    file_settings(path)
    try:
        return tomlkit.parse(path.read_bytes())
    except FileNotFoundError:
        return tomlkit.document()


def _write(path: Path, text: str) -> None:
    # A link leads to the file that is meant, which stays one.
    target = path.resolve()
    unfinished = target.with_name(f"{target.name}.part")
    try:
        unfinished.unlink(missing_ok=True)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 -- a handle, made private
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    except OSError as error:
        code = FaultCode.DISK_FULL if error.errno == errno.ENOSPC else FaultCode.FOLDER_UNWRITABLE
        raise Fault(code, str(target.parent)) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
