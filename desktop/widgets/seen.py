"""Which of Okta's features were seen at the endpoint, when, by which token, and whether it was Okta itself.

Belongs here: facts read from the activity, for the pages that show the checklist. Must not know: how it looks.
The `User-Agent` is no proof, so what comes by a test token, or by a client that names itself something else, is
told apart and does not count as Okta's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QCoreApplication

from server.okta.features import OWN_AGENT, Feature
from server.workspace import token_life

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from server.records import ActivityRecord, Sighting, Token
    from server.workspace import Workspace

AT_ONCE: Final = 2_000
"""Requests looked at in one reading; after the first reading only what is new is."""

_JAVA: Final = ("apache-httpclient", "java/", "okhttp")
"""The on-prem agent is a Java service and does not always name itself (OKTA.md section 2, D3)."""


class By(StrEnum):
    """Who used a feature."""

    OKTA = "okta"
    TEST = "test"
    """A test token: a simulation, or somebody who tried something out."""
    OTHER = "other"
    """A live token in the hands of a client that is not Okta."""


class Check(NamedTuple):
    """One line of the checklist: what an admin of Okta knows it by, and the requests that it consists of."""

    name: str
    title: str
    how: str
    """What to do in Okta so that it is seen."""
    features: frozenset[Feature]


CHECKS: Final = (
    Check(
        "test", "Connection test", "Click Test Connector Configuration in Okta.", frozenset({Feature.CONNECTION_TEST})
    ),
    Check(
        "import_users",
        "Import users",
        "In Okta: Import, Import Now.",
        frozenset({Feature.IMPORT_USERS, Feature.INCREMENTAL_IMPORT}),
    ),
    Check("import_groups", "Import groups", "Tick Import Groups and import again.", frozenset({Feature.IMPORT_GROUPS})),
    Check("push_users", "Push new users", "Assign somebody to the app.", frozenset({Feature.PUSH_NEW_USER})),
    Check(
        "push_profiles",
        "Push profile updates",
        "Change the title of somebody who is assigned.",
        frozenset({Feature.PUSH_PROFILE_UPDATE}),
    ),
    Check("deactivate", "Push user deactivation", "Unassign somebody from the app.", frozenset({Feature.DEACTIVATE})),
    Check("reactivate", "Reactivate users", "Assign the same person again.", frozenset({Feature.REACTIVATE})),
    Check(
        "push_groups",
        "Push groups",
        "In Okta: Push Groups, by name.",
        frozenset({Feature.GROUP_PUSH, Feature.GROUP_MEMBERSHIP, Feature.GROUP_RENAME}),
    ),
)


def translated(text: str) -> str:
    """Translate a sentence of this module."""
    return QCoreApplication.translate("seen", text)


@dataclass(frozen=True, slots=True)
class Request:
    """The last request of its sort, and who made it."""

    at: str
    by: By
    client: str
    token_id: str | None
    meaning: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one line of the checklist; ``by`` is None while nothing was seen."""

    check: Check
    by: By | None = None
    last: str = ""
    count: int = 0
    token: str = ""
    """The label of the token that it came by."""
    client: str = ""

    @property
    def is_done(self) -> bool:
        """Whether Okta itself did it."""
        return self.by is By.OKTA


def whose(agent: str, token: Token | None) -> tuple[By, str]:
    """Tell who made a request, and the name of the client."""
    client = token_life.client_name(agent)
    if agent.lower().startswith(_JAVA):
        client = translated("Okta's on-prem agent")
    if token is not None and token.test:
        return By.TEST, client
    return (By.OKTA if client.startswith("Okta") else By.OTHER), client


class Sightings:
    """Follows the activity of a workspace; `read` is for one background thread at a time."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._newest = 0
        self._by_okta: dict[str, Request] = {}
        self._by_anybody: dict[str, Request] = {}
        self.last_by_okta: Request | None = None
        """The last request of Okta's, whatever became of it."""

    def read(self, tokens: Sequence[Token]) -> list[Seen]:
        """Give every line of the checklist; ``tokens`` are all there are. Raises StoreUnavailable."""
        known = {token.id: token for token in tokens}
        self._follow(known)
        sighted = {sighting.feature: sighting for sighting in self._workspace.activity.sightings()}
        return [self._seen(check, sighted, known) for check in CHECKS]

    def _follow(self, known: Mapping[str, Token]) -> None:
        activity = self._workspace.activity
        if not self._newest:
            self._take(reversed(activity.recent(AT_ONCE)), known)
            return
        while True:
            records = activity.recent(AT_ONCE, after_seq=self._newest)
            self._take(sorted(records, key=lambda record: record.seq), known)
            # After a rush there is more, and perhaps nothing comes after it that would have this read again.
            if len(records) < AT_ONCE:
                return

    def _take(self, records: Iterable[ActivityRecord], known: Mapping[str, Token]) -> None:
        for record in records:
            self._newest = max(self._newest, record.seq)
            if record.token_id is None or record.agent.startswith(OWN_AGENT):
                continue
            by, client = whose(record.agent, known.get(record.token_id))
            request = Request(record.at, by, client, record.token_id, record.meaning, record.status)
            if by is By.OKTA:
                self.last_by_okta = request
            if record.feature is not None:
                self._by_anybody[record.feature] = request
                if by is By.OKTA:
                    self._by_okta[record.feature] = request

    def _seen(self, check: Check, sighted: Mapping[str, Sighting], known: Mapping[str, Token]) -> Seen:
        found = [sighted[feature] for feature in check.features if feature in sighted]
        if not found:
            return Seen(check)
        request = self._newest_of(self._by_okta, check) or self._newest_of(self._by_anybody, check)
        if request is None:
            request = _remembered(max(found, key=lambda sighting: sighting.last), known)
        token = known.get(request.token_id or "")
        label = token.label if token is not None else translated("a token that is gone")
        count = sum(sighting.count for sighting in found)
        return Seen(check, request.by, request.at, count, label, request.client)

    @staticmethod
    def _newest_of(requests: Mapping[str, Request], check: Check) -> Request | None:
        found = [requests[feature] for feature in check.features if feature in requests]
        return max(found, key=lambda request: request.at, default=None)


def _remembered(sighting: Sighting, known: Mapping[str, Token]) -> Request:
    """Make of a sighting what can be made of it: its requests are beyond what the activity keeps."""
    token = known.get(sighting.token_id or "")
    by, client = whose((token.last_agent or "") if token is not None else "", token)
    return Request(sighting.last, by, client, sighting.token_id)
