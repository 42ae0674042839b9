"""Rows of a file on their way into the directory: created, merged, refused, each as a whole."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from server.config import ServerConfig
from server.importing import BATCH, ImportReport, Outcome, Problem, merge
from server.transfer.lines import LineError, Row
from server.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path, ServerConfig(required=("userName",)), actor="tests") as opened:
        yield opened


def take(
    workspace: Workspace, rows: Iterable[Row | LineError], *, only_new: bool = False
) -> tuple[ImportReport, list[Problem]]:
    importer = workspace.importer(only_new=only_new)
    problems = [problem for found in importer.run(rows) for problem in found]
    return importer.report, problems


def person(line: int, user_name: str, **more: Any) -> Row:
    return Row(line, "User", {"userName": user_name, **more})


def test_new_people_are_created_and_known_ones_updated(workspace: Workspace) -> None:
    workspace.create("User", {"userName": "ada", "title": "Ms", "nickName": "A"})
    report, problems = take(workspace, [person(2, "ADA", title="Countess"), person(3, "alan")])
    assert problems == []
    assert report.counts == {Outcome.UPDATED: 1, Outcome.CREATED: 1, Outcome.FAILED: 0}
    ada = workspace.show("User", "ada")
    assert (ada["userName"], ada["title"], ada["nickName"]) == ("ADA", "Countess", "A")


def test_what_says_nothing_new_changes_nothing(workspace: Workspace) -> None:
    emails = [{"value": "a@x", "type": "work", "primary": True}, {"value": "b@x", "type": "home"}]
    rows = [person(1, "ada", name={"givenName": "Ada"}, emails=emails)]
    take(workspace, rows)
    rows = [person(1, "ada", name={"givenName": "Ada"}, emails=emails[::-1])]
    report, _ = take(workspace, rows)
    assert report.counts[Outcome.UNCHANGED] == 1
    assert len(workspace.changes()) == 1


@pytest.mark.parametrize(
    "emails",
    [
        [{"value": "ada@x"}],
        [{"value": "ada@x"}, {"value": "ada@y"}],
        [{"value": "ada@x", "type": "work"}, {"value": "ada@x", "type": "home"}],
    ],
)
def test_the_same_file_once_more_says_unchanged(workspace: Workspace, emails: list[dict[str, str]]) -> None:
    rows = [person(1, "ada", emails=emails)]
    take(workspace, rows)
    first = workspace.show("User", "ada")["emails"]
    assert sum(bool(one.get("primary")) for one in first) == 1
    for _ in range(2):
        report, _ = take(workspace, rows)
        assert report.counts[Outcome.UNCHANGED] == 1
        assert workspace.show("User", "ada")["emails"] == first


def test_what_a_value_of_the_file_leaves_open_stays(workspace: Workspace) -> None:
    work = {"value": "ada@x", "type": "work", "display": "Ada", "primary": True}
    workspace.create("User", {"userName": "ada", "emails": [work, {"value": "ada@y"}]})
    report, _ = take(workspace, [person(1, "ada", emails=[{"value": "ada@y"}, {"value": "ada@x"}])])
    assert report.counts[Outcome.UNCHANGED] == 1
    take(workspace, [person(1, "ada", emails=[{"value": "ada@x", "type": "home"}])])
    assert workspace.show("User", "ada")["emails"] == [{**work, "type": "home"}]


def test_another_address_is_the_primary_one_where_it_takes_its_place(workspace: Workspace) -> None:
    workspace.create("User", {"userName": "ada", "emails": [{"value": "ada@x", "primary": True}]})
    rows = [person(1, "ada", emails=[{"value": "ada@y"}])]
    assert take(workspace, rows)[0].counts[Outcome.UPDATED] == 1
    assert workspace.show("User", "ada")["emails"] == [{"value": "ada@y", "primary": True}]
    assert take(workspace, rows)[0].counts[Outcome.UNCHANGED] == 1


def test_a_person_without_addresses_gets_them_as_a_new_one_does(workspace: Workspace) -> None:
    workspace.create("User", {"userName": "ada"})
    rows = [Row(1, "User", {"userName": "ada", "emails": [{"type": "work", "value": "w@x"}]}, frozenset({"emails"}))]
    assert take(workspace, rows)[0].counts[Outcome.UPDATED] == 1
    assert workspace.show("User", "ada")["emails"] == [{"type": "work", "value": "w@x", "primary": True}]
    assert take(workspace, rows)[0].counts[Outcome.UNCHANGED] == 1


def test_a_file_that_names_the_primary_address_is_right(workspace: Workspace) -> None:
    workspace.create("User", {"userName": "ada", "emails": [{"value": "ada@x", "primary": True}, {"value": "ada@y"}]})
    take(workspace, [person(1, "ada", emails=[{"value": "ada@x"}, {"value": "ada@y", "primary": True}])])
    emails = workspace.show("User", "ada")["emails"]
    assert [one["value"] for one in emails if one.get("primary")] == ["ada@y"]


def test_who_had_no_primary_address_is_given_none(workspace: Workspace) -> None:
    workspace.create("User", {"userName": "ada", "emails": [{"value": "ada@x"}]})
    report, _ = take(workspace, [person(1, "ada", emails=[{"value": "ada@x"}])])
    assert report.counts[Outcome.UNCHANGED] == 1


def test_only_new_leaves_known_people_alone(workspace: Workspace) -> None:
    workspace.create("User", {"userName": "ada", "title": "Ms"})
    report, _ = take(workspace, [person(1, "ada", title="Countess"), person(2, "alan")], only_new=True)
    assert report.counts == {Outcome.SKIPPED: 1, Outcome.CREATED: 1, Outcome.FAILED: 0}
    assert workspace.show("User", "ada")["title"] == "Ms"


def test_a_row_that_fails_takes_nothing_else_with_it(workspace: Workspace) -> None:
    rows: list[Row | LineError] = [
        person(1, "ada"),
        person(2, "alan", emails="no address", active="perhaps"),
        LineError(3, "The line is not JSON."),
        person(4, "grace"),
    ]
    report, problems = take(workspace, rows)
    assert report.counts == {Outcome.CREATED: 2, Outcome.FAILED: 2}
    assert [problem.line for problem in problems] == [2, 3]
    assert "active" in problems[0].sentence
    assert {one["userName"] for one in workspace.walk("User")} == {"ada", "grace"}


def test_a_name_that_stands_twice_in_a_file_is_taken_once(workspace: Workspace) -> None:
    rows = [person(number, f"user{number % BATCH}") for number in range(1, BATCH + 2)]
    report, problems = take(workspace, rows)
    assert report.counts[Outcome.CREATED] == BATCH
    assert problems == [Problem(BATCH + 1, "The same name stands on line 1: only that line was imported.")]


def test_ids_are_kept_so_that_oktas_links_stay_true(workspace: Workspace) -> None:
    ada = str(uuid.uuid4())
    take(workspace, [person(1, "ada", id=ada), person(2, "alan", id="17"), person(3, "grace", id=f"{ada}x")])
    assert workspace.show("User", "ada")["id"] == ada
    assert workspace.show("User", "alan")["id"] != "17"
    assert workspace.show("User", "grace")["id"] != f"{ada}x"


def test_an_id_finds_a_person_who_was_renamed_in_the_file(workspace: Workspace) -> None:
    ada = workspace.create("User", {"userName": "ada"}).resource_id
    report, _ = take(workspace, [person(1, "ada.lovelace", id=ada)])
    assert report.counts[Outcome.UPDATED] == 1
    assert workspace.show("User", "ada.lovelace")["id"] == ada


def test_an_id_of_another_person_does_not_take_them_over(workspace: Workspace) -> None:
    ada = str(uuid.uuid4())
    report, problems = take(workspace, [person(1, "ada", id=ada), person(2, "alan", id=ada)])
    assert report.counts == {Outcome.CREATED: 1, Outcome.FAILED: 1}
    assert ada in problems[0].sentence
    group = workspace.create("Group", {"displayName": "G"}).resource_id
    take(workspace, [person(1, "grace", id=group)])
    assert workspace.show("User", "grace")["id"] != group


def test_columns_of_types_leave_other_types_as_they_are(workspace: Workspace) -> None:
    workspace.create(
        "User",
        {
            "userName": "ada",
            "emails": [{"value": "w@x", "type": "work", "primary": True}, {"value": "h@x", "type": "home"}],
        },
    )
    row = Row(1, "User", {"userName": "ada", "emails": [{"type": "work", "value": "new@x"}]}, frozenset({"emails"}))
    take(workspace, [row])
    assert workspace.show("User", "ada")["emails"] == [
        {"value": "new@x", "type": "work", "primary": True},
        {"value": "h@x", "type": "home"},
    ]


def test_a_new_person_gets_a_primary_address_and_the_row_stays_as_it_was(workspace: Workspace) -> None:
    row = person(1, "ada", emails=[{"value": "h@x", "type": "home"}, {"value": "w@x", "type": "work"}])
    take(workspace, [row])
    emails = workspace.show("User", "ada")["emails"]
    assert [one["value"] for one in emails if one.get("primary")] == ["w@x"]
    assert all("primary" not in one for one in row.document["emails"])


def test_members_are_found_by_id_by_name_and_by_the_id_in_the_file(workspace: Workspace) -> None:
    ada = workspace.create("User", {"userName": "ada"}).resource_id
    workspace.create("Group", {"displayName": "Sub"})
    rows = [
        person(1, "alan", id="their own id"),
        Row(
            2,
            "Group",
            {
                "displayName": "G",
                "members": [{"value": ada}, {"value": "their own id"}, {"value": "x", "display": "SUB"}],
            },
        ),
        Row(3, "Group", {"displayName": "H", "members": ["Ada"]}),
    ]
    report, problems = take(workspace, rows)
    assert problems == []
    assert report.counts[Outcome.CREATED] == 3
    assert {one["type"] for one in workspace.show("Group", "G")["members"]} == {"User", "Group"}
    assert len(workspace.show("Group", "G")["members"]) == 3
    assert [one["value"] for one in workspace.show("Group", "H")["members"]] == [ada]


def test_a_member_who_is_not_there_is_a_problem_of_its_own_line(workspace: Workspace) -> None:
    workspace.create("User", {"userName": "ada"})
    row = Row(2, "Group", {"displayName": "G", "members": [{"value": "ada"}, {"value": "bob"}]}, member_lines=(2, 3))
    report, problems = take(workspace, [row])
    assert report.counts == {Outcome.CREATED: 1, Outcome.FAILED: 1}
    assert problems == [Problem(3, "There is no user and no group 'bob' to be a member.")]
    assert len(workspace.show("Group", "G")["members"]) == 1


def test_a_list_of_members_replaces_the_one_before_and_none_leaves_it(workspace: Workspace) -> None:
    for name in ("ada", "alan"):
        workspace.create("User", {"userName": name})
    workspace.create("Group", {"displayName": "G"})
    workspace.add_members("G", ["ada"])
    take(workspace, [Row(1, "Group", {"displayName": "G", "members": [{"value": "alan"}]})])
    assert [one["display"] for one in workspace.show("Group", "G")["members"]] == ["alan"]
    take(workspace, [Row(1, "Group", {"displayName": "G", "externalId": "7"})])
    assert len(workspace.show("Group", "G")["members"]) == 1


def test_what_no_schema_knows_is_counted(workspace: Workspace) -> None:
    report, problems = take(workspace, [person(1, "ada", shoe=44), person(2, "alan", shoe=45, hat=7)])
    assert problems == []
    assert report.ignored == {"shoe": 2, "hat": 1}


def test_every_row_is_in_the_audit_under_who_imported_it(workspace: Workspace) -> None:
    take(workspace, [person(1, "ada"), person(2, "ada2")])
    assert [(one.actor, one.operation) for one in workspace.changes()] == [("tests", "create")] * 2


def test_merging_goes_part_by_part() -> None:
    current = {"name": {"givenName": "Ada", "familyName": "L"}, "title": "Ms", "emails": [{"value": "a"}]}
    document = {"NAME": {"FamilyName": "Lovelace"}, "title": "Countess"}
    spelling = {name.lower(): name for name in current}
    assert merge(current, document, frozenset(), spelling) == {
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "title": "Countess",
        "emails": [{"value": "a"}],
    }
    assert current["name"] == {"givenName": "Ada", "familyName": "L"}
