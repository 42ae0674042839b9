"""How Okta reacts to what a SCIM server answers, in the words its admin would read.

Belongs here: what one answer alone tells, by the rules of rules.py. Must not know: sockets,
clocks, which request comes next. The quoted part of a sentence is Okta's own; what follows it explains.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from server.okta.rules import Rule
from server.okta.speech import Version
from server.okta.version1_form import OF_2_0, notes_of_1_1

if TYPE_CHECKING:
    from collections.abc import Mapping

SOCKET_TIMEOUT: Final = 60.0
"""Seconds without an answer after which Okta gives a request up (OKTA.md 1.1)."""

UNTOLD_WAIT: Final = 300
"""Seconds that Okta waits after a 429 without a usable Retry-After (OKTA.md 1.12, A37)."""

ATTEMPTS: Final = 10
"""How often Okta sends a request that is answered with 429 before the task fails for good (OKTA.md 1.12)."""


ERROR_URN: Final = "urn:ietf:params:scim:api:messages:2.0:Error"

_NOT_JSON: Final = "Invalid JSON: "

_REPORTED: Final = "Errors reported by remote server:"

_NUMBERS: Final = ("totalResults", "startIndex", "itemsPerPage")


class Asked(StrEnum):
    """What a request asked for, as far as it decides how Okta reads the answer."""

    LIST = "list"
    FIND = "find"
    READ = "read"
    CREATE_USER = "create user"
    CREATE_GROUP = "create group"
    REPLACE = "replace"
    MODIFY = "modify"
    DELETE = "delete"


_CREATES: Final = (Asked.CREATE_USER, Asked.CREATE_GROUP)
_WRITES: Final = (*_CREATES, Asked.REPLACE, Asked.MODIFY, Asked.DELETE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Okta's reaction to one answer."""

    ok: bool
    sentence: str
    """What Okta shows, or does without showing it; for a good answer what was found."""
    source: str
    """The OKTA.md section or line that the rule stands on, and the public source where that names one."""
    remedy: str = ""
    """What the server has to change; empty when nothing."""
    wait: int | None = None
    """Seconds until Okta repeats the same request; None when it does not."""
    rule: Rule | None = None
    """The reaction by name; None for a good answer."""
    notes: tuple[Rule, ...] = ()
    """What Okta gets past in this answer and somebody trips over later; their sentences need no facts."""


def verdict(
    status: int,
    body: bytes,
    asked: Asked,
    *,
    reason: str = "",
    retry_after: str | None = None,
    attempt: int = 1,
    seconds: float = 0.0,
    version: Version = Version.TWO,
) -> Verdict:
    """Judge one answer as Okta would.

    ``status`` 0 means that no answer came and ``reason`` then says why; ``reason`` is otherwise HTTP's phrase
    and may be left out. ``attempt`` counts the sendings of this request from 1, ``seconds`` is how long the
    answer took, ``version`` what is spoken.
    """
    judged = _judged(status, body, asked, reason, retry_after, attempt, seconds)
    if version is Version.TWO or judged.rule in (Rule.NO_CONNECTION, Rule.TIMED_OUT, Rule.REDIRECTED):
        return judged
    # In 1.1 another form is expected, and no other reaction.
    return replace(judged, notes=(*(one for one in judged.notes if one not in OF_2_0), *notes_of_1_1(status, body)))


def _judged(
    status: int, body: bytes, asked: Asked, reason: str, retry_after: str | None, attempt: int, seconds: float
) -> Verdict:
    if status == 0 or seconds >= SOCKET_TIMEOUT:
        return _no_answer(reason if status == 0 else "")
    if status == 429:
        return _too_many(_reason(status, reason), body, retry_after, attempt)
    if status >= 400:
        return _refused(status, body, asked, _reason(status, reason))
    if not 200 <= status < 300:
        return _judge(Rule.REDIRECTED, reason=_reason(status, reason))
    match asked:
        case Asked.LIST | Asked.FIND:
            return _listed(body, asked)
        case Asked.CREATE_USER | Asked.CREATE_GROUP:
            return _created(body, asked)
        case Asked.READ:
            return _read(body)
        case Asked.REPLACE | Asked.MODIFY | Asked.DELETE:
            return _accepted(body)


def detail(body: bytes) -> str:
    """Give what Okta prints after "Errors reported by remote server:" for an error body.

    A SCIM 1.1 error's descriptions (OKTA.md 2.5); the Error's ``detail``; for a body that is not JSON, the
    parser's complaint (OKTA.md 1.4, A32). An empty body gives an empty string.
    """
    if not body.strip():
        return ""
    try:
        document = json.loads(body)
    except ValueError as error:
        return f"{_NOT_JSON}{complaint(body, error)}"
    if not isinstance(document, dict):
        return ""
    errors = _member(document, "Errors")
    listed = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    told = "; ".join(str(error["description"]) for error in listed if error.get("description"))
    if told:
        return told
    told = _member(document, "detail")
    return told if isinstance(told, str) else ""


def report(status: int, body: bytes, reason: str = "") -> str:
    """Give what Okta shows of an error: HTTP's reason and the server's own words (OKTA.md 1.4)."""
    return f"{_reason(status, reason)}. {_REPORTED} {detail(body)}".rstrip()


def closed(shown: str) -> str:
    """Let another sentence follow what Okta shows."""
    if shown.endswith(_REPORTED):
        return f"{shown} nothing."
    return shown if shown.endswith((".", "!", "?")) else f"{shown}."


def complaint(body: bytes, error: ValueError) -> str:
    """Word why a body is not JSON the way Okta's Java parser does: the token it met, the line, the column.

    Recorded: ``error code: 502`` gives ``Unrecognized token 'error' ... line: 1, column: 6`` (OKTA.md 1.4).
    """
    if isinstance(error, UnicodeDecodeError):
        return f"Invalid UTF-8 start byte 0x{body[error.start]:x} ... line: 1, column: {error.start + 1}"
    text = body.decode(errors="replace")
    position = error.pos if isinstance(error, json.JSONDecodeError) else 0
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    rest = text[position:]
    length = 0
    while length < len(rest) and (rest[length].isalnum() or rest[length] in "_$"):
        length += 1
    if not rest:
        return f"Unexpected end-of-input ... line: {line}, column: {column}"
    if length and not rest[0].isdigit():
        return f"Unrecognized token '{rest[:length]}' ... line: {line}, column: {column + length}"
    return f"Unexpected character ('{rest[0]}' (code {ord(rest[0])})) ... line: {line}, column: {column}"


def wait_after_429(retry_after: str | None, attempt: int) -> int | None:
    """Seconds that Okta waits before sending again, or None once it has given up (OKTA.md 1.12, A37).

    An integer is obeyed to the second. Everything else (nothing, a date, a fraction) counts as five minutes,
    doubled with every further failure.
    """
    if attempt >= ATTEMPTS:
        return None
    told = _whole_seconds(retry_after)
    if told is not None:
        return told
    return int(UNTOLD_WAIT * 2 ** (attempt - 1))


def _whole_seconds(retry_after: str | None) -> int | None:
    told = (retry_after or "").strip()
    return int(told) if told.isascii() and told.isdigit() else None


def _reason(status: int, reason: str) -> str:
    if reason:
        return reason
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return str(status)


def _judge(rule: Rule, *, wait: int | None = None, notes: tuple[Rule, ...] = (), **facts: object) -> Verdict:
    sentence = rule.sentence.format(**facts)
    return Verdict(
        ok=False, sentence=sentence, source=rule.source, remedy=rule.remedy, wait=wait, rule=rule, notes=notes
    )


def _no_answer(why: str) -> Verdict:
    if why and "timed out" not in why:
        return _judge(Rule.NO_CONNECTION, told=why)
    # Okta's words follow those of the network.
    told = why or "Read timed out. Okta gives a request up after 60 seconds without an answer."
    return _judge(Rule.TIMED_OUT, told=told)


def _too_many(reason: str, body: bytes, retry_after: str | None, attempt: int) -> Verdict:
    wait = wait_after_429(retry_after, attempt)
    notes = _error_notes(body)
    if wait is None:
        return _judge(Rule.STILL_TOO_MANY, reason=reason, attempts=ATTEMPTS, notes=notes)
    rule = Rule.TOO_MANY_REQUESTS if _whole_seconds(retry_after) is not None else Rule.RETRY_AFTER_UNREADABLE
    return _judge(rule, reason=reason, attempt=attempt, attempts=ATTEMPTS, seconds=wait, wait=wait, notes=notes)


def _refused(status: int, body: bytes, asked: Asked, reason: str) -> Verdict:
    reported = report(status, body, reason)
    if detail(body).startswith(_NOT_JSON):
        return _judge(Rule.ERROR_NOT_JSON, reported=reported)
    notes = _error_notes(body)
    if asked is Asked.FIND and status == HTTPStatus.NOT_FOUND:
        notes = (*notes, Rule.LOOKUP_ANSWERED_404)
        return Verdict(ok=True, sentence="not there yet (404)", source="OKTA.md 1.4", notes=notes)
    rule = _rule_of_error(status, body, asked)
    return _judge(rule, reported=reported if rule is Rule.ERROR_REPORTED else closed(reported), notes=notes)


def _rule_of_error(status: int, body: bytes, asked: Asked) -> Rule:
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return Rule.TOKEN_REFUSED
        case HTTPStatus.CONFLICT if asked in _CREATES:
            return Rule.CONFLICT_ON_CREATE
        case HTTPStatus.NOT_IMPLEMENTED if asked is Asked.MODIFY:
            return Rule.PATCH_NOT_IMPLEMENTED
        case HTTPStatus.NOT_IMPLEMENTED | HTTPStatus.METHOD_NOT_ALLOWED if asked in _WRITES:
            return Rule.VERB_REFUSED
        case HTTPStatus.UNSUPPORTED_MEDIA_TYPE if asked in _WRITES:
            return Rule.MEDIA_TYPE_REFUSED
        case HTTPStatus.BAD_REQUEST if asked in _WRITES and _scim_type(body) == "mutability":
            return Rule.READ_ONLY_REFUSED
        case HTTPStatus.NOT_FOUND if asked in (Asked.READ, Asked.REPLACE, Asked.MODIFY):
            return Rule.RESOURCE_LOST
        case _:
            return Rule.ERROR_REPORTED


def _error_notes(body: bytes) -> tuple[Rule, ...]:
    try:
        document = json.loads(body) if body.strip() else {}
    except ValueError:
        return ()
    if not isinstance(document, dict):
        return (Rule.ERROR_NOT_SCIM,)
    if isinstance(_member(document, "Errors"), list):
        return ()  # SCIM 1.1 has another form.
    notes = []
    schemas = _member(document, "schemas")
    if not (isinstance(schemas, list) and ERROR_URN in schemas and detail(body)):
        notes.append(Rule.ERROR_NOT_SCIM)
    if isinstance(_member(document, "status"), int):
        notes.append(Rule.ERROR_STATUS_NUMBER)
    return tuple(notes)


def _scim_type(body: bytes) -> Any:
    document, _ = _object(body)
    return _member(document, "scimType") if document is not None else None


def _listed(body: bytes, asked: Asked) -> Verdict:
    document, failure = _object(body)
    if document is None:
        return failure
    for name in _NUMBERS:
        number = _member(document, name)
        if isinstance(number, str):
            return _judge(Rule.LIST_NUMBER_AS_STRING, name=name, number=number)
    total = _member(document, "totalResults")
    if not isinstance(total, int) or isinstance(total, bool):
        return _judge(Rule.LIST_WITHOUT_TOTAL)
    resources = _member(document, "Resources")
    if resources is None and total == 0:
        resources = []
    if not isinstance(resources, list):
        return _judge(Rule.LIST_WITHOUT_ARRAY)
    for resource in resources:
        if not isinstance(resource, dict) or not isinstance(_member(resource, "id"), str):
            return _judge(Rule.LIST_ENTRY_WITHOUT_ID)
    complete = all(isinstance(_member(document, name), int) for name in _NUMBERS)
    notes = () if complete else (Rule.LIST_NUMBER_MISSING,)
    if asked is Asked.FIND:
        return Verdict(ok=True, sentence="found" if resources else "not there yet", source="OKTA.md 1.4", notes=notes)
    return Verdict(ok=True, sentence=f"{len(resources)} of {total}", source="OKTA.md 1.8", notes=notes)


def _created(body: bytes, asked: Asked) -> Verdict:
    noun = "user" if asked is Asked.CREATE_USER else "group"
    if not body.strip():
        return _judge(Rule.CREATED_EMPTY, noun=noun)
    document, failure = _object(body)
    if document is None:
        return failure
    if not isinstance(_member(document, "id"), str):
        return _judge(Rule.CREATED_WITHOUT_ID, noun=noun)
    return Verdict(ok=True, sentence=f"{noun} created", source="OKTA.md 1.4")


def _read(body: bytes) -> Verdict:
    document, failure = _object(body)
    if document is None:
        return failure
    return Verdict(ok=True, sentence="read", source="OKTA.md 1.5")


def _accepted(body: bytes) -> Verdict:
    if body.strip():
        document, failure = _object(body)
        if document is None:
            return failure
    return Verdict(ok=True, sentence="accepted", source="OKTA.md 1.6")


def _object(body: bytes) -> tuple[dict[str, Any] | None, Verdict]:
    try:
        document = json.loads(body)
    except ValueError as error:
        why = complaint(body, error)
    else:
        if isinstance(document, dict):
            return document, _UNUSED
        why = "an object was expected"
    return None, _judge(Rule.ANSWER_NOT_JSON, told=why)


_UNUSED: Final = Verdict(ok=True, sentence="", source="")


def _member(document: Mapping[str, Any], name: str) -> Any:
    """Look a name up without case: Okta tolerates ``resources`` and ``itemsperpage`` (OKTA.md 1.4)."""
    value = document.get(name)
    if value is None:
        lowered = name.lower()
        value = next((value for key, value in document.items() if key.lower() == lowered), None)
    return value
