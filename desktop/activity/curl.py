"""A request as a curl command for a shell, with the token replaced by a variable.

Belongs here: what of a kept request can be sent again, and its quoting. Must not know: widgets, sockets.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from desktop.activity.explanation import is_whole

if TYPE_CHECKING:
    from server.records import ActivityRecord

VARIABLE: Final = "PERCH_TOKEN"
REDACTED: Final = "[redacted]"
_SHORTENED: Final = re.compile(r"perch_(?:live|test)_…", re.IGNORECASE)
_LEFT_OUT: Final = frozenset(
    {
        *("authorization", "host", "content-length", "connection", "transfer-encoding", "keep-alive", "expect"),
        *("accept-encoding", "user-agent", "te", "trailer", "upgrade", "via", "forwarded", "cookie", "origin"),
        *("proxy-authorization", "proxy-connection"),
    }
)
"""Headers that belong to the connection, to the client or to a proxy, not to what is asked."""


class Copy(StrEnum):
    """How much of a request's body was kept."""

    EXACT = "exact"
    CUT_OUT = "cut out"
    """Secrets were cut out of it; the rest is there."""
    INCOMPLETE = "incomplete"
    """It was withheld, cut off or not kept."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request that can be sent again; the body without what was cut out of it."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: str | None


def kept_of(record: ActivityRecord) -> Copy:
    """Tell how much of the request there still is."""
    body = record.request_body or ""
    if not is_whole(body) or REDACTED in record.query or _SHORTENED.search(f"{body}{record.path}{record.query}"):
        return Copy.INCOMPLETE
    if REDACTED not in body:
        return Copy.EXACT
    return Copy.CUT_OUT if _without_redacted(body) is not None else Copy.INCOMPLETE


def outgoing(record: ActivityRecord) -> Outgoing | None:
    """Give what can be sent again, without the values that were cut out; None where too little was kept."""
    kept = kept_of(record)
    if kept is Copy.INCOMPLETE:
        return None
    body = record.request_body
    if kept is Copy.CUT_OUT:
        body = _without_redacted(body or "")
    return Outgoing(record.method, target_of(record), headers_of(record), body)


def target_of(record: ActivityRecord) -> str:
    """Give path and query as they go on the wire."""
    path = record.path
    if not path.startswith("/"):
        # A proxy's client sent the whole URL.
        path = "/" + path.partition("://")[2].partition("/")[2]
    return f"{path}?{record.query}" if record.query else path


def headers_of(record: ActivityRecord) -> tuple[tuple[str, str], ...]:
    """Give the headers that say what is asked."""
    return tuple(
        (name, value)
        for name, value in record.headers
        if name.lower() not in _LEFT_OUT and not name.lower().startswith("x-") and REDACTED not in value
    )


def curl(record: ActivityRecord, base_url: str) -> str:
    """Write the command; the shell that runs it puts the token in.

    A body of which too little was kept is read from a file, which whoever runs it has to write.
    """
    parts = urlsplit(base_url)
    words = ["curl", "--globoff", "--path-as-is"]
    if record.method == "HEAD":
        words.append("--head")
    elif record.method != "GET" or record.request_body:
        words += ["--request", record.method]
    lines = [" ".join((*words, shlex.quote(f"{parts.scheme}://{parts.netloc}{target_of(record)}")))]
    # Double quotes: the variable is the one thing that the shell has to fill in.
    lines.append(f'--header "Authorization: Bearer ${VARIABLE}"')
    lines += [f"--header {shlex.quote(f'{name}: {value}')}" for name, value in headers_of(record)]
    if record.request_body:
        if not any(name.lower() == "content-type" for name, _ in headers_of(record)):
            # Else curl says that it is a form.
            lines.append("--header 'Content-Type:'")
        body = record.request_body
        lines.append(f"--data-raw {shlex.quote(body)}" if is_whole(body) else "--data-binary @body.json")
    return " \\\n  ".join(lines)


def _without_redacted(body: str) -> str | None:
    """Take the members out whose value was cut out; None where that leaves no request."""
    try:
        document = json.loads(body)
    except ValueError:
        return None
    if not isinstance(document, dict):
        return None
    cleared = _cleared(document)
    if not cleared or REDACTED in json.dumps(cleared):
        return None
    if isinstance(document.get("Operations"), list) and not cleared.get("Operations"):
        return None
    return json.dumps(cleared, ensure_ascii=False, separators=(",", ":"))


def _cleared(node: Any) -> Any:
    if isinstance(node, dict):
        if "op" in node and node.get("value") == REDACTED:
            return None
        return {name: _cleared(value) for name, value in node.items() if value != REDACTED}
    if isinstance(node, list):
        cleared = (_cleared(value) for value in node if value != REDACTED)
        return [value for value in cleared if value is not None]
    return node
