"""What Okta looks for in an answer of SCIM 1.1 by its form alone (OKTA.md 2.4, 2.5).

Belongs here: pure looks at one body. Must not know: what a request asked for, what Okta does about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from server.okta.rules import Rule
from server.scim.version1 import CORE_URN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OF_2_0: Final = frozenset({Rule.ERROR_NOT_SCIM, Rule.ERROR_STATUS_NUMBER, Rule.LIST_NUMBER_MISSING})
"""Remarks on a form that 1.1 has otherwise: Okta's own example of a list of groups tells totalResults alone."""

_OF_LATER_VERSION: Final = "urn:ietf:params:scim:"


def notes_of_1_1(status: int, body: bytes) -> tuple[Rule, ...]:
    """Give what is not of 1.1 in an answer; nothing where it is no JSON, which Okta stumbles over first."""
    try:
        document = orjson.loads(body) if body.strip() else None
    except orjson.JSONDecodeError:
        return ()
    if status >= 400:
        return tuple(_notes_of_error(document if isinstance(document, dict) else {}))
    return tuple(_notes_of_resource(document)) if isinstance(document, dict) else ()


def _notes_of_error(document: Mapping[str, Any]) -> Iterator[Rule]:
    errors = _member(document, "errors")
    told = [one for one in errors if isinstance(one, dict) and one.get("description")] if _is_list(errors) else []
    if not told:
        yield Rule.ERROR_NOT_1_1
    elif any(isinstance(one.get("code"), bool) or not isinstance(one.get("code"), int) for one in told):
        yield Rule.ERROR_CODE_NO_NUMBER


def _notes_of_resource(document: Mapping[str, Any]) -> Iterator[Rule]:
    listed = _member(document, "resources")
    if _member(document, "totalresults") is None and listed is None:
        if not _is_of_1_1(document, required=True):
            yield Rule.RESOURCE_NOT_1_1
        return
    if not _names_core(document):
        yield Rule.LIST_NOT_1_1
    entries = [one for one in listed if isinstance(one, dict)] if _is_list(listed) else []
    # A list says it for its entries.
    if not all(_is_of_1_1(entry, required=False) for entry in entries):
        yield Rule.RESOURCE_NOT_1_1


def _is_of_1_1(resource: Mapping[str, Any], *, required: bool) -> bool:
    """Tell whether a resource names 1.1's core, and no attribute stands under a URN of 2.0."""
    if any(name.lower().startswith(_OF_LATER_VERSION) for name in resource):
        return False
    return _names_core(resource) or (not required and _member(resource, "schemas") is None)


def _names_core(document: Mapping[str, Any]) -> bool:
    schemas = _member(document, "schemas")
    return _is_list(schemas) and any(isinstance(urn, str) and urn.lower() == CORE_URN for urn in schemas)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _member(document: Mapping[str, Any], folded: str) -> Any:
    """Look a name up without case, as Okta does with those of a list (OKTA.md 1.4)."""
    return next((value for name, value in document.items() if name.lower() == folded), None)
