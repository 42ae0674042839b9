"""How an answer is compared with what a conversation expects, and the rules that hold for every answer."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.okta.replay import Answer

ERROR_URN = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST_URN = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
CORE_1_URN = "urn:scim:schemas:core:1.0"
NOT_IN_VERSION_1 = ("urn:ietf:params:scim:", "/scim/v2")
"""What an answer of SCIM 1.1 never holds: a word of 2.0, a location that leads there."""
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

MISSING = object()

MATCHERS: dict[str, Callable[[Any], bool]] = {
    "<any>": lambda actual: True,
    "<string>": lambda actual: isinstance(actual, str) and actual != "",
    "<integer>": lambda actual: type(actual) is int,
    "<uuid>": lambda actual: isinstance(actual, str) and UUID.fullmatch(actual) is not None,
    "<dateTime>": lambda actual: isinstance(actual, str) and DATE_TIME.fullmatch(actual) is not None,
    "<empty>": lambda actual: actual in ([], {}, "", 0),
    "<non-empty>": lambda actual: actual not in ([], {}, "", 0, None),
}


def difference(expected: Any, actual: Any, path: str, *, exact: bool = False) -> str | None:
    """Tell the first place where ``actual`` is not what ``expected`` wants; None where there is none.

    Objects are compared by the names that are expected (all names if ``exact``), arrays whole and in order.
    """
    if expected == "<absent>":
        return None if actual is MISSING else f"{path}: expected to be absent, got {shown(actual)}"
    if actual is MISSING and isinstance(expected, dict) and "$not" in expected:
        return None
    if actual is MISSING:
        return f"{path}: expected {shown(expected)}, but it is absent"
    if isinstance(expected, str) and expected.startswith("<has> "):
        needle = expected.removeprefix("<has> ")
        return None if needle.lower() in str(actual).lower() else f"{path}: {shown(actual)} does not have {needle!r}"
    if isinstance(expected, str) and expected in MATCHERS:
        return None if MATCHERS[expected](actual) else f"{path}: expected {expected}, got {shown(actual)}"
    if isinstance(expected, dict) and set(expected) <= {
        "$unordered",
        "$including",
        "$each",
        "$length",
        "$not",
    }:
        return _special(expected, actual, path)
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name, wanted in expected.items():
            if problem := difference(wanted, actual.get(name, MISSING), f"{path}.{name}"):
                return problem
        unexpected = sorted(set(actual) - set(expected)) if exact else []
        return f"{path}: unexpected {unexpected}" if unexpected else None
    if isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            return f"{path}: expected {len(expected)} items, got {len(actual)}: {shown(actual)}"
        pairs = enumerate(zip(expected, actual, strict=True))
        return next(filter(None, (difference(w, a, f"{path}[{i}]") for i, (w, a) in pairs)), None)
    if type(expected) is not type(actual) or expected != actual:
        return f"{path}: expected {shown(expected)}, got {shown(actual)}"
    return None


def _special(expected: Mapping[str, Any], actual: Any, path: str) -> str | None:
    if "$not" in expected:
        return None if difference(expected["$not"], actual, path) else f"{path}: must not be {shown(actual)}"
    if not isinstance(actual, list):
        return f"{path}: expected an array, got {shown(actual)}"
    if "$length" in expected and len(actual) != expected["$length"]:
        return f"{path}: expected {expected['$length']} items, got {len(actual)}"
    if "$unordered" in expected and len(actual) != len(expected["$unordered"]):
        return f"{path}: expected {len(expected['$unordered'])} items, got {len(actual)}: {shown(actual)}"
    for wanted in expected.get("$unordered", expected.get("$including", [])):
        if all(difference(wanted, item, path) for item in actual):
            return f"{path}: nothing in it is {shown(wanted)}: {shown(actual)}"
    for index, item in enumerate(actual) if "$each" in expected else ():
        if problem := difference(expected["$each"], item, f"{path}[{index}]"):
            return problem
    return None


def standing_rules(answer: Answer, base: str = "/scim/v2") -> str | None:
    """What Okta wants of every answer: OKTA.md 1.4, 1.12, A26, A27, A32, A33, section 2.5, 7.7 and 7.11."""
    if answer.status == 204 or answer.status == 304:
        return f"a {answer.status} answer has no body" if answer.content else None
    former = base == "/scim/v1"
    media_type = "application/json" if former else "application/scim+json"
    if not answer.headers.get("content-type", "").startswith(media_type):
        return f"Content-Type is {answer.headers.get('content-type')!r}, not {media_type}"
    try:
        body = answer.body()
    except ValueError as error:
        return f"the body is not JSON: {error}"
    if not isinstance(body, dict):
        return "the body is not an object"
    if answer.status == 401 and "www-authenticate" not in answer.headers:
        return "a 401 names the way to authenticate in WWW-Authenticate"
    schemas = body.get("schemas")
    if not isinstance(schemas, list) or not schemas:
        return "body.schemas is missing"
    if former:
        return _version_1_rules(answer, body)
    if answer.status >= 400:
        if ERROR_URN not in schemas:
            return f"body.schemas is {schemas!r}, not that of an Error"
        if body.get("status") != str(answer.status):
            return f'body.status is {body.get("status")!r}, not the string "{answer.status}"'
        return None if body.get("detail") else "body.detail is missing or empty"
    if LIST_URN in schemas:
        return _list_rules(body)
    return _unwanted(body, "body")


def _version_1_rules(answer: Answer, body: Mapping[str, Any]) -> str | None:
    if CORE_1_URN not in body["schemas"]:
        return f"body.schemas is {body['schemas']!r}, without {CORE_1_URN}"
    if answer.status >= 400:
        wanted = {"Errors": [{"description": "<string>", "code": answer.status}], "detail": "<string>"}
        return difference(wanted, body, "body")
    said = f"{answer.content.decode()} {answer.headers.get('location')}"
    if foreign := next((word for word in NOT_IN_VERSION_1 if word in said), None):
        return f"the answer holds {foreign}, which belongs to SCIM 2.0"
    return _list_rules(body) if "Resources" in body else _unwanted(body, "body")


def _list_rules(body: Mapping[str, Any]) -> str | None:
    for name in ("totalResults", "startIndex", "itemsPerPage"):
        if type(body.get(name)) is not int and not (name == "startIndex" and "nextCursor" in body):
            return f"body.{name} is {body.get(name)!r}, not an integer"
    resources = body.get("Resources")
    if not isinstance(resources, list):
        return "body.Resources is not an array"
    if body["itemsPerPage"] != len(resources):
        return f"body.itemsPerPage is {body['itemsPerPage']} for {len(resources)} resources"
    return _unwanted(body, "body")


def _unwanted(value: Any, path: str) -> str | None:
    """Nulls and passwords, anywhere; the schema documents describe a password and may name it."""
    if value is None:
        return f"{path} is null"
    if isinstance(value, dict):
        for name, item in value.items():
            if name.lower() == "password":
                return f"{path} holds a password"
            if problem := _unwanted(item, f"{path}.{name}"):
                return problem
    if isinstance(value, list):
        for index, item in enumerate(value):
            if problem := _unwanted(item, f"{path}[{index}]"):
                return problem
    return None


def shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if value is not MISSING else "nothing"
    return text if len(text) <= 600 else f"{text[:600]} …"
