"""SCIM 1.1 as another spelling of SCIM 2.0: resources, lists, errors and queries, read and written.

Belongs here: what draft-scim-core-schema-01 and draft-scim-api-01 write otherwise than RFC 7643/7644, and what
Okta makes of it (OKTA.md 2.4, 2.5). Must not know: what a request does (nothing differs there), HTTP.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from server.scim.errors import ERROR_URN
from server.scim.messages import LIST_RESPONSE_URN
from server.scim.schemas import (
    ENTERPRISE_USER_URN,
    GROUP_URN,
    RESOURCE_TYPE_URN,
    SCHEMA_URN,
    SERVICE_PROVIDER_CONFIG_URN,
    USER_URN,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CORE_URN: Final = "urn:scim:schemas:core:1.0"
"""Of users, groups and lists alike."""
ENTERPRISE_URN: Final = "urn:scim:schemas:extension:enterprise:1.0"

_URNS: Final = {
    ENTERPRISE_USER_URN: ENTERPRISE_URN,
    **dict.fromkeys(
        (
            *(USER_URN, GROUP_URN, RESOURCE_TYPE_URN, SCHEMA_URN, SERVICE_PROVIDER_CONFIG_URN),
            *(LIST_RESPONSE_URN, ERROR_URN),
        ),
        CORE_URN,
    ),
}

_NAMES: Final = re.compile(
    # An unclosed string is left to the parser's own words; were it no match, each quote in it would be tried again.
    r'(?P<string>"(?:[^"\\]|\\.)*"?)'
    r"|(?P<core>urn:scim:schemas:core:1\.0[:.])"
    r"|(?P<enterprise>urn:scim:schemas:extension:enterprise:1\.0(?![\w-]))"
    r"|(?P<manager>\bmanager\.managerId\b)",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)
_MEANINGS: Final = {"core": "", "enterprise": ENTERPRISE_USER_URN, "manager": "manager.value"}

_PLACE: Final = re.compile(r"at character (\d+) of the filter")

_TEXTS_OF_PATHS: Final = frozenset({"filter", "sortby", "attributes", "excludedattributes"})
"""The parameters of a query that name attributes, folded."""

_WITHOUT_REFERENCES: Final = frozenset({"members", "groups"})
"""What has a ``$ref`` in each value in 2.0 and has none in 1.1, where the manager alone has one."""


def urns(schemas: Iterable[str]) -> list[str]:
    """Give the ``schemas`` of an answer as 1.1 names them; a custom URN stays as it is."""
    return list(dict.fromkeys(_URNS.get(urn, urn) for urn in schemas))


# Requests


def paths_from(text: str) -> str:
    """Give a filter, a path or a list of attributes in 2.0's names; what stands in quotation marks stays."""
    return _NAMES.sub(lambda found: _MEANINGS.get(found.lastgroup or "", found[0]), text)


def query_from(parameters: Mapping[str, str]) -> dict[str, str]:
    """Give the parameters of a GET, already decoded, in 2.0's names (draft-scim-api-01 §3.2.2)."""
    return {name: paths_from(value) if name.lower() in _TEXTS_OF_PATHS else value for name, value in parameters.items()}


def with_place_as_sent(sentence: str, sent: str) -> str:
    """Give a sentence on a filter with a place of the filter as it was sent, not of what it means in 2.0."""
    return _PLACE.sub(lambda found: f"at character {_place_as_sent(int(found[1]), sent)} of the filter", sentence)


def _place_as_sent(place: int, sent: str) -> int:
    longer = 0
    for found in _NAMES.finditer(sent):
        meaning = _MEANINGS.get(found.lastgroup or "")
        if meaning is None:
            continue
        begin = found.start() + longer
        if place <= begin:
            break
        if place <= begin + max(len(meaning), 1):
            return found.start() + 1
        longer += len(meaning) - len(found[0])
    return place - longer


def resource_from(body: Any) -> Any:
    """Give the body of a POST or PUT in 2.0's names; what is no object is left for the provider to refuse.

    Only names change: ``schemas``, ``meta`` and ``groups`` in a body mean nothing in either version.
    """
    if not isinstance(body, dict):
        return body
    core = next((name for name in body if name.lower() == CORE_URN and isinstance(body[name], dict)), None)
    if core is not None:
        body = {**body[core], **{name: value for name, value in body.items() if name != core}}
    # Most names are plain words, in which nothing is to be found.
    return {
        name if name.isidentifier() else paths_from(name): _extension_from(name, value) for name, value in body.items()
    }


def _extension_from(name: str, value: Any) -> Any:
    if name.lower() != ENTERPRISE_URN or not isinstance(value, dict):
        return value
    return {
        key: _renamed(item, "managerid", "value") if key.lower() == "manager" else item for key, item in value.items()
    }


def _former_extension(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _renamed(item, "value", "managerId") if key == "manager" else item for key, item in value.items()}


def _renamed(value: Any, folded: str, name: str) -> Any:
    if not isinstance(value, dict):
        return value
    return {name if key.lower() == folded else key: item for key, item in value.items()}


# Requests, as a client writes them


def request(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give the body of a POST or PUT as a client of 1.1 sends it; the input is not changed.

    A client sends back what it has read, so that what has another shape than it should is left as it is.
    """
    former: dict[str, Any] = {}
    for name, value in document.items():
        if name == "schemas" and isinstance(value, list) and all(isinstance(urn, str) for urn in value):
            former[name] = urns(value)
        elif name == ENTERPRISE_USER_URN and isinstance(value, dict):
            former[ENTERPRISE_URN] = _former_extension(value)
        else:
            former[name] = value
    return former


def name_of(path: str) -> str:
    """Give the path of an attribute in 1.1's names."""
    path = path.replace(f"{ENTERPRISE_USER_URN}:manager.value", f"{ENTERPRISE_URN}:manager.managerId")
    return path.replace(ENTERPRISE_USER_URN, ENTERPRISE_URN)


# Answers


def answer(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give an answer of the provider, a resource or a list of them, in 1.1 form (draft-scim-api-01 §3.2)."""
    if document.get("schemas") == [LIST_RESPONSE_URN]:
        return {**document, "schemas": [CORE_URN], "Resources": [resource(one) for one in document["Resources"]]}
    return resource(document)


def complete_list(documents: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give a list of all there is, around documents that are in 1.1 form already."""
    number = len(documents)
    numbers = {"totalResults": number, "startIndex": 1, "itemsPerPage": number}
    return {"schemas": [CORE_URN], **numbers, "Resources": list(documents)}


def resource(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give a user or a group, or what a projection left of it, in 1.1 form; the input is not changed."""
    former: dict[str, Any] = {}
    for name, value in document.items():
        if name == "schemas":
            former[name] = urns(value)
        elif name == "meta":
            former[name] = {key: item for key, item in value.items() if key != "resourceType"}
        elif name in _WITHOUT_REFERENCES:
            former[name] = [{key: item for key, item in one.items() if key != "$ref"} for one in value]
        elif name == ENTERPRISE_USER_URN:
            former[ENTERPRISE_URN] = _former_extension(value)
        else:
            former[name] = value
    return former


def error(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give an Error as both of Okta's readers of 1.1 want it (OKTA.md 2.5).

    Its documentation shows ``Errors``, each with a number as its ``code``; its suite asks for a ``detail`` beside.
    What the sentence names, it names as it was sent.
    """
    detail, status = document["detail"], document["status"]
    detail = name_of(detail)
    return {
        "schemas": [CORE_URN],
        "Errors": [{"description": detail, "code": int(status)}],
        "detail": detail,
        "status": status,
    }
