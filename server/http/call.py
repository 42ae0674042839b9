"""One request on its way through the endpoint: what is known of it, and what became of it for the activity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.http.query_string import decode, parse_query_string
from server.http.traffic import NOT_ROUTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.http.request import Request
    from server.records import Refusal, Token


class Call:
    """A request: its target taken apart, its token once known, its body once read."""

    __slots__ = (
        "body",
        "ignored",
        "meaning",
        "method",
        "path",
        "query",
        "refusal",
        "request",
        "resource_id",
        "route",
        "target",
        "token",
        "token_id",
    )

    def __init__(self, request: Request) -> None:
        self.request = request
        self.method = request.method
        self.target = target = request.target
        self.path, _, self.query = target.partition("?")
        if target[:1] != "/" and "://" in self.path:
            # A proxy's client sends the whole URL (RFC 9112 §3.2.2).
            self.path = "/" + self.path.partition("://")[2].partition("/")[2]
        self.body: bytes | None = None
        self.token: Token | None = None
        self.token_id: str | None = None
        self.refusal: Refusal | None = None
        self.meaning = ""
        self.resource_id: str | None = None
        self.route = NOT_ROUTED
        self.ignored: Sequence[str] = ()

    @property
    def host(self) -> str | None:
        """The host asked for: the target's where it names one, whatever the header says (RFC 9112 §3.2.2)."""
        if self.target[:1] != "/":
            _, separator, rest = self.target.partition("?")[0].partition("://")
            if separator:
                return rest.partition("/")[0]
        header: str | None = self.request.headers.get("Host")
        return header

    @property
    def segments(self) -> list[str]:
        """The path taken apart; doubled and trailing slashes are a base URL meeting Okta's paths (OKTA.md 1.1, B1)."""
        return [segment for segment in self.path.split("/") if segment]

    @property
    def parameters(self) -> dict[str, str]:
        """The query's parameters; raises InvalidValue for what is not UTF-8."""
        return parse_query_string(self.query) if self.query else {}

    @property
    def last_segment(self) -> str:
        """The id that ends the path."""
        last = self.path.rpartition("/")[2] or self.segments[-1]
        return decode(last)
