"""One connection: the deadlines and caps that aiohttp leaves to the reverse proxy, since there may be none.

A connection that does not finish its headers in time is closed, one too many takes the place of one that asks nothing
or is turned away, and bytes that are no HTTP get a SCIM Error as well.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, cast

from aiohttp import web
from aiohttp.web_protocol import RequestHandler, _ErrInfo

from server.http.forwarding import ForwardedRequest, TrustedProxies
from server.http.reply import error_reply
from server.http.request import Request
from server.scim.errors import InternalError, InvalidSyntax, RequestTimeout, ScimError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp.streams import StreamReader

    from server.http.reply import Reply

    Application = Callable[[Request], Awaitable[Reply]]

logger = logging.getLogger("perch")

LINGER_SECONDS = 1.0
"""How long an answer may take to leave after the request's time is up."""
IDLE_SECONDS = 5.0
"""How long a connection may ask nothing more before another may have its place.

HTTP lets an idle connection be closed at any time (RFC 9112 9.3), but a request just on its way would be lost.
"""
NOT_HTTP = "This is not an HTTP request that can be understood."


class Connection(RequestHandler):
    """aiohttp's request handler with a header deadline, a lean loop, and answers that leave together."""

    __slots__ = ("_busy", "_deadline", "_header_seconds", "_request_type", "let_in", "proxies")

    def __init__(self, server: Server, *, loop: asyncio.AbstractEventLoop, **options: Any) -> None:
        super().__init__(server, loop=loop, **options)
        self._header_seconds = server.header_seconds
        self._deadline: asyncio.TimerHandle | None = None
        self._request_type = Request
        self.proxies = server.proxies
        self.let_in = False
        """Whether a request that may be made came through it: its place is not given to others so soon."""
        self._busy = False
        """Whether a request is answered now, until the client has taken the answer."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin a connection, or turn it away where there are too many."""
        super().connection_made(transport)
        server = cast("Server", self._manager)
        if len(server.connections) > server.max_connections and not server.make_room():
            self.turn_away()
            return
        # Decided once for the connection: without trusted proxies a request costs nothing more.
        if self.proxies and self.proxies.has(self.address):
            self._request_type = ForwardedRequest
        self._arm()

    def data_received(self, data: bytes) -> None:
        """Take bytes; the clock runs while a request's headers are incomplete."""
        super().data_received(data)
        self._tell_broken_body()
        if self._messages or self._current_request is not None:
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None
        elif self._deadline is None:
            self._arm()

    def _tell_broken_body(self) -> None:
        """Tell a handler that still reads its body when what came is no HTTP: aiohttp lets it wait for the rest."""
        if self._messages and self._current_request is not None and isinstance(self._messages[-1][0], _ErrInfo):
            content = self._current_request.content
            if not content.is_eof() and content.exception() is None:
                content.set_exception(web.RequestPayloadError("not HTTP"))

    def send(self, data: bytes, *, at_once: bool) -> None:
        """Write an answer: at the end of this turn of the loop with those of other connections, or at once.

        A write to a client that waits costs a wake-up of that client; while it is awake, the next ones do not.
        """
        transport = self.transport
        if transport is None:
            raise ConnectionResetError
        server = cast("Server", self._manager)
        if at_once or self._close or self._force_close:
            server.flush()
            transport.write(data)
        else:
            server.write_soon(transport, data)

    def abort(self) -> None:
        """Cut the connection off, whatever is still to be sent."""
        if self.transport is not None:
            self.transport.abort()

    @property
    def finishing(self) -> bool:
        """Whether this answer is to be the last one."""
        # An upgrade is never accepted, and what follows its request is not HTTP.
        return self._manager is None or self._upgraded or cast("Server", self._manager).finishing

    @property
    def address(self) -> str:
        """The address at the other end of the connection; empty where there is none."""
        peer = self.peername
        return str(peer[0]) if isinstance(peer, tuple) else ""

    async def drain(self) -> None:
        """Wait until the client has taken what was written."""
        await self._drain_helper()

    def idle(self) -> tuple[bool, float] | None:
        """Whether it was let in before, and since when it waits (the loop's clock); None while it is busy.

        Headers that are still on their way are no request yet.
        """
        if self._busy or self._messages or self._force_close:
            return None
        if self._deadline is not None:
            return self.let_in, self._deadline.when() - self._header_seconds
        return self.let_in, self._next_keepalive_close_time - self._keepalive_timeout

    def turn_away(self) -> None:
        """Say that there are too many connections, and close this one."""
        self._say_and_close(Unavailable("Too many connections: try again in a moment.", headers={"Retry-After": "1"}))

    def close_if_idle(self) -> None:
        """Close the connection unless a request is on its way through it."""
        if self._current_request is None and not self._messages:
            self.force_close()

    def close(self) -> None:
        """Close the connection once what was answered is written."""
        if self._manager is not None:
            cast("Server", self._manager).flush()
        super().close()

    def force_close(self) -> None:
        """Close the connection now, but not before what was answered is written."""
        if self._manager is not None:
            cast("Server", self._manager).flush()
        super().force_close()

    def connection_lost(self, exc: BaseException | None) -> None:
        """End a connection."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        super().connection_lost(exc)

    async def start(self) -> None:
        """Answer the connection's requests, one after the other.

        aiohttp's own loop makes a task, a stream writer and a request object for each request, which together take
        longer than a look-up; here one task per connection does it all.
        """
        loop = self._loop
        application = cast("Server", self._manager).application
        try:
            while not self._force_close:
                if not self._messages:
                    await self._next_message()
                message, payload = self._messages.popleft()
                self._busy = True
                if self._parser is not None:
                    self._parser.message_consumed()
                if self._buffer_paused and len(self._messages) <= self._msg_queue_resume_size:
                    self._resume_reading_if_drained()
                if isinstance(message, _ErrInfo):
                    self._say_and_close(InvalidSyntax(NOT_HTTP))
                    return
                if not message.chunked and "Transfer-Encoding" in message.headers:
                    # An empty one passes the parser beside a length: others may see another end (RFC 9112 §6.3).
                    self._say_and_close(InvalidSyntax(NOT_HTTP))
                    return
                if not await self._answer(application, self._request_type(message, payload, self)):
                    break
                self._busy = False
                self._next_keepalive_close_time = loop.time() + self._keepalive_timeout
                if not payload.is_eof():
                    await self._drop_rest(payload)
                if self._close or self._force_close:
                    break
                if self._keepalive_handle is None:
                    self._keepalive_handle = loop.call_at(self._next_keepalive_close_time, self._process_keepalive)
        except ConnectionError:
            pass  # nobody is left to answer
        except asyncio.CancelledError:
            self.force_close()
            raise
        except Exception:
            # The application answers whatever happens; where even that fails, nobody is left waiting.
            logger.exception("a request was not answered")
            self._say_and_close(InternalError("Internal error."))
        self._task_handler = None
        self.force_close()

    async def _next_message(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    async def _answer(self, application: Application, request: Request) -> bool:
        """Answer one request; give whether another may follow."""
        self._current_request = cast("web.BaseRequest", request)
        self._request_in_progress = True
        try:
            reply = await application(request)
        finally:
            self._current_request = None
            self._request_in_progress = False
            if self._handler_waiter is not None:
                self._handler_waiter.set_result(None)
        return await reply.send(request)

    async def _drop_rest(self, payload: StreamReader) -> None:
        """Read past what an answer did not wait for, so that it is not taken for the next request."""
        try:
            async with asyncio.timeout(self._lingering_time):
                while not payload.is_eof():
                    await payload.readany()
        except (TimeoutError, web.RequestPayloadError):
            self._close = True

    def _arm(self) -> None:
        self._deadline = self._loop.call_later(self._header_seconds, self._late)

    def _late(self) -> None:
        self._deadline = None
        if not self._messages and self._current_request is None:
            self._say_and_close(RequestTimeout("The request's headers did not arrive in time."))

    def _say_and_close(self, error: ScimError) -> None:
        if self.transport is not None:
            self.transport.write(error_reply(error).encode("Connection: close\r\n"))
        self.force_close()


class Server(web.Server):
    """aiohttp's low-level server with our connections: no router, no middleware, no response objects of its own."""

    def __init__(
        self,
        application: Application,
        *,
        header_seconds: float,
        keep_alive: float,
        max_connections: int,
        proxies: TrustedProxies | None = None,
    ) -> None:
        super().__init__(
            cast("Any", application),
            access_log=None,
            keepalive_timeout=keep_alive,
            auto_decompress=False,
            lingering_time=1.0,
        )
        self.application = application
        self.header_seconds = header_seconds
        self.max_connections = max_connections
        self.proxies = proxies or TrustedProxies(())

        self.finishing = False
        """Whether each answer is to be the last of its connection."""
        self._outbox: list[tuple[asyncio.Transport, bytes]] = []

    def make_room(self) -> bool:
        """Close one that waits and was never let in, or else the longest idle; give whether there was one.

        Otherwise whoever opens connections, and says nothing or shows no token, would lock everybody else out.
        """
        *others, _ = cast("list[Connection]", self.connections)
        idle = [(state, at) for at, other in enumerate(others) if (state := other.idle()) is not None]
        (let_in, since), at = min(idle, default=((True, self._loop.time()), 0))
        if let_in and since > self._loop.time() - IDLE_SECONDS:
            return False
        others[at].turn_away()
        return True

    async def finish(self, seconds: float) -> None:
        """Close idle connections now and the others after the request in flight, at the latest in so many seconds.

        aiohttp's own ``pre_shutdown`` stops reading at once: a body that is still arriving would never be whole.
        """
        self.finishing = True
        for connection in self.connections:
            cast("Connection", connection).close_if_idle()
        busy = [connection._task_handler for connection in self.connections if connection._task_handler]  # noqa: SLF001 -- aiohttp tells it nowhere else
        if busy:
            await asyncio.wait(busy, timeout=seconds)
        await self.shutdown(LINGER_SECONDS)

    def write_soon(self, transport: asyncio.Transport, data: bytes) -> None:
        """Write at the end of this turn of the loop."""
        if not self._outbox:
            self._loop.call_soon(self.flush)
        self._outbox.append((transport, data))

    def flush(self) -> None:
        """Write what waits, in the order it came."""
        if self._outbox:
            outbox, self._outbox = self._outbox, []
            for transport, data in outbox:
                transport.write(data)

    def __call__(self) -> RequestHandler:
        """Make the handler of a new connection."""
        return Connection(self, loop=self._loop, **self._kwargs)
