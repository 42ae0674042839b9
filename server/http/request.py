"""A request as aiohttp's parser leaves it: what the endpoint needs of it and nothing more.

aiohttp's own request object computes URLs, cookies and dates for anybody who might ask; here nobody does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp.http_parser import RawRequestMessage
    from aiohttp.streams import StreamReader
    from multidict import CIMultiDictProxy

    from server.http.connection import Connection


class Request:
    """A parsed head, and the body as it arrives in ``content``."""

    __slots__ = ("content", "headers", "keep_alive", "method", "minor_version", "protocol", "raw_headers", "target")

    def __init__(self, message: RawRequestMessage, content: StreamReader, protocol: Connection) -> None:
        self.method = message.method
        self.target = message.path
        """As sent: path and query."""
        self.headers: CIMultiDictProxy[str] = message.headers
        self.raw_headers = message.raw_headers
        self.minor_version = message.version.minor
        self.keep_alive = not message.should_close
        self.content = content
        self.protocol = protocol

    @property
    def remote(self) -> str:
        """The client's address; empty where there is none."""
        return self.protocol.address

    @property
    def content_length(self) -> int | None:
        """The length that the client announces; None where it sends chunks."""
        length = self.headers.get("Content-Length")
        return None if length is None else int(length)

    @property
    def holds_its_body_back(self) -> bool:
        """Whether the client may still wait to be told to send its body, and nobody will tell it any more."""
        return not self.content.is_eof() and "Expect" in self.headers

    def _cancel(self, error: BaseException) -> None:
        """Tell whoever reads the body that there will be no more of it; aiohttp calls this."""
        self.content.set_exception(error)
