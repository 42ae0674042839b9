"""What is fuzzed: each target takes any bytes, and raises only when something is wrong with Perch.

An input may be understood or refused with a SCIM Error below 500. Every other exception is a crash, and so is what
could be understood but not stored or answered.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import orjson

from server.http.body import parse_body
from server.http.prepared_query import prepared_query
from server.http.query_string import parse_query_string
from server.scim import version1
from server.scim.attribute_path import find_target
from server.scim.bulk import execution_order, parse_bulk
from server.scim.errors import ScimError
from server.scim.filter_evaluation import matches
from server.scim.filter_parser import parse_filter
from server.scim.path import parse_patch_path
from server.scim.projection import parse_projection, project
from server.scim.query import Query, parse_query, search_query
from server.scim.version1_patch import patch_from
from tests.directories import CALLER, GROUP, USER, Directory, opened_in_sqlite
from tests.scim.patching import BABS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from server.directory import Answer, Operation, Transaction

TYPES: Final = (USER, GROUP)
OPERATIONS: Final = 100
"""The most of a Bulk job here."""


class _Undo(Exception):
    """Ends a transaction that nobody wants."""


class Targets:
    """The parsers, and a directory of one person and one group in which nothing stays."""

    NAMES: Final = ("filter", "path", "patch", "json", "query")

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        user_name = BABS["userName"]
        rest = {name: value for name, value in BABS.items() if name != "userName"}
        self._user = directory.user(user_name, **rest)
        self._group = directory.group("Tour guides", self._user)
        self._documents = [directory.read(USER, self._user), directory.read(GROUP, self._group)]

    def named(self) -> dict[str, Callable[[bytes], None]]:
        """Give the targets by name."""
        return {name: getattr(self, name) for name in self.NAMES}

    def user(self) -> Any:
        """Give the person as stored now."""
        return self._directory.query(USER)

    def filter(self, data: bytes) -> None:
        """A filter, evaluated in memory and in SQL, which must agree."""
        text = data.decode(errors="surrogateescape")
        for kind, document in zip(TYPES, self._documents, strict=True):
            with _refused():
                found = parse_filter(text, kind)
                is_match = matches(found, document)
                page = self._ask(kind, parse_query({"filter": text}, kind))
                total = orjson.loads(page.body)["totalResults"]
                if total != int(is_match):
                    raise AssertionError(f"in memory {is_match}, in SQL {total}: {text!r}")

    def path(self, data: bytes) -> None:
        """A path of PATCH, an attribute to sort by, a list of attributes."""
        text = data.decode(errors="surrogateescape")
        for kind, document in zip(TYPES, self._documents, strict=True):
            find_target(text, kind)
            with _refused():
                parse_patch_path(text, kind)
            for wanted, unwanted in ((text, None), (None, text)):
                with _refused():
                    orjson.dumps(project(document, parse_projection(wanted, unwanted, kind)))

    def patch(self, data: bytes) -> None:
        """The body of a PATCH in both versions, applied to what is stored."""
        provider = self._directory.provider
        with _refused():
            body = parse_body(data)
            for kind, resource_id in ((USER, self._user), (GROUP, self._group)):
                with _refused():
                    self._commit(provider.modify(kind, resource_id, body, CALLER))
                with _refused():
                    self._commit(provider.modify(kind, resource_id, patch_from(body, kind), CALLER))

    def json(self, data: bytes) -> None:
        """The body of a POST, a PUT, a Bulk job and a search, in both versions."""
        provider = self._directory.provider
        with _refused():
            body = parse_body(data)
            for kind, resource_id in ((USER, self._user), (GROUP, self._group)):
                for meant in (body, version1.resource_from(body)):
                    with _refused():
                        self._commit(provider.create(kind, meant, CALLER))
                    with _refused():
                        self._commit(provider.replace(kind, resource_id, meant, CALLER))
                with _refused():
                    self._ask(kind, search_query(body, kind))
            with _refused():
                execution_order(parse_bulk(body, OPERATIONS).operations, lambda: "new")

    def query(self, data: bytes) -> None:
        """The query of a list, as it stands in the request line, in both versions."""
        text = data.decode(errors="surrogateescape")
        for kind in TYPES:
            with _refused():
                self._ask(kind, prepared_query(text, kind))
            with _refused():
                self._ask(kind, parse_query(version1.query_from(parse_query_string(text)), kind))

    def _ask(self, kind: Any, query: Query) -> Answer:
        answer = self._directory.provider.query((kind,), (query,), CALLER, self._directory.now)
        answer = answer() if callable(answer) else answer
        orjson.loads(answer.body)
        return answer

    def _commit(self, operation: Operation[Answer]) -> None:
        """Do it in the store, look at the answer, and take it back."""

        def undone(transaction: Transaction) -> Answer:
            answer = operation(transaction)
            if answer.body:
                orjson.dumps(version1.answer(orjson.loads(answer.body)))
            raise _Undo

        with suppress(_Undo):
            self._directory.commit(undone)


@contextmanager
def _refused() -> Iterator[None]:
    """Let a request be refused, as long as it is the client's fault."""
    try:
        yield
    except ScimError as error:
        orjson.dumps(error.document())
        if error.status >= 500:
            raise


@contextmanager
def opened_targets(folder: Path) -> Iterator[Targets]:
    """Open targets over a database in a folder."""
    with opened_in_sqlite(folder) as directory:
        yield Targets(directory)
