"""SCIM 1.1 over HTTP: the same handlers, with each request and each answer in the other spelling (OKTA.md 2).

Decides nothing: what a message means in the other version is ``scim.version1``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import orjson

from server.http.discovery import Catalogue, DiscoveryEndpoints
from server.http.reply import SCIM_JSON, Reply
from server.http.resources import INLINE_BODY, ResourceEndpoints
from server.scim import messages, version1, version1_discovery
from server.scim.errors import InvalidFilter
from server.scim.version1_patch import patch_from

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.directory import Answer, Operation
    from server.http.call import Call
    from server.scim.errors import ScimError
    from server.scim.schema import ResourceType
    from server.scim.schemas import Registry

VERSION: Final = "v1"
"""The part of a path that asks for SCIM 1.1."""

# Named, although JSON has one encoding: the agent's HTTP library takes what names none for ISO 8859-1.
_JSON: Final = b"application/json; charset=utf-8"
_SCIM_JSON: Final = SCIM_JSON.encode()


class Version1Reply(Reply):
    """An answer of SCIM 1.1, whose type is plain JSON (draft-scim-api-01 §3)."""

    __slots__ = ()

    def encode(self, connection: str, *, head_only: bool = False) -> bytes:
        """Give the answer's bytes, as `Reply.encode` does."""
        return super().encode(connection, head_only=head_only).replace(_SCIM_JSON, _JSON, 1)


def is_version1(call: Call) -> bool:
    """Tell whether a request was made to SCIM 1.1, however its path is spelled."""
    if call.path.startswith("/scim/v2/"):
        return False
    return [segment.lower() for segment in call.segments[:2]] == ["scim", VERSION]


def version1_error_reply(error: ScimError, *, keep_alive: bool = True) -> Reply:
    """Give an error as SCIM 1.1 words it."""
    headers = "".join(f"{name}: {value}\r\n" for name, value in error.headers.items())
    body = orjson.dumps(version1.error(error.document()))
    return Version1Reply(error.status, body, headers, keep_alive=keep_alive)


class Version1ResourceEndpoints(ResourceEndpoints):
    """The handlers of /Users and /Groups below /scim/v1."""

    async def query(self, call: Call, resource_type: ResourceType) -> Reply:
        """GET /Users, /Groups."""
        sent = _read_query(call)
        try:
            reply = await super().query(call, resource_type)
        except InvalidFilter as error:
            error.detail = version1.with_place_as_sent(error.detail, sent.get("filter", ""))
            raise
        return await self._translated(reply)

    async def create(self, call: Call, resource_type: ResourceType) -> Reply:
        """POST /Users, /Groups."""
        _read_query(call)
        return await self._translated(await super().create(call, resource_type))

    async def retrieve(self, call: Call, resource_type: ResourceType) -> Reply:
        """GET /Users/{id}, /Groups/{id}."""
        _read_query(call)
        return await self._translated(await super().retrieve(call, resource_type))

    async def replace(self, call: Call, resource_type: ResourceType) -> Reply:
        """PUT /Users/{id}, /Groups/{id}."""
        _read_query(call)
        return await self._translated(await super().replace(call, resource_type))

    async def modify(self, call: Call, resource_type: ResourceType) -> Reply:
        """PATCH /Users/{id}, /Groups/{id}, with a partial resource."""
        _read_query(call)
        return await self._translated(await super().modify(call, resource_type))

    async def _write(self, call: Call, resource_type: ResourceType, plan: Callable[[Any], Operation[Answer]]) -> Reply:
        if call.method == "PATCH":
            return await super()._write(call, resource_type, lambda body: plan(patch_from(body, resource_type)))
        return await super()._write(call, resource_type, lambda body: plan(version1.resource_from(body)))

    async def _translated(self, reply: Reply) -> Reply:
        if not reply.body:
            return reply
        if len(reply.body) <= INLINE_BODY:
            body = _answer(reply.body)
        else:
            body = await self._off_loop(lambda: _answer(reply.body))
        return Version1Reply(reply.status, body, reply.headers)


class Version1DiscoveryEndpoints(DiscoveryEndpoints):
    """The handlers of /ServiceProviderConfigs, /ResourceTypes and /Schemas below /scim/v1."""

    reply = Version1Reply

    def __init__(self, registry: Registry, base_url: str, *, basic: bool = True) -> None:
        config = messages.service_provider_config(base_url, basic=basic)
        # Okta's own example has its extension at either name (OKTA.md 2.3).
        self._config = self._okta_config = orjson.dumps(version1_discovery.provider_config(config, base_url))
        types = [version1_discovery.resource_type(one) for one in messages.resource_types(registry, base_url)]
        schemas = version1_discovery.schemas(registry.documents, base_url)
        self._resource_types = Catalogue(types, orjson.dumps(version1.complete_list(types)), self.reply)
        self._schemas = Catalogue(schemas, orjson.dumps(version1.complete_list(schemas)), self.reply)


def _read_query(call: Call) -> dict[str, str]:
    """Put the query's names of attributes in 2.0's spelling; the target stays for the activity. Give what was sent."""
    if not call.query:
        return {}
    sent = call.parameters
    meant = version1.query_from(sent)
    if meant != sent:
        call.query = urlencode(meant)
    return {name.lower(): value for name, value in sent.items()}


def _answer(body: bytes) -> bytes:
    return orjson.dumps(version1.answer(orjson.loads(body)))
