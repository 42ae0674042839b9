"""What a simulation made on a server, noticed as it is made, and deleted at the end.

Belongs here: which request made or deleted something, and how it is deleted. Must not know: why it was made. Nothing
is deleted that was not made here: by its id from the server's own answer, or, where an answer got lost, by a name that
carries the run's mark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

from server.okta.features import OWN_AGENT
from server.okta.verdicts import detail
from server.okta.wire import lookup

if TYPE_CHECKING:
    from server.okta.wire import Answer, Transport

AGENT: Final = f"{OWN_AGENT} simulate (cleaning up)"
"""The User-Agent of the deletions: Okta itself never deletes a user (OKTA.md 1.6)."""

_GONE: Final = (200, 202, 204, 404)
_NAMES: Final = {"/Users": "userName", "/Groups": "displayName"}


class Tracker:
    """A transport that remembers what is made through it. Each thread may send."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._made: dict[str, str] = {}
        self._lost: dict[tuple[str, str], None] = {}

    def send(self, method: str, target: str, body: bytes | None = None) -> Answer:
        """Send one request and read its answer."""
        path = _endpoint(target)
        if method == "POST" and path in _NAMES and body is not None:
            # Before it is sent: whoever interrupts the program meanwhile does not leave it behind.
            self._lost[path, _name(body, path)] = None
        answer = self._transport.send(method, target, body)
        if method == "POST" and path in _NAMES and body is not None:
            self._remember(path, _name(body, path), answer)
        elif method == "DELETE" and answer.status in _GONE:
            self._made.pop(target, None)
        return answer

    def close(self) -> None:
        """Let go of the connection."""
        self._transport.close()

    @property
    def made(self) -> tuple[str, ...]:
        """The targets of what was made and is not deleted yet, groups first: a group holds on to its members."""
        return tuple(sorted(self._made, key=lambda target: target.startswith("/Users")))

    def find_lost(self, wire: Transport, *, mark: str) -> None:
        """Look by name for what was asked for and never confirmed; ``mark`` is what this run's names carry."""
        for path, name in tuple(self._lost):
            if mark.lower() not in name.lower():
                continue
            attribute = _NAMES[path]
            for resource in wire.send("GET", f"{path}?{lookup(attribute, name)}").resources():
                if str(resource.get(attribute, "")).lower() == name.lower() and "id" in resource:
                    self._made[f"{path}/{resource['id']}"] = name

    def delete(self, wire: Transport, target: str) -> str:
        """Delete one thing that was made here; gives why it could not be, empty once it is gone."""
        answer = wire.send("DELETE", target)
        if answer.status in _GONE:
            self._made.pop(target, None)
            return ""
        told = detail(answer.body)
        reason = f"{answer.status or ''} {answer.reason}{': ' if told else ''}{told}".strip()
        return f"{self._made.get(target, '')} ({target}): {reason}"

    def _remember(self, path: str, name: str, answer: Answer) -> None:
        if 200 <= answer.status < 300 and isinstance(identifier := answer.document().get("id"), str | int):
            self._made[f"{path}/{identifier}"] = name
            self._lost.pop((path, name), None)
        elif 400 <= answer.status < 500 and answer.status != 409:
            # A refusal made nothing; a 500 or silence may have, and a 409 tells that somebody did.
            self._lost.pop((path, name), None)


def _endpoint(target: str) -> str:
    # The on-prem agent's targets begin with two slashes (OKTA.md B1).
    return "/" + target.partition("?")[0].strip("/")


def _name(body: bytes, path: str) -> str:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    return str(document.get(_NAMES[path], "")) if isinstance(document, dict) else ""
