"""Who comes in: the host asked for, the token shown, the pace; and what the activity learns of those who do not."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, NoReturn

from server.http.reply import PlainReply
from server.records import Refusal, Token
from server.scim.errors import MethodNotAllowed, Unauthorized

if TYPE_CHECKING:
    from server.http.call import Call
    from server.http.guards import GuessGuard, HostGuard, RateGuard
    from server.store.database import Database
    from server.tokens import Authenticator, LastUses

_REMEDY = "Authorization failure: the token is missing or wrong. Paste it again, or generate a new one in Perch."

BEARER = "Bearer"
# Basic goes first: Apache's HTTP client, which the on-prem agent is made with, reads the first scheme of a line only,
# and unless it is told to, it sends a password only when asked.
BASIC_OR_BEARER = 'Basic realm="Perch", charset="UTF-8", Bearer'


class Admission:
    """Admits requests by host, token and pace."""

    def __init__(
        self,
        database: Database,
        authenticator: Authenticator,
        uses: LastUses,
        hosts: HostGuard,
        guesses: GuessGuard,
        rates: RateGuard,
    ) -> None:
        self._database = database
        self._authenticator = authenticator
        self._challenge = BASIC_OR_BEARER if authenticator.basic else BEARER
        self._uses = uses
        self._hosts = hosts
        self._guesses = guesses
        self._rates = rates
        self._version = -1
        self._stale = True

    def admit(self, call: Call) -> None:
        """Let a request in and name its token; raises Misdirected, Forbidden, Unauthorized or TooManyRequests."""
        request = call.request
        headers = request.headers
        self._hosts.check(call.host, headers.get("Origin"))
        if self._stale:
            self._look_around()
        header: str | None = headers.get("Authorization")
        encoded = None if header is None else header.encode("utf-8", "surrogateescape")
        now = time.time()
        found = self._authenticator.authenticate(encoded, now)
        address = request.remote
        if not isinstance(found, Token):
            self._refuse(call, found, encoded, address)
        call.token = found
        call.token_id = found.id
        request.protocol.let_in = True
        self._uses.note(found.id, now, address, headers.get("User-Agent") or "")
        self._rates.check(found.id)

    def admit_still(self, call: Call) -> None:
        """Send away a request that was let in and has waited since, if its token has ended; raises Unauthorized."""
        if self._stale:
            self._look_around()
        header: str | None = call.request.headers.get("Authorization")
        encoded = None if header is None else header.encode("utf-8", "surrogateescape")
        found = self._authenticator.authenticate(encoded, time.time())
        if not isinstance(found, Token):
            self._refuse(call, found, encoded, call.request.remote)

    def _look_around(self) -> None:
        """See what other processes have changed; requests that were read in one turn of the loop share one look."""
        # A token that another process revoked a moment ago must not pass: any commit elsewhere moves this number.
        version = self._database.data_version()
        if version != self._version:
            self._authenticator.refresh()
            self._version = version
        self._stale = False
        asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        self._stale = True

    def _refuse(self, call: Call, refusal: Refusal, header: bytes | None, address: str) -> NoReturn:
        call.refusal = refusal
        known = self._authenticator.identify(header)
        if known is not None:
            call.token_id = known.id
        call.meaning = f"refused: the token is {refusal}"
        if refusal is not Refusal.MISSING:
            self._guesses.failed(address)
        raise Unauthorized(_REMEDY, headers={"WWW-Authenticate": self._challenge})

    def health(self, call: Call) -> PlainReply:
        """Say that the endpoint answers and its database reads; needs no token and tells nothing else."""
        if call.method not in {"GET", "HEAD"}:
            raise MethodNotAllowed("The health check is read with GET.", headers={"Allow": "GET, HEAD"})
        self._database.data_version()
        return PlainReply(b'{"status":"ok"}', "application/json")
