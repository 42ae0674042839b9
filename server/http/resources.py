"""Users, Groups, search and Bulk over HTTP: translates requests and answers for the provider, decides nothing."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from server.bulk_job import bulk
from server.directory import Answer, Operation
from server.http.body import parse_body, read_body
from server.http.prepared_query import prepared_query
from server.http.reply import Reply
from server.provider import Caller
from server.scim.errors import InvalidFilter, InvalidPath, InvalidSyntax
from server.scim.projection import parse_projection
from server.scim.query import parse_query, search_query
from server.store.transaction import transacted

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from server.config import ServerConfig
    from server.http.call import Call
    from server.provider import ServiceProvider
    from server.scim.query import Query
    from server.scim.schema import ResourceType
    from server.store.database import Database

INLINE_BODY = 65_536
"""Bytes of a body that the event loop parses itself; a larger one is parsed on a reader thread."""


class ResourceEndpoints:
    """The handlers of everything under /Users, /Groups, /Bulk and /.search."""

    def __init__(
        self,
        provider: ServiceProvider,
        database: Database,
        readers: Executor,
        config: ServerConfig,
        base_url: str,
    ) -> None:
        self._provider = provider
        self._database = database
        self._readers = readers
        self._config = config
        self._base_url = base_url

    # -- the handlers, in the order of the route table ------------------------------------------------------------

    async def query(self, call: Call, resource_type: ResourceType) -> Reply:
        """GET /Users, /Groups."""
        return await self._query(call, (resource_type,), (prepared_query(call.query, resource_type),))

    async def search(self, call: Call, resource_type: ResourceType) -> Reply:
        """POST /Users/.search, /Groups/.search (RFC 7644 §3.4.3)."""
        body = parse_body(await self._body(call, self._config.user_body_limit))
        return await self._query(call, (resource_type,), (search_query(body, resource_type),))

    async def query_all(self, call: Call) -> Reply:
        """GET / (RFC 7644 §3.4.2.1): people, then groups."""
        parameters = call.parameters
        return await self._query_all(call, lambda resource_type: parse_query(parameters, resource_type))

    async def search_all(self, call: Call) -> Reply:
        """POST /.search."""
        body = parse_body(await self._body(call, self._config.user_body_limit))
        return await self._query_all(call, lambda resource_type: search_query(body, resource_type))

    async def create(self, call: Call, resource_type: ResourceType) -> Reply:
        """POST /Users, /Groups."""
        provider, caller = self._provider, self._caller(call, resource_type)
        return await self._write(call, resource_type, lambda body: provider.create(resource_type, body, caller))

    async def retrieve(self, call: Call, resource_type: ResourceType) -> Reply:
        """GET /Users/{id}, /Groups/{id}."""
        caller = self._caller(call, resource_type)
        answer = self._provider.retrieve(resource_type, call.last_segment, caller)
        if not isinstance(answer, Answer):
            answer = await self._off_loop(answer)
        condition = call.request.headers.get("If-None-Match")
        if condition is not None and answer.etag is not None and _names(condition, answer.etag):
            call.meaning, call.resource_id = answer.meaning, answer.resource_id
            return Reply(304, headers=f"ETag: {answer.etag}\r\n")
        return _reply(call, answer)

    async def replace(self, call: Call, resource_type: ResourceType) -> Reply:
        """PUT /Users/{id}, /Groups/{id}."""
        provider, caller, if_match = self._provider, self._caller(call, resource_type), _if_match(call)
        resource_id = call.last_segment
        return await self._write(
            call,
            resource_type,
            lambda body: provider.replace(resource_type, resource_id, body, caller, if_match),
        )

    async def modify(self, call: Call, resource_type: ResourceType) -> Reply:
        """PATCH /Users/{id}, /Groups/{id}."""
        provider, caller, if_match = self._provider, self._caller(call, resource_type), _if_match(call)
        resource_id = call.last_segment
        return await self._write(
            call,
            resource_type,
            lambda body: provider.modify(resource_type, resource_id, body, caller, if_match),
        )

    async def delete(self, call: Call, resource_type: ResourceType) -> Reply:
        """DELETE /Users/{id}, /Groups/{id}; a body, if there is one, means nothing."""
        caller = self._caller(call, resource_type)
        operation = self._provider.delete(resource_type, call.last_segment, caller, _if_match(call))
        return _reply(call, await self._database.commit_soon(transacted(operation)))

    async def bulk(self, call: Call) -> Reply:
        """POST /Bulk (RFC 7644 §3.7)."""
        caller = Caller(_actor(call), self._base_url)
        return await self._commit(call, self._config.bulk_body_limit, lambda body: bulk(self._provider, body, caller))

    # -- shared -----------------------------------------------------------------------------------------------------

    def _caller(self, call: Call, resource_type: ResourceType) -> Caller:
        if not call.query:
            return Caller(_actor(call), self._base_url)
        parameters = {name.lower(): value for name, value in call.parameters.items()}
        projection = parse_projection(parameters.get("attributes"), parameters.get("excludedattributes"), resource_type)
        return Caller(_actor(call), self._base_url, projection)

    async def _body(self, call: Call, limit: int) -> bytes:
        call.body = body = await read_body(call.request, limit, self._config.body_deadline)
        return body

    async def _write(self, call: Call, resource_type: ResourceType, plan: Callable[[Any], Operation[Answer]]) -> Reply:
        limit = self._config.bulk_body_limit if resource_type.name == "Group" else self._config.user_body_limit
        return await self._commit(call, limit, plan)

    async def _commit(self, call: Call, limit: int, plan: Callable[[Any], Operation[Answer]]) -> Reply:
        body = await self._body(call, limit)
        if len(body) <= INLINE_BODY:
            operation = plan(parse_body(body))
        else:
            operation = await self._off_loop(lambda: plan(parse_body(body)))
        return _reply(call, await self._database.commit_soon(transacted(operation)))

    async def _query_all(self, call: Call, read: Callable[[ResourceType], Query]) -> Reply:
        found: list[tuple[ResourceType, Query]] = []
        refused: InvalidFilter | InvalidPath | None = None
        for resource_type in (self._provider.registry.user, self._provider.registry.group):
            # An attribute that only one type has matches nothing of the other (RFC 7644 §3.4.2.1).
            try:
                found.append((resource_type, read(resource_type)))
            except (InvalidFilter, InvalidPath) as error:
                refused = error
        if not found:
            raise refused or InvalidSyntax("Nothing to search.")
        resource_types, queries = zip(*found, strict=True)
        return await self._query(call, resource_types, queries)

    async def _query(self, call: Call, resource_types: tuple[ResourceType, ...], queries: tuple[Query, ...]) -> Reply:
        answer = self._provider.query(resource_types, queries, Caller(_actor(call), self._base_url), time.time())
        if not isinstance(answer, Answer):
            answer = await self._off_loop(answer)
        return _reply(call, answer)

    async def _off_loop(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._readers, work)


def _actor(call: Call) -> str:
    return f"token {call.token_id}"


def _if_match(call: Call) -> str | None:
    header: str | None = call.request.headers.get("If-Match")
    return header


def _names(condition: str, etag: str) -> bool:
    """Compare If-None-Match weakly (RFC 9110 §13.1.2)."""
    if condition.strip() == "*":
        return True
    return any(candidate.strip().removeprefix("W/") == etag.removeprefix("W/") for candidate in condition.split(","))


def _reply(call: Call, answer: Answer) -> Reply:
    call.meaning = answer.meaning
    call.resource_id = answer.resource_id
    call.ignored = answer.ignored
    headers = f"ETag: {answer.etag}\r\n" if answer.etag is not None else ""
    if answer.location is not None:
        headers += f"Location: {answer.location}\r\n"
    return Reply(answer.status, answer.body, headers)
