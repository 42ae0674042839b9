"""``perch serve``: the endpoint as a process, from its settings to its graceful end.

Belongs here: which parts an endpoint consists of, signals, the ready line. Must not know: requests.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import secrets
import signal
import sys
import threading
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.backups import keep_daily
from server.cli import log_lines
from server.cli.invocation import Invocation, pass_invocation
from server.cli.notification import Notifier
from server.cli.request_lines import RequestLines
from server.cli.supervision import Supervision
from server.config import is_refused_by_okta
from server.daily_export import DailyExport, keep_exporting
from server.faults import Fault, FaultCode, StoreUnavailable
from server.okta.features import recognise
from server.store.activity import ActivityLog
from server.store.serving import Claim, claimed
from server.workspace import ACTIVITY, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from server.config import ServerConfig
    from server.records import Exchange
    from server.store.serving import Serving

SWITCH_INTERVAL = 0.001
"""Seconds that a thread may hold the interpreter while another waits.

The writer thread answers in the middle of the event loop's work: with Python's 5 ms a durable write waits for
the loop to let go up to five times as long as the commit itself takes.
"""

ANYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 -- compared with, not bound to

_WITHOUT_A_NAME = "Other machines are answered under the name in --public-url only: none is given."
_WITHOUT_A_NAME_BY_TLS = (
    "The addresses in answers lead nowhere: name with --public-url where other machines find this one."
)

COLLECT_AFTER = (50_000, 20, 100)
"""When the collector looks for cycles: requests make next to none, but the activity holds on to what it will write,
which with Python's 700 makes the collector look at the same thousands of exchanges again and again.
"""

FILES = 8_192
"""Open files that an endpoint wants: far more than it uses itself, and handshakes of 60 kB each that it can bear."""

logger = logging.getLogger("perch")


def _from_here(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Take a file's name as a shell does, from the current folder; links stay, as they may lead elsewhere one day."""
    del context, parameter
    return None if value is None else str(Path.cwd() / Path(value).expanduser())


@click.command()
@click.option("--host", help="The address to listen on; 127.0.0.1 unless set otherwise.")
@click.option("--port", type=int, help="The port to listen on; 7643 unless set otherwise, 0 picks a free one.")
@click.option("--public-url", metavar="URL", help="Where a proxy or tunnel shows Perch: what Okta is to be given.")
@click.option(
    "--insecure-bind",
    is_flag=True,
    default=None,
    help="Allow a --host that other machines reach without TLS.",
)
@click.option(
    "--tls-cert", metavar="FILE", callback=_from_here, help="Speak TLS with this certificate and chain (PEM)."
)
@click.option("--tls-key", metavar="FILE", callback=_from_here, help="The private key of the certificate (PEM).")
@click.option(
    "--metrics-port",
    type=click.IntRange(0, 65_535),
    help="Show /metrics on this port of 127.0.0.1, too, without a token; 0 picks a free one.",
)
@click.option(
    "--log-json", is_flag=True, help="Log in JSON, one object a line (as it is done under systemd's journal)."
)
@click.option("--log-requests", is_flag=True, help="Log every request, without its body and its query.")
@click.option(
    "--parent-watch", is_flag=True, help="End when standard input is closed (for a program that starts this)."
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print the ready line, and on stderr what went wrong, as JSON (for a program that starts this).",
)
@pass_invocation
def serve(
    invocation: Invocation,
    *,
    host: str | None,
    port: int | None,
    public_url: str | None,
    insecure_bind: bool | None,
    tls_cert: str | None,
    tls_key: str | None,
    metrics_port: int | None,
    log_json: bool,
    log_requests: bool,
    parent_watch: bool,
    as_json: bool,
) -> None:
    """Serve SCIM until told to stop (Ctrl-C or SIGTERM).

    Prints one line when it is ready. Requests in flight are finished before it ends.
    """
    flags = {
        "host": host,
        "port": port,
        "public_url": public_url,
        "insecure_bind": insecure_bind,
        "tls_cert": tls_cert,
        "tls_key": tls_key,
    }
    in_json = log_lines.set_up(as_json=log_json)
    supervision = Supervision(Notifier.taken_from(), in_json)
    with ExitStack() as stack:
        # A program that asked for its own line gets that one.
        ending = _faults_as_json() if as_json else log_lines.failures_logged() if in_json else nullcontext()
        stack.enter_context(ending)
        stack.enter_context(supervision.failure_told())
        config = invocation.config(flags)
        folder = invocation.folder()
        claim = stack.enter_context(claimed(folder))
        workspace = stack.enter_context(Workspace.open(folder, config, actor="endpoint"))
        run = secrets.token_hex(4)
        activity = stack.enter_context(closing(_activity(folder, config, run)))
        record = activity.record
        if log_requests:
            record = stack.enter_context(closing(RequestLines(record, run))).record
        sys.setswitchinterval(SWITCH_INTERVAL)
        announce = _announce_as_json if as_json else _announce
        raise_file_limit()
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runner.run(
                _serve(
                    workspace,
                    config,
                    record,
                    run,
                    claim,
                    announce,
                    supervision,
                    metrics_port,
                    parent_watch=parent_watch,
                )
            )


@contextmanager
def _faults_as_json() -> Iterator[None]:
    """Put a line for programs before the sentence for people."""
    try:
        yield
    except Fault as fault:
        click.echo(json.dumps({"code": fault.code, "detail": fault.detail}), err=True)
        raise


def _announce(serving: Serving) -> None:
    """Say that it is ready."""
    beside = "" if serving.base_url == serving.local_url else f" (on this machine {serving.local_url})"
    click.echo(f"Perch is serving SCIM at {serving.base_url}{beside}")


def _announce_as_json(serving: Serving) -> None:
    click.echo(json.dumps(asdict(serving)))


def _activity(folder: Path, config: ServerConfig, run: str) -> ActivityLog:
    """Open the log of requests; a damaged one is put aside: the directory is worth serving without it."""
    path = folder / ACTIVITY
    try:
        return _opened(path, config, run)
    except StoreUnavailable as fault:
        if fault.code is not FaultCode.DATABASE_CORRUPT:
            raise
    aside = path.with_name(f"{ACTIVITY}.damaged-{run}")
    path.replace(aside)
    for suffix in ("-wal", "-shm"):
        path.with_name(ACTIVITY + suffix).unlink(missing_ok=True)
    logger.warning("The log of requests was damaged and is now %s; a new one was begun.", aside)
    return _opened(path, config, run)


def _opened(path: Path, config: ServerConfig, run: str) -> ActivityLog:
    log = ActivityLog.open(
        path,
        keep=config.activity_keep,
        days=config.activity_days,
        body_cap=config.activity_body_cap,
        recognise=recognise,
        run=run,
    )
    log.prune()
    return log


def raise_file_limit() -> None:
    """Allow more open files than a shell or a service manager begins with, where the system lets us.

    Connections that have not finished the handshake of TLS are nobody's yet, so the cap of connections does not count
    them: with 1,024 files whoever opens as many and says nothing locks everybody else out.
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 -- Windows has none

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # macOS has a limit below the one that it tells.
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def loop_factory() -> type[asyncio.AbstractEventLoop] | None:
    """Give uvloop where there is one: it serves about a sixth more requests."""
    if sys.platform == "win32":
        return None
    try:
        import uvloop  # noqa: PLC0415 -- Windows has none, and a system's package may lack it
    except ImportError:
        return None
    return uvloop.Loop


async def _serve(
    workspace: Workspace,
    config: ServerConfig,
    record: Callable[[Exchange], None],
    run: str,
    claim: Claim,
    announce: Callable[[Serving], None],
    supervision: Supervision,
    metrics_port: int | None,
    *,
    parent_watch: bool,
) -> None:
    from server.delivery.courier import Perseverance  # noqa: PLC0415 -- HTTP, for who serves
    from server.delivery.watcher import Watcher  # noqa: PLC0415 -- the same
    from server.http.listener import listening  # noqa: PLC0415 -- a third of a second that other commands save

    stop = asyncio.Event()
    with _stopping(stop):
        async with listening(workspace, config, record, run, metrics_port) as endpoint:
            serving = claim.announce(endpoint.base_url, endpoint.local_url, _now())
            # What lives now lives until the end: the collector need not look at it again. A full collection,
            # in which no request is answered, took 27 ms before and takes no time now.
            gc.collect()
            gc.freeze()
            gc.set_threshold(*COLLECT_AFTER)
            if parent_watch:
                _watch_parent(stop)
            if endpoint.host in ANYWHERE and config.public_url is None:
                logger.warning(_WITHOUT_A_NAME if config.tls_cert is None else _WITHOUT_A_NAME_BY_TLS)
            if is_refused_by_okta(config.public_url):
                logger.warning("Okta refuses a base URL with an underscore: give %s another name.", config.public_url)
            alive = supervision.begin(serving.base_url, endpoint.metrics_port, lambda: workspace.database.writing)
            announce(serving)
            upkeep = asyncio.create_task(keep_daily(workspace.backups))
            exporting = asyncio.create_task(keep_exporting(DailyExport(workspace)))
            watcher = Watcher(workspace.database, Perseverance())
            watcher.start()
            await stop.wait()
            await supervision.end(alive)
            claim.withdraw()
            upkeep.cancel()
            exporting.cancel()
            await asyncio.to_thread(watcher.stop)


@contextmanager
def _stopping(stop: asyncio.Event) -> Iterator[None]:
    """Let SIGTERM and Ctrl-C set the event while the context lasts."""
    loop = asyncio.get_running_loop()
    if sys.platform == "win32":
        signals = [signal.SIGINT, signal.SIGTERM, signal.SIGBREAK]
        before = {number: signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set)) for number in signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
    else:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


def _watch_parent(stop: asyncio.Event) -> None:
    """Set the event once standard input ends, which it does with the parent, however that ends."""
    loop = asyncio.get_running_loop()

    def watch() -> None:
        # os.read and not sys.stdin, whose lock a thread that still waits would hold when the program ends.
        with suppress(OSError):
            while os.read(0, 4096):
                pass
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, name="parent watch", daemon=True).start()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
