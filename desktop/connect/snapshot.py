"""All that the page shows of the workspace, as it was at one moment, read on a background thread.

Belongs here: reading. Must not know: how any of it looks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from desktop import settings_rules
from desktop.widgets.seen import CHECKS, Seen
from server.config import BASE_PATH, Source
from server.records import Access, TokenStatus
from server.workspace import token_life

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from desktop.widgets.seen import Request, Sightings
    from server.records import ActivityRecord, Token
    from server.workspace import Workspace

LOOKED_AT: Final = 50
"""Failed requests among which the last refusal is looked for."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was read; made by `read`."""

    tokens: Sequence[Token] = ()
    """Those that Okta could use, the best choice first."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """The label of each token there ever was, by its id."""
    seen: Sequence[Seen] = tuple(Seen(check) for check in CHECKS)
    last_by_okta: Request | None = None
    refused: ActivityRecord | None = None
    """Okta's last request, where it was refused for its token."""
    base_url: str = ""
    public_url: str = ""
    host: str = ""
    direct_url: str = ""
    """The base URL without any proxy or tunnel; empty while the system is to pick the port."""
    is_fixed: bool = False
    """Whether the public URL is set from outside: the environment or the command line."""

    def agent_url(self, local_url: str) -> str:
        """Give the base URL by which an agent reaches Perch, without a slash at its end; ``local_url`` is today's."""
        if self.listens_everywhere and self.public_url:
            # Perch answers for loopback names and the public URL only: the agent needs one of these.
            return f"{self.public_url}{BASE_PATH}"
        return local_url or self.direct_url

    @property
    def listens_everywhere(self) -> bool:
        """Whether Perch listens on each address of this machine."""
        return self.host in {"0.0.0.0", "::"}  # noqa: S104 -- compared, not bound

    @property
    def last_good(self) -> Request | None:
        """Okta's last request, unless its token was refused."""
        last = self.last_by_okta
        return None if last is None or last.status == HTTPStatus.UNAUTHORIZED else last

    def label_of(self, token_id: str | None) -> str:
        """Name a token that is, or was."""
        return self.labels.get(token_id or "", "—")


def read(workspace: Workspace, sightings: Sightings) -> Snapshot:
    """Read everything. Raises StoreUnavailable."""
    tokens = workspace.tokens.tokens()
    now = workspace.custody.now()
    seen = sightings.read(tokens)
    settings = {one.name: one for one in workspace.list_settings()}
    public = settings["public_url"]
    last = sightings.last_by_okta
    return Snapshot(
        tokens=usable(tokens, now),
        labels={token.id: token.label for token in tokens},
        seen=seen,
        last_by_okta=last,
        refused=_refused(workspace, last.at if last is not None else ""),
        base_url=workspace.base_url,
        public_url=str(public.value or ""),
        host=str(settings["host"].value),
        direct_url=settings_rules.base_url_of(
            {"public_url": None, **{name: settings[name].value for name in ("host", "port", "tls_cert")}}
        ),
        is_fixed=public.source not in {Source.DEFAULT, Source.FILE},
    )


def usable(tokens: Sequence[Token], now: str) -> list[Token]:
    """Give the tokens that Okta could use for all it does: what was used last first, then the newest; tests last."""
    working = [
        token
        for token in tokens
        if token.access is Access.READ_WRITE
        and token_life.status(token, now) not in {TokenStatus.EXPIRED, TokenStatus.REVOKED}
    ]
    newest = sorted(working, key=lambda token: token.created, reverse=True)
    by_use = sorted(newest, key=lambda token: token.last_used or "", reverse=True)
    # A token that is being replaced is the wrong one to paste.
    return sorted(by_use, key=lambda token: (token.test, token.replaced_by is not None))


def _refused(workspace: Workspace, since: str) -> ActivityRecord | None:
    for record in workspace.activity.recent(LOOKED_AT, errors_only=True, status_class=4):
        if record.at < since:
            return None
        if record.status == HTTPStatus.UNAUTHORIZED and token_life.client_name(record.agent).startswith("Okta"):
            return record
    return None
