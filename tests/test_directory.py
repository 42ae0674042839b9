"""The protocols of a store: a database and dicts, told the same story, give the same answers to everything."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from server.scim.errors import ScimError
from tests.directories import CALLER, GROUP, USER, Directory, opened_in_dicts, opened_in_sqlite, replacing, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from server.directory import Answer

    Deed = Callable[[Directory], Answer]

PEOPLE, GROUPS = ("p1", "p2", "p3"), ("g1", "g2")
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z|(?<=\d)-[0-9a-f]+(?=\\?\")")
"""What differs between two directories that live one after the other: the time, and its trace in an entity tag."""

people, groups = st.sampled_from(PEOPLE), st.sampled_from(GROUPS)
names = st.sampled_from(("Ada", "ada", "alan", "Stra\u00dfe", "STRASSE"))
titles = st.sampled_from(("Ms", "Dr", None))
member_lists = st.lists(st.sampled_from((*PEOPLE, *GROUPS, "nobody")), max_size=4)
displays = st.sampled_from((None, None, "Ada", "Countess"))


def members(ids: list[str], display: str | None) -> list[dict[str, Any]]:
    return [{"value": i, **({"display": display} if display else {})} for i in ids]


def create(kind: Any, resource_id: str, body: dict[str, Any]) -> Deed:
    def deed(directory: Directory) -> Answer:
        if resource_id in {one["id"] for one in directory.query(kind)["Resources"]}:
            return directory.replace(kind, resource_id, body)
        return directory.commit(directory.provider.create(kind, body, CALLER, resource_id))

    return deed


deeds: st.SearchStrategy[Deed] = st.one_of(
    st.builds(
        lambda i, name, title, active: create(USER, i, {"userName": name, "title": title, "active": active}),
        people,
        names,
        titles,
        st.sampled_from((True, False, None)),
    ),
    st.builds(
        lambda i, name, ids, display: create(GROUP, i, {"displayName": name, "members": members(ids, display)}),
        groups,
        names,
        member_lists,
        displays,
    ),
    st.builds(lambda i, name: lambda directory: directory.modify(USER, i, replacing("userName", name)), people, names),
    st.builds(lambda i, name: lambda directory: directory.replace(GROUP, i, {"displayName": name}), groups, names),
    st.builds(
        lambda i, op, ids, display: (
            lambda directory: directory.modify(GROUP, i, {"op": op, "path": "members", "value": members(ids, display)})
        ),
        groups,
        st.sampled_from(("add", "remove", "replace")),
        member_lists,
        displays,
    ),
    st.builds(lambda i: lambda directory: directory.delete(USER, i), people),
    st.builds(lambda i: lambda directory: directory.delete(GROUP, i), groups),
)


def outcome(directory: Directory, deed: Deed) -> Any:
    try:
        answer = deed(directory)
    except ScimError as error:
        return error.document()
    return (
        answer.status,
        TIME.sub("T", answer.body.decode()),
        TIME.sub("T", answer.etag or ""),
        answer.meaning,
        answer.ignored,
    )


def state(directory: Directory) -> Any:
    """Give everything that a client can see, and the audit."""
    texts = [
        directory.queried(USER, GROUP).body,
        directory.queried(USER, filter='userName sw "A" or title pr', sortBy="title").body,
        directory.queried(USER, GROUP, sortBy="displayName").body,
        directory.queried(GROUP, sortBy="displayName", sortOrder="descending", count="1", startIndex="2").body,
    ]
    audit = [(one.operation, one.resource_id, one.summary, one.before, one.after) for one in directory.audit()]
    return [TIME.sub("T", text.decode()) for text in texts], audit


@settings(max_examples=60, deadline=None)
@given(st.lists(deeds, min_size=1, max_size=12))
def test_a_database_and_dicts_tell_the_same_story(story: list[Deed]) -> None:
    with tempfile.TemporaryDirectory() as folder, opened_in_sqlite(Path(folder)) as database:
        memory = opened_in_dicts()
        for deed in story:
            assert outcome(database, deed) == outcome(memory, deed)
            assert state(database) == state(memory)
        for directory in (database, memory):
            assert len(shown(directory.queried(USER, GROUP))["Resources"]) <= 5
