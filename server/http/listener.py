"""The listening socket: opens the port, serves a workspace until told to stop, lets requests in flight finish.

The composition of the endpoint is here: which parts exist, and who gets which.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from server.config import BASE_PATH, VERSION_1_PATH
from server.faults import Fault, FaultCode, PortInUse
from server.http.admission import Admission
from server.http.application import Application, Handlers, routes
from server.http.changes import PATHS, ChangeEndpoint
from server.http.connection import Server
from server.http.discovery import DiscoveryEndpoints
from server.http.forwarding import TrustedProxies
from server.http.guards import GuessGuard, HostGuard, RateGuard, StrangerGuard
from server.http.metrics import Metrics
from server.http.readiness import Readiness
from server.http.resources import ResourceEndpoints
from server.http.traffic import Traffic
from server.http.version1 import Version1DiscoveryEndpoints, Version1ResourceEndpoints
from server.http.watching import WatchApplication, WatchEndpoints
from server.tokens import Authenticator, LastUses

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable
    from concurrent.futures import Executor, Future

    from server.config import ServerConfig
    from server.http.renewal import Renewal
    from server.records import Exchange
    from server.workspace import Workspace

READER_THREADS = 2
"""Scans and large groups that may be read at once, beside the event loop."""

TOUCH_SECONDS = 2.0
"""How often the last use of each token is written."""

LOOPBACK_HOST = "127.0.0.1"
WATCH_SECONDS = 5.0
"""How long who watches may take for the headers of a request, and is waited for at the end."""
WATCH_KEEP_ALIVE = 75.0
"""Longer than the usual interval of a scrape, 15 to 60 seconds."""
WATCH_CONNECTIONS = 32

logger = logging.getLogger("perch.http")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A running endpoint."""

    base_url: str
    """Where Okta is to send its requests: the public URL where there is one."""
    host: str
    port: int
    local_url: str
    """The base URL on this machine."""
    metrics_port: int | None = None
    """Where the numbers are read without a token, if anywhere."""


@asynccontextmanager
async def listening(
    workspace: Workspace,
    config: ServerConfig,
    record: Callable[[Exchange], None],
    run: str,
    metrics_port: int | None = None,
) -> AsyncIterator[Endpoint]:
    """Serve a workspace while the context lasts; raises PortInUse and other faults of the address or certificate.

    ``record`` takes one Exchange a request (`store.activity`), ``run`` begins the request ids of this process.
    With a ``metrics_port`` (0 picks a free one) the numbers are read there, too, from this machine and without a token.
    """
    renewal = _renewal(workspace, config)
    sock = bind(config.host, config.port)
    port = sock.getsockname()[1]
    local_url = config.direct_url(port)
    base_url = local_url if config.public_url is None else config.public_url + BASE_PATH
    hosts = HostGuard.of(config.host, config.public_url)
    uses = LastUses()
    readers = ThreadPoolExecutor(READER_THREADS, thread_name_prefix="reader")
    try:
        admission = Admission(
            workspace.database,
            Authenticator(workspace.token_store, basic=config.basic_authentication),
            uses,
            hosts,
            GuessGuard(time.monotonic, allowed=config.bad_token_limit, seconds=config.bad_token_penalty),
            RateGuard(time.monotonic, config.rate_limit),
        )
        traffic = Traffic()
        metrics = Metrics(traffic, workspace.database, workspace.token_store, readers, lambda: len(server.connections))
        readiness = Readiness(workspace.settings, workspace.folder)
        watch = WatchEndpoints(admission, readiness, metrics)
        changes = ChangeEndpoint(admission, workspace.database, readers)
        application = Application(
            routes(*_handlers(workspace, config, readers, base_url), workspace.registry),
            admission,
            record,
            run,
            aside=watch.beside_scim | dict.fromkeys(PATHS, changes.read),
            traffic=traffic,
            # One more than may guess: the first that is told to wait is seen.
            strangers=StrangerGuard(time.monotonic, kept=config.bad_token_limit + 1, seconds=config.bad_token_penalty),
        )
        server = Server(
            application,
            header_seconds=config.header_deadline,
            keep_alive=config.keep_alive,
            max_connections=config.max_connections,
            proxies=TrustedProxies(config.trusted_proxies),
        )
        listener = await asyncio.get_running_loop().create_server(
            server, sock=sock, backlog=256, **_secured(renewal, config.header_deadline)
        )
        tasks = [asyncio.create_task(_touch(workspace, uses))]
        if renewal is not None:
            hosts.answer_for(renewal.certificate.names)
            tasks.append(asyncio.create_task(renewal.keep(lambda renewed: hosts.answer_for(renewed.names))))
        try:
            async with watched(watch, metrics_port) as watch_port:
                yield Endpoint(base_url, config.host, port, local_url, watch_port)
        finally:
            listener.close()
            changes.close()
            await server.finish(config.stop_deadline)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            _write_uses(workspace, uses)
    finally:
        sock.close()
        readers.shutdown(wait=True)


def _handlers(
    workspace: Workspace, config: ServerConfig, readers: Executor, base_url: str
) -> tuple[Handlers, Handlers]:
    """Give the handlers of 2.0 and those of 1.1: the same provider and store behind both."""
    version1_url = base_url.removesuffix(BASE_PATH) + VERSION_1_PATH
    basic = config.basic_authentication
    return (
        Handlers(
            ResourceEndpoints(workspace.provider, workspace.database, readers, config, base_url),
            DiscoveryEndpoints(workspace.registry, base_url, config.bulk_body_limit, basic=basic),
        ),
        Handlers(
            Version1ResourceEndpoints(workspace.provider, workspace.database, readers, config, version1_url),
            Version1DiscoveryEndpoints(workspace.registry, version1_url, basic=basic),
        ),
    )


@asynccontextmanager
async def watched(endpoints: WatchEndpoints, port: int | None) -> AsyncIterator[int | None]:
    """Answer who watches on a port of its own, which only this machine reaches; raises PortInUse. None is none."""
    if port is None:
        yield None
        return
    sock = bind(LOOPBACK_HOST, port)
    try:
        server = Server(
            WatchApplication(endpoints, HostGuard(())),
            header_seconds=WATCH_SECONDS,
            keep_alive=WATCH_KEEP_ALIVE,
            max_connections=WATCH_CONNECTIONS,
        )
        listener = await asyncio.get_running_loop().create_server(server, sock=sock)
        try:
            yield sock.getsockname()[1]
        finally:
            listener.close()
            await server.finish(WATCH_SECONDS)
    finally:
        sock.close()


def bind(host: str, port: int) -> socket.socket:
    """Open the port; raises PortInUse, or Fault for an address that cannot be used."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise Fault(FaultCode.ADDRESS_UNUSABLE, host) from error
    sock = socket.socket(family, kind, protocol)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows: without it two programs may share one port
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.setblocking(False)  # noqa: FBT003 -- the socket's signature
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(FaultCode.PORT_IN_USE, f"{host}:{port}") from error
        code = FaultCode.PORT_FORBIDDEN if error.errno in {errno.EACCES, errno.EPERM} else FaultCode.ADDRESS_UNUSABLE
        raise Fault(code, f"{host}:{port}") from error
    return sock


def _renewal(workspace: Workspace, config: ServerConfig) -> Renewal | None:
    if config.tls_cert is None:
        return None
    from server.http.renewal import Renewal  # noqa: PLC0415 -- a tenth of a second, for TLS only
    from server.tls import pair_of  # noqa: PLC0415 -- the same

    pair = pair_of(config, workspace.folder)
    assert pair is not None
    return Renewal(pair)


class _Secured(TypedDict, total=False):
    ssl: ssl.SSLContext
    ssl_handshake_timeout: float


def _secured(renewal: Renewal | None, seconds: float) -> _Secured:
    """Give what makes a listener speak TLS; a handshake may take as long as the headers of a request."""
    return {} if renewal is None else {"ssl": renewal.context, "ssl_handshake_timeout": seconds}


async def _touch(workspace: Workspace, uses: LastUses) -> None:
    while True:
        await asyncio.sleep(TOUCH_SECONDS)
        _write_uses(workspace, uses)


def _write_uses(workspace: Workspace, uses: LastUses) -> None:
    if batch := uses.drain():
        try:
            workspace.token_store.touch(batch).add_done_callback(_tell_failure)
        except Fault as fault:
            logger.warning("last use of tokens not written: %s", fault)


def _tell_failure(future: Future[None]) -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        logger.warning("last use of tokens not written: %s", error)
