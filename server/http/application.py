"""The endpoint as one callable: THE route table, and the way every request takes through it.

Host and Origin, token, route, handler, and whatever went wrong as a SCIM Error, each exactly once and in this order;
then one line for the activity.
"""

from __future__ import annotations

import asyncio
import logging
import time
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from server.faults import Fault
from server.http.body import BrokenBody
from server.http.call import Call
from server.http.query_string import decode
from server.http.reply import Reply, error_reply
from server.http.traffic import Traffic
from server.http.version1 import VERSION as VERSION_1
from server.http.version1 import is_version1, version1_error_reply
from server.records import Access, Exchange, Refusal
from server.redaction import shorten_tokens
from server.scim.errors import (
    Forbidden,
    InternalError,
    InvalidSyntax,
    InvalidVersion,
    MethodNotAllowed,
    NotFound,
    NotSupported,
    PayloadTooLarge,
    RequestTimeout,
    ScimError,
    Unavailable,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from server.http.admission import Admission
    from server.http.discovery import DiscoveryEndpoints
    from server.http.guards import StrangerGuard
    from server.http.request import Request
    from server.http.resources import ResourceEndpoints
    from server.scim.schemas import Registry

    Handler = Callable[[Call], Awaitable[Reply]]
    Methods = Mapping[str, Handler]

ID = "{id}"
"""The place of an id in a route."""

ROOT = "scim"
VERSION_2 = "v2"

NOTHING_ASIDE: Mapping[str, Handler] = MappingProxyType({})

_CANONICAL = {
    "users": "Users",
    "groups": "Groups",
    "bulk": "Bulk",
    "schemas": "Schemas",
    "resourcetypes": "ResourceTypes",
    "serviceproviderconfig": "ServiceProviderConfig",
    "serviceproviderconfigs": "ServiceProviderConfigs",
}
"""The RFC's spelling, which clients use and the metrics show."""

logger = logging.getLogger("perch.http")


class Handlers(NamedTuple):
    """The handlers of one version of SCIM."""

    resources: ResourceEndpoints
    discovery: DiscoveryEndpoints


def routes(version2: Handlers, version1: Handlers, registry: Registry) -> dict[tuple[str, ...], Methods]:
    """Give THE route table: the path below /scim in lower case, then the method."""
    resources = version2.resources
    table: dict[tuple[str, ...], Methods] = {
        (VERSION_2,): {"GET": resources.query_all},
        (VERSION_2, ".search"): {"POST": resources.search_all},
        (VERSION_2, "bulk"): {"POST": resources.bulk},
    }
    for version, handlers in ((VERSION_2, version2), (VERSION_1, version1)):
        resources, discovery = handlers.resources, handlers.discovery
        table |= {
            (version, "serviceproviderconfig"): {"GET": discovery.service_provider_config},
            (version, "serviceproviderconfigs"): {"GET": discovery.service_provider_configs},
            (version, "resourcetypes"): {"GET": discovery.resource_types},
            (version, "resourcetypes", ID): {"GET": discovery.resource_type},
            (version, "schemas"): {"GET": discovery.schemas},
            (version, "schemas", ID): {"GET": discovery.schema},
        }
        for resource_type in (registry.user, registry.group):
            name = resource_type.endpoint.strip("/").lower()

            def bound(method: Callable[..., Awaitable[Reply]], resource_type: object = resource_type) -> Handler:
                return lambda call: method(call, resource_type)

            table[(version, name)] = {"GET": bound(resources.query), "POST": bound(resources.create)}
            table[(version, name, ID)] = {
                "GET": bound(resources.retrieve),
                "PUT": bound(resources.replace),
                "PATCH": bound(resources.modify),
                "DELETE": bound(resources.delete),
            }
            if version == VERSION_2:
                table[(version, name, ".search")] = {"POST": bound(resources.search)}
    return table


class Application:
    """Answers every request; hand it to the listener. ``record`` takes what the activity keeps.

    ``aside`` has what is outside of SCIM, by its path.
    """

    def __init__(
        self,
        table: Mapping[tuple[str, ...], Methods],
        admission: Admission,
        record: Callable[[Exchange], None],
        run: str,
        *,
        aside: Mapping[str, Handler] = NOTHING_ASIDE,
        traffic: Traffic | None = None,
        strangers: StrangerGuard | None = None,
    ) -> None:
        self._table = table
        self._aside = aside
        self._count = (traffic or Traffic()).count
        self._names = {id(methods): f"/scim/{_spellings(names)[1]}" for names, methods in table.items()}
        # The usual spellings in one look-up: collections by their path, everything else by the path above its id.
        self._exact = {f"/scim/{name}": methods for names, methods in table.items() for name in _spellings(names)}
        self._by_parent = {
            path.removesuffix(f"/{ID}"): methods for path, methods in self._exact.items() if path.endswith(ID)
        }
        self._searches = {id(methods) for names, methods in table.items() if names[-1:] == (".search",)}
        self._admission = admission
        self._strangers = strangers
        self._record = record
        self._run = run
        self._number = 0

    async def __call__(self, request: Request) -> Reply:
        """Answer one request, whatever happens."""
        begin = time.perf_counter()
        self._number += 1
        number = self._number
        call = Call(request)
        scim_type = None
        try:
            reply = await self._respond(call)
        except ScimError as error:
            scim_type = error.scim_type
            # What was refused before it was read must not be mistaken for the next request.
            reply = _refusal(call, error, keep_alive=not isinstance(error, PayloadTooLarge | RequestTimeout))
        except Fault as fault:
            request_id = f"{self._run}-{number:x}"
            logger.error("request %s: %s", request_id, fault, extra={"request": request_id})  # noqa: TRY400 -- no traceback for the disk
            reply = _refusal(
                call,
                Unavailable(f"The directory cannot be used now ({fault.code}): the request was not carried out."),
            )
        except asyncio.CancelledError:
            raise
        except BrokenBody:
            scim_type = InvalidSyntax.scim_type
            reply = _refusal(call, InvalidSyntax("The body's chunks are not valid HTTP."), keep_alive=False)
        except ConnectionError:
            # Nobody is left to read this; the activity tells what happened.
            reply = _refusal(call, RequestTimeout("The client hung up before its request was whole."), keep_alive=False)
        except Exception:
            request_id = f"{self._run}-{number:x}"
            logger.exception("request %s failed", request_id, extra={"request": request_id})
            reply = _refusal(call, InternalError(f"Internal error. Request id: {request_id}."))
        duration = int((time.perf_counter() - begin) * 1_000_000)
        self._count(call.route, call.method, reply.status, duration)
        if not reply.kept or (call.token is None and self._is_one_too_many(call)):
            return reply
        self._record(
            Exchange(
                time.time(),
                duration,
                call.method,
                call.target,
                reply.status,
                number,
                call.token_id,
                request.remote,
                request.raw_headers,
                call.body,
                reply.body,
                scim_type,
                call.meaning,
                call.resource_id,
                tuple(call.ignored),
                call.refusal,
            )
        )
        return reply

    def _is_one_too_many(self, call: Call) -> bool:
        """Tell whether so much of its address was kept lately that the activity is better off without it."""
        if self._strangers is None:
            return False
        left = self._strangers.left(call.request.remote)
        if left == 0:
            call.meaning = f"{call.meaning or 'not let in'}; what else this address tries is not kept for a while"
        return left < 0

    async def _respond(self, call: Call) -> Reply:
        aside = self._aside.get(call.path)
        if aside is not None:
            call.route = call.path
            return await aside(call)
        self._admission.admit(call)
        methods = self._exact.get(call.path)
        if methods is None:
            parent, _, last = call.path.rpartition("/")
            methods = self._by_parent.get(parent)
            if methods is None or not last or last[0] == ".":
                path = "/" + "/".join(segment.lower() for segment in call.segments)
                aside = self._aside.get(path)
                if aside is not None:
                    call.route = path
                    return await aside(call)
                methods = self._find(call.segments)
        call.route = self._names[id(methods)]
        method = "GET" if call.method == "HEAD" else call.method
        handler = methods.get(method)
        if handler is None:
            allowed = ", ".join(sorted({*methods, *(("HEAD",) if "GET" in methods else ())}))
            raise MethodNotAllowed(f"{call.method} is not offered here, only {allowed}.", headers={"Allow": allowed})
        token = call.token
        assert token is not None
        if token.access is Access.READ_ONLY and method != "GET" and id(methods) not in self._searches:
            call.refusal = Refusal.READ_ONLY
            raise Forbidden("This token is read-only: use one with read-write access, or generate it in Perch.")
        return await handler(call)

    def _find(self, segments: list[str]) -> Methods:
        """Find the route of a path that is not spelled as we would: other case, doubled slashes."""
        folded = [segment.lower() for segment in segments]
        if folded[:1] != [ROOT]:
            raise _no_endpoint(segments)
        path = tuple(folded[1:])
        methods = self._table.get(path) or self._table.get((*path[:-1], ID))
        if methods is not None:
            return methods
        if path[:2] == (VERSION_2, "me"):
            raise NotSupported("/Me is not offered: a token belongs to an application, not to a person.")
        raise _no_endpoint(segments)


def _spellings(names: tuple[str, ...]) -> tuple[str, ...]:
    """Spell a route as the RFC does and in lower case."""
    path = "/".join(names)
    return (path, "/".join(_CANONICAL.get(name, name) for name in names))


def _refusal(call: Call, error: ScimError, *, keep_alive: bool = True) -> Reply:
    """Word an error in the version of SCIM that was spoken to."""
    return (version1_error_reply if is_version1(call) else error_reply)(error, keep_alive=keep_alive)


def _no_endpoint(segments: list[str]) -> ScimError:
    if len(segments) > 1 and segments[0].lower() == "scim" and segments[1].lower().startswith("v"):
        version = segments[1].lower()
        if version not in {VERSION_1, VERSION_2} and version[1:].replace(".", "").isdigit():
            return InvalidVersion(f"SCIM version {version} is not served here: use /scim/v2, or /scim/v1 for SCIM 1.1.")
    path = decode("/".join(segments))
    served = f"/{ROOT}/{VERSION_1 if path.lower().startswith(f'{ROOT}/{VERSION_1}') else VERSION_2}"
    return NotFound(f"There is no endpoint /{shorten_tokens(path)[:200]}: the base URL ends in {served}.")
