"""Discovery over HTTP: what this service provider can do and which attributes it knows (RFC 7644 §4).

The documents never change while the endpoint runs: each is finished once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from server.http.reply import Reply
from server.redaction import shorten_tokens
from server.scim import messages
from server.scim.errors import Forbidden, NotFound
from server.scim.tolerances import may_read_capabilities

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from server.http.call import Call
    from server.scim.schemas import Registry


class DiscoveryEndpoints:
    """The handlers of /ServiceProviderConfig, /ResourceTypes and /Schemas."""

    reply: type[Reply] = Reply

    def __init__(self, registry: Registry, base_url: str, max_bulk_payload: int, *, basic: bool = True) -> None:
        config = messages.service_provider_config(base_url, max_bulk_payload=max_bulk_payload, basic=basic)
        self._config = orjson.dumps(config)
        self._okta_config = orjson.dumps(messages.okta_provider_config(config))
        self._resource_types = _catalogue(messages.resource_types(registry, base_url))
        self._schemas = _catalogue(messages.schemas(registry, base_url))

    async def service_provider_config(self, call: Call) -> Reply:
        """GET /ServiceProviderConfig, with Okta's capabilities for who may look for them there (OKTA.md 2.3)."""
        call.meaning = "read the server's capabilities"
        is_okta = may_read_capabilities(call.request.headers.get("User-Agent") or "")
        return self.reply(200, self._okta_config if is_okta else self._config, "Vary: User-Agent\r\n")

    async def service_provider_configs(self, call: Call) -> Reply:
        """GET /ServiceProviderConfigs, the name of SCIM 1.1, which Okta's on-prem agent asks for (OKTA.md 2.3)."""
        call.meaning = "read the server's capabilities"
        return self.reply(200, self._okta_config)

    async def resource_types(self, call: Call) -> Reply:
        """GET /ResourceTypes."""
        return self._resource_types.all(call, "read the resource types")

    async def resource_type(self, call: Call) -> Reply:
        """GET /ResourceTypes/{id}."""
        return self._resource_types.one(call, "read a resource type")

    async def schemas(self, call: Call) -> Reply:
        """GET /Schemas."""
        return self._schemas.all(call, "read the schemas")

    async def schema(self, call: Call) -> Reply:
        """GET /Schemas/{id}."""
        return self._schemas.one(call, "read a schema")


class Catalogue:
    """A fixed list of documents, whole (``listed`` is the finished list) and each by its id."""

    def __init__(self, documents: Sequence[Mapping[str, Any]], listed: bytes, reply: type[Reply] = Reply) -> None:
        self._list = listed
        self._by_id = {str(document["id"]).lower(): orjson.dumps(document) for document in documents}
        self._reply = reply

    def all(self, call: Call, meaning: str) -> Reply:
        """Give the whole list; raises Forbidden for a filter."""
        if "filter" in {name.lower() for name in call.parameters}:
            # RFC 7644 §4: a filter here must be refused, so that nobody takes the answer for a filtered one.
            raise Forbidden("Discovery endpoints take no filter: read the whole list.")
        call.meaning = meaning
        return self._reply(200, self._list)

    def one(self, call: Call, meaning: str) -> Reply:
        """Give the document whose id ends the path, in any case; raises NotFound."""
        body = self._by_id.get(call.last_segment.lower())
        if body is None:
            raise NotFound(f"{shorten_tokens(call.last_segment)[:200]} not found.")
        call.meaning = meaning
        return self._reply(200, body)


def _catalogue(documents: Sequence[Mapping[str, Any]]) -> Catalogue:
    parts = [orjson.dumps(document).decode() for document in documents]
    return Catalogue(documents, messages.list_response(len(parts), 1, parts))
