from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from server.config import ServerConfig
from server.faults import Fault, Superseded
from server.records import GroupRow, MemberRow, PersonRow
from server.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from server.store.browsing import Browser, GroupsSort, PeopleSort

CONFIG = ServerConfig(required=("userName",))
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PEOPLE: tuple[dict[str, Any], ...] = (
    {
        "userName": "ada@x.org",
        "displayName": "Ada Lovelace",
        "title": "Countess",
        "externalId": "00u1",
        "emails": [{"value": "home@ada.org"}, {"value": "Work@ada.org", "primary": True}],
        ENTERPRISE: {"department": "Analysis"},
    },
    {"userName": "Jose", "displayName": "José ÑANDÚ", "emails": [{"value": "jose@y.org"}], "active": False},
    {"userName": "grace@x.org", "name": {"givenName": "Grace", "familyName": "Hopper"}, "title": "Admiral"},
    {"userName": "alan"},
)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A folder with four people, made here, and two groups, of which a token made the second."""
    with Workspace.open(tmp_path, CONFIG, actor="desktop") as opened:
        ids = [opened.create("User", person).resource_id for person in PEOPLE]
        opened.create("Group", {"displayName": "Élite", "members": [{"value": i} for i in ids[:2]]})
        with Workspace.open(tmp_path, CONFIG, actor="token t1") as okta:
            okta.create("Group", {"displayName": "all", "members": [{"value": i} for i in reversed(ids)]})
        yield opened


@pytest.fixture(params=[False, True], ids=["first look", "warm"])
def browser(workspace: Workspace, request: pytest.FixtureRequest) -> Browser:
    if request.param:
        workspace.browser.warm()
    return workspace.browser


def names(rows: list[PersonRow] | list[GroupRow] | list[MemberRow]) -> list[str]:
    return [row.display_name for row in rows]


ADA, ALAN, GRACE, JOSE = "Ada Lovelace", "alan", "Grace Hopper", "José ÑANDÚ"


def test_a_person_is_a_row(browser: Browser, workspace: Workspace) -> None:
    ada = workspace.show("User", "ada@x.org")
    assert browser.people("ada@x.org") == browser.people()[:1]
    assert browser.people()[0] == PersonRow(
        seq=1,
        id=ada["id"],
        user_name="ada@x.org",
        display_name=ADA,
        email="Work@ada.org",
        title="Countess",
        department="Analysis",
        active=True,
        source="okta",
        external_id="00u1",
        created=ada["meta"]["created"],
        modified=ada["meta"]["lastModified"],
    )
    jose = browser.people()[3]
    assert (jose.email, jose.title, jose.active, jose.source, jose.external_id) == (
        "jose@y.org",
        "",
        False,
        "here",
        None,
    )


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", [ADA, ALAN, GRACE, JOSE]),
        ("  ", [ADA, ALAN, GRACE, JOSE]),
        ("LOVE", [ADA]),
        ("lace ada", [ADA]),
        ("x.org", [ADA, GRACE]),
        ("home@", [ADA]),
        ("work@ADA", [ADA]),
        ("Y.org", [JOSE]),
        ("jose nandu", [JOSE]),
        ("ñandú", [JOSE]),
        ("a%n", []),
        ("a_a", []),
        ("hopper x", [GRACE]),
        ("hopper y", []),
    ],
)
def test_each_word_stands_somewhere_in_what_a_person_is_called(browser: Browser, search: str, found: list[str]) -> None:
    assert names(browser.people(search)) == found
    assert browser.count_people(search) == len(found)


@pytest.mark.parametrize(
    ("sort", "ascending", "descending"),
    [
        ("name", [ADA, ALAN, GRACE, JOSE], [JOSE, GRACE, ALAN, ADA]),
        ("userName", [ADA, ALAN, GRACE, JOSE], [JOSE, GRACE, ALAN, ADA]),
        ("title", [GRACE, ADA, ALAN, JOSE], [ADA, GRACE, ALAN, JOSE]),
        ("department", [ADA, ALAN, GRACE, JOSE], [ADA, ALAN, GRACE, JOSE]),
        ("email", [JOSE, ADA, ALAN, GRACE], [ADA, JOSE, ALAN, GRACE]),
        ("active", [ADA, ALAN, GRACE, JOSE], [JOSE, ADA, ALAN, GRACE]),
        ("source", [ADA, ALAN, GRACE, JOSE], [ALAN, GRACE, JOSE, ADA]),
        ("created", [ADA, JOSE, GRACE, ALAN], [ALAN, GRACE, JOSE, ADA]),
    ],
)
def test_every_order(browser: Browser, sort: PeopleSort, ascending: list[str], descending: list[str]) -> None:
    assert names(browser.people(sort=sort)) == ascending
    assert names(browser.people(sort=sort, descending=True)) == descending
    assert names(browser.people(sort=sort, offset=1, limit=2)) == ascending[1:3]


def test_the_latest_change_comes_last(browser: Browser, workspace: Workspace) -> None:
    workspace.modify("User", "jose", [{"op": "add", "path": "title", "value": "Dr"}])
    at = {row.user_name: row.modified for row in browser.people()}
    assert [row.modified for row in browser.people(sort="modified")] == sorted(at.values())
    assert browser.people(sort="modified", descending=True)[0].user_name == max(
        at, key=lambda name: (at[name], name == "Jose")
    )


def test_filters_hold_together(browser: Browser, workspace: Workspace) -> None:
    elite = workspace.find("Group", "élite")
    assert names(browser.people(active=False)) == [JOSE]
    assert names(browser.people(active=True)) == [ADA, ALAN, GRACE]
    assert names(browser.people(source="okta")) == [ADA]
    assert names(browser.people(source="here")) == [ALAN, GRACE, JOSE]
    assert names(browser.people(group_id=elite)) == [ADA, JOSE]
    assert names(browser.people("o", active=False, source="here", group_id=elite)) == [JOSE]
    assert browser.count_people("o", active=True, source="here", group_id=elite) == 0
    assert browser.count_people(group_id="nobody") == 0
    assert names(browser.people("x.org", offset=1)) == [GRACE]
    assert browser.people(offset=4) == browser.people(limit=0) == browser.people("x.org", offset=9) == []


def test_what_others_write_is_seen(browser: Browser, workspace: Workspace) -> None:
    assert browser.count_people("x.org") == 2
    with Workspace.open(workspace.folder, CONFIG, actor="token t1") as okta:
        okta.create("User", {"userName": "new@x.org"})
        okta.replace("User", "grace@x.org", {"userName": "grace@z.org", "title": "Rear Admiral"})
        okta.delete("User", "ada@x.org")
        assert [row.user_name for row in browser.people("x.org")] == ["new@x.org"]
        assert [(row.user_name, row.source) for row in browser.people(source="okta")] == [("new@x.org", "okta")]
        assert browser.people(sort="title", active=True)[0].title == "Rear Admiral"
        okta.modify("User", "alan", [{"op": "add", "path": "externalId", "value": "00u9"}])
        assert names(browser.people(source="okta")) == ["alan", "new@x.org"]
    assert browser.count_people() == 4


@pytest.mark.parametrize("number", [0, 1])
def test_a_name_beyond_ascii_stands_where_it_stands_later(tmp_path: Path, number: int) -> None:
    with Workspace.open(tmp_path, CONFIG) as workspace:
        for name in ("Zoe", "adam", "Émile"[number:], "Bob"):
            workspace.create("User", {"userName": name, "displayName": name})
        first = workspace.people()
        workspace.browser.warm()
        assert first == workspace.people()
        assert names(first) == ["adam", "Bob", *(["Émile", "Zoe"] if number == 0 else ["mile", "Zoe"])]


def test_groups_are_rows(workspace: Workspace, browser: Browser) -> None:
    shown = workspace.show("Group", "all")
    assert browser.groups()[0] == GroupRow(
        seq=6,
        id=shown["id"],
        display_name="all",
        member_count=4,
        source="okta",
        external_id=None,
        created=shown["meta"]["created"],
        modified=shown["meta"]["lastModified"],
    )
    assert names(browser.groups("ELITE")) == names(browser.groups(source="here")) == ["Élite"]
    assert (browser.count_groups(), browser.count_groups("elite"), browser.count_groups(source="okta")) == (2, 1, 1)
    assert browser.groups(offset=1, limit=1) == browser.groups()[1:]


@pytest.mark.parametrize(
    ("sort", "ascending", "descending"),
    [
        ("name", ["all", "Élite"], ["Élite", "all"]),
        ("members", ["Élite", "all"], ["all", "Élite"]),
        ("source", ["all", "Élite"], ["Élite", "all"]),
        ("created", ["Élite", "all"], ["all", "Élite"]),
    ],
)
def test_every_order_of_groups(browser: Browser, sort: GroupsSort, ascending: list[str], descending: list[str]) -> None:
    assert names(browser.groups(sort=sort)) == ascending
    assert names(browser.groups(sort=sort, descending=True)) == descending


def test_groups_by_what_changed_last_and_by_the_id_of_okta(browser: Browser, workspace: Workspace) -> None:
    workspace.modify("Group", "élite", [{"op": "add", "path": "externalId", "value": "00g1"}])
    assert names(browser.groups(sort="externalId")) == ["Élite", "all"]
    assert names(browser.groups(sort="modified"))[-1:] == ["Élite"] or len({g.modified for g in browser.groups()}) == 1


def test_members_are_rows_by_name(workspace: Workspace, browser: Browser) -> None:
    all_ = workspace.find("Group", "all")
    workspace.add_members("all", ["élite"])
    assert names(browser.members(all_)) == [ADA, ALAN, "Élite", GRACE, JOSE]
    assert browser.members(all_, "elite") == [
        MemberRow(workspace.find("Group", "élite"), "Group", "Élite", "Élite", active=True)
    ]
    assert browser.members(all_, "jose nandu") == [
        MemberRow(workspace.find("User", "jose"), "User", JOSE, "Jose", active=False)
    ]
    assert names(browser.members(all_, offset=1, limit=2)) == [ALAN, "Élite"]
    assert (browser.count_members(all_), browser.count_members(all_, "x.org"), browser.count_members("no")) == (5, 2, 0)
    workspace.remove_members("all", ["alan"])
    assert browser.count_members(all_) == 4


def test_the_groups_of_a_person_are_rows_by_name(workspace: Workspace, browser: Browser) -> None:
    assert names(browser.groups_of(workspace.find("User", "jose"))) == ["all", "Élite"]
    assert names(browser.groups_of(workspace.find("User", "alan"))) == ["all"]
    assert browser.groups_of("nobody") == []


def test_a_search_that_nobody_waits_for_is_given_up(workspace: Workspace) -> None:
    with pytest.raises(Superseded):
        workspace.people("ada", cancelled=lambda: True)
    insert = """INSERT INTO resource (id, type, unique_name, version, created, modified, label, document)
        VALUES (?1, 'User', ?1, 1, '', '', ?1, json_object('userName', ?1))"""
    rows = [(f"user{number}",) for number in range(2_000)]
    workspace.database.commit(lambda connection: connection.executemany(insert, rows))
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 2

    with pytest.raises(Superseded):
        workspace.people("user", cancelled=cancelled)
    assert asked == 3
    assert workspace.count_people("user") == 2_000


def test_threads_take_turns(workspace: Workspace) -> None:
    found: list[int] = []

    def look(search: str) -> None:
        found.extend(workspace.browser.count_people(search) for _ in range(20))

    threads = [threading.Thread(target=look, args=(search,)) for search in ("x.org", "jose", "nobody", "o")]
    for thread in threads:
        thread.start()
    for number in range(20):
        workspace.create("Group", {"displayName": f"g{number}"})
    for thread in threads:
        thread.join()
    assert sorted(found) == [0] * 20 + [1] * 20 + [2] * 20 + [3] * 20


def test_a_closed_workspace_says_so(workspace: Workspace) -> None:
    workspace.people()
    workspace.close()
    with pytest.raises(Fault):
        workspace.people("ada")


def test_closing_ends_what_is_being_read(workspace: Workspace) -> None:
    workspace.people()
    waiting = threading.Event()
    closing = threading.Thread(target=workspace.close)

    def cancelled() -> bool:
        # Asked before the search begins; from then on only the closing can end it.
        if not waiting.is_set():
            waiting.set()
            closing.start()
        return False

    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(Superseded), workspace.browser._reading(cancelled) as connection:
        connection.execute(endless)
    closing.join()
    with pytest.raises(Fault):
        workspace.people()


def test_one_group_is_a_row(browser: Browser) -> None:
    for row in browser.groups():
        assert browser.group(row.id) == row
    assert browser.group(browser.people()[0].id) is None
