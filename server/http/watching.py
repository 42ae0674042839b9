"""What is asked of the endpoint outside of SCIM: is it alive, is it ready, what are its numbers.

Belongs here: which path asks what, and who may. Must not know: how the answer is found (``readiness``, ``metrics``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.faults import Fault
from server.http.call import Call
from server.http.exposition import CONTENT_TYPE
from server.http.reply import PlainReply, Reply, error_reply
from server.scim.errors import MethodNotAllowed, NotFound, ScimError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from server.http.admission import Admission
    from server.http.guards import HostGuard
    from server.http.metrics import Metrics
    from server.http.readiness import Readiness
    from server.http.request import Request

HEALTH, READY, METRICS = "/healthz", "/readyz", "/metrics"
JSON = "application/json"


class WatchEndpoints:
    """The handlers of /healthz, /readyz and /metrics."""

    def __init__(self, admission: Admission, readiness: Readiness, metrics: Metrics) -> None:
        self._admission = admission
        self._readiness = readiness
        self._metrics = metrics

    @property
    def beside_scim(self) -> dict[str, Callable[[Call], Awaitable[Reply]]]:
        """The handlers by path where everybody comes: numbers are for who shows a token, of whatever scope."""
        return {HEALTH: self.health, READY: self.ready, METRICS: self.metrics_for_a_token}

    @property
    def apart(self) -> dict[str, Callable[[Call], Awaitable[Reply]]]:
        """The handlers by path of a port that only this machine reaches."""
        return {HEALTH: self.health, READY: self.ready, METRICS: self.metrics}

    async def health(self, call: Call) -> Reply:
        """GET /healthz: the process answers and its database reads."""
        return self._admission.health(call)

    async def ready(self, call: Call) -> Reply:
        """GET /readyz: it can do its work; raises Unavailable with the reason otherwise."""
        _only_get(call)
        obstacle = await self._readiness.obstacle()
        if obstacle is not None:
            call.meaning = "not ready"
            raise Unavailable(obstacle, headers={"Retry-After": "5"})
        return PlainReply(b'{"status":"ready"}', JSON)

    async def metrics_for_a_token(self, call: Call) -> Reply:
        """GET /metrics with a token; raises what `Admission.admit` does."""
        self._admission.admit(call)
        return await self.metrics(call)

    async def metrics(self, call: Call) -> Reply:
        """GET /metrics."""
        _only_get(call)
        return PlainReply((await self._metrics.text()).encode(), CONTENT_TYPE)


class WatchApplication:
    """Answers on the port that only this machine reaches; nothing of it is kept or counted."""

    def __init__(self, endpoints: WatchEndpoints, hosts: HostGuard) -> None:
        self._handlers = endpoints.apart
        self._hosts = hosts

    async def __call__(self, request: Request) -> Reply:
        """Answer one request."""
        call = Call(request)
        try:
            # A web page that found the port must not read it (DNS rebinding).
            self._hosts.check(call.host, request.headers.get("Origin"))
            request.protocol.let_in = True
            handler = self._handlers.get(call.path)
            if handler is None:
                raise NotFound(f"Only {HEALTH}, {READY} and {METRICS} are here.")
            return await handler(call)
        except ScimError as error:
            return error_reply(error)
        except Fault as fault:
            return error_reply(Unavailable(f"The directory cannot be read now ({fault.code})."))


def _only_get(call: Call) -> None:
    if call.method not in {"GET", "HEAD"}:
        raise MethodNotAllowed(f"{call.path} is read with GET.", headers={"Allow": "GET, HEAD"})
