"""A check-up of a data folder: what an admin would otherwise find out one by one, each with its remedy.

Belongs here: what is looked at and when it is a worry. Must not know: how a host shows it. Nothing is
changed.
"""

from __future__ import annotations

import errno
import os
import shutil
import socket
import stat
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from server.backups import FOLDER as BACKUPS
from server.config import ServerConfig, is_refused_by_okta, load_config, mistyped
from server.faults import Fault, FaultCode
from server.finding import Finding, Level
from server.neglect import neglected
from server.store import upkeep
from server.store.serving import LOCK_FILE, serving
from server.store.tokens import tokens_of
from server.token_life import WARNINGS
from server.tokens import check, expires_soon, timestamp
from server.vault import Outcome, Vault
from server.worries import certificate_standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from server.records import Token

LITTLE_SPACE: Final = 1_000_000_000
NO_SPACE: Final = 50_000_000
"""Free bytes below which the disk is a worry, and below which it is a failure."""
KEYRING_PATIENCE: Final = 5.0
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM})


def check_up(folder: Path, database: str, activity: str, vault: Vault | None = None) -> Iterator[Finding]:
    """Yield what each check of a folder finds; ``database`` and ``activity`` are the names of its files."""
    yield _folder(folder, database, activity)
    config = ServerConfig()
    try:
        config = load_config(folder)
        yield _settings()
    except Fault as fault:
        yield _failed("Settings", fault)
    if is_refused_by_okta(config.public_url):
        sentence = f"{config.public_url} has an underscore, and Okta refuses such a base URL"
        yield Finding(Level.WARN, "Public URL", sentence, "Give the proxy or tunnel a name without one.")
    sound = True
    for finding in _database(folder / database):
        sound = sound and finding.level is not Level.FAIL
        yield finding
    yield _activity(folder / activity)
    yield _space(folder)
    vault = vault or Vault(patience=KEYRING_PATIENCE)
    yield _keyring(vault)
    yield _port(folder, config)
    yield from _tls(folder, config)
    if sound and (folder / database).exists():
        yield from _tokens(folder / database)
        yield from neglected(folder, database, vault, daily=config.backup_daily)


def _failed(subject: str, fault: Fault, level: Level = Level.FAIL) -> Finding:
    return Finding(level, subject, "", fault=fault)


def _settings() -> Finding:
    found = mistyped()
    if not found:
        return Finding(Level.OK, "Settings", "can be read")
    names, nearest = (", ".join(dict.fromkeys(column)) for column in zip(*found, strict=True))
    what = "is no setting and is" if len(found) == 1 else "are no settings and are"
    return Finding(Level.WARN, "Settings", f"can be read, but {names} {what} ignored", f"Did you mean {nearest}?")


def _folder(folder: Path, database: str, activity: str) -> Finding:
    # What an admin put there, such as a key, may well be for reading only.
    ours = [f"{name}{suffix}" for name in (database, activity) for suffix in ("", "-wal", "-shm")]
    foreign = [
        name
        for name in (*ours, LOCK_FILE, BACKUPS)
        if (folder / name).exists() and not os.access(folder / name, os.R_OK | os.W_OK)
    ]
    if foreign:
        return Finding(
            Level.FAIL,
            "Data folder",
            f"{', '.join(foreign)} in {folder} cannot be read and written: another user, such as root, made it",
            "Make everything in it yours (chown -R) before Perch serves, and give every command as one user.",
        )
    mode = stat.S_IMODE(folder.stat().st_mode)
    if os.name == "posix" and mode & 0o077:
        return Finding(
            Level.WARN,
            "Data folder",
            f"{folder} can be entered by other users of this machine",
            f"Run chmod 700 {folder}.",
        )
    return Finding(Level.OK, "Data folder", f"{folder}, private to its owner")


def _database(path: Path) -> Iterator[Finding]:
    if not path.exists() or path.stat().st_size == 0:
        yield Finding(Level.OK, "Database", "not there yet; the first command that needs it creates it")
        return
    try:
        found = upkeep.examine(path)
    except Fault as fault:
        yield _failed("Database", fault)
        return
    if found.problems:
        yield _failed("Database", Fault(FaultCode.DATABASE_CORRUPT, f"{path} ({found.problems[0]})"))
    elif found.schema > found.newest_schema:
        detail = f"{path} has schema {found.schema}, this program knows {found.newest_schema}"
        yield _failed("Database", Fault(FaultCode.DATABASE_NEWER, detail))
    else:
        later = ""
        if found.schema < found.newest_schema:
            later = "; will be brought up to date, after a backup, when Perch next opens it"
        yield Finding(Level.OK, "Database", f"whole, schema {found.schema}, {found.size:,} bytes{later}")


def _activity(path: Path) -> Finding:
    """Look at the log; damaged it is a worry, no failure: nothing of the directory is in it."""
    if not path.exists() or path.stat().st_size == 0:
        return Finding(Level.OK, "Activity", "no request yet")
    try:
        found = upkeep.examine(path, "activity")
    except Fault as fault:
        return _failed("Activity", fault, Level.WARN)
    if found.problems:
        return Finding(
            Level.WARN,
            "Activity",
            f"{path} is damaged ({found.problems[0]})",
            "Delete it; only the log of requests is lost.",
        )
    return Finding(Level.OK, "Activity", f"whole, {found.size:,} bytes")


def _space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    level = Level.FAIL if free < NO_SPACE else Level.WARN if free < LITTLE_SPACE else Level.OK
    remedy = "" if level is Level.OK else "Free some space: what cannot be written is refused to Okta."
    return Finding(level, "Disk space", f"{free / 1e9:,.1f} GB free", remedy)


def _keyring(vault: Vault) -> Finding:
    probe = vault.probe()
    if probe.outcome is Outcome.STORED:
        return Finding(Level.OK, "Keyring", f"keeps your copies of tokens ({probe.backend})")
    words = {
        Outcome.LOCKED: "is locked",
        Outcome.ABSENT: "there is none",
        Outcome.REFUSED: f"{probe.backend} does not protect secrets and is not used",
        Outcome.TOO_SLOW: "does not answer",
    }
    return Finding(
        Level.WARN,
        "Keyring",
        words.get(probe.outcome, "cannot be used"),
        "Tokens work without it, but note each one when it is shown: no copy is kept.",
    )


def _port(folder: Path, config: ServerConfig) -> Finding:
    try:
        now = serving(folder)
    except Fault:
        # As after a command that was given as root.
        return Finding(
            Level.FAIL,
            "Endpoint",
            f"{folder / LOCK_FILE} cannot be opened: it is another user's",
            "Make everything in the folder yours (chown), or use Perch as that user.",
        )
    if now is not None:
        where = f" at {now.base_url} (process {now.pid}, since {now.since})" if now.base_url else ""
        return Finding(Level.OK, "Endpoint", f"serves this folder{where}")
    if config.port == 0:
        return Finding(Level.OK, "Endpoint", "does not run; it will pick a free port")
    place = f"{config.host}:{config.port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as sock:
            if os.name == "posix":
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(address)
    except socket.gaierror:
        return _failed("Endpoint", Fault(FaultCode.ADDRESS_UNUSABLE, config.host))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return _failed("Endpoint", Fault(FaultCode.PORT_IN_USE, place), Level.WARN)
        code = FaultCode.PORT_FORBIDDEN if error.errno in _FORBIDDEN else FaultCode.ADDRESS_UNUSABLE
        return _failed("Endpoint", Fault(code, place))
    return Finding(Level.OK, "Endpoint", f"does not run; {place} is free for it")


def _tls(folder: Path, config: ServerConfig) -> Iterator[Finding]:
    """Look at the certificate and its key, where the endpoint is to speak TLS."""
    if config.tls_cert is None:
        return
    from server.tls import pair_of  # noqa: PLC0415 -- a tenth of a second, for TLS only

    try:
        found = certificate_standing(config, folder, datetime.fromtimestamp(time.time(), UTC))
    except Fault as fault:
        yield _failed("TLS", fault)
        return
    pair = pair_of(config, folder)
    assert pair is not None
    assert found is not None
    if os.name == "posix" and pair.is_key_open():
        yield Finding(
            Level.WARN, "TLS key", f"others on this machine can read {pair.key}", f"Run chmod 600 {pair.key}."
        )
    until = f"{found.ends:%Y-%m-%d}"
    if found.within is None:
        yield Finding(Level.OK, "TLS", f"the certificate is good until {until}, for {', '.join(found.names)}")
        return
    level = Level.FAIL if found.is_urgent else Level.WARN
    what = f"ended on {until}" if found.has_ended else f"ends within {found.within} days, on {until}"
    remedy = f"Put a new one in place of {pair.certificate}; an endpoint that runs takes it up by itself."
    yield Finding(level, "TLS", f"the certificate {what}", remedy)


def _tokens(path: Path) -> Iterator[Finding]:
    now = timestamp(time.time())
    try:
        tokens = tokens_of(path)
    except Fault as fault:
        yield _failed("Tokens", fault)
        return
    working = [token for token in tokens if check(token, now, needs_write=False) is None]
    ending = [token for token in working if token.replaced_by is None and expires_soon(token, now)]
    for token in ending:
        yield Finding(
            Level.WARN,
            "Tokens",
            f"{token.label!r} expires {_within(token, now)} ({token.expires})",
            f"Run perch token rotate {token.id} and paste the new one into Okta.",
        )
    if not working:
        yield Finding(Level.WARN, "Tokens", "none works", "Make one with perch token create LABEL.")
    elif not ending:
        yield Finding(Level.OK, "Tokens", f"{len(working)} working, none ends within {WARNINGS[-1]} days")


def _within(token: Token, now: str) -> str:
    days = next(days for days in WARNINGS if expires_soon(token, now, timedelta(days=days)))
    return f"within {days} day{'' if days == 1 else 's'}"
