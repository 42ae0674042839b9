"""The ceiling: a bare aiohttp handler that reads the body, if any, and answers with a fixed body of a given size."""

from __future__ import annotations

import asyncio
import sys

from aiohttp import web

from server.cli.serve import loop_factory


async def _main() -> None:
    body = b"x" * int(sys.argv[1])

    async def handler(request: web.Request) -> web.Response:
        if request.can_read_body:
            await request.read()
        return web.Response(body=body, content_type="application/scim+json")

    application = web.Application()
    application.router.add_route("*", "/scim/v2/Users", handler)
    application.router.add_route("*", "/scim/v2/Users/{id}", handler)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    print(site._server.sockets[0].getsockname()[1], flush=True)  # type: ignore[attr-defined] # asyncio's Server
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(_main())
