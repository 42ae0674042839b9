"""Filters and sort orders in SQL against their evaluation in memory, on generated directories."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import server.store
from server.directory import Stored
from server.draft import draft_of
from server.representation import represent
from server.scim.errors import InvalidFilter
from server.scim.filter import matches, parse_filter
from server.scim.filter_operand import comparable_target
from server.scim.ordering import sort_key
from server.scim.path import find_target
from server.store.filter_sql import compile_filter, register_functions, sort_expression
from server.store.members import linked
from tests.scim.generated import (
    ALL_OPERATORS,
    FOREIGN_PATHS,
    GROUP,
    MOMENTS,
    OPERATORS,
    PATHS,
    POOLS,
    TYPES,
    USER,
    WORDS,
    documents,
    filters,
    specimen,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import DrawFn

    from server.scim.schema import ResourceType

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
        stored = [Stored._make((*row, linked(self.connection, name, row[0]))) for row in rows]
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


def specimens() -> tuple[list[Row], Links]:
    """A directory in which every attribute has values, and lacks them."""
    rows: list[Row] = []
    for number in range(8):
        document = {**specimen(USER, number), "userName": f"{WORDS[number]}{number}"}
        rows.append(("User", document, MOMENTS[number % 7], MOMENTS[(number + 3) % 7]))
    for number in range(8, 11):
        document = {**specimen(GROUP, number), "displayName": f"{WORDS[number]}{number}"}
        rows.append(("Group", document, MOMENTS[number % 7], MOMENTS[(number + 3) % 7]))
    return rows, [
        (8, 0, "Stra\u00dfe"),
        (8, 1, None),
        (9, 0, "\u212aelvin"),
        (10, 8, "jane"),
        (10, 2, "work"),
    ]


@pytest.mark.parametrize("resource_type", TYPES.values(), ids=TYPES)
def test_every_attribute_is_found_by_every_operator(directory: Directory, resource_type: ResourceType) -> None:
    directory.fill(*specimens())
    everybody = [seq for seq, _ in directory.resources[resource_type.name]]
    hits = 0
    for target in PATHS[resource_type.name]:
        compared = comparable_target(target)
        questions = [f"{target} pr"]
        if compared is not None:
            leaf = compared.leaf
            values = [*POOLS[leaf.type], *(IDS[:3] if leaf.name in ("id", "value") else ())]
            operands = ["null", *(json.dumps(value, ensure_ascii=False) for value in values)]
            for operator in OPERATORS.get(leaf.type, ALL_OPERATORS):
                questions += [f"{target} {operator} {operand}" for operand in operands[operator not in ("eq", "ne") :]]
        for text in questions:
            expected = directory.expected(text, resource_type)
            hits += bool(expected)
            assert directory.found(text, resource_type) == expected, text
            others = directory.found(f"not ({text})", resource_type)
            assert sorted(expected + others) == everybody, text
    assert hits > 100


@pytest.mark.parametrize("attribute", ["emails", "members", "groups"])
def test_an_index_narrows_where_to_look_but_one_value_must_fit_whole(directory: Directory, attribute: str) -> None:
    home, work = {"value": "Jane@Home", "type": "home"}, {"value": "jane@work", "type": "work"}
    users = [[home, work], [{"value": "jane@home", "type": "work"}], [work], [{"type": "home"}]]
    rows: list[Row] = [
        ("User", {"userName": f"u{number}", "emails": emails}, MOMENTS[0], MOMENTS[0])
        for number, emails in enumerate(users)
    ]
    rows += [("Group", {"displayName": f"g{number}"}, MOMENTS[0], MOMENTS[0]) for number in range(3)]
    directory.fill(rows, [(4, 0, "a"), (4, 1, "b"), (5, 1, "a"), (6, 4, "b")])
    resource_type = GROUP if attribute == "members" else USER
    values = ("jane@home", "jane@work", *IDS[:7])
    others = ('type eq "home"', 'type ne "work"', 'display eq "A"', 'type eq "User"', 'display eq "g1"')
    hits = 0
    for value in values:
        for other in others:
            for text in (
                f'{attribute}[value eq "{value}" and {other}]',
                f'{attribute}[value eq "{value}" or {other}]',
            ):
                expected = directory.expected(text, resource_type)
                hits += bool(expected)
                assert directory.found(text, resource_type) == expected, text
    assert hits > 3


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
        paths = [str(target) for target in PATHS[resource_type.name]] + [
            *FOREIGN_PATHS,
            "meta.location",
            "meta.version",
        ]
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
                    key=lambda item: sort_key(item[1], target),
                    reverse=descending,
                )
                assert [row[0] for row in rows] == [seq for seq, _ in expected], path


INDEXED = (
    ("User", 'id eq "x"'),
    ("User", 'userName eq "x"'),
    ("User", 'externalId eq "x"'),
    ("User", 'displayName eq "x"'),
    ("User", 'emails eq "x"'),
    ("User", 'emails.value eq "x"'),
    ("User", 'emails[value eq "x"]'),
    ("User", 'emails[type eq "work"].value eq "x"'),
    ("User", 'userName eq "x" and title co "y"'),
    ("User", 'title co "y" and not (active eq true) and emails.value eq "x"'),
    ("User", 'userName eq "x" or externalId eq "y" or emails.value eq "z"'),
    ("User", '(id eq "x" and active eq true) or (displayName eq "y" and title pr)'),
    ("Group", 'displayName eq "x"'),
    ("Group", 'externalId eq "x"'),
    ("Group", 'members.value eq "x"'),
    ("Group", 'members eq "x"'),
    ("Group", 'members[value eq "x" and type eq "User"]'),
)


@pytest.mark.parametrize(("name", "text"), INDEXED)
def test_what_is_said_to_be_indexed_looks_at_a_few_rows_only(directory: Directory, name: str, text: str) -> None:
    resource_type = TYPES[name]
    assert compile_filter(parse_filter(text, resource_type), resource_type).indexed
    for line in directory.plan(text, resource_type).splitlines():
        if line.split()[1] in ("r", "e", "s", "resource", "email"):
            assert line.startswith("SEARCH"), line
            assert not line.endswith("(type=?)"), line


@pytest.mark.parametrize(
    "text",
    [
        'userName sw "x"',
        'userName ne "x"',
        'not (id eq "x")',
        'id eq "x" or title eq "y"',
        'meta.lastModified gt "2026-01-01T00:00:00Z"',
        "active eq true",
        'groups.value eq "x"',
        "externalId eq null",
        "userName pr",
        'title eq "x"',
        'emails co "x"',
        'emails[not (value eq "x")]',
        'emails[value eq "x" or type eq "work"]',
    ],
)
def test_what_may_find_everybody_is_no_work_for_the_event_loop(text: str) -> None:
    assert not compile_filter(parse_filter(text, USER), USER).indexed


def test_a_range_of_names_or_dates_still_uses_its_index(directory: Directory) -> None:
    assert "unique_name>? AND unique_name<?" in directory.plan('userName sw "x"', USER)
    assert "modified>?" in directory.plan('meta.lastModified gt "2026-01-01T00:00:00Z"', USER)
    assert "value>? AND value<?" in directory.plan('emails sw "x"', USER)


@pytest.mark.parametrize(
    "text",
    [
        'title eq "x\\" OR 1=1 --"',
        'title co "\'; DROP TABLE resource; --"',
        'title co "%"',
        'title sw "_"',
        'urn:example:foreign:1.0:Badge:level eq "\\")"',
        "urn:example:'\")]:1.0:level pr",
    ],
)
def test_what_a_client_sends_is_never_sql(directory: Directory, text: str) -> None:
    directory.fill([("User", {"userName": "jane", "title": "x"}, MOMENTS[0], MOMENTS[0])], [])
    try:
        assert directory.found(text, USER) == []
    except InvalidFilter:
        return


def test_a_condition_is_one_operand_of_and(directory: Directory) -> None:
    directory.fill(*specimens())
    compiled = compile_filter(parse_filter("active pr or userName pr", USER), USER)
    rows = directory.connection.execute(f"SELECT 1 FROM resource r WHERE r.type = 'Nobody' AND {compiled.where}")
    assert rows.fetchall() == []
