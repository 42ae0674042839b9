"""A directory behind a provider, once in SQLite and once in dicts, and how tests speak to it: ``directory``."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from resources import schema_documents
from server.directory import Answer
from server.provider import Caller, ServiceProvider
from server.scim.query import parse_query
from server.scim.schemas import load_registry
from server.store.changes import changes
from server.store.database import Database
from server.store.resources import Resources
from server.store.transaction import transacted
from tests.memory_directory import MemoryDirectory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from server.directory import Operation, ResourceStore, Transaction
    from server.records import ChangeRecord
    from server.scim.schema import ResourceType

REGISTRY = load_registry(schema_documents(), ("userName",))
USER, GROUP = REGISTRY.user, REGISTRY.group
BASE = "https://scim.example.com/scim/v2"
CALLER = Caller("token 7", BASE)
NOBODY = "00000000-0000-7000-8000-000000000000"

Document = dict[str, Any]


@dataclass
class Directory:
    """A provider over some store, and what the tests ask of it."""

    store: ResourceStore
    commit: Callable[[Operation[Answer]], Answer]
    audit: Callable[[], list[ChangeRecord]]
    """The newest first."""
    patch_body: bool = True
    now: float = 1_800_000_000.0

    @property
    def provider(self) -> ServiceProvider:
        return ServiceProvider(REGISTRY, self.store, cursor_key=b"key", patch_body=self.patch_body)

    def user(self, user_name: str, **attributes: Any) -> str:
        return identity(self.commit(self.provider.create(USER, {"userName": user_name, **attributes}, CALLER)))

    def group(self, display_name: str, *members: str) -> str:
        body = {"displayName": display_name, "members": [{"value": member} for member in members]}
        return identity(self.commit(self.provider.create(GROUP, body, CALLER)))

    def read(self, kind: ResourceType, resource_id: str) -> Document:
        return shown(self.retrieve(kind, resource_id))

    def retrieve(self, kind: ResourceType, resource_id: str) -> Answer:
        answer = self.provider.retrieve(kind, resource_id, CALLER)
        return answer if isinstance(answer, Answer) else answer()

    def replace(self, kind: ResourceType, resource_id: str, body: Document, if_match: str | None = None) -> Answer:
        return self.commit(self.provider.replace(kind, resource_id, body, CALLER, if_match))

    def modify(
        self, kind: ResourceType, resource_id: str, *operations: Document, if_match: str | None = None
    ) -> Answer:
        body = {"Operations": [*operations]}
        return self.commit(self.provider.modify(kind, resource_id, body, CALLER, if_match))

    def delete(self, kind: ResourceType, resource_id: str, if_match: str | None = None) -> Answer:
        return self.commit(self.provider.delete(kind, resource_id, CALLER, if_match))

    def query(self, *kinds: ResourceType, **parameters: str) -> Document:
        return shown(self.queried(*kinds, **parameters))

    def queried(self, *kinds: ResourceType, **parameters: str) -> Answer:
        kinds = kinds or (USER,)
        queries = tuple(parse_query(parameters, kind) for kind in kinds)
        answer = self.provider.query(kinds, queries, CALLER, self.now)
        return answer if isinstance(answer, Answer) else answer()

    def fill(self, number: int, **attributes: Any) -> list[str]:
        """Create so many people in one commit, and give their names."""
        names = [f"u{n}" for n in range(number)]

        def create_all(transaction: Transaction) -> Answer:
            for name in names:
                self.provider.create(USER, {"userName": name, **attributes}, CALLER)(transaction)
            return Answer(200)

        self.commit(create_all)
        return names

    def names(self, **parameters: str) -> list[str]:
        return [one["userName"] for one in self.query(**parameters)["Resources"]]


@pytest.fixture(params=["sqlite", "dict"])
def directory(request: pytest.FixtureRequest) -> Directory:
    directory: Directory = request.getfixturevalue(f"in_{request.param}")
    return directory


@pytest.fixture
def perch_database(tmp_path: Path) -> Iterator[Database]:
    """An open database in an empty folder."""
    database = Database.open(tmp_path / "perch.db", "perch")
    yield database
    database.close()


@pytest.fixture
def in_sqlite(perch_database: Database) -> Directory:
    """A directory in that database."""
    return _in(perch_database)


@pytest.fixture
def in_dict() -> Directory:
    return opened_in_dicts()


@contextmanager
def opened_in_sqlite(folder: Path) -> Iterator[Directory]:
    """Open a directory in a database of its own."""
    database = Database.open(folder / "perch.db", "perch")
    try:
        yield _in(database)
    finally:
        database.close()


def _in(database: Database) -> Directory:
    return Directory(
        Resources(database), lambda operation: database.commit(transacted(operation)), lambda: changes(database)
    )


def opened_in_dicts() -> Directory:
    """Open a directory in dicts."""
    memory = MemoryDirectory()
    return Directory(memory, memory.commit, lambda: memory.changes[::-1])


def shown(answer: Answer) -> Document:
    document: Document = orjson.loads(answer.body)
    return document


def identity(answer: Answer) -> str:
    assert answer.resource_id is not None
    return answer.resource_id


def parsed(text: str | None) -> Document:
    assert text is not None
    document: Document = orjson.loads(text)
    return document


def replacing(path: str, value: Any) -> Document:
    return {"op": "replace", "path": path, "value": value}
