"""All that the page shows, read at one moment on a background thread.

Belongs here: reading. Must not know: how any of it looks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from desktop.overview import requests
from desktop.overview.attention import concerns_of, concerns_of_worries, ranked
from desktop.widgets import request_words
from desktop.widgets.seen import Seen, Sightings
from server.okta.features import OWN_AGENT
from server.records import TokenStatus
from server.workspace import token_life

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from desktop.overview.attention import Concern
    from server.records import ActivityRecord, Token
    from server.workspace import Workspace

MINUTES: Final = 60
NEWEST: Final = 24
"""Requests for the list: as many as the tallest window has room for."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are, and how many of them came today."""

    total: int = 0
    deactivated: int = 0
    today: int = 0
    here: int = 0
    """How many of them are not from Okta (groups only)."""

    @property
    def active(self) -> int:
        """How many are not deactivated."""
        return self.total - self.deactivated


@dataclass(frozen=True, slots=True)
class Sync:
    """Okta's last request."""

    at: str
    meaning: str
    token: str
    """The label of the token it came by."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read; made by `Reader`."""

    base_url: str = ""
    tokens: int = 0
    people: Count = field(default_factory=Count)
    groups: Count = field(default_factory=Count)
    sync: Sync | None = None
    requests: Sequence[int] = ()
    """Per minute, the oldest first."""
    errors: Sequence[int] = ()
    seen: Sequence[Seen] = ()
    concerns: Sequence[Concern] = ()
    recent: Sequence[ActivityRecord] = ()
    failure: ActivityRecord | None = None
    """The newest request that failed within the hour."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """The tokens' names by their ids."""


class Reader:
    """Reads again and again, and remembers what need not be read twice; for one background thread at a time."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._sightings = Sightings(workspace)
        self._counted: tuple[tuple[int, str], Count, Count] | None = None

    def read(self) -> Reading:
        """Read everything. Raises StoreUnavailable."""
        workspace = self._workspace
        tokens = workspace.tokens.tokens()
        # After them, so that no use lies in the future.
        now = workspace.custody.now()
        seen = self._sightings.read(tokens)
        labels = {token.id: token.label for token in tokens}
        recent = workspace.activity.recent(NEWEST)
        counted = workspace.activity.requests_per_minute(MINUTES)
        errors = workspace.activity.requests_per_minute(MINUTES, errors_only=True)
        people, groups = self._counts()
        return Reading(
            base_url=workspace.base_url,
            tokens=len(tokens),
            people=people,
            groups=groups,
            sync=self._sync(tokens, recent, now),
            requests=counted,
            errors=errors,
            seen=seen,
            concerns=ranked(
                [
                    *concerns_of_worries(workspace.worries(), now),
                    *concerns_of(tokens, self._rotations(tokens, now), now),
                ]
            ),
            recent=recent,
            failure=self._failure() if any(errors) else None,
            labels=labels,
        )

    def _counts(self) -> tuple[Count, Count]:
        """Count people and groups, again only after one of them changed: a request that only reads costs nothing."""
        newest = self._workspace.changes(limit=1)
        key = (newest[0].seq if newest else 0, _of_today())
        if self._counted is None or self._counted[0] != key:
            self._counted = (key, self._people(), self._groups())
        return self._counted[1], self._counted[2]

    def _people(self) -> Count:
        active = self._workspace.count_people(active=True)
        deactivated = self._workspace.count_people(active=False)
        today = self._workspace.query("User", filter=_of_today(), count="0").total
        return Count(active + deactivated, deactivated, today)

    def _groups(self) -> Count:
        today = self._workspace.query("Group", filter=_of_today(), count="0").total
        here = self._workspace.count_groups(source="here")
        return Count(self._workspace.count_groups(), today=today, here=here)

    def _rotations(self, tokens: Sequence[Token], now: str) -> dict[str, token_life.Rotation]:
        found = {}
        for token in tokens:
            if token_life.status(token, now) is TokenStatus.ROTATING:
                rotation = self._workspace.custody.rotation(token.id)
                if rotation is not None:
                    found[token.id] = rotation
        return found

    def _sync(self, tokens: Sequence[Token], recent: Sequence[ActivityRecord], now: str) -> Sync | None:
        last = self._sightings.last_by_okta
        if last is not None:
            label = next((token.label for token in tokens if token.id == last.token_id), "")
            found = next((one for one in recent if (one.at, one.token_id) == (last.at, last.token_id)), None)
            return Sync(last.at, request_words.capital(last.meaning) if found is None else requests.words(found), label)
        # Its requests are beyond what the activity keeps; the tokens remember when they were used.
        uses = ((token_life.last_use(token, now), token) for token in tokens if not token.test)
        of_okta = [(use.at, token.label) for use, token in uses if use is not None and use.client.startswith("Okta")]
        at, label = max(of_okta, default=("", ""))
        return Sync(at, "", label) if at else None

    def _failure(self) -> ActivityRecord | None:
        found = self._workspace.activity.recent(5, errors_only=True)
        return next((record for record in found if not record.agent.startswith(OWN_AGENT)), None)


def _of_today() -> str:
    midnight = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    return f'meta.created ge "{midnight:%Y-%m-%dT%H:%M:%SZ}"'
