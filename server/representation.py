"""A stored row as the JSON a client sees: the finished document plus what depends on the request.

Concatenation only: nothing is parsed and nothing is serialised unless a projection asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import orjson

from server.scim.errors import PreconditionFailed
from server.scim.projection import Projection, project

if TYPE_CHECKING:
    from server.directory import Stored
    from server.scim.schema import ResourceType

BASE_URL_MARK = "\x1f"
"""Stands for the base URL in ``Stored.linked``, which no store knows."""


def etag(stored: Stored, resource_type: ResourceType) -> str:
    """Give the weak entity tag (RFC 7644 §3.14).

    A person's ``groups`` change without the person's row: they are part of the tag, so that a 304 never lies. So is
    the time: after a restore, or when a deletion is undone, a number is given again, to something else.
    """
    return f'W/"{_revision(stored, resource_type)}"'


def _revision(stored: Stored, resource_type: ResourceType) -> str:
    trace = crc32(stored.modified.encode())
    if stored.linked and resource_type.name == "User":
        trace = crc32(stored.linked.encode(), trace)
    return f"{stored.version}-{trace:x}"


def check_match(if_match: str, tag: str) -> None:
    """Compare If-Match weakly (RFC 7644 §3.14); raises PreconditionFailed."""
    if if_match.strip() == "*":
        return
    if any(candidate.strip().removeprefix("W/") == tag.removeprefix("W/") for candidate in if_match.split(",")):
        return
    raise PreconditionFailed(
        f"The resource has changed: its version is {tag} now. Read it again, then repeat the change."
    )


def location(stored_id: str, resource_type: ResourceType, base_url: str) -> str:
    """Give the resource's URL."""
    return f"{base_url}{resource_type.endpoint}/{stored_id}"


def represent(stored: Stored, resource_type: ResourceType, base_url: str) -> str:
    """Give the whole resource as JSON text."""
    _, resource_id, document, _, created, modified, _, _, links = stored
    # JSON has no raw control characters: the one that stands for the base URL cannot be anything else.
    linked = links.replace(BASE_URL_MARK, base_url) if links else ""
    if resource_type.name == "Group":
        linked = f',"members":[{linked}]'
    elif linked:
        linked = f',"groups":[{linked}]'
    return (
        f'{{"id":"{resource_id}",{document[1:-1]}{linked},"meta":{{"resourceType":"{resource_type.name}",'
        f'"created":"{created}","lastModified":"{modified}","version":"W/\\"{_revision(stored, resource_type)}\\"",'
        f'"location":"{base_url}{resource_type.endpoint}/{resource_id}"}}}}'
    )


def represent_projected(
    stored: Stored, resource_type: ResourceType, base_url: str, projection: Projection | None
) -> str:
    """Give the attributes that the request asked for (RFC 7644 §3.9)."""
    text = represent(stored, resource_type, base_url)
    if projection is None:
        return text
    return orjson.dumps(project(orjson.loads(text), projection)).decode()


def with_links(stored: Stored, resource_type: str) -> str:
    """Give the document with its groups or members, without URLs: what the audit keeps of what is deleted."""
    if not stored.linked:
        return stored.document
    name = "groups" if resource_type == "User" else "members"
    return f'{stored.document[:-1]},"{name}":{_plain_links(stored)}}}'


def _plain_links(stored: Stored) -> str:
    return f"[{(stored.linked or '').replace(BASE_URL_MARK, '')}]"
