"""Which SCIM an app speaks, and the one place where SCIM 2.0 becomes what SCIM 1.1 has on the wire, and back.

Belongs here: targets, bodies and headers in either version (OKTA.md 2.4, 2.5). Must not know: which requests a scenario
makes, what an answer means to Okta. Scenarios and checks read and write 2.0 alone.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from server.scim.patch import PATCH_OP_URN
from server.scim.version1 import name_of, request, resource_from
from server.scim.version1_patch import partial_from

CUSTOM_URN: Final = "urn:okta:onprem_app:1.0:user:custom"
"""Where the on-prem agent puts what SCIM 1.1 has no attribute for (OKTA.md 2.4)."""


class Version(StrEnum):
    """A version of SCIM, as Okta's form names it."""

    ONE = "1.1"
    TWO = "2.0"

    @property
    def media_type(self) -> str:
        """What requests accept and bring (OKTA.md 1.1)."""
        return "application/json" if self is Version.ONE else "application/scim+json"


def version_below(base_url: str) -> Version | None:
    """Say which version an address names: ``/v1`` in its path is 1.1, ``/v2`` 2.0; None without (OKTA.md 2.1)."""
    segments = urlsplit(base_url).path.lower().split("/")
    if "v2" in segments:
        return Version.TWO
    return Version.ONE if "v1" in segments else None


def spoken(version: Version, target: str, body: bytes | None) -> tuple[str, bytes | None]:
    """Give the target and the body of a request as they go over the wire; what is no JSON object stays."""
    if version is Version.TWO:
        return target, body
    if target == "/ServiceProviderConfig":
        target = "/ServiceProviderConfigs"
    document = _document(body)
    if not isinstance(document, dict):
        return target, body
    if document.get("schemas") == [PATCH_OP_URN]:
        return target, orjson.dumps(partial_from(document, target.rpartition("/")[2]))
    return target, orjson.dumps(request(document))


def understood(version: Version, document: dict[str, Any]) -> dict[str, Any]:
    """Give an answer, a resource or a list of them, in the names that scenarios and checks know."""
    if version is Version.TWO:
        return document
    return {
        name: [resource_from(one) for one in value]
        if name.lower() == "resources" and isinstance(value, list)
        else value
        for name, value in resource_from(document).items()
    }


def named(version: Version, path: str) -> str:
    """Give the path of an attribute as it was on the wire, for the sentences of a report."""
    return path if version is Version.TWO else name_of(path)


def _document(body: bytes | None) -> Any:
    try:
        return orjson.loads(body or b"")
    except orjson.JSONDecodeError:
        return None
