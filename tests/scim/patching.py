"""Babs Jensen of RFC 7643 §8.2, and how the tests apply operations to her."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from resources import schema_documents
from server.scim.patch import parse_patch
from server.scim.patch_application import Patched, apply_patch
from server.scim.resource import canonicalise
from server.scim.schemas import ENTERPRISE_USER_URN, USER_URN, load_registry

REGISTRY = load_registry(schema_documents())
NOTHING_REQUIRED = load_registry(schema_documents(), ())

BABS: dict[str, Any] = {
    "schemas": [USER_URN, ENTERPRISE_USER_URN],
    "userName": "bjensen@example.com",
    "externalId": "00u1",
    "name": {"givenName": "Barbara", "familyName": "Jensen", "formatted": "Barbara Jensen"},
    "nickName": "Babs",
    "active": True,
    "emails": [
        {"value": "bjensen@example.com", "type": "work", "primary": True},
        {"value": "babs@jensen.org", "type": "home"},
    ],
    "addresses": [
        {
            "type": "work",
            "streetAddress": "100 Universal City Plaza",
            "locality": "Hollywood",
            "country": "USA",
        },
        {"type": "home", "streetAddress": "456 Hollywood Blvd"},
    ],
    ENTERPRISE_USER_URN: {
        "employeeNumber": "701984",
        "manager": {"value": "26118915", "$ref": "../Users/26118915"},
    },
}


def patch(document: dict[str, Any], *operations: Any, registry: Any = REGISTRY) -> Patched:
    """Apply operations to a copy of a user, and check that the given document stayed as it was."""
    before = deepcopy(document)
    try:
        return apply_patch(document, parse_patch({"Operations": list(operations)}, registry.user), registry.user)
    finally:
        assert document == before


def patched(document: dict[str, Any], *operations: Any, registry: Any = REGISTRY) -> dict[str, Any]:
    result = patch(document, *operations, registry=registry)
    assert result.ignored == ()
    again = canonicalise(result.document, NOTHING_REQUIRED.user, creating=False)
    assert {**again.document, "name": None} == {**result.document, "name": None}
    return result.document


def with_(**changes: Any) -> dict[str, Any]:
    """Give Babs with some attributes changed; None takes one away."""
    return {name: value for name, value in {**BABS, **changes}.items() if value is not None}
