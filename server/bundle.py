"""The diagnostic bundle: one zip that an admin can send to whoever helps, without secrets and without people.

Belongs here: what goes in and what is cut out. Must not know: how a host offers it. Everything passes the same
sieve last (`Sieve`), whatever the parts before it left in.
"""

from __future__ import annotations

import errno
import io
import json
import os
import platform
import re
import sys
import time
import zipfile
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote

from server.checkup import check_up
from server.faults import Fault, FaultCode
from server.redaction import redact_text
from server.settings_file import SettingsFile
from server.store import upkeep
from server.store.census import census, sqlite_version
from server.token_life import client_name, status
from server.tokens import timestamp
from server.vault import has_screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from server.records import ActivityRecord, Token
    from server.store.activity import ActivityLog

NEWEST: Final = 200
"""Requests, and lines of each log."""

_LIBRARIES: Final = (
    *("aiohttp", "click", "keyring", "orjson", "platformdirs", "rich", "SecretStorage", "tomlkit", "uvloop"),
    *("PySide6_Essentials", "QtAwesome"),
)
_ABOUT: Final = """\
Perch: diagnostic bundle of {now}

What is in it
  versions.json   Perch, Python, SQLite, the libraries, the operating system
  settings.json   every setting, its value and where it comes from
  checkup.json    what `perch doctor` found
  numbers.json    how many people, groups, tokens and requests there are, and the size of each file
  activity.json   the newest {newest} requests: when, method, path, status, duration, which feature of Okta
  logs/           the last {newest} lines of each log file in the data folder, where there is one

What is not in it
  Tokens, passwords and keyring entries; names, e-mail addresses and attributes of people; names of groups; the
  bodies and headers of requests, the values that they looked for and the addresses that they came from; the
  path of your home folder; the names that you gave your tokens; what stands in quotation marks in a log.

Your public URL is in settings.json, and ids of people, groups and tokens that Perch made up are in activity.json.

It is a plain zip: look into it before you send it.
"""

_EMAIL: Final = re.compile(r"[^\s@\"'<>(),;:=/\\\[\]]+(?:@|%40)[^\s@\"'<>(),;:=/\\\[\]]+", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")
_QUOTED: Final = re.compile(r"""(?<!File )(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')""")
_SEGMENT: Final = re.compile(
    r"(?:scim|v2|users?|groups?|me|bulk|schemas|resourcetypes|serviceproviderconfigs?|healthz|\.search|"
    r"urn:ietf:params:scim:[\w:.]+|[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12})?",
    re.IGNORECASE,
)
"""A part of a path that names nobody: the endpoint's own words, and ids that it made."""
_WORD: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|[^\s,()\[\]"]+')
_PLAIN_WORDS: Final = frozenset(
    {
        *("and", "or", "not", "pr", "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "true", "false", "null"),
        *("ascending", "descending", "id", "active", "username", "externalid", "displayname", "title", "department"),
        *("name", "name.givenname", "name.familyname", "givenname", "familyname", "schemas", "groups", "usertype"),
        *("emails", "emails.value", "emails.type", "value", "type", "primary", "members", "members.value"),
        *("meta", "meta.created", "meta.lastmodified", "meta.location", "meta.version"),
    }
)
"""What a filter or a list of attributes may keep: operators and the schemas' own names, in small letters."""
_PARAMETERS: Final = frozenset(
    {"filter", "sortby", "sortorder", "startindex", "count", "cursor", "attributes", "excludedattributes"}
)
_CUT: Final = "…"


class Sieve:
    """Cuts out of a text what may not leave the machine: secrets, e-mail addresses, the home folder, token labels."""

    def __init__(self, home: str, labels: Iterable[str] = ()) -> None:
        self._home = home if len(home) > 1 else ""
        self._labels = [repr(label) for label in labels]

    def __call__(self, text: str) -> str:
        """Give the text without them."""
        for label in self._labels:
            text = text.replace(label, f"'{_CUT}'")
        if self._home:
            text = text.replace(self._home, "~")
        return _EMAIL.sub("[e-mail]", redact_text(text))

    def sifted(self, value: Any) -> Any:
        """Give a JSON value with every text in it sifted."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, dict):
            return {key: self.sifted(each) for key, each in value.items()}
        return [self.sifted(each) for each in value] if isinstance(value, list | tuple) else value

    def log(self, text: str) -> str:
        """Give the end of a log; what stands in quotes or is a network address goes, since it may be anybody's."""
        lines = text.splitlines()[-NEWEST:]
        return "".join(f"{self(_ADDRESS.sub('[address]', _QUOTED.sub(_CUT, line)))}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a bundle is about."""

    folder: Path
    database: str
    """The names of its files."""
    activity: str
    log: ActivityLog
    tokens: Sequence[Token]


def write_bundle(subject: Subject, target: Path, logs: Mapping[str, str] | None = None) -> Path:
    """Write the bundle of a data folder to ``target``, or into it where it is a folder, and return where it lies.

    A file of that name is replaced: whoever named it was asked. ``logs`` are further ones, by name. Raises Fault:
    folder_unwritable, disk_full.
    """
    now = datetime.now(UTC)
    if target.is_dir():
        target = target / f"perch-diagnostics-{now:%Y%m%d-%H%M%S}.zip"
    sieve = Sieve(str(Path.home()), {token.label for token in subject.tokens})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _ABOUT.format(now=f"{now:%Y-%m-%d %H:%M} UTC", newest=NEWEST))
        for name, part in _PARTS.items():
            archive.writestr(f"{name}.json", _written(sieve, part, subject))
        for name, text in {**_logs_of(subject.folder), **(logs or {})}.items():
            archive.writestr(f"logs/{Path(name).name}", sieve.log(text))
    _write(target, packed.getvalue())
    return target


def _written(sieve: Sieve, part: Callable[[Subject], Any], subject: Subject) -> str:
    try:
        value = part(subject)
    except (Fault, OSError) as error:
        # A folder in trouble is what a bundle is made of; the other parts still tell.
        value = {"could not be read": str(error)}
    return json.dumps(sieve.sifted(value), indent=1, ensure_ascii=False)


def _versions(subject: Subject) -> dict[str, Any]:
    found = {}
    for name in ("perch-scim", *_LIBRARIES):
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return {
        "packages": found,
        "python": sys.version,
        "sqlite": sqlite_version(subject.folder / subject.database),
        "system": platform.platform(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "screen": has_screen(),
    }


def _settings(subject: Subject) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "value": one.value, "default": one.default, "source": one.source}
        for one in SettingsFile(subject.folder).listed()
    ]


def _checkup(subject: Subject) -> list[dict[str, Any]]:
    return [
        {
            "level": finding.level,
            "subject": finding.subject,
            "sentence": finding.sentence or str(finding.fault),
            "remedy": finding.remedy,
        }
        for finding in check_up(subject.folder, subject.database, subject.activity)
    ]


def _numbers(subject: Subject) -> dict[str, Any]:
    now = timestamp(time.time())
    return {
        "directory": asdict(census(subject.folder / subject.database)),
        "tokens": Counter(status(token, now) for token in subject.tokens),
        "requests in the last hour": sum(subject.log.requests_per_minute(60)),
        "features seen": {one.feature: one.count for one in subject.log.sightings()},
        "bytes": {name: upkeep.size(subject.folder / name) for name in (subject.database, subject.activity)},
    }


def _activity(subject: Subject) -> list[dict[str, Any]]:
    return [_described(record) for record in subject.log.recent(NEWEST)]


_PARTS: Final[dict[str, Callable[[Subject], Any]]] = {
    "versions": _versions,
    "settings": _settings,
    "checkup": _checkup,
    "numbers": _numbers,
    "activity": _activity,
}


def _described(record: ActivityRecord) -> dict[str, Any]:
    return {
        "at": record.at,
        "request": record.request_id,
        "method": record.method if record.method.isalpha() and len(record.method) <= 8 else _CUT,
        "path": "/".join(part if _SEGMENT.fullmatch(part) else _CUT for part in unquote(record.path).split("/")),
        "query": _parameters(record.query),
        "status": record.status,
        "microseconds": record.duration,
        "error": record.scim_type,
        "feature": record.feature,
        "token": record.token_id,
        "refused because": record.refusal,
        "client": client_name(record.agent),
        "ignored attributes": len(record.ignored),
    }


def _parameters(query: str) -> dict[str, str]:
    """Keep how a query was built, and nothing that it looked for."""
    kept = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        lowered = name.lower()
        if lowered not in _PARAMETERS:
            kept[_CUT] = _CUT
        elif lowered in ("startindex", "count"):
            kept[name] = value if re.fullmatch(r"-?\d{1,9}", value) else _CUT
        else:
            kept[name] = _WORD.sub(lambda word: word[0] if word[0].lower() in _PLAIN_WORDS else _CUT, value)
    return kept


def _logs_of(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.glob("*.log")):
        with suppress(OSError):
            found[path.name] = path.read_text("utf-8", errors="replace")
    return found


def _write(target: Path, content: bytes) -> None:
    unfinished = target.with_name(f"{target.name}.part")
    try:
        unfinished.unlink(missing_ok=True)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with open(handle, "wb") as file:  # noqa: PTH123 -- a handle, made private
            file.write(content)
        unfinished.replace(target)
    except OSError as error:
        code = FaultCode.DISK_FULL if error.errno == errno.ENOSPC else FaultCode.FOLDER_UNWRITABLE
        raise Fault(code, str(target.parent)) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
