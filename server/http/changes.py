"""``GET /changes``: the changes of the directory in their order, for consumers that pull.

Belongs here: the cursor, the page, the wait for something new. Must not know: what an event is made of
(``webhook.event``).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import orjson

from server.http.reply import Reply
from server.scim.errors import InvalidValue, MethodNotAllowed
from server.store.changes import change_of, newest
from server.store.webhooks import changes_after
from server.webhook.event import event_id, event_of, number_of

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from server.http.admission import Admission
    from server.http.call import Call
    from server.store.database import Database

PATHS: Final = ("/changes", "/scim/v2/changes", "/scim/v2/Changes")
START: Final = "0"
LATEST: Final = "latest"
LIMIT: Final = 100
MOST: Final = 1_000
LONGEST_WAIT: Final = 60.0
"""Seconds; Okta's and most other clients give up after as long."""
LOOK: Final = 0.2
"""Seconds between two looks while somebody waits: one look-up in an index each."""


class _NothingNew(Reply):
    """An empty page, which the activity does not keep: who looks every few seconds would push all else out of it."""

    __slots__ = ()

    kept = False


class ChangeEndpoint:
    """The handler of /changes; `close` sends home who waits."""

    def __init__(self, admission: Admission, database: Database, readers: Executor) -> None:
        self._admission = admission
        self._database = database
        self._readers = readers
        self._closed = asyncio.Event()

    def close(self) -> None:
        """Answer at once who waits for a change."""
        self._closed.set()

    async def read(self, call: Call) -> Reply:
        """GET /changes, with any token; ``after``, ``limit`` and ``wait`` as in README.md.

        Raises InvalidValue (a cursor that this directory never gave, a number out of range), and as `Admission.admit`.
        """
        self._admission.admit(call)
        if call.method not in {"GET", "HEAD"}:
            raise MethodNotAllowed("Changes are read with GET.", headers={"Allow": "GET, HEAD"})
        parameters = {name.lower(): value for name, value in call.parameters.items()}
        limit = int(_number(parameters, "limit", LIMIT, 1, MOST))
        wait = _number(parameters, "wait", 0, 0, LONGEST_WAIT)
        cursor = parameters.get("after") or START
        call.meaning = "read the changes"
        after = self._position(cursor)
        if wait and call.method == "GET":
            await self._wait(after, wait)
            self._admission.admit_still(call)
        # Documents are parsed and a page may be megabytes: not on the event loop.
        number, body = await asyncio.get_running_loop().run_in_executor(self._readers, self._page, after, limit)
        if not number:
            return _NothingNew(200, body)
        call.meaning = f"read {number} change{'' if number == 1 else 's'}"
        return Reply(200, body)

    def _position(self, cursor: str) -> int:
        """Give the number of the change that a cursor stands behind."""
        if cursor == START:
            return 0
        if cursor == LATEST:
            return newest(self._database)
        number = number_of(cursor)
        change = None if number is None else change_of(self._database.read, number)
        if change is None or event_id(change) != cursor:
            raise InvalidValue(
                "The cursor in `after` is none that this directory gave, or the directory was restored from a backup "
                f"since: read the people and groups anew, then go on from after={LATEST}."
            )
        return change.seq

    async def _wait(self, after: int, seconds: float) -> None:
        """Return once there is a newer change, the time is up or the endpoint stops."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while newest(self._database) <= after and not self._closed.is_set():
            rest = end - loop.time()
            if rest <= 0:
                return
            try:
                async with asyncio.timeout(min(rest, LOOK)):
                    await self._closed.wait()
            except TimeoutError:
                continue

    def _page(self, after: int, limit: int) -> tuple[int, bytes]:
        found = changes_after(self._database, after, limit + 1)
        changes = found[:limit]
        if changes:
            cursor = event_id(changes[-1])
        else:
            last = change_of(self._database.read, after)
            cursor = START if last is None else event_id(last)
        page = {"changes": list(map(event_of, changes)), "next": cursor, "more": len(found) > limit}
        return len(changes), orjson.dumps(page)


def _number(parameters: dict[str, str], name: str, default: float, least: float, most: float) -> float:
    text = parameters.get(name, str(default))
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not least <= number <= most or (name == "limit" and number != int(number)):
        raise InvalidValue(f"{name} is a number from {least:g} to {most:g}.")
    return number
