"""A sandbox: a data folder of its own, with an invented company on Okta's side and a few people on Perch's.

Belongs here: how the two sides begin, how both are kept and put back. Must not know: how an endpoint is run on the
folder, how anything is shown. A folder that holds somebody's directory is never made a sandbox.
"""

from __future__ import annotations

import errno
import re
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import orjson

from server.config import SETTINGS_FILE, load_config
from server.draft import timestamp
from server.faults import Fault, FaultCode
from server.okta.app import AppSettings
from server.okta.company import HERE, Company, make_company
from server.okta.dialogues import Kind, OktaClient
from server.okta.tenant import OktaTenant, TenantState
from server.okta.verdicts import SOCKET_TIMEOUT
from server.okta.wire import Wire
from server.rewinding import Content, content, rewind
from server.scim.errors import NotFound, ScimError
from server.scim.schemas import GROUP_URN
from server.settings_file import SettingsFile
from server.workspace import DATABASE, Workspace, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType

    from server.okta.wire import Transport

MARK: Final = "sandbox.json"
"""The file that makes a folder a sandbox: without it nothing in the folder is ever put back or thrown away."""

SNAPSHOTS: Final = "snapshots"
KEPT: Final = 50
"""Snapshots that are kept, the newest."""

PATIENCE: Final = 3.0
"""Seconds that `open` waits for the endpoint of an earlier opening, which ends with its parent, but not at once."""

ACTOR: Final = "sandbox"
LABEL: Final = "Sandbox"
"""Of the token."""

_SETTINGS: Final[Mapping[str, Any]] = {
    "port": 0,
    "backup_daily": False,
    # A wrong token sent on purpose must be answered with 401 each time, not with a pause.
    "bad_token_limit": 1_000_000,
}
_IDS: Final = uuid.UUID("6f0c1a52-5a0e-4b0e-9d0a-70657263682d")
"""What the ids of those who are here from the beginning are made of: the same after each reset."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Both sides of a sandbox at one moment, kept in a file."""

    path: Path
    label: str
    made: str
    """When, as ``records`` writes it."""
    people: int
    """On Perch's side, as the next one."""
    groups: int


class PerchSide:
    """What can be seen and edited on Perch's side, by the names that Okta knows; implements ``tour.Directory``."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def person(self, user_name: str) -> Mapping[str, Any] | None:
        """Show a person as a SCIM resource; None where there is none."""
        with suppress(NotFound):
            return self._workspace.show("User", user_name)
        return None

    def group(self, name: str) -> Mapping[str, Any] | None:
        """Show a group by its displayName, members included; None where there is none."""
        with suppress(NotFound):
            return self._workspace.show("Group", name)
        return None

    def edit(self, user_name: str, attribute: str, value: str) -> None:
        """Set one attribute, a SCIM path, as an admin of Perch would; raises ScimError."""
        self._workspace.modify("User", user_name, [{"op": "replace", "path": attribute, "value": value}])


class Sandbox:
    """An open sandbox; close it, or use it as a context manager. Any thread may call, one at a time.

    An endpoint (``perch serve`` on the folder) may run all the while, or not: what `restore` and `reset` put back it
    shows with its next answer. Only `open` needs that none runs.
    """

    def __init__(self, workspace: Workspace, company: Company) -> None:
        self.folder = workspace.folder
        self.workspace = workspace
        self.company = company
        self.directory = PerchSide(workspace)
        self._is_closed = False
        self.secret = ""
        """The test token of this opening: in this process's memory, nowhere else."""

    @classmethod
    def open(cls, folder: Path, *, size: int = 60, seed: int = 7) -> Self:
        """Make a sandbox of an empty or missing folder, or open one again.

        Perch's side begins anew each time and has a new test token, tokens of earlier openings are revoked; snapshots
        stay. Raises Fault: target_exists (the folder holds a directory that is no sandbox), already_serving (an
        endpoint of an earlier opening still runs), and as ``Workspace.open``; ValueError for a size that no company
        has.
        """
        company = make_company(size, seed)
        _mark(folder)
        _wait_until_nobody_serves(folder)
        SettingsFile(folder).save(_SETTINGS, {})
        workspace = Workspace.open(folder, load_config(folder, {}), actor=ACTOR)
        try:
            opened = cls(workspace, company)
            opened._begin()
        except BaseException:
            workspace.close()
            raise
        return opened

    def close(self) -> None:
        """Revoke the token and close the files; snapshots stay. Closing once more does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            self._revoke()
        finally:
            self.workspace.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _begin(self) -> None:
        rewind(self.workspace, _beginning())
        self._revoke()
        self.secret = self.workspace.tokens.create(LABEL, actor=ACTOR, test=True).secret

    def _revoke(self) -> None:
        for token in self.workspace.tokens.tokens():
            if token.revoked is None:
                self.workspace.tokens.revoke(token.id, actor=ACTOR)

    def connect(
        self,
        base_url: str,
        *,
        settings: AppSettings | None = None,
        pace: Callable[[float], None] | None = None,
        transport: Callable[[Wire], Transport] | None = None,
        timeout: float = SOCKET_TIMEOUT,
    ) -> OktaTenant:
        """Give an Okta of the company, as yet without anybody provisioned, whose app is connected to an endpoint.

        ``base_url`` is where the endpoint on this folder serves; ``pace`` gets the seconds that Okta waits;
        ``transport`` may put something between Okta and the wire (``Chaos``). Okta waits ``timeout`` seconds for an
        answer. Close it with ``tenant.client.close()``. Raises ValueError for what is no base URL.
        """
        chosen = settings or AppSettings()
        if chosen.kind is Kind.AGENT:
            # The on-prem agent is given its base URL with a slash at the end (OKTA.md B1).
            base_url = f"{base_url.rstrip('/')}/"
        wire = Wire(base_url, self.secret, timeout=timeout)
        carried = wire if transport is None else transport(wire)
        client = OktaClient(base_url, self.secret, kind=chosen.kind, pace=pace, wire=carried)
        return OktaTenant(client, chosen, self.company.people, self.company.groups)

    # -- both sides, kept and put back -------------------------------------------------------------

    def snapshot(self, label: str, tenant: OktaTenant) -> Snapshot:
        """Keep both sides as they are now, in a file that nobody else may read; the oldest beyond KEPT go.

        Raises Fault (folder_unwritable, disk_full).
        """
        held = content(self.workspace)
        made = timestamp()
        document = {
            "label": label,
            "made": made,
            "people": held.people,
            "groups": held.groups,
            "okta": tenant.state().to_json(),
        }
        folder = self.folder / SNAPSHOTS
        stem = re.sub(r"\D", "", made)
        path = next(path for number in range(1000) if not (path := folder / f"{stem}-{number:03d}.json").exists())
        _write(path, orjson.dumps(document))
        for old in self.snapshots()[KEPT:]:
            self.forget(old)
        return _described(path, document)

    def snapshots(self) -> list[Snapshot]:
        """List what is kept, the newest first; a file that is damaged is left out."""
        found = []
        for path in sorted((self.folder / SNAPSHOTS).glob("*.json"), reverse=True):
            with suppress(Fault):
                found.append(_described(path, _read(path)))
        return found

    def restore(self, snapshot: Snapshot, tenant: OktaTenant) -> None:
        """Put both sides back to what they were, Perch's in one transaction; tokens and the audit stay.

        Raises Fault: backup_unusable (the file is gone or damaged; nothing is changed then), and as `rewind`.
        """
        document = _read(snapshot.path)
        try:
            state = TenantState.from_json(document["okta"])
            held = Content(tuple(document["people"]), tuple(document["groups"]))
            rewind(self.workspace, held)
        except (KeyError, TypeError, ValueError, ScimError) as error:
            raise Fault(FaultCode.BACKUP_UNUSABLE, str(snapshot.path)) from error
        tenant.restore(state)

    def forget(self, snapshot: Snapshot) -> None:
        """Delete a snapshot's file."""
        with suppress(OSError):
            snapshot.path.unlink(missing_ok=True)

    def reset(self, tenant: OktaTenant) -> None:
        """Put both sides back to the beginning; the app's settings, snapshots, the token and the audit stay."""
        rewind(self.workspace, _beginning())
        tenant.restore(TenantState(self.company.people, self.company.groups))


def _beginning() -> Content:
    """Give Perch's side before Okta comes."""
    people = tuple({**one, "id": str(uuid.uuid5(_IDS, one["userName"]))} for one in HERE.people)
    groups = tuple(
        {
            "schemas": [GROUP_URN],
            "id": str(uuid.uuid5(_IDS, name)),
            "displayName": name,
            "members": [{"value": str(uuid.uuid5(_IDS, member))} for member in members],
        }
        for name, members in HERE.groups
    )
    return Content(people, groups)


def _mark(folder: Path) -> None:
    """Make a folder a sandbox unless it is one; raises Fault (target_exists, folder_unwritable, disk_full)."""
    if (folder / MARK).is_file():
        return
    if any((folder / name).exists() for name in (DATABASE, SETTINGS_FILE)):
        raise Fault(FaultCode.TARGET_EXISTS, f"The directory in {folder}")
    _write(folder / MARK, orjson.dumps({"sandbox": "Made up; put back and thrown away at will."}))


def _wait_until_nobody_serves(folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while (now := serving(folder)) is not None:
        if time.monotonic() >= deadline:
            raise Fault(FaultCode.ALREADY_SERVING, f"{folder} (process {now.pid}, {now.base_url})")
        time.sleep(0.05)


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, for this user only."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(data)
        unfinished.replace(path)
    except OSError as error:
        code = FaultCode.DISK_FULL if error.errno == errno.ENOSPC else FaultCode.FOLDER_UNWRITABLE
        raise Fault(code, str(path.parent)) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _read(path: Path) -> dict[str, Any]:
    try:
        document = orjson.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Fault(FaultCode.BACKUP_UNUSABLE, str(path)) from error
    if not isinstance(document, dict):
        raise Fault(FaultCode.BACKUP_UNUSABLE, str(path))
    return document


def _described(path: Path, document: Mapping[str, Any]) -> Snapshot:
    try:
        people, groups = len(document["people"]), len(document["groups"])
        return Snapshot(path, document["label"], document["made"], people, groups)
    except (KeyError, TypeError) as error:
        raise Fault(FaultCode.BACKUP_UNUSABLE, str(path)) from error
