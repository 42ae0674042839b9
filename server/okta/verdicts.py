"""How Okta reacts to what a SCIM server answers, in the words its admin would read.

Belongs here: pure rules from an answer to a verdict, each with its source in OKTA.md. Must not know: sockets,
clocks, which request comes next. The quoted part of a sentence is Okta's own; what follows it explains.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SOCKET_TIMEOUT: Final = 60.0
"""Seconds without an answer after which Okta gives a request up (OKTA.md 1.1)."""

UNTOLD_WAIT: Final = 300
"""Seconds that Okta waits after a 429 without a usable Retry-After (OKTA.md 1.12, A37)."""

ATTEMPTS: Final = 10
"""How often Okta sends a request that is answered with 429 before the task fails for good (OKTA.md 1.12)."""


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


@dataclass(frozen=True, slots=True)
class Verdict:
    """Okta's reaction to one answer."""

    ok: bool
    sentence: str
    """What Okta shows, or does without showing it; for a good answer what was found."""
    source: str
    """The OKTA.md section or line that the rule stands on."""
    remedy: str = ""
    """What the server has to change; empty when nothing."""
    wait: int | None = None
    """Seconds until Okta repeats the same request; None when it does not."""


def verdict(
    status: int,
    body: bytes,
    asked: Asked,
    *,
    reason: str = "",
    retry_after: str | None = None,
    attempt: int = 1,
    seconds: float = 0.0,
) -> Verdict:
    """Judge one answer as Okta would.

    ``status`` 0 means that no answer came and ``reason`` then says why; ``reason`` is otherwise HTTP's phrase
    and may be left out. ``attempt`` counts the sendings of this request from 1, ``seconds`` is how long the
    answer took.
    """
    if status == 0 or seconds >= SOCKET_TIMEOUT:
        return _no_answer(reason if status == 0 else "")
    if status == 429:
        return _too_many(_reason(status, reason), retry_after, attempt)
    if status >= 400:
        return _refused(status, body, asked, _reason(status, reason))
    if not 200 <= status < 300:
        return Verdict(
            ok=False,
            sentence=f"{_reason(status, reason)}: Okta does not follow redirects of a SCIM server.",
            source="OKTA.md 1.1 (inferred)",
            remedy="Give Okta the base URL that answers by itself.",
        )
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

    The Error's ``detail``; a SCIM 1.1 error's descriptions; for a body that is not JSON, the parser's
    complaint (OKTA.md 1.4, A32). An empty body gives an empty string.
    """
    if not body.strip():
        return ""
    try:
        document = json.loads(body)
    except ValueError as error:
        return f"Invalid JSON: {complaint(body, error)}"
    if not isinstance(document, dict):
        return ""
    told = _member(document, "detail")
    if isinstance(told, str):
        return told
    errors = _member(document, "Errors")
    if isinstance(errors, list):
        return "; ".join(
            str(error["description"]) for error in errors if isinstance(error, dict) and "description" in error
        )
    return ""


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
    told = (retry_after or "").strip()
    if told.isascii() and told.isdigit():
        return int(told)
    return int(UNTOLD_WAIT * 2 ** (attempt - 1))


def _reason(status: int, reason: str) -> str:
    if reason:
        return reason
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return str(status)


def _no_answer(why: str) -> Verdict:
    return Verdict(
        ok=False,
        sentence=why or "Read timed out. Okta gives a request up after 60 seconds without an answer.",
        source="OKTA.md 1.1",
        remedy="The server must be reachable at the base URL and answer every request within 60 seconds.",
    )


def _too_many(reason: str, retry_after: str | None, attempt: int) -> Verdict:
    wait = wait_after_429(retry_after, attempt)
    if wait is None:
        return Verdict(
            ok=False,
            sentence=f"{reason}. Okta sent this request {ATTEMPTS} times; the task failed for good.",
            source="OKTA.md 1.12",
            remedy="Answer more of Okta's requests, or let it wait longer by Retry-After.",
        )
    obeyed = (retry_after or "").strip().isdigit()
    return Verdict(
        ok=False,
        sentence=f"{reason}. Okta repeats this request after {wait} seconds (try {attempt} of {ATTEMPTS}).",
        source="OKTA.md 1.12" if obeyed else "OKTA.md A37",
        remedy="" if obeyed else "Send Retry-After as whole seconds: Okta reads a date or a fraction as nothing.",
        wait=wait,
    )


def _refused(status: int, body: bytes, asked: Asked, reason: str) -> Verdict:
    told = detail(body)
    not_json = told.startswith("Invalid JSON: ")
    if asked is Asked.FIND and status == 404 and not not_json:
        return Verdict(ok=True, sentence="not there yet (404)", source="OKTA.md 1.4")
    sentence = f"{reason}. Errors reported by remote server: {told}".rstrip()
    if not_json:
        return Verdict(
            ok=False,
            sentence=sentence,
            source="OKTA.md A32",
            remedy="Answer every error with a SCIM Error in JSON, also a proxy's or the framework's own.",
        )
    if status == 401:
        return Verdict(
            ok=False,
            sentence=f"{sentence} Okta keeps the form open and tries again only when the admin clicks.",
            source="OKTA.md 1.2",
            remedy="Paste a token that this server knows.",
        )
    if status == 409 and asked in (Asked.CREATE_USER, Asked.CREATE_GROUP):
        return Verdict(
            ok=False,
            sentence=f"{sentence} Okta stops this job; the failure stays until an admin retries it.",
            source="OKTA.md 1.4",
            remedy="The look-up before must find what exists already, inactive ones too.",
        )
    if status == 501 and asked is Asked.MODIFY:
        return Verdict(
            ok=False,
            sentence=f"{sentence} Okta does not fall back to PUT; it opens a Deprovision task.",
            source="OKTA.md A36",
            remedy="Implement PATCH.",
        )
    if status == 404 and asked in (Asked.READ, Asked.REPLACE, Asked.MODIFY):
        return Verdict(
            ok=False,
            sentence=f"{sentence} Okta does not create it again by itself.",
            source="OKTA.md 1.5",
            remedy="Keep ids for ever and answer deactivated ones too.",
        )
    return Verdict(ok=False, sentence=sentence, source="OKTA.md 1.12", remedy="An admin must retry it under Tasks.")


def _listed(body: bytes, asked: Asked) -> Verdict:
    document, failure = _object(body)
    if document is None:
        return failure
    for name in ("totalResults", "startIndex", "itemsPerPage"):
        number = _member(document, name)
        if isinstance(number, str):
            return Verdict(
                ok=False,
                sentence=f'Okta stops here without a message: {name} is the string "{number}", not a number.',
                source="OKTA.md A26",
                remedy=f"Send {name} as a JSON integer.",
            )
    total = _member(document, "totalResults")
    if not isinstance(total, int) or isinstance(total, bool):
        return Verdict(
            ok=False,
            sentence="Okta cannot read this list: totalResults is missing.",
            source="OKTA.md 1.4",
            remedy="Send totalResults as a JSON integer.",
        )
    resources = _member(document, "Resources")
    if resources is None and total == 0:
        resources = []
    if not isinstance(resources, list):
        return Verdict(
            ok=False,
            sentence="Okta cannot read this list: Resources is not an array.",
            source="OKTA.md 1.4",
            remedy="Send Resources as an array, also for one entry and for none.",
        )
    for resource in resources:
        if not isinstance(resource, dict) or not isinstance(_member(resource, "id"), str):
            return Verdict(
                ok=False,
                sentence="Okta cannot use an entry of this list: its id is not a string.",
                source="OKTA.md A45",
                remedy="Give every resource an id, as a string.",
            )
    if asked is Asked.FIND:
        return Verdict(ok=True, sentence="found" if resources else "not there yet", source="OKTA.md 1.4")
    return Verdict(ok=True, sentence=f"{len(resources)} of {total}", source="OKTA.md 1.8")


def _created(body: bytes, asked: Asked) -> Verdict:
    noun = "user" if asked is Asked.CREATE_USER else "group"
    if not body.strip():
        return Verdict(
            ok=False,
            sentence=f"Create new {noun} returned empty {noun}.",
            source="OKTA.md A34",
            remedy="Answer 201 with the whole resource.",
        )
    document, failure = _object(body)
    if document is None:
        return failure
    if not isinstance(_member(document, "id"), str):
        return Verdict(
            ok=False,
            sentence=f"Create new {noun} returned a {noun} without an id: Okta has nothing to address it by.",
            source="OKTA.md 1.4",
            remedy="Answer 201 with the whole resource, id included as a string.",
        )
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
    return None, Verdict(
        ok=False,
        sentence=f"Invalid JSON: {why}",
        source="OKTA.md A32",
        remedy="Answer with a JSON object.",
    )


_UNUSED: Final = Verdict(ok=True, sentence="", source="")


def _member(document: Mapping[str, Any], name: str) -> Any:
    """Look a name up without case: Okta tolerates ``resources`` and ``itemsperpage`` (OKTA.md 1.4)."""
    value = document.get(name)
    if value is None:
        lowered = name.lower()
        value = next((value for key, value in document.items() if key.lower() == lowered), None)
    return value
