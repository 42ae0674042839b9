"""One request on its way through the endpoint: what is known of it, and what became of it for the activity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.http.query_string import decode, parse_query_string

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from server.records import Refusal, Token


class Call:
    """A request: its target taken apart, its token once known, its body once read."""

    __slots__ = (
        "body",
        "ignored",
        "meaning",
        "method",
        "query",
        "refusal",
        "request",
        "resource_id",
        "segments",
        "target",
        "token",
        "token_id",
    )

    def __init__(self, request: web.BaseRequest) -> None:
        self.request = request
        self.method = request.method
        self.target = target = request.raw_path
        path, _, self.query = target.partition("?")
        # Doubled and trailing slashes are Okta's base URL meeting its own paths (OKTA.md 1.1, B1).
        self.segments = [segment for segment in path.split("/") if segment]
        self.body: bytes | None = None
        self.token: Token | None = None
        self.token_id: str | None = None
        self.refusal: Refusal | None = None
        self.meaning = ""
        self.resource_id: str | None = None
        self.ignored: Sequence[str] = ()

    @property
    def parameters(self) -> dict[str, str]:
        """The query's parameters; raises InvalidValue for what is not UTF-8."""
        return parse_query_string(self.query) if self.query else {}

    @property
    def last_segment(self) -> str:
        """The id that ends the path."""
        return decode(self.segments[-1])
