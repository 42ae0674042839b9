"""A recorded dialogue repeated against a server, and what is different this time.

Belongs here: which ids and names of then stand for which of now, and the comparison of two answers by status and
shape. Must not know: how a recording is kept, what Okta would make of a difference.
"""

from __future__ import annotations

import re
import secrets
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson

from server.okta.verdicts import detail
from server.redaction import REDACTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from server.okta.recording import Exchange, Recording
    from server.okta.wire import Answer, Transport

_QUOTED: Final = re.compile(r'"([^"]*)"')
_IDENTIFYING: Final = ("id", "value")
_POINTING: Final = ("$ref", "location")


@dataclass(frozen=True, slots=True)
class Repeated:
    """One request sent again, and each difference between its answer of then and of now."""

    request: str
    """As sent now."""
    status: int
    recorded_status: int
    duration: int
    """Microseconds."""
    differences: tuple[str, ...]
    """Sentences; empty where the answers are alike."""


class Replayer:
    """Sends a recording's requests in their order, with the ids that the server of now gave.

    ``run`` takes the place of the recorded run's mark in every name, so that a dialogue can be repeated against
    a server that still has what was made then; empty leaves the names as they are.
    """

    def __init__(self, recording: Recording, transport: Transport, *, run: str = "") -> None:
        self._recording = recording
        self._transport = transport
        self._run = run or recording.run
        self._ids: dict[str, str] = {}

    def play(self) -> Iterator[Repeated]:
        """Send one request after the other."""
        for exchange in self._recording.exchanges:
            target = self._target(exchange.target)
            answer = self._transport.send(exchange.method, target, self._body(exchange))
            now = _document(answer)
            differences = tuple(self._differences(exchange, answer, now))
            if isinstance(exchange.answer, dict) and isinstance(now, dict):
                self._learn(exchange.answer, now)
            yield Repeated(f"{exchange.method} {target}", answer.status, exchange.status, answer.duration, differences)

    def _renamed(self, text: str) -> str:
        former = self._recording.run
        if not former:
            return text
        # Okta's look-ups ask in another case, too (OKTA.md A20).
        return text.replace(former, self._run).replace(former.upper(), self._run.upper())

    def _target(self, target: str) -> str:
        path, mark, query = target.partition("?")
        segments = (self._ids.get(segment, segment) for segment in path.split("/"))
        return self._renamed("/".join(segments) + mark + query)

    def _body(self, exchange: Exchange) -> bytes | None:
        if exchange.body_text is not None:
            return self._renamed(exchange.body_text).encode()
        return None if exchange.body is None else orjson.dumps(self._translated(exchange.body))

    def _translated(self, value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: self._translated(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [self._translated(one, key) for one in value]
        if not isinstance(value, str):
            return value
        if value == REDACTED:
            # OKTA.md A17: the placeholder of then was not kept; another one does as well.
            return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(8))
        if key in _IDENTIFYING:
            return self._ids.get(value) or self._renamed(value)
        if key in _POINTING:
            front, slash, last = value.rpartition("/")
            return self._renamed(front + slash + self._ids.get(last, last))
        if key == "path":
            value = _QUOTED.sub(lambda match: f'"{self._ids.get(match[1], match[1])}"', value)
        return self._renamed(value)

    def _learn(self, then: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        for before, after in self._pairs(then, now):
            if isinstance(before.get("id"), str) and isinstance(after.get("id"), str):
                self._ids[before["id"]] = after["id"]

    def _pairs(
        self, then: Mapping[str, Any], now: Mapping[str, Any]
    ) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """Give the resources of two answers that stand for each other; those of a list by their names."""
        if "id" in then or "id" in now:
            return [(then, now)]
        named = {_name(one): one for one in _resources(now)}
        return [
            (one, named[name])
            for one in _resources(then)
            if (name := self._renamed(_name(one)).lower()) and name in named
        ]

    def _differences(self, exchange: Exchange, answer: Answer, now: Any) -> Iterator[str]:
        if answer.status != exchange.status:
            yield f"Answered {_status(exchange.status)} then, {_status(answer.status)} now{_told(answer, now)}"
            # Two answers to different ends have different shapes of necessity.
            return
        if (exchange.answer is None) != (now is None):
            yield "Answered with JSON then, with something else now." if now is None else "Answered with JSON only now."
            return
        if not isinstance(exchange.answer, dict) or not isinstance(now, dict):
            return
        yield from self._unlike(exchange, exchange.answer, now)

    def _unlike(self, exchange: Exchange, then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
        pairs = self._pairs(then, now)
        if "filter=" in exchange.target and len(_resources(then)) != len(_resources(now)):
            yield f"Found {len(_resources(then))} then, {len(_resources(now))} now."
            return
        # Strangers on the server are no part of the dialogue: of a list only what is in both is compared.
        around_then, around_now = _without_resources(then), _without_resources(now)
        before = _kinds([around_then, *(one for one, _ in pairs)])
        after = _kinds([around_now, *(one for _, one in pairs)])
        for path in sorted(before.keys() | after.keys()):
            if path not in after:
                yield f"{path} is missing now."
            elif path not in before:
                yield f"{path} is new."
            elif before[path] != after[path]:
                yield f"{path} was {before[path]}, it is {after[path]} now."


def _document(answer: Answer) -> Any:
    try:
        return orjson.loads(answer.body) if answer.body else None
    except orjson.JSONDecodeError:
        return None


def _resources(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = next((value for name, value in document.items() if name.lower() == "resources"), None)
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _without_resources(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name.lower() != "resources"}


def _name(resource: Mapping[str, Any]) -> str:
    return str(resource.get("userName") or resource.get("displayName") or "").lower()


def _status(status: int) -> str:
    return str(status) if status else "nothing"


def _told(answer: Answer, now: Any) -> str:
    if answer.status == 0:
        return f": {answer.reason}."
    told = detail(answer.body) if isinstance(now, dict) and answer.status >= 400 else ""
    return f": {told}" if told else "."


def shape(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Give each path of a JSON value with the kind of what is there; the entries of an array share ``[]``."""
    yield path, _KINDS.get(type(value), "null")
    if isinstance(value, dict):
        for key, one in value.items():
            yield from shape(one, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for one in value:
            yield from shape(one, f"{path}[]")


def _kinds(values: list[Any]) -> dict[str, str]:
    return {path: kind for value in values for path, kind in shape(value)}


_KINDS: Final = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
}
