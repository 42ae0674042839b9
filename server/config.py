"""Settings and the data folder: where each comes from and which values are possible; no database, no port.

Sources, the later wins: defaults, ``perch.toml`` in the data folder, ``PERCH_*`` in the environment, flags of
the command line. A bad value is a Fault (``setting_invalid``) that names setting, value and remedy.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, cast
from urllib.parse import urlsplit

import platformdirs

from server import export_settings
from server.faults import Fault, FaultCode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SETTINGS_FILE = "perch.toml"
DATA_DIR_VARIABLE = "PERCH_DATA_DIR"
BASE_PATH = "/scim/v2"
VERSION_1_PATH = "/scim/v1"
"""Where SCIM 1.1 is spoken."""
NEAR: Final = 0.85
"""How alike two names of variables must be for one to be taken for the other, all of which begin alike."""
_NO_SETTINGS: Final = frozenset({"PERCH_TOKEN", "PERCH_SIMULATE_TOKEN"})
"""Variables of other uses."""
MEBIBYTE = 1024 * 1024

_ATTRIBUTE = re.compile(r"(urn:[^\s,]+:)?[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)?")
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})

PatchAnswer = Literal["body", "none"]


class _UnfitError(ValueError):
    """A value that a setting cannot take; the text is the remedy."""


# Each reader takes what TOML or a flag gives (typed) or what the environment gives (text).


@dataclass(frozen=True, slots=True)
class Whole:
    """Reads a whole number within limits."""

    least: int
    most: int

    def __call__(self, value: Any) -> int:
        """Read a value; raises _UnfitError."""
        text = str(value).strip()
        if (
            isinstance(value, bool | float)
            or not re.fullmatch(r"-?[0-9]{1,18}", text)
            or not self.least <= int(text) <= self.most
        ):
            raise _UnfitError(f"give a whole number from {self.least} to {self.most}")
        return int(text)


@dataclass(frozen=True, slots=True)
class Number:
    """Reads a number within limits."""

    least: float
    most: float

    def __call__(self, value: Any) -> float:
        """Read a value; raises _UnfitError."""
        try:
            number = float("nan") if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            number = float("nan")
        if not self.least <= number <= self.most:
            raise _UnfitError(f"give a number from {self.least:g} to {self.most:g}")
        return number


def _flag(value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in _TRUE | _FALSE:
        raise _UnfitError("give true or false")
    return text in _TRUE


def _host(value: Any) -> str:
    host = str(value).strip().removeprefix("[").removesuffix("]")
    if not isinstance(value, str) or not host or re.search(r"[\s/@?#]", host) or (":" in host and not _address(host)):
        raise _UnfitError("give an address of this machine without a port, such as 127.0.0.1")
    return host


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _public_url(value: Any) -> str | None:
    """Read where a proxy or tunnel shows Perch; a URL that already ends in the base path is the same."""
    if value is None or value == "":
        return None
    text = str(value).strip()
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable, parts = False, urlsplit("")
    if not usable or parts.query or parts.fragment or parts.username or re.search(r"\s", text):
        raise _UnfitError("give the address that Okta will use, such as https://scim.example.com")
    return f"{parts.scheme}://{parts.netloc}{_without_base_path(parts.path)}"


def _without_base_path(path: str) -> str:
    return path.rstrip("/").removesuffix(BASE_PATH).removesuffix(VERSION_1_PATH).rstrip("/")


def _file(value: Any) -> str | None:
    """Read the name of a file; a relative one is meant from the data folder."""
    if value is None or value == "":
        return None
    text = str(value).strip()
    if not isinstance(value, str) or not text or "\0" in text:
        raise _UnfitError("give the name of a file, such as /etc/perch/certificate.pem")
    return text


def _proxies(value: Any) -> tuple[str, ...]:
    addresses = value.split(",") if isinstance(value, str) else value
    try:
        found = [ipaddress.ip_network(one.strip(), strict=False) for one in addresses if one.strip()]
    except (ValueError, TypeError, AttributeError):
        raise _UnfitError("give a list of addresses or networks, such as 127.0.0.1,10.0.0.0/24") from None
    written = (str(one.network_address) if one.num_addresses == 1 else str(one) for one in found)
    return tuple(dict.fromkeys(written))


def _required(value: Any) -> tuple[str, ...]:
    paths = [path.strip() for path in value.split(",")] if isinstance(value, str) else value
    if not isinstance(paths, list | tuple) or not all(isinstance(path, str) for path in paths):
        raise _UnfitError("give a list of attributes, such as userName,name.givenName,name.familyName,emails")
    found = tuple(dict.fromkeys(path for path in paths if path))
    for path in found:
        if not _ATTRIBUTE.fullmatch(path):
            raise _UnfitError(f"{path!r} is not an attribute: write it as userName or name.givenName")
    # A user without a userName cannot be (RFC 7643 section 4.1.1).
    return found if "userName" in found else ("userName", *found)


def _patch_answer(value: Any) -> PatchAnswer:
    if value not in ("body", "none"):
        raise _UnfitError("give body (200 with the resource) or none (204)")
    return cast("PatchAnswer", value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig(export_settings.ExportSettings):
    """How an endpoint behaves; sizes are bytes, times seconds."""

    host: str = "127.0.0.1"
    port: int = 7643
    """0 lets the system pick a free one."""
    public_url: str | None = None
    """Where a proxy or tunnel shows Perch, without `/scim/v2` and trailing slash; for meta.location."""
    insecure_bind: bool = False
    """Allow a host that other machines reach although Perch speaks no TLS."""
    tls_cert: str | None = None
    """The PEM file of the certificate, with its chain; from the data folder where it is relative. None is no TLS."""
    tls_key: str | None = None
    """The PEM file of its private key."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks whose X-Forwarded-For and Forwarded are believed."""
    required: tuple[str, ...] = ("userName", "name.givenName", "name.familyName", "emails")
    """User attributes that create and replace must bring (Robin's profile)."""
    basic_authentication: bool = True
    """Take a token as the password of HTTP Basic, too, in whichever version of SCIM."""
    patch_answer: PatchAnswer = "body"
    """RFC 7644 section 3.5.2 allows 200 with the resource or 204 without."""
    user_body_limit: int = MEBIBYTE
    bulk_body_limit: int = 16 * MEBIBYTE
    """For a group and for Bulk."""
    header_deadline: float = 10.0
    body_deadline: float = 30.0
    keep_alive: float = 30.0
    stop_deadline: float = 10.0
    """How long a graceful stop waits for requests in flight."""
    max_connections: int = 512
    rate_limit: int = 0
    """Requests a minute for each token; 0 is no limit."""
    bad_token_limit: int = 20
    """Bad tokens from one address within a minute before it is told 429."""
    bad_token_penalty: float = 60.0
    """How long that address then waits; a valid token never does."""
    activity_keep: int = 20_000
    """Requests kept in the activity, the newest."""
    activity_days: int = 30
    activity_body_cap: int = 16_384
    """How much of a body the activity keeps."""
    max_tokens: int = 50
    """Tokens that may be active at once."""
    backup_daily: bool = True
    """Let the endpoint make a backup every day, into the folder backups."""
    backup_keep: int = 7
    """Automatic backups kept, the newest; one made by hand is never removed."""

    def direct_url(self, port: int | None = None) -> str:
        """Give the base URL without any proxy or tunnel; ``port`` is the one that the system picked."""
        # What means every address is none that a request can be for: no certificate holds it, and Perch refuses it.
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 -- compared, not bound
        host = f"[{host}]" if ":" in host else host
        scheme = "http" if self.tls_cert is None else "https"
        return f"{scheme}://{host}:{self.port if port is None else port}{BASE_PATH}"


READERS: Final[dict[str, Callable[[Any], Any]]] = {
    **export_settings.READERS,
    "export_keep": Whole(1, 1000),
    "host": _host,
    "port": Whole(0, 65_535),
    "public_url": _public_url,
    "insecure_bind": _flag,
    "tls_cert": _file,
    "tls_key": _file,
    "trusted_proxies": _proxies,
    "required": _required,
    "basic_authentication": _flag,
    "patch_answer": _patch_answer,
    "user_body_limit": Whole(1024, 1024 * MEBIBYTE),
    "bulk_body_limit": Whole(1024, 1024 * MEBIBYTE),
    "header_deadline": Number(0.1, 3600),
    "body_deadline": Number(0.1, 3600),
    "keep_alive": Number(0, 3600),
    "stop_deadline": Number(0, 3600),
    "max_connections": Whole(1, 65_535),
    "rate_limit": Whole(0, 1_000_000),
    "bad_token_limit": Whole(1, 1_000_000),
    "bad_token_penalty": Number(1, 86_400),
    "activity_keep": Whole(0, 10_000_000),
    "activity_days": Whole(1, 3650),
    "activity_body_cap": Whole(0, 16 * MEBIBYTE),
    "max_tokens": Whole(1, 10_000),
    "backup_daily": _flag,
    "backup_keep": Whole(1, 1000),
}


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`."""
    address = _address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


class Source(StrEnum):
    """Where the value of a setting comes from; the later one wins."""

    DEFAULT = "default"
    FILE = "perch.toml"
    ENVIRONMENT = "environment"
    FLAG = "flag"


def load_config(
    folder: Path, environ: Mapping[str, str] | None = None, flags: Mapping[str, Any] | None = None
) -> ServerConfig:
    """Read the settings of a data folder; a flag that is None was not given.

    Raises:
        Fault: setting_invalid, also for a name in perch.toml that is no setting, and for a host that other
            machines reach without TLS and without `insecure_bind`.

    """
    path = folder / SETTINGS_FILE
    found = file_settings(path)
    for name in found:
        if name not in READERS:
            close = difflib.get_close_matches(name, READERS, 1)
            remedy = f"did you mean {close[0]}?" if close else f"the settings are {', '.join(sorted(READERS))}."
            raise Fault(FaultCode.SETTING_INVALID, f"{name} in {path} is no setting: {remedy}")
    return assembled({name: value for name, (value, _) in chosen_settings(path, found, environ, flags).items()})


def mistyped(environ: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """Give each variable that looks like a setting and is none, with the one that it is nearest to."""
    known = {DATA_DIR_VARIABLE, *(f"PERCH_{name.upper()}" for name in READERS)}
    suspects = sorted(name for name in (os.environ if environ is None else environ) if name.startswith("PERCH_"))
    # What is near to none may well be somebody's own.
    near = ((name, difflib.get_close_matches(name, known, 1, NEAR)) for name in suspects)
    return [(name, close[0]) for name, close in near if close and name not in known | _NO_SETTINGS]


def is_refused_by_okta(public_url: str | None) -> bool:
    """Whether Okta's form takes no base URL like this one: it refuses an underscore (OKTA.md A48)."""
    return "_" in (public_url or "")


def chosen_settings(
    path: Path,
    found: Mapping[str, Any],
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, Any] | None = None,
) -> dict[str, tuple[Any, Source]]:
    """Give each setting that is not left at its default, and where it comes from; `found` stands in the file `path`.

    Raises:
        Fault: setting_invalid.

    """
    environ = os.environ if environ is None else environ
    chosen: dict[str, tuple[Any, Source]] = {}
    for name in READERS:
        variable = f"PERCH_{name.upper()}"
        if name in found:
            chosen[name] = _read(name, found[name], f"{name} in {path}"), Source.FILE
        if variable in environ:
            chosen[name] = _read(name, environ[variable], variable), Source.ENVIRONMENT
    for name, value in (flags or {}).items():
        if value is not None:
            chosen[name] = _read(name, value, f"--{name.replace('_', '-')}"), Source.FLAG
    return chosen


def assembled(chosen: Mapping[str, Any]) -> ServerConfig:
    """Give the settings as one value.

    Raises:
        Fault: setting_invalid, for settings that do not go together.

    """
    config = ServerConfig(**chosen)
    for name, missing in (("tls_cert", "tls_key"), ("tls_key", "tls_cert")):
        if getattr(config, name) is not None and getattr(config, missing) is None:
            detail = f"{name} = {getattr(config, name)!r}: set {missing} as well, TLS needs both."
            raise Fault(FaultCode.SETTING_INVALID, detail)
    if not is_loopback(config.host) and config.tls_cert is None and not config.insecure_bind:
        raise Fault(
            FaultCode.SETTING_INVALID,
            f"host = {config.host!r}: other machines would reach Perch without TLS; make a certificate with perch tls "
            "init, listen on 127.0.0.1 behind a proxy or tunnel that brings TLS, or allow it with --insecure-bind.",
        )
    return config


def _read(name: str, value: Any, source: str) -> Any:
    try:
        return READERS[name](value)
    except ValueError as error:
        raise Fault(FaultCode.SETTING_INVALID, f"{source} = {value!r}: {error}.") from error


def file_settings(path: Path) -> dict[str, Any]:
    """Read what a settings file holds, whether Perch knows it or not; empty when there is none.

    Raises:
        Fault: setting_invalid when it cannot be read.

    """
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Fault(FaultCode.SETTING_INVALID, f"{path} cannot be read ({error}): mend or remove it.") from error


def data_path(flag: str | Path | None = None, environ: Mapping[str, str] | None = None) -> Path:
    """Return where the data folder is, or would be: the flag's, PERCH_DATA_DIR's or the system's."""
    environ = os.environ if environ is None else environ
    chosen = flag or environ.get(DATA_DIR_VARIABLE)
    # Not roaming on Windows: a database in WAL mode must not follow its user over the network.
    return (Path(chosen).expanduser() if chosen else platformdirs.user_data_path("Perch", appauthor=False)).absolute()


def data_folder(flag: str | Path | None = None, environ: Mapping[str, str] | None = None) -> Path:
    """Return the data folder, made where it is missing; a new one is private to its owner.

    Raises:
        Fault: folder_unwritable, also when the path is a file.

    """
    folder = data_path(flag, environ)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Fault(FaultCode.FOLDER_UNWRITABLE, str(folder)) from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise Fault(FaultCode.FOLDER_UNWRITABLE, str(folder))
    return folder
