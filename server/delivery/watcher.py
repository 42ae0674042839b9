"""The watcher of a workspace's webhooks: a thread that notices changes and new webhooks, and has a courier for each.

Belongs here: starting, waking and ending couriers. Must not know: how one delivers.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from server.delivery.courier import Courier, Perseverance
from server.faults import Fault
from server.store.webhooks import Webhooks
from server.webhook.secret import SecretKeeper

if TYPE_CHECKING:
    from server.store.database import Database

LOOK: Final = 0.25
"""Seconds between two looks whether anybody, in any process, has committed something: one PRAGMA each."""
FAREWELL: Final = 2.0
"""Seconds that a stop waits for couriers to write down how far they got."""

logger = logging.getLogger("perch.webhooks")


class Watcher(threading.Thread):
    """Delivers to the webhooks of a workspace from `start` until `stop`."""

    def __init__(
        self,
        database: Database,
        perseverance: Perseverance,
        *,
        secrets: SecretKeeper | None = None,
        look: float = LOOK,
    ) -> None:
        super().__init__(name="watcher of webhooks", daemon=True)
        self._database = database
        self._webhooks = Webhooks(database)
        self._perseverance = perseverance
        self._secrets = secrets or SecretKeeper()
        self._look = look
        self._told_to_stop = threading.Event()
        self._couriers: dict[str, Courier] = {}

    def stop(self) -> None:
        """End every courier and wait until each has written how far it got."""
        self._told_to_stop.set()
        self.join()
        for courier in self._couriers.values():
            courier.end()
        for courier in self._couriers.values():
            courier.join(FAREWELL)

    def run(self) -> None:
        """Look for changes until stopped."""
        version, told = -1, ""
        while not self._told_to_stop.is_set():
            try:
                now = self._database.data_version()
                if now != version:
                    self._take_up()
                    version = now
                told = ""
            except Fault as fault:
                if str(fault) != told:
                    told = str(fault)
                    logger.warning("Webhooks are not told of changes: %s", fault)
            for courier in self._couriers.values():
                courier.expire()
            self._told_to_stop.wait(self._look)

    def _take_up(self) -> None:
        """Have a courier for each webhook, and tell it that something has changed."""
        known = {webhook.id: webhook for webhook in self._webhooks.listed()}
        for webhook_id in self._couriers.keys() - known.keys():
            self._couriers.pop(webhook_id).end()
        for webhook_id, webhook in known.items():
            courier = self._couriers.get(webhook_id)
            if courier is None:
                courier = Courier(webhook, self._database, self._webhooks, self._secrets, self._perseverance)
                self._couriers[webhook_id] = courier
                courier.start()
            courier.wake()
