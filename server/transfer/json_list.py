"""Reading a JSON file that is one list (or a SCIM list response, or one resource), each entry with its line.

Belongs here: where in the text an entry begins. Must not know: what an entry means.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from server.transfer.lines import LineError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_RESOURCES: Final = re.compile(r'"Resources"\s*:\s*\[')
_BETWEEN: Final = re.compile(r"[\s,]*")


def list_documents(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]] | LineError]:
    """Yield each object of the list with the line it begins on; the first that cannot be read is the last."""
    text = "".join(lines)
    start = _BETWEEN.match(text).end()  # type: ignore[union-attr] # matches also nothing
    if text.startswith("{", start):
        found = _RESOURCES.search(text)
        if found is None:
            yield _one(text, start)
            return
        position = found.end()
    elif text.startswith("[", start):
        position = start + 1
    else:
        yield LineError(1, "The file is no JSON list: write [ before the first user or group and ] after the last.")
        return
    line, counted = 1, 0
    while True:
        position = _BETWEEN.match(text, position).end()  # type: ignore[union-attr] # as above
        line += text.count("\n", counted, position)
        counted = position
        if position >= len(text):
            yield LineError(line, "The file ends before its list does: it may have been cut off.")
            return
        if text[position] == "]":
            return
        try:
            value, position = _decoder.raw_decode(text, position)
        except json.JSONDecodeError as error:
            yield LineError(error.lineno, f"The file is not JSON from here on: {error.msg}.")
            return
        yield (line, value) if isinstance(value, dict) else LineError(line, "The entry is no user or group.")


def _one(text: str, start: int) -> tuple[int, dict[str, Any]] | LineError:
    line = 1 + text.count("\n", 0, start)
    try:
        value, _ = _decoder.raw_decode(text, start)
    except json.JSONDecodeError as error:
        return LineError(error.lineno, f"The file is not JSON from here on: {error.msg}.")
    return line, value


_decoder: Final = json.JSONDecoder()
