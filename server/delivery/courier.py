"""The courier of one webhook: a thread that tells it of each change, at least once and in order for each resource.

Belongs here: what is sent next, what waits, when to try again, when to give up. Must not know: who starts it, SQL.

New changes are read behind the webhook's cursor; only what failed goes into the outbox. A change whose resource has an
older one in the outbox goes there too, unsent: a resource's changes never overtake one another, and nobody else's wait.
A consumer that cannot be reached at all loses nothing, however long: the cursor stays where it is.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from server.delivery.posting import Post, Refused, Unreachable
from server.faults import Fault
from server.store.webhooks import Settlement, changes_after
from server.tokens import timestamp
from server.webhook.event import body_of, event_of
from server.webhook.signature import headers
from server.webhook.subscription import LONGEST_SILENCE, Letter, UnfitWebhook, Webhook, pause, shown_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.records import ChangeRecord
    from server.store.database import Database
    from server.store.webhooks import Webhooks
    from server.webhook.secret import SecretKeeper

BATCH: Final = 100
"""Changes that are read at once, and after which is written how far it got."""
SETTLE_SECONDS: Final = 1.0
"""After which it is written anyway: what is not written is sent again after a power cut."""
IN_A_ROW: Final = 10
"""Failures without a success between them, after which the consumer is taken to be down and everything waits."""
OFTEN: Final = 3600.0
"""Seconds that a courier sleeps at most."""
DAY: Final = 86_400_000

logger = logging.getLogger("perch.webhooks")


@dataclass(frozen=True, slots=True)
class Perseverance:
    """When a delivery is given up: after so many attempts, or when it is so old and an attempt fails again."""

    attempts: int = 60
    days: int = 3


class _Down(Exception):
    """The consumer is to be left alone for a while."""


class Courier(threading.Thread):
    """Tells one webhook of changes until it is ended; ``wake`` says that there may be something new."""

    def __init__(
        self,
        webhook: Webhook,
        database: Database,
        webhooks: Webhooks,
        secrets: SecretKeeper,
        perseverance: Perseverance,
        *,
        post: Post | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(name=f"courier {webhook.id}", daemon=True)
        self.webhook = webhook
        self._database = database
        self._webhooks = webhooks
        self._secrets = secrets
        self._perseverance = perseverance
        self._post = post or Post(webhook.url)
        self._clock = clock
        self._secret = ""
        self._woken = threading.Event()
        self._over = False
        self._failures = 0
        """Attempts since the last one that arrived."""
        self._silences = 0
        self._resume = 0.0
        """Until when the consumer is left alone, seconds since the epoch."""

    def wake(self) -> None:
        """Look whether there is something to deliver; from any thread."""
        self._woken.set()

    def end(self) -> None:
        """Stop soon: what is under way is broken off, and sent again at the next start. From any thread."""
        self._over = True
        self._post.end()
        self._woken.set()

    def expire(self) -> None:
        """Break off a delivery that takes too long; from any thread."""
        self._post.expire(time.monotonic())

    def run(self) -> None:
        """Deliver until ended."""
        try:
            while not self._over:
                self._woken.clear()
                self._woken.wait(self._turn())
        finally:
            self._post.close()

    def _turn(self) -> float:
        """Deliver what can be delivered now, and give the seconds until there is something to do unasked."""
        try:
            return self.deliver()
        except Fault as fault:
            # The directory itself has a problem: it is told elsewhere, and here it is tried again.
            logger.warning("webhook %s: %s", self.webhook.id, fault)
        except Exception:
            logger.exception("webhook %s: a delivery failed", self.webhook.id)
            self._resume = self._clock() + LONGEST_SILENCE
        return LONGEST_SILENCE

    def deliver(self) -> float:
        """Deliver everything that is due, and give the seconds until more is; raises StoreUnavailable."""
        rest = self._resume - self._clock()
        # Longer than it is ever left alone: the clock was put back.
        if 0 < rest <= LONGEST_SILENCE:
            return rest
        self._resume = 0.0
        try:
            self._secret = self._secret or self._secrets.read(self.webhook)
            while self._fresh() + self._due() and not self._over:
                pass
        except UnfitWebhook as error:
            self._leave_alone(str(error))
        except _Down as down:
            self._leave_alone(str(down))
        if self._resume > self._clock():
            return self._resume - self._clock()
        moment = self._webhooks.next_at(self.webhook.id)
        return OFTEN if moment is None else max(0.01, moment / 1000 - self._clock())

    # -- rounds ------------------------------------------------------------------------------------

    def _fresh(self) -> int:
        """Tell of changes that it was never told of, in the order in which they were made; give how many were seen."""
        changes = changes_after(self._database, self.webhook.cursor, BATCH)
        held_back = self._webhooks.held_back(self.webhook.id, (change.resource_id for change in changes))
        done = self._begin()
        try:
            for change in changes:
                if self._over:
                    break
                letter = Letter(change.seq, change.resource_id, self._now())
                if change.resource_id in held_back:
                    done.letters.append(letter)
                    done.cursor = change.seq
                    continue
                arrived = self._attempt(change, letter, done)
                done.cursor = change.seq
                if not arrived:
                    held_back.add(change.resource_id)
                    self._pace(done)
                done = self._settled_in_time(done)
        finally:
            self._settle(done)
        return len(changes)

    def _due(self) -> int:
        """Try again what failed, the oldest change of each resource; give how many were tried.

        What waited behind one that arrives follows it in the same round, for as long as a round may take: a commit and
        a look into the outbox for each would make hours of a long queue.
        """
        due = self._webhooks.due(self.webhook.id, self._now(), BATCH)
        done, end = self._begin(), time.monotonic() + SETTLE_SECONDS
        try:
            for oldest in due:
                queue = deque([oldest])
                while queue and not self._over:
                    letter, change = queue.popleft()
                    arrived = self._attempt(change, letter, done)
                    if not arrived:
                        queue.clear()
                        self._pace(done)
                    done = self._settled_in_time(done)
                    if arrived and not queue and time.monotonic() < end:
                        queue.extend(self._webhooks.behind(self.webhook.id, letter, BATCH))
        finally:
            self._settle(done)
        return len(due)

    def _attempt(self, change: ChangeRecord, letter: Letter, done: Settlement) -> bool:
        """Send one event and note what became of it; raises _Down, with nothing noted, when nobody was there."""
        event = event_of(change)
        body = body_of(event)
        signed = headers(self.webhook.id, event["id"], body, self._secret, int(self._clock()))
        try:
            self._post.send(body, signed)
        except Unreachable as error:
            raise _Down(str(error)) from error
        except Refused as error:
            if self._over:
                # Broken off by ourselves: nobody's fault.
                raise _Down("") from error
            self._failures += 1
            done.letters.append(self._postponed(letter, str(error), event["id"]))
            return False
        if self._failures or self.webhook.problem:
            logger.info("webhook %s: %s takes events again", self.webhook.id, shown_url(self.webhook.url))
        self._failures = self._silences = 0
        done.failing_since, done.problem = None, ""
        done.delivered.append(change.seq)
        done.at = timestamp(self._clock())
        return True

    def _postponed(self, letter: Letter, problem: str, event_id: str) -> Letter:
        """Give the letter as it waits now, or is dead."""
        attempts, now = letter.attempts + 1, self._now()
        limits = self._perseverance
        if attempts >= limits.attempts or now - letter.since >= limits.days * DAY:
            logger.warning(
                "webhook %s: event %s was given up after %s attempts (%s); `perch webhook retry` sends it again",
                self.webhook.id,
                event_id,
                attempts,
                problem,
            )
            return replace(letter, attempts=attempts, dead=True, problem=problem)
        wait = int(pause(attempts, random.random()) * 1000)  # noqa: S311 -- spreads load, keeps no secret
        return replace(letter, attempts=attempts, next_at=now + wait, problem=problem)

    # -- pace --------------------------------------------------------------------------------------

    def _pace(self, done: Settlement) -> None:
        """Leave a consumer alone that has refused everything for a while; raises _Down."""
        if self._failures >= IN_A_ROW:
            raise _Down(done.letters[-1].problem)

    def _leave_alone(self, problem: str) -> None:
        """Wait longer each time, and write down since when and why."""
        if self._over:
            return
        self._silences += 1
        chance = random.random()  # noqa: S311 -- as above
        self._resume = self._clock() + pause(self._silences, chance, LONGEST_SILENCE)
        # It may be another one by now.
        self._secret = ""
        if problem == self.webhook.problem:
            return
        logger.warning("webhook %s: %s %s", self.webhook.id, shown_url(self.webhook.url), problem)
        done = self._begin()
        done.failing_since = self.webhook.failing_since or timestamp(self._clock())
        done.problem = problem
        self._settle(done, anyway=True)

    # -- what is written ---------------------------------------------------------------------------

    def _begin(self) -> Settlement:
        self._last_settled = time.monotonic()
        webhook = self.webhook
        return Settlement(webhook.cursor, failing_since=webhook.failing_since, problem=webhook.problem)

    def _settled_in_time(self, done: Settlement) -> Settlement:
        if time.monotonic() - self._last_settled < SETTLE_SECONDS:
            return done
        self._settle(done)
        return self._begin()

    def _settle(self, done: Settlement, *, anyway: bool = False) -> None:
        """Write how far it got, and go on from there."""
        if anyway or done.delivered or done.letters or done.cursor != self.webhook.cursor:
            self._webhooks.settle(self.webhook.id, done)
            self.webhook = replace(
                self.webhook, cursor=done.cursor, failing_since=done.failing_since, problem=done.problem
            )

    def _now(self) -> int:
        return int(self._clock() * 1000)
