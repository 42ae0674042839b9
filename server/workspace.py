"""A workspace: one data folder, opened, and what every host (endpoint, command line, desktop) does in it.

The endpoint, the desktop and the command line open the same folder at the same time; SQLite arbitrates.
Belongs here: the provider's operations for a host that has no event loop and names people by userName. Must
not know: how a host shows anything.
"""

from __future__ import annotations

import secrets
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Self

import orjson

import resources
from server import token_life
from server.backups import REHEARSAL, BackupFile, Backups
from server.bundle import Subject, write_bundle
from server.config import BASE_PATH, SETTINGS_FILE
from server.consumers import Added, Consumer, Consumers, Fare, GivenUp, Trial
from server.custody import Custody
from server.difference import difference
from server.directory import Answer
from server.faults import Fault, FaultCode, Superseded
from server.importing import Importer
from server.issuing import IssuedToken, TokenIssuer
from server.provider import Caller, ServiceProvider
from server.records import Done, Listing
from server.reverting import revert
from server.scim.errors import NotFound, ScimError
from server.scim.patch import PATCH_OP_URN
from server.scim.query import MAX_COUNT, parse_query
from server.scim.schemas import load_registry
from server.scratch import scratch
from server.settings_file import Setting, SettingKind, SettingsFile
from server.store import upkeep
from server.store.activity import ActivityLog
from server.store.browsing import Browser
from server.store.changes import changes
from server.store.database import Database
from server.store.names import ids_by_name, types_by_id
from server.store.resources import Resources
from server.store.serving import Serving, serving
from server.store.settings import Settings
from server.store.tokens import SqliteTokenStore
from server.store.transaction import transacted
from server.tokens import TokenRuleError
from server.vault import Kept, Outcome, Probe, Vault
from server.webhook.subscription import Misfit, SecretPlace, UnfitWebhook
from server.worries import Worries, worries

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Unpack

    from server.config import ServerConfig
    from server.directory import Operation
    from server.records import ChangeRecord, Difference, GroupRow, MemberRow, PersonRow
    from server.scim.schema import ResourceType
    from server.scim.schemas import Registry
    from server.store.browsing import GroupsFilters, GroupsWindow, PeopleFilters, PeopleWindow

DATABASE = "perch.db"
ACTIVITY = "activity.db"

__all__ = [
    "Added",
    "BackupFile",
    "Consumer",
    "Done",
    "Fare",
    "GivenUp",
    "IssuedToken",
    "Kept",
    "Kind",
    "Listing",
    "Misfit",
    "Outcome",
    "Probe",
    "ScimError",
    "SecretPlace",
    "Serving",
    "Setting",
    "SettingKind",
    "Superseded",
    "TokenRuleError",
    "Trial",
    "UnfitWebhook",
    "Workspace",
    "Worries",
    "serving",
    "token_life",
]
"""What a host needs beside ``records``; the rest of this module is for the command line and the endpoint."""

Kind = Literal["User", "Group"]
Document = dict[str, Any]


class Workspace:
    """An open data folder; close it, or use it as a context manager. ``actor`` is who acts, for the audit."""

    def __init__(self, folder: Path, config: ServerConfig, database: Database, actor: str) -> None:
        self.folder = folder
        self.actor = actor
        self.database = database
        self.settings = Settings(database)
        self.token_store = SqliteTokenStore(database)
        self.backups = Backups(folder, DATABASE)
        self.webhooks = Consumers(folder, database, actor)
        self.browser = Browser(database)
        """People and groups as rows of tables."""
        self._activity: ActivityLog | None = None
        self._opening = threading.Lock()
        self._cursor_key = bytes.fromhex(self.settings.get_or_create("cursor_key", lambda: secrets.token_hex(32)))
        self._vault = Vault()
        self._take_up(config)

    def _take_up(self, config: ServerConfig) -> None:
        self.config = config
        self.registry = _registry(config)
        self.tokens = TokenIssuer(self.token_store, cap=config.max_tokens)
        self.custody = Custody(self.tokens, self.actor, self._vault)
        store, patch_body = Resources(self.database), config.patch_answer == "body"
        self.provider = ServiceProvider(self.registry, store, cursor_key=self._cursor_key, patch_body=patch_body)

    @classmethod
    def open(cls, folder: Path, config: ServerConfig, actor: str = "host") -> Self:
        """Open the folder, creating what is missing; raises Fault (folder_unwritable, corrupt, newer …)."""
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise Fault(FaultCode.FOLDER_UNWRITABLE, str(folder)) from error
        upkeep.keep_private(folder, (DATABASE, ACTIVITY))
        database = Database.open(folder / DATABASE, "perch")
        try:
            return cls(folder, config, database, actor)
        except BaseException:
            database.close()
            raise

    def close(self) -> None:
        """Finish what is queued and close the files."""
        if self._activity is not None:
            self._activity.close()
        self.browser.close()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- where and who -----------------------------------------------------------------------------

    def serving(self) -> Serving | None:
        """Tell which endpoint serves this folder now; None when none does."""
        return serving(self.folder)

    @property
    def base_url(self) -> str:
        """Where this folder is served now, or would be by its settings."""
        now = self.serving()
        if now is not None and now.base_url:
            return now.base_url
        public = self.config.public_url
        return self.config.direct_url() if public is None else public + BASE_PATH

    @property
    def activity(self) -> ActivityLog:
        """The log of requests, for reading from any thread; opened by the first look. Raises StoreUnavailable."""
        with self._opening:
            if self._activity is None:
                self._activity = ActivityLog.open(
                    self.folder / ACTIVITY,
                    keep=self.config.activity_keep,
                    days=self.config.activity_days,
                    body_cap=self.config.activity_body_cap,
                )
            return self._activity

    def changes(
        self, resource_id: str | None = None, *, limit: int = 100, before_seq: int | None = None
    ) -> list[ChangeRecord]:
        """List the audit of one resource, or of all, the newest first."""
        return changes(self.database, resource_id, limit=limit, before_seq=before_seq)

    def revert(self, change_seq: int, *, force: bool = False) -> Done:
        """Undo one change of the audit; ``force`` also where others have changed the same since.

        Raises NotFound (no such change), PreconditionFailed (changed since: by whom, in words), Uniqueness.
        """
        return _done(revert(self.database, self.provider, self.caller(), change_seq, force=force))

    @staticmethod
    def difference(one: ChangeRecord) -> list[Difference]:
        """Give what a change touched, attribute by attribute."""
        return difference(one)

    # -- people and groups as rows of tables -------------------------------------------------------

    def people(self, search: str = "", **wanted: Unpack[PeopleWindow]) -> list[PersonRow]:
        """List people; see :meth:`Browser.people`. Raises Superseded, StoreUnavailable."""
        return self.browser.people(search, **wanted)

    def count_people(self, search: str = "", **wanted: Unpack[PeopleFilters]) -> int:
        """Count the people whom `people` would list in all."""
        return self.browser.count_people(search, **wanted)

    def groups(self, search: str = "", **wanted: Unpack[GroupsWindow]) -> list[GroupRow]:
        """List groups; see :meth:`Browser.groups`."""
        return self.browser.groups(search, **wanted)

    def count_groups(self, search: str = "", **wanted: Unpack[GroupsFilters]) -> int:
        """Count the groups that `groups` would list in all."""
        return self.browser.count_groups(search, **wanted)

    def members(self, group_id: str, search: str = "", offset: int = 0, limit: int = 200) -> list[MemberRow]:
        """List a group's members by name."""
        return self.browser.members(group_id, search, offset, limit)

    def count_members(self, group_id: str, search: str = "") -> int:
        """Count the members whom `members` would list in all."""
        return self.browser.count_members(group_id, search)

    def groups_of(self, person_id: str) -> list[GroupRow]:
        """List the groups that a person (or a group) is in, by name."""
        return self.browser.groups_of(person_id)

    # -- reading people and groups -----------------------------------------------------------------

    def query(self, kind: Kind, **parameters: str) -> Listing:
        """List people or groups; the parameters are those of a GET (filter, sortBy, count, cursor …).

        Raises ScimError (a filter that cannot be read, TooMany), StoreUnavailable.
        """
        resource_type = self.resource_type(kind)
        query = parse_query(parameters, resource_type)
        answer = self.provider.query((resource_type,), (query,), self.caller(), time.time())
        page = orjson.loads((answer if isinstance(answer, Answer) else answer()).body)
        return Listing(page["totalResults"], page["Resources"], page.get("nextCursor"))

    def walk(self, kind: Kind, **parameters: str) -> Iterator[Document]:
        """Yield every person or group that the parameters select, read page by page; raises as `query`."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.query(kind, **parameters, count=str(MAX_COUNT), cursor=cursor)
            yield from page.resources
            cursor = page.next_cursor

    def find(self, kind: Kind, reference: str) -> str:
        """Give the id of what a person means by an id, a userName (of a User) or a displayName (of a Group).

        Raises NotFound.
        """
        if types_by_id(self.database.read, [reference]).get(reference) == kind:
            return reference
        found = ids_by_name(self.database.read, kind, [reference])
        if not found:
            name = self.resource_type(kind).unique_attribute
            raise NotFound(f"There is no {kind.lower()} {reference!r}: give an id or a {name} that the list shows.")
        return found[reference.casefold()]

    def show(self, kind: Kind, reference: str) -> Document:
        """Give one person or group as a client sees it; raises NotFound."""
        resource_id = self.find(kind, reference)
        answer = self.provider.retrieve(self.resource_type(kind), resource_id, self.caller())
        document: Document = orjson.loads((answer if isinstance(answer, Answer) else answer()).body)
        return document

    # -- changing people and groups ----------------------------------------------------------------

    def create(self, kind: Kind, body: Mapping[str, Any], resource_id: str | None = None) -> Done:
        """Create a person or a group; raises ScimError (InvalidValue, Uniqueness), StoreUnavailable."""
        return self.commit(self.provider.create(self.resource_type(kind), body, self.caller(), resource_id))

    def replace(self, kind: Kind, reference: str, body: Mapping[str, Any]) -> Done:
        """Replace a person or a group (PUT); raises ScimError, StoreUnavailable."""
        resource_type, resource_id = self.resource_type(kind), self.find(kind, reference)
        return self.commit(self.provider.replace(resource_type, resource_id, body, self.caller()))

    def modify(
        self, kind: Kind, reference: str, operations: Sequence[Mapping[str, Any]], if_match: str | None = None
    ) -> Done:
        """Change a person or a group by operations (PATCH), if it is still ``if_match``; raises as `replace`."""
        body = {"schemas": [PATCH_OP_URN], "Operations": operations}
        resource_type, resource_id = self.resource_type(kind), self.find(kind, reference)
        return self.commit(self.provider.modify(resource_type, resource_id, body, self.caller(), if_match))

    def set_active(self, reference: str, *, active: bool) -> Done:
        """Deactivate or reactivate a person; raises NotFound, StoreUnavailable."""
        return self.modify("User", reference, [{"op": "replace", "path": "active", "value": active}])

    def add_members(self, reference: str, members: Sequence[str]) -> Done:
        """Add people (id or userName) or groups (id or displayName) to a group; raises NotFound."""
        value = [{"value": self.find_member(member)} for member in members]
        return self.modify("Group", reference, [{"op": "add", "path": "members", "value": value}])

    def remove_members(self, reference: str, members: Sequence[str]) -> Done:
        """Take members out of a group; raises NotFound."""
        value = [{"value": self.find_member(member)} for member in members]
        return self.modify("Group", reference, [{"op": "remove", "path": "members", "value": value}])

    def delete(self, kind: Kind, reference: str) -> Done:
        """Delete a person or a group with its memberships; raises NotFound, StoreUnavailable."""
        resource_id = self.find(kind, reference)
        return self.commit(self.provider.delete(self.resource_type(kind), resource_id, self.caller()))

    def find_member(self, reference: str) -> str:
        """Give the id of a person, or else of a group; raises NotFound."""
        try:
            return self.find("User", reference)
        except NotFound:
            try:
                return self.find("Group", reference)
            except NotFound:
                raise NotFound(
                    f"There is no user and no group {reference!r}: give an id, a userName or a displayName."
                ) from None

    def commit(self, operation: Operation[Answer]) -> Done:
        """Carry out a provider's operation and wait until it is durable."""
        return _done(self.database.commit(transacted(operation)))

    def resource_type(self, kind: Kind) -> ResourceType:
        """Give the resource type of that name."""
        return self.registry.user if kind == "User" else self.registry.group

    def caller(self) -> Caller:
        """Give on whose behalf this host acts."""
        return Caller(self.actor, self.base_url)

    # -- keeping it safe ---------------------------------------------------------------------------

    def worries(self) -> Worries:
        """Look what somebody has to see to: backups, the certificate, webhooks. Raises StoreUnavailable."""
        return worries(self.config, self.folder, self.folder / DATABASE, self.backups, datetime.now(UTC))

    def backup(self, target: Path) -> upkeep.Backup:
        """Write the whole workspace into one file, also while an endpoint serves it; raises Fault."""
        return upkeep.backup(self.folder / DATABASE, target)

    def list_settings(self) -> list[Setting]:
        """Describe every setting, its value and where that comes from; raises Fault (setting_invalid)."""
        return SettingsFile(self.folder).listed()

    def save_settings(self, changes: Mapping[str, Any]) -> ServerConfig:
        """Write settings (None: its default) and go by them; an endpoint does when it starts again. Raises Fault."""
        self._take_up(SettingsFile(self.folder, _registry).save(changes))
        return self.config

    def trust(self, *, by_any_name: bool = False) -> ssl.SSLContext | None:
        """Give what a client here trusts, the endpoint's own certificate included; None without TLS. Raises Fault."""
        from server.tls import trust  # noqa: PLC0415 -- a tenth of a second, for TLS only

        return trust(self.config, self.folder, by_any_name=by_any_name)

    def diagnostics(self, target: Path, logs: Mapping[str, str] | None = None) -> Path:
        """Write a report without secrets or people into one zip; see `bundle`. Raises Fault."""
        subject = Subject(self.folder, DATABASE, ACTIVITY, self.activity, self.tokens.tokens())
        return write_bundle(subject, target, logs)

    def importer(self, *, only_new: bool = False) -> Importer:
        """Give what takes rows of a file into the directory; see `importing`."""
        return Importer(self.database, self.provider, self.caller(), only_new=only_new)

    @contextmanager
    def rehearsal(self) -> Iterator[Workspace]:
        """Give a copy of this workspace to try something on, thrown away with the context. Raises Fault."""
        # Beside the original: as private as that, and on a disk with room for it.
        with scratch(REHEARSAL, self.folder) as folder:
            self.backup(folder / DATABASE)
            with Workspace.open(folder, self.config, self.actor) as copy:
                yield copy


def _done(answer: Answer) -> Done:
    return Done(answer.resource_id or "", answer.meaning, tuple(answer.ignored))


def _registry(config: ServerConfig) -> Registry:
    try:
        return load_registry(resources.schema_documents(), config.required)
    except ValueError as error:
        listed = ", ".join(f'"{path}"' for path in config.required)
        where = f"required = [{listed}] in {SETTINGS_FILE} or PERCH_REQUIRED"
        raise Fault(FaultCode.SETTING_INVALID, f"{where}: {error} In {SETTINGS_FILE} it is a list.") from error
