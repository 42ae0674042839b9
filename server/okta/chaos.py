"""Trouble between Okta and a server, made on purpose, so that what Okta would show is seen before it happens.

Belongs here: what is done to a request or an answer on its way. Must not know: how Okta reacts (``verdicts``); it
judges what arrives here as it judges everything.
"""

from __future__ import annotations

import random
import socket
from dataclasses import replace
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import orjson

from server.okta.speech import Version
from server.okta.verdicts import SOCKET_TIMEOUT
from server.okta.wire import Answer, Wire
from server.scim import version1

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ERROR_URN: Final = "urn:ietf:params:scim:api:messages:2.0:Error"
RETRY_AFTER: Final = 5
"""Seconds that TOO_MANY asks Okta to wait."""

DELAY: Final = 61.0
"""Seconds that SLOW takes: one more than Okta waits (OKTA.md 1.1)."""

_WRONG: Final = "Bearer perch_test_this-token-was-revoked"
_NUMBERS: Final = frozenset({"totalresults", "startindex", "itemsperpage"})


# No StrEnum: the title of a text is another thing.
class Trouble(Enum):
    """What can go wrong between Okta and a server."""

    NONE = "none"
    WRONG_TOKEN = "wrong token"  # noqa: S105 -- words, no token
    SERVER_STOPPED = "server stopped"
    CONFLICT = "conflict"
    TOO_MANY = "too many"
    SLOW = "slow"
    MALFORMED = "malformed"
    BAD_GATEWAY = "bad gateway"
    EMPTY_CREATE = "empty create"
    TEXT_NUMBERS = "text numbers"
    NO_PATCH = "no patch"
    SERVER_ERROR = "server error"

    @property
    def title(self) -> str:
        """A few words, for a list to choose from."""
        return _WORDS[self][0]

    @property
    def sentence(self) -> str:
        """What happens on the way, in a sentence or two."""
        return _WORDS[self][1]


_WORDS: Final[Mapping[Trouble, tuple[str, str]]] = {
    Trouble.NONE: ("No trouble", "Everything passes as it is."),
    Trouble.WRONG_TOKEN: (
        "Wrong token",
        "Okta sends a token that was revoked; the server really refuses it.",
    ),
    Trouble.SERVER_STOPPED: (
        "Server stopped",
        "Okta calls a port where nobody listens; the connection is really refused.",
    ),
    Trouble.CONFLICT: (
        "409 conflict",
        "What Okta writes is answered as if somebody else had that name already; it does not reach the server.",
    ),
    Trouble.TOO_MANY: (
        "429 too many requests",
        f"The request is sent back with the wish to wait {RETRY_AFTER} seconds; it does not reach the server.",
    ),
    Trouble.SLOW: (
        "Slow server",
        f"The server does its work, but its answer comes after {DELAY:g} seconds: Okta has stopped waiting at 60.",
    ),
    Trouble.MALFORMED: ("Malformed answer", "The server's answer loses its second half on the way."),
    Trouble.BAD_GATEWAY: (
        "502 from a proxy",
        "A proxy answers in its own words, not in JSON; the request does not reach the server.",
    ),
    Trouble.EMPTY_CREATE: ("Empty 201", "The server creates what it is asked to; its answer loses the resource."),
    Trouble.TEXT_NUMBERS: (
        "Numbers as text",
        'A list says "startIndex": "1" instead of 1, as some servers do.',
    ),
    Trouble.NO_PATCH: (
        "501 for PATCH",
        "PATCH is answered as by a server that cannot; everything else passes.",
    ),
    Trouble.SERVER_ERROR: (
        "500 server error",
        "The request is answered as by a server that has failed inside; it does not reach the server.",
    ),
}


class Chaos:
    """A ``wire.Transport`` that lets one trouble befall the requests of a Wire, at a rate.

    What it plays: a wrong token, a closed port and a lost half of an answer are real, and the server does or
    refuses its part; 409, 429, 500, 501 and 502 are answered here in the server's place, which then knows nothing of
    the request. Which requests are hit is the same for the same seed. ``trouble`` and ``rate`` (0 to 1) may be set at
    any time from any thread; a request under way is not touched by that.
    """

    def __init__(
        self,
        wire: Wire,
        trouble: Trouble = Trouble.NONE,
        *,
        rate: float = 1.0,
        seed: int = 7,
        pace: Callable[[float], None] | None = None,
        delay: float = DELAY,
    ) -> None:
        """``delay`` is how many seconds SLOW takes as Okta feels them; ``pace`` lets them pass, scaled or not."""
        self.wire = wire
        self.trouble = trouble
        self.rate = rate
        self._chance = random.Random(seed)  # noqa: S311 -- has to come out the same each time
        self._pace = pace
        self._delay = delay

    def send(self, method: str, target: str, body: bytes | None = None) -> Answer:
        """Send one request into what may befall it, and give what comes back to Okta."""
        trouble = self.trouble
        if not _concerns(trouble, method) or self._chance.random() >= self.rate:
            return self.wire.send(method, target, body)
        match trouble:
            case Trouble.WRONG_TOKEN:
                return self._with_wrong_token(method, target, body)
            case Trouble.SERVER_STOPPED:
                return self._to_nobody(method, target, body)
            case Trouble.CONFLICT:
                said = "Somebody or something of this name exists already."
                return self._error(HTTPStatus.CONFLICT, said, scim_type="uniqueness")
            case Trouble.TOO_MANY:
                refused = self._error(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests.")
                return replace(refused, headers={**refused.headers, "retry-after": str(RETRY_AFTER)})
            case Trouble.BAD_GATEWAY:
                # Recorded of a tunnel whose server was gone (OKTA.md 1.4).
                words, kind = b"error code: 502", {"content-type": "text/plain"}
                return Answer(502, "Bad Gateway", words, 1, kind, version=self.wire.version)
            case Trouble.NO_PATCH:
                return self._error(HTTPStatus.NOT_IMPLEMENTED, "PATCH is not supported.")
            case Trouble.SERVER_ERROR:
                return self._error(HTTPStatus.INTERNAL_SERVER_ERROR, "The server has failed.")
        return self._spoiled(trouble, self.wire.send(method, target, body))

    def close(self) -> None:
        """Let go of the connection."""
        self.wire.close()

    def _with_wrong_token(self, method: str, target: str, body: bytes | None) -> Answer:
        given, self.wire.authorization = self.wire.authorization, _WRONG
        try:
            return self.wire.send(method, target, body)
        finally:
            self.wire.authorization = given

    def _to_nobody(self, method: str, target: str, body: bytes | None) -> Answer:
        # Bound and not listening: nobody else can have the port meanwhile, and whoever connects is refused.
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            astray = Wire(f"http://127.0.0.1:{nobody.getsockname()[1]}", "", version=self.wire.version)
            astray.host = self.wire.host
            try:
                return astray.send(method, target, body)
            finally:
                astray.close()

    def _spoiled(self, trouble: Trouble, answer: Answer) -> Answer:
        match trouble:
            case Trouble.SLOW:
                return self._late(answer)
            case Trouble.MALFORMED:
                return replace(answer, body=answer.body[: len(answer.body) // 2])
            case Trouble.EMPTY_CREATE if answer.status == HTTPStatus.CREATED:
                return replace(answer, body=b"")
            case Trouble.TEXT_NUMBERS:
                return replace(answer, body=_in_words(answer))
        return answer

    def _late(self, answer: Answer) -> Answer:
        if self._pace is not None:
            self._pace(self._delay)
        if self._delay < SOCKET_TIMEOUT:
            return replace(answer, duration=answer.duration + int(self._delay * 1e6))
        reason = f"Connect to {self.wire.host} failed: Read timed out"
        failure = TimeoutError(reason)
        return Answer(0, reason, b"", int(SOCKET_TIMEOUT * 1e6), failure=failure, version=self.wire.version)

    def _error(self, status: HTTPStatus, detail: str, *, scim_type: str | None = None) -> Answer:
        """Answer as a server that speaks SCIM does (RFC 7644 section 3.12)."""
        document = {"schemas": [ERROR_URN], "status": str(status.value), "detail": detail}
        if scim_type is not None:
            document["scimType"] = scim_type
        version = self.wire.version
        said = orjson.dumps(document if version is Version.TWO else version1.error(document))
        headers = {"content-type": version.media_type}
        return Answer(status.value, status.phrase, said, 1, headers, version=version)


def _concerns(trouble: Trouble, method: str) -> bool:
    match trouble:
        case Trouble.NONE:
            return False
        case Trouble.CONFLICT:
            return method in ("POST", "PUT", "PATCH")
        case Trouble.EMPTY_CREATE:
            return method == "POST"
        case Trouble.TEXT_NUMBERS:
            return method == "GET"
        case Trouble.NO_PATCH:
            return method == "PATCH"
    return True


def _in_words(answer: Answer) -> bytes:
    # As it came, whatever version that is.
    document = replace(answer, version=Version.TWO).document()
    if "Resources" not in document and "resources" not in document:
        return answer.body
    return orjson.dumps({name: str(value) if name.lower() in _NUMBERS else value for name, value in document.items()})
