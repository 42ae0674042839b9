"""Lines of a file and what they hold: decoding, line numbers, JSON lines.

Belongs here: what every format shares. Must not know: CSV, where a document comes from or goes to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class LineError(Exception):
    """A line that cannot be read; the text is a sentence."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


@dataclass(frozen=True, slots=True)
class Row:
    """A person or a group as a file describes it."""

    line: int
    """The line it begins on, from 1."""
    kind: str
    """User or Group."""
    document: dict[str, Any]
    typed: frozenset[str] = frozenset()
    """Multi-valued attributes of which only some types are given: those of other types are to stay."""
    member_lines: tuple[int, ...] = ()
    """The line of each member, where each has its own."""


def decoded(lines: Iterable[bytes]) -> Iterator[str]:
    """Decode a file's lines; raises LineError for what is not UTF-8 (a byte order mark is fine)."""
    for number, line in enumerate(lines, 1):
        if number == 1 and line[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise LineError(1, "The file is UTF-16: save it as UTF-8 (in Excel: CSV UTF-8).")
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise LineError(number, "The line is not UTF-8: save the file as UTF-8 (in Excel: CSV UTF-8).") from error


def read_json_lines(lines: Iterable[str], kind: str | None = None) -> Iterator[Row | LineError]:
    """Read one resource a line; ``kind`` is for those that do not say themselves what they are."""
    return rows_of(json_documents(lines), kind)


def json_documents(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]] | LineError]:
    """Read one JSON object a line, with the line's number."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            document = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield LineError(number, f"The line is not JSON: {error}.")
            continue
        if not isinstance(document, dict):
            yield LineError(number, "The line is no JSON object: write one user or group a line.")
            continue
        yield number, document


def rows_of(
    documents: Iterable[tuple[int, dict[str, Any]] | LineError], kind: str | None = None
) -> Iterator[Row | LineError]:
    """Tell of each document whether it is a user or a group; ``kind`` is for those that do not say so themselves."""
    for each in documents:
        if isinstance(each, LineError):
            yield each
            continue
        number, document = each
        found = kind_of(document) or kind
        if found is None:
            yield LineError(number, "The line is neither a user (userName) nor a group (displayName, members).")
            continue
        yield Row(number, found, {name: value for name, value in document.items() if name not in {"meta", "groups"}})


def kind_of(document: Mapping[str, Any]) -> str | None:
    """Tell a user (it has a userName) from a group (it has members), where a document does not say; None: neither."""
    meta = document.get("meta")
    if isinstance(meta, dict) and meta.get("resourceType") in ("User", "Group"):
        return str(meta["resourceType"])
    names = {name.lower() for name in document}
    if "username" in names:
        return "User"
    return "Group" if "members" in names else None


def json_line(document: Mapping[str, Any]) -> bytes:
    """Give the line of a resource; what depends on others (groups, location, version) is left out."""
    kept = {name: value for name, value in document.items() if name != "groups"}
    meta = document.get("meta", {})
    kept["meta"] = {name: meta[name] for name in ("resourceType", "created", "lastModified") if name in meta}
    return orjson.dumps(kept, option=orjson.OPT_APPEND_NEWLINE)
