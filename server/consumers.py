"""The programs that are told of each change, as a host sees them: added, tried, listed with how they fare, removed.

Belongs here: the steps of a webhook's life. Must not know: how a host shows it, how a delivery goes on its way while
Perch serves (``delivery``). Call it on a background thread: a keyring may ask a person, a consumer may be slow.
"""

from __future__ import annotations

import threading
import time
import uuid
from contextlib import closing, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from server.faults import Fault, FaultCode
from server.store.changes import newest
from server.store.webhooks import Webhooks
from server.tokens import timestamp
from server.webhook.event import body_of, event_id, event_of, test_event
from server.webhook.secret import SecretKeeper
from server.webhook.signature import headers
from server.webhook.subscription import Backlog, Misfit, SecretPlace, UnfitWebhook, Webhook, checked_url, shown_url

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from server.store.database import Database
    from server.store.webhooks import Due
    from server.vault import Outcome

FOLDER: Final = "webhooks"
"""Below the data folder: the secrets that were to be in a file, and no other one was named."""


class Fare(StrEnum):
    """How a consumer fares."""

    DELIVERING = "delivering"
    WAITING = "waiting"
    """It refused some; these are tried again, and what came later of the same resources waits behind them."""
    FAILING = "failing"
    """It cannot be told of anything now: everything waits until it can."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """A webhook, what it did not get yet, and how it fares."""

    webhook: Webhook
    backlog: Backlog

    @property
    def place(self) -> str:
        """Its address without the query, which may hold a secret."""
        return shown_url(self.webhook.url)

    @property
    def fare(self) -> Fare:
        """How it fares."""
        if self.webhook.problem:
            return Fare.FAILING
        return Fare.WAITING if self.backlog.waiting else Fare.DELIVERING

    @property
    def waiting(self) -> int:
        """How many changes it is told of sooner or later, without anybody's doing."""
        return self.backlog.ahead + self.backlog.waiting


@dataclass(frozen=True, slots=True)
class Added:
    """A webhook just made, and its secret if that was made with it."""

    webhook: Webhook
    secret: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of an event that was sent to try a webhook."""

    problem: str
    """What the consumer did instead of taking it; empty when it took it."""
    microseconds: int


@dataclass(frozen=True, slots=True)
class GivenUp:
    """An event that a consumer did not take until it was given up."""

    seq: int
    """The number of its change."""
    event: str
    type: str
    summary: str
    at: str
    """When the change was made."""
    attempts: int
    problem: str
    """What the consumer did at the last attempt."""


class Consumers:
    """The webhooks of one workspace; ``actor`` is who adds them."""

    def __init__(self, folder: Path, database: Database, actor: str, secrets: SecretKeeper | None = None) -> None:
        self._folder = folder / FOLDER
        self._database = database
        self._webhooks = Webhooks(database)
        self._actor = actor
        self._secrets = secrets or SecretKeeper()

    def listed(self) -> list[Consumer]:
        """List all of them, the oldest first; raises StoreUnavailable."""
        return [Consumer(one, self._webhooks.backlog(one)) for one in self._webhooks.listed()]

    def history(self) -> int:
        """Count the changes that one hears of which begins with the first; raises StoreUnavailable."""
        return newest(self._database)

    @staticmethod
    def check(url: str, *, plain_http: bool = False) -> str:
        """Give an address as a webhook may have it, whoever else has it; raises UnfitWebhook. Asks nobody."""
        return checked_url(url, plain_http=plain_http)

    def judge(self, url: str, *, plain_http: bool = False) -> str:
        """Give an address as a new webhook would have it; raises UnfitWebhook, StoreUnavailable."""
        address = self.check(url, plain_http=plain_http)
        if any(one.url == address for one in self._webhooks.listed()):
            sentence = f"{shown_url(address)} is told of changes already: `perch webhook list` shows it."
            raise UnfitWebhook(sentence, Misfit.TAKEN)
        return address

    def add(
        self,
        url: str,
        place: SecretPlace = SecretPlace.KEYRING,
        name: str = "",
        *,
        from_start: bool = False,
        plain_http: bool = False,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> Added | None:
        """Begin to tell a consumer of changes: of those to come, or of every one that the history has.

        A file without a ``name`` lies in the data folder. None when it is not wanted any more once the keyring, which
        may have asked a person, has the secret. Raises UnfitWebhook, StoreUnavailable, Fault (folder_unwritable).
        """
        address = self.judge(url, plain_http=plain_http)
        made, now = uuid.uuid4().hex[:12], timestamp(time.time())
        if place is SecretPlace.FILE and not name:
            name = str(self._own_file(made))
        cursor = 0 if from_start else newest(self._database)
        webhook = Webhook(made, address, place, name, now, self._actor, cursor)
        secret = self._secrets.keep(webhook)
        if not is_wanted():
            self._forget(webhook)
            return None
        try:
            self._webhooks.add(webhook)
        except Fault:
            self._forget(webhook)
            raise
        return Added(webhook, secret)

    def secret(self, webhook_id: str) -> str:
        """Give a webhook's secret; raises UnfitWebhook, StoreUnavailable."""
        return self._secrets.read(self._known(webhook_id))

    def test(self, webhook_id: str) -> Trial:
        """Send a signed event that stands for no change, now and from here; raises UnfitWebhook, StoreUnavailable."""
        from server.delivery.posting import DEADLINE, Post, Refused  # noqa: PLC0415 -- TLS, for which nothing else waits

        one = self._known(webhook_id)
        secret, now = self._secrets.read(one), time.time()
        event = test_event(timestamp(now), self._actor)
        body = body_of(event)
        begun, problem = time.perf_counter(), ""
        with closing(Post(one.url)) as post:
            # Whoever answers a byte at a time is not waited for.
            deadline = threading.Timer(DEADLINE, post.end)
            deadline.daemon = True
            deadline.start()
            try:
                post.send(body, headers(one.id, event["id"], body, secret, int(now)))
            except Refused as error:
                problem = str(error)
            finally:
                deadline.cancel()
        return Trial(problem, int((time.perf_counter() - begun) * 1_000_000))

    def given_up(self, webhook_id: str) -> list[GivenUp]:
        """List what a webhook was not told of in the end, the oldest first; raises StoreUnavailable."""
        return [_given_up(due) for due in self._webhooks.dead(webhook_id)]

    def retry(self, webhook_id: str, seqs: Sequence[int] | None = None) -> int:
        """Send again what was given up, all of it or these changes; give how many. Raises StoreUnavailable."""
        return self._webhooks.revive(webhook_id, seqs, int(time.time() * 1000))

    def remove(self, webhook_id: str) -> Outcome | None:
        """Tell a webhook no more, forget what waits for it, and its secret; the keyring's outcome, if it was there.

        Raises UnfitWebhook (there is none such), StoreUnavailable.
        """
        one = self._known(webhook_id)
        self._webhooks.remove(one.id)
        return self._forget(one)

    def _known(self, webhook_id: str) -> Webhook:
        one = self._webhooks.get(webhook_id)
        if one is None:
            raise UnfitWebhook("This webhook was removed meanwhile.", Misfit.UNKNOWN)
        return one

    def _forget(self, one: Webhook) -> Outcome | None:
        if one.secret_place is SecretPlace.FILE and Path(one.secret_name).parent == self._folder:
            with suppress(OSError):
                Path(one.secret_name).unlink()
        return self._secrets.forget(one)

    def _own_file(self, webhook_id: str) -> Path:
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Fault(FaultCode.FOLDER_UNWRITABLE, str(self._folder.parent)) from error
        return self._folder / f"{webhook_id}.secret"


def _given_up(due: Due) -> GivenUp:
    letter, change = due
    type_ = event_of(change)["type"]
    return GivenUp(letter.seq, event_id(change), type_, change.summary, change.at, letter.attempts, letter.problem)
