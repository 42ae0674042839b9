"""Requests as the parser would leave them, for tests of what comes after the parser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from aiohttp.test_utils import make_mocked_request

from server.http.request import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.http.connection import Connection


class NoConnection:
    """Stands for the connection that such a request never came over."""

    address = "192.0.2.7"
    let_in = False

    def send(self, data: bytes, *, at_once: bool) -> None:
        raise AssertionError(f"nothing was to be sent: {data!r}, {at_once}")


def parsed(method: str, target: str, headers: Mapping[str, str] | None = None, content: Any = None) -> Request:
    """Make a request from its head, and its body as a stream."""
    arguments = {} if content is None else {"payload": content}
    mocked = make_mocked_request(method, target, headers, **arguments)
    return Request(mocked._message, mocked.content, cast("Connection", NoConnection()))
