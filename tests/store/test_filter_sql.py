"""Filters and sort orders in SQL against their evaluation in memory, on generated directories."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import server.store
from server.directory import Stored
from server.provider import draft_of
from server.representation import represent
from server.scim.filter import matches, parse_filter
from server.scim.ordering import sort_key
from server.scim.path import find_target
from server.scim.schema import ResourceType
from server.store.filter_sql import compile_filter, register_functions, sort_expression
from server.store.members import linked
from tests.scim.generated import FOREIGN_PATHS, GROUP, MOMENTS, PATHS, TYPES, USER, documents, filters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import DrawFn

TABLES = "".join(
    path.read_text("utf-8") for path in sorted(Path(server.store.__path__[0], "migrations", "perch").glob("*.sql"))
)
IDS = tuple(str(UUID(int=number, version=4)) for number in range(12))

Row = tuple[str, dict[str, Any], str, str]
Links = list[tuple[int, int, str | None]]


class Directory:
    """A database in memory, filled with resources, and the same resources as a client sees them."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        register_functions(self.connection)
        self.connection.executescript(TABLES)
        self.resources: dict[str, list[tuple[int, dict[str, Any]]]] = {}

    def fill(self, rows: Sequence[Row], links: Links) -> None:
        execute = self.connection.execute
        execute("BEGIN")
        for table in ("resource", "email", "member"):
            execute(f"DELETE FROM {table}")
        for seq, (name, document, created, modified) in enumerate(rows):
            draft = draft_of({"active": None, **document}, TYPES[name])
            text = orjson.dumps(document).decode()
            execute(
                "INSERT INTO resource VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, 0, ?, ?)",
                (seq, IDS[seq], name, *draft[1:5], created, modified, draft.label, text),
            )
            for value in draft.emails:
                execute("INSERT INTO email VALUES (?, ?)", (value, seq))
        for group, member, display in links:
            execute(
                "INSERT OR IGNORE INTO member (group_seq, member_seq, member_id, display, kind) VALUES (?, ?, ?, ?, ?)",
                (group, member, IDS[member], display, rows[member][0]),
            )
        execute("COMMIT")
        self.resources = {name: self._as_clients_see_them(name) for name in TYPES}

    def _as_clients_see_them(self, name: str) -> list[tuple[int, dict[str, Any]]]:
        rows = self.connection.execute(
            "SELECT seq, id, document, version, created, modified, label, member_count FROM resource WHERE type = ? ORDER BY seq",
            (name,),
        ).fetchall()
        stored = [Stored(*row, linked(self.connection, name, row[0])) for row in rows]
        return [(one.seq, orjson.loads(represent(one, TYPES[name], "https://perch.example/scim/v2"))) for one in stored]

    def found(self, text: str, resource_type: ResourceType) -> list[int]:
        compiled = compile_filter(parse_filter(text, resource_type), resource_type)
        rows = self.connection.execute(
            f"SELECT r.seq FROM resource r WHERE r.type = ? AND {compiled.where} ORDER BY r.seq",
            (resource_type.name, *compiled.parameters),
        )
        return [row[0] for row in rows]

    def expected(self, text: str, resource_type: ResourceType) -> list[int]:
        filter_ = parse_filter(text, resource_type)
        return [seq for seq, resource in self.resources[resource_type.name] if matches(filter_, resource)]

    def plan(self, text: str, resource_type: ResourceType) -> str:
        compiled = compile_filter(parse_filter(text, resource_type), resource_type)
        rows = self.connection.execute(
            f"EXPLAIN QUERY PLAN SELECT r.seq FROM resource r WHERE r.type = ? AND {compiled.where} ORDER BY r.seq",
            (resource_type.name, *compiled.parameters),
        )
        return "\n".join(row[3] for row in rows)


@pytest.fixture(scope="module")
def directory() -> Directory:
    return Directory()


@st.composite
def directories(draw: DrawFn) -> tuple[list[Row], Links]:
    users = draw(st.lists(documents("User"), min_size=2, max_size=6))
    groups = draw(st.lists(documents("Group"), min_size=1, max_size=3))
    dates = st.sampled_from(MOMENTS)
    rows: list[Row] = []
    names: set[str] = set()
    for name, unique, found in (("User", "userName", users), ("Group", "displayName", groups)):
        for document in found:
            value = document.get(unique, f"{name}{len(rows)}")
            if (name + value).casefold() in names:
                value = f"{value}{len(rows)}"
            names.add((name + value).casefold())
            rows.append((name, {**document, unique: value}, draw(dates), draw(dates)))
    link = st.tuples(
        st.integers(len(users), len(rows) - 1),
        st.integers(0, len(rows) - 1),
        st.none() | st.sampled_from(("Stra\u00dfe", "\u212aelvin", "jane")),
    )
    return rows, [link for link in draw(st.lists(link, max_size=6)) if link[0] != link[1]]


many = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@many
@given(
    filled=directories(),
    user_filters=st.lists(filters("User", IDS), min_size=4, max_size=8),
    group_filters=st.lists(filters("Group", IDS), min_size=1, max_size=3),
)
def test_sql_finds_what_the_evaluation_in_memory_finds(
    directory: Directory, filled: tuple[list[Row], Links], user_filters: list[str], group_filters: list[str]
) -> None:
    directory.fill(*filled)
    for resource_type, texts in ((USER, user_filters), (GROUP, group_filters)):
        for text in texts:
            assert directory.found(text, resource_type) == directory.expected(text, resource_type), text


@many
@given(filled=directories(), data=st.data())
def test_sql_sorts_as_the_key_in_memory_does(
    directory: Directory, filled: tuple[list[Row], Links], data: st.DataObject
) -> None:
    directory.fill(*filled)
    for resource_type in (USER, GROUP):
        paths = [str(target) for target in PATHS[resource_type.name]] + [*FOREIGN_PATHS, "meta.location", "meta.version"]
        for path in data.draw(st.lists(st.sampled_from(paths), min_size=3, max_size=6)):
            target = find_target(path, resource_type)
            assert target is not None
            expression, parameters = sort_expression(target)
            for descending in (False, True):
                direction = "DESC NULLS FIRST" if descending else "ASC NULLS LAST"
                rows = directory.connection.execute(
                    f"SELECT r.seq FROM resource r WHERE r.type = ? ORDER BY {expression} {direction}, r.seq",
                    (resource_type.name, *parameters),
                )
                expected = sorted(
                    directory.resources[resource_type.name],
                    key=lambda item: sort_key(item[1], target),  # noqa: B023  used before the loop goes on
                    reverse=descending,
                )
                assert [row[0] for row in rows] == [seq for seq, _ in expected], path
