"""The settings of exports and which values they take: a folder, a format, what LDAP entries stand below. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

FORMATS: Final = ("jsonl", "csv", "ldif")
BASE: Final = "o=Perch"

_COMPONENT: Final = r"[A-Za-z][A-Za-z0-9-]*=(?:[^,+;<>\\\"\x00-\x1f\x7f]|\\[ ,+;<>\\\"=#])+"
_BASE: Final = re.compile(rf"{_COMPONENT}(?:,\s*{_COMPONENT})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSettings:
    """What the endpoint exports by itself."""

    export_daily: str | None = None
    """The folder that gets a file every day, from the data folder where it is relative; None is no export."""
    export_format: str = "jsonl"
    export_base: str = BASE
    """The entry that people and groups stand below in LDIF."""
    export_keep: int = 7
    """Exports of that format kept, the newest."""


def folder(value: Any) -> str | None:
    """Read a folder, which is meant from the data folder where it is relative; raises ValueError with the remedy."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError("give the name of a folder, such as exports")
    return value.strip()


def form(value: Any) -> str:
    """Read a format; raises ValueError with the remedy."""
    if value not in FORMATS:
        raise ValueError(f"give {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")
    return str(value)


def base(value: Any) -> str:
    """Read a distinguished name (RFC 4514), such as ``dc=example,dc=com``; raises ValueError with the remedy."""
    if not isinstance(value, str) or not _BASE.fullmatch(value.strip()):
        raise ValueError("give a distinguished name, such as dc=example,dc=com")
    return value.strip()


READERS: Final[dict[str, Callable[[Any], Any]]] = {"export_daily": folder, "export_format": form, "export_base": base}
"""By the name of the setting."""
